"""0/1 tables for statistics: excerpt by code, participant by code, and scripts for R and SPSS.

A cell is 1 where somebody gave the code, 0 where somebody looked and did not, and empty (missing) where
nobody looked. Codes are columns as they were given; a theme has a second column, `any_…`, for it or any code
below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from thematic.codebook import walk
from thematic.errors import Problem
from thematic.formats.exports.excerpt_rows import code_labels, coders_who_looked, codes_in_use, excerpt_rows
from thematic.formats.exports.places import Speech, participants
from thematic.formats.exports.variable_names import variable_names
from thematic.formats.safe_csv import safe_csv
from thematic.model import Code, StudyData
from thematic.text import count_words

__all__ = ["Column", "code_columns", "not_carried", "render_files"]

_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,10})?")
_LABEL_BYTES = 150  # a line of SPSS syntax holds 256 bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table: its variable, what it says in words, and its kind.

    `codes` are the ids whose coding makes a 1. kind: text, number, or flag (0/1).
    """

    variable: str
    label: str
    kind: str
    codes: frozenset[str] = frozenset()


def render_files(data: StudyData) -> dict[str, bytes]:
    """The two tables, the list of variables, and the two scripts."""
    codes = code_columns(data)
    attributes = _attributes(data, [c.variable for c in codes])
    excerpts = [*_EXCERPT_COLUMNS, *attributes.values(), *codes]
    people = [*_PARTICIPANT_COLUMNS, *attributes.values(), *codes]
    tables = {
        "excerpts_by_code.csv": (excerpts, _excerpt_rows(data, attributes, codes)),
        "participants_by_code.csv": (people, _participant_rows(data, attributes, codes)),
    }
    files = {
        name: safe_csv([c.variable for c in columns], rows, bare=True)
        for name, (columns, rows) in tables.items()
    }
    files["codes.csv"] = _code_list(data, codes)
    shapes = {name: (columns, _widths(columns, rows)) for name, (columns, rows) in tables.items()}
    files["read_in_r.R"] = _r_script(tables)
    files["read_in_spss.sps"] = _spss_script(shapes)
    return files


def not_carried(data: StudyData) -> tuple[Problem, ...]:
    """Codings that are in no row, and what was joined in one cell."""
    found = []
    layers = sorted({c.layer for c in data.codings})
    coders = {c.coder_id for c in data.codings}
    if len(coders) > 1 or len(layers) > 1:
        message = (
            f"a 1 stands for any of {len(coders)} coders"
            f"{' and of the layers ' + ' and '.join(layers) if len(layers) > 1 else ''}"
        )
        found.append(Problem(message, hint="for one of them: --coder NAME or --layer LAYER"))
    placed = {id(c) for row in excerpt_rows(data) for c in row.codings}
    outside = sum(id(c) not in placed for c in data.codings)
    if outside:
        found.append(Problem(f"{outside} codings lie outside the excerpts: no row of excerpts_by_code"))
    return tuple(found)


# --- Columns -------------------------------------------------------------------------------------------

_EXCERPT_COLUMNS = (
    Column(variable="excerpt", label="Id of the excerpt", kind="text"),
    Column(variable="transcript", label="Id of the transcript", kind="text"),
    Column(variable="speaker", label="Who says it", kind="text"),
    Column(variable="start_time", label="Seconds from the start of the recording", kind="number"),
    Column(variable="words", label="Words in the excerpt", kind="number"),
    Column(variable="coders", label="Coders who looked at the excerpt", kind="number"),
)
_PARTICIPANT_COLUMNS = (
    Column(variable="participant", label="Participant", kind="text"),
    Column(variable="transcript", label="Id of the transcript", kind="text"),
    Column(variable="speaker", label="Name in the transcript", kind="text"),
    Column(variable="words", label="Words the participant says", kind="number"),
    Column(variable="excerpts", label="Excerpts of the participant", kind="number"),
    Column(variable="excerpts_looked_at", label="Excerpts that a coder looked at", kind="number"),
)


def code_columns(data: StudyData) -> list[Column]:
    """A column for each code in use, in the order of the tree; a theme has `any_…` right behind its own."""
    tree = [code for _, code in codes_in_use(data)]
    below = _below(data)
    labels = code_labels(data.codebook)
    wanted: list[tuple[str, str, frozenset[str]]] = []
    for code in tree:
        wanted.append((code.id, labels.get(code.id, code.id), frozenset([code.id])))
        if len(below.get(code.id, ())) > 1:
            wanted.append((f"any {code.id}", f"{labels[code.id]}, or any code below it", below[code.id]))
    fixed = {c.variable for c in (*_EXCERPT_COLUMNS, *_PARTICIPANT_COLUMNS)}
    names = variable_names((name for name, _, _ in wanted), taken=fixed)
    return [
        Column(variable=names[name], label=label, kind="flag", codes=codes) for name, label, codes in wanted
    ]


