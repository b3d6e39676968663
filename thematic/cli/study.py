"""`init`, `ingest`, `suggest`, `clusters`, `status`: the whole job step by step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from thematic.cli import render
from thematic.cli.options import (
    CodebookOption,
    EncodingOption,
    JsonOption,
    QuietOption,
    StudyOption,
    ThreadsOption,
    override,
)
from thematic.errors import SettingsError, StudyError

if TYPE_CHECKING:
    from thematic.pipeline import Pipeline
    from thematic.study import Study


def init(
    folder: Annotated[Path, typer.Argument(help="The study folder to make.", show_default=False)],
    codebook: CodebookOption,
    title: Annotated[
        str | None, typer.Option(help="Title of the study.", show_default="the name of the folder")
    ] = None,
    stance: Annotated[
        str,
        typer.Option(help="coding-reliability, codebook or reflexive; decides what `thematic agree` prints."),
    ] = "codebook",
) -> None:
    """Make a study folder with a codebook, ready for transcripts."""
    from thematic.ingestion import read_codebook_file, set_codebook
    from thematic.study import AgreementSettings, Study, StudySettings

    read = read_codebook_file(codebook)
    settings = StudySettings(title=title or folder.resolve().name, agreement=AgreementSettings(stance=stance))
    study = Study.create(folder, settings)
    set_codebook(study, read)
    for problem in read.warnings:
        render.print_warning(problem)
    render.print_note(f"{len(read.codebook.codes)} codes and themes in {study.codebook_path}")
    render.print_note(f"next: thematic ingest PATH… --study {folder}")


def ingest(
    transcripts: Annotated[
        list[Path], typer.Argument(help="Interviews: files, folders or patterns.", show_default=False)
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show who speaks in them and what would be read.")
    ] = False,
    encoding: EncodingOption = None,
    study: StudyOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Read transcripts into the study; an unchanged file is left as it is.

    Look first at who is taken for interviewer and who for participant, which needs no study yet:

    thematic ingest PATH --dry-run

    What is wrong there is put right in speakers.toml.
    """
    from thematic.ingestion import ingest as ingest_files
    from thematic.ingestion import read_inputs
    from thematic.study import ReadingSettings

    opened = _study_if_any(study) if dry_run else _study(study)
    settings = override(opened.settings.read if opened else ReadingSettings(), encoding=encoding)
    inputs = read_inputs(transcripts, settings=settings, study=opened, only_new=not dry_run)
    if dry_run or opened is None:
        report = inputs.report()
    else:
        with opened.lock(), render.progress(quiet or as_json) as on_stage:
            report = ingest_files(opened, inputs, on_stage=on_stage)
    if as_json:
        render.print_json(report.record())
        return
    render.print_speakers(report)
    if not quiet:
        for problem in report.warnings:
            render.print_warning(problem)
        for note in report.notes:
            render.print_note(note)
        if not dry_run and opened and opened.transcript_ids():
            from thematic.gate import undecided_counts

            render.print_identifiers(undecided_counts(opened))
    if dry_run:
        render.print_note("nothing was written: this was a dry run")


