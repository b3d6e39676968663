"""`thematic report`: what the study found, as a page, a document, figures and numbers."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated

import typer

from thematic.cli import render
from thematic.cli.options import (
    AcceptResidualOption,
    JsonOption,
    QuietOption,
    StudyOption,
    ThreadsOption,
    override,
)

COUNTING, SATURATION, PRIVACY = "What counts", "Saturation", "Privacy"


def report(
    study: StudyOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Where the report goes.", show_default="report/ in the study"),
    ] = None,
    layer: Annotated[
        str | None,
        typer.Option(
            help="Codings that count: standing (final, else negotiated, else all coders), independent, "
            "negotiated or final.",
            show_default="standing",
            rich_help_panel=COUNTING,
        ),
    ] = None,
    case: Annotated[
        str | None,
        typer.Option(
            help="The case attribute that names the person, where one gave several interviews.",
            show_default="the interview",
            rich_help_panel=COUNTING,
        ),
    ] = None,
    together: Annotated[
        str | None,
        typer.Option(
            help="Codes occur together in the same excerpt, where spans overlap, or within turns.",
            show_default="excerpt",
            rich_help_panel=COUNTING,
        ),
    ] = None,
    within_turns: Annotated[
        int | None,
        typer.Option(min=0, help="For --together turns.", show_default="1", rich_help_panel=COUNTING),
    ] = None,
    base_size: Annotated[
        int | None,
        typer.Option(min=1, help="Interviews to begin with.", show_default="4", rich_help_panel=SATURATION),
    ] = None,
    run_length: Annotated[
        int | None,
        typer.Option(
            min=1, help="Interviews looked at together.", show_default="2", rich_help_panel=SATURATION
        ),
    ] = None,
    new_information: Annotated[
        float | None,
        typer.Option(
            help="Share of new codes at which to call it saturated: 0.05 or 0.",
            show_default="0.05",
            rich_help_panel=SATURATION,
        ),
    ] = None,
    suppress_below: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Withhold numbers and quotes of fewer participants than this: 5.",
            show_default="print all",
            rich_help_panel=PRIVACY,
        ),
    ] = None,
    accept_residual: AcceptResidualOption = None,
    threads: ThreadsOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """What the study found: a page to read, a document, and figures for the paper with their numbers.

    Writes report/: report.html, report.docx, report.json, framework.xlsx and figures/ (svg, png, pdf, csv).
    A section that has nothing to show yet says what it needs.
    """
    from thematic.gate import require_decided
    from thematic.pipeline import Pipeline
    from thematic.study import Study
    from thematic.study_report import report_study, write_report

    # A figure is a hundred thousand small objects: to look for dead ones
    # after each 700 costs more than they weigh.
    gc.set_threshold(50_000)
    opened = Study.find(Path.cwd()) if study is None else Study.open(study)
    settings = override(
        opened.settings.report,
        layer=layer,
        case=case,
        cooccurrence=together,
        within_turns=within_turns,
        base_size=base_size,
        run_length=run_length,
        new_information=new_information,
        suppress_below=suppress_below,
    )
    pipeline = Pipeline(opened, threads=threads, on_stage=render.stage_printer(quiet or as_json))
    folder = out or opened.root / "report"
    with opened.lock():
        require_decided(opened, leaving="report", accept_residual=accept_residual)
        made = report_study(pipeline, settings)
        files = write_report(made, folder, excerpts=pipeline.excerpts)
    if as_json:
        from thematic.formats.report.report_files import report_json

        typer.echo(report_json(made), nl=False)
        return
    from thematic.formats.report.report_html import lead

    typer.echo(lead(made))
    if not quiet:
        n_figures = sum(name.endswith(".svg") for name in files)
        figures = f"{n_figures} figure{'s' * (n_figures != 1)} in {folder / 'figures'}"
        render.print_note(f"the report: {folder / 'report.html'}; {figures}")
