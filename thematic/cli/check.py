"""`thematic check`: what in transcripts may still identify somebody."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from thematic.cli import render
from thematic.cli.options import EncodingOption, JsonOption, QuietOption, StudyOption

if TYPE_CHECKING:
    from thematic.checking import Checked
    from thematic.deciding import Decided
    from thematic.deidentification import Finding, Group
    from thematic.formats.spreadsheets import Sheet
    from thematic.study import Study

DECIDING = "Deciding, in a study"


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Transcripts: files, folders or patterns.", show_default="those of the study"),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 3 while anything found is undecided.")
    ] = False,
    rules_only: Annotated[
        bool, typer.Option("--rules-only", help="Leave out spaCy's recogniser of names, which is slower.")
    ] = False,
    table: Annotated[
        Path | None,
        typer.Option(
            "--table",
            metavar="FILE.csv",
            help="Write what is undecided as a table to be filled in, outside the study.",
            show_default=False,
            rich_help_panel=DECIDING,
        ),
    ] = None,
    decide: Annotated[
        Path | None,
        typer.Option(
            "--decide",
            metavar="FILE",
            help="Take over the decisions in the filled table, CSV or XLSX.",
            show_default=False,
            rich_help_panel=DECIDING,
        ),
    ] = None,
    ask: Annotated[
        bool,
        typer.Option("--ask", help="Decide here, one form after another.", rich_help_panel=DECIDING),
    ] = False,
    by: Annotated[
        str | None,
        typer.Option(
            help="Who decides, for the log.", show_default="the user's name", rich_help_panel=DECIDING
        ),
    ] = None,
    encoding: EncodingOption = None,
    study: StudyOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """What in the transcripts may still identify somebody: names, places, numbers, dates, in and beside
    the text.

    Looks through the words, speaker labels, file names, attributes, memos and examples in the codebook, and
    through what the original files hide: properties, comments, tracked deletions, headers and footers.
    Grouped by form, the direct identifiers first and the rare ones first among them. It finds what to look
    at; it cannot know what it has missed, and says nothing about whether a person can be recognised by what
    they tell.
    """
    if paths:
        _refuse_with_paths(table=table, decide=decide, ask=ask)
        from thematic.checking import check_files

        with render.progress(quiet or as_json) as on_stage:
            checked = check_files(paths, encoding=encoding, recognise=not rules_only, on_stage=on_stage)
    else:
        checked = _check_study(
            study, rules_only, table=table, decide=decide, ask=ask, by=by, quiet=quiet or as_json
        )
    if as_json:
        render.print_json(checked.record())
    else:
        _print(checked, quiet=quiet)
    if strict and checked.undecided:
        raise typer.Exit(3)


def _refuse_with_paths(**deciding: object) -> None:
    given = [f"--{name}" for name, value in deciding.items() if value]
    if given:
        from thematic.errors import SettingsError

        raise SettingsError(
            f"{given[0]} is about a study, not about single files",
            hint="leave the paths out, in a study or with --study DIR",
        )


def _check_study(
    folder: Path | None,
    rules_only: bool,
    *,
    table: Path | None,
    decide: Path | None,
    ask: bool,
    by: str | None,
    quiet: bool,
) -> Checked:
    """Check the study and do with the result what was asked; the check as it is after that."""
    from thematic.checking import check_study
    from thematic.gate import keep_checked, user_name
    from thematic.study import Study

    opened = Study.find(Path.cwd()) if folder is None else Study.open(folder)
    if ask and not sys.stdin.isatty():
        from thematic.errors import SettingsError

        raise SettingsError(
            "--ask needs a terminal", hint="fill in a table instead: thematic check --table FILE.csv"
        )
    with opened.lock():
        with render.progress(quiet) as on_stage:
            checked = check_study(opened, recognise=not rules_only, on_stage=on_stage)
        if decide or ask:
            from thematic.deciding import decide as take_over

            if decide:
                from thematic.formats.spreadsheets import read_sheet
                from thematic.formats.transcripts.front_door import open_file, usable

                sheet, name = read_sheet(usable(open_file(decide))), decide.name
            else:
                sheet, name = _asked(opened, checked), "what you said"
            decided = take_over(opened, checked, sheet, by=by or user_name(), name=name)
            if not quiet:
                _print_decided(decided)
            checked = check_study(opened, recognise=not rules_only)
        if table:
            from thematic.deciding import write_table

            count = write_table(opened, checked, table)
            if not quiet:
                render.print_note(f"{count:,} forms to decide about: {table}; it holds names: keep it apart")
                render.print_note(f"when it is filled in: thematic check --decide {table.name}")
        keep_checked(opened, checked)
    return checked


def _asked(study: Study, checked: Checked) -> Sheet:
    """The table as it is filled in here: a form at a time, and Enter to leave it undecided."""
    from thematic.deciding import COLUMNS, DECISIONS, table_rows, the_key
    from thematic.formats.spreadsheets import Sheet

    letters = {word[0]: word for word in DECISIONS}
    rows: list[tuple[int, list[str]]] = [(1, list(COLUMNS))]
    for line, (row, group) in enumerate(
        zip(table_rows(checked, the_key(study)), checked.undecided, strict=True), 2
    ):
        _print_groups([group])
        try:
            row[9] = _answered(letters)
            if row[9] == _STOP:
                break
            if row[9] in ("replace", "generalise"):
                row[10] = typer.prompt("by what (Enter for a proposal)", default="", show_default=False)
            elif row[9] == "allow":
                row[12] = typer.prompt("why")
        except typer.Abort:  # Ctrl-C and Ctrl-D: what was decided so far is somebody's work
            render.print_note("stopped; what was decided before is kept")
            break
        rows.append((line, row))
    return Sheet(rows)


_STOP = "stop"


def _answered(letters: Mapping[str, str]) -> str:
    """A decision, an empty word for none, or _STOP; asked again until it is one of them."""
    while True:
        asked = "a allow, r replace, g generalise, p postpone, q stop, Enter next"
        answer = typer.prompt(asked, default="", show_default=False).strip().casefold()
        word = next((w for w in (*letters.values(), "quit", _STOP) if answer and w.startswith(answer)), "")
        if word in ("quit", _STOP):
            return _STOP
        if word or not answer:
            return word
        render.print_note(f"“{answer[:20]}” is none of them")


def _print_decided(decided: Decided) -> None:
    from thematic.text import join_names

    counts = [f"{count:,} {_PAST[what]}" for what, count in decided.new.items()]
    render.print_note(
        f"{join_names(counts) or 'no new decision'}; {decided.unchanged:,} as before, "
        f"{decided.blank:,} left blank"
    )
    if decided.reread:
        render.print_note(f"read again with what was replaced: {join_names(decided.reread)}")
    render.print_note(f"who is who is in {decided.key_path}: keep it apart from the study, and keep a copy")
    for note in decided.notes:
        render.print_note(note)


_PAST = {"allow": "allowed", "replace": "replaced", "generalise": "generalised", "postpone": "postponed"}


def _print(checked: Checked, *, quiet: bool) -> None:
    direct, remaining = checked.direct, checked.remaining
    indirect = [group for group in checked.undecided if not group.is_direct]
    for title, groups in (
        ("Direct identifiers: each may point at one person", [g for g in direct if g not in remaining]),
        ("Indirect identifiers: together they may", [g for g in indirect if g not in remaining]),
        ("Decided, and still there: only texts and labels are rewritten", remaining),
    ):
        if groups:
            render.results().print(f"[bold]{title}[/]")
            _print_groups(groups)
    for where in dict.fromkeys(f.where for g in remaining for f in g.findings if f.where in _BY_HAND):
        render.print_note(_BY_HAND[where])
    occurrences = sum(len(group.findings) for group in checked.undecided)
    decided = len(checked.groups) - len(checked.undecided)
    if checked.undecided:
        render.results().print(
            f"{len(direct):,} direct and {len(indirect):,} indirect to look at, {occurrences:,} "
            f"occurrences in "
            f"{checked.words:,} words of {checked.files:,} {'file' if checked.files == 1 else 'files'}"
        )
    else:
        render.results().print(
            f"nothing found to look at in {checked.words:,} words of {checked.files:,} "
            f"{'file' if checked.files == 1 else 'files'}; that is no proof that nothing is there"
        )
    if quiet:
        return
    if decided:
        render.print_note(f"{decided:,} more were decided about, or are pseudonyms")
    render.print_note(
        f"found by rules and {checked.recognised_by}"
        if checked.recognised_by
        else "found by rules alone; more is found with spaCy's names: pip install 'thematic[ner]'"
    )
    for note in checked.notes:
        render.print_note(note)


_CODEBOOK = "this stands in the study's codebook.yaml: write it anew there; or decide `allow`"
_BY_HAND = {
    "file name": "the name of a file is the id of its transcript, and in every export: rename the file and "
    "make the study anew from it, before coding; or decide `allow`",
    "title": "the title comes from the file: change it there and ingest again; or decide `allow`",
    "attribute": "attributes stand in the study's participants.csv: change it there; or decide `allow`",
    "memo": "a memo is its coder's: they write it again in `thematic review`; or decide `allow`",
    "codebook": _CODEBOOK,
    "codebook wording": _CODEBOOK,
    "text": "the text could not be read again without its original: put that into the study's transcripts/, "
    "and decide again",
}


def _print_groups(groups: Sequence[Group]) -> None:
    """Two lines a group: the form, what it is, how often and where; and its first occurrence in context."""
    from thematic.text import snippet

    console = render.results()
    forms = [snippet(group.form, 28) for group in groups]
    width = max(map(len, forms))
    for group, form in zip(groups, forms, strict=True):
        where = (
            group.transcripts[0] if len(group.transcripts) == 1 else f"{len(group.transcripts)} transcripts"
        )
        if not group.leaves:
            where += ", in the original only"
        times = f"×{len(group.findings):,}"
        console.print(
            f"  [cyan]{escape(form)}[/]{' ' * (width - len(form))}  {group.kind}  {times}  {escape(where)}",
            no_wrap=True,
            overflow="ellipsis",
        )
        console.print(f"      [dim]{escape(_context(group.findings[0], console.width - 8))}[/]", no_wrap=True)
    console.print()


def _context(finding: Finding, width: int) -> str:
    """A finding between the words around it, cut to a line."""
    detail = finding.detail or (finding.where if finding.where != "text" else "")
    lead = f"{detail}: " if detail else ""
    room = max(20, width - len(lead) - len(finding.text))
    before = " ".join(finding.before.split())[-(room // 2) :]
    after = " ".join(finding.after.split())[: room - len(before) - 4]
    gap_before = " " if finding.before[-1:].isspace() else ""
    gap_after = " " if finding.after[:1].isspace() else ""
    return f"{lead}{before}{gap_before}{finding.text}{gap_after}{after}"[:width]
