"""`thematic report` as a user meets it: files, words, exit codes, and bytes that repeat."""

from __future__ import annotations

import json
import shutil
import sys
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.reporting.studies import code_study, make_study
from thematic.formats.report.report_html import SECTIONS
from thematic.study import Study

FIGURES = {
    "themes",
    "framework-matrix",
    "co-occurrence",
    "code-lines",
    "saturation",
    "map",
    "groups-1-format",
}


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    from thematic.cli.app import main

    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(sys, "argv", ["thematic", "report", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        main()
        raise SystemExit(0)
    return int(left.value.code or 0)


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Study:
    study = make_study(tmp_path_factory.mktemp("report") / "study")
    code_study(study)
    return study


@pytest.fixture(scope="module")
def files(coded: Study) -> dict[str, bytes]:
    """The report of the coded study, made once."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert run(monkeypatch, "--study", coded.root) == 0
    return files_in(coded.root / "report")


def test_writes_the_page_and_every_figure_in_three_formats_with_its_numbers(files: dict[str, bytes]) -> None:
    figures = {name.partition("/")[2].rpartition(".")[0] for name in files if name.startswith("figures/")}
    assert figures >= FIGURES
    expected = {f"figures/{name}.{kind}" for name in figures for kind in ("svg", "png", "pdf", "csv")}
    assert expected | {"report.html", "report.docx", "report.json", "framework.xlsx", "methods.txt",
                       "CITATION.cff"} == files.keys()  # fmt: skip
    for name in figures:
        assert files[f"figures/{name}.png"].startswith(b"\x89PNG")
        assert files[f"figures/{name}.pdf"].startswith(b"%PDF")
        assert files[f"figures/{name}.svg"].startswith(b"<?xml")
    assert b"Motivation to attend" in files["figures/themes.csv"]


def test_another_copy_elsewhere_gives_the_same_bytes_and_prints_the_json(
    coded: Study,
    files: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(coded.root, copy)
    assert run(monkeypatch, "--study", copy, "--out", tmp_path / "two", "--json") == 0
    assert files_in(tmp_path / "two") == files
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads(files["report.json"])
    assert printed["themes"]["participants_read"] == 3


def test_the_document_has_every_section_and_figures_with_words(files: dict[str, bytes]) -> None:
    import docx

    document = docx.Document(BytesIO(files["report.docx"]))
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings == list(SECTIONS.values())
    pictures = [shape._inline.docPr for shape in document.inline_shapes]
    assert len(pictures) >= 6 and all(picture.get("descr") for picture in pictures)
    assert any(p.style.name == "Quote" and len(p.text) > 40 for p in document.paragraphs)


def test_the_workbook_filters_by_case_attributes_and_runs_no_formula(files: dict[str, bytes]) -> None:
    book = load_workbook(BytesIO(files["framework.xlsx"]))
    assert book.sheetnames == ["Framework", "Counts", "Quotes"]
    sheet = book["Framework"]
    header = [cell.value for cell in sheet[1]]
    assert header[0] == "participant" and {"site", "format", "words read"} <= set(header)
    assert sheet.auto_filter.ref is not None and sheet.freeze_panes == "B2"
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == ["P01", "P02", "P10"]
    assert not any(cell.data_type == "f" for name in book.sheetnames for row in book[name] for cell in row)


def test_before_anything_is_coded_each_section_says_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = make_study(tmp_path / "study", ("P01.txt",))
    assert run(monkeypatch, "--study", study.root) == 0
    assert "Nobody has coded anything yet" in capsys.readouterr().out
    found = json.loads((study.root / "report" / "report.json").read_text(encoding="utf-8"))
    assert "thematic review" in found["themes"]["how"]
    assert found["glance"]["interviews"] == 1


def test_a_wrong_setting_names_what_is_allowed(
    coded: Study, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--study", coded.root, "--layer", "best") == 2
    assert "standing" in capsys.readouterr().err
