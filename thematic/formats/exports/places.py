"""Who says a span and when; who takes part. What exports of codings, quotes and tables of people share."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from thematic.model import Quote, StudyData, Transcript, Turn
from thematic.text import count_words

__all__ = ["Participant", "Speech", "participants"]


class Speech:
    """The turns of transcripts, to be found by a span. Made once for many spans."""

    def __init__(self, transcripts: Iterable[Transcript]) -> None:
        self.transcripts = {transcript.id: transcript for transcript in transcripts}
        turns = {id_: transcript.turns for id_, transcript in self.transcripts.items()}
        self._starts = {id_: [turn.start for turn in found] for id_, found in turns.items()}
        self._ends = {id_: [turn.end for turn in found] for id_, found in turns.items()}

    def turns(self, quote: Quote) -> Sequence[Turn]:
        """The turns that share a character with the quote; one without words belongs to the turn it is in."""
        id_ = quote.transcript_id  # turns are in order and do not overlap
        first = bisect_right(self._ends[id_], quote.start)
        last = bisect_left(self._starts[id_], max(quote.end, quote.start + 1))
        return self.transcripts[id_].turns[first:last]

    def speakers(self, quote: Quote) -> tuple[str, ...]:
        """The names of who says it, in order, each once."""
        return tuple(dict.fromkeys(turn.speaker for turn in self.turns(quote)))

    def time(self, quote: Quote) -> float | None:
        """When the cue begins in which the quote begins, in seconds; None where it is not known."""
        for turn in self.turns(quote)[:1]:
            before = bisect_right([offset for offset, _ in turn.anchors], quote.start) - 1
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
