"""A journal loses no decision: chains, torn lines, full disks, several writers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thematic.errors import StudyError
from thematic.journal import Journal, read_journal, verify_journal
from thematic.model import Action, Decision, Quote
from thematic.review import Review, make_codings

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def decision(
    number: int, action: Action = "add", *codes: str, excerpt: str = "ex-1", **details: object
) -> Decision:
    return Decision(
        id=f"d{number}",
        coder_id="ada",
        action=action,
        at=AT,
        quote=Quote(transcript_id="P01", start=0, end=5, text="Well…"),
        code_ids=codes,
        excerpt_id=excerpt,
        details=details,
    )


def codes_of(*decisions: Decision) -> dict[str, tuple[str, ...]]:
    review = Review.replay("ada", decisions)
    return {place[1]: judgement.code_ids for place, judgement in review.judgements.items()}


# --- What decisions add up to ----------------------------------------------------------------------


def test_a_later_statement_replaces_an_earlier_one() -> None:
    assert codes_of(decision(1, "add", "a", "b"), decision(2, "change", "c")) == {"ex-1": ("c",)}


def test_none_applies_is_a_judgement_not_a_gap() -> None:
    review = Review.replay("ada", [decision(1, "none-apply")])
    judgement = review.judgement("ex-1")
    assert judgement is not None
    assert judgement.none_applies
    assert make_codings("ada", [decision(1, "none-apply")]) == ()


def test_undo_is_an_event_that_restores_what_was_before() -> None:
    events = [decision(1, "add", "a"), decision(2, "change", "b"), decision(3, "undo", undoes="d2")]
    assert codes_of(*events) == {"ex-1": ("a",)}
    assert codes_of(*events, decision(4, "undo", undoes="d1")) == {}


def test_rejected_codes_are_kept_as_counter_examples_until_they_are_applied() -> None:
    review = Review.replay("ada", [decision(1, "add", "a", rejected=["b"]), decision(2, "reject", "c")])
    judgement = review.judgement("ex-1")
    assert judgement is not None
    assert (judgement.code_ids, judgement.rejected) == (("a",), ("b", "c"))
    assert (
        Review.replay("ada", [decision(1, "reject", "b"), decision(2, "add", "b")]).judgement("ex-1")
        is not None
    )
    assert codes_of(decision(1, "add", "a", "b"), decision(2, "reject", "b")) == {"ex-1": ("a",)}


def test_a_defer_or_a_flag_is_no_coding() -> None:
    assert make_codings("ada", [decision(1, "defer"), decision(2, "flag")]) == ()


def test_a_coding_knows_whether_its_code_was_suggested() -> None:
    shown = [{"code": "a", "rank": 1}]
    codings = make_codings("ada", [decision(1, "accept", "a", "b", shown=shown)])
    assert {c.code_id: c.from_suggestion for c in codings} == {"a": True, "b": False}


ACTIONS = st.sampled_from(["accept", "change", "add", "none-apply", "reject", "defer", "flag", "memo"])
EVENTS = st.lists(
    st.tuples(ACTIONS, st.lists(st.sampled_from("abc"), max_size=3), st.sampled_from(["ex-1", "ex-2"])),
    max_size=12,
)


@settings(deadline=None)
@given(events=EVENTS)
def test_undoing_an_event_gives_the_state_before_it(events: list[tuple[Action, list[str], str]]) -> None:
    made = [decision(i, action, *codes, excerpt=excerpt) for i, (action, codes, excerpt) in enumerate(events)]
    before = Review.replay("ada", made)
    after = Review.replay("ada", [*made, decision(99, "add", "z"), decision(100, "undo", undoes="d99")])
    assert after.judgements == before.judgements
    assert after.last_undoable() == before.last_undoable()


# --- The file --------------------------------------------------------------------------------------


def test_what_was_appended_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "decisions" / "ada.jsonl"
    journal = Journal.open(path)
    written = [journal.append(decision(i, "add", "a", note="😀 שלום\u2028\r")) for i in range(3)]
    decisions, problems = read_journal(path)
    assert list(decisions) == written == Journal.open(path).decisions
    assert problems == verify_journal(path) == []


@pytest.mark.parametrize("change", ["edit", "remove", "swap"])
def test_a_changed_line_is_found_with_its_number(tmp_path: Path, change: str) -> None:
    path = tmp_path / "ada.jsonl"
    journal = Journal.open(path)
    for i in range(4):
        journal.append(decision(i, "add", "a"))
    lines = path.read_text().splitlines(keepends=True)
    if change == "edit":
        lines[1] = lines[1].replace('"codes":["a"]', '"codes":["b"]')
    elif change == "remove":
        del lines[1]
    else:
        lines[1], lines[2] = lines[2], lines[1]
    path.write_text("".join(lines))
    (problem,) = verify_journal(path)
    assert problem.line == 2
    with pytest.raises(StudyError):
        Journal.open(path)


def test_a_torn_last_line_is_set_aside_and_reported(tmp_path: Path) -> None:
    path = tmp_path / "ada.jsonl"
    Journal.open(path).append(decision(1, "add", "a"))
    with path.open("ab") as file:
        file.write(b'{"id":"d2","coder"')
    (problem,) = verify_journal(path)
    assert "torn" in problem.message
    journal = Journal.open(path)
    assert len(journal.decisions) == 1
    assert journal.torn is not None
    assert journal.torn.read_bytes() == b'{"id":"d2","coder"'
    journal.append(decision(2, "add", "b"))
    assert verify_journal(path) == []


def test_a_disk_that_refuses_leaves_the_journal_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ada.jsonl"
    journal = Journal.open(path)
    journal.append(decision(1, "add", "a"))
    before = path.read_bytes()

    def no_space(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("thematic.journal.os.fsync", no_space)
        with pytest.raises(StudyError, match="not saved: no space left"):
            journal.append(decision(2, "add", "b"))
    assert path.read_bytes() == before
    journal.append(decision(2, "add", "b"))
    assert [d.id for d in read_journal(path)[0]] == ["d1", "d2"]


def test_two_tabs_of_one_coder_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ada.jsonl"
    tabs = [Journal.open(path), Journal.open(path)]

    def work(tab: int) -> None:
        for i in range(50):
            tabs[tab].append(replace(decision(i, "add", "a"), id=f"{tab}-{i}"))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    decisions, problems = read_journal(path)
    assert problems == []
    assert sorted(d.id for d in decisions) == sorted(f"{tab}-{i}" for tab in range(2) for i in range(50))


WRITER = """
import sys
from pathlib import Path
from tests.test_journal import decision
from thematic.journal import Journal
journal = Journal.open(Path(sys.argv[1]))
for i in range(len(journal.decisions), 10_000):
    journal.append(decision(i, "add", "a"))
    print(i, flush=True)
"""


@pytest.mark.parametrize("acknowledged", [1, 7, 40])
def test_a_kill_loses_no_acknowledged_decision(tmp_path: Path, acknowledged: int) -> None:
    path = tmp_path / "ada.jsonl"
    for _ in range(3):
        known = len(Journal.open(path).decisions)
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        seen = [int(writer.stdout.readline()) for _ in range(acknowledged)]
        os.kill(writer.pid, signal.SIGKILL)
        seen += [
            int(line) for line in writer.communicate()[0].splitlines(keepends=True) if line.endswith("\n")
        ]
        ids = [d.id for d in Journal.open(path).decisions]
        assert ids == [f"d{i}" for i in range(len(ids))]
        assert len(ids) >= known + len(seen)


def test_a_line_is_plain_json_that_a_person_can_read(tmp_path: Path) -> None:
    path = tmp_path / "ada.jsonl"
    Journal.open(path).append(decision(1, "add", "a"))
    record = json.loads(path.read_text())
    assert record["codes"] == ["a"]
    assert record["text"] == "Well…"
    assert record["at"] == "2026-03-01T09:30:00+00:00"
