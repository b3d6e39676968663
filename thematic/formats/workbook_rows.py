"""The rows of a sheet of an Excel workbook, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from thematic.errors import InputError

__all__ = ["MAX_ROWS", "require_possible", "workbook_rows"]

MAX_ROWS = 1_048_576  # of a sheet, in Excel and in LibreOffice


def workbook_rows(sheet: Any, path: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Each row of a sheet that openpyxl streams, with its 1-based number; those that are not there are empty.

    What the sheet declares about its size may be wrong, and is not asked. Raises InputError behind the last
    row that a sheet can have: a damaged number would take for ever.
    """
    sheet.reset_dimensions()
    for line, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        require_possible(line, path)
        yield line, row


def require_possible(rows: int, path: str) -> None:
    """Raises InputError when a sheet has more rows than there can be."""
    if rows > MAX_ROWS:
        hint = "open it in Excel or LibreOffice and save it again"
        raise InputError(f"a damaged workbook: more than {MAX_ROWS:,} rows", path=path, hint=hint)
