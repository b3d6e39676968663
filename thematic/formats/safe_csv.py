"""CSV that opens right in a spreadsheet, and does nothing there."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

__all__ = ["plain_cell", "safe_csv"]

# What makes a spreadsheet take a cell for a formula, with the full-width forms that it folds (OWASP, "CSV
# injection"). A reader may skip white space first.
_FORMULA = tuple("=+-@＝＋－＠")
_LEADING = ("\t", "\r", "\n")


def safe_csv(
    header: Sequence[str] | None, rows: Iterable[Sequence[str | float]], *, bare: bool = False
) -> bytes:
    """UTF-8 with byte order mark, every cell quoted, CRLF.

    header: None for rows that go on a file: then there is no mark either.

    bare: quote only where it must be, so that a statistics program sees numbers as numbers and empty as
    missing.

    Text that a spreadsheet could run as a formula gets a leading apostrophe, so text here is for people to
    read; excerpts.jsonl has the exact text. Numbers stay numbers, also below zero.
    """
    out = StringIO(newline="")
    if bare:
        writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
    else:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    if header is not None:
        writer.writerow([_inert(name) for name in header])
    writer.writerows([_inert(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue().encode("utf-8" if header is None else "utf-8-sig", "replace")


def plain_cell(cell: str) -> str:
    """The text behind a cell of `safe_csv`: without the apostrophe before what looks like a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip().startswith(_FORMULA) else cell


def _inert(cell: str) -> str:
    if not cell or cell.isalnum():
        return cell
    cell = cell.replace("\0", "�")  # the one character that no CSV reader takes
    return f"'{cell}" if cell.startswith(_LEADING) or cell.lstrip().startswith(_FORMULA) else cell
