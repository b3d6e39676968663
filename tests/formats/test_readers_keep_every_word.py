"""Properties of all readers: no word lost, every turn its slice, the same turns read back as were written."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.formats.writers import WRITERS, Spoken, write_text
from thematic.errors import ThematicError
from thematic.formats import read_file
from thematic.formats.transcripts.reading import Reading, SourceFile
from thematic.text import count_words

# Words of several scripts, with combining marks, emoji, quotes and joiners.
WORDS = st.sampled_from(
    [
        "yes",
        "it's",
        "café",
        "cafe\u0301",
        "naïve",
        "mid-sentence",
        "12.5",
        "I",
        "ولكن",
        "שלום",
        "да",
        "日本",
        "👩‍👩‍👧",
        "🙂",
        "don’t",
        "A&B",
        "<3",
    ]
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=12).map(lambda words: "so " + " ".join(words) + ".")
SPEAKERS = ["Interviewer", "P01", "Speaker 2", "Ana O’Neil"]


@st.composite
def spoken_turns(draw: st.DrawFn) -> list[Spoken]:
    """Turns whose neighbours are different speakers, with times that increase by whole seconds."""
    words = draw(st.lists(SENTENCES, min_size=4, max_size=10))
    order = [SPEAKERS[3], SPEAKERS[0], SPEAKERS[3], SPEAKERS[0]]
    for _ in words[4:]:
        order.append(draw(st.sampled_from([s for s in SPEAKERS if s != order[-1]])))
    starts = list(
        itertools.accumulate(draw(st.lists(st.integers(1, 99), min_size=len(words), max_size=len(words))))
    )
    return [
        Spoken(speaker, text, float(start), start + 0.5)
        for speaker, text, start in zip(order, words, starts, strict=True)
    ]


def check_reading(reading: Reading) -> None:
    """What holds for every reading whatever the format."""
    report = reading.report
    assert report.words_in == report.words_out + report.words_in_labels + report.words_dropped
    assert not [w for w in report.warnings if "not accounted for" in w.message]
    for transcript in reading.transcripts:
        assert "\r" not in transcript.text
        assert "\ufeff" not in transcript.text[:1]
        end = 0
        for i, turn in enumerate(transcript.turns):
            assert turn.index == i
            assert end <= turn.start < turn.end <= len(transcript.text)
            words = transcript.text[turn.start : turn.end]
            assert words == words.strip()
            assert all(turn.start <= at < turn.end for at, _ in turn.anchors)
            assert [at for at, _ in turn.anchors] == sorted({at for at, _ in turn.anchors})
            end = turn.end
    out = sum(count_words(t.text[turn.start : turn.end]) for t in reading.transcripts for turn in t.turns)
    assert out == report.words_out


@pytest.mark.parametrize("shape", WRITERS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(turns=spoken_turns())
def test_what_was_written_is_read_back(shape: str, turns: list[Spoken]) -> None:
    name, write = WRITERS[shape]
    reading = read_file(SourceFile(name, write(turns)))
    check_reading(reading)
    (transcript,) = reading.transcripts
    read = [(t.speaker, transcript.text[t.start : t.end]) for t in transcript.turns]
    assert read == [(t.speaker, t.words) for t in turns]
    if shape not in ("text", "markdown", "docx", "odt", "rtf"):
        assert [turn.start_time for turn in transcript.turns] == [t.start for t in turns]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_text_is_the_same_in_every_encoding_and_with_every_line_end(encoding: str, newline: str) -> None:
    plain = "INT: How are you, 👩‍👩‍👧?\n\nP01: Fine – café.\nQuite fine."
    transcript = read_file(SourceFile("P01.txt", plain.replace("\n", newline).encode(encoding))).transcripts[
        0
    ]
    assert transcript.text == plain + "\n"
    turn = transcript.turns[1]
    assert transcript.text[turn.start : turn.end] == "Fine – café.\nQuite fine."
    assert transcript.source.newline == {"\n": "lf", "\r\n": "crlf", "\r": "cr"}[newline]
    assert transcript.source.bom == (encoding != "utf-8")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=300))
def test_any_text_is_read_with_every_word_or_refused(text: str) -> None:
    try:
        reading = read_file(SourceFile("P01.txt", text.encode()))
    except ThematicError:
        return
    check_reading(reading)


CONVENTIONS = """INT: hello there
P01:
[00:01:02]
00:01:02
Ana  0:03
so it went
I\twent
# Heading
**Ana:** yes
[00:00:01 --> 00:00:02]  yes
#00:01:02-3#
I said [0:10] yes [0:11]
Date: 12 May
End of interview
1 yes
田中：はい
(00:01:02) INT: so

   """.split("\n")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(CONVENTIONS), max_size=20), st.sampled_from(["P01.txt", "P01.md"]))
def test_any_mixture_of_conventions_is_read_with_every_word_or_refused(lines: list[str], name: str) -> None:
    try:
        reading = read_file(SourceFile(name, "\n".join(lines).encode()))
    except ThematicError:
        return
    check_reading(reading)


def test_reading_is_repeatable() -> None:
    data = write_text([Spoken("INT", "so?"), Spoken("P01", "so.")])
    assert read_file(SourceFile("P01.txt", data)) == read_file(SourceFile("P01.txt", data))
