"""From scores to probabilities, on predictions for interviews that were not learnt from; and how true they
are.

Platt's sigmoid (Platt 1999, "Probabilistic outputs for support vector machines", with his targets that are
never quite 0 or 1) of what a score means among its rivals, since the codes of a passage compete: the score of
the code, that of the best other code, how far it leads that one, and what all codes claim together. Without
the last two the first suggestions were believed too little on every public set that was measured. One sigmoid
for all codes: one for each code, even where it had thirty positives and more, ranked worse on all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thematic.model import FloatMatrix

    Floats = NDArray[np.float64]

__all__ = ["Calibration", "calibrate", "calibration_error", "log_loss"]

_STEPS = 50


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """probability = 1 / (1 + exp(-(coefficients · what a score means among its rivals)))."""

    coefficients: Floats

    def probabilities(self, scores: FloatMatrix) -> Floats:
        """To four decimals, shape as the scores, which are (rows, codes)."""
        logits = np.zeros(scores.shape)
        for coefficient, values in zip(self.coefficients.tolist(), _among_rivals(scores), strict=True):
            logits += coefficient * values
        return np.round(1 / (1 + np.exp(-np.clip(logits, -30, 30))), 4)


def calibrate(scores: FloatMatrix, shares: FloatMatrix, known: NDArray[np.bool_]) -> Calibration:
    """The sigmoid that fits what is known. scores, shares, known: (rows, codes).

    Where only one answer occurs there is nothing to fit: the scores are taken as they are.
    """
    y = shares[known].astype(np.float64)
    yes, no = float(y.sum()), float((1 - y).sum())
    if yes <= 0 or no <= 0:
        return Calibration(np.array([1.0, 0.0, 0.0, 0.0, 0.0]))
    targets = y * (yes + 1) / (yes + 2) + (1 - y) / (no + 2)
    design = np.stack(
        [np.broadcast_to(values, scores.shape)[known] for values in _among_rivals(scores)], axis=1
    )
    return Calibration(_sigmoid(design, targets))


def _among_rivals(scores: FloatMatrix) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """The score, the highest of another code in its row (0 where there is one code only), the lead on it, the
    log of the sum of the exponentials of all in the row, and 1; each (rows, codes), or spread over it.
    """
    score = scores.astype(np.float64)
    best = score.max(axis=1, keepdims=True)
    together = best + np.log(np.exp(score - best).sum(axis=1, keepdims=True))
    other = np.zeros_like(score)
    if score.shape[1] > 1:
        first, rows = score.argmax(axis=1), np.arange(len(score))
        other[:] = best
        other[rows, first] = np.partition(score, -2, axis=1)[:, -2]
    return score, other, np.maximum(score - other, 0), together, np.ones((1, 1))


def _sigmoid(design: Floats, targets: Floats) -> Floats:
    """The coefficients of one logistic regression by Newton's method, hardly penalised."""

    def loss(at: Floats) -> float:
        linear = design @ at
        return float((np.logaddexp(0, linear) - targets * linear).sum() + 5e-4 * at @ at)

    at = np.zeros(design.shape[1])
    now = loss(at)
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-np.clip(design @ at, -500, 500)))
        gradient = design.T @ (p - targets) + 1e-3 * at
        hessian = (design * (p * (1 - p))[:, None]).T @ design + 1e-3 * np.eye(len(at))
        step = np.linalg.solve(hessian, gradient)
        length = 1.0
        while length > 1e-6 and loss(at - length * step) > now:
            length /= 2
        at = at - length * step
        before, now = now, loss(at)
        if before - now < 1e-10 * (1 + abs(now)):
            break
    return at


def log_loss(probabilities: Floats, shares: FloatMatrix, known: NDArray[np.bool_]) -> float:
    """The mean log loss over what is known."""
    p = np.clip(probabilities[known], 1e-6, 1 - 1e-6)
    y = shares[known]
    return float(-(y * np.log(p) + (1 - y) * np.log(1 - p)).mean())


def calibration_error(probabilities: Floats, outcomes: Floats, *, bins: int = 10) -> float:
    """Expected calibration error over equally wide bins (Naeini, Cooper and Hauskrecht 2015).

    The mean over all predictions of how far, in the prediction's bin, the mean probability is from the share
    that came true. probabilities, outcomes: (n,); 0.0 for none.
    """
    if not len(probabilities):
        return 0.0
    bin_of = np.minimum((probabilities * bins).astype(np.intp), bins - 1)
    said = np.bincount(bin_of, weights=probabilities, minlength=bins)
    came = np.bincount(bin_of, weights=outcomes, minlength=bins)
    return float(np.abs(said - came).sum() / len(probabilities))
