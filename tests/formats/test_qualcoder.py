from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.other_programs import make_qualcoder
from thematic.coded_project import CodedProject
from thematic.errors import InputError
from thematic.formats.projects.front_door import ProjectSettings, read_project, sniff_project

TEXT = "Interviewer: How was it?\nAda: 😀 Good, 😀 mostly. The bus was late.\nAda: Then home."
DATE = "2024-03-05 14:30:00"
Row = tuple[str, dict[str, Any]]


def utf16(words: str, text: str = TEXT) -> tuple[int, int]:
    """Where QualCoder's window puts a coding of these words: it counts UTF-16 units."""
    start = len(text[: text.index(words)].encode("utf-16-le")) // 2
    return start, start + len(words.encode("utf-16-le")) // 2


def coding(words: str, owner: str = "ana", cid: int = 1, **changes: Any) -> Row:
    start, end = utf16(words)
    row = {
        "cid": cid,
        "fid": 1,
        "seltext": words,
        "pos0": start,
        "pos1": end,
        "owner": owner,
        "date": DATE,
        "memo": "",
    }
    return "code_text", row | changes


BASE: list[Row] = [
    (
        "source",
        {"id": 1, "name": "P01.docx", "fulltext": TEXT, "memo": "About P01", "owner": "ana", "date": DATE},
    ),
    ("source", {"id": 2, "name": "photo.jpg", "mediapath": "/images/photo.jpg"}),
    ("code_cat", {"catid": 1, "name": "Travel"}),
    ("code_cat", {"catid": 2, "name": "Public", "supercatid": 1}),
    ("code_name", {"cid": 1, "name": "Bus", "memo": "Anything with a bus.", "catid": 2, "color": "#E69F00"}),
    ("code_name", {"cid": 2, "name": "Travel", "catid": None, "color": "no colour"}),
]


def project(tmp_path: Path, *rows: Row, partial: bool = False) -> CodedProject:
    folder = make_qualcoder(tmp_path / "Study.qda", [*BASE, *rows])
    return read_project(folder, settings=ProjectSettings(partial=partial))


def test_spans_after_an_emoji_are_found(tmp_path: Path) -> None:
    read = project(tmp_path, coding("The bus was late."), coding("Then home.", "ben", 2))
    text = read.texts[0].transcript.text
    assert text == TEXT
    assert [(text[c.quote.start : c.quote.end], c.coder_id) for c in read.codings] == [
        ("The bus was late.", "ana"), ("Then home.", "ben"),
    ]  # fmt: skip
    assert "UTF-16" in " ".join(read.report.notes)


def test_positions_in_code_points_are_found_by_the_words(tmp_path: Path) -> None:
    start = TEXT.index("The bus")
    read = project(tmp_path, coding("The bus", pos0=start, pos1=start + 7))
    assert [c.quote.text for c in read.codings] == ["The bus"]


def test_categories_are_themes(tmp_path: Path) -> None:
    codebook = project(tmp_path, coding("The bus")).codebook
    assert codebook is not None
    codes = {code.name: code for code in codebook.codes}
    assert codes["Bus"].parent_id == codes["Public"].id
    assert codes["Public"].parent_id == codes["Travel"].id
    assert (codes["Bus"].definition, codes["Bus"].color) == ("Anything with a bus.", "#E69F00")
    assert codes["Travel (code)"].color is None  # called like the category beside it


def test_memos_dates_and_annotations(tmp_path: Path) -> None:
    start, end = utf16("Good")
    note: Row = (
        "annotation",
        {"fid": 1, "pos0": start, "pos1": end, "memo": "really?", "owner": "ben", "date": DATE},
    )
    read = project(tmp_path, coding("The bus", memo="why late?", important=1), note)
    first, second = read.codings
    assert (first.memo, first.at.isoformat() if first.at else "") == (
        "why late?",
        "2024-03-05T14:30:00+00:00",
    )
    assert first.details == {"important": True}
    assert (second.code_id, second.memo, second.quote.text, second.coder_id) == (
        None,
        "really?",
        "Good",
        "ben",
    )
    assert [(n.title, n.text) for n in read.notes] == [
        ("Project", "About the project."),
        ("P01.docx", "About P01"),
    ]


def test_attributes_of_the_one_case_and_of_the_file(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("cases", {"caseid": 7, "name": "Ada"}),
        ("case_text", {"caseid": 7, "fid": 1, "pos0": 0, "pos1": len(TEXT)}),
        ("attribute", {"name": "age", "attr_type": "case", "value": "41", "id": 7}),
        ("attribute", {"name": "site", "attr_type": "file", "value": "north", "id": 1}),
        ("attribute", {"name": "empty", "attr_type": "file", "value": "", "id": 1}),
    ]
    assert project(tmp_path, *rows).texts[0].transcript.attributes == {
        "case": "Ada",
        "age": "41",
        "site": "north",
    }


