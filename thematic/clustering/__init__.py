"""Excerpts that read alike, and where they stand against the codebook: prompts for reading, not codes.

`cluster` groups excerpts by their vectors; `place` compares the groups with the codebook; `candidate_themes`
joins groups into a tree; `uncovered` groups what no code covers; `hard_to_tell_apart` finds codes that mix.
"""

from thematic.clustering.clusters import ClusterSettings, cluster
from thematic.clustering.code_pairs import CodePair, hard_to_tell_apart
from thematic.clustering.placement import place
from thematic.clustering.tree import CandidateTheme, candidate_themes
from thematic.clustering.uncovered import Uncovered, uncovered

__all__ = [
    "CandidateTheme",
    "ClusterSettings",
    "CodePair",
    "Uncovered",
    "candidate_themes",
    "cluster",
    "hard_to_tell_apart",
    "place",
    "uncovered",
]
