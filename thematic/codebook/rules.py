"""What a codebook must be: every mistake and every doubt, in one pass."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from thematic.codebook.naming import called, id_from_name
from thematic.errors import did_you_mean
from thematic.model import Code

__all__ = ["COLOR", "GUID", "Flaw", "check"]


COLOR = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing that is wrong with a list of codes.

    position: index of the code, or None when it is about all of them. field: the field of `Code` to mend.
    first: index of the code it collides with. fatal: with it, the codes are no codebook; else a warning.
    """

    message: str
    hint: str | None = None
    position: int | None = None
    field: str = "id"
    first: int | None = None
    fatal: bool = True


def check(codes: Sequence[Code]) -> tuple[Flaw, ...]:
    """Everything that is wrong with these codes, mistakes and warnings, in the order of the codes."""
    if not codes:
        return (Flaw(message="the codebook has no codes", hint="add one, with an id and a name"),)
    flaws = [
        *_check_texts(codes),
        *_check_unique(codes),
        *_check_references(codes),
        *_check_cycles(codes, "parent_id"),
        *_check_cycles(codes, "merged_into"),
        *_check_definitions(codes),
        *_check_examples(codes),
    ]
    last = len(codes)
    return tuple(sorted(flaws, key=lambda flaw: last if flaw.position is None else flaw.position))


def _check_texts(codes: Sequence[Code]) -> Iterator[Flaw]:
    for i, code in enumerate(codes):
        if not code.id:
            hint = f"give it one, such as {id_from_name(code.name)}"
            yield Flaw(message=f"the code {called(code.name)} has no id", hint=hint, position=i)
        elif ";" in code.id or not all(map(_writable, code.id)) or "\n" in code.id or "\t" in code.id:
            hint = "lists of codes are separated by ; so an id may not hold one, nor a tab or a line end"
            yield Flaw(message=f"{called(code.id)} cannot be an id", hint=hint, position=i)
        if not code.name:
            message = f"the code {called(code.id)} has no name"
            yield Flaw(message=message, hint="add a name", position=i, field="name")
        for name, text in _texts(code):
            strange = next((c for c in text if not _writable(c)), None)
            if strange is not None:
                message = f"{called(code.id)}: its {_word(name)} holds the character U+{ord(strange):04X}"
                hint = "delete that character: no other program can read it"
                yield Flaw(message=message, hint=hint, position=i, field=name)
        if code.color is not None and not COLOR.fullmatch(code.color):
            message = f"{called(code.id)}: {called(code.color)} is not a colour"
            yield Flaw(message=message, hint='write it as "#0072B2"', position=i, field="color")
        if code.guid is not None and not GUID.fullmatch(code.guid):
            message = f"{called(code.id)}: {called(code.guid)} is not a GUID"
            yield Flaw(message=message, hint="leave it out, and one is made", position=i, field="guid")


def _texts(code: Code) -> Iterator[tuple[str, str]]:
    yield "name", code.name
    yield "definition", code.definition
    for name in ("include", "exclude", "examples", "counter_examples"):
        for text in getattr(code, name):
            yield name, text


def _writable(character: str) -> bool:
    """Whether XML, YAML and spreadsheets can all hold the character."""
    if character in "\t\n":
        return True
    return unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp") and character not in "\ufffe\uffff"


def _check_unique(codes: Sequence[Code]) -> Iterator[Flaw]:
    ids: dict[str, int] = {}
    siblings: dict[tuple[str | None, str], int] = {}
    names: dict[str, int] = {}
    for i, code in enumerate(codes):
        if code.id and ids.setdefault(code.id, i) != i:
            hint = "ids are unique: rename one, or delete it"
            message = f"the id {called(code.id)} is used twice"
            yield Flaw(message=message, hint=hint, position=i, first=ids[code.id])
            continue
        key = code.name.casefold()
        if not key or code.status != "active":
            continue
        if siblings.setdefault((code.parent_id, key), i) != i:
            message = f"the name {called(code.name)} is used twice"
            hint = "a coder could not tell them apart: rename one, or join them"
            first = siblings[code.parent_id, key]
            yield Flaw(message=message, hint=hint, position=i, field="name", first=first)
        elif names.setdefault(key, i) != i:
            message = f"the name {called(code.name)} is used in two themes"
            hint = "say more in each name, so that a code is known by its name alone"
            yield Flaw(message=message, hint=hint, position=i, field="name", first=names[key], fatal=False)


