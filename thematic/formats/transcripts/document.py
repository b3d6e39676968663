"""Documents of paragraphs and tables, whatever program wrote them, as lines for the turn finder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from thematic.errors import Problem
from thematic.formats.encoding import clean
from thematic.formats.times import CLOCK
from thematic.formats.transcripts.labels import Line
from thematic.formats.transcripts.tables import columns_of

__all__ = ["Block", "lines_of"]

_ONLY_TIME = re.compile(rf"\s*[\[({{<#]?\s*{CLOCK}(?:\s*(?:-+>?|–|—)\s*{CLOCK})?\s*[\])}}>#]?\s*[-–|:]?\s*")


@dataclass(slots=True)
class Block:
    """A paragraph, or a row of a table.

    text: with `\\n` for a line break inside the paragraph. bold: the words in bold at its beginning, with a
    time before them that may not be in bold itself.
    heading: whether it has a heading's style. aside: why it is no speech, such as `footnote`.
    cells: of a table row, else None; `table` tells the tables of a document apart.
    only_bold: whether all text so far is bold.
    """

    text: str = ""
    bold: str = ""
    heading: bool = False
    aside: str = ""
    cells: list[str] | None = None
    table: int = 0
    only_bold: bool = True

    def add(self, text: str, *, bold: bool) -> None:
        """Append a run of text."""
        if bold and not self.bold.strip() and _ONLY_TIME.fullmatch(self.text):
            self.bold, self.only_bold = self.text, True
        self.only_bold &= bold or not text.strip()
        if self.only_bold:
            self.bold += text
        self.text += text


def lines_of(blocks: Sequence[Block], name: str) -> tuple[list[Line], list[Problem]]:
    """The document as lines, an empty one between paragraphs, numbered by paragraph; warnings of cleaning."""
    tables: dict[int, list[list[str]]] = {}
    for block in blocks:
        if block.cells is not None:
            tables.setdefault(block.table, []).append(block.cells)
    columns = {table: columns_of(rows) for table, rows in tables.items()}
    lines: list[Line] = []
    warnings: list[Problem] = []
    for number, block in enumerate(blocks, 1):
        if lines:
            lines.append(Line(number=number, text=""))
        if block.cells is not None:
            cells = []
            for cell in block.cells:
                text, doubts = clean(cell, name)
                cells.append(text.strip())
                warnings += doubts
            found = columns[block.table]
            if found:
                lines += found.lines(cells, number)
            else:
                text = "\t".join(" ".join(cell.split()) for cell in cells if cell)
                lines.append(Line(number=number, text=text))
            continue
        text, doubts = clean(block.text, name)
        warnings += doubts
        bold = clean(block.bold, name)[0].strip()
        first, *rest = text.split("\n")
        lines.append(
            Line(
                number=number,
                text=first,
                bold="" if "\n" in bold else bold,
                heading=block.heading,
                aside=block.aside,
            )
        )
        lines += [Line(number=number, text=more, aside=block.aside) for more in rest]
    return lines, warnings
