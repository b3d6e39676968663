"""Case attributes: a sheet with a participant a row and what is known of each (site, arm, age band).

They go to the transcript of the participant, whose id is that of the sheet, and are filters everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from thematic.errors import InputError, Problem
from thematic.formats.safe_csv import plain_cell
from thematic.formats.spreadsheets import read_sheet
from thematic.formats.transcripts.reading import ReadSettings, SourceFile, clean_id
from thematic.model import Transcript
from thematic.text import join_names

__all__ = ["CaseAttributes", "read_attributes", "with_attributes"]

_PARTICIPANT = re.compile(
    r"(?:participant|transcript|interview|case|respondent|interviewee|subject|person|pseudonym)?[\s_-]*"
    r"(?:id|no|nr|number|code|name)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class CaseAttributes:
    """What a sheet says: values by transcript id and attribute, empty ones left out; attributes in order."""

    values: Mapping[str, Mapping[str, str]]
    attributes: tuple[str, ...]
    path: str
    warnings: tuple[Problem, ...] = ()


def read_attributes(file: SourceFile, *, settings: ReadSettings | None = None) -> CaseAttributes:
    """The case attributes in a CSV, TSV or XLSX sheet whose first row names the columns.

    The participants stand in the first column called participant, transcript, case, id or the like. Raises
    InputError with every mistake: no such column, columns without a name or twice, rows without a
    participant, a participant twice. Values that differ only by case or spaces are a warning.
    """
    sheet = read_sheet(file, (settings or ReadSettings()).encoding)
    line, header = sheet.rows[0]
    names = [" ".join(name.split()) for name in header]
    problems = _header_problems(names, line, file)
    key = next((i for i, name in enumerate(names) if name and _PARTICIPANT.fullmatch(name)), None)
    if key is None:
        hint = "call the column of participants “participant”"
        problems.append(Problem("no column names the participants", file.name, line, hint))
    if problems or key is None:
        raise InputError(f"{file.name} cannot be used", path=file.name, problems=problems)
    values: dict[str, dict[str, str]] = {}
    lines: dict[str, int] = {}
    for line, cells in sheet.rows[1:]:
        row = [plain_cell(" ".join(cell.split())) for cell in cells]
        participant = row[key] if key < len(row) else ""
        if any(row[len(names) :]):
            message = f"{len(row)} cells under {len(names)} columns"
            problems.append(Problem(message, file.name, line, "put values with commas in double quotes"))
        elif not participant:
            hint = "write whose row it is, or delete it"
            problems.append(Problem("a row without a participant", file.name, line, hint))
        elif clean_id(participant).casefold() in lines:
            before = lines[clean_id(participant).casefold()]
            message = f"the participant {participant} stands also in line {before}"
            problems.append(Problem(message, file.name, line, "keep one row a participant"))
        else:
            lines[clean_id(participant).casefold()] = line
            values[clean_id(participant)] = {
                name: value
                for i, (name, value) in enumerate(zip(names, row, strict=False))
                if i != key and name and value
            }
    if not values and not problems:
        hint = "write a row for each participant"
        problems.append(Problem("no participants in it", file.name, None, hint))
    if problems:
        raise InputError(f"{file.name} cannot be used", path=file.name, problems=problems)
    attributes = tuple(name for i, name in enumerate(names) if i != key and name)
    decoded = sheet.decoded.warnings if sheet.decoded else ()
    warnings = (*decoded, *sheet.warnings, *_slips(values, attributes, file))
    return CaseAttributes(values, attributes, file.name, warnings)


def with_attributes(
    transcripts: Sequence[Transcript], cases: CaseAttributes
) -> tuple[tuple[Transcript, ...], list[Problem]]:
    """The transcripts with the attributes of their participants, and a warning for whoever has no partner.

    A transcript belongs to the participant of the same id, case ignored. Attributes that came with a
    transcript stay; the sheet has the last word.
    """
    by_key = {participant.casefold(): values for participant, values in cases.values.items()}
    joined: list[Transcript] = []
    alone: list[str] = []
    for transcript in transcripts:
        values = by_key.pop(transcript.id.casefold(), None)
        if values is None:
            alone.append(transcript.id)
        joined.append(replace(transcript, attributes={**transcript.attributes, **(values or {})}))
    warnings = []
    if alone:
        message = f"no row for {join_names(alone)}"
        warnings.append(Problem(message, cases.path, None, "add a row with the id of the transcript"))
    absent = [participant for participant in cases.values if participant.casefold() in by_key]
    if absent:
        message = f"no transcript for {join_names(absent)}"
        warnings.append(
            Problem(message, cases.path, None, "transcripts are named by their file, without ending")
        )
    return tuple(joined), warnings


def _header_problems(names: Sequence[str], line: int, file: SourceFile) -> list[Problem]:
    problems = []
    for i, name in enumerate(names):
        if name and name.casefold() in (other.casefold() for other in names[:i]):
            problems.append(
                Problem(f"two columns are called “{name}”", file.name, line, "rename one of them")
            )
    last = max((i for i, name in enumerate(names) if name), default=-1)
    for i, name in enumerate(names[: last + 1], 1):
        if not name:
            problems.append(Problem(f"column {i} has no name", file.name, line, "name it, or delete it"))
    return problems


def _slips(
    values: Mapping[str, Mapping[str, str]], attributes: Sequence[str], file: SourceFile
) -> list[Problem]:
    """A warning for values of one attribute that differ only by case: `Online` and `online`."""
    warnings = []
    for attribute in attributes:
        spellings: dict[str, list[str]] = {}
        for row in values.values():
            value = row.get(attribute)
            if value and value not in spellings.setdefault(value.casefold(), []):
                spellings[value.casefold()].append(value)
        for found in spellings.values():
            if len(found) > 1:
                quoted = join_names([f"“{value}”" for value in found])
                message = f"in “{attribute}”, {quoted} differ only by case, and are counted apart"
                warnings.append(Problem(message, file.name, None, "write them the same"))
    return warnings
