"""Where coders differ, and how: every difference classed, shared out and ranked for the meeting.

    boundary      the spans of both overlap, but the unit is in only one of them
    unit slip     one applied the code here, the other to the unit before or after
    granularity   one applied a code, the other its parent or child
    confusion     one applied a code, the other a different one in its place
    multiplicity  both coded the unit, one of them with a code more
    omission      one applied the code, the other coded the unit with nothing

A difference is of the first kind on this list that it fits.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from statistics import median
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from thematic.agreement.character import CodedSpan
from thematic.agreement.units import CodedUnits
from thematic.text import count_words

__all__ = [
    "Disagreement",
    "Kind",
    "KindShare",
    "SpanAgreement",
    "disagreements",
    "kind_shares",
    "match_spans",
    "span_agreement",
]

Kind = Literal["boundary", "unit slip", "granularity", "confusion", "multiplicity", "omission"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One difference at one unit, between one pair of coders or several.

    codes: the code at issue, or the two that stand against each other.
    readings: everything that each coder applied to the unit. pairs: the pairs of coders that differ so.
    other_unit: the neighbour that the other coder coded, for a unit slip.
    weight: what it adds to the observed disagreement of alpha: for each pair, the codes on which they differ
    divided by the number of coders of the unit less one (Krippendorff 2011, step B: each coder's value is
    paired with those of the others, so that a unit counts in proportion to its coders).
    before, after: the neighbouring units' words, where the order of units is known.
    """

    kind: Kind
    codes: tuple[str, ...]
    unit: str
    interview: str | None
    text: str
    readings: Mapping[str, tuple[str, ...]]
    pairs: tuple[tuple[str, str], ...]
    weight: float
    other_unit: str | None = None
    before: str = ""
    after: str = ""
    memos: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class KindShare:
    """How often a kind of disagreement occurs, and its share of all observed disagreement (0 to 1)."""

    kind: Kind
    n: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanAgreement:
    """How the free spans of two coders fit: one code, or all codes where `code` is None.

    n_spans: of each coder. n_matched: pairs whose overlap divided by their union is at least the threshold.
    f1: twice the matched pairs divided by all spans; None where nobody drew one.
    start_offset, end_offset: median distance of the boundaries of overlapping spans, in characters;
    start_words, end_words: the same in words. None where no spans overlap.
    """

    coders: tuple[str, str]
    code: str | None
    n_spans: tuple[int, int]
    n_matched: int
    f1: float | None
    start_offset: float | None
    end_offset: float | None
    start_words: float | None
    end_words: float | None


class _Difference(NamedTuple):
    """What a pair of coders differs on at a unit, as positions; `other` is the neighbouring unit or -1."""

    unit: int
    other: int
    kind: Kind
    codes: tuple[int, ...]


def disagreements(
    coded: CodedUnits,
    *,
    coders: Sequence[str] = (),
    parents: Mapping[str, str | None] | None = None,
    trouble: Sequence[str] = (),
) -> tuple[Disagreement, ...]:
    """Every difference between coders, those on the most troublesome codes first, then in order of the text.

    coders: compare these only; all by default. parents: the parent of each code.
    trouble: codes in order of instances times disagreement, as an audit ranks them.
    """
    chosen = [coded.ratings.coders.index(coder) for coder in coders or coded.ratings.coders]
    found: dict[_Difference, list[tuple[int, int]]] = defaultdict(list)
    neighbours = _neighbours(coded)
    for first, second in combinations(chosen, 2):
        for difference in _differences(coded, first, second, parents or {}, neighbours):
            found[difference].append((first, second))
    rank = {code: position for position, code in enumerate(trouble)}

    def order(difference: _Difference) -> tuple[int, int, str, tuple[int, ...]]:
        names = [coded.ratings.codes[code] for code in difference.codes]
        worst = min(rank.get(name, len(rank)) for name in names)
        return worst, difference.unit, difference.kind, difference.codes

    describer = _Describer(coded, chosen)
    return tuple(describer.describe(difference, found[difference]) for difference in sorted(found, key=order))


