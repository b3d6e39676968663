"""What `thematic export --to` can write: one table. Nothing heavy is loaded to read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from thematic.errors import Problem
from thematic.model import StudyData

__all__ = ["FORMATS", "ExportFormat", "files_of", "not_carried"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFormat:
    """One way to write a study.

    module: with one file, its `render(StudyData) -> bytes` makes it. Where it can be large and is in every
    run, `begin(longest) -> bytes` and `go_on(part, longest) -> bytes` make the same from the parts of a
    study, `longest` being the length of its longest shortlist. With more files, its
    `render_files(StudyData) -> {name: bytes}` makes all of `files`, which stand in `folder`. A module can
    have `not_carried(StudyData) -> [Problem]`: what the format has no place for.
    keeps_uncoded: when only some codes are asked for, excerpts without them stay: their zeros are data.
    most_excerpts: a run on more excerpts leaves it out, and says so.
    of_people: it shows what people coded and nothing of the machine, so that nothing has to be computed.
    in_every_run: `thematic run` and `thematic export` without `--to` write it.
    from_study: it needs the journals and what imports have kept; `thematic.exchanging` makes it.
    """

    module: str
    files: tuple[str, ...]
    summary: str
    folder: str = ""
    keeps_uncoded: bool = False
    of_people: bool = False
    in_every_run: bool = False
    most_excerpts: int | None = None
    from_study: bool = False


FORMATS: dict[str, ExportFormat] = {
    "csv": ExportFormat(
        module="thematic.formats.exports.excerpts_csv",
        files=("excerpts.csv",),
        summary="excerpts with suggestions and codings",
        in_every_run=True,
    ),
    "xlsx": ExportFormat(
        module="thematic.formats.exports.excerpts_xlsx",
        files=("excerpts.xlsx",),
        summary="a workbook to review excerpts in",
        in_every_run=True,
        most_excerpts=100_000,
    ),
    "jsonl": ExportFormat(
        module="thematic.formats.exports.excerpts_jsonl",
        files=("excerpts.jsonl",),
        summary="excerpts for programs, an object a line",
        in_every_run=True,
    ),
    "html": ExportFormat(
        module="thematic.formats.exports.excerpts_html",
        files=("excerpts.html",),
        summary="one page to read and filter in a browser",
        in_every_run=True,
        most_excerpts=100_000,
    ),
    "clusters": ExportFormat(
        module="thematic.formats.exports.clusters_csv",
        files=("clusters.csv",),
        summary="clusters, one a row",
        in_every_run=True,
    ),
    "docx": ExportFormat(
        module="thematic.formats.exports.quotes_docx",
        files=("quotes.docx",),
        summary="what people coded, by theme, for Word",
        of_people=True,
    ),
    "md": ExportFormat(
        module="thematic.formats.exports.quotes_md",
        files=("quotes.md",),
        summary="what people coded, by theme, as Markdown",
        of_people=True,
    ),
    "quotes": ExportFormat(
        module="thematic.formats.exports.quotes_csv",
        files=("quotes.csv",),
        summary="what people coded, one coding a row",
        of_people=True,
    ),
    "matrix": ExportFormat(
        module="thematic.formats.exports.matrix_files",
        folder="matrix",
        files=(
            "excerpts_by_code.csv",
            "participants_by_code.csv",
            "codes.csv",
            "read_in_r.R",
            "read_in_spss.sps",
        ),
        summary="0/1 tables for R and SPSS, with labels",
        of_people=True,
        keeps_uncoded=True,
    ),
    "parquet": ExportFormat(
        module="thematic.formats.exports.parquet_tables",
        folder="parquet",
        files=(
            "excerpts.parquet",
            "codings.parquet",
            "suggestions.parquet",
            "codes.parquet",
            "participants.parquet",
        ),
        summary="typed tables for pandas, Arrow, DuckDB",
        keeps_uncoded=True,
    ),
    "label-studio": ExportFormat(
        module="thematic.formats.exports.label_studio_tasks",
        folder="label-studio",
        files=("tasks.json", "tasks.jsonl", "labels.xml"),
        summary="tasks, codings and first suggestions",
        keeps_uncoded=True,
    ),
    "qdc": ExportFormat(
        module="thematic.formats.exports.codebook_export",
        files=("codebook.qdc",),
        summary="the codebook for NVivo, ATLAS.ti, MAXQDA",
        of_people=True,
    ),
    "qdpx": ExportFormat(
        module="thematic.exchanging",
        files=("project.qdpx",),
        summary="the project for NVivo, ATLAS.ti, MAXQDA",
        from_study=True,
    ),
}
"""The name after `--to` -> what it writes."""


def files_of(made: ExportFormat, data: StudyData) -> Mapping[str, bytes]:
    """The bytes of each file of this format, in the order of `files`."""
    module = import_module(made.module)
    if made.folder:
        content: Mapping[str, bytes] = module.render_files(data)
        return {name: content[name] for name in made.files}
    return {made.files[0]: module.render(data)}


def not_carried(made: ExportFormat, data: StudyData) -> tuple[Problem, ...]:
    """What of this study the format has no place for."""
    tell = getattr(import_module(made.module), "not_carried", None)
    return tuple(tell(data)) if tell else ()
