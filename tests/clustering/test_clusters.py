"""The stage as a whole: what comes back, that it is repeatable, and every degenerate study by name."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clustering.planted import TOPICS, planted, study, topic
from thematic.clustering import ClusterSettings, cluster, clusters
from thematic.clustering.partition import dense_groups
from thematic.errors import SettingsError, ThematicError
from thematic.model import Clustering, Vectors


def groups(clustering: Clustering) -> set[frozenset[str]]:
    return {frozenset(item.excerpt_ids) for item in clustering.clusters}


@pytest.mark.parametrize("method", ["ward", "hdbscan"])
def test_planted_topics_are_never_mixed(method: str) -> None:
    excerpts, vectors = planted()
    clustering = cluster(excerpts, vectors, settings=ClusterSettings(method=method))  # type: ignore[arg-type]
    topics = {excerpt.id: topic(excerpt) for excerpt in excerpts}
    found = [{topics[name] for name in item.excerpt_ids} for item in clustering.clusters]
    assert all(len(names) == 1 for names in found)
    assert set.union(*found) == set(TOPICS)


@pytest.mark.parametrize(("granularity", "expected"), [("coarse", 7), ("medium", 14), ("fine", 28)])
def test_granularity_follows_the_square_root(granularity: str, expected: int) -> None:
    excerpts, vectors = planted(196, noise=1.0)
    clustering = cluster(excerpts, vectors, settings=ClusterSettings(granularity=granularity))  # type: ignore[arg-type]
    assert len(clustering.clusters) == expected


def test_shown_clusters_come_first_and_each_part_is_ordered_by_size() -> None:
    clustering = cluster(*planted(noise=0.6))
    order = [(item.status == "hidden", -len(item.excerpt_ids)) for item in clustering.clusters]
    assert order == sorted(order)
    assert {hidden for hidden, _ in order} == {False, True}
    assert [item.id for item in clustering.clusters] == [f"C{n:02}" for n in range(1, len(order) + 1)]


def test_a_cluster_tells_its_interviews_terms_and_exemplars() -> None:
    excerpts, vectors = planted(180, interviews=5)
    clustering = cluster(excerpts, vectors, settings=ClusterSettings(granularity="coarse"))
    home = {excerpt.id: excerpt.transcript_id for excerpt in excerpts}
    names = {excerpt.id: topic(excerpt) for excerpt in excerpts}
    shown = [item for item in clustering.clusters if item.status == "stable"]
    assert shown
    for item in shown:
        assert item.transcript_ids == tuple(sorted({home[name] for name in item.excerpt_ids}))
        assert len({home[name] for name in item.exemplar_ids}) == len(item.exemplar_ids) == 3
        assert set(item.exemplar_ids) <= set(item.excerpt_ids)
        assert set(item.core_ids) <= set(item.excerpt_ids)
        assert names[item.excerpt_ids[0]] in item.terms


@pytest.mark.parametrize("method", ["ward", "hdbscan"])
def test_of_more_than_can_be_grouped_the_others_join_and_the_loss_is_told(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    excerpts, vectors = planted(300)
    chosen = ClusterSettings(method=method)  # type: ignore[arg-type]
    assert "lost" not in cluster(excerpts, vectors, settings=chosen).note
    monkeypatch.setattr(clusters, "_MOST_GROUPED", 100)
    found = cluster(excerpts, vectors, settings=chosen)
    placed = [name for item in found.clusters for name in item.excerpt_ids]
    assert sorted([*placed, *found.unclustered]) == sorted(excerpt.id for excerpt in excerpts)
    assert len(placed) > 200
    topics = {excerpt.id: topic(excerpt) for excerpt in excerpts}
    assert all(len({topics[name] for name in item.excerpt_ids}) == 1 for item in found.clusters)
    assert "Terms and stability are those of 100 of them." in found.note
    assert ("200 more joined them in the end; what is lost" in found.note) == (method == "ward")


def test_the_note_says_that_clusters_are_not_codes() -> None:
    assert "not codes" in cluster(*planted()).note
    assert "not codes" in cluster(*planted(3)).note


def test_the_order_of_the_input_does_not_matter() -> None:
    excerpts, vectors = planted(noise=0.5)
    expected = cluster(excerpts, vectors)
    shuffled = excerpts[:]
    random.Random(3).shuffle(shuffled)
    rows = np.random.default_rng(3).permutation(len(vectors.ids))
    moved = Vectors(
        ids=tuple(vectors.ids[row] for row in rows),
        values=vectors.values[rows],
        questions=vectors.questions[rows],
        model=vectors.model,
        model_sha256=vectors.model_sha256,
    )
    assert cluster(shuffled, moved) == expected
    assert len(expected.clusters) > 1


def test_neither_hash_seed_nor_number_of_threads_matters() -> None:
    script = (
        "from tests.clustering.planted import planted; from thematic.clustering import cluster;"
        "print(cluster(*planted(700, noise=0.7)))"
    )
    outputs = []
    for number in ("1", "2"):
        names = ("PYTHONHASHSEED", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        environment = os.environ | dict.fromkeys(names, number)
        run = subprocess.run(
            [sys.executable, "-W", "error", "-c", script], env=environment, capture_output=True, check=True
        )
        outputs.append(run.stdout)
    assert outputs[0] == outputs[1]
    assert outputs[0].count(b"Cluster(") > 20


def test_the_stage_loads_no_heavy_library_before_it_runs() -> None:
    script = (
        "import sys, thematic.clustering;"
        "print(*sorted({'sklearn', 'scipy', 'hdbscan', 'pandas'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    assert run.stdout.strip() == ""


def test_progress_ends_at_its_total() -> None:
    steps: list[tuple[int, int]] = []
    cluster(*planted(interviews=12), on_progress=lambda done, total: steps.append((done, total)))
    assert [done for done, _ in steps] == list(range(1, len(steps) + 1))
    assert steps[-1] == (steps[-1][1], steps[-1][1])


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_every_excerpt_is_in_one_cluster_or_unclustered(data: st.DataObject) -> None:
    count = data.draw(st.integers(0, 60))
    texts = data.draw(
        st.lists(
            st.sampled_from(["Yeah", "the same old words", "Ωμέγα και άλφα", "🙂 no yes maybe"])
            | st.integers(0, 40).map(lambda n: f"this is number {n}"),
            min_size=count,
            max_size=count,
        )
    )
    seed = data.draw(st.integers(0, 5))
    values = np.random.default_rng(seed).integers(-1, 2, size=(count, 5)).astype(float)
    transcripts = [f"P{row % data.draw(st.integers(1, 5), label='interviews')}" for row in range(count)]
    excerpts, vectors = study(texts, values, transcripts)
    clustering = cluster(excerpts, vectors)
    placed = [name for item in clustering.clusters for name in item.excerpt_ids] + list(
        clustering.unclustered
    )
    assert sorted(placed) == sorted(vectors.ids)
    for item in clustering.clusters:
        assert item.excerpt_ids
        assert item.stability is None or 0 <= item.stability <= 1
        assert bool(item.reason) == (item.status != "stable")


def test_words_said_twice_join_the_same_cluster() -> None:
    excerpts, vectors = planted()
    (again,), more = study([f"  {excerpts[4].text.upper()} "], vectors.values[:1], ["P09"])
    twin = replace(again, id="twin")
    both = Vectors(
        ids=(*vectors.ids, "twin"),
        values=np.concatenate([vectors.values, more.values]),  # a vector of another topic: the words decide
        questions=np.zeros((len(excerpts) + 1, vectors.values.shape[1]), np.float32),
        model="planted",
        model_sha256="0",
    )
    (home,) = [c for c in cluster([*excerpts, twin], both).clusters if "twin" in c.excerpt_ids]
    assert excerpts[4].id in home.excerpt_ids
    assert "P09" in home.transcript_ids


def test_back_channels_stay_unclustered_and_the_note_counts_them() -> None:
    excerpts, vectors = planted(123)
    short = {3, 50, 77}
    texts = ["Mm, yeah." if row in short else excerpt.text for row, excerpt in enumerate(excerpts)]
    excerpts, vectors = study(texts, vectors.values, [excerpt.transcript_id for excerpt in excerpts])
    clustering = cluster(excerpts, vectors)
    assert set(clustering.unclustered) == {excerpts[row].id for row in short}
    assert "3 excerpts in no cluster: fewer than three words." in clustering.note


@pytest.mark.parametrize("method", ["ward", "hdbscan"])
def test_large_studies_make_the_tree_from_a_sample_and_say_so(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []

    def watched(points: Any, sample: Any) -> Any:
        sizes.append((len(points), len(sample)))
        return dense_groups(points, sample)

    monkeypatch.setattr(clusters, "_MOST_IN_TREE", 60)
    monkeypatch.setattr(clusters, "dense_groups", watched)
    excerpts, vectors = planted(300)
    topics = {excerpt.id: topic(excerpt) for excerpt in excerpts}
    clustering = cluster(excerpts, vectors, settings=ClusterSettings(method=method))  # type: ignore[arg-type]
    assert "made from 60 of 300 excerpts" in clustering.note
    assert sizes[0] == (300, 60)
    assert all(len({topics[name] for name in item.excerpt_ids}) == 1 for item in clustering.clusters)
    assert len(clustering.unclustered) < 100
    assert method == "hdbscan" or not clustering.unclustered


@pytest.mark.parametrize("seed", range(3))
def test_groups_in_mere_noise_are_hidden_as_unstable(seed: int) -> None:
    excerpts, _ = planted(300, interviews=10)
    noise = np.random.default_rng(seed).normal(size=(300, 384))
    texts = [excerpt.text for excerpt in excerpts]
    found = cluster(*study(texts, noise, [excerpt.transcript_id for excerpt in excerpts])).clusters
    assert len(found) == 17
    assert {item.status for item in found} == {"hidden"}
    assert any(item.reason.startswith("unstable") for item in found)


# --- Degenerate studies --------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 2, 19])
def test_too_few_excerpts_give_no_clusters_and_say_so(count: int) -> None:
    excerpts, vectors = planted(count)
    clustering = cluster(excerpts, vectors)
    assert clustering.clusters == ()
    assert clustering.unclustered == vectors.ids
    assert "There are no clusters" in clustering.note


def test_twenty_excerpts_are_enough() -> None:
    assert cluster(*planted(20)).clusters


def test_one_interview_has_no_stability_and_says_why() -> None:
    clustering = cluster(*planted(interviews=1))
    assert {item.stability for item in clustering.clusters} == {None}
    assert {item.status for item in clustering.clusters} == {"doubtful"}
    assert "needs 3 interviews, and there is 1" in clustering.note
    assert "study of 1 interview, a cluster is shown if it comes from 1, not 3" in clustering.note


def test_two_interviews_have_no_stability_either() -> None:
    clustering = cluster(*planted(interviews=2))
    assert {item.stability for item in clustering.clusters} == {None}
    assert "there are 2" in clustering.note


def test_three_interviews_need_two_in_a_cluster() -> None:
    clustering = cluster(*planted(interviews=3))
    assert all(item.stability is not None for item in clustering.clusters)
    assert "comes from 2, not 3" in clustering.note


def test_a_cluster_of_one_interview_is_hidden() -> None:
    excerpts, vectors = planted(interviews=6)
    home = ["P01" if topic(excerpt) == "harbour" else excerpt.transcript_id for excerpt in excerpts]
    excerpts, vectors = study([excerpt.text for excerpt in excerpts], vectors.values, home)
    harbour = {excerpt.id for excerpt in excerpts if topic(excerpt) == "harbour"}
    found = [item for item in cluster(excerpts, vectors).clusters if harbour & set(item.excerpt_ids)]
    assert found
    assert {item.status for item in found} == {"hidden"}
    assert any("from 1 interview, fewer than 3" in item.reason for item in found)


def test_a_small_cluster_is_hidden() -> None:
    clustering = cluster(*planted(120), settings=ClusterSettings(min_excerpts=1000))
    assert {item.status for item in clustering.clusters} == {"hidden"}
    assert all("fewer than 1000" in item.reason for item in clustering.clusters)


def test_all_vectors_the_same() -> None:
    excerpts, vectors = planted(40)
    clustering = cluster(*study([e.text for e in excerpts], np.ones((40, 8))))
    assert groups(clustering) == {frozenset(vectors.ids)}


def test_all_vectors_zero() -> None:
    excerpts, vectors = planted(40)
    clustering = cluster(*study([e.text for e in excerpts], np.zeros((40, 8))))
    assert groups(clustering) == {frozenset(vectors.ids)}


def test_all_texts_the_same() -> None:
    clustering = cluster(*study(["the very same words"] * 40, np.ones((40, 8))))
    assert clustering.clusters == ()
    assert len(clustering.unclustered) == 40


def test_texts_without_content_words_have_no_terms() -> None:
    _, vectors = planted(40)
    clustering = cluster(*study(["and so it was " + "," * row for row in range(40)], vectors.values))
    assert clustering.clusters
    assert {item.terms for item in clustering.clusters} == {()}


def test_hdbscan_that_finds_nothing_dense_clusters_nothing() -> None:
    texts = [f"this is number {row}" for row in range(24)]
    clustering = cluster(*study(texts, np.eye(24)), settings=ClusterSettings(method="hdbscan"))
    assert clustering.clusters == ()
    assert len(clustering.unclustered) == 24
    assert "dense" in clustering.note


def test_an_excerpt_without_a_vector_is_refused() -> None:
    excerpts, vectors = planted(30)
    (stranger,), _ = study(["words from another study"], np.ones((1, 24)))
    with pytest.raises(ThematicError, match="1 of 31 excerpts have no vector, the first is other") as caught:
        cluster([*excerpts, replace(stranger, id="other")], vectors)
    assert caught.value.hint


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_vector_that_is_not_finite_is_refused(value: float) -> None:
    excerpts, vectors = planted(30)
    vectors.values[7, 2] = value
    with pytest.raises(ThematicError, match="ex-0007 is not finite"):
        cluster(excerpts, vectors)


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ({"method": "kmeans"}, "one of ward, hdbscan"),
        ({"granularity": "huge"}, "one of coarse, medium, fine"),
        ({"min_excerpts": 0}, "from 1"),
        ({"min_interviews": 0}, "from 1"),
        ({"seed": -1}, "from 0"),
    ],
)
def test_settings_out_of_range_are_refused(wrong: dict[str, object], hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        ClusterSettings(**wrong)  # type: ignore[arg-type]
    assert hint in (caught.value.hint or "")
