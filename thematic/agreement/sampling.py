"""Which units to code twice, drawn by seed from every interview."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from math import floor

from thematic.errors import SettingsError

__all__ = ["draw"]


def draw(units: Mapping[str, Sequence[str]], *, count: int, seed: int = 0) -> dict[str, tuple[str, ...]]:
    """`count` of the units, by interview, in the order given; each unit of an interview is equally likely.

    Interviews get their share of the sample in proportion to their units, by largest remainder, and at least
    one unit each where `count` allows it. Same units, count and seed: same sample.
    Raises SettingsError when there are fewer units than that, or none is asked for.
    """
    total = sum(len(found) for found in units.values())
    if not 0 < count <= total:
        raise SettingsError(
            f"{count} of {total} units cannot be drawn", hint=f"choose a number from 1 to {total}"
        )
    sizes = _allocate({interview: len(found) for interview, found in units.items()}, count)
    drawn = {}
    for interview, found in units.items():
        # A generator of its own for each interview: another interview more does not change this one's draw.
        chosen = set(random.Random(f"{seed}/{interview}").sample(range(len(found)), sizes[interview]))
        drawn[interview] = tuple(unit for at, unit in enumerate(found) if at in chosen)
    return drawn


def _allocate(sizes: Mapping[str, int], count: int) -> dict[str, int]:
    """How many to draw from each interview; the numbers add up to `count`."""
    total = sum(sizes.values())
    exact = {interview: size * count / total for interview, size in sizes.items()}
    present = [interview for interview, size in sizes.items() if size]
    least = 1 if count >= len(present) else 0
    given = {interview: min(size, max(least, floor(exact[interview]))) for interview, size in sizes.items()}
    # Largest remainder first; then, where the minimum of one gave too much, back from the largest.
    by_remainder = sorted(present, key=lambda interview: (given[interview] - exact[interview], interview))
    while sum(given.values()) < count:
        for interview in by_remainder:
            if sum(given.values()) < count and given[interview] < sizes[interview]:
                given[interview] += 1
    while sum(given.values()) > count:
        given[max(given, key=lambda interview: (given[interview], interview))] -= 1
    return given
