"""Accept in bulk what the promise marks: a person's decision, logged as what it is. Floor 5."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from thematic.errors import InputError
from thematic.journal import Journal
from thematic.model import Decision
from thematic.pipeline import Pipeline
from thematic.review import Review
from thematic.suggestion.folds import lot
from thematic.text import quote

__all__ = ["Accepted", "accept_marked"]

_AUDITED = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """How many were accepted, and the excerpts of them that were drawn by lot to be looked at."""

    accepted: int
    to_audit: tuple[str, ...]


def accept_marked(pipeline: Pipeline, coder_id: str) -> Accepted:
    """Append an `accept` for every suggestion in the promise on a passage that this coder has not decided on.

    Each says in its details that it was accepted in bulk, at what promise, and what was shown. Raises
    InputError when nothing is promised, with the reason.
    """
    learning = pipeline.learning
    if learning is None or learning.promise.threshold is None:
        reason = learning.promise.reason if learning else "too little is coded to learn from"
        raise InputError(
            f"nothing is promised, so nothing can be accepted in bulk: {reason}",
            hint="code more interviews, or ask for a lower precision with --promise",
        )
    journal = Journal.open(pipeline.study.journal_path(coder_id))
    review = Review.replay(coder_id, pipeline.decisions.get(coder_id, ()))
    excerpts = {excerpt.id: excerpt for excerpt in pipeline.excerpts}
    accepted = []
    for suggestion in pipeline.suggestions:
        if suggestion.promised is None or suggestion.code_id is None:
            continue
        judgement = review.judgement(suggestion.excerpt_id)
        if judgement and (judgement.decided or judgement.deferred or judgement.rejected):
            continue
        excerpt = excerpts[suggestion.excerpt_id]
        journal.append(
            Decision(
                id=uuid4().hex,
                coder_id=coder_id,
                action="accept",
                at=datetime.now(UTC),
                quote=quote(pipeline.transcripts[excerpt.transcript_id], excerpt.start, excerpt.end),
                code_ids=(suggestion.code_id,),
                codebook_version=pipeline.codebook.version,
                excerpt_id=excerpt.id,
                mode="assist",
                details={
                    "bulk": True,
                    "promise": suggestion.promised,
                    "probability": suggestion.probability,
                    "shown": [{"code": suggestion.code_id, "rank": suggestion.rank, "band": suggestion.band}],
                },
            )
        )
        accepted.append(excerpt.id)
    audited = sorted(accepted, key=lambda id_: (lot("audit", coder_id, id_), id_))
    number = max(1, round(_AUDITED * len(accepted))) if accepted else 0
    return Accepted(accepted=len(accepted), to_audit=tuple(audited[:number]))
