"""`thematic codebook`: check, show, compare, convert and merge codebooks, and the versions of a study."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from thematic.cli import render
from thematic.cli.codebook_proposals import proposals
from thematic.cli.codebook_view import (
    conflict_lines,
    count,
    diff_lines,
    diff_record,
    headline,
    print_code,
    print_line,
    print_tree,
    print_warnings,
    problem_record,
    summary,
)
from thematic.cli.options import JsonOption, StudyOption

if TYPE_CHECKING:
    from thematic.codebook import CodebookDiff
    from thematic.errors import Problem
    from thematic.model import Codebook
    from thematic.study import Study

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Check, show, compare, convert and merge codebooks: YAML, JSON, CSV, TSV, XLSX and REFI-QDA .qdc.",
)

FileArgument = Annotated[
    Path | None, typer.Argument(help="A codebook in any format.", show_default="the codebook of the study")
]
OVERWRITE = typer.Option("--force", help="Replace OUT when it exists.")


class Side(StrEnum):
    ours = "ours"
    theirs = "theirs"


@app.command()
def check(
    file: FileArgument = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 3 when there are warnings.")] = False,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say everything that is wrong with a codebook, with the line and what to do.

    Mistakes end with exit code 2; warnings do not, unless --strict.
    """
    from thematic.errors import CodebookError

    try:
        path, codebook, warnings = _read(file, study)
    except CodebookError as error:
        if not as_json:
            raise
        render.print_json({"mistakes": [problem_record(problem) for problem in error.problems]})
        raise typer.Exit(error.exit_code) from error
    if as_json:
        told = [problem_record(problem) for problem in warnings]
        render.print_json({**summary(path, codebook), "warnings": told})
    else:
        print_warnings(warnings)
        print_line(f"{headline(codebook)} · {count(len(warnings), 'warning')}")
    if strict and warnings:
        raise typer.Exit(3)


