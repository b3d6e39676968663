"""Captions in XML: every way of writing a time, whose words they are, and what cannot be aligned."""

from __future__ import annotations

import pytest

from thematic.errors import InputError
from thematic.formats import read_file
from thematic.formats.transcripts.asides import asides
from thematic.formats.transcripts.reading import Reading, SourceFile

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata"
    xmlns:ttp="http://www.w3.org/ns/ttml#parameter" ttp:frameRate="25" ttp:tickRate="1000" xml:lang="en">
<head><metadata><ttm:title>Dana Ash, interview 7</ttm:title>
<ttm:agent xml:id="a1" type="person"><ttm:name type="full">Interviewer</ttm:name></ttm:agent>
<ttm:agent xml:id="a2" type="person"><ttm:name type="full">Dana</ttm:name></ttm:agent>
</metadata></head>
"""


def ttml(body: str) -> Reading:
    return read_file(SourceFile("P01.ttml", f"{HEAD}<body>{body}</body></tt>".encode()))


def said(reading: Reading) -> list[tuple[str, str, float | None, float | None]]:
    (transcript,) = reading.transcripts
    return [(t.speaker, transcript.text[t.start : t.end], t.start_time, t.end_time) for t in transcript.turns]


def test_speakers_line_breaks_and_spans() -> None:
    reading = ttml(
        '<div><p begin="1s" end="2s" ttm:agent="a1">What made\n   you<br/>come &amp; stay?</p>'
        '<p begin="3s" end="4s" ttm:agent="a2">My <span>nurse</span> said so.</p>'
        '<p begin="5s" end="6s"><span ttm:agent="a1">And?</span> <span ttm:agent="a2">Twice.</span></p></div>'
    )
    assert said(reading) == [
        ("Interviewer", "What made you come & stay?", 1.0, 2.0),
        ("Dana", "My nurse said so.", 3.0, 4.0),
        ("Interviewer", "And?", 5.0, 6.0),
        ("Dana", "Twice.", 5.0, 6.0),
    ]
    assert reading.report.format == "ttml"
    assert reading.report.words_in == reading.report.words_out == 11


@pytest.mark.parametrize(
    ("times", "start", "end"),
    [
        ('begin="00:00:01.500" end="00:00:04"', 1.5, 4.0),
        ('begin="00:01:00:05" end="00:01:01:10"', 60.2, 61.4),  # 25 frames a second
        ('begin="1500t" dur="250t"', 1.5, 1.75),
        ('begin="1.5s" dur="500ms"', 1.5, 2.0),
        ('begin="50f" end="75f"', 2.0, 3.0),
        ('begin="0.5m" end="0.01h"', 30.0, 36.0),
        ('begin="7s"', 7.0, 7.0),
    ],
)
def test_every_way_of_writing_a_time(times: str, start: float, end: float) -> None:
    ((_, _, begins, stops),) = said(ttml(f"<div><p {times}>It was.</p></div>"))
    assert begins == pytest.approx(start)
    assert stops == pytest.approx(end)


def test_times_count_from_the_beginning_of_what_holds_them() -> None:
    reading = ttml(
        '<div begin="10s" end="20s"><p begin="1s" dur="99s">First.</p></div>'
        '<div begin="1m" ttm:agent="a2"><div begin="2s"><p end="3s">Then.</p></div></div>'
        '<div><p><span begin="90s" end="91s">Word</span> '
        '<span begin="91s" end="92s">by word.</span></p></div>'
    )
    (transcript,) = reading.transcripts
    assert said(reading) == [
        ("", "First.", 11.0, 20.0),
        ("Dana", "Then.", 62.0, 65.0),
        ("", "Word by word.", 90.0, 92.0),
    ]
    assert [time for _, time in transcript.turns[-1].anchors] == [90.0, 91.0]


@pytest.mark.parametrize(
    "paragraph", ["<p>It was.</p>", '<p begin="soon">It was.</p>', '<p begin="wallclock(1999)">It was.</p>']
)
def test_a_caption_that_cannot_be_aligned_is_refused(paragraph: str) -> None:
    with pytest.raises(InputError, match="cannot be aligned") as caught:
        ttml(f'<div><p begin="1s">So?</p>{paragraph}</div>')
    (problem,) = caught.value.problems
    assert "“It was.” has no time" in problem.message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('<div begin="soon"><p begin="1s">It was.</p></div>', "“It was.” has no time: begin='soon'"),
        ('<div timeContainer="seq"><p dur="1s">It was.</p><p dur="1s">So.</p></div>', "timeContainer=seq"),
    ],
)
def test_what_holds_a_caption_must_be_placed_too(body: str, message: str) -> None:
    with pytest.raises(InputError, match="cannot be aligned") as caught:
        ttml(body)
    assert message in caught.value.problems[0].message


def test_words_between_timed_spans_are_kept() -> None:
    first = '<p>INT: <span begin="1s" end="2s">So</span> then?<br/>'
    reading = ttml(f'<div>{first}Well? <span begin="2s" end="3s">And</span> so?</p></div>')
    assert said(reading) == [("INT", "So then? Well? And so?", 1.0, 3.0)]


def test_a_timed_span_counts_from_its_paragraph_and_is_of_its_speaker() -> None:
    spans = '<span begin="0s" end="1s">It was</span> <span begin="1s">hard.</span>'
    reading = ttml(f'<div><p begin="10s" end="13s" ttm:agent="a2">{spans}</p></div>')
    assert said(reading) == [("Dana", "It was hard.", 10.0, 13.0)]
    assert [time for _, time in reading.transcripts[0].turns[0].anchors] == [10.0, 11.0]


def test_a_tag_in_the_middle_of_a_text_makes_no_captions_of_it() -> None:
    text = "INT: What is <tt> for?\n\nP01: For <tt>code</tt>, once.\n"
    assert read_file(SourceFile("P01.txt", text.encode())).report.format == "text"


def test_a_label_in_the_words_is_a_speaker() -> None:
    reading = ttml('<div><p begin="1s">INT: So?</p><p begin="2s">P01: It was.</p></div>')
    assert [turn[0] for turn in said(reading)] == ["INT", "P01"]


@pytest.mark.parametrize(
    "text",
    [
        '<transcript><text start="1.5" dur="2">It&amp;#39;s so</text>'
        '<text start="4" dur="1">it was</text></transcript>',
        '<timedtext format="3"><body><p t="1500" d="2000"><s>It\'s</s><s t="200"> so</s></p>'
        '<p t="1600" a="1">\n</p><p t="4000" d="1000">it was</p></body></timedtext>',
    ],
)
def test_youtube_has_two_ways_of_its_own(text: str) -> None:
    reading = read_file(SourceFile("P01.srv3", ('<?xml version="1.0" encoding="utf-8" ?>' + text).encode()))
    ((_, words, start, end),) = said(reading)
    assert (words, start, end) == ("It's so it was", 1.5, 5.0)
    assert reading.report.format == "youtube-xml"


def test_a_youtube_caption_without_a_time_is_refused() -> None:
    with pytest.raises(InputError, match="cannot be aligned"):
        read_file(SourceFile("P01.srv1", b'<transcript><text start="x">It was</text></transcript>'))


def test_the_title_is_looked_through_for_names() -> None:
    found = asides(SourceFile("P01.ttml", f"{HEAD}<body/></tt>".encode()))
    assert [(aside.part, aside.text) for aside in found] == [("property title", "Dana Ash, interview 7")]


def test_captions_without_words_are_told() -> None:
    with pytest.raises(InputError, match="no words spoken"):
        ttml("<div/>")


def test_xml_that_is_nested_too_deeply_is_refused() -> None:
    with pytest.raises(InputError):
        ttml("<div>" * 20_000 + '<p begin="1s">So</p>' + "</div>" * 20_000)
