"""Who says a span and when; who takes part. What exports of codings, quotes and tables of people share."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from thematic.model import StudyData, Transcript, Turn
from thematic.text import count_words

__all__ = ["Participant", "participants", "speakers_of", "time_of", "turns_of"]


def turns_of(transcript: Transcript, start: int, end: int) -> Sequence[Turn]:
    """The turns that share a character with the span; an empty span belongs to the turn it stands in."""
    turns = transcript.turns  # in order and not overlapping
    first = bisect_right([turn.end for turn in turns], start)
    last = bisect_left([turn.start for turn in turns], max(end, start + 1))
    return turns[first:last]


def speakers_of(transcript: Transcript, start: int, end: int) -> tuple[str, ...]:
    """The names of who says the span, in order, each once."""
    return tuple(dict.fromkeys(turn.speaker for turn in turns_of(transcript, start, end)))


def time_of(transcript: Transcript, start: int, end: int) -> float | None:
    """When the cue begins in which the span begins, in seconds; None where it is not known."""
    for turn in turns_of(transcript, start, end)[:1]:
        before = bisect_right([offset for offset, _ in turn.anchors], start) - 1
        return turn.anchors[before][1] if before >= 0 else turn.start_time
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Somebody who takes part in one interview: not its interviewer. `words` are those of their turns."""

    id: str
    transcript: Transcript
    speaker: str
    words: int


def participants(data: StudyData) -> tuple[Participant, ...]:
    """Everybody who speaks as participant, transcript by transcript in order of their first turn.

    The id is that of the transcript; where several take part, `transcript: speaker`.
    """
    found: list[Participant] = []
    for transcript in data.transcripts:
        words: dict[str, int] = {}
        for turn in transcript.turns:
            if turn.role == "participant":
                said = count_words(transcript.text[turn.start : turn.end])
                words[turn.speaker] = words.get(turn.speaker, 0) + said
        found += [
            Participant(
                id=transcript.id if len(words) == 1 else f"{transcript.id}: {speaker}",
                transcript=transcript,
                speaker=speaker,
                words=said,
            )
            for speaker, said in words.items()
        ]
    return tuple(found)
