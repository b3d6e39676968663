"""People's decisions: what a journal's events add up to, and what to look at next. No screen, no file.

A decision is an event. `accept`, `change`, `add` and `none-apply` each state the whole set of codes that the
coder gives a passage; a later one replaces an earlier one. `reject` records codes that were judged not to
apply. `defer`, `flag`, `memo` and `propose` add to it. `undo` names an event, which then counts as not made.
Nothing is ever edited: replaying the events gives the codings, exactly and always.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from thematic.errors import InputError
from thematic.model import Coding, Decision, Excerpt, Quote

__all__ = [
    "GENESIS",
    "Judgement",
    "Review",
    "decision_from_record",
    "decision_hash",
    "decision_record",
    "judgements",
    "make_codings",
    "place_of",
]

GENESIS = "0" * 64
"""What the first decision of a journal names as the hash before it."""

STATING = frozenset({"accept", "change", "add", "none-apply"})
"""Actions that state the whole set of codes of a passage."""

Place = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one coder's decisions about one passage add up to.

    `decided` is true once a set of codes was stated; an empty set then means that no code applies.
    `rejected` are codes that were judged not to apply; they teach as counter-examples.
    """

    quote: Quote
    excerpt_id: str | None
    layer: str
    code_ids: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    decided: bool = False
    deferred: bool = False
    flagged: bool = False
    memo: str = ""
    last: Decision | None = None

    @property
    def none_applies(self) -> bool:
        return self.decided and not self.code_ids


def place_of(decision: Decision) -> Place:
    """What a decision is about: its layer, and its excerpt or, for a free span, the span."""
    quote = decision.quote
    return decision.layer, decision.excerpt_id or f"{quote.transcript_id}:{quote.start}-{quote.end}"


@dataclass(slots=True)
class Review:
    """The decisions of one coder so far, and what they add up to. Grows by `apply`, one event at a time."""

    coder_id: str
    judgements: dict[Place, Judgement]
    history: dict[Place, list[Decision]]
    undone: set[str]
    order: list[Decision]

    @classmethod
    def replay(cls, coder_id: str, decisions: Iterable[Decision]) -> Review:
        """The state after these decisions, in their order."""
        review = cls(coder_id, {}, {}, set(), [])
        for decision in decisions:
            review.apply(decision)
        return review

    def apply(self, decision: Decision) -> None:
        """Take one more event into account. The cost does not grow with the number of events before."""
        self.order.append(decision)
        if decision.action == "undo":
            undone = str(decision.details.get("undoes", ""))
            self.undone.add(undone)
            place = next((place_of(d) for d in reversed(self.order) if d.id == undone), place_of(decision))
        else:
            place = place_of(decision)
            self.history.setdefault(place, []).append(decision)
        events = [event for event in self.history.get(place, ()) if event.id not in self.undone]
        if events:
            self.judgements[place] = _add_up(events)
        else:
            self.judgements.pop(place, None)

    def judgement(self, excerpt_id: str, layer: str = "independent") -> Judgement | None:
        return self.judgements.get((layer, excerpt_id))

    def last_undoable(self) -> Decision | None:
        """The latest event that stands, or None."""
        return next((d for d in reversed(self.order) if d.action != "undo" and d.id not in self.undone), None)

    def recent_codes(self, count: int = 9) -> tuple[str, ...]:
        """The codes used last, latest first."""
        recent: dict[str, None] = {}
        for decision in reversed(self.order):
            if decision.action in STATING and decision.id not in self.undone:
                recent.update(dict.fromkeys(decision.code_ids))
            if len(recent) >= count:
                break
        return tuple(recent)[:count]


