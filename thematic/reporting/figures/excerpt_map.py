"""The map of excerpts: near ones were read as alike, the distances are approximate."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from thematic.reporting.excerpt_map import ExcerptMap
from thematic.reporting.figures.plot import FULL, INK, SOFT, Plot, canvas

__all__ = ["plot_map"]

_TINTS = ("#2f79b5", "#8a5a00", "#0b3c6b", "#b0688f")
_FORMS = "os^D"


def plot_map(found: ExcerptMap, names: Mapping[str, str]) -> Plot:
    """A dot an excerpt; the number of a cluster stands in its middle, and neighbours differ in form."""
    places = np.array([[p.x, p.y] for p in found.points])
    cluster = np.array([p.cluster or 0 for p in found.points])
    with canvas(FULL, 5.2) as (figure, axes):
        loose = cluster == 0
        axes.scatter(*places[loose].T, s=5, color="#c9c9c9", lw=0)
        for row in found.clusters:
            own = places[cluster == row.number]
            if not len(own):
                continue
            at = row.number % len(_TINTS)
            axes.scatter(*own.T, s=9, color=_TINTS[at], marker=_FORMS[at], lw=0, alpha=0.75)
        for row in found.clusters:
            own = places[cluster == row.number]
            if len(own):
                x, y = np.median(own, axis=0)
                axes.text(
                    x, y, str(row.number), ha="center", va="center", fontsize=8, fontweight="bold", color=INK,
                    bbox={"boxstyle": "round,pad=0.18", "fc": "white", "ec": INK, "lw": 0.6},
                )  # fmt: skip
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_visible(True)
            spine.set_color("#dddddd")
        axes.set_xlabel("distances approximate: neighbours mean something, gaps and sizes do not", color=SOFT)
    drawn = len(found.points)
    some = f"{drawn:,} excerpts"
    if drawn < found.drawn_of:
        some = f"{drawn:,} of {found.drawn_of:,} excerpts, drawn by seed"
    return Plot(
        name="map",
        title="Map of excerpts and clusters, distances approximate",
        description=(
            f"{some}; {len(found.clusters)} clusters by number, the rest in light grey. Of each excerpt's "
            f"ten nearest neighbours by meaning {found.kept:.0%} are among its ten nearest here."
        ),
        figure=figure,
        columns=("excerpt", "interview", "x", "y", "cluster", "codes"),
        rows=tuple(
            (p.excerpt_id, p.transcript_id, p.x, p.y, p.cluster, "; ".join(names.get(c, c) for c in p.codes))
            for p in found.points
        ),
    )  # fmt: skip
