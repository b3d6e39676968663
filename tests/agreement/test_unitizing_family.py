"""The u-alpha family against its printed example, and against pairs of characters counted one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import permutations, product
from random import Random

import numpy as np
import pytest

from thematic.agreement.character import CodedSpan
from thematic.agreement.experimental import experimental_figures
from thematic.agreement.ratings import Ratings
from thematic.agreement.unitizing_family import UAlpha, count_overlaps, unitizing_family
from thematic.agreement.units import CodedUnits, Unit, character_units


def drawn(interview: str, **by_coder: Iterable[tuple[int, int, str]]) -> list[CodedSpan]:
    return [
        CodedSpan(interview, coder, code, start, end)
        for coder, marked in by_coder.items()
        for start, end, code in marked
    ]


def coded(
    spans: list[CodedSpan],
    units: list[tuple[str, int, int]],
    coders: str,
    not_assigned: frozenset[tuple[int, str]] = frozenset(),
    models: frozenset[str] = frozenset(),
) -> CodedUnits:
    """Units (interview, start, end), assigned to all coders but those named by (unit, coder)."""
    codes = tuple(sorted({span.code for span in spans})) or ("x",)
    presence = np.zeros((len(units), len(coders), len(codes)), dtype=np.int8)
    for unit, coder in not_assigned:
        presence[unit, coders.index(coder)] = -1
    return CodedUnits(
        ratings=Ratings(
            units=tuple(map(str, range(len(units)))),
            coders=tuple(coders),
            codes=codes,
            presence=presence,
            interviews=tuple(interview for interview, _, _ in units),
            model_coders=models,
        ),
        values=None,
        units=tuple(
            Unit(id=str(n), interview=interview, start=start, end=end, text="x" * (end - start))
            for n, (interview, start, end) in enumerate(units)
        ),
        rule="unit",
        spans=tuple(spans),
    )


# Krippendorff (2019), Content Analysis, 4th ed., fig. 12.11: three observers of 60 places.
BOOK = coded(
    drawn(
        "P",
        A=[(0, 7, "1"), (7, 13, "2"), (30, 32, "5"), (32, 37, "6"), (37, 44, "6"), (44, 60, "7")],
        P=[(0, 7, "1"), (7, 13, "3"), (13, 21, "5"), (32, 44, "6")],
        S=[(0, 7, "1"), (7, 13, "4"), (13, 21, "5"), (32, 37, "6"), (37, 41, "6"), (41, 44, "6")],
    ),
    [("P", 0, 60)],
    "APS",
)


def test_the_printed_example() -> None:
    """The book prints .510, .413 and .724; |u is .4136, which it cuts after dividing by a rounded 44.3."""
    found = unitizing_family(character_units(BOOK))
    assert found.u.value == pytest.approx(0.510, abs=5e-4)
    assert found.relevance.value == pytest.approx(0.413, abs=7e-4)
    assert found.coding.value == pytest.approx(0.724, abs=5e-4)
    among = {code.code: code.among_codes for code in found.codes}
    assert [among[code].value for code in "123456"] == pytest.approx([1, 0, 0, 0, 1, 1])
    assert (among["7"].value, among["7"].status, among["7"].coverage) == (None, "no_variation", 0.0)
    assert among["5"].coverage == pytest.approx(8 / 18)


# --- Every pair of characters ---------------------------------------------------------------------------


class Character:
    """One coder's view of one place; `weight` is the number of other coders who were assigned it."""

    def __init__(self, place: tuple[str, int], value: str, stretch: object) -> None:
        self.place, self.value, self.stretch = place, value, stretch
        self.weight = 0.0


def characters(data: CodedUnits) -> list[Character]:
    found = []
    for number, unit in enumerate(data.units):
        for at in range(unit.start or 0, unit.end or 0):
            place = (unit.interview or "", at)
            for column, coder in enumerate(data.ratings.coders):
                if data.ratings.presence[number, column, 0] == -1:
                    continue
                own = [
                    span
                    for span in data.spans
                    if span.coder == coder and span.interview == place[0] and span.start <= at < span.end
                ]
                found.append(Character(place, own[0].code if own else "", own[0] if own else object()))
    coders_at: dict[tuple[str, int], int] = defaultdict(int)
    for character in found:
        coders_at[character.place] += 1
    for character in found:
        character.weight = coders_at[character.place] - 1
    return [character for character in found if character.weight]


