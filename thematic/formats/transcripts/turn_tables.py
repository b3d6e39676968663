"""Spreadsheets of speech: a turn a row (Whisper's TSV among them), or a respondent a row with open answers.

Case attributes of respondents, such as an age band in a column of its own, go to the transcripts.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from thematic.errors import InputError, Problem
from thematic.formats.encoding import head_text
from thematic.formats.spreadsheets import Sheet, is_workbook, read_sheet
from thematic.formats.times import parse_time, seconds
from thematic.formats.transcripts.labels import stamp_times
from thematic.formats.transcripts.reading import Dropped, Reading, ReadSettings, SourceFile, clean_id
from thematic.formats.transcripts.script import Interview, Said, compose, to_reading, to_readings
from thematic.formats.transcripts.speakers import Roster
from thematic.formats.transcripts.tables import Columns, columns_of, is_time, names_columns
from thematic.text import count_words, join_names

__all__ = ["read", "sniff"]

Rows = Sequence[tuple[int, list[str]]]
_EXTENSIONS = (".csv", ".tsv", ".tab", ".xlsx", ".xlsm")
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z]+\d*);")
_RESPONDENT = re.compile(
    r"(?:participant|respondent|response|case|subject|person|record|interview|user)?[\s_-]*(?:id|no|nr|number|code)?",
    re.IGNORECASE,
)
# Open answers are sentences; closed ones are a word or two.
_OPEN_ANSWER_WORDS = 4.0
_QUESTION = "Question"
_ABOUT_PEOPLE = frozenset(
    "gender sex age site arm region country city ethnicity education occupation profession job department "
    "group cohort condition status income religion nationality year school class grade".split()
)
_QUALTRICS_ID = ("ResponseId", "ResponseID")
_ASKED = re.compile(r"\?$|\b(?:comments?|feedback|describe|explain|tell us|please specify)\b", re.IGNORECASE)
_OPEN_ENDED = re.compile(r"(?:open-ended )?response", re.IGNORECASE)
# 2024/03/01 10:00:00 am GMT has four words and answers nothing.
_DATED = re.compile(r"\W*\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}\b.{0,30}")


def sniff(head: bytes, name: str) -> bool:
    """A workbook, text with the extension of a table, or .txt whose first line names columns, as NVivo's."""
    if name.lower().endswith(".txt"):
        first = next((line for line in head_text(head).split("\n") if line.strip()), "")
        return any(names_columns(first.split(separator)) for separator in "\t,;")
    is_text_table = name.lower().endswith(_EXTENSIONS[:3]) and not head.startswith(b"PK\x03\x04")
    return is_text_table or is_workbook(head, name)


def read(file: SourceFile, *, settings: ReadSettings, roster: Roster) -> Reading:
    """The transcript of a table of turns, or one transcript a respondent of a table of answers.

    Raises InputError with every row that has a time that is none, and when the table is of neither kind.
    """
    sheet = _without_second_headings(_without_qualtrics_rows(read_sheet(file, settings.encoding)))
    columns = columns_of([row for _, row in sheet.rows])
    survey = _Survey.of(sheet.rows)
    first = sheet.rows[0][1] if sheet.rows else ()
    is_turn = columns is not None and is_time(columns.cell(first, columns.time))
    if columns and (columns.header or is_turn or not (survey and survey.is_sure)):
        return _read_turns(file, sheet, columns, settings, roster)
    if survey:
        return _read_answers(file, sheet, survey, roster)
    raise InputError(
        "neither a table of turns nor one of open answers",
        path=file.name,
        hint="name the columns speaker, text and start in its first row; "
        "a table of case attributes is called participants.csv",
    )


def _without_qualtrics_rows(sheet: Sheet) -> Sheet:
    """Qualtrics writes three rows of headings: names, the questions in full, and codes. The questions
    stay."""
    rows = sheet.rows
    if len(rows) < 4 or not any('{"ImportId"' in cell for cell in rows[2][1]):
        return sheet
    names, questions = rows[0][1], rows[1][1]
    header = [
        name if name in _QUALTRICS_ID else question for name, question in zip(names, questions, strict=False)
    ]
    return replace(sheet, rows=[(rows[0][0], header), *rows[3:]])


