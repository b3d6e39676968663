"""Codes by codes: how often together, and how far above chance."""

from __future__ import annotations

from collections.abc import Mapping
from math import log2

import numpy as np

from thematic.reporting.cooccurrence import CoOccurrence, Pair
from thematic.reporting.figures.plot import FULL, INK, SOFT, Plot, canvas, label, shades

__all__ = ["plot_pairs"]

MOST_CODES = 26
_TOP = 3.0  # lifts of 8 and more are equally dark


def plot_pairs(found: CoOccurrence, names: Mapping[str, str]) -> Plot:
    """The lower half of the codes by codes table, darker the more often together than by chance.

    The number is that of units with both. A frame: the interval of the lift lies above 1. A stroke through
    the cell: it lies below 1.
    """
    codes = sorted(found.codes, key=lambda c: -found.counts[found.codes.index(c)])[:MOST_CODES]
    codes = [code for code in found.codes if code in set(codes)]
    place = {code: at for at, code in enumerate(codes)}
    drawn = [pair for pair in found.pairs if pair.code in place and pair.other in place]
    size = 0.205
    with canvas(FULL, 2.6 + size * len(codes)) as (figure, axes):
        from matplotlib.cm import ScalarMappable
        from matplotlib.colors import Normalize

        scale = ScalarMappable(Normalize(0, _TOP), shades())
        for pair in drawn:
            y, x = sorted((place[pair.code], place[pair.other]), reverse=True)
            depth = min(max(log2(pair.lift), 0.0), _TOP) if pair.lift else 0.0
            above = pair.interval is not None and pair.interval.low > 1
            below = pair.interval is not None and pair.interval.high < 1
            axes.add_patch(_cell(x, y, scale.to_rgba(np.array(depth)), framed=above))
            if below:
                axes.plot([x - 0.42, x + 0.42], [y + 0.42, y - 0.42], color=SOFT, lw=0.7)
            if pair.together:
                color = "#ffffff" if depth > 1.65 else INK
                text = f"{pair.together:,.0f}" if pair.together < 10_000 else f"{pair.together / 1000:.0f}k"
                axes.text(x, y, text, ha="center", va="center", fontsize=6, color=color)
        axes.set_xlim(-0.5, len(codes) - 0.5)
        axes.set_ylim(len(codes) - 0.5, 0.5)
        axes.set_yticks(range(1, len(codes)), [label(names.get(c, c), 34) for c in codes[1:]])
        axes.set_xticks(
            range(len(codes) - 1), [label(names.get(c, c), 26) for c in codes[:-1]], rotation=55, ha="right",
            rotation_mode="anchor",
        )  # fmt: skip
        axes.tick_params(length=0, labelcolor=INK, labelsize=7)
        for spine in axes.spines.values():
            spine.set_visible(False)
        bar = figure.colorbar(scale, ax=axes, shrink=0.5, aspect=16, pad=0.01, anchor=(0, 0.9))
        bar.set_ticks([0, 1, 2, 3], labels=["chance", "2 ×", "4 ×", "8 × and more"])
        bar.outline.set_visible(False)
        bar.ax.tick_params(labelsize=7)
    more = (
        f" The {len(codes)} most frequent of {len(found.codes)} codes are drawn."
        if len(codes) < len(found.codes)
        else ""
    )
    return Plot(
        name="co-occurrence",
        title="Codes that occur together",
        description=(
            f"Unit: {found.unit}; {found.units:,.0f} units. The number is that of units with both codes; the "
            "darker, the more often together than by chance. Framed: the interval over interviews lies above "
            f"chance. Struck through: below it.{_best(drawn, names)}{more}"
        ),
        figure=figure,
        columns=("code", "other", "together", "expected", "lift", "low", "high", "interviews"),
        rows=tuple(
            (names.get(p.code, p.code), names.get(p.other, p.other), p.together, p.expected, p.lift,
             p.interval.low if p.interval else None, p.interval.high if p.interval else None, p.interviews)
            for p in found.pairs
        ),
    )  # fmt: skip


def _cell(x: int, y: int, color, *, framed: bool):  # type: ignore[no-untyped-def]
    from matplotlib.patches import Rectangle

    inset = 0.44
    return Rectangle(
        (x - inset, y - inset), 2 * inset, 2 * inset, facecolor=color,
        edgecolor=INK if framed else "#c4c4c4", linewidth=1.3 if framed else 0.4, zorder=2 if framed else 1,
    )  # fmt: skip


def _best(pairs: list[Pair], names: Mapping[str, str]) -> str:
    clear = [p for p in pairs if p.interval is not None and p.interval.low > 1][:1]
    return "".join(
        f" Most clearly together: {names.get(p.code, p.code)} and {names.get(p.other, p.other)}, "
        f"{p.lift:.1f} times chance."
        for p in clear
    )