def _below(data: StudyData) -> dict[str, frozenset[str]]:
    """Each code with itself and all below it."""
    children: dict[str, list[Code]] = {}
    for code in data.codebook.codes:
        children.setdefault(code.parent_id or "", []).append(code)
    found: dict[str, frozenset[str]] = {}
    for _, code in reversed(list(walk(data.codebook))):
        found[code.id] = frozenset([code.id]).union(*(found[child.id] for child in children.get(code.id, ())))
    return found


def _attributes(data: StudyData, taken: Iterable[str]) -> dict[str, Column]:
    """A column for each case attribute; of numbers where every value is one."""
    values: dict[str, list[str]] = {}
    for transcript in data.transcripts:
        for name, value in transcript.attributes.items():
            values.setdefault(name, []).append(value)
    fixed = [c.variable for c in (*_EXCERPT_COLUMNS, *_PARTICIPANT_COLUMNS)]
    names = variable_names(values, taken=[*fixed, *taken])
    return {
        name: Column(
            variable=names[name],
            label=name,
            kind="number" if all(_NUMBER.fullmatch(v) for v in found if v) else "text",
        )
        for name, found in values.items()
    }


# --- Rows ----------------------------------------------------------------------------------------------

Row = list[str | float]


def _excerpt_rows(data: StudyData, attributes: Mapping[str, Column], codes: Sequence[Column]) -> list[Row]:
    looked = coders_who_looked(data)
    return [
        [
            row.excerpt.id,
            row.excerpt.transcript_id,
            _flat(row.excerpt.speaker),
            "" if row.excerpt.start_time is None else round(row.excerpt.start_time, 3),
            count_words(row.excerpt.text),
            len(looked.get(row.excerpt.id, ())),
            *_attribute_cells(row.transcript.attributes, attributes),
            *_flags({c.code_id for c in row.codings}, codes, looked=row.excerpt.id in looked),
        ]
        for row in excerpt_rows(data)
    ]


def _participant_rows(
    data: StudyData, attributes: Mapping[str, Column], codes: Sequence[Column]
) -> list[Row]:
    speech = Speech(data.transcripts)
    given: dict[tuple[str, str], set[str]] = {}
    for coding in data.codings:
        quote = coding.quote
        for turn in speech.turns(quote):
            given.setdefault((quote.transcript_id, turn.speaker), set()).add(coding.code_id)
    looked = coders_who_looked(data)
    excerpts: dict[tuple[str, str], list[bool]] = {}
    for segmentation in data.segmentations:
        for excerpt in segmentation.excerpts:
            excerpts.setdefault((excerpt.transcript_id, excerpt.speaker), []).append(excerpt.id in looked)
    rows: list[Row] = []
    for person in participants(data):
        key = (person.transcript.id, person.speaker)
        seen = excerpts.get(key, [])
        rows.append(
            [
                _flat(person.id),
                person.transcript.id,
                _flat(person.speaker),
                person.words,
                len(seen),
                sum(seen),
                *_attribute_cells(person.transcript.attributes, attributes),
                *_flags(given.get(key, set()), codes, looked=any(seen) or key in given),
            ]
        )
    return rows


def _attribute_cells(values: Mapping[str, str], attributes: Mapping[str, Column]) -> Row:
    cells: Row = []
    for name, column in attributes.items():
        value = _flat(values.get(name, ""))
        cells.append(float(value) if column.kind == "number" and "." in value else value)
        if column.kind == "number" and value and "." not in value:
            cells[-1] = int(value)
    return cells


def _flags(given: set[str], codes: Sequence[Column], *, looked: bool) -> Row:
    return [int(not given.isdisjoint(column.codes)) if looked else "" for column in codes]


def _flat(text: str) -> str:
    return " ".join(text.split())


def _code_list(data: StudyData, columns: Sequence[Column]) -> bytes:
    by_id = {code.id: code for code in data.codebook.codes}
    rows = []
    for column in columns:
        own = by_id.get(next(iter(column.codes))) if len(column.codes) == 1 else None
        rows.append(
            [
                column.variable,
                column.label,
                "; ".join(sorted(column.codes)),
                _flat(own.definition) if own else "",
            ]
        )
    return safe_csv(("variable", "label", "code_ids", "definition"), rows, bare=True)