def _without_second_headings(sheet: Sheet) -> Sheet:
    """SurveyMonkey writes two rows of headings: questions, and beneath each a choice, or that it is open."""
    rows = sheet.rows
    if len(rows) < 3 or not any(_OPEN_ENDED.fullmatch(cell.strip()) for cell in rows[1][1]):
        return sheet
    if rows[1][1][0].strip():
        return sheet  # the number of a respondent, who answered "Response"
    questions, choices = rows[0][1], rows[1][1]
    header, question = [], ""
    for i, choice in enumerate(choices):
        own = questions[i].strip() if i < len(questions) else ""
        question = own or question
        is_choice = choice.strip() and not _OPEN_ENDED.fullmatch(choice.strip())
        header.append(f"{question}: {choice.strip()}" if is_choice else own)
    return replace(sheet, rows=[(rows[0][0], header), *rows[2:]])


# --- A turn a row --------------------------------------------------------------------------------------


def _read_turns(
    file: SourceFile, sheet: Sheet, columns: Columns, settings: ReadSettings, roster: Roster
) -> Reading:
    rows = sheet.rows[1:] if columns.header else sheet.rows
    problems: list[Problem] = []
    in_milliseconds = _is_whisper(columns, rows)
    pieces: list[Said] = []
    label, blank_labels, entities = "", 0, 0
    for line, cells in rows:
        words = columns.cell(cells, columns.words)
        own = " ".join(columns.cell(cells, columns.label).rstrip(":： ").split())
        blank_labels += bool(words.strip() and label and not own and columns.label is not None)
        label = own or label
        text, found = _ENTITY.subn(lambda m: html.unescape(m[0]), words)
        entities += found
        start, end = _row_times(columns, cells, line, file, problems)
        if in_milliseconds:
            start, end = (time / 1000 if time is not None else None for time in (start, end))
        pieces.append(Said(label=label, text=text, start_time=start, end_time=end))
    if problems:
        raise InputError(f"{file.name} cannot be aligned", path=file.name, problems=problems)
    script = compose(pieces, pause=settings.pause)
    script.warnings += sheet.warnings
    unread = _other_columns(columns)
    if unread:
        script.warnings.append(Problem(f"columns not read: {join_names(unread)}", file.name))
    if blank_labels:
        message = f"{blank_labels} rows without a speaker were given to the speaker before them"
        script.warnings.append(Problem(message, file.name))
    if entities:
        script.warnings.append(
            Problem(f"{entities} characters written as &…; were read as characters", file.name)
        )
    if not label and script.turns:
        message = "no speaker names in it: every turn is of an unnamed participant"
        script.warnings.append(Problem(message, file.name, None, "add a column “speaker”"))
    return to_reading(script, file=file, format=_format(file), decoded=sheet.decoded, roster=roster)


def _is_whisper(columns: Columns, rows: Rows) -> bool:
    """Whisper's own table: start, end, text, the times in whole milliseconds."""
    if columns.header is None or tuple(map(str.casefold, columns.header)) != ("start", "end", "text"):
        return False
    return all(cell.strip().isdecimal() for _, cells in rows for cell in cells[:2])


def _row_times(
    columns: Columns, cells: Sequence[str], line: int, file: SourceFile, problems: list[Problem]
) -> tuple[float | None, float | None]:
    """Start and end in seconds: as hours and minutes, as seconds, or as a span in one cell."""
    times: list[float | None] = []
    for position in (columns.time, columns.end):
        cell = columns.cell(cells, position).strip(" []()<>#")
        time = parse_time(cell) if cell else None
        if cell and time is None:
            time = seconds(cell)
        if cell and time is None and position == columns.time:
            start, end = stamp_times(cell)
            if start is not None and end is not None:
                return start, end
        if cell and time is None:
            problems.append(Problem(f"“{cell}” is no time", file.name, line, "write 00:01:02, or seconds"))
        times.append(time)
    return times[0], times[1]


def _other_columns(columns: Columns) -> list[str]:
    return [
        f"“{name}”" for i, name in enumerate(columns.header or ()) if i not in columns.taken and name.strip()
    ]


