"""What the terminal shows: errors, progress and summaries on stderr, results on stdout."""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from thematic.errors import Problem, ThematicError

if TYPE_CHECKING:
    from pathlib import Path

    from thematic.ingestion import IngestReport
    from thematic.model import Cluster, ProgressCallback


@lru_cache(maxsize=1)
def messages() -> Console:
    """The console for everything that is not the result itself."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


@lru_cache(maxsize=1)
def results() -> Console:
    """The console for results that people read. Machines ask for --json."""
    return Console(highlight=False)


def print_json(value: Any) -> None:
    """One JSON document on stdout: sorted as given, no NaN."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def print_error(error: ThematicError) -> None:
    """The message, then every problem that was found, each with its place and the next step."""
    console = messages()
    if error.problems != (error.problem,):
        console.print(f"[bold red]error[/] {escape(str(error.problem))}")
        for problem in error.problems:
            _print_problem(problem, "  ")
        if error.hint:
            console.print(f"  [cyan]→[/] {escape(error.hint)}")
    else:
        _print_problem(error.problem, "[bold red]error[/] ")


def print_warning(problem: Problem) -> None:
    _print_problem(problem, "[yellow]warning[/] ")


def print_note(note: str | Problem) -> None:
    """Something to know that asks for nothing."""
    messages().print(f"[dim]·[/] {escape(str(note))}")


def print_kept(kept: Iterable[Path]) -> None:
    """Say where workbooks are that people had filled in and that a new export would have overwritten."""
    for path in kept:
        print_warning(
            Problem(
                f"an exported workbook had been changed: it is kept as {path}",
                hint=f"if somebody coded in it: thematic import {path} --coder NAME",
            )
        )


def _print_problem(problem: Problem, lead: str) -> None:
    messages().print(lead + escape(str(problem)))
    if problem.hint:
        messages().print(f"  [cyan]→[/] {escape(problem.hint)}")


_OS_HINTS = {
    errno.ENOSPC: "the disk is full: free some space and run the same command again; it goes on where it was",
    errno.EFBIG: "this file system takes no larger files: choose another folder and run the command again",
    errno.EDQUOT: "the quota is used up: free some space and run the same command again",
    errno.EACCES: "check who may read and write there, or choose another folder",
    errno.EPERM: "check who may read and write there, or choose another folder",
    errno.EROFS: "that place is read-only: choose another folder",
    errno.ENOENT: "check the path",
    errno.EISDIR: "name a file, not a folder",
    errno.ENOTDIR: "name a folder, not a file",
}


def print_os_error(error: OSError) -> None:
    """What the operating system refused, on which file, and the next step."""
    name = f"{error.filename}: " if error.filename else ""
    reason = (error.strerror or str(error)).lower()
    hint = _OS_HINTS.get(error.errno or 0)
    _print_problem(Problem(f"{name}{reason}", hint=hint), "[bold red]error[/] ")


