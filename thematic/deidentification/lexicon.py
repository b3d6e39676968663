"""The word lists of the identifier check, read once from the package."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

__all__ = ["STARTERS", "Lexicon", "bare", "foreign_lexicon", "lexicon", "words_of"]

# Words that begin a sentence, or reported speech without quotation marks, and are never a name by themselves.
STARTERS = frozenset(
    """
    a about after again all already also although always am an and another any anyway are aren't as at away
    because before being both but by came can can't come could couldn't did didn't do does doesn't don't each
    either else even every everyone everything except few for from get give go goes going good got great had
    hadn't has hasn't have haven't having he he'd he'll he's hello her here here's hers hey hi him his hm how
    how's i i'd i'll i'm i've if in into is isn't it it'd it'll it's its just keep last let let's like listen
    long look lots made make many maybe me mine more most much my near neither never next no nobody none nope
    nor not nothing now of off oh ok okay on once one only or other our out over own people perhaps please
    quite rather really right said say see seven several shall she she'd she'll she's should shouldn't
    since so
    some someone something sometimes soon sorry still stop such sure take tell thank thanks that that'd that's
    that'll the their them then there there'd there's these they they'd they'll they're they've thing things
    think this those though three till to today together too try two um unless until up us very wait was
    wasn't
    we we'd we'll we're we've well were weren't what what's whatever when when's where where's whether which
    while who who'd who's whose why why's will with within without won't would wouldn't yeah yep yes yet you
    you'd you'll you're you've your yours
    """.split()
)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """names: found in any case. capital_names: names with a capital wherever they stand. everyday_names:
    names
    that are everyday words. terms: known terms by their first word, longest first.
    brands: those of them that employ people.
    pairs: Romeo and Juliet, Benson and Hedges. All in lower case, except
    the terms. Not English: words that begin a sentence, and are on no list of names, are no names.
    capitals_tell: False in a language that writes every noun with a capital."""

    names: frozenset[str]
    capital_names: frozenset[str]
    everyday_names: frozenset[str]
    surnames: frozenset[str]
    places: frozenset[str]
    long_places: dict[str, tuple[tuple[str, ...], ...]]
    terms: dict[str, tuple[tuple[str, ...], ...]]
    brands: frozenset[tuple[str, ...]]
    pairs: frozenset[tuple[str, str]]
    generic: frozenset[str]
    vocabulary: frozenset[str]
    is_english: bool = True
    capitals_tell: bool = True


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lists, as they are in the package."""
    places = words_of("places")
    generic = words_of("generic_words")
    return Lexicon(
        names=words_of("given_names"),
        capital_names=words_of("capital_names"),
        everyday_names=words_of("everyday_names"),
        surnames=words_of("surnames"),
        places=frozenset(place for place in places if "_" not in place),
        long_places=_by_first(tuple(place.split("_")) for place in places if "_" in place),
        terms=_by_first(tuple(line.split()) for line in [*_lines("known_terms"), *_lines("known_brands")]),
        brands=frozenset(tuple(line.split()) for line in _lines("known_brands")),
        pairs=frozenset((a, b) for a, link, b in _threes() if link == "and"),
        generic=generic,
        vocabulary=words_of("vocabulary") | words_of("wordnet_words") | generic | STARTERS,
    )


@lru_cache(maxsize=4)
def foreign_lexicon(ordinary: frozenset[str], *, capitals_tell: bool) -> Lexicon:
    """The lists for text in another language than English, whose `ordinary` words stand somewhere in lower
    case: of these none is a name, and they are its vocabulary."""
    english = lexicon()
    return replace(
        english,
        names=english.names - ordinary,
        capital_names=english.capital_names - ordinary,
        everyday_names=frozenset(),
        surnames=english.surnames - ordinary,
        places=english.places - ordinary,
        vocabulary=ordinary,
        is_english=False,
        capitals_tell=capitals_tell,
    )


@lru_cache(maxsize=65536)
def bare(word: str) -> str:
    """A word in lower case, without a possessive 's and with a straight apostrophe."""
    lower = word.lower().replace("’", "'")
    return lower[:-2] if lower.endswith("'s") and len(lower) > 3 else lower.rstrip("'")


def _threes() -> list[tuple[str, str, str]]:
    """The terms of three words: Romeo and Juliet."""
    terms = (line.split() for line in [*_lines("known_terms"), *_lines("known_brands")])
    return [(a, b, c) for a, b, c in (term for term in terms if len(term) == 3)]


def _lines(name: str) -> list[str]:
    text = (files("thematic.deidentification") / "lists" / f"{name}.txt").read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def words_of(name: str) -> frozenset[str]:
    """The words of a list in the package, but for the lines that begin with #."""
    return frozenset(word for line in _lines(name) for word in line.split())


def _by_first(terms: object) -> dict[str, tuple[tuple[str, ...], ...]]:
    table: dict[str, list[tuple[str, ...]]] = {}
    for term in terms:  # type: ignore[attr-defined]
        table.setdefault(term[0], []).append(term)
    return {first: tuple(sorted(set(found), key=len, reverse=True)) for first, found in table.items()}
