"""How long a shortlist must be to hold a right code: split conformal sets over the codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thematic.suggestion.calibration import Floats

__all__ = ["ShortlistRule", "shortlist_rule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortlistRule:
    """Codes from `threshold` on belong to the shortlist. `mean_length` and `holds` are those of the excerpts
    it was set on: how many codes that makes, and the share of coded excerpts whose shortlist, cut at
    `longest`, holds one of the codes that people gave.
    """

    coverage: float
    threshold: float
    longest: int
    mean_length: float
    holds: float


def shortlist_rule(
    probabilities: Floats, truth: NDArray[np.bool_], *, coverage: float, longest: int
) -> ShortlistRule | None:
    """The threshold under which a right code falls for a share of at most 1 - coverage of coded excerpts.

    Split conformal prediction (Vovk, Gammerman and Shafer 2005; the score of an excerpt is the probability of
    the likeliest of its codes): the ⌊(n + 1)(1 - coverage)⌋-th smallest. None where no excerpt is coded.
    """
    coded = truth.any(axis=1)
    if not coded.any():
        return None
    p, right = probabilities[coded], truth[coded]
    scores = np.sort(np.where(right, p, -1.0).max(axis=1))
    rank = int(np.floor((len(scores) + 1) * (1 - coverage)))
    threshold = float(scores[rank - 1]) if rank else 0.0
    order = np.argsort(-p, axis=1, kind="stable")[:, :longest]
    listed = np.take_along_axis(p, order, axis=1) >= threshold
    holds = (listed & np.take_along_axis(right, order, axis=1)).any(axis=1)
    return ShortlistRule(
        coverage=coverage,
        threshold=threshold,
        longest=longest,
        mean_length=round(float(listed.sum(axis=1).mean()), 4),
        holds=round(float(holds.mean()), 4),
    )
