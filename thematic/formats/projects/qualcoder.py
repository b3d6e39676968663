"""QualCoder's project folder `name.qda` with its SQLite database `data.qda`: texts, codes, cases, coders.

Schema of versions 1 to 4: `source` (fulltext), `code_text` (pos0, pos1, seltext, owner), `code_name` and
`code_cat`, `cases` with `case_text` and `attribute`, `annotation`, `journal`. Spans are read, and nothing
that QualCoder computes from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
from thematic.formats.projects.project_texts import project_transcript, unique_id
from thematic.formats.refi.offsets import Choice, SourceText, Spans, choose
from thematic.formats.sqlite_files import MAGIC, Database, file_sha256, moment, open_database, texts
from thematic.formats.transcripts.reading import SourceFile
from thematic.model import Coder, Quote, Transcript
from thematic.text import join_names, snippet

__all__ = ["read", "sniff"]

DATABASE = "data.qda"
NOBODY = "QualCoder"


def sniff(head: bytes, path: Path) -> bool:
    """A folder with `data.qda` in it, or that file itself, or any database with QualCoder's tables."""
    if path.is_dir():
        return (path / DATABASE).is_file()
    if not head.startswith(MAGIC):
        return False
    if path.name.casefold() == DATABASE:
        return True
    try:
        with open_database(path) as database:
            return database.has("code_text") and database.has("source")
    except InputError:
        return path.suffix.casefold() == ".qda"


def read(path: Path, *, settings: ProjectSettings) -> CodedProject:
    """The project in the folder. Raises InputError when it is damaged or codings do not fit their texts.

    With `settings.partial` codings that do not fit are told as a loss.
    """
    file = path / DATABASE if path.is_dir() else path
    with open_database(file) as database:
        if not (database.has("source") and database.has("code_text") and database.has("code_name")):
            raise InputError(
                "this database has not the tables of a QualCoder project",
                path=file.name,
                hint="name the folder that ends in .qda",
            )
        return _Reader(path, file, settings, database).read()


@dataclass(frozen=True, slots=True)
class _Source:
    """A text: its transcript, how its positions are counted, and the rows that are in it."""

    transcript: Transcript
    source: SourceText
    original: bytes
    name: str


