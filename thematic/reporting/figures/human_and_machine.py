"""People and suggestions: how often one was taken, over time."""

from __future__ import annotations

from thematic.reporting.figures.plot import FULL, INK, MARK, SOFT, THEME_COLORS, Plot, canvas, label
from thematic.reporting.human_and_machine import HumanAndMachine

__all__ = ["plot_acceptance"]

_MARKERS = "osD^vPX*"


def plot_acceptance(found: HumanAndMachine) -> Plot:
    """Left: share of assisted statements that took a suggestion, in steps of twenty. Right: by band."""
    coders = [c for c in found.coders if c.steps]
    with canvas(FULL, 2.9, 1, 2) as (figure, (left, right)):
        for at, coder in enumerate(coders):
            places = [step.last for step in coder.steps]
            color = THEME_COLORS[at % len(THEME_COLORS)]
            left.plot(
                places, [100 * step.share for step in coder.steps], _MARKERS[at % 8] + "-", color=color, ms=4,
                lw=1.1, mfc="white" if at % 2 else color, label=label(coder.coder, 20),
            )  # fmt: skip
        left.set_ylim(0, 105)
        left.set_xlabel("statements with suggestions in view")
        left.set_ylabel("a suggestion was taken, %")
        if coders:
            left.legend(frameon=False, fontsize=7, loc="lower right")
        names = [f"{label(band.name, 20)} ({band.shown})" for band in found.bands]
        right.barh(range(len(names)), [100 * band.share for band in found.bands], color=MARK, height=0.6)
        for y, band in enumerate(found.bands):
            right.text(100 * band.share + 1.5, y, f"{band.share:.0%}", va="center", fontsize=7, color=INK)
        right.set_yticks(range(len(names)), names)
        right.set_ylim(max(len(names), 1) - 0.4, -0.6)
        right.set_xlim(0, 105)
        right.set_xlabel("taken, % of those shown of the band", color=SOFT)
    return Plot(
        name="acceptance",
        title="What people made of suggestions",
        description=(
            "Share of statements that took a suggestion in view, in steps of twenty for each coder; and the "
            "share taken of each band of suggestions."
        ),
        figure=figure,
        columns=("coder", "from", "to", "taken", "share"),
        rows=tuple((c.coder, s.first, s.last, s.taken, s.share) for c in coders for s in c.steps),
    )
