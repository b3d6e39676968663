"""Themes and the codes under them: who stands where, finding a code, and the wording of each."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from thematic.codebook.naming import called
from thematic.errors import CodebookError, did_you_mean
from thematic.model import Code, Codebook, CodeText

__all__ = ["ancestors", "children", "code_texts", "find_code", "is_theme", "leaves", "path", "themes", "walk"]


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
        raise CodebookError(f"{len(named)} codes are named {called(wanted)}", hint=f"use the id: {ids}")
    if not named:
        choices = [name for code in codebook.codes for name in (code.id, code.name)]
        if ">" in key:
            choices = [" > ".join(path(codebook, code.id)) for code in codebook.codes]
        hint = did_you_mean(wanted, choices) or "`thematic codebook show` lists the codes"
        raise CodebookError(f"the codebook has no code {called(wanted)}", hint=hint)
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
