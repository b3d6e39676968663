import csv
import json
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest

from tests.builders import make_segmentation, make_study_data, make_suggestion, make_transcript
from thematic.formats.exports import clusters_csv, excerpts_csv, excerpts_html, excerpts_jsonl, excerpts_xlsx
from thematic.model import StudyData


def rows(rendered: bytes) -> list[dict[str, str]]:
    assert rendered.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(rendered.decode("utf-8-sig"), newline="")))


def saying(words: str) -> StudyData:
    transcript = make_transcript("T1", [("T1", words)])
    return make_study_data(
        transcripts=(transcript,),
        segmentations=(make_segmentation(transcript),),
        suggestions=(),
        clustering=None,
        codings=(),
    )


def test_a_row_reads_as_a_researcher_would_say_it():
    gap = rows(excerpts_csv.render(make_study_data()))[1]
    assert gap["start_time"] == "0:02:04"
    assert gap["question"] == "And what was that gap between appointments like?"
    assert (gap["suggestion_1"], gap["band_1"]) == ("Reasons to come › Extra support", "strong")
    assert gap["why_1"].startswith("close to the example: “I see my counsellor")
    assert gap["warning"].startswith("Reasons to come › Extra support: near what is excluded: “Support after")
    assert gap["codings"] == "Ana: Reasons to come › Extra support; Ben: Reasons to come › Extra support"
    assert gap["cluster"] == "c1"


def test_evidence_of_the_theme_names_the_theme():
    nurse = rows(excerpts_csv.render(make_study_data()))[0]
    assert nurse["why_3"].startswith("close to the definition of Online and in person: “")


def test_an_abstention_says_why():
    back_channel = rows(excerpts_csv.render(make_study_data()))[4]
    assert back_channel["suggestion_1"] == ""
    assert back_channel["no_suggestion_because"].startswith("only a few words")


def test_a_longer_shortlist_gets_its_columns():
    data = make_study_data()
    excerpt = data.segmentations[0].excerpts[0]
    fourth = make_suggestion(excerpt, "bonds", 4)
    row = rows(excerpts_csv.render(make_study_data(suggestions=(*data.suggestions, fourth))))[0]
    assert row["suggestion_4"] == "Online and in person › Weaker bonds"


@pytest.mark.parametrize(
    "words",
    ["=1+1", "+49", "-well", "@home", "  =HYPERLINK(1)", "\t=1", "\n=1", "＝1", "－1", "＠x", "\u00a0=1"],
)
def test_nothing_said_becomes_a_formula(words):
    assert rows(excerpts_csv.render(saying(words)))[0]["text"] == "'" + words


@pytest.mark.parametrize("words", ["it's -5", '"quoted", twice', "two\nlines", "a; b", "😀 שלום"])
def test_other_words_stay_as_they_are(words):
    assert rows(excerpts_csv.render(saying(words)))[0]["text"] == words


def test_characters_that_no_csv_can_hold_are_visible():
    assert rows(excerpts_csv.render(saying("a\0b")))[0]["text"] == "a�b"


def test_clusters_say_how_far_to_trust_them():
    first, _, hidden = rows(clusters_csv.render(make_study_data()))
    assert (first["excerpts"], first["interviews"], first["stability"]) == ("3", "2", "0.81")
    assert first["stability_in_words"].startswith("stable:")
    assert (first["placement"], first["codes"]) == ("extends", "Reasons to come › Extra support")
    assert first["exemplars"].startswith("P01: “Long. Forty minutes")
    assert (hidden["status"], hidden["reason"][:11]) == ("hidden", "found again")


def test_without_clusters_there_is_a_header_alone():
    assert clusters_csv.render(make_study_data(clustering=None)).count(b"\r\n") == 1


def test_a_coding_that_was_negotiated_says_so():
    from tests.builders import make_coding

    data = make_study_data(codings=())
    first = data.segmentations[0].excerpts[0]
    codings = (make_coding(first, "ease", "ana"), make_coding(first, "bonds", "chair", layer="negotiated"))
    text = excerpts_csv.render(make_study_data(codings=codings)).decode("utf-8-sig")
    assert "chair (negotiated): " in text
    assert "Ana: " in text


def learnt_and_promised() -> StudyData:
    """The first excerpt's suggestion was learnt from codings and is promised."""
    data = make_study_data()
    first = make_suggestion(
        data.segmentations[0].excerpts[0],
        "recommended",
        band="90 % or more",
        probability=0.95,
        reason="learnt from 14 coded excerpts",
        examples=14,
        promised=0.9,
    )
    return make_study_data(suggestions=(first,))


def test_a_learnt_suggestion_says_from_how_much_and_what_is_promised():
    told = "90 % or more · learnt from 14 coded excerpts · in the 90 % promise"
    assert rows(excerpts_csv.render(learnt_and_promised()))[0]["band_1"] == told
    assert told in excerpts_html.render(learnt_and_promised()).decode()
    with ZipFile(BytesIO(excerpts_xlsx.render(learnt_and_promised()))) as book:
        assert any(told in book.read(name).decode() for name in book.namelist())


def test_programs_read_the_number_of_examples_and_the_promise():
    line, *_ = excerpts_jsonl.render(learnt_and_promised()).decode().splitlines()
    (first,) = json.loads(line)["suggestions"]
    assert (first["probability"], first["examples"], first["promised"]) == (0.95, 14, 0.9)
