import time
from dataclasses import replace
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from tests.builders import make_codebook, make_coding, make_segmentation, make_study_data, make_transcript
from thematic.formats.exports import excerpts_xlsx
from thematic.model import Code, StudyData


def workbook(data: StudyData) -> Workbook:
    return load_workbook(BytesIO(excerpts_xlsx.render(data)), rich_text=False)


def column(sheet, title: str, header: int = 1) -> list:
    titles = [cell.value for cell in sheet[header]]
    index = titles.index(title) + 1
    return [sheet.cell(line, index).value for line in range(header + 1, sheet.max_row + 1)]


def saying(*words: str) -> StudyData:
    transcript = make_transcript("T1", [("T1", w) for w in words])
    return make_study_data(
        transcripts=(transcript,),
        segmentations=(make_segmentation(transcript),),
        suggestions=(),
        clustering=None,
        codings=(),
    )


def test_a_page_to_review_from():
    data = make_study_data()
    review = workbook(data)["Review"]
    assert column(review, "Excerpt") == [e.id for s in data.segmentations for e in s.excerpts]
    assert column(review, "Words") == [e.text for s in data.segmentations for e in s.excerpts]
    assert column(review, "Suggested code")[:2] == ["A clinician's word", "Extra support"]
    assert column(review, "Speaker, time")[1] == "P01\n0:02:04"
    assert column(review, "Codings so far")[1] == "Ana: Extra support\nBen: Extra support"
    assert (review.freeze_panes, review.auto_filter.ref) == ("B2", "A1:O10")


def test_why_tells_the_evidence_the_warning_and_the_other_codes():
    review = workbook(make_study_data())["Review"]
    whys = column(review, "Why")
    assert whys[0].startswith(
        "A clinician's word: close to the example: “My nurse wrote the time on my hand.”"
    )
    assert "\nExtra support: close to the example: “I see my counsellor" in whys[0]
    assert "\nExtra support: careful, near what is excluded: “Support after treatment" in whys[1]
    assert whys[4].startswith("No suggestion: only a few words")
    assert column(review, "Other suggestions")[0] == "Extra support · fair\nEase of joining · weak"


def test_a_reviewer_can_write_in_the_yellow_cells_only():
    review = workbook(make_study_data())["Review"]
    open_columns = {c.column_letter for row in review["A2:O10"] for c in row if not c.protection.locked}
    titles = {cell.value for cell in review[1] if cell.column_letter in open_columns}
    assert titles == {"Decision", "Code", "Also", "Memo"}
    assert review.protection.sheet
    assert not review.protection.autoFilter  # the lock is off: filters work
    assert review["I2"].fill.fgColor.rgb == "FFFFF8D6"


def test_drop_downs_offer_decisions_and_the_active_codes():
    book = workbook(make_study_data())
    lists = {str(v.sqref): v.formula1 for v in book["Review"].data_validations.dataValidation}
    assert lists == {
        "I2:I10": '"accept,change,reject,none applies,unsure"',
        "J2:J10": "codes",
        "K2:K10": "codes",
    }
    sheet, place = next(iter(book.defined_names["codes"].destinations))
    offered = [row[0].value for row in book[sheet][place.replace("$", "")]]
    assert offered == ["Reasons to come", "Extra support", "A clinician's word", "Online and in person",
                       "Ease of joining", "Weaker bonds"]  # fmt: skip
    assert column(book["Codebook"], "Status")[-1] == "merged into ease"


def test_codes_that_share_a_name_are_told_apart():
    codebook = make_codebook()
    twins = (
        Code(id="other", name="Other", parent_id="reasons"),
        Code(id="other-2", name="OTHER", parent_id="online"),
        Code(id="other-3", name="Other", parent_id="online"),
        Code(id="other-4", name="Other", parent_id="online"),
    )
    codebook = replace(codebook, codes=(*codebook.codes, *twins))
    codes = column(workbook(make_study_data(codebook=codebook))["Codebook"], "Code")
    assert {code for code in codes if "ther" in code.casefold()} == {
        "Reasons to come › Other",
        "Online and in person › OTHER (other-2)",
        "Online and in person › Other (other-3)",
        "Online and in person › Other (other-4)",
    }


