"""Regularised logistic regression, one against the rest, all codes at once.

For each code the coefficients minimise

    C · Σᵢ wᵢ · log-loss(yᵢ, σ(oᵢ + xᵢ·β + b)) + ½ |β|²

which is the objective of scikit-learn's LogisticRegression (a test holds the two together), with targets
between 0 and 1 and a fixed part oᵢ. Nonlinear conjugate gradients (Nocedal and Wright 2006, "Numerical
Optimization", algorithm 5.4 with equation 5.45, preconditioned by the diagonal of the Hessian): every step is
two matrix products for all codes together, which is what makes fifty codes cost little more than one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thematic.model import FloatMatrix

    FloatVector = NDArray[np.float32]

__all__ = ["Coefficients", "fit_logistic", "principal_axes"]

_STEPS = 400
_TRIES = 12
_FLAT = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Coefficients:
    """dense: (d, codes). sparse: (v, codes). intercept: (codes,)."""

    dense: FloatMatrix
    sparse: FloatMatrix
    intercept: FloatVector


def fit_logistic(
    dense: FloatMatrix,
    sparse: Any,
    targets: FloatMatrix,
    weights: FloatMatrix,
    *,
    strength: float,
    offset: FloatMatrix | None = None,
    tolerance: float = 0.1,
) -> Coefficients:
    """The coefficients of every column of `targets`.

    dense: (n, d), float32, best in its `principal_axes`. sparse: (n, v), a scipy CSR matrix. targets: (n, k),
    0 to 1. weights: (n, k), 0 where the target is not known. strength: C. offset: (n, k). tolerance: of the
    norm of the gradient. A column whose known targets are all alike is fitted as any other; the penalty keeps
    it finite, and its intercept is held at the rate of half an example.
    """
    problem = _Problem(
        np.ascontiguousarray(dense, np.float32),
        sparse,
        np.ascontiguousarray(targets, np.float32),
        np.float32(strength) * np.ascontiguousarray(weights, np.float32),
        np.zeros((1, targets.shape[1]), np.float32) if offset is None else offset.astype(np.float32),
    )
    coefficients = problem.solve(tolerance)
    d = dense.shape[1]
    return Coefficients(dense=coefficients[:d], sparse=coefficients[d:-1], intercept=coefficients[-1])


def principal_axes(dense: FloatMatrix) -> FloatMatrix:
    """Orthonormal columns that span the rows of `dense`, (d, at most d).

    Rotated to them, a matrix has the same fit in fewer steps: its Hessian is nearly diagonal. Found by way of
    whichever product of the matrix with itself is smaller.
    """
    small = dense.T @ dense if len(dense) >= dense.shape[1] else dense @ dense.T
    variances, axes = np.linalg.eigh(small)
    kept = variances > 1e-5 * max(float(variances.max(initial=0.0)), 1e-9)
    if len(dense) >= dense.shape[1]:
        return np.ascontiguousarray(axes[:, kept], np.float32)
    return np.ascontiguousarray((dense.T @ axes[:, kept]) / np.sqrt(variances[kept]), np.float32)


class _Problem:
    """The arrays of one fit. Coefficients have a row for each column of `dense`, of `sparse`, and one for the
    intercept, which is not penalised.
    """

    def __init__(
        self, dense: FloatMatrix, sparse: Any, targets: FloatMatrix, weights: FloatMatrix, offset: FloatMatrix
    ) -> None:
        self.dense, self.sparse, self.targets, self.weights = dense, sparse, targets, weights
        self.offset = offset
        self.transposed = sparse.T.tocsr()
        self.d = dense.shape[1]
        squares = [(dense * dense).sum(axis=0), np.asarray(sparse.multiply(sparse).sum(axis=0)).ravel()]
        mean_square = np.concatenate([*squares, [len(dense)]]) / max(len(dense), 1)
        self.mean_square = mean_square.astype(np.float32)[:, None]
        self.penalty = np.ones_like(self.mean_square)
        self.penalty[-1] = 0

    def linear(self, beta: FloatMatrix) -> FloatMatrix:
        part: FloatMatrix = self.dense @ beta[: self.d] + beta[-1]
        if self.sparse.shape[1]:
            part += self.sparse @ beta[self.d : -1]
        return part

    def transpose(self, rows: FloatMatrix) -> FloatMatrix:
        blocks = [self.dense.T @ rows]
        if self.sparse.shape[1]:
            blocks.append(self.transposed @ rows)
        return np.vstack([*blocks, rows.sum(axis=0)])

    def solve(self, tolerance: float) -> FloatMatrix:
        """The coefficients of all columns. A column that has converged is left as it is."""
        y, w = self.targets, self.weights
        total = np.maximum(w.sum(axis=0), 1e-9)
        least = np.clip(0.5 * w.max(initial=1.0) / total, 1e-6, 0.5)
        rate = np.clip((w * y).sum(axis=0) / total, least, 1 - least)
        free = (rate > least) & (rate < 1 - least)  # an intercept without both answers would run away
        beta = np.zeros((len(self.mean_square), y.shape[1]), np.float32)
        beta[-1] = np.log(rate / (1 - rate))
        found = beta.copy()
        scores = self.linear(beta) + self.offset
        active = np.arange(y.shape[1])
        direction = before = np.zeros_like(beta)
        energy_before = np.ones(y.shape[1], np.float32)
        for _ in range(_STEPS):
            p = _sigmoid(scores)
            gradient = self.transpose(w * (p - y)) + self.penalty * beta
            gradient[-1] *= free
            rest = np.sqrt(_dots(gradient, gradient)) > tolerance
            if not rest.all():
                found[:, active[~rest]] = beta[:, ~rest]
                if not rest.any():
                    return found
                beta, scores, y, w, p, gradient, direction, before = (
                    part[:, rest] for part in (beta, scores, y, w, p, gradient, direction, before)
                )
                active, free, energy_before = active[rest], free[rest], energy_before[rest]
            mass = (w * p * (1 - p)).sum(axis=0)
            steepest = gradient / np.maximum(self.penalty + self.mean_square * mass, 1e-6)
            energy = _dots(gradient, steepest)
            turn = np.maximum(0, energy - _dots(before, steepest)) / np.maximum(energy_before, 1e-20)
            direction = turn * direction - steepest
            direction = np.where(_dots(direction, gradient) < 0, direction, -steepest)
            change = self.linear(direction)
            length = _length(
                scores,
                change,
                y,
                w,
                _dots(self.penalty * beta, direction),
                _dots(self.penalty * direction, direction),
            )
            beta += length * direction
            scores += length * change
            before, energy_before = gradient, energy
        found[:, active] = beta
        return found


def _length(
    scores: FloatMatrix,
    change: FloatMatrix,
    targets: FloatMatrix,
    weights: FloatMatrix,
    pull: FloatVector,
    bend: FloatVector,
) -> FloatVector:
    """How far to go along each column of `change`: to where the loss is nearly flat.

    The loss is convex, so its slope rises along the way: Newton's steps, kept between where it still falls
    and where it rises. pull, bend: the slope of the penalty at the start, and how fast it grows.
    """
    low, high = np.zeros(len(pull), np.float32), np.full(len(pull), np.inf, np.float32)
    length = low
    first = None
    for _ in range(_TRIES):
        p = _sigmoid(scores + length * change)
        slope = _dots(weights * (p - targets), change) + pull + length * bend
        if first is None:
            first = np.abs(slope)
        elif (np.abs(slope) <= _FLAT * first).all():
            break
        low, high = np.where(slope < 0, length, low), np.where(slope > 0, length, high)
        curvature = _dots(weights * p * (1 - p) * change, change) + bend
        tried = length - slope / np.maximum(curvature, 1e-20)
        middle = np.where(np.isfinite(high), (low + high) / 2, 2 * length + 1)
        length = np.where((tried > low) & (tried < high), tried, middle).astype(np.float32)
    return length


def _dots(a: FloatMatrix, b: FloatMatrix) -> FloatVector:
    """The product of each column of one with that of the other."""
    products: FloatVector = np.einsum("ij,ij->j", a, b)
    return products


def _sigmoid(scores: FloatMatrix) -> FloatMatrix:
    p: FloatMatrix = (1 / (1 + np.exp(-np.clip(scores, -30, 30)))).astype(np.float32)
    return p
