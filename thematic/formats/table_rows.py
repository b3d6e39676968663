"""Rows of a table from CSV, TSV, XLSX or JSONL, with their physical lines, one at a time.

A file of 200 MB is streamed. Cells are the text that stands there; nothing is trimmed, converted or guessed.
"""

from __future__ import annotations

import codecs
import csv
import datetime
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from thematic.errors import InputError

__all__ = ["Cell", "Line", "cell_text", "open_table"]

Cell: TypeAlias = str | tuple[str, ...] | None
"""The text of a cell; None where a format has a null of its own; a tuple where it has lists."""

Line: TypeAlias = tuple[int, Sequence[Cell]]
"""The physical line, 1-based, and one cell a column."""


def open_table(path: Path) -> tuple[list[str], Iterator[Line]]:
    """The names of the columns, and the rows below them.

    Raises InputError with file and line where it is not a table, at the latest when that row is reached.
    """
    kind = path.suffix.lower()
    if kind in (".csv", ".tsv", ".tab"):
        return _open_text(path, "\t" if kind != ".csv" else None)
    if kind in (".jsonl", ".ndjson"):
        return _open_jsonl(path)
    if kind in (".xlsx", ".xlsm"):
        return _open_xlsx(path)
    raise InputError(
        f"a table of codings cannot be a {kind or 'file without an ending'}",
        path=str(path),
        hint="save it as .csv, .tsv, .xlsx or .jsonl",
    )


def _open_text(path: Path, delimiter: str | None) -> tuple[list[str], Iterator[Line]]:
    encoding = _encoding(path)
    # The csv module refuses cells above 128 KB; a turn of an oral history may be longer.
    csv.field_size_limit(1 << 30)
    if delimiter is None:
        with path.open(encoding=encoding) as file:
            head = next((line for line in file if line.strip()), "")
        outside = re.sub(r'"[^"]*"', "", head)
        delimiter = max(",;\t", key=outside.count)  # the first of equals: a comma

    def rows() -> Iterator[tuple[int, list[str]]]:
        with path.open(encoding=encoding, newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            before = 0
            try:
                for row in reader:
                    yield before + 1, row
                    before = reader.line_num
            except csv.Error as error:
                raise InputError(
                    f"this is no table: {error}",
                    path=str(path),
                    line=before + 1,
                    hint="a cell that begins with a quotation mark must end with one; save it as CSV UTF-8",
                ) from error

    return _with_header(path, rows())


def _encoding(path: Path) -> str:
    """How a text file is encoded. Raises InputError with the line of the first byte that is not UTF-8."""
    with path.open("rb") as file:
        head = file.read(4)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        lines = 0
        while True:
            block = file.read(1 << 20)
            try:
                lines += decoder.decode(block, final=not block).count("\n")
            except UnicodeDecodeError as error:
                raise InputError(
                    "this is not UTF-8 text",
                    path=str(path),
                    line=lines + error.object.count(b"\n", 0, error.start) + 1,
                    hint="save the table as “CSV UTF-8”, or as .xlsx",
                ) from None
            if not block:
                return "utf-8-sig"


def _open_xlsx(path: Path) -> tuple[list[str], Iterator[Line]]:
    from zipfile import BadZipFile

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise InputError(
            "this is not an Excel workbook", path=str(path), hint="save it again as .xlsx, or as CSV UTF-8"
        ) from error

    def rows() -> Iterator[tuple[int, list[str]]]:
        for number, row in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
            yield number, [_shown(cell) for cell in row]
        book.close()

    return _with_header(path, rows())


def _shown(cell: Any) -> str:
    """A cell of a workbook as a person sees it: whole numbers without a point, dates as in ISO 8601."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.datetime | datetime.date):
        return cell.isoformat()
    return str(cell)


def _with_header(path: Path, rows: Iterator[tuple[int, list[str]]]) -> tuple[list[str], Iterator[Line]]:
    """The first row that is not blank as names of columns, and the others, each as long as it."""
    header_line, header = next(
        ((line, row) for line, row in rows if any(cell.strip() for cell in row)), (1, [])
    )
    names = [cell.strip() for cell in header]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise InputError("the table is empty", path=str(path), hint="its first row must name the columns")
    _check_header(path, header_line, names)

    def body() -> Iterator[Line]:
        width = len(names)
        for line, row in rows:
            if not "".join(row).strip():
                continue
            if len(row) > width and "".join(row[width:]).strip():
                raise InputError(
                    f"{len(row)} cells under {width} columns",
                    path=str(path),
                    line=line,
                    hint="quote a cell that holds the separator, or name the column in the first row",
                )
            if len(row) < width:
                raise InputError(
                    f"{len(row)} cells under {width} columns",
                    path=str(path),
                    line=line,
                    hint="write a separator for every column, also before an empty cell",
                )
            yield line, row if len(row) == width else row[:width]

    return names, body()


def _check_header(path: Path, line: int, names: Sequence[str]) -> None:
    if all(_is_number(name) for name in names):
        raise InputError(
            "the first row holds numbers, not names of columns",
            path=str(path),
            line=line,
            hint="put a row above it that names the unit and each coder",
        )
    for position, name in enumerate(names):
        if not name:
            raise InputError(
                f"column {position + 1} has no name", path=str(path), line=line, hint="name it, or delete it"
            )
        if name in names[:position]:
            raise InputError(
                f"two columns are called “{name}”", path=str(path), line=line, hint="rename one of them"
            )


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?\d+([.,]\d+)?", text) is not None


def _open_jsonl(path: Path) -> tuple[list[str], Iterator[Line]]:
    """Keys of all rows are columns, so the file is read twice: a coder may come in late."""
    _encoding(path)

    def objects() -> Iterator[tuple[int, dict[str, Any]]]:
        with path.open(encoding="utf-8-sig") as file:
            for line, text in enumerate(file, start=1):
                if not text.strip():
                    continue
                try:
                    row = json.loads(text, parse_constant=_no_constant)
                except ValueError as error:
                    raise InputError(
                        f"not JSON: {error}", path=str(path), line=line, hint="each line must be one object"
                    ) from error
                if not isinstance(row, dict):
                    raise InputError(
                        f"not an object but {text.strip()[:20]}", path=str(path), line=line, hint="write {…}"
                    )
                yield line, row

    names = list(dict.fromkeys(name for _, row in objects() for name in row))
    if not names:
        raise InputError("the table is empty", path=str(path), hint='each line is an object: {"unit": …}')
    _check_header(path, 1, names)

    def body() -> Iterator[Line]:
        for line, row in objects():
            yield line, [_json_cell(row.get(name), name, path, line) for name in names]

    return names, body()


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number; write it in quotes if it is a label")


def _json_cell(value: Any, name: str, path: Path, line: int) -> Cell:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return tuple(item if isinstance(item, str) else json.dumps(item) for item in value)
    raise InputError(
        f"“{name}” is neither a label nor a list of labels",
        path=str(path),
        line=line,
        hint='write ["a", "b"]',
    )


def cell_text(cell: Cell) -> str:
    """A cell as one text; empty for null."""
    return "" if cell is None else cell if isinstance(cell, str) else "; ".join(cell)
