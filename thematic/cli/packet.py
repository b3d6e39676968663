"""`thematic packet`, and taking back what it brings: review by people who do not have the tool."""

from __future__ import annotations

import dataclasses
import shlex
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thematic.cli import render
from thematic.cli.options import AcceptResidualOption, QuietOption, StudyOption
from thematic.text import join_names, snippet

if TYPE_CHECKING:
    from thematic.packets import PacketChange

PREVIEWED = 10
"""So many new decisions are shown one by one."""
NOTHING = "nothing yet"
KINDS = {"add": "coded", "accept": "accepted", "none-apply": "without a code", "defer": "unsure"}


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
    accept_residual: AcceptResidualOption = None,
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
        opened,
        coder,
        mode="assist" if assist else "blind",
        transcripts=transcripts or (),
        out=out,
        to=to,
        accept_residual=accept_residual,
    )
    if not quiet:
        render.print_note(f"packet {made.id} with {count:,} excerpts, {made.mode}, for {coder}: {path}")
        where = f" --study {shlex.quote(str(study))}" if study else ""
        back = "SAVED.json" if path.suffix == ".html" else shlex.quote(path.name)
        render.print_note(f"when it is back: thematic import {back} --coder {shlex.quote(coder)}{where}")


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
    _preview(outcome.changes)
    verb = "would be written" if dry_run else "written"
    render.results().print(f"{outcome.written} decisions {verb}, {outcome.unchanged} unchanged")
    for note in outcome.notes:
        render.print_note(note)
    for problem in outcome.problems:
        render.print_warning(problem)


def _preview(changes: Sequence[PacketChange]) -> None:
    """What each decision would replace. Where nothing stood before, how many there are of each kind is enough
    to see that the file was understood; `--json` has every one."""
    console = render.results()
    new = [change for change in changes if change.before == NOTHING]
    changed = [change for change in changes if change.before != NOTHING]
    kinds = Counter(change.after.partition(":")[0] for change in new)
    if new:
        told = [f"{count} {KINDS.get(kind, kind)}" for kind, count in kinds.most_common()]
        console.print(f"new: {join_names(told)}")
        render.print_table(
            ("words", "now"), ((c.words, snippet(c.after, 40)) for c in new[:PREVIEWED]), elastic="words"
        )
        if len(new) > PREVIEWED:
            console.print(f"… and {len(new) - PREVIEWED} more")
    if changed:
        console.print(f"changed: {len(changed)}")
        render.print_table(
            ("words", "before", "now"),
            ((c.words, snippet(c.before, 24), snippet(c.after, 30)) for c in changed),
            elastic="words",
        )
