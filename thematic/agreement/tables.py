"""The rows of a table as units: the table has decided what a unit is, and who was assigned it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from thematic.agreement.character import CodedSpan, character_ratings
from thematic.agreement.ratings import Category, Level, Ratings, Values, as_ratings
from thematic.agreement.units import UNAIDED, CodedUnits, Excluded, Unit, rated_only
from thematic.errors import AgreementError, InputError, Problem, SettingsError
from thematic.text import join_names

__all__ = [
    "Assigned",
    "CodingTable",
    "Condition",
    "Layout",
    "characters_from_table",
    "check_comparable",
    "check_names",
    "ratings_from_table",
]

Layout = Literal["wide", "sets", "long", "coded"]
Assigned = Literal["rows", "interviews", "all"]

_MOST_PROBLEMS = 10


class Condition(NamedTuple):
    """Under what circumstances a row was coded; empty where the table does not say."""

    layer: str = ""
    mode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CodingTable:
    """Tables of codings as they stand in their files: which row gives which unit which labels.

    cells: the distinct readings, each the labels of one cell. cell_lines: where each was first seen, as
    (position in `paths`, physical line).
    unit, coder, cell, line, file, condition: int32 arrays with one entry a reading: positions in `units`,
    `coders`, `cells`, `paths` and `conditions`; `line` is physical and 1-based.
    adds_up: several rows for one unit and coder are several codes of one reading.
    one_label: every reading is exactly one label, so that the labels are values of one variable.
    order_known: the units of an interview stand in the order in which they were said.
    memos: by position of the reading.
    """

    paths: tuple[str, ...]
    layout: Layout
    units: tuple[Unit, ...]
    coders: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    cell_lines: tuple[tuple[int, int], ...]
    unit: NDArray[np.int32]
    coder: NDArray[np.int32]
    cell: NDArray[np.int32]
    line: NDArray[np.int32]
    file: NDArray[np.int32]
    condition: NDArray[np.int32]
    conditions: tuple[Condition, ...] = (Condition(),)
    adds_up: bool = False
    one_label: bool = False
    order_known: bool = False
    model_coders: frozenset[str] = frozenset()
    memos: Mapping[int, str] = field(default_factory=dict)
    codebook_versions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    notes: tuple[Problem, ...] = ()


def ratings_from_table(
    table: CodingTable,
    *,
    level: Level | None = None,
    scale: Sequence[str] = (),
    coders: Sequence[str] = (),
    codes: Sequence[str] = (),
    codebook: Sequence[str] = (),
    assigned: Assigned = "rows",
    modes: Collection[str] = UNAIDED,
) -> CodedUnits:
    """The rows of tables as ratings.

    level: given, each coder must have given each unit one label, and the labels are values of that level;
    `scale` is their order where they are words. None decides from the table.
    coders, codes: only these. codebook: every code there is; a label that is none of them is an error.
    assigned: `rows`: a coder was assigned the units that have a row for that coder. `interviews`: every unit
    of each interview in which the coder has a row. `all`: every unit.
    modes: only rows coded in one of these modes count; rows that do not say do.

    Raises InputError with file and line for contradicting rows, unknown codes and values that do not fit the
    level; SettingsError for unknown names; AgreementError where nothing can be compared.
    """
    check_names("coder", coders, table.coders)
    check_names("code", codes, [*codebook, *dict.fromkeys(label for cell in table.cells for label in cell)])
    if codebook:
        _check_codes(table, codebook)
    rows, excluded = _eligible_rows(table, modes)
    kept = tuple(coders) or table.coders
    column = np.array([kept.index(name) if name in kept else -1 for name in table.coders], dtype=np.int32)
    rows = rows[column[table.coder[rows]] >= 0]

    said: list[Problem] = []
    one_label = table.one_label and assigned == "rows" and not codes and not codebook
    if level not in (None, "sets") or (level is None and one_label):
        _check_contradictions(table, rows, adds_up=False)
        values = _values(table, rows, column, kept, level or "nominal", scale, said)
        ratings = as_ratings(values)
    else:
        _check_contradictions(table, rows, adds_up=table.adds_up)
        values = None
        in_use = {label for cell in np.unique(table.cell[rows]) for label in table.cells[cell]}
        wanted = tuple(codes) or tuple(dict.fromkeys([*codebook, *sorted(in_use)]))
        if not wanted:
            raise AgreementError(
                "nobody applied a code: every row says “coded with nothing”",
                path=table.paths[0],
                hint="check the export; to report codes that nobody used, name their --codebook",
            )
        ratings = _presence(table, rows, column, kept, wanted, assigned)
    return rated_only(
        CodedUnits(
            ratings=ratings,
            values=values,
            units=table.units,
            rule=_rule(table),
            excluded=excluded,
            memos={
                (table.units[table.unit[row]].id, table.coders[table.coder[row]]): memo
                for row, memo in table.memos.items()
            },
            codebook_versions={who: found for who, found in table.codebook_versions.items() if who in kept},
            order_known=table.order_known,
            notes=(*table.notes, *said, *_absent_rows(table, rows, assigned, kept)),
        )
    )


def characters_from_table(
    table: CodingTable,
    *,
    coders: Sequence[str] = (),
    codes: Sequence[str] = (),
    modes: Collection[str] = UNAIDED,
) -> CodedUnits:
    """The spans of a table (interview, start, end, coder, code) with every character a unit.

    The table does not tell how long an interview is: it is taken to end with its last span, and to be
    assigned to every coder with a span in it. Raises SettingsError when the rows have no spans.
    """
    check_names("coder", coders, table.coders)
    check_names("code", codes, list(dict.fromkeys(label for cell in table.cells for label in cell)))
    if any(unit.start is None or unit.interview is None for unit in table.units):
        raise SettingsError(
            "--unit character needs to know where each coding starts and ends",
            hint="give the table the columns doc, start, end, coder and code",
        )
    rows, excluded = _eligible_rows(table, modes)
    kept = tuple(coders) or table.coders
    spans: set[CodedSpan] = set()
    ends: dict[str, int] = {}
    assigned: dict[str, set[str]] = {}
    for row in rows.tolist():
        unit, coder = table.units[table.unit[row]], table.coders[table.coder[row]]
        interview, start, end = unit.interview or "", unit.start or 0, unit.end or 0
        ends[interview] = max(end, ends.get(interview, 0))
        if coder in kept:
            assigned.setdefault(interview, set()).add(coder)
            for code in table.cells[table.cell[row]]:
                if not codes or code in codes:
                    spans.add(CodedSpan(interview=interview, coder=coder, code=code, start=start, end=end))
    ratings = character_ratings(
        sorted(spans),
        eligible={interview: [(0, end)] for interview, end in sorted(ends.items())},
        assigned=assigned,
        coders=kept,
        codes=tuple(codes) or sorted({span.code for span in spans}),
        model_coders=table.model_coders & set(kept),
    )
    units = []
    for name, interview in zip(ratings.units, ratings.interviews or (), strict=True):
        start, end = (int(edge) for edge in name.rpartition(":")[2].split("-"))
        units.append(Unit(id=name, interview=interview, start=start, end=end))
    return CodedUnits(
        ratings=ratings,
        values=None,
        units=tuple(units),
        rule="character, up to the last one that anybody coded in the interview",
        excluded=excluded,
        codebook_versions={who: found for who, found in table.codebook_versions.items() if who in kept},
        spans=tuple(sorted(spans)),
        order_known=True,
        notes=table.notes,
    )


def _rule(table: CodingTable) -> str:
    if table.layout == "wide":
        return "a row of the table; an empty cell was not assigned"
    if table.layout == "sets":
        return "a row of the table; an empty cell was read and coded with nothing"
    return "as given in the table; assigned to the coders who have a row for it"


# --- What cannot be used ------------------------------------------------------------------------------


def check_names(kind: str, given: Sequence[str], known: Sequence[str]) -> None:
    """Raise SettingsError for the names that are not known, each with the nearest one that is."""
    problems = []
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            near = near or [each for each in known if name.casefold() in each.casefold()][:1]
            allowed = join_names([f"“{each}”" for each in list(dict.fromkeys(known))[:12]])
            hint = f"did you mean “{near[0]}”?" if near else f"there are {allowed}"
            problems.append(Problem(f"there is no {kind} “{name}”", hint=hint))
    if problems:
        raise SettingsError(problems[0].message, hint=problems[0].hint, problems=problems)


def check_comparable(coded: CodedUnits, path: str | None = None) -> None:
    """Raise AgreementError unless some unit was assigned to two coders."""
    rated = coded.assigned
    active = [coder for coder, n in zip(coded.ratings.coders, rated.sum(axis=0), strict=True) if n]
    if len(active) < 2:
        who = f"one coder only, “{active[0]}”" if active else "no coder has coded a unit"
        raise AgreementError(
            f"{who}: agreement needs two or more",
            path=path,
            hint="name the files of all coders, or add a column “coder” that says who coded each row",
        )
    if (rated.sum(axis=1) >= 2).any():
        return
    examples = []
    for coder in active[:2]:
        unit = coded.units[int(rated[:, coded.ratings.coders.index(coder)].argmax())]
        examples.append(f"“{unit.id}” by {coder}")
    raise AgreementError(
        f"no unit was coded by two coders: for example {join_names(examples)}",
        path=path,
        hint="check that the unit column names the same units for every coder; for spans that each coder "
        "drew freely, say --unit character",
    )


def _check_codes(table: CodingTable, codebook: Sequence[str]) -> None:
    known = set(codebook)
    problems: dict[str, Problem] = {}
    for cell, (file, line) in zip(table.cells, table.cell_lines, strict=True):
        for label in cell:
            if label not in known and label not in problems:
                near = get_close_matches(label, codebook, n=1)
                hint = (
                    f"did you mean “{near[0]}”?" if near else "add it to the codebook, or correct the table"
                )
                problems[label] = Problem(
                    f"the codebook has no code “{label}”", table.paths[file], line, hint
                )
    _raise_any("codes that are not in the codebook", list(problems.values()))


def _check_contradictions(table: CodingTable, rows: NDArray[np.intp], *, adds_up: bool) -> None:
    """No unit has two readings by one coder; where rows add up, only nothing and something contradict."""
    order = rows[np.lexsort((rows, table.coder[rows], table.unit[rows]))]
    unit, coder, cell = table.unit[order], table.coder[order], table.cell[order]
    differs = (unit[1:] == unit[:-1]) & (coder[1:] == coder[:-1]) & (cell[1:] != cell[:-1])
    if adds_up:
        empty = np.array([not labels for labels in table.cells], dtype=bool)[cell]
        differs &= empty[1:] | empty[:-1]
    problems = []
    for at in np.flatnonzero(differs):
        before, row = order[at], order[at + 1]
        other = "" if table.file[before] == table.file[row] else f" of {table.paths[table.file[before]]}"
        problems.append(
            Problem(
                f"{table.coders[coder[at]]} coded {table.units[unit[at]].id} with "
                f"{_in_words(table.cells[cell[at + 1]])} here and with {_in_words(table.cells[cell[at]])} "
                f"on line {table.line[before]}{other}",
                table.paths[table.file[row]],
                int(table.line[row]),
                "keep one of them; several codes of one coder stand in one cell, separated by “;”",
            )
        )
    _raise_any("rows that contradict each other", problems)


def _in_words(cell: Sequence[str]) -> str:
    return join_names([f"“{label}”" for label in cell]) if cell else "nothing"


def _raise_any(what: str, problems: Sequence[Problem]) -> None:
    if len(problems) == 1:
        only = problems[0]
        raise InputError(only.message, path=only.path, line=only.line, hint=only.hint)
    if problems:
        more = len(problems) - _MOST_PROBLEMS
        rest = [Problem(f"and {more} more")] if more > 0 else []
        raise InputError(f"{len(problems)} {what}", problems=[*problems[:_MOST_PROBLEMS], *rest])


# --- From rows to arrays ------------------------------------------------------------------------------


def _eligible_rows(
    table: CodingTable, modes: Collection[str]
) -> tuple[NDArray[np.intp], tuple[Excluded, ...]]:
    """Positions of the rows that count, and what was left out."""
    keep = np.ones(len(table.unit), dtype=bool)
    coded = np.array([bool(cell) for cell in table.cells], dtype=bool)[table.cell]
    excluded = []
    for role in sorted({unit.role for unit in table.units} - {"participant"}):
        units = np.array([unit.role == role for unit in table.units])
        there = units[table.unit]
        who = "of the interviewer" if role == "interviewer" else f"of {role} speakers"
        excluded.append(
            Excluded(reason=f"units {who}", n_units=int(units.sum()), n_codings=int((there & coded).sum()))
        )
        keep &= ~there
    for position, (layer, mode) in enumerate(table.conditions):
        if layer not in ("", "independent"):
            reason = f"rows of the {layer} layer"
        elif mode and mode not in modes:
            reason = f"rows coded in mode {mode}"
        else:
            continue
        there = table.condition == position
        excluded.append(Excluded(reason=reason, n_codings=int((there & keep).sum())))
        keep &= ~there
    return np.flatnonzero(keep), tuple(excluded)


def _presence(
    table: CodingTable,
    rows: NDArray[np.intp],
    column: NDArray[np.int32],
    coders: tuple[str, ...],
    codes: tuple[str, ...],
    assigned: Assigned,
) -> Ratings:
    unit, coder, cell = table.unit[rows], column[table.coder[rows]], table.cell[rows]
    was_assigned = np.zeros((len(table.units), len(coders)), dtype=bool)
    was_assigned[unit, coder] = True
    if assigned != "rows":
        was_assigned |= _assigned_beyond_rows(table, unit, coder, len(coders), by_interview=assigned != "all")
    presence = np.where(was_assigned, np.int8(0), np.int8(-1))[:, :, None].repeat(len(codes), axis=2)
    place = {code: position for position, code in enumerate(codes)}
    columns = [[place[label] for label in labels if label in place] for labels in table.cells]
    lengths = np.array([len(found) for found in columns], dtype=np.intp)
    flat = np.array([position for found in columns for position in found], dtype=np.intp)
    # Row r stands for `lengths[cell[r]]` codes: repeat it so often, and number the repeats within it.
    times = lengths[cell]
    again = np.repeat(np.arange(len(rows)), times)
    within = np.arange(len(again)) - np.repeat(np.cumsum(times) - times, times)
    first = (np.cumsum(lengths) - lengths)[cell]
    presence[unit[again], coder[again], flat[first[again] + within]] = 1
    return Ratings(
        units=tuple(item.id for item in table.units),
        coders=coders,
        codes=codes,
        presence=presence,
        interviews=_interviews(table.units),
        model_coders=table.model_coders & set(coders),
    )


def _assigned_beyond_rows(
    table: CodingTable,
    unit: NDArray[np.int32],
    coder: NDArray[np.int32],
    n_coders: int,
    *,
    by_interview: bool,
) -> NDArray[np.bool_]:
    """Shape (units, coders): every eligible unit, or those of the interviews in which the coder has a row."""
    eligible = np.array([item.role == "participant" for item in table.units], dtype=bool)[:, None]
    if not by_interview:
        return np.broadcast_to(eligible, (len(table.units), n_coders))
    names = _interviews(table.units)
    if names is None:
        raise SettingsError(
            "--assigned interviews needs a column that says which interview each unit is from",
            hint="add a column “interview” or “doc”, or say --assigned all",
        )
    interview = np.unique(names, return_inverse=True)[1]
    seen = np.zeros((interview.max() + 1, n_coders), dtype=bool)
    seen[interview[unit], coder] = True
    return np.asarray(seen[interview] & eligible)


def _values(
    table: CodingTable,
    rows: NDArray[np.intp],
    column: NDArray[np.int32],
    coders: tuple[str, ...],
    level: Level,
    scale: Sequence[str],
    said: list[Problem],
) -> Values:
    """The labels as values of one variable, a cell at a time. What is to be said of it is added to `said`."""
    numeric = level in ("interval", "ratio") or (level == "ordinal" and not scale)
    meanings: dict[int, Category] = {}
    problems = []
    used = np.unique(table.cell[rows]).tolist()
    commas = [cell for cell in used if numeric and _with_comma(table.cells[cell])]
    # 2,5 is two and a half where no number has a point; else nobody knows what it is.
    if commas and any("." in label for cell in used for label in table.cells[cell]):
        commas = []
    if commas:
        file, line = table.cell_lines[commas[0]]
        example = table.cells[commas[0]][0]
        said.append(Problem(f"“{example}” is read with a decimal comma", table.paths[file], line))
    for cell in used:
        labels = table.cells[cell]
        if cell in commas:
            labels = (labels[0].replace(",", "."),)
        try:
            meanings[cell] = _value(labels, level, scale, numeric)
        except SettingsError as error:
            file, line = table.cell_lines[cell]
            problems.append(Problem(str(error), table.paths[file], line, error.hint))
    _raise_any(f"cells that are no value of level {level}", problems)
    categories: Sequence[Category] = scale or sorted(set(meanings.values()))
    place = {category: position for position, category in enumerate(categories)}
    position = np.full(len(table.cells), -1, dtype=np.int32)
    position[list(meanings)] = [place[meaning] for meaning in meanings.values()]
    indices = np.full((len(table.units), len(coders)), -1, dtype=np.int32)
    indices[table.unit[rows], column[table.coder[rows]]] = position[table.cell[rows]]
    return Values(
        units=tuple(item.id for item in table.units),
        coders=coders,
        categories=tuple(categories),
        indices=indices,
        level=level,
        interviews=_interviews(table.units),
        model_coders=table.model_coders & set(coders),
    )


def _with_comma(cell: Sequence[str]) -> bool:
    return len(cell) == 1 and re.fullmatch(r"\s*[-+]?\d+,\d+\s*", cell[0]) is not None


def _value(cell: Sequence[str], level: Level, scale: Sequence[str], numeric: bool) -> str | int | float:
    """The value that a cell stands for. Raises SettingsError, without a place, where it stands for none."""
    if len(cell) != 1:
        what = f"{len(cell)} labels" if cell else "no label"
        raise SettingsError(
            f"{what} where --level {level} needs one", hint="leave --level out for sets of codes"
        )
    label = cell[0]
    if scale and label not in scale:
        steps = join_names([f"“{step}”" for step in scale])
        raise SettingsError(f"“{label}” is not on the scale", hint=f"--scale has {steps}")
    if not numeric:
        return label
    try:
        number = float(label)
    except ValueError:
        number = float("nan")
    if not np.isfinite(number):
        hint = "leave the cell empty where the unit was not assigned, or say --missing " + label.strip()
        if level == "ordinal":
            hint = "name the order of the words: --scale low,medium,high"
        raise SettingsError(f"“{label}” is not a number", hint=hint)
    if level == "ratio" and number < 0:
        raise SettingsError(f"“{label}” is below zero", hint="a ratio scale has none: say --level interval")
    return int(number) if number.is_integer() else number


def _interviews(units: Sequence[Unit]) -> tuple[str, ...] | None:
    names = tuple(unit.interview for unit in units if unit.interview is not None)
    return names if len(names) == len(units) else None


def _absent_rows(
    table: CodingTable, rows: NDArray[np.intp], assigned: Assigned, coders: Sequence[str]
) -> tuple[Problem, ...]:
    """A warning where nothing tells a unit left uncoded from one that was never read."""
    explicit = any(not table.cells[cell] for cell in np.unique(table.cell[rows]))
    if assigned != "rows" or not table.adds_up or explicit:
        return ()
    units = table.unit[rows].astype(np.int64)
    absent = len(np.unique(units)) * len(coders) - len(
        np.unique(units * len(table.coders) + table.coder[rows])
    )
    if not absent:
        return ()
    return (
        Problem(
            f"{absent} times a coder has no row for a unit that another coder coded: taken as not assigned",
            table.paths[0],
            hint="if it was read and nothing applied, say --assigned interviews or --assigned all",
        ),
    )
