"""A clustering as JSON: machine data, read back exactly."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from thematic.model import Cluster, Clustering, Placement, Provenance

__all__ = ["read_clustering", "write_clustering"]


def write_clustering(clustering: Clustering) -> bytes:
    """The clustering with everything in it, as UTF-8 JSON."""
    return json.dumps(asdict(clustering), ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")


def read_clustering(data: bytes) -> Clustering:
    """The inverse of `write_clustering`."""
    record = json.loads(data)
    return Clustering(
        clusters=tuple(_cluster(cluster) for cluster in record["clusters"]),
        unclustered=tuple(record["unclustered"]),
        provenance=Provenance(**record["provenance"]),
        note=record["note"],
    )


def _cluster(record: dict[str, Any]) -> Cluster:
    placement = record.pop("placement")
    fields = _tuples(record)
    return Cluster(**fields, placement=None if placement is None else Placement(**_tuples(placement)))


def _tuples(record: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in record.items()}
