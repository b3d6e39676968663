"""Which decisions were made without help."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from thematic.agreement.assistance_ledger import make_assistance_ledger
from thematic.model import Decision, Quote
from thematic.review import judgements, made_alone, was_aided

SHOWN = [{"code": "calm", "rank": 2}, {"code": "mood", "rank": 1}]


def event(
    id_: str, action: str = "add", codes: tuple[str, ...] = (), place: str = "e1", **given: Any
) -> Decision:
    return Decision(
        id=id_,
        coder_id="ada",
        action=action,  # type: ignore[arg-type]
        at=datetime(2026, 1, 1, tzinfo=UTC),
        quote=Quote(transcript_id="P", start=0, end=4, text="text"),
        code_ids=codes,
        excerpt_id=place,
        **given,
    )


def readings(*made: Decision) -> dict[str, tuple[str, ...]]:
    return {j.excerpt_id or "": j.code_ids for j in judgements("ada", made_alone(made)) if j.decided}


@pytest.mark.parametrize(
    ("mode", "details", "aided"),
    [
        ("blind", {}, False),
        ("import", {}, False),
        ("assist", {"shown": SHOWN, "hidden_by_lot": False}, True),
        ("assist", {"shown": [], "hidden_by_lot": False}, True),  # “there is no suggestion” is help too
        ("assist", {"shown": [], "hidden_by_lot": True}, False),
        ("assist", {}, True),
        ("reveal", {"shown": []}, False),
        ("reveal", {"shown": SHOWN}, True),
        ("reveal", {}, True),
    ],
)
def test_help(mode: str, details: dict[str, Any], aided: bool) -> None:
    assert was_aided(event("a", mode=mode, details=details)) is aided


def test_ones_own_codes_before_the_suggestions_count_and_the_change_does_not() -> None:
    first = event("a", codes=("calm",), mode="reveal", details={"shown": []})
    change = event("b", "change", ("mood",), mode="reveal", details={"shown": SHOWN})
    assert readings(first, change) == {"e1": ("calm",)}


def test_what_was_seen_cannot_be_unseen() -> None:
    aided = event("a", codes=("mood",), mode="assist", details={"shown": SHOWN})
    undone = event("b", "undo", mode="assist", details={"undoes": "a"})
    blind = event("c", codes=("calm",))
    elsewhere = event("d", codes=("calm",), place="e2")
    assert readings(aided, undone, blind, elsewhere) == {"e2": ("calm",)}


def test_a_reading_that_was_taken_back_afterwards_is_none() -> None:
    blind = event("a", codes=("calm",))
    aided = event("b", "change", ("mood",), mode="assist", details={"shown": SHOWN})
    assert readings(blind, aided, event("c", "undo", details={"undoes": "a"})) == {}


def test_putting_off_beside_a_suggestion_is_having_seen_it_unless_it_was_kept_back() -> None:
    put_off = event("a", "defer", mode="assist")
    assert readings(put_off, event("b", codes=("calm",))) == {}
    kept_back = event("b", codes=("calm",), mode="assist", details={"shown": [], "hidden_by_lot": True})
    assert readings(put_off, kept_back) == {"e1": ("calm",)}


def test_the_ledger_counts_what_was_made_of_suggestions() -> None:
    def beside(n: int, *codes: str, **details: Any) -> Decision:
        return event(f"{n}", codes=codes, mode="assist", details={"shown": SHOWN, "seconds": n} | details)

    aided = [beside(1, "mood", "x"), beside(2, "calm"), beside(3, "x"), beside(4), beside(5, "x", shown=[])]
    alone = [event("k", details={"hidden_by_lot": True, "seconds": 9}), event("l")]
    found = make_assistance_ledger("ada", alone, aided)
    assert (found.n_first, found.n_other, found.n_own, found.n_none_shown) == (1, 1, 2, 1)
    assert (found.n_alone, found.n_kept_back, found.n_aided) == (2, 1, 5)
    assert (found.seconds_alone, found.seconds_aided) == (9, 3)
    assert found.in_words() == (
        "ada: 5 with suggestions in view (1 took the first, 1 another, 2 none of them, 1 had none to see), "
        "2 without, 1 of these by lot"
    )
