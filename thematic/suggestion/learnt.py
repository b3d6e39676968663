"""Suggestions from what people coded: probabilities, the examples behind them, and when to abstain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from thematic.model import Code, Codebook, CodeText, Evidence, Excerpt, ProgressCallback, Suggestion, Vectors
from thematic.suggestion.bands import TOO_FEW, TOO_LITTLE, abstention, band
from thematic.suggestion.corpus import blocks, let_go
from thematic.suggestion.evidence import evidence_of, nearest_pieces
from thematic.suggestion.learning import Examples, Learnt, examples_of, learn
from thematic.suggestion.lessons import Lesson, Taught, teach
from thematic.suggestion.material import prepare
from thematic.suggestion.promise import Promise, make_promise
from thematic.suggestion.ranking import shares_below
from thematic.suggestion.shortlist import ShortlistRule, shortlist_rule
from thematic.suggestion.verdicts import CodeVerdict, judge_codes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thematic.model import FloatMatrix
    from thematic.suggestion import SuggestSettings
    from thematic.suggestion.calibration import Floats

__all__ = ["FEWEST_CODED", "FEWEST_JUDGED", "Learning", "probability_band", "suggest_learnt"]

FEWEST_CODED = 5
"""Coded excerpts from which suggestions are learnt. Before, they come from the codebook's wording."""

FEWEST_JUDGED = 30
"""Judged excerpts, of two interviews, from which a suggestion is given a probability."""

