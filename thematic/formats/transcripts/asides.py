"""What a file says beside its transcript: properties, comments, tracked deletions, headers, metadata.

None of it enters a study, but it travels with the original file. Nothing here raises for a part that is
missing or damaged, and the other parts are still looked through: the readers say what is wrong with a file,
and this is asked after them.
"""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from thematic.errors import ThematicError
from thematic.formats.encoding import head_text
from thematic.formats.transcripts import transcriber, xml_captions
from thematic.formats.transcripts.reading import SourceFile
from thematic.formats.transcripts.rtf import hidden_words
from thematic.formats.zips import open_zip, parse_xml, read_part

if TYPE_CHECKING:
    import zipfile
    from xml.etree.ElementTree import Element

__all__ = ["Aside", "asides"]

MAX_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class Aside:
    """Words of a file that are no speech. `part` says what they are: `author`, `comment`, `tracked
    deletion`."""

    part: str
    text: str


def asides(file: SourceFile) -> list[Aside]:
    """The asides of a file, in order, each once, at most 200,000 characters in all."""
    found: dict[Aside, None] = {}
    left = MAX_CHARACTERS
    try:
        for part, text in _asides(file):
            words = " ".join(text.split())[:left]
            if words:
                found.setdefault(Aside(part, words))
                left -= len(words)
            if left <= 0:
                break
    except (ThematicError, ValueError, RecursionError, LookupError, OSError):
        pass
    return list(found)


def _asides(file: SourceFile) -> Iterator[tuple[str, str]]:
    if file.data.startswith(b"PK\x03\x04"):
        with open_zip(file) as archive:
            yield from _of_archive(archive, file.name)
    elif file.data.startswith(b"{\\rtf"):
        yield from _of_rtf(file)
    elif file.data.startswith(b"%PDF"):
        yield from _of_pdf(file.data)
    elif "<ANNOTATION_DOCUMENT" in head_text(file.data[:4096]):
        yield from _of_elan(parse_xml(file.data, file.name))
    elif transcriber.sniff(file.data, file.name):
        yield from _of_transcriber(transcriber.parse(file))
    elif xml_captions.sniff(file.data[:4096], file.name):
        yield from _of_captions(parse_xml(file.data, file.name))
    elif file.data.lstrip()[:1] in (b"{", b"["):
        yield from _of_json(json.loads(file.data))


# --- Office documents ----------------------------------------------------------------------------------

_AUTHORS = frozenset(
    ("creator", "lastModifiedBy", "Manager", "initial-creator", "printed-by", "editor", "Author", "author")
)
_PROPERTIES = frozenset(
    "title subject description keywords category Company keyword user-defined contentStatus".split()
)


_WORD_PARTS = re.compile(r"word/(?:comments|header\d*|footer\d*|footnotes|endnotes|people|document)\w*\.xml")


def _of_archive(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[str, str]]:
    for part in sorted(archive.namelist()):
        try:
            yield from _of_part(archive, part, name)
        except (ThematicError, ValueError, RecursionError):
            continue  # a damaged part hides nothing in the others


def _of_part(archive: zipfile.ZipFile, part: str, name: str) -> Iterator[tuple[str, str]]:
    low = part.lower()
    if low.startswith("xl/worksheets/") and low.endswith(".xml"):
        yield from _of_print_headers(read_part(archive, part, name))
        return
    if not low.endswith(".xml"):
        return
    if low.startswith("docprops/") or low == "meta.xml":
        yield from _properties(parse_xml(read_part(archive, part, name), name))
    elif _WORD_PARTS.fullmatch(low) or (low.startswith("xl/") and "comment" in low):
        yield from _of_word(low, parse_xml(read_part(archive, part, name), name))
    elif low.startswith("xl/persons/"):
        for person in parse_xml(read_part(archive, part, name), name).iter():
            yield "author", person.get("displayName", "")
    elif low in ("content.xml", "styles.xml"):
        yield from _of_odt(parse_xml(read_part(archive, part, name), name))


# The cells of a sheet are read as its transcript; what is printed above and below them stands at its end.
_PRINTED = re.compile(rb"<(?:odd|even|first)(Header|Footer)>([^<]{1,2000})<")
_PRINT_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|\d{1,3}|[A-Za-z])')


def _of_print_headers(sheet: bytes) -> Iterator[tuple[str, str]]:
    for match in _PRINTED.finditer(sheet):
        text = html.unescape(match[2].decode("utf-8", "replace"))
        yield match[1].decode().lower(), _PRINT_CODE.sub(" ", text).replace("&&", "&")


def _properties(root: Element) -> Iterator[tuple[str, str]]:
    for element in root.iter():
        tag = _local(element.tag)
        text = "".join(element.itertext()) if tag in _AUTHORS | _PROPERTIES or tag == "property" else ""
        if text.strip():
            yield ("author" if tag in _AUTHORS else f"property {_attribute(element, 'name') or tag}"), text


