"""Transcriber files (.trs): turns on a time line, cut by marks of time, with the speakers in a list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from thematic.errors import InputError, Problem
from thematic.formats.encoding import head_text
from thematic.formats.times import seconds
from thematic.formats.transcripts.reading import Dropped, Reading, ReadSettings, SourceFile
from thematic.formats.transcripts.script import Said, clean_pieces, compose, to_reading
from thematic.formats.transcripts.speakers import Roster
from thematic.formats.zips import parse_xml
from thematic.text import count_words

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["parse", "read", "sniff"]

# Every file names its document type, which is elsewhere; one with anything inside stays, and is refused.
_DOCTYPE = re.compile(rb'<!DOCTYPE\s+Trans\s+SYSTEM\s+"[^"<>\[\]]{0,200}"\s*>')


def sniff(head: bytes, name: str) -> bool:  # noqa: ARG001
    """XML whose first element is Trans."""
    return re.search(r"<Trans[\s>]", head_text(head[:4096])) is not None


def read(file: SourceFile, *, settings: ReadSettings, roster: Roster) -> Reading:
    """The transcript of a Transcriber file.

    What several say at once is told apart where the file does, else labelled with all their names. Noises and
    remarks stand in attributes and are no words; a comment is reported as dropped. Raises InputError when the
    XML is broken, or a turn has no time.
    """
    root = parse(file)
    names = {
        speaker.get("id", ""): " ".join(speaker.get("name", "").split()) or speaker.get("id", "")
        for speaker in root.iter("Speaker")
    }
    problems: list[Problem] = []
    pieces = [piece for turn in root.iter("Turn") for piece in _pieces(turn, names, problems, file)]
    if problems:
        raise InputError(f"{file.name} cannot be aligned", path=file.name, problems=problems)
    comments = [" ".join(comment.get("desc", "").split()) for comment in root.iter("Comment")]
    dropped = [Dropped(None, text, "a comment", count_words(text)) for text in comments if text]
    spoken, warnings = clean_pieces(pieces, file.name)
    script = compose(spoken, pause=settings.pause)
    script.words_in += sum(piece.words for piece in dropped)
    script.dropped += dropped
    script.warnings += warnings
    return to_reading(script, file=file, format="trs", roster=roster)


def parse(file: SourceFile) -> Element:
    """The root element. Raises InputError when the XML is broken or declares entities."""
    return parse_xml(_DOCTYPE.sub(b"", file.data, count=1), file.name)


def _pieces(
    turn: Element, names: dict[str, str], problems: list[Problem], file: SourceFile
) -> Iterator[Said]:
    """What is said in a turn, a piece from each mark of time, and from each change of who speaks."""
    ids = turn.get("speaker", "").split()
    speaking = [names.get(id_, id_) for id_ in ids]
    label = " + ".join(speaking)
    start, end = (_time(turn, name, problems, file) for name in ("startTime", "endTime"))
    marks = [_time(sync, "time", problems, file) for sync in turn.iter("Sync")]
    spans = iter(zip(marks, [*marks[1:], end], strict=True))
    stops, text = marks[0] if marks else end, turn.text or ""
    for child in turn:
        if child.tag in ("Sync", "Who") and text.strip():
            yield Said(label=label, text=text, start_time=start, end_time=stops)
            text = ""
        if child.tag == "Sync":
            start, stops = next(spans)
            label = " + ".join(speaking)
        elif child.tag == "Who":
            number = child.get("nb", "")
            at = int(number) - 1 if number.isdecimal() and len(number) < 4 else -1
            label = speaking[at] if 0 <= at < len(speaking) else label
        text += " " + (child.tail or "")
    if text.strip():
        yield Said(label=label, text=text, start_time=start, end_time=stops)


def _time(element: Element, name: str, problems: list[Problem], file: SourceFile) -> float | None:
    value = element.get(name)
    found = seconds(value) if value is not None else None
    if found is None or found < 0:
        message = f"a {element.tag} has no time: {name}={value!r}"
        problems.append(Problem(message, file.name, None, "align it in Transcriber, and save"))
    return found
