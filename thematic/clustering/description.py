"""What a cluster is about: the words that set it apart and the quotes at its centre."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np

from thematic.clustering.partition import Labels, Points
from thematic.model import Excerpt

__all__ = ["exemplars", "terms", "words_and_pairs"]

# What people say while they look for words; scikit-learn's English stop words are for written text.
_FILLER_PHRASES = re.compile(
    r"\b(?:you know|i mean|i guess|i think|i suppose|kind of|sort of|a lot|lots of|or something|"
    r"and stuff|or whatever|to be honest)\b"
)
_FILLERS = (
    "ah aha alright anything anyway basically bit ca came come coming course definitely did do does doing "
    "done er erm genuinely goes going gone gonna gosh got gotta guess hm hmm honestly huh just kinda know "
    "like literally lot maybe mean mhm mm mm-hmm mmhmm nah obviously oh ok okay pretty probably quite "
    "really right said say saying says so something sorta stuff sure thing things think thought to uh uhm "
    "um umm wanna well went wo yeah yep yes yup"
)
_NOTE = re.compile(r"\[[^\]\n]*\]|<[^>\n]*>")  # [laughs], [NAME]: written by the transcriber, not said
_CONTRACTION = re.compile(r"n't\b|'(?:s|re|ve|ll|d|m)\b")
_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")


@cache
def _stop_words() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS) | frozenset(_FILLERS.split())


def words_and_pairs(text: str) -> list[str]:
    """The content words of `text` in lower case, and the pairs of them that stand side by side."""
    plain = _NOTE.sub(" . ", text.casefold().replace("’", "'"))
    plain = _CONTRACTION.sub("", _FILLER_PHRASES.sub(" . ", plain))
    found: list[str] = []
    before: re.Match[str] | None = None
    for match in _WORD.finditer(plain):
        word = match.group()
        if len(word) < 2 or word.isdigit() or word in _stop_words():
            before = None
            continue
        found.append(word)
        if before is not None and plain[before.end() : match.start()].isspace():
            found.append(f"{before.group()} {word}")
        before = match
    return found


def terms(texts: Sequence[str], labels: Labels, *, count: int) -> list[tuple[str, ...]]:
    """Up to `count` words and pairs of words for each label 0, 1, …, most telling first.

    Class-based TF-IDF (Grootendorst 2022, arXiv:2203.05794): the share of a term in the words of a cluster,
    times log(1 + A / f), with A the mean number of words of a cluster and f the term's count in all. A term
    must stand in two excerpts of the cluster; a word whose pair is already in the list is not repeated.
    """
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import CountVectorizer

    groups = int(labels.max(initial=-1)) + 1
    counter = CountVectorizer(analyzer=words_and_pairs)
    if not any(map(words_and_pairs, texts)):
        return [()] * groups
    counts = counter.fit_transform(texts).tocsr()
    vocabulary = counter.get_feature_names_out()
    inside = np.flatnonzero(labels >= 0)
    ones = np.ones(len(inside), np.int64)
    membership = csr_matrix((ones, (labels[inside], inside)), shape=(groups, len(labels)))
    sums, holders = membership @ counts, membership @ (counts > 0).astype(np.int64)
    rarity = np.log1p(sums.sum() / max(groups, 1) / np.maximum(np.asarray(sums.sum(axis=0)).ravel(), 1))
    chosen = []
    for group in range(groups):  # a row at a time, as words and pairs are many and most are in few groups
        row, held = sums[group], holders[group]
        row.sort_indices()
        held.sort_indices()
        scores = row.data / max(row.data.sum(), 1) * rarity[row.indices]
        told = held.data >= 2
        scores, columns = scores[told], row.indices[told]
        order = np.lexsort((columns, -scores.round(12)))
        chosen.append(_distinct((str(vocabulary[columns[i]]) for i in order), count))
    return chosen


def _distinct(candidates: Iterable[str], count: int) -> tuple[str, ...]:
    taken: list[str] = []
    words: set[str] = set()
    for term in candidates:
        if len(taken) == count:
            break
        if not set(term.split()) <= words:
            taken.append(term)
            words.update(term.split())
    return tuple(taken)


def exemplars(
    members: Sequence[int], points: Points, excerpts: Sequence[Excerpt], *, count: int
) -> tuple[str, ...]:
    """The ids of the excerpts nearest the centre of the cluster, each from another interview.

    `members` are rows of `points` and of `excerpts`. Fewer than `count` where fewer interviews take part.
    """
    centre = points[list(members)].mean(axis=0)
    nearness = {row: round(float(points[row] @ centre), 6) for row in members}
    chosen: dict[str, str] = {}
    for row in sorted(members, key=lambda row: (-nearness[row], excerpts[row].id)):
        chosen.setdefault(excerpts[row].transcript_id, excerpts[row].id)
    return tuple(chosen.values())[:count]
