"""Character by character, without counting them: a run that all coders treat alike is one row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from thematic.agreement.ratings import Ratings

__all__ = ["CodedSpan", "character_ratings", "runs"]


class CodedSpan(NamedTuple):
    """A coder's code on `text[start:end]` of an interview, in code points."""

    interview: str
    coder: str
    code: str
    start: int
    end: int


def character_ratings(
    spans: Iterable[CodedSpan],
    *,
    eligible: Mapping[str, Sequence[tuple[int, int]]],
    assigned: Mapping[str, Collection[str]],
    coders: Sequence[str],
    codes: Sequence[str],
    model_coders: frozenset[str] = frozenset(),
) -> Ratings:
    """Every eligible character a unit, kept as runs between the places where anything starts or ends.

    The rows are named `interview:start-end`, and `sizes` holds the characters in each.

    eligible: for each interview, the stretches that count, in order and not overlapping; text outside them,
    and spans on it, is left out. assigned: for each interview, the coders who were given it; the others are
    not assigned, which is not the same as applying nothing.

    Raises ValueError on a span of an unknown interview, coder or code, or by a coder who was not assigned the
    interview.
    """
    coder_at = {coder: position for position, coder in enumerate(coders)}
    code_at = {code: position for position, code in enumerate(codes)}
    by_interview: dict[str, list[CodedSpan]] = {interview: [] for interview in eligible}
    for span in spans:
        if span.interview not in by_interview or span.coder not in coder_at or span.code not in code_at:
            raise ValueError(f"unknown interview, coder or code: {span}")
        if span.coder not in assigned.get(span.interview, ()):
            raise ValueError(f"{span.coder} was not assigned {span.interview}: {span}")
        by_interview[span.interview].append(span)
    units: list[str] = []
    interviews: list[str] = []
    parts = []
    sizes = []
    for interview, own in by_interview.items():
        starts, ends = runs(eligible[interview], own)
        presence = np.full((len(starts), len(coders), len(codes)), -1, dtype=np.int8)
        presence[:, [coder_at[coder] for coder in assigned.get(interview, ())]] = 0
        first = np.searchsorted(starts, [span.start for span in own])
        past = np.searchsorted(starts, [span.end for span in own])
        for span, begin, stop in zip(own, first, past, strict=True):
            presence[begin:stop, coder_at[span.coder], code_at[span.code]] = 1
        units += [f"{interview}:{start}-{end}" for start, end in zip(starts, ends, strict=True)]
        interviews += [interview] * len(starts)
        parts.append(presence)
        sizes.append(ends - starts)
    return Ratings(
        units=tuple(units),
        coders=tuple(coders),
        codes=tuple(codes),
        presence=np.concatenate(parts) if parts else np.empty((0, len(coders), len(codes)), dtype=np.int8),
        interviews=tuple(interviews),
        model_coders=model_coders,
        sizes=np.concatenate(sizes) if sizes else np.empty(0, dtype=np.int64),
    )


def runs(
    eligible: Sequence[tuple[int, int]], spans: Sequence[CodedSpan]
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Start and end of each stretch of eligible text in which nothing starts or ends."""
    edges = [edge for stretch in eligible for edge in stretch]
    edges += [edge for span in spans for edge in (span.start, span.end)]
    cuts = np.unique(np.array(edges, dtype=np.int64))
    opens = np.array([start for start, _ in eligible], dtype=np.int64)
    closes = np.array([end for _, end in eligible], dtype=np.int64)
    # A run lies in the last stretch that opens at or before it, if that has not closed.
    stretch = np.searchsorted(opens, cuts[:-1], side="right") - 1
    inside = (stretch >= 0) & (cuts[:-1] < closes[stretch]) if len(opens) else np.zeros(len(cuts[:-1]), bool)
    return cuts[:-1][inside], cuts[1:][inside]
