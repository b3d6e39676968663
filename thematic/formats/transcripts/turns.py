"""Turns of a typed transcript: its lines told apart into labels, timestamps, words, and what is no speech."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal, NamedTuple

from thematic.errors import Problem
from thematic.formats.transcripts.google_meet import untangle
from thematic.formats.transcripts.labels import (
    STAMP_INSIDE,
    Believed,
    Line,
    LineLabel,
    Stamp,
    believe,
    head_of,
    is_name,
    leading_stamps,
    propose,
    stamp_times,
)
from thematic.formats.transcripts.reading import Dropped
from thematic.formats.transcripts.script import Script, Spoken
from thematic.formats.transcripts.speakers import Roster, label_key
from thematic.text import count_words, snippet

__all__ = ["find_turns"]


_NewTurns = Literal["label", "blank line", "line", "nothing"]


class _Piece(NamedTuple):
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
    r"this editable transcript was computer generated.*|meeting ended after [\d:]+|"
    r"(?:\[\d[\d:]*\]\W*)?(?:end|start|beginning) of (?:the )?"
    r"(?:interview|recording|transcript|transcription|audio|session|tape)|"
    r"(?:the )?(?:interview|recording|transcript|transcription|audio) "
    r"(?:ends|ended|begins|starts|started|stops)(?: here)?)\W*",
    re.IGNORECASE,
)
_PRESENT = re.compile(
    r"\W*(?:attendees|participants|present|in attendance|speakers)\s*(?:[:：]\W*(?P<names>\S.{0,2000}))?\W*",
    re.IGNORECASE,
)
_BETWEEN_NAMES = re.compile(r"[,;]|\s(?:and|&)\s")
_TRANSANA = re.compile(r"¤<(\d{1,9})>\s*")
_MARKED_BOLD = re.compile(r"(\*\*|__)[^*_].*\1")
_ASKS, _ANSWERS = "Interviewer", "Participant"
_INITIALS = re.compile(r"[^\W\d_]{1,2}")
_LINE_NUMBER = re.compile(r"\s*(\d{1,5})[.)]?(?:\s+|$)")
_FEW_LINES = 5
_ENDS = '.?!…:;"”)]。？！'
_FEW_INITIALS = 3
_FEW_QUESTIONS = 3
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
    lines = untangle(_with_stamps(lines))
    words_in = sum(count_words(line.text) for line in lines)
    lines, numbers = _without_line_numbers(lines)
    stamps = leading_stamps(lines)
    proposed = propose(lines, stamps)
    header = _header(lines, proposed)
    speech = [i for i, line in enumerate(lines) if i not in header and not _no_speech(line)]
    believed = believe(
        [lines[i] for i in speech],
        [proposed[i] for i in speech],
        roster or Roster(),
        transcript_id,
        [stamps[i] for i in speech],
        listed=_listed(lines),
    )
    labels = {i: label for i in speech if (label := proposed[i]) and believed.name(label)}
    told_by_bold = not labels and bool(labels := _asked_in_bold(lines, stamps, speech))
    if told_by_bold:
        believed = replace(believed, names={label_key(name): name for name in (_ASKS, _ANSWERS)})
    stamps = [stamp if stamp and (stamp.sure or i in labels) else None for i, stamp in enumerate(stamps)]
    pieces = _pieces(lines, header, stamps, labels, believed)
    script = _fold(pieces, _new_turns(lines, stamps, bool(labels)))
    script.words_in = words_in
    script.dropped += numbers
    script.warnings += _doubts(script, believed, labels, name)
    if told_by_bold:
        message = f"no speaker labels: what is in bold was read as the {_ASKS.lower()}'s words"
        hint = 'if that is wrong, begin each turn with a label, such as "INT:" and "P01:"'
        script.warnings.append(Problem(message, name, None, hint))
    return script


def _asked_in_bold(
    lines: Sequence[Line], stamps: Sequence[Stamp | None], speech: Sequence[int]
) -> dict[int, LineLabel]:
    """Labels, where a person has typed the questions in bold and the answers not, with no label for either.

    Headings are in bold too: so at least three paragraphs, half of those in bold, must ask. A time may stand
    before either.
    """
    begins = [stamp.end_at if stamp and stamp.sure else 0 for stamp in stamps]
    filled = [i for i in speech if lines[i].text[begins[i] :].strip() and not lines[i].heading]
    bold = {i for i in filled if _is_bold(lines[i], begins[i])}
    asking = sum("?" in lines[i].text for i in bold)
    if asking < _FEW_QUESTIONS or 2 * asking < len(bold) or 4 * len(bold) > 3 * len(filled):
        return {}
    labels: dict[int, LineLabel] = {}
    last = ""
    for i in filled:
        who = _ASKS if i in bold else _ANSWERS
        if who != last:
            stamp = stamps[i] if begins[i] else None
            start, end = (stamp.start, stamp.end) if stamp else (None, None)
            labels[i] = LineLabel(who, begins[i], "bold", start, end)
        last = who
    return labels


def _is_bold(line: Line, begins: int) -> bool:
    """Whether all of a line from there on is in bold, by its document or as Markdown marks it."""
    text = line.text[begins:].strip()
    return line.bold.strip().endswith(text) or _MARKED_BOLD.fullmatch(head_of(text)) is not None


def _with_stamps(lines: Sequence[Line]) -> Sequence[Line]:
    """Lines with Transana's time codes (¤<3500>, milliseconds) written as times, and the initials that
    Teams' page shows above a name set aside."""
    shown = [i for i, line in enumerate(lines) if _INITIALS.fullmatch(line.text.strip())]
    below = {i: next((ln.text for ln in lines[i + 1 : i + 3] if ln.text.strip()), "") for i in shown}
    initials = [i for i in shown if lines[i].text.strip() == _initials(below[i])]
    if len(initials) < _FEW_INITIALS and not any("¤<" in line.text for line in lines):
        return lines
    changed = [replace(line, text=_TRANSANA.sub(_clock, line.text)) for line in lines]
    for i in initials if len(initials) >= _FEW_INITIALS else ():
        changed[i] = replace(changed[i], aside="initials of the speaker")
    return changed


