"""Section 4: which codes occur together, against what chance would bring, with intervals over interviews."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from thematic.reporting.coded import Bools, CodedExcerpts, Ints
from thematic.reporting.intervals import Interval, jackknife
from thematic.reporting.missing import Missing

__all__ = ["CoOccurrence", "Pair", "count_pairs"]

Floats = NDArray[np.float64]

MOST_CODES = 60
FEWEST_INTERVIEWS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two codes. together: units with both. expected: n₁ · n₂ / n, what independence would bring.

    lift: together / expected; 1 is chance. interval: of the lift, over interviews; None where the codes meet
    in fewer than three interviews, from which nothing can be told about others.
    """

    code: str
    other: str
    together: float
    expected: float
    lift: float | None
    interval: Interval | None
    interviews: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CoOccurrence:
    """unit: what a unit is, in words; units: how many. counts: units with each code.

    pairs: every pair of the codes, most clearly above chance first. left_out: rarer codes that are not in it.
    """

    unit: str
    units: float
    codes: tuple[str, ...]
    counts: tuple[float, ...]
    pairs: tuple[Pair, ...]
    left_out: int


def count_pairs(coded: CodedExcerpts) -> CoOccurrence | Missing:
    """Pairs of codes as they were given (a theme counts where it was given itself).

    Lift is n · n₁₂ / (n₁ · n₂) over the units that somebody read (Brin, Motwani, Ullman & Tsur, 1997, SIGMOD
    Record 26(2), 255-264, who call it interest). Its interval is exp(log lift ± t · jackknife error), with
    whole interviews left out, as what one person says hangs together.
    """
    used = np.flatnonzero(coded.direct[coded.read].any(axis=0))
    if len(used) < 2:
        return Missing(
            what="Fewer than two codes are in use, so no two can occur together.",
            how="Code with more of the codebook, then run `thematic report` again.",
        )
    people = (coded.per_participant(coded.direct) > 0).sum(axis=0)
    kept = sorted(sorted(used, key=lambda at: (-people[at], at))[:MOST_CODES])
    unit, weights, present, interview = _UNITS[coded.settings.cooccurrence](coded, np.array(kept))
    n, single, both = _sums(weights, present, interview, len(coded.data.transcripts))
    total, each, met = n.sum(), single.sum(axis=0), both.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = each[:, None] * each[None, :] / total
        lift = met / expected
        without = (total - n)[:, None, None] * (met - both) / _outer(each - single)
        log_lift, log_without = np.log(lift), np.log(without)
        log_lift = np.where((both > 0).sum(axis=0) >= FEWEST_INTERVIEWS, log_lift, np.nan)
    there = np.broadcast_to((n > 0)[:, None, None], both.shape)
    low, high = np.exp(jackknife(log_lift, log_without, there, coded.settings.confidence))
    pairs = [
        Pair(
            code=coded.codes[kept[a]].id,
            other=coded.codes[kept[b]].id,
            together=float(met[a, b]),
            expected=float(expected[a, b]),
            lift=float(lift[a, b]) if np.isfinite(lift[a, b]) else None,
            interval=Interval(float(low[a, b]), float(high[a, b])) if np.isfinite(high[a, b]) else None,
            interviews=int((both[:, a, b] > 0).sum()),
        )
        for a in range(len(kept))
        for b in range(a)
    ]
    return CoOccurrence(
        unit=unit,
        units=float(total),
        codes=tuple(coded.codes[at].id for at in kept),
        counts=tuple(map(float, each)),
        pairs=tuple(sorted(pairs, key=_clearest_first)),
        left_out=len(used) - len(kept),
    )


def _clearest_first(pair: Pair) -> tuple[float, float, str, str]:
    low = round(pair.interval.low, 9) if pair.interval else 0.0
    return -low, -pair.together, pair.code, pair.other


def _outer(values: Floats) -> Floats:
    return np.asarray(values[:, :, None] * values[:, None, :])


def _sums(weights: Floats, present: Bools, interview: Ints, count: int) -> tuple[Floats, Floats, Floats]:
    """By interview: units (d,), units with each code (d, k), units with each pair (d, k, k)."""
    k = present.shape[1]
    n, single, both = np.zeros(count), np.zeros((count, k)), np.zeros((count, k, k))
    for at in np.unique(interview):
        here = interview == at
        own = present[here].astype(np.float64)
        weighted = own * weights[here][:, None]
        n[at], single[at], both[at] = weights[here].sum(), weighted.sum(axis=0), own.T @ weighted
    return n, single, both


# --- What a unit is ------------------------------------------------------------------------------------

_Units = tuple[str, Floats, Bools, Ints]


def _excerpts(coded: CodedExcerpts, columns: Ints) -> _Units:
    rows = np.flatnonzero(coded.read)
    return "the same excerpt", np.ones(len(rows)), coded.direct[np.ix_(rows, columns)], coded.interview[rows]


def _overlaps(coded: CodedExcerpts, columns: Ints) -> _Units:
    """A unit is a character of an excerpt; stretches between the ends of spans weigh their length."""
    position = {int(column): at for at, column in enumerate(columns)}
    spans: dict[int, list[tuple[int, int, int]]] = {}
    for coding, excerpts in coded.codings:
        column = position.get(coded.column[coding.code_id])
        if column is None:
            continue
        for at in excerpts:
            excerpt = coded.excerpts[at]
            start, end = max(coding.quote.start, excerpt.start), min(coding.quote.end, excerpt.end)
            spans.setdefault(at, []).append((start, end, column))
    weights: list[int] = []
    present: list[Bools] = []
    interview: list[int] = []
    for at in np.flatnonzero(coded.read).tolist():
        excerpt = coded.excerpts[at]
        own = spans.get(at, [])
        ends = sorted({excerpt.start, excerpt.end, *(p for start, end, _ in own for p in (start, end))})
        for start, end in pairwise(ends):
            row = np.zeros(len(columns), dtype=bool)
            row[[column for first, last, column in own if first <= start and end <= last]] = True
            weights.append(end - start)
            present.append(row)
            interview.append(int(coded.interview[at]))
    return (
        "overlapping spans, counted in characters",
        np.array(weights, dtype=np.float64),
        np.array(present, dtype=bool).reshape(len(weights), len(columns)),
        np.array(interview, dtype=np.intp),
    )


def _windows(coded: CodedExcerpts, columns: Ints) -> _Units:
    """A unit is a participant's turn together with the turns of participants that follow within n."""
    reach = coded.settings.within_turns
    turns: dict[int, dict[int, Bools]] = {}
    for at in np.flatnonzero(coded.read).tolist():
        for turn in coded.excerpts[at].turns:
            own = turns.setdefault(int(coded.interview[at]), {})
            own[turn] = own.get(turn, np.zeros(len(columns), dtype=bool)) | coded.direct[at, columns]
    present: list[Bools] = []
    interview: list[int] = []
    for place, own in turns.items():
        rows = np.array([own[turn] for turn in sorted(own)])
        for first in range(max(len(rows) - reach, 1)):
            present.append(np.asarray(rows[first : first + reach + 1].any(axis=0)))
            interview.append(place)
    many = "1 turn" if reach == 1 else f"{reach} turns"
    return (
        f"within {many} of participants: windows of {reach + 1} turns",
        np.ones(len(present)),
        np.array(present, dtype=bool).reshape(len(present), len(columns)),
        np.array(interview, dtype=np.intp),
    )


_UNITS = {"excerpt": _excerpts, "overlap": _overlaps, "turns": _windows}
