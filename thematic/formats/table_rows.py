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
from contextlib import closing
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeAlias

from thematic.errors import InputError, Problem
from thematic.formats.formulas import HINT, uncalculated
from thematic.formats.workbook_rows import workbook_rows
from thematic.text import join_names, snippet

__all__ = ["Cell", "Line", "cell_text", "open_table"]

Cell: TypeAlias = str | tuple[str, ...] | None
"""The text of a cell; None where a format has a null of its own; a tuple where it has lists."""

Line: TypeAlias = tuple[int, Sequence[Cell]]
"""The physical line, 1-based, and one cell a column."""

_SEPARATOR_LINE = re.compile(r"sep=(.)", re.IGNORECASE)
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
_MOST_TITLES = 10


def open_table(path: Path, notes: list[Problem] | None = None) -> tuple[list[str], Iterator[Line]]:
    """The names of the columns, and the rows below them.

    notes: with such a list, what spreadsheets add to a table is taken for what it means, and said there: text
    in Windows-1252, titles above the names of the columns, cells merged over rows, a table that is not on the
    first sheet. Without it, such a table is refused.

    Raises InputError with file and line where it is not a table, at the latest when that row is reached.
    """
    kind = path.suffix.lower()
    if kind in (".csv", ".tsv", ".tab"):
        return _open_text(path, "\t" if kind != ".csv" else None, notes)
    if kind in (".jsonl", ".ndjson"):
        return _open_jsonl(path)
    if kind in (".xlsx", ".xlsm"):
        return _open_xlsx(path, notes)
    raise InputError(
        f"a table of codings cannot be a {kind or 'file without an ending'}",
        path=str(path),
        hint="save it as .csv, .tsv, .xlsx or .jsonl",
    )


