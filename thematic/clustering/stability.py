"""How far clusters come back when interviews are left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from math import comb
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from thematic.clustering.partition import Labels

__all__ = ["FEWEST_INTERVIEWS", "best_overlaps", "draws", "stability"]

FEWEST_INTERVIEWS = 3  # with two, leaving one out leaves nothing to compare across interviews
_SHARE_DROPPED = 0.2


def stability(
    labels: Labels,
    interviews: Labels,
    *,
    regroup: Callable[[Labels], Labels],
    resamples: int,
    seed: int,
    on_draw: Callable[[], None] = lambda: None,
) -> list[float | None]:
    """The mean best Jaccard overlap of each label 0, 1, … over draws that leave out interviews.

    In each draw one interview in five is left out, the rest is grouped anew, and each old group, restricted
    to the excerpts that remain, is compared with the new group most like it (Hennig 2007,
    doi:10.1016/j.csda.2006.11.025, with interviews as the unit that is drawn). Draws that leave nothing of a
    group do not count for it. None where no draw counts, and for all groups of fewer than three interviews.

    `interviews` numbers the interview of each row from 0; `regroup` takes rows and labels them anew.
    """
    groups, total = int(labels.max(initial=-1)) + 1, int(interviews.max(initial=-1)) + 1
    if total < FEWEST_INTERVIEWS:
        return [None] * groups
    overlaps: list[list[float]] = [[] for _ in range(groups)]
    for dropped in draws(total, resamples, seed):
        rows = np.flatnonzero(~np.isin(interviews, dropped))
        for group, overlap in enumerate(best_overlaps(labels[rows], regroup(rows), groups)):
            if not np.isnan(overlap):
                overlaps[group].append(float(overlap))
        on_draw()
    return [round(fmean(values), 4) if values else None for values in overlaps]


def draws(interviews: int, resamples: int, seed: int) -> Iterator[tuple[int, ...]]:
    """The interviews to leave out, draw by draw: every choice of one in five if there are few choices."""
    size = max(1, round(_SHARE_DROPPED * interviews))
    if comb(interviews, size) <= resamples:
        yield from combinations(range(interviews), size)
        return
    random = np.random.default_rng(seed)
    for _ in range(resamples):
        yield tuple(sorted(random.choice(interviews, size=size, replace=False).tolist()))


def best_overlaps(old: Labels, new: Labels, groups: int) -> NDArray[np.float64]:
    """The largest Jaccard overlap of each old label 0 … groups - 1 with a new one; NaN where it has no row.

    Negative labels are rows in no group: they count for the size of a group's partner only.
    """
    together = np.zeros((groups, int(new.max(initial=-1)) + 1))
    both = (old >= 0) & (new >= 0)
    np.add.at(together, (old[both], new[both]), 1)
    old_sizes = np.bincount(old[old >= 0], minlength=groups)[:, None]
    new_sizes = np.bincount(new[new >= 0], minlength=together.shape[1])[None, :]
    best = (together / np.maximum(old_sizes + new_sizes - together, 1)).max(axis=1, initial=0.0)
    return np.where(old_sizes[:, 0] > 0, best, np.nan)