def _of_word(part: str, root: Element) -> Iterator[tuple[str, str]]:
    deleted: list[str] = []
    for element in root.iter():
        tag = _local(element.tag)
        author = _attribute(element, "author")
        if author:
            yield "author", author
        if tag == "author" and element.text:
            yield "author", element.text
        if tag == "delText":
            deleted.append(element.text or "")
        if tag in ("comment", "threadedComment"):
            yield "comment", " ".join(_paragraphs(element))
    if deleted:
        yield "tracked deletion", "".join(deleted)
    for kind in ("header", "footer", "footnote", "endnote"):
        if f"/{kind}" in part:
            for line in _paragraphs(root):
                yield kind, line


def _paragraphs(root: Element) -> list[str]:
    lines = []
    paragraphs = [e for e in root.iter() if _local(e.tag) == "p"] or [root]
    for paragraph in paragraphs:
        lines.append("".join(e.text or "" for e in paragraph.iter() if _local(e.tag) in ("t", "text")))
    return [line for line in lines if line.strip()]


def _of_odt(root: Element) -> Iterator[tuple[str, str]]:
    for element in root.iter():
        tag = _local(element.tag)
        if tag == "annotation":
            for child in element.iter():
                if _local(child.tag) == "creator":
                    yield "author", "".join(child.itertext())
                elif _local(child.tag) == "p":
                    yield "comment", "".join(child.itertext())
        elif tag == "changed-region":
            for child in element.iter():
                if _local(child.tag) == "creator":
                    yield "author", "".join(child.itertext())
                elif _local(child.tag) in ("p", "h"):
                    yield "tracked deletion", "".join(child.itertext())
        elif tag in ("header", "footer", "header-left", "footer-left", "header-first", "footer-first"):
            yield tag.partition("-")[0], " ".join(element.itertext())


def _local(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _attribute(element: Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if _local(key) == name), "")


# --- RTF, PDF, ELAN, JSON ------------------------------------------------------------------------------

_RTF = re.compile(rb"\{\\(author|operator|manager|company|title|subject|keywords|doccomm)\s+([^{}]{1,400})\}")
_RTF_NOTE = re.compile(rb"\{\\\*?\\?(atnauthor|atrfauthor)\s+([^{}]{1,200})\}")


def _of_rtf(file: SourceFile) -> Iterator[tuple[str, str]]:
    for match in _RTF.finditer(file.data):
        text = re.sub(
            r"\\'([0-9a-f]{2})",
            lambda m: bytes.fromhex(m[1]).decode("cp1252", "replace"),
            match[2].decode("latin-1"),
        )
        part = match[1].decode()
        yield ("author" if part in ("author", "operator", "manager") else f"property {part}"), text
    for match in _RTF_NOTE.finditer(file.data):
        yield "author", match[2].decode("cp1252", "replace")
    yield from hidden_words(file)


def _of_pdf(data: bytes) -> Iterator[tuple[str, str]]:
    try:
        from pdfminer.pdfdocument import PDFDocument
        from pdfminer.pdfparser import PDFParser
        from pdfminer.utils import decode_text
    except ImportError:
        return
    try:
        document = PDFDocument(PDFParser(io.BytesIO(data)))
        entries = [item for info in document.info for item in info.items()]
    except Exception:  # whatever its parsers raise on a damaged file; the reader has told what is wrong
        return
    for key, value in entries:
        if key in ("Author", "Title", "Subject", "Keywords") and isinstance(value, bytes):
            yield ("author" if key == "Author" else f"property {key}"), decode_text(value)


def _of_elan(root: Element) -> Iterator[tuple[str, str]]:
    yield "author", root.get("AUTHOR", "")
    for element in root.iter():
        if element.tag == "MEDIA_DESCRIPTOR":
            for key in ("MEDIA_URL", "RELATIVE_MEDIA_URL"):
                yield "media file", element.get(key, "").rpartition("/")[2]
        elif element.tag == "HEADER":
            yield "media file", element.get("MEDIA_FILE", "").replace("\\", "/").rpartition("/")[2]
        elif element.tag == "TIER":
            yield "author", element.get("ANNOTATOR", "")
            yield "participant", element.get("PARTICIPANT", "")
        elif element.tag == "PROPERTY":
            yield f"property {element.get('NAME', '')}", element.text or ""


def _of_transcriber(root: Element) -> Iterator[tuple[str, str]]:
    yield "author", root.get("scribe", "")
    yield "media file", root.get("audio_filename", "")
    for element in root.iter("Topic"):
        yield "topic", element.get("desc", "")


def _of_captions(root: Element) -> Iterator[tuple[str, str]]:
    for element in root.iter():
        name = xml_captions.local(element)
        if name in ("title", "desc", "copyright"):
            yield f"property {name}", "".join(element.itertext())


def _of_json(value: Any, depth: int = 0, name: str = "") -> Iterator[tuple[str, str]]:
    """Short texts near the root that are no speech: names of jobs, files and accounts."""
    if depth > 2:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _of_json(inner, depth + 1, str(key))
    elif (
        isinstance(value, str)
        and len(value) <= 200
        and name.lower() not in ("text", "transcript", "word", "content")
    ):
        yield f"property {name}", value
