"""Candidate themes, what no code covers, codes that mix: on planted topics where the answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.clustering.planted import TOPICS, WIDTH, planted, study, topic
from thematic.clustering import candidate_themes, cluster, hard_to_tell_apart, uncovered
from thematic.model import Excerpt, Suggestion, Vectors


def two_families() -> tuple[list[Excerpt], Vectors]:
    """Six topics in two families of three: topics of one family lie close together."""
    random = np.random.default_rng(1)
    axes = np.linalg.qr(random.normal(size=(WIDTH, WIDTH)))[0]
    centres = np.array([3 * axes[i // 3] + 1.6 * axes[4 + i] for i in range(6)])
    count = 180
    values = centres[np.arange(count) % 6] + 0.12 * random.normal(size=(count, WIDTH))
    texts = [
        f"Passage {n} speaks of the {TOPICS[n % 6]} in the {('house', 'open')[n % 6 // 3]}"
        for n in range(count)
    ]
    return study(texts, values, [f"P{1 + n // 6 % 6:02}" for n in range(count)])


def test_clusters_of_one_family_come_under_one_candidate_theme() -> None:
    excerpts, vectors = two_families()
    text = {excerpt.id: excerpt.text for excerpt in excerpts}
    clustering = cluster(excerpts, vectors)
    assert len([c for c in clustering.clusters if c.status != "hidden"]) >= 6
    themes = candidate_themes(clustering, excerpts, vectors, themes=2)
    families = [{text[id_].split()[-1] for c in t.clusters for id_ in c.excerpt_ids} for t in themes]
    assert sorted(families) in ([{"house"}, {"open"}], [{"open"}, {"house"}])
    assert sum(theme.excerpts for theme in themes) == sum(
        len(c.excerpt_ids) for c in clustering.clusters if c.status != "hidden"
    )
    assert all(theme.terms for theme in themes)


def test_the_tree_does_not_depend_on_the_order_of_clusters_that_are_hidden() -> None:
    excerpts, vectors = two_families()
    clustering = cluster(excerpts, vectors)
    hidden = replace(clustering.clusters[0], id="C99", status="hidden")
    assert candidate_themes(clustering, excerpts, vectors) == candidate_themes(
        replace(clustering, clusters=(hidden, *clustering.clusters)), excerpts, vectors
    )


def test_no_cluster_no_theme() -> None:
    excerpts, vectors = planted(6)
    assert candidate_themes(cluster(excerpts, vectors), excerpts, vectors) == ()


def test_only_what_people_left_without_a_code_is_looked_at() -> None:
    excerpts, vectors = planted(180)
    none = {e.id for e in excerpts if topic(e) in ("garden", "harbour")}
    found = uncovered(excerpts, vectors, none_apply=none, judged=none)
    assert (found.judged, found.abstained) == (60, 0)
    clusters = found.clustering.clusters
    assert {id_ for c in clusters for id_ in c.excerpt_ids} <= none
    assert [s for s in found.sentences if "fit no code: " in s] == list(found.sentences) != []
    assert all(c.id.startswith("N") for c in clusters)


def test_where_nobody_found_that_no_code_applies_it_says_that_nothing_can_be_told() -> None:
    excerpts, vectors = planted(120)
    found = uncovered(excerpts, vectors, none_apply=(), judged=())
    assert found.clustering.clusters == ()
    assert "Nobody has said" in found.clustering.note


@pytest.mark.parametrize(("probability", "abstained"), [(0.2, 119), (None, 0)])
def test_what_nobody_read_counts_only_where_suggestions_were_learnt(
    probability: float | None, abstained: int
) -> None:
    excerpts, vectors = planted(121)
    suggestions = [
        Suggestion(
            excerpt_id=excerpts[1].id,
            code_id="a",
            rank=1,
            score=1.0,
            band="",
            status="suggested",
            probability=probability,
        )
    ]
    first = {excerpts[0].id}
    found = uncovered(excerpts, vectors, none_apply=first, judged=first, suggestions=suggestions)
    assert found.abstained == abstained


def codes_of(excerpts: list[Excerpt], **topics: str) -> dict[str, frozenset[str]]:
    """The excerpts of each topic under the code it is given."""
    return {e.id: frozenset({topics[topic(e)]}) for e in excerpts if topic(e) in topics}


def test_codes_with_topics_of_their_own_are_told_apart() -> None:
    excerpts, vectors = planted(180)
    assert hard_to_tell_apart(excerpts, vectors, codes_of(excerpts, garden="a", kitchen="b")) == ()


def test_codes_that_share_a_topic_are_hard_to_tell_apart_with_the_excerpts_that_show_it() -> None:
    excerpts, vectors = planted(360)
    garden = [e for e in excerpts if topic(e) == "garden"]
    drawn = np.random.default_rng(3).permutation(len(garden))
    codes = {garden[row].id: frozenset({"a" if row % 2 else "b"}) for row in drawn}
    [pair] = hard_to_tell_apart(excerpts, vectors, codes)
    assert pair.code_ids == ("a", "b")
    assert 0.3 <= pair.error <= 0.7
    assert pair.excerpts == (30, 30)
    assert 0 < len(pair.misplaced) <= 6
    assert set(pair.misplaced) <= codes.keys()


def test_excerpts_with_both_codes_are_counted_and_not_compared() -> None:
    excerpts, vectors = planted(360)
    garden = np.random.default_rng(3).permutation([e.id for e in excerpts if topic(e) == "garden"]).tolist()
    codes = {id_: frozenset("ab" if n % 3 == 0 else "a" if n % 2 else "b") for n, id_ in enumerate(garden)}
    [pair] = hard_to_tell_apart(excerpts, vectors, codes)
    assert (pair.together, sum(pair.excerpts)) == (20, 40)


def test_a_theme_is_not_compared_with_its_own_code_and_few_excerpts_are_no_evidence() -> None:
    excerpts, vectors = planted(360)
    garden = np.random.default_rng(3).permutation([e.id for e in excerpts if topic(e) == "garden"]).tolist()
    codes = {id_: frozenset("a" if n % 2 else "b") for n, id_ in enumerate(garden)}
    assert hard_to_tell_apart(excerpts, vectors, codes) != ()
    assert hard_to_tell_apart(excerpts, vectors, codes, related={"a": "b", "b": None}) == ()
    assert hard_to_tell_apart(excerpts, vectors, dict(list(codes.items())[:14])) == ()


def test_an_interview_does_not_vouch_for_itself() -> None:
    """Each code is a habit of one interview a code; within interviews the codes are alike."""
    random = np.random.default_rng(5)
    voices = 3 * np.linalg.qr(random.normal(size=(WIDTH, WIDTH)))[0][:6]
    names = [f"P{1 + n % 6:02}" for n in range(120)]
    values = voices[np.arange(120) % 6] + 0.1 * random.normal(size=(120, WIDTH))
    excerpts, vectors = study([f"Words {n} here" for n in range(120)], values, names)
    codes = {e.id: frozenset("a" if int(e.transcript_id[1:]) % 2 else "b") for e in excerpts}
    [pair] = hard_to_tell_apart(excerpts, vectors, codes)
    assert pair.error > 0.3
