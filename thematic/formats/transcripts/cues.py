"""Captions: WebVTT, SubRip, SBV, LRC of Zoom, Teams, Whisper, YouTube and others, and Whisper's timed text.

A tolerant reader of its own, because the libraries lose words or give them to the wrong speaker: they merge a
second voice of a cue into the first, leave `&#39;` in names, and drop cues with commas in the time.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from thematic.errors import InputError, Problem
from thematic.formats.encoding import decode, head_text
from thematic.formats.times import parse_time
from thematic.formats.transcripts.labels import Line, Stamp, believe, is_name, is_usual_label, propose
from thematic.formats.transcripts.reading import Dropped, Reading, ReadSettings, SourceFile, clean_id
from thematic.formats.transcripts.script import Said, Script, compose, to_reading
from thematic.formats.transcripts.speakers import Roster
from thematic.text import count_words, snippet

__all__ = ["Cue", "read", "script_of_cues", "sniff"]

_TIME = r"-?\d[\d:]*(?:[.,]\d+)?"
_TIMING = re.compile(rf"\s*({_TIME})\s*-->\s*({_TIME})(?:[ \t].*)?")
_SBV_TIME = r"\d+:\d\d:\d\d\.\d{3}"
_SBV = re.compile(rf"({_SBV_TIME}),({_SBV_TIME})\s*")
_INLINE = re.compile(rf"\s*\[({_TIME})\s*-->\s*({_TIME})\]\s?(.*)")
_CUES_INSIDE = re.compile(rf"^(?:{_TIMING.pattern}|{_SBV.pattern}|{_INLINE.pattern})$", re.MULTILINE)
# [00:43.81]Hello everyone: the lyrics of a song, and what recognisers write in their form.
_LYRICS = re.compile(r"^\[(\d{1,3}:\d\d\.\d{2,3})\][ \t]*(.*)$", re.MULTILINE)
_BLOCK = re.compile(r"(NOTE|STYLE|REGION)(?:\s|$)")
_CUE_ID = re.compile(r"\d+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}(?:/.*|-\d+)?")
# Webex names the speaker in the id: 3 "Jane Doe" (1234567)
_NAMED_ID = re.compile(r'\d+ "(?P<name>[^"]{1,80})"(?: \(\d+\))?')
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^<>]*)>|(</v>)")
_TAG = re.compile(
    r"</?(?:c|i|b|u|s|ruby|rt|lang|font|v)(?:[.\s][^<>]*)?>|<\d[\d:.,]*>|\{\\[^{}]*\}", re.IGNORECASE
)
_WORD_TIMES = re.compile(r"<\d[\d:.]*><c>")
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z]+\d*);")
# Where fewer cues than this lack a label, a missing one means that the program did not know the speaker.
_UNKNOWN_SHARE = 0.2
_FEW, _NEARLY_ALL = 3, 0.8


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: its payload lines, its times in seconds, and the line of its timing in the file.

    `voice` is the speaker that its id, or an attribute, names.
    """

    line: int
    start: float
    end: float
    payload: tuple[str, ...]
    voice: str = ""


def sniff(head: bytes, name: str) -> bool:
    """A first line WEBVTT, or lines that are the timing of a cue, or an .lrc file."""
    text = head_text(head)
    if name.lower().endswith(".lrc") and _LYRICS.search(text):
        return True
    return text.lstrip().startswith("WEBVTT") or bool(_CUES_INSIDE.search(text))


def read(file: SourceFile, *, settings: ReadSettings, roster: Roster) -> Reading:
    """The transcript of a caption file, with the times of every cue.

    Raises InputError with every timing line that is no time: what cannot be aligned is refused.
    """
    decoded = decode(file, settings.encoding)
    text = _with_ends(decoded.text) if file.extension == "lrc" else decoded.text
    cues, dropped, warnings = parse_cues(text, file.name)
    cues, repeats = _without_repeats(cues, text)
    script = script_of_cues(cues, dropped + repeats, warnings, file=file, settings=settings, roster=roster)
    return to_reading(script, file=file, format=_format(decoded.text, file), decoded=decoded, roster=roster)


def script_of_cues(
    cues: Sequence[Cue],
    dropped: Sequence[Dropped],
    warnings: Sequence[Problem],
    *,
    file: SourceFile,
    settings: ReadSettings,
    roster: Roster,
) -> Script:
    """The script that cues in order of time tell; dropped and warnings: what was found on the way to them."""
    found = list(warnings)
    spans = [(cue, *span) for cue in _named_above(cues) for span in _voices(cue)]
    pieces, label_words = _said(spans, file.name, clean_id(file.stem), roster, found)
    script = compose(pieces, pause=settings.pause)
    script.words_in = sum(count_words(text) for _, _, text in spans)
    script.dropped = list(dropped)
    script.words_in += sum(piece.words for piece in script.dropped)
    script.words_in_labels = label_words
    script.warnings = found
    return script


