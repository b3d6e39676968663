"""Decoding: marks, UTF-8, the named encoding, cp1252 with a warning; what is refused; what is cleaned."""

from __future__ import annotations

import pytest

from thematic.errors import InputError, SettingsError
from thematic.formats.encoding import clean, decode, head_text
from thematic.formats.transcripts.reading import SourceFile

TEXT = "P01: yes – £20.\n"


def file(data: bytes) -> SourceFile:
    return SourceFile("P01.txt", data)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides_even_against_the_named_encoding(encoding: str) -> None:
    decoded = decode(file(TEXT.encode(encoding)), "cp1252")
    assert (decoded.text, decoded.bom) == (TEXT, True)
    assert not decoded.warnings


def test_utf_8_needs_no_warning() -> None:
    decoded = decode(file(TEXT.encode()))
    assert (decoded.text, decoded.encoding, decoded.warnings) == (TEXT, "utf-8", ())


def test_cp1252_is_read_with_a_warning_that_quotes_the_lines() -> None:
    decoded = decode(file(("INT: so\n" + TEXT + "INT: It’s “fine”\n").encode("cp1252")))
    assert decoded.text == "INT: so\n" + TEXT + "INT: It’s “fine”\n"
    (warning,) = decoded.warnings
    assert warning.line == 2
    assert "2 line(s)" in warning.message
    assert "line 2: “P01: yes – £20.”; line 3: “INT: It’s “fine””" in warning.message


def test_the_named_encoding_is_used() -> None:
    assert decode(file("P01: naïve".encode("mac_roman")), "mac_roman").text == "P01: naïve"


@pytest.mark.parametrize(
    ("data", "encoding", "message", "line"),
    [
        (b"", None, "empty", None),
        (b" \n\t ", None, "empty", None),
        (b"\xef\xbb\xbf", None, "empty", None),
        (b"a\nb\n\xff\xfe", "utf-8", "not utf-8 text", 3),
        (b"a\n\x81 \xc3", None, "not cp1252 text", 2),
        (TEXT.encode("utf-16-le"), None, "looks like utf-16-le", None),
        (TEXT.encode("utf-16-be"), None, "looks like utf-16-be", None),
        (b"\x00\x01\x02\x03" * 50, None, "binary", None),
        (b"\x01\x02\x03\x04" * 50, None, "binary", None),
        (b"\xff\xfe\x00", None, "not utf-16 text", 1),
    ],
)
def test_what_cannot_be_decoded_is_refused(
    data: bytes, encoding: str | None, message: str, line: int | None
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        decode(file(data), encoding)
    assert (caught.value.problem.path, caught.value.problem.line) == ("P01.txt", line)
    assert caught.value.hint


@pytest.mark.parametrize("encoding", ["klingon", "base64", "a\x00b"])
def test_an_unknown_encoding_is_a_mistake_in_the_settings(encoding: str) -> None:
    with pytest.raises(SettingsError, match="no text encoding"):
        decode(file(b"so"), encoding)


def test_control_characters_go_with_a_warning_and_separators_become_line_ends() -> None:
    text, (warning,) = clean("a\x0bb\x0c\u2028c\nd\x07e\x1bf", "P01.txt")
    assert text == "a\nb\n\nc\ndef"
    assert (warning.line, warning.message) == (5, "2 control characters were taken out")


def test_a_byte_order_mark_inside_the_text_goes_with_a_warning() -> None:
    decoded = decode(file("\ufeffINT: so\n\ufeffINT: it".encode()))
    assert decoded.text == "INT: so\nINT: it"
    assert [(w.line, w.message) for w in decoded.warnings] == [
        (2, "1 byte order marks inside the text were taken out")
    ]


def test_nothing_is_normalised() -> None:
    text = "cafe\u0301 \u202bשלום\u202c 👩‍👩‍👧 ﬁ \u00a0"
    assert decode(file(text.encode())).text == text


def test_the_head_of_a_file_is_looked_at_without_failing() -> None:
    assert head_text("WEBVTT\r\n".encode("utf-16")) == "WEBVTT\n"
    assert head_text(b"\xff\xfe\x00") != ""
    assert head_text("é".encode()[:1]) == "�"
