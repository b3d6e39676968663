"""Turns of a typed transcript: its lines told apart into labels, timestamps, words, and what is no speech."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from thematic.errors import Problem
from thematic.formats.labels import (
    STAMP_INSIDE,
    Believed,
    Line,
    LineLabel,
    Stamp,
    believe,
    leading_stamps,
    propose,
    stamp_times,
)
from thematic.formats.reading import Dropped
from thematic.formats.script import Script, Spoken
from thematic.formats.speakers import Roster, label_key
from thematic.text import count_words, snippet

__all__ = ["find_turns"]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the text and what it is. The pieces of a document, joined, are its text."""

    kind: Literal["words", "label", "stamp", "dropped", "space"]
    text: str
    line: int
    label: str = ""
    reason: str = ""
    start: float | None = None
    end: float | None = None


_METADATA = re.compile(
    r"\W*(date|time|location|place|venue|duration|length|recording|recorded|audio|video|file|filename|project|study|"
    r"site|setting|language|version|consent|transcri\w+|interview(?:\s+\w+)?|participant\s+(?:id|number|code)|"
    r"pseudonym|age|gender|occupation|source|title|subject|topic|attendees|participants|present)\b[^:]{0,30}[:：]",
    re.IGNORECASE,
)
_NOT_SPEECH = re.compile(
    r"\W*(?:.{1,60}\s(?:started|stopped) transcription|transcribed by https?://\S+|"
    r"transcription (?:started|stopped|ended)(?: after [\d:]+)?|"
    r"this editable transcript was computer generated.*|"
    r"(?:end|start|beginning) of (?:the )?"
    r"(?:interview|recording|transcript|transcription|audio|session|tape)|"
    r"(?:the )?(?:interview|recording|transcript|transcription|audio) "
    r"(?:ends|ended|begins|starts|started|stops)(?: here)?)\W*",
    re.IGNORECASE,
)
_HEADER_LINES = 40
_LONG_HEADER = 40


def find_turns(
    lines: Sequence[Line], *, name: str, transcript_id: str = "", roster: Roster | None = None
) -> Script:
    """The turns of a typed transcript.

    Labels and timestamps stay in the text, outside the turns; only a timestamp between two stretches of one
    turn leaves the text and becomes an anchor. Without any label every paragraph is a turn of an unnamed
    speaker, with a warning. Lines that are no speech are listed as dropped and stay in the text.
    """
    stamps = leading_stamps(lines)
    proposed = propose(lines, stamps)
    header = _header(lines, proposed)
    speech = [i for i, line in enumerate(lines) if i not in header and not _no_speech(line)]
    believed = believe(
        [lines[i] for i in speech], [proposed[i] for i in speech], roster or Roster(), transcript_id
    )
    labels = {
        i: label
        for i in speech
        if (label := proposed[i]) is not None and label_key(label.label) in believed.labels
    }
    pieces = _pieces(lines, header, stamps, labels, believed)
    script = _fold(pieces, labelled=bool(labels), by_line=all(line.text.strip() for line in lines))
    script.words_in = sum(count_words(line.text) for line in lines)
    script.warnings += _doubts(script, believed, labels, name)
    return script


def _header(lines: Sequence[Line], proposed: Sequence[LineLabel | None]) -> frozenset[int]:
    """Lines at the top about the interview: `Date: 12 May`, all above it, and the rest of its block.

    They end before anything that only speech has: a long line, a question, a label with a time or repeated.
    """
    last = -1
    keys: set[str] = set()
    for i, line in enumerate(lines[:_HEADER_LINES]):
        label = proposed[i]
        if (
            line.columns
            or count_words(line.text) > 12
            or "?" in line.text
            or _NOT_SPEECH.fullmatch(line.text)
        ):
            break
        if label and label.evidence != "alone":
            key = label_key(label.label)
            if label.evidence in ("timed", "bracketed") or key in keys:
                break
            keys.add(key)
        if _METADATA.match(line.text):
            last = i
    block = last + 1
    while last >= 0 and block < len(lines) and _field(lines[block].text):
        block += 1
    ends = block < len(lines) and not lines[block].text.strip()
    return frozenset(range(block if ends else last + 1))


def _field(text: str) -> bool:
    """Whether a line is a short `key: value`, as `Interviewer: Jane Smith` is in the head of a document."""
    key, colon, value = text.partition(":")
    return (
        bool(key.strip() and colon)
        and count_words(value) <= 4
        and not text.rstrip().endswith((".", "?", "!"))
    )


def _no_speech(line: Line) -> str:
    """Why a line is no speech, or an empty string."""
    return line.aside or ("no speech" if _NOT_SPEECH.fullmatch(line.text) else "")


def _pieces(
    lines: Sequence[Line],
    header: frozenset[int],
    stamps: Sequence[Stamp | None],
    labels: dict[int, LineLabel],
    believed: Believed,
) -> list[_Piece]:
    clock_zero = next((label.start for label in labels.values() if label.clock), None)
    pieces: list[_Piece] = []
    for i, line in enumerate(lines):
        label, stamp, at = labels.get(i), stamps[i], 0
        reason = _reason(i, line, header, label, stamp)
        if reason:
            pieces.append(_Piece("dropped", line.text, line.number, reason=reason))
        else:
            if label:
                at, start = label.words_at, label.start
                if label.clock and start is not None and clock_zero is not None:
                    start = (start - clock_zero) % 86400.0
                name = believed.labels[label_key(label.label)]
                pieces.append(
                    _Piece("label", line.text[:at], line.number, label=name, start=start, end=label.end)
                )
            elif stamp:
                at = stamp.end_at
                pieces.append(_Piece("stamp", line.text[:at], line.number, start=stamp.start, end=stamp.end))
            for m in STAMP_INSIDE.finditer(line.text, at):
                pieces += _words(line.text[at : m.start()], line.number)
                start, end = stamp_times(m[0])
                pieces.append(_Piece("stamp", m[0], line.number, start=start, end=end))
                at = m.end()
            pieces += _words(line.text[at:], line.number)
        pieces.append(_Piece("space", "\n", line.number))
    return pieces


