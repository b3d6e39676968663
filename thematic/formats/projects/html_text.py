"""The words of an HTML document as lines, with the place of each byte of its text. For Taguette.

Taguette counts positions in bytes of the UTF-8 text between the tags, in the order of the document; tags do
not count, and where one paragraph ends and the next begins there is nothing. Here paragraphs are lines, so
line ends are put in between, and each is remembered.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from html.parser import HTMLParser

__all__ = ["HtmlText", "html_text", "plain_words"]

_BLOCKS = frozenset(
    "p div h1 h2 h3 h4 h5 h6 ul ol li table tr td th blockquote pre section article header footer dl dt dd "
    "hr figure figcaption body html".split()
)
_SILENT = frozenset(("head", "script", "style", "title"))


@dataclass(frozen=True, slots=True)
class HtmlText:
    """The text with its paragraphs as lines, and where each piece of the document's text is in it.

    pieces: (first byte, offset in `text`, words) in order; between two of them may stand a line end that
    the document does not have. `size` is the number of bytes.
    """

    text: str
    pieces: tuple[tuple[int, int, str], ...]
    size: int

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """The offsets (code points) of these bytes; None where they are outside, or inside a character.

        A beginning at the edge of two pieces is in the later one, an end in the earlier one: line ends that
        are not of the document are never at the edge of a quote.
        """
        if not 0 <= start <= end <= self.size:
            return None
        first = self._place(start, bisect_right(self._bytes(), start) - 1)
        last = self._place(end, max(bisect_left(self._bytes(), end) - 1, 0))
        if first is None or last is None:
            return None
        return first, max(first, last)

    def _bytes(self) -> list[int]:
        return [piece[0] for piece in self.pieces]

    def _place(self, byte: int, piece: int) -> int | None:
        if not self.pieces or piece < 0:
            return 0 if byte == 0 else None
        begin, offset, words = self.pieces[piece]
        data = words.encode("utf-8", "surrogatepass")
        inside = byte - begin
        if inside > len(data):
            return None
        if inside < len(data) and data[inside] & 0xC0 == 0x80:  # not the first byte of a character
            return None
        return offset + len(data[:inside].decode("utf-8", "surrogatepass"))


def html_text(html: str) -> HtmlText:
    """The text of a document, with a line for each paragraph, heading, item and line break."""
    parser = _Parser()
    # White space before the first tag is in no element: a browser, and Taguette, leave it out.
    parser.feed(html.lstrip("\t\n\f\r ").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd"))
    parser.close()
    return parser.result()


def plain_words(html: str) -> str:
    """The words of a piece of HTML, for comparing: nothing but what is not white space."""
    return "".join("".join(piece[2] for piece in html_text(html).pieces).split())


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[tuple[int, int, str]] = []
        self._parts: list[str] = []
        self._length = 0
        self._size = 0
        self._break = False
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _SILENT:
            self._silent += 1
        self._break |= tag in _BLOCKS or tag == "br"

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        self._break |= tag in _BLOCKS

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._break and self._parts and not self._ends_line() and data.strip():
            self._add("\n")
        if data.strip():
            self._break = False
        self._pieces.append((self._size, self._length, data))
        self._size += len(data.encode("utf-8", "surrogatepass"))
        self._add(data)

    def _ends_line(self) -> bool:
        return "".join(self._parts[-3:]).endswith("\n")

    def _add(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def result(self) -> HtmlText:
        return HtmlText("".join(self._parts), tuple(self._pieces), self._size)
