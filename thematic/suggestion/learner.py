"""One-versus-rest logistic regression on `material`, the codebook's wording among the examples."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from thematic.suggestion.logistic import Coefficients, fit_logistic, principal_axes
from thematic.suggestion.material import Material

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thematic.model import FloatMatrix

__all__ = ["FEWEST_EXAMPLES", "FEWEST_INTERVIEWS", "Design", "Model", "fit", "strength_for"]

FEWEST_EXAMPLES, FEWEST_INTERVIEWS = 5, 2
"""Under so many examples, or interviews that have one, a code leans on its wording whatever is chosen."""

LEAST_LEANING = np.float32(0.5)

# Weaker penalty while there is little to learn from; read off measurements on a public set.
_FEW_ROWS, _STRENGTH_FEW, _STRENGTH = 500, 10.0, 3.0
_RARE_WORDS_FROM = 2000


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What was learnt: the score of an excerpt is linear in its features, and a logit.

    leaning: (codes,), how many logits a standard deviation of likeness to the code's wording is worth.
    """

    coefficients: Coefficients
    columns: NDArray[np.intp]
    idf: NDArray[np.float32]
    leaning: NDArray[np.float32]

    def scores(self, material: Material, rows: NDArray[np.intp] | None = None) -> FloatMatrix:
        """The logits of these rows of the material, or of all, shape (rows, codes); to four decimals.

        Rounded, so that the last bits of two machines seldom change an order.
        """
        n = len(material.values)
        words = material.counts[:n] if rows is None else material.counts[rows]
        likeness = material.likeness if rows is None else material.likeness[rows]
        logits = material.dense_times(self.coefficients.dense, rows)
        logits += _tfidf(words, self.columns, self.idf) @ self.coefficients.sparse
        logits += self.leaning * likeness + self.coefficients.intercept
        return np.round(logits, 4)


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Rows of a material, ready to be learnt from, all or some of them, again and again.

    rows: of the material. means, axes: of each of its vector blocks. A block is centred, so that no direction
    that all passages share has to be unlearnt (the intercept takes it up), and rotated to its principal axes,
    in which it is quicker to learn from; side by side, the blocks are `dense`, (rows, a). `wording`,
    (pieces, a), is the codebook's wording among average surroundings.
    """

    material: Material
    rows: NDArray[np.intp]
    means: tuple[FloatMatrix, ...]
    axes: tuple[FloatMatrix, ...]
    dense: FloatMatrix
    wording: FloatMatrix

    @classmethod
    def of(cls, material: Material, rows: NDArray[np.intp]) -> Design:
        blocks = material.blocks(rows)
        means = tuple(block.mean(axis=0) for block in blocks)
        centred = [block - mean for block, mean in zip(blocks, means, strict=True)]
        wording = material.piece_vectors - means[0]
        axes = tuple(principal_axes(block) for block in (np.vstack([centred[0], wording]), *centred[1:]))
        rotated = [block @ axis for block, axis in zip(centred, axes, strict=True)]
        elsewhere = np.zeros((len(wording), sum(axis.shape[1] for axis in axes[1:])), np.float32)
        return cls(material, rows, means, axes, np.hstack(rotated), np.hstack([wording @ axes[0], elsewhere]))

    def of_codes(self, columns: NDArray[np.intp]) -> Design:
        """The same rows, to learn these of the codes from."""
        kept = np.isin(self.material.piece_codes, columns)
        return replace(self, material=self.material.of_codes(columns), wording=self.wording[kept])

    def unrotated(self, coefficients: FloatMatrix) -> FloatMatrix:
        """The coefficients of the blocks as they were, (3 d, codes), for those of `dense`, (a, codes)."""
        ends = np.cumsum([axis.shape[1] for axis in self.axes])[:-1]
        parts = np.split(coefficients, ends)
        return np.vstack([axis @ part for axis, part in zip(self.axes, parts, strict=True)])


def fit(
    design: Design,
    chosen: NDArray[np.intp],
    targets: FloatMatrix,
    weights: FloatMatrix,
    interviews: NDArray[np.intp],
    *,
    leaning: float,
) -> Model:
    """Learn from the chosen rows of the design; targets, weights and the numbers of their interviews have a
    row each, in that order.

    leaning: the weight of the likeness to the wording, in logits a standard deviation; 0 learns from the
    examples alone. A code with too few examples leans at least half.
    """
    material, rows = design.material, design.rows[chosen]
    n, k = len(material.values), targets.shape[1]
    lean = np.full(k, leaning, np.float32)
    few = few_examples(targets, weights > 0, interviews)
    lean[few] = np.maximum(lean[few], LEAST_LEANING)
    pieces = material.piece_codes
    examples = np.arange(len(pieces))
    targets = np.vstack([targets, np.zeros((len(pieces), k), np.float32)])
    weights = np.vstack([weights, 1 - material.related[pieces].astype(np.float32)])
    targets[len(rows) + examples, pieces] = material.piece_for
    # An exclusion speaks against its own code only: what other code it may be, it does not say.
    against = len(rows) + examples[~material.piece_for]
    weights[against] = 0
    weights[against, pieces[~material.piece_for]] = 1
    counts = material.counts[np.concatenate([rows, n + examples])]
    columns, idf = _vocabulary(counts, least=1 if len(rows) < _RARE_WORDS_FROM else 2)
    offset = np.vstack([lean * material.likeness[rows], np.zeros((len(pieces), k), np.float32)])
    found = fit_logistic(
        np.vstack([design.dense[chosen], design.wording]),
        _tfidf(counts, columns, idf),
        targets,
        weights,
        strength=strength_for(len(rows)),
        offset=offset,
    )
    dense = design.unrotated(found.dense)
    intercept = found.intercept - np.concatenate(design.means) @ dense
    return Model(Coefficients(dense, found.sparse, intercept), columns, idf, lean)


def strength_for(rows: int) -> float:
    """C of the regression for so many examples."""
    return _STRENGTH_FEW if rows < _FEW_ROWS else _STRENGTH


def few_examples(
    shares: FloatMatrix, known: NDArray[np.bool_], interviews: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Which codes have too few examples, or examples of too few interviews, to be learnt by themselves."""
    applied = known & (shares >= 0.5)
    in_interviews = np.zeros((int(interviews.max(initial=-1)) + 1, shares.shape[1]), bool)
    np.logical_or.at(in_interviews, interviews, applied)
    return np.asarray(
        (applied.sum(axis=0) < FEWEST_EXAMPLES) | (in_interviews.sum(axis=0) < FEWEST_INTERVIEWS)
    )


def _vocabulary(counts: Any, *, least: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """The columns of words in at least so many of these texts, and log((1 + n) / (1 + df)) + 1 of each."""
    found = np.bincount(counts.indices, minlength=counts.shape[1])
    columns = np.flatnonzero(found >= least)
    idf = np.log((1 + counts.shape[0]) / (1 + found[columns])) + 1
    return columns, idf.astype(np.float32)


def _tfidf(counts: Any, columns: NDArray[np.intp], idf: NDArray[np.float32]) -> Any:
    """Rows of unit length: 1 + log of the count, times idf (scikit-learn's TfidfVectorizer, sublinear_tf)."""
    weights = counts[:, columns].tocsr()
    weights.data = ((1 + np.log(weights.data)) * idf[weights.indices]).astype(np.float32)
    lengths = np.sqrt(np.asarray(weights.multiply(weights).sum(axis=1)).ravel())
    weights.data /= np.repeat(np.where(lengths > 0, lengths, 1), np.diff(weights.indptr)).astype(np.float32)
    return weights
