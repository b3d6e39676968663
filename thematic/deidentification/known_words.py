"""Words that need no explanation: English ones, terms that lists know, and what is made from these."""

from __future__ import annotations

import re
from collections.abc import Sequence

from thematic.deidentification.lexicon import Lexicon, lexicon
from thematic.deidentification.runs import Word, runs_of

__all__ = ["is_english", "is_explained", "is_known", "known_terms", "plain"]
_SUFFIXES = (
    "n't",
    "'d",
    "'ll",
    "'ve",
    "'re",
    "'m",
    "ingly",
    "ing",
    "ly",
    "edly",
    "ed",
    "est",
    "er",
    "ers",
    "es",
    "s",
    "ies",
    "ness",
    "ful",
    "less",
    "able",
    "ment",
    "ation",
)


def known_terms(parts: Sequence[Word], words: Lexicon) -> list[int]:
    """For each word the number, from 1, of the known term that it is part of, the longest first; else 0."""
    texts = [_VERSION.sub("", plain(word.text)) for word in parts]
    known = [i if _PARTICIPANT.fullmatch(text) else 0 for i, text in enumerate(texts, 1)]
    i = 0
    while i < len(parts):
        length = 0
        for form in (texts[i], _singular(texts[i])):
            for term in words.terms.get(form, ()):
                n = len(term)
                capitals = [t for t in term if t[0].isupper() or t == "&"]
                if len(capitals) > len(parts) - i:
                    continue
                found = texts[i : i + len(capitals)]
                if n == len(capitals) and [*found[:-1], found[-1]] == list(term):
                    length = max(length, n)
                elif len(capitals) < n and found == capitals:
                    length = max(length, len(capitals))
                elif n == len(capitals) and [*found[:-1], _singular(found[-1])] == list(term):
                    length = max(length, n)
            if length == 0 and form in words.terms and (form,) in words.terms[form]:
                length = 1
        for j in range(i, i + length):
            known[j] = i + 1
        i += max(1, length)
    return known


_VERSION = re.compile(r"-\d{1,2}$")  # COVID-19
# P07, INT2, FG-3: what a study calls its participants.
_PARTICIPANT = re.compile(r"[A-Z]{1,4}[-_]?\d{1,3}[a-zA-Z]?(?:'s)?")


def plain(word: str) -> str:
    return word.replace("’", "'")


def _singular(word: str) -> str:
    for end in ("'s", "s", "'"):
        if word.endswith(end) and len(word) > len(end) + 1:
            return word[: -len(end)]
    return word


def is_known(word: str, words: Lexicon) -> bool:
    """Whether a word by itself is a known term."""
    low = plain(word)
    return any((form,) in words.terms.get(form, ()) for form in (low, _singular(low)))


# Endings of English words that family names and places seldom have; names on the lists are found before.
_ABSTRACT_ENDINGS = (
    *(
        "ible",
        "ics",
        "tion",
        "sion",
        "tions",
        "sions",
        "ment",
        "ments",
        "ness",
        "ity",
        "ities",
        "ism",
        "isms",
        "ologist",
        "ology",
    ),
    *(
        "ship",
        "hood",
        "ful",
        "fully",
        "less",
        "ously",
        "ious",
        "ically",
        "ical",
        "iveness",
        "ability",
        "ibility",
    ),
    *(
        "ize",
        "ise",
        "ized",
        "ised",
        "izing",
        "ising",
        "some",
        "wards",
        "wise",
        "aholic",
        "ectomy",
        "itis",
        "osis",
    ),
)


# Stems of the international names of drugs (WHO): -azepam, -oxetine, -statin.
_DRUG_ENDINGS = tuple(
    "azepam azolam oxetine apine idone olol opril artan statin prazole cillin mycin triptan codone "
    "morphone profen "
    "barbital amine zodone pramine triptyline caine lukast floxacin conazole tidine setron "
    "gabalin norphine "
    "mazepine azine peridol".split()
)


def is_english(low: str, words: Lexicon) -> bool:
    """Whether a word, or what it is inflected from, is in the English word list."""
    if low in words.vocabulary or low in words.everyday_names:
        return True
    for end in _SUFFIXES:
        if low.endswith(end) and len(low) - len(end) >= 3:
            stem = low[: -len(end)]
            if stem in words.vocabulary or stem + "e" in words.vocabulary or stem + "y" in words.vocabulary:
                return True
            if len(stem) > 3 and stem[-1] == stem[-2] and stem[:-1] in words.vocabulary:
                return True
    if len(low) >= 7 and low.endswith((*_ABSTRACT_ENDINGS, *_DRUG_ENDINGS)):
        return True
    for begin in ("un", "re", "dis", "non", "over", "under", "mis", "pre", "out", "self", "anti", "super"):
        if low.startswith(begin) and low[len(begin) :].lstrip("-") in words.vocabulary:
            return True
    return "-" in low and all(len(p) < 2 or p in words.vocabulary for p in low.split("-"))


def is_explained(text: str) -> bool:
    """Whether every capitalised word of `text` is part of a known term: Amy Winehouse, Jekyll and Hyde."""
    words = lexicon()
    runs = list(runs_of(text, words.pairs))
    return bool(runs) and all(all(known_terms(run.words, words)) for run in runs)
