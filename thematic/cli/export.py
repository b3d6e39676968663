"""`thematic export`: what a study holds, for people and for other programs."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from thematic.cli import render
from thematic.cli.codebook_view import count
from thematic.cli.options import AcceptResidualOption, JsonOption, QuietOption, StudyOption, ThreadsOption
from thematic.errors import SettingsError

if TYPE_CHECKING:
    from thematic.coded_project import LossReport
    from thematic.exporting import Exported
    from thematic.pipeline import Pipeline
    from thematic.selection import Selection

PART = "Only a part of the study"
PROJECT = "A project for other programs"


def export(
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to", metavar="FORMAT", help="A format of --list; can be given again.", show_default=False
        ),
    ] = None,
    list_formats: Annotated[bool, typer.Option("--list", help="List the formats, and do nothing.")] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A file or folder.", show_default="exports/ in the study"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there at --out.")] = False,
    case: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ATTRIBUTE=VALUE",
            help="Transcripts whose case has this value, such as site=north.",
            show_default=False,
            rich_help_panel=PART,
        ),
    ] = None,
    transcript: Annotated[
        list[str] | None,
        typer.Option("--transcript", "-t", help="This transcript.", show_default=False, rich_help_panel=PART),
    ] = None,
    coder: Annotated[
        list[str] | None,
        typer.Option(help="Codings of this coder.", show_default=False, rich_help_panel=PART),
    ] = None,
    layer: Annotated[
        list[str] | None,
        typer.Option(
            help="Codings of this layer: independent, negotiated or final.",
            show_default=False,
            rich_help_panel=PART,
        ),
    ] = None,
    code: Annotated[
        list[str] | None,
        typer.Option(
            help="This code, by id, name or path “A > B”, and all below it.",
            show_default=False,
            rich_help_panel=PART,
        ),
    ] = None,
    profile: Annotated[
        str,
        typer.Option(
            help="How a project (--to qdpx) is written: spec, as the standard says, or nvivo-win.",
            rich_help_panel=PROJECT,
        ),
    ] = "spec",
    with_suggestions: Annotated[
        bool,
        typer.Option(
            "--with-suggestions",
            help="Put the machine's suggestions into the project, under a user who says so.",
            rich_help_panel=PROJECT,
        ),
    ] = False,
    accept_residual: AcceptResidualOption = None,
    study: StudyOption = None,
    threads: ThreadsOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write the study for people and for other programs.

    Without --to, exports/ is brought up to date: excerpts as csv, xlsx, jsonl
    and html, and the clusters. With --to, that format is written;
    `thematic export --list` names all of them.

    Each option for a part can be given again: any of its values will do.
    """
    from thematic.selection import Selection, read_case

    if list_formats:
        _list(as_json)
        return
    selection = Selection(
        transcripts=tuple(transcript or ()),
        cases=tuple(map(read_case, case or ())),
        coders=tuple(coder or ()),
        layers=tuple(layer or ()),
        codes=tuple(code or ()),
    )
    if not to:
        _export_all(
            study, threads, as_json, quiet, accept_residual, partly=bool(selection) or out is not None
        )
        return
    from thematic.exporting import find_formats, write_exports

    formats = find_formats(to)  # before anything is computed
    pipeline = _pipeline(study, threads, quiet or as_json)
    from thematic.gate import require_decided
    from thematic.run_exports import write_run_exports

    with pipeline.study.lock():
        require_decided(pipeline.study, leaving="export", accept_residual=accept_residual)
        if any(made.from_study for made in formats.values()):
            if len(formats) > 1:
                raise SettingsError("qdpx is written by itself", hint="run `thematic export` once for each")
            project = _export_project(
                pipeline, profile, selection, with_suggestions=with_suggestions, out=out, force=force
            )
            _print_project(*project, as_json=as_json, quiet=quiet)
            return
        if not selection and out is None and any(made.in_every_run for made in formats.values()):
            # These are kept up to date together: what people wrote in the workbook is moved out of the way.
            render.print_kept(write_run_exports(pipeline).kept)
        # A name that the study does not have is told with those it has, so all are read then.
        named = frozenset(selection.transcripts)
        only = named if named and named <= set(pipeline.transcript_ids) else None
        of_people = all(made.of_people for made in formats.values())
        written = write_exports(
            pipeline.data_of_people(only) if of_people else pipeline.data(only),
            list(formats),
            pipeline.study.root / "exports",
            selection=selection,
            out=out,
            force=force,
            ledger=pipeline.study.machine / "exported.json",
        )
    if as_json:
        render.print_json([_record(each) for each in written])
        return
    if quiet:
        return
    from thematic.errors import Problem
    from thematic.text import join_names

    for each in written:
        for problem in each.not_carried:
            render.print_note(f"{each.format}: {problem}{f' ({problem.hint})' if problem.hint else ''}")
        for moved in each.kept:
            message = f"somebody had changed the file that stood here: it is kept as {moved}"
            render.print_warning(Problem(message))
        for path, _ in each.files:
            render.results().print(path, soft_wrap=True, markup=False)
        found = (count(each.excerpts, "excerpt"), count(each.codings, "coding"))
        render.print_note(f"{each.format}: {join_names(found)} from {count(each.transcripts, 'transcript')}")


