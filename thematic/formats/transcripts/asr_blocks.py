"""JSON in which timed words stand in blocks of one speaker, or beside a list of such blocks.

Recall.ai, Happy Scribe and Vosk list blocks, each with its words. Trint's older files and the editors for
oral history that took their shape over (Hyperaudio, the BBC's) list all words, and paragraphs with a speaker.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any

from thematic.formats.transcripts.asr_words import (
    JsonObject,
    Problems,
    Word,
    inside,
    label_of,
    objects,
    sentences,
)
from thematic.formats.transcripts.script import Said

__all__ = ["blocks", "blocks_wrote", "flat_words", "flat_words_wrote"]

_BLOCKS = ("monologues", "transcript", "results", "blocks", "data")
_WORDS = ("words", "terms", "result")
_TEXT = ("text", "word", "value", "name")
_BEGUN = ("start", "start_time", "start_timestamp", "data_start", "time")
_ENDED = ("end", "end_time", "end_timestamp", "data_end")
_MARKS = ".,;:?!…)]}%”’。，？！、؟،"  # what stands right behind a word
_NOBODY = frozenset(("unknown", "none", "null", ""))


def _first(record: JsonObject, names: tuple[str, ...]) -> Any:
    return next((record[name] for name in names if record.get(name) is not None), None)


def _words(block: JsonObject) -> list[JsonObject] | None:
    """The words of a block; None where it has no list of them."""
    listed = _first(block, _WORDS)
    return objects(listed) if isinstance(listed, list) else None


def _is_word(word: JsonObject) -> bool:
    return isinstance(_first(word, _TEXT), str) and _first(word, _BEGUN) is not None


def _blocks(data: Any) -> list[JsonObject]:
    """The blocks of the data, with those that hold no word; none where a block is something else."""
    whole = [data] if isinstance(data, Mapping) and "result" in data and "text" in data else data
    for found in (whole, *(inside(data, name) for name in _BLOCKS)):
        listed = objects(found)
        spoken = [words for block in listed if (words := _words(block))]
        # Vosk writes {"text": ""} where nobody spoke.
        whole_list = bool(listed) and len(listed) == len(found)
        if whole_list and spoken and all(map(_is_word, (words[0] for words in spoken))):
            own = (isinstance(b.get("text"), str) and _first(b, _BEGUN) is not None for b in listed)
            return [] if any(own) else listed
    return []


def blocks_wrote(data: Any) -> bool:
    """Blocks of timed words, each of one speaker, without a text of their own that has times."""
    return bool(_blocks(data))


def blocks(data: Any, problems: Problems) -> Iterator[Said]:
    """The words of each block as sentences of its speaker. A block with text and no words is refused."""
    for i, block in enumerate(_blocks(data), 1):
        words = _words(block)
        if not words and str(block.get("text") or "").strip():
            problems.add(f"block {i} has text without timed words")
        yield from sentences(
            word
            for record in words or ()
            if (word := _word(record, _speaker(block), f"block {i}", problems)) is not None
        )


def _word(record: JsonObject, speaker: str, where: str, problems: Problems) -> Word | None:
    text = _first(record, _TEXT)
    if not isinstance(text, str):
        problems.add(f"{where} has a word without text")
        return None
    start, end = (problems.time(_seconds(_first(record, names)), where) for names in (_BEGUN, _ENDED))
    if end is None and start is not None and record.get("duration") is not None:
        end = problems.time(record["duration"], where)
        end = None if end is None else start + end
    mark = bool(text.strip()) and not text.strip().strip(_MARKS)
    return Word(text.strip(), speaker, start, end, mark)


def _seconds(value: Any) -> Any:
    """A time, which Recall.ai gives both from the start of the recording and of the day."""
    return value.get("relative") if isinstance(value, Mapping) else value


def _speaker(block: JsonObject) -> str:
    for found in (block.get("participant"), block.get("speaker"), block.get("speaker_name")):
        named = (found.get("name") or found.get("id")) if isinstance(found, Mapping) else found
        label = label_of(named, "Speaker")
        if label:
            return "" if label.casefold() in _NOBODY else label
    return ""


# --- All words in one list, and paragraphs beside them ---------------------------------------------------


def flat_words_wrote(data: Any) -> bool:
    """Words with their times, and speakers in a list of paragraphs or by their number."""
    words = objects(inside(data, "words"))
    beside = objects(inside(data, "paragraphs")) or objects(inside(data, "speakers"))
    return bool(words and beside) and _is_word(words[0])


def flat_words(data: Any, problems: Problems) -> Iterator[Said]:
    """Words in their order; whose they are says their own speaker, or the paragraph that their time falls
    in. Times in seconds, or, where all are whole and nobody could speak so slowly, in milliseconds."""
    records = objects(data["words"])
    speakers = [label_of(speaker.get("name"), "Speaker") for speaker in objects(data.get("speakers"))]
    beside = objects(data.get("paragraphs"))
    begun = [problems.time(part.get("start"), f"paragraph {i}") or 0.0 for i, part in enumerate(beside, 1)]
    found: list[Word] = []
    for i, record in enumerate(records, 1):
        number = record.get("speaker")
        own = speakers[number] if isinstance(number, int) and 0 <= number < len(speakers) else number
        word = _word(record, label_of(own, "Speaker"), f"word {i}", problems)
        if word is None:
            continue
        at = bisect_right(begun, word.start or 0.0) - 1
        speaker = word.speaker or (_speaker(beside[max(at, 0)]) if beside else "")
        found.append(Word(word.text, speaker, word.start, word.end, word.mark))
    times = [time for word in found for time in (word.start, word.end) if time is not None]
    whole = all(time.is_integer() for time in times) and max(times, default=0.0) > 20 * len(found)
    scale = 1000.0 if whole else 1.0
    for said in sentences(found):
        yield Said(
            label=said.label,
            text=said.text,
            start_time=None if said.start_time is None else said.start_time / scale,
            end_time=None if said.end_time is None else said.end_time / scale,
        )
