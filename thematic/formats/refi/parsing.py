"""The XML of a REFI-QDA project as plain records: what it says, not yet what it means.

Elements are known by their names, whatever their namespace. GUIDs are lower case without braces, for
comparing; the records keep them as written too. A document type is refused before the parser sees it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from thematic.errors import InputError

__all__ = [
    "NAMESPACE",
    "OtherSource",
    "Project",
    "RawCase",
    "RawCoding",
    "RawNote",
    "RawSelection",
    "RawText",
    "RawVariable",
    "key",
    "parse_project",
    "source_elements",
]

NAMESPACE = "urn:QDA-XML:project:1.0"

# What may stand before the root element of a file that is not an attack.
_PROLOG = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._\-]+)["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:x([0-9A-Fa-f]{1,8})|([0-9]{1,10}));")


MAX_TREE = 2 * 1024**3
_OWNED_TEXTS = ("TextDescription", "Representation", "Transcript")
_LEAST_NAME = 20
_AREAS = ("PictureSelection", "PDFSelection", "AudioSelection", "VideoSelection")


def key(guid: str | None) -> str:
    """A GUID for comparing: lower case, without braces."""
    return (guid or "").strip().strip("{}").lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCoding:
    guid: str
    code: str
    user: str = ""
    at: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSelection:
    """A selection in a text. `start` and `end` are as written; in a transcript of a recording they are the
    positions of its synchronisation points, None where those have none."""

    guid: str
    name: str
    start: int | None
    end: int | None
    line: int
    user: str = ""
    at: str = ""
    modified_by: str = ""
    modified_at: str = ""
    description: str = ""
    codings: tuple[RawCoding, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawText:
    """A source with a text: a TextSource, or the text of a PDF, picture or recording.

    owner: GUID and name of the source that it is the text of; its own for a TextSource. values: of
    variables, by GUID. codings: of the source as a whole. sync: (milliseconds, position) of a transcript.
    areas: selections on the pages of a PDF that no selection in its text stands for; their name is the words
    in them, their positions are None.
    """

    kind: str
    guid: str
    name: str
    owner: str
    owner_name: str
    line: int
    plain_path: str = ""
    rich_path: str = ""
    inline: str | None = None
    user: str = ""
    at: str = ""
    modified_by: str = ""
    modified_at: str = ""
    description: str = ""
    selections: tuple[RawSelection, ...] = ()
    codings: tuple[RawCoding, ...] = ()
    notes: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    sync: tuple[tuple[int, int], ...] = ()
    areas: tuple[RawSelection, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCase:
    guid: str
    name: str
    description: str = ""
    codes: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    sources: tuple[str, ...] = ()
    selections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RawVariable:
    guid: str
    name: str
    type: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawNote:
    """A memo. `xml` is the element as it stands, for the way back."""

    guid: str
    name: str
    inline: str | None
    plain_path: str
    rich_path: str
    description: str
    user: str
    at: str
    has_codings: bool
    xml: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSource:
    """A source that is no text; `codings` counts those of places in it."""

    kind: str
    guid: str
    name: str
    codings: int


@dataclass(slots=True, kw_only=True)
class Project:
    """All that the XML says. `kept` are elements with no place in a study, as they stand, by their name."""

    name: str
    origin: str
    attributes: dict[str, str]
    namespace: str
    description: str = ""
    notes_of_project: tuple[str, ...] = ()
    users: list[dict[str, str]] = field(default_factory=list)
    codebook: bytes | None = None
    codes: list[dict[str, Any]] = field(default_factory=list)
    variables: list[RawVariable] = field(default_factory=list)
    cases: list[RawCase] = field(default_factory=list)
    texts: list[RawText] = field(default_factory=list)
    notes: list[RawNote] = field(default_factory=list)
    kept: dict[str, list[str]] = field(default_factory=dict)
    unread: Counter[str] = field(default_factory=Counter)
    other_sources: list[OtherSource] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)


def parse_project(data: bytes, name: str) -> Project:
    """The project in these bytes. Raises InputError with the line when it is no XML, or declares a type."""
    repairs: list[str] = []
    root = _root(data, name, repairs)
    if _local(root) != "Project":
        raise InputError(
            f"no REFI-QDA project: its root is {_local(root)}",
            path=name,
            hint="a codebook (.qdc) is read with `thematic codebook convert`"
            if _local(root) == "CodeBook"
            else "export the project as REFI-QDA (.qdpx)",
        )
    reader = _Reader(root, repairs)
    return reader.read()


def source_elements(data: bytes, name: str, guids: Collection[str]) -> list[dict[str, str]]:
    """GUID and XML of the sources with one of these GUIDs (keys), in a project that has been read."""
    sources = (child for child in _root(data, name, []) if _local(child) == "Sources")
    return [
        {"guid": source.get("guid", ""), "xml": _xml(source)}
        for group in sources
        for source in group
        if key(source.get("guid")) in guids
    ]


def _root(data: bytes, name: str, repairs: list[str]) -> Any:
    from lxml import etree

    text = _decoded(data, name, repairs)
    prolog = _PROLOG.match(text)
    if prolog is not None and text.startswith("<!DOCTYPE", prolog.end()):
        raise InputError(
            "it declares a document type, which no program of the field does: an attack does",
            path=name,
            hint="do not open this file elsewhere; ask for a new export of the project",
        )
    # A tree takes many times the bytes of the file where elements are short; this much takes about 2 GB.
    if text.count("<") * 100 + text.count("=") * 200 + 2 * len(text) > MAX_TREE:
        raise InputError(
            "it has more elements than any project has",
            path=name,
            hint="do not open this file elsewhere; ask for a new export of the project",
        )
    # Safe without a document type: there is nothing to expand. The limits on size are ours (packages.py).
    options = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": True}
    options |= {"remove_comments": True, "remove_pis": True}
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), etree.XMLParser(**options))
    except etree.XMLSyntaxError as error:
        cleaned, number = _without_forbidden(text)
        if not number:
            raise _no_xml(error, name) from None
        repairs.append(f"{number:,} characters that XML forbids were taken out of the project file")
        try:
            return etree.fromstring(cleaned.encode("utf-8", "replace"), etree.XMLParser(**options))
        except etree.XMLSyntaxError as again:
            raise _no_xml(again, name) from None


def _no_xml(error: Any, name: str) -> InputError:
    message = str(error.msg).split(", line ")[0]
    return InputError(
        f"broken XML: {message}", path=name, line=error.lineno, hint="it may be cut off; export it again"
    )


def _decoded(data: bytes, name: str, repairs: list[str]) -> str:
    declared = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf"))
    encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif encoding in ("utf-8", "utf8"):
        encoding = "utf-8-sig"
    try:
        text = data.decode(encoding)
    except LookupError:
        raise InputError(
            f"there is no text encoding “{encoding}”", path=name, line=1, hint="export the project again"
        ) from None
    except UnicodeError:
        said = encoding.removesuffix("-sig")
        repairs.append(f"the project file is not {said} as it says; read as Western Windows (cp1252)")
        text = data.decode("cp1252", "replace")
    return _DECLARATION.sub("", text.lstrip("\ufeff"), count=1)


def _without_forbidden(text: str) -> tuple[str, int]:
    def reference(match: re.Match[str]) -> str:
        number = int(match[1], 16) if match[1] else int(match[2])
        legal = number < 0x110000 and not _FORBIDDEN.match(chr(number))
        return match[0] if legal else "\x00"

    return _FORBIDDEN.subn("", _REFERENCE.sub(reference, text))


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _positions(written: str | None) -> int | None:
    try:
        value = int(written or "")
    except ValueError:
        return None
    return value if abs(value) < 2**53 else None


class _Reader:
    """Walks a project once; what it does not know is counted in `unread`."""

    def __init__(self, root: Any, repairs: list[str]) -> None:
        self.root = root
        tag = str(root.tag)
        self.project = Project(
            name=root.get("name", ""),
            origin=root.get("origin", ""),
            attributes={str(k).rpartition("}")[2]: str(v) for k, v in root.attrib.items()},
            namespace=tag[1:].partition("}")[0] if tag.startswith("{") else "",
            repairs=repairs,
        )

    def read(self) -> Project:
        parts = {
            "Users": self._users,
            "CodeBook": self._codebook,
            "Variables": self._variables,
            "Cases": self._cases,
            "Sources": self._sources,
            "Notes": self._notes,
        }
        references = []
        for child in self.root:
            name = _local(child)
            if name in parts:
                parts[name](child)
            elif name in ("Links", "Sets", "Graphs"):
                self.project.kept.setdefault(name, []).extend(map(_xml, child))
            elif name == "Description":
                self.project.description = _text(child)
            elif name == "NoteRef":
                references.append(key(child.get("targetGUID")))
            else:
                self.project.unread[name] += 1
        self.project.notes_of_project = tuple(references)
        return self.project

    def _users(self, element: Any) -> None:
        self.project.users += [
            {name: user.get(name, "") for name in ("guid", "name", "id")} for user in element
        ]

    def _codebook(self, element: Any) -> None:
        from lxml import etree

        for code in element.iter("{*}Code"):
            references = _references(code, "NoteRef")
            codable = code.get("isCodable", "true").strip().lower() not in ("false", "0")
            self.project.codes.append({"guid": code.get("guid", ""), "codable": codable, "notes": references})
            for reference in code.findall("{*}NoteRef"):
                code.remove(reference)
        self.project.codebook = etree.tostring(element, encoding="utf-8", xml_declaration=True)

    def _variables(self, element: Any) -> None:
        self.project.variables += [
            RawVariable(
                guid=each.get("guid", ""),
                name=each.get("name", ""),
                type=each.get("typeOfVariable", "Text"),
                description=_child_text(each, "Description"),
            )
            for each in element
        ]

    def _cases(self, element: Any) -> None:
        self.project.cases += [
            RawCase(
                guid=each.get("guid", ""),
                name=each.get("name", ""),
                description=_child_text(each, "Description"),
                codes=_references(each, "CodeRef"),
                values=_values(each),
                sources=_references(each, "SourceRef"),
                selections=_references(each, "SelectionRef"),
            )
            for each in element
        ]

    def _sources(self, element: Any) -> None:
        for source in element:
            kind = _local(source)
            if kind == "TextSource":
                self.project.texts.append(_raw_text(source, source))
                continue
            if kind not in ("PictureSource", "PDFSource", "AudioSource", "VideoSource"):
                self.project.unread[kind] += 1
                continue
            owned = [child for child in source if _local(child) in _OWNED_TEXTS]
            texts = [_raw_text(child, source) for child in owned]
            own = [c for c in source if _local(c) in _AREAS]
            if texts and kind == "PDFSource":
                texts[0], own = _with_areas(texts[0], own), []
            self.project.texts += texts
            codings = sum(1 for selection in own for _ in selection.iterfind("{*}Coding"))
            if not texts:
                codings += sum(1 for _ in source.iterfind("{*}Coding"))
            for selection in own:
                self.project.unread[_local(selection)] += 1
            made = OtherSource(
                kind=kind, guid=source.get("guid", ""), name=source.get("name", ""), codings=codings
            )
            self.project.other_sources.append(made)
            source.clear()

    def _notes(self, element: Any) -> None:
        for note in element:
            has_codings = next(note.iter("{*}Coding"), None) is not None
            self.project.notes.append(
                RawNote(
                    guid=note.get("guid", ""),
                    name=note.get("name", ""),
                    inline=_inline(note),
                    plain_path=note.get("plainTextPath", ""),
                    rich_path=note.get("richTextPath", ""),
                    description=_child_text(note, "Description"),
                    user=key(note.get("creatingUser")),
                    at=note.get("creationDateTime", ""),
                    has_codings=has_codings,
                    xml=_xml(note),
                )
            )


def _raw_text(element: Any, owner: Any) -> RawText:
    sync = {
        key(point.get("guid")): (_positions(point.get("timeStamp")), _positions(point.get("position")))
        for point in element.iterfind("{*}SyncPoint")
    }
    selections = []
    for child in element:
        name = _local(child)
        if name == "PlainTextSelection":
            start, end = _positions(child.get("startPosition")), _positions(child.get("endPosition"))
        elif name == "TranscriptSelection":
            start = sync.get(key(child.get("fromSyncPoint")), (None, None))[1]
            end = sync.get(key(child.get("toSyncPoint")), (None, None))[1]
        else:
            continue
        selections.append(_selection(child, start, end))
    whole = _codings(element)
    values = _values(element)
    notes = _references(element, "NoteRef")
    if owner is not element:
        whole += _codings(owner)
        values += _values(owner)
        notes += _references(owner, "NoteRef")
    return RawText(
        kind=_local(owner),
        guid=element.get("guid", ""),
        name=element.get("name", ""),
        owner=owner.get("guid", ""),
        owner_name=owner.get("name", "") or element.get("name", ""),
        line=element.sourceline or 0,
        plain_path=element.get("plainTextPath", ""),
        rich_path=element.get("richTextPath", ""),
        inline=_inline(element),
        selections=tuple(selections),
        codings=tuple(whole),
        notes=notes,
        values=values,
        sync=tuple(sorted((t, p) for t, p in sync.values() if t is not None and p is not None)),
        description=_child_text(element, "Description"),
        areas=(),
        **_made(element),
    )


def _with_areas(text: RawText, elements: Iterable[Any]) -> RawText:
    """The text of a PDF with what is selected on its pages.

    ATLAS.ti writes such a selection twice, on the page and in the text, with one GUID: it is one selection.
    """
    selections = {key(selection.guid): selection for selection in text.selections}
    areas: list[RawSelection] = []
    for element in elements:
        area = _selection(element, None, None)
        twin = selections.get(key(area.guid))
        if twin is not None:
            known = {coding.code for coding in twin.codings}
            more = tuple(coding for coding in area.codings if coding.code not in known)
            selections[key(area.guid)] = replace(twin, codings=(*twin.codings, *more))
            continue
        inside = element.find("{*}Representation")
        words = _inline(inside) if inside is not None else None
        if words is None and len(area.name) >= _LEAST_NAME and not area.name.endswith(("…", "...")):
            words = area.name
        areas.append(replace(area, name=words or ""))
    if len(selections) < len(text.selections):  # some share a GUID, or have none
        return replace(text, areas=tuple(areas))
    return replace(text, selections=tuple(selections.values()), areas=tuple(areas))


def _made(element: Any) -> dict[str, str]:
    return {
        "user": key(element.get("creatingUser")),
        "at": element.get("creationDateTime", ""),
        "modified_by": key(element.get("modifyingUser")),
        "modified_at": element.get("modifiedDateTime", ""),
    }


def _selection(element: Any, start: int | None, end: int | None) -> RawSelection:
    return RawSelection(
        guid=element.get("guid", ""),
        name=element.get("name", ""),
        start=start,
        end=end,
        line=element.sourceline or 0,
        description=_child_text(element, "Description"),
        codings=(
            *_codings(element),
            # Some programs leave out the Coding around its code.
            *(RawCoding(guid="", code=code) for code in _references(element, "CodeRef")),
        ),
        notes=_references(element, "NoteRef"),
        **_made(element),
    )


def _codings(element: Any) -> list[RawCoding]:
    """A coding for each code: the standard allows one code in a Coding, some programs write more."""
    return [
        RawCoding(
            guid="" if number else coding.get("guid", ""),
            code=code,
            user=key(coding.get("creatingUser")),
            at=coding.get("creationDateTime", ""),
            notes=_references(coding, "NoteRef"),
        )
        for coding in element.iterfind("{*}Coding")
        for number, code in enumerate(_references(coding, "CodeRef") or ("",))
    ]


def _references(element: Any, name: str) -> tuple[str, ...]:
    return tuple(key(child.get("targetGUID")) for child in element.iterfind(f"{{*}}{name}"))


def _values(element: Any) -> tuple[tuple[str, str], ...]:
    """(GUID of the variable, value) of each VariableValue that has a value."""
    return tuple(_each_value(element))


def _each_value(element: Any) -> Iterator[tuple[str, str]]:
    for value in element.iterfind("{*}VariableValue"):
        guid = next(iter(_references(value, "VariableRef")), "")
        for child in value:
            if _local(child) != "VariableRef" and (written := _text(child).strip()):
                yield guid, written


def _inline(element: Any) -> str | None:
    child = element.find("{*}PlainTextContent")
    return None if child is None else _text(child)


def _child_text(element: Any, name: str) -> str:
    child = element.find(f"{{*}}{name}")
    return "" if child is None else _text(child)


def _text(element: Any) -> str:
    return "".join(element.itertext())


def _xml(element: Any) -> str:
    """The element as it stands, in the namespace of the standard, without what follows it."""
    from copy import deepcopy

    from lxml import etree

    alone = deepcopy(element)
    alone.tail = None
    for each in alone.iter():
        each.tag = f"{{{NAMESPACE}}}{_local(each)}"
    etree.cleanup_namespaces(alone, top_nsmap={None: NAMESPACE})
    return str(etree.tostring(alone, encoding="unicode"))
