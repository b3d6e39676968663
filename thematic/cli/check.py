"""`thematic check`: what in transcripts may still identify somebody."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from thematic.cli import render
from thematic.cli.options import EncodingOption, JsonOption, QuietOption, StudyOption

if TYPE_CHECKING:
    from thematic.checking import Checked
    from thematic.deidentification import Finding, Group


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
    encoding: EncodingOption = None,
    study: StudyOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """What in the transcripts may still identify somebody: names, places, numbers, dates, in and beside
    the text.

    Looks through the words, speaker labels, file names, attributes and memos, and through what the original
    files hide: properties, comments, tracked deletions, headers and footers. Grouped by form, the direct
    identifiers first and the rare ones first among them. It finds what to look at; it cannot know what it has
    missed, and says nothing about whether a person can be recognised by what they tell.
    """
    from thematic.checking import check_files, check_study

    with render.progress(quiet or as_json) as on_stage:
        if paths:
            checked = check_files(paths, encoding=encoding, recognise=not rules_only, on_stage=on_stage)
        else:
            from thematic.study import Study

            opened = Study.find(Path.cwd()) if study is None else Study.open(study)
            checked = check_study(opened, recognise=not rules_only, on_stage=on_stage)
    if as_json:
        render.print_json(checked.record())
    else:
        _print(checked, quiet=quiet)
    if strict and checked.groups:
        raise typer.Exit(3)


def _print(checked: Checked, *, quiet: bool) -> None:
    direct = checked.direct
    indirect = [group for group in checked.groups if not group.is_direct]
    for title, groups in (
        ("Direct identifiers: each may point at one person", direct),
        ("Indirect identifiers: together they may", indirect),
    ):
        if groups:
            render.results().print(f"[bold]{title}[/]")
            _print_groups(groups)
    occurrences = sum(len(group.findings) for group in checked.groups)
    if checked.groups:
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
    render.print_note(
        f"found by rules and {checked.recognised_by}"
        if checked.recognised_by
        else "found by rules alone; more is found with spaCy's names: pip install 'thematic[ner]'"
    )
    for note in checked.notes:
        render.print_note(note)


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