_PROBABILITY_BANDS = (
    (0.9, "90 % or more"),
    (0.75, "75 to 90 %"),
    (0.5, "50 to 75 %"),
    (0.25, "25 to 50 %"),
    (0.1, "10 to 25 %"),
)
_QUOTED = 100
_SOMETHING_UNDER = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """What suggestions were learnt from and how far they can be trusted: plain values, to be shown and kept.

    judged: excerpts whose codes people stated, coded: those with at least one. losses: of each way of
    learning that was compared, on interviews kept back. by_interview: False where there was one interview
    only. left_out: codings with codes that are retired or unknown, by code; they are not learnt from.
    contradicted: excerpts on which coders differ. calibrated: whether probabilities are given.
    """

    judged: int
    coded: int
    interviews: int
    coders: tuple[str, ...]
    chosen: str
    losses: dict[str, float]
    by_interview: bool
    calibrated: bool
    contradicted: int
    left_out: dict[str, int]
    verdicts: tuple[CodeVerdict, ...]
    shortlist: ShortlistRule | None
    promise: Promise

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a reader of the suggestions must be told, the most important first."""
        from thematic.suggestion.telling import tell

        return tell(self)


def suggest_learnt(
    excerpts: Sequence[Excerpt],
    vectors: Vectors,
    codebook: Codebook,
    code_texts: Sequence[CodeText],
    code_vectors: FloatMatrix,
    lessons: Sequence[Lesson],
    *,
    settings: SuggestSettings,
    seed: int = 0,
    on_progress: ProgressCallback | None = None,
) -> tuple[Iterator[Suggestion], Learning] | None:
    """Suggestions as in `thematic.suggestion.suggest`, one by one, and what they were learnt from; None where
    too little is coded to learn from. Of the excerpts it looks at ids, places and words alone.
    """
    taught = teach(excerpts, codebook, lessons)
    if int(taught.truth.any(axis=1).sum()) < FEWEST_CODED:
        return None
    material = prepare(excerpts, vectors, taught.codes, code_texts, code_vectors, settings=settings)
    examples = examples_of(taught, [excerpt.transcript_id for excerpt in excerpts])
    found = learn(material, examples, seed=seed)
    probabilities = found.probabilities(material)
    # What was learnt from is known too well by the model: there, the models that did not see it speak.
    probabilities[examples.rows] = found.apart
    learning = _learning(found, taught, examples, len(excerpts), settings)
    suggestions = _Writer(
        excerpts,
        vectors,
        codebook,
        taught,
        code_texts,
        code_vectors,
        probabilities,
        found,
        learning,
        settings,
        material.content_words >= settings.min_content_words,
    ).write(on_progress)
    return suggestions, learning


def _learning(
    found: Learnt, taught: Taught, examples: Examples, excerpts: int, settings: SuggestSettings
) -> Learning:
    truth = examples.truth
    judged = taught.judged[examples.rows]
    calibrated = bool(found.by_interview and int(judged.sum()) >= FEWEST_JUDGED)
    first = found.apart.argmax(axis=1)
    decided = judged & examples.known[np.arange(len(first)), first]
    promise = make_promise(
        found.apart.max(axis=1)[decided],
        truth[np.arange(len(first)), first][decided],
        examples.interviews[decided],
        target=settings.promise,
        unseen=max(1, excerpts - int(judged.sum())),
    )
    return Learning(
        judged=int(judged.sum()),
        coded=int(truth.any(axis=1).sum()),
        interviews=len(np.unique(examples.interviews)),
        coders=taught.coders,
        chosen=found.chosen,
        losses=found.losses,
        by_interview=found.by_interview,
        calibrated=calibrated,
        contradicted=taught.contradicted,
        left_out=dict(taught.left_out),
        verdicts=judge_codes(taught.codes, examples, found.apart),
        shortlist=shortlist_rule(found.apart, truth, coverage=settings.coverage, longest=settings.shortlist)
        if calibrated
        else None,
        promise=promise,
    )


def probability_band(probability: float) -> str:
    """A probability in words, wide enough for what it was estimated from."""
    return next((words for least, words in _PROBABILITY_BANDS if probability >= least), "under 10 %")


class _Writer:
    """The suggestions of every excerpt, from the probabilities of all."""

    def __init__(
        self,
        excerpts: Sequence[Excerpt],
        vectors: Vectors,
        codebook: Codebook,
        taught: Taught,
        code_texts: Sequence[CodeText],
        code_vectors: FloatMatrix,
        probabilities: Floats,
        found: Learnt,
        learning: Learning,
        settings: SuggestSettings,
        says_enough: NDArray[np.bool_],
    ) -> None:
        self.says_enough = says_enough
        self.excerpts, self.codes, self.settings, self.learning = excerpts, taught.codes, settings, learning
        self.probabilities = probabilities
        self.examples = np.array([verdict.examples for verdict in learning.verdicts])
        self.few = found.few
        self.below = _below(self.codes, codebook)
        self.themes = _themes(self.codes, codebook)
        order = np.argsort(-probabilities, axis=1, kind="stable")
        self.ranked: NDArray[np.intp] = order[:, : settings.shortlist + int(self.below.any())]
        self.shares = shares_below(probabilities, self.ranked)
        self.code_texts = code_texts
        with threadpool_limits(1):
            self.pieces, self.similarities = nearest_pieces(
                vectors.values,
                np.arange(len(excerpts)),
                self.ranked,
                self.codes,
                code_texts,
                code_vectors,
            )
            self.quoted, self.quoted_likeness = _nearest_coded(
                vectors.values, self.ranked, taught, probabilities
            )

    def write(self, on_progress: ProgressCallback | None) -> Iterator[Suggestion]:
        for row, excerpt in enumerate(self.excerpts):
            if on_progress:
                on_progress(row + 1, len(self.excerpts))
            if self.says_enough[row]:
                yield from self._of(row)
            else:
                yield abstention(excerpt, TOO_LITTLE)

    def _of(self, row: int) -> list[Suggestion]:
        listed = self._listed(row)
        if not listed:
            best = int(self.ranked[row, 0])
            return [
                abstention(self.excerpts[row], self._no_code(row, best, float(self.probabilities[row, best])))
            ]
        return [
            self._suggestion(row, place, column, rank) for rank, (place, column) in enumerate(listed, start=1)
        ]

    def _listed(self, row: int) -> list[tuple[int, int]]:
        """(place in the ranking, column) of the codes to show. A theme gives way to a code under it."""
        rule = self.learning.shortlist
        listed: list[tuple[int, int]] = []
        for place, column in enumerate(self.ranked[row].tolist()):
            if any(self.below[column, other] for _, other in listed):
                continue
            p = self.probabilities[row, column]
            if self.learning.calibrated and p < self.settings.least_probability:
                break
            if rule is not None and listed and p < rule.threshold:
                break
            listed.append((place, column))
        return listed[: self.settings.shortlist]

    def _suggestion(self, row: int, place: int, column: int, rank: int) -> Suggestion:
        p = float(self.probabilities[row, column])
        examples = int(self.examples[column])
        told = self.learning.calibrated and not self.few[column]
        share = None if self.shares is None else float(self.shares[row, place])
        promise = self.learning.promise
        marked = told and rank == 1 and promise.threshold is not None and p >= promise.threshold
        return Suggestion(
            excerpt_id=self.excerpts[row].id,
            code_id=self.codes[column].id,
            rank=rank,
            score=share,
            band=probability_band(p) if told else TOO_FEW if share is None else band(share),
            status="suggested",
            probability=p if told else None,
            reason=self._reason(examples, told),
            evidence=self._evidence(row, place),
            examples=examples,
            promised=promise.target if marked else None,
        )

    def _evidence(self, row: int, place: int) -> tuple[Evidence, ...]:
        """The nearest excerpt that people gave the code, and the nearest of the code's wording."""
        wording = evidence_of(
            self.pieces[row, place].tolist(), self.similarities[row, place].tolist(), self.code_texts
        )
        quoted = int(self.quoted[row, place])
        if quoted < 0:
            return wording
        coded = Evidence(
            kind="coded_excerpt",
            text=self.excerpts[quoted].text,
            code_id=self.codes[self.ranked[row, place]].id,
            similarity=float(self.quoted_likeness[row, place]),
            excerpt_id=self.excerpts[quoted].id,
        )
        return (coded, *wording)

    def _reason(self, examples: int, told: bool) -> str:
        if told:
            return f"learnt from {_coded(examples)}"
        if not examples:
            return "nobody has given this code yet: from the codebook's wording"
        if not self.learning.calibrated:
            return (
                f"learnt from {_coded(examples)}; how likely it is can be said from {FEWEST_JUDGED} judged "
                "excerpts of two interviews on"
            )
        return f"{_coded(examples)}: too few for a probability, so the codebook's wording counts most"

    def _no_code(self, row: int, best: int, p: float) -> str:
        return (
            f"no code reaches {self.settings.least_probability:.0%}: the likeliest, {self.codes[best].name}, "
            f"has {p:.0%}, learnt from {_coded(int(self.examples[best]))}" + self._something_under(row)
        )

    def _something_under(self, row: int) -> str:
        """The theme of which some code or other is likely, though none by itself: children inform parents."""
        if not self.themes:
            return ""
        none = {
            theme: float(np.prod(1 - self.probabilities[row, columns]))
            for theme, columns in self.themes.items()
        }
        theme = min(none, key=lambda name: (none[name], name))
        likely = 1 - none[theme]
        if likely < _SOMETHING_UNDER:
            return ""
        return f"; something under {theme} has {likely:.0%}"


