"""A transcript in the making: canonical text, turns without roles, and an account of every word.

`compose` writes it from pieces of speech that a program has told apart; `find_turns` in turns.py from the
lines of a document. `to_reading` gives every speaker a role and makes a Reading of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from thematic.errors import InputError, Problem
from thematic.formats.encoding import Decoded, clean
from thematic.formats.transcripts.reading import Dropped, Reading, ReadingReport, SourceFile, clean_id
from thematic.formats.transcripts.speakers import Roster, Speaker, assign_roles, utterances
from thematic.model import Role, Source, Transcript, Turn
from thematic.text import count_words, snippet

__all__ = ["Interview", "Said", "Script", "Spoken", "clean_pieces", "compose", "to_reading", "to_readings"]


@dataclass(slots=True)
class Spoken:
    """A turn without a role: its label and its span in the text of the script."""

    label: str
    start: int
    end: int
    start_time: float | None = None
    end_time: float | None = None
    anchors: list[tuple[int, float]] = field(default_factory=list)


@dataclass(slots=True)
class Script:
    """A text with its turns, and what became of every word of the source."""

    text: str = ""
    turns: list[Spoken] = field(default_factory=list)
    words_in: int = 0
    words_in_labels: int = 0
    lines_kept: int = 0
    dropped: list[Dropped] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A piece of speech that a program has told apart: a cue, a segment, a row."""

    label: str
    text: str
    start_time: float | None = None
    end_time: float | None = None


def compose(pieces: Iterable[Said], *, pause: float | None = None, join: bool = True) -> Script:
    """`LABEL: words`, one paragraph a turn, pieces of one speaker joined by a space.

    `pause` is the silence in seconds that begins a new paragraph where no speaker is named; None for never.
    With `join=False` every piece is a turn. Each piece with a time leaves an anchor.
    """
    script = Script()
    parts: list[str] = []
    length = 0
    for piece in pieces:
        words = " ".join(piece.text.split())
        if not words:
            continue
        script.words_in += count_words(piece.text)
        script.lines_kept += 1
        turn = script.turns[-1] if script.turns else None
        if turn is None or not join or turn.label != piece.label or _after_pause(turn, piece, pause):
            opening = ("\n\n" if script.turns else "") + (f"{piece.label}: " if piece.label else "")
            length += len(opening)
            turn = Spoken(piece.label, length, length, piece.start_time)
            script.turns.append(turn)
        else:
            opening = " "
            length += 1
        parts += (opening, words)
        if piece.start_time is not None:
            turn.anchors.append((length, piece.start_time))
        length += len(words)
        turn.end = length
        if piece.end_time is not None:
            turn.end_time = max(piece.end_time, turn.end_time or piece.end_time)
    script.text = "".join(parts) + "\n" if parts else ""
    return script


def clean_pieces(pieces: Iterable[Said], name: str) -> tuple[list[Said], list[Problem]]:
    """Pieces without characters that no document can hold, which JSON can smuggle in as escapes; warnings."""
    cleaned: list[Said] = []
    warnings: list[Problem] = []
    for piece in pieces:
        text, doubts = clean(piece.text, name)
        label, more = clean(piece.label, name)
        cleaned.append(replace(piece, text=text, label=" ".join(label.split())))
        warnings += [replace(doubt, line=None, hint=f"in “{snippet(text)}”") for doubt in (*doubts, *more)]
    return cleaned, warnings


def _after_pause(turn: Spoken, piece: Said, pause: float | None) -> bool:
    if pause is None or turn.label or turn.end_time is None or piece.start_time is None:
        return False
    return piece.start_time - turn.end_time > pause


# --- To a reading --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    """A script with what else its file says: id and title, case attributes, and roles by label."""

    script: Script
    id: str
    title: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)


def to_reading(
    script: Script,
    *,
    file: SourceFile,
    format: str,
    decoded: Decoded | None = None,
    roster: Roster | None = None,
    roles: Mapping[str, Role] | None = None,
) -> Reading:
    """The reading of a file that holds one transcript. Raises InputError when nobody says anything in it.

    `roles` are those that the file itself states, by label.
    """
    interview = Interview(script=script, id=clean_id(file.stem), title=file.stem, roles=roles or {})
    return to_readings([interview], file=file, format=format, decoded=decoded, roster=roster)


def to_readings(
    interviews: Sequence[Interview],
    *,
    file: SourceFile,
    format: str,
    decoded: Decoded | None = None,
    roster: Roster | None = None,
    dropped: Sequence[Dropped] = (),
    warnings: Sequence[Problem] = (),
) -> Reading:
    """The reading of a file that holds these interviews; `dropped` and `warnings` belong to none of them.

    Words that are in no turn and not reported are a bug, and are said so in the report.
    """
    if not any(interview.script.turns for interview in interviews):
        hint = "remove it, or export the transcript again"
        raise InputError("no words spoken in it", path=file.name, hint=hint)
    source = Source(
        path=file.name,
        sha256=file.sha256,
        format=format,
        encoding=decoded.encoding if decoded else None,
        newline=decoded.newline if decoded else None,
        bom=decoded.bom if decoded else False,
    )
    transcripts: list[Transcript] = []
    speakers: list[Speaker] = []
    found = [*(decoded.warnings if decoded else ()), *warnings]
    for interview in interviews:
        transcript, heard, doubts = _to_transcript(interview, source, roster or Roster())
        transcripts.append(transcript)
        speakers += heard
        found += [*interview.script.warnings, *doubts]
    scripts = [interview.script for interview in interviews]
    all_dropped = (*dropped, *(piece for script in scripts for piece in script.dropped))
    words_in = sum(script.words_in for script in scripts) + sum(piece.words for piece in dropped)
    words_out = sum(speaker.words for speaker in speakers)
    in_labels = sum(script.words_in_labels for script in scripts)
    lost = words_in - words_out - in_labels - sum(piece.words for piece in all_dropped)
    if lost:
        message, hint = f"{abs(lost)} words are not accounted for", "please report this file's format"
        found.append(Problem(message, file.name, None, hint))
    report = ReadingReport(
        path=file.name,
        format=format,
        lines_kept=sum(script.lines_kept for script in scripts),
        words_in=words_in,
        words_out=words_out,
        words_in_labels=in_labels,
        dropped=all_dropped,
        warnings=tuple(found),
    )
    return Reading(transcripts=tuple(transcripts), speakers=tuple(speakers), report=report)


def _to_transcript(
    interview: Interview, source: Source, roster: Roster
) -> tuple[Transcript, list[Speaker], list[Problem]]:
    script = interview.script
    said = [(turn, script.text[turn.start : turn.end]) for turn in script.turns]
    heard = utterances((turn.label, words, count_words(words)) for turn, words in said)
    speakers, warnings = assign_roles(interview.id, heard, roster, interview.roles)
    turns = tuple(
        Turn(
            index=i,
            speaker=speakers[turn.label].name,
            role=speakers[turn.label].role,
            start=turn.start,
            end=turn.end,
            start_time=turn.start_time,
            end_time=turn.end_time,
            anchors=tuple(turn.anchors),
        )
        for i, turn in enumerate(script.turns)
    )
    transcript = Transcript(
        id=interview.id,
        title=interview.title,
        text=script.text,
        turns=turns,
        source=source,
        attributes=dict(interview.attributes),
    )
    return transcript, list(speakers.values()), warnings
