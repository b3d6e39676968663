"""The learning curve as SVG that stands alone, the same bytes every time."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any

__all__ = ["learning_curve"]

INK, SOFT, OURS = "#1b1b1b", "#767676", "#0b4f8a"


def learning_curve(report: Mapping[str, Any], measure: str = "recall_at_3") -> str:
    """Two panels: by coded interviews and by examples a code, ours and TF-IDF + logistic regression.

    Lines differ in dash and marker as well as in colour. Returns the `<svg>` element.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    settings = {
        "svg.hashsalt": "thematic",
        "svg.fonttype": "none",
        "font.size": 10,
        "font.family": "sans-serif",
    }
    with mpl.rc_context(settings):
        figure = Figure(figsize=(8.6, 3.4), layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        baseline = report["baselines"]["tfidf_lr"]
        _panel(left, report, report["interviews"], baseline["interviews"], measure, "coded interviews")
        _panel(right, report, report["few_shot"], baseline["few_shot"], measure, "examples a code")
        left.set_ylabel(measure.replace("_at_", "@").replace("_", " "))
        left.set_ylim(0, 1)
        left.legend(loc="lower right", frameon=False, fontsize=9)
        out = StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    svg = out.getvalue()
    return svg[svg.index("<svg") :]


def _panel(
    axes: Any,
    report: Mapping[str, Any],
    ours: Mapping[str, Any],
    theirs: Mapping[str, Any],
    measure: str,
    what: str,
) -> None:
    sizes = list(ours)
    places = range(len(sizes))
    values = [ours[size][measure] for size in sizes]
    axes.plot(places, values, color=OURS, marker="o", label="learnt")
    intervals = [ours[size].get(f"{measure}_interval") for size in sizes]
    if all(intervals) and sizes:
        low, high = zip(*intervals, strict=True)
        axes.fill_between(places, low, high, color=OURS, alpha=0.15, linewidth=0)
    compared = [i for i, size in enumerate(sizes) if size in theirs]
    axes.plot(
        compared,
        [theirs[sizes[i]][measure] for i in compared],
        color=INK,
        marker="s",
        linestyle="--",
        label="TF-IDF + logistic regression",
    )
    full, wording = report["full"][measure], report["zero_shot"][measure]
    axes.axhline(full, color=OURS, linewidth=0.9, linestyle=":", label="learnt from all others")
    axes.axhline(wording, color=SOFT, linewidth=0.9, linestyle="-.", label="codebook's wording alone")
    axes.set_xticks(list(places), sizes)
    axes.set_xlabel(what)
    axes.spines[["top", "right"]].set_visible(False)
