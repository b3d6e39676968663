"""What to code next, and how much of a code is left: from all interviews first, then with an honest slice."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import hypergeom

from tests.suggestion.test_learnt import spoken
from tests.suggestion.test_zero_shot import WORDS
from thematic.model import Suggestion
from thematic.suggestion.next_to_code import DIVERSE_FIRST, drawn_order, order_to_code
from thematic.suggestion.stopping import at_most, remaining

TEXTS, TRUTH = spoken(interviews=10, each=40)
VALUES = WORDS.encode([e.text for e in TEXTS])


def suggested(margins: dict[str, float]) -> list[Suggestion]:
    return [
        Suggestion(
            excerpt_id=id_,
            code_id=code,
            rank=rank,
            score=0.5,
            band="",
            status="suggested",
            probability=0.5 + (margin if rank == 1 else 0),
        )
        for id_, margin in margins.items()
        for rank, code in ((1, "travel"), (2, "money"))
    ]


def test_the_first_are_from_all_interviews_in_turn_and_unlike_each_other():
    order = order_to_code(TEXTS, VALUES, (), (), "ada")
    by_id = {e.id: e for e in TEXTS}
    assert {by_id[id_].transcript_id for id_ in order[:10]} == {e.transcript_id for e in TEXTS}
    assert len({by_id[id_].text for id_ in order[:100]}) == 100
    assert sorted(order) == sorted(e.id for e in TEXTS)


def test_the_order_is_the_coders_own_and_the_same_every_time():
    ada = order_to_code(TEXTS, VALUES, (), (), "ada")
    assert ada == order_to_code(TEXTS, VALUES, (), (), "ada")
    assert ada != order_to_code(TEXTS, VALUES, (), (), "ben")


def test_after_the_first_those_that_waver_come_with_three_in_ten_by_lot():
    decided = {e.id for e in TEXTS[:DIVERSE_FIRST]}
    rest = [e.id for e in TEXTS[DIVERSE_FIRST:]]
    wavering = set(rest[-60:])
    margins = {id_: (0.01 if id_ in wavering else 0.4) for id_ in rest}
    order = order_to_code(TEXTS, VALUES, suggested(margins), decided, "ada")
    assert set(order[-DIVERSE_FIRST:]) == decided
    share = np.mean([id_ in wavering for id_ in order[:60]])
    assert 0.6 < share < 0.95
    drawn = [id_ for id_ in drawn_order(TEXTS, "ada") if id_ not in decided]
    assert set(drawn[:5]) <= set(order[:60])


def test_the_bound_is_the_last_number_that_is_not_too_unlikely():
    most = at_most(2, 50, 400)
    assert hypergeom.cdf(2, 400, most, 50) >= 0.05 > hypergeom.cdf(2, 400, most + 1, 50)
    assert at_most(3, 400, 400) == 3
    assert at_most(0, 0, 10) == 10


def test_the_bound_holds_in_nineteen_of_twenty_samples():
    rng = np.random.default_rng(0)
    population = np.arange(300) < 24
    held = [at_most(int(rng.permutation(population)[:90].sum()), 90, 300) >= 24 for _ in range(400)]
    assert np.mean(held) >= 0.93


@pytest.mark.parametrize("judged", [0, 60, 400])
def test_what_is_left_is_told_from_the_slice_drawn_by_lot(judged):
    drawn = drawn_order(TEXTS, "ada")
    codes_of = {id_: frozenset({TRUTH[id_]} - {""}) for id_ in drawn[:judged]}
    sample, found = remaining(drawn, codes_of, ["travel"])
    total = sum(code == "travel" for code in TRUTH.values())
    assert sample == judged
    assert found[0].found <= total <= found[0].at_most
    if judged == 400:
        assert (found[0].at_most, found[0].recall_at_least) == (total, 1.0)


def test_what_was_chosen_to_be_judged_is_no_sample():
    drawn = drawn_order(TEXTS, "ada")
    codes_of = {id_: frozenset() for id_ in drawn[1:80]}
    sample, found = remaining(drawn, codes_of, ["travel"])
    assert sample == 0
    assert found[0].recall_at_least == 0.0
