"""What `suppress_below` withholds is in no file of the report, and cannot be computed from any."""

from __future__ import annotations

import csv
import json
from io import BytesIO, StringIO

import docx
import pytest
from openpyxl import load_workbook

from tests.reporting.planted import planted
from thematic.formats.report.report_files import report_files
from thematic.reporting.report import Inputs, make_report
from thematic.reporting.settings import ReportSettings

# Three people were pushed, all of site A; everyone was pulled; eight said what it costs.
SAID = {
    f"P{n}": [["costs"] if n < 8 else [], ["pulled"], ["pushed"] if n < 3 else []] for n in range(12)
}  # fmt: skip


def written(least: int, attributes: dict[str, dict[str, str]] | None = None) -> dict[str, bytes]:
    attributes = attributes or {who: {"site": "AB"[n // 6]} for n, who in enumerate(SAID)}
    data, reads = planted(SAID, attributes=attributes)
    report = make_report(Inputs(data=data, reads=reads, settings=ReportSettings(suppress_below=least)))
    return report_files(report, [e for s in data.segmentations for e in s.excerpts])


@pytest.fixture(scope="module")
def open_files() -> dict[str, bytes]:
    return written(0)


@pytest.fixture(scope="module")
def withheld() -> dict[str, bytes]:
    return written(5)


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"))))


def counts(files: dict[str, bytes], figure: str, code: str) -> set[str]:
    return {row["excerpts"] for row in table(files[f"figures/{figure}.csv"]) if row["code"] == code}


@pytest.mark.parametrize("figure", ["themes", "framework-matrix", "groups-1-site"])
def test_no_figure_and_no_table_has_the_number(
    figure: str, open_files: dict[str, bytes], withheld: dict[str, bytes]
) -> None:
    assert counts(open_files, figure, "pushed") - {"0", ""}
    assert counts(withheld, figure, "pushed") == {""}
    # What the theme counts less the code beside it is the code that is withheld.
    assert counts(withheld, figure, "pulled") == {""}
    assert counts(withheld, figure, "reasons") - {"0", ""}
    drawn = open_files[f"figures/{figure}.svg"] != withheld[f"figures/{figure}.svg"]
    assert drawn == (figure != "framework-matrix")  # which draws themes alone


def test_neither_lines_nor_pairs_name_it(open_files: dict[str, bytes], withheld: dict[str, bytes]) -> None:
    def lines(files: dict[str, bytes]) -> int:
        return sum("Reasons" in row["themes"] for row in table(files["figures/code-lines.csv"]))

    def paired(files: dict[str, bytes]) -> set[str]:
        rows = table(files["figures/co-occurrence.csv"])
        return {name for row in rows for name in (row["code"], row["other"])}

    assert (lines(open_files), lines(withheld)) == (15, 0)
    assert "Pushed" in paired(open_files) and "Pushed" not in paired(withheld)


def test_the_workbook_and_the_document_have_neither_number_nor_quote(
    open_files: dict[str, bytes], withheld: dict[str, bytes]
) -> None:
    def column(files: dict[str, bytes]) -> set[object]:
        sheet = load_workbook(BytesIO(files["framework.xlsx"]))["Counts"]
        (cells,) = [c for c in sheet.iter_cols(values_only=True) if str(c[0]).endswith("Pushed")]
        return set(cells[1:])

    def quotes(files: dict[str, bytes]) -> str:
        words = [p.text for p in docx.Document(BytesIO(files["report.docx"])).paragraphs]
        book = load_workbook(BytesIO(files["framework.xlsx"]))
        return " ".join(
            [*words, *(str(v) for s in book for row in s.iter_rows(values_only=True) for v in row)]
        )

    assert column(open_files) == {0, 1} and column(withheld) == {None}
    assert "p1w2x0" in quotes(open_files) and "p1w2x0" not in quotes(withheld)
    assert "site" not in {c.value for c in load_workbook(BytesIO(withheld["framework.xlsx"]))["Counts"][1]}


def test_the_json_says_null(open_files: dict[str, bytes], withheld: dict[str, bytes]) -> None:
    def people(files: dict[str, bytes]) -> dict[str, object]:
        return {
            row["code"]: row["participants"] for row in json.loads(files["report.json"])["themes"]["rows"]
        }

    assert people(open_files) == {"reasons": 12, "pushed": 3, "pulled": 12, "costs": 8}
    assert people(withheld) == {"reasons": 12, "pushed": None, "pulled": None, "costs": 8}


def test_who_is_alone_is_not_described() -> None:
    attributes = {who: {"job": "mayor" if n == 0 else "clerk"} for n, who in enumerate(SAID)}
    for least, told in ((0, True), (5, False)):
        files = written(least, attributes)
        one = json.loads(files["report.json"])["recognisable"][0]
        assert (one["participant"], one["values"]) == ("P0", [["job", "mayor" if told else ""]])
        assert (b"for instance job mayor" in files["report.html"]) == told


def test_figures_repeat_and_carry_letters_a_journal_takes(open_files: dict[str, bytes]) -> None:
    again = written(0)
    assert [name for name in open_files if open_files[name] != again[name]] == []
    for name in (n for n in open_files if n.endswith(".pdf")):
        assert b"/CIDFontType2" in open_files[name] and b"/Type3" not in open_files[name]
