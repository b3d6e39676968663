"""Section 6: what each interview added, and when it was little enough to stop.

Guest, G., Namey, E., & Chen, M. (2020). A simple method to assess and report thematic saturation in
qualitative research. PLoS ONE 15(5), e0232076. The base size is the number of interviews whose codes are the
denominator. A run is a number of interviews in a row after the base; runs move on by one interview. New
information is the number of codes that first occur in a run, divided by the codes of the base. Saturation is
reached in the first run whose new information is at or below the threshold; it is reported as the interviews
before that run, plus the length of the run, such as 6+2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thematic.reporting.coded import CodedExcerpts, Ints
from thematic.reporting.missing import Missing
from thematic.reporting.settings import ReportSettings

__all__ = ["Band", "InterviewStep", "Run", "Saturation", "saturate", "saturate_presence"]

_CELLS = 20_000_000  # of one batch of random orders, in numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewStep:
    """One interview in the order of the record: codes that it has, codes nobody before had, codes so far."""

    interview: str
    codes: int
    new: int
    cumulative: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Interviews `first` to `last`, from 1. share: new / codes of the base; None where the base has none."""

    first: int
    last: int
    new: int
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Over random orders, after `interviews` interviews: middle, and the 5th and 95th hundredth."""

    interviews: int
    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Saturation:
    """steps, runs: in the order of the record. reached: interviews before the first run at or below the
    threshold; None where no run is. cumulative: codes so far, over random orders. information: new
    information of the run that ends with each interview, over random orders. reached_in: share of the orders
    in which saturation is reached at all; reached_at: the band of `reached` over those.
    """

    base_size: int
    run_length: int
    threshold: float
    orders: int
    seed: int
    base_codes: int
    steps: tuple[InterviewStep, ...]
    runs: tuple[Run, ...]
    reached: int | None
    cumulative: tuple[Band, ...]
    information: tuple[Band, ...]
    reached_in: float | None
    reached_at: Band | None

    @property
    def verdict(self) -> str:
        """One sentence, as the method reports it."""
        needed = self.base_size + self.run_length
        if len(self.steps) < needed:
            return (
                f"With base size {self.base_size} and run length {self.run_length} the method needs {needed} "
                f"interviews; {len(self.steps)} are coded."
            )
        how = f"(base size {self.base_size}, run length {self.run_length}, threshold {self.threshold:.0%})"
        if self.reached is None:
            return f"No run of interviews brought as little as the threshold {how}: not saturated yet."
        return f"Saturation is reached at {self.reached}+{self.run_length} interviews {how}."


def saturate(coded: CodedExcerpts) -> Saturation | Missing:
    """Codes by interview, in the order of the record and in random ones; of interviews with anything read."""
    rows = np.flatnonzero(coded.per_interview(coded.read) > 0)
    if len(rows) < 2:
        return Missing(
            what="Saturation is about what another interview would add, and only one is coded.",
            how="Code a second interview, then run `thematic report` again.",
        )
    return saturate_presence(
        coded.per_interview(coded.direct)[rows] > 0,
        [coded.data.transcripts[row].id for row in rows],
        coded.settings,
    )


def saturate_presence(
    present: NDArray[np.bool_], interviews: Sequence[str], settings: ReportSettings
) -> Saturation:
    """The same of anything that interviews have or have not. present: (interviews, things), two rows or more
    in the order of the record; things that none has do not count.
    """
    present = present[:, present.any(axis=0)]
    base, run = settings.base_size, settings.run_length
    first = np.argmax(present, axis=0)
    new = np.bincount(first, minlength=len(interviews))
    cumulative = np.cumsum(new)
    base_codes = int(cumulative[min(base, len(interviews)) - 1])
    runs = tuple(
        Run(
            first=last - run + 1,
            last=last,
            new=(found := int(new[last - run : last].sum())),
            share=found / base_codes if base_codes else None,
        )
        for last in range(base + run, len(interviews) + 1)
    )
    firsts = _random_firsts(present, settings.orders, settings.seed)
    by_order = np.apply_along_axis(np.bincount, 1, firsts, minlength=len(interviews)).cumsum(axis=1)
    shares, at = _information(by_order, base, run)
    with np.errstate(invalid="ignore"):
        low_enough = shares <= settings.new_information
    hit = low_enough.any(axis=1) if shares.shape[1] else np.zeros(len(by_order), dtype=bool)
    reached_at = base + np.argmax(low_enough, axis=1)[hit] if hit.any() else np.array([])
    enough = (r for r in runs if r.share is not None and r.share <= settings.new_information)
    stop = next(enough, None)
    return Saturation(
        base_size=base,
        run_length=run,
        threshold=settings.new_information,
        orders=settings.orders,
        seed=settings.seed,
        base_codes=base_codes,
        steps=tuple(
            InterviewStep(
                interview=name,
                codes=int(present[i].sum()),
                new=int(new[i]),
                cumulative=int(cumulative[i]),
            )
            for i, name in enumerate(interviews)
        ),
        runs=runs,
        reached=stop.last - run if stop else None,
        cumulative=tuple(_band(i + 1, by_order[:, i]) for i in range(len(interviews))),
        information=tuple(_band(n, shares[:, i]) for i, n in enumerate(at)),
        reached_in=float(hit.mean()) if shares.shape[1] else None,
        reached_at=_band(0, reached_at) if len(reached_at) else None,
    )


def _random_firsts(present: NDArray[np.bool_], orders: int, seed: int) -> Ints:
    """Shape (orders, codes): at which place, from 0, each code first occurs in each random order."""
    random = np.random.default_rng(seed)
    n, k = present.shape
    batch = max(1, _CELLS // max(1, n * k))
    found = []
    for start in range(0, orders, batch):
        count = min(batch, orders - start)
        places = np.argsort(random.random((count, n)), axis=1, kind="stable")  # the place of each interview
        found.append(np.where(present.T[None], places[:, None, :], n).min(axis=2))
    return np.concatenate(found)


def _information(by_order: Ints, base: int, run: int) -> tuple[NDArray[np.float64], list[int]]:
    """New information of the run that ends with each interview after base and run: shape (orders, runs)."""
    n = by_order.shape[1]
    ends = list(range(base + run, n + 1))
    if not ends:
        return np.zeros((len(by_order), 0)), []
    new = by_order[:, [end - 1 for end in ends]] - by_order[:, [end - run - 1 for end in ends]]
    base_codes = by_order[:, base - 1 : base].astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(base_codes > 0, new / base_codes, np.nan), ends


def _band(interviews: int, values: NDArray[np.generic]) -> Band:
    known = values[~np.isnan(values.astype(np.float64))].astype(np.float64)
    low, median, high = np.quantile(known, [0.05, 0.5, 0.95]) if len(known) else (0.0, 0.0, 0.0)
    return Band(interviews=interviews, low=float(low), median=float(median), high=float(high))
