"""What a journal's events add up to, what comes next, and where coders differ."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import make_segmentation, make_suggestion, make_transcript
from thematic.model import Decision, Excerpt, Quote
from thematic.review import (
    Disagreement,
    Judgement,
    Review,
    action_for,
    by_code,
    by_disagreement,
    by_transcript,
    by_uncertainty,
    disagreements,
    hidden_by_lot,
    make_codings,
)

_COUNT = iter(range(10**9))


def decision(action: str, place: str = "ex-1", *codes: str, coder: str = "ana", **fields: object) -> Decision:
    given = {"id": f"d{next(_COUNT)}", "at": datetime(2024, 3, 5, tzinfo=UTC), "codebook_version": "v1"}
    quote = Quote(transcript_id="T1", start=0, end=4, text="well")
    given |= {"coder_id": coder, "action": action, "quote": quote, "code_ids": codes, "excerpt_id": place}
    return Decision(**(given | fields))  # type: ignore[arg-type]


def undo(of: Decision) -> Decision:
    return decision("undo", of.excerpt_id or "", layer=of.layer, details={"undoes": of.id})


# --- Events ----------------------------------------------------------------------------------------------


def test_a_later_statement_replaces_an_earlier_one_and_an_undo_brings_it_back() -> None:
    first, second = decision("add", "ex-1", "a", "b"), decision("change", "ex-1", "c")
    review = Review.replay("ana", [first, second])
    assert review.judgement("ex-1").code_ids == ("c",)  # type: ignore[union-attr]
    assert review.version("ex-1") == second.id
    assert review.apply(undo(second)) == ("independent", "ex-1")
    assert review.judgement("ex-1").code_ids == ("a", "b")  # type: ignore[union-attr]
    assert review.version("ex-1") == first.id
    review.apply(undo(first))
    assert review.judgement("ex-1") is None
    assert review.version("ex-1") == ""
    assert review.last_undoable() is None


def test_a_memo_stays_through_a_change_until_it_is_removed() -> None:
    review = Review.replay("ana", [decision("add", "ex-1", "a", memo="why"), decision("change", "ex-1", "b")])
    assert review.judgement("ex-1").memo == "why"  # type: ignore[union-attr]
    review.apply(decision("change", "ex-1", "b", details={"memo_removed": True}))
    assert review.judgement("ex-1").memo == ""  # type: ignore[union-attr]


def test_layers_do_not_touch_each_other() -> None:
    events = [decision("add", "ex-1", "a"), decision("add", "ex-1", "b", layer="negotiated")]
    review = Review.replay("ana", events)
    assert review.judgement("ex-1").code_ids == ("a",)  # type: ignore[union-attr]
    assert review.judgement("ex-1", "negotiated").code_ids == ("b",)  # type: ignore[union-attr]
    assert {(c.layer, c.code_id) for c in make_codings("ana", events)} == {
        ("independent", "a"),
        ("negotiated", "b"),
    }


def test_proposals_stand_until_they_are_undone() -> None:
    proposal = decision("propose", details={"name": "Small rituals"})
    review = Review.replay("ana", [proposal])
    assert review.proposals() == (proposal,)
    assert make_codings("ana", [proposal]) == ()
    review.apply(undo(proposal))
    assert review.proposals() == ()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("state"), st.integers(0, 3), st.sets(st.sampled_from("abc"))),
        st.tuples(st.sampled_from(["defer", "flag", "memo"]), st.integers(0, 3), st.just(set())),
        st.tuples(st.just("undo"), st.just(0), st.just(set())),
    ),
    max_size=30,
)


@given(STEPS)
def test_undo_is_as_if_the_step_had_never_been_made(steps: list[tuple[str, int, set[str]]]) -> None:
    """Replaying all events equals replaying those that stand, in their order, whatever came in between."""
    review = Review.replay("ana", [])
    standing: list[Decision] = []
    for what, place, codes in steps:
        if what == "undo":
            if standing:
                review.apply(undo(standing.pop()))
            continue
        action = ("add" if codes else "none-apply") if what == "state" else what
        event = decision(action, f"ex-{place}", *sorted(codes), memo="m" if what == "memo" else "")
        standing.append(event)
        review.apply(event)
    assert review.judgements == Review.replay("ana", standing).judgements
    assert Review.replay("ana", review.order).judgements == review.judgements


def test_what_a_statement_is_called() -> None:
    assert action_for(["a"], decided_before=True, shown=["a"]) == "change"
    assert action_for([], decided_before=True) == "change"
    assert action_for([], decided_before=False) == "none-apply"
    assert action_for(["a"], decided_before=False, shown=["a", "b"]) == "accept"
    assert action_for(["a", "c"], decided_before=False, shown=["a", "b"]) == "add"


# --- What comes next -------------------------------------------------------------------------------------


@pytest.fixture
def excerpts() -> tuple[Excerpt, ...]:
    turns = [("P", f"Passage number {i} of this talk.") for i in range(6)]
    return make_segmentation(make_transcript("T1", turns)).excerpts


def numbers(ids: tuple[str, ...], excerpts: tuple[Excerpt, ...]) -> list[int]:
    order = [e.id for e in excerpts]
    return [order.index(id_) for id_ in ids]


def test_by_uncertainty_the_closest_calls_come_first_and_codes_take_turns(
    excerpts: tuple[Excerpt, ...],
) -> None:
    scores = {0: ("a", 0.9, 0.1), 1: ("a", 0.9, 0.85), 2: ("a", 0.9, 0.8), 3: ("b", 0.9, 0.5)}
    suggestions = [
        suggestion
        for i, (code, first, second) in scores.items()
        for suggestion in (
            make_suggestion(excerpts[i], code, 1, score=first),
            make_suggestion(excerpts[i], "z", 2, score=second),
        )
    ] + [make_suggestion(excerpts[5], None, reason="too short")]
    found = by_uncertainty(excerpts, suggestions)
    # Margins: 4 and 5 none at all, then 1 (.05), 2 (.1), 3 (.4), 0 (.8); one of each first code a round.
    assert numbers(found, excerpts) == [4, 1, 3, 5, 2, 0]
    assert sorted(found) == sorted(by_transcript(excerpts))


def test_by_code_what_was_coded_comes_first_then_the_likeliest(excerpts: tuple[Excerpt, ...]) -> None:
    suggestions = [
        make_suggestion(excerpts[0], "a", 2, score=0.99),
        make_suggestion(excerpts[1], "a", 1, score=0.7),
        make_suggestion(excerpts[2], "a", 1, score=0.8),
        make_suggestion(excerpts[3], "b", 1, score=0.9),
        make_suggestion(excerpts[5], "a", 1, score=0.9),
    ]
    found = by_code("a", excerpts, suggestions, coded=[excerpts[5].id, excerpts[4].id])
    assert numbers(found, excerpts) == [4, 5, 2, 1, 0]


def test_the_lot_is_fair_repeatable_and_each_coders_own() -> None:
    ids = [f"ex-{i}" for i in range(10_000)]
    ana = [id_ for id_ in ids if hidden_by_lot("ana", id_)]
    ben = [id_ for id_ in ids if hidden_by_lot("ben", id_)]
    assert 850 < len(ana) < 1150  # 5 standard deviations around 1,000
    assert 40 < len(set(ana) & set(ben)) < 160
    assert ana != [id_ for id_ in ids if hidden_by_lot("ana", id_, seed=1)]
    script = (
        "from thematic.review import hidden_by_lot\n"
        "print(sum(hidden_by_lot('ana', f'ex-{i}') for i in range(10000)))"
    )
    for hash_seed in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert int(done.stdout) == len(ana)


# --- Where coders differ ---------------------------------------------------------------------------------


def three_coders() -> list[Review]:
    return [
        Review.replay(
            coder, [decision("add" if codes else "none-apply", p, *codes, coder=coder) for p, codes in made]
        )
        for coder, made in (
            ("ana", [("ex-1", "a"), ("ex-2", "ab"), ("ex-3", ""), ("ex-4", "a"), ("ex-5", "ba")]),
            ("ben", [("ex-1", "a"), ("ex-2", "b"), ("ex-3", "c"), ("ex-5", "ab")]),
            ("cy", [("ex-2", "ab"), ("ex-3", "")]),
        )
    ]


def test_only_differing_judgements_are_disagreements_and_order_of_codes_is_none() -> None:
    found = {d.excerpt_id: d for d in disagreements(three_coders())}
    assert sorted(found) == ["ex-2", "ex-3"]
    # Jaccard distances: {a,b}-{b} 1/2, {a,b}-{a,b} 0, {b}-{a,b} 1/2; mean 1/3. {}-{c} 1, {}-{} 0, {c}-{} 1.
    assert found["ex-2"].distance == pytest.approx(1 / 3)
    assert found["ex-3"].distance == pytest.approx(2 / 3)
    assert list(found["ex-2"].judgements) == ["ana", "ben", "cy"]


def test_negotiated_and_deferred_judgements_make_no_disagreement() -> None:
    ana = Review.replay(
        "ana", [decision("add", "ex-1", "a"), decision("add", "ex-1", "b", layer="negotiated")]
    )
    ben = Review.replay(
        "ben", [decision("defer", "ex-1", coder="ben"), decision("flag", "ex-1", coder="ben")]
    )
    assert disagreements([ana, ben]) == ()


def test_coders_have_no_place_of_their_own_when_shuffled() -> None:
    reviews = [
        Review.replay(c, [decision("add", f"ex-{i}", c, coder=c) for i in range(200)]) for c in ("ana", "ben")
    ]
    found = disagreements(reviews)
    first = [d.shuffled()[0][0] for d in found]
    assert 70 < first.count("ana") < 130
    assert first == [d.shuffled()[0][0] for d in disagreements(reviews[::-1])]
    assert first != [d.shuffled(seed=1)[0][0] for d in found]


def test_by_disagreement_the_most_disputed_come_first(excerpts: tuple[Excerpt, ...]) -> None:
    ids = [e.id for e in excerpts]
    ana = Review.replay("ana", [decision("add", ids[2], "a", "b"), decision("add", ids[4], "a")])
    ben = Review.replay(
        "ben", [decision("add", ids[2], "a", coder="ben"), decision("add", ids[4], "b", coder="ben")]
    )
    assert numbers(by_disagreement(excerpts, disagreements([ana, ben])), excerpts) == [4, 2, 0, 1, 3, 5]


def test_codes_stand_against_each_other_in_pairs() -> None:
    def pairs(*sets: str) -> tuple[tuple[str, str], ...]:
        quote = Quote(transcript_id="P1", start=0, end=3, text="yes")
        made = {
            f"coder{i}": Judgement(quote=quote, excerpt_id="ex", layer="independent", code_ids=tuple(codes))
            for i, codes in enumerate(sets)
        }
        return Disagreement(excerpt_id="ex", quote=quote, judgements=made, distance=1.0).code_pairs()

    assert pairs("a", "b") == (("a", "b"),)
    assert pairs("ac", "a") == (("", "c"),)
    assert pairs("", "b") == (("", "b"),)
    assert pairs("ac", "ab", "ab") == (("b", "c"),)
    assert pairs("ac", "bd") == (("a", "b"), ("a", "d"), ("b", "c"), ("c", "d"))
