"""The front door: which reader a file gets, and that no file makes any of them stumble."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.codebook_strategies import codebooks
from thematic.codebook import make_codebook
from thematic.errors import CodebookError, SettingsError, ThematicError
from thematic.formats.codebooks.front_door import codebook_file, read_codebook
from thematic.model import Code, Codebook

BOOK = make_codebook(
    "book",
    [
        Code(id="a", name="A", definition="One: two.", include=("x", "y"), color="#abc"),
        Code(id="b", name="É", parent_id="a", examples=("“No.”",), status="merged", merged_into="a"),
    ],
    description="All of it.",
    version_notes=["0.1: first"],
)
ENDINGS = (".yaml", ".yml", ".json", ".csv", ".xlsx", ".qdc")
ANYWHERE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_format_carries_every_code(tmp_path: Path, ending: str) -> None:
    written = codebook_file(BOOK, f"book{ending}")
    file = tmp_path / f"book{ending}"
    file.write_bytes(written.data)
    again, _ = read_codebook(file)
    assert again.codes == BOOK.codes
    assert (again == BOOK) == (not written.lost)


def test_what_a_format_has_no_place_for_is_told() -> None:
    for ending in (".csv", ".qdc"):
        lost = codebook_file(BOOK, f"book{ending}").lost
        assert [problem.message for problem in lost] == [
            f"`description` has no place in {ending} and is not carried",
            f"`version_notes` has no place in {ending} and is not carried",
        ]
    assert codebook_file(BOOK, "other.csv").lost[0].message.startswith("`title`")


@pytest.mark.parametrize("ending", [".xlsx", ".qdc"])
def test_the_content_counts_where_it_is_unmistakable(tmp_path: Path, ending: str) -> None:
    file = tmp_path / "book.yaml"
    file.write_bytes(codebook_file(BOOK, f"book{ending}").data)
    assert read_codebook(file)[0].codes == BOOK.codes


def test_an_ending_that_nothing_is_written_in() -> None:
    with pytest.raises(SettingsError) as caught:
        codebook_file(BOOK, "book.tsv")
    assert caught.value.hint == "end the name in one of .yaml, .yml, .json, .csv, .xlsx, .qdc"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf \n", "the file is empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "a workbook of the old kind"),
        (b"codes: \xff", "not UTF-8 text"),
        (b"\x00\x01\x02", "cannot hold the character U+0000"),
    ],
)
def test_files_that_are_no_codebook(tmp_path: Path, data: bytes, message: str) -> None:
    file = tmp_path / "book.yaml"
    file.write_bytes(data)
    with pytest.raises(CodebookError) as caught:
        read_codebook(file)
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(file))


@ANYWHERE
@given(st.sampled_from([*ENDINGS, ".tsv", ".txt"]), st.binary(max_size=80))
@example(".yaml", b"? - :")
@example(".yaml", b"codes: ? a")
@example(".json", b"1e999999")
@example(".qdc", b"<?xml version='1.0' encoding='punycode'?><CodeBook/>")
@example(".qdc", b"<CodeBook xmlns='x'><Code/></CodeBook>")
@example(".csv", b'id,name\n"a')
def test_no_bytes_make_a_reader_stumble(tmp_path: Path, ending: str, data: bytes) -> None:
    file = tmp_path / f"book{ending}"
    file.write_bytes(data)
    try:
        read_codebook(file)
    except ThematicError as error:
        assert error.problems


@ANYWHERE
@given(st.sampled_from(ENDINGS), st.data())
def test_no_damage_makes_a_reader_stumble(tmp_path: Path, ending: str, data: st.DataObject) -> None:
    whole = codebook_file(BOOK, f"book{ending}").data
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 12)))
    signs = st.sampled_from(
        [b"\t", b"\n", b"- ", b": ", b'"', b"'", b"<", b">", b"&", b"{", b"]", b"\xe9", b"\x00"]
    )
    damage = data.draw(st.binary(max_size=4) | signs)
    file = tmp_path / f"book{ending}"
    file.write_bytes(whole[:start] + damage + whole[end:])
    try:
        read_codebook(file)
    except ThematicError as error:
        assert error.problems


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(codebooks(), st.permutations([".yaml", ".json", ".csv", ".xlsx", ".qdc"]))
def test_a_codebook_goes_through_all_formats_and_comes_back(
    tmp_path: Path, codebook: Codebook, way: list[str]
) -> None:
    now = codebook
    for ending in way:
        path = tmp_path / f"book{ending}"
        path.write_bytes(codebook_file(now, path.name).data)
        now, _ = read_codebook(path)
    assert {code.id: code for code in now.codes} == {code.id: code for code in codebook.codes}
    assert now.version == codebook.version
