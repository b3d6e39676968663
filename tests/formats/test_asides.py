"""What files say beside their transcripts, which the identifier check must see, kind by kind."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest
from docx import Document
from xlsxwriter import Workbook

from thematic.formats.transcripts.asides import asides
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
