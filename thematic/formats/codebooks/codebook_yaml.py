"""Codebooks in YAML, the format that people edit: every mistake with its line, and text that reads well.

A codebook is plain data, so anchors, aliases and tags are refused: none can then grow or run anything, and
a quote that begins with `&`, `*` or `!` cannot lose its first word in silence.
"""

from __future__ import annotations

import re
from functools import lru_cache

import yaml

from thematic.errors import CodebookError, Problem
from thematic.formats.codebooks.codebook_document import (
    Kind,
    ListNode,
    MapNode,
    Node,
    TextNode,
    codebook_as_dict,
    read_document,
)
from thematic.formats.codebooks.codebook_drafts import mistakes
from thematic.model import Codebook

__all__ = ["read_codebook_yaml", "write_codebook_yaml"]

_MAX_DEPTH = 20
_GLUED_COMMENT = re.compile(r"[ \t]+(#\S[^\n]*)")
_KINDS: dict[str, Kind] = {
    "str": "text",
    "bool": "a truth value",
    "int": "a number",
    "float": "a number",
    "timestamp": "a date",
    "null": "nothing",
}


def read_codebook_yaml(text: str, *, path: str, title: str) -> tuple[Codebook, tuple[Problem, ...]]:
    """The codebook in this text, and its warnings. `title` is used where the text has none.

    Raises CodebookError with every mistake and its line.
    """
    warnings: list[Problem] = []
    root = _parse(text, path, warnings)
    return read_document(root, path=path, title=title, warnings=warnings)


# --- YAML to nodes -------------------------------------------------------------------------------------


def _parse(text: str, path: str, warnings: list[Problem]) -> Node:
    try:
        root = _nodes(text, path, warnings)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise CodebookError(
            f"YAML cannot hold the character U+{ord(text[error.position]):04X}",
            path=path,
            line=line,
            hint="delete that character",
        ) from error
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(error, text, path) from error
    if root is None:
        hint = "`thematic codebook --help` shows how to begin, or start from the example in the manual"
        raise CodebookError("the codebook is empty", path=path, hint=hint)
    return root


def _nodes(text: str, path: str, warnings: list[Problem]) -> Node | None:
    """The tree of the document. Built without recursion, so that no nesting can exhaust the stack."""
    root: Node | None = None
    open_nodes: list[tuple[yaml.Event, list[Node]]] = []
    documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        done: Node | None = None
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                _refuse(event, path, "a line of --- begins a second document", "one file holds one codebook")
        elif isinstance(event, yaml.NodeEvent):
            _refuse_references(event, path)
            if isinstance(event, yaml.ScalarEvent):
                done = _text_node(event, text, path, warnings)
            else:
                open_nodes.append((event, []))
                if len(open_nodes) > _MAX_DEPTH:
                    _refuse(event, path, "this is nested too deeply for a codebook", None)
        elif isinstance(event, yaml.CollectionEndEvent):
            start, parts = open_nodes.pop()
            line = _line(start)
            if isinstance(start, yaml.SequenceStartEvent):
                done = ListNode(line, tuple(parts))
            else:
                done = MapNode(line, tuple(zip(parts[::2], parts[1::2], strict=True)))
        if done is not None and open_nodes:
            open_nodes[-1][1].append(done)
        elif done is not None:
            root = done
    return root


def _text_node(event: yaml.ScalarEvent, text: str, path: str, warnings: list[Problem]) -> TextNode:
    line = _line(event)
    if event.style:
        return TextNode(line, event.value)
    comment = _GLUED_COMMENT.match(text, event.end_mark.index) if event.end_mark else None
    if comment:
        message = f"everything after # is a comment: “{comment[1].strip()}” is not read"
        warnings.append(Problem(message, path, line, "put the whole text in quotes if it belongs to it"))
    return TextNode(line, event.value, _kind(event.value))


def _kind(plain: str) -> Kind:
    """What YAML takes an unquoted text for."""
    tag = _resolver().resolve(yaml.ScalarNode, plain, (True, False))  # type: ignore[no-untyped-call]
    return _KINDS.get(tag.rpartition(":")[2], "something special")


@lru_cache(maxsize=1)
def _resolver() -> yaml.resolver.Resolver:
    return yaml.resolver.Resolver()


def _refuse_references(event: yaml.NodeEvent, path: str) -> None:
    anchor, tag = event.anchor, getattr(event, "tag", None)
    if anchor is not None:
        sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
        _refuse(event, path, f"{sign}{anchor} refers to another place", _must_be_quoted(sign))
    if tag is not None and tag != "!":
        _refuse(event, path, f"{tag} is not a text, a list or keys", _must_be_quoted("!"))


def _must_be_quoted(sign: str) -> str:
    return f"a codebook writes everything out; a text that begins with {sign} must be in quotes"


