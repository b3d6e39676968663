"""Word documents, through mammoth's HTML: the only reading that keeps tracked insertions, content controls,
text boxes, line breaks and tables in place. Deleted text is not in it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from html.parser import HTMLParser

from thematic.errors import InputError, Problem
from thematic.formats.encoding import clean
from thematic.formats.labels import Line
from thematic.formats.reading import Reading, ReadSettings, SourceFile, clean_id
from thematic.formats.speakers import Roster
from thematic.formats.tables import Columns, columns_of
from thematic.formats.turns import find_turns, to_reading
from thematic.formats.zips import open_zip, refuse_entities

__all__ = ["read", "sniff"]

_BLOCKS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "li"))


def sniff(head: bytes, name: str) -> bool:
    """A zip archive with Word's parts, or one that is named .docx."""
    return head.startswith(b"PK\x03\x04") and (b"word/" in head or name.lower().endswith(".docx"))


def read(file: SourceFile, *, settings: ReadSettings, roster: Roster) -> Reading:  # noqa: ARG001
    """The transcript of a Word document. Raises InputError when it is damaged or no Word document."""
    import mammoth  # takes a fifth of a second

    with open_zip(file) as archive:
        if "word/document.xml" not in archive.namelist():
            raise InputError(
                "named .docx, but no Word document inside",
                path=file.name,
                hint="open it in the program that made it and save it as .docx or .txt",
            )
        refuse_entities(archive, file.name)
    try:
        html = mammoth.convert_to_html(
            io.BytesIO(file.data),
            convert_image=mammoth.images.img_element(lambda _: {}),
            ignore_empty_paragraphs=False,
        ).value
    except Exception as error:  # mammoth raises whatever its parsers raise on a damaged document
        raise InputError(
            f"a damaged Word document ({type(error).__name__})",
            path=file.name,
            hint="open it in Word or LibreOffice and save it again",
        ) from error
    document = _Document()
    document.feed(html)
    document.close()
    lines, warnings = document.lines(file.name)
    script = find_turns(lines, name=file.name, transcript_id=clean_id(file.stem), roster=roster)
    script.warnings[:0] = warnings
    return to_reading(script, file=file, format="docx", roster=roster)


@dataclass(slots=True)
class _Block:
    """A paragraph, or a row of a table: its text (or cells), and the bold words it begins with."""

    text: str = ""
    bold: str = ""
    heading: bool = False
    cells: list[str] | None = None
    table: int = -1


class _Document(HTMLParser):
    """Paragraphs and table rows of mammoth's HTML, in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[_Block] = []
        self.block = _Block()
        self.strong = 0
        self.only_bold = True  # nothing but bold so far in this block
        self.tables = 0
        self.row: list[list[str]] | None = None
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _BLOCKS:
            self._end_block()
            self.block.heading = tag.startswith("h")
        elif tag == "br":
            self.handle_data("\n")
        elif tag == "strong":
            self.strong += 1
        elif tag == "table":
            self._end_block()
            self.depth += 1
            self.tables += self.depth == 1
        elif tag == "tr" and self.depth == 1:
            self.row = []
        elif tag in ("td", "th") and self.row is not None and self.depth == 1:
            self.row.append([])

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_block()
        elif tag == "strong":
            self.strong = max(0, self.strong - 1)
        elif tag in ("td", "th"):
            self._end_block()
        elif tag == "tr" and self.depth == 1 and self.row is not None:
            cells = ["\n".join(parts) for parts in self.row]
            self.blocks.append(_Block(cells=cells, table=self.tables))
            self.row = None
        elif tag == "table":
            self.depth = max(0, self.depth - 1)

    def handle_data(self, data: str) -> None:
        if self.strong and self.only_bold:
            self.block.bold += data
        elif data.strip():
            self.only_bold = False
        self.block.text += data

    def _end_block(self) -> None:
        block, self.block, self.only_bold = self.block, _Block(), True
        if self.row is not None:
            if self.row and block.text.strip():
                self.row[-1].append(block.text.strip())
        elif block.text or block.heading:
            self.blocks.append(block)

    def lines(self, name: str) -> tuple[list[Line], list[Problem]]:
        """The document as lines, an empty one between paragraphs, numbered by paragraph."""
        self._end_block()
        tables: dict[int, list[list[str]]] = {}
        for block in self.blocks:
            if block.cells is not None:
                tables.setdefault(block.table, []).append(block.cells)
        columns = {table: columns_of(rows) for table, rows in tables.items()}
        lines: list[Line] = []
        warnings: list[Problem] = []
        for number, block in enumerate(self.blocks, 1):
            if lines:
                lines.append(Line(number=number, text=""))
            if block.cells is not None:
                lines += _row_lines(block.cells, columns[block.table], number)
                continue
            text, doubts = clean(block.text, name)
            warnings += doubts
            bold = clean(block.bold, name)[0].strip()
            first, *rest = text.split("\n")
            lines.append(
                Line(number=number, text=first, bold=bold if "\n" not in bold else "", heading=block.heading)
            )
            lines += [Line(number=number, text=more) for more in rest]
        return lines, warnings


def _row_lines(cells: list[str], columns: Columns | None, number: int) -> list[Line]:
    if columns is None:
        text = "\t".join(" ".join(cell.split("\n")) for cell in cells if cell.strip())
        return [Line(number=number, text=text)]
    return columns.lines(cells, number)
