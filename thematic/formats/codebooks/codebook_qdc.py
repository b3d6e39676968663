"""Codebooks as REFI-QDA `.qdc`, the way to and from NVivo, ATLAS.ti, MAXQDA, QualCoder and others.

Writing is strict: the file is valid by `schemas/Codebook.xsd`. Reading is tolerant: wrong namespaces,
missing or doubled GUIDs, colours with alpha, characters that XML forbids and other encodings are put right,
and each repair is told. The standard (version 1.5, section 5.3) has one Description a code and nothing else,
so all that a code has beyond it stands there, in words that a person can read and change:

    Why the person came to a group.

    Include:
    - reasons for the first visit

    Id: reasons
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.saxutils import escape, quoteattr

from thematic import __version__
from thematic.codebook import COLOR, GUID, id_from_name, walk
from thematic.errors import CodebookError, Problem
from thematic.formats.codebooks.codebook_document import read_status
from thematic.formats.codebooks.codebook_drafts import Draft, codebook_from_drafts
from thematic.model import Code, Codebook

__all__ = [
    "code_guid",
    "code_guids",
    "describe",
    "read_codebook_qdc",
    "read_description",
    "write_codebook_qdc",
]

NAMESPACE = "urn:QDA-XML:codebook:1.0"
_PROJECT = "urn:QDA-XML:project:1.0"
# Fixed for ever: GUIDs that other programs have stored were made with it.
_GUIDS = uuid.UUID("6f1b6a4e-3f0c-5d0b-9a54-2f6d2c1c7b11")


def code_guid(code: Code) -> str:
    """The GUID of a code in other programs: the one it came with, else one made from its id (UUIDv5)."""
    return code.guid or str(uuid.uuid5(_GUIDS, code.id))


def code_guids(codebook: Codebook) -> dict[str, str]:
    """The GUID of each code by its id, no two alike: where two came with the same, the first keeps it."""
    guids: dict[str, str] = {}
    taken: set[str] = set()
    for _, code in walk(codebook):
        guid = code_guid(code)
        if guid.lower() in taken:
            guid = str(uuid.uuid5(_GUIDS, code.id))
        taken.add(guid.lower())
        guids[code.id] = guid
    return guids


# --- Codes to Description and back ---------------------------------------------------------------------

_SECTIONS = {
    "Include:": "include",
    "Exclude:": "exclude",
    "Examples:": "examples",
    "Counter-examples:": "counter_examples",
}
_SINGLES = {"Id: ": "id", "Status: ": "status", "Merged into: ": "merged_into"}
_HEADING = re.compile(r"\\*(?:(?:Include|Exclude|Examples|Counter-examples):|(?:Id|Status|Merged into): .+)")


def describe(code: Code, *, with_id: bool = True) -> str:
    """Everything about a code that REFI-QDA has no place for, as text. `read_description` is its inverse.

    Without its id the text is as short as can be; whoever reads it makes an id from the name.
    """
    lines = code.definition.split("\n") if code.definition else []
    parts = ["\n".join(f"\\{line}" if _HEADING.fullmatch(line) else line for line in lines)]
    for heading, name in _SECTIONS.items():
        items = getattr(code, name)
        if items:
            parts.append("\n".join([heading, *(f"- {item}" for item in items)]))
    singles = [f"Id: {code.id}"] if with_id else []
    if code.status != "active":
        singles.append(f"Status: {code.status}")
    if code.merged_into is not None:
        singles.append(f"Merged into: {code.merged_into}")
    return "\n\n".join(part for part in [*parts, "\n".join(singles)] if part)


def read_description(text: str) -> dict[str, Any] | None:
    """The fields of `Code` in a Description; None when headings as ours do not go on as ours would.

    A text of another program is all definition.
    """
    lines = text.split("\n")
    first = next((i for i, line in enumerate(lines) if _heading(line)), len(lines))
    values: dict[str, Any] = {}
    definition = "\n".join(line[1:] if _HEADING.fullmatch(line) else line for line in lines[:first])
    items: list[str] | None = None
    for line in lines[first:]:
        stripped = line.strip()
        single = next((lead for lead in _SINGLES if stripped.startswith(lead)), None)
        if stripped in _SECTIONS and _SECTIONS[stripped] not in values:
            items = values[_SECTIONS[stripped]] = []
        elif stripped.startswith("- ") and items is not None:
            items.append(stripped[2:])
        elif single and _SINGLES[single] not in values:
            values[_SINGLES[single]], items = stripped.removeprefix(single).strip(), None
        elif stripped:
            return None
    if read_status(values.get("status", "")) is None:
        return None
    return {
        "definition": definition,
        **{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()},
    }


def _heading(line: str) -> bool:
    return not line.startswith("\\") and _HEADING.fullmatch(line.rstrip()) is not None


# --- Writing -------------------------------------------------------------------------------------------


def write_codebook_qdc(codebook: Codebook) -> bytes:
    """The codebook as `.qdc`. Title, description and version notes have no place in it; the rest has."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<CodeBook xmlns="{NAMESPACE}" origin={quoteattr(f"thematic {__version__}")}>',
        "<Codes>",
    ]
    depth = 0
    guids = code_guids(codebook)
    for level, code in walk(codebook):
        lines += ["</Code>"] * (depth - level)
        color = f" color={quoteattr(code.color)}" if code.color else ""
        # A code that is no longer used stays visible in the other program, but nothing new gets it.
        codable = "true" if code.status == "active" else "false"
        lines.append(
            f'<Code guid="{guids[code.id]}" name={quoteattr(code.name)} isCodable="{codable}"{color}>'
            f"<Description>{escape(describe(code))}</Description>"
        )
        depth = level + 1
    lines += ["</Code>"] * depth + ["</Codes>", "</CodeBook>", ""]
    return "\n".join(lines).encode()


