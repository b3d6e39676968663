"""How positions are counted is found out, whatever the convention; where two fit equally, it is asked."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.formats.refi.projects import (
    QUOTES,
    TEXT,
    Counting,
    archive,
    encoded,
    guid,
    position,
    project,
    project_xml,
    selection,
    text_source,
    write,
)
from thematic.errors import InputError, SettingsError
from thematic.formats.projects.front_door import ProjectSettings, read_project
from thematic.formats.refi.offsets import CONVENTIONS, Convention, SourceText, Spans, choose, parse_convention

WORDS = {"cp": "code points", "utf16": "UTF-16 code units", "bytes": "bytes"}


def read_quotes(path: Path, **settings: str) -> list[str]:
    return [coding.quote.text for coding in read_project(path, settings=ProjectSettings(**settings)).codings]  # type: ignore[arg-type]


@pytest.mark.parametrize("named", [True, False], ids=["named", "unnamed"])
@pytest.mark.parametrize("bom", [None, False, True], ids=["no-bom", "bom-not-counted", "bom-counted"])
@pytest.mark.parametrize("unit", ["cp", "utf16", "bytes"])
@pytest.mark.parametrize(
    ("eol", "line_end"), [("\n", 1), ("\r\n", 1), ("\r\n", 2), ("\n", 2)], ids=["lf", "once", "twice", "lf2"]
)
def test_every_convention_is_found_and_named(
    tmp_path: Path, eol: str, line_end: int, unit: str, bom: bool | None, named: bool
) -> None:
    counting = Counting(unit=unit, line_end=line_end, bom=bool(bom))
    path = project(
        tmp_path / "a.qdpx", eol=eol, counting=counting, bom=bom is not None, named=named, folder="Sources"
    )
    read = read_project(path)
    assert [coding.quote.text for coding in read.codings] == QUOTES
    assert read.texts[0].transcript.text == TEXT
    [record] = read.kept["offsets"].values()
    ends = {("\n", 1): "LF", ("\n", 2): "LF counted twice, as CRLF"}.get(
        (eol, line_end), f"CRLF counted {'once' if line_end == 1 else 'twice'}"
    )
    mark = "" if bom is None else f", BOM {'counted' if bom else 'not counted'}"
    assert record["described"] == f"{WORDS[unit]}, {ends}{mark}"
    assert record["quotes_found"] == (len(QUOTES) if named else 0)
    assert record["margin"] > 0
    assert any(record["described"] in note for note in read.report.notes)


@pytest.mark.parametrize("named", [True, False], ids=["named", "unnamed"])
@pytest.mark.parametrize(
    ("first", "last", "ending"),
    [(0, -1, "to the last character"), (1, 0, "to the last character, from 1"), (1, 1, "not in the file")],
    ids=["last", "from1", "lost-bom"],
)
@pytest.mark.parametrize("unit", ["cp", "utf16"])
def test_ends_and_beginnings_that_the_standard_did_not_mean(
    tmp_path: Path, unit: str, first: int, last: int, ending: str, named: bool
) -> None:
    words = [quote for quote in QUOTES if not quote.endswith(".")]
    made = []
    for quote in words:
        start, end = (
            position(TEXT, at, eol="\n", counting=Counting(unit=unit), bom=False, encoding="utf-8")
            for at in (TEXT.index(quote), TEXT.index(quote) + len(quote))
        )
        made.append(selection(quote, start + first, end + last, name=quote if named else None))
    files = {f"{guid('source')}.txt": TEXT.encode()}
    path = write(tmp_path / "a.qdpx", archive(project_xml(text_source("".join(made))), files))
    assert read_quotes(path) == words
    [record] = read_project(path).kept["offsets"].values()
    assert record["described"].endswith(ending)
    assert read_quotes(path, offsets=record["convention"]) == words


def test_one_unnamed_selection_is_not_enough_to_read_a_project_in_an_unusual_way(tmp_path: Path) -> None:
    start = TEXT.index("waited two hours")
    source = text_source(selection("x", start, start + 15))  # it ends inside a word, as people's do
    path = write(tmp_path / "a.qdpx", archive(project_xml(source), {f"{guid('source')}.txt": TEXT.encode()}))
    assert read_quotes(path) == ["waited two hour"]
    assert read_quotes(path, offsets="codepoints-asis-last") == ["waited two hours"]


@pytest.mark.parametrize("unit", ["cp", "utf16", "bytes"])
def test_a_text_in_utf_16_is_read(tmp_path: Path, unit: str) -> None:
    path = project(tmp_path / "a.qdpx", eol="\r\n", counting=Counting(unit=unit), bom=True, encoding="utf-16")
    assert read_quotes(path) == QUOTES


def test_inline_text_is_read_and_its_line_ends_may_count_twice(tmp_path: Path) -> None:
    for line_end in (1, 2):
        path = project(tmp_path / "a.qdpx", inline=True, counting=Counting(line_end=line_end))
        assert read_quotes(path) == QUOTES


def test_names_that_are_cut_off_count_as_quotes(tmp_path: Path) -> None:
    long = "Fine 😀 but I waited two hours. Café downstairs"
    start = TEXT.index(long)
    counting = Counting(unit="utf16")
    places = [
        position(TEXT, at, eol="\n", counting=counting, bom=False, encoding="utf-8")
        for at in (start, start + len(long))
    ]
    source = text_source(selection(long, *places, name=long[:20] + "…"))
    files = {f"{guid('source')}.txt": TEXT.encode()}
    read = read_project(write(tmp_path / "a.qdpx", archive(project_xml(source), files)))
    [record] = read.kept["offsets"].values()
    assert (record["quotes_named"], record["quotes_found"]) == (1, 1)
    assert read.codings[0].quote.text == long


# Two words of one length behind an emoji: in code points one is selected, in UTF-16 units the other.
TIE = "😀😀😀😀 one two"


def tie(path: Path, **changes: str) -> Path:
    source = text_source(selection("x", 9, 12, **changes))
    return write(path, archive(project_xml(source), {f"{guid('source')}.txt": TIE.encode()}))


def test_a_tie_between_readings_that_differ_is_asked(tmp_path: Path) -> None:
    path = tie(tmp_path / "a.qdpx")
    with pytest.raises(InputError) as caught:
        read_project(path)
    message = str(caught.value)
    assert "“two” (code points, LF) or “one” (UTF-16 code units, LF)" in message
    assert caught.value.hint == "say which: --offsets codepoints-asis or --offsets utf16-asis"
    assert read_quotes(path, offsets="codepoints-asis") == ["two"]
    assert read_quotes(path, offsets="utf16-asis") == ["one"]


def test_a_name_settles_what_words_alone_do_not(tmp_path: Path) -> None:
    for words in ("one", "two"):
        assert read_quotes(tie(tmp_path / "a.qdpx", name=words)) == [words]


def test_the_other_texts_of_the_project_settle_a_tie(tmp_path: Path) -> None:
    for unit, words in (("cp", "two"), ("utf16", "one")):
        counting = Counting(unit=unit)
        clear = []
        for quote in QUOTES:
            at = [
                position(
                    TEXT, TEXT.index(quote) + n, eol="\n", counting=counting, bom=False, encoding="utf-8"
                )
                for n in (0, len(quote))
            ]
            clear.append(selection(quote, *at, name=quote))
        sources = text_source("".join(clear)) + text_source(selection("x", 9, 12), id_="tie", name="Tie")
        files = {f"{guid('source')}.txt": TEXT.encode(), f"{guid('tie')}.txt": TIE.encode()}
        read = read_project(write(tmp_path / "a.qdpx", archive(project_xml(sources), files)))
        assert read.codings[-1].quote.text == words
        assert read.kept["offsets"]["Tie"]["decided_by"] == "project"


def test_readings_that_are_the_same_are_no_tie(tmp_path: Path) -> None:
    source = text_source(selection("x", 0, 3))
    path = write(
        tmp_path / "a.qdpx", archive(project_xml(source), {f"{guid('source')}.txt": b"one two three"})
    )
    read = read_project(path)
    [record] = read.kept["offsets"].values()
    assert (record["decided_by"], record["margin"], read.codings[0].quote.text) == ("only", None, "one")


def test_an_unknown_convention_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="utf32"):
        read_project(tie(tmp_path / "a.qdpx"), settings=ProjectSettings(offsets="utf32"))
    assert all(parse_convention(convention.name) == convention for convention in CONVENTIONS)


CHARACTERS = st.text(st.sampled_from("ab é\u0301😀שt\n\r\u2028\x0b.👍🏽"), max_size=40)


@given(CHARACTERS, st.sampled_from(CONVENTIONS), st.booleans())
def test_places_are_those_of_counting_by_hand(decoded: str, convention: Convention, bom: bool) -> None:
    source = SourceText(decoded, bom=bom)
    unit = {"codepoints": "cp", "utf16": "utf16", "bytes": "bytes"}[convention.unit]
    line_end = {"once": 1, "twice": 2, "asis": None}[convention.line_ends]
    if line_end is None and source.newline in ("crlf", "mixed"):
        return  # measured on the file itself, below
    counting = Counting(unit=unit, line_end=line_end, bom=convention.bom)
    marked = decoded.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "ⓥ")
    positions = [
        position(marked.replace("ⓥ", "\x0b"), n, eol="\n", counting=counting, bom=True, encoding="utf-8")
        for n in range(len(marked) + 1)
    ]
    found = source.places(convention, np.array(positions, dtype=np.int64))
    assert found.tolist() == list(range(len(source.text) + 1))
    assert source.length(convention) == positions[-1]


@given(CHARACTERS)
def test_positions_as_in_the_file_are_indices_of_it(decoded: str) -> None:
    source = SourceText(decoded)
    for n, m in product((0, len(decoded) // 2), (len(decoded) // 2, len(decoded))):
        if decoded[m - 1 : m + 1] == "\r\n" or decoded[n - 1 : n + 1] == "\r\n":
            continue
        first, last = source.places(Convention("codepoints", "asis"), np.array([n, m])).tolist()
        expected = decoded[n:m].replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n")
        assert source.text[first:last] == expected


def test_positions_that_are_none_are_minus_one() -> None:
    source = SourceText("a😀b")
    places = source.places(Convention("utf16", "asis"), np.array([-1, 0, 1, 2, 3, 4, 5, 10**12]))
    assert places.tolist() == [-1, 0, 1, -1, 2, 3, -1, -1]
    assert SourceText("").places(Convention("utf16", "asis"), np.array([0, 1])).tolist() == [0, -1]


def test_control_characters_leave_and_positions_stay_right() -> None:
    source = SourceText("a\x00b\x0cc\x01 word")
    assert (source.text, source.dropped) == ("ab\nc word", 2)
    first, last = source.places(Convention("codepoints", "asis"), np.array([7, 11])).tolist()
    assert source.text[first:last] == "word"


def test_the_same_source_chooses_the_same_twice() -> None:
    text = SourceText(TEXT.replace("\n", "\r\n"), bom=True)
    spans = Spans([5, 40], [8, 52], ["", ""])
    assert choose({"a": (text, spans)}) == choose({"a": (text, spans)})


def test_bytes_of_texts_are_as_written() -> None:
    assert encoded("a\nb", eol="\r\n", bom=True, encoding="utf-16") == b"\xff\xfea\0\r\0\n\0b\0"
