"""Praat's TextGrids, in their long and their short form: tiers of intervals as speakers.

A tier that cuts the same speech into words, phones or syllables repeats it and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from thematic.errors import InputError, Problem
from thematic.formats.encoding import decode, head_text
from thematic.formats.times import seconds
from thematic.formats.transcripts.reading import Dropped, Reading, ReadSettings, SourceFile
from thematic.formats.transcripts.script import Said, to_reading
from thematic.formats.transcripts.speakers import Roster
from thematic.formats.transcripts.tiers import script_of_tiers
from thematic.text import count_words, snippet

__all__ = ["read", "sniff"]

# The long form names every value, the short one only writes them: what counts are the values in their order.
_VALUE = re.compile(r'"((?:[^"]|"")*)"|(?<![\w."<\[-])(-?\d[\d.eE+-]*)(?![\w.\]])|<(exists|absent)>')
_BEGIN = re.compile(r'\s*(?:File type = )?"ooTextFile[^"]*"\s+(?:Object class = )?"TextGrid')
_FINE = re.compile(
    r".*\b(?:words?|phones?|phonemes?|segments?|syllables?|mau|ort|kan|ipa|pos|lemmas?)\b.*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Tier:
    name: str
    intervals: tuple[tuple[str, str, str], ...]  # start, end, words


def sniff(head: bytes, name: str) -> bool:  # noqa: ARG001
    """A text file of Praat that says it is a TextGrid."""
    return _BEGIN.match(head_text(head[:4096])) is not None


def read(file: SourceFile, *, settings: ReadSettings, roster: Roster) -> Reading:
    """The transcript of a TextGrid: the intervals of its tiers in order of time, each tier a speaker.

    Raises InputError when it breaks off, or an interval has no time.
    """
    decoded = decode(file, settings.encoding)
    tiers = _tiers(decoded.text, file)
    fine = [tier for tier in tiers if _FINE.fullmatch(tier.name.replace("_", " ").replace("-", " "))]
    speech = [tier for tier in tiers if tier not in fine] or fine[:1]
    problems: list[Problem] = []
    pieces: list[Said] = []
    dropped: list[Dropped] = []
    for tier in tiers:
        said = [
            (start, end, " ".join(words.split())) for start, end, words in tier.intervals if words.strip()
        ]
        if tier not in speech:
            words = " ".join(text for _, _, text in said)
            reason = "a finer tier, which repeats the speech"
            dropped.append(Dropped(None, f"{tier.name}: {snippet(words)}", reason, count_words(words)))
            continue
        for first, last, text in said:
            start, end = seconds(first), seconds(last)
            if start is None or end is None:
                message = f"the interval “{snippet(text)}” of the tier {tier.name} has no time"
                problems.append(Problem(message, file.name, None, "save it again in Praat"))
            pieces.append(Said(label=tier.name, text=text, start_time=start, end_time=end))
    script = script_of_tiers(pieces, dropped, problems, name=file.name, pause=settings.pause)
    return to_reading(script, file=file, format="textgrid", decoded=decoded, roster=roster)


def _tiers(text: str, file: SourceFile) -> list[_Tier]:
    """The tiers in order. Raises InputError where the values end before what they announce."""
    values = [m[1].replace('""', '"') if m[1] is not None else m[2] or m[3] for m in _VALUE.finditer(text)]
    rest = iter(values[2:])  # after the type of the file and of the object
    try:
        _take(rest, 3)  # the whole time, and whether there are tiers
        return [_tier(rest) for _ in range(_count(_next(rest)))]
    except ValueError as error:
        raise InputError(
            "the TextGrid breaks off, or is damaged",
            path=file.name,
            hint="save it again in Praat, as a text file",
        ) from error


def _tier(values: Iterator[str]) -> _Tier:
    kind, name, _, _, count = _take(values, 5)
    if kind == "IntervalTier":
        rows = [_take(values, 3) for _ in range(_count(count))]
        return _Tier(name, tuple((start, end, words) for start, end, words in rows))
    if kind == "TextTier":  # points in time, such as marks
        points = [_take(values, 2) for _ in range(_count(count))]
        return _Tier(name, tuple((at, at, words) for at, words in points))
    raise ValueError(kind)


def _count(value: str) -> int:
    return int(value[:9])


def _take(values: Iterator[str], n: int) -> Sequence[str]:
    return [_next(values) for _ in range(n)]


def _next(values: Iterator[str]) -> str:
    for value in values:
        return value
    raise ValueError("no more values")
