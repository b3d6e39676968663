"""`thematic packet`, and taking back what it brings: review by people who do not have the tool."""

from __future__ import annotations

import dataclasses
import shlex
from pathlib import Path
from typing import Annotated

import typer

from thematic.cli import render
from thematic.cli.options import QuietOption, StudyOption


def packet(
    coder: Annotated[str, typer.Option("--for", help="Who will fill it in.", show_default=False)],
    assist: Annotated[
        bool, typer.Option("--assist", help="Show suggestions. Without it the packet is blind.")
    ] = False,
    to: Annotated[
        str, typer.Option("--to", help="xlsx, docx or html.", show_default="what --out ends in, or xlsx")
    ] = "",
    transcripts: Annotated[
        list[str] | None,
        typer.Option("--transcript", "-t", help="Only these transcripts, by id.", show_default="all"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The file.", show_default="packets/NAME.* in the study"),
    ] = None,
    study: StudyOption = None,
    quiet: QuietOption = False,
) -> None:
    """Make a file in which somebody codes without the tool; `thematic import` reads it back.

    A spreadsheet; a Word document with a comment at each passage; or a page that works in any browser, saves
    decisions to a file, and needs no network. It is blind unless --assist is given: only blind codings should
    be compared for agreement.
    """
    from thematic.packeting import write_packet
    from thematic.study import Study

    opened = Study.find(Path.cwd()) if study is None else Study.open(study)
    path, made, count = write_packet(
        opened, coder, mode="assist" if assist else "blind", transcripts=transcripts or (), out=out, to=to
    )
    if not quiet:
        render.print_note(f"packet {made.id} with {count:,} excerpts, {made.mode}, for {coder}: {path}")
        back = "SAVED.json" if path.suffix == ".html" else shlex.quote(path.name)
        render.print_note(f"when it is back: thematic import {back} --coder {shlex.quote(coder)}")


def take_packet(
    file: Path, coder: str, *, partial: bool, dry_run: bool, study: Path | None, as_json: bool
) -> None:
    """Take over the decisions in a packet that came back, and say what was done."""
    from thematic.packeting import read_back
    from thematic.study import Study

    opened = Study.find(Path.cwd()) if study is None else Study.open(study)
    with opened.lock():
        outcome = read_back(opened, file, coder, partial=partial, dry_run=dry_run)
    if as_json:
        render.print_json(dataclasses.asdict(outcome))
        return
    render.print_table(
        ("excerpt", "words", "before", "now"),
        ((c.excerpt_id, c.words, c.before, c.after) for c in outcome.changes),
        elastic="words",
    )
    verb = "would be written" if dry_run else "written"
    render.results().print(f"{outcome.written} decisions {verb}, {outcome.unchanged} unchanged")
    for note in outcome.notes:
        render.print_note(note)
    for problem in outcome.problems:
        render.print_warning(problem)
