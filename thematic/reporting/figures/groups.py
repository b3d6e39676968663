"""Groups side by side: the share of people with each theme, by case attribute."""

from __future__ import annotations

import re

from thematic.reporting.figures.plot import FULL, INK, SOFT, THEME_COLORS, Plot, canvas, label
from thematic.reporting.groups import GroupTable

__all__ = ["plot_groups"]

MOST_ROWS = 30
MARKERS = "osD^vPX*"


def plot_groups(found: GroupTable, number: int = 1) -> Plot:
    """A mark a group for the share of its people with a theme; form and place tell the group.

    number: of the table among those of the report, for the name of the files.
    """
    rows = [row for row in found.rows if any(cell.participants for cell in row.cells)]
    if len(rows) > MOST_ROWS:
        rows = [row for row in rows if row.depth == 0][:MOST_ROWS] or rows[:MOST_ROWS]
    n = len(found.groups)
    step = 0.72 / max(n, 1)
    with canvas(FULL, 1.0 + max(0.2, 0.085 * n) * max(len(rows), 2)) as (figure, axes):
        for at, group in enumerate(found.groups):
            color, marker = THEME_COLORS[at % len(THEME_COLORS)], MARKERS[at % len(MARKERS)]
            places, shares = [], []
            for y, row in enumerate(rows):
                cell, place = row.cells[at], y + (at - (n - 1) / 2) * step
                if cell.share is None or cell.share_interval is None:
                    continue
                axes.plot(
                    [cell.share_interval.low, cell.share_interval.high], [place, place], color=color, lw=0.9
                )
                places.append(place)
                shares.append(cell.share)
            axes.plot(
                shares, places, marker, ms=4, color=color, mfc="white" if at % 2 else color, clip_on=False,
                label=f"{label(group.value, 24)} ({group.participants or 'few'})", ls="none", zorder=3,
            )  # fmt: skip
        for y in range(1, len(rows)):
            axes.axhline(y - 0.5, color="#ececec", lw=0.6, zorder=0)
        axes.set_ylim(max(len(rows), 1) - 0.5, -0.5)
        axes.set_xlim(-0.02, 1.0)
        axes.set_yticks(range(len(rows)), [label(row.name, 44) for row in rows])
        for text, row in zip(axes.get_yticklabels(), rows, strict=True):
            text.set_fontweight("bold" if row.depth == 0 else "normal")
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("Share of the people of the group, with interval", color=SOFT)
        if any(axes.get_legend_handles_labels()[0]):
            figure.legend(
                loc="outside upper left", ncols=min(n, 4), frameon=False, fontsize=7,
                title=f"{label(found.attribute, 40)} (people)", title_fontsize=7.5, alignment="left",
            )  # fmt: skip
    slug = re.sub(r"[^a-z0-9]+", "-", found.attribute.casefold()).strip("-")[:40]
    return Plot(
        name=f"groups-{number}-{slug}" if slug else f"groups-{number}",
        title=f"Themes by {found.attribute}",
        description=(
            f"The share of people who said something to each theme, for each of {n} groups by "
            f"{found.attribute}, with intervals over people."
        ),
        figure=figure,
        columns=("code", "name", "group", "participants", "of", "share", "low", "high", "excerpts",
                 "per_1000_words", "rate_low", "rate_high"),
        rows=tuple(
            (row.code, row.name, group.value, cell.participants, group.participants or None, cell.share,
             cell.share_interval.low if cell.share_interval else None,
             cell.share_interval.high if cell.share_interval else None, cell.excerpts, cell.per_1000_words,
             cell.rate_interval.low if cell.rate_interval else None,
             cell.rate_interval.high if cell.rate_interval else None)
            for row in found.rows
            for group, cell in zip(found.groups, row.cells, strict=True)
        ),
    )  # fmt: skip
