"""Formulas of a workbook that have no value: it was written by a program that does not calculate.

The libraries that read workbooks show such a cell as empty, so that what somebody meant would be lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile

__all__ = ["HINT", "uncalculated"]

HINT = "open it in Excel or LibreOffice, which calculate, and save it"

_LONGEST_FORMULA = 1 << 15
_FEW = 5
# A formula whose value is an empty text (t="str") has been calculated.
_CELL = re.compile(
    rb'<(?:\w+:)?c\b(?![^>]*\bt="str")[^>]*\br="([A-Z]{1,3}\d{1,7})"[^>]*>\s*'
    rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


def uncalculated(workbook: Path | IO[bytes], sheets: Iterable[Any]) -> str:
    """What to say of the formulas without a value in these sheets, with their cells; empty if there are none.

    sheets: those that openpyxl has opened to stream them from the workbook.
    """
    found: dict[str, None] = {}
    with ZipFile(workbook) as archive:
        for sheet in sheets:
            with archive.open(sheet._worksheet_path) as source:
                tail = b""
                while len(found) <= _FEW and (block := source.read(1 << 20)):
                    chunk = tail + block
                    if b"f>" in chunk or b"f " in chunk:
                        found.update(dict.fromkeys(match[1].decode() for match in _CELL.finditer(chunk)))
                    tail = chunk[-_LONGEST_FORMULA:]
    cells = list(found)
    if not cells:
        return ""
    if len(cells) == 1:
        return f"the formula in {cells[0]} has no value"
    more = " and others" if len(cells) > _FEW else ""
    return f"the formulas in {', '.join(cells[:_FEW])}{more} have no value"
