"""Cases and variables of a project as attributes of its transcripts.

A study knows what is known of a participant by transcript. A case is about a transcript when it names its
source, when its selections cover it, or when it is the only case there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from thematic.coded_project import Losses
from thematic.formats.refi.parsing import Project, RawCase, key
from thematic.model import Transcript

__all__ = ["case_attributes", "variable_names"]

BESIDE = "in imports/, for the way back"
_MOST = 0.8


def case_attributes(
    project: Project,
    transcripts: Mapping[str, Transcript],
    own: Mapping[str, Sequence[tuple[str, str]]],
    spans: Mapping[str, tuple[str, int, int]],
    losses: Losses,
) -> dict[str, tuple[dict[str, str], tuple[str, ...]]]:
    """The attributes of each transcript and the GUIDs of the cases that they come from, by its id.

    transcripts: by GUID of their source. own: values of variables on the text itself, by transcript id.
    spans: where each selection is, by GUID. What cannot be an attribute goes to `losses`.
    """
    names = variable_names(project)
    titles = {transcript.id: transcript.title for transcript in transcripts.values()}
    lengths = {transcript.id: len(transcript.text) for transcript in transcripts.values()}
    about: dict[str, list[RawCase]] = {}
    parts: dict[str, list[RawCase]] = {}
    for case in project.cases:
        whole = {transcripts[guid].id for guid in case.sources if guid in transcripts}
        covered: dict[str, int] = {}
        for guid in case.selections:
            if guid in spans:
                id_, start, end = spans[guid]
                covered[id_] = covered.get(id_, 0) + end - start
        whole |= {id_ for id_, length in covered.items() if length >= _MOST * lengths[id_]}
        for id_ in sorted(whole):
            about.setdefault(id_, []).append(case)
        for id_ in sorted(covered.keys() - whole):
            parts.setdefault(id_, []).append(case)
        if not whole and not covered:
            losses.add("cases", "they are about no text that was carried", kept=BESIDE, example=case.name)
    for id_, cases in parts.items():
        if id_ not in about and len(cases) == 1:
            about[id_] = cases
        else:
            for case in cases:
                why = "they are about a part of a text; attributes here are of whole texts"
                losses.add("cases", why, kept=BESIDE, example=f"{case.name} in {titles[id_]}")
    coded = [case for case in project.cases if case.codes]
    if coded:
        losses.add("cases that have codes", "a case has no codes here", count=len(coded), kept=BESIDE)
    return {
        id_: (
            _joined(id_, own.get(id_, ()), about.get(id_, []), titles[id_], names, losses),
            tuple(case.guid for case in about.get(id_, [])),
        )
        for id_ in titles
    }


def _joined(
    id_: str,
    own: Sequence[tuple[str, str]],
    cases: Sequence[RawCase],
    title: str,
    names: Mapping[str, str],
    losses: Losses,
) -> dict[str, str]:
    """The attributes of one transcript: its own values, then those on which its cases agree."""
    named = list(dict.fromkeys(" ".join(case.name.split()) for case in cases if case.name.strip()))
    attributes = {"case": "; ".join(named)} if named and named not in ([id_], [title]) else {}
    differing: dict[str, None] = {}
    for guid, value in [*own, *(pair for case in cases for pair in case.values)]:
        name = names.get(guid)
        if name is None:
            losses.add("values", "their variable is not in the file", example=value)
            continue
        flat = " ".join(value.split())
        if name in attributes and attributes[name] != flat:
            differing[name] = None
        attributes.setdefault(name, flat)
    for name in differing:
        del attributes[name]
        why = "the cases of one text differ in it"
        losses.add("values", why, kept=BESIDE, example=f"{name} of {title}")
    return attributes


def variable_names(project: Project) -> dict[str, str]:
    """The name of each variable as an attribute, by GUID; no two alike, and none like `case`."""
    names: dict[str, str] = {}
    taken = {"case", "participant"}
    for variable in project.variables:
        stem = " ".join(variable.name.split()) or "variable"
        candidate, number = stem, 1
        while candidate.casefold() in taken:
            number += 1
            candidate = f"{stem} ({number})"
        taken.add(candidate.casefold())
        names[key(variable.guid)] = candidate
    return names
