"""An excerpt in its conversation: the turns around it, cut at sentences so that the span can be adjusted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from thematic.model import Excerpt, Transcript

__all__ = ["Piece", "TurnView", "conversation", "neighbours", "sentence_spans"]

Span = tuple[int, int]

TURNS_AROUND = 2
CONTEXT_CHARACTERS = 3_000
"""How much is shown of a turn before and after the excerpt; the excerpt itself is always whole."""

_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’»)\]]*\s+|\n+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Words of a turn: `text[start:end]` of the transcript. `marked`: they are in the span to be coded.

    HTML drops the null character, which would shift every offset after it, so a sign of its length stands
    in for it.
    """

    start: int
    end: int
    text: str
    marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnView:
    """A turn as it is shown. `current`: the excerpt is in it. `cut_*`: more was said than is shown."""

    speaker: str
    role: str
    start_time: float | None
    current: bool
    pieces: tuple[Piece, ...]
    cut_before: bool
    cut_after: bool


def sentence_spans(text: str, start: int, end: int) -> list[Span]:
    """Spans (code points, half-open) of the sentences in `text[start:end]`, in order, without space around.

    A sentence ends at closing punctuation before space, or at a line end. This decides how far a key moves
    the edge of a span, not what an excerpt is.
    """
    cuts = [start, *(m.end() for m in _SENTENCE_END.finditer(text, start, end)), end]
    spans = []
    for left, right in pairwise(cuts):
        words = text[left:right]
        if words.strip():
            left += len(words) - len(words.lstrip())
            spans.append((left, left + len(words.strip())))
    return spans


def conversation(transcript: Transcript, excerpt: Excerpt, span: Span) -> tuple[TurnView, ...]:
    """The turns of the excerpt and two on either side, with `span` marked."""
    first, last = excerpt.turns[0], excerpt.turns[-1]
    shown = transcript.turns[max(0, first - TURNS_AROUND) : last + TURNS_AROUND + 1]
    views = []
    for turn in shown:
        current = first <= turn.index <= last
        start, end = turn.start, turn.end
        if current:
            start = max(start, min(span[0], excerpt.start) - CONTEXT_CHARACTERS)
            end = min(end, max(span[1], excerpt.end) + CONTEXT_CHARACTERS)
        elif turn.index < first:
            start = max(start, end - CONTEXT_CHARACTERS)
        else:
            end = min(end, start + CONTEXT_CHARACTERS)
        views.append(
            TurnView(
                speaker=turn.speaker,
                role=turn.role,
                start_time=turn.start_time,
                current=current,
                pieces=_pieces(transcript.text, start, end, span),
                cut_before=start > turn.start,
                cut_after=end < turn.end,
            )
        )
    return tuple(views)


def _pieces(text: str, start: int, end: int, span: Span) -> tuple[Piece, ...]:
    """All of `text[start:end]` in order, cut at the edges of sentences and of the span."""
    edges = {start, end, *(edge for sentence in sentence_spans(text, start, end) for edge in sentence)}
    edges |= {edge for edge in span if start < edge < end}
    cuts = sorted(edges)
    return tuple(
        Piece(
            start=left,
            end=right,
            text=text[left:right].replace("\0", "\ufffd"),
            marked=span[0] <= left and right <= span[1],
        )
        for left, right in pairwise(cuts)
    )


def neighbours(transcript: Transcript, excerpt: Excerpt, span: Span) -> dict[str, Span]:
    """The spans one sentence larger or smaller at either end, by what is done; absent where there is none."""
    turns = transcript.turns[excerpt.turns[0] : excerpt.turns[-1] + 1]
    sentences = [s for turn in turns for s in sentence_spans(transcript.text, turn.start, turn.end)]
    start, end = span
    starts, ends = [s for s, _ in sentences], [e for _, e in sentences]
    found = {
        "start earlier": (max((s for s in starts if s < start), default=None), end),
        "start later": (min((s for s in starts if start < s < end), default=None), end),
        "end earlier": (start, max((e for e in ends if start < e < end), default=None)),
        "end later": (start, min((e for e in ends if e > end), default=None)),
    }
    return {name: (s, e) for name, (s, e) in found.items() if s is not None and e is not None}