def kind_shares(found: Sequence[Disagreement]) -> tuple[KindShare, ...]:
    """Every kind, also those that do not occur, in the order of this module's list."""
    total = sum(disagreement.weight for disagreement in found)
    counts = Counter(disagreement.kind for disagreement in found)
    weights: dict[str, float] = defaultdict(float)
    for disagreement in found:
        weights[disagreement.kind] += disagreement.weight
    return tuple(
        KindShare(kind=kind, n=counts[kind], share=weights[kind] / total if total else 0.0)
        for kind in get_args(Kind)
    )


# --- Classing -----------------------------------------------------------------------------------------


def _differences(
    coded: CodedUnits,
    first: int,
    second: int,
    parents: Mapping[str, str | None],
    neighbours: NDArray[np.bool_],
) -> list[_Difference]:
    presence = coded.ratings.presence
    a, b = presence[:, first], presence[:, second]
    # 1: only the first applied it; -1: only the second did; 0: no difference, or not both assigned.
    sign = np.where((a >= 0) & (b >= 0), a - b, np.int8(0))
    found: list[_Difference] = []
    if coded.spans:
        found += _boundaries(coded, first, second, sign)
    if coded.order_known and not _one_value(presence[:, [first, second]]):
        found += _slips(neighbours, sign)
    related = _Related(coded.ratings.codes, parents)

    @cache
    def classed(signs: bytes, either_empty: bool) -> tuple[tuple[Kind, tuple[int, ...]], ...]:
        return related.classed(np.frombuffer(signs, dtype=np.int8), either_empty)

    uncoded = ~((a == 1).any(axis=1) & (b == 1).any(axis=1))
    for unit in np.flatnonzero(sign.any(axis=1)).tolist():
        for kind, codes in classed(sign[unit].tobytes(), bool(uncoded[unit])):
            found.append(_Difference(unit, -1, kind, codes))
    return found


def _boundaries(coded: CodedUnits, first: int, second: int, sign: NDArray[np.int8]) -> list[_Difference]:
    """Differences at units that a span of one reaches and an overlapping span of the other does not."""
    names = coded.ratings.coders
    places = _spans_by(coded.spans)
    found = []
    for unit, code in zip(*(at.tolist() for at in np.nonzero(sign)), strict=True):
        place = coded.units[unit]
        if place.start is None or place.end is None:
            continue
        who, other = (first, second) if sign[unit, code] == 1 else (second, first)
        interview, label = place.interview or "", coded.ratings.codes[code]
        theirs = places.get((interview, names[other], label), [])
        mine = places.get((interview, names[who], label), [])
        here = [span for span in mine if span.start < place.end and span.end > place.start]
        if any(span.start < far.end and span.end > far.start for span in here for far in theirs):
            found.append(_Difference(unit, -1, "boundary", (code,)))
            sign[unit, code] = 0
    return found


def _neighbours(coded: CodedUnits) -> NDArray[np.bool_]:
    """Whether each unit but the last is followed by one of its interview."""
    interviews = np.array([unit.interview or "" for unit in coded.units])
    return np.asarray(interviews[1:] == interviews[:-1])


def _one_value(presence: NDArray[np.int8]) -> bool:
    """Whether each reading is one value of a variable: two values that cross are no code that slipped."""
    n_codes = (presence == 1).sum(axis=2)
    return bool((n_codes[(presence >= 0).any(axis=2)] == 1).all())


def _slips(neighbours: NDArray[np.bool_], sign: NDArray[np.int8]) -> list[_Difference]:
    """Neighbouring units of one interview of which each coder gave the code to another one."""
    found = []
    crossed = (sign[:-1] * sign[1:] == -1) & neighbours[:, None]
    for unit, code in zip(*(at.tolist() for at in np.nonzero(crossed)), strict=True):
        if sign[unit, code] and sign[unit + 1, code]:  # neither was taken by the pair before
            found.append(_Difference(unit, unit + 1, "unit slip", (code,)))
            sign[unit : unit + 2, code] = 0
    return found


