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
