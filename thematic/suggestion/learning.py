"""Learn from people's codings, say how sure it is, and choose how far to lean on the codebook's wording.

Everything that is said of the quality rests on predictions for interviews that were not learnt from.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from thematic.suggestion import folds
from thematic.suggestion.calibration import Calibration, calibrate, log_loss
from thematic.suggestion.learner import Design, Model, few_examples, fit
from thematic.suggestion.material import Material

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from thematic.model import FloatMatrix
    from thematic.suggestion.calibration import Floats
    from thematic.suggestion.lessons import Taught

__all__ = ["LEANINGS", "Examples", "Learnt", "choose_and_fit", "examples_of", "fit_examples", "learn"]

LEANINGS: dict[str, float] = {
    "the coded excerpts alone": 0.0,
    "the coded excerpts, leaning on the codebook's wording": 0.5,
    "the codebook's wording first, corrected by the coded excerpts": 1.0,
    "the codebook's wording, little corrected by the coded excerpts": 2.0,
}
"""What may be chosen between -> logits a standard deviation of likeness to the wording."""

_ALONE, _LEANING, _WORDING_FIRST, _WORDING_MOST = LEANINGS
_EXAMPLES_A_CODE = 3
"""Where too little is coded to choose, the wording comes first under so many examples a code."""

FOLDS = 5
_CHOOSING_FOLDS = 3
CHOOSING_ROWS = 1500
_CHOOSING_CODES = 100
_FEWEST_TO_CHOOSE = 30
_MOST_AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Examples:
    """What is learnt from: rows of the material with targets and weights, and the interview of each.

    shares, known: what is measured against, where it differs from what is learnt from.
    """

    rows: NDArray[np.intp]
    targets: FloatMatrix
    weights: FloatMatrix
    shares: FloatMatrix
    known: NDArray[np.bool_]
    interviews: NDArray[np.intp]

    def of(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> Examples:
        """These of the examples."""
        return Examples(**{name: getattr(self, name)[chosen] for name in self.__dataclass_fields__})

    def of_codes(self, columns: NDArray[np.intp]) -> Examples:
        """The same excerpts, with what is known of these codes."""
        of_each = ("targets", "weights", "shares", "known")
        return replace(self, **{name: getattr(self, name)[:, columns] for name in of_each})

    @property
    def truth(self) -> NDArray[np.bool_]:
        return np.asarray(self.known & (self.shares >= 0.5))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Learnt:
    """A model, its calibration, and the predictions that the calibration rests on.

    chosen: what the scores come from, in words; losses: the log loss of each choice, empty where nothing
    could be compared. model: None where the wording alone was best. apart: the probabilities of the examples
    from models that had not learnt from their interviews. by_interview: False where there is one only.
    few: codes without enough examples to give a probability.
    """

    chosen: str
    losses: dict[str, float]
    model: Model
    calibration: Calibration
    examples: Examples
    apart: Floats
    by_interview: bool
    few: NDArray[np.bool_]

    def probabilities(self, material: Material, rows: NDArray[np.intp] | None = None) -> Floats:
        """The calibrated probability of each code for these rows, or all: (rows, codes)."""
        with threadpool_limits(1):
            return self.calibration.probabilities(self.model.scores(material, rows))


def examples_of(taught: Taught, transcripts: Sequence[str]) -> Examples:
    """The excerpts of which anything is known; `transcripts` names the interview of every excerpt."""
    rows = np.flatnonzero((taught.weights > 0).any(axis=1))
    names = np.asarray([transcripts[row] for row in rows.tolist()], np.str_)
    _, interviews = np.unique(names, return_inverse=True)
    return Examples(
        rows=rows,
        targets=taught.shares[rows],
        weights=taught.weights[rows],
        shares=taught.shares[rows],
        known=taught.known[rows],
        interviews=np.asarray(interviews, np.intp),
    )


def learn(
    material: Material,
    examples: Examples,
    *,
    seed: int = 0,
    folds_: int = FOLDS,
    choosing_rows: int = CHOOSING_ROWS,
) -> Learnt:
    """Choose, learn, calibrate. The same bytes for the same examples, whatever the threads.

    folds_: how often interviews are kept back for the calibration. choosing_rows: how many excerpts, in whole
    interviews, the way of learning is chosen by.
    """
    with threadpool_limits(1):
        design = Design.of(material, examples.rows)
        chosen, losses = choose(design, examples, seed=seed, rows=choosing_rows)
        leaning = LEANINGS[chosen]
        with ThreadPoolExecutor(1) as beside:
            model = beside.submit(_fit, design, examples, np.arange(len(examples.rows)), leaning)
            (scores,), by_interview = predictions(design, examples, (leaning,), folds_=folds_, seed=seed)
        calibration = calibrate(scores, examples.shares, examples.known)
        return Learnt(
            chosen=chosen,
            losses=losses,
            model=model.result(),
            calibration=calibration,
            examples=examples,
            apart=calibration.probabilities(scores),
            by_interview=by_interview,
            few=few_examples(examples.shares, examples.known, examples.interviews),
        )


def predictions(
    design: Design,
    examples: Examples,
    leanings: Sequence[float],
    *,
    among: NDArray[np.intp] | None = None,
    folds_: int = FOLDS,
    seed: int = 0,
) -> tuple[list[FloatMatrix], bool]:
    """For each leaning the scores of each example from a model that did not learn from its interview, and
    whether it is so: with one interview only, excerpts are kept back by lot, and what is measured flatters.

    design: of the rows of the examples. among: positions of examples, where the others are to be left alone.
    """
    part = np.arange(len(examples.rows)) if among is None else among
    interviews = examples.interviews[part]
    several = len(np.unique(interviews)) > 1
    if several:
        fold = folds.by_interview([str(i) for i in interviews], folds_)
    else:
        fold = folds.by_lot(len(part), folds_, seed=seed)
    scores = [np.zeros((len(part), examples.targets.shape[1]), np.float32) for _ in leanings]

    def predict(work: tuple[int, int]) -> None:
        left_out, which = work
        kept = fold != left_out
        if kept.any():
            model = _fit(design, examples, part[kept], leanings[which])
            scores[which][~kept] = model.scores(design.material, examples.rows[part[~kept]])

    count = int(fold.max(initial=0)) + 1
    _side_by_side(predict, [(left_out, which) for left_out in range(count) for which in range(len(leanings))])
    return scores, several


def fit_examples(material: Material, examples: Examples, leaning: float) -> Model:
    """A model of these examples, without choosing or calibrating."""
    return _fit(Design.of(material, examples.rows), examples, np.arange(len(examples.rows)), leaning)


def choose_and_fit(material: Material, examples: Examples, *, seed: int, rows: int = CHOOSING_ROWS) -> Model:
    """A model of these examples in the way that is best on interviews kept back, without calibrating."""
    design = Design.of(material, examples.rows)
    chosen, _ = choose(design, examples, seed=seed, rows=rows)
    return _fit(design, examples, np.arange(len(examples.rows)), LEANINGS[chosen])


def _fit(design: Design, examples: Examples, chosen: NDArray[np.intp], leaning: float) -> Model:
    return fit(
        design,
        chosen,
        examples.targets[chosen],
        examples.weights[chosen],
        examples.interviews[chosen],
        leaning=leaning,
    )


def _side_by_side(work: Callable[[tuple[int, int]], None], items: Sequence[tuple[int, int]]) -> None:
    """Each item by itself, some at a time: what one comes to does not depend on the others."""
    with ThreadPoolExecutor(max_workers=min(_MOST_AT_ONCE, os.cpu_count() or 1)) as pool:
        list(pool.map(work, items))


def choose(
    design: Design, examples: Examples, *, seed: int, rows: int = CHOOSING_ROWS
) -> tuple[str, dict[str, float]]:
    """The way of learning with the least log loss on interviews kept back, and the loss of each.

    design: of the rows of the examples. Of many codes, some in use that are drawn by lot tell for all.
    """
    if len(examples.rows) < _FEWEST_TO_CHOOSE or len(np.unique(examples.interviews)) < 2:
        enough = examples.truth.sum() >= _EXAMPLES_A_CODE * examples.truth.shape[1]
        return _LEANING if enough else _WORDING_FIRST, {}
    among = np.flatnonzero(_some_interviews(examples.interviews, seed, rows))
    if len(np.unique(examples.interviews[among])) < 2:
        among = np.arange(len(examples.rows))
    used = np.flatnonzero(examples.truth[among].any(axis=0))
    if len(used) > _CHOOSING_CODES:
        some = np.sort(np.random.default_rng(seed).choice(used, _CHOOSING_CODES, replace=False))
        design, examples = design.of_codes(some), examples.of_codes(some)
    part = examples.of(among)
    found, _ = predictions(
        design, examples, list(LEANINGS.values()), among=among, folds_=_CHOOSING_FOLDS, seed=seed
    )
    losses = {}
    for name, scores in zip(LEANINGS, found, strict=True):
        p = calibrate(scores, part.shares, part.known).probabilities(scores)
        losses[name] = round(log_loss(p, part.shares, part.known), 4)
    return min(losses, key=lambda name: losses[name]), losses


def _some_interviews(interviews: NDArray[np.intp], seed: int, rows: int) -> NDArray[np.bool_]:
    """Whole interviews by lot until there are enough rows to choose by."""
    chosen = np.zeros(len(interviews), bool)
    for interview in np.random.default_rng(seed).permutation(np.unique(interviews)):
        chosen |= interviews == interview
        if chosen.sum() >= rows:
            break
    return chosen
