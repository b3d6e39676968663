"""Coded data: JSONL or CSV rows of turns with the codes that people gave them, many interviews in one file.

Fields: `doc`, `i`, `speaker`, `text`, `codes`; if need be `coder`, `question`, `start_time`, `end_time`. In
CSV, codes are separated by `;`. Rows with the same `doc` and `i` are one turn seen by several coders.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from thematic.errors import InputError, Problem
from thematic.formats.encoding import Decoded, clean, decode, head_text
from thematic.formats.spreadsheets import csv_rows
from thematic.formats.times import parse_time, seconds
from thematic.formats.transcripts.reading import CodedTurn, Reading, ReadSettings, SourceFile, clean_id
from thematic.formats.transcripts.script import Interview, Said, compose, to_readings
from thematic.formats.transcripts.speakers import Roster

__all__ = ["read", "sniff"]

_FIELDS = ("doc", "i", "speaker", "text", "codes", "coder", "question", "start_time", "end_time", "timestamp")
_QUESTIONER = "Interviewer"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file: its line, the interview, the place in it (None: as they come), what was said."""

    line: int
    doc: str
    i: int | None
    speaker: str
    text: str
    codes: tuple[str, ...]
    coder: str
    question: str
    start: float | None
    end: float | None


def sniff(head: bytes, name: str) -> bool:  # noqa: ARG001
    """A first line that is a JSON object, or a CSV header, with `text` and one of `doc` and `codes`."""
    first = head_text(head).lstrip().partition("\n")[0]
    if first.startswith("{"):
        try:
            row = json.loads(first)
        except (ValueError, RecursionError):
            return '"text"' in first and ('"doc"' in first or '"codes"' in first)
        return isinstance(row, dict) and "text" in row and bool(row.keys() & {"doc", "codes"})
    header = {cell.strip().casefold() for cell in next(csv.reader([first]), [])}
    return "text" in header and bool(header & {"doc", "codes"})


def read(file: SourceFile, *, settings: ReadSettings, roster: Roster) -> Reading:
    """One transcript an interview, each row a turn, and the codes of every coder.

    A `question` that is not already the turn before becomes a turn of the interviewer. Raises InputError with
    every row that is broken, lacks words, or contradicts another one.
    """
    decoded = decode(file, settings.encoding)
    problems: list[Problem] = []
    is_json = decoded.text.lstrip().startswith("{")
    read_rows = _json_rows if is_json else _csv_rows
    warnings: list[Problem] = []
    rows = list(read_rows(decoded, file, problems, warnings))
    docs: dict[str, list[Row]] = {}
    for row in rows:
        docs.setdefault(row.doc, []).append(row)
    named: dict[str, str] = {}
    for doc in docs:
        other = named.setdefault(clean_id(doc), doc)
        if other != doc:
            message = f"“{doc}” and “{other}” are the same transcript id {clean_id(doc)}"
            problems.append(Problem(message, file.name, docs[doc][0].line, "rename one of them in the rows"))
    turns = {doc: _merge(docs[doc], file.name, problems) for doc in docs}
    if problems:
        raise InputError(f"{file.name} cannot be read", path=file.name, problems=problems)
    if not rows:
        raise InputError(
            "no rows in it", path=file.name, hint="each row needs doc, i, speaker, text and codes"
        )
    interviews: list[Interview] = []
    coded: list[CodedTurn] = []
    for doc, merged in turns.items():
        pieces, positions = _said(merged)
        interviews.append(Interview(script=compose(pieces, join=False), id=clean_id(doc), title=doc))
        coded += [
            CodedTurn(transcript_id=clean_id(doc), turn=position, codes=row.codes, coder=row.coder)
            for coders, position in zip(merged, positions, strict=True)
            for row in coders
        ]
    reading = to_readings(
        interviews,
        file=file,
        format="coded-jsonl" if is_json else "coded-csv",
        decoded=decoded,
        roster=roster,
        warnings=warnings,
    )
    return replace(reading, coded=tuple(coded))