def _reason(i: int, line: Line, header: frozenset[int], label: LineLabel | None, stamp: Stamp | None) -> str:
    """Why line `i` is in no turn, or an empty string."""
    if i in header and line.text.strip():
        return "head of the document"
    if label or (stamp and stamp.end_at >= len(line.text)):
        return ""
    return _no_speech(line) or ("heading" if line.heading else "")


def _words(text: str, line: int) -> list[_Piece]:
    words = text.strip()
    if not words:
        return [_Piece("space", text, line)] if text else []
    before = len(text) - len(text.lstrip())
    parts = (("space", text[:before]), ("words", words), ("space", text[before + len(words) :]))
    return [_Piece(kind, part, line) for kind, part in parts if part]  # type: ignore[arg-type]


def _fold(pieces: Sequence[_Piece], *, labelled: bool, by_line: bool) -> Script:
    """The script that the pieces tell. `by_line`: no blank lines, so without labels a line is a paragraph."""
    script = Script()
    parts: list[str] = []
    length = 0
    label: str | None = None if labelled else ""
    turn: Spoken | None = None
    start: float | None = None  # the time of the next turn, and its end
    end: float | None = None
    anchor: float | None = None
    kept: set[int] = set()
    skip_space = False
    for i, piece in enumerate(pieces):
        if piece.kind == "space":
            if skip_space:
                continue
            if not labelled and piece.text == "\n" and (by_line or _blank_before(pieces, i)):
                turn = None
        elif piece.kind == "words" and label is not None:
            if turn is None:
                turn = Spoken(label, length, length, start, end)
                script.turns.append(turn)
                anchor, start, end = start, None, None
            if anchor is not None:
                turn.anchors.append((length, anchor))
                anchor = None
            turn.end = length + len(piece.text)
            kept.add(piece.line)
        elif piece.kind == "label":
            turn, label = None, piece.label
            start, end = (piece.start, piece.end) if piece.start is not None else (start, None)
            script.words_in_labels += count_words(piece.text)
        elif piece.kind == "stamp":
            script.words_in_labels += count_words(piece.text)
            if turn is not None and labelled and _next_words(pieces, i):
                anchor = piece.start
                skip_space = _alone(pieces, i)
                continue
            if turn is not None and pieces[i - 1].kind == "words":
                turn.end_time = piece.end if piece.end is not None else piece.start
            else:
                start, end = piece.start, piece.end
            turn = None
        else:
            reason = piece.reason or "before the first speaker"
            turn = None
            if piece.text.strip():
                script.dropped.append(
                    Dropped(piece.line, piece.text.strip(), reason, count_words(piece.text))
                )
        skip_space = False
        parts.append(piece.text)
        length += len(piece.text)
    text = "".join(parts)
    script.text = text.rstrip() + "\n" if text.strip() else ""
    script.lines_kept = len(kept)
    return script


def _blank_before(pieces: Sequence[_Piece], i: int) -> bool:
    return i > 0 and pieces[i - 1].kind == "space" and pieces[i - 1].text == "\n"


def _next_words(pieces: Sequence[_Piece], i: int) -> bool:
    """Whether words follow piece `i` before any label, heading or end: the turn goes on."""
    following = next((p.kind for p in pieces[i + 1 :] if p.kind not in ("space", "stamp")), None)
    return following == "words"


def _alone(pieces: Sequence[_Piece], i: int) -> bool:
    """Whether a stamp has its line for itself."""
    return all(
        0 <= j < len(pieces) and pieces[j].kind == "space" and pieces[j].text == "\n" for j in (i - 1, i + 1)
    )


def _doubts(script: Script, believed: Believed, labels: dict[int, LineLabel], name: str) -> list[Problem]:
    """What a person should look at: no labels, labels not believed, a long head, times of day."""
    doubts = []
    if script.turns and not labels:
        message = f"no speaker labels: each of {len(script.turns)} paragraphs is a participant's turn"
        hint = 'begin each turn with a label, such as "INT:" and "P01:"'
        doubts.append(Problem(message, name, None, hint))
    for label, line in believed.doubtful[:10]:
        hint = f'if somebody speaks here, write in speakers.toml: [default] participant = ["{label}"]'
        doubts.append(Problem(f"“{label}:” was left as words of the turn before it", name, line, hint))
    early = [piece for piece in script.dropped if piece.reason == "before the first speaker"]
    words = sum(piece.words for piece in early)
    if words > _LONG_HEADER:
        message = f"{words} words before the first speaker label are in no turn: “{snippet(early[0].text)}”"
        doubts.append(Problem(message, name, early[0].line, "if this is speech, put a label before it"))
    if any(label.clock for label in labels.values()):
        doubts.append(Problem("times of day: counted from the first one", name))
    return doubts
