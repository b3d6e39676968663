"""Attributes of transcripts as variables and cases of a project.

What came from another program goes back as it came: its variables with their types, its cases with their
values. A value that was changed or added in the study is written on the text itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from thematic.coded_project import CodedProject, Losses
from thematic.formats.codebooks.codebook_qdc import code_guids
from thematic.formats.refi.elements import Elements, valid_guid
from thematic.formats.refi.identity import made_guid
from thematic.formats.refi.parsing import key

if TYPE_CHECKING:
    from thematic.formats.refi.coded_sources import CodedSources

__all__ = ["casebook", "text_values"]

_INTEGER = re.compile(r"-?(?:0|[1-9]\d*)")
_DECIMAL = re.compile(r"-?\d+\.\d+")


@dataclass(frozen=True, slots=True)
class Variable:
    guid: str
    name: str
    type: str
    description: str = ""


@dataclass(slots=True)
class Values:
    """Values of variables on one text or case."""

    pairs: list[tuple[Variable, str]] = field(default_factory=list)

    def elements(self, make: Elements) -> list[str]:
        return [
            make.element(
                "VariableValue",
                make.element("VariableRef", targetGUID=variable.guid),
                make.text(f"{variable.type}Value", value),
            )
            for variable, value in self.pairs
        ]


@dataclass(slots=True)
class _Plan:
    """What is written: the variables, values on texts, and cases with their values."""

    variables: list[Variable]
    on_texts: dict[str, Values]
    cases: list[tuple[dict[str, Any], Values]]
    new_cases: dict[str, tuple[str, Values]]


def text_values(project: CodedProject) -> dict[str, Values]:
    """The values that stand on a text itself, by transcript id."""
    return _plan(project).on_texts


def casebook(
    project: CodedProject, sources: CodedSources, make: Elements, losses: Losses
) -> tuple[list[str], list[str]]:
    """Variable elements and Case elements."""
    plan = _plan(project)
    variables = [
        make.named(
            "Variable",
            variable.name,
            make.text("Description", variable.description),
            guid=variable.guid,
            typeOfVariable=variable.type,
        )
        for variable in plan.variables
    ]
    written = {key(guid): guid for guid in sources.guids}
    for id_, about in project.kept.get("texts", {}).items():
        for name in ("owner", "guid"):
            if about.get(name) and id_ in sources.of_transcript:
                written.setdefault(key(about[name]), sources.of_transcript[id_])
    codes = {key(g): g for g in code_guids(project.codebook).values()} if project.codebook else {}
    cases = []
    for about, values in plan.cases:
        missing = [g for name in ("sources", "selections") for g in about.get(name, ()) if g not in written]
        if missing:
            losses.add(
                "places of cases", "their text is not in the study", count=len(missing), example=about["name"]
            )
        cases.append(
            make.element(
                "Case",
                make.text("Description", about.get("description", "")),
                *(make.element("CodeRef", targetGUID=codes[g]) for g in about.get("codes", ()) if g in codes),
                *values.elements(make),
                *_refs("SourceRef", about.get("sources", ()), written, make),
                *_refs("SelectionRef", about.get("selections", ()), written, make),
                guid=valid_guid(about["guid"]) or made_guid("case", about["name"]),
                name=about["name"],
            )
        )
    for id_, (name, values) in plan.new_cases.items():
        cases.append(
            make.element(
                "Case",
                *values.elements(make),
                make.element("SourceRef", targetGUID=sources.of_transcript[id_]),
                guid=made_guid("case", id_),
                name=name,
            )
        )
    return variables, cases


def _refs(name: str, guids: Sequence[str], written: Mapping[str, str], make: Elements) -> list[str]:
    return [make.element(name, targetGUID=written[guid]) for guid in guids if guid in written]


def _plan(project: CodedProject) -> _Plan:
    kept = project.kept
    came = {key(v["guid"]): v for v in kept.get("variables", ()) if valid_guid(v["guid"])}
    attributes = {text.transcript.id: dict(text.transcript.attributes) for text in project.texts}
    texts = {id_: about for id_, about in kept.get("texts", {}).items() if id_ in attributes}
    by_attribute = {v["attribute"]: guid for guid, v in came.items()}

    # Where a value is now another than when it came, it moves from its case to the texts of the case.
    on_texts = {id_: {k: v for k, v in about.get("values", ()) if k in came} for id_, about in texts.items()}
    cases = [(case, {k: v for k, v in case["values"] if k in came}) for case in kept.get("cases", ())]
    for id_, about in texts.items():
        before = about.get("attributes", {})
        for name in dict.fromkeys((*before, *attributes[id_])):
            if attributes[id_].get(name) == before.get(name) or name == "case":
                continue
            guid = by_attribute.get(name)
            if guid is None:
                continue
            on_texts[id_].pop(guid, None)
            for case, values in cases:
                if id_ in _about(case, texts) and guid in values:
                    value = values.pop(guid)
                    for other in _about(case, texts):
                        if other != id_:
                            on_texts[other].setdefault(guid, value)
            if name in attributes[id_]:
                on_texts[id_][guid] = attributes[id_][name]

    new: dict[str, dict[str, str]] = {}
    for id_, own in attributes.items():
        rest = {n: v for n, v in own.items() if n not in by_attribute and (n != "case" or id_ not in texts)}
        if id_ in texts:
            on_texts[id_] |= {f"new:{n}": v for n, v in rest.items() if n != "case"}
        elif own:
            shared = {by_attribute[n]: v for n, v in own.items() if n in by_attribute}
            new[id_] = shared | {f"new:{n}": v for n, v in rest.items()}
    variables = _variables(came, [*on_texts.values(), *(v for _, v in cases), *new.values()])

    def values_of(pairs: Mapping[str, str]) -> Values:
        return Values([(variables[k], v) for k, v in pairs.items() if k != "new:case"])

    titles = {text.transcript.id: text.transcript.title for text in project.texts}
    return _Plan(
        variables=list(variables.values()),
        on_texts={id_: values_of(pairs) for id_, pairs in on_texts.items()},
        cases=[(case, values_of(pairs)) for case, pairs in cases],
        new_cases={
            id_: (pairs.get("new:case") or titles[id_], values_of(pairs)) for id_, pairs in new.items()
        },
    )


def _about(case: Mapping[str, Any], texts: Mapping[str, Any]) -> list[str]:
    """The transcripts that a case is about."""
    return [
        id_
        for id_, about in texts.items()
        if {key(about.get("guid", "")), key(about.get("owner", ""))} & set(case.get("sources", ()))
        or case.get("guid") in about.get("cases", ())
    ]


def _variables(
    came: Mapping[str, Mapping[str, Any]], used: Sequence[Mapping[str, str]]
) -> dict[str, Variable]:
    """A variable for each that came and each attribute of the study; of a type that all its values have."""
    values: dict[str, list[str]] = {guid: [] for guid in came}
    for pairs in used:
        for k, value in pairs.items():
            if k != "new:case":
                values.setdefault(k, []).append(value)
    made = {}
    for k, given in values.items():
        if k in came:
            about = came[k]
            fits = all(_fits(value, about["type"]) for value in given)
            kind = about["type"] if fits else "Text"
            made[k] = Variable(about["guid"].strip(), about["name"], kind, about.get("description", ""))
        else:
            name = k.removeprefix("new:")
            kind = next(t for t in ("Integer", "Float", "Date", "Text") if all(_fits(v, t) for v in given))
            made[k] = Variable(made_guid("variable", name), name, kind)
    return made


def _fits(value: str, kind: str) -> bool:
    if kind == "Integer":
        return bool(_INTEGER.fullmatch(value)) and value != "-0"
    if kind == "Float":
        return bool(_DECIMAL.fullmatch(value) or _INTEGER.fullmatch(value))
    if kind == "Boolean":
        return value in ("true", "false", "0", "1")
    try:
        if kind == "Date":
            return date.fromisoformat(value).isoformat() == value
        if kind == "DateTime":
            datetime.fromisoformat(value)
            return "T" in value
    except ValueError:
        return False
    return kind == "Text"