class _Related:
    """Which codes are parent and child, and which are siblings."""

    def __init__(self, codes: Sequence[str], parents: Mapping[str, str | None]) -> None:
        self.codes = codes
        self.parents = parents

    def classed(self, sign: NDArray[np.int8], either_empty: bool) -> tuple[tuple[Kind, tuple[int, ...]], ...]:
        """Codes that only one applied, set against those that only the other did, then those left over."""
        mine, theirs = np.flatnonzero(sign == 1).tolist(), np.flatnonzero(sign == -1).tolist()
        result: list[tuple[Kind, tuple[int, ...]]] = []
        rules: tuple[tuple[Kind, int], ...] = (("granularity", 0), ("confusion", 1), ("confusion", 2))
        for kind, furthest in rules:
            for x in list(mine):
                y = next((y for y in theirs if self._distance(x, y) <= furthest), None)
                if y is not None:
                    result.append((kind, (min(x, y), max(x, y))))
                    mine.remove(x)
                    theirs.remove(y)
        left: Kind = "omission" if either_empty else "multiplicity"
        return (*result, *((left, (code,)) for code in (*mine, *theirs)))

    def _distance(self, x: int, y: int) -> int:
        """0 for parent and child however far, 1 for siblings, 2 for any other two codes."""
        a, b = self.codes[x], self.codes[y]
        if a in self._above(b) or b in self._above(a):
            return 0
        parent = self.parents.get(a)
        return 1 if parent is not None and parent == self.parents.get(b) else 2

    def _above(self, code: str) -> list[str]:
        above: list[str] = []
        parent = self.parents.get(code)
        while parent is not None and parent not in above:
            above.append(parent)
            parent = self.parents.get(parent)
        return above


class _Describer:
    """Puts units, names and words to positions."""

    def __init__(self, coded: CodedUnits, chosen: Sequence[int]) -> None:
        self.coded = coded
        self.chosen = chosen
        self.assigned = coded.assigned.tolist()
        self.n_assigned = coded.assigned[:, chosen].sum(axis=1).tolist()
        self.applied = np.ascontiguousarray(coded.ratings.presence == 1)
        self.codes_of = cache(self._codes_of)
        self.readings = cache(self._readings)

    def describe(self, difference: _Difference, pairs: Sequence[tuple[int, int]]) -> Disagreement:
        coded, ratings = self.coded, self.coded.ratings
        unit = coded.units[difference.unit]
        at = [difference.unit] if difference.other < 0 else [difference.unit, difference.other]
        of_each = len(difference.codes) if len(at) == 1 else 1
        readings = self.readings(difference.unit)
        memos = {coder: coded.memos.get((unit.id, coder), "") for coder in readings} if coded.memos else {}
        return Disagreement(
            kind=difference.kind,
            codes=tuple(ratings.codes[code] for code in difference.codes),
            unit=unit.id,
            interview=unit.interview,
            text=unit.text,
            readings=readings,
            pairs=tuple((ratings.coders[first], ratings.coders[second]) for first, second in pairs),
            weight=len(pairs) * sum(of_each / (self.n_assigned[position] - 1) for position in at),
            other_unit=coded.units[difference.other].id if difference.other >= 0 else None,
            before=_neighbour(coded, difference.unit, -1),
            after=_neighbour(coded, difference.unit, 1),
            memos={coder: memo for coder, memo in memos.items() if memo},
        )

    def _readings(self, unit: int) -> Mapping[str, tuple[str, ...]]:
        return {
            self.coded.ratings.coders[coder]: self.codes_of(self.applied[unit, coder].tobytes())
            for coder in self.chosen
            if self.assigned[unit][coder]
        }

    def _codes_of(self, applied: bytes) -> tuple[str, ...]:
        return tuple(code for code, there in zip(self.coded.ratings.codes, applied, strict=True) if there)


def _neighbour(coded: CodedUnits, unit: int, step: int) -> str:
    at = unit + step
    if not coded.order_known or not 0 <= at < len(coded.units):
        return ""
    other = coded.units[at]
    return other.text if other.interview == coded.units[unit].interview else ""


# --- Free spans ---------------------------------------------------------------------------------------


