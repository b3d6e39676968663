"""How good suggestions are against what people coded, on interviews that were not learnt from.

    report = evaluate(excerpts, vectors, codebook, texts, code_vectors, lessons, encode=embedder.encode)

Everything is measured by keeping whole interviews back, with every choice (how to learn, the calibration, the
thresholds, what to promise) made again on the others. A *hit* is a coded excerpt with one of its codes among
the first k suggested; `recall_at_k` is the share of hits. The keys of the report are stable; they stand in
docs/how-far-to-trust-a-suggestion.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from thematic.errors import InputError
from thematic.model import Codebook, CodeText, Excerpt, ProgressCallback, Vectors
from thematic.suggestion import SuggestSettings, baselines, folds
from thematic.suggestion.calibration import calibration_error
from thematic.suggestion.ceiling import human_ceiling
from thematic.suggestion.learner import strength_for
from thematic.suggestion.learning import Examples, choose_and_fit, examples_of, learn
from thematic.suggestion.lessons import Lesson, Taught, teach
from thematic.suggestion.material import Material, prepare
from thematic.suggestion.measures import average_precision, best_threshold, hits, interval_over_interviews
from thematic.suggestion.promise import FEWEST_INTERVIEWS, make_promise
from thematic.suggestion.verdicts import judge_codes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thematic.model import FloatMatrix
    from thematic.suggestion.calibration import Floats

__all__ = ["FEW_SHOT", "INTERVIEWS", "evaluate"]

INTERVIEWS = (1, 2, 3, 5, 8, 12)
FEW_SHOT = (1, 2, 4, 8, 16)
FOLDS = 5
SPLITS = 20
_SPLIT_TEST = 0.3
_FEWEST_CODED = 10
_POINT_ROWS = 300  # a point of the curve chooses how to learn by fewer excerpts
_SPLIT_FOLDS = 3


def evaluate(
    excerpts: Sequence[Excerpt],
    vectors: Vectors,
    codebook: Codebook,
    code_texts: Sequence[CodeText],
    code_vectors: FloatMatrix,
    lessons: Sequence[Lesson],
    *,
    encode: Callable[[Sequence[str]], FloatMatrix],
    settings: SuggestSettings,
    seed: int = 0,
    on_progress: ProgressCallback | None = None,
) -> dict[str, Any]:
    """The report, plain values in a fixed order, shares to four decimals.

    encode: the embedding model, for the baseline that compares an excerpt with "name: definition".
    Raises InputError when too little is coded to measure anything.
    """
    taught = teach(excerpts, codebook, lessons)
    examples = examples_of(taught, [excerpt.transcript_id for excerpt in excerpts])
    coded = int(examples.truth.any(axis=1).sum())
    if coded < _FEWEST_CODED:
        raise InputError(
            f"{coded} coded excerpts are too few to measure suggestions by",
            hint=f"code at least {_FEWEST_CODED}, better in several interviews",
        )
    material = prepare(excerpts, vectors, taught.codes, code_texts, code_vectors, settings=settings)
    with threadpool_limits(1):
        run = _Evaluation(excerpts, codebook, taught, examples, material, encode, settings, seed, on_progress)
        report = run.report()
        report["human_ceiling"] = human_ceiling(excerpts, codebook, lessons, taught, examples.rows, run.taken)
    return report


class _Evaluation:
    """One evaluation under way: the folds, and what was predicted so far."""

    def __init__(
        self,
        excerpts: Sequence[Excerpt],
        codebook: Codebook,
        taught: Taught,
        examples: Examples,
        material: Material,
        encode: Callable[[Sequence[str]], FloatMatrix],
        settings: SuggestSettings,
        seed: int,
        on_progress: ProgressCallback | None,
    ) -> None:
        self.taught, self.examples, self.material = taught, examples, material
        self.settings, self.seed, self.encode = settings, seed, encode
        self.texts = [excerpts[row].text for row in examples.rows.tolist()]
        self.interviews = examples.interviews
        self.number = len(np.unique(self.interviews))
        self.truth = examples.truth
        self.coded = self.truth.any(axis=1)
        names = {code.id: code.name for code in codebook.codes}
        self.names = [names[code.id] for code in taught.codes]
        self.phrases = [f"{c.name}: {c.definition}" if c.definition else c.name for c in taught.codes]
        self.fold = (
            folds.by_interview([str(i) for i in self.interviews.tolist()], FOLDS)
            if self.number > 1
            else folds.by_lot(len(examples.rows), FOLDS, seed=seed)
        )
        self.numbers = range(int(self.fold.max(initial=0)) + 1)
        self.least_trained = min(
            len(np.unique(self.interviews[self.fold != number])) for number in self.numbers
        )
        self.points = [m for m in INTERVIEWS if m <= self.least_trained] if self.number > 1 else []
        self.splits = SPLITS if round(self.number * (1 - _SPLIT_TEST)) >= FEWEST_INTERVIEWS else 0
        self.steps = len(self.numbers) * (1 + len(self.points) + len(FEW_SHOT)) + self.splits
        self.done, self.on_progress = 0, on_progress
        self.taken = np.zeros(self.truth.shape, bool)

    def _step(self) -> None:
        self.done += 1
        if self.on_progress:
            self.on_progress(self.done, self.steps)

    # --- The report ------------------------------------------------------------------------------

    def report(self) -> dict[str, Any]:
        wording = self.material.likeness[self.examples.rows]
        zero_shot = self._measures(wording)
        full, apart, chosen = self._full()
        few, few_tfidf = self._points("examples", FEW_SHOT)
        by_interviews, curve_tfidf = self._points("interviews", self.points)
        return {
            "data": {
                "excerpts": len(self.examples.rows),
                "coded": int(self.coded.sum()),
                "interviews": self.number,
                "codes": len(self.taught.codes),
                "codes_in_use": int(self.truth.any(axis=0).sum()),
                "coders": len(self.taught.coders),
            },
            "kept_back": "interviews" if self.number > 1 else "excerpts by lot",
            "warnings": self._warnings(),
            "zero_shot": zero_shot,
            "few_shot": few,
            "interviews": {"0": zero_shot, **by_interviews},
            "full": full,
            "chosen": chosen,
            "promise": self._promise(),
            "baselines": {
                "popularity": self._measures(self._by_fold(self._popular)),
                "tfidf_cosine": self._measures(baselines.tfidf_cosine(self.texts, self.phrases)),
                "plain_cosine": self._measures(
                    self.material.values[self.examples.rows] @ self.encode(self.phrases).T
                ),
                "tfidf_lr": self._measures(self._by_fold(self._tfidf))
                | {"few_shot": few_tfidf, "interviews": curve_tfidf},
            },
            "per_code": self._per_code(apart),
        }

    def _warnings(self) -> list[str]:
        said = []
        if self.number == 1:
            said.append(
                "There is one interview only: excerpts were kept back by lot, so what is measured flatters. "
                "Nothing is known of other interviews."
            )
        elif self.number < FEWEST_INTERVIEWS:
            said.append(f"{self.number} interviews: every figure may be quite another in the next ones.")
        if self.taught.left_out:
            number = sum(self.taught.left_out.values())
            said.append(f"{number} codings name a code that is retired or not in the codebook: left out.")
        return said

    def _measures(self, scores: Any) -> dict[str, Any]:
        """recall at 1, 3 and 5 over coded excerpts, with a 95 % interval of the first two over interviews,
        and the mean over codes in use of the average precision.
        """
        found: dict[str, Any] = {}
        for k in (1, 3, 5):
            values = hits(scores, self.truth, k)
            found[f"recall_at_{k}"] = _round(values.mean())
            if k < 5 and self.number > 1:
                names = [str(i) for i in self.interviews[self.coded].tolist()]
                interval = interval_over_interviews(values, names, draws=1000, seed=self.seed)
                found[f"recall_at_{k}_interval"] = [_round(end) for end in interval]
        precisions = [average_precision(scores[:, j], self.truth[:, j]) for j in range(self.truth.shape[1])]
        found["mean_average_precision"] = _round(np.mean([p for p in precisions if p is not None]))
        return found

    # --- All that is coded, but for the interviews kept back -------------------------------------------

    def _full(self) -> tuple[dict[str, Any], Floats, list[str]]:
        """Learnt from all other interviews, as `thematic suggest` does."""
        apart = np.zeros(self.truth.shape)
        chosen = []
        for number in self.numbers:
            test = self.fold == number
            learnt = learn(self.material, self.examples.of(~test), seed=self.seed)
            chosen.append(learnt.chosen)
            apart[test] = learnt.probabilities(self.material, self.examples.rows[test])
            known, truth = self.examples.known[~test], self.truth[~test]
            thresholds = [
                best_threshold(learnt.apart[known[:, j], j], truth[known[:, j], j])[1]
                for j in range(truth.shape[1])
            ]
            self.taken[test] = apart[test] >= np.array(thresholds)
            self._step()
        known = self.examples.known
        first = apart.argmax(axis=1)
        rows = np.arange(len(first))
        sure = known[rows, first]
        shown = apart.max(axis=1) >= self.settings.least_probability
        f1 = _f1(self.taken & known, self.truth)
        return (
            self._measures(apart)
            | {
                "macro_f1": _round(f1[self.truth.any(axis=0)].mean()),
                "ece": _round(calibration_error(apart[known], self.examples.shares[known].astype(float))),
                "ece_first": _round(
                    calibration_error(apart[rows, first][sure], self.truth[rows, first][sure].astype(float))
                ),
                "abstained": _round((~shown).mean()),
                "abstained_of_coded": _round((~shown)[self.coded].mean()),
            },
            apart,
            chosen,
        )

    def _per_code(self, apart: Floats) -> list[dict[str, Any]]:
        verdicts = judge_codes(self.taught.codes, self.examples, apart)
        f1 = _f1(self.taken & self.examples.known, self.truth)
        wording = self.material.likeness[self.examples.rows]
        records = []
        for j, (verdict, name) in enumerate(zip(verdicts, self.names, strict=True)):
            zero_shot = average_precision(wording[:, j], self.truth[:, j])
            records.append(
                {
                    "code": verdict.code_id,
                    "name": name,
                    "examples": verdict.examples,
                    "interviews": verdict.interviews,
                    "average_precision": verdict.average_precision,
                    "zero_shot_average_precision": None if zero_shot is None else _round(zero_shot),
                    "f1": _round(f1[j]) if verdict.examples else None,
                    "verdict": verdict.verdict,
                }
            )
        return records

    # --- The learning curves ---------------------------------------------------------------------------

    def _points(self, what: str, sizes: Sequence[int]) -> tuple[dict[str, Any], dict[str, Any]]:
        """At each size, learnt from so many interviews, or examples a code, drawn from the other folds."""
        ours: dict[str, Any] = {}
        theirs: dict[str, Any] = {}
        for size in sizes:
            learnt = np.zeros(self.truth.shape, np.float32)
            compared = np.zeros(self.truth.shape, np.float32)
            used = []
            for number in self.numbers:
                test = self.fold == number
                drawn = self._draw(what, size, np.flatnonzero(~test), number)
                part = self.examples.of(drawn)
                model = choose_and_fit(self.material, part, seed=self.seed, rows=_POINT_ROWS)
                learnt[test] = model.scores(self.material, self.examples.rows[test])
                compared[test] = self._tfidf(drawn, np.flatnonzero(test))
                used.append(len(drawn))
                self._step()
            ours[str(size)] = self._measures(learnt) | {"excerpts": round(float(np.mean(used)))}
            theirs[str(size)] = self._measures(compared)
        return ours, theirs

    def _draw(self, what: str, size: int, train: NDArray[np.intp], number: int) -> NDArray[np.intp]:
        rng = np.random.default_rng([self.seed, number, size])
        if what == "interviews":
            # Those with the same fold are nested: more interviews are the former ones and further ones.
            order = np.random.default_rng([self.seed, number]).permutation(np.unique(self.interviews[train]))
            return train[np.isin(self.interviews[train], order[:size])]
        taken = np.zeros(self.truth.shape[1], np.intp)
        drawn = []
        for row in rng.permutation(train).tolist():
            if (taken[self.truth[row]] < size).any():
                drawn.append(row)
                taken += self.truth[row]
        return np.array(sorted(drawn), np.intp)

    # --- What it is compared with ----------------------------------------------------------------------

    def _by_fold(self, score: Callable[[NDArray[np.intp], NDArray[np.intp]], FloatMatrix]) -> FloatMatrix:
        scores = np.zeros(self.truth.shape, np.float32)
        for number in self.numbers:
            test = self.fold == number
            scores[test] = score(np.flatnonzero(~test), np.flatnonzero(test))
        return scores

    def _popular(self, train: NDArray[np.intp], test: NDArray[np.intp]) -> FloatMatrix:
        return baselines.popularity(self.truth[train], len(test))

    def _tfidf(self, train: NDArray[np.intp], test: NDArray[np.intp]) -> FloatMatrix:
        return baselines.tfidf_regression(
            [self.texts[row] for row in train],
            self.truth[train],
            [self.texts[row] for row in test],
            strength=strength_for(len(train)),
        )

    # --- The promise -----------------------------------------------------------------------------------

    def _promise(self) -> dict[str, Any]:
        """Random splits of the interviews: is what is promised from some kept in the others?

        `kept` is the share of splits in which it was not broken; one that promises nothing breaks nothing.
        None where there are too few interviews to try.
        """
        target = self.settings.promise
        if not self.splits:
            return {
                "target": target,
                "kept": None,
                "coverage": 0.0,
                "splits": 0,
                "made": 0,
                "precision": None,
                "reason": f"{self.number} interview{'' if self.number == 1 else 's'}: a promise takes "
                f"{FEWEST_INTERVIEWS} coded ones, and some to test it on",
            }
        names = np.unique(self.interviews)
        kept, made, coverage, precision = 0, 0, [], []
        for split in range(self.splits):
            order = np.random.default_rng([self.seed, 1, split]).permutation(names)
            test = np.isin(self.interviews, order[: round(self.number * _SPLIT_TEST)])
            part = self.examples.of(~test)
            learnt = learn(
                self.material, part, seed=self.seed, folds_=_SPLIT_FOLDS, choosing_rows=_POINT_ROWS
            )
            first = learnt.apart.argmax(axis=1)
            promise = make_promise(
                learnt.apart.max(axis=1),
                part.truth[np.arange(len(first)), first],
                part.interviews.tolist(),
                target=target,
                unseen=int(test.sum()),
            )
            marked = np.zeros(int(test.sum()), bool)
            right = marked
            if promise.threshold is not None:
                p = learnt.probabilities(self.material, self.examples.rows[test])
                marked = p.max(axis=1) >= promise.threshold
                right = marked & self.truth[test][np.arange(len(p)), p.argmax(axis=1)]
            coverage.append(float(marked.mean()))
            if marked.any():
                made += 1
                precision.append(right.sum() / marked.sum())
            kept += not marked.any() or right.sum() >= target * marked.sum()
            self._step()
        return {
            "target": target,
            "kept": _round(kept / self.splits),
            "coverage": _round(np.mean(coverage)),
            "splits": self.splits,
            "made": made,
            "precision": _round(np.mean(precision)) if precision else None,
            "reason": "" if made else "the likeliest suggestions were not right often enough",
        }


def _f1(taken: NDArray[np.bool_], truth: NDArray[np.bool_]) -> Floats:
    both = (taken & truth).sum(axis=0)
    either = taken.sum(axis=0) + truth.sum(axis=0)
    return np.asarray(2 * both / np.maximum(either, 1), np.float64)


def _round(value: Any) -> float:
    return round(float(value), 4)
