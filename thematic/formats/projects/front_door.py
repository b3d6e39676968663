"""The front door for coded projects of other programs: which file is which, and reading it.

A reader is a module with `sniff` and `read`. Add a line to `PROJECT_FORMATS` for a new one; they are asked in
this order, and a file that none claims is no project.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from thematic.coded_project import CodedProject
from thematic.errors import InputError
from thematic.model import Codebook, Transcript

__all__ = [
    "PROJECT_FORMATS",
    "ProjectFormat",
    "ProjectReader",
    "ProjectSettings",
    "read_project",
    "sniff_project",
]

HEAD_BYTES = 65536


@dataclass(frozen=True, slots=True)
class ProjectFormat:
    """A kind of project: the module that reads it, and what to call it."""

    module: str
    title: str


PROJECT_FORMATS: dict[str, ProjectFormat] = {
    "refi-qda": ProjectFormat("thematic.formats.refi.reading", "REFI-QDA project (.qdpx, .qde)"),
    "qualcoder": ProjectFormat("thematic.formats.projects.qualcoder", "QualCoder project (.qda folder)"),
    "taguette": ProjectFormat("thematic.formats.projects.taguette", "Taguette project (.sqlite3)"),
    "label-studio": ProjectFormat("thematic.formats.projects.label_studio", "Label Studio export (.json)"),
    "doccano": ProjectFormat("thematic.formats.projects.doccano", "doccano export (.jsonl, .json)"),
    "coded-rows": ProjectFormat("thematic.formats.projects.coded_rows_project", "coded rows (CSV, JSONL)"),
    "quotes": ProjectFormat(
        "thematic.formats.projects.quote_tables.reading",
        "tables of quotes: MAXQDA coded segments, Dedoose excerpts, Taguette highlights, any (CSV, XLSX)",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSettings:
    """How a project is read.

    offsets: the name of the offset convention of a REFI-QDA project, for when the file leaves it open.
    partial: take what is clean and put the rest into the loss report, where it would be an error.
    coder: whose codings these are, where the file names nobody.
    transcripts, codebook: those of the study that it goes into, for files that carry only quotes.
    """

    offsets: str | None = None
    partial: bool = False
    coder: str | None = None
    encoding: str | None = None
    transcripts: Mapping[str, Transcript] = field(default_factory=dict)
    codebook: Codebook | None = None


class ProjectReader(Protocol):
    """What the module of a project format offers. `path` may be a folder where the format is one."""

    def sniff(self, head: bytes, path: Path) -> bool: ...

    def read(self, path: Path, *, settings: ProjectSettings) -> CodedProject: ...


def sniff_project(path: Path) -> str | None:
    """The kind of project at `path`, a name in PROJECT_FORMATS, or None. Raises InputError for no file."""
    if not path.exists():
        raise InputError("no such file or folder", path=str(path), hint="check the spelling")
    head = b""
    if path.is_file():
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    return next((name for name in PROJECT_FORMATS if _reader(name).sniff(head, path)), None)


def read_project(path: Path, *, settings: ProjectSettings | None = None) -> CodedProject:
    """The project at `path`, whatever program wrote it. Raises InputError when none can be told."""
    name = sniff_project(path)
    if name is None:
        known = "; ".join(fmt.title for fmt in PROJECT_FORMATS.values())
        raise InputError("this is no project that can be read", path=str(path), hint=f"known are: {known}")
    return _reader(name).read(path, settings=settings or ProjectSettings())


def _reader(name: str) -> ProjectReader:
    return cast(ProjectReader, import_module(PROJECT_FORMATS[name].module))
