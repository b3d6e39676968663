"""Decisions survive a corrected transcript, or are listed; the journal is never touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.builders import make_transcript
from thematic.anchoring import anchor
from thematic.journal import Journal
from thematic.model import Decision, Quote
from thematic.segmentation import segment
from thematic.study import Study, StudySettings

TURNS = [("Interviewer", "Why?"), ("P01", "My nurse sent me their."), ("P01", "I liked the tea a lot.")]


def decide(number: int, text: str, words: str) -> Decision:
    start = text.index(words)
    quote = Quote(transcript_id="P01", start=start, end=start + len(words), text=words)
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return Decision(id=f"d{number}", coder_id="ada", action="add", at=at, quote=quote, code_ids=("a",))


def test_decisions_move_are_reworded_or_are_lost() -> None:
    old = make_transcript("P01", TURNS)
    new = make_transcript(
        "P01",
        [("Interviewer", "So why was that?"), ("P01", "My nurse sent me there."), ("P01", "Nothing at all!")],
    )
    made = [
        decide(1, old.text, "My nurse"),
        decide(2, old.text, "My nurse sent me their."),
        decide(3, old.text, "I liked the tea a lot."),
    ]
    excerpts = segment(new).excerpts
    anchored = anchor(made, {"P01": new.text}, {"P01": [old.text]}, excerpts)
    assert [d.id for d in anchored.decisions] == ["d1", "d2"]
    assert [d.quote.text for d in anchored.decisions] == ["My nurse", "My nurse sent me there."]
    assert [d.id for d in anchored.reworded] == ["d2"]
    assert anchored.reworded[0].excerpt_id == excerpts[0].id
    assert [d.id for d in anchored.lost] == ["d3"]
    for decision in anchored.decisions:
        quote = decision.quote
        assert new.text[quote.start : quote.end] == quote.text


def test_without_the_earlier_text_nothing_is_guessed() -> None:
    old = make_transcript("P01", TURNS)
    made = [decide(1, old.text, "My nurse")]
    assert anchor(made, {"P01": "Quite another text"}, {}).lost == tuple(made)


def test_a_study_keeps_the_earlier_text_and_the_journal(tmp_path: Path) -> None:
    study = Study.create(tmp_path / "s", StudySettings())
    old = make_transcript("P01", TURNS)
    study.save_transcript(old, read_key="1", report={})
    path = study.journal_path("ada")
    Journal.open(path).append(replace(decide(1, old.text, "I liked the tea a lot."), codebook_version="v"))
    before = path.read_bytes()
    new = make_transcript("P01", [TURNS[0], ("P01", "My nurse sent me there, yes."), TURNS[2]])
    study.save_transcript(new, read_key="2", report={})
    assert study.earlier_texts("P01") == [old.text]
    made = Journal.open(path).decisions
    (kept,) = anchor(made, {"P01": new.text}, {"P01": study.earlier_texts("P01")}).decisions
    assert new.text[kept.quote.start : kept.quote.end] == "I liked the tea a lot."
    assert path.read_bytes() == before