def _add_up(events: Sequence[Decision]) -> Judgement:
    """The events about one passage, none of them undone, as one judgement."""
    first = events[0]
    judgement = Judgement(quote=first.quote, excerpt_id=first.excerpt_id, layer=first.layer)
    for event in events:
        if event.action in STATING:
            judgement = replace(
                judgement,
                quote=event.quote,
                code_ids=event.code_ids,
                decided=True,
                deferred=False,
                memo=event.memo or judgement.memo,
                last=event,
            )
            rejected = [*judgement.rejected, *event.details.get("rejected", ())]
        elif event.action == "reject":
            kept = tuple(code for code in judgement.code_ids if code not in event.code_ids)
            judgement = replace(judgement, code_ids=kept)
            rejected = [*judgement.rejected, *event.code_ids]
        else:
            rejected = list(judgement.rejected)
            if event.action == "defer":
                judgement = replace(judgement, deferred=True)
            elif event.action == "flag":
                judgement = replace(judgement, flagged=bool(event.details.get("flagged", True)))
            elif event.action == "memo":
                judgement = replace(judgement, memo=event.memo)
        stated = set(judgement.code_ids)
        judgement = replace(
            judgement, rejected=tuple(dict.fromkeys(code for code in rejected if code not in stated))
        )
    return judgement


def judgements(coder_id: str, decisions: Iterable[Decision]) -> tuple[Judgement, ...]:
    """What a coder's decisions add up to, passage by passage, in the order they were first looked at."""
    return tuple(Review.replay(coder_id, decisions).judgements.values())


def make_codings(coder_id: str, decisions: Iterable[Decision]) -> tuple[Coding, ...]:
    """The codings that a coder's decisions make: the only way a coding comes into being."""
    codings = []
    for judgement in judgements(coder_id, decisions):
        last = judgement.last
        if last is None:
            continue
        suggested = {str(shown.get("code")) for shown in last.details.get("shown", ())}
        codings += [
            Coding(
                quote=judgement.quote,
                code_id=code_id,
                coder_id=coder_id,
                codebook_version=last.codebook_version,
                at=last.at,
                memo=judgement.memo,
                layer=last.layer,
                from_suggestion=code_id in suggested,
                mode=last.mode,
            )
            for code_id in judgement.code_ids
        ]
    return tuple(codings)


# --- One line of a journal -------------------------------------------------------------------------


def decision_record(decision: Decision) -> dict[str, Any]:
    """A decision as it is written: plain values, in a fixed order, with its own hash last."""
    quote = decision.quote
    record: dict[str, Any] = {
        "id": decision.id,
        "coder": decision.coder_id,
        "at": decision.at.isoformat(),
        "action": decision.action,
        "excerpt": decision.excerpt_id,
        "transcript": quote.transcript_id,
        "start": quote.start,
        "end": quote.end,
        "text": quote.text,
        "codes": list(decision.code_ids),
        "memo": decision.memo,
        "layer": decision.layer,
        "mode": decision.mode,
        "codebook": decision.codebook_version,
        "details": dict(decision.details),
        "previous": decision.previous_hash,
    }
    return record | {"hash": decision_hash(record)}


def decision_hash(record: Mapping[str, Any]) -> str:
    """SHA-256 over a journal line without its hash: the previous hash is in it, so each vouches for all."""
    content = {key: value for key, value in record.items() if key != "hash"}
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def decision_from_record(record: Mapping[str, Any]) -> Decision:
    """The decision on a journal line. Raises InputError when a field is missing or of another kind."""
    try:
        return Decision(
            id=str(record["id"]),
            coder_id=str(record["coder"]),
            action=record["action"],
            at=datetime.fromisoformat(record["at"]),
            quote=Quote(
                transcript_id=str(record["transcript"]),
                start=int(record["start"]),
                end=int(record["end"]),
                text=str(record["text"]),
            ),
            code_ids=tuple(record["codes"]),
            memo=str(record["memo"]),
            codebook_version=str(record["codebook"]),
            excerpt_id=record["excerpt"],
            previous_hash=str(record["previous"]),
            layer=record["layer"],
            mode=record["mode"],
            details=dict(record["details"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"this line is no decision: {error!r}",
            hint="restore the journal from a copy; it is not edited by hand",
        ) from None


def by_transcript(excerpts: Sequence[Excerpt]) -> tuple[str, ...]:
    """Excerpt ids in the order of the text: the default order of a review."""
    return tuple(excerpt.id for excerpt in excerpts)
