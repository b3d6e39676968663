"""Section 7: codes by case attribute, counted in people, with intervals that respect them.

No p-value is printed, and none over excerpts can be asked for: excerpts of one person are alike, so that a
test over excerpts takes one talkative person for many, and with dozens of codes and attributes some test is
always small. What is printed is how many people, and how far that would move with other people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from thematic.codebook import walk
from thematic.model import Codebook
from thematic.reporting.coded import CodedExcerpts
from thematic.reporting.intervals import Interval, jackknife, share_difference, wilson
from thematic.reporting.missing import Missing

__all__ = ["NO_P_VALUES", "Group", "GroupCell", "GroupRow", "GroupTable", "Groups", "compare_groups"]

Floats = NDArray[np.float64]

MOST_GROUPS = 8

NO_P_VALUES = (
    "No p-values are printed. Excerpts of one person resemble each other, so a test over excerpts counts "
    "one talkative person as many; and interviews are few and seldom drawn at random. The intervals are over "
    "people: where those of two groups hardly overlap, read what the people said."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The participants with one value of an attribute of whom something was read, and their words read."""

    value: str
    participants: int
    words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCell:
    """One code in one group; None where withheld. share: people with the code / people of the group, with its
    Wilson interval. per_1000_words: 1,000 · excerpts / words of the group, with a jackknife interval that
    leaves out whole interviews."""

    participants: int | None
    share: float | None
    share_interval: Interval | None
    excerpts: int | None
    per_1000_words: float | None
    rate_interval: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """difference: share in the first group less share in the second, where there are two (Newcombe 1998)."""

    code: str
    name: str
    depth: int
    cells: tuple[GroupCell, ...]
    difference: float | None = None
    difference_interval: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTable:
    attribute: str
    groups: tuple[Group, ...]
    unknown: int
    rows: tuple[GroupRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """tables: one an attribute. skipped: attributes that make no groups, each with the reason."""

    tables: tuple[GroupTable, ...]
    skipped: tuple[tuple[str, str], ...]


def compare_groups(coded: CodedExcerpts) -> Groups | Missing:
    """A table for every attribute that divides the participants into two to eight groups."""
    read = coded.per_participant(coded.read) > 0
    people = [who for who in range(len(coded.participants)) if read[who]]
    values: dict[str, dict[str, list[int]]] = {}
    for who in people:
        for name, value in coded.participants[who].attributes.items():
            values.setdefault(name, {}).setdefault(value, []).append(who)
    if not values:
        return Missing(
            what="The participants have no attributes, so there are no groups to compare.",
            how="Put a sheet participants.csv into the study, a row a participant and a column an attribute, "
            "such as site or arm, and run `thematic report` again.",
        )
    tables, skipped = [], []
    for name, groups in values.items():
        if len(groups) < 2:
            skipped.append((name, "all have the same value"))
        elif len(groups) > MOST_GROUPS:
            skipped.append((name, f"{len(groups)} values are too many: put them into bands in the sheet"))
        else:
            order = dict(sorted(groups.items()))
            unknown = len(people) - sum(map(len, order.values()))
            tables.append(_table(coded, name, order, unknown))
    return Groups(tables=tuple(tables), skipped=tuple(skipped))


def _table(coded: CodedExcerpts, name: str, groups: dict[str, list[int]], unknown: int) -> GroupTable:
    confidence = coded.settings.confidence
    by_person = coded.per_participant(coded.applied)
    words = coded.per_participant(coded.words * coded.read)
    rates = {value: _rates(coded, members) for value, members in groups.items()}
    shown = set(coded.shown)
    rows = []
    for depth, code in walk(Codebook(title="", version="", codes=coded.codes)):
        at = coded.column[code.id]
        if at not in shown:
            continue
        cells = []
        for value, members in groups.items():
            n_with = int((by_person[members, at] > 0).sum())
            rate, low, high = (float(found[at]) for found in rates[value])
            cells.append(
                GroupCell(
                    participants=n_with,
                    share=n_with / len(members),
                    share_interval=wilson(n_with, len(members), confidence),
                    excerpts=int(by_person[members, at].sum()),
                    per_1000_words=rate if np.isfinite(rate) else None,
                    rate_interval=Interval(max(low, 0.0), high) if np.isfinite(high) else None,
                )
            )
        difference, interval = None, None
        if len(groups) == 2:
            (k, n), (other_k, other_n) = (
                (cell.participants or 0, len(members))
                for cell, members in zip(cells, groups.values(), strict=True)
            )
            difference = k / n - other_k / other_n
            interval = share_difference(k, n, other_k, other_n, confidence)
        rows.append(
            GroupRow(
                code=code.id,
                name=code.name,
                depth=depth,
                cells=tuple(cells),
                difference=difference,
                difference_interval=interval,
            )
        )
    return GroupTable(
        attribute=name,
        groups=tuple(
            Group(value=value, participants=len(members), words=int(words[members].sum()))
            for value, members in groups.items()
        ),
        unknown=unknown,
        rows=tuple(rows),
    )


def _rates(coded: CodedExcerpts, members: list[int]) -> tuple[Floats, Floats, Floats]:
    """Excerpts per 1,000 words of these people, and the ends of the interval: each of shape (k,)."""
    here = np.isin(coded.participant, members)
    words = coded.per_interview(coded.words * coded.read * here)
    counts = coded.per_interview(coded.applied & here[:, None])
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = 1000 * counts.sum(axis=0) / words.sum()
        without = 1000 * (counts.sum(axis=0) - counts) / (words.sum() - words)[:, None]
    present = np.broadcast_to((words > 0)[:, None], counts.shape)
    low, high = jackknife(rate, without, present, coded.settings.confidence)
    return rate, low, high
