"""Small cells: who could be recognised by what is known of them, and what is withheld so that nobody is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from thematic.reporting.code_lines import CodeLines
from thematic.reporting.coded import CodedExcerpts
from thematic.reporting.cooccurrence import CoOccurrence
from thematic.reporting.excerpt_map import ExcerptMap
from thematic.reporting.framework_matrix import Cell, FrameworkMatrix
from thematic.reporting.groups import GroupCell, GroupRow, Groups, GroupTable
from thematic.reporting.themes import Themes

__all__ = ["Recognisable", "few_people", "find_recognisable", "withhold_groups", "withhold_lines",
           "withhold_map", "withhold_matrix", "withhold_pairs", "withhold_themes"]  # fmt: skip

MOST_TOGETHER = 3
_NOTHING = GroupCell(
    participants=None, share=None, share_interval=None, excerpts=None, per_1000_words=None, rate_interval=None
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognisable:
    """One participant is the only one with these values; no smaller set of them is unique to this person."""

    participant: str
    values: tuple[tuple[str, str], ...]


def find_recognisable(coded: CodedExcerpts) -> tuple[Recognisable, ...]:
    """The smallest combinations, of up to three attributes, that only one participant has.

    That is k = 1 of k-anonymity (Samarati & Sweeney, 1998).
    """
    people = [p for p in coded.participants if p.attributes]
    names = sorted({name for person in people for name in person.attributes})
    alone: dict[str, list[tuple[str, ...]]] = {}
    found = []
    for size in range(1, MOST_TOGETHER + 1):
        for chosen in combinations(names, size):
            counts = Counter(_values(person.attributes, chosen) for person in people)
            for person in people:
                values = _values(person.attributes, chosen)
                if None in values or counts[values] != 1:
                    continue
                if any(set(smaller) <= set(chosen) for smaller in alone.get(person.id, ())):
                    continue
                alone.setdefault(person.id, []).append(chosen)
                found.append(
                    Recognisable(
                        participant=person.id, values=tuple(zip(chosen, map(str, values), strict=True))
                    )
                )
    return tuple(found)


def _values(attributes: Mapping[str, str], chosen: Sequence[str]) -> tuple[str | None, ...]:
    return tuple(attributes.get(name) for name in chosen)


def few_people(coded: CodedExcerpts) -> frozenset[str]:
    """Codes that some participants have, but fewer than may be printed, and the codes that give these away.

    A theme counts what its codes count, so one code of it that is withheld is what the others leave of the
    theme. The code beside it that the fewest have is withheld too, until those withheld under a theme are two
    or more and of enough people together; the theme itself where no code beside it is left.
    """
    has = coded.per_participant(coded.applied) > 0
    people = has.sum(axis=0)
    least = coded.settings.suppress_below
    few = {at for at, n in enumerate(people) if 0 < n < least}
    parents = {code.parent_id for code in coded.codes}
    depth = coded.reach.sum(axis=1)
    for theme in sorted(range(len(coded.codes)), key=lambda at: -int(depth[at])):
        below = [at for at, code in enumerate(coded.codes) if code.parent_id == coded.codes[theme].id]
        hidden = [at for at in below if at in few]
        if not hidden or theme in few:
            continue
        # A code with codes of its own comes last: those would tell about it.
        beside = sorted(
            (at for at in below if at not in few and people[at]),
            key=lambda at: (coded.codes[at].id in parents, int(people[at]), at),
        )
        while beside and (len(hidden) < 2 or has[:, hidden].any(axis=1).sum() < least):
            hidden.append(beside.pop(0))
        enough = len(hidden) > 1 and has[:, hidden].any(axis=1).sum() >= least
        few |= set(hidden) if enough else {*hidden, theme}
    return frozenset(coded.codes[at].id for at in few)


def withhold_themes(found: Themes, few: frozenset[str]) -> Themes:
    """Without the numbers and quotes of these codes."""
    return replace(
        found,
        rows=tuple(
            replace(
                row,
                participants=None,
                share=None,
                share_interval=None,
                interviews=None,
                excerpts=None,
                direct=None,
                per_1000_words=None,
                mean_per_1000_words=None,
                quotes=(),
            )
            if row.code in few
            else row
            for row in found.rows
        ),
    )


def withhold_matrix(found: FrameworkMatrix, few: frozenset[str]) -> FrameworkMatrix:
    """Without these codes, and without attributes: beside a person's row they tell who it is."""
    hidden = [column.code in few for column in found.columns]
    return replace(
        found,
        attributes=(),
        rows=tuple(
            replace(
                row,
                attributes={},
                cells=tuple(
                    Cell(excerpts=None) if hide else cell
                    for cell, hide in zip(row.cells, hidden, strict=True)
                ),
            )
            for row in found.rows
        ),
    )


def withhold_pairs(found: CoOccurrence, few: frozenset[str], least: int) -> CoOccurrence:
    """Without pairs that meet in fewer interviews than that, and without those of these codes."""
    return replace(
        found,
        pairs=tuple(
            pair
            for pair in found.pairs
            if not 0 < pair.interviews < least and pair.code not in few and pair.other not in few
        ),
    )


def withhold_lines(found: CodeLines, few: frozenset[str]) -> CodeLines:
    """Without marks of these codes and themes."""
    hidden = {at for at, theme in enumerate(found.themes) if theme in few}
    lines = []
    for line in found.lines:
        marks = []
        for mark in line.marks:
            themes = tuple(at for at in mark.themes if at not in hidden)
            codes = tuple(code for code in mark.codes if code not in few)
            if themes and codes:
                marks.append(replace(mark, themes=themes, codes=codes))
        lines.append(replace(line, marks=tuple(marks)))
    return replace(found, lines=tuple(lines))


def withhold_map(found: ExcerptMap, few: frozenset[str], least: int) -> ExcerptMap:
    """Without these codes at the dots, and without the quotes of clusters of fewer interviews than that."""
    return replace(
        found,
        points=tuple(
            replace(point, codes=tuple(code for code in point.codes if code not in few))
            for point in found.points
        ),
        clusters=tuple(
            replace(row, exemplars=()) if row.interviews < least else row for row in found.clusters
        ),
    )


def withhold_groups(found: Groups, few: frozenset[str], least: int) -> Groups:
    """Without these codes and cells of fewer people than that, and without what they could be computed from.

    The total gives away a single cell, and few people in several: the next smallest in which there is anybody
    is withheld too.
    """
    return replace(found, tables=tuple(_withhold_table(table, few, least) for table in found.tables))


def _withhold_table(table: GroupTable, few: frozenset[str], least: int) -> GroupTable:
    small = {at for at, group in enumerate(table.groups) if group.participants < least}
    rows = []
    for row in table.rows:
        people = [cell.participants or 0 for cell in row.cells]
        hidden = small | {at for at, n in enumerate(people) if row.code in few or 0 < n < least}
        others = sorted((at for at, n in enumerate(people) if n and at not in hidden), key=people.__getitem__)
        while hidden and others and (len(hidden) < 2 or sum(people[at] for at in hidden) < least):
            hidden.add(others.pop(0))
        rows.append(_without(row, hidden))
    groups = tuple(
        replace(group, participants=0, words=0) if at in small else group
        for at, group in enumerate(table.groups)
    )
    return replace(table, groups=groups, rows=tuple(rows))


def _without(row: GroupRow, hidden: set[int]) -> GroupRow:
    if not hidden:
        return row
    cells = tuple(_NOTHING if at in hidden else cell for at, cell in enumerate(row.cells))
    return replace(row, cells=cells, difference=None, difference_interval=None)
