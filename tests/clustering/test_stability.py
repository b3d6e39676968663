"""Clusters that come back when interviews are left out, and those that do not."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from statistics import fmean
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clustering.planted import planted
from thematic.clustering import partition
from thematic.clustering.stability import best_overlaps, draws, stability

INTERVIEWS = np.repeat(np.arange(10), 4)
HALVES = np.tile([0, 0, 1, 1], 10)


def figures(regroup: Callable[[np.ndarray], np.ndarray], **options: object) -> list[float | None]:
    return stability(HALVES, INTERVIEWS, regroup=regroup, resamples=20, seed=0, **options)  # type: ignore[arg-type]


def test_groups_that_come_back_are_stable() -> None:
    assert figures(lambda rows: 1 - HALVES[rows]) == [1.0, 1.0]


def test_groups_that_merge_overlap_by_half() -> None:
    assert figures(lambda rows: np.zeros(len(rows), dtype=np.intp)) == [0.5, 0.5]


def test_groups_that_are_not_found_again_have_no_overlap() -> None:
    assert figures(lambda rows: np.full(len(rows), -1)) == [0.0, 0.0]


def test_one_in_five_interviews_is_left_out_each_time() -> None:
    seen = []

    def regroup(rows: Any) -> Any:
        seen.append(frozenset(INTERVIEWS[rows].tolist()))
        assert len(rows) == 32
        return HALVES[rows]

    ticks: list[None] = []
    figures(regroup, on_draw=lambda: ticks.append(None))
    assert len(seen) == len(ticks) == 20
    assert len(set(seen)) > 10


def test_a_group_of_one_interview_is_judged_by_the_draws_that_keep_it() -> None:
    labels, interviews = np.array([0, 0, 1, 1, 1, 1]), np.array([0, 0, 1, 1, 2, 2])
    assert stability(labels, interviews, regroup=lambda rows: labels[rows], resamples=20, seed=0) == [
        1.0,
        1.0,
    ]


def test_the_shift_to_neighbours_makes_blurred_groups_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    _, vectors = planted(600, noise=0.5)
    interviews = np.arange(600) // 6 % 10

    def group(rows: Any) -> Any:
        return partition.ward_groups(vectors.values[rows], np.arange(len(rows)), 6)

    def mean_stability() -> float:
        found = stability(group(np.arange(600)), interviews, regroup=group, resamples=20, seed=0)
        return fmean(value for value in found if value is not None)

    shifted = mean_stability()
    monkeypatch.setattr(partition, "_SHIFTS", 0)
    assert shifted > mean_stability() + 0.1


@pytest.mark.parametrize("interviews", [1, 2])
def test_fewer_than_three_interviews_tell_nothing(interviews: int) -> None:
    labels = np.array([0, 1, 0, 1])
    of = np.arange(4) % interviews
    assert stability(labels, of, regroup=lambda rows: labels[rows], resamples=20, seed=0) == [None, None]


@pytest.mark.parametrize(("interviews", "number", "size"), [(3, 3, 1), (7, 7, 1), (8, 20, 2), (30, 20, 6)])
def test_few_interviews_are_left_out_in_every_way(interviews: int, number: int, size: int) -> None:
    made = list(draws(interviews, 20, seed=0))
    assert len(made) == number
    assert {len(set(dropped)) for dropped in made} == {size}
    if number < 20:
        assert len(set(made)) == number


def test_the_seed_decides_the_draws() -> None:
    assert list(draws(30, 20, seed=1)) == list(draws(30, 20, seed=1)) != list(draws(30, 20, seed=2))


@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 3)), max_size=30))
def test_best_overlaps_equal_those_of_sets(pairs: list[tuple[int, int]]) -> None:
    old = np.array([pair[0] for pair in pairs], dtype=np.intp)
    new = np.array([pair[1] for pair in pairs], dtype=np.intp)
    for group, found in enumerate(best_overlaps(old, new, 4)):
        mine = set(np.flatnonzero(old == group).tolist())
        theirs = [set(np.flatnonzero(new == other).tolist()) for other in range(4)]
        if not mine:
            assert isnan(found)
        else:
            expected = max(len(mine & other) / len(mine | other) for other in theirs)
            assert found == pytest.approx(expected)
