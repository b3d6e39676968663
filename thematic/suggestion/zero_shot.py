"""Suggestions from the codebook's wording alone, before anyone has coded anything.

An excerpt is compared with what the codebook says of each code: by likeness of meaning (vectors) and by
shared words, the question before it and the passages around it counting some. Likeness means nothing by
itself, since some codes are like everything. So each is measured against the same code's likeness to all
other excerpts: that is what ranks the codes, and what a reader is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from thematic.errors import ModelError
from thematic.model import Codebook, CodeText, Excerpt, ProgressCallback, Suggestion, Vectors
from thematic.suggestion import SuggestSettings
from thematic.suggestion.corpus import corpus_of, text_order
from thematic.suggestion.ranking import rank

if TYPE_CHECKING:
    from thematic.model import FloatMatrix


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
    # Passages of one transcript must follow each other for each to know its neighbours.
    corpus = corpus_of(excerpts, vectors, order=text_order(excerpts))
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
