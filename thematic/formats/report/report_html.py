"""report.html: the whole report as one page that asks nothing of anybody, to read, print and archive.

A content security policy names the one script and the one style sheet by their hashes. What is folded away is
inert text until it is opened; the script only opens, filters and points, and the page reads without it.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from thematic import __version__
from thematic.formats.exports.excerpt_rows import clock
from thematic.formats.exports.excerpts_html import FILTER_VALUES
from thematic.formats.report.report_framework import place
from thematic.formats.report.report_svg import inline_svg
from thematic.reporting.groups import NO_P_VALUES
from thematic.reporting.missing import NO_CODINGS, Missing
from thematic.reporting.quotes import RULES
from thematic.text import snippet

if TYPE_CHECKING:
    from thematic.model import Excerpt
    from thematic.reporting.code_lines import CodeLine
    from thematic.reporting.cooccurrence import Pair
    from thematic.reporting.figures import Plot
    from thematic.reporting.framework_matrix import MatrixRow
    from thematic.reporting.intervals import Interval
    from thematic.reporting.report import StudyReport
    from thematic.reporting.themes import ThemeRow

__all__ = ["LAYER_RULES", "SECTIONS", "render"]

SECTIONS: dict[str, str] = {
    "glance": "The study at a glance",
    "themes": "Themes",
    "framework": "Who said what",
    "together": "Codes that occur together",
    "lines": "Interviews as lines",
    "saturation": "Saturation",
    "groups": "Groups",
    "map": "Map of excerpts and clusters",
    "machine": "Human and machine",
    "agreement": "Agreement",
    "methods": "Methods",
}
"""Anchor of each section -> its heading; the template of a section is `report_<anchor>.jinja`."""

LAYER_RULES: dict[str, str] = {
    "standing": "For each passage the final codings where there are some, else the negotiated, else those "
    "of all coders together.",
    "independent": "Those that coders made on their own, all coders together.",
    "negotiated": "Only those that coders agreed on together.",
    "final": "Only the final ones.",
}

LARGE = 5_000  # excerpts; above, a section is drawn when it comes near the window
TEXT_BUDGET = 3_000_000  # characters of passages along the lines; in larger studies each is cut
LANE, STRIP = 7, 1000  # height of a lane and length of a line, in units of the drawing

MOST_PAIRS = 15
MOST_ROWS = 400  # of the numbers of one figure, in the page; the .csv has all

# A page cannot hold these: NUL, lone surrogates, and two code points that are no characters.
_UNSHOWABLE = re.compile("[\0\ud800-\udfff\ufffe\uffff]")


def render(report: StudyReport, plots: Mapping[str, Plot], excerpts: Sequence[Excerpt] = ()) -> bytes:
    """The page, in UTF-8. Same report and figures, same bytes.

    excerpts: all of the study in order, to read along the lines of the interviews.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    loader = PackageLoader("thematic.formats")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "cell": _cell,
        "commands": _commands,
        "number": _number,
        "one_line": snippet,
        "people": lambda row: people(row, report),
        "percent": _percent,
        "percents": _percents,
        "place": place,
        "share": lambda k, n: _percent(k / n) if n else "–",
        "values": lambda row: _values(row, _filters(report)),
    }
    environment.tests |= {"missing_section": lambda found: isinstance(found, Missing)}
    style = "".join(loader.get_source(environment, name)[0] for name in ("page.css", "report.css"))
    script = loader.get_source(environment, "report.js")[0]
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    page = environment.get_template("report.html.jinja").render(
        report=report,
        large=len(excerpts) > LARGE,
        lead=lead(report),
        sections=tuple(SECTIONS.items()),
        plots=plots,
        svg={name: Markup(inline_svg(plot)) for name, plot in plots.items()},
        names=report.names,
        layer_rule=LAYER_RULES[report.settings.layer],
        confidence=f"{report.settings.confidence:.0%}",
        hide=report.settings.suppress_below,
        trees=_trees(report),
        matrix_themes=_matrix_columns(report),
        matrix_filters=_filters(report),
        shown_attributes=tuple(report.matrix.attributes) if not isinstance(report.matrix, Missing) else (),
        most_rows=MOST_ROWS,
        passages=_passages(report, excerpts),
        strip=_strip,
        recognised=len({one.participant for one in report.recognisable}),
        smallest=min((len(one.values) for one in report.recognisable), default=0),
        group_figures=_group_figures(report, plots),
        NO_P_VALUES=NO_P_VALUES,
        clear_pairs=[p for p in _pairs(report) if p.interval is not None and p.interval.low > 1][:MOST_PAIRS],
        NO_CODINGS=NO_CODINGS,
        RULES=RULES,
        version=__version__,
        style=Markup(style),
        script=Markup(script),
        policy=Markup(policy),
    )
    return _UNSHOWABLE.sub("�", page).encode("utf-8")


