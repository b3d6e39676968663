"""Suggestions from the codebook's wording alone, before anyone has coded anything.

An excerpt is compared with what the codebook says of each code: by likeness of meaning (vectors) and by
shared words, the question before it and the passages around it counting some. Likeness means nothing by
itself, since some codes are like everything. So each is measured against the same code's likeness to all
other excerpts: that is what ranks the codes, and what a reader is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from thematic.errors import CodebookError, ModelError
from thematic.model import Code, Codebook, CodeText, Excerpt, ProgressCallback, Suggestion, Vectors
from thematic.suggestion import SuggestSettings
from thematic.suggestion.shared_words import shared_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thematic.model import FloatMatrix

# With fewer excerpts than this, a rank among them says nothing: "top 5 %" of 19 would be less than one.
FEWEST_RANKED = 20
TOO_FEW = "too few excerpts to rank against"
TOO_LITTLE = "too few words of content to compare with a codebook"

_BANDS = ((0.99, "top 1 % for this code"), (0.95, "top 5 % for this code"), (0.80, "top 20 % for this code"))
_BELOW = "below the top 20 % for this code"


def suggest(
    excerpts: Sequence[Excerpt],
    vectors: Vectors,
    codebook: Codebook,
    code_texts: Sequence[CodeText],
    code_vectors: FloatMatrix,
    *,
    settings: SuggestSettings,
    on_progress: ProgressCallback | None = None,
) -> tuple[Suggestion, ...]:
    """See `thematic.suggestion.suggest`."""
    from thematic.suggestion.corpus import corpus_of
    from thematic.suggestion.ranking import rank

    # Passages of one transcript must follow each other for each to know its neighbours.
    order = sorted(range(len(excerpts)), key=lambda i: (excerpts[i].transcript_id, excerpts[i].start))
    if order != list(range(len(excerpts))):
        vectors = replace(
            vectors,
            ids=tuple(vectors.ids[i] for i in order),
            values=vectors.values[order],
            questions=vectors.questions[order],
        )
    corpus = corpus_of([excerpts[i] for i in order], vectors)
    ranking = rank(corpus, codebook, code_texts, code_vectors, settings=settings)
    found: dict[str, list[Suggestion]] = {excerpt.id: [] for excerpt in excerpts}
    for suggestion in ranking.suggestions(corpus.ids, code_texts):
        found[suggestion.excerpt_id].append(suggestion)
    if on_progress:
        on_progress(len(excerpts), len(excerpts))
    return tuple(suggestion for excerpt in excerpts for suggestion in found[excerpt.id])


def check_vectors(excerpts: Sequence[Excerpt], vectors: Vectors, code_vectors: FloatMatrix) -> None:
    """Raise ValueError unless the vectors are the excerpts', ModelError unless all are of one model."""
    if len(vectors.ids) != len(excerpts) or any(
        id_ != excerpt.id for id_, excerpt in zip(vectors.ids, excerpts, strict=True)
    ):
        raise ValueError("the vectors are not those of these excerpts, in the same order")
    if vectors.values.shape[1] != code_vectors.shape[1]:
        raise ModelError(
            f"the excerpts have vectors of {vectors.values.shape[1]} numbers and the codebook of "
            f"{code_vectors.shape[1]}",
            hint="embed both with the same model",
        )


def abstention(excerpt: Excerpt, reason: str) -> Suggestion:
    """That nothing is suggested for this excerpt, and why."""
    return Suggestion(
        excerpt_id=excerpt.id,
        code_id=None,
        rank=1,
        score=None,
        band=None,
        status="abstained",
        reason=reason,
    )


def band(share: float) -> str:
    """In words, how much of the corpus the code fits less well than this excerpt."""
    return next((words for least, words in _BANDS if share >= least), _BELOW)


def suggested_codes(codebook: Codebook) -> list[Code]:
    """The active codes that have no active code under them, in order of their ids."""
    active = [code for code in codebook.codes if code.status == "active"]
    themes = {code.parent_id for code in active}
    codes = sorted((code for code in active if code.id not in themes), key=lambda code: code.id)
    if not codes:
        raise CodebookError("no code of the codebook is active", hint="make a code active, or add one")
    return codes


# --- Likeness ------------------------------------------------------------------------------------------


def code_likeness(
    excerpts: Sequence[Excerpt],
    values: FloatMatrix,
    questions: FloatMatrix,
    codes: Sequence[Code],
    code_texts: Sequence[CodeText],
    code_vectors: FloatMatrix,
    *,
    settings: SuggestSettings,
) -> FloatMatrix:
    """How like each excerpt is to each code, shape (excerpts, codes). Comparable within a column only.

    The cosine of the centred excerpt and the centred code; plus that of the question and the words shared, by
    their weights; plus, by theirs, the mean of the same for the passages before and after.
    """
    anchors = code_anchors(codes, code_texts, code_vectors, parent_weight=settings.parent_weight)
    # einsum, not a matrix product: its sums are in one order, whatever the threads of the linear algebra.
    likeness: FloatMatrix = np.einsum("nd,kd->nk", _centred(values), anchors)
    if settings.question_weight:
        likeness += settings.question_weight * np.einsum("nd,kd->nk", _centred(questions), anchors)
    if settings.words_weight:
        wording = wording_of(code_texts)
        shared = shared_words([excerpt.text for excerpt in excerpts], [wording[code.id] for code in codes])
        likeness += np.float32(settings.words_weight) * shared
    if settings.neighbour_weight:
        likeness += settings.neighbour_weight * _neighbours(excerpts, likeness)
    return likeness


