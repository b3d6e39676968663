"""Suggest: for each excerpt a short, ranked list of codes for a reader to consider, with the evidence.

    texts = code_texts(codebook)
    suggestions, learning = suggest(
        excerpts, vectors, codebook, texts, code_vectors(texts, embedder), lessons=lessons
    )

Without any human coding nothing tells text that deserves a code from text that deserves none: suggestions
then come from the codebook's wording, and no probability is given. As soon as people have coded, they are
learnt from that. Nothing is ever accepted by itself. What is computed, why, and what it cannot do stands in
docs/how-suggestions-are-made.md and docs/how-far-to-trust-a-suggestion.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from thematic.errors import SettingsError
from thematic.suggestion.words import language_note, language_note_by

if TYPE_CHECKING:
    from thematic.model import (
        Codebook,
        CodeText,
        Excerpt,
        FloatMatrix,
        ProgressCallback,
        Suggestion,
        Vectors,
    )
    from thematic.suggestion.learnt import Learning
    from thematic.suggestion.lessons import Lesson

__all__ = ["NOT_CALIBRATED", "SuggestSettings", "notes", "notes_by_count", "suggest"]

NOT_CALIBRATED = "not calibrated: a shortlist for a reader"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestSettings:
    """How codes are suggested. Weights are against the excerpt's own likeness to the code, which counts 1.

    shortlist: at most how many codes for an excerpt.
    question_weight: how much the likeness of the interviewer's question before it counts.
    words_weight: how much the words count that the excerpt shares with the code's wording (0 to 1).
    neighbour_weight: how much the passages before and after it count together: talk stays with its subject.
    parent_weight: how much of its theme's wording a code is understood by.
    min_content_words: an excerpt with fewer words that carry content gets no suggestion.
    least_probability: once enough is coded, an excerpt for which no code is as likely gets no suggestion.
    coverage: the share of coded excerpts whose shortlist should hold a right code; sets its length up to
        `shortlist`.
    promise: the precision at which first suggestions are marked, where enough is coded to test it.
    """

    shortlist: int = 3
    question_weight: float = 0.5
    words_weight: float = 0.5
    neighbour_weight: float = 0.5
    parent_weight: float = 0.25
    min_content_words: int = 2
    least_probability: float = 0.1
    coverage: float = 0.8
    promise: float = 0.9

    def __post_init__(self) -> None:
        if self.shortlist < 1:
            raise SettingsError(f"shortlist is {self.shortlist}", hint="choose 1 or more, for example 3")
        if self.min_content_words < 0:
            raise SettingsError(
                f"min_content_words is {self.min_content_words}", hint="choose 0 or more, for example 2"
            )
        for name, example in (("least_probability", 0.1), ("coverage", 0.8), ("promise", 0.9)):
            if not 0 < getattr(self, name) < 1:
                raise SettingsError(
                    f"{name} is {getattr(self, name)}",
                    hint=f"choose a number between 0 and 1, like {example}",
                )
        for name in ("question_weight", "words_weight", "neighbour_weight", "parent_weight"):
            if not 0 <= getattr(self, name) <= 10:
                raise SettingsError(f"{name} is {getattr(self, name)}", hint="choose a number from 0 to 10")


def suggest(
    excerpts: Sequence[Excerpt],
    vectors: Vectors,
    codebook: Codebook,
    code_texts: Sequence[CodeText],
    code_vectors: FloatMatrix,
    *,
    settings: SuggestSettings = SuggestSettings(),
    lessons: Sequence[Lesson] = (),
    on_progress: ProgressCallback | None = None,
) -> tuple[tuple[Suggestion, ...], Learning | None]:
    """The shortlist of each excerpt, in the order of the excerpts and of rank; and what it was learnt from,
    or None where too little is coded and it comes from the codebook's wording.

    vectors: one row an excerpt, in the same order. code_vectors: one row a piece of `code_texts`. Codes that
    are active and have no active code under them are suggested, and themes that people apply. An excerpt with
    too little content gets one abstention instead (`code_id` None) that says so. Raises CodebookError when no
    code is active, ModelError when the vectors are of different models.
    """
    from thematic.suggestion import zero_shot

    zero_shot.check_vectors(excerpts, vectors, code_vectors)
    if lessons:
        from thematic.suggestion.learnt import suggest_learnt

        learnt = suggest_learnt(
            excerpts,
            vectors,
            codebook,
            code_texts,
            code_vectors,
            lessons,
            settings=settings,
            on_progress=on_progress,
        )
        if learnt:
            return tuple(learnt[0]), learnt[1]
    suggestions = zero_shot.suggest(
        excerpts, vectors, codebook, code_texts, code_vectors, settings=settings, on_progress=on_progress
    )
    return suggestions, None


def notes(texts: Sequence[str], learning: Learning | None = None) -> tuple[str, ...]:
    """What a reader of suggestions for these texts must be told: sentences, the most important first."""
    return _told(language_note(texts), learning)


def notes_by_count(words: int, content: int, learning: Learning | None = None) -> tuple[str, ...]:
    """As `notes`, for texts of so many words, so many of them of content."""
    return _told(language_note_by(words, content), learning)


def _told(note: str | None, learning: Learning | None) -> tuple[str, ...]:
    said = (f"Suggestions are {NOT_CALIBRATED}.",) if learning is None else learning.sentences
    return (*said, *([note] if note else []))
