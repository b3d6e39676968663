"""Codebooks as tables, for people who edit them in a spreadsheet: CSV, TSV and XLSX, one code a row.

Several values of one cell stand on lines of their own. In CSV a cell that a spreadsheet could run as a
formula begins with an apostrophe, which reading takes off again; in XLSX every cell is a string anyway.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from thematic.codebook import id_from_name
from thematic.errors import CodebookError, InputError, Problem, did_you_mean
from thematic.formats.codebooks.codebook_document import CODE_KEYS, LIST_KEYS, STATUSES, read_status
from thematic.formats.codebooks.codebook_drafts import Draft, codebook_from_drafts
from thematic.formats.formulas import HINT, uncalculated
from thematic.formats.safe_csv import safe_csv
from thematic.formats.table_rows import cell_text, open_table
from thematic.formats.workbook_rows import workbook_rows
from thematic.model import Code, Codebook
from thematic.text import snippet

__all__ = ["read_codebook_csv", "read_codebook_xlsx", "write_codebook_csv", "write_codebook_xlsx"]

_CELL_LIMIT = 32_767  # characters a cell of a workbook holds, counted in UTF-16 units
_UNPACKED_LIMIT = 100 * 1024 * 1024
_APOSTROPHES = re.compile(r"'+\s*[=+\-@＝＋－＠]")
_SYNONYMS = {"colour": "color", "counterexamples": "counter_examples"}
# As Taguette, MAXQDA, QualCoder and Dedoose call them, in tables that have no ids.
_ELSEWHERE = {
    "code": "name",
    "tag": "name",
    "code_name": "name",
    "description": "definition",
    "memo": "definition",
    "code_memo": "definition",
}
_STEPS = re.compile(r"\s+[>›]\s+")


# --- Rows to codes -------------------------------------------------------------------------------------


def read_codebook_csv(path: Path, *, title: str) -> tuple[Codebook, tuple[Problem, ...]]:
    """The codebook in this table and its warnings. Comma, semicolon or tab, as the header shows.

    Without a column `id`, ids are made from the names, and `parent` holds names. Raises CodebookError with
    every mistake and its line, InputError when the file is no table.
    """
    header, lines = open_table(path)
    rows = [(line, [_without_apostrophe(cell_text(cell)) for cell in cells]) for line, cells in lines]
    return _codebook(header, rows, path=str(path), title=title)


def read_codebook_xlsx(data: bytes, *, path: str, title: str) -> tuple[Codebook, tuple[Problem, ...]]:
    """The codebook in this workbook and its warnings: the sheet `Codes`, else the first one.

    Raises CodebookError with every mistake and its row, also for a cell that the spreadsheet has turned
    into a date or a truth value.
    """
    sheets = _sheets(data, path)
    name = next((name for name in sheets if name.casefold() == "codes"), next(iter(sheets)))
    about = next((rows for other, rows in sheets.items() if other.casefold() == "about"), [])
    texts = {
        str(row[0]).strip().casefold(): str(row[1]) for _, row in about if len(row) > 1 and row[1] is not None
    }
    problems: list[Problem] = []
    rows = [(line, [_cell(cell, line, path, problems) for cell in row]) for line, row in sheets[name]]
    if not rows:
        raise CodebookError("the workbook is empty", path=path, hint="its first row must name the columns")
    return _codebook(
        rows[0][1],
        rows[1:],
        path=path,
        title=texts.get("title", title),
        description=texts.get("description", ""),
        version_notes=texts.get("version_notes", "").split("\n"),
        problems=problems,
    )


def _without_apostrophe(cell: str) -> str:
    return cell[1:] if _APOSTROPHES.match(cell) else cell


def _codebook(
    header: Sequence[str],
    rows: Iterable[tuple[int, Sequence[str]]],
    *,
    path: str,
    title: str,
    description: str = "",
    version_notes: Iterable[str] = (),
    problems: Iterable[Problem] = (),
) -> tuple[Codebook, tuple[Problem, ...]]:
    columns, warnings = _columns(header, path)
    table = _Table(columns, path, list(problems), warnings)
    drafts = table.drafts(rows)
    return codebook_from_drafts(
        drafts,
        path=path,
        title=title,
        description=description,
        version_notes=version_notes,
        problems=table.problems,
        warnings=table.warnings,
    )


def _columns(header: Sequence[str], path: str) -> tuple[dict[str, int], list[Problem]]:
    """The position of each key of a code, and a warning for each other column."""
    columns: dict[str, int] = {}
    warnings = []
    keys = [re.sub(r"[\s\-]+", "_", cell.strip().casefold()) for cell in header]
    for position, (key, cell) in enumerate(zip(keys, header, strict=True)):
        key = _SYNONYMS.get(key, key)
        if key == "code" and "name" in keys and "id" not in keys:
            key = "id"
        elif "id" not in keys and _ELSEWHERE.get(key) not in keys:
            key = _ELSEWHERE.get(key, key)
        if key in CODE_KEYS and key not in columns:
            columns[key] = position
        elif cell.strip():
            hint = did_you_mean(key, CODE_KEYS) or f"the columns that are read: {', '.join(CODE_KEYS)}"
            warnings.append(Problem(f"the column “{cell.strip()}” is not read", path, 1, hint))
    if "id" not in columns and "name" not in columns:
        hint = f"name the columns in the first row: {', '.join(CODE_KEYS)}"
        raise CodebookError(
            "this table is no codebook: it has neither `id` nor `name`", path=path, line=1, hint=hint
        )
    return columns, warnings


Found = list[tuple[int, dict[str, Any]]]


def _has_paths(found: Found) -> bool:
    return any(_STEPS.search(values.get("name", "")) for _, values in found)


def _from_paths(found: Found) -> Found:
    """Codes named by their path, `Theme > Code`, as MAXQDA writes them; a theme without a row is made."""
    ids: dict[tuple[str, ...], str] = {}
    own: dict[tuple[str, ...], tuple[int, dict[str, Any]]] = {}
    for line, values in found:
        steps = [step for step in map(str.strip, _STEPS.split(values.get("name", ""))) if step]
        for depth in range(1, len(steps) + 1):
            key = tuple(step.casefold() for step in steps[:depth])
            if key not in own:
                ids[key] = id_from_name(steps[depth - 1], set(ids.values()))
                named = {"id": ids[key], "name": steps[depth - 1], "parent_id": ids.get(key[:-1])}
                own[key] = (line, named)
        if steps:
            key = tuple(step.casefold() for step in steps)
            _, named = own[key]
            own[key] = (line, {**values, **named})
    return list(own.values())


@dataclass(slots=True)
class _Table:
    columns: dict[str, int]
    path: str
    problems: list[Problem]
    warnings: list[Problem] = field(default_factory=list)

    def drafts(self, rows: Iterable[tuple[int, Sequence[str]]]) -> list[Draft]:
        found = [(line, self._values(cells, line)) for line, cells in rows]
        if self.columns.keys().isdisjoint(("id", "parent")) and _has_paths(found):
            return [Draft(code=Code(**values), line=line) for line, values in _from_paths(found)]
        if "id" not in self.columns:
            taken: set[str] = set()
            for _, values in found:
                values["id"] = id_from_name(values.get("name", ""), taken)
                taken.add(values["id"])
        ids = {values.get("id") for _, values in found}
        named: dict[str, str] = {}
        for _, values in found:
            named.setdefault(values.get("name", "").strip().casefold(), values.get("id", ""))
        for _, values in found:
            for key in ("parent_id", "merged_into"):
                # In a table of names, other rows are meant by name.
                if key in values and values[key] not in ids:
                    values[key] = named.get(values[key].casefold(), values[key])
        return [Draft(code=Code(**{"id": "", "name": "", **values}), line=line) for line, values in found]

    def _values(self, cells: Sequence[str], line: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, position in self.columns.items():
            cell = cells[position].strip() if position < len(cells) else ""
            if cell:
                values[CODE_KEYS[key]] = tuple(cell.split("\n")) if key in LIST_KEYS else cell
        if "name" not in self.columns:
            values["name"] = values.get("id", "")
        if "status" in values:
            status = read_status(values["status"].casefold())
            if status is None:
                message = f"“{values['status']}” is not a status"
                self.problems.append(Problem(message, self.path, line, "it can be active, retired, merged"))
            values["status"] = status or "active"
        return values


def _sheets(data: bytes, path: str) -> dict[str, list[tuple[int, list[Any]]]]:
    """The rows of every sheet with their numbers. Raises CodebookError when it is no workbook, or a bomb."""
    import zipfile

    import openpyxl

    hint = "save it again as .xlsx, or as CSV UTF-8"
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
        if any(part.filename.lower().endswith(".qde") for part in parts):
            hint = "export the codebook alone, as .qdc"
            raise CodebookError("this is a whole REFI-QDA project", path=path, hint=hint)
        if sum(part.file_size for part in parts) > _UNPACKED_LIMIT:
            raise CodebookError("this unpacks to more than any codebook needs", path=path, hint=hint)
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
        if told := uncalculated(BytesIO(data), book.worksheets):
            raise CodebookError(told, path=path, hint=HINT)
        return {sheet.title: _rows_of(sheet, path) for sheet in book.worksheets}
    except (CodebookError, InputError):
        raise
    except Exception as error:  # openpyxl raises whatever a damaged file makes it stumble over
        raise CodebookError("this is not a workbook, or it is damaged", path=path, hint=hint) from error


def _rows_of(sheet: Any, path: str) -> list[tuple[int, list[Any]]]:
    rows = workbook_rows(sheet, path)
    return [(line, list(row)) for line, row in rows if any(cell is not None for cell in row)]


def _cell(cell: Any, line: int, path: str, problems: list[Problem]) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool | datetime.date | datetime.time | datetime.timedelta):
        kind = "a truth value" if isinstance(cell, bool) else "a date or time"
        hint = "format the column as text and type it again"
        problems.append(Problem(f"the spreadsheet has turned a cell into {kind}: {cell}", path, line, hint))
    if isinstance(cell, float) and not cell.is_integer():
        return repr(cell)
    return str(int(cell)) if isinstance(cell, float) else str(cell)


# --- Codes to rows -------------------------------------------------------------------------------------


def write_codebook_csv(codebook: Codebook) -> bytes:
    """One row a code, UTF-8 with byte order mark. It has no title, description or version notes."""
    rows = ([f"'{cell}" if _APOSTROPHES.match(cell) else cell for cell in row] for row in _rows(codebook))
    return safe_csv(list(CODE_KEYS), rows)


def write_codebook_xlsx(codebook: Codebook) -> bytes:
    """A workbook with the sheets `Codes`, one row a code, and `About`. Same codebook, same bytes.

    Raises CodebookError when a text is longer than a cell can hold: nothing is cut.
    """
    import xlsxwriter

    about = {
        "title": codebook.title,
        "description": codebook.description,
        "version_notes": "\n".join(codebook.version_notes),
    }
    rows = list(_rows(codebook))
    _refuse_long_cells([*rows, list(about.values())])
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        # Without a date of its own the file would carry the time at which it was made.
        workbook.set_properties({"created": datetime.datetime(2000, 1, 1)})
        bold = workbook.add_format({"bold": True, "valign": "top", "bottom": 1})
        wrapped = workbook.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        codes = workbook.add_worksheet("Codes")
        for row, cells in enumerate([list(CODE_KEYS), *rows]):
            for column, cell in enumerate(cells):
                codes.write_string(row, column, cell, wrapped if row else bold)
        for column, key in enumerate(CODE_KEYS):
            codes.set_column(column, column, _WIDTHS.get(key, 20), wrapped)
        codes.freeze_panes(1, 2)
        codes.autofilter(0, 0, len(rows), len(CODE_KEYS) - 1)
        status = list(CODE_KEYS).index("status")
        codes.data_validation(
            1, status, len(rows) + 1000, status, {"validate": "list", "source": list(STATUSES)}
        )
        sheet = workbook.add_worksheet("About")
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 1, 100, wrapped)
        for row, (name, text) in enumerate(about.items()):
            sheet.write_string(row, 0, name, bold)
            sheet.write_string(row, 1, text, wrapped)
    return target.getvalue()


_WIDTHS = {"definition": 60, **dict.fromkeys(LIST_KEYS, 50), "color": 9, "status": 9, "guid": 9}


def _refuse_long_cells(rows: Iterable[Sequence[str]]) -> None:
    for row in rows:
        longest = max(map(_units, row))
        if longest > _CELL_LIMIT:
            message = f"{longest:,} characters are more than a cell holds, {_CELL_LIMIT:,}"
            hint = "write the codebook as .yaml or .csv"
            raise CodebookError(f"“{snippet(row[0])}”: {message}", hint=hint)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _rows(codebook: Codebook) -> Iterator[list[str]]:
    for code in codebook.codes:
        values = (getattr(code, name) for name in CODE_KEYS.values())
        yield ["\n".join(value) if isinstance(value, tuple) else value or "" for value in values]
