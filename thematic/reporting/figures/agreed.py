"""Agreement on each code, as the audit found it."""

from __future__ import annotations

from thematic.reporting.agreed import Agreed
from thematic.reporting.figures.plot import FULL, INK, MARK, SOFT, Plot, canvas, label

__all__ = ["plot_agreed"]

MOST_ROWS = 60


def plot_agreed(found: Agreed) -> Plot:
    """A dot for alpha of a code, a line for its interval; the thresholds as lines; no dot where undefined."""
    judged = sorted(found.codes, key=lambda c: (c.alpha is None, -(c.alpha or 0.0), c.name))[:MOST_ROWS]
    lowest = min([0.0, *(max(c.low, -0.5) for c in judged if c.low is not None)])
    with canvas(FULL, 0.9 + 0.19 * max(len(judged), 3)) as (figure, axes):
        beside = axes.get_yaxis_transform()
        for limit, style in ((found.tentative, "--"), (found.reliable, "-")):
            axes.axvline(limit, color=INK, lw=0.8, ls=style, zorder=0)
            told = f"{limit:.3f}".rstrip("0").removeprefix("0")
            axes.text(limit, -0.75, told, ha="center", va="bottom", fontsize=7)
        for y, code in enumerate(judged):
            counts = " · ".join(map(str, code.instances)) if len(code.instances) < 4 else sum(code.instances)
            axes.text(1.14, y, f"{counts}", ha="right", va="center", fontsize=7, color=SOFT, transform=beside)
            if code.alpha is None:
                axes.text(
                    lowest + 0.01, y, code.status.replace("_", " "), va="center", fontsize=7, color=SOFT
                )
                continue
            if code.low is not None and code.high is not None:
                axes.plot([max(code.low, lowest), min(code.high, 1)], [y, y], color=SOFT, lw=1.2, zorder=1)
            axes.plot([code.alpha], [y], "o", ms=5, color=MARK, zorder=2, clip_on=False)
        axes.text(
            1.14, -0.75, "times applied", ha="right", va="bottom", fontsize=7, color=SOFT, transform=beside
        )
        axes.set_yticks(range(len(judged)), [label(code.name, 44) for code in judged])
        axes.set_ylim(max(len(judged), 1) - 0.4, -0.6)
        axes.set_xlim(lowest, 1.0)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("Krippendorff's alpha" + (f", {found.interval}" if found.interval else ""))
    return Plot(
        name="agreement",
        title="Agreement on each code",
        description=f"{found.headline} {', '.join(found.coders)}; {found.units:,} units coded twice.",
        figure=figure,
        columns=("code", "name", "alpha", "low", "high", "positive_agreement", "status", "verdict"),
        rows=tuple(
            (c.code, c.name, c.alpha, c.low, c.high, c.positive_agreement, c.status, c.verdict)
            for c in found.codes
        ),
    )
