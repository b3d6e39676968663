"""A packet as a Word document: the transcripts, each excerpt with a comment in the margin for its codes.

The excerpt is found again by a bookmark, named by the excerpt's id and the hash of its words, and by the id
in the first line of its comment: programs keep one or the other. What the packet is stands in a property of
the document and, for programs that drop properties, in a line of text.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from thematic.codebook import walk
from thematic.formats.exports.excerpt_rows import ExcerptRow, caution, clock, code_labels, excerpt_rows
from thematic.formats.zips import with_one_date
from thematic.model import Codebook, StudyData, Transcript, Turn
from thematic.packets import BY_LOT, PACKET_SCHEMA, Packet, words_hash

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["CODES", "MEMO", "PROPERTY", "SUGGESTED", "bookmark_name", "packet_line", "render"]

PROPERTY = "thematic_packet"
CODES, MEMO, SUGGESTED = "Codes:", "Memo:", "Suggested:"
"""How the lines of a comment begin."""

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VALUES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_FMTID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
INK, MUTED = "1F2933", "5F6B76"
_DATE = "2000-01-01T00:00:00Z"  # LibreOffice makes of no date one that cannot be

HOW = (
    (
        "Write codes",
        "Each passage to be coded has a comment in the margin. Reply to it, or write in it after “Codes:”, "
        "the names or ids of the codes that apply: one a line, or with ; between them.",
    ),
    ("No code applies", "Write: none applies"),
    ("To be talked about", "Write: unsure"),
    ("Remarks", "Begin a remark with “Memo:”. Everything after it is the remark."),
    ("Nothing", "A comment that you leave as it is decides nothing."),
    (
        "Leave the rest",
        "Do not change the words of the interviews or the first line of a comment. Return the file as .docx.",
    ),
)
HOW_ASSISTED = (
    ("Suggestions", "Write “accept” for the first code suggested, “reject” when none of them applies."),
    ("Without suggestions", BY_LOT),
)


def render(data: StudyData, packet: Packet) -> bytes:
    """The document, same data, same bytes. A blind packet must be given data without suggestions.

    Characters that XML cannot hold are replaced by �.
    """
    import docx
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.shared import Cm

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(2.4), Cm(2.4)
    _look(document)
    document.core_properties.title = _holdable(data.title)[:255]
    document.core_properties.author = "thematic"
    document.core_properties.comments = ""
    rows = excerpt_rows(data)
    assisted = packet.mode != "blind"
    document.add_heading(_holdable(data.title), 0)
    document.add_paragraph(
        f"{len(rows):,} passages from {len(data.transcripts):,} transcripts, to be coded by {packet.coder}. "
        + (caution(data.suggestions) if assisted else "Code from the words and the codebook alone.")
    )
    document.add_heading("How to fill it in", 1)
    for head, text in (*HOW, *(HOW_ASSISTED if assisted else ())):
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{head}. ").bold = True
        paragraph.add_run(text)
    document.add_paragraph(packet_line(packet), style="Caption")
    _codebook(document, data.codebook)
    document.comments  # noqa: B018  the part is made when it is first asked for
    comments = document.part.part_related_by(RELATIONSHIP_TYPE.COMMENTS).element
    _transcripts(document, data, rows, comments)
    _protect(document)
    _set_property(document, packet)
    target = io.BytesIO()
    document.save(target)
    return with_one_date(target.getvalue())


def packet_line(packet: Packet) -> str:
    """What the packet says of itself, in a line of the document."""
    return (
        f"{PACKET_SCHEMA} · {packet.id} · for {packet.coder} · {packet.mode} · codebook "
        f"{packet.codebook_version}"
    )


def bookmark_name(excerpt_id: str, words: str) -> str:
    """`ex_…_` and twelve digits of the hash of the words: a bookmark may hold letters, digits and _ only."""
    return f"{excerpt_id.replace('-', '_')}_{words_hash(excerpt_id, words)[:12]}"


# --- Parts of the document -----------------------------------------------------------------------------


def _look(document: Any) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name, size in (("Normal", 11), ("Title", 24), ("Heading 1", 17), ("Heading 2", 12.5), ("Caption", 8)):
        style = document.styles[name]
        style.font.size = Pt(size)
        style.font.color.rgb = RGBColor.from_string(MUTED if name == "Caption" else INK)
        style.font.name = "Georgia" if name in ("Normal", "Title", "Heading 1") else "Arial"
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in list(fonts.attrib):  # the theme's own fonts would win
            if key.endswith("Theme"):
                del fonts.attrib[key]
        fonts.set(qn("w:hAnsi"), style.font.name)
        fonts.set(qn("w:cs"), style.font.name)
    document.styles["Caption"].font.bold = False
    normal = document.styles["Normal"].paragraph_format
    normal.space_after, normal.line_spacing = Pt(6), 1.25


def _codebook(document: Any, codebook: Codebook) -> None:
    document.add_heading("Codebook", 1).paragraph_format.page_break_before = True
    for depth, code in walk(codebook):
        if code.status != "active":
            continue
        heading = document.add_heading("", 2)
        heading.paragraph_format.left_indent = None if not depth else int(depth * 228_600)
        heading.add_run(_holdable(code.name))
        id_run = heading.add_run(f"   {_holdable(code.id)}")
        id_run.bold, id_run.italic = False, True
        parts = [("", code.definition or "No definition yet.")]
        for head, items in (
            ("Include", code.include),
            ("Exclude", code.exclude),
            ("Examples", code.examples),
            ("Not this", code.counter_examples),
        ):
            parts += [(f"{head}: ", " · ".join(items))] if items else []
        for head, text in parts:
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.left_indent = int(depth * 228_600)
            paragraph.add_run(head).bold = True
            paragraph.add_run(_holdable(text))


def _transcripts(document: Any, data: StudyData, rows: Sequence[ExcerptRow], comments: _Element) -> None:
    by_turn: dict[tuple[str, int], list[tuple[int, ExcerptRow]]] = {}
    for number, row in enumerate(rows, start=1):
        by_turn.setdefault((row.transcript.id, row.excerpt.turns[0]), []).append((number, row))
    labels = code_labels(data.codebook)
    for transcript in data.transcripts:
        document.add_heading(_holdable(transcript.title), 1).paragraph_format.page_break_before = True
        for turn in transcript.turns:
            here = by_turn.get((transcript.id, turn.index), [])
            _turn(document.add_paragraph()._p, transcript, turn, here)
            for number, row in here:
                _comment(comments, number, _comment_lines(number, row, labels))


def _turn(
    paragraph: _Element, transcript: Transcript, turn: Turn, here: Sequence[tuple[int, ExcerptRow]]
) -> None:
    """A paragraph: the speaker, and the words, with each excerpt between the marks of its comment."""
    time = clock(turn.start_time)
    _run(paragraph, f"{turn.speaker or turn.role}{f'  {time}' if time else ''}", bold=True, color=MUTED)
    _run(paragraph, "\n")
    asks = turn.role == "interviewer"
    at = turn.start
    for number, row in here:
        excerpt = row.excerpt
        _run(paragraph, transcript.text[at : excerpt.start], color=MUTED, italic=asks)
        _run(paragraph, f"[{number}] ", color=MUTED, small=True)
        id_ = str(number)
        _mark(paragraph, "bookmarkStart", id=id_, name=bookmark_name(excerpt.id, excerpt.text))
        _mark(paragraph, "commentRangeStart", id=id_)
        _run(paragraph, excerpt.text)
        _mark(paragraph, "commentRangeEnd", id=id_)
        _mark(paragraph, "bookmarkEnd", id=id_)
        run = _mark(paragraph, "r")
        _mark(run, "commentReference", id=id_)
        at = max(at, excerpt.end)
    _run(paragraph, transcript.text[at : turn.end], color=MUTED, italic=asks)


def _comment_lines(number: int, row: ExcerptRow, labels: dict[str, str]) -> Iterator[str]:
    yield f"[{number}] {row.excerpt.id}"
    if row.shortlist:
        shown = (
            f"{labels.get(s.code_id or '', '').rpartition(' › ')[2]} ({s.code_id})"
            + (f", {s.band}" if s.band else "")
            for s in row.shortlist
        )
        yield f"{SUGGESTED} {'; '.join(shown)}"
    yield CODES
    yield MEMO


def _comment(comments: _Element, number: int, lines: Iterator[str]) -> None:
    comment = _mark(comments, "comment", id=str(number), author="thematic", initials="T", date=_DATE)
    for line in lines:
        paragraph = _mark(comment, "p")
        style = _mark(_mark(paragraph, "pPr"), "pStyle")
        style.set(f"{{{W}}}val", "CommentText")
        _run(paragraph, line + (" " if line in (CODES, MEMO) else ""))


def _protect(document: Any) -> None:
    """Comments are all that can be written, until somebody lifts the protection; there is no password."""
    settings = document.settings.element
    protection = _element("documentProtection", edit="comments", enforcement="1")
    after = settings.find(f"{{{W}}}defaultTabStop")  # Word reads settings in the order of its schema only
    settings.insert(len(settings) if after is None else settings.index(after), protection)


def _set_property(document: Any, packet: Packet) -> None:
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from lxml import etree

    root = etree.Element(f"{{{_PROPERTIES}}}Properties", nsmap={None: _PROPERTIES, "vt": _VALUES})
    prop = etree.SubElement(root, f"{{{_PROPERTIES}}}property", fmtid=_FMTID, pid="2", name=PROPERTY)
    etree.SubElement(prop, f"{{{_VALUES}}}lpwstr").text = packet_line(packet)
    blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    content = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
    part = Part(PackURI("/docProps/custom.xml"), content, blob, document.part.package)
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
    document.part.package.relate_to(part, relation)


# --- Elements ------------------------------------------------------------------------------------------


def _element(tag: str, **attributes: str) -> _Element:
    from docx.oxml.parser import OxmlElement

    element: _Element = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        element.set(f"{{{W}}}{name}", value)
    return element


def _mark(parent: _Element, tag: str, **attributes: str) -> _Element:
    element = _element(tag, **attributes)
    parent.append(element)
    return element


def _run(
    paragraph: _Element,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    small: bool = False,
    color: str = "",
) -> None:
    """A run of text in which line ends and tabs are what Word has for them."""
    if not text:
        return
    run = _mark(paragraph, "r")
    looks = _mark(run, "rPr")
    if bold:
        _mark(looks, "b")
    if italic:
        _mark(looks, "i")
    if color:
        _mark(looks, "color", val=color)
    if small:
        _mark(looks, "sz", val="16")
    for part in re.split(r"([\n\t])", _holdable(text)):
        if part in ("\n", "\t"):
            _mark(run, "br" if part == "\n" else "tab")
        elif part:
            words = _mark(run, "t")
            words.text = part
            words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


_UNHOLDABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _holdable(text: str) -> str:
    return _UNHOLDABLE.sub("�", text.replace("\r", "\n"))
