"""RTF documents of Word, WordPad, TextEdit, NVivo, MAXQDA and Transana.

A small reader of its own: the usual library lets deleted and hidden text into the words, and forgets what is
bold and where the cells of a table end.
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass, replace

from thematic.errors import InputError
from thematic.formats.transcripts.document import Block, lines_of
from thematic.formats.transcripts.reading import Reading, ReadSettings, SourceFile, clean_id
from thematic.formats.transcripts.script import to_reading
from thematic.formats.transcripts.speakers import Roster
from thematic.formats.transcripts.turns import find_turns

__all__ = ["hidden_words", "read", "sniff"]

# A control word with its number, a character as hex, a control symbol, a brace, a line end, or plain text.
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
# Destinations that hold no words of the document. A group that begins with \* is one, unless it is known.
_NOT_WORDS = frozenset(
    b"fonttbl colortbl stylesheet info pict header headerl headerr headerf footer footerl footerr footerf "
    b"footnote annotation atnid atnauthor object objdata themedata colorschememapping datastore latentstyles "
    b"listtable listoverridetable listtext rsidtbl generator xmlnstbl fldinst nonshppict sn sv bkmkstart "
    b"bkmkend pntext pntxta pntxtb revtbl filetbl".split()
)
_KNOWN_STARRED = frozenset((b"shpinst",))
# Destinations in which people have written something, though not in the transcript.
_BESIDE = {
    **dict.fromkeys((b"header", b"headerl", b"headerr", b"headerf"), "header"),
    **dict.fromkeys((b"footer", b"footerl", b"footerr", b"footerf"), "footer"),
    b"annotation": "comment",
    b"footnote": "footnote",
}
_SYMBOLS = {
    b"tab": "\t",
    b"line": "\n",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"endash": "–",
    b"emdash": "—",
    b"bullet": "•",
    b"emspace": " ",
    b"enspace": " ",
    b"~": "\u00a0",
    b"_": "\u2011",
}
# The encoding of the bytes in a font by its \\fcharset; in all others they are in that of the document.
_CHARSETS = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "cp1361",
    134: "cp936",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    255: "cp850",
}
_MAX_DEPTH = 1000


@dataclass(frozen=True, slots=True)
class _State:
    """What holds inside a group.

    silent: no words of the document. beside: what kind of words these are instead, if any.
    hidden: why words are not seen: `tracked deletion` or `hidden text`.
    unicode_skip: characters that follow \\u for programs without Unicode. font: its number in the table.
    """

    silent: bool = False
    beside: str = ""
    bold: bool = False
    hidden: str = ""
    unicode_skip: int = 1
    font: int | None = None


def sniff(head: bytes, name: str) -> bool:  # noqa: ARG001
    """The signature of RTF."""
    return head.lstrip().startswith(b"{\\rtf")


def read(file: SourceFile, *, settings: ReadSettings, roster: Roster) -> Reading:
    """The transcript of an RTF document. Raises InputError when it is damaged or in an unknown code page."""
    blocks = _Reader(file, settings.encoding).blocks()
    lines, warnings = lines_of(blocks, file.name)
    script = find_turns(lines, name=file.name, transcript_id=clean_id(file.stem), roster=roster)
    script.warnings[:0] = warnings
    return to_reading(script, file=file, format="rtf", roster=roster)


def hidden_words(file: SourceFile) -> list[tuple[str, str]]:
    """What an RTF file says beside its transcript, as (kind, words): headers, footers, comments, footnotes,
    tracked deletions, hidden text. Of a damaged file, what stands before the damage."""
    reader = _Reader(file, None)
    with suppress(InputError, ValueError):
        reader.blocks()
    return [(kind, words) for kind, words in reader.beside if words.strip()]


class _Reader:
    """The blocks of an RTF file, read token by token."""

    def __init__(self, file: SourceFile, encoding: str | None) -> None:
        self.file = file
        self.encoding = encoding or "cp1252"
        self.forced = encoding is not None
        self.fonts: dict[int | None, str] = {}  # encodings of those that have one of their own
        self.default_font: int | None = None
        self.done: list[Block] = []
        self.block = Block()
        self.cells: list[str] = []
        self.in_table = False
        self.tables = 0
        self.state = _State()
        self.stack: list[_State] = []
        self.skip = 0  # characters still to skip after \u
        self.starred = False
        self.beside: list[tuple[str, str]] = []
        self.pending = b""  # bytes not yet decoded: a character may come as several hex codes

    def blocks(self) -> list[Block]:
        data = self.file.data
        at = data.index(b"{")
        while at < len(data):
            m = _TOKEN.match(data, at)
            if m is None:  # a backslash at the very end
                break
            at = m.end()
            word, number, hexed, symbol, brace, plain = m.groups()
            if word == b"bin":  # binary data of a picture, so many bytes long
                at += max(int(number or 0), 0)
            elif word:
                self._word(word, int(number) if number else None)
            elif hexed:
                self._bytes(bytes([int(hexed, 16)]))
            elif plain:
                self._bytes(plain)
            elif symbol:
                self._symbol(symbol)
            elif brace:
                self._brace(brace)
                if not self.stack:
                    break
        if self.stack:
            hint = "copy or export the file again"
            raise InputError("cut off: the document does not end", path=self.file.name, hint=hint)
        self._end_paragraph()
        return self.done

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self.skip, self.starred = 0, False
        if brace == b"}":
            inner, self.state = self.state, self.stack.pop()
            if inner.beside != self.state.beside:
                self.beside.append(("", ""))  # the next one is another
        elif len(self.stack) >= _MAX_DEPTH:
            raise InputError("nested too deeply to be a transcript", path=self.file.name)
        else:
            self.stack.append(self.state)

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self.starred = True
        elif symbol in b"\r\n":
            self._end_paragraph()
        elif symbol in _SYMBOLS or symbol in b"\\{}":
            self._say(_SYMBOLS.get(symbol) or symbol.decode())

    def _word(self, word: bytes, number: int | None) -> None:
        starred, self.starred = self.starred, False
        self._flush()
        on = number != 0
        if word in _NOT_WORDS or (starred and word not in _KNOWN_STARRED):
            self.state = replace(self.state, silent=True, beside=_BESIDE.get(word, ""))
        elif word == b"u" and number is not None:
            self._say(chr(number % 0x10000))
            self.skip = self.state.unicode_skip
        elif word == b"uc":
            self.state = replace(self.state, unicode_skip=max(number or 0, 0))
        elif word == b"deff":
            self.default_font = number
        elif word == b"f":
            self.state = replace(self.state, font=number)
        elif word == b"fcharset" and number in _CHARSETS and not self.forced:
            self.fonts[self.state.font] = _CHARSETS[number]
        elif word == b"ansicpg" and number and not self.forced:
            self._code_page(number)
        elif word == b"mac" and not self.forced:
            self.encoding = "mac_roman"
        elif word == b"b":
            self.state = replace(self.state, bold=on)
        elif word in (b"deleted", b"v"):
            kind = "tracked deletion" if word == b"deleted" else "hidden text"
            self.state = replace(self.state, hidden=kind if on else "")
        elif word == b"plain":
            self.state = replace(self.state, bold=False, hidden="", font=None)
        elif not self.state.silent:
            self._layout(word, number)
        elif word in (b"par", b"line", b"tab") or word in _SYMBOLS:
            self._say(_SYMBOLS.get(word, " "))

    def _layout(self, word: bytes, number: int | None) -> None:
        if word in (b"par", b"sect", b"page"):
            self._end_paragraph()
        elif word == b"pard":
            self.in_table = False
        elif word == b"intbl":
            self.in_table = True
        elif word == b"outlinelevel":
            self.block.heading = (number or 0) < 9
        elif word == b"cell":
            self.cells.append(self._take().text.strip())
        elif word == b"row":
            self.done.append(Block(cells=self.cells, table=self.tables))
            self.cells = []
        elif word in _SYMBOLS:
            self._say(_SYMBOLS[word])

    def _code_page(self, number: int) -> None:
        name = {65001: "utf-8", 10000: "mac_roman"}.get(number, f"cp{number}")
        try:
            codecs.lookup(name)
        except LookupError as error:
            message, hint = f"in the unknown code page {number}", "name the encoding with --encoding"
            raise InputError(message, path=self.file.name, hint=hint) from error
        self.encoding = name

    def _bytes(self, data: bytes) -> None:
        skipped = min(self.skip, len(data))
        self.skip -= skipped
        if self.state.beside or not self.state.silent:
            self.pending += data[skipped:]

    def _flush(self) -> None:
        data, self.pending = self.pending, b""
        if not data:
            return
        font = self.default_font if self.state.font is None else self.state.font
        encoding = self.fonts.get(font, self.encoding)
        try:
            self._say(data.decode(encoding, "replace" if self.state.beside else "strict"))
        except UnicodeDecodeError as error:
            message, hint = f"not {encoding}, as it says it is", "name the encoding with --encoding"
            raise InputError(message, path=self.file.name, hint=hint) from error

    def _say(self, text: str) -> None:
        if self.pending:
            self._flush()
        kind = self.state.beside or ("" if self.state.silent else self.state.hidden)
        if kind:
            before = self.beside.pop()[1] if self.beside and self.beside[-1][0] == kind else ""
            self.beside.append((kind, before + text))
        elif not self.state.silent:
            self.block.add(text, bold=self.state.bold)

    def _end_paragraph(self) -> None:
        self._flush()
        if self.in_table:
            self.block.text += "\n"
        elif not self.state.silent:
            self.done.append(self._take())
            self.tables += 1  # rows after this paragraph are another table

    def _take(self) -> Block:
        block, self.block = self.block, Block()
        block.text, block.bold = _whole(block.text), _whole(block.bold)
        return block


def _whole(text: str) -> str:
    """Two numbers of \\u that are halves of one character, as that character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