def _coded(examples: int) -> str:
    return f"{examples} coded excerpt{'' if examples == 1 else 's'}"


def _below(codes: Sequence[Code], codebook: Codebook) -> NDArray[np.bool_]:
    """(theme, code): whether the second is under the first."""
    parent = {code.id: code.parent_id for code in codebook.codes}
    column = {code.id: j for j, code in enumerate(codes)}
    below = np.zeros((len(codes), len(codes)), bool)
    for j, code in enumerate(codes):
        above = parent[code.id]
        while above is not None:
            if above in column:
                below[column[above], j] = True
            above = parent.get(above)
    return below


def _themes(codes: Sequence[Code], codebook: Codebook) -> dict[str, list[int]]:
    """The columns of the codes directly under each theme, by its name; a theme with one says nothing new."""
    names = {code.id: code.name for code in codebook.codes}
    columns: dict[str, list[int]] = {}
    for j, code in enumerate(codes):
        if code.parent_id is not None:
            columns.setdefault(names[code.parent_id], []).append(j)
    return {theme: under for theme, under in columns.items() if len(under) > 1}


def _nearest_coded(
    values: FloatMatrix, ranked: NDArray[np.intp], taught: Taught, probabilities: Floats
) -> tuple[NDArray[np.intp], Floats]:
    """For each place of `ranked` the row of the nearest excerpt that people gave the code, other than itself,
    or -1, and its cosine, four decimals.

    At most a hundred are looked at for a code: those that it fits best by models that had not seen them.
    """
    nearest = np.full(ranked.shape, -1, np.intp)
    cosines = np.zeros(ranked.shape, np.float64)
    truth = taught.truth
    for column in range(len(taught.codes)):
        given = np.flatnonzero(truth[:, column])
        given = np.sort(given[np.argsort(-probabilities[given, column], kind="stable")[:_QUOTED]])
        rows, places = np.nonzero(ranked == column)
        if not len(given) or not len(rows):
            continue
        coded = values[given].T
        for part in blocks(rows):
            here, at = rows[part], places[part]
            near = np.round((values[here] @ coded).astype(np.float64), 4)
            near[here[:, None] == given[None, :]] = -2
            best = near.argmax(axis=1)
            cosine = near[np.arange(len(best)), best]
            there = cosine > -2
            nearest[here[there], at[there]] = given[best[there]]
            cosines[here[there], at[there]] = cosine[there]
            let_go(values)
    return nearest, cosines
