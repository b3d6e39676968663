from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from io import BytesIO

import docx
import pytest

from tests.builders import make_coding, make_segmentation, make_study_data, make_transcript
from thematic.formats.exports import quotes_csv, quotes_docx, quotes_md
from thematic.formats.exports.places import Speech, participants
from thematic.formats.exports.quote_rows import quotes_by_code
from thematic.model import Quote, StudyData, Transcript


def coded(words: str, memo: str = "") -> StudyData:
    transcript = make_transcript("T1", [("Ada", words)])
    segmentation = make_segmentation(transcript)
    return make_study_data(
        transcripts=(transcript,),
        segmentations=(segmentation,),
        suggestions=(),
        clustering=None,
        codings=(make_coding(segmentation.excerpts[0], "ease", "ana", memo=memo),),
    )


def span(talk: Transcript, start: int, end: int) -> Quote:
    return Quote(transcript_id=talk.id, start=start, end=end, text=talk.text[start:end])


# --- Who and when --------------------------------------------------------------------------------------


def test_a_span_over_two_turns_has_two_speakers_and_the_first_time() -> None:
    talk = make_transcript("F1", [("Ada", "one two"), ("Ben", "three"), ("Ada", "four")], seconds_a_turn=10)
    start, end = talk.turns[1].start + 1, talk.turns[2].end
    assert Speech([talk]).speakers(span(talk, start, end)) == ("Ben", "Ada")
    assert Speech([talk]).time(span(talk, start, end)) == 10
    assert Speech([talk]).speakers(span(talk, talk.turns[1].start, talk.turns[1].start)) == ("Ben",)


def test_the_time_is_that_of_the_cue_in_which_a_span_begins() -> None:
    talk = make_transcript("F1", [("Ada", "one two three")], seconds_a_turn=10)
    begin = talk.turns[0].start
    turn = replace(talk.turns[0], anchors=((begin + 4, 3.0), (begin + 8, 7.0)))
    talk = replace(talk, turns=(turn,))
    assert [Speech([talk]).time(span(talk, begin + i, begin + i + 1)) for i in (0, 4, 7, 8)] == [0, 3, 3, 7]


def test_several_who_take_part_in_one_interview_are_told_apart() -> None:
    group = make_transcript(
        "F1", [("Interviewer", "Who?"), ("Ada", "one two"), ("Ben", "three"), ("Ada", "x")]
    )
    alone = make_transcript("P1", [("Interviewer", "Who?"), ("Ada", "one")])
    people = participants(make_study_data(transcripts=(group, alone)))
    assert [(p.id, p.words) for p in people] == [("F1: Ada", 3), ("F1: Ben", 1), ("P1", 1)]


# --- By theme ------------------------------------------------------------------------------------------


def test_two_coders_of_one_span_are_one_quote() -> None:
    quotes = {code.id: found for _, code, found in quotes_by_code(make_study_data())}
    assert [[c.coder_id for c in q.codings] for q in quotes["extra-support"]] == [["ana", "ben"]]
    assert quotes["bonds"] == []
    assert "travel" not in quotes  # retired, and nobody gave it


def test_a_retired_code_that_somebody_gave_is_there() -> None:
    data = make_study_data()
    given = replace(data.codings[0], code_id="travel")
    assert "travel" in {code.id for _, code, _ in quotes_by_code(replace(data, codings=(given,)))}


def test_markdown_reads_as_it_was_said() -> None:
    words = "*really* # no\n1. first\n- second\n\n<b>&amp; [x](y)"
    text = quotes_md.render(coded(words, memo="two\nlines")).decode()
    assert "\n## Online and in person\n" in text
    assert "\n### Ease of joining\n" in text
    block = "> \\*really\\* # no  \n> 1\\. first  \n> \\- second  \n>\n> \\<b\\>\\&amp; \\[x\\](y)\n"
    assert block in text
    assert "> — T1, Ada · Ana\n>\n> Memo (Ana): two lines" in text


def test_a_negotiated_coding_says_so() -> None:
    data = coded("word")
    data = replace(data, codings=(replace(data.codings[0], layer="negotiated"),))
    assert "Ana (negotiated)" in quotes_md.render(data).decode()


def test_a_code_that_was_deleted_from_the_codebook_keeps_its_quotes() -> None:
    data = coded("word")
    data = replace(data, codings=(replace(data.codings[0], code_id="gone"),))
    last = quotes_by_code(data)[-1]
    assert (last[1].name, len(last[2])) == ("gone", 1)
    assert "## gone\n\n> word" in quotes_md.render(data).decode()


# --- Word ----------------------------------------------------------------------------------------------


def test_the_document_has_headings_quotes_and_memos_in_the_margin() -> None:
    document = docx.Document(BytesIO(quotes_docx.render(make_study_data())))
    styles = [(p.style.name, p.text) for p in document.paragraphs]
    assert ("Heading 1", "Reasons to come") in styles
    assert ("Heading 2", "Extra support  1") in styles
    place = styles.index(("Heading 2", "Extra support  1"))
    assert styles[place + 2][0] == "Quoted"
    assert styles[place + 2][1].startswith("Long. Forty minutes a month")
    assert styles[place + 3] == ("QuotedBy", "P01, 0:02:04 · Ana, Ben")
    [comment] = list(document.comments)
    assert (comment.author, comment.text) == ("Ana", "the week needs a middle")
    assert comment.timestamp.isoformat().startswith("2024-03-05T14:30:00")


def test_the_document_tells_nothing_of_the_day_it_was_made() -> None:
    data = quotes_docx.render(make_study_data())
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert "2000-01-01T00:00:00Z" in core
    assert core.count("2000-01-01") == 2


@pytest.mark.parametrize("words", ["a\0b\x0b\ufffe", "\ud83d alone", "😀 שלום e\u0301"])
def test_any_words_make_a_document_that_opens(words: str) -> None:
    document = docx.Document(BytesIO(quotes_docx.render(coded(words, memo=words))))
    assert any(p.style.name == "Quoted" and p.text for p in document.paragraphs)


# --- One coding a row ----------------------------------------------------------------------------------


def test_a_coding_a_row_with_place_and_case() -> None:
    rows = list(
        csv.DictReader(io.StringIO(quotes_csv.render(make_study_data()).decode("utf-8-sig"), newline=""))
    )
    assert [(r["transcript"], r["code_id"], r["coder"]) for r in rows] == [
        ("P01", "extra-support", "Ana"), ("P01", "extra-support", "Ben"), ("P02", "recommended", "Ana"),
    ]  # fmt: skip
    texts = {t.id: t.text for t in make_study_data().transcripts}
    for row in rows:
        assert texts[row["transcript"]][int(row["start"]) : int(row["end"])] == row["text"]
    assert (rows[0]["start_time"], rows[0]["group"], rows[1]["was_suggested"]) == ("0:02:04", "both", "yes")
