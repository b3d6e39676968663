"""quotes.docx: what people coded, by theme and code: headings to navigate by, memos in the margin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from thematic.formats.docx_bytes import docx_bytes, holdable
from thematic.formats.excerpt_rows import coder_names
from thematic.formats.quote_rows import CodedQuote, attribution, of_coders, quotes_by_code, summary
from thematic.model import StudyData

if TYPE_CHECKING:
    from docx.document import Document

__all__ = ["render"]

INK, MUTED = (0x1F, 0x29, 0x33), (0x5F, 0x6B, 0x76)
DEEPEST = 6  # levels of headings that the navigation of Word shows well


def render(data: StudyData) -> bytes:
    """A document with a heading a code, its definition, and its quotes word for word. Same data, same bytes.

    Below each quote stand interview, speaker and time, and who coded it; memos are comments in the margin,
    in the name of the coder and with the date of the decision.
    """
    import docx

    document = docx.Document()
    _styles(document)
    quotes = quotes_by_code(data)
    document.add_paragraph(holdable(data.title), style="Title")
    document.add_paragraph(holdable(summary(data, quotes)), style="Attribution")
    for depth, code, found in quotes:
        heading = document.add_heading(holdable(code.name), level=min(depth + 1, DEEPEST))
        if found:
            heading.add_run(f"  {len(found)}").style = "Count"
        for paragraph in filter(str.strip, code.definition.split("\n")):
            document.add_paragraph(holdable(paragraph), style="Definition")
        for coded in found:
            _quote(document, coded, data)
    _page_numbers(document)
    return docx_bytes(document, title=data.title)


def _quote(document: Document, coded: CodedQuote, data: StudyData) -> None:
    names = coder_names(data)
    words = document.add_paragraph(holdable(coded.quote.text), style="Quoted")
    document.add_paragraph(
        holdable(f"{attribution(coded)} · {of_coders(coded, data)}"), style="Attribution"
    ).paragraph_format.left_indent = words.style.paragraph_format.left_indent
    told = set()
    for coding in coded.codings:
        name = names[coding.coder_id]
        if coding.memo and (name, coding.memo) not in told:
            told.add((name, coding.memo))
            comment = document.add_comment(
                words.runs, holdable(coding.memo), author=holdable(name), initials=holdable(name)[:2].upper()
            )
            comment._comment_elm.date = coding.at.replace(microsecond=0)


def _styles(document: Document) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Cm, Pt, RGBColor

    def paragraph_style(name: str, size: float, color: tuple[int, int, int], **look: Any) -> Any:
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        style.font.size, style.font.color.rgb = Pt(size), RGBColor(*color)
        style.font.italic = look.get("italic")
        shape = style.paragraph_format
        shape.left_indent = Cm(look.get("indent", 0))
        shape.space_before, shape.space_after = Pt(look.get("before", 0)), Pt(look.get("after", 0))
        shape.keep_with_next = look.get("keep_with_next", False)
        return style

    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(11)
    paragraph_style("Definition", 10, MUTED, italic=True, after=6, keep_with_next=True)
    paragraph_style("Quoted", 11, INK, indent=0.75, before=6, keep_with_next=True)
    paragraph_style("Attribution", 9, MUTED, after=6)
    count = document.styles.add_style("Count", WD_STYLE_TYPE.CHARACTER)
    count.font.size, count.font.bold, count.font.color.rgb = Pt(9), False, RGBColor(*MUTED)
    for level in range(1, DEEPEST + 1):
        heading = document.styles[f"Heading {level}"]
        heading.font.name, heading.font.color.rgb = "Calibri", RGBColor(*INK)
        heading.font.size = Pt(max(11, 18 - 2 * level))
        heading.font.italic = False
    title = document.styles["Title"]
    title.font.name, title.font.size, title.font.color.rgb = "Calibri", Pt(22), RGBColor(*INK)
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.5)


def _page_numbers(document: Document) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)
