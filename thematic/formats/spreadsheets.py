"""Rows of CSV, TSV and XLSX files as text, each with the line on which it begins."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from thematic.errors import InputError, Problem
from thematic.formats.encoding import Decoded, clean, decode
from thematic.formats.formulas import HINT, uncalculated
from thematic.formats.transcripts.reading import SourceFile
from thematic.formats.workbook_rows import workbook_rows
from thematic.formats.zips import open_zip, refuse_entities

__all__ = ["Sheet", "csv_rows", "is_workbook", "read_sheet"]

MAX_COLUMNS = 1000
# The csv module refuses cells above 128 KB; a turn may be longer.
csv.field_size_limit(1 << 30)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a table that are not blank, each with its 1-based line; the first names the columns.

    `decoded` says how a text file was decoded; None for a workbook.
    """

    rows: list[tuple[int, list[str]]]
    decoded: Decoded | None = None
    warnings: tuple[Problem, ...] = ()


def is_workbook(head: bytes, name: str) -> bool:
    """Whether a file is an Excel workbook, or is named .xlsx and is a zip archive."""
    return head.startswith(b"PK\x03\x04") and (b"xl/" in head or name.lower().endswith((".xlsx", ".xlsm")))


def read_sheet(file: SourceFile, encoding: str | None = None) -> Sheet:
    """The table in a file. Raises InputError, with its line where it is no table."""
    if is_workbook(file.data[:65536], file.name):
        return _read_workbook(file)
    decoded = decode(file, encoding)
    rows = list(csv_rows(decoded.text, file))
    if not rows:
        raise InputError("the table is empty", path=file.name, hint="remove it, or export it again")
    return Sheet(rows, decoded)


def csv_rows(text: str, file: SourceFile) -> Iterator[tuple[int, list[str]]]:
    """The rows of such text that are not blank. Raises InputError, with its line, where it is no table."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, file), strict=True)
    before = 0
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield before + 1, row
            before = reader.line_num
    except csv.Error as error:
        hint = "a cell that begins with a quotation mark must end with one; save the table again as CSV UTF-8"
        raise InputError(f"this is no table: {error}", path=file.name, line=before + 1, hint=hint) from error


def _delimiter(text: str, file: SourceFile) -> str:
    """What separates the columns in the first line; of equals, what comes first in `\\t,;`."""
    if file.extension in ("tsv", "tab"):
        return "\t"
    head = next((line for line in text.split("\n") if line.strip()), "")
    outside = re.sub(r'"[^"]*"', "", head)
    return max("\t,;", key=outside.count)


def _read_workbook(file: SourceFile) -> Sheet:
    import openpyxl  # a tenth of a second, for workbooks only

    with open_zip(file) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            hint = "open it in the program that made it and save it as .xlsx or .csv"
            raise InputError("no Excel workbook inside", path=file.name, hint=hint)
        refuse_entities(archive, file.name)
    try:
        book = openpyxl.load_workbook(io.BytesIO(file.data), read_only=True, data_only=True)
        if told := uncalculated(io.BytesIO(file.data), book.worksheets):
            raise InputError(told, path=file.name, hint=HINT)
        sheets = [(sheet.title, list(_workbook_rows(sheet, file))) for sheet in book.worksheets]
        book.close()
    except InputError:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers raise on a damaged workbook
        hint = "open it in Excel or LibreOffice and save it again"
        raise InputError(f"a damaged workbook ({type(error).__name__})", path=file.name, hint=hint) from error
    filled = [(title, rows) for title, rows in sheets if rows]
    if not filled:
        raise InputError("the workbook is empty", path=file.name, hint="remove it, or export it again")
    warnings = [
        Problem(f"only the sheet “{filled[0][0]}” was read, not “{title}”", file.name)
        for title, _ in filled[1:]
    ]
    rows = []
    for line, row in filled[0][1]:
        cells = []
        for cell in row:
            text, doubts = clean(cell, file.name)
            cells.append(text)
            warnings += [Problem(doubt.message, file.name, line, doubt.hint) for doubt in doubts]
        rows.append((line, cells))
    return Sheet(rows, None, tuple(warnings))


def _workbook_rows(sheet: Any, file: SourceFile) -> Iterator[tuple[int, list[str]]]:
    for line, row in workbook_rows(sheet, file.name):
        if len(row) > MAX_COLUMNS:
            raise InputError(
                f"more than {MAX_COLUMNS} columns", path=file.name, line=line, hint="save only the table"
            )
        cells = [_shown(cell) for cell in row]
        if any(cell.strip() for cell in cells):
            yield line, cells


def _shown(cell: Any) -> str:
    """A cell as a person sees it: whole numbers without a point, dates as in ISO 8601, times as 00:01:02."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell)
