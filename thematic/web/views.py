"""What the templates show, as plain values: nothing here answers a request, and nothing is changed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import quote

from thematic.codebook import is_theme, walk
from thematic.formats.exports.excerpt_rows import code_labels, stability_in_words, why
from thematic.model import Cluster, Decision, Suggestion
from thematic.review import CodePair
from thematic.text import join_names, snippet
from thematic.web.conversation import conversation, neighbours
from thematic.web.session import ReviewSession

__all__ = ["Draft", "clusters_view", "excerpt_view", "frame", "list_view", "overview_view", "pair_query"]

ROWS_A_PAGE = 100

PLACED = {
    "new": "No code covers it",
    "overlaps": "It spans several codes",
    "splits": "It splits a code",
    "extends": "It is part of a larger code",
    "covers": "A code covers it",
    "unclear": "Not clear",
}
"""How a cluster stands against the codebook, in words; what a codebook may lack comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the form of an excerpt holds: what was decided before, or what was sent and is shown again."""

    code_ids: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    span: tuple[int, int] | None = None
    memo: str = ""
    opened: int | None = None
    name: str = ""
    definition: str = ""

    @classmethod
    def of(cls, session: ReviewSession, excerpt_id: str) -> Self:
        """The form as the coder's decisions leave it: empty for an excerpt not judged yet."""
        judgement = session.judgement(excerpt_id)
        if judgement is None:
            return cls()
        q = judgement.quote
        stands = session.transcripts[q.transcript_id].text[q.start : q.end] == q.text
        return cls(
            code_ids=judgement.code_ids,
            rejected=judgement.rejected,
            span=(q.start, q.end) if stands else None,
            memo=judgement.memo,
        )

    def says(self, whole: tuple[int, int]) -> tuple[set[str], set[str], str, tuple[int, int]]:
        """What saving it would state; `whole` is the span of an excerpt whose span was not adjusted."""
        return set(self.code_ids), set(self.rejected), self.memo, self.span or whole

    def with_span(self, span: tuple[int, int]) -> Self:
        return replace(self, span=span)

    def without_proposal(self) -> Self:
        return replace(self, name="", definition="")


def frame(session: ReviewSession) -> dict[str, Any]:
    """What every page shows: the study, the coder, the progress, and the last step with its undo."""
    last = session.last_undoable()
    return {
        "title": session.data.title,
        "coder": session.coder_id,
        "mode": session.mode,
        "adjudicating": session.adjudicating,
        "done": session.decided_in.total(),
        "total": len(session.queue),
        "last": last,
        "last_words": _in_words(session, last) if last else "",
    }


def _in_words(session: ReviewSession, decision: Decision) -> str:
    """What a decision was, in a line."""
    names = [session.codes[id_].name if id_ in session.codes else id_ for id_ in decision.code_ids]
    if decision.action in ("accept", "add", "change"):
        what = join_names(names) if names else "no code applies"
    else:
        what = {
            "none-apply": "no code applies",
            "defer": "put off",
            "memo": "memo saved" if decision.memo else "memo removed",
            "flag": "flagged" if decision.details.get("flagged", True) else "flag removed",
            "propose": f"proposed “{decision.details.get('name', '')}”",
        }.get(decision.action, decision.action)
    return f"{decision.quote.transcript_id}: {what}"


def pair_query(pair: CodePair | None) -> str:
    """The part of an address that keeps to one pair of codes."""
    return f"?pair={quote(';'.join(pair), safe='')}" if pair else ""


def pair_words(pair: CodePair, names: Mapping[str, str]) -> str:
    """A pair of codes in words; an empty one is that a coder gave nothing else."""
    one, other = (names.get(id_, id_) for id_ in pair)
    return f"{one} or {other}" if one else f"{other}, or not"


