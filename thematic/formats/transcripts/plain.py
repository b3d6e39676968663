"""Plain text and Markdown, as people type transcripts and as Otter, Rev and Zoom write them."""

from __future__ import annotations

import re

from thematic.errors import InputError
from thematic.formats.encoding import decode
from thematic.formats.transcripts.labels import Line
from thematic.formats.transcripts.reading import Reading, ReadSettings, SourceFile, clean_id
from thematic.formats.transcripts.script import to_reading
from thematic.formats.transcripts.speakers import Roster
from thematic.formats.transcripts.tables import columns_of
from thematic.formats.transcripts.turns import find_turns

__all__ = ["read", "sniff"]

_MARKDOWN = ("md", "markdown")
_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?\s*")
_PIPE = re.compile(r"(?<!\\)\|")
_CHAT = re.compile(r"\d{1,2}:\d{2}:\d{2}\s+From\s+.{1,80}?(?:\s+to\s+.{1,80}?)?\s*:", re.IGNORECASE)
_HEADING = re.compile(r"\s{0,3}#{1,6}\s")


def sniff(head: bytes, name: str) -> bool:  # noqa: ARG001
    """Text files by their extension: any text may be a transcript, so this reader is asked last."""
    extension = SourceFile(name, b"").extension
    return extension in ("txt", "text", "") or extension in _MARKDOWN


def read(file: SourceFile, *, settings: ReadSettings, roster: Roster) -> Reading:
    """The transcript of a text file. Raises InputError when it is empty, binary, wrongly encoded or a
    meeting's chat."""
    decoded = decode(file, settings.encoding)
    markdown = file.extension in _MARKDOWN
    texts = decoded.text.split("\n")
    front = _front_matter(texts) if markdown else 0
    _refuse_chat(file, texts)
    tabled = _tabled(texts)
    lines = []
    for n, text in enumerate(texts, 1):
        aside = "front matter" if n <= front else ""
        heading = markdown and bool(_HEADING.match(text))
        lines += tabled.get(n) or [Line(number=n, text=text, heading=heading, aside=aside)]
    script = find_turns(lines, name=file.name, transcript_id=clean_id(file.stem), roster=roster)
    return to_reading(
        script, file=file, format="markdown" if markdown else "text", decoded=decoded, roster=roster
    )


def _tabled(texts: list[str]) -> dict[int, list[Line]]:
    """Lines by number of the tables of turns that Markdown draws with | and a row of dashes."""
    found: dict[int, list[Line]] = {}
    last = 1
    for n, text in enumerate(texts, 1):
        if n <= last or "|" not in text or not _RULE.fullmatch(text):
            continue
        last = next((m for m in range(n, len(texts)) if "|" not in texts[m]), len(texts))
        numbers = [n - 1, *range(n + 1, last + 1)]
        rows = [_cells(texts[m - 1]) for m in numbers]
        columns = columns_of(rows)
        if columns:
            found |= {m: columns.lines(cells, m) for m, cells in zip(numbers, rows, strict=True)}
            found[n] = [Line(number=n, text=text, aside="line of a table")]
    return found


def _cells(row: str) -> list[str]:
    inner = row.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [" ".join(cell.replace("\\|", "|").split()) for cell in _PIPE.split(inner)]


def _refuse_chat(file: SourceFile, texts: list[str]) -> None:
    """Raises InputError for the chat of a Zoom meeting: what was typed is not what was said."""
    filled = [text for text in texts if text.strip()]
    chat = sum(1 for text in filled if _CHAT.match(text))
    if chat and 3 * chat >= len(filled):
        raise InputError(
            "this is the chat of a meeting, not the transcript of what was said",
            path=file.name,
            hint="export the transcript (.vtt); to code the chat itself, write its lines as “Name: words”",
        )


def _front_matter(texts: list[str]) -> int:
    """The number of lines of a YAML front matter, 0 when there is none."""
    if texts[0].strip() != "---":
        return 0
    return next((n for n, text in enumerate(texts[1:], 2) if text.strip() in ("---", "...")), 0)