def _clock(code: re.Match[str]) -> str:
    milliseconds = int(code[1])
    minutes, rest = divmod(milliseconds, 60_000)
    return f"[{minutes // 60:02d}:{minutes % 60:02d}:{rest / 1000:06.3f}] "


def _initials(line: str) -> str:
    name = re.split(r"\s{2,}|\t|\s\d", line.strip(), maxsplit=1)[0]
    words = [word for word in name.split() if word[0].isalpha()]
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()


def _without_line_numbers(lines: Sequence[Line]) -> tuple[Sequence[Line], list[Dropped]]:
    """Lines without the numbers before them, where nearly all have one and the numbers rise; what went."""
    found = [(i, m) for i, line in enumerate(lines) if (m := _LINE_NUMBER.match(head_of(line.text)))]
    numbers = [int(m[1]) for _, m in found]
    filled = sum(1 for line in lines if line.text.strip())
    rising = all(b > a or b == 1 for a, b in pairwise(numbers))
    if len(found) < _FEW_LINES or len(found) < 0.8 * filled or not rising:
        return lines, []
    stripped = list(lines)
    for i, m in found:
        stripped[i] = replace(lines[i], text=lines[i].text[m.end() :])
    text = f"{numbers[0]} to {numbers[-1]}"
    return stripped, [Dropped(lines[found[0][0]].number, text, "line numbers", len(found))]


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
            or count_words(head_of(line.text)) > 12
            or "?" in line.text
            or _NOT_SPEECH.fullmatch(head_of(line.text))
        ):
            break
        if label and label.evidence != "alone":
            key = label_key(label.label)
            if label.evidence in ("timed", "bracketed") or label.start is not None or key in keys:
                break
            keys.add(key)
        if _METADATA.match(head_of(line.text)) and not _subject_speaks(line.text):
            last = i
    block = last + 1
    while last >= 0 and block < len(lines) and _field(lines[block].text):
        block += 1
    ends = block < len(lines) and not lines[block].text.strip()
    return frozenset(range(block if ends else last + 1))


def _listed(lines: Sequence[Line]) -> frozenset[str]:
    """The names that the head of a document lists as present, on the same line or on the next."""
    names: set[str] = set()
    wanted = False
    for line in lines[:_HEADER_LINES]:
        text = line.text if wanted else ""
        found = _PRESENT.fullmatch(line.text.strip())
        if found:
            text, wanted = found["names"] or "", not found["names"]
        elif line.text.strip():
            wanted = False
        names |= {name for name in map(str.strip, _BETWEEN_NAMES.split(text)) if is_name(name)}
    return frozenset(names)