# --- Reading -------------------------------------------------------------------------------------------


def read_codebook_qdc(data: bytes, *, path: str, title: str) -> tuple[Codebook, tuple[Problem, ...]]:
    """The codebook in this `.qdc` (or the one inside a `.qde`), and its warnings: every repair is among them.

    Codes get ids made from their names unless their description names one; GUIDs are kept. Raises
    CodebookError when it is not XML, declares entities, or has no codes.
    """
    import defusedxml.sax
    from defusedxml.common import DefusedXmlException

    warnings: list[Problem] = []
    text = _legal(_decoded(data, path, warnings), path, warnings)
    handler = _Handler()
    try:
        defusedxml.sax.parseString(text.encode(), handler, forbid_dtd=True)
    except DefusedXmlException as error:
        hint = "no program of the field writes one, an attack does: do not open this file elsewhere"
        raise CodebookError("this file declares a document type", path=path, hint=hint) from error
    except SAXParseException as error:
        message, hint = _broken(error, text)
        raise CodebookError(message, path=path, line=error.getLineNumber(), hint=hint) from error
    except SAXException as error:
        raise CodebookError(f"this is not XML: {error.getMessage()}", path=path) from error
    if not handler.found_codebook:
        hint = "export the codebook as REFI-QDA (.qdc)"
        raise CodebookError("there is no codebook in this file", path=path, hint=hint)
    repairs = _Repairs(path, warnings)
    repairs.about_the_file(handler)
    drafts = repairs.drafts(handler.codes)
    return codebook_from_drafts(drafts, path=path, title=title, warnings=warnings)


