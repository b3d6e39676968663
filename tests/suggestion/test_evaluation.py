"""The evaluation: stable keys, nothing learnt from what is kept back, and a word for data too small."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.suggestion.test_learnt import judge, spoken
from tests.suggestion.test_zero_shot import THREE, WORDS
from thematic.codebook import code_texts
from thematic.embedding import code_vectors
from thematic.errors import InputError
from thematic.formats.evaluation.evaluation_html import render
from thematic.formats.evaluation.evaluation_rows import method_rows, sentences
from thematic.model import Vectors
from thematic.suggestion import SuggestSettings
from thematic.suggestion.baselines import popularity, tfidf_regression
from thematic.suggestion.evaluation import evaluate


def report_of(texts, lessons):
    vectors = Vectors(
        ids=tuple(e.id for e in texts),
        values=WORDS.encode([e.text for e in texts]),
        questions=np.zeros((len(texts), WORDS.dimension), np.float32),
        model=WORDS.name,
        model_sha256=WORDS.sha256,
    )
    pieces = code_texts(THREE)
    return evaluate(
        texts,
        vectors,
        THREE,
        pieces,
        code_vectors(pieces, WORDS),
        lessons,
        encode=WORDS.encode,
        settings=SuggestSettings(promise=0.7),
    )


@pytest.fixture(scope="module")
def report():
    texts, truth = spoken(interviews=12, each=14)
    lessons = judge(texts, truth)
    other = {id_: ("money" if code == "travel" else code) for id_, code in truth.items()}
    return report_of(texts, [*lessons, *judge(texts[:28], other, coder="ben")])


def test_the_documented_keys_are_there_in_plain_json(report):
    read = json.loads(json.dumps(report, allow_nan=False))
    recalls = {"recall_at_1", "recall_at_3", "recall_at_5", "mean_average_precision"}
    assert recalls <= read["zero_shot"].keys()
    assert list(read["few_shot"]) == ["1", "2", "4", "8", "16"]
    assert list(read["interviews"]) == ["0", "1", "2", "3", "5", "8"]
    for found in (*read["few_shot"].values(), *read["interviews"].values(), *read["baselines"].values()):
        assert recalls <= found.keys()
    assert {*recalls, "ece", "ece_first", "macro_f1", "abstained"} <= read["full"].keys()
    assert {"target", "kept", "coverage", "splits", "made", "precision"} <= read["promise"].keys()
    assert read["baselines"].keys() == {"popularity", "tfidf_cosine", "plain_cosine", "tfidf_lr"}
    assert {"code", "name", "examples", "average_precision", "f1", "verdict"} <= read["per_code"][0].keys()


def test_learning_beats_the_wording_and_is_measured_on_interviews_kept_back(report):
    assert report["kept_back"] == "interviews"
    assert report["full"]["recall_at_1"] > report["zero_shot"]["recall_at_1"] + 0.2
    assert report["few_shot"]["8"]["recall_at_1"] > 0.8
    assert report["full"]["macro_f1"] > 0.7


def test_labels_drawn_by_lot_are_not_found_again():
    """Were anything learnt from what is kept back, chance would look like skill."""
    texts, truth = spoken(interviews=8, each=12)
    rng = np.random.default_rng(1)
    by_lot = dict(zip(truth, rng.permutation(["travel", "money", "sleep"] * 32).tolist(), strict=True))
    found = report_of(texts, judge(texts, by_lot))
    assert found["full"]["recall_at_1"] < 0.5
    assert found["full"]["ece"] < 0.15
    assert found["promise"]["splits"] == 0
    assert found["promise"]["coverage"] == 0
    assert found["promise"]["kept"] is None, "what was not tried was not kept"


def test_the_ceiling_is_how_far_coders_agree_where_several_judged(report):
    ceiling = report["human_ceiling"]
    assert ceiling["pairs"] == 1
    assert 0.3 < ceiling["people_f1"] < 0.9  # ben gave another code wherever ada said travel


def test_one_interview_is_split_by_lot_with_a_warning():
    texts, truth = spoken(interviews=1, each=40)
    found = report_of(texts, judge(texts, truth))
    assert found["kept_back"] == "excerpts by lot"
    assert "one interview only" in found["warnings"][0]
    assert list(found["interviews"]) == ["0"]
    assert found["human_ceiling"] is None
    assert b"one interview only" in render(found | {"title": "T"})


def test_too_little_is_refused():
    texts, truth = spoken(interviews=2, each=6)
    with pytest.raises(InputError, match="too few to measure"):
        report_of(texts, judge(texts, truth)[:8])


def test_the_page_is_whole_safe_and_the_same_every_time(report):
    titled = report | {"title": "<script>alert(1)</script>"}
    page = render(titled)
    assert page == render(titled)
    text = page.decode()
    assert "<script" not in text
    assert "http://www.w3.org" in text and "https://" not in text
    assert "<svg" in text
    for rows in method_rows(report):
        assert rows[0].replace("'", "&#39;") in text
    assert any("people" in s.lower() for s in sentences(report))


def test_the_baselines_are_what_they_say():
    truth = np.array([[1, 0], [1, 0], [0, 1], [1, 0]], bool)
    assert popularity(truth, 2).tolist() == [[3, 1], [3, 1]]
    scores = tfidf_regression(
        ["red bus", "red bus stop", "blue sea", "red bus"], truth, ["blue sea", "red bus"], strength=10
    )
    assert scores.argmax(axis=1).tolist() == [1, 0]
