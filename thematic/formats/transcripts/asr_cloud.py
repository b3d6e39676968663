"""JSON of more speech recognisers: Google, Azure, ElevenLabs, Gladia, Hugging Face's Whisper, YouTube.

As in `asr_json`, each has a function that knows its data and one from its data to pieces of speech.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from thematic.formats.times import parse_time
from thematic.formats.transcripts.asr_words import (
    JsonObject,
    Problems,
    Word,
    inside,
    joined,
    label_of,
    objects,
    sentences,
)
from thematic.formats.transcripts.script import Said
from thematic.text import count_words

__all__ = [
    "azure",
    "azure_fast",
    "azure_fast_text",
    "azure_fast_wrote",
    "azure_text",
    "azure_wrote",
    "elevenlabs",
    "elevenlabs_wrote",
    "gladia",
    "gladia_text",
    "gladia_wrote",
    "google",
    "google_text",
    "google_wrote",
    "hugging_face",
    "hugging_face_wrote",
    "listed_sentences",
    "sentences_wrote",
    "youtube",
    "youtube_wrote",
]

_TICKS = 10_000_000  # a second, as Azure counts
_ISO_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")


# --- Google Speech-to-Text --------------------------------------------------------------------------------


def google_wrote(data: Any) -> bool:
    """Results with a transcript in their alternatives, of v1 or v2, or a `response` around them."""
    results = _google_results(data)
    return any(
        isinstance(inside(result, "alternatives", 0, "transcript"), str)
        and inside(result, "alternatives", 0, "timestamps")
        is None  # IBM's words, whose times stand elsewhere
        for result in results
    )


def google(data: Any, problems: Problems) -> Iterator[Said]:
    """A result is a stretch of speech. With speakers told apart, v1 repeats all words in its last result."""
    results = _google_results(data)
    tagged = _all_words_again(data)
    if tagged:
        yield from sentences(_google_words(tagged, problems))
        return
    for n, result in enumerate(results, 1):
        words = objects(inside(result, "alternatives", 0, "words"))
        text = inside(result, "alternatives", 0, "transcript")
        if words and {label for word in words if (label := _google_label(word))}:
            yield from sentences(_google_words(words, problems))
        elif isinstance(text, str):
            made = list(_google_words(words, problems))
            end = made[-1].end if made else _google_time(result, "resultEnd", problems, f"result {n}")
            yield Said(
                label=label_of(result.get("channelTag"), "Channel"),
                text=text,
                start_time=made[0].start if made else None,
                end_time=end,
            )


def google_text(data: Any) -> str:
    """The transcripts of all results; that of the last alone, where it repeats the others as its words do."""
    found = [inside(result, "alternatives", 0, "transcript") for result in _google_results(data)]
    *others, last = [text if isinstance(text, str) else "" for text in found] or [""]
    before = "\n".join(others)
    repeats = bool(_all_words_again(data)) and count_words(last) >= count_words(before)
    return last if repeats else f"{before}\n{last}"


def _all_words_again(data: Any) -> list[JsonObject]:
    """All words, each with the tag of its speaker, where the last result has them again, as in v1."""
    words = objects(inside(_google_results(data)[-1:], 0, "alternatives", 0, "words"))
    return words if all(word.get("speakerTag") for word in words) else []


def _google_results(data: Any) -> list[JsonObject]:
    found = inside(data, "response", "results") or inside(data, "results")
    return [result for result in objects(found) if isinstance(inside(result, "alternatives"), list)]


def _google_words(words: list[JsonObject], problems: Problems) -> Iterator[Word]:
    for i, word in enumerate(words, 1):
        text = word.get("word")
        if not isinstance(text, str):
            problems.add(f"word {i} has no text")
            continue
        start, end = (_google_time(word, which, problems, f"word {i}") for which in ("start", "end"))
        yield Word(text, _google_label(word), start, end)


def _google_label(word: JsonObject) -> str:
    return label_of(word.get("speakerLabel") or word.get("speakerTag") or "", "Speaker")


def _google_time(item: JsonObject, which: str, problems: Problems, where: str) -> float | None:
    """`1.500s`, under names of v1 (startTime) or v2 (startOffset); absent where it is 0."""
    value = item.get(f"{which}Time", item.get(f"{which}Offset"))
    if value is None:
        return 0.0 if which == "start" else None
    return problems.time(value[:-1] if isinstance(value, str) and value.endswith("s") else value, where)


# --- Azure ------------------------------------------------------------------------------------------------


def azure_wrote(data: Any) -> bool:
    """Batch transcription: recognised phrases with their best alternatives."""
    return isinstance(inside(data, "recognizedPhrases"), list)


def azure(data: Any, problems: Problems) -> Iterator[Said]:
    """Phrases, those of several channels in order of time."""
    phrases = objects(data["recognizedPhrases"])
    several = len({label_of(phrase.get("channel"), "Channel") for phrase in phrases}) > 1
    pieces = []
    for i, phrase in enumerate(phrases, 1):
        text = inside(phrase, "nBest", 0, "display")
        if not isinstance(text, str):
            if phrase.get("recognitionStatus", "Success") == "Success":
                problems.add(f"phrase {i} has no text")
            continue
        start = _azure_time(phrase, "offset", problems, f"phrase {i}")
        length = _azure_time(phrase, "duration", problems, f"phrase {i}")
        speaker = label_of(phrase.get("speaker"), "Speaker")
        channel = label_of(phrase.get("channel"), "Channel") if several else ""
        pieces.append(
            Said(
                label=" ".join(part for part in (channel, speaker) if part),
                text=text,
                start_time=start,
                end_time=None if start is None or length is None else start + length,
            )
        )
    yield from sorted(pieces, key=lambda piece: piece.start_time or 0.0)


def azure_text(data: Any) -> str:
    return _texts_of(inside(data, "combinedRecognizedPhrases"), "display")


def _texts_of(parts: object, name: str) -> str:
    return "\n".join(text for part in objects(parts) if isinstance(text := part.get(name), str))


def _azure_time(phrase: JsonObject, which: str, problems: Problems, where: str) -> float | None:
    """In ticks, or as PT1M2.5S."""
    ticks = phrase.get(f"{which}InTicks")
    if ticks is not None:
        found = problems.time(ticks, where)
        return None if found is None else found / _TICKS
    text = phrase.get(which)
    parts = _ISO_DURATION.fullmatch(text) if isinstance(text, str) else None
    if parts is None:
        return None if text is None else problems.time(text, where)
    hours, minutes, secs = (float(part or 0) for part in parts.groups())
    return hours * 3600 + minutes * 60 + secs


def azure_fast_wrote(data: Any) -> bool:
    """Fast transcription: phrases with offsets in milliseconds."""
    return isinstance(inside(data, "phrases"), list) and "combinedPhrases" in data


def azure_fast(data: Any, problems: Problems) -> Iterator[Said]:
    for i, phrase in enumerate(objects(data["phrases"]), 1):
        if not isinstance(phrase.get("text"), str):
            problems.add(f"phrase {i} has no text")
            continue
        start = problems.milliseconds(phrase.get("offsetMilliseconds"), f"phrase {i}")
        length = problems.milliseconds(phrase.get("durationMilliseconds"), f"phrase {i}")
        yield Said(
            label=label_of(phrase.get("speaker"), "Speaker"),
            text=phrase["text"],
            start_time=start,
            end_time=None if start is None or length is None else start + length,
        )


def azure_fast_text(data: Any) -> str:
    return _texts_of(data["combinedPhrases"], "text")


# --- ElevenLabs -------------------------------------------------------------------------------------------


def elevenlabs_wrote(data: Any) -> bool:
    """Words, spacing and events in one list, with times in seconds."""
    words = objects(inside(data, "words"))
    return isinstance(inside(data, "text"), str) and any(
        word.get("type") in ("word", "spacing", "audio_event") for word in words[:3]
    )


def elevenlabs(data: Any, problems: Problems) -> Iterator[Said]:
    words = []
    for i, word in enumerate(objects(data["words"]), 1):
        text = word.get("text")
        if not isinstance(text, str):
            problems.add(f"word {i} has no text")
        elif text.strip():
            start, end = (problems.time(word.get(key), f"word {i}") for key in ("start", "end"))
            words.append(Word(text, label_of(word.get("speaker_id")), start, end))
    yield from sentences(words)


# --- Gladia -----------------------------------------------------------------------------------------------


def _gladia_utterances(data: Any) -> Any:
    return inside(data, "result", "transcription", "utterances") or inside(
        data, "transcription", "utterances"
    )


def gladia_wrote(data: Any) -> bool:
    return isinstance(_gladia_utterances(data), list)


def gladia(data: Any, problems: Problems) -> Iterator[Said]:
    for i, utterance in enumerate(objects(_gladia_utterances(data)), 1):
        if not isinstance(utterance.get("text"), str):
            problems.add(f"utterance {i} has no text")
            continue
        yield Said(
            label=label_of(utterance.get("speaker"), "Speaker"),
            text=utterance["text"],
            start_time=problems.time(utterance.get("start"), f"utterance {i}"),
            end_time=problems.time(utterance.get("end"), f"utterance {i}"),
        )


def gladia_text(data: Any) -> str:
    text = inside(data, "result", "transcription", "full_transcript") or inside(
        data, "transcription", "full_transcript"
    )
    return text if isinstance(text, str) else ""


# --- Whisper by Hugging Face ------------------------------------------------------------------------------


def hugging_face_wrote(data: Any) -> bool:
    """Chunks with a pair of times; insanely-fast-whisper adds the same with speakers."""
    return any(isinstance(inside(part, "timestamp"), list) for part in _hugging_face_parts(data)[:1])


def _hugging_face_parts(data: Any) -> list[JsonObject]:
    return objects(inside(data, "speakers")) or objects(inside(data, "chunks"))


def hugging_face(data: Any, problems: Problems) -> Iterator[Said]:
    for i, part in enumerate(_hugging_face_parts(data), 1):
        if not isinstance(part.get("text"), str):
            problems.add(f"chunk {i} has no text")
            continue
        yield Said(
            label=label_of(part.get("speaker")),
            text=part["text"],
            start_time=problems.time(inside(part, "timestamp", 0), f"chunk {i}"),
            end_time=problems.time(inside(part, "timestamp", 1), f"chunk {i}"),
        )


# --- Sentences of other programs ----------------------------------------------------------------------


_SAID = ("text", "sentence", "transcript", "content", "utterance")
_BEGUN = ("start", "start_time", "startTime", "begin", "start_timestamp", "startTimestamp")
_ENDED = ("end", "end_time", "endTime", "stop", "end_timestamp", "endTimestamp")
_SPOKE = ("speaker", "speaker_name", "speakerName", "speaker_label", "name", "speaker_id")
_LISTS = ("utterances", "sentences", "paragraphs", "transcript", "results", "monologues", "data", "turns")
_SLOWEST = 0.02  # words a second: below it, whole numbers are milliseconds


def _records(data: Any) -> list[JsonObject]:
    lists = [data] if isinstance(data, list) else [inside(data, name) for name in _LISTS]
    for found in lists:
        records = objects(found)
        if (
            records
            and len(records) == len(found)
            and all(_first(r, _SAID) and _timed(r) for r in records[:5])
        ):
            return records
    return []


def _first(record: JsonObject, names: tuple[str, ...]) -> str:
    return next((name for name in names if record.get(name) is not None), "")


def _timed(record: JsonObject) -> bool:
    return isinstance(record.get(_first(record, _SAID)), str) and bool(_first(record, _BEGUN))


def sentences_wrote(data: Any) -> bool:
    """A list of records with words and a time each, as AssemblyAI, Fireflies, Grain and others write."""
    return bool(_records(data))


def listed_sentences(data: Any, problems: Problems) -> Iterator[Said]:
    """Records in their order; times in seconds, as clock times, or, where nobody could speak so slowly, in
    milliseconds."""
    records = _records(data)
    said, times = [], []
    for i, record in enumerate(records, 1):
        text = record.get(_first(record, _SAID))
        if not isinstance(text, str):
            problems.add(f"record {i} has no text")
            continue
        start, end = (
            _clock(record.get(_first(record, names)), problems, f"record {i}") for names in (_BEGUN, _ENDED)
        )
        said.append((label_of(record.get(_first(record, _SPOKE)), "Speaker"), text))
        times.append((start, end))
    last = max((time for pair in times for time in pair if time is not None), default=0.0)
    words = sum(text.count(" ") + 1 for _, text in said)
    whole = all(float(time).is_integer() for pair in times for time in pair if time is not None)
    scale = 1000.0 if whole and last > 1000 and words < _SLOWEST * last else 1.0
    for (label, text), (start, end) in zip(said, times, strict=True):
        yield Said(
            label=label,
            text=text,
            start_time=None if start is None else start / scale,
            end_time=None if end is None else end / scale,
        )


def _clock(value: Any, problems: Problems, where: str) -> float | None:
    clock = parse_time(value) if isinstance(value, str) and ":" in value else None
    return clock if clock is not None else problems.time(value, where)


# --- YouTube ----------------------------------------------------------------------------------------------


def youtube_wrote(data: Any) -> bool:
    """The captions of a video as `json3`."""
    return any("tStartMs" in event for event in objects(inside(data, "events"))[:3])


def youtube(data: Any, problems: Problems) -> Iterator[Said]:
    for i, event in enumerate(objects(data["events"]), 1):
        words = [str(part.get("utf8", "")) for part in objects(event.get("segs"))]
        if "".join(words).strip():
            start = problems.milliseconds(event.get("tStartMs"), f"event {i}")
            length = problems.milliseconds(event.get("dDurationMs"), f"event {i}")
            end = None if start is None or length is None else start + length
            yield joined([Word("".join(words), "", start, end)])