def excerpt_view(
    session: ReviewSession, excerpt_id: str, draft: Draft, pair: CodePair | None = None
) -> dict[str, Any]:
    """The page of one excerpt. pair: the codes to which the person keeps."""
    excerpt = session.excerpts[excerpt_id]
    transcript = session.transcripts[excerpt.transcript_id]
    judgement = session.judgement(excerpt_id)
    whole = (excerpt.start, excerpt.end)
    span = draft.span or whole
    if not 0 <= span[0] < span[1] <= len(transcript.text):
        span = whole
    labels = code_labels(session.data.codebook)
    shown = session.show(excerpt_id)
    abstained = session.abstained(excerpt_id)
    return {
        "excerpt": excerpt,
        "transcript": transcript,
        "number": session.position.get(excerpt_id, -1) + 1,
        "turns": conversation(transcript, excerpt, span),
        "span": span,
        "adjusted": span != whole,
        "neighbours": neighbours(transcript, excerpt, span),
        "draft": draft,
        "unsaved": draft.says(whole) != Draft.of(session, excerpt_id).says(whole),
        "opened": draft.opened or int(time.time() * 1000),
        "version": session.version(excerpt_id),
        "generation": session.generation,
        "learnt": session.learnt[0] if session.learnt and shown else "",
        "judgement": judgement,
        "decided": bool(judgement and judgement.decided),
        "deferred": bool(judgement and judgement.deferred),
        "flagged": bool(judgement and judgement.flagged),
        "suggestions": [_suggestion_view(s, labels) for s in shown],
        "abstained": abstained.reason if abstained else "",
        "by_lot": session.hidden_by_lot(excerpt_id),
        "positions": _positions(session, excerpt_id, labels),
        "tree": _tree(session, draft),
        "labels": labels,
        "pair": pair_query(pair),
        "pair_words": pair_words(pair, _names(session)) if pair else "",
        "previous": session.beside(excerpt_id, -1, pair),
        "next": session.beside(excerpt_id, 1, pair),
    }


def _suggestion_view(suggestion: Suggestion, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "code_id": suggestion.code_id,
        "name": labels.get(suggestion.code_id or "", suggestion.code_id or "").rpartition(" › ")[2],
        "band": suggestion.band or "no band",
        "learnt": suggestion.reason if suggestion.examples is not None else "",
        "promised": f"{suggestion.promised:.0%}" if suggestion.promised else "",
        "reasons": [why(e, suggestion, labels) for e in suggestion.evidence if not e.warning],
        "warnings": [why(e, suggestion, labels) for e in suggestion.evidence if e.warning],
    }


