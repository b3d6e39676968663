"""Google Meet's transcript documents, whose export runs notes and speech together.

The speech lies between the first line that is only a time and the line that says that transcription ended.
What stands before it, such as notes that a machine wrote, and after it is set aside. A speaker who takes over
in the middle of a line ("…wanted to sayKai Chen: Uh yeah") gets a line of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from thematic.formats.transcripts.labels import Line, head_of, is_name

__all__ = ["untangle"]

_TIME = re.compile(r"\s*(?:#{1,6}\s+)?\d{1,2}:\d{2}:\d{2}\s*")
_END = re.compile(r"\W*(?:transcription ended after|this editable transcript was computer)", re.IGNORECASE)
_NAME = re.compile(r"\s*\*{0,2}([^\W\d_][^:*\n]{0,60}?):\*{0,2}\s")


def untangle(lines: Sequence[Line]) -> list[Line]:
    """The lines of a Meet transcript with all but speech set aside; those of other documents unchanged."""
    first = next((i for i, line in enumerate(lines) if _TIME.fullmatch(head_of(line.text))), None)
    last = next((i for i, line in enumerate(lines) if _END.match(head_of(line.text))), None)
    if first is None or last is None or last < first:
        return list(lines)
    speech = lines[first:last]
    names = {m[1] for line in speech if (m := _NAME.match(head_of(line.text))) and is_name(m[1])}
    found = [_aside(line, "before the transcript") for line in lines[:first]]
    found += [part for line in speech for part in _split(line, names)]
    return found + [_aside(line, "after the transcript") for line in lines[last:]]


def _aside(line: Line, reason: str) -> Line:
    return replace(line, aside=reason) if line.text.strip() else line


def _split(line: Line, names: set[str]) -> list[Line]:
    """The line, cut before every name of a speaker that is glued to the words before it."""
    if not names:
        return [line]
    alternatives = "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))
    cuts = [m.start() for m in re.finditer(rf"(?<=[\w.?!,…])(?:{alternatives}):\s", line.text)]
    starts = [0, *cuts]
    texts = [line.text[start:end] for start, end in zip(starts, [*cuts, None], strict=True)]
    first, *rest = texts
    return [replace(line, text=first), *(Line(number=line.number, text=text) for text in rest)]
