"""oTranscribe's files: paragraphs, names in bold, marks of time, and what no transcript has."""

from __future__ import annotations

import json

import pytest

from thematic.errors import InputError
from thematic.formats import read_file
from thematic.formats.transcripts.reading import Reading, SourceFile

MARK = '<span class="timestamp" contenteditable="false" data-timestamp="{}">{}</span>'


def otr(page: object, name: str = "P01.otr") -> Reading:
    data = {"text": page, "media": "a.mp3", "media-time": 12.5}
    return read_file(SourceFile(name, json.dumps(data).encode()))


def said(reading: Reading) -> list[tuple[str, str, float | None]]:
    (transcript,) = reading.transcripts
    return [(t.speaker, transcript.text[t.start : t.end], t.start_time) for t in transcript.turns]


def test_turns_times_and_names_in_bold() -> None:
    reading = otr(
        f"<p>{MARK.format(3.2144, '0:03')}&nbsp;Interviewer: What made you come?</p>"
        f"<p>{MARK.format(3725.5, '1:02:05')}&nbsp;<b>Dana:</b> My nurse &amp; I<br />went.</p>"
        "<div>Interviewer: And then?</div><div><b>Dana:</b> <i>Twice</i>, in fact.</div>"
    )
    assert said(reading) == [
        ("Interviewer", "What made you come?", 3.214),
        ("Dana", "My nurse & I\nwent.", 3725.5),
        ("Interviewer", "And then?", None),
        ("Dana", "Twice, in fact.", None),
    ]
    assert reading.report.format == "otr"


def test_a_name_in_bold_behind_a_time_needs_no_colon() -> None:
    names = ["Kai", "Dana"] * 3
    page = "".join(
        f"<p>{MARK.format(i, '0:00')} <b>{name}</b> It was so.</p>" for i, name in enumerate(names)
    )
    assert [(who, time) for who, _, time in said(otr(page))] == [(name, i) for i, name in enumerate(names)]


def test_a_mark_within_a_turn_is_an_anchor() -> None:
    reading = otr(f"<p>P01: It was {MARK.format(9, '0:09')} so.</p><p>INT: So?</p><p>P01: Yes.</p>")
    (transcript,) = reading.transcripts
    turn = transcript.turns[0]
    assert transcript.text[turn.start : turn.end] == "It was so."
    assert [(transcript.text[at:][:3], time) for at, time in turn.anchors] == [("so.", 9.0)]


@pytest.mark.parametrize(
    ("page", "words", "time"),
    [
        (f"{MARK.format(9, '0:09 So')} it was.", "So it was.", 9.0),  # typed into the mark
        ('<span class="timestamp" data-timestamp="9">0:09 So it was.', "So it was.", 9.0),  # never closed
        (f"{MARK.format('', '0:09')} So it was.", "So it was.", 9.0),
        (f"{MARK.format('soon', '1:00:09')} So it was.", "So it was.", 3609.0),
        (f"{MARK.format('soon', 'later')} So it was.", "later So it was.", None),
        (f"{MARK.format(9, '')} So it was.", "So it was.", 9.0),
    ],
)
def test_words_in_a_mark_are_words_and_the_time_it_shows_counts(
    page: str, words: str, time: float | None
) -> None:
    assert said(otr(f"<p>{page}</p><p>And then.</p>")) == [("", words, time), ("", "And then.", None)]


def test_what_is_in_it_counts_and_not_its_name() -> None:
    assert said(otr("<p>INT: So?</p><p>P01: It was.</p>", name="P01.json"))[1][:2] == ("P01", "It was.")


def test_scripts_are_no_words() -> None:
    assert said(otr("<p>INT: So?</p><script>alert(1)</script><p>P01: It was.</p>"))[0][1] == "So?"


@pytest.mark.parametrize("page", [None, 3, ["<p>So?</p>"]])
def test_a_file_without_a_text_is_refused(page: object) -> None:
    with pytest.raises(InputError, match="no text in this file of oTranscribe"):
        otr(page)


def test_broken_json_is_told_with_its_line() -> None:
    with pytest.raises(InputError, match="broken JSON") as caught:
        read_file(SourceFile("P01.otr", b'{\n"text": "<p>INT: So?</p>'))
    assert caught.value.problems[0].line == 2
