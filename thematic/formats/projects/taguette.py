"""Taguette's project file: SQLite with HTML documents, highlights in bytes of their text, and tags.

Schema of versions 0.5 to 1.5: `documents` (contents), `highlights` (start_offset, end_offset, snippet),
`tags` (path, description), `highlight_tags`; who highlighted what stands in `commands`, the log of the
project. Some later copies have `tags.parent_id`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from thematic.coded_project import (
    CodedProject,
    Losses,
    LossReport,
    ProjectCoding,
    ProjectNote,
    ProjectText,
    coder_ids,
)
from thematic.errors import InputError, Problem
from thematic.formats.projects.found_codes import FoundCodes
from thematic.formats.projects.front_door import ProjectSettings
from thematic.formats.projects.html_text import HtmlText, html_text, plain_words
from thematic.formats.projects.project_texts import project_transcript, unique_id
from thematic.formats.sqlite_files import MAGIC, Database, file_sha256, moment, open_database, texts
from thematic.formats.transcripts.reading import SourceFile, clean_id
from thematic.model import Coder, Quote, Transcript
from thematic.text import join_names, snippet

__all__ = ["read", "sniff"]

LARGEST_DOCUMENT = 32 * 1024 * 1024  # bytes of HTML; Taguette itself takes one megabyte
UNKNOWN = "Taguette"


def sniff(head: bytes, path: Path) -> bool:
    """An SQLite database with Taguette's tables, or a damaged one that is named as Taguette names them."""
    if not head.startswith(MAGIC):
        return False
    try:
        with open_database(path) as database:
            return database.has("highlight_tags") and database.has("documents")
    except InputError:
        return path.suffix.casefold() in (".sqlite3", ".sqlite", ".db")


def read(path: Path, *, settings: ProjectSettings) -> CodedProject:
    """The one project in the file. Raises InputError for more than one, and for highlights that do not fit.

    With `settings.partial` highlights that do not fit their document are told as a loss.
    """
    with open_database(path) as database:
        return _Reader(path, settings, database).read()


@dataclass(frozen=True, slots=True)
class _Document:
    transcript: Transcript
    html: HtmlText
    name: str


