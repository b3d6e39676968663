"""Groups from vectors, against slow and literal oracles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clustering.planted import planted
from thematic.clustering import partition
from thematic.clustering.partition import (
    cut,
    dense_groups,
    join_nearest,
    nearest,
    neighbour_graph,
    one_thread,
    reduce,
    unit,
    ward_groups,
    ward_tree,
)


def same_partition(one: np.ndarray, other: np.ndarray) -> bool:
    pairs = set(zip(one.tolist(), other.tolist(), strict=True))
    return len(pairs) == len(set(one.tolist())) == len(set(other.tolist()))


def cloud(count: int, width: int, seed: int = 0) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(count, width)))


def squares(points: np.ndarray, labels: np.ndarray) -> float:
    """The sum of squared distances from the points to the means of their groups."""
    return float(sum(((points[labels == k] - points[labels == k].mean(0)) ** 2).sum() for k in set(labels)))


def test_unit_keeps_zero_rows() -> None:
    assert unit(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist() == [[np.float32(0.6), np.float32(0.8)], [0, 0]]


def test_reduction_equals_that_of_scikit_learn() -> None:
    from sklearn.decomposition import PCA

    points = cloud(60, 20)
    expected = unit(PCA(5, svd_solver="covariance_eigh").fit_transform(points.astype(np.float64)))
    found = reduce(points, 5)
    signs = np.sign((found * expected).sum(axis=0))
    assert np.allclose(found, expected * signs, atol=1e-5)


@pytest.mark.parametrize("axis", [(2, 1), (-2, 1), (1, 2), (1, -2), (-3, 1, 1), (1, -3, 1), (-1, 1, -3)])
def test_the_largest_weight_of_a_component_is_positive(axis: tuple[int, ...]) -> None:
    along = np.array([-1.0, -0.5, 0.5, 1.0])
    values = np.outer(along, axis).astype(np.float32)
    sign = np.sign(max(axis, key=abs))
    assert np.allclose(reduce(values, 1)[:, 0], sign * np.sign(along))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(1, 5))
def test_nearest_is_exact_and_ties_go_to_the_lowest_row(seed: int, count: int, k: int) -> None:
    # Whole numbers give exact products and many ties.
    points = np.random.default_rng(seed).integers(-1, 2, size=(count, 3)).astype(np.float32)
    k = min(k, count - 1)
    for row, found in enumerate(nearest(points, k)):
        others = [other for other in range(count) if other != row]
        others.sort(key=lambda other: (-float(points[row] @ points[other]), other))
        assert found.tolist() == sorted(others[:k])


def test_blocks_do_not_change_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.random.default_rng(0).integers(-2, 3, size=(50, 4)).astype(np.float32)
    whole = nearest(points, 5)
    monkeypatch.setattr(partition, "_BLOCK", 7)
    assert np.array_equal(nearest(points, 5), whole)


def test_far_pieces_are_joined_at_their_nearest_pair() -> None:
    angles = np.array([0.0, 0.1, 0.2, 2.0, 2.1, 2.2])
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    graph = neighbour_graph(points, nearest(points, 2)).toarray() > 0
    assert np.array_equal(graph, graph.T)
    assert [(i, j) for i in range(3) for j in range(3, 6) if graph[i, j]] == [(2, 3)]


@pytest.mark.parametrize("seed", range(5))
def test_the_tree_on_a_complete_graph_is_ward_s(seed: int) -> None:
    from scipy.cluster.hierarchy import fcluster, ward

    points = cloud(40, 6, seed)
    merges = ward_tree(points, neighbour_graph(points, nearest(points, 39)))
    for groups in (2, 5, 11, 40):
        expected = fcluster(ward(points.astype(np.float64)), groups, "maxclust")
        assert same_partition(cut(merges, groups), expected)


def test_cuts_are_nested() -> None:
    points = cloud(80, 6)
    merges = ward_tree(points, neighbour_graph(points, nearest(points, 10)))
    fine, coarse = cut(merges, 20), cut(merges, 6)
    assert len(set(fine.tolist())) == 20
    assert len(set(zip(fine.tolist(), coarse.tolist(), strict=True))) == 20
    assert set(cut(merges, 1).tolist()) == {0}


def test_each_point_settles_in_its_nearest_group() -> None:
    _, tight = planted(150, noise=0.05)
    _, loose = planted(150, noise=1.0)
    points = np.concatenate([tight.values, loose.values])
    labels = ward_groups(points, np.arange(300), 12)
    tree = cut(ward_tree(points, neighbour_graph(points, nearest(points, 10))), 12)
    assert squares(points, labels) < squares(points, tree)
    means = np.array([points[labels == group].mean(axis=0) for group in range(12)])
    distances = ((points[:, None] - means[None]) ** 2).sum(axis=2)
    assert np.array_equal(distances.argmin(axis=1), labels)


def test_a_group_of_each_point_is_possible() -> None:
    assert ward_groups(cloud(10, 6), np.arange(10), 10).tolist() == list(range(10))


def test_points_outside_the_sample_join_the_planted_groups() -> None:
    _, vectors = planted(240, noise=0.05)
    sample = np.arange(0, 240, 7)
    labels = ward_groups(vectors.values, sample, 6)
    assert same_partition(labels, np.arange(240) % 6)
    dense = dense_groups(vectors.values, sample)
    assert (dense >= 0).mean() > 0.8
    assert same_partition(dense[dense >= 0], np.arange(240)[dense >= 0] % 6)


def test_sparse_points_are_in_no_dense_group() -> None:
    _, vectors = planted(120, noise=0.02)
    points = np.concatenate([vectors.values, cloud(40, vectors.values.shape[1], 1)])
    dense = dense_groups(points, np.arange(160))
    assert (dense[:120] >= 0).all()
    assert (dense[120:] < 0).mean() > 0.7


def test_too_few_points_are_not_dense() -> None:
    assert dense_groups(cloud(4, 3), np.arange(4)).tolist() == [-1] * 4


def test_inside_one_thread_there_is_one_thread() -> None:
    from threadpoolctl import threadpool_info

    with one_thread():
        libraries = threadpool_info()
        assert libraries
        assert {library["num_threads"] for library in libraries} == {1}


def test_the_others_join_the_nearest_centre_and_the_loss_is_what_they_are_farther_from_it() -> None:
    points = np.array([[0, 0], [2, 0], [10, 0], [12, 0], [1, 3], [11, 1], [5.9, 0]], np.float32)
    inside, labels = np.array([0, 1, 2, 3]), np.array([0, 0, 1, 1])
    found, loss = join_nearest(points, inside, labels)
    assert found.tolist() == [0, 0, 1, 1, 0, 1, 0]
    # Squared distances from (1, 0) and (11, 0): 1 inside; 9, 1 and 4.9² of those who joined.
    assert loss == pytest.approx((9 + 1 + 4.9**2) / 3 - 1, rel=1e-4)
