"""Unitizing alpha: coders mark stretches of a text as they see fit, and both boundaries and codes count.

Experimental. It is the form of Krippendorff (1995), On the reliability of unitizing continuous data,
Sociological Methodology 25:47-76, and (2004), Measuring the reliability of qualitative text analysis data,
Quality & Quantity 38:787-800; the family of 2016 is another number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from thematic.agreement.results import Status

__all__ = ["UnitizingAlpha", "unitizing_alpha"]

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitizingAlpha:
    """1 - observed / expected disagreement; `value` is None unless `status` is ok."""

    value: float | None
    status: Status
    observed: float
    expected: float


def unitizing_alpha(spans: Mapping[str, Sequence[Sequence[Span]]], continuum: Span) -> UnitizingAlpha:
    """Alpha of the spans of two coders or more on one continuous text.

    spans: for each code, for each coder (the same coders in the same order), the half-open stretches marked;
    those of one coder and code must not overlap. continuum: where the text starts and ends.

    Raises ValueError when spans overlap, are empty or leave the continuum, or coders are missing.
    """
    start, end = continuum
    n_coders = max((len(by_coder) for by_coder in spans.values()), default=0)
    for code, by_coder in spans.items():
        if len(by_coder) != n_coders:
            raise ValueError(f"{code}: {len(by_coder)} coders where others have {n_coders}")
        for marked in by_coder:
            _check(code, sorted(marked), continuum)
    length = end - start
    cut = [[_sections(sorted(marked), continuum) for marked in by_coder] for by_coder in spans.values()]
    marks = sum(is_unit for coders in cut for sections in coders for _, _, is_unit in sections)
    if n_coders < 2:
        return UnitizingAlpha(value=None, status="one_coder", observed=0.0, expected=0.0)
    observed = sum(_observed(coders, length) for coders in cut)
    expected = sum(_expected(coders, length) for coders in cut)
    if not marks or expected <= 0:
        return UnitizingAlpha(value=None, status="no_variation", observed=observed, expected=expected)
    return UnitizingAlpha(value=1 - observed / expected, status="ok", observed=observed, expected=expected)


Section = tuple[int, int, bool]


def _sections(marked: Sequence[Span], continuum: Span) -> list[Section]:
    """The whole continuum as marked stretches and the gaps between them: start, length, marked or not."""
    found: list[Section] = []
    at = continuum[0]
    for start, end in marked:
        if start > at:
            found.append((at, start - at, False))
        found.append((start, end - start, True))
        at = end
    if at < continuum[1]:
        found.append((at, continuum[1] - at, False))
    return found


def _observed(coders: Sequence[Sequence[Section]], length: int) -> float:
    """D_o of one code: the differences of all stretches of two coders, over the squared length."""
    total = sum(_difference(g, h) for one, other in permutations(coders, 2) for g in one for h in other)
    return total / (len(coders) * (len(coders) - 1) * length**2)


def _difference(g: Section, h: Section) -> float:
    """Squared boundary distances of two stretches that overlap; the squared length of one inside a gap."""
    (start_g, length_g, marked_g), (start_h, length_h, marked_h) = g, h
    offset = start_g - start_h
    if marked_g and marked_h:
        if -length_g < offset < length_h:
            return float(offset**2 + (offset + length_g - length_h) ** 2)
    elif marked_g and 0 <= offset <= length_h - length_g:
        return float(length_g**2)
    elif marked_h and length_h - length_g <= offset <= 0:
        return float(length_h**2)
    return 0.0


def _expected(coders: Sequence[Sequence[Section]], length: int) -> float:
    """D_e of one code: the differences over all places where the same stretches and gaps could lie."""
    everything = [section for sections in coders for section in sections]
    lengths = [size for _, size, marked in everything if marked]
    gaps = [size for _, size, marked in everything if not marked]
    total = 0.0
    for size in lengths:
        total += (len(lengths) - 1) / 3 * (2 * size**3 - 3 * size**2 + size)
        total += size**2 * sum(gap - size + 1 for gap in gaps if gap >= size)
    n_coders = len(coders)
    ways = n_coders * length * (n_coders * length - 1) - sum(size * (size - 1) for size in lengths)
    return 2 / length * total / ways


def _check(code: str, marked: Sequence[Span], continuum: Span) -> None:
    at = continuum[0]
    for start, end in marked:
        if start >= end or start < at or end > continuum[1]:
            raise ValueError(f"{code}: the span {start}..{end} is empty, overlaps another or leaves the text")
        at = end