def _subject_speaks(text: str) -> bool:
    """Whether `Subject:` is one who is asked and not what the interview is about."""
    return bool(re.match(r"\W*subject\s*\d*\s*[:：].*[.?!]\W*$", head_of(text), re.IGNORECASE))


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
    return line.aside or ("no speech" if _NOT_SPEECH.fullmatch(head_of(line.text)) else "")


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
                name = believed.names[label_key(label.label)]
                pieces.append(
                    _Piece("label", line.text[:at], line.number, label=name, start=start, end=label.end)
                )
            elif stamp:
                at = stamp.end_at
                pieces.append(_Piece("stamp", line.text[:at], line.number, start=stamp.start, end=stamp.end))
            for m in STAMP_INSIDE.finditer(line.text, at):
                before = line.text[at : m.start()]
                pieces += _words(before.rstrip(), line.number)
                start, end = stamp_times(m[0])
                stamp_text = before[len(before.rstrip()) :] + m[0]
                pieces.append(_Piece("stamp", stamp_text, line.number, start=start, end=end))
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
    if len(words) == len(text):
        return [_Piece("words", words, line)]
    before = len(text) - len(text.lstrip())
    parts = (("space", text[:before]), ("words", words), ("space", text[before + len(words) :]))
    return [_Piece(kind, part, line) for kind, part in parts if part]  # type: ignore[arg-type]


def _new_turns(lines: Sequence[Line], stamps: Sequence[Stamp | None], labelled: bool) -> _NewTurns:
    """What begins a turn in this document.

    Without labels it is a paragraph; where no blank line tells paragraphs apart, a line; but where such lines
    are captions, half of them with a time, or are cut within sentences, nothing does.
    """
    if labelled:
        return "label"
    filled = [i for i, line in enumerate(lines) if line.text.strip()]
    if not filled or len(filled) <= filled[-1]:
        return "blank line"
    timed = sum(1 for i in filled if stamps[i])
    texts = [lines[i].text.strip() for i in filled]
    cut = sum(a[-1] not in _ENDS and b[0].islower() for a, b in pairwise(texts))
    if any(many >= _FEW_LINES and least * many >= len(filled) for many, least in ((timed, 2), (cut, 5))):
        return "nothing"
    return "line"


def _fold(pieces: Sequence[_Piece], new_turns: _NewTurns) -> Script:
    """The script that the pieces tell."""
    script = Script()
    parts: list[str] = []
    length = 0
    label: str | None = None if new_turns == "label" else ""
    turn: Spoken | None = None
    start: float | None = None  # the times of the next turn
    end: float | None = None
    anchor: float | None = None
    kept: set[int] = set()
    skip_space = False
    words_next = _words_next(pieces)
    for i, piece in enumerate(pieces):
        if piece.kind == "space":
            if skip_space:
                continue
            if _ends_turn(pieces, i, new_turns):
                turn = None
        elif piece.kind == "words" and label is not None:
            if turn is None:
                turn = Spoken(label, length, length, start, end)
                script.turns.append(turn)
                anchor, start, end = start, None, None
            elif not parts[-1][-1].isspace():  # a stamp that left the text stood between two words
                parts.append(" ")
                length += 1
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
            if turn is not None and words_next[i] and new_turns in ("label", "nothing"):
                anchor = piece.start
                skip_space = _alone(pieces, i)
                continue
            if turn is not None and pieces[i - 1].kind == "words":
                turn.end_time = piece.end if piece.end is not None else piece.start
            else:
                start, end = piece.start, piece.end
            turn = None
        else:
            turn = None
            if piece.text.strip():
                reason = piece.reason or "before the first speaker"
                words = count_words(piece.text)
                script.dropped.append(Dropped(piece.line, piece.text.strip(), reason, words))
        skip_space = False
        parts.append(piece.text)
        length += len(piece.text)
    text = "".join(parts)
    script.text = text.rstrip() + "\n" if text.strip() else ""
    script.lines_kept = len(kept)
    return script


def _ends_turn(pieces: Sequence[_Piece], i: int, new_turns: _NewTurns) -> bool:
    """Whether the space `i` is a line end that ends a turn without labels."""
    if pieces[i].text != "\n" or i == 0:
        return False
    before = pieces[i - 1]
    blank = before.kind == "space" and before.text == "\n"
    return new_turns == "line" or (new_turns == "blank line" and blank)


def _words_next(pieces: Sequence[_Piece]) -> list[bool]:
    """For each piece whether words follow it before any label, heading or end: the turn goes on."""
    following = False
    found = []
    for piece in reversed(pieces):
        found.append(following)
        if piece.kind not in ("space", "stamp"):
            following = piece.kind == "words"
    return found[::-1]


def _alone(pieces: Sequence[_Piece], i: int) -> bool:
    """Whether a stamp has its line for itself."""
    return all(
        0 <= j < len(pieces) and pieces[j].kind == "space" and pieces[j].text == "\n" for j in (i - 1, i + 1)
    )


def _doubts(script: Script, believed: Believed, labels: dict[int, LineLabel], name: str) -> list[Problem]:
    """What a person should look at: no labels, labels not believed, a long head, times of day."""
    doubts = []
    if script.turns and not labels:
        turns = len(script.turns)
        what = f"each of {turns} paragraphs is" if turns > 1 else "all of it is"
        message = f"no speaker labels: {what} a participant's turn"
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
