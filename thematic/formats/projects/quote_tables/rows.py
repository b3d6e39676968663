"""What every table of quotes comes down to, whatever program wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from thematic.coded_project import Loss
from thematic.formats.spreadsheets import Sheet

__all__ = ["QuoteRow", "QuoteTable", "Table", "read_moments"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRow:
    """One coded quote: its line, the document it is said to come from, its codes as they are named.

    span and paragraph say where it stands, where the file says so; they are believed only where the words
    are there. paragraph counts from 1.
    """

    line: int
    document: str
    codes: tuple[tuple[str, ...], ...]
    words: str
    coder: str = ""
    at: datetime | None = None
    memo: str = ""
    layer: str = "independent"
    span: tuple[int, int] | None = None
    paragraph: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteTable:
    """The quotes of a file, which program wrote it, and what of it has no counterpart here."""

    program: str
    format: str
    rows: tuple[QuoteRow, ...]
    losses: tuple[Loss, ...] = ()
    notes: tuple[str, ...] = ()


class Table:
    """The rows of a sheet by the names of its columns, which are compared in small letters."""

    def __init__(self, sheet: Sheet) -> None:
        _, header = sheet.rows[0]
        self.header = [" ".join(cell.split()) for cell in header]
        self.lines = [line for line, _ in sheet.rows[1:]]
        self._rows = [cells for _, cells in sheet.rows[1:]]
        self._places: dict[str, int] = {}
        for i, name in enumerate(self.header):
            self._places.setdefault(name.casefold(), i)

    def column(self, *names: str) -> list[str]:
        """The cells of the first of these columns that the table has; empty ones where it has none."""
        place = next((self._places[n] for n in names if n in self._places), None)
        if place is None:
            return [""] * len(self._rows)
        return [row[place] if place < len(row) else "" for row in self._rows]

    def has(self, *names: str) -> bool:
        return any(name in self._places for name in names)

    def filled(self, *names: str) -> int:
        """How many rows have something in one of these columns."""
        return sum(bool(cell.strip()) for cell in self.column(*names))


_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_OTHER = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?\s*([AaPp][Mm])?")


def read_moments(cells: Sequence[str], *, month_first: bool | None = None) -> list[datetime | None]:
    """The moments in a column of dates, in UTC where no zone is named; None where there is none.

    In `3/4/2024` the day comes first with dots; with slashes as `month_first` says, or as the column shows by
    a number above 12. A column that shows neither has no dates that can be told.
    """
    parts = [_OTHER.match(cell.strip()) for cell in cells]
    if month_first is None:
        slashed = [match for match in parts if match and match[2] != "."]
        day_first = any(int(match[1]) > 12 for match in slashed)
        month_leads = any(int(match[3]) > 12 for match in slashed)
        month_first = month_leads if day_first != month_leads else None
    return [_moment(cell.strip(), match, month_first) for cell, match in zip(cells, parts, strict=True)]


def _moment(cell: str, other: re.Match[str] | None, month_first: bool | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(cell)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except ValueError:
        pass
    iso = _ISO.match(cell)
    if iso:
        year, month, day = (int(part) for part in iso.groups())
    elif other:
        if other[2] != "." and month_first is None:
            return None
        first, second, year = int(other[1]), int(other[3]), int(other[4])
        month, day = (first, second) if other[2] != "." and month_first else (second, first)
        year += 2000 if year < 100 else 0
    else:
        return None
    clock = _CLOCK.search(cell, (iso or other).end())  # type: ignore[union-attr]
    hour, minute, second = (int(part or 0) for part in clock.groups()[:3]) if clock else (0, 0, 0)
    if clock and clock[4]:
        hour = hour % 12 + (12 if clock[4].lower() == "pm" else 0)
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