@app.command()
def show(
    file: FileArgument = None,
    code: Annotated[
        str | None,
        typer.Option(help="Show all of one code: its id, name or path “A > B”.", show_default=False),
    ] = None,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the codes as a tree, or all of one code."""
    from thematic.codebook import find_code
    from thematic.formats.codebooks.codebook_document import code_as_dict, codebook_as_dict

    _, codebook, _ = _read(file, study)
    if code is not None:
        found = find_code(codebook, code)
        if as_json:
            render.print_json(code_as_dict(found))
        else:
            print_code(codebook, found)
    elif as_json:
        render.print_json({"version": codebook.version, **codebook_as_dict(codebook)})
    else:
        print_tree(codebook)


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="A codebook, or the first signs of a version of the study.")],
    new: Annotated[
        str | None, typer.Argument(help="The same.", show_default="the codebook of the study")
    ] = None,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what became of each code: added, removed, renamed, redefined, moved, merged, retired."""
    from thematic.codebook import diff as compare

    before = _read(_file_or_version(old, study), study)[1]
    after = _read(None if new is None else _file_or_version(new, study), study)[1]
    changes = compare(before, after)
    if as_json:
        render.print_json(diff_record(changes))
        return
    for line in diff_lines(changes, {code.id: code.name for code in (*before.codes, *after.codes)}):
        print_line(line)
    if not changes:
        print_line(f"No difference that can change a coding (version {after.version}).")


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A codebook in any format.")],
    target: Annotated[
        Path,
        typer.Argument(
            metavar="OUT", help="The new file; its ending says the format: .yaml .json .csv .xlsx .qdc"
        ),
    ],
    force: Annotated[bool, OVERWRITE] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a codebook in another format, and say what was put right and what could not be carried."""
    from thematic.formats.codebooks.front_door import codebook_file

    _, codebook, warnings = _read(source, None)
    written = codebook_file(codebook, str(target))
    _write(target, written.data, force)
    if as_json:
        lost = [problem_record(problem) for problem in written.lost]
        repaired = [problem_record(problem) for problem in warnings]
        render.print_json({**summary(str(target), codebook), "warnings": repaired, "not_carried": lost})
        return
    print_warnings([*warnings, *written.lost])
    print_line(f"{target}: {count(len(codebook.codes), 'code')}")


@app.command()
def merge(
    ours: Annotated[Path, typer.Argument(help="One codebook.")],
    theirs: Annotated[Path, typer.Argument(help="The other one.")],
    out: Annotated[Path, typer.Option(help="The joined codebook; its ending says the format.")],
    base: Annotated[
        str | None,
        typer.Option(
            help="What both began from: a codebook, or a version of the study. "
            "Without it nothing counts as removed.",
            show_default=False,
        ),
    ] = None,
    prefer: Annotated[
        Side | None, typer.Option(help="Whose text to take where both changed it.", show_default=False)
    ] = None,
    force: Annotated[bool, OVERWRITE] = False,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Join the changes of two people. Where both changed the same text, you decide: nothing is guessed.

    With conflicts and without --prefer nothing is written, and the exit code is 3.
    """
    from thematic.codebook import merge as join
    from thematic.formats.codebooks.front_door import codebook_file

    start = None if base is None else _read(_file_or_version(base, study), study)[1]
    joined = join(
        _read(ours, None)[1],
        _read(theirs, None)[1],
        base=start,
        prefer="theirs" if prefer == Side.theirs else "ours",
    )
    settled = prefer is not None or not joined.conflicts
    if settled:
        written = codebook_file(joined.codebook, str(out))
        _write(out, written.data, force)
        print_warnings(written.lost)
    if as_json:
        conflicts = [
            {"code": each.code_id, "field": each.field, "ours": each.ours, "theirs": each.theirs}
            for each in joined.conflicts
        ]
        render.print_json({**summary(str(out), joined.codebook), "written": settled, "conflicts": conflicts})
    else:
        for each in joined.conflicts:
            print_line(conflict_lines(each))
        done = f"{out}: {headline(joined.codebook)}" if settled else "nothing written"
        print_line(f"{count(len(joined.conflicts), 'conflict')} · {done}")
    if not settled:
        render.print_note("mend one of the two files, or choose with --prefer ours or --prefer theirs")
        raise typer.Exit(3)


@app.command()
def history(study: StudyOption = None, as_json: JsonOption = False) -> None:
    """List the versions of the study's codebook: what changed, and how many decisions were made with each."""
    versions = _versions(_study(study))
    if as_json:
        render.print_json([{**record, "changes": diff_record(changes)} for record, changes, _ in versions])
        return
    for record, changes, names in versions:
        decisions = count(record["decisions"], "decision")
        first = f" from {record['first_decision'][:10]}" if record["first_decision"] else ""
        current = " (in use)" if record["current"] else ""
        print_line(
            f"[bold]{record['version']}[/]{current}  {count(record['codes'], 'code')}, {decisions}{first}"
        )
        for line in diff_lines(changes, names, wording=False):
            print_line(line)


app.command()(proposals)


@app.command()
def schema() -> None:
    """Print the JSON Schema of codebooks, for editors that check while you type."""
    from importlib.resources import files

    typer.echo((files("thematic") / "schemas" / "codebook.schema.json").read_text("utf-8"), nl=False)


# --- Reading and writing -------------------------------------------------------------------------------


def _read(file: Path | None, study: Path | None) -> tuple[str, Codebook, tuple[Problem, ...]]:
    """Path, codebook and warnings of this file, or of the study's codebook."""
    from thematic.formats.codebooks.front_door import read_codebook

    path = file if file is not None else _study(study).codebook_path
    codebook, warnings = read_codebook(path)
    return str(path), codebook, warnings


def _study(folder: Path | None) -> Study:
    from thematic.study import Study

    return Study.find(Path.cwd()) if folder is None else Study.open(folder)


def _file_or_version(text: str, study: Path | None) -> Path:
    """The file of that name; else the one version of the study that begins with these signs."""
    from thematic.errors import StudyError

    path = Path(text)
    if path.exists() or not set(text) <= set("0123456789abcdef"):
        return path
    try:
        kept = sorted((_study(study).root / "codebooks").glob(f"{text}*.yaml"))
    except StudyError:
        return path
    return kept[0] if len(kept) == 1 else path


def _write(path: Path, data: bytes, force: bool) -> None:
    from thematic.errors import InputError
    from thematic.files import write_atomic

    if path.exists() and not force:
        raise InputError(
            "this file exists", path=str(path), hint="name another one, or replace it with --force"
        )
    write_atomic(path, data)


def _versions(study: Study) -> list[tuple[dict[str, Any], CodebookDiff, dict[str, str]]]:
    """Each kept version with its use, its difference from the one before, and the names of its codes.

    In the order of the first decision made with them; without any, before the version in use.
    """
    from thematic.codebook import diff as compare
    from thematic.formats.codebooks.front_door import read_codebook
    from thematic.journal import read_journal

    uses: dict[str, list[str]] = {}
    for journal in study.journals():
        for decision in read_journal(journal)[0]:
            uses.setdefault(decision.codebook_version, []).append(decision.at.isoformat())
    current = read_codebook(study.codebook_path)[0]
    kept = {path.stem: path for path in sorted((study.root / "codebooks").glob("*.yaml"))}
    books = {name: read_codebook(path)[0] for name, path in kept.items()} | {current.version: current}
    order = sorted(books, key=lambda name: (min(uses.get(name, ["~"])), name == current.version, name))
    found = []
    before = books[order[0]]
    for name in order:
        book = books[name]
        record = {
            "version": name,
            "current": name == current.version,
            "codes": len(book.codes),
            "decisions": len(uses.get(name, ())),
            "first_decision": min(uses.get(name, [""])),
        }
        names = {code.id: code.name for code in (*before.codes, *book.codes)}
        found.append((record, compare(before, book), names))
        before = book
    return found
