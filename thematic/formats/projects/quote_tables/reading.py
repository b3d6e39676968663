"""A table of coded quotes as a project: which program's table it is, and its quotes at their places.

A table of another program is a module with `claims` and `quotes`, and its name in `PROGRAMS`.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from thematic.coded_project import CodedProject
from thematic.errors import InputError
from thematic.formats.encoding import head_text
from thematic.formats.projects.front_door import ProjectSettings
from thematic.formats.projects.quote_tables.placing import place_quotes
from thematic.formats.projects.quote_tables.rows import QuoteTable, Table
from thematic.formats.spreadsheets import Sheet, is_workbook, read_sheet
from thematic.formats.transcripts.reading import SourceFile

__all__ = ["PROGRAMS", "read", "sniff"]

PROGRAMS: tuple[str, ...] = ("maxqda", "dedoose", "taguette", "plain")
"""Asked in this order; the first that claims a table reads it."""

_ENDINGS = (".csv", ".tsv", ".tab", ".xlsx", ".xlsm")


class _Program(Protocol):
    def claims(self, table: Table) -> bool: ...

    def quotes(self, table: Table, name: str) -> QuoteTable: ...


def sniff(head: bytes, path: Path) -> bool:
    """A CSV, TSV or XLSX whose first row names columns that one of `PROGRAMS` knows."""
    if path.is_dir() or path.suffix.casefold() not in _ENDINGS:
        return False
    header = _workbook_header(path) if is_workbook(head, path.name) else _text_header(head)
    return header is not None and _program(Table(Sheet([(1, header)]))) is not None


def read(path: Path, *, settings: ProjectSettings) -> CodedProject:
    """The quotes of the table at their places in the transcripts of `settings`.

    Raises InputError for a damaged table, and as `place_quotes` does.
    """
    file = SourceFile(path.name, path.read_bytes())
    sheet = read_sheet(file, settings.encoding)
    table = Table(sheet)
    program = _program(table)
    if program is None:
        raise InputError(
            "no table of coded quotes", path=path.name, hint="name its columns: document, code, quote"
        )
    found = program.quotes(table, path.name)
    decoded = sheet.decoded.warnings if sheet.decoded else ()
    told = tuple(problem.message for problem in (*decoded, *sheet.warnings))
    return place_quotes(replace(found, notes=(*found.notes, *told)), path, file.sha256, settings)


def _program(table: Table) -> _Program | None:
    modules = (
        cast(_Program, import_module(f"thematic.formats.projects.quote_tables.{name}")) for name in PROGRAMS
    )
    return next((module for module in modules if module.claims(table)), None)


def _text_header(head: bytes) -> list[str] | None:
    first = next((line for line in head_text(head).split("\n") if line.strip()), "")
    delimiter = max("\t,;", key=first.count)
    try:
        return next(csv.reader([first], delimiter=delimiter), None)
    except csv.Error:
        return None


def _workbook_header(path: Path) -> list[str] | None:
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        row = next(sheet.iter_rows(max_row=1, values_only=True), ())
        book.close()
    except Exception:  # damaged: whoever reads it says what is wrong
        return None
    return ["" if cell is None else str(cell) for cell in row[:1000]]
