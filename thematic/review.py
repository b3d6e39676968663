"""People's decisions: what a journal's events add up to, and what to look at next. No screen, no file.

A decision is an event. `accept`, `change`, `add` and `none-apply` each state the whole set of codes that the
coder gives a passage; a later one replaces an earlier one. `reject` records codes that were judged not to
apply. `defer`, `flag`, `memo` and `propose` add to it. `undo` names an event, which then counts as not made.
Nothing is ever edited: replaying the events gives the codings, exactly and always.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations, product, zip_longest
from typing import Any, Literal

from thematic.errors import InputError
from thematic.model import Coding, Decision, Excerpt, Quote, Suggestion

__all__ = [
    "GENESIS",
    "CodePair",
    "Disagreement",
    "Judgement",
    "Review",
    "action_for",
    "by_code",
    "by_disagreement",
    "by_transcript",
    "by_uncertainty",
    "decision_from_record",
    "decision_hash",
    "decision_record",
    "disagreements",
    "excerpts_of",
    "hidden_by_lot",
    "judgements",
    "made_alone",
    "make_codings",
    "place_of",
    "shortlists",
    "was_aided",
]

GENESIS = "0" * 64
"""What the first decision of a journal names as the hash before it."""

STATING = frozenset({"accept", "change", "add", "none-apply"})
"""Actions that state the whole set of codes of a passage."""

Place = tuple[str, str]
CodePair = tuple[str, str]


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

    def apply(self, decision: Decision) -> Place:
        """Take one more event into account; returns what it is about, for an undo that of the event undone.

        The cost does not grow with the number of events before.
        """
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
        return place

    def judgement(self, excerpt_id: str, layer: str = "independent") -> Judgement | None:
        return self.judgements.get((layer, excerpt_id))

    def version(self, excerpt_id: str, layer: str = "independent") -> str:
        """The id of the last event about a passage that stands, or empty: what two tabs compare."""
        events = self.history.get((layer, excerpt_id), ())
        return next((event.id for event in reversed(events) if event.id not in self.undone), "")

    def proposals(self) -> tuple[Decision, ...]:
        """The proposals of new codes that stand, in the order they were made."""
        return tuple(d for d in self.order if d.action == "propose" and d.id not in self.undone)

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
                memo="" if event.details.get("memo_removed") else event.memo or judgement.memo,
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


def excerpts_of(passages: Iterable[Judgement], excerpts: Iterable[Excerpt]) -> frozenset[str]:
    """Ids of the excerpts that these judgements are about.

    A judgement names its excerpt, or was made on other words (a whole turn, in a table that was imported): it
    then counts for an excerpt when the two share at least half of the shorter one.
    """
    by_id: set[str] = set()
    spans: dict[str, list[Quote]] = defaultdict(list)
    for judgement in passages:
        if judgement.excerpt_id:
            by_id.add(judgement.excerpt_id)
        else:
            spans[judgement.quote.transcript_id].append(judgement.quote)
    found: set[str] = set()
    for excerpt in excerpts:
        if excerpt.id in by_id or any(
            2 * (min(excerpt.end, quote.end) - max(excerpt.start, quote.start))
            >= max(min(excerpt.end - excerpt.start, quote.end - quote.start), 1)
            for quote in spans.get(excerpt.transcript_id, ())
        ):
            found.add(excerpt.id)
    return frozenset(found)


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


# --- What to look at next --------------------------------------------------------------------------


def by_transcript(excerpts: Sequence[Excerpt]) -> tuple[str, ...]:
    """Excerpt ids in the order of the text: the default order of a review."""
    return tuple(excerpt.id for excerpt in excerpts)


def by_uncertainty(excerpts: Sequence[Excerpt], suggestions: Iterable[Suggestion]) -> tuple[str, ...]:
    """Excerpt ids, those first whose two best suggestions are nearest in score, and no two alike in a row.

    Each round takes the most uncertain excerpt left of every first code, so that a reader meets all codes
    early. Excerpts without a suggestion make up a group of their own, in the order of the text.
    """
    found_for = shortlists(suggestions)
    groups: dict[str | None, list[tuple[float, int, str]]] = {}
    for i, excerpt in enumerate(excerpts):
        found = found_for.get(excerpt.id, ())
        scores = [suggestion.score or 0.0 for suggestion in found[:2]] + [0.0, 0.0]
        first = found[0].code_id if found else None
        groups.setdefault(first, []).append((round(scores[0] - scores[1], 9), i, excerpt.id))
    waiting = sorted(sorted(group) for group in groups.values())
    rounds = zip_longest(*waiting)
    return tuple(item[2] for items in rounds for item in items if item is not None)


def by_code(
    code_id: str,
    excerpts: Sequence[Excerpt],
    suggestions: Iterable[Suggestion] = (),
    coded: Iterable[str] = (),
) -> tuple[str, ...]:
    """Ids of the excerpts that `coded` names, in the order of the text, then of those with this suggestion.

    The latter by rank, then by score, so that the likeliest come first.
    """
    named = set(coded)
    place = {excerpt.id: i for i, excerpt in enumerate(excerpts)}
    suggested = sorted(
        (s.rank, -(s.score or 0.0), place[s.excerpt_id], s.excerpt_id)
        for s in suggestions
        if s.code_id == code_id and s.excerpt_id in place and s.excerpt_id not in named
    )
    return (*(id_ for id_ in place if id_ in named), *(item[-1] for item in suggested))


def by_disagreement(excerpts: Sequence[Excerpt], found: Iterable[Disagreement]) -> tuple[str, ...]:
    """Excerpt ids, the most disputed first, then all others in the order of the text."""
    distance = {item.excerpt_id: item.distance for item in found}
    return tuple(e.id for e in sorted(excerpts, key=lambda e: -distance.get(e.id, 0.0)))


def hidden_by_lot(coder_id: str, excerpt_id: str, *, share: float = 0.1, seed: int = 0) -> bool:
    """Whether this coder is to judge this excerpt without help though others are assisted.

    The lot depends on the coder, the excerpt and the seed only: it falls the same way at every look.
    """
    digest = hashlib.sha256(f"{seed}\0{coder_id}\0{excerpt_id}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def action_for(
    code_ids: Sequence[str], *, decided_before: bool, shown: Iterable[str] = ()
) -> Literal["accept", "change", "add", "none-apply"]:
    """What it is to state these codes: `change` after an earlier statement, `accept` when all were shown."""
    if decided_before:
        return "change"
    if not code_ids:
        return "none-apply"
    return "accept" if set(code_ids) <= set(shown) else "add"


def shortlists(suggestions: Iterable[Suggestion]) -> dict[str, tuple[Suggestion, ...]]:
    """The suggested codes of each excerpt, in order of rank."""
    found: dict[str, list[Suggestion]] = {}
    for suggestion in suggestions:
        if suggestion.status == "suggested":
            found.setdefault(suggestion.excerpt_id, []).append(suggestion)
    return {id_: tuple(sorted(items, key=lambda s: s.rank)) for id_, items in found.items()}


# --- Where coders differ ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A passage that two or more coders judged on their own and gave different codes.

    `judgements` are theirs, by coder. `distance` is the mean Jaccard distance over the pairs of coders, from
    above 0 to 1: one less the share of codes that both gave among those that either gave.
    """

    excerpt_id: str
    quote: Quote
    judgements: Mapping[str, Judgement]
    distance: float

    def code_pairs(self) -> tuple[CodePair, ...]:
        """The codes that stand against each other, each pair once and in order.

        One coder gave the first and not the second, another the second and not the first. The first is empty
        where a coder gave nothing but what the other gave too.
        """
        found: set[CodePair] = set()
        sets = [set(judgement.code_ids) for judgement in self.judgements.values()]
        for a, b in combinations(sets, 2):
            if a != b:
                for one, other in product(a - b or {""}, b - a or {""}):
                    found.add((one, other) if one < other else (other, one))
        return tuple(sorted(found))

    def shuffled(self, seed: int = 0) -> tuple[tuple[str, Judgement], ...]:
        """The coders' judgements in an order drawn by lot: nobody keeps one place."""

        def lot(item: tuple[str, Judgement]) -> bytes:
            text = f"{seed}\0{self.excerpt_id}\0{item[0]}"
            return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()

        return tuple(sorted(self.judgements.items(), key=lot))


