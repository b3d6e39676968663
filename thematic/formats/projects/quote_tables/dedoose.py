"""Dedoose: the export of excerpts. Codes are columns `Code: Theme\\Code Applied` with True and False."""

from __future__ import annotations

import re

from thematic.coded_project import Losses
from thematic.formats.projects.quote_tables.rows import QuoteRow, QuoteTable, Table, read_moments

__all__ = ["claims", "quotes"]

_APPLIED = re.compile(r"code:\s*(.+?)\s+applied", re.IGNORECASE)
_WEIGHT = re.compile(r"code:\s*(.+?)\s+weight", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)\s*[-–]\s*(\d+)")
_TRUE = frozenset(("true", "1", "yes", "x"))


def claims(table: Table) -> bool:
    return table.has("excerpt copy") and table.has("media title")


def quotes(table: Table, name: str) -> QuoteTable:  # noqa: ARG001
    """The excerpts with words, each with all of its codes."""
    losses = Losses()
    applied = [
        (tuple(m[1].split("\\")), table.column(h.casefold()), h)
        for h in table.header
        if (m := _APPLIED.fullmatch(h))
    ]
    weights = {m[1]: table.column(h.casefold()) for h in table.header if (m := _WEIGHT.fullmatch(h))}
    combined = table.column("codes applied combined")
    cells = zip(
        table.lines,
        table.column("media title"),
        table.column("excerpt copy"),
        table.column("excerpt range"),
        table.column("excerpt creator"),
        read_moments(table.column("excerpt date"), month_first=True),
        strict=True,
    )
    rows = []
    for i, (line, document, words, where, creator, at) in enumerate(cells):
        if not words.strip():
            losses.add(
                "excerpts",
                "they have no words: of media, or of a whole document",
                example=f"row {line}: {document}",
            )
            continue
        if applied:
            codes = tuple(steps for steps, column, _ in applied if column[i].strip().casefold() in _TRUE)
        else:
            codes = tuple((part.strip(),) for part in combined[i].split(",") if part.strip())
        details = {
            "weights": {code: column[i] for code, column in weights.items() if column[i].strip()}
        } if any(column[i].strip() for column in weights.values()) else {}  # fmt: skip
        if details:
            losses.add(
                "excerpts with weights", "codings have no weight here", kept="in the journals, under details"
            )
        if not codes:
            losses.add(
                "excerpts without a code", "nothing was said of them", example=f"row {line}: {document}"
            )
            continue
        span = _RANGE.fullmatch(where.strip())
        rows.append(
            QuoteRow(
                line=line,
                document=document.strip(),
                codes=codes,
                words=words,
                coder=creator.strip(),
                at=at,
                span=(int(span[1]), int(span[2])) if span else None,
                details=details,
            )
        )
    known = {"media title", "excerpt copy", "excerpt range", "excerpt creator", "excerpt date"}
    others = [
        h for h in table.header
        if h and h.casefold() not in known and not h.casefold().startswith("code:")
        and h.casefold() not in ("codes applied combined", "resource creator", "resource date")
    ]  # fmt: skip
    if others:
        losses.add(
            "columns of descriptors",
            "make them columns of participants.csv",
            count=len(others),
            example=", ".join(others[:5]),
        )
    notes = (
        () if applied else ("codes with a comma in their name cannot be told from two codes in this table",)
    )
    return QuoteTable(
        program="Dedoose", format="dedoose-excerpts", rows=tuple(rows), losses=losses.all(), notes=notes
    )
