"""report.html of the agreement audit: one file that asks nothing of anybody, to read, print and archive.

No script. A content security policy allows the one style sheet by its hash and nothing else.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from thematic.agreement import wording
from thematic.formats.agreement import agreement_figures as figures
from thematic.text import snippet

if TYPE_CHECKING:
    from thematic.agreement.disagreements import Disagreement
    from thematic.agreement.report import AgreementReport
    from thematic.agreement.results import Sensitivity

__all__ = ["render"]

MOST_DISAGREEMENTS = 40
MOST_CONFUSIONS = 5

# A page cannot hold these: NUL, lone surrogates, and two code points that are no characters.
_UNSHOWABLE = re.compile("[\0\ud800-\udfff\ufffe\uffff]")


def render(report: AgreementReport) -> bytes:
    """The page, in UTF-8. Same report, same bytes."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    loader = PackageLoader("thematic.formats")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "number": wording.number,
        "threshold": wording.threshold,
        "value": wording.value,
        "interval": wording.interval,
        "one_line": snippet,
    }
    environment.globals |= {"STATUSES": wording.STATUSES, "VERDICTS": wording.VERDICTS}
    style = loader.get_source(environment, "agreement.css")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    page = environment.get_template("agreement.html.jinja").render(
        report=report,
        pool=report.compared,
        pools=(report.audit.people, *report.audit.machines),
        settings=report.audit.settings,
        background=report.background,
        figures={
            name: Markup(getattr(figures, name)(report))
            for name in ("forest", "prevalence_plot", "coder_matrix", "confusion_map", "interview_strip")
        },
        confusions=_confusions(report),
        crossed=_crossed(report),
        shown=report.disagreements[:MOST_DISAGREEMENTS],
        sensitivity=None if report.sensitivity is None else _by_code(report.sensitivity),
        style=Markup(style),
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
    )
    return _UNSHOWABLE.sub("�", page).encode("utf-8")


def _confusions(report: AgreementReport) -> list[tuple[tuple[str, ...], Sequence[Disagreement]]]:
    """The pairs of codes that stand against each other most often, each with its passages."""
    by_codes: dict[tuple[str, ...], list[Disagreement]] = defaultdict(list)
    for found in report.disagreements:
        if found.kind in ("confusion", "granularity"):
            by_codes[found.codes].append(found)
    ranked = sorted(by_codes.items(), key=lambda item: (-sum(len(d.pairs) for d in item[1]), item[0]))
    return [(codes, passages) for codes, passages in ranked[:MOST_CONFUSIONS]]


def _crossed(report: AgreementReport) -> list[tuple[str, str, int]]:
    """Every pair of codes of the confusion map with its number, the most frequent first."""
    found = report.compared.confusions
    if found is None:
        return []
    rows = [
        (found.codes[a], found.codes[b], int(found.counts[a, b]))
        for a in range(len(found.codes))
        for b in range(a)
        if found.counts[a, b]
    ]
    return sorted(rows, key=lambda row: (-row[2], row[0], row[1]))


def _by_code(sensitivity: Sensitivity) -> Mapping[str, Any]:
    """The sensitivity table with a row a code: its columns, its cells, and where the verdict flips."""
    columns = list(dict.fromkeys((row.unit_rule, row.estimate.coefficient) for row in sensitivity.rows))
    variants = {row.estimate.coefficient: row.estimate.variant for row in sensitivity.rows}
    cells: dict[str, dict[tuple[str, str], Any]] = defaultdict(dict)
    for row in sensitivity.rows:
        cells[row.code][row.unit_rule, row.estimate.coefficient] = row
    return {
        "rules": list(dict.fromkeys(rule for rule, _ in columns)),
        "variants": variants,
        "columns": columns,
        "rows": cells,
        "by_unit": sensitivity.flips_by_unit,
        "by_coefficient": sensitivity.flips_by_coefficient,
    }
