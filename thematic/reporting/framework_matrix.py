"""Section 3: who said what: a row a participant, a column a theme, in each cell how often and the best quote.

The framework method: Ritchie & Spencer (1994), Qualitative data analysis for applied policy research.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from thematic.reporting.coded import CodedExcerpts
from thematic.reporting.quotes import ChosenQuote, Meaning, best_by_participant

__all__ = ["Cell", "FrameworkMatrix", "MatrixColumn", "MatrixRow", "frame_matrix"]

MOST_COLUMNS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """excerpts: how many of this participant have the code; None where that is withheld.

    quote: the one nearest to the middle of the code.
    """

    excerpts: int | None
    quote: ChosenQuote | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixColumn:
    code: str
    name: str
    is_theme: bool
    theme: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """A participant; `words` are those of the excerpts that somebody read. cells: in the order of columns."""

    participant: str
    attributes: Mapping[str, str]
    words: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkMatrix:
    """themes, codes: which columns are topmost codes, and which are all others. left_out: codes that are in
    no column, for there are too many. attributes: names of the case attributes that tell people apart."""

    columns: tuple[MatrixColumn, ...]
    rows: tuple[MatrixRow, ...]
    attributes: tuple[str, ...]
    left_out: int


def frame_matrix(coded: CodedExcerpts, meaning: Meaning | None = None) -> FrameworkMatrix:
    """The framework matrix of all participants with anything read; themes first, each followed by its codes.

    Themes with no excerpt keep their column, as an empty one says something; codes with none do not.
    Of more than 60 columns the most used stay, by participants.
    """
    by_person = coded.per_participant(coded.applied)
    words = coded.per_participant(coded.words * coded.read)
    read = coded.per_participant(coded.read) > 0
    used = by_person.sum(axis=0) > 0
    tops = set(coded.tops)
    shown = [at for at in coded.shown if used[at] or at in tops]
    people_with = (by_person > 0).sum(axis=0)
    kept = set(sorted(shown, key=lambda at: (-people_with[at], at not in tops, at))[:MOST_COLUMNS])
    theme_of = {at: next((top for top in tops if coded.reach[at, top]), at) for at in shown}
    order = sorted(kept, key=lambda at: (theme_of[at], at != theme_of[at], at))
    quotes = {at: best_by_participant(coded, at, meaning) for at in order}
    values: dict[str, set[str]] = {}
    for participant in coded.participants:
        for name, value in participant.attributes.items():
            values.setdefault(name, set()).add(value)
    return FrameworkMatrix(
        columns=tuple(
            MatrixColumn(
                code=coded.codes[at].id,
                name=coded.codes[at].name,
                is_theme=at in tops,
                theme=coded.codes[theme_of[at]].name,
            )
            for at in order
        ),
        rows=tuple(
            MatrixRow(
                participant=participant.id,
                attributes=participant.attributes,
                words=int(words[who]),
                cells=tuple(
                    Cell(excerpts=int(by_person[who, at]), quote=quotes[at].get(who)) for at in order
                ),
            )
            for who, participant in enumerate(coded.participants)
            if read[who]
        ),
        attributes=tuple(sorted(values)),
        left_out=len(shown) - len(order),
    )