def _open_text(
    path: Path, delimiter: str | None, notes: list[Problem] | None
) -> tuple[list[str], Iterator[Line]]:
    encoding = _encoding(path, notes)
    # The csv module refuses cells above 128 KB; a turn of an oral history may be longer.
    csv.field_size_limit(1 << 30)
    if delimiter is None:
        with path.open(encoding=encoding) as file:
            head = next((line for line in file if line.strip()), "")
        if named := _SEPARATOR_LINE.fullmatch(head.rstrip("\r\n")):
            delimiter = named[1]
        else:
            outside = re.sub(r'"[^"]*"', "", head)
            delimiter = max(",;\t", key=outside.count)  # the first of equals: a comma

    def rows() -> Iterator[tuple[int, list[str]]]:
        with path.open(encoding=encoding, newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            before = 0
            try:
                for row in reader:
                    # Excel's own first line, “sep=;”, is split where it names the separator.
                    if before or not _SEPARATOR_LINE.fullmatch(delimiter.join(row)):
                        yield before + 1, row
                    before = reader.line_num
            except csv.Error as error:
                raise InputError(
                    f"this is no table: {error}",
                    path=str(path),
                    line=before + 1,
                    hint="a cell that begins with a quotation mark must end with one; save it as CSV UTF-8",
                ) from error

    return _with_header(path, rows(), notes)


def _encoding(path: Path, notes: list[Problem] | None = None) -> str:
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
                line = lines + error.object.count(b"\n", 0, error.start) + 1
                if notes is not None and (words := _words_in_cp1252(path, line)):
                    notes.append(
                        Problem(
                            f"this is not UTF-8 but read as Windows-1252: “{words}”",
                            str(path),
                            line,
                            "if the words are wrong, save the table as “CSV UTF-8”, or as .xlsx",
                        )
                    )
                    return "cp1252"
                raise InputError(
                    "this is not UTF-8 text",
                    path=str(path),
                    line=line,
                    hint="save the table as “CSV UTF-8”, or as .xlsx",
                ) from None
            if not block:
                return "utf-8-sig"


def _words_in_cp1252(path: Path, line: int) -> str:
    """What stands on that line if the whole file can be Windows-1252 text; else empty."""
    words = ""
    try:
        with path.open(encoding="cp1252") as file:
            for number, text in enumerate(file, start=1):
                if not text.isprintable() and re.search("[\x00-\x08\x0e-\x1f]", text):
                    return ""
                if number == line:
                    words = text
    except UnicodeDecodeError:
        return ""
    return snippet(words, 60)


def _open_xlsx(path: Path, notes: list[Problem] | None) -> tuple[list[str], Iterator[Line]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises whatever its parsers raise on a damaged workbook
        raise InputError(
            "this is not an Excel workbook", path=str(path), hint="save it again as .xlsx, or as CSV UTF-8"
        ) from error

    try:
        sheet = book.worksheets[0] if notes is None else _sheet_with_table(path, book.worksheets, notes)
        merged = {} if notes is None else _merged_down(path, sheet, notes)
        if told := uncalculated(path, [sheet]):
            raise InputError(told, path=str(path), hint=HINT)
    except BaseException:
        book.close()
        raise

    def rows() -> Iterator[tuple[int, list[str]]]:
        widest = 0
        above: dict[int, tuple[int, str]] = {}  # by column: the last row of the merged cell, and its text
        try:
            for number, row in workbook_rows(sheet, str(path)):
                widest = max(widest, len(row))  # empty cells at the end of a row need not be in the file
                cells = [_shown(cell) for cell in row] + [""] * (widest - len(row))
                for column, last in merged.get(number, ()):
                    if column < len(cells):
                        above[column] = (last, cells[column])
                for column, (last, text) in above.items():
                    if number <= last and column < len(cells) and not cells[column]:
                        cells[column] = text
                yield number, cells
        finally:
            book.close()

    return _with_header(path, rows(), notes)


def _sheet_with_table(path: Path, sheets: Sequence[Any], notes: list[Problem]) -> Any:
    """The first sheet with two rows of two cells or more; the first of all where none has."""

    def holds_table(sheet: Any) -> bool:
        with closing(workbook_rows(sheet, str(path))) as rows:
            head = islice(rows, 20)
            return sum(sum(_shown(cell).strip() != "" for cell in row) >= 2 for _, row in head) >= 2

    tables = [sheet for sheet in sheets if hasattr(sheet, "iter_rows") and holds_table(sheet)]
    if not tables or (len(sheets) == 1):
        return sheets[0]
    others = [sheet.title for sheet in sheets if sheet is not tables[0]]
    told = join_names([f"“{title}”" for title in others])
    notes.append(Problem(f"only the sheet “{tables[0].title}” was read, not {told}", str(path)))
    return tables[0]


def _merged_down(path: Path, sheet: Any, notes: list[Problem]) -> dict[int, list[tuple[int, int]]]:
    """Cells merged over several rows: by first row, the column, from 0, and the last row."""
    from zipfile import ZipFile

    from openpyxl.utils.cell import range_boundaries

    found: dict[int, list[tuple[int, int]]] = {}
    tail = b""
    # The streaming reader passes over merged cells, so they are looked up in the sheet's own XML.
    with ZipFile(path) as archive, archive.open(sheet._worksheet_path) as source:
        while block := source.read(1 << 20):
            chunk = tail + block
            for match in _MERGED.finditer(chunk):
                column, first, _, last = range_boundaries(match[1].decode())
                if last and first and column and last > first:
                    found.setdefault(first, []).append((column - 1, last))
            tail = chunk[-100:] if not _MERGED.search(chunk[-100:]) else b""
    if found:
        count = sum(len(cells) for cells in found.values())
        what = "a cell merged over several rows stands" if count == 1 else f"{count} merged cells stand"
        notes.append(Problem(f"{what} for each of the rows", str(path), min(found)))
    return found


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


def _with_header(
    path: Path, rows: Iterator[tuple[int, list[str]]], notes: list[Problem] | None
) -> tuple[list[str], Iterator[Line]]:
    """The first row that is not blank as names of columns, and the others, each as long as it.

    notes: rows above that hold one cell are then titles, if a row with several follows.
    """
    filled = ((line, row) for line, row in rows if any(cell.strip() for cell in row))
    header_line, header = next(filled, (1, []))
    if notes is not None and _n_filled(header) == 1:
        titles = [(header_line, header)]
        for line, row in filled:
            if _n_filled(row) > 1:
                words = "; ".join("".join(title).strip() for _, title in titles)
                notes.append(
                    Problem(
                        f"what stands above the names of the columns was left out: “{snippet(words, 60)}”",
                        str(path),
                        header_line,
                    )
                )
                header_line, header = line, row
                break
            if len(titles) == _MOST_TITLES:
                rows = chain(titles[1:], [(line, row)], rows)
                break
            titles.append((line, row))
        else:
            rows = iter(titles[1:])
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


def _n_filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


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
                f"column {position + 1} has no name",
                path=str(path),
                line=line,
                hint="name it in the first row, or delete it",
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
