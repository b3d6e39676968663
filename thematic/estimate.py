"""What a run will take, before it is begun: measured here, on a few of the passages themselves. Floor 5."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from os import cpu_count
from typing import Any

from thematic.ingestion import Inputs
from thematic.model import Segmentation, Transcript
from thematic.study import StudySettings
from thematic.text import count_words

__all__ = ["Estimate", "estimate"]

_TRIED = 48  # passages that are embedded to see how long it takes
_FEW_WORDS = 6_000  # of participants, that are cut to see how many excerpts they make
# What the stages after embedding take for an excerpt, and files: orders of magnitude on a laptop.
_SECONDS_AFTER = 0.0015
_BYTES_OF_EXPORTS = 6_000
_BYTES_A_NUMBER = 3.4  # a float32 in compressed Parquet


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What is to be done, and about what it takes. Nothing of it was measured but a small part.

    transcripts, words, excerpts: new or changed ones, whose words are cut and embedded. unchanged: how many
    transcripts are not. jobs: on how many processors the seconds are meant. bytes: of the study afterwards,
    without the transcripts themselves.
    """

    transcripts: int
    unchanged: int
    words: int
    excerpts: int
    seconds_cutting: float
    seconds_embedding: float
    seconds_after: float
    bytes: int
    jobs: int

    @property
    def seconds(self) -> float:
        return self.seconds_cutting + self.seconds_embedding + self.seconds_after

    def record(self) -> dict[str, Any]:
        """As plain values, for --json; seconds with two decimals."""
        values = {k: round(v, 2) if isinstance(v, float) else v for k, v in asdict(self).items()}
        return values | {"seconds": round(self.seconds, 2)}


def estimate(inputs: Inputs, settings: StudySettings, *, jobs: int | None = None) -> Estimate:
    """What a run on these inputs will take. Loads the model and embeds some passages, for a second or two.

    Raises ModelError when the model is not on this machine.
    """
    from thematic.embedding import embed, load_embedder
    from thematic.segmentation import segment

    fresh = [t for file in inputs.files if not file.is_held for t in file.reading.transcripts]
    words = sum(map(_words, fresh))
    for transcript in fresh[:1]:  # what is loaded once must not be counted for every transcript
        segment(transcript, settings=settings.segment)
    begin = time.perf_counter()
    cut = [segment(transcript, settings=settings.segment) for transcript in _first(fresh)]
    seconds = time.perf_counter() - begin
    tried_words = sum(count_words(e.text) for s in cut for e in s.excerpts)
    share = words / tried_words if tried_words else 0.0
    excerpts = round(share * sum(len(s.excerpts) for s in cut))

    embedder = load_embedder(settings.embed.model, threads=1, allow_download=settings.embed.allow_download)
    few = tuple(islice((e for s in cut for e in s.excerpts), _TRIED))
    begin = time.perf_counter()
    embed(Segmentation(transcript_id="", excerpts=few), embedder=embedder)
    a_passage = (time.perf_counter() - begin) / max(len(few), 1)
    processors = jobs or cpu_count() or 1
    size = 2 * embedder.dimension * _BYTES_A_NUMBER + _BYTES_OF_EXPORTS
    return Estimate(
        transcripts=len(fresh),
        unchanged=len(inputs.report().unchanged),
        words=words,
        excerpts=excerpts,
        seconds_cutting=share * seconds / (jobs or 1),
        seconds_embedding=excerpts * a_passage / processors,
        seconds_after=excerpts * _SECONDS_AFTER,
        bytes=round(excerpts * size),
        jobs=processors,
    )


def _words(transcript: Transcript) -> int:
    return sum(
        count_words(transcript.text[turn.start : turn.end])
        for turn in transcript.turns
        if turn.role == "participant"
    )


def _first(transcripts: list[Transcript]) -> Iterator[Transcript]:
    """The first ones, until they have enough words to tell something of the others."""
    words = 0
    for transcript in transcripts:
        if words >= _FEW_WORDS:
            return
        words += _words(transcript)
        yield transcript
