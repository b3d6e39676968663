"""quotes.docx: what people coded, by theme and code: headings to navigate by, memos in the margin."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from thematic.formats.docx_bytes import docx_bytes, holdable
from thematic.formats.exports.excerpt_rows import coder_names
from thematic.formats.exports.quote_rows import attribution, of_coders, quotes_by_code, summary
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
    page = _Page(document)
    quotes, names = quotes_by_code(data), coder_names(data)
    page.add("Title", data.title)
    page.add("Attribution", summary(data, quotes))
    for depth, code, found in quotes:
        page.add(f"Heading{min(depth + 1, DEEPEST)}", code.name, count=len(found))
        for paragraph in filter(str.strip, code.definition.split("\n")):
            page.add("Definition", paragraph)
        for coded in found:
            words = page.add("Quoted", coded.quote.text)
            page.add("QuotedBy", f"{attribution(coded)} · {of_coders(coded, names)}")
            told = set()
            for coding in coded.codings:
                name = names[coding.coder_id]
                if coding.memo and (name, coding.memo) not in told:
                    told.add((name, coding.memo))
                    page.comment(words, name, coding.memo, coding.at)
    _page_numbers(document)
    return docx_bytes(document, title=data.title)


class _Page:
    """The body of a document, to which paragraphs are added at its end.

    python-docx looks through all that is there for every paragraph that it adds: with ten thousand quotes
    that is minutes. So the elements are made here.
    """

    def __init__(self, document: Document) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        self._element, self._name = OxmlElement, qn
        self._document = document
        self._end = document.element.body.sectPr

    def add(self, style: str, text: str, *, count: int = 0) -> Any:
        """A paragraph of this style; `count` stands small behind a heading. Returns its first run."""
        paragraph = self._element("w:p")
        look = self._element("w:pStyle")
        look.set(self._name("w:val"), style)
        properties = self._element("w:pPr")
        properties.append(look)
        paragraph.append(properties)
        run = self._run(text)
        paragraph.append(run)
        if count:
            number = self._run(f"  {count}")
            look = self._element("w:rStyle")
            look.set(self._name("w:val"), "Count")
            properties = self._element("w:rPr")
            properties.append(look)
            number.insert(0, properties)
            paragraph.append(number)
        self._end.addprevious(paragraph)
        return run

    def _run(self, text: str) -> Any:
        run = self._element("w:r")
        for i, line in enumerate(holdable(text).split("\n")):
            if i:
                run.append(self._element("w:br"))
            words = self._element("w:t")
            words.text = line
            words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            run.append(words)
        return run

    def comment(self, run: Any, name: str, memo: str, at: datetime) -> None:
        """A memo in the margin of a run."""
        from docx.text.run import Run

        marked = Run(run, self._document)
        author = holdable(name)
        comment = self._document.add_comment(
            marked, holdable(memo), author=author, initials=author[:2].upper()
        )
        comment._comment_elm.date = at.replace(microsecond=0)


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
    paragraph_style("QuotedBy", 9, MUTED, after=6, indent=0.75)
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
