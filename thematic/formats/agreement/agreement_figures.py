"""The figures of the agreement report, as SVG that stands alone: no style sheet, no script, no font to load.

Nothing is told by colour alone; every figure can be printed in black and white. Coordinates are pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from math import floor, log10, sqrt
from typing import TYPE_CHECKING

from thematic.agreement.wording import interval, number, threshold, value
from thematic.text import snippet

if TYPE_CHECKING:
    from thematic.agreement.report import AgreementReport
    from thematic.agreement.results import CodeAgreement, Estimate, Pool

__all__ = ["coder_matrix", "confusion_map", "forest", "interview_strip", "prevalence_plot"]

INK, SOFT, FAINT, WASH, MARK = "#1b1b1b", "#666666", "#dddddd", "#f1f3f6", "#0b4f8a"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
MOST_CONFUSED = 20

_Scale = Callable[[float], float]


class _Drawing:
    """SVG elements on a canvas, with a title and a description for those who cannot see it."""

    def __init__(self, name: str, width: float, height: float, title: str, description: str) -> None:
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
            f'height="{height:g}" role="img" aria-labelledby="{name}-title {name}-desc" '
            f'font-family="{FONT}" font-size="13" fill="{INK}">',
            f'<title id="{name}-title">{escape(title)}</title>',
            f'<desc id="{name}-desc">{escape(description)}</desc>',
            f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>',
        ]

    def line(
        self, x1: float, y1: float, x2: float, y2: float, color: str = INK, width: float = 1, dash: str = ""
    ) -> None:
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}" '
            f'stroke-width="{width:g}"{dashed}/>'
        )

    def dot(self, x: float, y: float, radius: float, *, hollow: bool = False, title: str = "") -> None:
        fill = "#ffffff" if hollow else MARK
        told = f"<title>{escape(title)}</title>" if title else ""
        self.parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{fill}" stroke="{MARK}" '
            f'stroke-width="1.5">{told}</circle>'
        )

    def diamond(self, x: float, y: float, radius: float, *, hollow: bool = False, title: str = "") -> None:
        fill = "#ffffff" if hollow else INK
        told = f"<title>{escape(title)}</title>" if title else ""
        points = ((x - radius, y), (x, y - radius), (x + radius, y), (x, y + radius))
        corners = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        self.parts.append(
            f'<polygon points="{corners}" fill="{fill}" stroke="{INK}" stroke-width="1.5">{told}</polygon>'
        )

    def rectangle(self, x: float, y: float, width: float, height: float, fill: str, stroke: str) -> None:
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}" '
            f'stroke="{stroke}"/>'
        )

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        anchor: str = "start",
        color: str = INK,
        size: float = 13,
        bold: bool = False,
        turn: float = 0,
    ) -> None:
        weight = ' font-weight="600"' if bold else ""
        turned = f' transform="rotate({turn:g} {x:.1f} {y:.1f})"' if turn else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}" font-size="{size:g}"'
            f"{weight}{turned}>{escape(words)}</text>"
        )

    def done(self) -> str:
        return "\n".join([*self.parts, "</svg>"]) + "\n"


# --- Alpha of every code -------------------------------------------------------------------------------

_ROW, _WIDTH = 23, 920
_MOST_COUNTS = 4


def forest(report: AgreementReport) -> str:
    """Alpha of every code with its interval, by theme, the best first; the figure for the paper.

    The area of a dot grows with how often the code was applied. A hollow dot: some coder applied it too few
    times to judge. A diamond: the theme, any code below it.
    """
    pool, settings = report.compared, report.audit.settings
    groups = _by_theme(report)
    n_rows = sum(len(codes) + (theme is not None) for theme, codes in groups)
    left, right, top = 372.0, 742.0, 58.0
    bottom = top + n_rows * _ROW
    lowest = _axis_start(row.alpha for row in (*pool.codes, *pool.themes))
    limits = f"{threshold(settings.tentative)} and {threshold(settings.reliable)}"
    drawing = _Drawing(
        "forest",
        _WIDTH,
        bottom + 86,
        "Agreement on each code",
        f"Krippendorff's alpha with its interval for {len(pool.codes)} codes; lines at {limits}. "
        + report.headline,
    )

    def x(at: float) -> float:
        return left + (max(at, lowest) - lowest) / (1 - lowest) * (right - left)

    drawing.text(4, 20, "Code", bold=True)
    drawing.text(left - 20, 20, "Times applied", anchor="end", bold=True)
    who = " · ".join(pool.coders) if len(pool.coders) <= _MOST_COUNTS else "by all coders together"
    drawing.text(left - 20, 37, snippet(who, 34), anchor="end", color=SOFT, size=12)
    drawing.text((left + right) / 2, 20, "Krippendorff's alpha", anchor="middle", bold=True)
    drawing.text(_WIDTH - 4, 20, f"alpha [{settings.confidence:.0%} interval]", anchor="end", bold=True)
    rows = [(theme, row) for theme, codes in groups for row in ([theme] if theme else []) + codes]
    middles = [top + (n + 0.5) * _ROW for n in range(len(rows))]
    for (theme, row), y in zip(rows, middles, strict=True):
        if row is theme:
            drawing.rectangle(0, y - _ROW / 2 + 1, _WIDTH, _ROW - 2, WASH, WASH)
    for step in _ticks(lowest):
        drawing.line(x(step), top, x(step), bottom, FAINT)
        drawing.text(x(step), bottom + 18, number(step), anchor="middle", color=SOFT, size=12)
    for limit, dash in ((settings.tentative, "5 3"), (settings.reliable, "")):
        if limit > lowest:
            drawing.line(x(limit), top - 6, x(limit), bottom + 4, INK, 1.2, dash)
            drawing.text(x(limit), top - 10, threshold(limit), anchor="middle", size=12)
    most = max((sum(row.instances) for row in pool.codes), default=1) or 1
    for (theme, row), y in zip(rows, middles, strict=True):
        indent = 14 if theme is not None and row is not theme else 0
        _forest_row(drawing, report, row, y, x, lowest, most, indent, is_theme=row is theme)
    drawing.line(left, bottom, right, bottom, SOFT)
    legend_y = bottom + 46
    drawing.dot(left + 6, legend_y - 4, 3)
    drawing.dot(left + 20, legend_y - 4, 6)
    drawing.text(left + 32, legend_y, "times applied", color=SOFT, size=12)
    drawing.dot(left + 128, legend_y - 4, 5, hollow=True)
    few = f"fewer than {settings.few} by some coder"
    drawing.text(left + 138, legend_y, few, color=SOFT, size=12)
    if pool.themes:
        drawing.diamond(left + 336, legend_y - 4, 5)
        drawing.text(left + 347, legend_y, "theme", color=SOFT, size=12)
    drawing.text(left, legend_y + 22, _interval_note(pool), color=SOFT, size=12)
    return drawing.done()


def _forest_row(
    drawing: _Drawing,
    report: AgreementReport,
    row: CodeAgreement,
    y: float,
    x: _Scale,
    lowest: float,
    most: int,
    indent: float,
    *,
    is_theme: bool,
) -> None:
    alpha = row.alpha
    few = min(row.instances) < report.audit.settings.few
    name = snippet(report.name(row.code), 40)
    if not is_theme and row.code in {theme.code for theme in report.compared.themes}:
        name = snippet(name, 27) + " (theme itself)"
    drawing.text(4 + indent, y + 4, name, bold=is_theme)
    drawing.text(352, y + 4, _counts(row.instances), anchor="end", color=SOFT, size=12)
    told = f"{value(alpha)} {interval(alpha)}".strip()
    drawing.text(_WIDTH - 4, y + 4, told, anchor="end", color=SOFT if alpha.value is None else INK, size=12.5)
    if alpha.value is None:
        return
    if alpha.low is not None and alpha.high is not None:
        color, dash = (SOFT, "3 2") if few else (INK, "")
        drawing.line(x(alpha.low), y, x(alpha.high), y, color, 1.6, dash)
        if alpha.low < lowest - 0.02:
            drawing.text(x(lowest) - 2, y + 4, "◂", anchor="end", color=SOFT, size=11)
        else:
            drawing.line(x(alpha.low), y - 3, x(alpha.low), y + 3, color, 1.4)
        drawing.line(x(alpha.high), y - 3, x(alpha.high), y + 3, color, 1.4)
    title = f"{name}: {told}"
    if is_theme:
        drawing.diamond(x(alpha.value), y, 6, hollow=few, title=title)
    else:
        drawing.dot(x(alpha.value), y, 2.5 + 5 * sqrt(sum(row.instances) / most), hollow=few, title=title)


def _by_theme(report: AgreementReport) -> list[tuple[CodeAgreement | None, list[CodeAgreement]]]:
    """Themes with their codes, the best first; then the codes of no theme.

    A theme that nobody applied as such is not repeated among the codes.
    """
    pool, parents = report.compared, report.background.parents
    themes = {row.code: row for row in pool.themes}

    def best_first(rows: Iterable[CodeAgreement]) -> list[CodeAgreement]:
        return sorted(rows, key=lambda row: (row.alpha.value is None, -(row.alpha.value or 0.0)))

    shown = [row for row in pool.codes if row.code not in themes or any(row.instances)]
    groups: list[tuple[CodeAgreement | None, list[CodeAgreement]]] = [
        (theme, best_first(row for row in shown if row.code == name or parents.get(row.code) == name))
        for name, theme in themes.items()
    ]
    rest = [row for row in shown if parents.get(row.code) not in themes and row.code not in themes]
    return [group for group in (*groups, (None, best_first(rest))) if group[1]]


def _axis_start(estimates: Iterable[Estimate]) -> float:
    """0, or lower in steps of a quarter where a value is clearly below, but not lower than -0.5."""
    values = [found.value for found in estimates if found.value is not None]
    return max(-0.5, min(0.0, floor((min(values, default=0.0) + 0.05) * 4) / 4))


def _ticks(lowest: float) -> list[float]:
    return [step / 4 for step in range(round(lowest * 4), 5)]


def _counts(instances: Sequence[int]) -> str:
    """How often each coder applied a code; how often all did, where there are many coders."""
    return " · ".join(map(str, instances)) if len(instances) <= _MOST_COUNTS else str(sum(instances))


def _interval_note(pool: Pool) -> str:
    for row in pool.codes:
        if row.alpha.interval:
            star = " *too narrow where units of one interview are alike" if row.alpha.optimistic else ""
            return f"Intervals: {row.alpha.interval}.{star}"
    return "No interval could be computed."


# --- Rare codes ----------------------------------------------------------------------------------------


def prevalence_plot(report: AgreementReport) -> str:
    """Alpha (dot) and AC1 (tick) of each code against how often it was applied, on a logarithmic axis.

    Codes below the tentative threshold are named where there is room.
    """
    pool = report.compared
    rows = [row for row in pool.codes if row.alpha.value is not None]
    left, right, top, bottom = 52.0, 600.0, 16.0, 316.0
    drawing = _Drawing(
        "prevalence",
        640,
        370,
        "Agreement and how often a code was applied",
        "For each code Krippendorff's alpha as a dot and Gwet's AC1 as a tick above it. AC1 is high for rare "
        "codes whatever alpha is, since most units are without them.",
    )
    lowest = _axis_start(row.alpha for row in rows)
    counts = [sum(row.instances) for row in rows] or [1]
    first, last = log10(max(1, min(counts)) * 0.8), log10(max(2, max(counts)) * 1.25)

    def x(count: float) -> float:
        return left + (log10(max(count, 1)) - first) / (last - first) * (right - left)

    def y(at: float) -> float:
        return bottom - (max(at, lowest) - lowest) / (1 - lowest) * (bottom - top)

    for step in _ticks(lowest):
        drawing.line(left, y(step), right, y(step), FAINT)
        drawing.text(left - 8, y(step) + 4, number(step), anchor="end", color=SOFT, size=12)
    settings = report.audit.settings
    for limit, dash in ((settings.tentative, "5 3"), (settings.reliable, "")):
        drawing.line(left, y(limit), right, y(limit), INK, 1, dash)
        drawing.text(right + 3, y(limit) + 4, threshold(limit), size=11)
    for count in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 100000, 1000000):
        if first <= log10(count) <= last:
            drawing.line(x(count), bottom, x(count), bottom + 5, SOFT)
            drawing.text(x(count), bottom + 19, f"{count:,}", anchor="middle", color=SOFT, size=12)
    named: list[tuple[float, float]] = []
    for row in rows:
        at, alpha, ac1 = x(sum(row.instances)), row.alpha.value or 0.0, row.ac1.value
        if ac1 is not None:
            drawing.line(at, y(alpha), at, y(ac1), SOFT, 0.8)
            drawing.line(at - 6, y(ac1), at + 6, y(ac1), INK, 2)
        few = min(row.instances) < settings.few
        drawing.dot(at, y(alpha), 4.5, hollow=few, title=f"{report.name(row.code)}: alpha {number(alpha)}")
        near = any(abs(y(alpha) - below) < 13 and abs(at - beside) < 170 for beside, below in named)
        if alpha < settings.tentative and not near:
            side = -10 if at > (left + right) / 2 else 10
            anchor = "end" if side < 0 else "start"
            drawing.text(at + side, y(alpha) - 3, snippet(report.name(row.code), 32), size=11, anchor=anchor)
            named.append((at, y(alpha)))
    drawing.text(
        (left + right) / 2, bottom + 42, "times applied, by all coders together", anchor="middle", size=12
    )
    drawing.dot(left + 10, bottom + 38, 4.5)
    drawing.text(left + 19, bottom + 42, "alpha", size=12, color=SOFT)
    drawing.line(left + 66, bottom + 38, left + 78, bottom + 38, INK, 2)
    drawing.text(left + 84, bottom + 42, "AC1", size=12, color=SOFT)
    return drawing.done()


# --- Coders --------------------------------------------------------------------------------------------


def coder_matrix(report: AgreementReport) -> str:
    """The first coefficient of every pair of coders, darker where they agree more."""
    pool = report.compared
    cell, label = 62.0, 120.0
    size = len(pool.coders)
    variant = pool.overall[0].variant
    drawing = _Drawing(
        "coders", label + size * cell + 8, 44 + size * cell + 4, "Agreement of each pair of coders", variant
    )
    position = {coder: n for n, coder in enumerate(pool.coders)}
    for coder, n in position.items():
        drawing.text(label - 8, 44 + n * cell + cell / 2 + 4, snippet(coder, 16), anchor="end")
        drawing.text(label + n * cell + cell / 2, 36, snippet(coder, 8), anchor="middle")
        drawing.rectangle(label + n * cell, 44 + n * cell, cell, cell, "#ffffff", FAINT)
    for pair in pool.pairs:
        a, b = (position[coder] for coder in pair.coders)
        for row, column in ((a, b), (b, a)):
            at = label + column * cell, 44 + row * cell
            shade, ink = _shade(pair.overall.value)
            drawing.rectangle(*at, cell, cell, shade, "#ffffff")
            drawing.text(
                at[0] + cell / 2, at[1] + cell / 2 + 2, value(pair.overall), anchor="middle", color=ink
            )
            drawing.text(
                at[0] + cell / 2,
                at[1] + cell / 2 + 17,
                f"{pair.n_units} u.",
                anchor="middle",
                color=ink,
                size=10,
            )
    return drawing.done()


def _shade(share: float | None) -> tuple[str, str]:
    """A grey blue for 0 (light) to 1 (dark), and an ink that can be read on it."""
    if share is None:
        return "#ffffff", SOFT
    depth = min(1.0, max(0.0, share))
    light, dark = (0xF4, 0xF6, 0xF9), (0x0B, 0x3A, 0x66)
    red, green, blue = (round(a + (b - a) * depth) for a, b in zip(light, dark, strict=True))
    return f"#{red:02x}{green:02x}{blue:02x}", "#ffffff" if depth > 0.65 else INK


# --- Confusions ----------------------------------------------------------------------------------------


def confusion_map(report: AgreementReport) -> str:
    """Which code one coder gave where another gave a different one; an empty string where none did.

    The last column: where the other coder applied nothing in its place. At most the 20 codes that are
    confused most.
    """
    found = report.compared.confusions
    if found is None:
        return ""
    crossed = found.counts.copy()
    crossed[range(len(found.codes)), range(len(found.codes))] = 0
    totals = crossed.sum(axis=1)
    ranked = sorted((n for n in range(len(found.codes)) if totals[n]), key=lambda n: (-int(totals[n]), n))
    shown = sorted(ranked[:MOST_CONFUSED])
    if not shown:
        return ""
    cell, label, top = 27.0, 236.0, 188.0
    size = len(shown)
    drawing = _Drawing(
        "confusions",
        label + (size + 1) * cell + 142,
        top + size * cell + 8,
        "Codes that stand against each other",
        "How often one coder applied the code of the row alone where another applied the code of the column "
        "alone; last column: where the other applied nothing in its place.",
    )
    most = max(1, int(crossed.max()))
    for row, code in enumerate(shown):
        name = snippet(report.name(found.codes[code]), 33)
        drawing.text(label - 8, top + row * cell + cell / 2 + 4, name, anchor="end", size=12)
        drawing.text(label + row * cell + cell / 2 + 3, top - 8, name, size=12, turn=-50)
        for column, other in enumerate(shown):
            count = int(crossed[code, other])
            at = label + column * cell, top + row * cell
            shade, ink = _shade(0.15 + 0.85 * count / most) if count else ("#ffffff", FAINT)
            drawing.rectangle(*at, cell, cell, FAINT if code == other else shade, FAINT)
            if count:
                drawing.text(
                    at[0] + cell / 2, at[1] + cell / 2 + 4, str(count), anchor="middle", color=ink, size=12
                )
        at = label + size * cell + 6, top + row * cell
        drawing.rectangle(*at, cell, cell, "#ffffff", FAINT)
        missed = str(int(found.omitted[code]))
        drawing.text(at[0] + cell / 2, at[1] + cell / 2 + 4, missed, anchor="middle", color=SOFT, size=12)
    drawing.text(
        label + size * cell + 6 + cell / 2 + 3, top - 8, "nothing in its place", size=12, turn=-50, color=SOFT
    )
    return drawing.done()


# --- Interviews ----------------------------------------------------------------------------------------


def interview_strip(report: AgreementReport) -> str:
    """Agreement interview by interview, in their order; an empty string where interviews are not known.

    Dot: positive agreement over all codes. Diamond: the headline coefficient of the interview alone.
    """
    interviews = report.compared.interviews
    if not interviews:
        return ""
    width = 860.0
    left, right, top, bottom = 46.0, width - 12, 14.0, 174.0
    step = (right - left) / len(interviews)
    turned = max(len(row.interview) for row in interviews) * 7 > step
    drawing = _Drawing(
        "interviews",
        width,
        bottom + (74 if turned else 52),
        "Agreement interview by interview",
        f"{len(interviews)} interviews in their order: positive agreement over all codes, and "
        f"{report.compared.overall[0].variant} of each interview alone.",
    )
    lowest = _axis_start(row.overall for row in interviews)

    def y(at: float) -> float:
        return bottom - (max(at, lowest) - lowest) / (1 - lowest) * (bottom - top)

    for tick in _ticks(lowest):
        drawing.line(left, y(tick), right, y(tick), FAINT)
        drawing.text(left - 8, y(tick) + 4, number(tick), anchor="end", color=SOFT, size=12)
    every = max(1, round(16 / step))
    for n, row in enumerate(interviews):
        x = left + (n + 0.5) * step
        told = f"{row.interview}: {row.n_units} units"
        positive, alpha = row.positive_agreement, row.overall.value
        if positive is not None and alpha is not None:
            drawing.line(x, y(positive), x, y(alpha), FAINT, 1.5)
        if alpha is not None:
            drawing.diamond(x, y(alpha), 4.5, hollow=True, title=f"{told}, alpha {number(alpha)}")
        if positive is not None:
            drawing.dot(x, y(positive), 4, title=f"{told}, positive agreement {number(positive)}")
        if n % every == 0:
            name = snippet(row.interview, 12)
            if turned:
                drawing.text(x + 3, bottom + 14, name, anchor="end", size=11, turn=-40)
            else:
                drawing.text(x, bottom + 18, name, anchor="middle", size=12)
    legend_y = bottom + (66 if turned else 42)
    drawing.dot(left + 6, legend_y - 4, 4)
    drawing.text(left + 16, legend_y, "positive agreement, all codes", size=12, color=SOFT)
    drawing.diamond(left + 206, legend_y - 4, 4.5, hollow=True)
    drawing.text(left + 217, legend_y, report.compared.overall[0].variant, size=12, color=SOFT)
    return drawing.done()