def wording_of(code_texts: Sequence[CodeText]) -> dict[str, str]:
    """All words that speak for each code."""
    pieces: dict[str, list[str]] = defaultdict(list)
    for piece in code_texts:
        if piece.kind not in ("exclude", "counter_example"):
            pieces[piece.code_id].append(piece.text)
    return {code_id: "\n".join(texts) for code_id, texts in pieces.items()}


def code_anchors(
    codes: Sequence[Code],
    code_texts: Sequence[CodeText],
    code_vectors: FloatMatrix,
    *,
    parent_weight: float,
) -> FloatMatrix:
    """One direction a code, rows of unit length: what sets it apart from the rest of the codebook."""
    rows: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, piece in enumerate(code_texts):
        kind = "definition" if piece.kind == "include" else piece.kind
        rows[piece.code_id, kind].append(row)

    def total(code_id: str, kind: str) -> FloatMatrix:
        vector: FloatMatrix = np.add.reduce(code_vectors[rows[code_id, kind]])
        return vector

    def own(code_id: str) -> FloatMatrix:
        wording = _unit(_unit(total(code_id, "name")) + _unit(total(code_id, "definition")))
        # An example quote counts half as much as all the wording: measured with 1 to 10 on a real codebook.
        return _unit(np.float32(2) * wording + total(code_id, "example"))

    anchors = np.stack([own(code.id) for code in codes])
    parents = [own(code.parent_id) if code.parent_id else np.zeros_like(anchors[0]) for code in codes]
    themes: FloatMatrix = np.float32(parent_weight) * np.stack(parents)
    anchors = _unit(anchors + themes)
    # What all codes share is subtracted, so that no code wins for being general. The mean of few codes is
    # mostly these codes themselves, so less of it is: nothing with one code, half with three.
    share = (len(codes) - 1) / (len(codes) + 1)
    shared: FloatMatrix = anchors.mean(axis=0)
    return _unit(anchors - np.float32(share) * shared)


def _unit(matrix: FloatMatrix) -> FloatMatrix:
    """Rows scaled to unit length; a row of zeros stays one."""
    length = np.linalg.norm(matrix, axis=-1, keepdims=True)
    unit: FloatMatrix = (matrix / np.where(length > 1e-9, length, 1)).astype(np.float32)
    return unit


def _centred(matrix: FloatMatrix) -> FloatMatrix:
    """Rows without what all of them share, of unit length. Rows of zeros stay so and do not count.

    Where rows are too few to know what they share, nothing is subtracted.
    """
    there = np.flatnonzero(matrix.any(axis=1))
    if len(there) < FEWEST_RANKED:
        return matrix
    centred = np.zeros_like(matrix)
    centred[there] = _unit(matrix[there] - matrix[there].mean(axis=0))
    return centred


def _neighbours(excerpts: Sequence[Excerpt], likeness: FloatMatrix) -> FloatMatrix:
    """The mean of the rows of the excerpts before and after each in its transcript; half of one at an end."""
    order = sorted(range(len(excerpts)), key=lambda i: (excerpts[i].transcript_id, excerpts[i].start))
    total = np.zeros_like(likeness)
    for before, after in pairwise(order):
        if excerpts[before].transcript_id == excerpts[after].transcript_id:
            total[after] += likeness[before]
            total[before] += likeness[after]
    return total / np.float32(2)


def standardised(likeness: FloatMatrix) -> FloatMatrix:
    """How many standard deviations each excerpt is above the code's mean, column by column."""
    spread = likeness.std(axis=0)
    standard: FloatMatrix = (likeness - likeness.mean(axis=0)) / np.where(spread > 1e-6, spread, 1)
    return standard


# --- Ranks ---------------------------------------------------------------------------------------------


def rank_codes(likeness: FloatMatrix, shortlist: int) -> tuple[NDArray[np.intp], FloatMatrix | None]:
    """The columns of the `shortlist` best codes for each row, best first; and, for each excerpt and code, the
    share of excerpts that the code fits less well, or None where there are too few excerpts to rank against.

    Codes are ranked by how many standard deviations the excerpt is above the code's mean over all excerpts;
    ties go to the code that comes first.
    """
    n = len(likeness)
    ranked_against = n >= FEWEST_RANKED
    # Rounded, so that differences in the last bits of two machines seldom change an order.
    standard = np.round(standardised(likeness) if ranked_against else likeness, 4)
    ranked = np.argsort(-standard, axis=1, kind="stable")[:, :shortlist]
    if not ranked_against:
        return ranked, None
    shares = np.empty_like(standard)
    for column in range(standard.shape[1]):
        values = standard[:, column]
        shares[:, column] = np.searchsorted(np.sort(values), values) / n
    return ranked, shares
