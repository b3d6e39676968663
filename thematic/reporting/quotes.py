"""Which quotes stand for a code: by stated rules, from different participants, never by taste.

Three quotes are chosen, in this order, each from a participant not yet quoted for the code:

- representative: given the code by the most coders; among those, nearest in meaning to the code's wording.
- typical: nearest in meaning to the middle of what participants said under the code. The middle is the mean
  of the participants' own means, so that a talkative person does not set it.
- contradicting: farthest from that middle. A candidate for the negative case, to be read; distance between
  vectors is no proof of a contradiction. Only where a code has at least five excerpts.

Passages of 12 to 70 words are preferred, as fewer say little and more are no quotation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from thematic.model import Vectors
from thematic.reporting.coded import CodedExcerpts

__all__ = ["RULES", "ChosenQuote", "Meaning", "best_by_participant", "choose_quotes"]

Floats = NDArray[np.float32]
Kind = Literal["representative", "typical", "contradicting"]

READABLE = range(12, 71)
FEWEST_FOR_CONTRADICTING = 5
_PLACES = 5  # similarities are compared to so many places, which do not differ between machines

RULES: dict[str, str] = {
    "representative": "given the code by the most coders, then nearest to the wording of the code",
    "typical": "nearest to the middle of what participants said under the code, each weighing the same",
    "contradicting": "farthest from that middle: read it as a candidate for a negative case",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenQuote:
    """A verbatim passage, where it stands, and by which rule it was chosen.

    coders: how many coders gave it this very code. start_time: seconds, or None.
    """

    kind: str
    excerpt_id: str
    transcript_id: str
    participant: str
    speaker: str
    start_time: float | None
    text: str
    coders: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Meaning:
    """Vectors in which nearness of meaning is measured.

    excerpts: shape (n, d), a row of unit length for each excerpt, in order. wording: for each code, by id,
    the mean vector of its name, definition, include texts and examples, of unit length.
    """

    excerpts: Floats
    wording: Mapping[str, Floats]

    @classmethod
    def of(
        cls, coded: CodedExcerpts, vectors: Vectors, wording: Mapping[str, Floats] | None = None
    ) -> Meaning:
        """The vectors in the order of the excerpts. Raises KeyError when an excerpt has none."""
        row = {id_: at for at, id_ in enumerate(vectors.ids)}
        order = [row[excerpt.id] for excerpt in coded.excerpts]
        return cls(excerpts=vectors.values[order], wording=wording or {})


def _cite(coded: CodedExcerpts, at: int, kind: str, column: int) -> ChosenQuote:
    """The excerpt at this position as a quote for a code."""
    excerpt = coded.excerpts[at]
    return ChosenQuote(
        kind=kind,
        excerpt_id=excerpt.id,
        transcript_id=excerpt.transcript_id,
        participant=coded.participants[int(coded.participant[at])].id,
        speaker=excerpt.speaker,
        start_time=excerpt.start_time,
        text=excerpt.text,
        coders=int(coded.support[at, column]),
    )


def choose_quotes(
    coded: CodedExcerpts, column: int, meaning: Meaning | None = None
) -> tuple[ChosenQuote, ...]:
    """The quotes for a code or theme, at most one of each kind, each from another participant.

    Without `meaning`, nearness is that of lengths: to the median number of words under the code.
    """
    rows = np.flatnonzero(coded.applied[:, column])
    if not len(rows):
        return ()
    central = _centrality(coded, rows, meaning)
    wording = _nearness_to_wording(coded, rows, column, meaning)
    fits = central if wording is None else wording
    support = np.maximum(coded.support[rows, column], 0)
    readable = np.isin(coded.words[rows], READABLE)
    chosen: list[ChosenQuote] = []
    quoted: set[int] = set()
    # np.lexsort: the last key decides first; the position in the text breaks ties.
    orders: list[tuple[Kind, NDArray[np.intp]]] = [
        ("representative", np.lexsort((rows, -fits, -support, ~readable))),
        ("typical", np.lexsort((rows, -central, ~readable))),
    ]
    if len(rows) >= FEWEST_FOR_CONTRADICTING:
        orders.append(("contradicting", np.lexsort((rows, central, ~readable))))
    for kind, order in orders:
        free = (int(rows[i]) for i in order if int(coded.participant[rows[i]]) not in quoted)
        at = next(free, None)
        if at is not None:
            quoted.add(int(coded.participant[at]))
            chosen.append(_cite(coded, at, kind, column))
    return tuple(chosen)


def best_by_participant(
    coded: CodedExcerpts, column: int, meaning: Meaning | None = None
) -> dict[int, ChosenQuote]:
    """For each participant with the code, by position, the quote nearest to the middle of all of them."""
    rows = np.flatnonzero(coded.applied[:, column])
    if not len(rows):
        return {}
    central = _centrality(coded, rows, meaning)
    readable = np.isin(coded.words[rows], READABLE)
    best: dict[int, int] = {}
    for i in np.lexsort((rows, -central, ~readable)):
        best.setdefault(int(coded.participant[rows[i]]), int(rows[i]))
    return {who: _cite(coded, best[who], "typical", column) for who in sorted(best)}


def _centrality(coded: CodedExcerpts, rows: NDArray[np.intp], meaning: Meaning | None) -> NDArray[np.float64]:
    """How near each excerpt is to the middle of what participants said: cosine, rounded."""
    if meaning is None:
        words = coded.words[rows].astype(np.float64)
        return -np.abs(words - np.median(words))
    own = meaning.excerpts[rows].astype(np.float64)
    who, position = np.unique(coded.participant[rows], return_inverse=True)
    means = np.zeros((len(who), own.shape[1]))
    np.add.at(means, position, own)
    means /= np.bincount(position)[:, None]
    middle = means.mean(axis=0)
    length = float(np.linalg.norm(middle))
    return np.asarray(np.round(own @ middle / (length or 1.0), _PLACES))


def _nearness_to_wording(
    coded: CodedExcerpts, rows: NDArray[np.intp], column: int, meaning: Meaning | None
) -> NDArray[np.float64] | None:
    """Cosine with the code's own wording, rounded; None where it has none."""
    wording = None if meaning is None else meaning.wording.get(coded.codes[column].id)
    if meaning is None or wording is None:
        return None
    return np.round(meaning.excerpts[rows].astype(np.float64) @ wording.astype(np.float64), _PLACES)
