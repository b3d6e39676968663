"""What files say beside their transcripts, which the identifier check must see, kind by kind."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from docx import Document
from xlsxwriter import Workbook

from tests.formats.test_pdf import pdf
from thematic.formats.transcripts.asides import MAX_CHARACTERS, asides
from thematic.formats.transcripts.reading import SourceFile

RTF = rb"""{\rtf1\ansi\ansicpg1252{\info{\author Wilma Okonkwo}}
{\header Interview with Gareth Pugh\par Tuesday}{\footerf Ward 7, Llandough}
INT: Who came?\par P01: My sister{\deleted  Bronwen} and {\v Doctor }Ellis did.
{\*\atnid WO}{\*\atnauthor Wilma}\chatn{\*\annotation{\pard this is Si\'e2n Rees}}\par
{\footnote Priya, her neighbour}\par}"""
ODT = """<office:document-content xmlns:office="o" xmlns:text="t" xmlns:dc="d"><office:body>
<office:annotation><dc:creator>Wilma</dc:creator><text:p>this is Gareth</text:p></office:annotation>
<text:changed-region><text:deletion><text:p>Priya came</text:p></text:deletion></text:changed-region>
</office:body></office:document-content>"""


def found(name: str, data: bytes) -> dict[str, str]:
    """The asides of a file, those of a kind together."""
    together: dict[str, str] = {}
    for aside in asides(SourceFile(name, data)):
        together[aside.part] = f"{together.get(aside.part, '')} {aside.text}".strip()
    return together


def docx() -> bytes:
    document = Document()
    paragraph = document.add_paragraph("P01: We went together.")
    document.add_comment(paragraph.runs, text="this is Gareth Pugh", author="Wilma")
    document.sections[0].header.paragraphs[0].text = "Interview with Priya"
    document.sections[0].footer.paragraphs[0].text = "Llandough"
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def with_part(data: bytes, part: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return stream.getvalue()


def archive(parts: Mapping[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return stream.getvalue()


def test_a_word_document():
    said = found("p.docx", docx())
    assert said["comment"] == "this is Gareth Pugh"
    assert (said["header"], said["footer"]) == ("Interview with Priya", "Llandough")


@pytest.mark.parametrize("part", ["word/comments.xml", "docProps/core.xml", "word/document.xml"])
def test_a_damaged_part_hides_nothing_in_the_others(part):
    said = found("p.docx", with_part(docx(), part, b"<broken"))
    assert said["header"] == "Interview with Priya"
    assert ("comment" in said) is (part != "word/comments.xml")


def test_a_workbook():
    stream = io.BytesIO()
    with Workbook(stream, {"in_memory": True}) as workbook:
        workbook.set_properties({"author": "Wilma", "created": datetime(2020, 1, 1, tzinfo=UTC)})
        sheet = workbook.add_worksheet()
        sheet.write("A1", "speaker")
        sheet.write_comment("A1", "Gareth Pugh spoke here", {"author": "Bronwen"})
        sheet.set_header('&L&"Arial,Bold"&12Ward 7 && Priya&R&P')
        sheet.set_footer("&CLlandough")
    said = found("p.xlsx", stream.getvalue())
    assert said["comment"] == "Gareth Pugh spoke here"
    assert "Wilma" in said["author"]
    assert "Bronwen" in said["author"]
    assert said["header"] == "Ward 7 & Priya"
    assert said["footer"] == "Llandough"


def test_an_opendocument_text():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", ODT)
    said = found("p.odt", stream.getvalue())
    assert said == {"author": "Wilma", "comment": "this is Gareth", "tracked deletion": "Priya came"}


def test_a_document_in_rtf():
    assert found("p.rtf", RTF) == {
        "author": "Wilma Okonkwo Wilma",
        "header": "Interview with Gareth Pugh Tuesday",
        "footer": "Ward 7, Llandough",
        "tracked deletion": "Bronwen",
        "hidden text": "Doctor",
        "comment": "this is Siân Rees",
        "footnote": "Priya, her neighbour",
    }


def test_a_damaged_document_in_rtf_says_what_stands_before_the_damage():
    assert found("p.rtf", RTF[: RTF.index(b"{\\footnote")])["comment"] == "this is Siân Rees"


WORD = 'xmlns:w="w" xmlns:m="m"'
PARTS = {
    "word/document.xml": f"""<w:document {WORD}><w:p><w:ins w:author="Bronwen"><w:t>So</w:t></w:ins>
        <w:del w:author="Priya"><w:r><w:delText>It was Gareth</w:delText></w:r></w:del></w:p></w:document>""",
    "word/people.xml": f'<w:people {WORD}><w:person w:author="Wilma Okonkwo"/></w:people>',
    "word/header2.xml": f"<h {WORD}><w:p><w:t>Ward </w:t><w:t>7</w:t></w:p><w:p><w:t>North</w:t></w:p></h>",
    "word/footnotes.xml": f"<w:footnotes {WORD}><w:p><w:t>Her sister</w:t></w:p></w:footnotes>",
    "word/endnotes.xml": f"<w:endnotes {WORD}><w:p><w:t>In Llandough</w:t></w:p></w:endnotes>",
    "word/theme/theme1.xml": f"<w:theme {WORD}><w:comment><w:t>no comment</w:t></w:comment></w:theme>",
    "word/styles.xml": f'<w:styles {WORD}><w:style w:author="nobody"/></w:styles>',
    "docProps/core.xml": "<m xmlns:c='c'><c:creator>Sian</c:creator><c:title>Dana, week 3</c:title></m>",
    "docProps/app.xml": "<m><Company>Northside</Company><Words>12</Words><Manager>Rhys</Manager></m>",
    "docProps/custom.xml": '<m><property name="Client"><t>Dana Ash</t></property></m>',
    "docProps/thumbnail.jpeg": "<creator>nobody</creator>",
}


def test_every_part_of_a_word_document():
    assert found("p.docx", archive(PARTS)) == {
        "author": "Rhys Sian Bronwen Priya Wilma Okonkwo",
        "property Company": "Northside",
        "property title": "Dana, week 3",
        "property Client": "Dana Ash",
        "tracked deletion": "It was Gareth",
        "header": "Ward 7 North",
        "footnote": "Her sister",
        "endnote": "In Llandough",
    }


def test_threads_of_comments_in_a_workbook():
    parts = {
        "xl/persons/person.xml": '<personList><person displayName="Wilma Okonkwo"/></personList>',
        "xl/threadedComments/c1.xml": "<m><threadedComment><text>is Gareth</text></threadedComment></m>",
        "xl/comments1.xml": "<m><author>Sian</author><comment><t>is Priya</t></comment></m>",
        "xl/styles.xml": "<m><author>nobody</author></m>",
        "xl/sharedStrings.xml": "<m><comment><t>a cell</t></comment></m>",
        "docProps/core.xml": "<m><lastModifiedBy>Rhys</lastModifiedBy></m>",
    }
    said = found("p.xlsx", archive(parts))
    assert said == {"author": "Rhys Sian Wilma Okonkwo", "comment": "is Priya is Gareth"}


def test_what_stands_around_an_opendocument_text():
    change = "<c><dc:creator>Sian</dc:creator></c><t:h>Gareth came</t:h>"
    parts = {
        "content.xml": f"<o xmlns:t='t' xmlns:dc='d'><t:changed-region>{change}</t:changed-region></o>",
        "styles.xml": "<o xmlns:t='t'><t:header-left><t:p>Ward 7</t:p></t:header-left>"
        "<t:footer><t:p>North</t:p></t:footer></o>",
        "meta.xml": "<o xmlns:t='t'><t:initial-creator>Wilma</t:initial-creator>"
        "<t:generator>Writer</t:generator><t:user-defined t:name='Client'>Dana Ash</t:user-defined></o>",
    }
    assert found("p.odt", archive(parts)) == {
        "author": "Sian Wilma",
        "tracked deletion": "Gareth came",
        "property Client": "Dana Ash",
        "header": "Ward 7",
        "footer": "North",
    }


def test_a_pdf():
    made = pdf([(72, 700, "INT: So?")])
    told = b"/Info << /Author (Wilma) /Title (Dana, week 3) /Producer (Printer) /Keywords /None >> /Root"
    assert found("p.pdf", made.replace(b"/Root", told, 1)) == {
        "author": "Wilma",
        "property Title": "Dana, week 3",
    }
    assert found("p.pdf", b"%PDF-1.4 broken") == {}


def test_the_metadata_of_elan():
    document = """<ANNOTATION_DOCUMENT AUTHOR="Wilma"><HEADER MEDIA_FILE="C:\\Users\\sian\\dana.mp3">
        <MEDIA_DESCRIPTOR MEDIA_URL="file:///home/sian/dana2.wav" RELATIVE_MEDIA_URL="./dana3.wav"/>
        <PROPERTY NAME="clinic">Northside</PROPERTY></HEADER>
        <TIER TIER_ID="P01" PARTICIPANT="Dana" ANNOTATOR="Rhys"/></ANNOTATION_DOCUMENT>"""
    assert found("p.eaf", document.encode()) == {
        "author": "Wilma Rhys",
        "media file": "dana.mp3 dana2.wav dana3.wav",
        "property clinic": "Northside",
        "participant": "Dana",
    }


def test_short_texts_near_the_root_of_json():
    data = {
        "jobName": "Dana-week-3",
        "accountId": 12,
        "text": "So it was.",
        "results": {"Transcript": "So it was.", "by": "Wilma", "notes": "n" * 201, "kept": "k" * 200},
        "segments": [{"speaker": "Sian"}],
        "deep": {"er": {"still": "Rhys"}},
    }
    said = found("p.json", json.dumps(data).encode())
    assert said == {"property jobName": "Dana-week-3", "property by": "Wilma", "property kept": "k" * 200}


def test_each_aside_is_told_once_and_there_is_an_end_to_them():
    twice = "<m><comment><t>is Priya</t></comment><comment><t>is Priya</t></comment></m>"
    assert found("p.docx", archive({"word/comments.xml": twice})) == {"comment": "is Priya"}
    long = "".join(f"<comment><t>{i} {'x' * 5_000}</t></comment>" for i in range(50))
    said = asides(SourceFile("p.docx", archive({"word/comments.xml": f"<m>{long}</m>"})))
    assert sum(len(aside.text) for aside in said) == MAX_CHARACTERS
    assert said[-1].text.startswith("39 ")
