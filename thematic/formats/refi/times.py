"""Synchronisation points of a transcript of a recording as the times of its turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from thematic.formats.refi.offsets import Convention, SourceText
from thematic.model import Transcript

__all__ = ["with_times"]


def with_times(
    transcript: Transcript,
    sync: Sequence[tuple[int, int]],
    source: SourceText,
    convention: Convention | None,
) -> Transcript:
    """The transcript with anchors where synchronisation points stand: (milliseconds, position) each.

    A turn begins when the last point before its first word says, unless an earlier turn has begun since; a
    point that has no place in the text is left out. Times are read, never interpolated.
    """
    import numpy as np

    if not sync:
        return transcript
    positions = np.array([position for _, position in sync], dtype=np.int64)
    offsets = source.places(convention or Convention("codepoints", "asis"), positions).tolist()
    points = sorted((o, t / 1000) for o, (t, _) in zip(offsets, sync, strict=True) if o >= 0)
    turns = []
    before = 0
    for turn in transcript.turns:
        leading = [(o, t) for o, t in points if before <= o <= turn.start]
        inside = tuple((o, t) for o, t in points if turn.start <= o < turn.end)
        if leading or inside:
            start = leading[-1][1] if leading else None
            turn = replace(turn, start_time=start, anchors=inside)
        before = turn.end
        turns.append(turn)
    return replace(transcript, turns=tuple(turns))
