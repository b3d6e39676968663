"""JSON of speech recognisers: Whisper, faster-whisper and WhisperX."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from thematic.errors import InputError, Problem
from thematic.formats.encoding import Decoded, decode, head_text
from thematic.formats.reading import Reading, ReadSettings, SourceFile
from thematic.formats.speakers import Roster
from thematic.formats.times import seconds
from thematic.formats.turns import Said, clean_pieces, compose, to_reading

__all__ = ["load_json", "read", "sniff"]

_SEGMENTS = re.compile(r'"segments"\s*:\s*\[|^\s*\[\s*\{[^{}]*"(?:start|end)"\s*:')


def sniff(head: bytes, name: str) -> bool:  # noqa: ARG001
    """A JSON object with `segments`, or a list of segments with times."""
    text = head_text(head)
    return text.lstrip()[:1] in ("{", "[") and bool(_SEGMENTS.search(text))


def read(file: SourceFile, *, settings: ReadSettings, roster: Roster) -> Reading:
    """The transcript of Whisper or WhisperX JSON, with the time of every segment.

    Where the words of a segment name several speakers, the segment is divided between them. Raises InputError
    for JSON that is broken, and for every segment without text or with a time that is none.
    """
    decoded = decode(file, settings.encoding)
    data = load_json(decoded, file.name)
    segments = data.get("segments") if isinstance(data, dict) else data
    if not isinstance(segments, list):
        raise InputError(
            "“segments” is not a list", path=file.name, hint="export the transcript again as JSON"
        )
    problems: list[Problem] = []
    pieces = [piece for i, s in enumerate(segments) for piece in _segment(s, i, file.name, problems)]
    if problems:
        raise InputError(f"{file.name} cannot be read", path=file.name, problems=problems)
    pieces, warnings = clean_pieces(pieces, file.name)
    script = compose(pieces, pause=settings.pause)
    script.warnings += warnings
    if script.turns and not any(piece.label for piece in pieces):
        script.warnings.append(
            Problem(
                "no speaker names in it: every turn is of an unnamed participant",
                file.name,
                None,
                "recognise speakers too (diarisation), or name them in a .txt, .vtt or .srt export",
            )
        )
    return to_reading(script, file=file, format="whisper-json", decoded=decoded, roster=roster)


def load_json(decoded: Decoded, name: str) -> Any:
    """The data of a JSON file; InputError with its line when it is broken or too deep."""
    try:
        return json.loads(decoded.text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"broken JSON: {error.msg}",
            path=name,
            line=error.lineno,
            hint="the file may be cut off; export it again",
        ) from error
    except (RecursionError, ValueError) as error:
        raise InputError(
            "JSON that no transcript has: nested too deeply or a number too long", path=name
        ) from error


def _segment(segment: object, i: int, name: str, problems: list[Problem]) -> Iterator[Said]:
    if not isinstance(segment, Mapping) or not isinstance(segment.get("text"), str):
        problems.append(Problem(f"segment {i + 1} has no text", name, None, "export the transcript again"))
        return
    start, end = segment.get("start"), segment.get("end")
    times = seconds(start), seconds(end)
    if (start is not None and times[0] is None) or (end is not None and times[1] is None):
        problems.append(Problem(f"segment {i + 1}: {start!r} to {end!r} are no times in seconds", name))
        return
    speaker = _speaker(segment)
    spoken = list(_by_speaker(segment, speaker))
    if len({label for label, *_ in spoken}) > 1:
        for label, text, first, last in spoken:
            yield Said(label=label, text=text, start_time=first or times[0], end_time=last or times[1])
    else:
        label = spoken[0][0] if spoken else speaker
        yield Said(label=label, text=segment["text"], start_time=times[0], end_time=times[1])


def _by_speaker(
    segment: Mapping[str, Any], speaker: str
) -> Iterator[tuple[str, str, float | None, float | None]]:
    """(label, text, start, end) of each run of words by one speaker.

    A word without a speaker, as numerals are, belongs to the one before it. Nothing comes when the words do
    not add up to the text of the segment.
    """
    words = segment.get("words")
    if not isinstance(words, list) or not all(isinstance(w, Mapping) for w in words):
        return
    texts = [str(word.get("word", "")) for word in words]
    if "".join("".join(texts).split()) != "".join(segment["text"].split()):
        return
    labels = [_speaker(word) for word in words]
    label = next((found for found in labels if found), speaker)
    runs: list[tuple[str, list[str], list[float]]] = []
    for word, text, found in zip(words, texts, labels, strict=True):
        label = found or label
        if not runs or runs[-1][0] != label:
            runs.append((label, [], []))
        runs[-1][1].append(text.strip())
        runs[-1][2].extend(t for t in (seconds(word.get("start")), seconds(word.get("end"))) if t is not None)
    for label, spoken, times in runs:
        yield label, " ".join(spoken), min(times, default=None), max(times, default=None)


def _speaker(entry: Mapping[str, Any]) -> str:
    speaker = entry.get("speaker")
    return " ".join(str(speaker).split()) if isinstance(speaker, str | int) else ""
