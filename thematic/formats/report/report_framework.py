"""framework.xlsx: the framework matrix to filter and to write in: a row a participant, a column a theme."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from thematic.formats.exports.excerpt_rows import clock
from thematic.formats.exports.excerpts_xlsx import cell_text

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook

    from thematic.reporting.framework_matrix import Cell, FrameworkMatrix, MatrixColumn

__all__ = ["framework_xlsx"]

_QUOTE_WIDTH, _LETTERS_A_LINE = 80, 76
_HIGHEST_ROW = 405  # points; Excel allows 409


def framework_xlsx(found: FrameworkMatrix, *, title: str, attributes: tuple[str, ...]) -> bytes:
    """Three sheets, each with a filter on every column: quotes by theme, counts by code, and a row a quote.

    attributes: the case attributes to show. Everything is written as text or number, never as a formula.
    """
    import xlsxwriter

    target = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as workbook:
        # Without a date of its own the file would carry the time at which it was made.
        workbook.set_properties({"title": cell_text(title)[:255], "created": datetime(2000, 1, 1)})
        themes = [at for at, column in enumerate(found.columns) if column.is_theme]
        _matrix(workbook, "Framework", found, attributes, themes, with_quotes=True)
        _matrix(workbook, "Counts", found, attributes, list(range(len(found.columns))), with_quotes=False)
        _quotes(workbook, found, attributes)
    return target.getvalue()


def _matrix(
    workbook: Workbook,
    name: str,
    found: FrameworkMatrix,
    attributes: tuple[str, ...],
    columns: list[int],
    *,
    with_quotes: bool,
) -> None:
    sheet = workbook.add_worksheet(name)
    head = workbook.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#F1F3F6"}
    )
    text = workbook.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    number = workbook.add_format({"valign": "top"})
    header = ["participant", *attributes, "words read"]
    header += [_heading(found.columns[at], with_quotes) for at in columns]
    for at, word in enumerate(header):
        sheet.write_string(0, at, cell_text(word), head)
    for line, row in enumerate(found.rows, start=1):
        cells = [row.participant, *(row.attributes.get(a, "") for a in attributes)]
        for at, word in enumerate(cells):
            sheet.write_string(line, at, cell_text(word), text)
        sheet.write_number(line, len(cells), row.words, number)
        for at, column in enumerate(columns, start=len(cells) + 1):
            cell = row.cells[column]
            if with_quotes:
                sheet.write_string(line, at, cell_text(_told(cell)), text)
            elif cell.excerpts is not None:
                sheet.write_number(line, at, cell.excerpts, number)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(found.rows), 1), len(header) - 1)
    sheet.set_column(0, 0, 13)
    sheet.set_column(1, len(attributes) + 1, 12)
    if columns:
        sheet.set_column(len(attributes) + 2, len(header) - 1, 46 if with_quotes else 13)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _quotes(workbook: Workbook, found: FrameworkMatrix, attributes: tuple[str, ...]) -> None:
    sheet = workbook.add_worksheet("Quotes")
    head = workbook.add_format({"bold": True, "bottom": 1, "bg_color": "#F1F3F6"})
    text = workbook.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    number = workbook.add_format({"valign": "top"})
    header = [
        "participant",
        *attributes,
        "theme",
        "code",
        "excerpts",
        "quote",
        "interview",
        "speaker",
        "time",
        "id",
    ]
    for at, word in enumerate(header):
        sheet.write_string(0, at, cell_text(word), head)
    line = 0
    for row in found.rows:
        for column, cell in zip(found.columns, row.cells, strict=True):
            if cell.quote is None:
                continue
            line += 1
            quote = cell.quote
            values: list[Any] = [row.participant, *(row.attributes.get(a, "") for a in attributes)]
            values += [
                column.theme,
                column.name,
                cell.excerpts,
                quote.text,
                quote.transcript_id,
                quote.speaker,
            ]
            values += [clock(quote.start_time) if quote.start_time is not None else "", quote.excerpt_id]
            for at, value in enumerate(values):
                if isinstance(value, str):
                    sheet.write_string(line, at, cell_text(value), text)
                else:
                    sheet.write_number(line, at, value, number)
            # Not every program makes a row as high as its words.
            sheet.set_row(line, min(15 * (1 + len(quote.text) // _LETTERS_A_LINE), _HIGHEST_ROW))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(line, 1), len(header) - 1)
    first = len(attributes) + 1
    sheet.set_column(0, first - 1, 12)
    sheet.set_column(first, first + 1, 26)
    sheet.set_column(first + 3, first + 3, _QUOTE_WIDTH)
    sheet.set_column(first + 4, first + 7, 14)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _heading(column: MatrixColumn, alone: bool) -> str:
    return column.name if alone or column.is_theme else f"{column.theme} › {column.name}"


def _told(cell: Cell) -> str:
    if not cell.excerpts or cell.quote is None:
        return ""
    many = "1 excerpt" if cell.excerpts == 1 else f"{cell.excerpts} excerpts"
    return f"{many}. “{cell.quote.text}” ({place(cell.quote)})"


def place(quote: Any) -> str:
    """Where a quote stands: transcript, time where known, and speaker where it is another name."""
    parts = [quote.transcript_id]
    if quote.speaker and quote.speaker != quote.transcript_id:
        parts.append(quote.speaker)
    if quote.start_time is not None:
        parts.append(clock(quote.start_time))
    return ", ".join(parts)
