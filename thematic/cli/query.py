"""`thematic query`: questions in SQL to the study as it stands."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from itertools import chain, islice
from textwrap import indent
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from thematic.cli import render
from thematic.cli.options import AcceptResidualOption, JsonOption, QuietOption, StudyOption

if TYPE_CHECKING:
    from thematic.study import Study

_Rows = Iterator[tuple[Any, ...]]
_SHOWN = 200
_AT_A_TIME = 2_048


def query(
    sql: Annotated[
        str | None, typer.Argument(help="One SELECT, in quotes; - reads it from stdin.", show_default=False)
    ] = None,
    study: StudyOption = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the answer as CSV on stdout.")] = False,
    accept_residual: AcceptResidualOption = None,
    quiet: QuietOption = False,
) -> None:
    """Ask the study in SQL: excerpts, suggestions, codings, decisions, codes, clusters, participants.

    Read-only: no file is written and nothing is fetched. Without a question the tables and their columns are
    listed. --csv and --json are for other programs: rows in which direct identifiers stand that are undecided
    are refused, as in an export.

    Example: thematic query "SELECT code_id, count(*) AS n FROM codings GROUP BY code_id ORDER BY n DESC"
    """
    from thematic.cli.study import _study
    from thematic.querying import TABLES, answering

    opened = _study(study)
    if sql is None:
        if as_json:
            render.print_json(TABLES)
            return
        render.print_table(("table", "what is in it"), TABLES.items(), elastic="what is in it")
        if not quiet:
            render.print_note('columns: thematic query "DESCRIBE excerpts"')
        return
    with answering(opened, sys.stdin.read() if sql == "-" else sql) as (columns, rows):
        if as_json or as_csv:
            rows = _decided(opened, rows, accept_residual)
            # What is wrong in the last row must not leave the others on stdout, as if they were the answer.
            for part in list(_as_json(columns, rows) if as_json else _as_csv(columns, rows)):
                sys.stdout.buffer.write(part)
        else:
            _print_rows(columns, [[_text(value) for value in row] for row in islice(rows, _SHOWN)])
            more = sum(1 for _ in rows)
            if more and not quiet:
                render.print_note(f"{more:,} more rows: --csv and --json print all of them")


def _decided(study: Study, rows: _Rows, accept_residual: str | None) -> _Rows:
    """The rows, when none has an identifier in it that is undecided. Raises IdentifierError.

    Only where something is undecided are they gone through before the first is written.
    """
    from thematic.gate import require_decided

    seen: list[tuple[Any, ...]] = []

    def within() -> Iterator[str]:
        for row in rows:
            seen.append(row)
            yield from map(_text, row)

    with study.lock() if accept_residual is not None else nullcontext():
        require_decided(study, leaving="answer", accept_residual=accept_residual, within=within())
    return chain(seen, rows)


def _as_json(columns: Sequence[str], rows: _Rows) -> Iterator[bytes]:
    """The answer as `render.print_json` writes a list, row by row."""
    opened = False
    for row in rows:
        record = json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False, indent=2)
        yield f"{',' if opened else '['}\n{indent(record, '  ')}".encode()
        opened = True
    yield b"\n]\n" if opened else b"[]\n"


def _as_csv(columns: Sequence[str], rows: _Rows) -> Iterator[bytes]:
    from thematic.formats.safe_csv import safe_csv

    header: Sequence[str] | None = columns
    while (some := [[_cell(value) for value in row] for row in islice(rows, _AT_A_TIME)]) or header:
        yield safe_csv(header, some)
        header = None


def _print_rows(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table; or, where it would be too wide to read, each row as a list of its columns."""
    widths = [max([len(name), *(len(row[i]) for row in rows)]) for i, name in enumerate(columns)]
    widest = widths.index(max(widths))
    others = sum(width + 3 for i, width in enumerate(widths) if i != widest)
    console = render.results()
    if others + max(len(columns[widest]), 20) <= console.width:
        render.print_table(columns, rows, elastic=columns[widest])
        return
    from rich.table import Table

    for row in rows:
        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim", no_wrap=True)
        table.add_column()
        for name, value in zip(columns, row, strict=True):
            table.add_row(escape(name), escape(value))
        console.print(table)
        console.print()


def _cell(value: Any) -> str | float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else _text(value)


def _text(value: Any) -> str:
    """A value on one line."""
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return " ".join(value.split()) if isinstance(value, str) else str(value)
