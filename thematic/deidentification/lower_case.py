"""Names without a capital, which only lists can tell; and how a text uses capitals."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from thematic.deidentification.lexicon import lexicon
from thematic.deidentification.numbers import Spotted
from thematic.deidentification.runs import runs_of

__all__ = ["lower_case_words", "uncapitalised", "writes_nouns_with_capitals"]


_LOWER = re.compile(r"(?<![^\W_])[a-zà-öø-ÿāčēģīķļņšūžłńśźżőű]{3,}(?:-[a-zà-öø-ÿ]+)*")
# Short and foreign words that stand in lower case for something else than the person.
_NOT_LOWER = frozenset(
    "del les col len sim bao can min dev mel sal val kit mana sana nan ali tel alma les chi dee dung hung "
    "jun mai mei ping ram ren san sam-x shan song tan thu una ava ama das lan lin ming pam pat phuc art "
    "ike ira ode".split()
)


def writes_nouns_with_capitals(text: str) -> bool:
    """Whether so many words inside sentences have a capital that it says nothing, as in German."""
    inside = sum(len(run.words) - run.at_start for run in runs_of(text))
    return inside > 0.12 * (text.count(" ") + 1)


def lower_case_words(text: str) -> list[str]:
    """The words of a passage that are in lower case."""
    return _LOWER.findall(text)


def uncapitalised(text: str, found: Collection[str]) -> Iterator[Spotted]:
    """Names and places of the lists in lower case. `found`: the words of the passage in lower case."""
    words = lexicon()
    hits = (words.names | words.places).intersection(found) - _NOT_LOWER if found else ()
    for hit in hits:
        for match in re.finditer(rf"(?<![^\W_]){re.escape(hit)}(?P<more>(?: [a-z]+)?)", text):
            end = match.start() + len(hit)
            if hit in words.names:
                more = match.group("more").strip()
                if more in words.surnames:
                    end = match.end()
                yield match.start(), end, "person", "a name on the list"
            else:
                yield match.start(), end, "place", "a place on the list"
    if words.long_places.keys() & set(found):
        for first in words.long_places.keys() & set(found):
            for place in words.long_places[first]:
                for match in re.finditer(rf"\b{re.escape(' '.join(place))}\b", text):
                    yield match.start(), match.end(), "place", "a place on the list"