def lead(report: StudyReport) -> str:
    """The sentence under the title."""
    g = report.glance
    start = (
        f"{_many(g.interviews, 'interview')} with {_many(g.participants, 'participant')}, {g.words:,} words."
    )
    if isinstance(report.themes, Missing):
        return f"{start} {report.themes.what}"
    coders = [c for c in g.coders if c.codings and c.kind == "human"]
    top = sorted(
        (row for row in report.themes.rows if row.depth == 0 and row.participants),
        key=lambda row: (-(row.participants or 0), -(row.excerpts or 0)),
    )
    told = f" {_many(len(coders), 'coder')} read {g.read:,} of {g.excerpts:,} excerpts."
    if top:
        of = report.themes.participants_read
        told += f" Most participants spoke of “{top[0].name}”: {top[0].participants} of {of}."
    return start + told


def people(row: ThemeRow, report: StudyReport) -> str:
    """A code's counts in words, people first."""
    if isinstance(report.themes, Missing):
        return ""
    if row.participants is None:
        least = report.settings.suppress_below
        return f"withheld: fewer than {least} participants, or a number that would give such a one away"
    found = f"{row.participants} of {_many(report.themes.participants_read, 'participant')}"
    rate = f", {_number(row.per_1000_words)} per 1,000 words" if row.excerpts else ""
    return f"{found}, {_many(row.excerpts or 0, 'excerpt')}{rate}"


def _many(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _commands(text: str) -> Any:
    """Words in which `a command` is set as one."""
    from markupsafe import Markup, escape

    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts)
    )


def _cell(value: Any) -> str:
    """A value of a table of numbers: at most three decimals, nothing for None."""
    if value is None:
        return "–"
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _percents(found: Interval | None) -> str:
    return "–" if found is None else f"{found.low:.0%} to {found.high:.0%}"


def _trees(report: StudyReport) -> list[list[ThemeRow]]:
    """Each topmost code that was used, followed by the used codes below it."""
    trees: list[list[ThemeRow]] = []
    if isinstance(report.themes, Missing):
        return trees
    for row in report.themes.rows:
        if row.depth == 0:
            trees.append([])
        if row.quotes or (row.depth == 0):
            trees[-1].append(row)
    return [tree for tree in trees if tree[0].quotes or len(tree) > 1]


def _matrix_columns(report: StudyReport) -> list[int]:
    """Positions of the themes; of all codes where there are no two themes."""
    if isinstance(report.matrix, Missing):
        return []
    themes = [at for at, column in enumerate(report.matrix.columns) if column.is_theme]
    return themes if len(themes) > 1 else list(range(len(report.matrix.columns)))


def _filters(report: StudyReport) -> dict[str, list[str]]:
    """The attributes that tell participants apart, each with its values."""
    if isinstance(report.matrix, Missing):
        return {}
    values = {
        name: sorted({row.attributes[name] for row in report.matrix.rows if name in row.attributes})
        for name in report.matrix.attributes
    }
    return {name: found for name, found in values.items() if len(found) in FILTER_VALUES}


def _passages(report: StudyReport, excerpts: Sequence[Excerpt]) -> dict[str, list[tuple[str, str, str, str]]]:
    """Each coded passage of each interview: its share of the line, its time, its codes, its words."""
    if isinstance(report.lines, Missing) or not excerpts:
        return {}
    total = sum(len(excerpts[m.at].text) for line in report.lines.lines for m in line.marks)
    count = sum(len(line.marks) for line in report.lines.lines)
    width = None if total <= TEXT_BUDGET else max(60, TEXT_BUDGET // count)
    found = {}
    for line in report.lines.lines:
        found[line.interview] = [
            (
                f"{m.start:.4f} {m.end:.4f}",
                clock(excerpts[m.at].start_time),
                ", ".join(report.names.get(code, code) for code in m.codes),
                excerpts[m.at].text if width is None else snippet(excerpts[m.at].text, width),
            )
            for m in line.marks
        ]
    return found


def _pairs(report: StudyReport) -> Sequence[Pair]:
    return () if isinstance(report.pairs, Missing) else report.pairs.pairs


def _group_figures(report: StudyReport, plots: Mapping[str, Plot]) -> list[str | None]:
    """The name of the figure of each table of groups, or None where it has none."""
    if isinstance(report.groups, Missing):
        return []
    starts = [f"groups-{n}-" for n in range(1, len(report.groups.tables) + 1)]
    return [next((name for name in plots if f"{name}-".startswith(start)), None) for start in starts]


def _strip(line: CodeLine, lane: int) -> str:
    """The marks of one lane as one path."""
    parts = []
    for mark in line.marks:
        if lane in mark.themes:
            start = round(mark.start * STRIP)
            parts.append(f"M{start} {lane * LANE}h{max(2, round(mark.end * STRIP) - start)}v6H{start}z")
    return "".join(parts)


def _values(row: MatrixRow, filters: Mapping[str, list[str]]) -> str:
    return json.dumps([row.attributes.get(name, "") for name in filters], ensure_ascii=False)
