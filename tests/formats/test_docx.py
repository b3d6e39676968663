"""Word documents: what libraries lose (insertions, content controls, boxes, line breaks) and tables."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.formats.writers import W, docx, paragraph, run, table
from thematic.errors import InputError
from thematic.formats import read_file
from thematic.formats.transcripts.reading import Reading, SourceFile


def read_docx(data: bytes) -> Reading:
    return read_file(SourceFile("P01.docx", data))


def said(reading: Reading) -> list[tuple[str, str, float | None]]:
    (transcript,) = reading.transcripts
    return [(t.speaker, transcript.text[t.start : t.end], t.start_time) for t in transcript.turns]


def test_labels_in_bold_with_and_without_colon_and_on_their_own() -> None:
    reading = read_docx(
        docx(
            paragraph(run("Jane: ", bold=True), "How are you?"),
            paragraph(run("Tom", bold=True), " Fine."),
            paragraph("More."),
            paragraph(run("Jane", bold=True)),
            paragraph("What next?"),
            paragraph(run("Tom:", bold=True), "Nothing ", run("at all", bold=True)),
        )
    )
    assert said(reading) == [
        ("Jane", "How are you?", None),
        ("Tom", "Fine.\n\nMore.", None),
        ("Jane", "What next?", None),
        ("Tom", "Nothing at all", None),
    ]


def test_teams_turns_are_one_paragraph_with_line_breaks() -> None:
    reading = read_docx(
        docx(
            paragraph("Weekly-20260615_133555-Meeting Transcript"),
            paragraph("27m 42s"),
            paragraph(run("Nick Miller", bold=True), " started transcription"),
            paragraph(run("David Moss", bold=True), run("   0:03\nHello there I\nwas saying. What?")),
            paragraph(run("Nick Miller", bold=True), run("   0:03\nYes fine.")),
            paragraph(run("Nick Miller", bold=True), " stopped transcription"),
        )
    )
    assert said(reading) == [
        ("David Moss", "Hello there I\nwas saying. What?", 3.0),
        ("Nick Miller", "Yes fine.", 3.0),
    ]
    assert [d.reason for d in reading.report.dropped] == [
        "before the first speaker",
        "before the first speaker",
        "no speech",
        "no speech",
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [
            ["Time", "Speaker", "Text"],
            ["0:01", "INT", "How so?"],
            ["0:05", "Ann", "Well.\nYes."],
            ["0:09", "", "On."],
        ],
        [["0:01", "INT", "How so?"], ["0:05", "Ann", "Well.\nYes."], ["0:09", "", "On."]],
        [["How so?", "INT", "0:01"], ["Well.\nYes.", "Ann", "0:05"], ["On.", "", "0:09"]],
    ],
    ids=["named columns", "no header", "another order"],
)
def test_tables_of_three_columns(rows: list[list[str]]) -> None:
    reading = read_docx(docx(paragraph("Interview"), table(rows)))
    assert said(reading) == [("INT", "How so?", 1.0), ("Ann", "Well.\nYes.\n\nOn.", 5.0)]
    assert [t for _, t in reading.transcripts[0].turns[1].anchors] == [5.0, 9.0]


def test_tables_of_two_columns() -> None:
    rows = [["Jane", "How are you, then?"], ["Tom", "Fine."], ["Jane", "Good."]]
    assert said(read_docx(docx(table(rows)))) == [(who, words, None) for who, words in rows]


def test_labels_may_begin_the_words_where_a_table_has_only_times() -> None:
    rows = [
        ["Timespan", "Content"],
        ["0:00.0 - 0:04.5", "Ann: So?"],
        ["0:04.5 - 0:09.0", "Ben: It was: so."],
        ["0:09.0 - 0:11.0", "Ann: And?"],
        ["0:11.0 - 0:12.0", "Ben: Well."],
    ]
    reading = read_docx(docx(table(rows)))
    assert said(reading) == [
        ("Ann", "So?", 0.0),
        ("Ben", "It was: so.", 4.5),
        ("Ann", "And?", 9.0),
        ("Ben", "Well.", 11.0),
    ]
    assert [turn.end_time for turn in reading.transcripts[0].turns] == [4.5, 9.0, 11.0, 12.0]


ASKED = ["How did you come?", "And then, what was it like?", "What else?"]
ANSWERED = ["My nurse said so.", "Strange. I sat by the door.", "Nothing."]


def test_questions_in_bold_are_the_interviewers_and_that_is_said() -> None:
    body = [p for q, a in zip(ASKED, ANSWERED, strict=True) for p in (run(q, bold=True), run(a), run("So."))]
    reading = read_docx(docx(*map(paragraph, body)))
    expected = [
        turn
        for q, a in zip(ASKED, ANSWERED, strict=True)
        for turn in (("Interviewer", q, None), ("Participant", f"{a}\n\nSo.", None))
    ]
    assert said(reading) == expected
    assert [t.role for t in reading.transcripts[0].turns] == ["interviewer", "participant"] * 3
    (warning,) = reading.report.warnings
    assert "what is in bold was read as the interviewer's words" in warning.message
    assert reading.report.words_in == reading.report.words_out


def test_a_time_may_stand_before_a_question_in_bold() -> None:
    pairs = list(zip(ASKED, ANSWERED, strict=True))
    body = [p for q, a in pairs for p in (run("[0:05] ") + run(q, bold=True), run(f"[0:09] {a}"))]
    body += [run("[0:30]"), run("So.")]
    expected = [turn for q, a in pairs for turn in (("Interviewer", q, 5.0), ("Participant", a, 9.0))]
    expected[-1] = ("Participant", f"{ANSWERED[-1]}\n\nSo.", 9.0)
    reading = read_docx(docx(*map(paragraph, body)))
    assert said(reading) == expected
    assert reading.transcripts[0].turns[-1].anchors[-1][1] == 30.0


@pytest.mark.parametrize(
    ("bold", "plain"),
    [
        (["Motivation", "Ingredients", "Integration"], ANSWERED),
        (["How?"], ANSWERED),
        ([*ASKED, "Motivation", "Ingredients", "Integration", "Groups online"], [*ANSWERED] * 3),
        ([*ASKED, *ASKED, *ANSWERED, *ANSWERED], ANSWERED),
    ],
)
def test_bold_headings_a_single_question_or_bold_throughout_are_no_speakers(
    bold: list[str], plain: list[str]
) -> None:
    body = [paragraph(run(text, bold=True)) for text in bold] + [paragraph(run(text)) for text in plain]
    reading = read_docx(docx(*body))
    assert {who for who, _, _ in said(reading)} == {""}
    assert any("no speaker labels: each of" in w.message for w in reading.report.warnings)


def test_a_column_that_is_neither_label_nor_words_is_listed_as_dropped() -> None:
    rows = [["Speaker", "Text", "Notes"], ["INT", "How so?", "smiles a lot"], ["Ann", "Well.", ""]]
    reading = read_docx(docx(table(rows)))
    assert said(reading) == [("INT", "How so?", None), ("Ann", "Well.", None)]
    assert ("smiles a lot", "other column of the table") in [
        (d.text, d.reason) for d in reading.report.dropped
    ]


def test_a_table_of_facts_is_no_speech() -> None:
    facts = table([["Participant", "P03"], ["Interviewer", "Jane Smith"], ["Date", "12 May"]])
    reading = read_docx(docx(facts, paragraph("INT: So?"), paragraph("P03: Well.")))
    assert said(reading) == [("INT", "So?", None), ("P03", "Well.", None)]


def test_tracked_changes_content_controls_and_text_boxes() -> None:
    deleted = '<w:del w:id="1" w:author="x"><w:r><w:delText>Leeds</w:delText></w:r></w:del>'
    inserted = f'<w:ins w:id="2" w:author="x">{run("[CITY]")}</w:ins>'
    controlled = f"<w:sdt><w:sdtContent>{paragraph('P01: In a control.')}</w:sdtContent></w:sdt>"
    box = (
        "<w:p><w:r><w:pict><v:shape xmlns:v='urn:schemas-microsoft-com:vml'><v:textbox><w:txbxContent>"
        f"{paragraph('P01: In a box.')}</w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>"
    )
    text = paragraph(run("P01: I live in "), deleted, inserted, run(" now."))
    reading = read_docx(docx(paragraph("INT: Where?"), text, controlled, box))
    assert [words for _, words, _ in said(reading)] == [
        "Where?",
        "I live in [CITY] now.",
        "In a control.",
        "In a box.",
    ]


def test_the_items_of_a_numbered_list_are_paragraphs_of_their_own() -> None:
    level = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>'
    )
    numbering = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="0">{level}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    numbered = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    items = [
        f"<w:p>{numbered}{run(words)}</w:p>"
        for words in ("INT: So?", "P01: It was.", "and then", "INT: Why?")
    ]
    reading = read_docx(docx(*items, **{"word/numbering.xml": numbering}))
    assert said(reading) == [
        ("INT", "So?", None),
        ("P01", "It was.\n\nand then", None),
        ("INT", "Why?", None),
    ]
    assert reading.report.words_in == 9
    assert not reading.report.dropped


def test_headings_are_no_speech() -> None:
    styles = (
        f'<w:styles {W}><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/>'
        "</w:style></w:styles>"
    )
    data = docx(
        paragraph("INT: So?"),
        paragraph("Question 1", style="Heading1"),
        paragraph("P01: Well."),
        **{"word/styles.xml": styles},
    )
    reading = read_docx(data)
    assert said(reading) == [("INT", "So?", None), ("P01", "Well.", None)]
    assert [(d.text, d.reason) for d in reading.report.dropped] == [("Question 1", "heading")]


def test_footnotes_and_the_numbers_that_call_them_are_no_speech() -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{kind}" Target="footnotes.xml"/></Relationships>'
    )
    notes = f'<w:footnotes {W}><w:footnote w:id="2">{paragraph("A note.")}</w:footnote></w:footnotes>'
    called = "<w:r><w:footnoteReference w:id='2'/></w:r>"
    parts = {"word/_rels/document.xml.rels": links, "word/footnotes.xml": notes}
    reading = read_docx(docx(paragraph("INT: So?"), paragraph(run("P01: It"), called, run(" was.")), **parts))
    assert said(reading)[1] == ("P01", "It was.", None)
    assert [d.reason for d in reading.report.dropped] == ["footnote"]


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (zipped(**{"photo.xml": b"<x/>"}), "no Word document inside"),
        (docx(paragraph("INT: So?"))[:-40], "damaged or cut off"),
        (b"PK\x03\x04 and then nothing", "damaged or cut off"),
        (zipped(**{"word/document.xml": b"<w:document"}), "damaged Word document"),
        (zipped(**{"word/document.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'}), "declares entities"),
        (zipped(**{"word/document.xml": b"<x>" + b"a" * (257 << 20) + b"</x>"}), "unpacks to more"),
        (docx(paragraph("")), "no words spoken"),
        (b"INT: typed in Notepad", "named .docx, but"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "password-protected"),
    ],
    ids=["zip", "cut off", "only a beginning", "broken xml", "entities", "bomb", "empty", "text", "old"],
)
def test_what_is_no_word_document_is_one_clear_error(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_docx(data)
    assert caught.value.problem.path == "P01.docx"
    assert caught.value.hint
