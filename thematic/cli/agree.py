"""`thematic agree`: the agreement audit of a study, or of any table of codings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thematic.cli import render
from thematic.cli.options import AcceptResidualOption, JsonOption, QuietOption, StudyOption

if TYPE_CHECKING:
    from thematic.agreement.planning import PlanRow
    from thematic.agreement.report import AgreementReport
    from thematic.agreement.results import AuditSettings
    from thematic.auditing import AuditRequest
    from thematic.gate import IdentifierError
    from thematic.study import Study

TABLES, UNITS, NUMBERS, RESULTS = "Tables", "What is compared", "Numbers", "Results"


def agree(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Tables of codings: csv, tsv, xlsx, jsonl. None: the study.", show_default=False),
    ] = None,
    study: StudyOption = None,
    codebook: Annotated[
        Path | None,
        typer.Option(
            "--codebook",
            "-c",
            help="Report every code of it, by theme, and refuse labels that are none of its codes.",
            rich_help_panel=TABLES,
        ),
    ] = None,
    layout: Annotated[
        str | None,
        typer.Option(
            help="wide, sets, long or coded.", show_default="as the columns say", rich_help_panel=TABLES
        ),
    ] = None,
    missing: Annotated[
        list[str] | None,
        typer.Option(
            help="A cell that means “not assigned”, such as NA. May be repeated.", rich_help_panel=TABLES
        ),
    ] = None,
    assigned: Annotated[
        str,
        typer.Option(
            help="A unit without a row for a coder: not assigned (rows), or read and coded with nothing, in "
            "the interviews in which the coder has rows (interviews) or everywhere (all).",
            rich_help_panel=TABLES,
        ),
    ] = "rows",
    unit: Annotated[
        str, typer.Option(help="excerpt (or row), turn, sentence or character.", rich_help_panel=UNITS)
    ] = "excerpt",
    overlap: Annotated[
        str,
        typer.Option(
            help="How much of a unit must be coded: any, half, or a share such as 0.25.",
            rich_help_panel=UNITS,
        ),
    ] = "half",
    coders: Annotated[
        str | None, typer.Option(help="Only these coders: Ada,Ben", rich_help_panel=UNITS)
    ] = None,
    codes: Annotated[
        str | None, typer.Option(help="Only these codes, separated by commas.", rich_help_panel=UNITS)
    ] = None,
    machine: Annotated[
        list[str] | None,
        typer.Option(
            help="A coder that is a machine, never pooled with people. May be repeated.",
            rich_help_panel=UNITS,
        ),
    ] = None,
    mode: Annotated[
        str | None,
        typer.Option(
            help="Only codings made in this mode: blind, reveal, assist or import.",
            show_default="all without suggestions in view",
            rich_help_panel=UNITS,
        ),
    ] = None,
    level: Annotated[
        str | None,
        typer.Option(
            help="One value a unit and coder: nominal, ordinal, interval or ratio.",
            show_default="as the table says",
            rich_help_panel=NUMBERS,
        ),
    ] = None,
    scale: Annotated[
        str | None,
        typer.Option(help="The order of an ordinal scale: low,medium,high", rich_help_panel=NUMBERS),
    ] = None,
    interval: Annotated[
        str,
        typer.Option(
            help="jackknife or bootstrap over interviews; unit: over units, which is optimistic.",
            rich_help_panel=NUMBERS,
        ),
    ] = "jackknife",
    confidence: Annotated[
        float, typer.Option(min=0.5, max=0.999, help="Of the intervals.", rich_help_panel=NUMBERS)
    ] = 0.95,
    seed: Annotated[int, typer.Option(help="Of the bootstrap.", rich_help_panel=NUMBERS)] = 0,
    thresholds: Annotated[
        str, typer.Option(help="For tentative and for firm conclusions.", rich_help_panel=NUMBERS)
    ] = ".667,.8",
    experimental: Annotated[
        bool,
        typer.Option(
            "--experimental",
            help="Add multi-valued and unitizing alpha, and gamma where it is installed.",
            rich_help_panel=NUMBERS,
        ),
    ] = False,
    fail_under: Annotated[
        float | None,
        typer.Option(
            help="Exit 3 unless alpha reaches this: of every code that can be judged, or of one variable.",
            rich_help_panel=RESULTS,
        ),
    ] = None,
    sort: Annotated[
        str, typer.Option(help="Order of the codes: codebook or trouble.", rich_help_panel=RESULTS)
    ] = "codebook",
    plan: Annotated[
        bool,
        typer.Option(
            "--plan", help="How many units to code twice, instead of an audit.", rich_help_panel=RESULTS
        ),
    ] = False,
    verify: Annotated[
        Path | None,
        typer.Option(help="Compute this report.json again, and compare.", rich_help_panel=RESULTS),
    ] = None,
    force: Annotated[
        bool,
        typer.Option("--force", help="Coefficients also in a reflexive study.", rich_help_panel=RESULTS),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Where the report goes.",
            show_default="agreement/ in the study, or here",
            rich_help_panel=RESULTS,
        ),
    ] = None,
    accept_residual: AcceptResidualOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Agreement between coders: of a study, or of any table of codings.

    Prints a summary and writes report.html, report.json, forest.svg,
    codes.csv, pairs.csv, disagreements.csv and methods.txt.
    Low agreement is a result, not an error.

    Examples:
    thematic agree
    thematic agree ada.csv ben.csv --codebook codebook.yaml
    thematic agree ratings.xlsx --level ordinal
    """
    from thematic.auditing import AuditRequest, audit_study, audit_tables

    if verify is not None:
        _verify(verify, files or [], study, codebook, as_json)
        return
    request = AuditRequest(
        layout=layout,  # type: ignore[arg-type]
        missing=tuple(missing or ()),
        machines=tuple(machine or ()),
        unit=unit,
        overlap=overlap,
        assigned=assigned,  # type: ignore[arg-type]
        mode=mode,
        coders=_names(coders),
        codes=_names(codes),
        level=level,  # type: ignore[arg-type]
        scale=_names(scale),
        experimental=experimental,
        settings=_settings(interval, confidence, seed, thresholds),
    )
    if sort not in ("codebook", "trouble"):
        _refuse("--sort", sort, "codebook or trouble")
    opened = None if files else _study(study, plan=plan)
    if plan:
        _plan(files or [], opened, request, codebook, as_json)
        return
    folder = out or (opened.root if opened else Path()) / "agreement"
    if opened and opened.settings.agreement.stance == "reflexive" and not force:
        _readings(opened, request, folder, accept_residual, as_json, quiet)
        return
    report = (
        audit_study(opened, request) if opened else audit_tables(files or [], request, codebook_path=codebook)
    )
    from thematic.formats.agreement.agreement_files import report_files

    refused = _write(opened, folder, report_files(report), accept_residual)
    if refused and as_json:  # with quotes and memos, for other programs
        raise refused
    if not quiet:
        for note in report.notes:
            render.print_warning(note)
    if as_json:
        from thematic.formats.agreement.agreement_files import report_json

        typer.echo(report_json(report), nl=False)
    else:
        from thematic.cli.agreement_summary import print_report

        print_report(report, trouble_first=sort == "trouble")
        if not quiet and not refused:
            render.print_note(f"the whole report: {folder / 'report.html'}")
    if refused:
        raise refused
    if fail_under is not None:
        _gate(report, fail_under)


