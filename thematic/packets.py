"""Review by people without the tool: a packet goes out, and comes back as decisions. Above the stages.

Only four things are taken from a packet that comes back: which excerpt, which decision, which codes, which
memo. The words of an excerpt are never read from it; they are compared, so that a row that slid or was edited
is found.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from thematic.codebook import find_code
from thematic.errors import CodebookError, Problem, ThematicError
from thematic.model import Action, Codebook, Decision, Excerpt, Quote
from thematic.review import Judgement, Review, hidden_by_lot
from thematic.text import snippet

__all__ = [
    "BY_LOT",
    "DECISIONS",
    "PACKET_SCHEMA",
    "FilledRow",
    "Packet",
    "PacketChange",
    "Returned",
    "decide_rows",
    "make_packet",
    "words_hash",
]

PACKET_SCHEMA = "thematic-packet-1"

BY_LOT = "One passage in ten, drawn by lot, comes without suggestions, to compare coding with and without."
"""What a coder who is assisted is told."""

DECISIONS = ("accept", "change", "coded", "reject", "none applies", "unsure")
"""What can be said of an excerpt beside its codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """What a packet says of itself: for whom it is, with which codebook, blind or with suggestions.

    coder: empty where it is for whoever fills it in, as an exported workbook is.
    """

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
    """What came back about one excerpt.

    line: the row of a sheet; None where the packet has no rows. words: the beginning of its words, by which
    a message names it. codes and rejected: as written, by name or id. shown: the ids of the codes that the
    packet suggested, in order. hash: `words_hash` of the words that came back, where nobody checked them.
    """

    line: int | None = None
    excerpt_id: str
    words: str = ""
    decision: str = ""
    codes: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    memo: str = ""
    shown: tuple[str, ...] = ()
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Returned:
    """A packet that came back: what it says of itself, what was filled in, and what is wrong elsewhere."""

    packet: Packet
    rows: tuple[FilledRow, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


_UNHOLDABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def words_hash(excerpt_id: str, words: str) -> str:
    """A hash of an excerpt's id and words, whatever a program did to the spaces and line ends between them.

    What XML cannot hold is taken as the � that stands for it.
    """
    flat = " ".join(_UNHOLDABLE.sub("\ufffd", words).split())
    return hashlib.sha256(f"{excerpt_id}\0{flat}".encode()).hexdigest()


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
                _problem(
                    row,
                    file,
                    f"no excerpt {row.excerpt_id} in this study",
                    "was the packet made from this study? ids must not be changed",
                )
            )
            continue
        if row.hash and row.hash != words_hash(excerpt.id, excerpt.text):
            message = "these words are not those of the study: they were edited"
            hint = "undo the change, or write the codes into the packet as it was sent"
            problems.append(_problem(row, file, message, hint))
            continue
        try:
            action, codes, rejected = _meaning(row, codebook)
        except ThematicError as error:
            problems.append(_problem(row, file, error.problem.message, error.hint))
            continue
        judgement = review.judgement(excerpt.id)
        if action is None or _says_already(judgement, action, codes, rejected, row.memo):
            continue
        quote = Quote(
            transcript_id=excerpt.transcript_id, start=excerpt.start, end=excerpt.end, text=excerpt.text
        )
        if judgement is not None and judgement.decided and action in ("accept", "add"):
            action = "change"
        details: dict[str, Any] = {"packet": packet.id, "file_sha256": file_sha256}
        if row.line is not None:
            details["row"] = row.line
        if packet.mode != "blind":
            details["shown"] = [{"code": id_, "rank": rank} for rank, id_ in enumerate(row.shown, start=1)]
            details["hidden_by_lot"] = bool(packet.coder) and hidden_by_lot(packet.coder, excerpt.id)
            if rejected and action != "reject":
                details["rejected"] = list(rejected)
        said = "\0".join((packet.id, coder_id, excerpt.id, action, *codes, row.memo, file_sha256))
        decisions.append(
            Decision(
                id=hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:12],
                coder_id=coder_id,
                action=action,
                at=at,
                quote=quote,
                code_ids=rejected if action == "reject" else codes,
                memo=row.memo,
                codebook_version=packet.codebook_version,
                excerpt_id=excerpt.id,
                mode="blind" if packet.mode == "blind" else "assist",
                details=details,
            )
        )
        changes.append(
            PacketChange(
                excerpt_id=excerpt.id,
                words=snippet(excerpt.text),
                before=_in_words(judgement),
                after=f"{action}: {', '.join(codes or rejected)}" if codes or action == "reject" else action,
            )
        )
    return decisions, changes, problems


