"""One person's review while the page is open: what is to be judged, what was, and saving the next decision.

Everything that a page shows is looked up here in memory; the journal is read once, and then event by event.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Literal

from thematic.codebook import walk
from thematic.errors import InputError, ThematicError
from thematic.journal import Journal
from thematic.model import (
    Action,
    Code,
    Decision,
    Excerpt,
    Quote,
    StudyData,
    Suggestion,
    Transcript,
)
from thematic.review import (
    CodePair,
    Disagreement,
    Judgement,
    Review,
    action_for,
    by_transcript,
    hidden_by_lot,
    shortlists,
)
from thematic.text import join_names, quote

__all__ = ["ConflictError", "ReviewSession", "Submission", "SubmissionAction"]

ASSISTED_SHARE_HIDDEN = 0.1
"""The share of excerpts that a coder judges without suggestions in assist mode, to compare with."""

KEYS = 9


SubmissionAction = Literal["decide", "none-apply", "defer", "flag", "memo", "propose"]


class ConflictError(ThematicError):
    """Another tab decided on the same passage since this one was opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a person sent from the page of one excerpt.

    decision_id: made with the form, so that a form that is sent twice counts once.
    version: the last event about the excerpt that the person had seen.
    generation: of the suggestions that the page showed.
    span: where the passage was adjusted to, or None.
    seconds: how long the excerpt was before the person.
    """

    action: SubmissionAction
    decision_id: str
    version: str
    generation: int = 0
    code_ids: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    span: tuple[int, int] | None = None
    memo: str = ""
    seconds: float | None = None
    name: str = ""
    definition: str = ""


@dataclass(slots=True, kw_only=True)
class ReviewSession:
    """The state behind the page of one coder.

    data: what may be shown. In blind mode it holds no suggestion, no cluster and nobody's coding.
    queue: ids of the excerpts to judge, in order. disputes: what is to be settled, when adjudicating.
    so_far: the decisions of the journal as they stand in the present texts, where these were corrected.
    learnt: what is to be said of the suggestions, the most important first.
    """

    data: StudyData
    journal: Journal
    coder_id: str
    mode: Literal["blind", "reveal", "assist"] = "blind"
    queue: tuple[str, ...] = ()
    disputes: Mapping[str, Disagreement] = field(default_factory=dict)
    adjudicating: bool = False
    so_far: Sequence[Decision] | None = None
    seed: int = 0
    learnt: tuple[str, ...] = ()

    generation: int = field(init=False, default=0)
    """How often the suggestions were learnt anew since the page was opened."""
    behind: str = field(init=False, default="")
    """Why they could not be learnt anew when it was time; it is tried again."""
    review: Review = field(init=False)
    pairs: dict[CodePair, tuple[str, ...]] = field(init=False)
    """The disputed excerpts of each pair of codes that stand against each other, in order of the queue."""
    excerpts: dict[str, Excerpt] = field(init=False)
    transcripts: dict[str, Transcript] = field(init=False)
    codes: dict[str, Code] = field(init=False)
    position: dict[str, int] = field(init=False)
    decided: set[str] = field(init=False, default_factory=set)
    deferred: set[str] = field(init=False, default_factory=set)
    flagged: set[str] = field(init=False, default_factory=set)
    decided_in: Counter[str] = field(init=False, default_factory=Counter)
    total_in: Counter[str] = field(init=False, default_factory=Counter)
    keys: list[str] = field(init=False, default_factory=list)
    """The codes on the keys 1 to 9: one that is used keeps its key until it is the longest unused."""

    _suggestions: dict[str, tuple[Suggestion, ...]] = field(init=False)
    _abstained: dict[str, Suggestion] = field(init=False)
    _on_page: dict[tuple[str, int], tuple[Suggestion, ...]] = field(init=False, default_factory=dict)
    _ids: set[str] = field(init=False, default_factory=set)
    _last_used: dict[str, int] = field(init=False, default_factory=dict)
    _uses: int = field(init=False, default=0)
    _taken: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        data = self.data
        self.review = Review.replay(self.coder_id, ())
        self.transcripts = {transcript.id: transcript for transcript in data.transcripts}
        self.excerpts = {e.id: e for segmentation in data.segmentations for e in segmentation.excerpts}
        for dispute in self.disputes.values():
            self.excerpts.setdefault(dispute.excerpt_id, self._excerpt_at(dispute))
        self.codes = {code.id: code for _, code in walk(data.codebook)}
        if not self.queue and not self.adjudicating:
            self.queue = by_transcript(tuple(self.excerpts.values()))
        self.position = {id_: i for i, id_ in enumerate(self.queue)}
        self.total_in.update(self.excerpts[id_].transcript_id for id_ in self.queue)
        pairs: dict[CodePair, list[str]] = {}
        for id_ in self.queue if self.adjudicating else ():
            for pair in self.disputes[id_].code_pairs():
                pairs.setdefault(pair, []).append(id_)
        self.pairs = {pair: tuple(ids) for pair, ids in pairs.items()}
        self._index_suggestions(data.suggestions)
        if self.so_far is not None:
            self._ids.update(decision.id for decision in self.journal.decisions)
            self._take(self.so_far)
            self._taken = len(self.journal.decisions)
        self._take_new()

    def _excerpt_at(self, dispute: Disagreement) -> Excerpt:
        """An excerpt for a disputed passage that is none of the present excerpts."""
        q = dispute.quote
        turns = [t for t in self.transcripts[q.transcript_id].turns if t.start < q.end and q.start < t.end]
        return Excerpt(
            id=dispute.excerpt_id,
            transcript_id=q.transcript_id,
            start=q.start,
            end=q.end,
            text=q.text,
            turns=tuple(turn.index for turn in turns) or (0,),
            speaker=turns[0].speaker if turns else "",
        )

    # --- What is known ---------------------------------------------------------------------------

    @property
    def layer(self) -> Literal["independent", "negotiated"]:
        return "negotiated" if self.adjudicating else "independent"

    def judgement(self, excerpt_id: str) -> Judgement | None:
        return self.review.judgement(excerpt_id, self.layer)

    def version(self, excerpt_id: str) -> str:
        return self.review.version(excerpt_id, self.layer)

    def hidden_by_lot(self, excerpt_id: str) -> bool:
        """Whether the suggestions of this excerpt are kept from a coder who is otherwise assisted."""
        return self.mode == "assist" and hidden_by_lot(
            self.coder_id, excerpt_id, share=ASSISTED_SHARE_HIDDEN, seed=self.seed
        )

    def shown(self, excerpt_id: str) -> tuple[Suggestion, ...]:
        """The suggestions that the coder may see now."""
        if self.mode == "blind" or self.adjudicating or self.hidden_by_lot(excerpt_id):
            return ()
        if self.mode == "reveal" and excerpt_id not in self.decided:
            return ()
        return self._suggestions.get(excerpt_id, ())

    def show(self, excerpt_id: str) -> tuple[Suggestion, ...]:
        """The same for a page, and remembered: a decision is logged with what its page showed."""
        shown = self._on_page[excerpt_id, self.generation] = self.shown(excerpt_id)
        return shown

    def abstained(self, excerpt_id: str) -> Suggestion | None:
        """Why there is no suggestion, when the coder may know."""
        if self.mode == "assist" and not self.hidden_by_lot(excerpt_id):
            return self._abstained.get(excerpt_id)
        return None

    def suggested_for(self, code_id: str) -> set[str]:
        """Excerpts with this suggestion, where suggestions are visible before deciding."""
        if self.mode != "assist":
            return set()
        return {
            id_
            for id_, found in self._suggestions.items()
            if any(s.code_id == code_id for s in found) and not self.hidden_by_lot(id_)
        }

    def next_undecided(self, after: str | None = None, pair: CodePair | None = None) -> str | None:
        """The next excerpt without a decision, from `after` on and around; those put off come last.

        pair: only excerpts on which these two codes stand against each other.
        """
        within = None if pair is None else set(self.pairs.get(pair, ()))
        begin = self.position[after] + 1 if after in self.position else 0
        put_off: str | None = None
        for i in chain(range(begin, len(self.queue)), range(begin)):
            id_: str = self.queue[i]
            if id_ in self.decided or (within is not None and id_ not in within):
                continue
            if id_ not in self.deferred:
                return id_
            put_off = put_off or id_
        return put_off

    def beside(self, excerpt_id: str, step: int, pair: CodePair | None = None) -> str | None:
        """The excerpt before (-1) or after (+1) in the queue, or among those of a pair of codes."""
        if pair is not None and excerpt_id in (ids := self.pairs.get(pair, ())):
            i = ids.index(excerpt_id) + step
            return ids[i] if 0 <= i < len(ids) else None
        i = self.position.get(excerpt_id, -2) + step
        return self.queue[i] if 0 <= i < len(self.queue) and excerpt_id in self.position else None

    # --- Learning anew ---------------------------------------------------------------------------

    def take_suggestions(self, suggestions: Sequence[Suggestion], learnt: Sequence[str]) -> None:
        """Suggestions that were learnt from what is decided by now. Pages that are open keep theirs."""
        self._index_suggestions(suggestions)
        self.learnt = tuple(learnt)
        self.generation += 1
        self.behind = ""

    def _index_suggestions(self, suggestions: Sequence[Suggestion]) -> None:
        self._suggestions = shortlists(suggestions)
        self._abstained = {s.excerpt_id: s for s in suggestions if s.status == "abstained"}

    # --- Saving ----------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Take in what was appended to the journal elsewhere, such as by an import."""
        self.journal.refresh()
        self._take_new()

    def save(self, excerpt_id: str, submission: Submission) -> None:
        """Append what a person sent. When this returns, it is on the disk.

        A submission that was saved before is not saved again, and one that states what stands adds nothing.
        Raises ConflictError when another tab decided on the excerpt in between, InputError when it cannot be
        saved as it is, StudyError when the disk refuses.
        """
        if submission.decision_id in self._ids:
            return
        if submission.version != self.version(excerpt_id):
            raise ConflictError("this passage was decided on in another tab since you opened it here")
        excerpt = self.excerpts[excerpt_id]
        judgement = self.judgement(excerpt_id)
        if submission.action == "decide" or submission.action == "none-apply":
            self._state(excerpt, submission, judgement)
            return
        details: dict[str, Any] = {}
        memo = ""
        if submission.action == "flag":
            details = {"flagged": not (judgement and judgement.flagged)}
        elif submission.action == "memo":
            memo = submission.memo
        elif submission.action == "propose":
            details = self._proposal(submission)
        self._append(
            submission.action,
            self._quote(excerpt, submission),
            excerpt_id=excerpt_id,
            decision_id=submission.decision_id,
            memo=memo,
            details=details,
        )

    def propose_from_cluster(self, cluster_id: str, submission: Submission) -> None:
        """Propose a code that a cluster led to; the proposal names the cluster and what is in it."""
        if submission.decision_id in self._ids:
            return
        clusters = self.data.clustering.clusters if self.data.clustering else ()
        cluster = next(c for c in clusters if c.id == cluster_id)
        first = self.excerpts[(cluster.exemplar_ids or cluster.excerpt_ids)[0]]
        details = self._proposal(submission) | {
            "cluster": cluster.id,
            "terms": list(cluster.terms),
            "excerpts": list(cluster.excerpt_ids),
        }
        self._append(
            "propose",
            quote(self.transcripts[first.transcript_id], first.start, first.end),
            excerpt_id=first.id,
            decision_id=submission.decision_id,
            details=details,
        )

    def undo(self, decision_id: str, undoes: str) -> Decision:
        """Take back the last event that stands, which must be the one that the person saw named.

        Returns the event that was taken back. Raises ConflictError when another event came in between.
        """
        if decision_id in self._ids:
            return next(d for d in self.review.order if d.id == undoes)
        last = self.last_undoable()
        if last is None or last.id != undoes:
            raise ConflictError("another tab has decided something since, so that this is not the last step")
        self._append(
            "undo",
            last.quote,
            excerpt_id=last.excerpt_id,
            decision_id=decision_id,
            details={"undoes": last.id},
        )
        return last

    def last_undoable(self) -> Decision | None:
        """The latest event of this screen that stands: coding does not undo adjudicating, nor the reverse."""
        order, undone = self.review.order, self.review.undone
        standing = (d for d in reversed(order) if d.action != "undo" and d.id not in undone)
        return next((d for d in standing if d.layer == self.layer), None)

    def _state(self, excerpt: Excerpt, submission: Submission, judgement: Judgement | None) -> None:
        codes = () if submission.action == "none-apply" else submission.code_ids
        if submission.action == "decide" and not codes:
            raise InputError("no code is chosen", hint="choose one or more, or say that none applies")
        earlier = judgement.code_ids if judgement else ()
        wrong = [id_ for id_ in codes if id_ not in earlier and not self._is_active(id_)]
        if wrong:
            raise InputError(
                f"the codebook has no code {join_names(wrong)} in use", hint="choose codes of the codebook"
            )
        quoted = self._quote(excerpt, submission)
        if judgement and judgement.decided and not set(submission.rejected) - set(judgement.rejected):
            stands = (set(judgement.code_ids), judgement.memo, judgement.quote)
            if (set(codes), submission.memo, quoted) == stands:
                return
        shown = self._on_page.get((excerpt.id, submission.generation), self.shown(excerpt.id))
        shown_ids = [s.code_id for s in shown if s.code_id]
        details: dict[str, Any] = {}
        if judgement and judgement.memo and not submission.memo:
            details["memo_removed"] = True
        if submission.seconds is not None:
            details["seconds"] = round(submission.seconds, 1)
        if self.mode != "blind" and not self.adjudicating:
            details["shown"] = [{"code": s.code_id, "rank": s.rank, "band": s.band} for s in shown]
            judged = [id_ for id_ in submission.rejected if id_ in shown_ids]
            details["rejected"] = [id_ for id_ in judged if id_ not in codes]
            details["hidden_by_lot"] = self.hidden_by_lot(excerpt.id)
        if self.adjudicating and excerpt.id in self.disputes:
            positions = self.disputes[excerpt.id].judgements
            details["positions"] = {coder: list(j.code_ids) for coder, j in positions.items()}
        self._append(
            action_for(codes, decided_before=bool(judgement and judgement.decided), shown=shown_ids),
            quoted,
            excerpt_id=excerpt.id,
            decision_id=submission.decision_id,
            code_ids=codes,
            memo=submission.memo,
            details=details,
        )

    def _is_active(self, code_id: str) -> bool:
        code = self.codes.get(code_id)
        return code is not None and code.status == "active"

    def _proposal(self, submission: Submission) -> dict[str, Any]:
        name = " ".join(submission.name.split())
        if not name:
            raise InputError("the proposed code has no name", hint="give it a short name")
        return {"name": name, "definition": submission.definition.strip()}

    def _quote(self, excerpt: Excerpt, submission: Submission) -> Quote:
        """The words decided on. An adjusted span stays in the excerpt's turn and shares words with it."""
        transcript = self.transcripts[excerpt.transcript_id]
        start, end = submission.span or (excerpt.start, excerpt.end)
        if (start, end) != (excerpt.start, excerpt.end):
            first, last = transcript.turns[excerpt.turns[0]], transcript.turns[excerpt.turns[-1]]
            if not (first.start <= start < end <= last.end and start < excerpt.end and excerpt.start < end):
                raise InputError(
                    "the marked words are not part of this excerpt's turn",
                    hint="mark words in the turn that is highlighted, with some of the excerpt among them",
                )
            if not transcript.text[start:end].strip():
                raise InputError("no words are marked", hint="mark at least one word")
        return quote(transcript, start, end)

    def _append(
        self,
        action: Action,
        quoted: Quote,
        *,
        excerpt_id: str | None,
        decision_id: str | None = None,
        code_ids: Sequence[str] = (),
        memo: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        from secrets import token_hex

        self.journal.append(
            Decision(
                id=decision_id or token_hex(8),
                coder_id=self.coder_id,
                action=action,
                at=datetime.now(UTC),
                quote=quoted,
                code_ids=tuple(code_ids),
                memo=memo,
                codebook_version=self.data.codebook.version,
                excerpt_id=excerpt_id,
                layer=self.layer,
                mode="reveal" if self.adjudicating else self.mode,
                details=details or {},
            )
        )
        self._take_new()

    def _take_new(self) -> None:
        """Bring the indexes up to the journal."""
        self._take(self.journal.decisions[self._taken :])
        self._taken = len(self.journal.decisions)

    def _take(self, decisions: Sequence[Decision]) -> None:
        for decision in decisions:
            layer, id_ = self.review.apply(decision)
            self._ids.add(decision.id)
            if layer == self.layer:
                self._index(id_)
            for code_id in decision.code_ids:
                self._use(code_id)

    def _index(self, excerpt_id: str) -> None:
        judgement = self.judgement(excerpt_id)
        was_decided = excerpt_id in self.decided
        for members, belongs in (
            (self.decided, judgement is not None and judgement.decided),
            (self.deferred, judgement is not None and judgement.deferred),
            (self.flagged, judgement is not None and judgement.flagged),
        ):
            (members.add if belongs else members.discard)(excerpt_id)
        if excerpt_id in self.position:
            change = (excerpt_id in self.decided) - was_decided
            self.decided_in[self.excerpts[excerpt_id].transcript_id] += change

    def _use(self, code_id: str) -> None:
        """Give a used code a key, the one of the code that was not used for longest when all are taken."""
        self._uses += 1
        self._last_used[code_id] = self._uses
        if code_id in self.keys or not self._is_active(code_id):
            return
        if len(self.keys) < KEYS:
            self.keys.append(code_id)
        else:
            oldest = min(self.keys, key=lambda key: self._last_used[key])
            self.keys[self.keys.index(oldest)] = code_id
