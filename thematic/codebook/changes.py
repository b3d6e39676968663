"""How two codebooks differ: what was added, removed, renamed, redefined, moved, merged."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from thematic.model import Code, Codebook

__all__ = ["CodeChange", "CodebookDiff", "diff"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeChange:
    """A code before and after. `fields` are the fields of `Code` that differ in the way that is told."""

    old: Code
    new: Code
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodebookDiff:
    """What became of each code. A code can be in several lists: renamed and moved, say."""

    old_version: str
    new_version: str
    added: tuple[Code, ...] = ()
    removed: tuple[Code, ...] = ()
    renamed: tuple[CodeChange, ...] = ()
    redefined: tuple[CodeChange, ...] = ()
    moved: tuple[CodeChange, ...] = ()
    merged: tuple[CodeChange, ...] = ()
    retired: tuple[CodeChange, ...] = ()
    restored: tuple[CodeChange, ...] = ()
    new_id: tuple[CodeChange, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything differs that can change a coding."""
        return self.old_version != self.new_version


_WORDING = ("definition", "include", "exclude", "examples", "counter_examples")


def diff(old: Codebook, new: Codebook) -> CodebookDiff:
    """How `new` differs from `old`, in the order of the new codebook (removed codes: of the old).

    A code is the same code when its id is the same; failing that, when its name is, and only one code of
    each codebook has it.
    """
    pairs = _same_codes(old, new)
    old_id_of = {new_code.id: old_code.id for old_code, new_code in pairs}
    found: dict[str, list[CodeChange]] = defaultdict(list)
    for before, after in pairs:
        parent = after.parent_id
        wording = tuple(name for name in _WORDING if getattr(before, name) != getattr(after, name))
        kinds = {
            "new_id": ("id",) if before.id != after.id else (),
            "renamed": ("name",) if before.name != after.name else (),
            "redefined": wording,
            "moved": ("parent_id",) if before.parent_id != old_id_of.get(parent or "", parent) else (),
            **_new_status(before, after, old_id_of),
        }
        for kind, changed in kinds.items():
            if changed:
                found[kind].append(CodeChange(old=before, new=after, fields=changed))
    kept = {before.id for before, _ in pairs}
    return CodebookDiff(
        old_version=old.version,
        new_version=new.version,
        added=tuple(code for code in new.codes if code.id not in old_id_of),
        removed=tuple(code for code in old.codes if code.id not in kept),
        **{kind: tuple(changes) for kind, changes in found.items()},
    )


def _same_codes(old: Codebook, new: Codebook) -> list[tuple[Code, Code]]:
    old_by_id = {code.id: code for code in old.codes}
    new_ids = {code.id for code in new.codes}
    left_over = [code for code in old.codes if code.id not in new_ids]
    newcomers = [code for code in new.codes if code.id not in old_by_id]
    old_names = Counter(code.name.casefold() for code in left_over)
    new_names = Counter(code.name.casefold() for code in newcomers)
    by_name = {code.name.casefold(): code for code in left_over}
    pairs = []
    for code in new.codes:
        name = code.name.casefold()
        if code.id in old_by_id:
            pairs.append((old_by_id[code.id], code))
        elif old_names[name] == new_names[name] == 1:
            pairs.append((by_name[name], code))
    return pairs


def _new_status(before: Code, after: Code, old_id_of: dict[str, str]) -> dict[str, tuple[str, ...]]:
    target = after.merged_into
    same_target = before.merged_into == old_id_of.get(target or "", target)
    if before.status == after.status and same_target:
        return {}
    kind = {"merged": "merged", "retired": "retired", "active": "restored"}[after.status]
    return {kind: ("status",)}


# --- Two people's changes ------------------------------------------------------------------------------