def disagreements(reviews: Iterable[Review]) -> tuple[Disagreement, ...]:
    """The passages on which coders differ, in the order of transcripts and text.

    Only independent judgements count, and only of coders who decided on the passage.
    """
    stated: dict[str, dict[str, Judgement]] = {}
    for review in reviews:
        for (layer, id_), judgement in review.judgements.items():
            if layer == "independent" and judgement.decided:
                stated.setdefault(id_, {})[review.coder_id] = judgement
    found = []
    for id_, by_coder in stated.items():
        sets = [set(judgement.code_ids) for judgement in by_coder.values()]
        pairs = list(combinations(sets, 2))
        distance = sum(1 - len(a & b) / len(a | b) for a, b in pairs if a != b) / max(len(pairs), 1)
        if distance:
            quote = by_coder[min(by_coder)].quote
            found.append(
                Disagreement(
                    excerpt_id=id_,
                    quote=quote,
                    judgements=dict(sorted(by_coder.items())),
                    distance=round(distance, 9),
                )
            )
    return tuple(sorted(found, key=lambda d: (d.quote.transcript_id, d.quote.start, d.excerpt_id)))


# --- What was decided without help -----------------------------------------------------------------


def was_aided(decision: Decision) -> bool:
    """Whether a suggestion, or the word that there is none, was in view when it was made.

    The log of the review page says so for every statement; where there is none, the mode does. What was asked
    for before the suggestions came into view (`reveal`), or where they were kept back by lot (`assist`), was
    not aided.
    """
    if decision.mode not in ("reveal", "assist"):
        return False
    log = decision.details
    if log.get("hidden_by_lot"):
        return False
    if decision.mode == "reveal" and decision.action in STATING:
        return bool(log.get("shown", True))
    return decision.mode == "assist"


def made_alone(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """The decisions about each passage before the coder first had help with it, in their order.

    Later ones about the same passage are left out in whatever mode they were made: what was seen cannot be
    unseen. Undoing counts always, since it names what it takes back.
    """
    made = tuple(decisions)
    kept_back = {place_of(decision) for decision in made if decision.details.get("hidden_by_lot")}
    helped: set[Place] = set()
    alone = []
    for decision in made:
        place = place_of(decision)
        if decision.action != "undo":
            stating = decision.action in STATING
            if was_aided(decision) and (stating or place not in kept_back):
                helped.add(place)
            if place in helped:
                continue
        alone.append(decision)
    return tuple(alone)