# --- A respondent a row --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Survey:
    """Positions of the columns of a table of answers: the respondent's id, open questions, closed ones."""

    header: list[str]
    respondent: int | None
    open: tuple[int, ...]
    closed: tuple[int, ...]

    @property
    def is_sure(self) -> bool:
        """Whether respondents have ids, or a heading asks something or is about people: not so in a table of
        turns."""
        return (
            self.respondent is not None
            or any(self.header[i].endswith("?") for i in self.open)
            or any(self.header[i].casefold() in _ABOUT_PEOPLE for i in self.closed)
        )

    @staticmethod
    def of(rows: Rows) -> _Survey | None:
        """The columns of a table of answers, or None where no column holds sentences."""
        if len(rows) < 2:
            return None
        header = [" ".join(name.split()) for name in rows[0][1]]
        answers = [[row[i].strip() for _, row in rows[1:] if i < len(row)] for i in range(len(header))]
        ids = [i for i, name in enumerate(header) if name and _RESPONDENT.fullmatch(name)]
        respondent = next((i for i in ids if all(answers[i]) and len(set(answers[i])) == len(rows) - 1), None)
        named = [i for i, name in enumerate(header) if name and i != respondent]
        open_ = tuple(i for i in named if _is_open(header[i], [answer for answer in answers[i] if answer]))
        closed = tuple(i for i in named if i not in open_)
        return _Survey(header, respondent, open_, closed) if open_ else None


def _is_open(question: str, answers: Sequence[str]) -> bool:
    if not answers or all(map(_DATED.fullmatch, answers)):
        return False
    words = sum(map(count_words, answers)) / len(answers)
    return words >= _OPEN_ANSWER_WORDS or (
        _ASKED.search(question) is not None and words >= _OPEN_ANSWER_WORDS / 2
    )


def _read_answers(file: SourceFile, sheet: Sheet, survey: _Survey, roster: Roster) -> Reading:
    problems: list[Problem] = []
    dropped: list[Dropped] = []
    interviews: list[Interview] = []
    lines: dict[str, int] = {}
    for line, cells in sheet.rows[1:]:
        name = _cell(cells, survey.respondent) or f"{file.stem}-row{line}"
        identifier = clean_id(name)
        if identifier.casefold() in lines:
            message = f"the respondent {name} stands also in line {lines[identifier.casefold()]}"
            hint = "give each respondent one row and an id of their own"
            problems.append(Problem(message, file.name, line, hint))
            continue
        lines[identifier.casefold()] = line
        pieces = list(_answers(cells, survey, name))
        if not pieces:
            dropped.append(Dropped(line, name, "a respondent without open answers", 0))
            continue
        attributes = {survey.header[i]: answer for i in survey.closed if (answer := _cell(cells, i))}
        interviews.append(
            Interview(
                script=compose(pieces),
                id=identifier,
                title=name,
                attributes=attributes,
                roles={_QUESTION: "interviewer", name: "participant"},
            )
        )
    if problems:
        raise InputError(f"{file.name} cannot be read", path=file.name, problems=problems)
    return to_readings(
        interviews,
        file=file,
        format=f"{_format(file)}-answers",
        decoded=sheet.decoded,
        roster=roster,
        dropped=dropped,
        warnings=[*sheet.warnings, _how_read(survey, file)],
    )


def _answers(cells: Sequence[str], survey: _Survey, name: str) -> Iterator[Said]:
    for i in survey.open:
        answer = _cell(cells, i)
        if answer:
            yield Said(label=_QUESTION, text=survey.header[i])
            yield Said(label=name, text=answer)


def _how_read(survey: _Survey, file: SourceFile) -> Problem:
    questions = join_names([f"“{survey.header[i]}”" for i in survey.open])
    closed = join_names([f"“{survey.header[i]}”" for i in survey.closed])
    message = f"a table of answers: {questions} as open questions" + (
        f", {closed} as case attributes" if closed else ""
    )
    return Problem(message, file.name, None, "if that is wrong, leave out or rename the columns")


def _cell(cells: Sequence[str], position: int | None) -> str:
    return " ".join(cells[position].split()) if position is not None and position < len(cells) else ""


def _format(file: SourceFile) -> str:
    return file.extension if f".{file.extension}" in _EXTENSIONS else "csv"
