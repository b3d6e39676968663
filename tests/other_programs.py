"""Small files as other programs write them, in their own schemas. Everything in them is invented."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

__all__ = ["make_qualcoder", "make_taguette", "qualcoder_tables", "write_workbook"]

# As Taguette 1.4 makes it, without its indexes.
_TAGUETTE = """
CREATE TABLE users (login VARCHAR(30) NOT NULL, created DATETIME NOT NULL, hashed_password VARCHAR(192),
    language VARCHAR(10), email VARCHAR(256), PRIMARY KEY (login));
CREATE TABLE projects (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name VARCHAR(200) NOT NULL,
    description TEXT NOT NULL, created DATETIME NOT NULL);
CREATE TABLE project_members (project_id INTEGER NOT NULL, user_login VARCHAR(30) NOT NULL,
    privileges VARCHAR(11) NOT NULL, PRIMARY KEY (project_id, user_login));
CREATE TABLE documents (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name VARCHAR(200) NOT NULL,
    description TEXT NOT NULL, filename VARCHAR(200) NOT NULL, created DATETIME NOT NULL,
    project_id INTEGER NOT NULL, text_direction VARCHAR(13) NOT NULL, contents TEXT NOT NULL);
CREATE TABLE commands (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, date DATETIME NOT NULL,
    user_login VARCHAR(30) NOT NULL, project_id INTEGER NOT NULL, document_id INTEGER, payload TEXT NOT NULL);
CREATE TABLE highlights (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, document_id INTEGER NOT NULL,
    start_offset INTEGER NOT NULL, end_offset INTEGER NOT NULL, snippet TEXT NOT NULL);
CREATE TABLE tags (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, project_id INTEGER NOT NULL,
    path VARCHAR(200) NOT NULL, description TEXT NOT NULL);
CREATE TABLE highlight_tags (highlight_id INTEGER NOT NULL, tag_id INTEGER NOT NULL,
    PRIMARY KEY (highlight_id, tag_id));
"""

# As QualCoder 3.5 makes it, without tables that hold nothing here.
_QUALCODER = """
CREATE TABLE project (databaseversion text, date text, memo text, about text, bookmarkfile integer,
    bookmarkpos integer, codername text);
CREATE TABLE source (id integer primary key, name text, fulltext text, mediapath text, memo text, owner text,
    date text, av_text_id integer, risid integer, unique(name));
CREATE TABLE code_image (imid integer primary key, id integer, x1 integer, y1 integer, width integer,
    height integer, cid integer, memo text, date text, owner text, important integer);
CREATE TABLE code_av (avid integer primary key, id integer, pos0 integer, pos1 integer, cid integer,
    memo text, date text, owner text, important integer);
CREATE TABLE annotation (anid integer primary key, fid integer, pos0 integer, pos1 integer, memo text,
    owner text, date text, unique(fid, pos0, pos1, owner));
CREATE TABLE attribute_type (name text primary key, date text, owner text, memo text, caseOrFile text,
    valuetype text);
CREATE TABLE attribute (attrid integer primary key, name text, attr_type text, value text, id integer,
    date text, owner text, unique(name, attr_type, id));
CREATE TABLE case_text (id integer primary key, caseid integer, fid integer, pos0 integer, pos1 integer,
    owner text, date text, memo text);
CREATE TABLE cases (caseid integer primary key, name text, memo text, owner text, date text, unique(name));
CREATE TABLE code_cat (catid integer primary key, name text, owner text, date text, memo text,
    supercatid integer, unique(name));
CREATE TABLE code_text (ctid integer primary key, cid integer, fid integer, seltext text, pos0 integer,
    pos1 integer, owner text, date text, memo text, avid integer, important integer,
    unique(cid, fid, pos0, pos1, owner));
CREATE TABLE code_name (cid integer primary key, name text, memo text, catid integer, owner text, date text,
    color text, unique(name));
CREATE TABLE journal (jid integer primary key, name text, jentry text, date text, owner text, unique(name));
"""

DATE = "2024-03-05 14:30:00.000000"


def _fill(connection: sqlite3.Connection, rows: Iterable[tuple[str, dict[str, Any]]]) -> None:
    for table, values in rows:
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))
    connection.commit()


def make_taguette(
    path: Path,
    *,
    documents: dict[str, str],
    tags: dict[str, str],
    highlights: Sequence[tuple[str, int, int, str, Sequence[str]]],
    log: Sequence[tuple[str, str, str]] = (),
    extra: Sequence[tuple[str, dict[str, Any]]] = (),
) -> Path:
    """A project file. documents: name -> HTML. tags: path -> description. highlights: (document, first byte,
    last byte, snippet as HTML, tags). log: (user, date, payload as JSON) for the table of commands."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_TAGUETTE)
        project = {"id": 1, "name": "Invented", "description": "What it is about.", "created": DATE}
        rows: list[tuple[str, dict[str, Any]]] = [("projects", project)]
        rows.append(("users", {"login": "admin", "created": DATE, "hashed_password": "x", "email": "a@b.c"}))
        numbers = {name: i for i, name in enumerate(documents, 1)}
        for name, html in documents.items():
            rows.append(
                (
                    "documents",
                    {
                        "id": numbers[name], "name": name, "description": "", "filename": f"{name}.docx",
                        "created": DATE, "project_id": 1, "text_direction": "LEFT_TO_RIGHT", "contents": html,
                    },
                )
            )  # fmt: skip
        tag_ids = {tag: i for i, tag in enumerate(tags, 1)}
        rows += [
            ("tags", {"id": tag_ids[tag], "project_id": 1, "path": tag, "description": text})
            for tag, text in tags.items()
        ]
        for i, (document, start, end, snippet, given) in enumerate(highlights, 1):
            values = {"id": i, "document_id": numbers[document], "start_offset": start, "end_offset": end}
            rows.append(("highlights", values | {"snippet": snippet}))
            rows += [("highlight_tags", {"highlight_id": i, "tag_id": tag_ids[tag]}) for tag in given]
        for user, date, payload in log:
            values = {"date": date, "user_login": user, "project_id": 1, "document_id": 1, "payload": payload}
            rows.append(("commands", values))
        _fill(connection, [*rows, *extra])
    return path


def qualcoder_tables() -> str:
    return _QUALCODER


def make_qualcoder(folder: Path, rows: Sequence[tuple[str, dict[str, Any]]]) -> Path:
    """A project folder with these rows in its database."""
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "data.qda")) as connection:
        connection.executescript(_QUALCODER)
        project = {
            "databaseversion": "v8",
            "date": DATE,
            "memo": "About the project.",
            "about": "QualCoder 3.5",
        }
        _fill(connection, [("project", project), *rows])
    return folder


def write_workbook(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """A workbook with one sheet of these rows."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path
