"""OpenDocument texts: spaces, breaks, bold labels, tables, and what is no speech in them."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.formats.writers import odt
from thematic.errors import InputError
from thematic.formats import read_file
from thematic.formats.transcripts.reading import Reading, SourceFile


def read_odt(data: bytes) -> Reading:
    return read_file(SourceFile("P01.odt", data))


def said(reading: Reading) -> list[tuple[str, str, float | None]]:
    (transcript,) = reading.transcripts
    return [(t.speaker, transcript.text[t.start : t.end], t.start_time) for t in transcript.turns]


def p(inside: str) -> str:
    return f"<text:p>{inside}</text:p>"


def bold(text: str) -> str:
    return f'<text:span text:style-name="T1">{text}</text:span>'


def test_spaces_tabs_and_line_breaks() -> None:
    question = p('INT: so<text:s text:c="3"/>it<text:tab/>was<text:line-break/>\n   good?')
    reading = read_odt(odt(question, p("P01: <text:span>well</text:span>.")))
    assert said(reading) == [("INT", "so   it\twas\n good?", None), ("P01", "well.", None)]


def test_bold_names_are_labels_and_bold_words_are_words() -> None:
    paragraphs = (
        p(f"{bold('Jane')} How?"),
        p(f"{bold('Tom:')} {bold('Very')} well."),
        p(bold("Jane:")),
        p("Why?"),
        p(f"{bold('Tom')} So."),
    )
    assert said(read_odt(odt(*paragraphs))) == [
        ("Jane", "How?", None),
        ("Tom", "Very well.", None),
        ("Jane", "Why?", None),
        ("Tom", "So.", None),
    ]


def test_tables_lists_and_headings() -> None:
    def row(*cells: str) -> str:
        inside = "".join(f"<table:table-cell>{p(cell)}</table:table-cell>" for cell in cells)
        return f"<table:table-row>{inside}</table:table-row>"

    rows = (
        row("0:01", "Jane", "How so?"),
        row("0:05", "Tom", "Well.</text:p><text:p>Yes."),
        row("0:09", "Jane", "Ok."),
    )
    table = f"<table:table>{''.join(rows)}</table:table>"
    listed = f"<text:list><text:list-item>{p('Tom: In a list.')}</text:list-item></text:list>"
    reading = read_odt(odt("<text:h>Interview 3</text:h>", table, listed))
    assert said(reading) == [
        ("Jane", "How so?", 1.0),
        ("Tom", "Well.\nYes.", 5.0),
        ("Jane", "Ok.", 9.0),
        ("Tom", "In a list.", None),
    ]
    assert [(d.text, d.reason) for d in reading.report.dropped] == [("Interview 3", "heading")]


def test_deleted_text_comments_and_notes_never_enter_the_words() -> None:
    deleted = f"<text:changed-region>{p('P01: Leeds')}</text:changed-region>"
    comment = f"<office:annotation>{p('INT: who?')}</office:annotation>"
    note = f"<text:note><text:note-citation>1</text:note-citation>{p('a note')}</text:note>"
    answer = f'P01: I live<text:change text:change-id="1"/> here{comment}{note}.'
    changes = f"<text:tracked-changes>{deleted}</text:tracked-changes>"
    reading = read_odt(odt(changes, p("INT: Where?"), p(answer)))
    assert said(reading) == [("INT", "Where?", None), ("P01", "I live here.", None)]


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def packed_by(method: int) -> bytes:
    """A text document of which one part says that it is packed by this method."""
    data = bytearray(odt(p("INT: So?")))
    entry = data.rindex(b"PK\x01\x02")  # of the last part, in the list at the end
    data[entry + 10 : entry + 12] = method.to_bytes(2, "little")
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (packed_by(9), r"packed by a method that cannot be unpacked here \(Deflate64\)"),
        (packed_by(98), r"packed by a method that cannot be unpacked here \(method 98\)"),
        (zipped(**{"photo.xml": "<x/>"}), "no OpenDocument text inside"),
        (odt(p("INT: So?"))[:-40], "damaged or cut off"),
        (zipped(**{"content.xml": "<office:document-content"}), "broken XML"),
        (zipped(**{"content.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}), "declares entities"),
        (odt(p("x"), **{"META-INF/manifest.xml": "<encryption-data/>"}), "protected by a password"),
        (odt(), "no words spoken"),
        (odt("<text:section>" * 5000 + "</text:section>" * 5000), "nested too deeply"),
    ],
    ids=["deflate64", "ppmd", "zip", "cut off", "broken", "entities", "password", "empty", "deep"],
)
def test_what_is_no_text_document_is_one_clear_error(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_odt(data)
    assert caught.value.problem.path == "P01.odt"


def test_spaces_that_are_counted() -> None:
    many = p('INT: a<text:s/>b<text:s text:c="x"/>c<text:s text:c="99999"/>d')
    ((_, words, _),) = said(read_odt(odt(many)))
    assert words == f"a b c{' ' * 1000}d"
