"""Excerpts that read alike, and where they stand against the codebook: prompts for reading, not codes.

`cluster` groups excerpts by their vectors; `place` compares the groups with the codebook.
"""

from thematic.clustering.clusters import ClusterSettings, cluster
from thematic.clustering.placement import place

__all__ = ["ClusterSettings", "cluster", "place"]