def _line(event: yaml.Event) -> int:
    assert event.start_mark is not None  # the parser always sets it; only events made by hand have none
    return event.start_mark.line + 1


def _refuse(event: yaml.Event, path: str, message: str, hint: str | None) -> None:
    raise CodebookError(message, path=path, line=_line(event), hint=hint)


# What the parser says, what that means here, and what to do. The first that fits counts.
_SYNTAX = (
    (
        "mapping values are not allowed",
        "a “: ” in the wrong place",
        "a text that holds “: ” must be in quotes",
    ),
    ("found unexpected end of stream", "a quotation mark is opened and not closed", "close it, or escape it"),
    ("document separator", "a quotation mark is opened and not closed", "close it, or escape it"),
    (
        "but found '<scalar>'",
        "words after a closing quotation mark",
        "put the whole text in one pair of quotes",
    ),
    ("could not find expected ':'", "a line without “key: ”", "indent it deeper if it goes on from above"),
    ("expected <block end>", "the indentation does not fit", "indent the keys of one code alike"),
    (
        "cannot start any token",
        "a text begins with a sign that means something in YAML",
        "it must be in quotes",
    ),
    (
        "expected alphabetic or num",
        "a text begins with a sign that means something in YAML",
        "it must be in quotes",
    ),
    ("unknown escape", "in double quotes, a backslash begins a sign such as \\n", "write two: \\\\"),
)


def _not_yaml(error: yaml.MarkedYAMLError, text: str, path: str) -> CodebookError:
    lines = text.split("\n")
    tabs = [i for i, line in enumerate(lines, 1) if re.match(r" *\t+\s*\S", line)]
    mark = error.problem_mark or error.context_mark
    place = mark.line + 1 if mark else None
    if (
        "quoted scalar" in (error.context or "")
        and error.context_mark
        and "escape" not in (error.problem or "")
    ):
        place = error.context_mark.line + 1
    if tabs and (place in tabs or "\\t" in (error.problem or "")):
        hint = "YAML is indented with spaces only: replace each tab by two spaces"
        problems = [Problem("a tab is used for indentation", path, line, hint) for line in tabs]
        return mistakes(problems, path)
    told = error.problem or error.context or "it cannot be read"
    for sign, meaning, hint in _SYNTAX:
        if sign in told:
            return CodebookError(f"this is not YAML: {meaning}", path=path, line=place, hint=hint)
    return CodebookError(f"this is not YAML: {told}", path=path, line=place)


# --- Codes to YAML -------------------------------------------------------------------------------------

_WIDTH = 88
_LONGEST = 100


def write_codebook_yaml(codebook: Codebook) -> str:
    """The codebook as text to edit, long texts folded. Reading it gives the same codebook."""
    lines: list[str] = []
    for key, value in codebook_as_dict(codebook).items():
        if key != "codes":
            lines += _entry(f"{key}:", value, 0)
    lines.append("codes:")
    for code in codebook_as_dict(codebook)["codes"]:
        start = len(lines)
        for key, value in code.items():
            lines += _entry(f"    {key}:", value, 4)
        lines[start] = "  - " + lines[start][4:]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _entry(lead: str, value: str | list[str], indent: int) -> list[str]:
    if isinstance(value, str):
        return _text(lead, value, indent)
    inner = " " * (indent + 2)
    return [lead, *(line for item in value for line in _text(f"{inner}-", item, indent + 2))]


def _text(lead: str, text: str, indent: int) -> list[str]:
    plain = _is_plain(text)
    line = f"{lead} {text if plain else _quoted(text)}"
    if (len(line) > _LONGEST or "\n" in text) and _can_fold(text):
        return [f"{lead} >-", *_folded(text, " " * (indent + 2))]
    return [line]


def _is_plain(text: str) -> bool:
    """Whether YAML reads the text as itself without quotes."""
    return bool(
        re.match(r"[^\W_]", text)
        and not re.search(r":(?=\s|$)|\s#|[\n\t\ufeff]", text)
        and _kind(text) == "text"
    )


def _quoted(text: str) -> str:
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\ufeff": "\\ufeff"}
    return '"' + "".join(escapes.get(character, character) for character in text) + '"'


def _can_fold(text: str) -> bool:
    """Whether folding at single spaces and doubling line ends gives the text back."""
    return not re.search(r"[\t\ufeff]|  |\n | \n", text)


def _folded(text: str, margin: str) -> list[str]:
    lines: list[str] = []
    for paragraph in text.split("\n"):
        current = ""
        for word in paragraph.split(" "):
            if current and len(margin) + len(current) + 1 + len(word) > _WIDTH:
                lines.append(margin + current)
                current = ""
            current = f"{current} {word}" if current else word
        lines += [margin + current, ""] if current else [""]
    return lines[:-1]
