"""PDF: lines from places, bold labels, running heads, a column of numbers, and what cannot be read."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import pytest

from thematic.errors import InputError
from thematic.formats import read_file
from thematic.formats.transcripts.reading import Reading, SourceFile

pytest.importorskip("pdfplumber")

Placed = tuple[float, float, str]  # from the left, from the top, words; bold where they begin with *


def pdf(*pages: Sequence[Placed]) -> bytes:
    """A PDF in Helvetica at 10 points, by hand: catalogue, pages, two fonts, a page and a stream each."""
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
    ]
    for n, page in enumerate(pages):
        fonts = "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >>"
        place = f"/Parent 2 0 R /MediaBox [0 0 600 800] /Contents {6 + 2 * n} 0 R"
        objects.append(f"<< /Type /Page {place} {fonts} >>")
        shown = "\n".join(
            f"BT /F{1 + words.startswith('*')} 10 Tf {x} {800 - y} Td ({words.lstrip('*')}) Tj ET"
            for x, y, words in page
        )
        objects.append(f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream")
    out = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + end.encode()


def read_pdf(data: bytes) -> Reading:
    return read_file(SourceFile("P01.pdf", data))


def said(reading: Reading) -> list[tuple[str, str]]:
    (transcript,) = reading.transcripts
    return [(t.speaker, transcript.text[t.start : t.end]) for t in transcript.turns]


def test_bold_labels_and_lines_and_the_loud_warning() -> None:
    page = [
        (50, 100, "*Jane:"),
        (90, 100.5, "How was it, then?"),
        (50, 124, "*Tom:"),
        (90, 124, "It was café-"),
        (50, 136, "like, I found"),
        (50, 160, "*Jane:"),
        (90, 160, "And?"),
        (50, 184, "*Tom:"),
        (90, 184, "No."),
    ]
    reading = read_pdf(pdf(page))
    assert said(reading) == [
        ("Jane", "How was it, then?"),
        ("Tom", "It was café-\nlike, I found"),
        ("Jane", "And?"),
        ("Tom", "No."),
    ]
    assert reading.report.warnings[0].message.startswith("CHECK THIS: read from a PDF of 1 pages")
    assert "1 words are divided at line ends" in reading.report.warnings[0].message
    assert reading.report.words_in == reading.report.words_out + reading.report.words_in_labels


def test_running_heads_and_page_numbers_are_no_speech() -> None:
    def page(n: int) -> list[Placed]:
        head, foot = (50, 20, f"Interview 3, draft {n}"), (300, 780, f"{n} / 3")
        return [head, (50, 100, f"INT: So {n}?"), (50, 124, "P01: It."), foot]

    reading = read_pdf(pdf(page(1), page(2), page(3)))
    assert [words for _, words in said(reading)] == ["So 1?", "It.", "So 2?", "It.", "So 3?", "It."]
    assert {d.reason for d in reading.report.dropped} == {"running head"}
    assert len(reading.report.dropped) == 6


def test_a_column_of_paragraph_numbers_is_taken_away() -> None:
    turns = ["INT: So?", "P01: It was 12.", "INT: And?", "P01: No.", "INT: Ok.", "P01: Bye."]
    page = [(50.0, 100.0 + 24 * n, words) for n, words in enumerate(turns)]
    numbers = [(20.0, y, str(n)) for n, (_, y, _) in enumerate(page, 1)]
    page.insert(2, (50, 134, "and so on"))
    reading = read_pdf(pdf([*page, *numbers]))
    assert said(reading)[1] == ("P01", "It was 12.\nand so on")
    assert ("1 to 6", "line numbers", 6) in [(d.text, d.reason, d.words) for d in reading.report.dropped]


def test_what_is_outside_of_the_page_is_not_read() -> None:
    reading = read_pdf(pdf([(50, 100, "INT: So?"), (50, 124, "P01: It."), (50, 900, "P01: secret")]))
    assert [words for _, words in said(reading)] == ["So?", "It."]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pdf([]), "its pages are pictures"),
        (pdf([(50, 100, "INT: So?")])[:120], "damaged PDF|its pages are pictures"),
        (b"%PDF-1.4 and nothing more", "damaged PDF|its pages are pictures"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_pdf(data)
    assert caught.value.hint


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pdfplumber", None)
    with pytest.raises(InputError, match="extra library") as caught:
        read_pdf(pdf([(50, 100, "INT: So?")]))
    assert "thematic[pdf]" in (caught.value.hint or "")
