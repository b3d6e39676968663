"""OpenDocument texts of LibreOffice and others. Deleted text, comments and notes never enter the words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from thematic.errors import InputError
from thematic.formats.transcripts.document import Block, lines_of
from thematic.formats.transcripts.reading import Reading, ReadSettings, SourceFile, clean_id
from thematic.formats.transcripts.script import to_reading
from thematic.formats.transcripts.speakers import Roster
from thematic.formats.transcripts.turns import find_turns
from thematic.formats.zips import open_zip, parse_xml, read_part

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["read", "sniff"]

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_MANIFEST = "META-INF/manifest.xml"
_WEIGHT = f"{_FO}font-weight"
# What stands in a paragraph and is not said in it.
_NOT_WORDS = frozenset(
    (
        f"{_TEXT}tracked-changes",
        f"{_TEXT}note",
        f"{_OFFICE}annotation",
        f"{_TEXT}sequence-decls",
        f"{_TEXT}table-of-content",
    )
)
_BREAKS = {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}


def sniff(head: bytes, name: str) -> bool:
    """A zip archive that says it is an OpenDocument text, or is named .odt."""
    declared = b"application/vnd.oasis.opendocument.text" in head[:200]
    return head.startswith(b"PK\x03\x04") and (declared or name.lower().endswith(".odt"))


def read(file: SourceFile, *, settings: ReadSettings, roster: Roster) -> Reading:  # noqa: ARG001
    """The transcript of an OpenDocument text. Raises InputError when it is damaged, encrypted or none."""
    with open_zip(file) as archive:
        parts = archive.namelist()
        if "content.xml" not in parts:
            raise InputError(
                "named .odt, but no OpenDocument text inside",
                path=file.name,
                hint="open it in the program that made it and save it as .docx or .txt",
            )
        manifest = (
            read_part(archive, "META-INF/manifest.xml", file.name)
            if "META-INF/manifest.xml" in parts
            else b""
        )
        if b"encryption-data" in manifest:
            raise InputError("protected by a password", path=file.name, hint="save a copy without password")
        root = parse_xml(read_part(archive, "content.xml", file.name), file.name)
    try:
        blocks = list(_Content(root).blocks())
    except RecursionError as error:
        raise InputError("nested too deeply to be a transcript", path=file.name) from error
    lines, warnings = lines_of(blocks, file.name)
    script = find_turns(lines, name=file.name, transcript_id=clean_id(file.stem), roster=roster)
    script.warnings[:0] = warnings
    return to_reading(script, file=file, format="odt", roster=roster)


class _Content:
    """The blocks of content.xml, with the automatic styles that make words bold."""

    def __init__(self, root: Element) -> None:
        self.body = root.find(f"{_OFFICE}body/{_OFFICE}text")
        self.bold = {
            style.get(f"{_STYLE}name", "")
            for style in root.iter(f"{_STYLE}style")
            if any(p.get(_WEIGHT) == "bold" for p in style.iter(f"{_STYLE}text-properties"))
        }
        self.tables = 0

    def blocks(self) -> Iterator[Block]:
        yield from () if self.body is None else self._in(self.body)

    def _in(self, parent: Element) -> Iterator[Block]:
        for element in parent:
            if element.tag in _NOT_WORDS:
                continue
            if element.tag in (f"{_TEXT}p", f"{_TEXT}h"):
                block = Block(heading=element.tag == f"{_TEXT}h")
                self._paragraph(element, block, bold=element.get(f"{_TEXT}style-name", "") in self.bold)
                yield block
            elif element.tag == f"{_TABLE}table":
                self.tables += 1
                for row in element.iter(f"{_TABLE}table-row"):
                    cells = ["\n".join(b.text for b in self._in(cell)) for cell in row]
                    yield Block(cells=cells, table=self.tables)
            else:  # lists, sections, frames
                yield from self._in(element)

    def _paragraph(self, element: Element, block: Block, *, bold: bool) -> None:
        """Append the words of `element` to `block`."""
        block.add(_flat(element.text), bold=bold)
        for child in element:
            if child.tag == f"{_TEXT}s":
                count = child.get(f"{_TEXT}c", "1")
                block.add(" " * (min(int(count), 1000) if count.isdecimal() else 1), bold=bold)
            elif child.tag in _BREAKS:
                block.add(_BREAKS[child.tag], bold=bold)
            elif child.tag not in _NOT_WORDS:
                style = child.get(f"{_TEXT}style-name", "")
                self._paragraph(child, block, bold=style in self.bold if style else bold)
            block.add(_flat(child.tail), bold=bold)


def _flat(text: str | None) -> str:
    """White space of XML as one space each run: OpenDocument writes every other space as an element."""
    if not text:
        return ""
    flat = " ".join(text.split())
    return f"{' ' if text[0].isspace() else ''}{flat}{' ' if flat and text[-1].isspace() else ''}"
