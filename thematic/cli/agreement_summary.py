"""What `thematic agree` prints for people: a summary that fits eighty columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from rich.markup import escape

from thematic.agreement.wording import STATUSES, VERDICTS, interval, number, threshold, value
from thematic.cli.render import results
from thematic.text import join_names, snippet

if TYPE_CHECKING:
    from thematic.agreement.planning import PlanRow
    from thematic.agreement.report import AgreementReport
    from thematic.agreement.results import CodeAgreement
    from thematic.agreement.side_by_side import Readings

__all__ = ["print_plan", "print_readings", "print_report"]

Row = Sequence[str]

_MOST_FIGURES = 8


def print_report(report: AgreementReport, *, trouble_first: bool = False) -> None:
    """Who and what; the headline; every code; the kinds of disagreement; pairs; machines; cautions."""
    pool, console = report.compared, results()
    n = pool.n_interviews
    where = f" of {n} interview{'' if n == 1 else 's'}" if n else ""
    console.print(f"[bold]{escape(report.background.title)}[/]: {escape(join_names(pool.coders))}")
    console.print(f"{pool.n_double} of {pool.n_units} units{where} coded by two coders or more")
    console.print(f"[dim]A unit: {escape(report.unit_rule)}[/]")
    for entry in report.excluded:
        console.print(f"[dim]Left out: {entry.n_units or entry.n_codings} {escape(entry.reason)}[/]")
    console.print()
    console.print(escape(report.headline))
    if report.sensitivity and report.sensitivity.flips_by_unit:
        n = len(report.sensitivity.flips_by_unit)
        console.print(f"[bold]On {n} of {len(pool.codes)} codes the verdict depends on the unit rule.[/]")
    if pool.codes:
        _print_codes(report, trouble_first=trouble_first)
    for found in pool.overall:
        if not report.one_variable or found is not pool.overall[0]:
            console.print(f"{escape(found.variant)}: [bold]{value(found)}[/] {escape(interval(found))}")
    if report.counted_in:
        console.print(f"[dim]{escape(report.counted_in.in_words(pool))}[/]")
    if report.disagreements:
        kinds = ", ".join(f"{kind.kind} {kind.share:.0%}" for kind in report.kinds if kind.n)
        n = len(report.disagreements)
        console.print(f"{n} disagreement{'' if n == 1 else 's'}: {kinds}")
        _print_confusions(report)
    _print_coders(report)
    if report.background.ledger:
        console.print(escape(report.background.ledger.in_words()))
    for helped in report.background.assistance:
        console.print(f"Help: {escape(helped.in_words())}")
    figures = list(report.background.experimental.items())
    for name, figure in figures[:_MOST_FIGURES]:
        console.print(f"[dim]Experimental: {escape(name)}: {number(figure, 3)}[/]")
    if len(figures) > _MOST_FIGURES:
        console.print(f"[dim]Experimental: {len(figures) - _MOST_FIGURES} more in report.html[/]")
    for caution in report.cautions:
        console.print()
        console.print(f"[yellow]{caution.id}[/] {escape(caution.message)}")
        _print_indented(f"→ {caution.action}", 4, "dim")


def _print_codes(report: AgreementReport, *, trouble_first: bool) -> None:
    pool, settings = report.compared, report.audit.settings
    themes = {row.code for row in pool.themes}
    codes = list(pool.codes)
    if trouble_first:
        rank = {code: position for position, code in enumerate(pool.trouble)}
        codes.sort(key=lambda row: rank.get(row.code, len(rank)))
    rows = [_code_row(report, row) for row in codes if row.code not in themes or any(row.instances)]
    if pool.themes and not trouble_first:
        rows += [("", "", "", "", "", ""), *(_code_row(report, row) for row in pool.themes)]
    if any(row.alpha.optimistic for row in codes):
        note = "* over units, too narrow where those of one interview are alike"
    else:
        note = ""
    header = (
        "code",
        "times",
        "pos.",
        "alpha",
        f"{settings.confidence:.0%} interval",
        threshold(settings.tentative),
    )
    _print_aligned(header, rows, words=True)
    if note:
        results().print(f"[dim]{note}[/]")


def _code_row(report: AgreementReport, row: CodeAgreement) -> Row:
    times = "·".join(map(str, row.instances)) if len(row.instances) <= 3 else str(sum(row.instances))
    name = report.name(row.code)
    if row in report.compared.themes:
        name = f"▸ {name}"
    if row.alpha.value is None:
        return name, times, number(row.positive_agreement.value), "–", STATUSES[row.alpha.status], ""
    return (
        name,
        times,
        number(row.positive_agreement.value),
        number(row.alpha.value),
        interval(row.alpha),
        VERDICTS[row.verdict],
    )


def _print_aligned(header: Row, rows: Sequence[Row], *, words: bool = False) -> None:
    """Columns with two spaces between: the first is cut to what the window leaves, numbers are to the right.

    words: the last column is none of numbers.
    """
    console = results()
    widths = [max(len(cell) for cell in column) for column in zip(header, *rows, strict=True)]
    widths[0] = min(widths[0], max(16, console.width - sum(widths[1:]) - 2 * (len(widths) - 1)))

    def line(cells: Row) -> str:
        first = snippet(cells[0], widths[0]).ljust(widths[0])
        rest = [
            cell.ljust(width) if words and position == len(cells) - 1 else cell.rjust(width)
            for position, (cell, width) in enumerate(zip(cells[1:], widths[1:], strict=True), start=1)
        ]
        return "  ".join([first, *rest]).rstrip()

    console.print()
    console.print(f"[dim]{escape(line(header))}[/]", no_wrap=True, overflow="crop")
    for cells in rows:
        console.print(escape(line(cells)), no_wrap=True, overflow="crop")
    console.print()


def _print_indented(words: str, indent: int, style: str = "") -> None:
    """A paragraph moved to the right, without white space at the ends of its lines."""
    margin = " " * indent
    for line in wrap(words, results().width, initial_indent=margin, subsequent_indent=margin + "  "):
        results().print(escape(line), style=style, no_wrap=True)


def _print_confusions(report: AgreementReport) -> None:
    pairs: Counter[tuple[str, ...]] = Counter()
    for found in report.disagreements:
        if found.kind in ("confusion", "granularity"):
            pairs[found.codes] += len(found.pairs)
    told = [
        f"{report.name(a)} / {report.name(b)} ({n})"
        for (a, b), n in sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:3]
    ]
    if told:
        results().print(f"Most confused: {escape('; '.join(told))}")


def _print_coders(report: AgreementReport) -> None:
    pool, console = report.compared, results()
    if len(pool.pairs) > 1:
        told = ", ".join(f"{' and '.join(pair.coders)} {value(pair.overall)}" for pair in pool.pairs[:10])
        console.print(f"Pairs: {escape(told)}")
    for row in pool.without:
        if row.shift is not None and abs(row.shift) >= 0.05:
            console.print(f"Without {escape(row.coder)}: {value(row.overall)} ({row.shift:+.2f})")
    for machine in report.audit.machines:
        if machine is not pool:
            told = f"{value(machine.overall[0])} {interval(machine.overall[0])}".strip()
            console.print(escape(f"{' and '.join(machine.coders)} (machine): {told}"))


def print_readings(readings: Readings) -> None:
    """How many passages were read alike, and the first that were not; why there is no coefficient."""
    from thematic.agreement.methods import reflexive_text

    console = results()
    total = len(readings.passages)
    console.print(f"[bold]{escape(readings.title)}[/]: {escape(join_names(readings.coders))}")
    console.print(
        f"{total} passages read by two people or more: {readings.n_alike} read alike, "
        f"{total - readings.n_alike} read differently"
    )
    for passage in [passage for passage in readings.passages if not passage.alike][:5]:
        console.print()
        console.print(
            f"[dim]{escape(passage.interview or passage.unit)}[/] “{escape(snippet(passage.text, 150))}”"
        )
        for coder, applied in passage.readings.items():
            codes = ", ".join(readings.names.get(code, code) for code in applied) or "nothing"
            _print_indented(f"{coder}: {codes}", 2)
            if coder in passage.memos:
                _print_indented(snippet(passage.memos[coder], 150), 4, "dim")
    console.print()
    console.print(f"[dim]{escape(reflexive_text())}[/]")


def print_plan(rows: Sequence[PlanRow], least: float, names: Mapping[str, str]) -> None:
    """How many units two coders must both code, by code or prevalence."""
    console = results()
    console.print(
        f"Units that two coders must both code to tell, at 5%, that alpha is at least {threshold(least)} "
        "(Krippendorff, 2004; Bloch & Kraemer, 1989)"
    )
    by_code = any(row.code for row in rows)
    header = (
        "code" if by_code else "share of units that have the code",
        "prevalence",
        "units",
        "effect",
        "needed",
        *(("so far",) if by_code else ()),
    )

    def count(n: int | None) -> str:
        return "–" if n is None else f"{n:,}"

    _print_aligned(
        header,
        [
            (
                names.get(row.code, row.code) if row.code else f"{row.prevalence:.0%}",
                f"{row.prevalence:.1%}",
                count(row.independent),
                f"{row.design_effect:.1f}",
                count(row.required),
                *((f"{row.have:,}",) if by_code else ()),
            )
            for row in rows
        ],
    )
    console.print(
        "[dim]Needed is units times design effect. The formula takes two coders, and units that are "
        "independent of each other; those of one interview are not. How much they count for less, the design "
        "effect, is known only once some were coded twice.[/]"
    )
