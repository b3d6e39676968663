"""Case attributes: read from sheets, every mistake reported, joined to transcripts by id."""

from __future__ import annotations

import io

import openpyxl
import pytest

from tests.builders import make_transcript
from thematic.errors import InputError
from thematic.formats.transcripts.attributes import read_attributes, with_attributes
from thematic.formats.transcripts.reading import SourceFile

SHEET = "participant,site,age band\nP01,North,30-39\nP 2, South ,\n"


def sheet(text: str) -> SourceFile:
    return SourceFile("participants.csv", text.encode())


def test_values_by_participant_in_the_order_of_the_columns() -> None:
    cases = read_attributes(sheet(SHEET))
    assert cases.values == {"P01": {"site": "North", "age band": "30-39"}, "P_2": {"site": "South"}}
    assert cases.attributes == ("site", "age band")
    assert not cases.warnings


def test_the_column_of_participants_may_stand_anywhere_and_in_a_workbook() -> None:
    book = openpyxl.Workbook()
    for row in (["site", "Interview ID", "meetings"], ["North", 7, 3.0]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    cases = read_attributes(SourceFile("participants.xlsx", out.getvalue()))
    assert cases.values == {"7": {"site": "North", "meetings": "3"}}


def test_every_mistake_is_reported_with_its_line() -> None:
    with pytest.raises(InputError) as caught:
        read_attributes(sheet("participant,site\nP01,A\n,B\n\np01,C\nP03,D,E\n"))
    assert [(p.line, p.message) for p in caught.value.problems] == [
        (3, "a row without a participant"),
        (5, "the participant p01 stands also in line 2"),
        (6, "3 cells under 2 columns"),
    ]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("site,arm\nA,B\n", ["no column names the participants"]),
        ("id,Site,,site\nA,B,C,D\n", ["two columns are called “site”", "column 3 has no name"]),
        ("id,site\n", ["no participants in it"]),
        (",,\n", ["the table is empty"]),
    ],
)
def test_a_wrong_head_is_refused(text: str, messages: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        read_attributes(sheet(text))
    assert [p.message for p in caught.value.problems] == messages


def test_values_that_differ_only_by_case_are_a_warning() -> None:
    (warning,) = read_attributes(sheet("id,format\nP1,Online\nP2,online\nP3,in person\n")).warnings
    assert warning.message == "in “format”, “Online” and “online” differ only by case, and are counted apart"


def test_attributes_go_to_the_transcript_of_the_same_id() -> None:
    transcripts = [make_transcript(name, [("INT", "So?")]) for name in ("p01", "P03")]
    joined, warnings = with_attributes(transcripts, read_attributes(sheet(SHEET)))
    assert [dict(t.attributes) for t in joined] == [{"site": "North", "age band": "30-39"}, {}]
    assert [w.message for w in warnings] == ["no row for P03", "no transcript for P_2"]


def test_columns_without_a_name_at_the_end_are_left_out_and_others_told() -> None:
    cases = read_attributes(sheet("participant,site,,\nP01,North,,\n"))
    assert cases.attributes == ("site",)
    with pytest.raises(InputError) as caught:
        read_attributes(sheet("participant,,site\nP01,x,North\n"))
    assert [problem.message for problem in caught.value.problems] == ["column 2 has no name"]
