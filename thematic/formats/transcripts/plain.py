"""Plain text and Markdown, as people type transcripts and as Otter, Rev and Zoom write them."""

from __future__ import annotations

import re

from thematic.formats.encoding import decode
from thematic.formats.transcripts.labels import Line
from thematic.formats.transcripts.reading import Reading, ReadSettings, SourceFile, clean_id
from thematic.formats.transcripts.script import to_reading
from thematic.formats.transcripts.speakers import Roster
from thematic.formats.transcripts.turns import find_turns

__all__ = ["read", "sniff"]

_MARKDOWN = ("md", "markdown")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s")


def sniff(head: bytes, name: str) -> bool:  # noqa: ARG001
    """Text files by their extension: any text may be a transcript, so this reader is asked last."""
    extension = SourceFile(name, b"").extension
    return extension in ("txt", "text", "") or extension in _MARKDOWN


def read(file: SourceFile, *, settings: ReadSettings, roster: Roster) -> Reading:
    """The transcript of a text file. Raises InputError when it is empty, binary or wrongly encoded."""
    decoded = decode(file, settings.encoding)
    markdown = file.extension in _MARKDOWN
    texts = decoded.text.split("\n")
    front = _front_matter(texts) if markdown else 0
    lines = [
        Line(
            number=n,
            text=text,
            heading=markdown and bool(_HEADING.match(text)),
            aside="front matter" if n <= front else "",
        )
        for n, text in enumerate(texts, 1)
    ]
    script = find_turns(lines, name=file.name, transcript_id=clean_id(file.stem), roster=roster)
    return to_reading(
        script, file=file, format="markdown" if markdown else "text", decoded=decoded, roster=roster
    )


def _front_matter(texts: list[str]) -> int:
    """The number of lines of a YAML front matter, 0 when there is none."""
    if texts[0].strip() != "---":
        return 0
    return next((n for n, text in enumerate(texts[1:], 2) if text.strip() in ("---", "...")), 0)