def _with_ends(text: str) -> str:
    """LRC, which gives only where a line begins: each with the beginning of the next one as its end."""
    begun = [m[1] for m in _LYRICS.finditer(text)]
    ends = iter([*begun[1:], *begun[-1:]])
    return _LYRICS.sub(lambda line: f"[{line[1]} --> {next(ends)}] {line[2]}", text)


def parse_cues(text: str, name: str) -> tuple[list[Cue], list[Dropped], list[Problem]]:
    """The cues of canonical text in order of time, what is no cue, and what was odd.

    The text between two timing lines is the payload of the first, except the cue id before the second.
    """
    lines = text.split("\n")
    problems: list[Problem] = []
    warnings: list[Problem] = []
    dropped: list[Dropped] = []
    cues: list[Cue] = []
    current: tuple[int, float, float] | None = None
    voice = id_names = ""
    payload: list[str] = []
    block: str | None = None  # inside a header or a NOTE, up to the next blank line
    is_webvtt = text.lstrip().startswith("WEBVTT")  # in which an arrow stands nowhere else

    def close() -> None:
        if current is not None:
            cues.append(Cue(*current, tuple(payload), voice))
        payload.clear()

    for i, line in enumerate(lines):
        inline = _INLINE.fullmatch(line)
        timing = inline or _TIMING.fullmatch(line) or _SBV.fullmatch(line)
        if timing:
            close()
            block = None
            voice, id_names = id_names, ""
            current = _times(timing, i + 1, name, problems, warnings)
            if inline:
                payload.append(inline[3])
        elif "-->" in line and (
            (is_webvtt and not block and not _BLOCK.match(line)) or re.match(r"\s*\[?[\d:.,\-]+\s*-->", line)
        ):
            problems.append(_unreadable(line, i + 1, name))
        elif not line.strip():
            block = None
        elif block or (i == 0 and line.startswith("WEBVTT")):
            if line.strip() != "WEBVTT":
                dropped.append(Dropped(i + 1, line.strip(), f"{block or 'WEBVTT'} block", count_words(line)))
            block = block or "WEBVTT"
        elif _BLOCK.match(line) and (i == 0 or not lines[i - 1].strip()):
            block = line.split()[0]
            dropped.append(Dropped(i + 1, line.strip(), f"{block} block", count_words(line)))
        elif _is_id(lines, i):
            named = _NAMED_ID.fullmatch(line.strip())
            id_names = " ".join(named["name"].split()) if named else ""
        elif current is None:
            dropped.append(Dropped(i + 1, line.strip(), "before the first cue", count_words(line)))
        else:
            payload.append(line)
    close()
    if problems:
        raise InputError(f"{name} cannot be aligned", path=name, problems=problems)
    if not cues:
        raise InputError(
            "no cues with times in it",
            path=name,
            hint="export the captions again as .vtt or .srt, or rename to .txt",
        )
    in_order = sorted(cues, key=lambda cue: cue.start)
    if in_order != cues:
        first = next(a for a, b in zip(cues, in_order, strict=True) if a != b)
        warnings.append(Problem("cues were not in order of time; sorted", name, first.line))
    return in_order, dropped, warnings


def _without_repeats(cues: Sequence[Cue], text: str) -> tuple[list[Cue], list[Dropped]]:
    """Cues without the lines that YouTube's automatic captions show again while the next line appears."""
    if not _WORD_TIMES.search(text):
        return list(cues), []
    kept: list[Cue] = []
    repeats: list[Dropped] = []
    shown = ""
    for cue in cues:
        lines = [line for line in cue.payload if _plain(line).strip()]
        fresh = list(lines)
        while fresh and _plain(fresh[0]).split() == shown.split():
            again = _plain(fresh.pop(0)).strip()
            repeats.append(Dropped(cue.line, again, "shown again in the next caption", count_words(again)))
        shown = _plain(lines[-1]) if lines else shown
        kept.append(replace(cue, payload=tuple(fresh)))
    return kept, repeats


def _named_above(cues: Sequence[Cue]) -> list[Cue]:
    """Cues with their first line as speaker, where nearly all have a name there and names come back.

    Teams wrote its first transcripts so: time, name and words, each on a line.
    """
    firsts = [_plain(cue.payload[0]).strip(": \t") if len(cue.payload) > 1 else "" for cue in cues]
    names = [first for first in firsts if first and (is_name(first) or is_usual_label(first))]
    if len(names) < max(_FEW, _NEARLY_ALL * len(cues)) or 3 * len(set(names)) > 2 * len(names):
        return list(cues)
    return [
        replace(cue, voice=first, payload=cue.payload[1:]) if first in names else cue
        for cue, first in zip(cues, firsts, strict=True)
    ]


def _times(
    timing: re.Match[str], line: int, name: str, problems: list[Problem], warnings: list[Problem]
) -> tuple[int, float, float]:
    start, end = parse_time(timing[1]), parse_time(timing[2])
    if start is None or end is None:
        problems.append(_unreadable(timing[0], line, name))
        return line, 0.0, 0.0
    if start < 0 or end < start:
        warnings.append(Problem(f"odd times “{timing[0].strip()}”: set to a valid span", name, line))
        start = max(start, 0.0)
        end = max(end, start)
    return line, start, end


