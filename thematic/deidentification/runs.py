"""Runs of capitalised words: Louise Fairbrother, St Vincent's Hospital, the Moon Under Water."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

__all__ = ["TITLES", "Run", "Word", "runs_of"]

_UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮİĴĶĹĻĽĿŁŃŅŇŊŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŸŹŻŽƠƯȘȚḀ-ỿΑ-ΩА-ЯЁЄІЇҐ"
_CAPITAL = re.compile(
    rf"(?<![^\W_])(?<![^\W_]['’-])[{_UPPER}](?:[^\W_]|[&'’\-.](?=[^\W_]))*",
)
TITLES = frozenset(
    "mr mrs ms mx miss dr doctor prof professor sir dame lord lady rev reverend revd fr father sister "
    "brother nurse "
    "matron judge justice pc wpc dc ds di sgt sergeant inspector constable officer captain capt major "
    "colonel col "
    "lieutenant lt private corporal cllr councillor auntie aunty aunt uncle nan nana gran granny grandma "
    "grandad "
    "grandpa pastor imam rabbi coach saint st mt auntie's madam senator minister cousin señor señora "
    "monsieur "
    "madame frau herr whaea matua kuia".split()
)
_SHORT_TITLES = frozenset("mr mrs ms mx dr prof rev revd fr st mt sgt capt lt col cllr no jr sr".split())
_LINKS = re.compile(
    r"(?: (?:of|of the|de|de la|de los|da|do|dos|del|della|di|du|des|le|la|van|van der|van den|van de|der|"
    r"von|von der|zu|"
    r"al|el|bin|ibn|binti|ap|ferch|ní|nic|mac|y|e|upon) "
    r"| ?& ?| [-–] )"
)
_START = re.compile(
    r"(?:^|[.?!…:;\n\[\](){}\"“”«»*>|]|['‘](?=\s*$)|[-–—]\s)[\s\"“'‘*_(\[\d.)#–-]*$|(?:^|\s)[\"“'‘(\[]+$"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A capitalised word at `start:end` of its passage."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """Capitalised words that belong together. `at_start`: a sentence, or a quotation, may begin with it."""

    words: tuple[Word, ...]
    at_start: bool

    @property
    def start(self) -> int:
        return self.words[0].start

    @property
    def end(self) -> int:
        return self.words[-1].end


def runs_of(text: str, pairs: Collection[tuple[str, str]] = frozenset()) -> Iterator[Run]:
    """The runs of capitalised words in a passage, in order. The word `I` belongs to none.

    pairs: words that are joined by “and”, as any are after “the”: Romeo and Juliet, the Dog and Partridge.
    """
    words: list[Word] = []
    at_start = False
    for match in _CAPITAL.finditer(text):
        word = Word(match.start(), match.end(), match.group())
        if word.text in _PRONOUNS:
            if words:
                yield Run(tuple(words), at_start)
                words = []
            continue
        if words and not _belongs(text, words, word, pairs):
            yield Run(tuple(words), at_start)
            words = []
        if not words:
            at_start = _START.search(text, max(0, word.start - 12), word.start) is not None or word.start == 0
            if at_start and _after_short_title(text, word.start):
                at_start = False
        words.append(word)
    if words:
        yield Run(tuple(words), at_start)


_PRONOUNS = frozenset(("I", "I'm", "I’m", "I'd", "I’d", "I'll", "I’ll", "I've", "I’ve", "I's"))


def _belongs(text: str, words: Sequence[Word], word: Word, pairs: Collection[tuple[str, str]]) -> bool:
    before = words[-1]
    gap = text[before.end : word.start]
    if gap == " ":
        return True
    if gap in (". ", "."):
        return before.text.lower() in _SHORT_TITLES or (len(before.text) == 1)
    if gap == " and ":
        return (before.text, word.text) in pairs or text[: words[0].start].endswith(("the ", "The "))
    if len(gap) > 12:
        return False
    if before.text[-2:].lower() in ("'s", "’s"):
        return False
    return _LINKS.fullmatch(gap) is not None


def _after_short_title(text: str, start: int) -> bool:
    """Dr. Whitcombe, J. Smith: the full stop ends no sentence."""
    before = re.search(r"([^\W\d_]+)\.\s*$", text[max(0, start - 10) : start])
    return bool(before and before[1].lower() in _SHORT_TITLES)
