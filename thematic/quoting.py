"""Words of a quote in the text they come from: word for word, else but for typography, else but for spaces.

Other programs and spreadsheets turn quotes and dashes, join lines, and drop what has no width. What is found
is always the text's own words; a quote that stands in two places is never placed by guessing. Floor 1, pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

__all__ = ["Places", "SearchedText", "find_words", "same_words"]

Span = tuple[int, int]
MOST_PLACES = 20

_PLAIN = (
    dict.fromkeys("‘’‚‛′ʼ`´", "'")
    | dict.fromkeys("“”„‟″«»", '"')
    | dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
    | {"…": "...", "ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl"}
)
# Soft hyphen, joiners, direction marks, byte order mark: nobody sees them.
_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\ufffc")


@dataclass(frozen=True, slots=True)
class Places:
    """Where words stand: spans of the text (code points, half-open), at most MOST_PLACES of them, and how
    near the words come to it: `same`, but for `typography`, or but for `spacing`. No spans: nowhere."""

    spans: tuple[Span, ...]
    how: Literal["same", "typography", "spacing"] = "same"


@dataclass(frozen=True)
class SearchedText:
    """A text to look for quotes in. Its plain forms are made once."""

    text: str

    @cached_property
    def plain(self) -> tuple[str, list[int]]:
        """The text with plain signs and single spaces, and the offset of each sign of it in `text`."""
        return _plain(self.text)

    @cached_property
    def solid(self) -> tuple[str, list[int]]:
        """The same without any space."""
        plain, offsets = self.plain
        kept = [i for i, sign in enumerate(plain) if sign != " "]
        return "".join(plain[i] for i in kept), [offsets[i] for i in kept]


def find_words(searched: SearchedText, words: str) -> Places:
    """Every place of these words, at the first nearness at which there is one.

    White space around the words does not count. Without words there is no place.
    """
    wanted = words.strip()
    if not wanted:
        return Places(())
    spans = [(i, i + len(wanted)) for i in _all(searched.text, wanted)]
    if spans:
        return Places(tuple(spans))
    plain, _ = _plain(wanted)
    found = _in(searched, searched.plain, plain)
    if found:
        return Places(found, "typography")
    return Places(_in(searched, searched.solid, plain.replace(" ", "")), "spacing")


def same_words(a: str, b: str) -> bool:
    """Whether two texts are the same but for typography and spaces."""
    return a == b or _plain(a)[0].replace(" ", "") == _plain(b)[0].replace(" ", "")


def _in(searched: SearchedText, form: tuple[str, list[int]], wanted: str) -> tuple[Span, ...]:
    text, offsets = form
    if not wanted:
        return ()
    spans = []
    for begin in _all(text, wanted):
        end = begin + len(wanted)
        if end < len(text) and unicodedata.combining(text[end]):
            continue  # “cafe” is not in “café”
        spans.append((offsets[begin], _after(searched.text, offsets[end - 1])))
    return tuple(dict.fromkeys(spans))


def _after(text: str, last: int) -> int:
    """The end of a span whose last sign is at `last`: with the marks that belong to it."""
    end = last + 1
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return end


def _all(text: str, wanted: str) -> list[int]:
    found: list[int] = []
    at = text.find(wanted)
    while at >= 0 and len(found) < MOST_PLACES:
        found.append(at)
        at = text.find(wanted, at + 1)
    return found


def _plain(text: str) -> tuple[str, list[int]]:
    signs: list[str] = []
    offsets: list[int] = []
    space = True  # none at the beginning
    for i, sign in enumerate(text):
        if sign.isspace():
            if not space:
                signs.append(" ")
                offsets.append(i)
            space = True
            continue
        if sign in _UNSEEN:
            continue
        space = False
        made: Sequence[str]
        if sign < "\x80":
            made = (sign if sign != "`" else "'",)
        else:
            made = _PLAIN.get(sign) or unicodedata.normalize("NFD", sign)
        for each in made:
            signs.append(each)
            offsets.append(i)
    if signs and signs[-1] == " ":
        signs.pop()
        offsets.pop()
    return "".join(signs), offsets
