"""Any table with a column of quotes and one of codes; `quotes.csv` of our own exports too."""

from __future__ import annotations

import re

from thematic.formats.projects.quote_tables.rows import QuoteRow, QuoteTable, Table, read_moments
from thematic.selection import LAYERS

__all__ = ["claims", "quotes"]

DOCUMENT = (
    "document", "document name", "doc", "transcript", "transcript id", "interview", "file", "file name",
    "source", "case", "participant",
)  # fmt: skip
CODE = ("code_id", "code", "codes", "tag", "tags", "label", "labels", "category", "theme", "node")
QUOTE = (
    "quote",
    "quotation",
    "quotes",
    "segment",
    "excerpt",
    "passage",
    "highlight",
    "coded text",
    "quotation content",
    "text segment",
    "coded segment",
    "content",
)
TEXT = ("text", "words")
CODER = ("coder", "coded by", "author", "user", "annotator", "rater", "creator", "created by")
MEMO = ("memo", "comment", "comments", "note", "notes")
DATE = ("coded_at", "coded at", "at", "date", "created", "created at", "timestamp")
START, END = ("start", "start_offset", "begin"), ("end", "end_offset", "stop")


def claims(table: Table) -> bool:
    return table.has(*CODE) and (table.has(*QUOTE) or (table.has(*TEXT) and table.has(*DOCUMENT, *START)))


def quotes(table: Table, name: str) -> QuoteTable:  # noqa: ARG001
    """Every row with words and a code. Several codes in a cell stand between `;` or on lines of their own."""
    cells = zip(
        table.lines,
        *(table.column(*n) for n in (DOCUMENT, CODE, (*QUOTE, *TEXT), CODER, MEMO, ("layer",), START, END)),
        read_moments(table.column(*DATE)),
        strict=True,
    )
    rows = []
    for line, document, code, words, coder, memo, layer, start, end, at in cells:
        codes = tuple((part.strip(),) for part in re.split(r"[;\n]", code) if part.strip())
        if not words.strip() or not codes:
            continue
        place = start.strip(), end.strip()
        rows.append(
            QuoteRow(
                line=line,
                document=document.strip(),
                codes=codes,
                words=words,
                coder=coder.strip(),
                at=at,
                memo=memo.strip(),
                layer=layer.strip() if layer.strip() in LAYERS else "independent",
                span=(int(place[0]), int(place[1])) if all(p.isdecimal() for p in place) else None,
            )
        )
    empty = len(table.lines) - len(rows)
    notes = (f"{empty} rows without a quote or without a code say nothing that is coded",) if empty else ()
    return QuoteTable(program="a table of quotes", format="quotes", rows=tuple(rows), notes=notes)
