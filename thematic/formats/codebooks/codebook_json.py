"""Codebooks in JSON: the same schema as YAML, and the short form `{"codes": {"name": {"definition": …}}}`."""

from __future__ import annotations

import json
import re

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
from thematic.model import Codebook

__all__ = ["read_codebook_json", "write_codebook_json"]

_TOKEN = re.compile(r'[{}\[\]]|"(?:[^"\\]|\\.)*"|[^\s{}\[\],:"]+')
_KINDS: dict[str, Kind] = {"true": "a truth value", "false": "a truth value", "null": "nothing"}


def read_codebook_json(text: str, *, path: str, title: str) -> tuple[Codebook, tuple[Problem, ...]]:
    """The codebook in this text, and its warnings. `title` is used where the text has none.

    Raises CodebookError with every mistake and its line.
    """
    try:
        # Numbers are never used, so they need not be converted: one of a million digits costs nothing.
        json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        raise CodebookError(f"this is not JSON: {error.msg.lower()}", path=path, line=error.lineno) from error
    except RecursionError as error:
        raise CodebookError("this is nested too deeply for a codebook", path=path) from error
    return read_document(_nodes(text), path=path, title=title)


def write_codebook_json(codebook: Codebook) -> str:
    """The codebook as indented JSON. Reading it gives the codebook again."""
    return json.dumps(codebook_as_dict(codebook), ensure_ascii=False, indent=2) + "\n"


def _nodes(text: str) -> Node:
    """The tree of a text that is known to be JSON, with the line of every value."""
    outermost: list[Node] = []
    open_nodes: list[tuple[int, list[Node]]] = [(1, outermost)]
    line, counted = 1, 0
    for token in _TOKEN.finditer(text):
        line += text.count("\n", counted, token.start())
        counted = token.start()
        word = token[0]
        if word in "{[":
            open_nodes.append((line, []))
        elif word in "}]":
            start, parts = open_nodes.pop()
            if word == "]":
                open_nodes[-1][1].append(ListNode(start, tuple(parts)))
            else:
                entries = tuple(zip(parts[::2], parts[1::2], strict=True))
                open_nodes[-1][1].append(MapNode(start, entries))
        elif word.startswith('"'):
            open_nodes[-1][1].append(TextNode(line, json.loads(word)))
        else:
            open_nodes[-1][1].append(TextNode(line, word, _KINDS.get(word, "a number")))
    return outermost[0]
