"""A text of another program's project as a transcript: its turns are found, not a character is changed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from thematic.errors import InputError
from thematic.formats.encoding import Newline
from thematic.formats.transcripts.labels import Line
from thematic.formats.transcripts.reading import SourceFile, clean_id
from thematic.formats.transcripts.script import Interview, Script, Spoken, to_readings
from thematic.formats.transcripts.speakers import Roster
from thematic.formats.transcripts.turns import find_turns
from thematic.model import Source, Transcript
from thematic.text import count_words

__all__ = ["project_transcript", "unique_id"]

# What other programs end a line with besides LF. Each is one character, so offsets stay.
_BREAKS = re.compile("[\x0b\x0c\x85\u2028\u2029]")


def project_transcript(
    text: str,
    *,
    id: str,
    title: str,
    file: SourceFile,
    format: str,
    encoding: str | None = "utf-8",
    newline: Newline = "lf",
    bom: bool = False,
    attributes: Mapping[str, str] | None = None,
) -> Transcript:
    """The transcript with exactly this text (LF line ends), its turns found as in any typed transcript.

    Turns leave out labels and timestamps. A text in which nobody is told apart has a turn a paragraph.
    """
    source = Source(
        path=file.name, sha256=file.sha256, format=format, encoding=encoding, newline=newline, bom=bom
    )
    script = _script(text, id)
    transcript = Transcript(
        id=id, title=title, text=text, turns=(), source=source, attributes=dict(attributes or {})
    )
    if not script.turns:
        return transcript
    try:
        reading = to_readings([Interview(script=script, id=id, title=title)], file=file, format=format)
    except InputError:
        return transcript
    return Transcript(
        id=id,
        title=title,
        text=text,
        turns=reading.transcripts[0].turns,
        source=source,
        attributes=dict(attributes or {}),
    )


def unique_id(name: str, taken: set[str]) -> str:
    """A transcript id made from a name, unlike those taken whatever the case; it is added to them."""
    stem = clean_id(name)[:80]
    candidate, number = stem, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{stem}-{number}"
    taken.add(candidate.casefold())
    return candidate


def _script(text: str, transcript_id: str) -> Script:
    plain = _BREAKS.sub("\n", text)
    lines = [Line(number=n, text=line) for n, line in enumerate(plain.split("\n"), 1)]
    found = find_turns(lines, name=transcript_id, transcript_id=transcript_id, roster=Roster())
    same = found.text.rstrip() == plain.rstrip()
    turns = found.turns if same else _located(found, plain)
    if turns is None:
        turns = _paragraphs(text)
    script = Script(text=text, turns=turns)
    script.words_in = sum(count_words(text[turn.start : turn.end]) for turn in turns)
    return script


def _located(found: Script, text: str) -> list[Spoken] | None:
    """The turns where they stand in `text`, of which finding them has left something out; None if nowhere.

    A turn inside which a timestamp stood is found by its first and its last words.
    """
    turns: list[Spoken] = []
    at = 0
    for turn in found.turns:
        words = found.text[turn.start : turn.end]
        start = text.find(words, at)
        end = start + len(words)
        if start < 0:
            head, tail = words[:40], words[-40:]
            start = text.find(head, at)
            last = text.find(tail, start) if start >= 0 else -1
            end = last + len(tail)
            if start < 0 or last < 0 or end - start > len(words) * 2 + 80:
                return None
        turns.append(Spoken(turn.label, start, end, turn.start_time, turn.end_time))
        at = end
    return turns


def _paragraphs(text: str) -> list[Spoken]:
    return [Spoken("", m.start(), m.end()) for m in re.finditer(r"[^\s](?:[^\n]*[^\s])?", text)]
