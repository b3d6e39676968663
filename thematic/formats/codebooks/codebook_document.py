"""The schema of a codebook written as YAML or JSON: from values with their lines to codes, and back.

`schemas/codebook.schema.json` says the same to editors and other programs; tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from thematic.errors import Problem, did_you_mean
from thematic.formats.codebooks.codebook_drafts import Draft, codebook_from_drafts, mistakes
from thematic.model import Code, Codebook
from thematic.text import snippet

__all__ = [
    "CODE_KEYS",
    "LIST_KEYS",
    "STATUSES",
    "ListNode",
    "MapNode",
    "Node",
    "TextNode",
    "code_as_dict",
    "codebook_as_dict",
    "read_document",
    "read_status",
]

Kind = Literal["text", "a truth value", "a number", "a date", "nothing", "something special"]


@dataclass(frozen=True, slots=True)
class TextNode:
    """A single value as it stands in the file, and what the format takes it for when it is not quoted."""

    line: int
    text: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class ListNode:
    line: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class MapNode:
    """Keys and values in the order of the file. A key can stand there twice."""

    line: int
    entries: tuple[tuple[Node, Node], ...]


Node = TextNode | ListNode | MapNode

CODE_KEYS: dict[str, str] = {
    "id": "id",
    "name": "name",
    "parent": "parent_id",
    "definition": "definition",
    "include": "include",
    "exclude": "exclude",
    "examples": "examples",
    "counter_examples": "counter_examples",
    "color": "color",
    "status": "status",
    "merged_into": "merged_into",
    "guid": "guid",
}
"""The keys of a code, in the order in which they are written, and the field of `Code` that each fills."""

LIST_KEYS = frozenset({"include", "exclude", "examples", "counter_examples"})

_BOOK_KEYS = ("title", "description", "version_notes", "codes")
STATUSES: tuple[Literal["active", "retired", "merged"], ...] = ("active", "retired", "merged")


def codebook_as_dict(codebook: Codebook) -> dict[str, Any]:
    """The codebook in the shape of its schema; empty fields are left out."""
    book: dict[str, Any] = {"title": codebook.title}
    if codebook.description:
        book["description"] = codebook.description
    if codebook.version_notes:
        book["version_notes"] = list(codebook.version_notes)
    book["codes"] = [code_as_dict(code) for code in codebook.codes]
    return book


def code_as_dict(code: Code) -> dict[str, Any]:
    values = {key: getattr(code, name) for key, name in CODE_KEYS.items()}
    if code.status == "active":
        del values["status"]
    return {key: list(v) if isinstance(v, tuple) else v for key, v in values.items() if v}


def read_document(
    root: Node, *, path: str, title: str, warnings: Sequence[Problem] = ()
) -> tuple[Codebook, tuple[Problem, ...]]:
    """The codebook in this document, and its warnings. `title` is used where the document has none.

    Raises CodebookError with every mistake and its line.
    """
    reader = _Reader(path)
    if not isinstance(root, MapNode):
        message, hint = "this is not a codebook: it has no `codes:`", "begin with `title:` and `codes:`"
        raise mistakes([Problem(message, path, root.line, hint)], path)
    by_name = any(
        _is(key, "codes") and isinstance(value, MapNode) and value.entries for key, value in root.entries
    )
    allowed = (*_BOOK_KEYS, "name", "meta") if by_name else _BOOK_KEYS
    book = reader.entries(root, allowed, "a codebook")
    if "codes" not in book and not reader.problems:
        hint = "add `codes:` and under it a list of codes"
        reader.problem("the codebook has no codes", root.line, hint)
    drafts = reader.codes(book["codes"]) if "codes" in book else []
    given_title = reader.text(book.get("title") or book.get("name"), "title")
    description = reader.text(book.get("description"), "description")
    notes = reader.texts(book.get("version_notes"), "version_notes")
    return codebook_from_drafts(
        drafts,
        path=path,
        title=given_title or title,
        description=description,
        version_notes=notes,
        problems=reader.problems,
        warnings=warnings,
    )


def read_status(text: str) -> Literal["active", "retired", "merged"] | None:
    """The status of that name, `active` for an empty text, None for any other."""
    return next((status for status in STATUSES if status == (text or "active")), None)


def _is(key: Node, name: str) -> bool:
    return isinstance(key, TextNode) and key.text == name


@dataclass(slots=True)
class _Reader:
    """Takes values out of nodes; a value that is not what it should be becomes a problem and is empty."""

    path: str
    problems: list[Problem] = field(default_factory=list)

    def problem(self, message: str, line: int, hint: str | None = None) -> None:
        self.problems.append(Problem(message, self.path, line, hint))

    def entries(self, node: MapNode, allowed: Collection[str], what: str) -> dict[str, Node]:
        found: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for key, value in node.entries:
            if not isinstance(key, TextNode) or key.text not in allowed:
                self._unknown_key(key, allowed, what)
            elif key.text in found:
                message = f"{what} has `{key.text}` twice (first on line {lines[key.text]})"
                self.problem(message, key.line, "keep one of them")
            else:
                found[key.text], lines[key.text] = value, key.line
        return found

    def _unknown_key(self, key: Node, allowed: Collection[str], what: str) -> None:
        if not isinstance(key, TextNode):
            self.problem(f"a key of {what} must be a word", key.line, f"it can be {', '.join(allowed)}")
            return
        hint = did_you_mean(key.text, allowed) or f"it can have {', '.join(allowed)}"
        self.problem(f"{what} has no key “{key.text}”", key.line, hint)

    def text(self, node: Node | None, key: str) -> str:
        """The text, or an empty one; a number, date or truth value must be quoted."""
        if node is None:
            return ""
        if not isinstance(node, TextNode):
            shape = "a list" if isinstance(node, ListNode) else "keys and values"
            hint = "a text that holds “: ” must be in quotes" if isinstance(node, MapNode) else None
            self.problem(f"`{key}` must be one text, not {shape}", node.line, hint)
            return ""
        if node.kind == "nothing":
            return ""
        if node.kind != "text":
            value = snippet(node.text)
            hint = f'put it in quotes: "{value}"'
            self.problem(f"`{key}`: without quotes, {value} is {node.kind}, not a text", node.line, hint)
        return node.text

    def texts(self, node: Node | None, key: str) -> tuple[str, ...]:
        """The texts of a list; a single text is a list of one."""
        if isinstance(node, ListNode):
            return tuple(self.text(item, key) for item in node.items)
        if isinstance(node, MapNode):
            hint = "a text that holds “: ” must be in quotes"
            self.problem(f"`{key}` must be a text or a list of texts", node.line, hint)
            return ()
        text = self.text(node, key)
        return (text,) if text else ()

    def codes(self, node: Node) -> list[Draft]:
        if isinstance(node, ListNode):
            return [draft for item in node.items if (draft := self._listed_code(item)) is not None]
        if isinstance(node, MapNode):
            return self._named_codes(node)
        if node.kind == "nothing":
            self.problem("the codebook has no codes", node.line, "add one, with an id and a name")
        else:
            self.problem("`codes` must be a list of codes", node.line, "begin each with “- id: …”")
        return []

    def _listed_code(self, node: Node) -> Draft | None:
        if not isinstance(node, MapNode):
            hint = "give it at least `id:` and `name:`"
            self.problem("a code must be keys and values", node.line, hint)
            return None
        return self._draft(node, CODE_KEYS, {})

    def _named_codes(self, node: MapNode) -> list[Draft]:
        """The short form: names as keys. A key `A > B` lies under the key `A`."""
        keys = {key.text for key, _ in node.entries if isinstance(key, TextNode)}
        allowed = [key for key in CODE_KEYS if key != "id"]
        drafts = []
        for key, value in node.entries:
            code_id = self.text(key, "name of a code")
            above, arrow, last = code_id.rpartition(" > ")
            under = above if arrow and above in keys else None
            defaults = {"id": code_id, "name": last if under else code_id, "parent_id": under}
            if isinstance(value, MapNode):
                drafts.append(self._draft(value, [*allowed, "level"], defaults, key.line))
            else:
                defaults["definition"] = self.text(value, "definition")
                drafts.append(Draft(code=Code(**defaults), line=key.line))  # type: ignore[arg-type]
        return drafts

    def _draft(
        self,
        node: MapNode,
        allowed: Collection[str],
        defaults: dict[str, str | None],
        line: int | None = None,
    ) -> Draft:
        before = len(self.problems)
        entries = self.entries(node, allowed, "a code")
        lines = {
            CODE_KEYS[k.text]: k.line
            for k, _ in node.entries
            if isinstance(k, TextNode) and k.text in CODE_KEYS
        }
        values: dict[str, Any] = dict(defaults)
        told: set[str] = set()
        for key, value in entries.items():
            if key not in CODE_KEYS:
                continue
            seen = len(self.problems)
            read = self.texts(value, key) if key in LIST_KEYS else self.text(value, key)
            if len(self.problems) > seen:
                told.add(CODE_KEYS[key])
            if read:
                values[CODE_KEYS[key]] = read
        if "status" in values and "status" not in told:
            status = read_status(values["status"])
            if status is None:
                hint = did_you_mean(values["status"], STATUSES) or f"it can be {', '.join(STATUSES)}"
                self.problem(f"“{values['status']}” is not a status", lines["status"], hint)
            values["status"] = status or "active"
        if len(self.problems) > before and "id" not in entries:
            told.add("id")
        code = Code(**{"id": "", "name": "", **values})
        return Draft(code=code, line=node.line if line is None else line, lines=lines, told=frozenset(told))