def test_a_text_of_several_cases_is_told(tmp_path: Path) -> None:
    rows: list[Row] = [("cases", {"caseid": n, "name": f"Case {n}"}) for n in (1, 2)]
    rows += [("case_text", {"caseid": n, "fid": 1, "pos0": 0, "pos1": 5}) for n in (1, 2)]
    read = project(tmp_path, *rows)
    assert read.texts[0].transcript.attributes == {}
    assert "texts of several cases" in [loss.what for loss in read.report.losses]


def test_what_has_no_place_is_counted(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("code_image", {"id": 2, "cid": 1, "x1": 1, "y1": 1, "width": 5, "height": 5, "owner": "ana"}),
        ("journal", {"name": "Week 1", "jentry": "Thoughts.", "owner": "ana", "date": DATE}),
    ]
    read = project(tmp_path, coding("The bus"), coding("Then home.", cid=99), *rows)
    assert {loss.what: loss.count for loss in read.report.losses} == {
        "sources": 1, "codings": 1, "codings of images": 1,
    }  # fmt: skip
    assert "Week 1" in [note.title for note in read.notes]


def test_codings_with_other_words_stop_unless_partial(tmp_path: Path) -> None:
    good = [coding(words) for words in ("The bus", "Good", "Then home.")]
    wrong = coding("mostly", seltext="entirely different")
    with pytest.raises(InputError) as caught:
        project(tmp_path / "a", *good, wrong, coding("late", pos1=9999))
    assert len(caught.value.problems) == 2
    read = project(tmp_path / "b", *good, wrong, partial=True)
    assert len(read.codings) == 3


def test_crlf_texts_become_lf_and_keep_their_quotes(tmp_path: Path) -> None:
    text = TEXT.replace("\n", "\r\n")
    start = text.index("Then home") + 2  # two emoji before it
    rows: list[Row] = [
        ("source", {"id": 3, "name": "P03.txt", "fulltext": text}),
        coding("Then home", fid=3, pos0=start, pos1=start + 9),
        coding("The bus", fid=3, pos0=text.index("The bus") + 2, pos1=text.index("The bus") + 9),
    ]
    read = project(tmp_path, *rows)
    assert "\r" not in read.texts[1].transcript.text
    assert [c.quote.text for c in read.codings] == ["Then home", "The bus"]


def test_the_folder_and_the_file_in_it_are_the_same_project(tmp_path: Path) -> None:
    folder = make_qualcoder(tmp_path / "Study.qda", BASE)
    assert sniff_project(folder) == sniff_project(folder / "data.qda") == "qualcoder"
    assert read_project(folder).title == read_project(folder / "data.qda").title == "Study"


def test_a_file_that_is_no_project_gives_one_clear_error(tmp_path: Path) -> None:
    folder = tmp_path / "Study.qda"
    folder.mkdir()
    (folder / "data.qda").write_bytes(b"not a database" * 100)
    with pytest.raises(InputError, match="cannot be read"):
        read_project(folder)
    with closing(sqlite3.connect(folder / "data2.qda")) as connection:
        connection.execute("CREATE TABLE other (x)")
        connection.commit()
    (folder / "data2.qda").replace(folder / "data.qda")
    with pytest.raises(InputError, match="has not the tables"):
        read_project(folder)


def test_the_oldest_schema_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "Old.qda"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "data.qda")) as connection:
        connection.executescript(
            "CREATE TABLE source (id integer primary key, name text, fulltext text);"
            "CREATE TABLE code_name (cid integer primary key, name text, memo text, catid integer, "
            "owner text, date text, color text);"
            "CREATE TABLE code_text (cid integer, fid integer, seltext text, pos0 integer, pos1 integer, "
            "owner text, date text, memo text);"
        )
        connection.execute("INSERT INTO source VALUES (1, 'P01', 'The bus was late.')")
        connection.execute("INSERT INTO code_name VALUES (1, 'Bus', NULL, NULL, 'ana', '', '')")
        connection.execute("INSERT INTO code_text VALUES (1, 1, 'The bus', 0, 7, NULL, '', NULL)")
        connection.commit()
    read = read_project(folder, settings=ProjectSettings(coder="cy"))
    assert [(c.quote.text, c.coder_id, c.at) for c in read.codings] == [("The bus", "cy", None)]
