"""Sources that a study cannot hold, on their way back: pictures, recordings, texts without words.

The element goes back as it came, with its GUIDs, selections and codings, less what would lead nowhere. The
file itself is not in a study, so its path is written as that of a file outside the package, for which the
standard (section 8.3) has the other program ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from thematic.coded_project import CodedProject, Losses
from thematic.formats.refi.elements import valid_guid
from thematic.formats.refi.kept_elements import parsed_element, valid_in, written_element
from thematic.formats.refi.parsing import key

__all__ = ["kept_sources"]

_PATHS = ("path", "plainTextPath", "richTextPath")
_USERS = ("creatingUser", "modifyingUser")


def kept_sources(
    project: CodedProject,
    known: Mapping[str, str],
    variables: set[str],
    taken: set[str],
    losses: Losses,
) -> tuple[list[bytes], set[str]]:
    """The elements, and the GUIDs of all that is in them.

    known: GUIDs of codes, users and notes that are written, by key. variables: keys of theirs. taken: GUIDs
    of sources that are written already.
    """
    elements: list[bytes] = []
    guids: set[str] = set()
    written = {key(guid) for guid in taken}
    for about in project.kept.get("sources", ()):
        element = parsed_element(about["xml"])
        guid = valid_guid(about["guid"])
        if element is None or not guid or key(guid) in written:
            losses.add("sources without text", "they were not valid when they came")
            continue
        _connect(element, known, variables, losses)
        xml = written_element(element)
        if not valid_in("Sources", xml):
            losses.add("sources without text", "they were not valid when they came")
            continue
        written.add(key(guid))
        elements.append(xml.encode())
        guids |= {each.get("guid") for each in element.iter() if each.get("guid")}
    if elements:
        reason = "the file is not in the package; the other program asks where it is"
        losses.add("files of pictures, recordings and texts without words", reason, count=len(elements))
    return elements, guids


def _connect(element: Any, known: Mapping[str, str], variables: set[str], losses: Losses) -> None:
    """Take out what leads nowhere: codings of a code that is gone, users, notes and variables that are."""
    for each in list(element.iter()):
        each.attrib.pop("currentPath", None)
        for name in _PATHS:
            if name in each.attrib:
                _outside(each, name)
        for name in _USERS:
            if key(each.get(name)) not in known:
                each.attrib.pop(name, None)
        for child in list(each):
            local = child.tag.rpartition("}")[2]
            target = key(child.get("targetGUID"))
            inside = [key(ref.get("targetGUID")) for ref in child.iterfind("{*}CodeRef")]
            if local == "Coding" and not any(code in known for code in inside):
                losses.add("codings", "their code is no longer in the codebook")
                each.remove(child)
            elif (local == "NoteRef" and target not in known) or (
                local == "VariableValue" and not _variables(child) <= variables
            ):
                each.remove(child)


def _variables(value: Any) -> set[str]:
    return {key(ref.get("targetGUID")) for ref in value.iterfind("{*}VariableRef")}


def _outside(element: Any, name: str) -> None:
    """A path as one beside the package: only the name of the file, nothing of somebody's computer."""
    file = PurePosixPath(element.get(name).replace("\\", "/")).name
    if file and file not in (".", "..") and not file.endswith(":"):
        element.set(name, f"relative:///{file}")
    else:
        del element.attrib[name]
