"""`thematic assign`: who is asked to code what."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from thematic.cli import render
from thematic.cli.options import JsonOption, QuietOption, StudyOption
from thematic.errors import SettingsError


def assign(
    coder: Annotated[
        str | None, typer.Argument(help="Whose task it is; without a name, the tasks of all are listed.")
    ] = None,
    transcripts: Annotated[
        list[str] | None,
        typer.Option("--transcript", "-t", help="These transcripts, by id.", show_default=False),
    ] = None,
    sample: Annotated[
        bool, typer.Option("--sample", help="The excerpts that `thematic sample` drew for double coding.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="Everything again.")] = False,
    study: StudyOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Say who is asked to code what; `thematic review` and `thematic packet` then keep to it.

    It is kept in assignments.json of the study. Who was given no task is asked for everything.

    Example: thematic assign ben --sample
    """
    from thematic.assignments import FILE, Assignment, assignments, progress
    from thematic.assignments import assign as write
    from thematic.pipeline import Pipeline
    from thematic.study import Study

    opened = Study.find(Path.cwd()) if study is None else Study.open(study)
    chosen = Assignment(transcripts=tuple(dict.fromkeys(transcripts or ())), sample=sample)
    if coder is not None:
        if everything == (chosen != Assignment()):
            raise SettingsError(
                "say what to code, once", hint="--transcript ID, --sample or both; or --all for everything"
            )
        with opened.lock():
            write(opened, coder, None if everything else chosen)
    pipeline = Pipeline(opened)
    made = progress(opened, pipeline.excerpts, pipeline.decisions)
    rows = [(name, entry, *made[name]) for name, entry in assignments(opened).items()]
    if as_json:
        render.print_json(
            [
                {"coder": name, **dataclasses.asdict(entry), "excerpts": asked, "decided": done}
                for name, entry, asked, done in rows
            ]
        )
        return
    render.print_table(
        ("coder", "asked for", "excerpts", "decided"),
        (
            (name, ", ".join([*entry.transcripts, *(["the sample"] if entry.sample else [])]), f"{n}", f"{d}")
            for name, entry, n, d in rows
        ),
        elastic="asked for",
    )
    if not quiet:
        render.print_note(f"kept in {FILE}; who is not named is asked for everything")
