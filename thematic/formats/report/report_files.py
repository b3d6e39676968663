"""The report as files: the page, the document, the workbook, the numbers, every figure in three formats."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from thematic.formats.agreement.agreement_files import plain
from thematic.formats.report import report_docx
from thematic.formats.report.report_framework import framework_xlsx
from thematic.formats.report.report_html import render
from thematic.formats.safe_csv import safe_csv
from thematic.reporting.missing import Missing

if TYPE_CHECKING:
    from thematic.model import Excerpt
    from thematic.reporting.figures import Plot
    from thematic.reporting.report import StudyReport

__all__ = ["report_files", "report_json"]


def report_files(report: StudyReport, excerpts: Sequence[Excerpt] = ()) -> dict[str, bytes]:
    """Every file of the report by its path in the folder. Same report, same bytes.

    excerpts: all of the study in order, for the page.
    """
    from thematic.reporting.figures import plots

    drawn = plots(report)
    files = {
        "report.html": render(report, drawn, excerpts),
        "report.docx": report_docx.render(report, drawn),
        "report.json": report_json(report).encode("utf-8", "surrogatepass"),
    }
    files["methods.txt"] = report.methods.text.encode("utf-8", "replace")
    files["CITATION.cff"] = report.methods.citation.encode()
    if not isinstance(report.matrix, Missing):
        files["framework.xlsx"] = framework_xlsx(
            report.matrix, title=report.title, attributes=report.matrix.attributes
        )
    for name, plot in drawn.items():
        files |= figure_files(name, plot)
    return files


def figure_files(name: str, plot: Plot) -> Mapping[str, bytes]:
    """One figure as SVG, PNG and PDF, and its numbers as CSV."""
    return {
        f"figures/{name}.svg": plot.svg(),
        f"figures/{name}.png": plot.png(),
        f"figures/{name}.pdf": plot.pdf(),
        f"figures/{name}.csv": safe_csv(plot.columns, ([_cell(c) for c in row] for row in plot.rows)),
    }


def report_json(report: StudyReport) -> str:
    """The report as one JSON object: the nouns of the library by their own names, undefined as null.

    A section that could not be made is an object with `missing` and `how`.
    """
    sections = {}
    for field in dataclasses.fields(report):
        value = getattr(report, field.name)
        sections[field.name] = (
            {"missing": value.what, "how": value.how} if isinstance(value, Missing) else plain(value)
        )
    return json.dumps(sections, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _cell(value: Any) -> str | float:
    if value is None:
        return ""
    return round(value, 6) + 0.0 if isinstance(value, float) else value  # no minus zero