def _names(given: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in given.split(",") if name.strip()) if given else ()


def _refuse(flag: str, value: str, allowed: str) -> None:
    from thematic.errors import SettingsError

    raise SettingsError(f"{flag} {value}: no such choice", hint=f"choose {allowed}")


def _settings(interval: str, confidence: float, seed: int, thresholds: str) -> AuditSettings:
    from thematic.agreement.results import AuditSettings
    from thematic.errors import SettingsError

    if interval not in ("jackknife", "bootstrap", "unit"):
        _refuse("--interval", interval, "jackknife, bootstrap or unit")
    try:
        tentative, reliable = (float(part) for part in thresholds.split(","))
    except ValueError:
        tentative, reliable = 1.0, 0.0
    if not 0 < tentative <= reliable < 1:
        raise SettingsError(
            f"--thresholds {thresholds}: two numbers between 0 and 1, the lower first",
            hint="write --thresholds .667,.8",
        )
    return AuditSettings(
        interval="bootstrap" if interval == "bootstrap" else "jackknife",
        confidence=confidence,
        seed=seed,
        tentative=tentative,
        reliable=reliable,
        # Over units where no number of interviews would be enough.
        min_interviews=2**31 if interval == "unit" else AuditSettings().min_interviews,
    )


def _study(given: Path | None, *, plan: bool) -> Study | None:
    """The study, which may be missing only for a plan."""
    from thematic.errors import StudyError
    from thematic.study import Study

    try:
        return Study.open(given) if given else Study.find(Path.cwd())
    except StudyError as error:
        if plan and given is None:
            return None
        if given is None:
            raise StudyError(
                "no table was named, and there is no study here",
                hint="name tables: thematic agree ada.csv ben.csv; or a study: --study DIR",
            ) from error
        raise


