"""Words that carry content and words that do not: which excerpts say too little, and is this English?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

__all__ = [
    "all_words",
    "carries_content",
    "content_words",
    "language_note",
    "language_note_by",
    "looks_english",
]

# Words of grammar and of keeping a conversation going. They make up half of spoken English.
_FUNCTION_WORDS = frozenset(
    """
    a about after again all also am an and any are aren't as at be because been before being but by can
    can't could couldn't did didn't do does doesn't doing don't down for from get go going got had hadn't has
    hasn't have haven't having he he'd he'll he's her here hers him his how i i'd i'll i'm i've if in into is
    isn't it it'd it'll it's its just know let me more most my no nor not now of off on one only or other our
    out over really said say same see she she'd she'll she's should so some such than that that's the their
    theirs them then there there's these they they'd they'll they're they've thing things think this those
    though thought through to too up us very was wasn't we we'd we'll we're we've well were weren't what
    what's when where which while who why will with won't would wouldn't you you'd you'll you're you've your
    yours
    ah aha alright cool er erm exactly hm hmm huh kind like literally maybe mean mhm mm mmhm mmm nah nope oh
    ok okay probably right sort sure uh uhuh um ya yah yeah yep yes yup
    """.split()
)

# Scripts written without spaces between words: there, a letter is counted as a word.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:['’][^\W_]+)*")

_FEWEST_WORDS = 50
_ENGLISH_SHARE = 0.25


def all_words(text: str) -> Iterable[str]:
    """Every word in small letters, those of grammar too."""
    if text.isascii():  # the same, several times as fast
        return _WORD.findall(text.lower())
    return (match.group().casefold().replace("’", "'") for match in _WORD.finditer(text))


def content_words(text: str) -> Iterator[str]:
    """The words that are neither grammar nor back-channel. In other languages than English, nearly all."""
    return (word for word in all_words(text) if carries_content(word))


def carries_content(word: str) -> bool:
    """Whether the word, in small letters, is neither grammar nor back-channel."""
    return word not in _FUNCTION_WORDS


def looks_english(texts: Sequence[str]) -> bool:
    """Whether at least a quarter of the words are English words of grammar; True for fewer than 50 words.

    In spoken English it is about half, in other European languages under a tenth.
    """
    return _is_english(*_words_and_content(texts))


def _words_and_content(texts: Sequence[str]) -> tuple[int, int]:
    words = sum(len(_WORD.findall(text)) for text in texts)
    return words, sum(1 for text in texts for _ in content_words(text))


def _is_english(words: int, content: int) -> bool:
    return words < _FEWEST_WORDS or (words - content) / words >= _ENGLISH_SHARE


def language_note(texts: Sequence[str]) -> str | None:
    """What still works when the texts do not look like English, or None when they do."""
    return language_note_by(*_words_and_content(texts))


def language_note_by(words: int, content: int) -> str | None:
    """As `language_note`, of texts with so many words, so many of them of content."""
    if _is_english(words, content):
        return None
    return (
        "These transcripts do not look like English, which the packaged model was made for. Cutting into "
        "excerpts, reviewing, agreement and export work as always; suggestions and clusters rest on shared "
        "words and may be poor. A multilingual sentence-transformers model can be chosen with --model."
    )