def _check_references(codes: Sequence[Code]) -> Iterator[Flaw]:
    ids = [code.id for code in codes]
    known = set(ids)
    by_name = {code.name.casefold(): code.id for code in reversed(codes)}

    def unknown(reference: str, what: str, i: int, name: str) -> Flaw:
        same_name = by_name.get(reference.casefold())
        hint = f"did you mean “{same_name}”?" if same_name else did_you_mean(reference, ids)
        message = f"{called(codes[i].id)}: its {what} {called(reference)} is not a code of this codebook"
        return Flaw(
            message=message,
            hint=hint or f"add a code with that id, or drop the {what}",
            position=i,
            field=name,
        )

    for i, code in enumerate(codes):
        if code.parent_id is not None and code.parent_id not in known:
            yield unknown(code.parent_id, "parent", i, "parent_id")
        if code.status == "merged" and code.merged_into is None:
            message = f"{called(code.id)} is merged, but not said into which code"
            yield Flaw(message=message, hint="add merged_into", position=i, field="status")
        if code.merged_into is not None and code.status != "merged":
            message = f"{called(code.id)} has merged_into, but its status is {code.status}"
            yield Flaw(message=message, hint="set status: merged", position=i, field="merged_into")
        if code.merged_into is not None and code.merged_into not in known:
            yield unknown(code.merged_into, "merged_into", i, "merged_into")


def _check_cycles(codes: Sequence[Code], link: Literal["parent_id", "merged_into"]) -> Iterator[Flaw]:
    """Each ring of codes once, told at its first code."""
    position: dict[str | None, int] = {}
    for i, code in enumerate(codes):
        position.setdefault(code.id or None, i)
    position.pop(None, None)
    following = [position.get(getattr(code, link)) for code in codes]
    finished: set[int] = set()
    for start in range(len(codes)):
        trail: dict[int, None] = {}
        here: int | None = start
        while here is not None and here not in finished and here not in trail:
            trail[here] = None
            here = following[here]
        if here is not None and here in trail:
            ring = list(trail)[list(trail).index(here) :]
            yield _cycle(codes, ring, link)
        finished.update(trail)


def _cycle(codes: Sequence[Code], ring: list[int], link: Literal["parent_id", "merged_into"]) -> Flaw:
    first = min(ring)
    turned = ring[ring.index(first) :] + ring[: ring.index(first)]
    if len(ring) == 1:
        what = "parent" if link == "parent_id" else "merged_into"
        message = f"{called(codes[first].id)} is its own {what}"
    else:
        relation = "each other's ancestors" if link == "parent_id" else "merged into each other"
        chain = " → ".join(codes[i].id for i in [*turned, first])
        message = f"these codes are {relation}: {chain}"
    hint = "drop the parent of one of them" if link == "parent_id" else "keep one of them active"
    return Flaw(message=message, hint=hint, position=first, field=link)


def _check_definitions(codes: Sequence[Code]) -> Iterator[Flaw]:
    seen: dict[str, int] = {}
    missing: list[int] = []
    for i, code in enumerate(codes):
        if code.status != "active":
            continue
        key = " ".join(code.definition.casefold().split())
        if not key:
            missing.append(i)
        elif seen.setdefault(key, i) != i:
            message = f"{called(code.id)} and {called(codes[seen[key]].id)} have the same definition"
            hint = "say what sets them apart, or join them"
            first = seen[key]
            yield Flaw(message=message, hint=hint, position=i, field="definition", first=first, fatal=False)
    hint = "coders and suggestions have only the name to go by: say what it covers"
    # A list of codes without any definition is common; a warning for each would hide the other warnings.
    for group in [missing] if len(missing) > _FEW else [[i] for i in missing]:
        message = f"{_some(codes, group)} no definition"
        yield Flaw(message=message, hint=hint, position=group[0], field="definition", fatal=False)


def _check_examples(codes: Sequence[Code]) -> Iterator[Flaw]:
    parents = {code.parent_id for code in codes}
    without = [
        i
        for i, code in enumerate(codes)
        if code.status == "active" and not code.examples and code.id not in parents
    ]
    if without:
        hint = "a quote or two per code, invented if need be, help coders and suggestions"
        message = f"{_some(codes, without)} no examples"
        yield Flaw(message=message, hint=hint, field="examples", fatal=False)


_FEW = 5


def _some(codes: Sequence[Code], positions: Sequence[int]) -> str:
    """`“a” has` or `7 codes (“a”, “b”, …) have`."""
    names = [called(codes[i].id) for i in positions[:_FEW]]
    if len(positions) == 1:
        return f"{names[0]} has"
    more = ", …" if len(positions) > _FEW else ""
    return f"{len(positions)} codes ({', '.join(names)}{more}) have"


def _word(name: str) -> str:
    return name.replace("_", "-").removesuffix("s") if name.endswith("examples") else name
