"""The u-alpha family of 2016: four questions about stretches that coders mark in a text as they see fit.

Krippendorff, Mathet, Bouvry & Widlöcher (2016), On the reliability of unitizing textual continua: Further
developments, Quality & Quantity 50:2347-2364; again in Krippendorff (2019), Content Analysis, 4th ed., sec.
12.6, whose worked example it reproduces. The form of 1995 (`unitizing`) is another number.

Every coder divides a text into stretches with a code and gaps without one. Observed coincidences are those of
the characters. By chance, a character meets those of all other stretches, but none of its own, since a coder
marks it as a whole; the characters of gaps belong to no whole, and each meets all but itself. Eq. 10 counts
what others coded of a stretch, which is here the mean over them: of the readings of the paper that other
programs follow, this is the one that gives the printed value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from thematic.agreement.character import CodedSpan
from thematic.agreement.units import CodedUnits

__all__ = ["CodeUAlpha", "UAlpha", "UnitizingFamily", "count_overlaps", "unitizing_family"]

Floats = NDArray[np.float64]
Wholes = Sequence[tuple[NDArray[np.intp], int, int]]
"""Stretches: the runs of text each one covers, its coder and its value."""

UStatus = Literal["ok", "no_variation", "one_coder", "overlapping"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UAlpha:
    """1 - observed / expected disagreement, in characters. `value` is None unless `status` is ok.

    overlapping: some coder put two codes on one character, which the coefficient has no place for.
    coverage: the share of the characters that it is about.
    """

    value: float | None
    status: UStatus
    observed: float = 0.0
    expected: float = 0.0
    coverage: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeUAlpha:
    """One code: `among_codes` is (k)u-alpha, `alone` the code against everything else, gaps included.

    `alone` is |u-alpha with this code only, so that it needs no codes that exclude each other.
    """

    code: str
    among_codes: UAlpha
    alone: UAlpha


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitizingFamily:
    """u: boundaries and codes. relevance: |u, coded or not. coding: cu, codes where both coders have one."""

    u: UAlpha
    relevance: UAlpha
    coding: UAlpha
    codes: tuple[CodeUAlpha, ...]


def unitizing_family(characters: CodedUnits) -> UnitizingFamily:
    """The whole family on all interviews together, for people and machines alike.

    characters: codings with every character a unit, as `character_units` and `characters_from_table` give
    them, and the spans that were drawn. Text that fewer than two coders were assigned is left out. Spans of
    one coder and code that overlap are one stretch; those that merely touch are two.
    """
    ratings = characters.ratings
    sizes = np.ones(len(ratings.units)) if ratings.sizes is None else ratings.sizes.astype(np.float64)
    assigned = np.asarray((ratings.presence >= 0).any(axis=2))
    sizes = sizes * (assigned.sum(axis=1) >= 2)
    applied = ratings.presence == 1
    drawn = _drawn(characters)
    coders = int((sizes @ assigned > 0).sum())
    overlapping = bool((applied.sum(axis=2)[sizes > 0] > 1).any())
    value_of = np.where(applied.any(axis=2), applied.argmax(axis=2) + 1, 0)
    whole = _Coincidences.of(value_of, assigned, sizes, drawn, len(ratings.codes))
    blocked: UStatus | None = "one_coder" if coders < 2 else "overlapping" if overlapping else None
    codes = []
    for position, code in enumerate(ratings.codes, start=1):
        own = [(runs, coder, 1) for runs, coder, value in drawn if value == position]
        alone = _Coincidences.of(applied[:, :, position - 1].astype(np.intp), assigned, sizes, own, 1)
        codes.append(
            CodeUAlpha(
                code=code,
                among_codes=_blocked(blocked) if blocked else whole.of_code(position),
                alone=_blocked("one_coder") if coders < 2 else alone.relevance(),
            )
        )
    if blocked:
        none = _blocked(blocked)
        return UnitizingFamily(u=none, relevance=none, coding=none, codes=tuple(codes))
    return UnitizingFamily(
        u=whole.everything(), relevance=whole.relevance(), coding=whole.coding(), codes=tuple(codes)
    )


def count_overlaps(spans: Iterable[CodedSpan]) -> int:
    """Places where stretches of one coder with different codes overlap: pairs of spans, each counted once."""
    by_coder: dict[tuple[str, str], list[CodedSpan]] = defaultdict(list)
    for span in spans:
        by_coder[span.interview, span.coder].append(span)
    count = 0
    for own in by_coder.values():
        own.sort(key=lambda span: (span.start, span.end, span.code))
        reaching: list[CodedSpan] = []
        for span in own:
            reaching = [earlier for earlier in reaching if earlier.end > span.start]
            count += sum(earlier.code != span.code for earlier in reaching)
            reaching.append(span)
    return count


@dataclass(frozen=True, slots=True, eq=False)
class _Coincidences:
    """Coincidences of values, 0 being the gap and the others the codes; shape (values, values).

    observed: ℓ_ck, eq. 1. own: for each value what its characters meet in their own stretch, the sums that
    eq. 4 takes off. own_pairable: the same for eq. 10, of the share of a stretch that other coders coded.
    """

    observed: Floats
    own: Floats
    own_pairable: Floats

    @classmethod
    def of(
        cls,
        value_of: NDArray[np.intp],
        assigned: NDArray[np.bool_],
        sizes: Floats,
        drawn: Wholes,
        n_codes: int,
    ) -> _Coincidences:
        n_coders = assigned.sum(axis=1)
        counts = np.zeros((len(sizes), n_codes + 1))
        for coder in range(assigned.shape[1]):
            rows = np.flatnonzero(assigned[:, coder])
            counts[rows, value_of[rows, coder]] += 1
        weight = sizes / np.maximum(n_coders - 1, 1)
        observed = (counts * weight[:, None]).T @ counts - np.diag(weight @ counts)
        own = np.zeros(n_codes + 1)
        own[0] = sizes @ counts[:, 0]
        own_pairable = np.zeros(n_codes + 1)
        coded_by_others = weight * np.maximum(counts[:, 1:].sum(axis=1) - 1, 0)
        for runs, _, value in drawn:
            own[value] += sizes[runs].sum() ** 2
            own_pairable[value] += coded_by_others[runs].sum() ** 2
        return cls(observed, own, own_pairable)

    def everything(self) -> UAlpha:
        """u-alpha, eq. 5: nominal, gaps being a value."""
        expected = _expected(self.observed, self.own)
        return _alpha(_off_diagonal(self.observed), _off_diagonal(expected))

    def relevance(self) -> UAlpha:
        """|u-alpha, eq. 6: all codes are one value."""
        expected = _expected(self.observed, self.own)
        return _alpha(self.observed[0, 1:].sum(), expected[0, 1:].sum())

    def coding(self) -> UAlpha:
        """cu-alpha, eq. 11: only characters that both coders of a pair coded."""
        observed = self.observed[1:, 1:]
        expected = _expected(observed, self.own_pairable[1:])
        coverage = _share(observed.sum(), self.observed.sum())
        return _alpha(_off_diagonal(observed), _off_diagonal(expected), coverage)

    def of_code(self, value: int) -> UAlpha:
        """(k)u-alpha, eq. 13: the row of one code among those of `coding`."""
        observed = self.observed[1:, 1:]
        expected = _expected(observed, self.own_pairable[1:])
        k = value - 1
        met, chance = observed[k].sum(), expected[k].sum()
        # Both disagreements as shares of what there is of the code.
        return _alpha(
            _share(met - observed[k, k], met),
            _share(chance - expected[k, k], chance),
            _share(met, self.observed[value].sum()),
        )


def _expected(observed: Floats, own: Floats) -> Floats:
    """ε_ck = ℓ_.. (ℓ_c. ℓ_.k - [c = k] own_c) / (ℓ_..² - Σ own): eq. 4 and eq. 10."""
    margins = observed.sum(axis=1)
    total = margins.sum()
    room = total**2 - own.sum()
    pairs = np.outer(margins, margins) - np.diag(own)
    return np.asarray(total * pairs / room if room > 1e-9 * total**2 else np.zeros_like(pairs))


def _off_diagonal(coincidences: Floats) -> float:
    return float(coincidences.sum() - np.trace(coincidences))


def _alpha(observed: float, expected: float, coverage: float = 1.0) -> UAlpha:
    if expected <= 1e-12:
        return UAlpha(value=None, status="no_variation", coverage=coverage)
    return UAlpha(
        value=float(1 - observed / expected),
        status="ok",
        observed=float(observed),
        expected=float(expected),
        coverage=coverage,
    )


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else 0.0


def _blocked(status: UStatus) -> UAlpha:
    return UAlpha(value=None, status=status, coverage=0.0)


def _drawn(characters: CodedUnits) -> Wholes:
    """Each stretch as the runs it covers, with its coder and code; overlapping ones of a code made one."""
    ratings = characters.ratings
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, unit in enumerate(characters.units):
        rows_of[unit.interview or ""].append(row)
    rows = {interview: np.array(own, dtype=np.intp) for interview, own in rows_of.items()}
    starts = {
        interview: np.array([characters.units[row].start or 0 for row in own])
        for interview, own in rows.items()
    }
    coder_at = {coder: position for position, coder in enumerate(ratings.coders)}
    code_at = {code: position for position, code in enumerate(ratings.codes, start=1)}
    grouped: dict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)
    for span in characters.spans:
        if span.interview in rows and span.coder in coder_at and span.code in code_at:
            grouped[span.interview, span.coder, span.code].append((span.start, span.end))
    drawn = []
    for (interview, coder, code), found in sorted(grouped.items()):
        for start, end in _joined(found):
            first, last = np.searchsorted(starts[interview], (start, end))
            covered = rows[interview][first:last]
            covered = covered[ratings.presence[covered, coder_at[coder], code_at[code] - 1] == 1]
            drawn.append((covered, coder_at[coder], code_at[code]))
    return drawn


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that share a character made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
