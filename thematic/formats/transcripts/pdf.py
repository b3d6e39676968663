"""PDF files, with the extra `thematic[pdf]`. A PDF knows where letters stand, not what a paragraph is.

Lines are put together from the places of words; running heads, page numbers and line numbers are set aside;
and the reading always says that it must be checked.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from thematic.errors import InputError, Problem
from thematic.formats.encoding import clean
from thematic.formats.transcripts.labels import Line
from thematic.formats.transcripts.reading import Dropped, Reading, ReadSettings, SourceFile, clean_id
from thematic.formats.transcripts.script import to_reading
from thematic.formats.transcripts.speakers import Roster
from thematic.formats.transcripts.turns import find_turns

__all__ = ["read", "sniff"]

MAX_PAGES = 1000
_SAME_COLUMN = 3.0  # points
_MARGIN = 0.1  # share of the page's height in which a running head may stand
_FEW_NUMBERS = 5


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    left: float
    bold: bool


@dataclass(slots=True)
class _PdfLine:
    """A line of a page: its words from left to right, and where it stands."""

    page: int
    top: float
    height: float  # of the page
    words: list[_Word]
    aside: str = ""

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def left(self) -> float:
        return self.words[0].left

    @property
    def bold(self) -> str:
        first_plain = next((i for i, word in enumerate(self.words) if not word.bold), len(self.words))
        return " ".join(word.text for word in self.words[:first_plain])


def sniff(head: bytes, name: str) -> bool:  # noqa: ARG001
    """The signature of PDF, which may stand anywhere in the first kilobyte."""
    return b"%PDF-" in head[:1024]


def read(file: SourceFile, *, settings: ReadSettings, roster: Roster) -> Reading:  # noqa: ARG001
    """The transcript of a PDF, always with a warning that it must be checked.

    Raises InputError when the extra is not installed, or the PDF is damaged, protected, or only pictures.
    """
    pages = _pages(file)
    if not any(pages):
        raise InputError(
            "no text in it: its pages are pictures",
            path=file.name,
            hint="recognise the text first (OCR), or export the transcript as .docx or .txt",
        )
    _set_running_heads_aside(pages)
    lines = [line for page in pages for line in page]
    numbers = _without_gutter(lines)
    typed, warnings = _typed(lines, file.name)
    script = find_turns(typed, name=file.name, transcript_id=clean_id(file.stem), roster=roster)
    script.dropped += numbers
    script.words_in += sum(piece.words for piece in numbers)
    divided = sum(1 for line, after in pairwise(typed) if _divided(line.text, after.text))
    message = f"CHECK THIS: read from a PDF of {len(pages)} pages, whose lines and turns were put together"
    message += f"; {divided} words are divided at line ends" if divided else ""
    hint = "compare it with the PDF, or better, read the document it was made from"
    script.warnings[:0] = [Problem(message, file.name, None, hint), *warnings]
    return to_reading(script, file=file, format="pdf", roster=roster)


def _pages(file: SourceFile) -> list[list[_PdfLine]]:
    try:
        import pdfplumber
        from pdfminer.pdfdocument import PDFPasswordIncorrect
        from pdfplumber.utils.exceptions import PdfminerException
    except ImportError as error:
        raise InputError(
            "reading a PDF needs an extra library",
            path=file.name,
            hint="pip install 'thematic[pdf]', or export the transcript as .docx or .txt",
        ) from error
    try:
        with pdfplumber.open(io.BytesIO(file.data)) as pdf:
            if len(pdf.pages) > MAX_PAGES:
                hint = "save the pages of the transcript alone"
                raise InputError(f"{len(pdf.pages)} pages", path=file.name, hint=hint)
            pages = []
            for number, page in enumerate(pdf.pages, 1):
                pages.append(_lines_of(page, number))
                page.close()
            return pages
    except InputError:
        raise
    except Exception as error:  # pdfminer raises whatever it stumbles over in a damaged file
        cause = error.args[0] if isinstance(error, PdfminerException) and error.args else error
        if isinstance(cause, PDFPasswordIncorrect):
            hint = "save a copy without password"
            raise InputError("protected by a password", path=file.name, hint=hint) from error
        hint = "save it again from the program that made it, or export it as .docx or .txt"
        raise InputError(f"a damaged PDF ({type(cause).__name__})", path=file.name, hint=hint) from error


def _lines_of(page: Any, number: int) -> list[_PdfLine]:
    """The lines of a page from top to bottom. Words whose middles are level stand on one line."""
    words = [
        word
        for word in page.dedupe_chars().extract_words(extra_attrs=["fontname"], keep_blank_chars=False)
        if 0 <= word["top"] < page.height  # what is outside of the page nobody sees
    ]
    lines: list[_PdfLine] = []
    middle = depth = 0.0
    for word in sorted(words, key=lambda word: (word["top"] + word["bottom"], word["x0"])):
        if not lines or (word["top"] + word["bottom"]) / 2 - middle > depth / 2:
            lines.append(_PdfLine(number, word["top"], float(page.height), []))
            middle, depth = (word["top"] + word["bottom"]) / 2, word["bottom"] - word["top"]
        lines[-1].words.append(_Word(word["text"], word["x0"], "bold" in word["fontname"].lower()))
    for line in lines:
        line.words.sort(key=lambda word: word.left)
    return lines


def _set_running_heads_aside(pages: Sequence[Sequence[_PdfLine]]) -> None:
    """Lines in the margins that stand on most pages, whatever the numbers in them, and lone page numbers."""

    def shape(line: _PdfLine) -> str:
        return re.sub(r"\d+", "#", line.text)

    in_margin = [
        line
        for page in pages
        for line in page
        if not _MARGIN * line.height < line.top < (1 - _MARGIN) * line.height
    ]
    counts = Counter(shape(line) for line in in_margin)
    for line in in_margin:
        if len(pages) >= 3 and 2 * counts[shape(line)] > len(pages):
            line.aside = "running head"
        elif re.fullmatch(r"\W*(?:page\s*)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?\W*", line.text, re.IGNORECASE):
            line.aside = "page number"


def _without_gutter(lines: Sequence[_PdfLine]) -> list[Dropped]:
    """Take away the numbers in a column of their own at the left, as MAXQDA prints them; say which."""
    numbered = [line for line in lines if len(line.words) > 1 and line.words[0].text.isdecimal()]
    if len(numbered) < _FEW_NUMBERS:
        return []
    left = Counter(round(line.words[1].left) for line in numbered).most_common(1)[0][0]
    gutter = [line for line in numbered if line.words[1].left >= left - _SAME_COLUMN > line.left]
    others = [line for line in lines if not line.aside and line not in gutter]
    numbers = [int(line.words[0].text) for line in gutter]
    rising = all(a <= b for a, b in pairwise(numbers))
    if len(gutter) < _FEW_NUMBERS or not rising or any(line.left < left - _SAME_COLUMN for line in others):
        return []
    for line in gutter:
        del line.words[0]
        line.aside = ""
    return [Dropped(None, f"{numbers[0]} to {numbers[-1]}", "line numbers", len(numbers))]


def _typed(lines: Sequence[_PdfLine], name: str) -> tuple[list[Line], list[Problem]]:
    """The lines for the turn finder, an empty one where more space than usual tells paragraphs apart."""
    gaps = [b.top - a.top for a, b in pairwise(lines) if a.page == b.page and b.top > a.top]
    usual = median(gaps) if gaps else 0.0
    typed: list[Line] = []
    warnings: list[Problem] = []
    before: _PdfLine | None = None
    for line in lines:
        if before and before.page == line.page and line.top - before.top > 1.4 * usual:
            typed.append(Line(number=len(typed) + 1, text=""))
        text, doubts = clean(line.text, name)
        warnings += doubts
        typed.append(Line(number=len(typed) + 1, text=text, bold=line.bold, aside=line.aside))
        before = line
    return typed, warnings


def _divided(line: str, after: str) -> bool:
    return bool(re.search(r"[^\W\d_]-$", line)) and after[:1].islower()
