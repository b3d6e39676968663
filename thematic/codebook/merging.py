"""Two codebooks that grew apart, joined into one; where both changed a field, the conflict is told."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal

from thematic.codebook.making import make_codebook
from thematic.model import Code, Codebook

__all__ = ["Conflict", "Merge", "merge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A field that both changed, each in another way. `code_id` is None for the codebook's own texts.

    `field` is `code` when one removed the code that the other changed.
    """

    code_id: str | None
    field: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """The joined codebook, and the conflicts that were settled for it by preferring one side."""

    codebook: Codebook
    conflicts: tuple[Conflict, ...]


@dataclass(slots=True)
class _Chooser:
    """Three-way choice of single values; remembers where both sides had changed them."""

    prefer: Literal["ours", "theirs"]
    conflicts: list[Conflict] = field(default_factory=list)

    def choose(self, base: Any, ours: Any, theirs: Any, *, code_id: str | None, name: str) -> Any:
        if ours == theirs or theirs == base:
            return ours
        if ours == base:
            return theirs
        shown_ours, shown_theirs = (_shown(value) for value in (ours, theirs))
        self.conflicts.append(Conflict(code_id=code_id, field=name, ours=shown_ours, theirs=shown_theirs))
        return ours if self.prefer == "ours" else theirs


def merge(
    ours: Codebook,
    theirs: Codebook,
    *,
    base: Codebook | None = None,
    prefer: Literal["ours", "theirs"] = "ours",
) -> Merge:
    """The changes of both since `base`, as one codebook; codes are matched by id.

    Without `base` nothing counts as removed, and a text that only one of them has is taken. Where both
    changed one field, `prefer` decides and the conflict is told. Codes stand in our order; those that only
    they have come after the code they follow in theirs. Raises CodebookError when the two together are no
    codebook, as when one adds a code under a theme that the other removed.
    """
    chooser = _Chooser(prefer)
    before = {code.id: code for code in base.codes} if base else {}
    our_codes = {code.id: code for code in ours.codes}
    their_codes = {code.id: code for code in theirs.codes}
    codes: list[Code] = []
    for code_id in _joined_order(ours, theirs):
        joined = _merge_code(before.get(code_id), our_codes.get(code_id), their_codes.get(code_id), chooser)
        if joined is not None:
            codes.append(joined)
    texts = {
        name: chooser.choose(
            getattr(base, name, ""), getattr(ours, name), getattr(theirs, name), code_id=None, name=name
        )
        for name in ("title", "description")
    }
    notes = dict.fromkeys((*ours.version_notes, *theirs.version_notes))
    codebook = make_codebook(texts["title"], codes, description=texts["description"], version_notes=notes)
    return Merge(codebook=codebook, conflicts=tuple(chooser.conflicts))


def _joined_order(ours: Codebook, theirs: Codebook) -> list[str]:
    order = [code.id for code in ours.codes]
    known = set(order)
    previous: str | None = None
    for code in theirs.codes:
        if code.id not in known:
            order.insert(0 if previous is None else order.index(previous) + 1, code.id)
        previous = code.id
    return order


def _merge_code(base: Code | None, ours: Code | None, theirs: Code | None, chooser: _Chooser) -> Code | None:
    if ours is None or theirs is None:
        remaining = ours or theirs
        if remaining is None or base is None or remaining == base:
            return remaining if base is None else None
        sides = ("removed" if ours is None else "changed", "removed" if theirs is None else "changed")
        chooser.conflicts.append(Conflict(code_id=remaining.id, field="code", ours=sides[0], theirs=sides[1]))
        return ours if chooser.prefer == "ours" else theirs
    start = base or Code(id=ours.id, name="")
    chosen = {
        name: chooser.choose(
            getattr(start, name), getattr(ours, name), getattr(theirs, name), code_id=ours.id, name=name
        )
        for name in (each.name for each in fields(Code))
    }
    return Code(**chosen)


def _shown(value: Any) -> str:
    return " | ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
