"""Spreadsheets: turns in named and unnamed columns, Whisper's table, open answers of a survey, workbooks."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import time

import openpyxl
import pytest

from thematic.errors import InputError
from thematic.formats import read_file
from thematic.formats.transcripts.reading import Reading, SourceFile

Table = Sequence[Sequence[object]]


def read_csv(rows: Table, name: str = "P01.csv", delimiter: str = ",") -> Reading:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return read_file(SourceFile(name, out.getvalue().encode()))


def workbook(*sheets: Table) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for n, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet {n + 1}")
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def said(reading: Reading) -> list[tuple[str, str, float | None, float | None]]:
    (transcript,) = reading.transcripts
    return [(t.speaker, transcript.text[t.start : t.end], t.start_time, t.end_time) for t in transcript.turns]


TURNS = [
    ["Start_Time", "End Time", "Speaker", "Text"],
    ["00:00:01", "2.5", "INT", "So, it?"],
    ["0:03.500", "", "P01:", "It was;\nso"],
    ["[0:09]", "", "", "and so."],
]
READ = [("INT", "So, it?", 1.0, 2.5), ("P01", "It was; so and so.", 3.5, None)]


@pytest.mark.parametrize(
    ("name", "delimiter"), [("P01.csv", ","), ("P01.csv", ";"), ("P01.csv", "\t"), ("P01.tsv", "\t")]
)
def test_named_columns_of_text_tables(name: str, delimiter: str) -> None:
    reading = read_csv(TURNS, name, delimiter)
    assert said(reading) == READ
    assert [seconds for _, seconds in reading.transcripts[0].turns[1].anchors] == [3.5, 9.0]
    assert any("1 rows without a speaker" in w.message for w in reading.report.warnings)


def test_workbooks() -> None:
    rows = [
        TURNS[0],
        [time(0, 0, 1), 2.5, "INT", "So, it?"],
        ["0:03.500", None, "P01:", "It was;\nso"],
        ["0:09", None, None, "and so."],
    ]
    reading = read_file(SourceFile("P01.xlsx", workbook(rows, [["other"]], [])))
    assert said(reading) == READ
    assert [w.message for w in reading.report.warnings if "sheet" in w.message] == [
        "only the sheet “Sheet 1” was read, not “Sheet 2”"
    ]


def test_columns_without_names_are_told_by_what_stands_in_them() -> None:
    rows = [["0:01", "Jane", "So, how was it?"], ["0:05", "Tom", "It was."], ["0:09", "Jane", "And?"]]
    assert [(who, words, start) for who, words, start, _ in said(read_csv(rows))] == [
        ("Jane", "So, how was it?", 1.0),
        ("Tom", "It was.", 5.0),
        ("Jane", "And?", 9.0),
    ]


def test_spans_in_one_cell_and_plain_seconds() -> None:
    rows = [["timespan", "speaker", "content"], ["0:01.0 - 0:02.0", "INT", "So?"], ["3.25", "P01", "It."]]
    assert said(read_csv(rows)) == [("INT", "So?", 1.0, 2.0), ("P01", "It.", 3.25, None)]


def test_whisper_writes_milliseconds() -> None:
    rows = [["start", "end", "text"], [43810, 47850, "Hello."], [48000, 49000, "So."], [60000, 61000, "Bye."]]
    assert said(read_csv(rows, "P01.tsv", "\t")) == [
        ("", "Hello. So.", 43.81, 49.0),
        ("", "Bye.", 60.0, 61.0),
    ]


def test_columns_that_are_not_read_and_entities_are_said() -> None:
    rows = [["speaker", "words", "tags"], ["INT", "So &#8212; it &amp; R&D?", "x"], ["P01", "It.", ""]]
    reading = read_csv(rows)
    assert said(reading)[0][1] == "So — it & R&D?"
    messages = [w.message for w in reading.report.warnings]
    assert "columns not read: “tags”" in messages
    assert "2 characters written as &…; were read as characters" in messages


def test_every_row_with_a_time_that_is_none_is_refused() -> None:
    rows = [
        ["start", "speaker", "text"],
        ["soon", "INT", "So?"],
        ["0:01", "P01", "It.\nwas"],
        ["0:77", "INT", "Ok"],
    ]
    with pytest.raises(InputError, match="cannot be aligned") as caught:
        read_csv(rows)
    assert [(p.line, p.message) for p in caught.value.problems] == [
        (2, "“soon” is no time"),
        (5, "“0:77” is no time"),
    ]


SURVEY = [
    ["ID", "Site", "Age band", "What made you go along?", "Anything else?"],
    ["R 1", "North", "30-39", "My key worker said I should.", ""],
    ["R2", "South", "", "I wanted to meet other people.", "It was good for me."],
    ["R3", "South", "40-49", "", ""],
]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_open_answers_one_transcript_a_respondent(kind: str) -> None:
    reading = read_csv(SURVEY) if kind == "csv" else read_file(SourceFile("S.xlsx", workbook(SURVEY)))
    first, second = reading.transcripts
    assert (first.id, first.title, first.attributes) == ("R_1", "R 1", {"Site": "North", "Age band": "30-39"})
    assert [(t.speaker, t.role, second.text[t.start : t.end]) for t in second.turns] == [
        ("Question", "interviewer", "What made you go along?"),
        ("R2", "participant", "I wanted to meet other people."),
        ("Question", "interviewer", "Anything else?"),
        ("R2", "participant", "It was good for me."),
    ]
    assert [(d.line, d.text) for d in reading.report.dropped] == [(4, "R3")]
    (how,) = reading.report.warnings
    assert "“What made you go along?” and “Anything else?” as open questions" in how.message
    assert "“Site” and “Age band” as case attributes" in how.message


def test_a_respondent_twice_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        read_csv(
            [
                ["id", "Why did you go?"],
                ["a b", "Because my friend went there."],
                ["a/b", "I wanted to see it."],
            ]
        )
    assert [(p.line, p.message) for p in caught.value.problems] == [
        (3, "the respondent a/b stands also in line 2")
    ]


def test_answers_without_ids_are_named_by_their_row() -> None:
    reading = read_csv([["Why did you go?"], ["Because my friend went there."]], "S.csv")
    assert [t.id for t in reading.transcripts] == ["S-row2"]


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


WIDE = workbook([["x"] * 1100])


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("P01.csv", b"participant,site\nP01,A\n", "neither a table of turns nor one of open answers"),
        ("P01.csv", b'speaker,text\nINT,"so\n', "this is no table"),
        ("P01.xlsx", workbook([]), "the workbook is empty"),
        ("P01.xlsx", WIDE, "more than 1000 columns"),
        ("P01.xlsx", workbook(TURNS)[:-30], "damaged or cut off"),
        ("P01.xlsx", zipped(**{"xl/a.xml": "<x/>"}), "no Excel workbook inside"),
        ("P01.xlsx", zipped(**{"xl/workbook.xml": "<x"}), "a damaged workbook"),
        (
            "P01.xlsx",
            zipped(**{"xl/workbook.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x/>'}),
            "declares entities",
        ),
    ],
)
def test_what_is_no_table_is_one_clear_error(name: str, data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_file(SourceFile(name, data))


def test_a_table_that_is_saved_as_text_is_a_table_where_its_first_line_names_columns() -> None:
    """NVivo imports and exports transcripts as .txt with tabs or commas."""
    table = "Timespan\tContent\tSpeaker\n0:00.0 - 0:12.3\tSo?\tINT\n0:12.3 - 0:20.0\tWell.\tP01\n"
    for text in (table, table.replace("\t", ",")):
        reading = read_file(SourceFile("P01.txt", text.encode()))
        assert said(reading) == [("INT", "So?", 0.0, 12.3), ("P01", "Well.", 12.3, 20.0)]
    typed = read_file(SourceFile("P01.txt", b"Speaker, text and verse\nINT: So?\nP01: Well.\n"))
    assert [turn[0] for turn in said(typed)] == ["INT", "P01"]


def test_answers_as_qualtrics_writes_them() -> None:
    rows = [
        ["StartDate", "Status", "ResponseId", "Q1"],
        ["Start Date", "Response Type", "Response ID", "What helped you most?"],
        [
            '{"ImportId":"startDate"}',
            '{"ImportId":"status"}',
            '{"ImportId":"_recordId"}',
            '{"ImportId":"QID1"}',
        ],
        ["2024-03-01 10:00:00", "IP Address", "R_1a", "The group, because people listened to me."],
        ["2024-03-01 11:00:00", "IP Address", "R_2b", "My mentor, more than anything else."],
    ]
    one, two = read_csv(rows).transcripts
    assert [one.text[t.start : t.end] for t in one.turns] == [
        "What helped you most?",
        "The group, because people listened to me.",
    ]
    assert (two.id, two.attributes["Response Type"]) == ("R_2b", "IP Address")


def test_answers_as_surveymonkey_writes_them() -> None:
    rows = [
        ["Respondent ID", "What helped you most?", "Where do you attend?", "", ""],
        ["", "Open-Ended Response", "Clinic", "Online", "Other (please specify)"],
        ["114", "The group, because people listened to me.", "Clinic", "", ""],
        ["115", "My mentor, more than anything else.", "", "Online", "A library in the middle of town"],
    ]
    one, two = read_csv(rows).transcripts
    assert [one.text[t.start : t.end] for t in one.turns] == [
        "What helped you most?",
        "The group, because people listened to me.",
    ]
    assert (one.id, dict(one.attributes)) == ("114", {"Where do you attend?: Clinic": "Clinic"})
    assert [two.text[t.start : t.end] for t in two.turns][2:] == [
        "Where do you attend?: Other (please specify)",
        "A library in the middle of town",
    ]


def test_a_respondent_who_answers_response_is_no_heading() -> None:
    rows = [
        ["Respondent ID", "What helped you most?", "What did not?"],
        ["114", "Response", "The room was far too small for all of us."],
        ["115", "My mentor, more than anything else.", "Nothing, it was all as I needed it."],
    ]
    assert [t.id for t in read_csv(rows).transcripts] == ["114", "115"]


def test_a_column_about_people_is_no_column_of_speakers() -> None:
    rows = [
        ["Gender", "Site", "Most helpful thing"],
        ["Female", "North", "The group, because people listened to me."],
        ["Male", "South", "The food, and the people who ran it."],
        ["Female", "North", "Nothing helped me in the end, to be honest."],
    ]
    reading = read_csv(rows)
    assert [t.attributes["Gender"] for t in reading.transcripts] == ["Female", "Male", "Female"]


def test_the_moment_of_an_answer_is_no_answer() -> None:
    rows = [
        ["Timestamp", "How was it?"],
        ["2024/03/01 10:00:00 am GMT", "It was good and I learnt a lot."],
        ["2024/03/02 11:00:00 am GMT", "Too long, I nearly gave up halfway."],
    ]
    reading = read_csv(rows)
    assert [len(t.turns) for t in reading.transcripts] == [2, 2]


@pytest.mark.parametrize("name", ["Start Timecode", "start_time (s)", "Time In", "StartTime"])
def test_names_that_columns_of_times_have(name: str) -> None:
    rows = [["Speaker Name", name, "Transcript"], ["INT", "1.5", "So?"], ["P01", "3.5", "Well."]]
    assert [turn[2] for turn in said(read_csv(rows))] == [1.5, 3.5]


@pytest.mark.parametrize(
    "table",
    [
        "Sprecher;Text;Zeit\nI;Wie war das?;00:01\nB;Gut, glaube ich;00:05\n",
        "Locuteur;Texte;Début\nI;Wie war das?;00:01\nB;Gut, glaube ich;00:05\n",
        "Kuka;Puhe;Aika\nI;Wie war das?;00:01\nB;Gut, glaube ich;00:05\n",  # no name that we know
        "I;Wie war das?;00:01\nB;Gut, glaube ich;00:05\n",  # no names, and a question in the first row
    ],
)
def test_columns_named_in_another_language_or_not_at_all(table: str) -> None:
    (transcript,) = read_file(SourceFile("P01.csv", table.encode())).transcripts
    assert [(t.speaker, transcript.text[t.start : t.end], t.start_time) for t in transcript.turns] == [
        ("I", "Wie war das?", 1.0),
        ("B", "Gut, glaube ich", 5.0),
    ]


def test_rows_without_a_speaker_are_counted_and_given_to_the_one_before() -> None:
    rows = [
        ["speaker", "text", "start"],
        ["INT", "So?", "1"],
        ["P01", "It was.", "2"],
        ["", "And then.", "3"],
        ["", "", "4"],
        ["", "Yes.", "5"],
    ]
    reading = read_csv(rows)
    assert [(who, words) for who, words, *_ in said(reading)] == [
        ("INT", "So?"),
        ("P01", "It was. And then. Yes."),
    ]
    assert any("2 rows without a speaker" in w.message for w in reading.report.warnings)
    plain = read_csv([["text", "start"], ["So?", "0:01"], ["It was.", "0:05"]])
    assert not any("without a speaker" in w.message for w in plain.report.warnings)
    assert any("no speaker names in it" in w.message for w in plain.report.warnings)


def test_a_table_of_whole_seconds_is_whispers_only_with_its_columns() -> None:
    rows = [["start", "end", "speaker", "text"], ["1", "5", "INT", "So?"], ["5", "900", "P01", "It was."]]
    assert [time for *_, time, _ in said(read_csv(rows))] == [1.0, 5.0]