def _problem(row: FilledRow, file: str, message: str, hint: str | None) -> Problem:
    """A problem that names the row, or, where there are no rows, the words."""
    where = f"“{row.words}” ({row.excerpt_id}): " if row.line is None else ""
    return Problem(f"{where}{message}", file, row.line, hint)


def _meaning(row: FilledRow, codebook: Codebook) -> tuple[Action | None, tuple[str, ...], tuple[str, ...]]:
    """The action, the ids of the codes that apply and of those judged not to. Raises ThematicError where
    what is written contradicts itself."""
    codes = tuple(dict.fromkeys(id_ for text in row.codes for id_ in _codes_in(text, codebook)))
    judged = dict.fromkeys(find_code(codebook, name).id for name in row.rejected)
    rejected = tuple(id_ for id_ in judged if id_ not in codes)
    decision = row.decision
    if decision not in ("", *DECISIONS):
        raise ThematicError(f"“{decision}” is no decision", hint=f"write one of {', '.join(DECISIONS)}")
    if decision == "accept":
        if not row.shown:
            raise ThematicError("accept, but no code was suggested", hint="choose change and a code")
        first = row.shown[0]
        if codes and codes[0] != first:
            raise ThematicError(
                f"accept, and another code: {row.codes[0]}", hint="choose change, or leave Code empty"
            )
        return "accept", (first, *(code for code in codes if code != first)), rejected
    if decision in ("reject", "none applies", "unsure") and codes:
        raise ThematicError(
            f"{decision}, and a code: {', '.join(row.codes)}",
            hint="keep one of the two: the decision or the code",
        )
    if decision == "reject":
        if not row.shown:
            raise ThematicError("reject, but no code was suggested", hint="choose none applies, or unsure")
        return "reject", (), rejected or row.shown[:1]
    if decision == "none applies":
        return "none-apply", (), rejected
    if decision == "unsure":
        return "defer", (), rejected
    if decision in ("change", "coded") and not codes:
        raise ThematicError(f"{decision}, but no code", hint="choose a code, or none applies")
    if codes:
        return "accept" if set(codes) <= set(row.shown) else "add", codes, rejected
    if rejected:
        return "reject", (), rejected
    return ("memo" if row.memo else None), (), ()


def _codes_in(text: str, codebook: Codebook) -> list[str]:
    """The ids of the codes that are named: one, or several with ; or a line end between them."""
    try:
        return [find_code(codebook, text).id]
    except CodebookError:
        parts = [part for part in re.split("[;\n]", text) if part.strip()]
        if len(parts) < 2:
            raise
    return [find_code(codebook, part).id for part in parts]


def _says_already(
    judgement: Judgement | None,
    action: Action,
    codes: tuple[str, ...],
    rejected: tuple[str, ...],
    memo: str,
) -> bool:
    if judgement is None:
        return False
    same_memo = not memo or memo == judgement.memo
    if action == "defer":
        return judgement.deferred and same_memo
    if action == "memo":
        return memo == judgement.memo
    if not set(rejected) <= set(judgement.rejected):
        return False
    if action == "reject":
        return same_memo
    return judgement.decided and set(codes) == set(judgement.code_ids) and same_memo


def _in_words(judgement: Judgement | None) -> str:
    if judgement is None or not (judgement.decided or judgement.deferred):
        return "nothing yet"
    if judgement.deferred and not judgement.decided:
        return "unsure"
    return ", ".join(judgement.code_ids) or "none applies"
