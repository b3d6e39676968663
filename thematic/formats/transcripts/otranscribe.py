"""oTranscribe's files (.otr): the page that a person has typed, as HTML in JSON, with marks of time."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from thematic.errors import InputError
from thematic.formats.encoding import decode, head_text, load_json
from thematic.formats.times import CLOCK, parse_time, seconds
from thematic.formats.transcripts.document import Block, lines_of
from thematic.formats.transcripts.reading import Reading, ReadSettings, SourceFile, clean_id
from thematic.formats.transcripts.script import to_reading
from thematic.formats.transcripts.speakers import Roster
from thematic.formats.transcripts.turns import find_turns

__all__ = ["read", "sniff"]

_OPENING = re.compile(r'\s*\{\s*"text"\s*:\s*"\s*<(?:p|span|div|br|b|i)\b')
_PARAGRAPHS = frozenset("p div li blockquote h1 h2 h3 h4 h5 h6 ul ol".split())
_HIDDEN = frozenset(("script", "style"))
_SHOWN = re.compile(rf"\s*{CLOCK}")
_LONGEST = 1e6  # seconds


def sniff(head: bytes, name: str) -> bool:
    """A JSON object that is named .otr, or whose text begins with HTML."""
    text = head_text(head)
    return text.lstrip()[:1] == "{" and (name.lower().endswith(".otr") or bool(_OPENING.match(text)))


def read(file: SourceFile, *, settings: ReadSettings, roster: Roster) -> Reading:
    """The transcript of an oTranscribe file, read as a typed document. Raises InputError for broken JSON or
    JSON without a text."""
    decoded = decode(file, settings.encoding)
    data = load_json(decoded, file.name)
    text = data.get("text") if isinstance(data, dict) else None
    if not isinstance(text, str):
        raise InputError(
            "no text in this file of oTranscribe",
            path=file.name,
            hint="export it again: Export, oTranscribe format (.otr), or plain text",
        )
    page = _Page()
    page.feed(text)
    page.close()
    lines, warnings = lines_of(page.blocks, file.name)
    script = find_turns(lines, name=file.name, transcript_id=clean_id(file.stem), roster=roster)
    script.warnings[:0] = warnings
    return to_reading(script, file=file, format="otr", decoded=decoded, roster=roster)


class _Page(HTMLParser):
    """The paragraphs of the page. A mark of time is written before its words, to the millisecond."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.block = Block()
        self.strong = 0
        self.time = ""  # as its mark has it
        self.mark: list[str] | None = None  # what is written in the mark of time that is open
        self.hidden = 0

    def close(self) -> None:
        super().close()
        self._end_mark()
        self._end_block()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "span" and "timestamp" in (values.get("class") or "").split():
            self._end_mark()
            self.mark, self.time = [], values.get("data-timestamp") or ""
        elif tag in _PARAGRAPHS:
            self._end_mark()
            self._end_block()
        elif tag == "br":
            self.block.add("\n", bold=True)
        elif tag in ("b", "strong"):
            self.strong += 1
        elif tag in _HIDDEN:
            self.hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self._end_mark()
        elif tag in _PARAGRAPHS:
            self._end_mark()
            self._end_block()
        elif tag in ("b", "strong"):
            self.strong = max(0, self.strong - 1)
        elif tag in _HIDDEN:
            self.hidden = max(0, self.hidden - 1)

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        data = data.replace("\n", " ").replace("\xa0", " ")
        if self.mark is not None:
            self.mark.append(data)
        else:
            self.block.add(data, bold=self.strong > 0)

    def _end_mark(self) -> None:
        """Write the time of the mark that is open, which shows it too; what else stands in it are words."""
        if self.mark is None:
            return
        shown, self.mark = "".join(self.mark), None
        clock = _SHOWN.match(shown)
        time = seconds(self.time)
        if (time is None or not 0 <= time < _LONGEST) and clock:
            time = parse_time(clock[0])
        if time is not None and 0 <= time < _LONGEST:
            minutes, rest = divmod(round(time * 1000), 60_000)
            written = f"[{minutes // 60:02d}:{minutes % 60:02d}:{rest / 1000:06.3f}]"
            self.block.add(written, bold=False)
            shown = shown[clock.end() :] if clock else shown
        if shown.strip():
            self.block.add(f" {shown}", bold=self.strong > 0)

    def _end_block(self) -> None:
        block, self.block = self.block, Block()
        if block.text.strip():
            self.blocks.append(block)
