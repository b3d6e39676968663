"""Codes as a project names them: those that the study has, by id, path or name; the others are made."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from thematic.codebook import COLOR, id_from_name, make_codebook, walk
from thematic.model import Code, Codebook

__all__ = ["FoundCodes", "split_path", "writable"]

_STEPS = re.compile(r"\s+[>›]\s+")


def split_path(text: str) -> tuple[str, ...]:
    """`Theme > Code` or `Theme › Code` as its steps."""
    return tuple(step.strip() for step in _STEPS.split(text.strip()) if step.strip())


def writable(text: str) -> str:
    """The text without the characters that no codebook can hold; separators of lines become line ends."""
    lines = re.sub("\r\n|[\r\x0b\x0c\x85\u2028\u2029]", "\n", text)
    return "".join(
        sign
        for sign in lines
        if sign in "\t\n" or (unicodedata.category(sign) not in ("Cc", "Cs") and sign not in "\ufffe\uffff")
    )


class FoundCodes:
    """The codes of one project. A code of the study keeps its id; a new one gets one from its name."""

    def __init__(self, study: Codebook | None) -> None:
        self._codes: dict[str, Code] = {}
        self._by_path: dict[tuple[str, ...], str] = {}
        self._ids: set[str] = set()
        self._names: dict[str, list[str]] = {}
        self._own = {code.id: code for code in study.codes} if study is not None else {}
        if study is not None:
            self._ids = set(self._own)
            paths: dict[str | None, tuple[str, ...]] = {None: ()}
            for _, code in walk(study):  # parents come before their children
                paths[code.id] = (*paths[code.parent_id], code.name)
                self._by_path.setdefault(_key(paths[code.id]), code.id)
                if code.status == "active":
                    self._names.setdefault(code.name.casefold(), []).append(code.id)

    def of_text(self, text: str) -> str:
        """The id of the code that a cell names: an id, a name or a path of the study, else a path."""
        named = text.strip()
        if named in self._ids:
            return self.use(named)
        return self.of(split_path(named) if not self._known((named,)) else (named,))

    def of(
        self,
        steps: Sequence[str],
        *,
        definition: str = "",
        color: str | None = None,
        guid: str | None = None,
    ) -> str:
        """The id of the code at the end of these names, from the topmost theme down."""
        names = [" ".join(writable(step).split()) or "unnamed" for step in steps] or ["unnamed"]
        known = self._known(names)
        if known:
            return self.use(known)
        parent = self.of(names[:-1]) if len(names) > 1 else None
        code_id = id_from_name(names[-1], self._ids)
        self._ids.add(code_id)
        self._by_path[_key(names)] = code_id
        self._codes[code_id] = Code(
            id=code_id,
            name=names[-1],
            parent_id=parent,
            definition=writable(definition),
            color=color if color and COLOR.fullmatch(color) else None,
            guid=guid,
        )
        return code_id

    def use(self, code_id: str) -> str:
        """Take a code of the study, and what is above it, into the project's codebook."""
        if code_id not in self._codes:
            code = self._own.get(code_id)
            if code is not None:
                if code.parent_id is not None:
                    self.use(code.parent_id)
                self._codes[code_id] = code if code.status != "merged" else _plain(code)
        return code_id

    def _known(self, names: Sequence[str]) -> str | None:
        found = self._by_path.get(_key(names))
        if found is None and len(names) == 1:
            same = self._names.get(names[0].strip().casefold(), [])
            found = same[0] if len(same) == 1 else None
        return found

    def codebook(self, title: str) -> Codebook | None:
        """All codes that were met, or None when there were none."""
        return make_codebook(title, self._codes.values()) if self._codes else None


def _plain(code: Code) -> Code:
    from dataclasses import replace

    return replace(code, status="retired", merged_into=None)


def _key(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(name.split()).casefold() for name in names)
