"""The texts of a project with their selections and codings, as a project file has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from thematic.coded_project import CodedProject, Losses, ProjectCoding
from thematic.formats.codebooks.codebook_qdc import code_guids
from thematic.formats.refi.casebook import text_values
from thematic.formats.refi.elements import Elements, valid_date, valid_guid, xsd_date
from thematic.formats.refi.identity import made_guid
from thematic.formats.refi.offsets import Convention, SourceText
from thematic.formats.refi.parsing import key
from thematic.model import Layer, Transcript

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CodedSources", "coded_sources"]

_LONGEST_NAME = 100
Users = Mapping[tuple[str, Layer], str]


@dataclass(slots=True)
class CodedSources:
    """TextSource elements, the files that they name, and GUIDs: of each transcript, and all there are."""

    elements: list[bytes] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    of_transcript: dict[str, str] = field(default_factory=dict)
    guids: set[str] = field(default_factory=set)
    values: dict[str, list[tuple[str, str]]] = field(default_factory=dict)


def coded_sources(
    project: CodedProject,
    users: Users,
    notes: Mapping[str, str],
    make: Elements,
    losses: Losses,
    *,
    windows: bool,
) -> CodedSources:
    """The sources of all texts. windows: CRLF, a byte order mark, and positions in UTF-16 units.

    notes: the notes of the project, as they are written, by their GUID for comparing.
    """
    found = CodedSources()
    kept = project.kept.get("texts", {})
    codes = code_guids(project.codebook) if project.codebook else {}
    by_text: dict[str, list[ProjectCoding]] = {}
    for coding in project.codings:
        by_text.setdefault(coding.quote.transcript_id, []).append(coding)
    values = text_values(project)
    writer = _Writer(
        make, users, {key(guid): guid for guid in users.values()}, notes, codes, windows, found.guids
    )
    for text in project.texts:
        transcript = text.transcript
        about = kept.get(transcript.id, {})
        guid = _source_guid(transcript.id, about, found.guids)
        found.of_transcript[transcript.id] = guid
        found.guids.add(guid)
        file_name = f"{key(guid)}.txt"
        written = transcript.text.replace("\n", "\r\n") if windows else transcript.text
        mark = b"\xef\xbb\xbf" if windows else b""
        found.files[file_name] = mark + written.encode("utf-8", "replace")
        if about.get("kind", "TextSource") != "TextSource":
            losses.add(
                "texts of recordings, PDFs or pictures",
                "written as texts: the file itself is not in the study",
                example=transcript.title,
            )
        selections, whole = writer.rows(transcript, by_text.get(transcript.id, []))
        element = make.element(
            "TextSource",
            make.text("Description", about.get("description", "")),
            *(f"\n{selection}" for selection in selections),
            *(f"\n{coding}" for coding in whole),
            *writer.notes_of(about),
            *(values[transcript.id].elements(make) if transcript.id in values else ()),
            guid=guid,
            name=about.get("owner_name") or about.get("name") or transcript.title,
            plainTextPath=f"internal://{file_name}",
            **writer.made(about),
        )
        found.elements.append(element.encode())
    return found


@dataclass(slots=True)
class _Writer:
    """Writes selections and codings; `guids` gathers theirs. GUIDs of users and notes by key, as written."""

    make: Elements
    users: Users
    by_key: Mapping[str, str]
    notes: Mapping[str, str]
    codes: Mapping[str, str]
    windows: bool
    guids: set[str]

    def rows(self, transcript: Transcript, codings: list[ProjectCoding]) -> tuple[list[str], list[str]]:
        """The selections of a text in its order, and the codings of it as a whole."""
        whole: list[str] = []
        groups: dict[tuple[str, ...], list[ProjectCoding]] = {}
        for coding in codings:
            if coding.whole and coding.code_id is not None:
                whole.append(self._coding(coding))
                continue
            quote = coding.quote
            own = valid_guid(str(coding.details.get("selection", "")))
            place = (str(quote.start), str(quote.end))
            group = (key(own), *place) if own else ("", coding.coder_id, coding.layer, *place)
            groups.setdefault(group, []).append(coding)
        places = _positions(transcript.text, self.windows)
        used: set[str] = set()
        ordered = sorted(groups.values(), key=lambda group: (group[0].quote.start, group[0].quote.end))
        return [self._selection(transcript, group, places, used) for group in ordered], whole

    def notes_of(self, about: Mapping[str, Any], name: str = "notes") -> list[str]:
        found = [self.notes[note] for note in about.get(name, ()) if note in self.notes]
        return [self.make.element("NoteRef", targetGUID=note) for note in found]

    def made(self, about: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
        """Who made or changed something and when, as it came."""
        return {
            "creatingUser": self.by_key.get(about.get(f"{prefix}user", ""), ""),
            "creationDateTime": valid_date(about.get(f"{prefix}at", "")),
            "modifyingUser": self.by_key.get(about.get("modified_by", ""), ""),
            "modifiedDateTime": valid_date(about.get("modified_at", "")),
        }

    def _selection(
        self, transcript: Transcript, group: list[ProjectCoding], places: NDArray[Any], used: set[str]
    ) -> str:
        first = group[0]
        guid = _selection_guid(first, used)
        used.add(key(guid))
        self.guids.add(guid)
        details = first.details
        came = "selection" in details
        if came:
            made = self.made(details, "selection_")
        else:
            at = xsd_date(first.at) if first.code_id is None else ""
            made = {"creatingUser": self.users[first.coder_id, first.layer], "creationDateTime": at}
        return self.make.element(
            "PlainTextSelection",
            self.make.text("Description", str(details.get("description", "")) if came else first.memo),
            *(self._coding(coding) for coding in group if coding.code_id is not None),
            *self.notes_of(details, "selection_notes"),
            guid=guid,
            name=_name(details.get("name", "") if came else None, transcript.text, first),
            startPosition=str(places[first.quote.start]),
            endPosition=str(places[first.quote.end]),
            **made,
        )

    def _coding(self, coding: ProjectCoding) -> str:
        guid = _coding_guid(coding)
        self.guids.add(guid)
        return self.make.element(
            "Coding",
            self.make.element("CodeRef", targetGUID=self.codes[coding.code_id or ""]),
            *self.notes_of(coding.details),
            guid=guid,
            creatingUser=self.users[coding.coder_id, coding.layer],
            creationDateTime=xsd_date(coding.at),
        )


def _name(came: str | None, text: str, coding: ProjectCoding) -> str:
    """The words of the selection, cut where they are long; a name that is no quote of the text stays."""
    words = " ".join(coding.quote.text.split())
    if came is not None:
        beginning = " ".join(came.split()).removesuffix("…").rstrip()
        if not beginning or words.startswith(beginning) or beginning not in text:
            return came
    return words if len(words) <= _LONGEST_NAME else words[: _LONGEST_NAME - 1] + "…"


def _positions(text: str, windows: bool) -> NDArray[Any]:
    """The position of every offset of the text, and of its end."""
    import numpy as np

    convention = Convention("utf16", "twice") if windows else Convention("codepoints", "asis")
    return np.concatenate([[0], np.cumsum(SourceText(text).widths(convention))])


# --- Who is who ------------------------------------------------------------------------------------


def _source_guid(id_: str, about: Mapping[str, Any], taken: set[str]) -> str:
    for written in (about.get("owner", ""), about.get("guid", "")):
        if (guid := valid_guid(str(written))) and key(guid) not in {key(other) for other in taken}:
            return guid
    return made_guid("text", id_)


def _selection_guid(coding: ProjectCoding, used: set[str]) -> str:
    guid = valid_guid(str(coding.details.get("selection", "")))
    if guid and key(guid) not in used:
        return guid
    quote = coding.quote
    place = (quote.transcript_id, str(quote.start), str(quote.end))
    return made_guid("selection", coding.coder_id, coding.layer, *place)


def _coding_guid(coding: ProjectCoding) -> str:
    if guid := valid_guid(str(coding.details.get("guid", ""))):
        return guid
    quote = coding.quote
    place = (quote.transcript_id, str(quote.start), str(quote.end), "whole" if coding.whole else "")
    return made_guid("coding", coding.coder_id, coding.layer, *place, coding.code_id or "")
