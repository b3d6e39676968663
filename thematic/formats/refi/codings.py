"""Selections and codings of a project as what people said of its texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from thematic.coded_project import ProjectCoding
from thematic.formats.refi.account import Account
from thematic.formats.refi.elements import read_date
from thematic.formats.refi.identity import MACHINE_GUID
from thematic.formats.refi.memos import Memos
from thematic.formats.refi.parsing import RawCoding, RawSelection, key
from thematic.formats.refi.people import People
from thematic.formats.refi.placing import place
from thematic.formats.refi.sources import SourceRead
from thematic.model import Code, Quote

__all__ = ["CodingReader", "read_codings"]


@dataclass(slots=True)
class CodingReader:
    """Makes codings of the elements of one project.

    codes: by GUID. author: the GUID of whoever made the project, for what nobody else has signed. ours: the
    file was written by thematic. spans: where each selection stands, by its GUID.
    """

    people: People
    memos: Memos
    codes: Mapping[str, Code]
    author: str
    ours: bool
    account: Account
    spans: dict[str, tuple[str, int, int]] = field(default_factory=dict)


def read_codings(reads: Sequence[SourceRead], reader: CodingReader) -> list[ProjectCoding]:
    """All codings and memos on spans, text by text, in the order of the file."""
    made: list[ProjectCoding] = []
    losses = reader.account.losses
    for read in reads:
        for selection, span in place(read, reader.account):
            reader.spans[key(selection.guid)] = (read.transcript.id, *span)
            if span[0] == span[1]:
                losses.add(
                    "selections without length",
                    "kept at their place as a memo, and no coding",
                    kept="in the journal",
                    example=f"{read.transcript.title} at {span[0]}",
                )
            made += _selected(read, selection, span, reader)
        whole = (0, len(read.source.text))
        for coding in read.raw.codings:
            made += _coded(read, coding, whole, reader, None)
        if read.raw.codings:
            losses.add(
                "codings of a text as a whole",
                "they are codings of all its words",
                count=len(read.raw.codings),
                kept="in the journal",
            )
    return made


def _selected(
    read: SourceRead, selection: RawSelection, span: tuple[int, int], reader: CodingReader
) -> list[ProjectCoding]:
    if selection.codings:
        return [m for coding in selection.codings for m in _coded(read, coding, span, reader, selection)]
    memo = reader.memos.memo(selection.notes, _comment(selection, reader))
    if not memo and not selection.name:
        return []
    who, layer = reader.people.coder(selection.user, read.raw.user, reader.author)
    return [
        ProjectCoding(
            quote=_quote(read, span),
            coder_id=who,
            code_id=None,
            at=read_date(selection.at),
            memo=memo,
            layer=layer,
            details=_details(selection),
        )
    ]


def _coded(
    read: SourceRead,
    coding: RawCoding,
    span: tuple[int, int],
    reader: CodingReader,
    selection: RawSelection | None,
) -> list[ProjectCoding]:
    users = (coding.user, selection.user if selection else "", read.raw.user, reader.author)
    losses = reader.account.losses
    if (users[0] or users[1]) == MACHINE_GUID:
        losses.add("suggestions of the machine", "they are no codings; `thematic suggest` makes them")
        return []
    code = reader.codes.get(coding.code)
    if code is None:
        losses.add("codings", "their code is not in the codebook of the file", example=coding.code)
        return []
    who, layer = reader.people.coder(*users)
    if selection is None:
        memo, details, date = reader.memos.memo(coding.notes), {}, coding.at
    else:
        memo = reader.memos.memo((*selection.notes, *coding.notes), _comment(selection, reader))
        details, date = _details(selection), coding.at or selection.at
    details |= {"guid": coding.guid, "notes": list(coding.notes)}
    return [
        ProjectCoding(
            quote=_quote(read, span),
            coder_id=who,
            code_id=code.id,
            at=read_date(date),
            memo=memo,
            whole=selection is None,
            layer=layer,
            details={name: value for name, value in details.items() if value},
        )
    ]


def _comment(selection: RawSelection, reader: CodingReader) -> str:
    """The description of a selection; in some programs it only repeats the words that are selected."""
    same = " ".join(selection.description.split()) == " ".join(selection.name.split())
    return "" if same and not reader.ours else selection.description


def _quote(read: SourceRead, span: tuple[int, int]) -> Quote:
    start, end = span
    words = read.source.text[start:end]
    return Quote(transcript_id=read.transcript.id, start=start, end=end, text=words)


def _details(selection: RawSelection) -> dict[str, Any]:
    """A selection as it came, for the way back."""
    values = {
        "selection": selection.guid,
        "name": selection.name,
        "description": selection.description,
        "selection_notes": list(selection.notes),
        "selection_user": selection.user,
        "selection_at": selection.at,
        "modified_by": selection.modified_by,
        "modified_at": selection.modified_at,
    }
    return {name: value for name, value in values.items() if value}
