"""Excerpts that read alike, and where they stand against the codebook: prompts for reading, not codes.

`cluster` groups excerpts by their vectors; `place` compares the groups with the codebook.
"""

from thematic.clustering.clusters import ClusterSettings, cluster

__all__ = ["ClusterSettings", "cluster"]
