"""Saturation: codes so far, and what each run of interviews added, in one order and in random ones."""

from __future__ import annotations

from thematic.reporting.figures.plot import FAINT, FULL, INK, MARK, SOFT, Plot, canvas
from thematic.reporting.saturation import Saturation

__all__ = ["plot_saturation"]


def plot_saturation(found: Saturation) -> Plot:
    """Left: codes after each interview. Right: new information of each run, with the threshold."""
    places = list(range(1, len(found.steps) + 1))
    with canvas(FULL, 3.1, 1, 2) as (figure, (left, right)):
        band = found.cumulative
        left.fill_between(places, [b.low for b in band], [b.high for b in band], color=FAINT, lw=0, step=None)
        left.plot(
            places, [b.median for b in band], color=SOFT, lw=1, ls="--", label="random orders: middle, 5–95%"
        )
        left.plot(
            places,
            [s.cumulative for s in found.steps],
            "o-",
            color=MARK,
            ms=3.5,
            lw=1.4,
            label="order of the record",
        )
        left.bar(
            places,
            [s.new for s in found.steps],
            width=0.5,
            color="white",
            edgecolor=INK,
            lw=0.8,
            label="new codes",
        )
        left.set_ylim(0, None)
        left.set_xlabel("interviews")
        left.set_ylabel("codes")
        left.legend(frameon=False, fontsize=7, loc="center right")
        right.axhline(100 * found.threshold, color=INK, lw=0.9, ls=":")
        right.annotate(
            f"threshold {found.threshold:.0%}",
            (1, 100 * found.threshold),
            xycoords=("axes fraction", "data"),
            xytext=(-2, 3),
            textcoords="offset points",
            ha="right",
            fontsize=7,
        )
        info = found.information
        if info:
            ends = [b.interviews for b in info]
            right.fill_between(
                ends, [100 * b.low for b in info], [100 * b.high for b in info], color=FAINT, lw=0
            )
            right.plot(ends, [100 * b.median for b in info], color=SOFT, lw=1, ls="--")
            known = [(r.last, 100 * r.share) for r in found.runs if r.share is not None]
            right.plot([x for x, _ in known], [y for _, y in known], "o-", color=MARK, ms=3.5, lw=1.4)
        else:
            right.text(0.5, 0.5, "too few interviews", transform=right.transAxes, ha="center", color=SOFT)
        right.set_ylim(0, None)
        right.set_xlim(0.5, len(places) + 0.5)
        right.set_xlabel(f"last interview of the run of {found.run_length}")
        right.set_ylabel("new information, % of base codes")
        for axes in (left, right):
            axes.xaxis.get_major_locator().set_params(integer=True)
    return Plot(
        name="saturation",
        title="What each interview added",
        description=(
            f"{found.verdict} {found.steps[-1].cumulative} codes in {len(found.steps)} interviews. Grey: "
            f"{found.orders:,} random orders of the interviews, 5th to 95th hundredth."
        ),
        figure=figure,
        columns=("place", "interview", "codes", "new", "cumulative", "random_low", "random_median",
                 "random_high", "new_information"),
        rows=tuple(
            (place, step.interview, step.codes, step.new, step.cumulative, b.low, b.median, b.high,
             next((r.share for r in found.runs if r.last == place), None))
            for place, step, b in zip(places, found.steps, found.cumulative, strict=True)
        ),
    )  # fmt: skip
