"""The coefficients again, as slow loops over pairs of ratings, straight from their definitions.

A table is a list of rows, one cell a coder, None for not assigned. `w(k, l)` is the agreement weight of two
categories, `d(c, k)` their distance. Every function gives None where its last division is by zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

Row = Sequence[Any]
Weight = Callable[[Any, Any], float]


def same(k: Any, el: Any) -> int:
    return int(k == el)


def ratings_of(row: Row) -> list[Any]:
    return [cell for cell in row if cell is not None]


def pairable(rows: Sequence[Row]) -> list[list[Any]]:
    return [ratings_of(row) for row in rows if len(ratings_of(row)) >= 2]


def quotient(a: float, b: float) -> float | None:
    return None if abs(b) < 1e-12 else float(a) / float(b)


def mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)


def beyond_chance(observed: float, chance: float) -> float | None:
    return quotient(observed - chance, 1 - chance)


def percent(rows: Sequence[Row], w: Weight = same) -> float | None:
    units = pairable(rows)
    return mean([mean([w(a, b) for a, b in combinations(unit, 2)]) for unit in units]) if units else None


def shares(rows: Sequence[Row], categories: Sequence[Any]) -> dict[Any, float]:
    """The mean over units of the share of each category."""
    rated = [ratings_of(row) for row in rows if ratings_of(row)]
    return {k: mean([unit.count(k) / len(unit) for unit in rated]) for k in categories}


def brennan_prediger(rows: Sequence[Row], categories: Sequence[Any], w: Weight = same) -> float | None:
    chance = mean([w(k, el) for k in categories for el in categories])
    return beyond_chance(percent(rows, w), chance)


def fleiss(rows: Sequence[Row], categories: Sequence[Any], w: Weight = same) -> float | None:
    pi = shares(rows, categories)
    return beyond_chance(percent(rows, w), sum(w(k, m) * pi[k] * pi[m] for k in pi for m in pi))


def gwet(rows: Sequence[Row], categories: Sequence[Any], w: Weight = same) -> float | None:
    q = len(categories)
    if q < 2:
        return None
    pi = shares(rows, categories)
    total = sum(w(k, el) for k in categories for el in categories)
    return beyond_chance(percent(rows, w), total / (q * (q - 1)) * sum(p * (1 - p) for p in pi.values()))


def cohen(rows: Sequence[Row], a: int, b: int, w: Weight = same) -> float | None:
    both = [(row[a], row[b]) for row in rows if row[a] is not None and row[b] is not None]
    if not both:
        return None
    chance = mean([w(x, y) for x, _ in both for _, y in both])
    return beyond_chance(mean([w(x, y) for x, y in both]), chance)


def light(rows: Sequence[Row], w: Weight = same) -> float | None:
    kappas = [cohen(rows, a, b, w) for a, b in combinations(range(len(rows[0])), 2)]
    return None if any(kappa is None for kappa in kappas) else mean(kappas)


def scott(rows: Sequence[Row], w: Weight = same) -> float | None:
    both = [row for row in rows if row[0] is not None and row[1] is not None]
    if not both:
        return None
    everything = [cell for row in both for cell in row]
    chance = mean([w(x, y) for x in everything for y in everything])
    return beyond_chance(mean([w(x, y) for x, y in both]), chance)


def conger(rows: Sequence[Row], w: Weight = same) -> float | None:
    own = [[row[g] for row in rows if row[g] is not None] for g in range(len(rows[0]))]
    own = [ratings for ratings in own if ratings]
    between = [mean([w(x, y) for x in one for y in other]) for one, other in permutations(own, 2)]
    return beyond_chance(percent(rows, w), mean(between))


def specific(rows: Sequence[Row], category: Any) -> float | None:
    pairs = [pair for unit in pairable(rows) for pair in permutations(unit, 2) if pair[0] == category]
    return quotient(sum(x == y for x, y in pairs), len(pairs))


def alpha(rows: Sequence[Row], d: Callable[[Any, Any], float]) -> float | None:
    """1 - (mean difference within units) / (mean difference between any two ratings)."""
    units = pairable(rows)
    everything = [rating for unit in units for rating in unit]
    n = len(everything)
    within = sum(sum(d(a, b) for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in units)
    between = sum(d(a, b) for a, b in permutations(everything, 2))
    ratio = quotient(within * (n - 1), between) if n > 1 else None
    return None if ratio is None else 1 - ratio


def ordinal_distance(rows: Sequence[Row]) -> Callable[[Any, Any], float]:
    everything = [rating for unit in pairable(rows) for rating in unit]

    def squared(c: Any, k: Any) -> float:
        low, high = min(c, k), max(c, k)
        between = sum(low <= rating <= high for rating in everything)
        return float(between - Fraction(everything.count(c) + everything.count(k), 2)) ** 2

    return lambda c, k: 0.0 if c == k else squared(c, k)


def ratio_distance(c: float, k: float) -> float:
    return 0.0 if c + k == 0 else ((c - k) / (c + k)) ** 2


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    return 1 - len(a & b) / len(a | b) if a | b else 0.0


def masi(a: frozenset[str], b: frozenset[str]) -> float:
    if a == b:
        return 0.0
    factor = 2 / 3 if a <= b or b <= a else 1 / 3 if a & b else 0.0
    return 1 - (1 - jaccard(a, b)) * factor
