"""`thematic import`: a packet that came back, or a coded project of another program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from thematic.cli import render
from thematic.cli.options import EncodingOption, JsonOption, QuietOption, StudyOption
from thematic.errors import SettingsError, ThematicError

if TYPE_CHECKING:
    from thematic.coded_project import CodedProject
    from thematic.importing import ProjectImport
    from thematic.study import Study

PACKETS = (".xlsx", ".xlsm", ".docx", ".html", ".htm")


def import_file(
    file: Annotated[
        Path,
        typer.Argument(
            help="A project (.qdpx, .qda, .sqlite3 …), a table of quotes, or a packet that came back.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Make a new study here of the project.", show_default=False),
    ] = None,
    coder: Annotated[
        str | None,
        typer.Option(
            "--coder", help="Whose decisions these are, where the file does not say.", show_default=False
        ),
    ] = None,
    offsets: Annotated[
        str | None,
        typer.Option(
            "--offsets",
            help="How a REFI-QDA project counts positions, where the file leaves it open: codepoints, utf16 "
            "or bytes, then -asis, -once or -twice for line ends, such as utf16-twice.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be written.")] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Take what is clean, although other things are not.")
    ] = False,
    encoding: EncodingOption = None,
    study: StudyOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Take over a coded project of another program, or the decisions in a packet that came back.

    A project (REFI-QDA, QualCoder, Taguette, Label Studio, doccano) goes into a
    new study (--out) or into this one: codebook, texts, coders, codings with
    memos and dates, attributes of cases. Quotes in a table (MAXQDA, Dedoose, any
    CSV or XLSX) find their places in the transcripts of this study. What a study
    has no place for is told, in words and as JSON.

    Example: thematic import project.qdpx --out my-study
    """
    from thematic.formats.packets.packet_files import is_packet
    from thematic.formats.projects.front_door import sniff_project

    packet = is_packet(file)
    if packet or sniff_project(file) is None:
        from thematic.cli.packet import take_packet

        if not packet and (file.is_dir() or file.suffix.casefold() not in PACKETS):
            raise _unknown(file)
        if coder is None:
            raise SettingsError(
                "no project and no table of quotes that can be read; a packet needs the name of its coder",
                path=str(file),
                hint="say --coder NAME, as in the packet; a table needs columns such as quote and code",
            )
        take_packet(file, coder, partial=partial, dry_run=dry_run, study=study, as_json=as_json)
        return
    from thematic.formats.projects.front_door import ProjectSettings, read_project
    from thematic.importing import import_into_new, import_project, settings_in
    from thematic.study import Study

    if out is not None and study is not None:
        raise SettingsError("--out and --study are both given", hint="--out makes a new study; keep one")
    settings = ProjectSettings(offsets=offsets, partial=partial, coder=coder, encoding=encoding)
    if out is not None and not (out / "study.toml").is_file():
        project = read_project(file, settings=settings)
        outcome = _tried(project, out) if dry_run else import_into_new(out, project)
    else:
        opened = Study.open(out) if out is not None else _study(study)
        project = read_project(file, settings=settings_in(opened, settings))
        with opened.lock():
            outcome = import_project(opened, project, dry_run=dry_run)
    if as_json:
        render.print_json(outcome.record())
        return
    _print(outcome, dry_run=dry_run, quiet=quiet, out=out)


def _unknown(file: Path) -> ThematicError:
    """What can be read, for a file that nothing reads."""
    from thematic.errors import InputError, Problem
    from thematic.formats.projects.front_door import PROJECT_FORMATS

    return InputError(
        "no file that can be imported; these can:",
        path=str(file),
        problems=[Problem(known.title) for known in PROJECT_FORMATS.values()],
        hint="a table of your own needs columns for the quote and the code: quote, code, document, coder",
    )


def _study(folder: Path | None) -> Study:
    from thematic.study import Study

    return Study.find(Path.cwd()) if folder is None else Study.open(folder)


def _tried(project: CodedProject, out: Path) -> ProjectImport:
    """What a new study of the project would hold; `out` is left as it is."""
    import tempfile

    from thematic.importing import import_project, new_study

    with tempfile.TemporaryDirectory() as folder:
        return import_project(new_study(Path(folder) / out.name, project), project, dry_run=True)


def _print(outcome: ProjectImport, *, dry_run: bool, quiet: bool, out: Path | None) -> None:
    rows = [(coder, f"{number:,}") for coder, number in outcome.decisions.items()]
    if rows:
        render.print_table(("coder", "passages decided"), rows)
    for line in outcome.report.lines():
        render.results().print(escape(line), soft_wrap=True)
    if quiet:
        return
    if outcome.unchanged:
        render.print_note(f"{outcome.unchanged:,} passages were in the journals already")
    if dry_run:
        render.print_note("nothing was written: this was a dry run")
        return
    render.print_note(f"this report is kept in {outcome.report_path}")
    where = f" --study {out}" if out else ""
    render.print_note(f"next: thematic status{where}; thematic suggest{where}")
