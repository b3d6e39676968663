"""The rows of a sheet of an Excel workbook, one at a time."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from thematic.errors import InputError

__all__ = ["MAX_ROWS", "require_possible", "workbook_rows"]

MAX_ROWS = 1_048_576  # of a sheet, in Excel and in LibreOffice


def workbook_rows(sheet: Any, path: str) -> Generator[tuple[int, tuple[Any, ...]]]:
    """Each row of a sheet that openpyxl streams, with its 1-based number; those that are not there are empty.

    What the sheet declares about its size may be wrong, and is not asked. Raises InputError where the sheet
    is damaged, and behind the last row that one can have: a damaged number would take for ever.
    """
    sheet.reset_dimensions()
    cells = sheet.iter_rows(values_only=True)
    line = 0
    try:
        while True:
            try:
                row = next(cells)
            except StopIteration:
                return
            except Exception as error:  # openpyxl raises whatever its parsers raise on a damaged sheet
                raise _damaged(type(error).__name__, path) from error
            line += 1
            require_possible(line, path)
            yield line, row
    finally:
        cells.close()  # it holds the file open


def require_possible(rows: int, path: str) -> None:
    """Raises InputError when a sheet has more rows than there can be."""
    if rows > MAX_ROWS:
        raise _damaged(f"more than {MAX_ROWS:,} rows", path)


def _damaged(what: str, path: str) -> InputError:
    hint = "open it in Excel or LibreOffice and save it again"
    return InputError(f"a damaged workbook: {what}", path=path, hint=hint)
