"""CHAT: main lines word for word, times, continuation, tiers and headers left out, roles of @Participants."""

from __future__ import annotations

import pytest

from thematic.errors import InputError
from thematic.formats import read_file
from thematic.formats.transcripts.reading import Reading, SourceFile

CHAT = """@UTF8
@Begin
@Languages:\teng
@Participants:\tINV Anna Investigator, PAR Participant
@ID:\teng|x|PAR|||||Participant|||
*INV:\tso how was it ? \x150_1500\x15
*PAR:\twell [/] well &=laughs xxx (.) it was
\tgood . \x151500_4250\x15
%com:\tlooks away
*PAR:\tyes . \x155000_5500\x15
@End
"""


def read_chat(text: str) -> Reading:
    return read_file(SourceFile("P01.cha", text.encode()))


def test_every_word_of_the_main_lines_with_times_and_roles() -> None:
    reading = read_chat(CHAT)
    (transcript,) = reading.transcripts
    assert [
        (t.speaker, t.role, transcript.text[t.start : t.end], t.start_time, t.end_time)
        for t in transcript.turns
    ] == [
        ("INV", "interviewer", "so how was it ?", 0.0, 1.5),
        ("PAR", "participant", "well [/] well &=laughs xxx (.) it was good . yes .", 1.5, 5.5),
    ]
    assert [time for _, time in transcript.turns[1].anchors] == [1.5, 5.0]
    assert [(d.line, d.reason) for d in reading.report.dropped] == [
        (1, "header"),
        (2, "header"),
        (3, "header"),
        (4, "header"),
        (5, "header"),
        (9, "tier %com"),
        (11, "header"),
    ]
    assert {s.reason for s in reading.speakers} == {"stated in the file"}
    assert not reading.report.warnings


def test_lines_of_no_kind_are_refused_with_their_numbers() -> None:
    with pytest.raises(InputError) as caught:
        read_chat("@Begin\n*INV:\tso .\nwhat is this\n*PAR well\n@End\n")
    assert [problem.line for problem in caught.value.problems] == [3, 4]


def test_lines_that_go_on_are_of_the_line_they_began_on() -> None:
    text = (
        "@Begin\n@Participants:\tINV Investigator,\n\tPAR Anna Participant\n*PAR:\tso\n\tit\n\twas .\n@End\n"
    )
    reading = read_chat(text)
    (transcript,) = reading.transcripts
    assert [(t.speaker, t.role, transcript.text[t.start : t.end]) for t in transcript.turns] == [
        ("PAR", "participant", "so it was .")
    ]
    participants = "@Participants: INV Investigator, PAR Anna Participant"
    assert [(d.line, d.text) for d in reading.report.dropped] == [
        (1, "@Begin"),
        (2, participants),
        (7, "@End"),
    ]
    with pytest.raises(InputError) as caught:
        read_chat("@Begin\n*PAR:\tso\n\tit .\n what\n\tis\n")
    assert [problem.line for problem in caught.value.problems] == [4]


def test_a_file_without_main_lines_says_that_nobody_speaks() -> None:
    with pytest.raises(InputError, match="no words spoken"):
        read_chat("@UTF8\n@Begin\n@End\n")
