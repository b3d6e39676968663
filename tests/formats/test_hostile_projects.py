"""No damage and no odd value makes a reader of another program's file stumble: one clear error, or none."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import make_codebook, make_transcript
from tests.formats.test_label_tools import region, task
from tests.formats.test_qualcoder import BASE, coding
from tests.formats.test_taguette import HTML, bytes_of
from tests.other_programs import DATE, make_qualcoder, make_taguette, write_workbook
from thematic.errors import ThematicError
from thematic.formats.projects.front_door import ProjectSettings, read_project, sniff_project

OFTEN = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
P01 = make_transcript("P01", [("Ada", "By bus. I don’t mind.")])
ODD = st.sampled_from(
    [
        None,
        -1,
        0,
        1,
        7,
        2**62,
        1.5,
        "",
        "x",
        "\x00",
        "2024",
        "\ud83d".encode("utf-16", "surrogatepass"),
        b"\xff\xfe",
        b"",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 60) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["start", "end", "text", "id"]), inner)
    ),
    max_leaves=6,
)


def read(path: Path) -> None:
    """Read it as a user would; only an error that a user can understand may come."""
    try:
        if sniff_project(path) is None:
            return
        project = read_project(
            path,
            settings=ProjectSettings(
                coder="a", partial=True, transcripts={"P01": P01}, codebook=make_codebook()
            ),
        )
    except ThematicError as error:
        assert str(error)
        return
    texts = {"P01": P01.text} | {t.transcript.id: t.transcript.text for t in project.texts}
    for made in project.codings:
        quote = made.quote
        assert texts[quote.transcript_id][quote.start : quote.end] == quote.text


@cache
def _taguette(folder: Path) -> bytes:
    payload = json.dumps({"type": "highlight_add", "highlight_id": 1, "tags": [1]})
    path = make_taguette(
        folder / "made.sqlite3",
        documents={"P01": HTML},
        tags={"a": "", "a.b": ""},
        highlights=[("P01", *bytes_of("Then we left."), "Then we left.", ["a", "a.b"])],
        log=[("ana", DATE, payload)],
    )
    return path.read_bytes()


@cache
def _qualcoder(folder: Path) -> bytes:
    rows = [
        ("cases", {"caseid": 1, "name": "C"}),
        ("case_text", {"caseid": 1, "fid": 1}),
        ("attribute", {"name": "x", "attr_type": "case", "value": "1", "id": 1}),
    ]
    return (make_qualcoder(folder / "made.qda", [*BASE, coding("The bus"), *rows]) / "data.qda").read_bytes()


@OFTEN
@given(
    st.sampled_from(
        ["documents.contents", "documents.name", "documents.project_id", "tags.path", "tags.description",
         "tags.id",
         "highlights.start_offset", "highlights.end_offset", "highlights.snippet", "highlights.document_id",
         "highlight_tags.tag_id", "commands.payload", "commands.date", "commands.user_login", "projects.name"]
    ),
    ODD,
)  # fmt: skip
def test_odd_values_in_taguettes_tables(tmp_path: Path, place: str, value: Any) -> None:
    path = tmp_path / "p.sqlite3"
    path.write_bytes(_taguette(tmp_path))
    _put(path, place, value)
    read(path)


@OFTEN
@given(
    st.sampled_from(
        ["source.fulltext", "source.name", "code_text.pos0", "code_text.pos1", "code_text.seltext",
         "code_text.cid",
         "code_text.owner", "code_text.date", "code_name.name", "code_name.catid", "code_name.color",
         "code_cat.supercatid", "code_cat.name", "attribute.value", "attribute.id", "cases.name",
         "case_text.fid"]
    ),
    ODD,
)  # fmt: skip
def test_odd_values_in_qualcoders_tables(tmp_path: Path, place: str, value: Any) -> None:
    folder = tmp_path / "P.qda"
    folder.mkdir(exist_ok=True)
    (folder / "data.qda").write_bytes(_qualcoder(tmp_path))
    _put(folder / "data.qda", place, value)
    read(folder)


def _put(path: Path, place: str, value: Any) -> None:
    """The value in one column of every row, as far as the database lets it in."""
    table, column = place.split(".")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA writable_schema = ON; PRAGMA ignore_check_constraints = ON;")
        try:
            connection.execute(f"UPDATE OR IGNORE {table} SET {column} = ?", (value,))
            connection.commit()
        except (sqlite3.IntegrityError, sqlite3.OperationalError):
            return


@cache
def _workbook(folder: Path) -> bytes:
    """Made once: a workbook says when it was made, and what is drawn may not depend on that."""
    write_workbook(folder / "good.xlsx", [["document", "code", "quote"], ["P01", "ease", "I don't mind."]])
    return (folder / "good.xlsx").read_bytes()


@OFTEN
@given(st.data())
@pytest.mark.parametrize("kind", ["sqlite3", "qda", "json", "csv", "xlsx"])
def test_no_damage_makes_a_reader_stumble(tmp_path: Path, kind: str, data: st.DataObject) -> None:
    path = tmp_path / f"x.{kind}"
    path.unlink(missing_ok=True)
    if kind == "sqlite3":
        path.write_bytes(_taguette(tmp_path))
    elif kind == "qda":
        path.write_bytes(_qualcoder(tmp_path))
    elif kind == "json":
        path.write_text(json.dumps([task(region("mostly", "Mood"))]), encoding="utf-8")
    else:
        rows = [["document", "code", "quote"], ["P01", "ease", "I don't mind."]]
        if kind == "csv":
            out = io.StringIO()
            csv.writer(out).writerows(rows)
            path.write_text(out.getvalue(), encoding="utf-8")
        else:
            path.write_bytes(_workbook(tmp_path))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        if data.draw(st.booleans()):
            content[at] = data.draw(st.integers(0, 255))
        else:
            del content[at : at + data.draw(st.integers(1, 200))]
        if not content:
            break
    path.write_bytes(content)
    read(path)


@OFTEN
@given(
    JSON,
    st.sampled_from(["data", "annotations", "result", "value", "labels", "completed_by", "meta", "start"]),
)
def test_odd_values_in_label_studio(tmp_path: Path, value: Any, place: str) -> None:
    made = task(region("mostly", "Mood", meta={"coder": "x"}))
    annotation = made["annotations"][0]
    result = annotation["result"][0]
    holder = {
        "data": made, "annotations": made, "result": annotation, "completed_by": annotation, "value": result,
        "meta": result, "labels": result["value"], "start": result["value"],
    }[place]  # fmt: skip
    holder[place] = value
    path = tmp_path / "x.json"
    path.write_text(json.dumps([made]), encoding="utf-8")
    read(path)


@OFTEN
@given(JSON, st.sampled_from(["label", "entities", "annotations", "text", "Comments", "relations", "id"]))
def test_odd_values_in_doccano(tmp_path: Path, value: Any, place: str) -> None:
    rows = [
        {"text": "Ada: By bus.", "label": [[0, 3, "x"]]},
        {"text": "b", "label": [[0, 1, "x"]], place: value},
    ]
    path = tmp_path / "x.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    read(path)
