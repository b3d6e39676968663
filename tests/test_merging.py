"""Merging copies of a study: the longer journal holds all; a fork is refused with an account."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.builders import make_transcript
from thematic.errors import StudyError
from thematic.journal import Journal
from thematic.merging import merge
from thematic.model import Decision, Quote
from thematic.study import Study, StudySettings

TRANSCRIPT = make_transcript("P01", [("Interviewer", "Why?"), ("P01", "My nurse sent me there.")])
WORDS = "My nurse"


def decide(study: Study, coder: str, number: int, *codes: str) -> None:
    start = TRANSCRIPT.text.index(WORDS)
    quote = Quote(transcript_id="P01", start=start, end=start + len(WORDS), text=WORDS)
    at = datetime(2026, 3, 1, 9, number, tzinfo=UTC)
    decision = Decision(
        id=f"{coder}-{number}-{'-'.join(codes)}",
        coder_id=coder,
        action="add",
        at=at,
        quote=quote,
        code_ids=codes,
    )
    Journal.open(study.journal_path(coder)).append(decision)


@pytest.fixture
def copies(tmp_path: Path) -> tuple[Study, Study]:
    study = Study.create(tmp_path / "one", StudySettings())
    study.save_transcript(TRANSCRIPT, read_key="k", report={})
    decide(study, "ada", 1, "a")
    shutil.copytree(study.root, tmp_path / "two")
    return study, Study.open(tmp_path / "two")


def outcome(study: Study, other: Study) -> dict[str, tuple[str, int]]:
    return {m.coder: (m.outcome, m.added) for m in merge(study, other)}


def test_new_and_longer_journals_are_taken_over(copies: tuple[Study, Study]) -> None:
    study, other = copies
    decide(other, "ada", 2, "b")
    decide(other, "ben", 1, "a")
    assert outcome(study, other) == {"ada": ("longer", 1), "ben": ("new", 1)}
    for coder in ("ada", "ben"):
        assert study.journal_path(coder).read_bytes() == other.journal_path(coder).read_bytes()
    assert outcome(study, other) == {"ada": ("same", 0), "ben": ("same", 0)}


def test_a_shorter_copy_takes_nothing_away(copies: tuple[Study, Study]) -> None:
    study, other = copies
    decide(study, "ada", 2, "b")
    before = study.journal_path("ada").read_bytes()
    assert outcome(study, other) == {"ada": ("shorter", 0)}
    assert study.journal_path("ada").read_bytes() == before


def test_a_fork_is_refused_with_an_account_and_nothing_is_written(copies: tuple[Study, Study]) -> None:
    study, other = copies
    decide(study, "ada", 2, "b")
    decide(other, "ada", 2, "c")
    decide(other, "ben", 1, "a")
    before = study.journal_path("ada").read_bytes()
    with pytest.raises(StudyError) as caught:
        merge(study, other)
    (problem,) = caught.value.problems
    assert "1 decisions are shared, then 1 follow here (first: add b" in problem.message
    assert "and 1 there (first: add c" in problem.message
    assert problem.line == 2
    assert study.journal_path("ada").read_bytes() == before
    assert not study.journal_path("ben").exists()


def test_a_changed_line_in_the_copy_is_refused(copies: tuple[Study, Study]) -> None:
    study, other = copies
    path = other.journal_path("ada")
    path.write_text(path.read_text().replace('"codes":["a"]', '"codes":["z"]'))
    with pytest.raises(StudyError, match="cannot be merged") as caught:
        merge(study, other)
    assert "changed after it was written" in caught.value.problems[0].message


def test_decisions_on_words_that_are_not_here_are_refused(copies: tuple[Study, Study]) -> None:
    study, other = copies
    decide(other, "ben", 1, "a")
    study.save_transcript(make_transcript("P01", [("P01", "Quite other words.")]), read_key="2", report={})
    shutil.rmtree(study.root / "texts" / "earlier")
    with pytest.raises(StudyError) as caught:
        merge(study, other)
    assert "quote words that this study does not have" in caught.value.problems[0].message


def test_a_study_without_decisions_is_told(copies: tuple[Study, Study], tmp_path: Path) -> None:
    empty = Study.create(tmp_path / "three", StudySettings())
    with pytest.raises(StudyError, match="holds no decisions"):
        merge(copies[0], empty)
