"""What run.json says of a study's content, counted while its parts go by. Floor 5."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from thematic.model import Clustering, Segmentation, StudyData
from thematic.text import count_words

__all__ = ["Tally"]


@dataclass(slots=True)
class Tally:
    """Counts of all parts that went by, a record of each transcript, and the exemplars of clusters.

    exemplars: the segmentations that hold some, with no other excerpts.
    """

    wanted: frozenset[str]
    transcripts: list[dict[str, Any]] = field(default_factory=list)
    exemplars: list[Segmentation] = field(default_factory=list)
    _counted: Counter[str] = field(default_factory=Counter)

    @classmethod
    def for_clusters(cls, clustering: Clustering) -> Tally:
        """A tally that keeps the exemplars of these clusters."""
        return cls(frozenset(id_ for c in clustering.clusters for id_ in c.exemplar_ids))

    def of(self, parts: Iterable[StudyData]) -> Iterator[StudyData]:
        """The same parts, each counted before it is given."""
        for part in parts:
            self._add(part)
            yield part

    def _add(self, part: StudyData) -> None:
        for transcript, segmentation in zip(part.transcripts, part.segmentations, strict=True):
            self.transcripts.append(
                {
                    "id": transcript.id,
                    "file": transcript.source.path,
                    "sha256": transcript.source.sha256,
                    "format": transcript.source.format,
                    "turns": len(transcript.turns),
                    "excerpts": len(segmentation.excerpts),
                    "set_aside": [
                        {"words": s.quote.text, "reason": s.reason} for s in segmentation.set_aside
                    ],
                }
            )
            for turn in transcript.turns:
                self._counted[turn.role] += 1
                if turn.role == "participant":
                    self._counted["words"] += count_words(transcript.text[turn.start : turn.end])
            kept = tuple(e for e in segmentation.excerpts if e.id in self.wanted)
            if kept:
                self.exemplars.append(replace(segmentation, excerpts=kept))
            self._counted["excerpts"] += len(segmentation.excerpts)
            self._counted["words_in_excerpts"] += sum(count_words(e.text) for e in segmentation.excerpts)
            self._counted["aside"] += len(segmentation.set_aside)
            self._counted["words_aside"] += sum(count_words(s.quote.text) for s in segmentation.set_aside)
        for status in ("suggested", "abstained"):
            self._counted[status] += len({s.excerpt_id for s in part.suggestions if s.status == status})

    def counts(self, clustering: Clustering) -> dict[str, Any]:
        """How many of everything: the figures of run.json and of the closing summary."""
        counted = self._counted
        return {
            "transcripts": len(self.transcripts),
            "turns": {role: counted[role] for role in ("interviewer", "participant", "other")},
            "words_of_participants": counted["words"],
            "excerpts": counted["excerpts"],
            "words_in_excerpts": counted["words_in_excerpts"],
            "set_aside": {"turns": counted["aside"], "words": counted["words_aside"]},
            "excerpts_with_suggestions": counted["suggested"],
            "excerpts_abstained": counted["abstained"],
            "clusters": {
                status: sum(c.status == status for c in clustering.clusters)
                for status in ("stable", "doubtful", "hidden")
            },
            "unclustered": len(clustering.unclustered),
        }
