"""RTF: characters in all their spellings, what is hidden, deleted or no text, tables, and damage."""

from __future__ import annotations

import pytest

from thematic.errors import InputError
from thematic.formats import read_file
from thematic.formats.transcripts.reading import Reading, ReadSettings, SourceFile


def read_rtf(body: str, head: str = r"{\rtf1\ansi\ansicpg1252 ", **settings: str) -> Reading:
    file = SourceFile("P01.rtf", (head + body + "}").encode("latin-1"))
    return read_file(file, settings=ReadSettings(**settings))  # type: ignore[arg-type]


def said(reading: Reading) -> list[tuple[str, str, float | None]]:
    (transcript,) = reading.transcripts
    return [(t.speaker, transcript.text[t.start : t.end], t.start_time) for t in transcript.turns]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"caf\'e9 \'a320", "café £20"),
        (r"caf\u233?\u8217\'92s", "café’s"),
        (r"{\uc2\u26085 ??x}", "日x"),
        (r"{\uc0\u26085 x}", "日x"),
        (r"\u-10179?\u-8704?", "😀"),
        (r"\lquote so\rquote\~it\emdash was", "‘so’\u00a0it—was"),
        (r"a\{b\}c\\d", r"a{b}c\d"),
        (r"one\tab two\line three", "one\ttwo\nthree"),
        ("one\r\n two", "one two"),
        (r"{\b bold} {\i it}", "bold it"),
        (r"so {\deleted Leeds}{\v hidden}[CITY] now", "so [CITY] now"),
        (r"so {\deleted Leeds\plain  now}", "so  now"),
        (r"a{\footnote {\super 1} note}b", "ab"),
        (r'a{\field{\*\fldinst HYPERLINK "x"}{\fldrslt link}}b', "alinkb"),
        (r"a{\*\unknown secret}b{\pict\wmetafile8 0102}c", "abc"),
        (r"a{\*\shppict x}b", "ab"),
        (r"{\*\shpinst{\sp{\sn shapeType}{\sv 202}}{\shptxt boxed}}", "boxed"),
    ],
)
def test_characters(written: str, read: str) -> None:
    assert said(read_rtf(rf"\pard P01: {written}\par")) == [("P01", read, None)]


def test_binary_pictures_are_skipped_by_their_length() -> None:
    assert said(read_rtf("P01: a{\\pict\\bin6 }{}\\{\\}b\\par")) == [("P01", "ab", None)]


def test_code_pages() -> None:
    russian = "P01: \\'e4\\'e0.\\par"
    assert said(read_rtf(russian, r"{\rtf1\ansi\ansicpg1251 ")) == [("P01", "да.", None)]
    assert said(read_rtf(russian, encoding="cp1251")) == [("P01", "да.", None)]
    assert said(read_rtf("P01: \\'93\\'fa\\'96\\'7b\\par", r"{\rtf1\ansi\ansicpg932 ")) == [
        ("P01", "日本", None)
    ]
    assert said(read_rtf("P01: \\'8e\\par", r"{\rtf1\mac ")) == [("P01", "é", None)]


def test_bytes_are_in_the_encoding_of_their_font() -> None:
    fonts = (
        r"{\fonttbl{\f0\fnil\fcharset0 Arial;}{\f1\fnil\fcharset204 Arial Cyr;}{\f2\fcharset238 Arial CE;}}"
    )
    head = r"{\rtf1\ansi\ansicpg1252\deff0" + fonts
    body = r"\pard P01: caf\'e9 {\f1 \'e4\'e0} \f2\'b3\plain\'e3 {\f1\u1103?}\f0\'e9\par"
    assert said(read_rtf(body, head)) == [("P01", "café да łã яé", None)]
    assert said(read_rtf(body, head, encoding="cp1252")) == [("P01", "café äà ³ã яé", None)]
    russian = head.replace("deff0", "deff1")
    assert said(read_rtf(r"\pard P01: \'e4\'e0.\par", russian)) == [("P01", "да.", None)]
    with pytest.raises(InputError, match="not cp932"):
        read_rtf(r"P01: {\f1\'93}\par", head.replace("fcharset204", "fcharset128"))


