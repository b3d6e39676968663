"""What stands out beside the codebook of a study: candidate themes, what no code covers, codes that mix.

Computed from the study's clusters, vectors and people's codings; nothing is kept, and nothing becomes a code.
"""

from __future__ import annotations

from thematic.clustering import (
    CandidateTheme,
    CodePair,
    Uncovered,
    candidate_themes,
    hard_to_tell_apart,
    uncovered,
)
from thematic.clustering.placement import codes_given, codes_today
from thematic.pipeline import Pipeline
from thematic.review import excerpts_of, judgements

__all__ = ["study_code_pairs", "study_themes", "study_uncovered"]


def study_themes(pipeline: Pipeline) -> tuple[CandidateTheme, ...]:
    """The study's clusters as a tree of candidate themes."""
    return candidate_themes(pipeline.clustering, pipeline.excerpts, pipeline.vectors)


def study_uncovered(pipeline: Pipeline) -> Uncovered:
    """Clusters of the study's excerpts that no code covers."""
    decided = [
        judgement
        for coder, made in pipeline.decisions.items()
        for judgement in judgements(coder, made)
        if judgement.decided
    ]
    coded = _codes(pipeline)
    return uncovered(
        pipeline.excerpts,
        pipeline.vectors,
        none_apply=pipeline.none_apply - {id_ for id_, codes in coded.items() if codes},
        judged=excerpts_of(decided, pipeline.excerpts),
        suggestions=pipeline.suggestions,
        settings=pipeline.study.settings.cluster,
    )


def study_code_pairs(pipeline: Pipeline) -> tuple[CodePair, ...]:
    """Codes of the study that are hard to tell apart by what people put under them."""
    parents = {code.id: code.parent_id for code in pipeline.codebook.codes}
    return hard_to_tell_apart(pipeline.excerpts, pipeline.vectors, _codes(pipeline), related=parents)


def _codes(pipeline: Pipeline) -> dict[str, frozenset[str]]:
    today = codes_today(pipeline.codebook)
    return codes_given(pipeline.excerpts, pipeline.codings, pipeline.none_apply, today)
