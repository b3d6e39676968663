"""A coded project of another program: what its readers give and its writers take. Floor 1, pure.

NVivo, ATLAS.ti, MAXQDA, QualCoder, Taguette and tables of quotes all come down to this: a codebook, texts,
coders, codings with their words, notes, and a report of what could not be carried.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from thematic.model import Codebook, Coder, Layer, Quote, Transcript

__all__ = [
    "CodedProject",
    "Loss",
    "LossReport",
    "Losses",
    "ProjectCoding",
    "ProjectNote",
    "ProjectText",
    "coder_ids",
]

EXAMPLES_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Things of one kind that were not carried as they were: what, how many, and why.

    `kept` says where they are all the same (beside the study, for the way back), or is empty when they are
    gone. `examples` name some of them.
    """

    what: str
    count: int
    reason: str
    kept: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LossReport:
    """What an import or an export carried and what it did not. The standard asks every importer for it.

    carried: numbers of things, in the order to show them. notes: what was decided on the way (how offsets
    were counted, what was put right). positions: how those of each text were read, as JSON takes it.
    """

    carried: tuple[tuple[str, int], ...] = ()
    losses: tuple[Loss, ...] = ()
    notes: tuple[str, ...] = ()
    positions: tuple[Mapping[str, Any], ...] = ()

    @property
    def gone(self) -> tuple[Loss, ...]:
        """The losses of which nothing is kept."""
        return tuple(loss for loss in self.losses if not loss.kept)

    def lines(self) -> list[str]:
        """The report in words, a line a thing."""
        lines = ["Carried"]
        lines += [f"  {what}: {number:,}" for what, number in self.carried if number] or ["  nothing"]
        for title, losses in (
            ("Not carried", self.gone),
            ("Kept beside the study, where it has no place for them", [x for x in self.losses if x.kept]),
        ):
            if losses:
                lines += ["", title]
            for loss in losses:
                kept = f" ({loss.kept})" if loss.kept else ""
                lines.append(f"  {loss.what}: {loss.count:,}; {loss.reason}{kept}")
                lines += [f"    {example}" for example in loss.examples]
        if not self.losses:
            lines += ["", "Not carried", "  nothing: all of it was carried"]
        if self.notes:
            lines += ["", "Notes", *(f"  {note}" for note in self.notes)]
        return lines

    def record(self) -> dict[str, Any]:
        """The report as plain values, for JSON."""
        return {
            "carried": dict(self.carried),
            "not_carried": [
                {
                    "what": loss.what,
                    "count": loss.count,
                    "reason": loss.reason,
                    "kept": loss.kept or None,
                    "examples": list(loss.examples),
                }
                for loss in self.losses
            ],
            "notes": list(self.notes),
        } | ({"positions": [dict(each) for each in self.positions]} if self.positions else {})


class Losses:
    """Gathers losses while a project is read: those of one kind and reason become one line."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], list[Any]] = {}

    def add(self, what: str, reason: str, *, count: int = 1, kept: str = "", example: str = "") -> None:
        """Count `count` more of these; the first few examples are kept."""
        found = self._found.setdefault((what, reason, kept), [0, []])
        found[0] += count
        if example and len(found[1]) < EXAMPLES_SHOWN:
            found[1].append(example)

    def all(self) -> tuple[Loss, ...]:
        """The losses, in the order in which their kind was first met."""
        return tuple(
            Loss(what=what, count=number, reason=reason, kept=kept, examples=tuple(examples))
            for (what, reason, kept), (number, examples) in self._found.items()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectText:
    """A text of the project as a transcript, with the bytes it was read from and the file name to keep
    them under. The text has LF line ends and is otherwise as it was."""

    transcript: Transcript
    original: bytes
    file_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectCoding:
    """That somebody gave a span a code; without a code, that somebody wrote a memo on it, or, with
    `none_applies`, looked at it and found no code to apply.

    quote: in a text of the project, or in a transcript that the study has already. Its words may be empty,
        since other programs allow selections without length.
    at: None where the program tells no date.
    whole: the code was given to the text as a whole; the quote is then all of it.
    details: what is kept for the way back to the other program, as JSON takes it (GUIDs).
    """

    quote: Quote
    coder_id: str
    code_id: str | None
    at: datetime | None = None
    memo: str = ""
    whole: bool = False
    none_applies: bool = False
    layer: Layer = "independent"
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectNote:
    """A memo of the project, a text, a case or a code; not of a span. `about` says of what, in words."""

    title: str
    text: str
    about: str = ""
    coder_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedProject:
    """All that was read of a project.

    program: which program wrote it, as the file says. format: ours for the kind of file, such as `refi-qda`.
    codebook: None where the project has no codes. texts: none when its codings are about transcripts that the
    study has. kept: what the study has no place for, as JSON takes it; it is written beside the study and
    read by an export to the same kind of file.
    """

    title: str
    program: str
    format: str
    file: str
    sha256: str
    codebook: Codebook | None = None
    texts: tuple[ProjectText, ...] = ()
    coders: tuple[Coder, ...] = ()
    codings: tuple[ProjectCoding, ...] = ()
    notes: tuple[ProjectNote, ...] = ()
    report: LossReport = field(default_factory=LossReport)
    kept: Mapping[str, Any] = field(default_factory=dict)


def coder_ids(names: Sequence[str]) -> list[str]:
    """An id for each name of a coder that can be the name of a journal, unlike all others whatever the case.

    Letters, digits, spaces, `-`, `_` and `.` stay; anything else becomes `-`; at most 64.
    """
    ids: list[str] = []
    taken: set[str] = set()
    for name in names:
        letters = " ".join(unicodedata.normalize("NFC", name).split())
        kept = "".join(c if c.isalnum() or c in " _.-" else "-" for c in letters)
        stem = kept.strip(" .-")[:56].rstrip(" .-") or "coder"
        candidate, number = stem, 1
        while candidate.casefold() in taken:
            number += 1
            candidate = f"{stem}-{number}"
        taken.add(candidate.casefold())
        ids.append(candidate)
    return ids
