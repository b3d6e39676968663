"""Regularised logistic regression, one against the rest, all codes at once.

For each code the coefficients minimise

    C · Σᵢ wᵢ · log-loss(yᵢ, σ(oᵢ + xᵢ·β + b)) + ½ |β|²

which is the objective of scikit-learn's LogisticRegression (a test holds the two together), with targets
between 0 and 1 and a fixed part oᵢ. Newton's method with conjugate gradients (Lin, Weng and Keerthi 2008,
"Trust region Newton method for large-scale logistic regression", section 3, without the trust region): every
step is two matrix products for all codes together, which is what makes fifty codes cost little more than one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thematic.model import FloatMatrix

    FloatVector = NDArray[np.float32]

__all__ = ["Coefficients", "fit_logistic"]

_NEWTON_STEPS = 40
_CONJUGATE_STEPS = 40
_HALVINGS = 20
_ENOUGH = 0.1


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

    dense: (n, d), float32. sparse: (n, v), a scipy CSR matrix. targets: (n, k), 0 to 1. weights: (n, k), 0
    where the target is not known. strength: C. offset: (n, k). tolerance: of the norm of the gradient. A
    column whose known targets are all alike is fitted as any other; the penalty keeps it finite, and its
    intercept is held at the rate of half an example.
    """
    # One matrix for both parts: rotated to its principal axes, the dense part has a nearly diagonal Hessian.
    axes = _principal_axes(dense)
    problem = _Problem(
        np.ascontiguousarray(dense @ axes, np.float32),
        sparse,
        np.ascontiguousarray(targets, np.float32),
        np.float32(strength) * np.ascontiguousarray(weights, np.float32),
        np.zeros((1, targets.shape[1]), np.float32) if offset is None else offset.astype(np.float32),
    )
    coefficients, intercept = problem.solve(tolerance)
    d = axes.shape[1]
    return Coefficients(
        dense=(axes @ coefficients[:d]).astype(np.float32), sparse=coefficients[d:], intercept=intercept
    )


def _principal_axes(dense: FloatMatrix) -> FloatMatrix:
    """Orthonormal columns that span the rows of `dense`, by way of whichever product of it is smaller."""
    if len(dense) >= dense.shape[1]:
        variances, axes = np.linalg.eigh(dense.T @ dense)
        kept = variances > 1e-5 * max(float(variances.max(initial=0.0)), 1e-9)
        return np.ascontiguousarray(axes[:, kept], np.float32)
    variances, rows = np.linalg.eigh(dense @ dense.T)
    kept = variances > 1e-5 * max(float(variances.max(initial=0.0)), 1e-9)
    return np.ascontiguousarray((dense.T @ rows[:, kept]) / np.sqrt(variances[kept]), np.float32)


