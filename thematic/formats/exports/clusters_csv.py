"""clusters.csv: one cluster a row, the hidden ones too, with the reason."""

from __future__ import annotations

from thematic.formats.exports.excerpt_rows import code_labels, stability_in_words
from thematic.formats.safe_csv import safe_csv
from thematic.model import Cluster, StudyData

__all__ = ["render"]

HEADER = (
    "cluster",
    "status",
    "excerpts",
    "interviews",
    "terms",
    "stability",
    "stability_in_words",
    "placement",
    "codes",
    "shares",
    "counted",
    "explanation",
    "reason",
    "exemplars",
    "transcripts",
    "excerpt_ids",
    "core_ids",
)


def render(data: StudyData) -> bytes:
    """One row a cluster in the order of the clustering; lists are separated by `; `.

    `exemplars` are quotes, each with its transcript. `stability` (0 to 1) and `shares` have two decimals.
    """
    labels = code_labels(data.codebook)
    excerpts = {e.id: e for s in data.segmentations for e in s.excerpts}
    exemplars = {
        excerpt_id: f"{excerpts[excerpt_id].transcript_id}: “{excerpts[excerpt_id].text}”"
        for cluster in _clusters(data)
        for excerpt_id in cluster.exemplar_ids
    }
    return safe_csv(HEADER, (_cells(cluster, labels, exemplars) for cluster in _clusters(data)))


def _clusters(data: StudyData) -> tuple[Cluster, ...]:
    return data.clustering.clusters if data.clustering else ()


def _cells(cluster: Cluster, labels: dict[str, str], exemplars: dict[str, str]) -> list[str]:
    placement = cluster.placement
    return [
        cluster.id,
        cluster.status,
        str(len(cluster.excerpt_ids)),
        str(len(cluster.transcript_ids)),
        "; ".join(cluster.terms),
        "" if cluster.stability is None else f"{cluster.stability:.2f}",
        stability_in_words(cluster),
        placement.kind if placement else "",
        "; ".join(labels.get(c, c) for c in placement.code_ids) if placement else "",
        "; ".join(f"{share:.2f}" for share in placement.shares) if placement else "",
        placement.basis if placement else "",
        placement.explanation if placement else "",
        cluster.reason,
        "; ".join(exemplars[id_] for id_ in cluster.exemplar_ids),
        "; ".join(cluster.transcript_ids),
        "; ".join(cluster.excerpt_ids),
        "; ".join(cluster.core_ids),
    ]
