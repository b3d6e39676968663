"""The words and quotes that tell what a cluster is about."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from tests.clustering.planted import study
from thematic.clustering.description import exemplars, terms, words_and_pairs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The weekly plan.", ["weekly", "plan", "weekly plan"]),
        ("Um, like, you know, the, uh, plan", ["plan"]),
        ("I kind of trust, sort of, the facilitator", ["trust", "facilitator"]),
        ("plan; clinic", ["plan", "clinic"]),
        ("It’s what we don't and can’t won't", []),
        ("non-judgemental room", ["non-judgemental", "room", "non-judgemental room"]),
        ("[laughs] my sister [NAME] <crying> drove", ["sister", "drove"]),
        ("12 steps in 2019", ["steps"]),
        ("Ärztin und Klinik", ["ärztin", "und", "ärztin und", "klinik", "und klinik"]),
        ("", []),
    ],
)
def test_words_and_pairs(text: str, expected: list[str]) -> None:
    assert words_and_pairs(text) == expected


TEXTS = ["bus stop", "bus ticket", "bus stop closed", "tea cake", "tea table", "cake table bus"]
LABELS = np.array([0, 0, 0, 1, 1, 1])


def test_terms_follow_the_formula() -> None:
    counts = [Counter[str](), Counter[str]()]
    holders = [Counter[str](), Counter[str]()]
    for text, label in zip(TEXTS, LABELS, strict=True):
        counts[label].update(words_and_pairs(text))
        holders[label].update(set(words_and_pairs(text)))
    total = counts[0] + counts[1]
    mean = total.total() / 2
    for label, found in enumerate(terms(TEXTS, LABELS, count=9)):
        scores = {
            term: number / counts[label].total() * math.log(1 + mean / total[term])
            for term, number in counts[label].items()
            if holders[label][term] > 1
        }
        expected: list[str] = []
        for term in sorted(scores, key=lambda term: (-scores[term], term)):
            if not set(term.split()) <= {word for taken in expected for word in taken.split()}:
                expected.append(term)
        assert list(found) == expected
        assert found


def test_terms_are_said_in_two_excerpts() -> None:
    first, _ = terms(TEXTS, LABELS, count=9)
    assert not {"ticket", "closed"} & {word for term in first for word in term.split()}


def test_terms_of_unlabelled_texts_do_not_count() -> None:
    assert terms(["bus stop", "bus stop", "tea cake"], np.array([0, 0, -1]), count=3) == terms(
        ["bus stop", "bus stop"], np.array([0, 0]), count=3
    )


def test_without_labels_there_are_no_terms() -> None:
    assert terms(["bus stop"], np.array([-1]), count=3) == []


def test_exemplars_are_the_most_central_one_an_interview() -> None:
    angles = np.array([0.0, 0.05, 0.4, -0.4, 0.9])
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    excerpts, _ = study([f"quote {n}" for n in range(5)], points, ["P01", "P01", "P02", "P03", "P03"])
    centre = points.mean(axis=0)
    nearness = points @ centre
    assert nearness[1] > nearness[0] > nearness[3]
    found = exemplars(range(5), points, excerpts, count=3)
    assert found == ("ex-0001", "ex-0002", "ex-0004" if nearness[4] > nearness[3] else "ex-0003")
    assert exemplars(range(5), points, excerpts, count=2) == found[:2]


def test_one_interview_has_one_exemplar() -> None:
    points = np.eye(4, dtype=np.float32)
    excerpts, _ = study(["a", "b", "c", "d"], points)
    assert exemplars(range(4), points, excerpts, count=3) == ("ex-0000",)
