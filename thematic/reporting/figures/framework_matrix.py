"""Participants by themes: in how many excerpts each person touches each theme."""

from __future__ import annotations

import numpy as np

from thematic.reporting.figures.plot import FULL, Plot, canvas, column_names, label, numbers_in_cells, shades
from thematic.reporting.framework_matrix import FrameworkMatrix

__all__ = ["plot_matrix"]

MOST_PEOPLE = 60
MOST_THEMES = 24


def plot_matrix(found: FrameworkMatrix) -> Plot:
    """A cell a participant and theme, darker with more excerpts per 1,000 words of the person; n in it."""
    themes = [at for at, column in enumerate(found.columns) if column.is_theme]
    if len(themes) < 2:  # a flat codebook, or one theme: its codes say more
        themes = list(range(len(found.columns)))
    themes = sorted(themes, key=lambda at: -sum((row.cells[at].excerpts or 0) > 0 for row in found.rows))[
        :MOST_THEMES
    ]
    themes.sort()
    rows = found.rows[:MOST_PEOPLE]
    counts = np.array([[row.cells[at].excerpts or 0 for at in themes] for row in rows], dtype=float)
    counts = counts.reshape(len(rows), len(themes))
    words = np.array([max(row.words, 1) for row in rows], dtype=float)
    rates = 1000 * counts / words[:, None] if len(rows) else counts
    height = 1.9 + 0.2 * max(len(rows), 2)
    with canvas(FULL, height) as (figure, axes):
        if rates.size:
            mesh = axes.pcolormesh(
                np.arange(len(themes) + 1) - 0.5,
                np.arange(len(rows) + 1) - 0.5,
                rates,
                cmap=shades(),
                vmin=0,
                edgecolors="white",
                linewidth=0.8,
            )
            bar = figure.colorbar(mesh, ax=axes, shrink=0.7, aspect=18, pad=0.02)
            bar.outline.set_visible(False)
            bar.set_label("excerpts per 1,000 words of the person", fontsize=7)
            texts = [[f"{n:.0f}" if n else "" for n in row] for row in counts]
            numbers_in_cells(axes, rates.tolist(), texts)
        column_names(axes, [found.columns[at].name for at in themes])
        axes.set_yticks(range(len(rows)), [label(row.participant, 24, ending=6) for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.tick_params(length=0)
        for spine in axes.spines.values():
            spine.set_visible(False)
    more = (
        f" The first {len(rows)} of {len(found.rows)} participants are drawn."
        if len(found.rows) > len(rows)
        else ""
    )
    return Plot(
        name="framework-matrix",
        title="Themes by participant",
        description=(
            f"{len(rows)} participants in rows, {len(themes)} themes in columns. The number is that of "
            f"excerpts; the darker a cell, the more excerpts per 1,000 words of that person.{more}"
        ),
        figure=figure,
        columns=("participant", "words", "code", "name", "excerpts", "per_1000_words"),
        rows=tuple(
            (row.participant, row.words, column.code, column.name, cell.excerpts,
             1000 * cell.excerpts / row.words if row.words and cell.excerpts is not None else None)
            for row in found.rows
            for column, cell in zip(found.columns, row.cells, strict=True)
        ),
    )  # fmt: skip
