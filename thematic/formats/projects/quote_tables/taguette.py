"""Taguette: the export of highlights as CSV or XLSX. It names neither coders nor places."""

from __future__ import annotations

from thematic.coded_project import Losses
from thematic.formats.projects.quote_tables.rows import QuoteRow, QuoteTable, Table

__all__ = ["claims", "quotes"]


def claims(table: Table) -> bool:
    return table.has("id") and table.has("document") and table.has("tag") and table.has("content")


def quotes(table: Table, name: str) -> QuoteTable:  # noqa: ARG001
    """A row a highlight and tag; a highlight without tag is told as a loss."""
    losses = Losses()
    rows = []
    cells = zip(table.lines, *(table.column(n) for n in ("id", "document", "tag", "content")), strict=True)
    for line, number, document, tag, content in cells:
        if not tag.strip():
            losses.add(
                "highlights without a tag", "nothing was said of them", example=f"row {line}: {document}"
            )
            continue
        rows.append(
            QuoteRow(
                line=line,
                document=document.strip(),
                codes=((tag.strip(),),),
                words=content,
                details={"highlight": number.strip()} if number.strip() else {},
            )
        )
    return QuoteTable(
        program="Taguette",
        format="taguette-highlights",
        rows=tuple(rows),
        losses=losses.all(),
        notes=(
            "this table names no coders, places or descriptions of tags: the project (.sqlite3) has them",
        ),
    )