def suggest(
    promise: Annotated[
        float | None,
        typer.Option(
            "--promise",
            help="Mark first suggestions that are right this often in unseen interviews, as 0.9.",
            show_default="0.9, or [suggest] promise",
        ),
    ] = None,
    accept: Annotated[
        bool,
        typer.Option(
            "--accept-marked",
            help="Accept what the promise marks, in bulk, as --coder; it is logged as such.",
        ),
    ] = False,
    coder: Annotated[
        str | None, typer.Option("--coder", help="With --accept-marked: who accepts.", show_default=False)
    ] = None,
    study: StudyOption = None,
    threads: ThreadsOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Suggest codes for the excerpts; only what changed is computed again.

    Before anyone has coded, suggestions come from the codebook's wording. After, they are learnt from what
    people coded, with probabilities, and it is said from what and how well. Nothing is accepted by itself.
    """
    if accept != (coder is not None):
        raise SettingsError(
            "--accept-marked and --coder belong together",
            hint="thematic suggest --promise 0.9 --accept-marked --coder NAME",
        )
    pipeline = open_pipeline(study, threads, quiet or as_json, promise=promise)
    if coder is not None:
        from thematic.accepting import accept_marked

        with pipeline.study.lock():
            done = accept_marked(pipeline, coder)
        if as_json:
            render.print_json(_plain(done))
            return
        render.print_note(f"{done.accepted} suggestions accepted in bulk as {coder}")
        if done.to_audit:
            render.print_note(f"drawn by lot for you to look at: {', '.join(done.to_audit)}")
        return
    with pipeline.study.lock():
        suggested = pipeline.suggested()
    if as_json:
        render.print_json([_plain(s) for s in pipeline.suggestions])
        return
    from thematic.status import learnt_counts, suggestion_counts

    if pipeline.learning:
        render.print_table(
            ("code", "leads", "listed", "coded", "F1", "verdict"),
            learnt_counts(pipeline.codebook, suggested, pipeline.learning),
            elastic="code",
        )
    else:
        render.print_table(
            ("code", "excerpts it leads", "in a shortlist"), suggestion_counts(pipeline.codebook, suggested)
        )
    for note in () if quiet else pipeline.notes_on_suggestions():
        render.print_note(note)


def clusters(
    study: StudyOption = None,
    show_hidden: Annotated[bool, typer.Option("--hidden", help="Show unstable and small ones too.")] = False,
    tree: Annotated[
        bool, typer.Option("--tree", help="As candidate themes with their clusters, for inductive coding.")
    ] = False,
    new: Annotated[
        bool, typer.Option("--new", help="Only among excerpts that, by people, no code covers.")
    ] = False,
    codes: Annotated[
        bool,
        typer.Option("--codes", help="Codes that are hard to tell apart, and the excerpts that show it."),
    ] = False,
    threads: ThreadsOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Excerpts that read alike, set against the codebook: prompts for reading, not codes."""
    if tree + new + codes > 1:
        raise SettingsError("--tree, --new and --codes answer different questions", hint="ask one at a time")
    pipeline = open_pipeline(study, threads, quiet or as_json)
    with pipeline.study.lock():
        if tree or new or codes:
            question = "tree" if tree else "new" if new else "codes"
            _print_emergent(pipeline, question, as_json=as_json, quiet=quiet)
            return
        clustering = pipeline.clustering
    if as_json:
        render.print_json(_plain(clustering))
        return
    shown = [c for c in clustering.clusters if show_hidden or c.status != "hidden"]
    render.print_clusters(shown, {code.id: code.name for code in pipeline.codebook.codes})
    hidden = len(clustering.clusters) - len(shown)
    if quiet:
        return
    if hidden:
        render.print_note(f"{hidden} unstable or small clusters are hidden; --hidden shows them")
    if clustering.note:
        render.print_note(clustering.note)


def _print_emergent(pipeline: Any, question: str, *, as_json: bool, quiet: bool) -> None:
    """What stands out beside the codebook: candidate themes, what no code covers, codes that mix."""
    from thematic import emergent
    from thematic.cli import emergent_view as view

    excerpts = {excerpt.id: excerpt for excerpt in pipeline.excerpts}
    if question == "tree":
        themes = emergent.study_themes(pipeline)
        if as_json:
            render.print_json([_plain(theme) for theme in themes])
            return
        view.print_themes(themes)
        notes = [pipeline.clustering.note]
    elif question == "new":
        found = emergent.study_uncovered(pipeline)
        if as_json:
            render.print_json(_plain(found) | {"sentences": list(found.sentences)})
            return
        view.print_uncovered(found, excerpts)
        unread = f", {found.abstained:,} that nobody read and no suggestion fits" if found.abstained else ""
        looked = f"looked at: {found.judged:,} excerpts that people gave no code{unread}"
        notes = [looked, found.clustering.note]
    else:
        pairs = emergent.study_code_pairs(pipeline)
        if as_json:
            render.print_json([_plain(pair) for pair in pairs])
            return
        view.print_code_pairs(pairs, {code.id: code.name for code in pipeline.codebook.codes}, excerpts)
        notes = []
    for note in () if quiet else notes:
        render.print_note(note)


def status(
    study: StudyOption = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Check every quote and the chain of every journal.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """What the study holds, and what to do next. With --verify, exit code 3 when something does not hold."""
    from thematic.status import study_status, verify_study

    opened = _study(study)
    report = study_status(opened)
    problems = verify_study(opened) if verify else []
    if as_json:
        found = [{"message": p.message, "path": p.path, "line": p.line, "hint": p.hint} for p in problems]
        render.print_json(report | ({"problems": found} if verify else {}))
    else:
        render.print_status(report)
        for problem in problems:
            render.print_warning(problem)
        if verify and not problems:
            render.print_note("every text, quote and journal is as it was written")
    if problems:
        raise typer.Exit(3)


def _study(folder: Path | None) -> Study:
    from thematic.study import Study

    return Study.find(Path.cwd()) if folder is None else Study.open(folder)


def _study_if_any(folder: Path | None) -> Study | None:
    """The study, or None where none was named and none is here."""
    try:
        return _study(folder)
    except StudyError:
        if folder is not None:
            raise
        return None


def open_pipeline(
    study: Path | None, threads: int | None, quiet: bool, *, promise: float | None = None
) -> Pipeline:
    import dataclasses

    from thematic.pipeline import Pipeline

    opened = _study(study)
    if promise is not None:
        suggesting = override(opened.settings.suggest, promise=promise)
        opened = dataclasses.replace(opened, settings=override(opened.settings, suggest=suggesting))
    return Pipeline(opened, threads=threads, on_stage=render.stage_printer(quiet))


def _plain(noun: Any) -> Any:
    import dataclasses

    return dataclasses.asdict(noun)
