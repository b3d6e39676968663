"""Bytes to canonical text: byte order mark, strict UTF-8, the named encoding, else cp1252 with a warning.

No statistical guess: on short files detectors read £ as Ł, and a quote wrong by one character is wrong.
"""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from thematic.errors import InputError, Problem, SettingsError
from thematic.formats.transcripts.reading import SourceFile
from thematic.text import canonical, newline_style, snippet

__all__ = ["Decoded", "clean", "decode", "head_text", "load_json"]

Newline = Literal["lf", "crlf", "cr", "mixed"]

# The longer marks first: the mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY_SHARE = 0.02
_FEW_ILLEGAL = 3  # a stray NUL makes no text binary, however short it is
_BREAKS = re.compile("[\x0b\x0c\x85\u2028\u2029]")
# Characters that XML, and so a spreadsheet or a Word document, cannot hold.
_ILLEGAL = re.compile("[\x00-\x08\x0e-\x1f\ufffe\uffff]")
_MARK_INSIDE = re.compile("\ufeff")  # where files were put together; it would make INT two speakers
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Canonical text of a file, how it was decoded, and what a person should look at."""

    text: str
    encoding: str
    newline: Newline
    bom: bool
    warnings: tuple[Problem, ...] = ()


def decode(file: SourceFile, encoding: str | None = None, *, keep: str = "") -> Decoded:
    """The canonical text of a text file. `keep` are control characters that its format uses.

    Raises InputError when the file is empty, binary, or not in the named encoding, and SettingsError when
    no such encoding exists.
    """
    data, name = file.data, file.name
    if not data.strip():
        raise InputError("the file is empty", path=name, hint="remove it, or export the transcript again")
    for mark, marked in _MARKS:
        if data.startswith(mark):
            return _finish(file, _strictly(file, marked), marked, keep, bom=True)
    if encoding:
        return _finish(file, _strictly(file, encoding), encoding, keep)
    nuls = data[:65536].count(0)
    if nuls > max(_FEW_ILLEGAL, _BINARY_SHARE * len(data[:65536])):
        _refuse_nul(file)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        if nuls:
            _refuse_nul(file)
        text = _strictly(file, "cp1252", hint="say which encoding it has: --encoding NAME, such as mac_roman")
        decoded = _finish(file, text, "cp1252", keep)
        return replace(decoded, warnings=(_foreign_lines(decoded.text, name), *decoded.warnings))
    return _finish(file, text, "utf-8", keep)


def head_text(head: bytes) -> str:
    """The first bytes of a file as text, for looking only: what cannot be decoded is replaced."""
    for mark, marked in _MARKS:
        if head.startswith(mark):
            return canonical(head.decode(marked, "replace"))
    return canonical(head.decode("utf-8", "replace"))


def load_json(decoded: Decoded, name: str) -> Any:
    """The data of a JSON file. Raises InputError, with its line, when it is broken or too deep."""
    try:
        return json.loads(decoded.text)
    except json.JSONDecodeError as error:
        hint = "the file may be cut off; export it again"
        raise InputError(f"broken JSON: {error.msg}", path=name, line=error.lineno, hint=hint) from error
    except (RecursionError, ValueError) as error:
        message = "JSON that no transcript has: nested too deeply, or a number too long"
        raise InputError(message, path=name, hint="export the transcript again") from error


def clean(text: str, name: str, keep: str = "") -> tuple[str, tuple[Problem, ...]]:
    """`text` without characters that no document can hold, and a warning for each kind that was found.

    Line and paragraph separators and form feeds become line ends; control characters go; half of a
    surrogate pair (broken JSON) becomes U+FFFD.
    """
    warnings: list[Problem] = []
    text = _BREAKS.sub("\n", text)
    illegal = re.compile(f"(?![{re.escape(keep)}]){_ILLEGAL.pattern}") if keep else _ILLEGAL
    for pattern, substitute, what in (
        (illegal, "", "control characters were taken out"),
        (_MARK_INSIDE, "", "byte order marks inside the text were taken out"),
        (_SURROGATE, "\ufffd", "broken characters were replaced with �"),
    ):
        found = pattern.search(text)
        if found:
            line = text.count("\n", 0, found.start()) + 1
            text, n = pattern.subn(substitute, text)
            warnings.append(Problem(f"{n} {what}", name, line, "compare the text with the recording here"))
    return text, tuple(warnings)


def _strictly(file: SourceFile, encoding: str, hint: str | None = None) -> str:
    try:
        codecs.lookup(encoding)
        return str(file.data.decode(encoding))
    except (LookupError, ValueError) as error:
        if not isinstance(error, UnicodeDecodeError):
            raise SettingsError(
                f"there is no text encoding “{encoding}”",
                hint="such as utf-8, cp1252, mac_roman or utf-16-le",
            ) from error
        line = file.data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"this is not {encoding} text (byte {error.start})",
            path=file.name,
            line=line,
            hint=hint or "leave --encoding out, name another one, or save the file as UTF-8",
        ) from error


def _refuse_nul(file: SourceFile) -> None:
    head = file.data[:65536]
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        high, low = head[offset::2], head[1 - offset :: 2]
        printable = sum(byte >= 0x20 or byte in b"\t\r\n" for byte in low)
        if high.count(0) > 0.4 * len(high) and printable > 0.9 * len(low):
            raise InputError(
                f"this looks like {encoding} text without a byte order mark",
                path=file.name,
                hint=f"read it with --encoding {encoding}, or save it as UTF-8",
            )
    raise InputError(
        "this is a binary file, not a transcript",
        path=file.name,
        hint="export the transcript as txt, docx, vtt, srt or json",
    )


def _finish(file: SourceFile, decoded: str, encoding: str, keep: str, *, bom: bool = False) -> Decoded:
    illegal = len(_ILLEGAL.findall(decoded[:65536]))
    if not keep and illegal > max(_FEW_ILLEGAL, _BINARY_SHARE * len(decoded[:65536])):
        _refuse_nul(file)
    text, warnings = clean(canonical(decoded), file.name, keep)
    if not text.strip():
        raise InputError(
            "the file is empty", path=file.name, hint="remove it, or export the transcript again"
        )
    return Decoded(text, encoding, cast(Newline, newline_style(decoded)), bom, warnings)


def _foreign_lines(text: str, name: str) -> Problem:
    lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if not line.isascii()]
    quoted = "; ".join(f"line {n}: “{snippet(line)}”" for n, line in lines[:3])
    return Problem(
        f"not UTF-8, read as cp1252 (Western Windows); check {len(lines)} line(s): {quoted}",
        name,
        lines[0][0],
        "if letters are wrong there, name the encoding with --encoding, such as mac_roman",
    )
