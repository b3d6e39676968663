"""Making a codebook: its codes tidied and checked, and the version that names them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256

from thematic.codebook.rules import check
from thematic.errors import CodebookError, Problem
from thematic.model import Code, Codebook

__all__ = ["make_codebook", "tidy_code", "version"]


_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")


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