@dataclass(slots=True)
class _Reader:
    path: Path
    settings: ProjectSettings
    database: Database
    losses: Losses = field(default_factory=Losses)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def read(self) -> CodedProject:
        project = self._project()
        documents, project_texts = self._documents(project["id"])
        codes = FoundCodes(self.settings.codebook)
        tags = self._tags(project["id"], codes)
        made = self._codings(documents, tags)
        if self.problems and not self.settings.partial:
            raise InputError(
                f"{len(self.problems)} highlights do not fit their documents; nothing was written",
                path=self.path.name,
                problems=self.problems,
                hint="take the others with --partial",
            )
        names = sorted({coder for coder, _ in made})
        ids = dict(zip(names, coder_ids(names), strict=True))
        codings = tuple(ProjectCoding(**(values | {"coder_id": ids[coder]})) for coder, values in made)
        title = texts(project, "name") or self.path.stem
        description = texts(project, "description")
        notes = [ProjectNote(title=title, text=description, about="the project")] if description else []
        notes += self._document_notes(project["id"])
        self._unread()
        return CodedProject(
            title=title,
            program="Taguette",
            format="taguette",
            file=self.path.name,
            sha256=file_sha256(self.path),
            codebook=codes.codebook(title),
            texts=tuple(project_texts),
            coders=tuple(Coder(id=ids[name], name=name) for name in names),
            codings=codings,
            notes=tuple(notes),
            report=LossReport(
                carried=(
                    ("documents", len(project_texts)),
                    ("codes", len(tags)),
                    ("codings", len(codings)),
                    ("coders", len(names)),
                    ("notes", len(notes)),
                ),
                losses=self.losses.all(),
                notes=("positions are bytes of UTF-8 text, as Taguette counts them", *self.notes),
            ),
        )

    def _project(self) -> dict[str, Any]:
        projects = self.database.rows("projects", ("id", "name", "description"))
        if len(projects) > 1:
            named = join_names([f"“{texts(p, 'name')}”" for p in projects])
            raise InputError(
                f"{len(projects)} projects in one file: {named}",
                path=self.path.name,
                hint="export the one you want in Taguette: Project info, Export project",
            )
        if not projects:
            raise InputError("no project in it", path=self.path.name, hint="export it again in Taguette")
        return projects[0]

    def _documents(self, project_id: Any) -> tuple[dict[Any, _Document], list[ProjectText]]:
        found: dict[Any, _Document] = {}
        written: list[ProjectText] = []
        taken: set[str] = set()
        columns = ("id", "name", "filename", "contents", "project_id", "text_direction")
        for row in self.database.rows("documents", columns, "id"):
            if row["project_id"] not in (project_id, None):
                continue
            name = texts(row, "name", "filename") or f"document {row['id']}"
            contents = row["contents"] if isinstance(row["contents"], str) else ""
            if len(contents) > LARGEST_DOCUMENT:
                raise InputError(f"the document “{name}” is too large to be one", path=self.path.name)
            html = html_text(contents)
            if not html.text.strip():
                self.losses.add("documents", "they have no words", example=name)
                continue
            id_ = unique_id(Path(name).stem if Path(name).suffix else name, taken)
            original = contents.encode("utf-8", "replace")
            file = SourceFile(f"{clean_id(id_)}.html", original)
            transcript = project_transcript(html.text, id=id_, title=name, file=file, format="taguette-html")
            found[row["id"]] = _Document(transcript, html, name)
            written.append(ProjectText(transcript=transcript, original=original, file_name=file.name))
        return found, written

    def _tags(self, project_id: Any, codes: FoundCodes) -> dict[Any, str]:
        """Tag -> code. A tag `a.b` is below the tag `a` where there is one, as Taguette's paths mean it."""
        rows = [
            row
            for row in self.database.rows(
                "tags", ("id", "path", "description", "project_id", "parent_id"), "id"
            )
            if row["project_id"] in (project_id, None)
        ]
        paths = {texts(row, "path").strip(): row for row in rows}
        by_id = {row["id"]: row for row in rows}

        def steps(row: Mapping[str, Any], seen: frozenset[Any] = frozenset()) -> list[str]:
            path = texts(row, "path").strip() or "unnamed"
            parent = by_id.get(row["parent_id"])
            if parent is None:
                above = path
                while "." in above and parent is None:
                    above = above.rpartition(".")[0]
                    parent = paths.get(above.strip())
            if parent is None or parent["id"] in seen or parent["id"] == row["id"]:
                return [path]
            return [*steps(parent, seen | {row["id"]}), path]

        # Those above first, so that each is made with its own description.
        ordered = sorted(rows, key=lambda row: len(steps(row)))
        return {row["id"]: codes.of(steps(row), definition=texts(row, "description")) for row in ordered}

    def _codings(
        self, documents: Mapping[Any, _Document], tags: Mapping[Any, str]
    ) -> list[tuple[str, dict[str, Any]]]:
        given: dict[Any, list[Any]] = {}
        for row in self.database.rows("highlight_tags", ("highlight_id", "tag_id")):
            given.setdefault(row["highlight_id"], []).append(row["tag_id"])
        authors = self._authors()
        made: list[tuple[str, dict[str, Any]]] = []
        columns = ("id", "document_id", "start_offset", "end_offset", "snippet")
        for row in self.database.rows("highlights", columns, "id"):
            document = documents.get(row["document_id"])
            if document is None:
                continue
            quote = self._quote(row, document)
            if quote is None:
                continue
            known = sorted((tag for tag in given.get(row["id"], ()) if tag in tags), key=str)
            if not known:
                example = f"{document.name}: “{snippet(quote.text)}”"
                self.losses.add("highlights without a tag", "nothing was said of them", example=example)
            for tag in known:
                coder, at = authors.get((row["id"], tag), ("", None))
                values = {
                    "quote": quote,
                    "code_id": tags[tag],
                    "at": at,
                    "details": {"highlight": row["id"]},
                }
                made.append((coder or self.settings.coder or UNKNOWN, values))
        return made

    def _quote(self, row: Mapping[str, Any], document: _Document) -> Quote | None:
        """The words of a highlight, checked against those that Taguette kept with it."""
        start, end = row["start_offset"], row["end_offset"]
        if not isinstance(start, int) or not isinstance(end, int):
            self._unfit(row, document, "it has no position")
            return None
        span = document.html.span(start, end)
        if span is None:
            self._unfit(row, document, f"bytes {start} to {end} are not in its text")
            return None
        text = document.transcript.text[span[0] : span[1]]
        kept = plain_words(row["snippet"]) if isinstance(row["snippet"], str) else ""
        if kept and kept != "".join(text.split()):
            reason = f"it says “{snippet(kept, 30)}”, and “{snippet(text, 30)}” stands there"
            self._unfit(row, document, reason)
            return None
        begin, stop = span
        while begin < stop and document.transcript.text[begin].isspace():
            begin += 1
        while stop > begin and document.transcript.text[stop - 1].isspace():
            stop -= 1
        words = document.transcript.text[begin:stop]
        if not words:
            self.losses.add("highlights without words", "there is nothing to code", example=document.name)
            return None
        return Quote(transcript_id=document.transcript.id, start=begin, end=stop, text=words)

    def _unfit(self, row: Mapping[str, Any], document: _Document, reason: str) -> None:
        message = f"highlight {row['id']} of “{document.name}”: {reason}"
        self.problems.append(Problem(message, self.path.name))
        self.losses.add("highlights", "they do not fit their document", example=message)

    def _authors(self) -> dict[tuple[Any, Any], tuple[str, datetime | None]]:
        """(highlight, tag) -> who gave the tag last and when, by the log of the project.

        A line of the log states all tags of a highlight; a tag is of whoever first stated it since it was
        last gone. Tags that were joined into another are followed to it.
        """
        authors: dict[tuple[Any, Any], tuple[str, datetime | None]] = {}
        stated: dict[Any, set[int]] = {}
        for row in self.database.rows("commands", ("id", "date", "user_login", "payload"), "id"):
            try:
                payload = json.loads(row["payload"]) if isinstance(row["payload"], str) else {}
            except (ValueError, RecursionError):
                continue
            if not isinstance(payload, dict):
                continue
            kind, who = payload.get("type"), (texts(row, "user_login"), moment(row["date"]))
            if kind == "highlight_add" and isinstance(payload.get("tags"), list):
                highlight = payload.get("highlight_id")
                tags = {tag for tag in payload["tags"] if isinstance(tag, int)}
                for tag in tags - stated.get(highlight, set()):
                    authors[highlight, tag] = who
                stated[highlight] = tags
            elif kind == "tag_merge":
                source, target = payload.get("src_tag_id"), payload.get("dest_tag_id")
                if not isinstance(source, int) or not isinstance(target, int):
                    continue
                for highlight, tags in stated.items():
                    if source in tags:
                        authors.setdefault((highlight, target), authors.get((highlight, source), who))
                        tags.discard(source)
                        tags.add(target)
        return authors

    def _document_notes(self, project_id: Any) -> list[ProjectNote]:
        rows = self.database.rows("documents", ("id", "name", "description", "project_id"), "id")
        return [
            ProjectNote(title=texts(row, "name"), text=texts(row, "description"), about="a document")
            for row in rows
            if texts(row, "description") and row["project_id"] in (project_id, None)
        ]

    def _unread(self) -> None:
        users = self.database.rows("users", ("login",))
        if users:
            self.losses.add(
                "users with their passwords and addresses",
                "only the names of coders are taken",
                count=len(users),
            )
