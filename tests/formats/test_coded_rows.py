"""Coded data in JSONL and CSV: interviews, turns, questions and the codes of several coders."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from thematic.errors import InputError
from thematic.formats import read_file
from thematic.formats.transcripts.reading import Reading, SourceFile

Row = dict[str, object]


def read_jsonl(*rows: Row | str) -> Reading:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    return read_file(SourceFile("coded.jsonl", "\n".join(lines).encode()))


def read_csv(*rows: list[str]) -> Reading:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return read_file(SourceFile("coded.csv", out.getvalue().encode()))


def said(reading: Reading) -> dict[str, list[tuple[str, str]]]:
    return {
        t.id: [(turn.speaker, t.text[turn.start : turn.end]) for turn in t.turns] for t in reading.transcripts
    }


def test_one_transcript_an_interview_and_one_turn_a_row() -> None:
    reading = read_jsonl(
        {"doc": "A", "i": 0, "speaker": "INT", "text": "So?", "codes": []},
        {"doc": "A", "i": 1, "speaker": "P01", "text": "I went.", "codes": ["access", "cost"]},
        {"doc": "A", "i": 2, "speaker": "P01", "text": "And left.", "codes": ["access"]},
        {"doc": "B", "i": 0, "speaker": "P02", "text": "No.", "codes": []},
    )
    assert said(reading) == {
        "A": [("INT", "So?"), ("P01", "I went."), ("P01", "And left.")],
        "B": [("P02", "No.")],
    }
    assert [(c.transcript_id, c.turn, c.codes) for c in reading.coded] == [
        ("A", 0, ()),
        ("A", 1, ("access", "cost")),
        ("A", 2, ("access",)),
        ("B", 0, ()),
    ]


@pytest.mark.parametrize("read", [read_jsonl, lambda *rows: read_csv(["text", "codes"], *map(list, rows))])
def test_rows_that_name_no_interview_are_one(read: Callable[..., Reading]) -> None:
    rows: list[Any] = [("I went.", "access"), ("And left.", "")]
    if read is read_jsonl:
        rows = [{"text": text, "codes": [code] if code else []} for text, code in rows]
    reading = read(*rows)
    assert [(t.id, len(t.turns)) for t in reading.transcripts] == [("coded", 2)]
    assert [c.codes for c in reading.coded] == [("access",), ()]


def test_csv_with_quotes_line_ends_and_semicolons() -> None:
    reading = read_csv(
        ["doc", "i", "speaker", "text", "codes", "coder"],
        ["A", "0", "P01", 'I "went",\nand left.', "access; cost", "ann"],
        ["A", "0", "P01", 'I "went",\nand left.', "", "ben"],
    )
    assert said(reading) == {"A": [("P01", 'I "went", and left.')]}
    assert [(c.turn, c.coder, c.codes) for c in reading.coded] == [
        (0, "ann", ("access", "cost")),
        (0, "ben", ()),
    ]


def test_rows_come_in_the_order_of_i() -> None:
    reading = read_jsonl(
        {"doc": "A", "i": 1, "text": "b", "speaker": "x"}, {"doc": "A", "i": 0, "text": "a", "speaker": "y"}
    )
    assert said(reading) == {"A": [("y", "a"), ("x", "b")]}


def test_a_question_becomes_a_turn_of_the_interviewer_once() -> None:
    base: Row = {"doc": "A", "speaker": "participant"}
    reading = read_jsonl(
        base | {"i": 0, "text": "one", "question": "How?"},
        base | {"i": 1, "text": "two", "question": "How?"},
        base | {"i": 2, "text": "three", "question": "Why?"},
    )
    transcript = reading.transcripts[0]
    assert [(t.role, transcript.text[t.start : t.end]) for t in transcript.turns] == [
        ("interviewer", "How?"),
        ("participant", "one"),
        ("participant", "two"),
        ("interviewer", "Why?"),
        ("participant", "three"),
    ]
    assert [c.turn for c in reading.coded] == [1, 2, 4]


def test_a_question_that_is_a_row_already_is_not_asked_twice() -> None:
    reading = read_jsonl(
        {"doc": "A", "i": 0, "speaker": "INT", "text": "How?"},
        {"doc": "A", "i": 1, "speaker": "P01", "text": "So.", "question": "How?"},
    )
    assert said(reading) == {"A": [("INT", "How?"), ("P01", "So.")]}


@pytest.mark.parametrize(
    ("field", "value", "seconds"), [("timestamp", "[1:02]", 62.0), ("start_time", 7.5, 7.5)]
)
def test_times(field: str, value: object, seconds: float) -> None:
    reading = read_jsonl({"doc": "A", "text": "a", field: value})
    assert reading.transcripts[0].turns[0].start_time == seconds


def test_every_broken_row_is_reported_with_its_line() -> None:
    good: Row = {"doc": "A", "i": 0, "text": "so", "speaker": "x"}
    with pytest.raises(InputError) as caught:
        read_jsonl(
            good,
            '{"doc": "A", ',
            "",
            [1],  # type: ignore[arg-type]
            good | {"i": 1, "text": " "},
            good | {"i": "one"},
            good | {"i": 2, "codes": {"a": 1}},
            good | {"i": 3, "start_time": "soon"},
            good | {"text": "other"},
            good | {"speaker": "x"},
            good | {"i": 4, "text": ["so"]},
        )
    assert [(p.line, p.message) for p in caught.value.problems] == [
        (2, "broken JSON: Expecting property name enclosed in double quotes"),
        (4, "not a JSON object"),
        (5, "a row without text"),
        (6, "“i” is 'one', not a whole number"),
        (7, "“codes” is not a list of codes"),
        (8, "'soon' is no time"),
        (11, "“text” is not text"),
        (9, "turn 0 of “A” reads differently in line 1"),
        (9, "turn 0 of “A” comes twice"),
        (10, "turn 0 of “A” comes twice"),
    ]


def test_lines_of_csv_rows_are_physical() -> None:
    with pytest.raises(InputError) as caught:
        read_csv(
            ["doc", "text", "codes"], ["A", "one\ntwo", ""], ["", "", ""], ["A", "", ""], ["A", "a", "b", "c"]
        )
    assert [(p.line, p.message) for p in caught.value.problems] == [
        (5, "a row without text"),
        (6, "4 cells under 3 columns"),
    ]


def test_two_names_that_are_one_id_are_refused() -> None:
    with pytest.raises(InputError, match="jsonl cannot be read") as caught:
        read_jsonl({"doc": "P 1", "text": "a"}, {"doc": "P/1", "text": "b"})
    assert caught.value.problems[0].line == 2


def test_times_that_are_left_empty_are_none() -> None:
    in_csv = read_csv(["doc", "text", "codes", "start"], ["P01", "So it was.", "warm", ""])
    in_json = read_jsonl({"doc": "P01", "text": "So it was.", "codes": ["warm"], "start": ""})
    assert [r.transcripts[0].turns[0].start_time for r in (in_csv, in_json)] == [None, None]


def test_a_first_line_that_is_cut_off_is_told_as_coded_rows() -> None:
    for first in ('{"doc": "P01", "text": "So it', '{"codes": ["a"], "text": "So it'):
        with pytest.raises(InputError) as caught:
            read_jsonl(first)
        assert caught.value.problems[0].line == 1