def _unreadable(line: str, number: int, name: str) -> Problem:
    return Problem(
        f"not a time: “{snippet(line)}”", name, number, "write it as 00:01:02.500 --> 00:01:05.000"
    )


def _is_id(lines: Sequence[str], i: int) -> bool:
    """Whether line `i` is the id of the cue whose timing is on the next line."""
    if i + 1 >= len(lines) or not _TIMING.fullmatch(lines[i + 1]):
        return False
    return i == 0 or not lines[i - 1].strip() or bool(_CUE_ID.fullmatch(lines[i].strip()))


def _plain(payload: str) -> str:
    """Payload without tags, entities resolved. A lone `<` or `&`, as Zoom writes them, stays."""
    return _ENTITY.sub(lambda m: html.unescape(m[0]), _TAG.sub("", payload))


def _said(
    spans: Sequence[tuple[Cue, str, str]],
    name: str,
    transcript_id: str,
    roster: Roster,
    warnings: list[Problem],
) -> tuple[list[Said], int]:
    """Who says what, from spans of (cue, voice, text), and the number of words that are labels."""
    named = any(voice for _, voice, _ in spans)
    lines = [] if named else [Line(number=cue.line, text=text) for cue, _, text in spans]
    proposed = [
        label
        if label
        and (
            label.evidence in ("colon", "bracketed")
            or (label.evidence == "alone" and line.text.lstrip().startswith("["))
        )
        else None
        for line, label in zip(lines, propose(lines, [None] * len(lines)), strict=True)
    ]
    firsts = [
        Stamp(0, cue.start, cue.end) if before is None or before.line != cue.line else None
        for before, (cue, _, _) in zip([None, *(cue for cue, _, _ in spans)], spans, strict=False)
    ]
    begin = [label for label, first in zip(proposed, firsts, strict=False) if first]
    with_colon = sum(label is not None and label.evidence == "colon" for label in begin)
    believed = believe(
        lines,
        proposed,
        roster,
        transcript_id,
        firsts[: len(lines)],
        every_block=len(begin) >= _FEW and with_colon >= _NEARLY_ALL * len(begin),
    )
    found: list[tuple[Cue, str | None, str]] = []
    label_words = 0
    for (cue, voice, text), label in zip_longest(spans, proposed):
        if not text.strip():
            continue
        name_of = believed.name(label)
        if voice:
            found.append((cue, voice, text))
        elif label and name_of:
            label_words += count_words(text[: label.words_at])
            found.append((cue, name_of, text[label.words_at :]))
        else:
            found.append((cue, None, text))
    return _fill(found, name, named, warnings), label_words


def _voices(cue: Cue) -> list[tuple[str, str]]:
    """(voice, text) of a cue: one for each `<v>`, or one for each line where there is none."""
    if not any(_VOICE.search(line) for line in cue.payload):
        return [(cue.voice, _plain(line)) for line in cue.payload]
    spans: list[tuple[str, str]] = []
    text, voice, at = "\n".join(cue.payload), "", 0
    for m in _VOICE.finditer(text):
        spans.append((voice, _plain(text[at : m.start()])))
        voice = " ".join(_plain(m[1]).split()) if m[2] is None else ""
        at = m.end()
    spans.append((voice, _plain(text[at:])))
    return [span for span in spans if span[1].strip()]


def _fill(
    found: Sequence[tuple[Cue, str | None, str]], name: str, named: bool, warnings: list[Problem]
) -> list[Said]:
    """Speech with a speaker for every cue. A cue that begins no turn goes on with the turn before it.

    Within a cue a line without a label always goes on. Between cues it goes on where labels mark changes of
    speaker only; where nearly every cue has a label, one without is of an unknown speaker.
    """
    cues_with = {cue.line for cue, label, _ in found if label is not None}
    without = [cue for cue, label, _ in found if label is None and cue.line not in cues_with]
    share = len({cue.line for cue in without}) / max(1, len({cue.line for cue, _, _ in found}))
    unknown = bool(cues_with) and (named or share < _UNKNOWN_SHARE)
    said: list[Said] = []
    last_cue, last = -1, ""
    for cue, label, text in found:
        if label is None and (cue.line != last_cue and unknown):
            label = ""
        last = label if label is not None else last
        last_cue = cue.line
        said.append(Said(label=last, text=text, start_time=cue.start, end_time=cue.end))
    if not cues_with:
        warnings.append(
            Problem(
                "no speaker names in it: every turn is of an unnamed participant",
                name,
                None,
                'write a name before the words of a cue ("INT: …"), or export with speakers',
            )
        )
    elif without:
        whom = "an unknown speaker" if unknown else "the speaker before them"
        warnings.append(
            Problem(f"{len(without)} cues without a name were given to {whom}", name, without[0].line)
        )
    return said


def _format(text: str, file: SourceFile) -> str:
    if text.lstrip().startswith("WEBVTT"):
        return "vtt"
    return file.extension if file.extension in ("srt", "sbv", "lrc") else "captions"