def test_code_pages_that_windows_does_not_number_as_python() -> None:
    assert said(read_rtf("P01: \\'c3\\'a9\\par", r"{\rtf1\ansi\ansicpg65001 ")) == [("P01", "é", None)]
    assert said(read_rtf("P01: \\'8e\\par", r"{\rtf1\ansi\ansicpg10000 ")) == [("P01", "é", None)]
    assert said(read_rtf("P01: \\'e9\\par", r"{\rtf1 ")) == [("P01", "é", None)]
    assert said(read_rtf("P01: \\'e9\\par", r"{\rtf1\mac ", encoding="cp1252")) == [("P01", "é", None)]


def test_what_ends_bold_and_what_is_no_heading() -> None:
    asked = r"\b How so?\b0\par It was.\par " * 3
    assert [who for who, *_ in said(read_rtf(r"\pard " + asked))] == ["Interviewer", "Participant"] * 3
    turns = r"\pard {\b Jane:} How?\par {\b Tom:} Well.\par {\b Jane:} So?\par "
    body = r"\pard\outlinelevel9 Tom: no heading.\par\pard\outlinelevel Only this one\par " + turns
    reading = read_rtf(body)
    assert [who for who, *_ in said(reading)] == ["Tom", "Jane", "Tom", "Jane"]
    assert [(d.text, d.reason) for d in reading.report.dropped] == [("Only this one", "heading")]


def test_tables_of_different_columns_are_told_apart() -> None:
    def rows(*rows: tuple[str, ...]) -> str:
        return "".join(
            r"\trowd\pard\intbl " + "".join(rf"{cell}\cell " for cell in row) + r"\row " for row in rows
        )

    reading = read_rtf(
        rows(("Age", "34"), ("Town", "Leeds"), ("Weeks", "12"), ("Group", "online"))
        + r"\pard\par "
        + rows(("0:01", "INT", "Then?"), ("0:05", "P01", "No."), ("0:09", "INT", "Well."))
    )
    assert said(reading) == [("INT", "Then?", 1.0), ("P01", "No.", 5.0), ("INT", "Well.", 9.0)]


def test_bold_labels_tables_and_headings() -> None:
    def row(second: str, who: str, words: str) -> str:
        return rf"\trowd\cellx1\cellx2\pard\intbl 0:0{second}\cell {who}\cell {words}\cell\row "

    reading = read_rtf(
        r"{\stylesheet{\s1 heading 1;}}\pard\outlinelevel0 Part one\par "
        r"\pard {\b Jane:} How?\par {\b Tom:} {\b Very} well.\par "
        + row("1", "Jane", "In a table?")
        + row("5", "Tom", r"One.\par Two.")
        + row("9", "Jane", "Ok.")
        + r"\pard {\b Tom:} After.\par"
    )
    assert said(reading) == [
        ("Jane", "How?", None),
        ("Tom", "Very well.", None),
        ("Jane", "In a table?", 1.0),
        ("Tom", "One.\nTwo.", 5.0),
        ("Jane", "Ok.", 9.0),
        ("Tom", "After.", None),
    ]
    assert [(d.text, d.reason) for d in reading.report.dropped] == [("Part one", "heading")]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (rb"{\rtf1 P01: so", "cut off"),
        (rb"{\rtf1\ansi\ansicpg9999 P01: so\par}", "unknown code page 9999"),
        (rb"{\rtf1\ansi\ansicpg932 P01: \'93\par}", "not cp932"),
        (b"{\\rtf1 " + b"{" * 2000 + b"}" * 2000 + b"}", "nested too deeply"),
        (rb"{\rtf1}", "no words spoken"),
    ],
)
def test_damage_is_one_clear_error(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_file(SourceFile("P01.rtf", data))
