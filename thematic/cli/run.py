"""`thematic run` and `thematic demo`: the whole job in one go."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from thematic.cli import render
from thematic.cli.options import (
    AddressOption,
    ClusterMethodOption,
    CodebookOption,
    DownloadOption,
    EncodingOption,
    EngineOption,
    JobsOption,
    JsonOption,
    LanguageOption,
    MaxWordsOption,
    MinWordsOption,
    ModelOption,
    QuietOption,
    SeedOption,
    StorageOption,
    ThreadsOption,
    UnitOption,
    override,
)
from thematic.errors import Problem
from thematic.text import join_names

if TYPE_CHECKING:
    from thematic.engines import EngineSettings
    from thematic.pipeline import Pipeline
    from thematic.study import Study, StudySettings


def run(
    transcripts: Annotated[
        list[Path], typer.Argument(help="Interviews: files, folders or patterns.", show_default=False)
    ],
    codebook: CodebookOption,
    out: Annotated[Path, typer.Option("--out", "-o", help="The study folder: new, empty, or made before.")],
    title: Annotated[
        str | None, typer.Option(help="Title of the study.", show_default="the name of the folder")
    ] = None,
    encoding: EncodingOption = None,
    unit: UnitOption = None,
    min_words: MinWordsOption = None,
    max_words: MaxWordsOption = None,
    language: LanguageOption = None,
    model: ModelOption = None,
    allow_download: DownloadOption = None,
    cluster_method: ClusterMethodOption = None,
    seed: SeedOption = None,
    threads: ThreadsOption = None,
    jobs: JobsOption = None,
    engine: EngineOption = "local",
    address: AddressOption = None,
    storage: StorageOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what the run would take: time, size. Writes nothing.")
    ] = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """From a folder of interviews to excerpts for review, in one go.

    Makes a study in --out: reads the transcripts, cuts them into excerpts, suggests codes from the codebook,
    groups excerpts that read alike, and writes exports/ for people to read and review. Run it again after a
    change, or after it was interrupted: only what is missing is computed.

    Example: thematic run interviews/ --codebook codebook.yaml --out my-study
    """
    from thematic.engines import EngineSettings
    from thematic.study import Study, StudySettings

    began = time.perf_counter()
    work = EngineSettings(name=engine, jobs=jobs, address=address, storage=storage)
    exists = (out / "study.toml").is_file()
    held = Study.open(out).settings if exists else StudySettings(title=out.resolve().name)
    settings = _override(
        held,
        title=title,
        read={"encoding": encoding},
        segment={"unit": unit, "min_words": min_words, "max_words": max_words, "language": language},
        embed={"model": model, "allow_download": allow_download},
        cluster={"method": cluster_method, "seed": seed},
    )
    if dry_run:
        _estimate(transcripts, codebook, out, settings, jobs=jobs, as_json=as_json)
        return
    if exists and not quiet and (changed := _differences(held, settings)):
        file = out / "study.toml"
        hint = f"to keep it, write it there: other commands go by that file (thematic export --study {out})"
        render.print_warning(Problem(f"for this run only: {join_names(changed)}", str(file), None, hint))
    pipeline = _run(
        transcripts,
        codebook,
        out,
        settings,
        threads=threads,
        engine=work,
        quiet=quiet or as_json,
        began=began,
    )
    if as_json:
        _print_json(pipeline)
    else:
        _print_summary(pipeline, quiet=quiet)


def _estimate(
    paths: list[Path], codebook: Path, out: Path, settings: StudySettings, *, jobs: int | None, as_json: bool
) -> None:
    """What a run would take, on stdout. The folder is not touched."""
    from thematic.estimate import estimate
    from thematic.ingestion import check_all, read_codebook_file, read_inputs
    from thematic.study import Study

    study = Study(out, settings) if (out / "study.toml").is_file() else None
    _, inputs = check_all(
        lambda: read_codebook_file(codebook),
        lambda: read_inputs(paths, settings=settings.read, study=study),
    )
    found = estimate(inputs, settings, jobs=jobs)
    if as_json:
        render.print_json(found.record())
        return
    console = render.results()
    console.print(
        f"{found.transcripts:,} new or changed interviews, {found.unchanged:,} unchanged; about "
        f"{found.words:,} words of participants in {found.excerpts:,} excerpts"
    )
    stages = (
        ("cutting", found.seconds_cutting),
        ("embedding", found.seconds_embedding),
        ("suggestions, clusters, exports", found.seconds_after),
    )
    for name, seconds in stages:
        console.print(f"  {_time(seconds):>12}  {name}")
    size = f"{found.bytes / 1e6:,.0f} MB on disk"
    console.print(f"  {_time(found.seconds):>12}  in all, on {found.jobs} processors; {size}")
    render.print_note("an estimate from a few passages, measured now on this machine; nothing was written")


def _time(seconds: float) -> str:
    """About how long, in the unit that people would use."""
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 1):.0f} s"


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Where to put the study.")] = Path("thematic-demo"),
    coded: Annotated[
        bool,
        typer.Option("--coded", help="With the codings of two invented coders: for agreement and report."),
    ] = False,
    threads: ThreadsOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """The whole job on ten invented interviews about mutual-aid groups; says where to look."""
    from thematic.samples import samples
    from thematic.study import StudySettings

    began = time.perf_counter()
    with samples() as (transcripts, codebook):
        settings = StudySettings(title="SMART Recovery groups in outpatient treatment (invented interviews)")
        pipeline = _run(
            [transcripts],
            codebook,
            out,
            settings,
            codings=sorted(transcripts.glob("codings_*.csv")) if coded else (),
            threads=threads,
            quiet=quiet or as_json,
            began=began,
        )
    if as_json:
        _print_json(pipeline)
    else:
        _print_summary(pipeline, quiet=quiet)


def _override(settings: StudySettings, *, title: str | None, **tables: dict[str, Any]) -> StudySettings:
    """The settings with the flags that were given, table by table."""
    changed = {name: override(getattr(settings, name), **flags) for name, flags in tables.items()}
    return override(settings, title=title, **changed)  # type: ignore[no-any-return]


def _differences(held: StudySettings, settings: StudySettings) -> list[str]:
    """In words, each setting in which these differ from those that the study holds."""
    found = []
    for table in fields(held):
        before, now = getattr(held, table.name), getattr(settings, table.name)
        if isinstance(before, str):  # the title, which stands in no table
            before, now = {table.name: before}, {table.name: now}
        else:
            before, now = asdict(before), asdict(now)
        changed = [name for name in now if now[name] != before[name]]
        found += [f"{name} is {_shown(now[name])}, not {_shown(before[name])}" for name in changed]
    return found


def _shown(value: object) -> str:
    return "the default" if value in ("", None) else str(value)


def _run(
    paths: list[Path],
    codebook: Path,
    out: Path,
    settings: StudySettings,
    *,
    codings: Sequence[Path] = (),
    threads: int | None,
    engine: EngineSettings | None = None,
    quiet: bool,
    began: float,
) -> Pipeline:
    """Everything in order. What can be wrong with the input is found before the folder is touched."""
    from thematic.ingestion import check_all, ingest, read_codebook_file, read_inputs, set_codebook
    from thematic.pipeline import Pipeline
    from thematic.run_exports import write_run_exports
    from thematic.study import Study

    study = Study(out, settings) if (out / "study.toml").is_file() else None
    codebook_file, inputs, _ = check_all(
        lambda: read_codebook_file(codebook),
        lambda: read_inputs(paths, settings=settings.read, study=study),
        lambda: _check_model(settings),
    )
    study = study or Study.create(out, settings)
    with study.lock(), render.progress(quiet) as on_stage:
        set_codebook(study, codebook_file)
        report = ingest(study, inputs, on_stage=on_stage)
        for path in codings:
            _take_codings(study, path)
        pipeline = Pipeline(study, threads=threads, on_stage=on_stage)
        pipeline.engine = engine or pipeline.engine
        made = write_run_exports(pipeline)
        if made.written:
            pipeline.write_timings(began)
    render.print_kept(made.kept)
    if not quiet:
        for problem in (*codebook_file.warnings, *report.warnings):
            render.print_warning(problem)
        for note in report.notes:
            render.print_note(note)
        from thematic.gate import undecided_counts

        render.print_identifiers(undecided_counts(study))
    return pipeline


def _check_model(settings: StudySettings) -> None:
    """Raise ModelError for a model that is not there, while nothing is written yet."""
    if settings.embed.model:
        from thematic.embedding import model_sha256

        model_sha256(settings.embed.model, allow_download=settings.embed.allow_download)


def _take_codings(study: Study, path: Path) -> None:
    """The coded rows of `path` as decisions of their coders; what the journals have already stays."""
    from thematic.formats.projects.front_door import ProjectSettings, read_project
    from thematic.importing import import_project, settings_in

    import_project(study, read_project(path, settings=settings_in(study, ProjectSettings())))


def _print_json(pipeline: Pipeline) -> None:
    import json

    exports = pipeline.study.root / "exports"
    record = json.loads((exports / "run.json").read_bytes())
    render.print_json({"study": str(pipeline.study.root), **record})


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else f"{noun}s"


def _print_summary(pipeline: Pipeline, *, quiet: bool) -> None:
    """What was made, where it is, and what to do next."""
    import json

    from rich.padding import Padding
    from rich.table import Table

    from thematic.suggestion import NOT_CALIBRATED

    root = pipeline.study.root
    record = json.loads((root / "exports" / "run.json").read_bytes())
    counts = record["counts"]
    console = render.results()
    console.print()
    console.print(f"[bold]{escape(record['title'])}[/]")
    aside = counts["set_aside"]["turns"]
    shown = counts["clusters"]["stable"] + counts["clusters"]["doubtful"]
    suggesting = record["notes"]["suggesting"]
    learnt = NOT_CALIBRATED not in suggesting[0]
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column()
    table.add_row(
        f"{counts['transcripts']:,}",
        f"{_plural('interview', counts['transcripts'])}, "
        f"{counts['words_of_participants']:,} words of participants",
    )
    table.add_row(
        f"{counts['excerpts']:,}",
        _plural("excerpt", counts["excerpts"])
        + (
            f" ({aside:,} back-channel {_plural('turn', aside)} set aside, listed in run.json)"
            if aside
            else ""
        ),
    )
    table.add_row(
        f"{counts['excerpts_with_suggestions']:,}",
        "with suggested codes: a shortlist for a reader" + ("" if learnt else ", not calibrated"),
    )
    table.add_row(f"{counts['excerpts_abstained']:,}", "where no code is suggested, with the reason")
    table.add_row(
        f"{shown:,}",
        f"{_plural('cluster', shown)} to read "
        f"({counts['clusters']['hidden']:,} unstable or small ones hidden)",
    )
    console.print(table)
    # Warnings of reading and of the codebook were told above; that nothing is calibrated stands in the table.
    notes = [*suggesting[0 if learnt else 1 :], *([] if shown else record["notes"]["clustering"])]
    notes += record["notes"].get("exports", [])
    for note in () if quiet else notes:
        console.print(f"[dim]·[/] {escape(note)}")
    console.print()
    console.print("[bold]Look here[/]")
    for name, use in (
        ("excerpts.html", "read it in a browser: by theme, by interview, by cluster"),
        ("excerpts.xlsx", "review it in a spreadsheet: decisions, codes, memos"),
        ("excerpts.csv, excerpts.jsonl, clusters.csv", "carry on in other tools"),
        ("run.json", "settings, versions and hashes, for your methods section"),
    ):
        if name in pipeline.left_out:
            continue
        console.print(f"  [cyan]{root / 'exports'}/{name}[/]", soft_wrap=True)
        console.print(f"      {use}")
    console.print()
    console.print("[bold]Next[/]")
    if pipeline.study.journals():
        console.print(f"  Where do the coders differ? thematic agree --study {root}", soft_wrap=True)
    else:
        console.print("  Nothing is coded yet: people decide.")
        console.print(f"  In the browser: thematic review --coder NAME --study {root}", soft_wrap=True)
        console.print(
            f"  In a spreadsheet or in Word: thematic packet --for NAME --study {root}", soft_wrap=True
        )
    again = f"Change {root}/codebook.yaml, then run the same command again: only what changed is redone."
    console.print(Padding(escape(again), (0, 0, 0, 2), expand=False))
