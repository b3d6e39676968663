"""Tables of codings from anywhere: CSV, TSV, XLSX and JSONL, in four layouts.

    wide     one row a unit, one column a coder, one label a cell; an empty cell: not assigned
    sets     the same with several codes a cell, separated by “;”; an empty cell: coded with nothing
    long     one row a coding: unit, coder, code; several rows add up; an empty code: coded with nothing
    coded    one row a unit and coder, with all its codes: doc, i, coder, codes; empty: coded with nothing

Labels are taken as they are written: `NA`, `nan` and `0` are labels, and labels that differ by case or a
space are different labels. What looks like a slip is said with its line, never mended.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from shlex import quote
from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from thematic.agreement.tables import CodingTable, Condition, Layout
from thematic.agreement.units import Unit
from thematic.errors import InputError, Problem, SettingsError
from thematic.formats.table_rows import Cell, Line, cell_text, open_table
from thematic.formats.transcripts.speakers import known_role
from thematic.text import join_names

__all__ = ["TableSettings", "read_codings"]

COLUMNS: dict[str, tuple[str, ...]] = {
    "unit": (
        "unit",
        "unit_id",
        "id",
        "item",
        "segment",
        "segment_id",
        "excerpt",
        "excerpt_id",
        "i",
        "turn",
        "row",
    ),
    "interview": ("interview", "doc", "document", "transcript", "file", "case", "participant", "source"),
    "coder": ("coder", "rater", "annotator", "judge", "coded_by"),
    "code": ("code", "label", "category", "tag", "value", "rating", "score"),
    "codes": ("codes", "labels", "tags"),
    "text": ("text", "quote", "content", "words"),
    "speaker": ("speaker",),
    "role": ("role",),
    "start": ("start",),
    "end": ("end",),
    "memo": ("memo", "note", "notes", "comment", "rationale"),
    "kind": ("kind", "coder_kind"),
    "layer": ("layer",),
    "mode": ("mode",),
    "version": ("codebook_version",),
    "other": ("question", "previous", "timestamp", "time", "start_time", "end_time", "at", "date"),
}
"""What a column is called, whatever its case. In a wide table every other column is a coder."""

_LOOK_MISSING = frozenset(
    {
        "nan",
        "na",
        "n/a",
        "#n/a",
        "none",
        "null",
        "nil",
        "-",
        "--",
        "–",
        ".",
        "?",
        "*",
        "missing",
        "unassigned",
    }
)
_FEWEST_NAMES = 8
_SEPARATOR = re.compile(r"\s*;\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSettings:
    """How tables are read.

    layout: None detects it. missing: texts of cells that mean “not assigned”, such as NA.
    coders: in a wide table, the columns that are coders; empty for every column not known as something else.
    model_coders: coders that are machines; a column `kind` with `model` says the same.
    """

    layout: Layout | None = None
    missing: tuple[str, ...] = ()
    coders: tuple[str, ...] = ()
    model_coders: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.layout is not None and self.layout not in get_args(Layout):
            allowed = join_names(get_args(Layout), "or")
            raise SettingsError(f"unknown layout “{self.layout}”", hint=f"choose {allowed}")


def read_codings(
    paths: Sequence[Path],
    *,
    settings: TableSettings = TableSettings(),
) -> CodingTable:
    """The tables of all files as one. They must have the same layout; a file may hold one coder.

    Raises InputError with file and line for what is no table of codings, SettingsError for unknown names.
    """
    gathered = _Gathered(settings)
    for path in paths:
        columns, lines = open_table(path, gathered.notes)
        with closing(lines):  # type: ignore[type-var]  # a generator, which holds the file open
            gathered.add_file(path, columns, lines)
    return gathered.table()


# --- Columns ------------------------------------------------------------------------------------------


class _Columns(NamedTuple):
    """Which column is what: positions by role; the coders of a wide table; what is not read."""

    layout: Layout
    at: Mapping[str, int]
    coders: tuple[int, ...] = ()
    unread: tuple[str, ...] = ()


def _columns(path: str, names: Sequence[str], settings: TableSettings) -> _Columns:
    """Raises InputError when the columns are of no layout or of two; whether `wide` is `sets` shows later."""
    at: dict[str, int] = {}
    others: list[int] = []
    for position, name in enumerate(names):
        role = next((role for role, known in COLUMNS.items() if name.casefold() in known), None)
        if role is None or role in at or (settings.layout in ("wide", "sets") and name in settings.coders):
            others.append(position)
        else:
            at[role] = position

    def refuse(message: str, needed: str) -> InputError:
        there = join_names([f"“{name}”" for name in names])
        return InputError(message, path=path, line=1, hint=f"the columns are {there}; needed: {needed}")

    if settings.layout in ("wide", "sets") or not at.keys() & {"code", "codes", "coder"}:
        coders = tuple(_named_columns(path, names, settings.coders) if settings.coders else others)
        if not coders:
            raise refuse("no column holds codings", "unit and one column a coder; or unit, coder, code")
        return _Columns(settings.layout or "wide", at, coders)
    if {"code", "codes"} <= at.keys():
        raise refuse("mixed layouts: both one code a row and several", "either “code” or “codes”")
    layout: Layout = "long" if "code" in at else "coded"
    if not at.keys() & {"code", "codes"} or settings.layout not in (None, layout):
        wanted = "codes" if settings.layout == "coded" else "code"
        raise refuse(f"no column “{wanted}”", f"unit, coder, {wanted}")
    if "unit" not in at and not {"start", "end"} <= at.keys():
        raise refuse("no column says which unit a row is about", "unit; or doc and i; or doc, start and end")
    return _Columns(layout, at, unread=tuple(names[position] for position in others))


def _named_columns(path: str, names: Sequence[str], coders: Sequence[str]) -> list[int]:
    problems = []
    for coder in coders:
        if coder not in names:
            near = get_close_matches(coder, names, n=1)
            there = join_names([f"“{name}”" for name in names])
            hint = f"did you mean “{near[0]}”?" if near else f"the columns are {there}"
            problems.append(Problem(f"there is no coder “{coder}”", path, 1, hint))
    if problems:
        raise SettingsError(problems[0].message, path=path, line=1, hint=problems[0].hint, problems=problems)
    return [names.index(coder) for coder in coders]


# --- Rows ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Names:
    """Names in order of first appearance, each with the file and line where it was first seen."""

    index: dict[Any, int] = field(default_factory=dict)
    first: list[tuple[int, int]] = field(default_factory=list)

    def at(self, name: Any, file: int, line: int) -> int:
        position = self.index.get(name)
        if position is None:
            position = self.index[name] = len(self.index)
            self.first.append((file, line))
        return position


class _Row(NamedTuple):
    """A row, its place, and what its columns are."""

    file: int
    line: int
    cells: Sequence[Cell]
    columns: _Columns

    def text(self, role: str) -> str:
        position = self.columns.at.get(role)
        return "" if position is None else cell_text(self.cells[position])


class _Gathered:
    """Rows of one file after another, kept as whole numbers: 200 MB of rows must not become objects."""

    def __init__(self, settings: TableSettings) -> None:
        self.settings = settings
        self.paths: list[str] = []
        self.columns: list[_Columns] = []
        self.units: list[Unit] = []
        self.unit_names = _Names()
        self.coders = _Names()
        self.cells = _Names()
        self.conditions = _Names()
        self.rows = tuple(array("i") for _ in range(6))  # unit, coder, cell, line, file, condition
        self.memos: dict[int, str] = {}
        self.versions: dict[str, set[str]] = defaultdict(set)
        self.models: set[str] = set(settings.model_coders)
        self.notes: list[Problem] = []
        self.other_words: Problem | None = None
        self.n_other_words = 0

    # --- Adding ---

    def add_file(self, path: Path, names: Sequence[str], lines: Iterable[Line]) -> None:
        columns = _columns(str(path), names, self.settings)
        file = len(self.paths)
        self.paths.append(str(path))
        self.columns.append(columns)
        if columns.layout != self.columns[0].layout:
            raise InputError(
                f"mixed layouts: {self.paths[0]} is {self.columns[0].layout}, this is {columns.layout}",
                path=str(path),
                line=1,
                hint="give all files the same columns",
            )
        if columns.unread:
            self.notes.append(Problem(f"columns not read: {join_names(columns.unread)}", str(path), 1))
        before = len(self.rows[0])
        if columns.coders:
            coders = [(position, self.coders.at(names[position], file, 1)) for position in columns.coders]
            self._add_wide(file, columns, lines, coders)
        else:
            own = None if "coder" in columns.at else self._coder_of_file(path)
            self._add_readings(file, columns, lines, own)
        if len(self.rows[0]) == before:
            raise InputError(
                "no row below the header holds a coding", path=str(path), hint="check the export"
            )

    def _coder_of_file(self, path: Path) -> str:
        name = path.stem if path.stem not in self.coders.index else str(path)
        self.notes.append(
            Problem(f"no column “coder”: its coder is called “{name}”, as the file", str(path), 1)
        )
        return name

    def _add_wide(
        self, file: int, columns: _Columns, lines: Iterable[Line], coders: Sequence[tuple[int, int]]
    ) -> None:
        missing, unit_of = self.settings.missing, self._unit_finder(file, columns)
        for line, cells in lines:
            unit = unit_of(line, cells)
            condition = self._condition(_Row(file, line, cells, columns))
            for position, coder in coders:
                reading = cells[position]
                if reading is not None and reading not in missing:
                    self._append(unit, coder, reading, line, file, condition)

    def _add_readings(self, file: int, columns: _Columns, lines: Iterable[Line], own: str | None) -> None:
        missing, unit_of = self.settings.missing, self._unit_finder(file, columns)
        code = columns.at["code" if columns.layout == "long" else "codes"]
        coder = columns.at.get("coder")
        about_rows = columns.at.keys() & {"memo", "version", "kind", "layer", "mode"}
        unsaid = self.conditions.at(Condition(), file, 1)
        for line, cells in lines:
            reading = cells[code]
            if reading in missing:
                continue
            name = own if coder is None else cells[coder]
            if not isinstance(name, str) or not name.strip():
                raise InputError(
                    "this row names no coder", path=self.paths[file], line=line, hint="say who coded it"
                )
            condition = unsaid
            if about_rows:
                row = _Row(file, line, cells, columns)
                self._note_row(row, name)
                condition = self._condition(row)
            who = self.coders.at(name, file, line)
            self._append(unit_of(line, cells), who, reading or "", line, file, condition)

    def _note_row(self, row: _Row, coder: str) -> None:
        """What a row says besides its codes."""
        if memo := row.text("memo").strip():
            self.memos[len(self.rows[0])] = memo
        if version := row.text("version").strip():
            self.versions[coder].add(version)
        if row.text("kind").strip().casefold() in ("model", "machine"):
            self.models.add(coder)

    def _condition(self, row: _Row) -> int:
        condition = Condition(row.text("layer").strip().casefold(), row.text("mode").strip().casefold())
        return self.conditions.at(condition, row.file, row.line)

    def _append(
        self, unit: int, coder: int, reading: str | tuple[str, ...], line: int, file: int, condition: int
    ) -> None:
        key = reading if isinstance(reading, tuple) or reading.strip() else ""
        cell = self.cells.at(key, file, line)
        units, coders, cells, of_line, of_file, conditions = self.rows
        units.append(unit)
        coders.append(coder)
        cells.append(cell)
        of_line.append(line)
        of_file.append(file)
        conditions.append(condition)

    # --- Units ---

    def _unit_finder(self, file: int, columns: _Columns) -> Callable[[int, Sequence[Cell]], int]:
        """`find(line, cells)`: the position of the unit a row is about, a new one where it is the first."""
        at, index, units = columns.at, self.unit_names.index, self.units
        unit, interview, text = at.get("unit"), at.get("interview"), at.get("text")

        def find(line: int, cells: Sequence[Cell]) -> int:
            where = None if interview is None else cells[interview]
            name = cells[unit] if unit is not None else self._unnamed(_Row(file, line, cells, columns))
            position = index.get((where, name))
            if position is None:
                return self._new_unit(_Row(file, line, cells, columns), where, name)
            if text is not None:
                words = cells[text]
                if words and words != units[position].text:
                    self._other_words(position, cell_text(words), file, line)
            return position

        return find

    def _unnamed(self, row: _Row) -> str:
        """The name of a unit in a table that gives none: its row, or its span."""
        if row.columns.coders:
            return f"row {row.line}"
        start, end = self._span(row)
        return f"{start}-{end}"

    def _new_unit(self, row: _Row, interview: Cell, name: Cell) -> int:
        for what, value in (("unit", name), ("interview", interview)):
            given = what == "unit" or "interview" in row.columns.at
            if given and (not isinstance(value, str) or not value.strip()):
                raise InputError(
                    f"this row names no {what}", path=self.paths[row.file], line=row.line, hint="say which"
                )
        speaker = row.text("speaker").strip()
        start, end = self._span(row)
        self.units.append(
            Unit(
                id=cell_text(name),
                interview=None if interview is None else cell_text(interview),
                text=row.text("text"),
                speaker=speaker,
                role=row.text("role").strip().casefold() or known_role(speaker) or "participant",
                start=start,
                end=end,
            )
        )
        return self.unit_names.at((interview, name), row.file, row.line)

    def _other_words(self, position: int, text: str, file: int, line: int) -> None:
        """A unit that has other words in a later row: taken over where it had none, counted where it had."""
        unit = self.units[position]
        if not unit.text:
            self.units[position] = replace(unit, text=text)
            return
        self.n_other_words += 1
        if self.n_other_words == 1:
            first_file, first_line = self.unit_names.first[position]
            first = f"line {first_line}" + ("" if first_file == file else f" of {self.paths[first_file]}")
            self.other_words = Problem(
                f"unit {unit.id} has other words here than on {first}", self.paths[file], line
            )

    def _span(self, row: _Row) -> tuple[int | None, int | None]:
        """Start and end in characters. In a table that names its units they may be times, and are left."""
        if not {"start", "end"} <= row.columns.at.keys():
            return None, None
        texts = row.text("start").strip(), row.text("end").strip()
        if all(text.isdecimal() for text in texts) and int(texts[0]) < int(texts[1]):
            return int(texts[0]), int(texts[1])
        if "unit" in row.columns.at:
            return None, None
        raise InputError(
            f"from “{texts[0]}” to “{texts[1]}” is no span",
            path=self.paths[row.file],
            line=row.line,
            hint="start and end count characters from 0; the end is the first one after the span",
        )

    # --- The whole ---

    def table(self) -> CodingTable:
        """Everything added, as one table, with a note on all that looks like a slip."""
        layout, split = self._layout()
        self._check_no_counts(layout)
        meanings = [_labels(raw, split) for raw in self.cells.index]
        distinct = _Names()
        to_distinct = [
            distinct.at(labels, *first) for labels, first in zip(meanings, self.cells.first, strict=True)
        ]
        unit, coder, cell, line, file, condition = (np.frombuffer(r, dtype=np.int32) for r in self.rows)
        cell = np.array(to_distinct, dtype=np.int32)[cell]
        cells: list[tuple[str, ...]] = list(distinct.index)
        keep = np.ones(len(cell), dtype=bool)
        if layout == "wide" and () in cells:
            keep = cell != cells.index(())
        order, position, order_known = self._order()
        # Columns stand in an order that somebody chose; rows come as they come.
        coders = list(self.coders.index) if self.columns[0].coders else sorted(self.coders.index)
        of_coder = np.array([coders.index(name) for name in self.coders.index], dtype=np.int32)
        self._check_no_unit_among_coders(unit, coder, cell)
        new_row = np.cumsum(keep) - 1
        table = CodingTable(
            paths=tuple(self.paths),
            layout=layout,
            units=self._unit_ids(order),
            coders=tuple(coders),
            cells=tuple(cells),
            cell_lines=tuple(distinct.first),
            unit=position[unit[keep]],
            coder=of_coder[coder[keep]],
            cell=cell[keep],
            line=line[keep],
            file=file[keep],
            condition=condition[keep],
            conditions=tuple(self.conditions.index),
            adds_up=layout == "long",
            order_known=order_known,
            model_coders=frozenset(self.models & self.coders.index.keys()),
            memos={int(new_row[row]): memo for row, memo in self.memos.items() if keep[row]},
            codebook_versions={name: frozenset(found) for name, found in self.versions.items()},
        )
        if unknown := set(self.settings.model_coders) - self.coders.index.keys():
            near = get_close_matches(min(unknown), list(self.coders.index), n=1)
            there = join_names([f"“{name}”" for name in self.coders.index])
            raise SettingsError(
                f"there is no coder “{min(unknown)}”",
                hint=f"did you mean “{near[0]}”?" if near else f"there are {there}",
            )
        return replace(table, one_label=_one_label(table), notes=(*self.notes, *self._slips(meanings, split)))

    def _check_no_unit_among_coders(
        self, unit: NDArray[np.int32], coder: NDArray[np.int32], cell: NDArray[np.int32]
    ) -> None:
        """In a wide table whatever is not known is a coder: a column of names of units would be one too."""
        if not self.columns[0].coders or "unit" in self.columns[0].at or self.settings.coders:
            return
        for number, name in enumerate(self.coders.index):
            own, others = cell[coder == number], cell[coder != number]
            if len(own) < _FEWEST_NAMES or len(own) < len(np.unique(unit)):
                continue
            if len(np.unique(own)) == len(own) and not np.isin(own, others).any():
                rest = [other for other in self.coders.index if other != name]
                raise InputError(
                    f"“{name}” holds another value in every row, and none of them is another coder's",
                    path=self.paths[0],
                    line=1,
                    hint="if it names the unit, call it “unit”; or name the coders: --coders "
                    + ",".join(rest),
                )

    def _layout(self) -> tuple[Layout, bool]:
        """The layout, and whether cells are divided at “;”. Only a wide table leaves a choice."""
        layout = self.columns[0].layout
        several = any(isinstance(raw, tuple) or ";" in raw for raw in self.cells.index)
        if self.settings.layout is not None:
            return layout, layout in ("sets", "coded")
        return "sets" if layout == "wide" and several else layout, several

    def _order(self) -> tuple[list[int], NDArray[np.int32], bool]:
        """Units by interview and place where the table gives it; else as they came. Old to new positions."""
        units = self.units
        placed = all(unit.interview is not None and unit.start is not None for unit in units)
        numbered = all(unit.interview is not None and unit.id.strip().isdecimal() for unit in units)
        order = list(range(len(units)))
        if placed or numbered:
            first = {name: at for at, name in enumerate(dict.fromkeys(unit.interview for unit in units))}
            order.sort(
                key=lambda at: (
                    first[units[at].interview],
                    (units[at].start or 0, units[at].end or 0) if placed else (int(units[at].id), 0),
                )
            )
        position = np.empty(len(units), dtype=np.int32)
        position[order] = np.arange(len(units), dtype=np.int32)
        return order, position, placed or numbered

    def _check_no_counts(self, layout: Layout) -> None:
        """Rows and columns of the same names are a table of how often two readings met."""
        columns = list(self.coders.index)
        words = {str(raw).strip() for raw in self.cells.index if raw and not str(raw).strip().isdigit()}
        # The names of the rows are taken for units, or for the readings of a coder if their column is.
        rows = words or {unit.id for unit in self.units}
        if layout == "wide" and rows and rows == set(columns[1:] if words else columns):
            raise InputError(
                "this is a table of counts, of one coder's codes against another's",
                path=self.paths[0],
                line=1,
                hint="agreement needs the codings themselves: a row for each unit, a column for each coder",
            )

    def _unit_ids(self, order: Sequence[int]) -> tuple[Unit, ...]:
        """The units under names that are unique: with the interview before them where they repeat."""
        names = [unit.id for unit in self.units]
        if len(set(names)) < len(names):
            return tuple(
                replace(self.units[at], id=f"{self.units[at].interview}:{names[at]}") for at in order
            )
        return tuple(self.units[at] for at in order)

    def _slips(self, meanings: Sequence[Sequence[str]], split: bool) -> list[Problem]:
        labels = _Names()
        for cell, first in zip(meanings, self.cells.first, strict=True):
            for label in cell:
                labels.at(label, *first)
        notes = []
        for label, (file, line) in zip(labels.index, labels.first, strict=True):
            if label.strip().casefold() in _LOOK_MISSING:
                notes.append(
                    Problem(
                        f"“{label}” is read as a label like any other",
                        self.paths[file],
                        line,
                        f"if it means that a unit was not assigned, say --missing {quote(label.strip())}",
                    )
                )
        notes += self._look_alikes("label", labels) + self._look_alikes("coder", self.coders)
        if split and self.columns[0].layout == "long":
            notes.append(
                Problem(
                    "cells with “;” are read as several codes",
                    self.paths[0],
                    hint="--layout long keeps them whole",
                )
            )
        if self.other_words:
            more = f" (and {self.n_other_words - 1} more)" if self.n_other_words > 1 else ""
            hint = "check that all coders worked on the same version of the transcript"
            notes.append(replace(self.other_words, message=self.other_words.message + more, hint=hint))
        return notes

    def _look_alikes(self, what: str, names: _Names) -> list[Problem]:
        """Names that differ only by case or white space: said, never merged."""
        alike: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
        for name, (file, line) in zip(names.index, names.first, strict=True):
            alike[" ".join(name.split()).casefold()].append((name, file, line))
        return [
            Problem(
                f"the {what}s {join_names([f'“{name}”' for name, _, _ in found])} differ only by case or "
                "spaces, and are counted apart",
                self.paths[found[-1][1]],
                found[-1][2],
                f"if they are one {what}, write them alike in the table",
            )
            for found in alike.values()
            if len(found) > 1
        ]


def _labels(raw: str | tuple[str, ...], split: bool) -> tuple[str, ...]:
    """The labels of a cell, sorted. White space beside a “;” belongs to it; all other is kept."""
    parts = raw if isinstance(raw, tuple) else _SEPARATOR.split(raw) if split else (raw,)
    return tuple(sorted({part for part in parts if part}))


def _one_label(table: CodingTable) -> bool:
    """Whether every reading is exactly one label, so that the labels can be values of one variable."""
    if table.layout in ("sets", "coded") or any(
        len(table.cells[cell]) != 1 for cell in np.unique(table.cell)
    ):
        return False
    if not table.adds_up:
        return True
    readings = table.unit.astype(np.int64) * len(table.coders) + table.coder
    distinct = len(np.unique(readings))
    return distinct == len(np.unique(readings * len(table.cells) + table.cell))
