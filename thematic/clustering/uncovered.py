"""What no code covers: clusters among the excerpts to which, by people's word, no code applies.

Only people can say so. Without codings, likeness to a codebook does not tell text that deserves a code from
text that deserves none (docs/how-suggestions-are-made.md), and then nothing is shown but that.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from thematic.clustering.clusters import ClusterSettings, cluster
from thematic.model import Clustering, Excerpt, ProgressCallback, Suggestion, Vectors

__all__ = ["Uncovered", "uncovered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncovered:
    """Clusters of the excerpts that no code covers.

    judged: how many of them people read and gave no code. abstained: how many nobody has read, for which
    suggestions learnt from people's codings find no code either.
    """

    clustering: Clustering
    judged: int
    abstained: int

    @property
    def sentences(self) -> tuple[str, ...]:
        """“14 excerpts from 6 interviews fit no code: …”, one for each cluster that is shown."""
        return tuple(
            f"{len(found.excerpt_ids)} excerpts from {len(found.transcript_ids)} "
            f"{'interview' if len(found.transcript_ids) == 1 else 'interviews'} fit no code: "
            f"{', '.join(found.terms)}"
            for found in self.clustering.clusters
            if found.status != "hidden"
        )


def uncovered(
    excerpts: Sequence[Excerpt],
    vectors: Vectors,
    *,
    none_apply: Collection[str],
    judged: Collection[str],
    suggestions: Sequence[Suggestion] = (),
    settings: ClusterSettings = ClusterSettings(),  # noqa: B008  frozen
    on_progress: ProgressCallback | None = None,
) -> Uncovered:
    """Clusters among the excerpts that no code covers.

    These are the excerpts of `none_apply` (ids: people read them and found no code), and, where suggestions
    carry probabilities learnt from people's codings, those that nobody `judged` and for which every
    suggestion abstained. Too few of them give no clusters and a note that says so.
    """
    by_people = {excerpt.id for excerpt in excerpts} & set(none_apply)
    learnt = any(item.probability is not None for item in suggestions)
    suggested = {item.excerpt_id for item in suggestions if item.status == "suggested"}
    by_machine = {e.id for e in excerpts if e.id not in suggested and e.id not in judged} if learnt else set()
    wanted = by_people | by_machine
    found = cluster(
        [excerpt for excerpt in excerpts if excerpt.id in wanted],
        vectors,
        settings=settings,
        on_progress=on_progress,
    )
    if not by_people:
        note = (
            "Nobody has said of an excerpt yet that no code applies to it, so nothing can be told about what "
            "the codebook leaves out: without people's codings, likeness to a code does not tell."
        )
        found = replace(found, clusters=(), note=note)
    renamed = tuple(replace(item, id=f"N{number:02}") for number, item in enumerate(found.clusters, start=1))
    return Uncovered(
        clustering=replace(found, clusters=renamed), judged=len(by_people), abstained=len(by_machine)
    )
