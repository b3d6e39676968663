"""Transcriber files: turns, marks of time, several voices at once, what is no speech."""

from __future__ import annotations

import pytest

from thematic.errors import InputError
from thematic.formats import read_file
from thematic.formats.transcripts.asides import asides
from thematic.formats.transcripts.reading import Reading, SourceFile

HEAD = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE Trans SYSTEM "trans-14.dtd">
<Trans scribe="(unknown)" audio_filename="p01" version="2" version_date="261126">
<Speakers>
<Speaker id="spk1" name="Interviewer" check="no" type="female"/>
<Speaker id="spk2" name="P01" check="no" type="male"/>
</Speakers>
<Episode>
<Section type="report" startTime="0" endTime="20.0">
"""
TAIL = "</Section>\n</Episode>\n</Trans>\n"
TURNS = """<Turn speaker="spk1" startTime="0" endTime="4.5">
<Sync time="0"/>
So where were you
<Sync time="2.25"/>
when it <Event desc="laugh" type="noise" extent="instantaneous"/>closed?
</Turn>
<Turn speaker="spk2" startTime="4.5" endTime="9.0">
<Sync time="4.5"/>
At the caf\xe9 .
<Comment desc="door slams"/>
</Turn>
<Turn speaker="spk1 spk2" startTime="9.0" endTime="11.0">
<Sync time="9.0"/>
<Who nb="1"/>
And then ?
<Who nb="2"/>
No , nothing .
</Turn>
<Turn startTime="11.0" endTime="20.0">
<Sync time="11.0"/>

</Turn>
"""


def trs(turns: str = TURNS) -> Reading:
    return read_file(SourceFile("P01.trs", (HEAD + turns + TAIL).encode("latin-1")))


def test_turns_times_and_voices() -> None:
    reading = trs()
    (transcript,) = reading.transcripts
    assert [
        (turn.speaker, transcript.text[turn.start : turn.end], turn.start_time, turn.end_time)
        for turn in transcript.turns
    ] == [
        ("Interviewer", "So where were you when it closed?", 0.0, 4.5),
        ("P01", "At the café .", 4.5, 9.0),
        ("Interviewer", "And then ?", 9.0, 11.0),
        ("P01", "No , nothing .", 9.0, 11.0),
    ]
    assert [time for _, time in transcript.turns[0].anchors] == [0.0, 2.25]
    assert transcript.turns[0].role == "interviewer"
    report = reading.report
    assert [(piece.text, piece.reason) for piece in report.dropped] == [("door slams", "a comment")]
    assert report.words_in == report.words_out + report.words_in_labels + report.words_dropped


def test_several_at_once_that_are_not_told_apart_are_all_named() -> None:
    turn = '<Turn speaker="spk1 spk2" startTime="0" endTime="2"><Sync time="0"/>Yes</Turn>'
    assert [turn.speaker for turn in trs(turn).transcripts[0].turns] == ["Interviewer + P01"]


def test_a_speaker_without_a_name_and_numbers_of_nobody() -> None:
    head = HEAD.replace('name="Interviewer"', 'name=" "')
    turn = (
        '<Turn speaker="spk1 spk2" startTime="0" endTime="2">Before. <Sync time="0.5"/><Who nb="1"/>One.'
        '<Who nb="3"/>Still one.<Who nb="0"/>And so.<Who nb="00002"/>Yet.<Who nb="2"/>Two.</Turn>'
    )
    reading = read_file(SourceFile("P01.trs", (head + turn + TAIL).encode("latin-1")))
    (transcript,) = reading.transcripts
    assert [(t.speaker, transcript.text[t.start : t.end], t.start_time) for t in transcript.turns] == [
        ("spk1 + P01", "Before.", 0.0),
        ("spk1", "One. Still one. And so. Yet.", 0.5),
        ("P01", "Two.", 0.5),
    ]


@pytest.mark.parametrize(
    ("turns", "message"),
    [
        ('<Turn speaker="spk1" startTime="0" endTime="2"><Sync/>So</Turn>', "a Sync has no time"),
        (
            '<Turn speaker="spk1" startTime="soon" endTime="2">So</Turn>',
            "a Turn has no time: startTime='soon'",
        ),
        ('<Turn speaker="spk1" startTime="-1" endTime="2">So</Turn>', "a Turn has no time: startTime='-1'"),
        ('<Turn speaker="spk1" startTime="0" endTime="2"><Sync time="0"/></Turn>', "no words spoken"),
        ("<Turn>", "broken XML"),
    ],
)
def test_what_cannot_be_aligned_or_read_is_refused(turns: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        trs(turns)
    assert message in " ".join([str(caught.value), *(p.message for p in caught.value.problems)])


def test_a_document_type_with_entities_is_refused() -> None:
    bomb = HEAD.replace('"trans-14.dtd">', '"trans-14.dtd" [<!ENTITY a "ha">]>') + TURNS + TAIL
    with pytest.raises(InputError, match="declares entities"):
        read_file(SourceFile("P01.trs", bomb.encode("latin-1")))


def test_who_typed_it_and_the_recording_are_looked_through() -> None:
    head = HEAD.replace("(unknown)", "Jane Okafor").replace(
        'audio_filename="p01"', 'audio_filename="dave_smith"'
    )
    found = asides(SourceFile("P01.trs", (head + TURNS + TAIL).encode("latin-1")))
    assert [(aside.part, aside.text) for aside in found] == [
        ("author", "Jane Okafor"),
        ("media file", "dave_smith"),
    ]
