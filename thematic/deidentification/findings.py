"""What the identifier check speaks of: passages that are looked through, and what is found in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from thematic.model import Transcript

__all__ = ["KINDS", "Finding", "Findings", "Kind", "Passage", "Where", "passages_of"]

Where = Literal[
    "text",
    "speaker label",
    "file name",
    "title",
    "attribute",
    "memo",
    "codebook",
    "codebook wording",
    "set aside",
    "original only",
]

Kind = Literal[
    "person",
    "possible name",
    "place",
    "organisation",
    "address",
    "postcode",
    "phone number",
    "email",
    "web address",
    "account name",
    "device",
    "date",
    "date of birth",
    "age over 89",
    "national number",
    "record number",
    "bank or card number",
    "vehicle or licence",
    "other number",
]

# Direct identifiers point at one person; indirect ones do so together with others (UK Data Service). With
# each:
# the generalisation that is proposed for it, and the item of the HIPAA Safe Harbor list, 45 CFR
# 164.514(b)(2)(i).
KINDS: dict[Kind, tuple[bool, str, str]] = {
    "person": (True, "[name]", "A"),
    "possible name": (True, "[name]", "A"),
    "place": (False, "[place]", "B"),
    "organisation": (False, "[organisation]", "R"),
    "address": (True, "[address]", "B"),
    "postcode": (True, "[postcode]", "B"),
    "phone number": (True, "[phone number]", "D"),
    "email": (True, "[email]", "F"),
    "web address": (True, "[web address]", "N"),
    "account name": (True, "[account name]", "R"),
    "device": (True, "[device]", "M"),
    "date": (False, "[date]", "C"),
    "date of birth": (True, "[date of birth]", "C"),
    "age over 89": (True, "[over 89]", "C"),
    "national number": (True, "[number]", "G"),
    "record number": (True, "[number]", "H"),
    "bank or card number": (True, "[account]", "J"),
    "vehicle or licence": (True, "[licence]", "L"),
    "other number": (True, "[number]", "R"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Words that are looked through: a turn, a speaker label, a file name, a comment in a document.

    `offset` is where the words begin in the text of the transcript; 0 for words that are not of it.
    """

    transcript_id: str
    where: Where
    text: str
    offset: int = 0
    turn: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Words that may identify somebody: `text`, at `start:end` of its passage's source.

    Offsets are Unicode code points, half-open, into the text of the transcript where `where` is `text`, else
    into the passage. `rules` name what found it.
    """

    transcript_id: str
    where: Where
    start: int
    end: int
    text: str
    kind: Kind
    rules: tuple[str, ...]
    turn: int | None = None
    detail: str = ""
    before: str = ""
    after: str = ""

    @property
    def is_direct(self) -> bool:
        return KINDS[self.kind][0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All findings in order of the passages. `recognised_by` names the model that helped, or is None."""

    findings: tuple[Finding, ...]
    words: int
    recognised_by: str | None = None
    notes: tuple[str, ...] = ()


def passages_of(transcript: Transcript) -> list[Passage]:
    """The turns of a transcript, what stands between them, its speaker labels, and the name of its file."""
    passages: list[Passage] = []
    done = 0
    labels = sorted({turn.speaker for turn in transcript.turns if turn.speaker}, key=len, reverse=True)
    for turn in transcript.turns:
        between = transcript.text[done : turn.start]
        stripped = between.strip()
        # A label is looked through once, as a label; anything else between turns is text.
        if stripped and stripped.rstrip(":").strip("*[] ") not in labels:
            passages.append(
                Passage(transcript_id=transcript.id, where="text", text=between, offset=done, turn=turn.index)
            )
        passages.append(
            Passage(
                transcript_id=transcript.id,
                where="text",
                text=transcript.text[turn.start : turn.end],
                offset=turn.start,
                turn=turn.index,
            )
        )
        done = turn.end
    if transcript.text[done:].strip():
        passages.append(
            Passage(transcript_id=transcript.id, where="text", text=transcript.text[done:], offset=done)
        )
    passages += [
        Passage(transcript_id=transcript.id, where="speaker label", text=label) for label in sorted(labels)
    ]
    passages.append(Passage(transcript_id=transcript.id, where="file name", text=transcript.source.path))
    if transcript.title not in (transcript.id, transcript.source.path):
        passages.append(Passage(transcript_id=transcript.id, where="title", text=transcript.title))
    passages += [
        Passage(transcript_id=transcript.id, where="attribute", text=value, detail=name)
        for name, value in transcript.attributes.items()
        if value.strip()
    ]
    return passages