def _json_rows(
    decoded: Decoded, file: SourceFile, problems: list[Problem], warnings: list[Problem]
) -> Iterator[Row]:
    for number, line in enumerate(decoded.text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            message = error.msg if isinstance(error, json.JSONDecodeError) else "a value no row has"
            problems.append(Problem(f"broken JSON: {message}", file.name, number, "mend or remove this line"))
            continue
        if not isinstance(row, dict):
            problems.append(Problem("not a JSON object", file.name, number, 'write {"doc": …, "text": …}'))
            continue
        yield from _row(row, number, file, problems, warnings)


def _csv_rows(
    decoded: Decoded, file: SourceFile, problems: list[Problem], warnings: list[Problem]
) -> Iterator[Row]:
    (_, names), *rows = csv_rows(decoded.text, file)
    header = [name.strip().casefold() for name in names]
    for line, cells in rows:
        if len(cells) > len(header):
            message = f"{len(cells)} cells under {len(header)} columns"
            problems.append(Problem(message, file.name, line, "put text with commas in double quotes"))
        else:
            yield from _row(dict(zip(header, cells, strict=False)), line, file, problems, warnings)


def _row(
    row: Mapping[str, Any], line: int, file: SourceFile, problems: list[Problem], warnings: list[Problem]
) -> Iterator[Row]:
    found: list[Problem] = []

    def text(key: str) -> str:
        value = row.get(key)
        if value is None:
            return ""
        if not isinstance(value, str | int | float):
            found.append(Problem(f"“{key}” is not text", file.name, line, "write it in quotes"))
        cleaned, doubts = clean(str(value), file.name)
        warnings.extend(replace(doubt, line=line) for doubt in doubts)
        return cleaned.strip()

    words = text("text")
    if not words:
        found.append(Problem("a row without text", file.name, line, "remove it, or fill in what was said"))
    i = row.get("i")
    if i in (None, ""):
        place = None
    elif isinstance(i, int | str) and not isinstance(i, bool) and str(i).strip().isdecimal():
        place = int(str(i)[:18])
    else:
        place = None
        found.append(
            Problem(f"“i” is {i!r}, not a whole number", file.name, line, "number the turns 0, 1, 2 …")
        )
    built = Row(
        line=line,
        doc=text("doc") or file.stem,
        i=place,
        speaker=" ".join(text("speaker").split()),
        text=words,
        codes=_codes(row.get("codes"), file, line, found),
        coder=text("coder"),
        question=text("question"),
        start=_time(row.get("start_time") or row.get("timestamp"), file, line, found),
        end=_time(row.get("end_time"), file, line, found),
    )
    problems.extend(found)
    if not found:
        yield built


def _codes(value: object, file: SourceFile, line: int, found: list[Problem]) -> tuple[str, ...]:
    if value is None:
        return ()
    entries = value.split(";") if isinstance(value, str) else value
    if not isinstance(entries, list) or not all(isinstance(code, str) for code in entries):
        found.append(
            Problem("“codes” is not a list of codes", file.name, line, 'write ["code one", "code two"]')
        )
        return ()
    return tuple(dict.fromkeys(code.strip() for code in entries if code.strip()))


def _time(value: object, file: SourceFile, line: int, found: list[Problem]) -> float | None:
    if value is None or value == "":
        return None
    time = parse_time(value.strip(" []()")) if isinstance(value, str) else None
    time = seconds(value) if time is None else time
    if time is None:
        found.append(Problem(f"{value!r} is no time", file.name, line, "write seconds, or 00:01:02"))
    return time


def _merge(rows: list[Row], name: str, problems: list[Problem]) -> list[list[Row]]:
    """The rows of one interview by turn, in order of `i`: each turn with the rows of its coders."""
    turns: dict[int, list[Row]] = {}
    for position, row in enumerate(rows):
        turns.setdefault(row.i if row.i is not None else -1 - position, []).append(row)
    for seen in turns.values():
        for row in seen[1:]:
            if (row.text, row.speaker) != (seen[0].text, seen[0].speaker):
                message = f"turn {row.i} of “{row.doc}” reads differently in line {seen[0].line}"
                problems.append(Problem(message, name, row.line, "give each turn its own i"))
        coders = [row.coder for row in seen]
        for row, coder in zip(seen, coders, strict=True):
            if coders.index(coder) != seen.index(row):
                message = f"turn {row.i} of “{row.doc}” comes twice" + (f" from {coder}" if coder else "")
                problems.append(Problem(message, name, row.line, "keep one, or name the coders in “coder”"))
    if all(row.i is not None for row in rows):
        return [turns[i] for i in sorted(turns)]
    return list(turns.values())


def _said(turns: list[list[Row]]) -> tuple[list[Said], list[int]]:
    """What is said, questions included, and the position of each turn in it."""
    pieces: list[Said] = []
    positions: list[int] = []
    asked = ""
    for row, *_ in turns:
        if row.question and row.question != asked and not (pieces and pieces[-1].text == row.question):
            pieces.append(Said(label=_QUESTIONER, text=row.question))
        asked = row.question
        positions.append(len(pieces))
        pieces.append(Said(label=row.speaker, text=row.text, start_time=row.start, end_time=row.end))
    return pieces, positions
