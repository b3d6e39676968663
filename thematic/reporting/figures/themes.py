"""Themes by participant: the share of people with each, and its interval."""

from __future__ import annotations

from thematic.reporting.figures.plot import FULL, INK, MARK, SOFT, Plot, canvas, label
from thematic.reporting.themes import ThemeRow, Themes

__all__ = ["plot_themes"]

MOST_ROWS = 60


def plot_themes(found: Themes) -> Plot:
    """A dot for the share of participants, a line for its interval; n of people and excerpts beside it.

    Themes are diamonds, codes dots. A number that is withheld has no mark.
    """
    rows = _kept(found.rows)
    height = 0.9 + 0.19 * max(len(rows), 3)
    with canvas(FULL, height) as (figure, axes):
        beside = axes.get_yaxis_transform()
        for y, row in enumerate(rows):
            if row.share is None:
                axes.text(1.26, y, "withheld", ha="right", va="center", fontsize=7.5, transform=beside)
                continue
            if row.share_interval is not None:
                ends = [row.share_interval.low, row.share_interval.high]
                axes.plot(ends, [y, y], color=SOFT, lw=1.2, zorder=1)
            marker, size = ("D", 5.5) if row.depth == 0 else ("o", 5)
            color = INK if row.depth == 0 else MARK
            fill = color if row.participants else "white"
            axes.plot([row.share], [y], marker, ms=size, color=color, mfc=fill, zorder=3, clip_on=False)
            for x, count in ((1.12, row.participants), (1.26, row.excerpts)):
                axes.text(x, y, f"{count}", ha="right", va="center", fontsize=7.5, transform=beside)
        axes.set_yticks(range(len(rows)))
        names = axes.set_yticklabels([label(row.name, 44) for row in rows])
        for text, row in zip(names, rows, strict=True):
            text.set_fontweight("bold" if row.depth == 0 else "normal")
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlim(-0.02, 1.0)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
        axes.grid(axis="x", color="#e6e6e6", lw=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(f"Share of the {found.participants_read} participants, with interval")
        for x, head in ((1.12, "people"), (1.26, "excerpts")):
            axes.text(x, -0.75, head, ha="right", va="bottom", fontsize=7, color=SOFT, transform=beside)
    return Plot(
        name="themes",
        title="Themes and codes by participant",
        description=_description(found, rows),
        figure=figure,
        columns=("code", "name", "depth", "participants", "of", "share", "low", "high", "excerpts",
                 "per_1000_words", "mean_per_1000_words"),
        rows=tuple(
            (r.code, r.name, r.depth, r.participants, found.participants_read, r.share,
             r.share_interval.low if r.share_interval else None,
             r.share_interval.high if r.share_interval else None,
             r.excerpts, r.per_1000_words, r.mean_per_1000_words)
            for r in found.rows
        ),
    )  # fmt: skip


def _kept(rows: tuple[ThemeRow, ...]) -> list[ThemeRow]:
    if len(rows) <= MOST_ROWS:
        return list(rows)
    best = sorted(rows, key=lambda r: (-(r.participants or 0), -(r.excerpts or 0), r.name))[:MOST_ROWS]
    chosen = {row.code for row in best}
    return [row for row in rows if row.code in chosen]


def _description(found: Themes, rows: list[ThemeRow]) -> str:
    said = [row for row in rows if row.participants]
    top = sorted(said, key=lambda r: (-(r.participants or 0), -(r.excerpts or 0)))[:3]
    told = "; ".join(f"{row.name}, {row.participants} people" for row in top)
    left = (
        f" Drawn are the {len(rows)} most frequent of {len(found.rows)}."
        if len(found.rows) > len(rows)
        else ""
    )
    return (
        f"For each theme (diamond) and code (dot) the share of {found.participants_read} participants who "
        f"said something to it, with its interval. Most people: {told or 'none'}.{left}"
    )