_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._\-]+)["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
# UTF-8 of the letters of Europe, taken for Western Windows: a sign for the first byte, one for the second.
_MIXED = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_LINE_END = re.compile("\r\n|[\r\u2028\u2029\x85]")
_REFERENCE = re.compile(r"&#(?:x([0-9A-Fa-f]{1,8})|([0-9]{1,10}));")


def _decoded(data: bytes, path: str, warnings: list[Problem]) -> str:
    declared = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf"))
    encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif encoding in ("utf-8", "utf8"):
        encoding = "utf-8-sig"
    foreign = encoding not in ("utf-8-sig", "utf-16") or (
        encoding == "utf-16" and not data.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\x00" not in data[:200]
    )
    if foreign and _is_utf8(data):
        # Letters with accents that make sound UTF-8 by chance do not occur: the declaration is what is wrong.
        warnings.append(Problem(f"it says that it is {encoding}, and is UTF-8; read as that", path, 1))
        encoding = "utf-8-sig"
    try:
        text = data.decode(encoding)
    except LookupError as error:
        raise CodebookError(f"there is no text encoding “{encoding}”", path=path, line=1) from error
    except UnicodeError as error:
        line = data.count(b"\n", 0, getattr(error, "start", 0)) + 1
        message = f"not {encoding.removesuffix('-sig')} text as it says; read as Western Windows (cp1252)"
        warnings.append(Problem(message, path, line, "look at the letters with accents there"))
        text = data.decode("cp1252", "replace")
    text = _unmixed(text, path, warnings)
    # It goes to the parser as UTF-8, whatever it was; lines keep their numbers.
    return _DECLARATION.sub(lambda match: "\n" * match[0].count("\n"), text.lstrip("\ufeff"), count=1)


def _is_utf8(data: bytes) -> bool:
    """Whether these bytes are UTF-8 with letters beyond ASCII in them."""
    try:
        return not data.decode("utf-8").isascii()
    except UnicodeDecodeError:
        return False


def _unmixed(text: str, path: str, warnings: list[Problem]) -> str:
    """The text, with `Ã¤` as `ä` where all of it was UTF-8 that some program took for Western Windows."""
    if text.isascii() or not _MIXED.search(text):
        return text
    data = bytearray()
    for sign in text:
        try:
            data += sign.encode("cp1252")
        except UnicodeEncodeError:
            if ord(sign) > 0xFF:
                return text
            data.append(ord(sign))
    try:
        mended = data.decode("utf-8")
    except UnicodeDecodeError:
        return text
    line = text.count("\n", 0, next(_MIXED.finditer(text)).start()) + 1
    message = "letters with accents had been written as two signs each (“Ã¤” for “ä”); put right"
    warnings.append(Problem(message, path, line, "look at the letters with accents there"))
    return mended


def _broken(error: SAXParseException, text: str) -> tuple[str, str]:
    """What is wrong with XML, near which words, and what to do."""
    lines = text.split("\n")
    number, column = error.getLineNumber() or 1, error.getColumnNumber() or 0
    line = lines[number - 1] if number <= len(lines) else ""
    near = " ".join(line[max(0, column - 25) : column + 15].split())
    message = f"this is not XML: {error.getMessage()}"
    if not near or "not well-formed" not in message:
        return message, "export it again"
    hint = 'export it again; a name or description may hold ", & or < where &quot; &amp; or &lt; belongs'
    return f"{message}, near “{near}”", hint


def _legal(text: str, path: str, warnings: list[Problem]) -> str:
    """`text` without the characters that XML, or our own codebooks, cannot hold."""

    def reference(match: re.Match[str]) -> str:
        number = int(match[1], 16) if match[1] else int(match[2])
        legal = number < 0x110000 and not 0xD800 <= number < 0xE000 and not _ILLEGAL.match(chr(number))
        return match[0] if legal else "\x00"

    marked = _REFERENCE.sub(reference, text)
    first = _ILLEGAL.search(marked)
    if first is None:
        return text
    cleaned, number = _ILLEGAL.subn("", marked)
    line = marked.count("\n", 0, first.start()) + 1
    what = "1 forbidden character was" if number == 1 else f"{number} forbidden characters were"
    warnings.append(Problem(f"{what} taken out", path, line))
    return cleaned


@dataclass(slots=True, eq=False)
class _Element:
    """A Code as it stands in the file."""

    line: int
    attributes: dict[str, str]
    parent: _Element | None
    text: list[str] = field(default_factory=list)


class _Handler(ContentHandler):
    """Collects the Code elements of the first CodeBook, in the order of the file."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: list[_Element] = []
        self.namespace = ""
        self.found_codebook = False
        self.unread: Counter[str] = Counter()
        self._locator: Any = None
        self._in_codebook = False
        self._open: list[str] = []
        self._inside: list[_Element] = []

    def setDocumentLocator(self, locator: Any) -> None:  # noqa: N802
        self._locator = locator

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802
        local = name.rpartition(":")[2]
        if not self._open:
            prefix = name.rpartition(":")[0]
            self.namespace = attrs.get(f"xmlns:{prefix}" if prefix else "xmlns", "")
        self._open.append(local)
        if local == "CodeBook":
            self.found_codebook = self._in_codebook = True
        elif not self._in_codebook:
            return
        elif local == "Code":
            parent = self._inside[-1] if self._inside else None
            self._inside.append(_Element(self._locator.getLineNumber(), dict(attrs), parent))
            self.codes.append(self._inside[-1])
        elif local not in ("Codes", "Description", "Sets", "MemberCode"):
            self.unread[local] += 1

    def endElement(self, name: str) -> None:  # noqa: ARG002, N802
        local = self._open.pop()
        if local == "CodeBook":
            self._in_codebook = False
        elif local == "Code" and self._inside:
            self._inside.pop()

    def characters(self, content: str) -> None:
        if self._inside and self._open[-1] == "Description" and self._open[-2] == "Code":
            self._inside[-1].text.append(content)


# rgb(31, 120, 180), rgba(31, 120, 180, 0.5), or the three numbers alone.
_CHANNELS = re.compile(
    r"(?:rgba?\s*\(\s*)?(\d{1,3})\s*[,; ]\s*(\d{1,3})\s*[,; ]\s*(\d{1,3})(?:\s*[,;/]\s*[\d.]+%?)?\s*\)?",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Repairs:
    """Makes codes of elements; what had to be put right becomes a warning."""

    path: str
    warnings: list[Problem]
    guids: set[str] = field(default_factory=set)
    siblings: set[tuple[str | None, str]] = field(default_factory=set)

    def warn(self, line: int | None, message: str, hint: str | None = None) -> None:
        self.warnings.append(Problem(message, self.path, line, hint))

    def about_the_file(self, handler: _Handler) -> None:
        if handler.namespace not in (NAMESPACE, _PROJECT):
            self.warn(None, f"its namespace is “{handler.namespace}”, not “{NAMESPACE}”; read all the same")
        for name, number in sorted(handler.unread.items()):
            hint = "sets of codes have no counterpart here" if name == "Set" else None
            self.warn(None, f"{number} {name} not read", hint)

    def drafts(self, elements: Sequence[_Element]) -> list[Draft]:
        described = [self._description(element) for element in elements]
        ids = self._ids(elements, described)
        drafts = []
        for element, values in zip(elements, described, strict=True):
            code_id = ids[element]
            parent_id = ids[element.parent] if element.parent is not None else None
            if values.get("status") == "merged" and values.get("merged_into") not in ids.values():
                message = f"“{code_id}” is merged into a code that is not in this file; now it is retired"
                self.warn(element.line, message)
                values |= {"merged_into": None, "status": "retired"}
            values["name"] = self._name(element, parent_id, values.get("status", "active"))
            values |= {"id": code_id, "parent_id": parent_id}
            values |= {"guid": self._guid(element, code_id), "color": self._color(element, code_id)}
            drafts.append(Draft(code=Code(**values), line=element.line))
        self._folders(elements, drafts)
        return drafts

    def _description(self, element: _Element) -> dict[str, Any]:
        text = _LINE_END.sub("\n", "".join(element.text)).strip()
        values = read_description(text)
        if values is None:
            name = element.attributes.get("name", "")
            message = f"the description of “{name}” is all read as definition: its headings do not fit"
            self.warn(element.line, message)
            return {"definition": text}
        return values

    def _ids(self, elements: Sequence[_Element], described: Sequence[dict[str, Any]]) -> dict[_Element, str]:
        """The id that the description names, where no code before it has it; else one made from the name."""
        ids: dict[_Element, str] = {}
        taken = {values["id"] for values in described if "id" in values}
        named: set[str] = set()
        for element, values in zip(elements, described, strict=True):
            code_id = values.pop("id", None)
            if code_id is None or code_id in named:
                made = id_from_name(element.attributes.get("name", ""), taken)
                if code_id is not None:
                    self.warn(element.line, f"a second code has the id “{code_id}”; it is now “{made}”")
                code_id = made
            ids[element] = code_id
            taken.add(code_id)
            named.add(code_id)
        return ids

    def _name(self, element: _Element, parent_id: str | None, status: str) -> str:
        name = " ".join(element.attributes.get("name", "").split())
        if not name:
            name = "unnamed"
            self.warn(element.line, "a code has no name; it is now “unnamed”", "give it one")
        if status != "active":
            return name
        unique, number = name, 1
        while (parent_id, unique.casefold()) in self.siblings:
            number += 1
            unique = f"{name} ({number})"
        if unique != name:
            self.warn(element.line, f"a second code under one theme is named “{name}”; it is now “{unique}”")
        self.siblings.add((parent_id, unique.casefold()))
        return unique

    def _guid(self, element: _Element, code_id: str) -> str | None:
        """The GUID of the file, without braces; None where it is the one that we would make."""
        written = element.attributes.get("guid", "")
        guid = written.strip().removeprefix("{").removesuffix("}")
        if not GUID.fullmatch(guid):
            what = f"the GUID “{written}” is none" if written else "it has no GUID"
            self.warn(element.line, f"“{code_id}”: {what}; one is made from its id")
            return None
        if guid.lower() in self.guids:
            self.warn(element.line, f"“{code_id}” has the GUID of a code before it; one is made from its id")
            return None
        self.guids.add(guid.lower())
        return None if guid.lower() == code_guid(Code(id=code_id, name="")) else guid

    def _color(self, element: _Element, code_id: str) -> str | None:
        written = element.attributes.get("color", "").strip()
        if not written or COLOR.fullmatch(written):
            return written or None
        channels = _CHANNELS.fullmatch(written)
        if channels and all(int(channel) < 256 for channel in channels.groups()):
            written_as, written = (
                written,
                "#" + "".join(f"{int(channel):02X}" for channel in channels.groups()),
            )
            self.warn(element.line, f"“{code_id}”: the colour “{written_as}” is now “{written}”")
            return written
        digits = written.removeprefix("#")
        opaque_last = len(digits) == 8 and digits[-2:].lower() == "ff" and digits[:2].lower() != "ff"
        color = f"#{digits[:6] if opaque_last else digits[-6:] if len(digits) == 8 else digits}"
        if not COLOR.fullmatch(color):
            self.warn(element.line, f"“{code_id}”: the colour “{written}” is none; left out")
            return None
        self.warn(element.line, f"“{code_id}”: the colour “{written}” is now “{color}”")
        return color

    def _folders(self, elements: Sequence[_Element], drafts: Sequence[Draft]) -> None:
        folders = [
            draft.code.name
            for element, draft in zip(elements, drafts, strict=True)
            if element.attributes.get("isCodable") in ("false", "0") and draft.code.status == "active"
        ]
        if folders:
            shown = ", ".join(folders[:5]) + (", …" if len(folders) > 5 else "")
            some = "1 code only groups" if len(folders) == 1 else f"{len(folders)} codes only group"
            message = f"{some} others (isCodable is false); here any code can be given"
            self.warn(None, f"{message}: {shown}")