def span_agreement(
    spans: Sequence[CodedSpan],
    *,
    coders: Sequence[str],
    texts: Mapping[str, str] | None = None,
    threshold: float = 0.5,
) -> tuple[SpanAgreement, ...]:
    """How the spans of each pair of coders fit: all codes first, then code by code; () without spans.

    texts: the text of each interview, for offsets in words. threshold: the least overlap over union at which
    two spans are the same one.
    """
    if not spans:
        return ()
    by = _spans_by(spans)
    codes = sorted({span.code for span in spans})
    interviews = sorted({span.interview for span in spans})
    found = []
    for first, second in combinations(coders, 2):
        by_code: dict[str | None, list[tuple[CodedSpan, CodedSpan, float]]] = {None: []}
        for name in codes:
            by_code[name] = [
                pair
                for interview in interviews
                for pair in match_spans(
                    by.get((interview, first, name), []), by.get((interview, second, name), [])
                )
            ]
            by_code[None] += by_code[name]
        for code, pairs in by_code.items():
            sizes = tuple(
                sum(span.coder == coder and code in (None, span.code) for span in spans)
                for coder in (first, second)
            )
            found.append(
                _span_agreement((first, second), code, (sizes[0], sizes[1]), pairs, texts, threshold)
            )
    return tuple(found)


def match_spans(
    first: Sequence[CodedSpan], second: Sequence[CodedSpan]
) -> list[tuple[CodedSpan, CodedSpan, float]]:
    """Which span of one is which of the other: the pairs with the largest total overlap over union.

    Each span is used at most once, and spans that do not overlap are never paired. The third value is the
    pair's overlap divided by its union, above 0 and up to 1.
    """
    from scipy.optimize import linear_sum_assignment

    pairs = []
    for ours, theirs in _touching_groups(first, second):
        overlap = np.array([[_overlap_over_union(a, b) for b in theirs] for a in ours])
        for i, j in zip(*linear_sum_assignment(overlap, maximize=True), strict=True):
            if overlap[i, j] > 0:
                pairs.append((ours[i], theirs[j], float(overlap[i, j])))
    return pairs


def _touching_groups(
    first: Sequence[CodedSpan], second: Sequence[CodedSpan]
) -> list[tuple[list[CodedSpan], list[CodedSpan]]]:
    """Spans that overlap directly or through others: assignment is solved in each group on its own."""
    groups: list[tuple[list[CodedSpan], list[CodedSpan]]] = []
    reach = -1
    sides = [*((span, 0) for span in first), *((span, 1) for span in second)]
    for span, side in sorted(sides, key=lambda entry: (entry[0].start, entry[0].end)):
        if span.start >= reach:
            groups.append(([], []))
        groups[-1][side].append(span)
        reach = max(reach, span.end)
    return [group for group in groups if group[0] and group[1]]


def _overlap_over_union(a: CodedSpan, b: CodedSpan) -> float:
    overlap = min(a.end, b.end) - max(a.start, b.start)
    return overlap / (max(a.end, b.end) - min(a.start, b.start)) if overlap > 0 else 0.0


def _span_agreement(
    coders: tuple[str, str],
    code: str | None,
    n_spans: tuple[int, int],
    pairs: Sequence[tuple[CodedSpan, CodedSpan, float]],
    texts: Mapping[str, str] | None,
    threshold: float,
) -> SpanAgreement:
    matched = sum(overlap >= threshold for _, _, overlap in pairs)

    def words(at: int, to: int, interview: str) -> int:
        return count_words((texts or {})[interview][min(at, to) : max(at, to)])

    both = [(a, b) for a, b, _ in pairs]
    readable = [(a, b) for a, b in both if texts is not None and a.interview in texts]
    return SpanAgreement(
        coders=coders,
        code=code,
        n_spans=n_spans,
        n_matched=matched,
        f1=2 * matched / sum(n_spans) if sum(n_spans) else None,
        start_offset=median(abs(a.start - b.start) for a, b in both) if both else None,
        end_offset=median(abs(a.end - b.end) for a, b in both) if both else None,
        start_words=median(words(a.start, b.start, a.interview) for a, b in readable) if readable else None,
        end_words=median(words(a.end, b.end, a.interview) for a, b in readable) if readable else None,
    )


def _spans_by(spans: Sequence[CodedSpan]) -> dict[tuple[str, str, str], list[CodedSpan]]:
    """Spans by interview, coder and code, in order of the text."""
    by: dict[tuple[str, str, str], list[CodedSpan]] = defaultdict(list)
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        by[span.interview, span.coder, span.code].append(span)
    return by
