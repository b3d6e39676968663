"""Suggestions from codings: probabilities that are true, examples behind them, abstention, and bad input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.suggestion.test_zero_shot import FILLER, THREE, WORDS, excerpts
from thematic.codebook import code_texts
from thematic.embedding import code_vectors
from thematic.errors import SettingsError
from thematic.model import Code, Codebook, Excerpt, Vectors
from thematic.suggestion import SuggestSettings, learning, notes, suggest
from thematic.suggestion.calibration import calibrate, calibration_error
from thematic.suggestion.learner import Design, fit
from thematic.suggestion.learning import Examples, choose, examples_of
from thematic.suggestion.lessons import Lesson, teach
from thematic.suggestion.material import prepare

SAID = {
    "travel": "ticket platform driver station conductor".split(),
    "money": "payment landlord invoice cheque borrowed".split(),
    "sleep": "pillow awake blanket midnight alarm".split(),
}


def spoken(interviews: int = 10, each: int = 24, seed: int = 0) -> tuple[list[Excerpt], dict[str, str]]:
    """Interviews in which codes are spoken of in words that no definition has; and the truth."""
    rng = np.random.default_rng(seed)
    texts, truth = [], {}
    for i in range(interviews):
        said = []
        for _ in range(each):
            code = ("travel", "money", "sleep", "")[rng.integers(4)]
            own = list(rng.choice(SAID[code], 2, replace=False)) if code else []
            said.append((code, " ".join([*own, *rng.choice(FILLER, 3)])))
        of_one = excerpts([text for _, text in said], transcript_id=f"P{i:02}")
        texts += of_one
        truth |= {e.id: code for e, (code, _) in zip(of_one, said, strict=True)}
    return texts, truth


def judge(texts, truth, *, coder: str = "ada", **fields) -> list[Lesson]:
    return [
        Lesson(
            coder_id=coder,
            transcript_id=e.transcript_id,
            start=e.start,
            end=e.end,
            applied=frozenset({truth[e.id]} - {""}),
            **fields,
        )
        for e in texts
    ]


def run(texts, lessons, book: Codebook = THREE, **options):
    vectors = Vectors(
        ids=tuple(e.id for e in texts),
        values=WORDS.encode([e.text for e in texts]),
        questions=np.zeros((len(texts), WORDS.dimension), np.float32),
        model=WORDS.name,
        model_sha256=WORDS.sha256,
    )
    pieces = code_texts(book)
    return suggest(texts, vectors, book, pieces, code_vectors(pieces, WORDS), lessons=lessons, **options)


TEXTS, TRUTH = spoken()
CODED = TEXTS[: 8 * 24]


@pytest.fixture(scope="module")
def learnt():
    return run(TEXTS, judge(CODED, TRUTH))


def test_what_people_coded_is_found_again_in_other_words_than_the_codebook(learnt):
    suggestions, _ = learnt
    first = {s.excerpt_id: s.code_id or "" for s in suggestions if s.rank == 1}
    new = [e for e in TEXTS[len(CODED) :] if TRUTH[e.id]]
    assert np.mean([first[e.id] == TRUTH[e.id] for e in new]) > 0.9
    by_wording = {s.excerpt_id: s.code_id or "" for s in run(TEXTS, ())[0] if s.rank == 1}
    assert np.mean([by_wording[e.id] == TRUTH[e.id] for e in new]) < 0.6


def test_passages_like_those_without_a_code_get_none_with_the_reason(learnt):
    suggestions, _ = learnt
    abstained = {s.excerpt_id for s in suggestions if s.status == "abstained"}
    new = TEXTS[len(CODED) :]
    assert np.mean([e.id in abstained for e in new if not TRUTH[e.id]]) > 0.6
    assert np.mean([e.id in abstained for e in new if TRUTH[e.id]]) < 0.1
    reason = next(s.reason for s in suggestions if s.status == "abstained")
    assert reason.startswith("no code reaches 10%: the likeliest, ")


def test_every_suggestion_says_how_likely_and_from_how_many_examples(learnt):
    suggestions, learning = learnt
    examples = {v.code_id: v.examples for v in learning.verdicts}
    counted = {code: sum(TRUTH[e.id] == code for e in CODED) for code in examples}
    assert examples == counted
    for s in suggestions:
        if s.status == "suggested":
            assert 0.1 <= s.probability <= 1
            assert s.examples == examples[s.code_id]
            assert s.reason == f"learnt from {s.examples} coded excerpts"
            assert s.evidence[0].kind == "coded_excerpt"
            assert s.evidence[0].excerpt_id != s.excerpt_id


def test_probabilities_are_true(learnt):
    suggestions, _ = learnt
    shown = [s for s in suggestions if s.probability is not None]
    p = np.array([s.probability for s in shown])
    came = np.array([TRUTH[s.excerpt_id] == s.code_id for s in shown], float)
    assert calibration_error(p, came) < 0.08


def test_the_same_bytes_whatever_the_order_of_the_coders_work(learnt):
    lessons = judge(CODED, TRUTH)
    again = run(TEXTS, lessons[::-1])
    assert again == learnt


def test_it_says_what_it_learnt_from_and_what_it_cannot_promise(learnt):
    _, learning = learnt
    said = " ".join(notes([e.text for e in TEXTS], learning))
    coded = sum(bool(TRUTH[e.id]) for e in CODED)
    assert f"learnt from {coded} coded excerpts (of {len(CODED)} judged, from 8 interviews, by 1 co" in said
    assert {v.verdict for v in learning.verdicts} == {"usable"}
    assert "Promise of 90%" in said or "Cannot promise a precision of 90%" in said


def test_marked_is_only_what_passes_the_promise(learnt):
    suggestions, learning = run(TEXTS, judge(CODED, TRUTH), settings=SuggestSettings(promise=0.7))
    threshold = learning.promise.threshold
    assert threshold is not None
    for s in suggestions:
        passes = s.rank == 1 and s.probability is not None and s.probability >= threshold
        assert s.promised == (0.7 if passes else None)
    assert any(s.promised for s in suggestions)


def test_not_this_code_teaches_without_a_coding():
    rejected = [
        replace(lesson, applied=frozenset(), rejected=frozenset({"travel"}), decided=False)
        for lesson in judge([e for e in TEXTS if TRUTH[e.id] == "money"], TRUTH)
    ]
    some = judge([e for e in CODED if TRUTH[e.id] in ("travel", "sleep")], TRUTH)
    _, with_them = run(TEXTS, [*some, *rejected])
    _, without = run(TEXTS, some)
    assert with_them.judged == without.judged  # nobody stated what these are
    assert with_them.losses != without.losses


@pytest.mark.parametrize("coded", [0, 4])
def test_with_nothing_to_learn_from_it_is_the_codebooks_wording(coded):
    lessons = judge([e for e in TEXTS if TRUTH[e.id]][:coded], TRUTH)
    suggestions, learning = run(TEXTS, lessons)
    assert learning is None
    assert suggestions == run(TEXTS, ())[0]
    assert {s.probability for s in suggestions} == {None}


def test_one_interview_gives_no_probability_and_says_why():
    suggestions, learning = run(TEXTS, judge(TEXTS[:24], TRUTH))
    assert not learning.calibrated
    assert {s.probability for s in suggestions} == {None}
    assert any("All codings are from one interview" in sentence for sentence in learning.sentences)
    assert any("1 coded interview;" in sentence for sentence in learning.sentences)


def test_a_code_with_one_example_leans_on_its_wording_and_gets_no_probability():
    alone = next(e for e in CODED if TRUTH[e.id] == "sleep")
    lessons = judge([e for e in CODED if TRUTH[e.id] != "sleep" or e is alone], TRUTH)
    suggestions, learning = run(TEXTS, lessons)
    assert {v.code_id: v.verdict for v in learning.verdicts}["sleep"] == "not enough examples"
    of_sleep = [s for s in suggestions if s.code_id == "sleep"]
    assert of_sleep
    assert {s.probability for s in of_sleep} == {None}
    assert of_sleep[0].reason.startswith("1 coded excerpt: too few for a probability")


def test_everything_coded_the_same_is_learnt_without_breaking():
    same = dict.fromkeys(TRUTH, "travel")
    suggestions, learning = run(TEXTS, judge(CODED, same))
    assert {s.code_id for s in suggestions if s.rank == 1} == {"travel"}
    assert {v.code_id: v.verdict for v in learning.verdicts}["money"] == "not enough examples"


def test_coders_who_contradict_each_other_are_counted_and_told():
    other = {id_: ("money" if code == "travel" else code) for id_, code in TRUTH.items()}
    _, learning = run(TEXTS, judge(CODED, TRUTH) + judge(CODED, other, coder="ben"))
    differ = sum(TRUTH[e.id] == "travel" for e in CODED)
    assert learning.contradicted == differ
    assert any(f"Coders differ on {differ} excerpts" in sentence for sentence in learning.sentences)


def test_codings_of_a_retired_code_are_left_out_and_told():
    book = Codebook(
        title="invented",
        version="3",
        codes=(
            *(c for c in THREE.codes if c.id != "sleep"),
            Code(id="sleep", name="Sleep", status="retired"),
        ),
    )
    _, learning = run(TEXTS, judge(CODED, TRUTH), book)
    number = sum(TRUTH[e.id] == "sleep" for e in CODED)
    assert learning.left_out == {"sleep": number}
    assert any(f"{number} codings are not learnt from" in sentence for sentence in learning.sentences)


def test_hundreds_of_codes_that_nobody_used_do_no_harm():
    more = tuple(Code(id=f"unused-{i}", name=f"Unused {i}") for i in range(200))
    book = Codebook(title="invented", version="4", codes=(*THREE.codes, *more))
    suggestions, _ = run(TEXTS, judge(CODED, TRUTH), book)
    first = {s.excerpt_id: s.code_id or "" for s in suggestions if s.rank == 1}
    new = [e for e in TEXTS[len(CODED) :] if TRUTH[e.id]]
    assert np.mean([first[e.id] == TRUTH[e.id] for e in new]) > 0.8


def designed() -> tuple[Design, Examples]:
    pieces = code_texts(THREE)
    vectors = Vectors(
        ids=tuple(e.id for e in TEXTS),
        values=WORDS.encode([e.text for e in TEXTS]),
        questions=np.zeros((len(TEXTS), WORDS.dimension), np.float32),
        model=WORDS.name,
        model_sha256=WORDS.sha256,
    )
    taught = teach(TEXTS, THREE, judge(CODED, TRUTH))
    examples = examples_of(taught, [e.transcript_id for e in TEXTS])
    material = prepare(
        TEXTS, vectors, taught.codes, pieces, code_vectors(pieces, WORDS), settings=SuggestSettings()
    )
    return Design.of(material, examples.rows), examples


def test_codes_in_another_order_are_learnt_as_well_each_from_its_own_wording():
    design, examples = designed()
    order = np.array([2, 0, 1])
    chosen = np.arange(len(examples.rows))
    scores, other = (
        fit(d, chosen, e.targets, e.weights, e.interviews, leaning=0.5).scores(d.material)
        for d, e in ((design, examples), (design.of_codes(order), examples.of_codes(order)))
    )
    np.testing.assert_allclose(other, scores[:, order], atol=0.05)
    numbered = replace(design.material, likeness=np.arange(3, dtype=np.float32)[None, :].repeat(2, axis=0))
    turned = numbered.of_codes(order)
    assert (order[turned.piece_codes] == numbered.piece_codes).all()
    assert (turned.likeness == order).all()


def test_of_many_codes_some_tell_how_to_learn_all(monkeypatch):
    design, examples = designed()
    every, losses = choose(design, examples, seed=0)
    monkeypatch.setattr(learning, "_CHOOSING_CODES", 2)
    some, others = choose(design, examples, seed=0)
    assert (every, some) == ("the coded excerpts alone",) * 2
    assert losses.keys() == others.keys() and losses != others


def test_calibration_repairs_scores_that_are_twice_too_sure():
    rng = np.random.default_rng(0)
    logits = rng.standard_normal((4000, 2)).astype(np.float32) * 2
    outcomes = (rng.random((4000, 2)) < 1 / (1 + np.exp(-logits))).astype(np.float32)
    known = np.ones_like(outcomes, bool)
    p = calibrate(2 * logits, outcomes, known).probabilities(2 * logits)
    assert calibration_error(p.ravel(), outcomes.ravel()) < 0.02
    raw = 1 / (1 + np.exp(-2 * logits))
    assert calibration_error(raw.ravel(), outcomes.ravel()) > 0.04


@pytest.mark.parametrize(("name", "value"), [("promise", 1.0), ("coverage", 0.0), ("least_probability", 2)])
def test_shares_out_of_range_are_refused(name, value):
    with pytest.raises(SettingsError, match=name):
        SuggestSettings(**{name: value})


def test_a_theme_that_is_hardly_applied_does_not_lead_and_informs_an_abstention():
    theme = Code(id="life", name="Life")
    under = [replace(code, parent_id="life") for code in THREE.codes]
    book = Codebook(title="invented", version="5", codes=(theme, *under))
    lessons = judge(CODED, TRUTH)
    lessons[:3] = [replace(lesson, applied=frozenset({"life"})) for lesson in lessons[:3]]
    suggestions, _ = run(TEXTS, lessons, book, settings=SuggestSettings(least_probability=0.9))
    first = [s.code_id for s in suggestions if s.rank == 1 and s.code_id]
    assert first.count("life") < len(first) / 20
    reasons = [s.reason for s in suggestions if s.status == "abstained"]
    assert any("something under Life has" in reason for reason in reasons)
