"""Which suggestions may be stood behind at a given precision, by a rule that is valid in finite samples.

Learn then test (Angelopoulos, Bates, Candès, Jordan and Lei 2021, arXiv 2110.01052), as a fixed sequence: the
thresholds .99, .98 … are tried in this order, beginning with the first that a tenth of the decisions, and at
least thirty, pass. At each, the lower end of a 95 % interval must reach the target; the first that fails ends
the search. Since it stops there, trying many costs nothing.

The bound is that of Clopper and Pearson (1934) for a share, which is a quantile of a beta distribution. But a
promise is about certain excerpts, those not yet judged, and their own luck counts: so it is the quantile of
the beta-binomial distribution of how many of *them* are right, which tends to Clopper and Pearson's as they
become many. It wants independent decisions, and those of one interview are not: so all numbers are divided by
the design effect (Kish 1965, section 5.4), measured on the tested decisions, interview by interview.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FEWEST_DECISIONS", "FEWEST_INTERVIEWS", "Promise", "design_effect", "lower_bound", "make_promise"]

FEWEST_INTERVIEWS = 8
FEWEST_DECISIONS = 30
CONFIDENCE = 0.975  # one-sided: the lower end of a 95 % interval
_MANY = 100_000
_START = 0.1
_THRESHOLDS = np.round(np.arange(0.99, 0.009, -0.01), 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What may be promised of the first suggestion of each excerpt.

    threshold: the least probability that is marked, or None where nothing is. decisions: how many predictions
    for interviews kept back pass it, right: how many of them were right. coverage: their share of the
    excerpts judged. reason: why nothing may be promised; empty where something is.
    """

    target: float
    threshold: float | None
    decisions: int = 0
    right: int = 0
    coverage: float = 0.0
    interviews: int = 0
    reason: str = ""


def make_promise(
    probabilities: NDArray[np.float64],
    right: NDArray[np.bool_],
    interviews: Sequence[int],
    *,
    target: float,
    unseen: int,
) -> Promise:
    """The lowest threshold that the test lets pass.

    probabilities, right, interviews: one entry an excerpt, of its first suggestion by a model that had not
    learnt from its interview. target: the least precision, above 0 and under 1. unseen: how many excerpts the
    promise is about.
    """
    groups = np.unique(np.asarray(interviews), return_inverse=True)[1]
    number = int(groups.max(initial=-1)) + 1
    if number < FEWEST_INTERVIEWS:
        return Promise(
            target=target,
            threshold=None,
            interviews=number,
            reason=f"{number} coded interview{'' if number == 1 else 's'}; "
            f"a promise takes {FEWEST_INTERVIEWS}",
        )
    passed: Promise | None = None
    tried = False
    for threshold in _THRESHOLDS.tolist():
        taken = probabilities >= threshold
        n = int(taken.sum())
        if n < max(FEWEST_DECISIONS, _START * len(right)):
            continue
        tried = True
        good = int(right[taken].sum())
        effect = design_effect(right[taken], groups[taken])
        promised = unseen * n / len(right)
        if lower_bound(good / effect, n / effect, promised / effect) < target:
            break
        passed = Promise(
            target=target,
            threshold=threshold,
            decisions=n,
            right=good,
            coverage=round(n / len(right), 4),
            interviews=number,
        )
    if passed:
        return passed
    reason = (
        "the likeliest suggestions were not right often enough"
        if tried
        else f"fewer than {FEWEST_DECISIONS} decisions to test it on"
    )
    return Promise(target=target, threshold=None, interviews=number, reason=reason)


def lower_bound(right: float, decisions: float, promised: float = float("inf")) -> float:
    """What share of `promised` further decisions is right, at the least: the lower end of a 95 % interval.

    right of decisions were. Without end this is the bound of Clopper and Pearson (1934). The numbers need not
    be whole.
    """
    from scipy.stats import beta, betabinom

    if right <= 0:
        return 0.0
    a, b = right, decisions - right + 1
    if promised > _MANY:
        return float(beta.ppf(1 - CONFIDENCE, a, b))
    further = max(1, round(promised))
    return float(betabinom.ppf(1 - CONFIDENCE, further, a, b)) / further


def design_effect(right: NDArray[np.bool_], groups: NDArray[np.intp]) -> float:
    """How many dependent decisions are worth an independent one, 1 or more: 1 + (m - 1) ρ.

    ρ is the intraclass correlation by analysis of variance (Fleiss 1981, equation 13.2), never under 0; m the
    mean size of a group, weighted by size (Kerry and Bland 2001).
    """
    sizes = np.bincount(groups).astype(np.float64)
    sizes, shares = sizes[sizes > 0], (np.bincount(groups, weights=right) / np.maximum(sizes, 1))[sizes > 0]
    n, k = float(sizes.sum()), len(sizes)
    if k < 2 or n <= k:
        return 1.0
    mean = float(right.mean())
    between = float((sizes * (shares - mean) ** 2).sum()) / (k - 1)
    within = float((sizes * shares * (1 - shares)).sum()) / (n - k)
    typical = (n - float((sizes**2).sum()) / n) / (k - 1)
    total = between + (typical - 1) * within
    correlation = 0.0 if total <= 0 else max(0.0, (between - within) / total)
    return 1.0 + (float((sizes**2).sum()) / n - 1) * correlation
