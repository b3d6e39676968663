from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings

from tests.codebook_strategies import codebooks
from thematic.codebook import make_codebook
from thematic.errors import CodebookError, InputError
from thematic.formats.codebooks.codebook_table import (
    read_codebook_csv,
    read_codebook_xlsx,
    write_codebook_csv,
    write_codebook_xlsx,
)
from thematic.formats.codebooks.front_door import read_codebook
from thematic.model import Code, Codebook

HEADER = "id,name,parent,definition,include,exclude,examples,counter_examples,color,status\n"


def read(tmp_path: Path, text: str, name: str = "book.csv") -> tuple[Codebook, list[tuple[int | None, str]]]:
    file = tmp_path / name
    file.write_text(text, "utf-8")
    codebook, warnings = read_codebook(file)
    return codebook, [(warning.line, warning.message) for warning in warnings]


def mistakes(tmp_path: Path, text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(CodebookError) as caught:
        read(tmp_path, text)
    return [(problem.line, problem.message) for problem in caught.value.problems]


def workbook(rows: list[list[object]], sheet: str = "Sheet1") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = sheet  # type: ignore[union-attr]
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def read_workbook(data: bytes) -> tuple[Codebook, list[tuple[int | None, str]]]:
    codebook, warnings = read_codebook_xlsx(data, path="book.xlsx", title="book")
    return codebook, [(warning.line, warning.message) for warning in warnings]


# --- CSV -----------------------------------------------------------------------------------------------


def test_reads_every_column(tmp_path: Path) -> None:
    text = HEADER + (
        "reasons,Reasons,,Why.,,,He said go.,,,\n"
        'support,Support,reasons,"More, help.","gaps\nevenings",after,"One.\n\nTwo.",No.,#0072B2,Retired\n'
    )
    codebook, warnings = read(tmp_path, text)
    assert codebook == make_codebook(
        "book",
        [
            Code(id="reasons", name="Reasons", definition="Why.", examples=("He said go.",)),
            Code(
                id="support",
                name="Support",
                parent_id="reasons",
                definition="More, help.",
                include=("gaps", "evenings"),
                exclude=("after",),
                examples=("One.", "Two."),
                counter_examples=("No.",),
                color="#0072B2",
                status="retired",
            ),
        ],
    )
    assert warnings == []


def test_a_table_of_names_gets_ids_and_parents_by_name(tmp_path: Path) -> None:
    codebook, _ = read(tmp_path, "Name;Parent;Colour\nGroup talk;;\nThe chat;group talk;#abc\n")
    assert [(code.id, code.parent_id, code.color) for code in codebook.codes] == [
        ("group-talk", None, None),
        ("the-chat", "group-talk", "#abc"),
    ]


def test_a_table_of_ids_uses_them_as_names(tmp_path: Path) -> None:
    codebook, _ = read(tmp_path, "id\tdefinition\nA > B\tx\n", "book.tsv")
    assert (codebook.codes[0].id, codebook.codes[0].name) == ("A > B", "A > B")


def test_columns_that_are_not_read_are_told(tmp_path: Path) -> None:
    _, warnings = read(tmp_path, "id,name,definiton,memo\na,A,x,y\n")
    assert warnings[:2] == [(1, "the column “definiton” is not read"), (1, "the column “memo” is not read")]


def test_mistakes_have_physical_lines(tmp_path: Path) -> None:
    text = 'id,name,parent,definition,status\na,A,,"one\ntwo",\n\na,B,,x,gone\n,C,,y,\nd,D,nowhere,z,\n'
    assert mistakes(tmp_path, text) == [
        (5, "“gone” is not a status"),
        (5, "the id “a” is used twice (first on line 2)"),
        (6, "the code “C” has no id"),
        (7, "“d”: its parent “nowhere” is not a code of this codebook"),
    ]


def test_not_a_codebook(tmp_path: Path) -> None:
    assert mistakes(tmp_path, "speaker,text\nA,hello\n") == [
        (1, "this table is no codebook: it has neither `id` nor `name`")
    ]
    assert mistakes(tmp_path, "id,name\n") == [(None, "the codebook has no codes")]
    with pytest.raises(InputError, match="not UTF-8"):
        (tmp_path / "latin.csv").write_bytes("id,name\na,été\n".encode("latin-1"))
        read_codebook(tmp_path / "latin.csv")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(codebooks())
def test_csv_gives_the_same_codes_back(tmp_path: Path, codebook: Codebook) -> None:
    file = tmp_path / "book.csv"
    file.write_bytes(write_codebook_csv(codebook))
    again, _ = read_codebook_csv(file, title="book")
    assert again.codes == codebook.codes


@given(codebooks())
def test_no_cell_of_a_csv_is_a_formula(codebook: Codebook) -> None:
    for row in csv.reader(io.StringIO(write_codebook_csv(codebook).decode("utf-8-sig"))):
        assert not any(cell.lstrip().startswith(tuple("=+-@＝＋－＠")) for cell in row)


# --- XLSX ----------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(codebooks())
def test_xlsx_gives_the_same_codebook_back(codebook: Codebook) -> None:
    again, _ = read_codebook_xlsx(write_codebook_xlsx(codebook), path="book.xlsx", title=codebook.title)
    assert again == codebook


def test_xlsx_keeps_what_looks_like_its_own_escapes() -> None:
    codebook = make_codebook("T", [Code(id="a", name="_x0041_ and _x000D_", definition="=HYPERLINK(1)")])
    again, _ = read_codebook_xlsx(write_codebook_xlsx(codebook), path="book.xlsx", title="T")
    assert again == codebook


def test_xlsx_has_the_same_bytes_every_time() -> None:
    codebook = make_codebook("T", [Code(id="a", name="A")])
    assert write_codebook_xlsx(codebook) == write_codebook_xlsx(codebook)


def test_xlsx_holds_strings_only() -> None:
    codebook = make_codebook("T", [Code(id="1", name="=1+1", definition="http://example.org")])
    book = openpyxl.load_workbook(io.BytesIO(write_codebook_xlsx(codebook)))
    cells = [cell for row in book["Codes"].iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)


def test_the_sheet_of_codes_is_found_and_numbers_are_read_as_typed() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([["notes"], ["x"]])))
    codes = book.create_sheet("codes")
    codes.append(["id", "name"])
    codes.append([101, 1.0])
    codes.append([2.5, "B"])
    target = io.BytesIO()
    book.save(target)
    codebook, _ = read_workbook(target.getvalue())
    assert [(code.id, code.name) for code in codebook.codes] == [("101", "1"), ("2.5", "B")]


