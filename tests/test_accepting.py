"""Accepting in bulk: a person's decision, logged as what it is, and only what is promised."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.builders import make_study_data
from thematic.accepting import accept_marked
from thematic.errors import InputError
from thematic.journal import read_journal
from thematic.suggestion.promise import Promise


def pipeline(folder, promise: Promise | None, *, decisions=None):
    data = make_study_data()
    marked = [
        replace(s, promised=0.9, probability=0.97) if s.rank == 1 and s.code_id == "ease" else s
        for s in data.suggestions
    ]
    return SimpleNamespace(
        learning=None if promise is None else SimpleNamespace(promise=promise),
        study=SimpleNamespace(journal_path=lambda coder: folder / f"{coder}.jsonl"),
        decisions=decisions or {},
        excerpts=tuple(e for s in data.segmentations for e in s.excerpts),
        transcripts={t.id: t for t in data.transcripts},
        suggestions=tuple(marked),
        codebook=data.codebook,
    )


MADE = Promise(target=0.9, threshold=0.95, decisions=50, right=50, coverage=0.1, interviews=9)


def test_what_is_marked_becomes_decisions_that_say_they_were_made_in_bulk(tmp_path):
    study = pipeline(tmp_path, MADE)
    done = accept_marked(study, "ada")
    decisions, _ = read_journal(tmp_path / "ada.jsonl")
    assert done.accepted == len(decisions) == 2
    for decision in decisions:
        assert (decision.action, decision.code_ids, decision.mode) == ("accept", ("ease",), "assist")
        assert decision.details["bulk"] is True
        assert decision.details["promise"] == 0.9
    assert set(done.to_audit) < {d.excerpt_id for d in decisions}


def test_what_the_coder_has_decided_is_left_alone(tmp_path):
    accept_marked(pipeline(tmp_path, MADE), "ada")
    made, _ = read_journal(tmp_path / "ada.jsonl")
    again = accept_marked(pipeline(tmp_path, MADE, decisions={"ada": made}), "ada")
    assert again.accepted == 0
    assert again.to_audit == ()


@pytest.mark.parametrize("promise", [None, Promise(target=0.9, threshold=None, reason="3 coded interviews")])
def test_without_a_promise_nothing_is_accepted(tmp_path, promise):
    with pytest.raises(InputError, match="nothing is promised"):
        accept_marked(pipeline(tmp_path, promise), "ada")
    assert not (tmp_path / "ada.jsonl").exists()
