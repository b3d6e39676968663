"""Notes, links, sets and maps that came from another program, on their way back; none points to nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from thematic.coded_project import CodedProject, Losses
from thematic.formats.refi.elements import Elements, valid_guid
from thematic.formats.refi.parsing import NAMESPACE, key

__all__ = ["KeptElements", "kept_elements", "parsed_element", "project_schema", "valid_in", "written_element"]

_REFERENCES = ("MemberCode", "MemberSource", "MemberNote", "NoteRef")


@dataclass(slots=True)
class KeptElements:
    """The groups Notes, Links, Sets and Graphs in this order, and the references of the project to notes."""

    groups: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)


def kept_elements(
    project: CodedProject, known: Mapping[str, str], make: Elements, losses: Losses
) -> KeptElements:
    """What goes back. known: GUIDs of codes, users, texts, selections and codings, as they are written."""
    notes: dict[str, str] = {}
    for note in project.kept.get("notes", ()):
        element = parsed_element(note["xml"])
        guid = valid_guid(note["guid"])
        if element is None or not guid:
            losses.add("memos", "they were not valid when they came")
            continue
        xml = _note(element, note["text"])
        if valid_in("Notes", xml):
            notes[guid] = xml
        else:
            losses.add("memos", "they were not valid when they came")
    everything = {**known, **{key(guid): guid for guid in notes}}
    found = KeptElements([make.group("Notes", notes.values())])
    xml = project.kept.get("xml", {})
    for name in ("Links", "Sets", "Graphs"):
        elements = [parsed_element(text) for text in xml.get(name, ())]
        everything |= {key(e.get("guid")): e.get("guid") for e in elements if e is not None}
        found.groups.append(make.group(name, _connected(name, elements, everything, losses)))
    about = project.kept.get("project", {})
    found.references = [
        make.element("NoteRef", targetGUID=everything[guid])
        for guid in about.get("notes", ())
        if guid in everything
    ]
    return found


def _connected(name: str, elements: list[Any], everything: Mapping[str, str], losses: Losses) -> list[str]:
    rows = []
    for element in elements:
        if element is None or not valid_guid(element.get("guid", "")):
            losses.add(name.lower(), "they were not valid when they came")
            continue
        ends = [element.get(end) for end in ("originGUID", "targetGUID") if element.get(end)]
        if name == "Links" and any(key(end) not in everything for end in ends):
            losses.add("links", "an end of theirs is not in the study", example=element.get("name", ""))
            continue
        for child in list(element):
            local = child.tag.rpartition("}")[2]
            if local in _REFERENCES and key(child.get("targetGUID")) not in everything:
                element.remove(child)
                losses.add("members of sets", "they are not in the study", example=element.get("name", ""))
        xml = written_element(element)
        if valid_in(name, xml):
            rows.append(xml)
        else:
            losses.add(name.lower(), "they were not valid when they came")
    return rows


def _note(element: Any, text: str) -> str:
    """A note with its words inside: the file that they came in is not kept, nor are codings of a note."""
    from lxml import etree

    for name in ("plainTextPath", "richTextPath"):
        element.attrib.pop(name, None)
    for child in list(element):
        if child.tag.rpartition("}")[2] in ("PlainTextContent", "PlainTextSelection", "Coding"):
            element.remove(child)
    content = etree.Element(f"{{{NAMESPACE}}}PlainTextContent")
    content.text = text
    description = element.find(f"{{{NAMESPACE}}}Description")
    element.insert(0 if description is None else 1, content)
    return written_element(element)


def parsed_element(xml: str) -> Any:
    """The element, or None when it is no XML."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(xml.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def valid_in(group: str, xml: str) -> bool:
    """Whether the element is valid in this group of a project, by the schema of the standard."""
    from lxml import etree

    project = f'<Project xmlns="{NAMESPACE}" name="x"><{group}>{xml}</{group}></Project>'
    try:
        return bool(project_schema().validate(etree.fromstring(project.encode("utf-8", "replace"))))
    except etree.XMLSyntaxError:
        return False


@cache
def project_schema() -> Any:
    """The schema of the standard for projects."""
    from lxml import etree

    return etree.XMLSchema(etree.fromstring(files("thematic").joinpath("schemas/Project.xsd").read_bytes()))


def written_element(element: Any) -> str:
    """The element as it stands in a project, whose namespace it does not say again."""
    from lxml import etree

    text = str(etree.tostring(element, encoding="unicode"))
    return text.replace(f' xmlns="{NAMESPACE}"', "", 1)
