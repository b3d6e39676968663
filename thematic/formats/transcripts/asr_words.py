"""What the readers of speech recognisers' JSON share: looking into data, words to sentences, problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from thematic.errors import Problem
from thematic.formats.times import seconds
from thematic.formats.transcripts.script import Said

__all__ = ["JsonObject", "Problems", "Word", "inside", "joined", "label_of", "objects", "sentences"]

JsonObject = Mapping[str, Any]
_SENTENCE_END = (".", "?", "!", "…", "。", "？", "！")


class Problems:
    """Problems of one file, gathered while it is read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[Problem] = []

    def add(self, message: str, hint: str = "export the transcript again") -> None:
        self.found.append(Problem(message, self.name, None, hint))

    def time(self, value: object, where: str) -> float | None:
        """A time in seconds, None where there is none; a problem when it is no time."""
        if value is None:
            return None
        found = seconds(value)
        if found is None or found < 0:
            self.add(f"{where}: {value!r} is no time in seconds")
        return found

    def milliseconds(self, value: object, where: str) -> float | None:
        """A time given in milliseconds, in seconds."""
        found = self.time(value, where)
        return found / 1000 if found is not None else None


def objects(values: object) -> list[JsonObject]:
    return [value for value in values if isinstance(value, Mapping)] if isinstance(values, list) else []


def inside(data: object, *keys: str | int) -> Any:
    """The value at this path of keys and positions, or None."""
    for key in keys:
        if isinstance(key, int) and isinstance(data, list) and -len(data) <= key < len(data):
            data = data[key]
        elif isinstance(key, str) and isinstance(data, Mapping):
            data = data.get(key)
        else:
            return None
    return data


def label_of(value: object, before: str = "") -> str:
    """A speaker as a label; numbers get a word before them."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    label = " ".join(str(value).split())
    return f"{before} {label}" if before and label.isdecimal() else label


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or a mark that stands right behind the word before it."""

    text: str
    speaker: str
    start: float | None
    end: float | None
    mark: bool = False


def sentences(words: Iterable[Word]) -> Iterator[Said]:
    """Words as pieces of speech, cut where a sentence ends or another speaks."""
    run: list[Word] = []
    for word in words:
        if run and word.speaker != run[-1].speaker and not word.mark:
            yield joined(run)
            run = []
        run.append(word)
        if word.text.endswith(_SENTENCE_END):
            yield joined(run)
            run = []
    if run:
        yield joined(run)


def joined(run: Sequence[Word]) -> Said:
    text = "".join(word.text if word.mark else f" {word.text}" for word in run)
    starts = [word.start for word in run if word.start is not None]
    ends = [word.end for word in run if word.end is not None]
    return Said(
        label=run[0].speaker,
        text=text,
        start_time=min(starts, default=None),
        end_time=max(ends, default=None),
    )
