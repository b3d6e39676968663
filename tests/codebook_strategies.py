"""Codebooks of every shape for property tests: any alphabet, emoji, quotes, colons, blank lines, trees."""

from __future__ import annotations

from hypothesis import strategies as st

from thematic.codebook import check, make_codebook, tidy_code
from thematic.model import Code, Codebook

__all__ = ["codebooks"]

_YAML = "no 1e5 2020-01-01 12:30 ~ null - a: # ' \" \\ > | & * ! % @ ` ? {a} [b] --- ... << =".split()
_TABLES = ["=1+1", "+1", "-1", "'=1", "@x", "a;b", "a,b", "a\tb", "<b>&amp;</b>", "]]>"]
_LETTERS = ["é", "e\u0301", "שלום", "👩\u200d👩\u200d👧", "\ufeffx", "\xa0x", "a  b", "word " * 40, "w" * 150]
_LINES = ["Include:", "Exclude:\n- x", "\\Include:", "Id: x", "- item", "x\n\n\ny", "a\n  b", "a #b", "a: b"]
_AWKWARD = [*_YAML, *_TABLES, *_LETTERS, *_LINES]
_CHARACTERS = st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
_WORDS = st.text(_CHARACTERS | st.sampled_from(" \n:#-'\""), max_size=12)
_TEXT = st.lists(st.sampled_from(_AWKWARD) | _WORDS, max_size=4).map("".join)
_ITEMS = st.lists(_TEXT, max_size=3).map(tuple)
_NAMES = _TEXT.filter(lambda name: bool(name.strip()))
_IDS = st.sampled_from(["room", "no", "1e5", "007", "A > B", "é", "-x", "x y", "#1"]) | st.text(
    _CHARACTERS.filter(lambda c: c not in ";\u2028\u2029"), min_size=1, max_size=8
).filter(lambda text: text == text.strip())


@st.composite
def codebooks(draw: st.DrawFn) -> Codebook:
    ids = draw(st.lists(_IDS, min_size=1, max_size=6, unique=True))
    codes: list[Code] = []
    for i, code_id in enumerate(ids):
        parent = draw(st.sampled_from([None, *ids[:i]]))
        status = draw(st.sampled_from(["active", "active", "retired", "merged"])) if i else "active"
        code = Code(
            id=code_id,
            name=draw(_NAMES),
            definition=draw(_TEXT),
            include=draw(_ITEMS),
            exclude=draw(_ITEMS),
            examples=draw(_ITEMS),
            counter_examples=draw(_ITEMS),
            parent_id=parent,
            color=draw(st.sampled_from([None, "#0072B2", "#abc"])),
            status=status,
            merged_into=draw(st.sampled_from(ids[:i])) if status == "merged" else None,
            guid=draw(st.none() | st.uuids().map(str)),
        )
        tidy = tidy_code(code)
        if not [flaw for flaw in check([*codes, tidy]) if flaw.fatal and flaw.position == i]:
            codes.append(tidy)
        else:
            codes.append(Code(id=code_id, name=f"code {i}", parent_id=parent))
    order = draw(st.permutations(codes))
    return make_codebook(draw(_TEXT), order, description=draw(_TEXT), version_notes=draw(_ITEMS))
