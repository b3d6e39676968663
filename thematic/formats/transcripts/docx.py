"""Word documents, through mammoth's HTML: the only reading that keeps tracked insertions, content controls,
text boxes, line breaks and tables in place. Deleted text is not in it.
"""

from __future__ import annotations

import io
from html.parser import HTMLParser

from thematic.errors import InputError
from thematic.formats.transcripts.document import Block, lines_of
from thematic.formats.transcripts.reading import Reading, ReadSettings, SourceFile, clean_id
from thematic.formats.transcripts.script import to_reading
from thematic.formats.transcripts.speakers import Roster
from thematic.formats.transcripts.turns import find_turns
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
    lines, warnings = lines_of(document.blocks, file.name)
    script = find_turns(lines, name=file.name, transcript_id=clean_id(file.stem), roster=roster)
    script.warnings[:0] = warnings
    return to_reading(script, file=file, format="docx", roster=roster)


class _Document(HTMLParser):
    """The blocks of mammoth's HTML, in order. Footnotes are set aside; the numbers that call them go."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.block = Block()
        self.strong = 0
        self.tables = 0
        self.depth = 0  # of tables in tables
        self.row: list[list[str]] | None = None
        self.note = False
        self.call = False

    def close(self) -> None:
        super().close()
        self._end_block()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        id_ = dict(attrs).get("id") or ""
        if tag in _BLOCKS:
            self._end_block()
            self.note |= tag == "li" and id_.startswith(("footnote-", "endnote-"))
            self.block.heading = tag.startswith("h")
        elif tag == "br":
            self.handle_data("\n")
        elif tag == "strong":
            self.strong += 1
        elif tag == "a":
            self.call = id_.startswith(("footnote-ref-", "endnote-ref-")) or self.note
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
            self.note &= tag != "li"
        elif tag == "strong":
            self.strong = max(0, self.strong - 1)
        elif tag == "a":
            self.call = False
        elif tag in ("td", "th"):
            self._end_block()
        elif tag == "tr" and self.depth == 1 and self.row is not None:
            self.blocks.append(Block(cells=["\n".join(parts) for parts in self.row], table=self.tables))
            self.row = None
        elif tag == "table":
            self.depth = max(0, self.depth - 1)

    def handle_data(self, data: str) -> None:
        if not self.call:
            self.block.add(data, bold=self.strong > 0)

    def _end_block(self) -> None:
        block, self.block = self.block, Block()
        block.aside = "footnote" if self.note else ""
        if self.row is not None:
            if self.row and block.text.strip():
                self.row[-1].append(block.text.strip())
        elif block.text:
            self.blocks.append(block)
