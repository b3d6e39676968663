"""What help there was at each decision is read from the journals as it was written there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from thematic.assistance import assistance, summarise
from thematic.model import Decision, Quote

SHOWN = [{"code": "a", "rank": 1, "band": "strong"}, {"code": "b", "rank": 2, "band": "fair"}]


def decision(id_: str, codes: tuple[str, ...], excerpt: str = "ex-1", **fields: Any) -> Decision:
    details: Mapping[str, Any] = fields.pop("details", {"shown": SHOWN, "seconds": 5.0})
    given: dict[str, Any] = {
        "id": id_, "coder_id": "ada", "action": "add", "at": datetime(2026, 1, 1, tzinfo=UTC),
        "quote": Quote(transcript_id="P1", start=0, end=3, text="yes"), "code_ids": codes,
        "excerpt_id": excerpt, "mode": "assist", "details": details,
    }  # fmt: skip
    return Decision(**given | fields)


def test_what_was_shown_its_rank_and_what_became_of_it() -> None:
    events = [
        decision(
            "1", ("b", "c"), details={"shown": list(reversed(SHOWN)), "seconds": 1.5, "rejected": ["a"]}
        ),
        decision("2", (), excerpt="ex-2", action="none-apply", details={"shown": [], "hidden_by_lot": True}),
    ]
    one, two = assistance("ada", events)
    assert (one.shown, one.bands, one.rank, one.rejected) == (("a", "b"), ("strong", "fair"), 2, ("a",))
    assert (one.assisted, one.accepted, one.hasty, one.changed) == (True, True, True, False)
    assert (two.assisted, two.accepted, two.by_lot, two.seconds) == (False, False, True, None)


def test_a_change_is_known_by_what_stood_before_and_what_was_undone_does_not_count() -> None:
    undo = decision("3", (), action="undo", details={"undoes": "2"})
    events = [decision("1", ("c",)), decision("2", ("b",), action="change"), undo]
    events.append(decision("4", ("a",), action="change"))
    log = assistance("ada", events)
    assert [(entry.codes, entry.before, entry.changed) for entry in log] == [
        (("c",), None, False),
        (("a",), ("c",), True),
    ]


def test_negotiated_and_imported_decisions_and_mere_memos_are_left_out() -> None:
    events = [
        decision("1", ("a",), layer="negotiated"),
        decision("2", ("a",), mode="import"),
        decision("3", (), action="memo"),
    ]
    assert assistance("ada", events) == ()


def test_a_summary_tells_modes_apart_and_acceptance_over_time() -> None:
    events = [decision(f"{i}", ("a",) if i < 2 else ("z",), excerpt=f"ex-{i}") for i in range(4)]
    events += [decision("b", ("a",), excerpt="ex-9", mode="blind", details={"seconds": 9.0})]
    log = assistance("ada", events)
    assist, blind = summarise([*log, *(replace(entry, coder="ben") for entry in log[:1])])[:2]
    assert (assist.mode, assist.statements, assist.assisted) == ("assist", 4, 4)
    assert (assist.acceptance, assist.acceptance_halves, assist.haste) == (0.5, (1.0, 0.0), 0.0)
    assert (blind.mode, blind.acceptance, blind.acceptance_halves, blind.haste) == (
        "blind", None, (None, None), None,
    )  # fmt: skip
    assert blind.median_seconds == 9.0