def _export_project(
    pipeline: Pipeline,
    profile: str,
    selection: Selection,
    *,
    with_suggestions: bool,
    out: Path | None,
    force: bool,
) -> tuple[Path, LossReport]:
    """Write the project, and its report beside it; returns the path and the report."""
    from thematic.exchanging import export_qdpx
    from thematic.exporting import file_name
    from thematic.files import write_atomic

    path = out or pipeline.study.root / "exports" / file_name("project.qdpx", selection)
    if path.is_dir():
        path = path / file_name("project.qdpx", selection)
    if out is not None and path.exists() and not force:
        raise SettingsError(
            "this file exists; nothing was written",
            path=str(path),
            hint="name another one, or replace it with --force",
        )
    written = export_qdpx(
        pipeline, profile=profile, with_suggestions=with_suggestions, selection=selection or None
    )
    write_atomic(path, written.data)
    report = json.dumps(written.report.record(), ensure_ascii=False, indent=1) + "\n"
    write_atomic(path.with_name(f"{path.stem}.not-carried.json"), report.encode("utf-8", "replace"))
    return path, written.report


def _print_project(path: Path, report: LossReport, *, as_json: bool, quiet: bool) -> None:
    if as_json:
        render.print_json({"format": "qdpx", "file": str(path)} | report.record())
    elif not quiet:
        for line in report.lines():
            render.results().print(line, soft_wrap=True, markup=False)
        render.print_note(f"written to {path}")


def _export_all(
    study: Path | None,
    threads: int | None,
    as_json: bool,
    quiet: bool,
    accept_residual: str | None,
    *,
    partly: bool,
) -> None:
    if partly:
        raise SettingsError(
            "a part of the study, or another place, needs a format",
            hint="say which with --to; `thematic export --list` names the formats",
        )
    pipeline = _pipeline(study, threads, quiet or as_json)
    from thematic.gate import require_decided
    from thematic.run_exports import write_run_exports

    with pipeline.study.lock():
        require_decided(pipeline.study, leaving="export", accept_residual=accept_residual)
        made = write_run_exports(pipeline)
    render.print_kept(made.kept)
    folder = pipeline.study.root / "exports"
    if as_json:
        render.print_json({"folder": str(folder), "written": made.written})
    elif not quiet:
        render.print_note(f"{'written to' if made.written else 'nothing has changed in'} {folder}")


def _list(as_json: bool) -> None:
    from thematic.formats.exports.front_door import FORMATS

    if as_json:
        render.print_json(
            [
                {"format": name, "folder": made.folder or None, "files": made.files, "summary": made.summary}
                for name, made in FORMATS.items()
            ]
        )
        return
    render.print_table(
        ("format", "writes", "what it is"),
        (
            (name, f"{made.folder}/" if made.folder else made.files[0], made.summary)
            for name, made in FORMATS.items()
        ),
    )


def _record(each: Exported) -> dict[str, Any]:
    return dataclasses.asdict(each) | {
        "files": [{"path": path, "sha256": digest} for path, digest in each.files],
        "not_carried": [{"message": p.message, "hint": p.hint} for p in each.not_carried],
    }


def _pipeline(study: Path | None, threads: int | None, quiet: bool) -> Any:
    from thematic.pipeline import Pipeline
    from thematic.study import Study

    opened = Study.find(Path.cwd()) if study is None else Study.open(study)
    return Pipeline(opened, threads=threads, on_stage=render.stage_printer(quiet))