# --- Scripts -------------------------------------------------------------------------------------------


def _r_script(tables: Mapping[str, tuple[Sequence[Column], list[Row]]]) -> bytes:
    lines = [
        "# Reads the tables of this folder into R, with a label on each variable.",
        '# source("read_in_r.R", chdir = TRUE)',
        "# 1: the code was given. 0: somebody looked and did not give it. NA: nobody looked.",
    ]
    classes = {"text": "character", "number": "numeric", "flag": "integer"}
    for name, (columns, _) in tables.items():
        frame = name.removesuffix(".csv")
        kinds = ",\n".join(f'    {c.variable} = "{classes[c.kind]}"' for c in columns)
        lines += [
            "",
            f"{frame} <- read.csv(",
            f'  "{name}", fileEncoding = "UTF-8-BOM", na.strings = "", quote = "\\"",',
            f"  colClasses = c(\n{kinds}\n  )",
            ")",
        ]
        lines += [f'attr({frame}${c.variable}, "label") <- {_r_string(c.label)}' for c in columns]
    return ("\n".join(lines) + "\n").encode("ascii")


def _r_string(text: str) -> str:
    """A string of R in ASCII, so that the encoding in which the script is read does not matter."""
    signs = {'"': '\\"', "\\": "\\\\"}
    out = []
    for sign in _flat(text):
        code = ord(sign)
        out.append(signs.get(sign) or (sign if 32 <= code < 127 else f"\\U{{{code:x}}}"))
    return '"' + "".join(out) + '"'


def _widths(columns: Sequence[Column], rows: Sequence[Row]) -> dict[str, int]:
    """The longest text of each column in bytes, as SPSS counts."""
    return {
        c.variable: max([1, *(len(str(row[i]).encode("utf-8", "replace")) + 1 for row in rows)])
        for i, c in enumerate(columns)
        if c.kind == "text"
    }


def _spss_script(shapes: Mapping[str, tuple[Sequence[Column], Mapping[str, int]]]) -> bytes:
    lines = [
        "* Encoding: UTF-8.",
        "* Reads the tables of this folder into SPSS, with labels.",
        "* First go to the folder: CD 'the folder of this file'.",
        "* 1: the code was given. 0: somebody looked and did not give it. Missing: nobody looked.",
    ]
    for name, (columns, widths) in shapes.items():
        flags = [c.variable for c in columns if c.kind == "flag"]
        lines += [
            "",
            "GET DATA",
            "  /TYPE=TXT",
            f"  /FILE='{name}'",
            "  /ENCODING='UTF8'",
            "  /DELCASE=LINE",
            '  /DELIMITERS=","',
            "  /QUALIFIER='\"'",
            "  /ARRANGEMENT=DELIMITED",
            "  /FIRSTCASE=2",
            "  /VARIABLES=",
            *(f"  {c.variable} {_spss_format(c, widths)}" for c in columns),
        ]
        lines[-1] += "."
        lines.append("VARIABLE LABELS")
        lines += [f"  {c.variable} {_spss_string(c.label)}" for c in columns]
        lines[-1] += "."
        if flags:
            lines += ["VALUE LABELS", *(f"  {flag}" for flag in flags), "  0 'not given' 1 'given'."]
            lines += ["VARIABLE LEVEL", *(f"  {flag}" for flag in flags), "  (NOMINAL)."]
        # A copy outlives the next GET DATA in SPSS and in PSPP; in PSPP a name alone does not.
        lines.append(f"DATASET COPY {name.removesuffix('.csv')}.")
    lines.append(f"DATASET ACTIVATE {next(iter(shapes)).removesuffix('.csv')}.")
    return ("\r\n".join(lines) + "\r\n").encode("utf-8-sig")


def _spss_format(column: Column, widths: Mapping[str, int]) -> str:
    if column.kind == "flag":
        return "F1.0"
    return f"A{min(widths[column.variable], 32767)}" if column.kind == "text" else "F12.3"


def _spss_string(text: str) -> str:
    """A string of SPSS syntax, cut to what a line of syntax holds; codes.csv has all of it."""
    flat = _flat(text)
    whole = flat.encode("utf-8", "replace")
    if len(whole) > _LABEL_BYTES:
        flat = whole[:_LABEL_BYTES].decode("utf-8", "ignore").rstrip() + "…"
    return "'" + flat.replace("'", "''") + "'"
