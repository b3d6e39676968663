"""Review by people without the tool: a packet goes out, and comes back as decisions. Above the stages.

Only four things are taken from a packet that comes back: which excerpt, which decision, which codes, which
memo. The words of an excerpt are never read from it; they are compared, so that a row that slid or was edited
is found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from thematic.codebook import find_code
from thematic.errors import Problem, ThematicError
from thematic.model import Action, Codebook, Decision, Excerpt, Quote
from thematic.review import Judgement, Review
from thematic.text import snippet

__all__ = ["PACKET_SCHEMA", "FilledRow", "Packet", "PacketChange", "decide_rows", "make_packet"]

PACKET_SCHEMA = "thematic-packet-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """What a packet says of itself: for whom it is, with which codebook, blind or with suggestions."""

    id: str
    coder: str
    mode: Literal["blind", "assist"]
    codebook_version: str


def make_packet(
    coder: str, mode: Literal["blind", "assist"], codebook: Codebook, excerpts: Iterable[Excerpt]
) -> Packet:
    """The packet of these excerpts for this coder; its id is a hash of all that it holds."""
    parts = [coder, mode, codebook.version, *(excerpt.id for excerpt in excerpts)]
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
    return Packet(id=digest, coder=coder, mode=mode, codebook_version=codebook.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledRow:
    """One row that came back. `codes` are as written; `suggested` is the code that was shown first."""

    line: int
    excerpt_id: str
    decision: str
    codes: tuple[str, ...]
    memo: str
    suggested: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketChange:
    """What importing a row would do, for the preview: the excerpt, what stood before, what comes."""

    excerpt_id: str
    words: str
    before: str
    after: str


def decide_rows(
    rows: Sequence[FilledRow],
    packet: Packet,
    *,
    coder_id: str,
    excerpts: Mapping[str, Excerpt],
    codebook: Codebook,
    review: Review,
    at: datetime,
    file: str,
    file_sha256: str,
) -> tuple[list[Decision], list[PacketChange], list[Problem]]:
    """The decisions that these rows make, a preview of each, and every problem found.

    A row that says what the coder's journal says already makes no decision, so importing twice changes
    nothing. Decision ids are made of the packet, the row and what it says.
    """
    decisions: list[Decision] = []
    changes: list[PacketChange] = []
    problems: list[Problem] = []
    for row in rows:
        excerpt = excerpts.get(row.excerpt_id)
        if excerpt is None:
            problems.append(
                Problem(
                    f"no excerpt {row.excerpt_id} in this study",
                    file,
                    row.line,
                    "was the packet made from this study? ids must not be changed",
                )
            )
            continue
        try:
            action, codes = _meaning(row, codebook)
        except ThematicError as error:
            problems.append(Problem(error.problem.message, file, row.line, error.hint))
            continue
        judgement = review.judgement(excerpt.id)
        if action is None or _says_already(judgement, action, codes, row.memo):
            continue
        quote = Quote(
            transcript_id=excerpt.transcript_id, start=excerpt.start, end=excerpt.end, text=excerpt.text
        )
        if judgement is not None and judgement.decided and action in ("accept", "add"):
            action = "change"
        said = "\0".join((packet.id, coder_id, excerpt.id, action, *codes, row.memo, file_sha256))
        decisions.append(
            Decision(
                id=hashlib.sha256(said.encode()).hexdigest()[:12],
                coder_id=coder_id,
                action=action,
                at=at,
                quote=quote,
                code_ids=codes,
                memo=row.memo,
                codebook_version=packet.codebook_version,
                excerpt_id=excerpt.id,
                mode="blind" if packet.mode == "blind" else "assist",
                details={"packet": packet.id, "row": row.line, "file_sha256": file_sha256}
                | ({"shown": [{"code": row.suggested, "rank": 1}]} if row.suggested else {}),
            )
        )
        changes.append(
            PacketChange(
                excerpt_id=excerpt.id,
                words=snippet(excerpt.text),
                before=_in_words(judgement),
                after=f"{action}: {', '.join(codes)}" if codes else action,
            )
        )
    return decisions, changes, problems


def _meaning(row: FilledRow, codebook: Codebook) -> tuple[Action | None, tuple[str, ...]]:
    """The action and the code ids of a row. Raises ThematicError where the cells contradict each other."""
    codes = tuple(dict.fromkeys(find_code(codebook, name).id for name in row.codes))
    decision = row.decision
    if decision == "accept":
        if not row.suggested:
            raise ThematicError("accept, but no code was suggested", hint="choose change and a code")
        if codes and codes[0] != row.suggested:
            raise ThematicError(
                f"accept, and another code: {row.codes[0]}", hint="choose change, or leave Code empty"
            )
        return "accept", (row.suggested, *(code for code in codes if code != row.suggested))
    if decision in ("reject", "none applies", "unsure") and codes:
        raise ThematicError(
            f"{decision}, and a code: {', '.join(row.codes)}",
            hint="keep one of the two: the decision or the code",
        )
    if decision == "reject":
        if not row.suggested:
            raise ThematicError("reject, but no code was suggested", hint="choose none applies, or unsure")
        return "reject", (row.suggested,)
    if decision == "none applies":
        return "none-apply", ()
    if decision == "unsure":
        return "defer", ()
    if decision in ("change", "coded") and not codes:
        raise ThematicError(f"{decision}, but no code", hint="choose a code, or none applies")
    if codes:
        return "add", codes
    return ("memo", ()) if row.memo else (None, ())


def _says_already(judgement: Judgement | None, action: Action, codes: tuple[str, ...], memo: str) -> bool:
    if judgement is None:
        return False
    same_memo = not memo or memo == judgement.memo
    if action == "defer":
        return judgement.deferred and same_memo
    if action == "memo":
        return memo == judgement.memo
    if action == "reject":
        return set(codes) <= set(judgement.rejected)
    return judgement.decided and set(codes) == set(judgement.code_ids) and same_memo


def _in_words(judgement: Judgement | None) -> str:
    if judgement is None or not (judgement.decided or judgement.deferred):
        return "nothing yet"
    if judgement.deferred and not judgement.decided:
        return "unsure"
    return ", ".join(judgement.code_ids) or "none applies"
