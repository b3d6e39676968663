from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.other_programs import DATE, make_taguette
from thematic.coded_project import CodedProject
from thematic.errors import InputError
from thematic.formats.projects.front_door import ProjectSettings, read_project, sniff_project
from thematic.formats.projects.html_text import html_text, plain_words

HTML = (
    "<h1>Interview &amp; notes</h1>\n<p>Interviewer: Où est-ce?</p><p>Ada: Café 😀 was <b>ni</b>ce.<br>"
    "Then we left.</p><ul><li>one</li><li>two</li></ul>"
)
TEXT = "Interview & notes\nInterviewer: Où est-ce?\nAda: Café 😀 was nice.\nThen we left.\none\ntwo"


def bytes_of(words: str, html: str = HTML) -> tuple[int, int]:
    """Where Taguette would put a highlight of these words."""
    data = "".join(piece[2] for piece in html_text(html).pieces).encode()
    start = data.index(words.encode())
    return start, start + len(words.encode())


def project(tmp_path: Path, **changes: object) -> CodedProject:
    given: dict[str, object] = {
        "documents": {"P01": HTML},
        "tags": {"place": "Where it is.", "place.nice": "", "other": ""},
        "highlights": [
            (
                "P01",
                *bytes_of("Café 😀 was nice."),
                "<p>Café 😀 was <b>ni</b>ce.</p>",
                ["place.nice", "other"],
            ),
            ("P01", *bytes_of("Then we left."), "Then we left.", ["place"]),
        ],
    }
    partial = bool(changes.pop("partial", False))
    path = make_taguette(tmp_path / "p.sqlite3", **(given | changes))  # type: ignore[arg-type]
    return read_project(path, settings=ProjectSettings(partial=partial))


# --- Text ----------------------------------------------------------------------------------------------


def test_paragraphs_are_lines_and_nothing_else_is_put_in() -> None:
    assert html_text(HTML).text == TEXT


@given(st.lists(st.text(alphabet="aé😀 \n&<", min_size=1, max_size=6), min_size=1, max_size=6), st.data())
def test_every_byte_has_its_place(paragraphs: list[str], data: st.DataObject) -> None:
    import html as escaping

    document = html_text("".join(f"<p>{escaping.escape(p)}</p>" for p in paragraphs))
    whole = "".join(piece[2] for piece in document.pieces)
    assert whole == "".join(paragraphs)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    span = document.span(len(whole[:start].encode()), len(whole[:end].encode()))
    assert span is not None
    assert "".join(document.text[span[0] : span[1]].split()) == "".join(whole[start:end].split())


def test_a_quote_at_the_edge_of_a_paragraph_has_no_line_end_in_it() -> None:
    document = html_text("<p>one</p><p>two</p>")
    assert document.text == "one\ntwo"
    assert document.span(0, 3) == (0, 3)
    assert document.span(3, 6) == (4, 7)
    assert document.span(0, 6) == (0, 7)


@pytest.mark.parametrize("span", [(-1, 2), (0, 99), (3, 2), (5, 6)])
def test_what_is_outside_or_inside_a_character_has_no_place(span: tuple[int, int]) -> None:
    assert html_text("<p>abcd😀</p>").span(*span) is None


def test_space_before_the_first_tag_does_not_count() -> None:
    assert html_text(" \n<p>one</p> <p>two</p>").span(0, 3) == (0, 3)
    assert html_text(" \n<p>one</p> <p>two</p>").size == 7


def test_words_of_scripts_and_styles_are_no_words() -> None:
    assert plain_words("<style>p {}</style><p>a b</p><script>x</script>") == "ab"


# --- Project -------------------------------------------------------------------------------------------


def test_every_quote_is_found_by_its_bytes(tmp_path: Path) -> None:
    read = project(tmp_path)
    text = read.texts[0].transcript.text
    assert text == TEXT
    assert [c.quote.text for c in read.codings] == ["Café 😀 was nice.", "Café 😀 was nice.", "Then we left."]
    assert all(text[c.quote.start : c.quote.end] == c.quote.text for c in read.codings)
    assert read.texts[0].transcript.turns


def test_tags_are_a_tree_with_their_descriptions(tmp_path: Path) -> None:
    codebook = project(tmp_path).codebook
    assert codebook is not None
    codes = {code.name: code for code in codebook.codes}
    assert codes["place.nice"].parent_id == codes["place"].id
    assert codes["place"].definition == "Where it is."
    assert codes["other"].parent_id is None


