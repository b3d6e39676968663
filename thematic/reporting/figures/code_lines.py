"""Every interview as a line: when, or where in the text, each theme is spoken of."""

from __future__ import annotations

from collections.abc import Mapping

from thematic.reporting.code_lines import CodeLines
from thematic.reporting.figures.plot import FULL, INK, SOFT, THEME_COLORS, Plot, canvas, label

__all__ = ["plot_lines"]

MOST_INTERVIEWS = 40
OTHERS = "all other themes"


def plot_lines(found: CodeLines, names: Mapping[str, str]) -> Plot:
    """A band an interview, with a lane a theme: the place tells the theme as well as the colour does."""
    lines = found.lines[:MOST_INTERVIEWS]
    n_lanes = max(len(found.themes), 1)
    band = min(0.55, max(0.2, 0.075 * n_lanes + 0.1))
    legend = [OTHERS if code is None else names.get(code, code) for code in found.themes]
    with canvas(FULL, 1.0 + band * max(len(lines), 1) + 0.16 * ((len(legend) + 1) // 2)) as (figure, axes):
        from matplotlib.patches import Patch

        lane = 0.82 / n_lanes
        for y, line in enumerate(lines):
            axes.axhspan(y - 0.45, y + 0.45, color="#f4f5f7", lw=0, zorder=0)
            for theme in range(n_lanes):
                bars = [(m.start, max(m.end - m.start, 0.002)) for m in line.marks if theme in m.themes]
                if bars:
                    axes.broken_barh(
                        bars, (y - 0.41 + theme * lane, lane * 0.94), facecolors=THEME_COLORS[theme], lw=0
                    )
        axes.set_ylim(len(lines) - 0.4, -0.6)
        axes.set_xlim(0, 1)
        axes.set_yticks(range(len(lines)), [_told(line.interview, line.axis, line.length) for line in lines])
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["start", "¼", "½", "¾", "end"])
        axes.tick_params(length=0, labelcolor=INK, labelsize=7)
        for name in ("left", "bottom"):
            axes.spines[name].set_visible(False)
        axes.set_xlabel(
            "place in the interview, by its times, or by its words where there are none", color=SOFT
        )
        if legend:
            patches = [Patch(color=THEME_COLORS[at], label=label(name, 46)) for at, name in enumerate(legend)]
            figure.legend(
                handles=patches, loc="outside upper left", ncols=2, frameon=False, fontsize=7,
                title="lanes from top to bottom", title_fontsize=7, alignment="left",
            )  # fmt: skip
    more = (
        f" The first {len(lines)} of {len(found.lines)} interviews are drawn."
        if len(lines) < len(found.lines)
        else ""
    )
    return Plot(
        name="code-lines",
        title="Interviews as lines of themes",
        description=(
            f"{len(lines)} interviews from start to end; in each, a lane for each of {len(found.themes)} "
            f"themes, filled where an excerpt was coded with it.{more}"
        ),
        figure=figure,
        columns=("interview", "axis", "excerpt", "start", "end", "themes"),
        rows=tuple(
            (line.interview, line.axis, mark.excerpt_id, mark.start, mark.end,
             "; ".join(legend[at] for at in mark.themes))
            for line in found.lines
            for mark in line.marks
        ),
    )  # fmt: skip


def _told(interview: str, axis: str, length: float) -> str:
    return f"{label(interview, 20, ending=6)}\n{length:,.0f} {'min' if axis == 'time' else 'words'}"
