"""Section 2: every theme and code, by participant first, with quotes that stand for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thematic.codebook import walk
from thematic.model import Codebook
from thematic.reporting.coded import CodedExcerpts
from thematic.reporting.intervals import Interval, wilson
from thematic.reporting.quotes import ChosenQuote, Meaning, choose_quotes

__all__ = ["ThemeRow", "Themes", "count_themes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeRow:
    """A code or theme; a theme counts what lies below it, each excerpt once.

    participants: people with at least one such excerpt, of those with anything read. share: participants /
    participants_read, and its Wilson interval. excerpts: distinct excerpts. direct: excerpts that were given
    this very code. per_1000_words: 1,000 · excerpts / words, over all excerpts that somebody read.
    mean_per_1000_words: the same for each participant alone, then the mean over participants: each person
    weighs the same. Counts are None where they are withheld because so few people stand behind them.
    """

    code: str
    name: str
    parent: str | None
    depth: int
    status: str
    definition: str
    participants: int | None
    share: float | None
    share_interval: Interval | None
    interviews: int | None
    excerpts: int | None
    direct: int | None
    per_1000_words: float | None
    mean_per_1000_words: float | None
    quotes: tuple[ChosenQuote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Themes:
    """rows: the tree, each theme followed by what lies below it. Numbers to divide by: people, interviews,
    excerpts and words of which something was read."""

    rows: tuple[ThemeRow, ...]
    participants_read: int
    interviews_read: int
    excerpts_read: int
    words_read: int


def count_themes(coded: CodedExcerpts, meaning: Meaning | None = None) -> Themes:
    """The tree of codes with its counts and quotes; codes out of use that nobody applied are left out."""
    words = coded.per_participant(coded.words * coded.read)
    people = coded.per_participant(coded.read) > 0
    n_people = int(people.sum())
    by_person = coded.per_participant(coded.applied)
    by_interview = coded.per_interview(coded.applied)
    totals = coded.applied.sum(axis=0)
    direct = coded.direct.sum(axis=0)
    words_read = int(words.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = np.where(words[:, None] > 0, 1000 * by_person / words[:, None], np.nan)
    shown = set(coded.shown)
    rows = []
    for depth, code in walk(Codebook(title="", version="", codes=coded.codes)):
        at = coded.column[code.id]
        if at not in shown:
            continue
        n_with = int((by_person[:, at] > 0).sum())
        known = rates[people & (words > 0), at]
        rows.append(
            ThemeRow(
                code=code.id,
                name=code.name,
                parent=code.parent_id,
                depth=depth,
                status=code.status,
                definition=code.definition,
                participants=n_with,
                share=n_with / n_people if n_people else 0.0,
                share_interval=wilson(n_with, n_people, coded.settings.confidence),
                interviews=int((by_interview[:, at] > 0).sum()),
                excerpts=int(totals[at]),
                direct=int(direct[at]),
                per_1000_words=1000 * int(totals[at]) / words_read if words_read else None,
                mean_per_1000_words=float(known.mean()) if len(known) else None,
                quotes=choose_quotes(coded, at, meaning),
            )
        )
    return Themes(
        rows=tuple(rows),
        participants_read=n_people,
        interviews_read=int((coded.per_interview(coded.read) > 0).sum()),
        excerpts_read=int(coded.read.sum()),
        words_read=words_read,
    )