@pytest.mark.parametrize(
    "words",
    ["=1+1", "@SUM(A1)", "https://example.org", "00123", "1e5", "Mar 5", "TRUE", "{=1}", "-no", "#N/A",
     "_x0041_"],
)  # fmt: skip
def test_words_stay_words(words):
    cell = workbook(saying(words))["Review"]["E2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (words, "s", None)


@pytest.mark.parametrize(
    "words", ["😀 👩‍👩‍👧", "\u202eשלום\u202c مرحبا", "<script>alert(1)</script> & ]]>", "a\tb\nc"]
)
def test_any_script_is_intact(words):
    assert workbook(saying(words))["Review"]["E2"].value == words


@pytest.mark.parametrize("character", ["\0", "\x0b", "\x1f", "\r", "\ud83d", "\ufffe", "\uffff"])
def test_what_a_sheet_cannot_hold_is_visible(character):
    assert workbook(saying(f"a{character}b"))["Review"]["E2"].value == "a�b"


@pytest.mark.parametrize("word", ["words ", "😀😀 ", "x"])
def test_a_text_too_long_for_a_cell_says_that_it_was_cut(word):
    words = (word * 100_000)[:100_000]
    value = workbook(saying(words))["Review"]["E2"].value
    head, note = value.split(" […] ")
    assert words.startswith(head)
    assert (word not in ("words ", "😀😀 ")) or head.split()[-1] == word.strip()
    assert note == "[cut here: 100,000 characters in all; the full text is in excerpts.jsonl]"
    units = len(value.encode("utf-16-le")) // 2
    assert excerpts_xlsx.CELL_LIMIT - 20 < units <= excerpts_xlsx.CELL_LIMIT


def test_characters_are_counted_as_a_spreadsheet_counts_them():
    value = workbook(saying("😀" * 20_000))["Review"]["E2"].value
    assert value.endswith("[cut here: 20,000 characters in all; the full text is in excerpts.jsonl]")


def test_a_text_that_just_fits_is_whole():
    words = "😀" * (excerpts_xlsx.CELL_LIMIT // 2)
    assert workbook(saying(words))["Review"]["E2"].value == words


def test_clusters_that_are_not_stable_are_counted_not_shown():
    sheet = workbook(make_study_data())["Clusters"]
    assert column(sheet, "Cluster", header=3) == ["c1", "c2"]
    assert sheet["A2"].value == "1 more is not shown, for the reason given in clusters.csv."
    assert column(sheet, "Stability", header=3)[0].startswith("stable: 81%")


def test_the_first_sheet_says_what_this_is():
    sheet = workbook(make_study_data())["Read me"]
    said = [cell.value for row in sheet.iter_rows() for cell in row if cell.value]
    assert any("not calibrated" in text and "shortlist for a reader" in text for text in said)
    assert set(excerpts_xlsx.DECISIONS) <= set(said)
    assert "P02: who is the interviewer was inferred, not read." in said
    assert sum("not calibrated" in text for text in said) == 1


def test_a_code_that_left_the_codebook_is_named_by_its_id():
    data = make_study_data()
    coding = make_coding(data.segmentations[0].excerpts[1], "shed", "ana")
    assert column(workbook(replace(data, codings=(coding,)))["Review"], "Codings so far")[1] == "Ana: shed"


def test_no_excerpts_and_no_codes_make_a_workbook():
    empty = make_study_data(
        transcripts=(),
        segmentations=(),
        suggestions=(),
        clustering=None,
        codings=(),
        codebook=replace(make_codebook(), codes=()),
    )
    assert workbook(empty).sheetnames == ["Read me", "Review", "Codebook", "Clusters", "_key"]


def test_the_bytes_do_not_depend_on_the_time():
    data = make_study_data()
    first = excerpts_xlsx.render(data)
    time.sleep(2.1)  # the resolution of dates in a zip file is two seconds
    assert excerpts_xlsx.render(data) == first


def test_calibrated_suggestions_are_not_called_uncalibrated():
    data = make_study_data()
    calibrated = [replace(s, probability=0.7) for s in data.suggestions]
    sheet = workbook(replace(data, suggestions=tuple(calibrated), notes=()))["Read me"]
    said = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert any("probabilities were calibrated" in text for text in said)
    assert not any("not calibrated" in text for text in said)