def test_who_gave_a_tag_and_when_is_in_the_log(tmp_path: Path) -> None:
    def line(tags: list[int], highlight: int = 1) -> str:
        return json.dumps({"type": "highlight_add", "highlight_id": highlight, "tags": tags})

    log = [
        ("ana", DATE, line([2])),
        ("ben", "2024-03-06 10:00:00", line([2, 3])),  # ben adds “other”
        ("cy", DATE, line([1], highlight=2)),
        ("cy", DATE, "not json"),
        ("cy", DATE, '{"type": "highlight_add", "highlight_id": [], "tags": 5}'),
    ]
    read = project(tmp_path, log=log)
    names = {code.id: code.name for code in read.codebook.codes} if read.codebook else {}
    assert [(names[c.code_id or ""], c.coder_id, c.at.isoformat() if c.at else "") for c in read.codings] == [
        ("place.nice", "ana", "2024-03-05T14:30:00+00:00"),
        ("other", "ben", "2024-03-06T10:00:00+00:00"),
        ("place", "cy", "2024-03-05T14:30:00+00:00"),
    ]
    assert [coder.name for coder in read.coders] == ["ana", "ben", "cy"]


def test_a_tag_that_was_merged_keeps_its_author(tmp_path: Path) -> None:
    log = [
        ("ana", DATE, json.dumps({"type": "highlight_add", "highlight_id": 2, "tags": [9]})),
        ("ben", DATE, json.dumps({"type": "tag_merge", "src_tag_id": 9, "dest_tag_id": 1})),
    ]
    assert [c.coder_id for c in project(tmp_path, log=log).codings][-1] == "ana"


def test_what_was_not_carried_is_told(tmp_path: Path) -> None:
    read = project(tmp_path, highlights=[("P01", *bytes_of("one"), "one", [])])
    assert [(loss.what, loss.count) for loss in read.report.losses] == [
        ("highlights without a tag", 1),
        ("users with their passwords and addresses", 1),
    ]
    assert [note.text for note in read.notes] == ["What it is about."]
    assert "x" not in json.dumps(read.report.record()["not_carried"][1]["examples"])


def test_a_highlight_with_other_words_stops_unless_partial(tmp_path: Path) -> None:
    start, end = bytes_of("Then we left.")
    wrong = [("P01", start, end, "Something else", ["place"]), ("P01", 5000, 5002, "x", ["place"])]
    with pytest.raises(InputError) as caught:
        project(tmp_path, highlights=wrong)
    assert len(caught.value.problems) == 2
    assert "“Somethingelse”" in str(caught.value.problems[0])
    (tmp_path / "p.sqlite3").unlink()
    assert project(tmp_path, highlights=wrong, partial=True).codings == ()


def test_several_projects_in_one_file_are_refused_by_name(tmp_path: Path) -> None:
    other = ("projects", {"id": 2, "name": "Second", "description": "", "created": DATE})
    with pytest.raises(InputError, match="2 projects in one file: “Invented” and “Second”"):
        project(tmp_path, extra=[other])


# --- Files from strangers ------------------------------------------------------------------------------


def test_a_database_that_computes_without_end_is_no_project(tmp_path: Path) -> None:
    path = make_taguette(tmp_path / "p.sqlite3", documents={"P01": HTML}, tags={"a": ""}, highlights=[])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE tags")
        connection.execute(
            "CREATE VIEW tags AS WITH RECURSIVE x(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM x) "
            "SELECT id, 1 AS project_id, 'a' AS path, '' AS description FROM x"
        )
        connection.commit()
    assert read_project(path).codebook is None


def test_a_damaged_file_gives_one_clear_error(tmp_path: Path) -> None:
    path = make_taguette(tmp_path / "p.sqlite3", documents={"P01": HTML * 50}, tags={"a": ""}, highlights=[])
    data = bytearray(path.read_bytes())
    data[100:8000] = b"\xff" * 7900
    path.write_bytes(data)
    assert sniff_project(path) is not None
    with pytest.raises(InputError, match="cannot be read"):
        read_project(path)


def test_a_project_that_is_open_elsewhere_is_not_read_half(tmp_path: Path) -> None:
    path = make_taguette(tmp_path / "p.sqlite3", documents={"P01": HTML}, tags={"a": ""}, highlights=[])
    path.with_name("p.sqlite3-wal").write_bytes(b"x")
    with pytest.raises(InputError, match="open in its program"):
        read_project(path)


def test_reading_changes_nothing_beside_the_file(tmp_path: Path) -> None:
    project(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["p.sqlite3"]
