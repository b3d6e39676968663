"""What a study has no place for, as JSON takes it: an export to REFI-QDA gives it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from thematic.formats.refi.cases import variable_names
from thematic.formats.refi.parsing import Project, key
from thematic.formats.refi.people import People
from thematic.formats.refi.sources import SourceRead
from thematic.model import Code

__all__ = ["kept"]


def kept(
    project: Project,
    reads: Sequence[SourceRead],
    codes: Mapping[str, Code],
    people: People,
    memos: Mapping[str, str],
) -> dict[str, Any]:
    """GUIDs of everything, cases, variables and notes as they came, and links, sets and maps as they stand.

    codes: by GUID. memos: the words of each note, by GUID. Selections and codings are kept in the journals.
    """
    names = variable_names(project)
    return {
        "project": {
            **project.attributes,
            "description": project.description,
            "notes": list(project.notes_of_project),
        },
        "users": [
            {**user, "coder": coder.id, "layer": people.layers[key(user["guid"])]}
            for user in project.users
            if (coder := people.coders.get(key(user["guid"])))
        ],
        "codes": {
            codes[key(code["guid"])].id: {"codable": code["codable"], "notes": list(code["notes"])}
            for code in project.codes
            if key(code["guid"]) in codes and (code["notes"] or not code["codable"])
        },
        "texts": {read.transcript.id: _text(read) for read in reads},
        "variables": [
            {
                "guid": variable.guid,
                "name": variable.name,
                "type": variable.type,
                "description": variable.description,
                "attribute": names[key(variable.guid)],
            }
            for variable in project.variables
        ],
        "cases": [
            {
                "guid": case.guid,
                "name": case.name,
                "description": case.description,
                "codes": list(case.codes),
                "values": [list(pair) for pair in case.values],
                "sources": list(case.sources),
                "selections": list(case.selections),
            }
            for case in project.cases
        ],
        "notes": [
            {"guid": note.guid, "xml": note.xml, "text": memos.get(key(note.guid), "")}
            for note in project.notes
        ],
        "xml": project.kept,
        "offsets": {read.transcript.id: read.choice.record() for read in reads if read.choice is not None},
    }


def _text(read: SourceRead) -> dict[str, Any]:
    raw = read.raw
    is_own = raw.owner == raw.guid
    values = {
        "kind": raw.kind,
        "guid": raw.guid,
        "owner": "" if is_own else raw.owner,
        "name": raw.name,
        "owner_name": "" if is_own else raw.owner_name,
        "user": raw.user,
        "at": raw.at,
        "modified_by": raw.modified_by,
        "modified_at": raw.modified_at,
        "description": raw.description,
        "notes": list(raw.notes),
        "values": [list(pair) for pair in raw.values],
        "sync": [list(pair) for pair in raw.sync],
        "attributes": dict(read.transcript.attributes),
        "cases": list(read.cases),
    }
    return {name: value for name, value in values.items() if value}