def _write(
    study: Study | None, folder: Path, made: Mapping[str, bytes], accept_residual: str | None
) -> IdentifierError | None:
    """Write the files, which quote passages. Where these may not leave the study, nothing is written, and why
    not is returned: the figures are told first."""
    from contextlib import nullcontext

    from thematic.files import write_atomic
    from thematic.gate import IdentifierError, require_decided

    try:
        if study:
            with study.lock() if accept_residual is not None else nullcontext():
                require_decided(study, leaving="agreement report", accept_residual=accept_residual)
    except IdentifierError as error:
        return error
    for name, data in made.items():
        write_atomic(folder / name, data)
    return None


def _gate(report: AgreementReport, least: float) -> None:
    """Exit 3 unless every code that can be judged, or the one variable, reaches `least`."""
    from thematic.agreement.wording import number

    pool = report.compared
    found = [(pool.overall[0].variant, pool.overall[0].value)]
    if not report.one_variable:
        found = [(report.name(row.code), row.alpha.value) for row in pool.codes]
    judged = [(name, value) for name, value in found if value is not None]
    below = sorted((value, name) for name, value in judged if value < least)
    if not below and judged:
        return
    told = ", ".join(f"{name} {number(value)}" for value, name in below[:5])
    more = f" and {len(below) - 5} more" if len(below) > 5 else ""
    what = f"{len(below)} below {least:g}: {told}{more}" if judged else "nothing that could be judged"
    render.messages().print(f"--fail-under {least:g} is not met: {what}", markup=False)
    raise typer.Exit(3)


# --- A reflexive study ---------------------------------------------------------------------------------


def _readings(
    study: Study,
    request: AuditRequest,
    folder: Path,
    accept_residual: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """What each coder made of the passages that several read; no coefficient."""
    from thematic.auditing import readings
    from thematic.formats.agreement.readings import readings_files, readings_record

    found = readings(study, request)
    refused = _write(study, folder, readings_files(found), accept_residual)
    if refused and as_json:
        raise refused
    if as_json:
        render.print_json(readings_record(found))
    else:
        from thematic.cli.agreement_summary import print_readings

        print_readings(found)
    if refused:
        raise refused
    if not quiet and not as_json:
        render.print_note(f"side by side: {folder / 'readings.html'}; coefficients after all: --force")


# --- A plan --------------------------------------------------------------------------------------------


def _plan(
    files: list[Path], study: Study | None, request: AuditRequest, codebook: Path | None, as_json: bool
) -> None:
    """Units to code twice: for each code that was coded already, or for usual prevalences."""
    from thematic.agreement import planning
    from thematic.auditing import audit_study, audit_tables
    from thematic.errors import AgreementError
    from thematic.formats.agreement.agreement_files import plain

    least = request.settings.reliable
    names: dict[str, str] = {}
    rows: tuple[PlanRow, ...] = ()
    try:
        if files:
            report = audit_tables(files, request, codebook_path=codebook)
        elif study:
            report = audit_study(study, request)
        else:
            raise AgreementError("nothing is coded yet")
    except AgreementError:
        if files:
            raise
        rows = planning.plan(least)
    else:
        rows = planning.plan_codes(report.compared, least)
        names = dict(report.background.names)
    if as_json:
        render.print_json({"least_alpha": least, "significance": 0.05, "rows": plain(rows)})
        return
    from thematic.cli.agreement_summary import print_plan

    print_plan(rows, least, names)


# --- Computing a report again --------------------------------------------------------------------------


def _verify(path: Path, files: list[Path], study: Path | None, codebook: Path | None, as_json: bool) -> None:
    """Exit 3 when the numbers of a report do not come out again."""
    from thematic.auditing import AuditRequest, audit_study, audit_tables, differences, reopen
    from thematic.formats.agreement.agreement_files import report_json

    stored = reopen(path)
    request = AuditRequest.from_options(stored["background"]["options"])
    if files:
        report = audit_tables(files, request, codebook_path=codebook)
    else:
        opened = _study(study or path.resolve().parent.parent, plan=False)
        assert opened is not None
        report = audit_study(opened, request)
    found = differences(stored, json.loads(report_json(report)))
    if as_json:
        render.print_json({"same": not found, "differences": [problem.message for problem in found]})
    elif not found:
        typer.echo(f"{path}: the same again, to the last digit")
    else:
        inputs = [problem for problem in found if problem.message.startswith("background.inputs")]
        for problem in [*inputs, *(problem for problem in found if problem not in inputs)][:10]:
            render.print_warning(problem)
        if inputs:
            render.print_note(
                "these are not the files that were audited; name the same, and the same --codebook"
            )
        typer.echo(f"{path}: {len(found)} differences")
    if found:
        raise typer.Exit(3)