def test_what_the_spreadsheet_has_changed_is_told() -> None:
    data = workbook([["id", "name"], ["a", date(2020, 3, 1)], ["b", True]])
    with pytest.raises(CodebookError) as caught:
        read_workbook(data)
    assert [(problem.line, problem.message) for problem in caught.value.problems] == [
        (2, "the spreadsheet has turned a cell into a date or time: 2020-03-01 00:00:00"),
        (3, "the spreadsheet has turned a cell into a truth value: True"),
    ]


def test_mistakes_have_the_row_as_line() -> None:
    with pytest.raises(CodebookError) as caught:
        read_workbook(workbook([["id", "name"], ["a", "A"], [None, None], ["a", "B"]]))
    assert (caught.value.problem.line, str(caught.value)) == (
        4,
        "book.xlsx:4: the id “a” is used twice (first on line 2)",
    )


@pytest.mark.parametrize("data", [b"PK\x03\x04 broken", b""])
def test_not_a_workbook(data: bytes) -> None:
    with pytest.raises(CodebookError, match="this is not a workbook, or it is damaged"):
        read_workbook(data)


def test_an_empty_workbook() -> None:
    with pytest.raises(CodebookError, match="the workbook is empty"):
        read_workbook(workbook([]))


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/big.xml", "w") as part,
    ):
        for _ in range(101):
            part.write(bytes(1024 * 1024))
    with pytest.raises(CodebookError, match="unpacks to more"):
        read_workbook(target.getvalue())


def test_a_whole_project_is_named_as_such(tmp_path: Path) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("Project.qde", "<Project/>")
    (tmp_path / "study.qdpx").write_bytes(target.getvalue())
    with pytest.raises(CodebookError, match="whole REFI-QDA project") as caught:
        read_codebook(tmp_path / "study.qdpx")
    assert caught.value.hint == "export the codebook alone, as .qdc"


def test_a_text_too_long_for_a_cell_is_refused_not_cut() -> None:
    codebook = make_codebook("T", [Code(id="a", name="A", definition="😀" * 16_384)])
    with pytest.raises(CodebookError, match="32,768 characters are more than a cell holds"):
        write_codebook_xlsx(codebook)


# --- Tables of other programs --------------------------------------------------------------------------


def read_text(tmp_path: Path, text: str) -> Codebook:
    path = tmp_path / "book.csv"
    path.write_text(text, encoding="utf-8")
    return read_codebook_csv(path, title="book")[0]


def test_taguettes_table_of_tags(tmp_path: Path) -> None:
    codebook = read_text(tmp_path, "tag,parent,description,number of highlights\na,,What it is,3\na.b,a,,1\n")
    assert [(c.id, c.name, c.parent_id, c.definition) for c in codebook.codes] == [
        ("a", "a", None, "What it is"), ("a-b", "a.b", "a", ""),
    ]  # fmt: skip


def test_maxqdas_paths_are_a_tree(tmp_path: Path) -> None:
    codebook = read_text(tmp_path, "Code,Memo\nTravel > Bus,By bus.\nTravel,How they come.\nOnline > Zoom,\n")
    assert [(c.name, c.parent_id, c.definition) for c in codebook.codes] == [
        ("Travel", None, "How they come."), ("Bus", "travel", "By bus."), ("Online", None, ""),
        ("Zoom", "online", ""),
    ]  # fmt: skip


def test_a_code_beside_a_name_is_its_id(tmp_path: Path) -> None:
    codebook = read_text(tmp_path, "code,name,definition\nx1,Name one,What it is\n")
    assert [(c.id, c.name, c.definition) for c in codebook.codes] == [("x1", "Name one", "What it is")]