def _positions(session: ReviewSession, excerpt_id: str, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """What the coders who differ said, without their names and in an order drawn by lot."""
    dispute = session.disputes.get(excerpt_id)
    if dispute is None:
        return []
    return [
        {
            "code_ids": judgement.code_ids,
            "labels": [labels.get(id_, id_) for id_ in judgement.code_ids],
            "memo": judgement.memo,
        }
        for _, judgement in dispute.shuffled(session.seed)
    ]


def _tree(session: ReviewSession, draft: Draft) -> list[dict[str, Any]]:
    """The codes in the order of the tree. A code that is out of use is there only where it was chosen."""
    keys = {code_id: i for i, code_id in enumerate(session.keys, start=1)}
    return [
        {
            "code": code,
            "depth": depth,
            "key": keys.get(code.id),
            "theme": is_theme(session.data.codebook, code.id),
            "chosen": code.id in draft.code_ids,
        }
        for depth, code in walk(session.data.codebook)
        if code.status == "active" or code.id in draft.code_ids
    ]


def _names(session: ReviewSession) -> dict[str, str]:
    return {id_: code.name for id_, code in session.codes.items()}


def overview_view(session: ReviewSession) -> dict[str, Any]:
    """How far the review is: by transcript and by code, and what was set apart for later."""
    first: dict[str, str] = {}
    for id_ in session.queue:
        transcript_id = session.excerpts[id_].transcript_id
        if id_ not in session.decided:
            first.setdefault(transcript_id, id_)
    counts: Counter[str] = Counter()
    none_apply = 0
    for id_ in session.decided:
        judgement = session.judgement(id_)
        if judgement:
            counts.update(judgement.code_ids)
            none_apply += judgement.none_applies
    return {
        "learnt": session.learnt,
        "generation": session.generation,
        "behind": session.behind,
        "transcripts": [
            {
                "transcript": transcript,
                "done": session.decided_in[transcript.id],
                "total": session.total_in[transcript.id],
                "first": first.get(transcript.id),
            }
            for transcript in session.data.transcripts
            if session.total_in[transcript.id]
        ],
        "codes": [
            {"code": code, "depth": depth, "count": counts[code.id]}
            for depth, code in walk(session.data.codebook)
            if code.status == "active" or counts[code.id]
        ],
        "none_apply": none_apply,
        "pairs": sorted(
            (
                {
                    "words": pair_words(pair, _names(session)),
                    "query": pair_query(pair),
                    "count": len(ids),
                    "done": sum(id_ in session.decided for id_ in ids),
                    "first": ids[0],
                }
                for pair, ids in session.pairs.items()
            ),
            key=lambda row: -row["count"],
        ),
        "flagged": len(session.flagged),
        "deferred": len(session.deferred),
        "proposals": [(d, _in_words(session, d)) for d in session.review.proposals()],
    }


SHOW = {
    "undecided": "not decided yet",
    "decided": "decided",
    "none": "no code applies",
    "flagged": "flagged",
    "deferred": "put off",
}


def list_view(session: ReviewSession, query: Mapping[str, str]) -> dict[str, Any]:
    """Excerpts in the order of the queue, narrowed to a transcript, a code or a state."""
    ids = list(session.queue)
    transcript_id, code_id, show = query.get("transcript"), query.get("code"), query.get("show")
    heading = "All excerpts"
    if transcript_id in session.transcripts:
        heading = session.transcripts[transcript_id].title
        ids = [id_ for id_ in ids if session.excerpts[id_].transcript_id == transcript_id]
    if code_id in session.codes:
        heading = session.codes[code_id].name
        suggested = session.suggested_for(code_id)
        ids = [id_ for id_ in ids if code_id in _codes_of(session, id_) or id_ in suggested]
    if show in SHOW:
        heading = f"Excerpts: {SHOW[show]}"
        ids = [id_ for id_ in ids if _is(session, id_, show)]
    asked = query.get("page", "1")
    pages = max(1, -(-len(ids) // ROWS_A_PAGE))
    page = min(max(1, int(asked) if asked.isdecimal() and len(asked) < 9 else 1), pages)
    return {
        "heading": heading,
        "count": len(ids),
        "page": page,
        "pages": pages,
        "query": {k: v for k, v in query.items() if k in ("transcript", "code", "show")},
        "rows": [_row(session, id_, code_id) for id_ in ids[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE]],
    }


def _codes_of(session: ReviewSession, excerpt_id: str) -> tuple[str, ...]:
    judgement = session.judgement(excerpt_id)
    return judgement.code_ids if judgement else ()


def _is(session: ReviewSession, excerpt_id: str, show: str) -> bool:
    if show == "none":
        judgement = session.judgement(excerpt_id)
        return bool(judgement and judgement.none_applies)
    if show == "undecided":
        return excerpt_id not in session.decided
    return excerpt_id in getattr(session, show)


def _row(session: ReviewSession, excerpt_id: str, code_id: str | None) -> dict[str, Any]:
    excerpt = session.excerpts[excerpt_id]
    judgement = session.judgement(excerpt_id)
    if judgement and judgement.decided:
        names = [session.codes[id_].name if id_ in session.codes else id_ for id_ in judgement.code_ids]
        state = ", ".join(names) or "no code applies"
    else:
        suggested = code_id and code_id not in _codes_of(session, excerpt_id)
        state = "suggested" if suggested else "put off" if excerpt_id in session.deferred else ""
    return {
        "excerpt": excerpt,
        "text": snippet(excerpt.text, 180),
        "state": state,
        "decided": excerpt_id in session.decided,
        "flagged": excerpt_id in session.flagged,
    }


def clusters_view(session: ReviewSession) -> dict[str, Any]:
    """Clusters against the codebook, those that no code covers first; none in blind mode."""
    clustering = session.data.clustering
    shown = [c for c in clustering.clusters if c.status != "hidden"] if clustering else []
    order = list(PLACED)

    def first_new(cluster: Cluster) -> int:
        return order.index(cluster.placement.kind if cluster.placement else "unclear")

    labels = code_labels(session.data.codebook)
    proposed = Counter(str(d.details.get("cluster")) for d in session.review.proposals())
    return {
        "available": session.mode != "blind" and clustering is not None,
        "note": clustering.note if clustering else "",
        "clusters": [
            {
                "cluster": cluster,
                "placed": PLACED[cluster.placement.kind] if cluster.placement else PLACED["unclear"],
                "kind": cluster.placement.kind if cluster.placement else "unclear",
                "codes": [
                    (labels.get(id_, id_), share)
                    for id_, share in zip(cluster.placement.code_ids, cluster.placement.shares, strict=True)
                ]
                if cluster.placement
                else [],
                "explanation": cluster.placement.explanation if cluster.placement else "",
                "stability": stability_in_words(cluster),
                "exemplars": [session.excerpts[i] for i in cluster.exemplar_ids if i in session.excerpts],
                "proposed": proposed[cluster.id],
            }
            for cluster in sorted(shown, key=first_new)
        ]
        if session.mode != "blind"
        else [],
    }