@contextmanager
def progress(quiet: bool) -> Iterator[Any]:
    """A callable `stage(name) -> ProgressCallback`: bars with counts and time left, silent off a terminal."""
    console = messages()
    if quiet or not console.is_terminal:
        yield lambda _name: _ignore
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn("{task.description:<12}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    ) as bars:

        def stage(name: str) -> ProgressCallback:
            task = bars.add_task(name, total=None)

            def update(done: int, total: int) -> None:
                bars.update(task, completed=done, total=total)

            return update

        yield stage


def stage_printer(quiet: bool) -> Any:
    """Like `progress`, for commands that show one stage at a time: a line when it begins."""
    if quiet or not messages().is_terminal:
        return lambda _name: _ignore

    def stage(name: str) -> ProgressCallback:
        messages().print(f"[dim]{name} …[/]")
        return _ignore

    return stage


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, elastic: str = "") -> None:
    """A table on stdout, numbers to the right; the column `elastic` is cut where the window is narrow."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    body = [[*map(str, row)] for row in rows]
    widths = [max([len(column), *(len(row[i]) for row in body)]) for i, column in enumerate(columns)]
    others = sum(width for column, width in zip(columns, widths, strict=True) if column != elastic)
    left = max(8, results().width - others - 3 * len(columns))
    for i, column in enumerate(columns):
        numeric = bool(body) and all(
            row[i].replace(".", "").replace(",", "").isdigit() for row in body if row[i]
        )
        table.add_column(
            column,
            justify="right" if numeric else "left",
            no_wrap=True,
            overflow="ellipsis",
            max_width=left if column == elastic else None,
        )
    for row in body:
        table.add_row(*map(escape, row))
    results().print(table)


def print_speakers(report: IngestReport) -> None:
    """Who speaks in the transcripts, one transcript after the other: what a researcher confirms."""
    from itertools import groupby

    from rich.cells import cell_len, set_cell_size
    from rich.padding import Padding

    console = results()
    rows = [
        (s.transcript_id, s.label or "(no label)", s.role, f"{s.turns:,}", s.first_words, s.reason)
        for s in report.speakers
    ]
    longest = [max((cell_len(row[i]) for row in rows), default=0) for i in range(4)]
    wide_label, wide_role, wide_turns = min(longest[1], 24), longest[2], longest[3]
    left = max(20, console.width - wide_label - wide_role - wide_turns - len("       turns  "))
    for transcript_id, group in groupby(rows, key=lambda row: row[0]):
        speakers = list(group)
        console.print(f"[bold]{escape(transcript_id)}[/]")
        for _, label, role, turns, begins, _ in speakers:
            name = set_cell_size(_cut(label, wide_label), wide_label)
            counted = f"{turns:>{wide_turns}} {'turn ' if turns == '1' else 'turns'}"
            line = f"  {name}  {role:<{wide_role}}  {counted}  {_cut(begins, left)}"
            console.print(escape(line), soft_wrap=True)
        for reason in dict.fromkeys(row[5] for row in speakers):
            whose = [row[1] for row in speakers if row[5] == reason]
            lead = "" if len(whose) == len(speakers) else f"{', '.join(whose)}: "
            console.print(Padding(f"[dim]{escape(lead + reason)}[/]", (0, 0, 0, 4), expand=False))
    if rows:
        console.print()
    parts = [
        f"{len(ids)} {what}"
        for what, ids in (("new", report.added), ("changed", report.changed), ("unchanged", report.unchanged))
        if ids
    ]
    results().print(f"transcripts: {', '.join(parts) or 'none'}")


def _cut(text: str, cells: int) -> str:
    from rich.cells import cell_len, set_cell_size

    return text if cell_len(text) <= cells else set_cell_size(text, cells - 1).rstrip() + "…"


def print_identifiers(counts: Mapping[str, int]) -> None:
    """How many forms may still identify somebody: told where nothing leaves yet."""
    direct, indirect = counts["direct"], counts["indirect"]
    if direct or indirect:
        messages().print(
            f"[yellow]identifiers[/] {direct:,} direct and {indirect:,} indirect to look at: thematic check"
        )


def print_clusters(clusters: Sequence[Cluster], names: Mapping[str, str]) -> None:
    """Each cluster in three lines: how many, how stable; its terms; where it stands."""
    from rich.padding import Padding

    console = results()
    for cluster in clusters:
        stability = "stability unknown" if cluster.stability is None else f"stability {cluster.stability:.2f}"
        console.print(
            f"[bold]{cluster.id}[/]  {len(cluster.excerpt_ids)} excerpts from {len(cluster.transcript_ids)} "
            f"interviews, {cluster.status} ({stability})"
        )
        console.print(f"     [italic]{escape(', '.join(cluster.terms))}[/]")
        if cluster.reason:
            console.print(Padding(escape(cluster.reason), (0, 0, 0, 5)))
        if cluster.placement:
            codes = ", ".join(names.get(code, code) for code in cluster.placement.code_ids)
            console.print(f"     {cluster.placement.kind}{': ' + escape(codes) if codes else ''}")


def print_status(report: dict[str, Any]) -> None:
    """What `thematic status` says, for people."""
    console = results()
    console.print(f"[bold]{escape(report['title'])}[/]")
    console.print(f"{len(report['transcripts'])} transcripts, {report['codes']} codes and themes")
    counts = report["counts"]
    if counts:
        console.print(
            f"{counts['excerpts']:,} excerpts, {counts['words_of_participants']:,} words of participants"
        )
    state = "up to date" if report["exports_up_to_date"] else "not up to date"
    console.print(f"suggestions, clusters and exports: {state}")
    tasks = report["tasks"]
    if report["coders"] or tasks:
        none = {"passages_judged": 0, "codings": 0, "decisions": 0}
        everyone = dict.fromkeys(sorted(tasks), none) | report["coders"]
        print_table(
            ("coder", "passages judged", "codings", "decisions", *(["of those asked for"] if tasks else [])),
            (
                (
                    name,
                    *(str(c[what]) for what in none),
                    *([_task(tasks.get(name))] if tasks else []),
                )
                for name, c in everyone.items()
            ),
        )
        lost = sum(len(c["need_a_person"]) for c in report["coders"].values())
        if lost:
            console.print(f"[yellow]{lost} decisions need a person[/]: their words were changed; see --json")
    console.print(f"[cyan]→[/] {escape(report['next'])}")


def _task(task: dict[str, int] | None) -> str:
    return f"{task['decided']} of {task['asked']}" if task else "everything"


def _ignore(done: int, total: int) -> None:
    """Progress that nobody watches."""