def literal(found: list[Character], same: Iterable[tuple[str, str]] = ()) -> float | None:
    """1 - D_o / D_e: observed over characters of one place, expected over those of different stretches.

    A character counts as much as it meets others. `same` are values that count as one besides equal ones.
    """
    alike = set(same)

    def differ(one: Character, other: Character) -> float:
        return float(one.value != other.value and (one.value, other.value) not in alike)

    at: dict[tuple[str, int], list[Character]] = defaultdict(list)
    for character in found:
        at[character.place].append(character)
    observed = total = 0.0
    for here in at.values():
        for one, other in permutations(here, 2):
            observed += differ(one, other) / one.weight
            total += 1 / one.weight
    pairs = [(a, b) for a, b in product(found, found) if a.stretch is not b.stretch]
    meeting = {
        id(character): sum(1 / character.weight for other in at[character.place] if other is not character)
        for character in found
    }
    chance = sum(meeting[id(a)] * meeting[id(b)] * differ(a, b) for a, b in pairs)
    room = sum(meeting[id(a)] * meeting[id(b)] for a, b in pairs)
    return None if chance < 1e-12 else 1 - observed / (total * chance / room)


def random_case(seed: int) -> CodedUnits:
    random = Random(seed)
    units = [("P", 0, random.randint(4, 12)), ("P", 13, 20), ("Q", 0, random.randint(4, 9))]
    coders = "ABC"[: random.choice([2, 3])]
    spans = []
    for interview, coder in product("PQ", coders):
        at = 0
        while at < 18:
            at += random.randint(0, 4)
            end = at + random.randint(1, 5)
            spans.append(CodedSpan(interview, coder, random.choice("xyz"), at, end))
            at = end
    without = frozenset({(random.randrange(3), random.choice(coders))} if random.random() < 0.5 else ())
    return coded(spans, units, coders, without)


def equal(found: UAlpha, expected: float | None) -> None:
    if expected is None:
        assert found.value is None
    else:
        assert found.value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", range(40))
def test_it_is_what_pairs_of_characters_say(seed: int) -> None:
    data = random_case(seed)
    found = unitizing_family(character_units(data))
    every = characters(data)
    equal(found.u, literal(every))
    codes = sorted({character.value for character in every if character.value})
    equal(found.relevance, literal(every, same=product(codes, codes)))
    equal(found.coding, literal([character for character in every if character.value]))
    for code in found.codes:
        alone = characters(data)
        for character in alone:
            if character.value != code.code:
                character.value, character.stretch = "", object()
        equal(code.alone, literal(alone))


# --- What cannot be computed ------------------------------------------------------------------------------


def test_two_codes_on_one_character_leave_only_codes_alone() -> None:
    twice = coded(
        drawn("P", A=[(0, 6, "x"), (4, 9, "y")], B=[(0, 5, "x"), (5, 9, "y")]), [("P", 0, 12)], "AB"
    )
    found = unitizing_family(character_units(twice))
    assert {found.u.status, found.relevance.status, found.coding.status} == {"overlapping"}
    assert all(code.alone.status == "ok" for code in found.codes)


def test_overlapping_stretches_of_one_code_are_one_and_touching_ones_two() -> None:
    def u_of(*first: tuple[int, int, str]) -> float | None:
        both = drawn("P", A=first, B=[(2, 9, "x")])
        return unitizing_family(character_units(coded(both, [("P", 0, 20)], "AB"))).u.value

    assert u_of((0, 6, "x"), (4, 9, "x")) == u_of((0, 9, "x"))
    assert u_of((0, 5, "x"), (5, 9, "x")) != u_of((0, 9, "x"))


def test_nobody_to_compare_and_nothing_marked() -> None:
    one = coded(drawn("P", A=[(0, 4, "x")]), [("P", 0, 9)], "A")
    assert unitizing_family(character_units(one)).u.status == "one_coder"
    apart = coded(drawn("P", A=[(0, 4, "x")]), [("P", 0, 9)], "AB", frozenset({(0, "B")}))
    assert unitizing_family(character_units(apart)).u.status == "one_coder"
    nothing = coded([], [("P", 0, 9)], "AB")
    assert unitizing_family(character_units(nothing)).u.status == "no_variation"


def test_overlaps_are_counted_once_a_pair_and_not_within_a_code() -> None:
    spans = drawn("P", A=[(0, 5, "x"), (3, 8, "y"), (4, 6, "z"), (4, 7, "x"), (8, 9, "y")], B=[(0, 9, "y")])
    assert count_overlaps(spans) == 5  # the first x with y and z, y with z, and both with the second x
    assert count_overlaps(drawn("P", A=[(0, 5, "x"), (5, 8, "y")])) == 0


def test_machines_are_no_part_of_it() -> None:
    spans = [*BOOK.spans, *drawn("P", M=[(0, 60, "1")])]
    with_machine = coded(spans, [("P", 0, 60)], "APSM", models=frozenset("M"))
    figures = experimental_figures(with_machine)
    people = experimental_figures(BOOK)
    name = "u-alpha (2016), where spans begin and end and their codes"
    assert figures[name] == people[name] == pytest.approx(0.510, abs=5e-4)
