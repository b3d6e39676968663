"""What a codebook must be: its tree, its rules, its version, and how two of them differ. Floor 1, pure.

A codebook made by `make_codebook` is sound: ids are unique, every parent exists, no code is its own
ancestor. The functions on the tree rely on it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from typing import Any, Literal

from thematic.errors import CodebookError, Problem, did_you_mean
from thematic.model import Code, Codebook, CodeText

__all__ = [
    "COLOR",
    "GUID",
    "CodeChange",
    "CodebookDiff",
    "Conflict",
    "Flaw",
    "Merge",
    "ancestors",
    "check",
    "children",
    "code_texts",
    "diff",
    "find_code",
    "id_from_name",
    "is_theme",
    "leaves",
    "make_codebook",
    "merge",
    "path",
    "themes",
    "tidy_code",
    "walk",
]

# --- Making one ----------------------------------------------------------------------------------------

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
COLOR = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def make_codebook(
    title: str,
    codes: Iterable[Code],
    *,
    description: str = "",
    version_notes: Iterable[str] = (),
) -> Codebook:
    """The codebook of these codes, tidied (`tidy_code`), with its version.

    Raises CodebookError with every mistake when the codes are no codebook (see `check`).
    """
    tidy = tuple(tidy_code(code) for code in codes)
    mistakes = [Problem(flaw.message, hint=flaw.hint) for flaw in check(tidy) if flaw.fatal]
    if len(mistakes) == 1:
        raise CodebookError(mistakes[0].message, hint=mistakes[0].hint)
    if mistakes:
        raise CodebookError(f"the codebook has {len(mistakes)} mistakes", problems=mistakes)
    return Codebook(
        title=_one_line(title),
        version=version(tidy),
        codes=tidy,
        description=_paragraphs(description),
        version_notes=_items(version_notes),
    )


def tidy_code(code: Code) -> Code:
    """The code with its texts as every format can carry them.

    Line ends are LF; no line has space at its end, no text around it; a name has single spaces; each include,
    exclude and example is one line; empty ones are gone. Nothing else is changed.
    """
    return replace(
        code,
        id=code.id.strip(),
        name=" ".join(code.name.split()),
        definition=_paragraphs(code.definition),
        include=_items(code.include),
        exclude=_items(code.exclude),
        examples=_items(code.examples),
        counter_examples=_items(code.counter_examples),
    )


def _paragraphs(text: str) -> str:
    return "\n".join(map(str.rstrip, _LINE_ENDS.sub("\n", text).split("\n"))).strip()


def _one_line(text: str) -> str:
    return " ".join(filter(None, map(str.strip, _paragraphs(text).split("\n"))))


def _items(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(line for line in map(_one_line, texts) if line)


_CAN_CHANGE_A_CODING = (
    "id",
    "name",
    "parent_id",
    "definition",
    "include",
    "exclude",
    "examples",
    "counter_examples",
    "status",
    "merged_into",
)


def version(codes: Iterable[Code]) -> str:
    """Twelve hex digits that change when anything changes that can change a coding.

    That is all of a code except colour and GUID. The order of the codes, the title, the description and
    the version notes do not count.
    """
    content = [[getattr(code, name) for name in _CAN_CHANGE_A_CODING] for code in codes]
    content.sort(key=lambda values: values[0])
    return sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()[:12]


def id_from_name(name: str, taken: Container[str] = ()) -> str:
    """An id for a code that has only a name: `Staff's view, 2nd` gives `staffs-view-2nd`.

    Letters of any alphabet are kept. A number is added when the id is taken.
    """
    letters = unicodedata.normalize("NFC", name).casefold()
    words = re.findall(r"[^\W_]+", re.sub(r"['’]", "", letters))
    stem = "-".join(words) or "code"
    candidate, number = stem, 1
    while candidate in taken:
        number += 1
        candidate = f"{stem}-{number}"
    return candidate


# --- Rules ---------------------------------------------------------------------------------------------


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
            yield Flaw(message=f"the code {_called(code.name)} has no id", hint=hint, position=i)
        elif ";" in code.id or not all(map(_writable, code.id)) or "\n" in code.id or "\t" in code.id:
            hint = "lists of codes are separated by ; so an id may not hold one, nor a tab or a line end"
            yield Flaw(message=f"{_called(code.id)} cannot be an id", hint=hint, position=i)
        if not code.name:
            message = f"the code {_called(code.id)} has no name"
            yield Flaw(message=message, hint="add a name", position=i, field="name")
        for name, text in _texts(code):
            strange = next((c for c in text if not _writable(c)), None)
            if strange is not None:
                message = f"{_called(code.id)}: its {_word(name)} holds the character U+{ord(strange):04X}"
                hint = "delete that character: no other program can read it"
                yield Flaw(message=message, hint=hint, position=i, field=name)
        if code.color is not None and not COLOR.fullmatch(code.color):
            message = f"{_called(code.id)}: {_called(code.color)} is not a colour"
            yield Flaw(message=message, hint='write it as "#0072B2"', position=i, field="color")
        if code.guid is not None and not GUID.fullmatch(code.guid):
            message = f"{_called(code.id)}: {_called(code.guid)} is not a GUID"
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
            message = f"the id {_called(code.id)} is used twice"
            yield Flaw(message=message, hint=hint, position=i, first=ids[code.id])
            continue
        key = code.name.casefold()
        if not key or code.status != "active":
            continue
        if siblings.setdefault((code.parent_id, key), i) != i:
            message = f"the name {_called(code.name)} is used twice"
            hint = "a coder could not tell them apart: rename one, or join them"
            first = siblings[code.parent_id, key]
            yield Flaw(message=message, hint=hint, position=i, field="name", first=first)
        elif names.setdefault(key, i) != i:
            message = f"the name {_called(code.name)} is used in two themes"
            hint = "say more in each name, so that a code is known by its name alone"
            yield Flaw(message=message, hint=hint, position=i, field="name", first=names[key], fatal=False)


def _check_references(codes: Sequence[Code]) -> Iterator[Flaw]:
    ids = [code.id for code in codes]
    known = set(ids)
    by_name = {code.name.casefold(): code.id for code in reversed(codes)}

    def unknown(reference: str, what: str, i: int, name: str) -> Flaw:
        same_name = by_name.get(reference.casefold())
        hint = f"did you mean “{same_name}”?" if same_name else did_you_mean(reference, ids)
        message = f"{_called(codes[i].id)}: its {what} {_called(reference)} is not a code of this codebook"
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
            message = f"{_called(code.id)} is merged, but not said into which code"
            yield Flaw(message=message, hint="add merged_into", position=i, field="status")
        if code.merged_into is not None and code.status != "merged":
            message = f"{_called(code.id)} has merged_into, but its status is {code.status}"
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
        message = f"{_called(codes[first].id)} is its own {what}"
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
            message = f"{_called(code.id)} and {_called(codes[seen[key]].id)} have the same definition"
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
    names = [_called(codes[i].id) for i in positions[:_FEW]]
    if len(positions) == 1:
        return f"{names[0]} has"
    more = ", …" if len(positions) > _FEW else ""
    return f"{len(positions)} codes ({', '.join(names)}{more}) have"


def _called(text: str) -> str:
    return f"“{text}”"


def _word(name: str) -> str:
    return name.replace("_", "-").removesuffix("s") if name.endswith("examples") else name


# --- The tree ------------------------------------------------------------------------------------------


def children(codebook: Codebook, code_id: str | None) -> tuple[Code, ...]:
    """The codes directly under this one, in the order of the codebook; the topmost ones for None."""
    return tuple(code for code in codebook.codes if code.parent_id == code_id)


def is_theme(codebook: Codebook, code_id: str) -> bool:
    """Whether other codes have this one as parent."""
    return any(code.parent_id == code_id for code in codebook.codes)


def themes(codebook: Codebook) -> tuple[Code, ...]:
    """The codes that have codes under them, in the order of the codebook."""
    parents = {code.parent_id for code in codebook.codes}
    return tuple(code for code in codebook.codes if code.id in parents)


def leaves(codebook: Codebook) -> tuple[Code, ...]:
    """The codes that have none under them, in the order of the codebook."""
    parents = {code.parent_id for code in codebook.codes}
    return tuple(code for code in codebook.codes if code.id not in parents)


def ancestors(codebook: Codebook, code_id: str) -> tuple[Code, ...]:
    """The codes above this one, from its parent up to the topmost."""
    by_id = {code.id: code for code in codebook.codes}
    above: list[Code] = []
    parent_id = by_id[code_id].parent_id
    while parent_id is not None:
        above.append(by_id[parent_id])
        parent_id = above[-1].parent_id
    return tuple(above)


def path(codebook: Codebook, code_id: str) -> tuple[str, ...]:
    """The names from the topmost theme down to this code."""
    own = next(code for code in codebook.codes if code.id == code_id)
    return (*(code.name for code in reversed(ancestors(codebook, code_id))), own.name)


def walk(codebook: Codebook) -> Iterator[tuple[int, Code]]:
    """Every code after its parent, with its depth (0 at the top); siblings in the order of the codebook."""
    below: dict[str | None, list[Code]] = defaultdict(list)
    for code in reversed(codebook.codes):
        below[code.parent_id].append(code)
    waiting = [(0, code) for code in below[None]]
    while waiting:
        depth, code = waiting.pop()
        yield depth, code
        waiting.extend((depth + 1, child) for child in below[code.id])


def find_code(codebook: Codebook, text: str) -> Code:
    """The code with this id; else the one with this name; else with this path, `A > B` or `A › B`.

    Names are compared without regard to case, spaces, and what programs make of quotes and dashes. Of codes
    with one name, an active one is meant rather than a retired one. Raises CodebookError when there is none
    (with the nearest id or name) or when a name is used twice.
    """
    wanted = text.strip()
    for code in codebook.codes:
        if code.id == wanted:
            return code
    key = _spoken(wanted)
    named = [code for code in codebook.codes if _spoken(code.name) == key]
    if not named and ">" in key:
        steps = [step.strip() for step in key.split(">")]
        named = [code for code in codebook.codes if [_spoken(n) for n in path(codebook, code.id)] == steps]
    named = [code for code in named if code.status == "active"] or named
    if len(named) > 1:
        ids = ", ".join(code.id for code in named)
        raise CodebookError(f"{len(named)} codes are named {_called(wanted)}", hint=f"use the id: {ids}")
    if not named:
        choices = [*(code.id for code in codebook.codes), *(code.name for code in codebook.codes)]
        hint = did_you_mean(wanted, choices) or "`thematic codebook show` lists the codes"
        raise CodebookError(f"the codebook has no code {_called(wanted)}", hint=hint)
    return named[0]


_TYPED = str.maketrans("’‘ʼ“”„–—−›\xa0", "'''\"\"\"---> ")


def _spoken(name: str) -> str:
    """A name as it is compared: Word and Excel turn ' into ’ and - into – while people type."""
    return " ".join(unicodedata.normalize("NFKC", name).translate(_TYPED).split()).casefold()


def code_texts(codebook: Codebook) -> tuple[CodeText, ...]:
    """The wording of every active code, in the order of the codebook.

    For each: its name, definition, include, exclude, examples, counter-examples; what is empty is left out.
    """
    texts: list[CodeText] = []
    for code in codebook.codes:
        if code.status != "active":
            continue
        texts.append(CodeText(code_id=code.id, kind="name", text=code.name))
        if code.definition:
            texts.append(CodeText(code_id=code.id, kind="definition", text=code.definition))
        texts += [CodeText(code_id=code.id, kind="include", text=text) for text in code.include]
        texts += [CodeText(code_id=code.id, kind="exclude", text=text) for text in code.exclude]
        texts += [CodeText(code_id=code.id, kind="example", text=text) for text in code.examples]
        texts += [
            CodeText(code_id=code.id, kind="counter_example", text=text) for text in code.counter_examples
        ]
    return tuple(texts)


# --- Differences ---------------------------------------------------------------------------------------


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
