"""Joining the decisions of coders who worked on copies of one study. Floor 5.

A coder's journal only grows, so of two copies one is the beginning of the other, and the longer holds all.
Where neither is, the same coder has decided in both copies: that is a fork, and only people can say which
decisions stand. A merge is refused then, before anything is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from thematic.anchoring import anchor
from thematic.errors import Problem, StudyError, ThematicError
from thematic.files import write_atomic
from thematic.journal import read_journal
from thematic.model import Decision
from thematic.study import Study
from thematic.text import join_names, snippet

__all__ = ["JournalMerge", "merge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalMerge:
    """What became of one coder's decisions: `new` here, or `longer`, the `same` or `shorter` there."""

    coder: str
    outcome: Literal["new", "longer", "same", "shorter"]
    decisions: int
    added: int


def merge(study: Study, other: Study) -> tuple[JournalMerge, ...]:
    """Take the decisions of `other` into `study`; call it while holding the study's lock.

    Raises StudyError, and writes nothing, for a fork, a broken chain, a torn line, or decisions on words that
    this study does not have.
    """
    problems: list[Problem] = []
    merges: list[JournalMerge] = []
    writes: list[tuple[str, bytes]] = []
    for path in other.journals():
        coder = path.stem
        try:
            theirs, torn = read_journal(path)
            ours_path = study.journal_path(coder)
            ours, torn_here = read_journal(ours_path) if ours_path.exists() else ((), [])
        except ThematicError as error:
            problems += error.problems
            continue
        if torn or torn_here:
            problems += [*torn, *torn_here]
            continue
        shared = _shared(ours, theirs)
        if shared < min(len(ours), len(theirs)):
            problems.append(_fork(coder, ours, theirs, shared, str(path)))
            continue
        added = theirs[len(ours) :]
        problems += _unplaced(study, added, str(path))
        if not ours_path.exists():
            outcome: Literal["new", "longer", "same", "shorter"] = "new"
        elif added:
            outcome = "longer"
        else:
            outcome = "same" if len(ours) == len(theirs) else "shorter"
        merges.append(
            JournalMerge(
                coder=coder, outcome=outcome, decisions=max(len(ours), len(theirs)), added=len(added)
            )
        )
        if added:
            writes.append((coder, path.read_bytes()))
    if problems:
        raise StudyError(f"{other.root} cannot be merged; nothing was written", problems=problems)
    if not merges:
        raise StudyError(
            "that study holds no decisions", path=str(other.root), hint="check that it is the study you mean"
        )
    for coder, data in writes:
        write_atomic(study.journal_path(coder), data)
    return tuple(merges)


def _shared(ours: tuple[Decision, ...], theirs: tuple[Decision, ...]) -> int:
    """How many decisions both begin with. Equal ones have equal pasts, since each is chained."""
    pairs = zip(ours, theirs, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(ours), len(theirs)))


def _fork(
    coder: str, ours: tuple[Decision, ...], theirs: tuple[Decision, ...], shared: int, path: str
) -> Problem:
    here, there = ours[shared], theirs[shared]
    return Problem(
        f"{coder} has decided in both copies: {shared} decisions are shared, then {len(ours) - shared} "
        f"follow here (first: {_account(here)}) and {len(theirs) - shared} there (first: {_account(there)})",
        path,
        shared + 1,
        f"keep one of the two files, or give the other coder name to the second, such as {coder}-2",
    )


def _account(decision: Decision) -> str:
    codes = join_names(decision.code_ids) or "no code"
    return f"{decision.action} {codes} on “{snippet(decision.quote.text, 30)}”"


def _unplaced(study: Study, decisions: tuple[Decision, ...], path: str) -> list[Problem]:
    ids = sorted({d.quote.transcript_id for d in decisions} & set(study.transcript_ids()))
    texts = {id_: study.transcript(id_).text for id_ in ids}
    lost = anchor(decisions, texts, {id_: study.earlier_texts(id_) for id_ in ids}).lost
    if not lost:
        return []
    first = lost[0].quote
    return [
        Problem(
            f"{len(lost)} decisions quote words that this study does not have, the first in "
            f"{first.transcript_id}: “{snippet(first.text)}”",
            path,
            None,
            "both studies need the same transcripts: ingest them here first",
        )
    ]
