"""Workbooks with a row where no workbook has one: refused at once, whatever they are read as."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from thematic.errors import InputError, ThematicError
from thematic.formats import read_file
from thematic.formats.agreement.coding_tables import read_codings
from thematic.formats.codebooks.codebook_table import read_codebook_xlsx
from thematic.formats.transcripts.reading import SourceFile
from thematic.formats.workbook_rows import MAX_ROWS


def workbook(*rows: tuple[str, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        assert book.active is not None
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_row(data: bytes, number: int) -> bytes:
    """The workbook with one more row in each of its sheets, of this number."""
    cells = "".join(f'<c r="{c}{number}" t="inlineStr"><is><t>P02 {c}</t></is></c>' for c in "ABC")
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                row = f'<row r="{number}">{cells}</row></sheetData>'.encode()
                part = part.replace(b"<sheetData/>", b"<sheetData></sheetData>").replace(b"</sheetData>", row)
            new.writestr(name, part)
    return out.getvalue()


def as_turns(data: bytes, path: Path) -> object:
    return read_file(SourceFile(path.name, data))


def as_codebook(data: bytes, path: Path) -> object:
    return read_codebook_xlsx(data, path=path.name, title="T")


def as_codings(data: bytes, path: Path) -> object:
    path.write_bytes(data)
    return read_codings([path])


READ: dict[str, tuple[Callable[[bytes, Path], object], bytes]] = {
    "turns": (as_turns, workbook(("speaker", "text", "line"), ("INT", "So?", "1"), ("P01", "It was.", "2"))),
    "codebook": (as_codebook, workbook(("id", "name", "definition"), ("warm", "Warm", "It is warm."))),
    "codings": (as_codings, workbook(("unit", "Ada", "Ben"), ("u1", "warm", "cold"), ("u2", "warm", "warm"))),
}


@pytest.mark.parametrize(("read", "data"), READ.values(), ids=READ)
def test_a_row_that_no_sheet_has_is_refused(
    read: Callable[[bytes, Path], object], data: bytes, tmp_path: Path
) -> None:
    read(data, tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="more than 1,048,576 rows") as caught:
        read(with_row(data, 99_999_999_999_999_999_999), tmp_path / "a.xlsx")
    assert caught.value.problems[0].path.endswith("a.xlsx")


@pytest.mark.parametrize(("read", "data"), READ.values(), ids=READ)
@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/worksheets/sheet1.xml", b'<row r="2"', b'<row r="x"'),
        ("xl/workbook.xml", b'name="Sheet"', b""),
        ("xl/styles.xml", b"<cellXfs", b"<cellXfz"),
    ],
)
def test_a_damaged_part_is_one_clear_error(
    read: Callable[[bytes, Path], object], data: bytes, part: str, old: bytes, new: bytes, tmp_path: Path
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as whole, zipfile.ZipFile(out, "w") as damaged:
        for name in whole.namelist():
            assert name != part or old in whole.read(name)
            damaged.writestr(name, whole.read(name).replace(old, new) if name == part else whole.read(name))
    with pytest.raises(ThematicError):
        read(out.getvalue(), tmp_path / "a.xlsx")


@pytest.mark.parametrize(("read", "data"), READ.values(), ids=READ)
def test_what_a_sheet_declares_about_its_size_is_not_asked(
    read: Callable[[bytes, Path], object], data: bytes, tmp_path: Path
) -> None:
    with_third = with_row(data, 4)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(with_third)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:B2"', old.read(name)))
    told = shown(read(out.getvalue(), tmp_path / "a.xlsx"))
    assert told == shown(read(with_third, tmp_path / "a.xlsx"))
    assert told != shown(read(data, tmp_path / "a.xlsx"))


def shown(read: object) -> str:
    return re.sub(r"[0-9a-f]{64}", "", repr(read))


def test_the_last_row_of_a_sheet_is_read() -> None:
    _, data = READ["turns"]
    (transcript,) = read_file(SourceFile("a.xlsx", with_row(data, MAX_ROWS))).transcripts
    assert transcript.turns
