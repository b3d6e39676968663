"""JSON of speech recognisers: Whisper and its kin, AWS Transcribe, Deepgram, Speechmatics, Sonix and others.

Each has a function from its data to pieces of speech. Where a file also gives its whole text, the words are
counted against it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from thematic.errors import InputError, Problem
from thematic.formats.encoding import decode, head_text, load_json
from thematic.formats.times import seconds
from thematic.formats.transcripts import asr_blocks as word_blocks
from thematic.formats.transcripts import asr_cloud as cloud
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
from thematic.formats.transcripts.reading import Reading, ReadSettings, SourceFile
from thematic.formats.transcripts.script import Said, clean_pieces, compose, to_reading
from thematic.formats.transcripts.speakers import Roster
from thematic.text import join_names, snippet, word_spans

__all__ = ["RECOGNISERS", "read", "sniff"]

_KEYS = re.compile(
    r'"(?:segments|results|transcript|words|participant|transcription|utterances|monologues|chunks|recognizedPhrases|phrases|events)"\s*:\s*[\[{]|'
    r'^\s*\[\s*\{[^{}]*"(?:start|end)"\s*:'
)


@dataclass(frozen=True, slots=True)
class Recogniser:
    """A program that writes JSON: how to know its data, its pieces of speech, its whole text if any."""

    title: str
    wrote: Callable[[Any], bool]
    pieces: Callable[[Any, Problems], Iterator[Said]]
    whole_text: Callable[[Any], str]


def sniff(head: bytes, name: str) -> bool:
    """A JSON object or list that is named .json, or has the keys of a recogniser."""
    text = head_text(head)
    return text.lstrip()[:1] in ("{", "[") and (name.lower().endswith(".json") or bool(_KEYS.search(text)))


def read(file: SourceFile, *, settings: ReadSettings, roster: Roster) -> Reading:
    """The transcript of a recogniser's JSON, with its times.

    Raises InputError for JSON that is broken or of no known recogniser, and for every piece without words or
    with a time that is none.
    """
    decoded = decode(file, settings.encoding)
    data = load_json(decoded, file.name)
    name = next((name for name, recogniser in RECOGNISERS.items() if recogniser.wrote(data)), None)
    if name is None:
        titles = join_names([recogniser.title for recogniser in RECOGNISERS.values()])
        raise InputError(
            f"this JSON is none of the transcripts we know, those of {titles}",
            path=file.name,
            hint="if it is a transcript, export it as .vtt, .srt or .txt; if not, leave it out",
        )
    problems = Problems(file.name)
    pieces = list(RECOGNISERS[name].pieces(data, problems))
    if problems.found:
        raise InputError(f"{file.name} cannot be read", path=file.name, problems=problems.found)
    pieces, warnings = clean_pieces(pieces, file.name)
    script = compose(pieces, pause=settings.pause)
    script.warnings += warnings
    said = "\n".join(piece.text for piece in pieces)
    script.warnings += _differing_words(said, RECOGNISERS[name].whole_text(data), file.name)
    if script.turns and not any(piece.label for piece in pieces):
        script.warnings.append(
            Problem(
                "no speaker names in it: every turn is of an unnamed participant",
                file.name,
                None,
                "recognise speakers too (diarisation), or name them in a .txt, .vtt or .srt export",
            )
        )
    return to_reading(script, file=file, format=f"{name}-json", decoded=decoded, roster=roster)


def _differing_words(said: str, whole: str, name: str) -> list[Problem]:
    """What to say when the words of the pieces are not those of the whole text, as after one was edited."""
    if not whole or said.split() == whole.split():
        return []
    in_pieces, in_whole = (Counter(_words(text)) for text in (said, whole))
    if not in_whole or in_pieces == in_whole:
        return []
    message = (
        f"{in_pieces.total()} words in the timed pieces, {in_whole.total()} in the whole text that the file "
        "also holds"
    )
    for place, only in (("the pieces", in_pieces - in_whole), ("the whole text", in_whole - in_pieces)):
        if only:
            message += f"; only in {place}: {snippet(' '.join(only.elements()))}"
    return [Problem(message, name, None, "compare them: one of the two was edited")]


def _words(text: str) -> list[str]:
    return [text[start:end].casefold() for start, end in word_spans(text)]


# Other programs write lists of records too: a transcript's have words and times.
_SOME = 20
_NO_SECONDS = (
    1000  # the first twenty segments of an interview end before; whole numbers above are milliseconds
)


# --- Whisper, faster-whisper, WhisperX -------------------------------------------------------------------


def _whisper_wrote(data: Any) -> bool:
    segments = data if isinstance(data, list) else inside(data, "segments")
    if not isinstance(segments, list):
        return False
    if isinstance(data, list):
        some = objects(segments)[:_SOME]
        return any("text" in part and {"end", "words"} & part.keys() for part in some) and not any(
            isinstance(part.get("end"), int) and part["end"] > _NO_SECONDS for part in some
        )
    return not segments or any({"text", "start", "end"} & part.keys() for part in objects(segments)[:_SOME])


def _whisper_text(data: Any) -> str:
    text = inside(data, "text")
    return text if isinstance(text, str) else ""


def _whisper(data: Any, problems: Problems) -> Iterator[Said]:
    """Segments; one whose words name several speakers is divided between them."""
    segments = data if isinstance(data, list) else data["segments"]
    for i, segment in enumerate(segments, 1):
        if not isinstance(segment, Mapping) or not isinstance(segment.get("text"), str):
            problems.add(f"segment {i} has no text")
            continue
        start = problems.time(segment.get("start"), f"segment {i}")
        end = problems.time(segment.get("end"), f"segment {i}")
        whole = Said(
            label=label_of(segment.get("speaker")), text=segment["text"], start_time=start, end_time=end
        )
        yield from _whisper_speakers(segment, whole)


def _whisper_speakers(segment: JsonObject, whole: Said) -> Iterator[Said]:
    """A segment divided where its words change speaker; undivided where words and text differ.

    A word without a speaker, as WhisperX leaves numerals, belongs to the one before it.
    """
    runs: list[tuple[str, int, list[float]]] = []  # label, where it begins in the text, times
    at = 0
    for word in objects(segment.get("words")):
        text = str(word.get("word", "")).strip()
        found = whole.text.find(text, at)
        if found < 0:
            runs.clear()
            break
        label = label_of(word.get("speaker")) or (runs[-1][0] if runs else "")
        if not runs or (label != runs[-1][0] and runs[-1][0]):
            runs.append((label, found, []))
        elif not runs[-1][0]:  # the words so far had no speaker
            runs[-1] = (label, *runs[-1][1:])
        known = (seconds(word.get("start")), seconds(word.get("end")))
        runs[-1][2].extend(time for time in known if time is not None)
        at = found + len(text)
    if len(runs) < 2:
        yield replace(whole, label=runs[0][0] or whole.label) if runs else whole
        return
    starts = [0, *(start for _, start, _ in runs[1:]), len(whole.text)]
    for (label, _, times), start, end in zip(runs, starts, starts[1:], strict=False):
        yield Said(
            label=label,
            text=whole.text[start:end],
            start_time=min(times, default=None),
            end_time=max(times, default=None),
        )


# --- AWS Transcribe ------------------------------------------------------------------------------------


def _aws_wrote(data: Any) -> bool:
    return isinstance(inside(data, "results", "items"), list)


def _aws_text(data: Any) -> str:
    return str(inside(data, "results", "transcripts", 0, "transcript") or "")


def _aws(data: Any, problems: Problems) -> Iterator[Said]:
    """Items, all numbers in strings. Older files name speakers in a list of their own, by start time."""
    results = data["results"]
    channels = objects(inside(results, "channel_labels", "channels"))
    speakers = {
        str(item.get("start_time")): label_of(item.get("speaker_label"))
        for segment in objects(inside(results, "speaker_labels", "segments"))
        for item in objects(segment.get("items"))
    }
    if not speakers:
        speakers = _aws_speakers(results)
    if channels:
        pieces = [
            piece
            for channel in channels
            for piece in sentences(
                _aws_words(channel.get("items"), speakers, label_of(channel.get("channel_label")), problems)
            )
        ]
        yield from sorted(pieces, key=lambda piece: piece.start_time or 0.0)
    else:
        yield from sentences(_aws_words(results["items"], speakers, "", problems))


def _aws_speakers(results: Any) -> dict[str, str]:
    """Labels by start time where segments of speakers list no items: those of the segment around them."""
    spans = [
        (seconds(part.get("start_time")), label_of(part.get("speaker_label")))
        for part in objects(inside(results, "speaker_labels", "segments"))
    ]
    starts = sorted((start, label) for start, label in spans if start is not None)
    found: dict[str, str] = {}
    for item in objects(results["items"]) if starts else ():
        at = seconds(item.get("start_time"))
        if at is not None:
            found[str(item.get("start_time"))] = starts[max(0, bisect_right(starts, (at, "\uffff")) - 1)][1]
    return found


def _aws_words(
    items: object, speakers: Mapping[str, str], channel: str, problems: Problems
) -> Iterator[Word]:
    label = channel
    for i, item in enumerate(items if isinstance(items, list) else (), 1):
        text = inside(item, "alternatives", 0, "content")
        if not isinstance(text, str):
            problems.add(f"item {i} has no content")
            continue
        mark = item.get("type") == "punctuation"
        if not mark:
            named = label_of(item.get("speaker_label")) or speakers.get(str(item.get("start_time")), "")
            label = named or channel
        start, end = (problems.time(item.get(key), f"item {i}") for key in ("start_time", "end_time"))
        yield Word(text, label, start, end, mark)


# --- Deepgram ------------------------------------------------------------------------------------------


def _deepgram_wrote(data: Any) -> bool:
    return isinstance(inside(data, "results", "channels"), list)


def _deepgram_text(data: Any) -> str:
    channels = inside(data, "results", "channels")
    texts = [inside(channel, "alternatives", 0, "transcript") for channel in channels]
    return "\n".join(text for text in texts if isinstance(text, str))


def _deepgram(data: Any, problems: Problems) -> Iterator[Said]:
    """Utterances where they were asked for, else words. Speakers begin again at 0 in every channel."""
    channels = data["results"]["channels"]
    several = len(channels) > 1

    def label(channel: object, speaker: object) -> str:
        name = label_of(speaker, "Speaker")
        return f"Channel {channel} {name}".strip() if several else name

    utterances = objects(inside(data, "results", "utterances"))
    pieces: list[Said] = []
    for i, utterance in enumerate(utterances, 1):
        text = utterance.get("transcript")
        if not isinstance(text, str):
            problems.add(f"utterance {i} has no transcript")
            continue
        pieces.append(
            Said(
                label=label(utterance.get("channel", 0), utterance.get("speaker")),
                text=text,
                start_time=problems.time(utterance.get("start"), f"utterance {i}"),
                end_time=problems.time(utterance.get("end"), f"utterance {i}"),
            )
        )
    for n, channel in enumerate(() if utterances else channels):
        words = []
        for i, word in enumerate(objects(inside(channel, "alternatives", 0, "words")), 1):
            text = word.get("punctuated_word") or word.get("word")
            if not isinstance(text, str):
                problems.add(f"word {i} of channel {n} has no text")
                continue
            start, end = (problems.time(word.get(key), f"word {i}") for key in ("start", "end"))
            words.append(Word(text, label(n, word.get("speaker")), start, end))
        pieces += sentences(words)
    yield from sorted(pieces, key=lambda piece: piece.start_time or 0.0)


# --- Speechmatics --------------------------------------------------------------------------------------


def _speechmatics_wrote(data: Any) -> bool:
    results = inside(data, "results")
    return isinstance(results, list) and (
        not results
        or (
            inside(results, 0, "alternatives") is not None
            and inside(results, 0, "alternatives", 0, "transcript") is None
        )
    )


def _speechmatics(data: Any, problems: Problems) -> Iterator[Said]:
    """Words and punctuation; UU is a speaker that was not recognised."""
    words = []
    speaker = ""
    for i, result in enumerate(data["results"], 1):
        text = inside(result, "alternatives", 0, "content")
        if not isinstance(text, str):
            if inside(result, "type") in ("word", "punctuation"):
                problems.add(f"result {i} has no content")
            continue
        mark = result.get("type") == "punctuation" and result.get("attaches_to") != "next"
        if not mark:
            speaker = label_of(inside(result, "alternatives", 0, "speaker")) or label_of(
                result.get("channel")
            )
            speaker = "" if speaker == "UU" else speaker
        start, end = (problems.time(result.get(key), f"result {i}") for key in ("start_time", "end_time"))
        words.append(Word(text, speaker, start, end, mark))
    yield from sentences(words)


# --- Sonix ---------------------------------------------------------------------------------------------


def _sonix_wrote(data: Any) -> bool:
    transcript = inside(data, "transcript")
    return isinstance(transcript, list) and all(isinstance(part, Mapping) for part in transcript[:1])


def _sonix(data: Any, problems: Problems) -> Iterator[Said]:
    """Parts of one speaker each: their text, or where they have none, their words."""
    for i, part in enumerate(data["transcript"], 1):
        text = inside(part, "text")
        words = [str(word.get("text") or word.get("word") or "") for word in objects(inside(part, "words"))]
        if not isinstance(text, str) and words:
            own_spaces = any(word != word.strip() for word in words)
            text = ("" if own_spaces else " ").join(words)
        if not isinstance(text, str):
            problems.add(f"part {i} has no text")
            continue
        yield Said(
            label=label_of(part.get("speaker"), "Speaker"),
            text=text,
            start_time=problems.time(part.get("start_time"), f"part {i}"),
            end_time=problems.time(part.get("end_time"), f"part {i}"),
        )


# --- whisper.cpp, AssemblyAI, Rev ------------------------------------------------------------------------


def _whisper_cpp_wrote(data: Any) -> bool:
    return isinstance(inside(data, "transcription"), list)


def _whisper_cpp(data: Any, problems: Problems) -> Iterator[Said]:
    """Segments with offsets in milliseconds."""
    for i, segment in enumerate(data["transcription"], 1):
        text = inside(segment, "text")
        if not isinstance(text, str):
            problems.add(f"segment {i} has no text")
            continue
        start = problems.milliseconds(inside(segment, "offsets", "from"), f"segment {i}")
        end = problems.milliseconds(inside(segment, "offsets", "to"), f"segment {i}")
        yield Said(label=label_of(segment.get("speaker")), text=text, start_time=start, end_time=end)


def _assemblyai_wrote(data: Any) -> bool:
    words = inside(data, "words")
    return (
        isinstance(inside(data, "text"), str) and isinstance(words, list) and inside(words, 0, "word") is None
    )


def _timed_words_wrote(data: Any) -> bool:
    return isinstance(inside(data, "text"), str) and isinstance(inside(data, "words", 0, "word"), str)


def _timed_words(data: Any, problems: Problems) -> Iterator[Said]:
    """Whisper by OpenAI with times of words only: the text has the punctuation, the words have the times."""
    words = objects(data["words"])
    texts = data["text"].split()
    if len(texts) != len(words):
        texts = [str(word.get("word", "")).strip() for word in words]
    found = []
    for i, (text, word) in enumerate(zip(texts, words, strict=True), 1):
        start, end = (problems.time(word.get(key), f"word {i}") for key in ("start", "end"))
        found.append(Word(text, label_of(word.get("speaker")), start, end))
    yield from sentences(found)


def _assemblyai(data: Any, problems: Problems) -> Iterator[Said]:
    """Utterances where speakers were told apart, else words; times in milliseconds."""
    utterances = objects(data.get("utterances"))
    words = []
    for i, part in enumerate(utterances or objects(data["words"]), 1):
        text = part.get("text")
        if not isinstance(text, str):
            problems.add(f"part {i} has no text")
            continue
        label = label_of(part.get("speaker"))
        label = f"Speaker {label}" if len(label) == 1 else label
        start = problems.milliseconds(part.get("start"), f"part {i}")
        end = problems.milliseconds(part.get("end"), f"part {i}")
        words.append(Word(text, label, start, end))
    if utterances:
        yield from (joined([word]) for word in words)
    else:
        yield from sentences(words)


def _rev_wrote(data: Any) -> bool:
    return isinstance(inside(data, "monologues"), list)


def _rev(data: Any, problems: Problems) -> Iterator[Said]:
    """Monologues of elements that bring their own spaces; names of speakers in a list of their own."""
    names = {
        str(speaker.get("id")): label_of(speaker.get("name")) for speaker in objects(data.get("speakers"))
    }
    for i, monologue in enumerate(objects(data["monologues"]), 1):
        elements = objects(monologue.get("elements"))
        if not all(isinstance(element.get("value"), str) for element in elements):
            problems.add(f"monologue {i} has an element without a value")
            continue
        speaker = monologue.get("speaker")
        starts = [problems.time(element.get("ts"), f"monologue {i}") for element in elements]
        ends = [problems.time(element.get("end_ts"), f"monologue {i}") for element in elements]
        yield Said(
            label=names.get(str(speaker)) or label_of(speaker, "Speaker"),
            text="".join(element["value"] for element in elements),
            start_time=min((time for time in starts if time is not None), default=None),
            end_time=max((time for time in ends if time is not None), default=None),
        )


def _no_text(_: Any) -> str:
    return ""


RECOGNISERS: dict[str, Recogniser] = {
    "whisper": Recogniser("Whisper", _whisper_wrote, _whisper, _whisper_text),
    "aws": Recogniser("AWS Transcribe", _aws_wrote, _aws, _aws_text),
    "deepgram": Recogniser("Deepgram", _deepgram_wrote, _deepgram, _deepgram_text),
    "google": Recogniser("Google", cloud.google_wrote, cloud.google, cloud.google_text),
    "speechmatics": Recogniser("Speechmatics", _speechmatics_wrote, _speechmatics, _no_text),
    "whisper-cpp": Recogniser("whisper.cpp", _whisper_cpp_wrote, _whisper_cpp, _no_text),
    "elevenlabs": Recogniser("ElevenLabs", cloud.elevenlabs_wrote, cloud.elevenlabs, _whisper_text),
    "whisper-words": Recogniser("OpenAI", _timed_words_wrote, _timed_words, _whisper_text),
    "assemblyai": Recogniser("AssemblyAI", _assemblyai_wrote, _assemblyai, _whisper_text),
    "blocks": Recogniser(
        "Recall.ai, Happy Scribe, Vosk", word_blocks.blocks_wrote, word_blocks.blocks, _no_text
    ),
    "flat-words": Recogniser(
        "Trint and Hyperaudio", word_blocks.flat_words_wrote, word_blocks.flat_words, _no_text
    ),
    "rev": Recogniser("Rev", _rev_wrote, _rev, _no_text),
    "azure": Recogniser("Azure", cloud.azure_wrote, cloud.azure, cloud.azure_text),
    "azure-fast": Recogniser(
        "Azure fast transcription", cloud.azure_fast_wrote, cloud.azure_fast, cloud.azure_fast_text
    ),
    "gladia": Recogniser("Gladia", cloud.gladia_wrote, cloud.gladia, cloud.gladia_text),
    "hugging-face": Recogniser("Hugging Face", cloud.hugging_face_wrote, cloud.hugging_face, _whisper_text),
    "youtube": Recogniser("YouTube", cloud.youtube_wrote, cloud.youtube, _no_text),
    "sonix": Recogniser("Sonix", _sonix_wrote, _sonix, _no_text),
    "sentences": Recogniser(
        "others that list sentences with their times", cloud.sentences_wrote, cloud.listed_sentences, _no_text
    ),
}