@dataclass(slots=True)
class _Reader:
    path: Path
    file: Path
    settings: ProjectSettings
    database: Database
    losses: Losses = field(default_factory=Losses)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def read(self) -> CodedProject:
        title = (self.path if self.path.is_dir() else self.file.parent).name.removesuffix(".qda") or "project"
        codes = FoundCodes(self.settings.codebook)
        code_ids = self._codes(codes)
        sources = self._sources()
        codings, names = self._codings(sources, code_ids)
        if self.problems and not self.settings.partial:
            raise InputError(
                f"{len(self.problems)} codings do not fit their texts; nothing was written",
                path=self.path.name,
                problems=self.problems,
                hint="take the others with --partial",
            )
        attributes = self._attributes(sources)
        project_notes = self._notes()
        self._unread()
        written = [
            ProjectText(
                transcript=replace(s.transcript, attributes=attributes.get(key, {})),
                original=s.original,
                file_name=f"{s.transcript.id}.txt",
            )
            for key, s in sources.items()
        ]
        return CodedProject(
            title=title,
            program="QualCoder",
            format="qualcoder",
            file=self.path.name,
            sha256=file_sha256(self.file),
            codebook=codes.codebook(title),
            texts=tuple(written),
            coders=tuple(Coder(id=id_, name=name) for name, id_ in names.items()),
            codings=tuple(codings),
            notes=tuple(project_notes),
            report=LossReport(
                carried=(
                    ("texts", len(written)),
                    ("codes and categories", len(code_ids)),
                    ("codings", sum(c.code_id is not None for c in codings)),
                    ("annotations", sum(c.code_id is None for c in codings)),
                    ("coders", len(names)),
                    ("attributes of cases and files", sum(len(a) for a in attributes.values())),
                    ("notes", len(project_notes)),
                ),
                losses=self.losses.all(),
                notes=tuple(self.notes),
            ),
        )

    # --- Codes -------------------------------------------------------------------------------------

    def _codes(self, codes: FoundCodes) -> dict[tuple[str, Any], str]:
        """("cat", catid) and ("code", cid) -> id. A category is a theme."""
        of_cat, of_code = ("catid", "name", "memo", "supercatid"), ("cid", "name", "memo", "catid", "color")
        cats = {row["catid"]: row for row in self.database.rows("code_cat", of_cat, "catid")}
        rows = self.database.rows("code_name", (*of_code, "supercid"), "cid")
        names = {row["cid"]: row for row in rows}

        def above(key: tuple[str, Any], seen: tuple[tuple[str, Any], ...] = ()) -> list[str]:
            kind, number = key
            row = (cats if kind == "cat" else names).get(number)
            if row is None or key in seen:
                return []
            parent = ("cat", row["supercatid"]) if kind == "cat" else ("cat", row["catid"])
            if kind == "code" and row["supercid"] in names:
                parent = ("code", row["supercid"])
            own = texts(row, "name") or "unnamed"
            return [*(above(parent, (*seen, key)) if parent[1] is not None else []), own]

        keys = [("cat", number) for number in cats] + [("code", number) for number in names]
        found: dict[tuple[str, Any], str] = {}
        same: dict[tuple[str, ...], tuple[str, Any]] = {}
        for key in sorted(keys, key=lambda k: len(above(k))):
            row = (cats if key[0] == "cat" else names)[key[1]]
            steps = above(key)
            folded = tuple(step.casefold() for step in steps)
            if folded in same:  # a code is called like the category beside it
                steps[-1] += f" ({'code' if key[0] == 'code' else 'category'})"
                self.notes.append(
                    f"“{texts(row, 'name')}” is a category and a code: the code is “{steps[-1]}”"
                )
            same[folded] = key
            color = texts(row, "color") if key[0] == "code" else ""
            found[key] = codes.of(steps, definition=texts(row, "memo"), color=color or None)
        return found

    # --- Texts and what is said of them ------------------------------------------------------------

    def _sources(self) -> dict[Any, _Source]:
        found: dict[Any, _Source] = {}
        taken: set[str] = set()
        for row in self.database.rows("source", ("id", "name", "fulltext", "mediapath"), "id"):
            name = texts(row, "name") or f"source {row['id']}"
            text = row["fulltext"]
            if not isinstance(text, str) or not text.strip():
                reason = "they have no text: images, sound, video, or a linked file"
                self.losses.add("sources", reason, example=name)
                continue
            source = SourceText(text.removeprefix("\ufeff"))
            original = text.encode("utf-8", "surrogatepass")
            id_ = unique_id(Path(name).stem if Path(name).suffix else name, taken)
            transcript = project_transcript(
                source.text,
                id=id_,
                title=name,
                file=SourceFile(f"{id_}.txt", original),
                format="qualcoder-text",
            )
            found[row["id"]] = _Source(transcript, source, original, name)
        return found

    def _codings(
        self, sources: Mapping[Any, _Source], code_ids: Mapping[tuple[str, Any], str]
    ) -> tuple[list[ProjectCoding], dict[str, str]]:
        both = ("fid", "pos0", "pos1", "memo", "owner", "date")
        columns = (*both, "cid", "seltext", "important")
        coded = [row for row in self.database.rows("code_text", columns) if row["fid"] in sources]
        annotated = [
            row | {"cid": None, "seltext": "", "important": None}
            for row in self.database.rows("annotation", both)
            if row["fid"] in sources and texts(row, "memo")
        ]
        rows = [row for row in (*coded, *annotated) if self._has_position(row, sources)]
        owners = sorted({texts(row, "owner") or self.settings.coder or NOBODY for row in rows})
        names = dict(zip(owners, coder_ids(owners), strict=True))
        spans = self._spans(rows, sources)
        codings = []
        for row, span in zip(rows, spans, strict=True):
            source = sources[row["fid"]]
            if row["cid"] is not None and ("code", row["cid"]) not in code_ids:
                self.losses.add("codings", "their code is not in the project", example=source.name)
                continue
            if span is None or not self._says(row, source, span):
                continue
            text = source.transcript.text[span[0] : span[1]]
            quote = Quote(transcript_id=source.transcript.id, start=span[0], end=span[1], text=text)
            codings.append(
                ProjectCoding(
                    quote=quote,
                    coder_id=names[texts(row, "owner") or self.settings.coder or NOBODY],
                    code_id=None if row["cid"] is None else code_ids["code", row["cid"]],
                    at=moment(row["date"]),
                    memo=texts(row, "memo"),
                    details={"important": True} if row["important"] == 1 else {},
                )
            )
        marked = sum(row["important"] == 1 for row in coded)
        if marked:
            self.losses.add(
                "marks of importance",
                "codings have none here",
                count=marked,
                kept="in the journals, under details",
            )
        return codings, names

    def _has_position(self, row: Mapping[str, Any], sources: Mapping[Any, _Source]) -> bool:
        if isinstance(row["pos0"], int) and isinstance(row["pos1"], int):
            return True
        self.problems.append(
            Problem(f"a coding in “{sources[row['fid']].name}” has no position", self.path.name)
        )
        self.losses.add("codings", "they have no position", example=sources[row["fid"]].name)
        return False

    def _spans(
        self, rows: list[dict[str, Any]], sources: Mapping[Any, _Source]
    ) -> list[tuple[int, int] | None]:
        """The offsets of every row. QualCoder counts as Qt does, in UTF-16 units, or in code points where a
        coding was made by its other parts; the words that it keeps show which."""
        by_source: dict[Any, list[int]] = {}
        for i, row in enumerate(rows):
            by_source.setdefault(row["fid"], []).append(i)
        asked = {
            str(key): (
                sources[key].source,
                Spans(
                    [rows[i]["pos0"] for i in numbers],
                    [rows[i]["pos1"] for i in numbers],
                    [_words(rows[i]["seltext"]) for i in numbers],
                ),
            )
            for key, numbers in by_source.items()
        }
        chosen = choose(asked) if asked else {}
        found: list[tuple[int, int] | None] = [None] * len(rows)
        counted: dict[str, list[str]] = {}
        for key, numbers in by_source.items():
            choice: Choice = chosen[str(key)]
            counted.setdefault(choice.described, []).append(sources[key].transcript.id)
            for place, i in enumerate(numbers):
                start, end = int(choice.starts[place]), int(choice.ends[place])
                if start >= 0 and end > start:
                    found[i] = (start, end)
                else:
                    where = f"“{sources[key].name}”, {rows[i]['pos0']} to {rows[i]['pos1']}"
                    self.problems.append(Problem(f"{where} is not in its text", self.path.name))
                    self.losses.add("codings", "their position is not in the text", example=where)
        for described, ids in counted.items():
            self.notes.append(
                f"positions are {described}: {join_names(ids[:5])}{' …' if len(ids) > 5 else ''}"
            )
        return found

    def _says(self, row: Mapping[str, Any], source: _Source, span: tuple[int, int]) -> bool:
        """Whether the words that QualCoder keeps with a coding are those at its place."""
        kept = "".join(_words(row["seltext"]).split())
        there = source.transcript.text[span[0] : span[1]]
        if not kept or kept == "".join(there.split()):
            return True
        message = (
            f"“{source.name}”: a coding of “{snippet(_words(row['seltext']), 30)}” is at a place that says "
            f"“{snippet(there, 30)}”"
        )
        self.problems.append(Problem(message, self.path.name))
        self.losses.add("codings", "other words stand at their place", example=message)
        return False

    # --- Cases, notes, and what has no place --------------------------------------------------------

    def _attributes(self, sources: Mapping[Any, _Source]) -> dict[Any, dict[str, str]]:
        """Attributes of each text: its own, and those of its case where it has one case only."""
        values: dict[tuple[str, Any], dict[str, str]] = {}
        for row in self.database.rows("attribute", ("name", "attr_type", "value", "id")):
            if row["name"] and row["value"] not in (None, ""):
                key = (texts(row, "attr_type").casefold(), row["id"])
                values.setdefault(key, {})[str(row["name"])] = " ".join(str(row["value"]).split())
        cases = {row["caseid"]: texts(row, "name") for row in self.database.rows("cases", ("caseid", "name"))}
        of_source: dict[Any, list[Any]] = {}
        for row in self.database.rows("case_text", ("caseid", "fid")):
            if row["caseid"] in cases and row["fid"] in sources:
                known = of_source.setdefault(row["fid"], [])
                known += [row["caseid"]] if row["caseid"] not in known else []
        found: dict[Any, dict[str, str]] = {}
        for key, source in sources.items():
            own = dict(values.get(("file", key), {}))
            linked = of_source.get(key, [])
            if len(linked) == 1:
                own = {"case": cases[linked[0]], **values.get(("case", linked[0]), {}), **own}
            elif linked:
                named = join_names([cases[case] for case in linked])
                reason = "a transcript has the attributes of one case"
                self.losses.add("texts of several cases", reason, example=f"{source.name}: {named}")
            found[key] = {name: value for name, value in own.items() if value}
        apart = [name for case, name in cases.items() if not any(case in c for c in of_source.values())]
        if apart:
            self.losses.add(
                "cases without a text", "cases belong to transcripts", count=len(apart), example=apart[0]
            )
        return found

    def _notes(self) -> list[ProjectNote]:
        found = [
            ProjectNote(title="Project", text=texts(row, "memo"), about="the project")
            for row in self.database.rows("project", ("memo",))
            if texts(row, "memo")
        ]
        for row in self.database.rows("source", ("id", "name", "memo", "owner", "date"), "id"):
            if texts(row, "memo"):
                found.append(_note(row, "name", "memo", "a text"))
        for row in self.database.rows("cases", ("name", "memo", "owner", "date")):
            if texts(row, "memo"):
                found.append(_note(row, "name", "memo", "a case"))
        for row in self.database.rows("journal", ("name", "jentry", "owner", "date")):
            if texts(row, "jentry"):
                found.append(_note(row, "name", "jentry", "a journal"))
        return found

    def _unread(self) -> None:
        for table, what in (
            ("code_image", "codings of images"),
            ("code_av", "codings of sound and video"),
            ("graph", "graphs"),
            ("stored_sql", "stored queries"),
            ("ris", "bibliographic references"),
        ):
            number = len(self.database.rows(table, self.database.columns(table)[:1]))
            if number:
                self.losses.add(what, "they have no counterpart here", count=number)


def _words(text: Any) -> str:
    """The words of a coding: Qt ends paragraphs with U+2029 and lines with U+2028."""
    return str(text).replace("\u2029", "\n").replace("\u2028", "\n") if isinstance(text, str) else ""


def _note(row: Mapping[str, Any], title: str, text: str, about: str) -> ProjectNote:
    return ProjectNote(
        title=texts(row, title),
        text=texts(row, text),
        about=about,
        coder_id=texts(row, "owner"),
        at=moment(row["date"]),
    )
