"""What a study holds, whether it still is what was written, and what to do next. Floor 5."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from thematic.anchoring import Anchored
from thematic.assignments import assignments, progress
from thematic.errors import Problem, ThematicError
from thematic.journal import verify_journal
from thematic.model import Codebook, Decision
from thematic.pipeline import Pipeline
from thematic.review import judgements
from thematic.run_exports import exports_are_current
from thematic.study import Study
from thematic.suggestion.learnt import Learning
from thematic.text import snippet

__all__ = ["study_status", "suggestion_counts", "verify_study"]


def study_status(study: Study) -> dict[str, Any]:
    """Counts of transcripts, codes and decisions, what is up to date, and the next step in words."""
    ids = study.transcript_ids()
    pipeline = Pipeline(study)
    has_codebook = study.codebook_path.is_file()
    record = _exported(study)
    current = bool(ids) and has_codebook and exports_are_current(pipeline)
    coders = {coder: _coder(anchored) for coder, anchored in pipeline.anchored.items()} if ids else {}
    tasks = progress(study, pipeline.excerpts, pipeline.decisions) if ids and assignments(study) else {}
    return {
        "title": study.settings.title,
        "study": str(study.root),
        "transcripts": ids,
        "codebook": pipeline.codebook.version if has_codebook else None,
        "codes": len(pipeline.codebook.codes) if has_codebook else 0,
        "counts": record.get("counts", {}),
        "exports_up_to_date": current,
        "coders": coders,
        "tasks": {coder: {"asked": asked, "decided": done} for coder, (asked, done) in tasks.items()},
        "next": _next_step(ids, has_codebook, current, bool(coders)),
    }


def _coder(anchored: Anchored) -> dict[str, Any]:
    judged = judgements(anchored.decisions[0].coder_id if anchored.decisions else "", anchored.decisions)
    return {
        "decisions": len(anchored.decisions) + len(anchored.lost),
        "passages_judged": sum(j.decided for j in judged),
        "codings": sum(len(j.code_ids) for j in judged),
        "reworded": [_place(decision) for decision in anchored.reworded],
        "need_a_person": [_place(decision) for decision in anchored.lost],
    }


def _place(decision: Decision) -> dict[str, Any]:
    quote = decision.quote
    return {"decision": decision.id, "transcript": quote.transcript_id, "text": quote.text}


def verify_study(study: Study) -> list[Problem]:
    """Everything that is not as it was written: texts, quotes of excerpts and decisions, journals."""
    problems: list[Problem] = []
    transcripts = {}
    for id_ in study.transcript_ids():
        try:
            transcripts[id_] = study.transcript(id_)
        except ThematicError as error:
            problems += error.problems
    if study.codebook_path.is_file() and transcripts and not problems:
        try:
            _ = Pipeline(study).segmentations  # checks each excerpt against its text
        except ThematicError as error:
            problems += error.problems
    for path in study.journals():
        problems += verify_journal(path)
    if problems or not transcripts:
        return problems
    for coder, anchored in Pipeline(study).anchored.items():
        problems += [
            Problem(
                f"{d.quote.transcript_id}: no certain place for a decision on “{snippet(d.quote.text)}”",
                str(study.journal_path(coder)),
                None,
                "the transcript was corrected there: look at it, and decide again on the new words",
            )
            for d in anchored.lost
        ]
    return problems


def suggestion_counts(
    codebook: Codebook, suggested: Iterable[tuple[str | None, int]]
) -> list[tuple[str, str, str]]:
    """For each code of the codebook: its name, the excerpts it leads, the shortlists it stands in."""
    first: Counter[str] = Counter()
    listed: Counter[str] = Counter()
    for code_id, rank in suggested:
        if code_id is not None:
            listed[code_id] += 1
            first[code_id] += rank == 1
    parents = {code.parent_id for code in codebook.codes}
    return [
        (code.name, str(first[code.id]), str(listed[code.id]))
        for code in codebook.codes
        if code.id not in parents or listed[code.id]
    ]


def learnt_counts(
    codebook: Codebook, suggested: Iterable[tuple[str | None, int]], learning: Learning
) -> list[tuple[str, ...]]:
    """As `suggestion_counts`, with the coded excerpts behind each code, how well it is found, and the
    verdict.
    """
    verdicts = {verdict.code_id: verdict for verdict in learning.verdicts}
    names = {code.name: code.id for code in codebook.codes}
    return [
        (
            *counted,
            str(v.examples),
            "" if v.f1 is None else f"{v.f1:.2f}",
            "too few" if v.verdict == "not enough examples" else v.verdict,
        )
        for counted in suggestion_counts(codebook, suggested)
        if (v := verdicts.get(names[counted[0]]))
    ]


def _exported(study: Study) -> dict[str, Any]:
    path = study.root / "exports" / "run.json"
    try:
        record = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _next_step(ids: list[str], has_codebook: bool, current: bool, coded: bool) -> str:
    if not has_codebook:
        return (
            "put a codebook.yaml into the study; `thematic codebook check FILE` tells whether it can be used"
        )
    if not ids:
        return "add interviews: thematic ingest PATH…"
    if not current:
        return "bring suggestions, clusters and exports up to date: thematic export"
    if not coded:
        return "code: thematic review --coder NAME, or give exports/excerpts.xlsx to a coder"
    return "go on coding: thematic review --coder NAME; compare coders: thematic agree"
