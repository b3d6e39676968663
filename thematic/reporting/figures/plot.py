"""A figure with all that belongs to it: its words for those who cannot see it, and its numbers as a table.

Drawn by matplotlib without pyplot, so that nothing global changes and a notebook keeps its own style. The
same results give the same bytes: no dates, fixed names inside the SVG, fonts that come with matplotlib.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from textwrap import fill
from typing import TYPE_CHECKING, Any

from thematic.text import snippet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "FULL",
    "INK",
    "MARK",
    "SHADES",
    "SOFT",
    "THEME_COLORS",
    "Plot",
    "Value",
    "canvas",
    "column_names",
    "label",
    "numbers_in_cells",
    "shades",
]

Value = str | float | int | None

FULL = 6.9
"""Width in inches: two columns of a journal; text is 7 to 9 points there."""

INK, SOFT, FAINT, MARK = "#1b1b1b", "#595959", "#d9d9d9", "#0b4f8a"
SHADES = ("#ffffff", "#cfe0ef", "#7fb0d8", "#2f79b5", "#0b3c6b")
"""From none to most: lightness alone tells the order, also in grey."""

# Okabe & Ito's colours, told apart by all kinds of sight; neighbours differ in lightness too.
THEME_COLORS = ("#0072b2", "#e69f00", "#004d40", "#cc79a7", "#000000", "#56b4e9", "#d55e00", "#009e73")

_RC: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.edgecolor": SOFT,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "text.parse_math": False,  # a $ in the name of a code is no formula
    "axes.labelcolor": INK,
    "xtick.color": SOFT,
    "ytick.color": INK,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "svg.fonttype": "none",
    "svg.hashsalt": "thematic",
    "pdf.fonttype": 42,
    "pdf.compression": 6,
    "figure.dpi": 200,
    "text.hinting": "no_hinting",  # else words have another width at each resolution
    "hatch.linewidth": 0.6,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Plot:
    """name: of its files. title, description: in words. columns, rows: the numbers that are drawn."""

    name: str
    title: str
    description: str
    figure: Figure
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    def svg(self) -> bytes:
        return self._svg

    @cached_property
    def _svg(self) -> bytes:
        return self._bytes("svg", {"Date": None, "Creator": None, "Title": self.title})

    def pdf(self) -> bytes:
        nothing = dict.fromkeys(("CreationDate", "Creator", "Producer"))
        with _letters_only():
            return self._bytes("pdf", {**nothing, "Title": self.title})

    def png(self) -> bytes:
        """At 200 dots per inch."""
        return self._png

    @cached_property
    def _png(self) -> bytes:
        return self._bytes("png", {"Software": None, "Title": self.title}, 200)

    def _bytes(self, kind: str, metadata: dict[str, str | None], dpi: int = 100) -> bytes:
        target = BytesIO()
        with _style():
            self.figure.savefig(target, format=kind, metadata=metadata, dpi=dpi, facecolor="white")
        return target.getvalue()

    def _repr_svg_(self) -> str:
        return self.svg().decode()


@contextmanager
def _letters_only() -> Iterator[None]:
    """Fonts go into a PDF without their rules for joining and moving letters.

    matplotlib has placed every letter by then; to thin out those rules takes longer than to draw the figure.
    """
    from fontTools import subset

    whole = subset.Options

    def letters_only(**settings: Any) -> Any:
        options = whole(**settings)
        options.drop_tables += ["GDEF", "GPOS", "GSUB", "kern"]
        return options

    subset.Options = letters_only
    try:
        yield
    finally:
        subset.Options = whole


@contextmanager
def _style() -> Iterator[None]:
    """matplotlib as the report wants it, for as long as it lasts; quiet about letters that no font has."""
    import matplotlib

    log = logging.getLogger("matplotlib")
    level = log.level
    with matplotlib.rc_context(_RC), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*[Gg]lyph.*")
        warnings.filterwarnings(
            "ignore", message=".*does not support.*"
        )  # scripts that DejaVu does not shape
        log.setLevel(logging.ERROR)
        try:
            yield
        finally:
            log.setLevel(level)


@contextmanager
def canvas(width: float, height: float, rows: int = 1, columns: int = 1, **grid: Any) -> Iterator[Any]:
    """A new figure and its axes, in inches, in the report's style."""
    with _style():
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width, height), layout="constrained")
        figure.get_layout_engine().set(w_pad=0.1, h_pad=0.06)  # type: ignore[union-attr, call-arg]
        FigureCanvasAgg(figure)
        axes = figure.subplots(rows, columns, **grid)
        yield figure, axes
        # The layout is solved once: three formats then draw the same picture, and faster.
        figure.draw_without_rendering()
        figure.draw_without_rendering()  # the second time it knows the size of what the first has set
        figure.set_layout_engine(None)


def label(text: str, width: int = 38, *, ending: int = 0) -> str:
    """A name short enough for an axis, on one line, without what a picture cannot hold.

    ending: letters of its end that are kept where it is cut; files are often told apart there.
    """
    kept = "".join(c for c in text if c.isprintable() and not 0xD800 <= ord(c) <= 0xDFFF)
    if ending and len(kept) > width:
        return snippet(kept, width - ending) + kept[-ending:]
    return snippet(kept, width)


def shades() -> Any:
    """The colour map from none to most."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("thematic", SHADES)


def column_names(axes: Axes, names: Sequence[str]) -> None:
    """Names above the columns: in lines where there is room, slanted where not."""
    if len(names) <= 7:
        wrapped = [
            fill(label(name, 60), max(9, 78 // max(len(names), 1)), break_on_hyphens=False) for name in names
        ]
        axes.set_xticks(range(len(names)), wrapped)
    else:
        short = [label(name, 30) for name in names]
        axes.set_xticks(range(len(names)), short, rotation=45, ha="left", rotation_mode="anchor")
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", labelcolor=INK)


def numbers_in_cells(axes: Axes, values: Sequence[Sequence[float]], texts: Sequence[Sequence[str]]) -> None:
    """Write a text into each cell, light on dark and dark on light."""
    most = max((v for row in values for v in row if v == v), default=0) or 1
    for y, (row, written) in enumerate(zip(values, texts, strict=True)):
        for x, (value, text) in enumerate(zip(row, written, strict=True)):
            if text:
                color = "#ffffff" if value / most > 0.55 else INK
                axes.text(x, y, text, ha="center", va="center", fontsize=6.5, color=color)