class _Problem:
    """The arrays of one fit. A step only touches the columns that have not converged."""

    def __init__(
        self, dense: FloatMatrix, sparse: Any, targets: FloatMatrix, weights: FloatMatrix, offset: FloatMatrix
    ) -> None:
        self.dense, self.sparse, self.targets, self.weights = dense, sparse, targets, weights
        self.offset = offset
        self.transposed = sparse.T.tocsr()
        self.d = dense.shape[1]
        squares = [(dense * dense).sum(axis=0), np.asarray(sparse.multiply(sparse).sum(axis=0)).ravel()]
        self.mean_square = (np.concatenate(squares) / max(len(dense), 1)).astype(np.float32)

    def linear(self, beta: FloatMatrix, intercept: FloatVector) -> FloatMatrix:
        part = self.dense @ beta[: self.d] + intercept
        if self.sparse.shape[1]:
            part += self.sparse @ beta[self.d :]
        return part

    def transpose(self, rows: FloatMatrix) -> FloatMatrix:
        if not self.sparse.shape[1]:
            return self.dense.T @ rows
        return np.vstack([self.dense.T @ rows, self.transposed @ rows])

    def solve(self, tolerance: float) -> tuple[FloatMatrix, FloatVector]:
        k = self.targets.shape[1]
        beta = np.zeros((len(self.mean_square), k), np.float32)
        total = np.maximum(self.weights.sum(axis=0), 1e-9)
        unit = self.weights.max(initial=1.0)
        least = np.clip(0.5 * unit / total, 1e-6, 0.5)
        rate = np.clip((self.weights * self.targets).sum(axis=0) / total, least, 1 - least)
        intercept = np.log(rate / (1 - rate)).astype(np.float32)
        free = (rate > least) & (rate < 1 - least)  # an intercept without both answers would run away
        scores = self.linear(beta, intercept) + self.offset
        loss = _loss(scores, self.targets, self.weights, beta)
        active = np.arange(k)
        for _ in range(_NEWTON_STEPS):
            y, w = self.targets[:, active], self.weights[:, active]
            p = _sigmoid(scores[:, active])
            residual = w * (p - y)
            gradient = self.transpose(residual) + beta[:, active]
            slope_0 = residual.sum(axis=0) * free[active]
            size = np.sqrt((gradient * gradient).sum(axis=0) + slope_0 * slope_0)
            rest = size > tolerance
            if not rest.any():
                break
            active = active[rest]
            y, w, curvature = y[:, rest], w[:, rest], (w * p * (1 - p))[:, rest]
            gradient, slope_0 = gradient[:, rest], slope_0[rest]
            step, step_0 = self._newton_step(gradient, slope_0, curvature, free[active])
            change = self.linear(step, step_0)
            descent = (step * gradient).sum(axis=0) + step_0 * slope_0
            length = np.ones(len(active), np.float32)
            for _ in range(_HALVINGS):
                tried = beta[:, active] + length * step
                new_scores = scores[:, active] + length * change
                new_loss = _loss(new_scores, y, w, tried)
                worse = new_loss > loss[active] + 1e-4 * length * descent + 1e-5 * np.abs(loss[active])
                if not worse.any():
                    break
                length[worse] /= 2
            beta[:, active], scores[:, active], loss[active] = tried, new_scores, new_loss
            intercept[active] += length * step_0
        return beta, intercept

    def _newton_step(
        self,
        gradient: FloatMatrix,
        slope_0: FloatVector,
        curvature: FloatMatrix,
        free: NDArray[np.bool_],
    ) -> tuple[FloatMatrix, FloatVector]:
        """-H⁻¹g by conjugate gradients, preconditioned by the diagonal, to a third of the residual."""
        mass = curvature.sum(axis=0)
        scale: FloatMatrix = (1 / (1 + np.outer(self.mean_square, mass))).astype(np.float32)
        scale_0: FloatVector = (free / np.maximum(mass, 1e-6)).astype(np.float32)
        step, step_0 = np.zeros_like(gradient), np.zeros_like(slope_0)
        left, left_0 = -gradient, -slope_0
        direction, direction_0 = scale * left, scale_0 * left_0
        energy = ((left * direction).sum(axis=0) + left_0 * direction_0).astype(np.float32)
        enough = _ENOUGH * energy
        for _ in range(_CONJUGATE_STEPS):
            bent = curvature * self.linear(direction, direction_0)
            image, image_0 = self.transpose(bent) + direction, bent.sum(axis=0) * free
            along = (direction * image).sum(axis=0) + direction_0 * image_0
            length = np.where(energy > 0, energy / np.maximum(along, 1e-20), 0).astype(np.float32)
            step += length * direction
            step_0 += length * direction_0
            left -= length * image
            left_0 -= length * image_0
            better, better_0 = scale * left, scale_0 * left_0
            new = (left * better).sum(axis=0) + left_0 * better_0
            if (new <= enough).all():
                break
            turn = (new / np.maximum(energy, 1e-20)).astype(np.float32)
            direction, direction_0 = better + turn * direction, better_0 + turn * direction_0
            energy = new.astype(np.float32)
        return step, step_0


def _sigmoid(scores: FloatMatrix) -> FloatMatrix:
    p: FloatMatrix = (1 / (1 + np.exp(-np.clip(scores, -30, 30)))).astype(np.float32)
    return p


def _loss(
    scores: FloatMatrix, targets: FloatMatrix, weights: FloatMatrix, beta: FloatMatrix
) -> NDArray[np.float32]:
    loss = (weights * (np.logaddexp(0, scores) - targets * scores)).sum(axis=0)
    return np.asarray(loss + 0.5 * (beta * beta).sum(axis=0))
