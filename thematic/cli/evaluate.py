"""`thematic evaluate`: how good suggestions are against what people coded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from thematic.cli import render
from thematic.cli.options import (
    DownloadOption,
    JsonOption,
    ModelOption,
    QuietOption,
    StudyOption,
    ThreadsOption,
    override,
)
from thematic.errors import SettingsError


def evaluate(
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            help="Coded turns (JSONL or CSV with doc, i, text, codes …) instead of a study.",
            show_default=False,
        ),
    ] = None,
    codebook: Annotated[
        Path | None,
        typer.Option(
            "--codebook", "-c", help="With --data: its codebook, in any format.", show_default=False
        ),
    ] = None,
    promise: Annotated[
        float | None,
        typer.Option("--promise", help="The precision to test a promise of.", show_default="0.9"),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            help="Where the page with the learning curve goes.",
            show_default="evaluation.html in the study; with --data, none",
        ),
    ] = None,
    study: StudyOption = None,
    model: ModelOption = None,
    download: DownloadOption = None,
    threads: ThreadsOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """How good suggestions are against what people coded, always on interviews that were not learnt from.

    From the codebook's wording alone, and learnt from 1, 2, 3 … interviews and 1, 2, 4 … examples a code;
    against the commonest codes, TF-IDF with logistic regression, and plain cosine. It takes some minutes.

    Example: thematic evaluate --data coded.jsonl --codebook codebook.yaml --json
    """
    if (data is None) != (codebook is None):
        raise SettingsError(
            "--data and --codebook belong together",
            hint="thematic evaluate --data coded.jsonl --codebook codebook.yaml",
        )
    if data is not None and study is not None:
        raise SettingsError("--data and --study exclude each other", hint="give one of them")
    if data is None and (model is not None or download is not None):
        raise SettingsError(
            "a study is evaluated with its own model", hint="name another under [embed] in study.toml"
        )
    if data is not None and codebook is not None:
        from thematic.embedding import EmbedSettings
        from thematic.evaluating import evaluate_data
        from thematic.suggestion import SuggestSettings

        with render.progress(quiet or as_json) as on_stage:
            found = evaluate_data(
                data,
                codebook,
                embed=override(EmbedSettings(), model=model, allow_download=download),
                suggest=override(SuggestSettings(), promise=promise),
                on_stage=on_stage,
                threads=threads,
            )
    else:
        from thematic.cli.study import open_pipeline
        from thematic.evaluating import evaluate_study

        with render.progress(quiet or as_json) as on_stage:
            pipeline = open_pipeline(study, threads, quiet, promise=promise)
            pipeline.on_stage = on_stage
            with pipeline.study.lock():
                found = evaluate_study(pipeline)
        report = report or pipeline.study.root / "evaluation.html"
    if report is not None:
        from thematic.files import write_atomic
        from thematic.formats.evaluation.evaluation_html import render as page

        write_atomic(report, page(found))
    if as_json:
        render.print_json(found)
        return
    _print(found)
    if report is not None and not quiet:
        render.print_note(f"the whole report: {report}")


def _short(rows: list[tuple[str, str, str, str, str, str]]) -> list[tuple[str, ...]]:
    """For a narrow window: without the interviews, and with a short word for what is too little."""
    return [
        (name, examples, precision, f1, "too few" if verdict == "not enough examples" else verdict)
        for name, examples, _, precision, f1, verdict in rows
    ]


def _print(found: dict[str, Any]) -> None:
    from thematic.formats.evaluation.evaluation_rows import code_rows, method_rows, sentences

    render.print_table(
        ("method", "recall@1", "recall@3", "recall@5", "mAP"), method_rows(found), elastic="method"
    )
    render.print_table(("code", "coded", "AP", "F1", "verdict"), _short(code_rows(found)), elastic="code")
    for warning in found["warnings"]:
        from thematic.errors import Problem

        render.print_warning(Problem(warning))
    for sentence in sentences(found):
        render.print_note(sentence)
