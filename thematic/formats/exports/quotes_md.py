"""quotes.md: what people coded, by theme and code, for any editor of text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from thematic.formats.exports.excerpt_rows import coder_names
from thematic.formats.exports.quote_rows import CodedQuote, attribution, of_coders, quotes_by_code, summary
from thematic.model import StudyData

__all__ = ["render"]

_SIGNS = re.compile(r"([\\`*_\[\]<>|~&])")
# What Markdown takes for a list, a heading or a rule at the beginning of a line.
_OPENING = re.compile(r"(?m)^(\s*)(?:(\d+)([.)])|([-+=#]))")


def render(data: StudyData) -> bytes:
    """A heading a code, by depth, with its definition; each quote as a block, word for word.

    Signs that Markdown would read as its own are escaped, so that the words show as they were said.
    """
    quotes, names = quotes_by_code(data), coder_names(data)
    lines = [f"# {_plain(data.title)}", "", _plain(summary(data, quotes)), ""]
    for depth, code, found in quotes:
        lines += [f"{'#' * min(depth + 2, 6)} {_plain(code.name)}", ""]
        if code.definition:
            lines += [*(f"*{_plain(p)}*  " for p in code.definition.split("\n") if p.strip()), ""]
        for coded in found:
            lines += [*_quote(coded, names), ""]
    return ("\n".join(lines).rstrip("\n") + "\n").encode("utf-8", "replace")


def _quote(coded: CodedQuote, names: Mapping[str, str]) -> list[str]:
    words = [f"> {_plain(line)}  " if line.strip() else ">" for line in coded.quote.text.split("\n")]
    words[-1] = words[-1].rstrip()
    memos = [
        f"> Memo ({_plain(names[c.coder_id])}): {_plain(' '.join(c.memo.split()))}"
        for c in coded.codings
        if c.memo
    ]
    said = f"> — {_plain(attribution(coded))} · {_plain(of_coders(coded, names))}"
    return [*words, ">", said, *(line for memo in dict.fromkeys(memos) for line in (">", memo))]


def _plain(text: str) -> str:
    return _OPENING.sub(_escaped, _SIGNS.sub(r"\\\1", text))


def _escaped(match: re.Match[str]) -> str:
    space, number, mark, sign = match.groups()
    return f"{space}\\{sign}" if sign else f"{space}{number}\\{mark}"
