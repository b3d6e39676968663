"""A REFI-QDA project as a CodedProject: `.qdpx` of any program, or a bare `.qde`.

Tolerant: what is missing or odd is put right where that is certain, and told. Nothing is guessed: a position
that no way of counting explains, or that two explain equally, stops the import with what to type next.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from thematic.coded_project import (
    CodedProject,
    Losses,
    LossReport,
    ProjectCoding,
    ProjectNote,
    ProjectText,
    coder_ids,
)
from thematic.errors import InputError, Problem, ThematicError
from thematic.formats.codebooks.codebook_qdc import code_guids, read_codebook_qdc
from thematic.formats.projects.front_door import ProjectSettings
from thematic.formats.projects.project_texts import project_transcript, unique_id
from thematic.formats.refi.cases import case_attributes, variable_names
from thematic.formats.refi.conventions import own_convention
from thematic.formats.refi.identity import MACHINE_GUID, layer_of
from thematic.formats.refi.offsets import Choice, SourceText, Spans, choose, parse_convention
from thematic.formats.refi.packages import Package, open_package
from thematic.formats.refi.parsing import (
    NAMESPACE,
    Project,
    RawCoding,
    RawSelection,
    RawText,
    key,
    parse_project,
    source_elements,
)
from thematic.formats.refi.times import with_times
from thematic.formats.transcripts.reading import ReadSettings, SourceFile, clean_id
from thematic.model import Code, Codebook, Coder, Layer, Quote, Transcript
from thematic.quoting import SearchedText, find_words
from thematic.text import join_names, snippet

__all__ = ["read", "sniff"]

BESIDE = "in imports/, for the way back"
_KINDS = {
    "PictureSource": "picture",
    "PDFSource": "PDF",
    "AudioSource": "recording",
    "VideoSource": "video",
}


def sniff(head: bytes, path: Path) -> bool:
    """A `.qdpx` or `.qde` by its name, an archive with a `.qde` in it, or XML with a REFI-QDA project."""
    if path.is_dir():
        return False
    if path.suffix.casefold() in (".qdpx", ".qde"):
        return True
    if head.startswith(b"PK"):
        return b".qde" in head[:4096].lower()
    return b"urn:QDA-XML:project" in head[:4096]


def read(path: Path, *, settings: ProjectSettings) -> CodedProject:
    """The project at `path`. Raises InputError with every problem; SettingsError for an unknown --offsets."""
    with open_package(path) as package:
        project = parse_project(package.project, package.name)
        return _Reader(package, project, settings, path).read()


@dataclass(slots=True)
class _Text:
    """A source with its text found: what is read from it, and how its positions are counted."""

    raw: RawText
    source: SourceText
    original: bytes
    file_name: str
    transcript: Transcript
    choice: Choice | None = None
    cases: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reader:
    package: Package
    project: Project
    settings: ProjectSettings
    path: Path
    losses: Losses = field(default_factory=Losses)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    coders: dict[str, Coder] = field(default_factory=dict)
    layers: dict[str, Layer] = field(default_factory=dict)
    memos: dict[str, str] = field(default_factory=dict)
    used_notes: set[str] = field(default_factory=set)
    spans: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    lacking: set[str] = field(default_factory=set)

    def read(self) -> CodedProject:
        raw = self.project
        if raw.namespace != NAMESPACE:
            self.notes.append(f"its namespace is “{raw.namespace}”, not “{NAMESPACE}”; read all the same")
        self.notes += raw.repairs
        codebook = self._codebook()
        self._users()
        texts = self._texts()
        self._offsets(texts)
        notes = self._note_texts()
        codings = self._codings(texts, codebook)
        texts = self._attributes(texts)
        self._rest(texts)
        project_notes = self._project_notes(notes)
        if self.problems:
            self._stop()
        used = {coding.coder_id for coding in codings}
        coders = tuple(coder for coder in dict.fromkeys(self.coders.values()) if coder.id in used)
        return CodedProject(
            title=" ".join(raw.name.split()) or self.path.stem,
            program=raw.origin,
            format="refi-qda",
            file=self.path.name,
            sha256=hashlib.sha256(self.package.project).hexdigest(),
            codebook=codebook,
            texts=tuple(
                ProjectText(transcript=t.transcript, original=t.original, file_name=t.file_name)
                for t in texts
            ),
            coders=coders,
            codings=tuple(codings),
            notes=project_notes,
            report=self._report(codebook, texts, codings, coders, project_notes),
            kept=self._kept(texts, codebook),
        )

    def _stop(self) -> None:
        if len(self.problems) == 1:
            [only] = self.problems
            raise InputError(only.message, path=only.path, line=only.line, hint=only.hint)
        raise InputError(
            f"{len(self.problems)} things in it do not fit; nothing was written",
            path=self.path.name,
            problems=self.problems,
        )

    # --- Codes and people --------------------------------------------------------------------------

    def _codebook(self) -> Codebook | None:
        raw = self.project
        if raw.codebook is None or not raw.codes:
            self.notes.append("the project has no codes, so the study has no codebook yet")
            return None
        title = " ".join(raw.name.split()) or self.path.stem
        codebook, warnings = read_codebook_qdc(raw.codebook, path=self.path.name, title=title)
        # Lines are those of the codebook alone, which nobody has before them; and what a codebook of another
        # program lacks is no repair.
        usual = ("isCodable", "no definition", "no examples")
        told = [w.message for w in warnings if not any(words in w.message for words in usual)]
        self.notes += [f"codebook: {message}" for message in told]
        folders = sum(not code["codable"] for code in raw.codes)
        if folders:
            self.losses.add(
                "folders that only group codes (isCodable is false)",
                "here any code can be given",
                count=folders,
                kept=BESIDE,
            )
        return codebook

    def _users(self) -> None:
        users = [(key(u["guid"]), u["name"].strip() or u["id"].strip()) for u in self.project.users]
        layers = {guid: layer_of(guid, name) for guid, name in users}
        own = [(guid, name) for guid, name in users if layers[guid][1] == "independent"]
        ids = coder_ids([name for _, name in own])
        by_name: dict[str, Coder] = {}
        for (guid, name), id_ in zip(own, ids, strict=True):
            self.coders.setdefault(guid, Coder(id=id_, name=name))
            by_name.setdefault(name, self.coders[guid])
        for guid, (name, layer) in layers.items():
            self.layers[guid] = layer
            if layer != "independent":
                self.coders[guid] = by_name.setdefault(name, Coder(id=name, name=name))

    def _coder(self, *guids: str) -> tuple[str, Layer]:
        """The coder behind the first of these GUIDs that is one, and the layer of the codings."""
        guid = next((guid for guid in guids if guid), "")
        if guid not in self.coders:
            if not guid:
                name = self.settings.coder or "unknown-coder"
                if name == "unknown-coder":
                    self.losses.add("selections", "who made them is not said; the coder is “unknown-coder”")
            else:
                name = f"user-{guid[:8]}"
                self.notes.append(f"the user {guid} is not in the list of users; called {name}")
            self.coders[guid] = Coder(id=name, name=name)
            self.layers[guid] = "independent"
        return self.coders[guid].id, self.layers[guid]

    # --- Texts -------------------------------------------------------------------------------------

    def _texts(self) -> list[_Text]:
        found: list[_Text] = []
        for raw in self._once(self.project.texts):
            text = self._text(raw)
            if text is not None:
                found.append(text)
        carried = {key(text.raw.owner) for text in found}
        others = self.project.other_sources
        self.lacking |= {key(source.guid) for source in others}
        self.lacking -= {*carried, ""}
        for source in others:
            what = _KINDS.get(source.kind, "source")
            self.losses.add(f"{what} files", "a study holds texts only", example=source.name)
            if source.codings:
                kept = BESIDE if key(source.guid) in self.lacking else ""
                why = "a place there is no span of text"
                self.losses.add(f"codings of places in a {what}", why, count=source.codings, kept=kept)
        if len({key(text.raw.owner) for text in found}) < len(found):
            self.notes.append("some recordings have several transcripts: each is a transcript of its own")
        return found

    def _once(self, texts: Iterable[RawText]) -> list[RawText]:
        """The texts without transcripts in which nothing is selected and that are the file of a text source.

        ATLAS.ti writes a transcript twice: as a text with its codings, and with its times at the recording.
        """
        every = list(texts)
        sources = {raw.plain_path.casefold(): i for i, raw in enumerate(every) if raw.kind == "TextSource"}
        sources.pop("", None)
        kept = dict(enumerate(every))
        for i, raw in enumerate(every):
            same = sources.get(raw.plain_path.casefold())
            if same is None or raw.kind not in ("AudioSource", "VideoSource") or raw.selections:
                continue
            own = kept[same]
            values = (*own.values, *(pair for pair in raw.values if pair not in own.values))
            kept[same] = replace(own, sync=own.sync or raw.sync, values=values)
            del kept[i]
            self.notes.append(
                f"the transcript of {raw.owner_name} is the text {own.name}, which has its times"
            )
            if raw.codings:
                why = "the recording is no text of its own; its transcript is a text of the project"
                self.losses.add("codings of a recording", why, count=len(raw.codings), kept=BESIDE)
        return list(kept.values())

    def _text(self, raw: RawText) -> _Text | None:
        name = raw.owner_name if raw.kind != "AudioSource" or not raw.name else raw.name
        number = len(raw.selections) + len(raw.areas) + len(raw.codings)
        stem = Path(name).stem if Path(name).suffix.lower() in _ENDINGS else name
        try:
            decoded = self._decoded(raw)
        except ThematicError as error:
            if number and not self.settings.partial:
                self.problems += [replace(problem, line=raw.line) for problem in error.problems]
            else:
                self._without_text(raw, name, number, error.problem.message)
            return None
        if decoded is None or not decoded[0].text.strip():
            why = "its text is not in the file" if decoded is None else "its text is empty"
            self._without_text(raw, name or raw.guid, number, why)
            return None
        source, original, extension, told = decoded
        self.notes += [f"{name}: {message}" for message in told]
        if source.dropped:
            self.notes.append(f"{name}: {source.dropped} control characters were taken out of the text")
        id_ = unique_id(stem or raw.guid, self.taken)
        file = SourceFile(f"{id_}{extension}", original)
        transcript = project_transcript(
            source.text,
            id=id_,
            title=" ".join(name.split()) or id_,
            file=file,
            format="refi-qda",
            encoding=source.encoding,
            newline=source.newline,  # type: ignore[arg-type]
            bom=source.bom,
        )
        return _Text(raw, source, original, file.name, transcript)

    def _without_text(self, raw: RawText, name: str, number: int, why: str) -> None:
        self.lacking.add(key(raw.owner))
        self.losses.add("texts", why, example=name)
        if number:
            what = "selections and codings of a text"
            self.losses.add(what, why, count=number, example=name, kept=BESIDE)

    def _decoded(self, raw: RawText) -> tuple[SourceText, bytes, str, list[str]] | None:
        """The text of a source, its bytes, their extension, and what to tell; None when it has none."""
        if raw.inline is not None and not raw.plain_path:
            return SourceText(raw.inline), raw.inline.encode("utf-8", "surrogatepass"), ".txt", []
        data = self.package.part(raw.plain_path) if raw.plain_path else None
        if data is not None and not data.startswith(tuple(_DOCUMENTS)):
            source, told = _decode(data, self.settings.encoding)
            return source, data, ".txt", told
        if raw.inline is not None:
            return SourceText(raw.inline), raw.inline.encode("utf-8", "surrogatepass"), ".txt", []
        path = raw.plain_path if data is not None else raw.rich_path
        data = data or (self.package.part(path) if path else None)
        if data is None:
            return None
        by_content = next((ending for mark, ending in _DOCUMENTS.items() if data.startswith(mark)), "")
        extension = Path(path).suffix.lower()
        if by_content and extension in ("", ".txt"):
            extension = by_content
        text = _document_text(data, f"{clean_id(raw.owner_name)}{extension}")
        told = ["only its rich text is in the file; positions are counted in its plain words"]
        return SourceText(text), data, extension, told

    # --- Offsets -----------------------------------------------------------------------------------

    def _offsets(self, texts: Sequence[_Text]) -> None:
        asked = parse_convention(self.settings.offsets) if self.settings.offsets else None
        sources = {}
        for text in texts:
            placed = [s for s in text.raw.selections if s.start is not None and s.end is not None]
            if placed:
                starts, ends = [s.start or 0 for s in placed], [s.end or 0 for s in placed]
                names = [s.name or s.description for s in placed]
                sources[text.transcript.id] = (text.source, Spans(starts, ends, names))
        chosen = choose(sources, asked=asked, stated=own_convention(self.project.origin))
        usual = Counter(choice.convention for choice in chosen.values()).most_common(1)
        for text in texts:
            text.choice = chosen.get(text.transcript.id)
            convention = text.choice.convention if text.choice else usual[0][0] if usual else None
            text.transcript = with_times(text.transcript, text.raw.sync, text.source, convention)
            if text.choice is None:
                continue
            if text.choice.rivals:
                self._tie(text, text.choice)
            self.notes.append(_in_words(text, text.choice))

    def _tie(self, text: _Text, choice: Choice) -> None:
        rival = choice.rivals[0]
        placed = [s for s in text.raw.selections if s.start is not None and s.end is not None]
        for i, selection in enumerate(placed):
            ours = choice.starts[i], choice.ends[i]
            import numpy as np

            sides = (np.array([side or 0], dtype=np.int64) for side in (selection.start, selection.end))
            theirs = tuple(int(side[0]) for side in text.source.spans(rival, *sides))
            if ours != theirs:
                words = [snippet(text.source.text[max(a, 0) : max(b, 0)], 40) for a, b in (ours, theirs)]
                message = (
                    f"{text.transcript.title}: positions can be read in two ways that fit equally: "
                    f"“{words[0]}” ({text.source.describe(choice.convention)}) or "
                    f"“{words[1]}” ({text.source.describe(rival)})"
                )
                hint = f"say which: --offsets {choice.convention.name} or --offsets {rival.name}"
                self.problems.append(Problem(message, self.package.name, selection.line, hint))
                return

    def _span(self, text: _Text, selection: RawSelection, i: int) -> tuple[int, int] | None:
        """Where a selection is in the text; None, and a problem or a loss, when it is nowhere."""
        choice = text.choice
        assert choice is not None and selection.start is not None and selection.end is not None
        start, end = choice.starts[i], choice.ends[i]
        if start >= 0:
            return start, end
        length = text.source.length(choice.convention)
        if 0 <= selection.start <= length < selection.end <= length + 2:
            import numpy as np

            places = text.source.places(choice.convention, np.array([selection.start], dtype=np.int64))
            if places[0] >= 0:  # programs that end a text with a line end that is not in the file
                self.losses.add(
                    "selections that end just beyond the text", "they end with it", example=_named(selection)
                )
                return int(places[0]), len(text.source.text)
        place = f"{selection.start} to {selection.end}"
        if selection.end < selection.start:
            why = f"a selection from {place} ends before it begins"
        elif selection.end > length or selection.start < 0:
            why = f"a selection from {place} is beyond the text, which has {length:,}"
        else:
            why = f"a selection from {place} begins or ends inside a character"
        self._unplaced(text, selection, why)
        return None

    def _unplaced(self, text: _Text, selection: RawSelection, why: str) -> None:
        what = f"{text.transcript.title}: {why}"
        if self.settings.partial:
            self.losses.add("selections", "no place in their text", example=what)
            if selection.codings:
                self.losses.add(
                    "codings", "their selection has no place in its text", count=len(selection.codings)
                )
        else:
            hint = "take the rest with --partial; this one is then in the report"
            self.problems.append(Problem(what, self.package.name, selection.line, hint))

    # --- Codings -----------------------------------------------------------------------------------

    def _note_texts(self) -> dict[str, tuple[str, str]]:
        """Title and text of each note, by GUID."""
        found: dict[str, tuple[str, str]] = {}
        for note in self.project.notes:
            text = note.inline
            if text is None and note.plain_path:
                try:
                    data = self.package.part(note.plain_path)
                    text = None if data is None else _decode(data, None)[0].text
                except ThematicError:
                    text = None
            if text is None and note.rich_path and not note.description:
                text = self._rich_note(note.rich_path)
            if text is None:
                text = note.description
                if not text and (note.plain_path or note.rich_path):
                    self.losses.add("memos", "their text is not in the file", example=note.name)
            found[key(note.guid)] = (note.name, text)
            self.memos[key(note.guid)] = text.strip()
        return found

    def _rich_note(self, path: str) -> str | None:
        try:
            data = self.package.part(path)
            name = f"memo{Path(path).suffix.lower()}"
            return None if data is None else _document_text(data, name)
        except ThematicError:
            return None

    def _memo(self, references: Iterable[str], description: str = "") -> str:
        parts = [description.strip()]
        for guid in references:
            if guid in self.memos:
                self.used_notes.add(guid)
                parts.append(self.memos[guid])
        return "\n\n".join(dict.fromkeys(filter(None, parts)))

    def _codings(self, texts: Sequence[_Text], codebook: Codebook | None) -> list[ProjectCoding]:
        codes = _by_guid(codebook)
        made: list[ProjectCoding] = []
        for text in texts:
            placed = -1
            for selection in text.raw.selections:
                if selection.start is None or selection.end is None:
                    self._unplaced(text, selection, "a selection has no position that is a number")
                    continue
                placed += 1
                span = self._span(text, selection, placed)
                if span is not None:
                    made += self._selected(text, selection, span, codes)
            made += self._on_pages(text, codes)
            whole = (0, len(text.source.text))
            for coding in text.raw.codings:
                made += self._coded(text, coding, whole, codes, None)
            if text.raw.codings:
                self.losses.add(
                    "codings of a text as a whole",
                    "they are codings of all its words",
                    count=len(text.raw.codings),
                )
        return made

    def _on_pages(self, text: _Text, codes: dict[str, Code]) -> list[ProjectCoding]:
        """Selections on the pages of a PDF, where their words stand once in its text."""
        made: list[ProjectCoding] = []
        searched = SearchedText(text.source.text)
        placed = 0
        for area in text.raw.areas:
            places = find_words(searched, area.name)
            if len(places.spans) == 1:
                placed += 1
                made += self._selected(text, area, places.spans[0], codes)
            elif area.codings:
                why = "a place there is no span of text"
                self.losses.add("codings of places in a PDF", why, count=len(area.codings))
        if placed:
            message = f"{placed} selections on its pages were found in its text by their words"
            self.notes.append(f"{text.transcript.title}: {message}")
        return made

    def _selected(
        self, text: _Text, selection: RawSelection, span: tuple[int, int], codes: dict[str, Code]
    ) -> list[ProjectCoding]:
        self.spans[key(selection.guid)] = (text.transcript.id, *span)
        if span[0] == span[1]:
            self.losses.add(
                "selections without length",
                "kept at their place as a memo, and no coding",
                kept="in the journal",
                example=f"{text.transcript.title} at {span[0]}",
            )
        made = [m for coding in selection.codings for m in self._coded(text, coding, span, codes, selection)]
        memo = self._memo(selection.notes, self._comment(selection))
        if not selection.codings and (memo or selection.name):
            coder, layer = self._coder(selection.user, text.raw.user, self._author())
            details = _selection_details(selection)
            made.append(
                ProjectCoding(
                    quote=_quote(text, span),
                    coder_id=coder,
                    code_id=None,
                    at=self._moment(selection.at),
                    memo=memo,
                    layer=layer,
                    details=details,
                )
            )
        return made

    def _coded(
        self,
        text: _Text,
        coding: RawCoding,
        span: tuple[int, int],
        codes: dict[str, Code],
        selection: RawSelection | None,
    ) -> list[ProjectCoding]:
        users = (coding.user, selection.user if selection else "", text.raw.user, self._author())
        if key(users[0] or users[1]) == MACHINE_GUID:
            self.losses.add(
                "suggestions of the machine", "they are no codings; `thematic suggest` makes them"
            )
            return []
        code = codes.get(coding.code)
        if code is None:
            why = "their code is not in the codebook of the file"
            self.losses.add("codings", why, example=coding.code)
            return []
        coder, layer = self._coder(*users)
        memo = self._memo(coding.notes)
        if selection is not None:
            memo = self._memo((*selection.notes, *coding.notes), self._comment(selection))
        details = _selection_details(selection) if selection is not None else {}
        details |= {"guid": coding.guid, "notes": list(coding.notes)}
        date = coding.at or (selection.at if selection else "")
        return [
            ProjectCoding(
                quote=_quote(text, span),
                coder_id=coder,
                code_id=code.id,
                at=self._moment(date),
                memo=memo,
                whole=selection is None,
                layer=layer,
                details={name: value for name, value in details.items() if value},
            )
        ]

    def _comment(self, selection: RawSelection) -> str:
        """The description of a selection; in some programs it only repeats the words that are selected."""
        same = " ".join(selection.description.split()) == " ".join(selection.name.split())
        ours = own_convention(self.project.origin) is not None
        return "" if same and not ours else selection.description

    def _moment(self, written: str) -> datetime | None:
        found = _date(written)
        if found is None and written.strip() and not written.strip().startswith("0001"):
            self.losses.add("dates", "not written as the standard writes a date", example=written)
        return found

    def _author(self) -> str:
        return key(self.project.attributes.get("creatingUserGUID"))

    # --- Cases, notes, the rest --------------------------------------------------------------------

    def _attributes(self, texts: Sequence[_Text]) -> list[_Text]:
        """The texts with the values of variables, their own and those of their cases."""
        found = case_attributes(
            self.project,
            {key(guid): text.transcript for text in texts for guid in (text.raw.owner, text.raw.guid)},
            {text.transcript.id: text.raw.values for text in texts},
            self.spans,
            self.losses,
        )
        for text in texts:
            attributes, text.cases = found[text.transcript.id]
            text.transcript = replace(text.transcript, attributes=attributes)
        return list(texts)

    def _rest(self, texts: Sequence[_Text]) -> None:
        names = {"Links": "links", "Sets": "sets", "Graphs": "maps"}
        for name, elements in self.project.kept.items():
            if elements:
                self.losses.add(
                    names[name], "a study has no place for them", count=len(elements), kept=BESIDE
                )
        for name, number in sorted(self.project.unread.items()):
            if not name.endswith("Selection"):
                self.losses.add(f"elements {name}", "not known in the standard", count=number)
        described = sum(bool(text.raw.description) for text in texts)
        if described:
            self.losses.add(
                "descriptions of texts", "a study has no place for them", count=described, kept=BESIDE
            )

    def _project_notes(self, notes: dict[str, tuple[str, str]]) -> tuple[ProjectNote, ...]:
        about: dict[str, list[str]] = {}
        for guid in self.project.notes_of_project:
            about.setdefault(guid, []).append("the project")
        for text in self.project.texts:
            for guid in text.notes:
                about.setdefault(guid, []).append(f"the text {text.owner_name}")
        names = {key(v): k for k, v in self._code_names().items()}
        for code in self.project.codes:
            for guid in code["notes"]:
                about.setdefault(guid, []).append(f"the code {names.get(key(code['guid']), code['guid'])}")
        made = []
        if self.project.description.strip():
            made.append(ProjectNote(title="Description", text=self.project.description, about="the project"))
        for note in self.project.notes:
            guid = key(note.guid)
            if note.has_codings:
                self.losses.add("memos that are coded themselves", "their codings are not taken", kept=BESIDE)
            if guid in self.used_notes and guid not in about:
                continue  # it is the memo of a decision
            title, words = notes[guid]
            coder = self.coders.get(note.user)
            made.append(
                ProjectNote(
                    title=title,
                    text=words,
                    about=join_names(about.get(guid, [])),
                    coder_id=coder.id if coder else "",
                    at=self._moment(note.at),
                )
            )
        return tuple(made)

    def _code_names(self) -> dict[str, str]:
        return {code.get("name", code["guid"]): code["guid"] for code in self.project.codes}

    def _report(
        self,
        codebook: Codebook | None,
        texts: Sequence[_Text],
        codings: Sequence[ProjectCoding],
        coders: Sequence[Coder],
        notes: Sequence[ProjectNote],
    ) -> LossReport:
        coded = [coding for coding in codings if coding.code_id is not None and coding.quote.text]
        carried = (
            ("codes", len(codebook.codes) if codebook else 0),
            ("texts", len(texts)),
            ("coders", len(coders)),
            ("codings", len(coded)),
            ("passages with only a memo", sum(coding.code_id is None for coding in codings)),
            ("codings with a memo", sum(bool(coding.memo) for coding in coded)),
            ("notes (imports/…/notes.md)", len(notes)),
            ("texts with attributes", sum(bool(text.transcript.attributes) for text in texts)),
        )
        positions = tuple(
            {"text": text.transcript.title} | text.choice.record()
            for text in texts
            if text.choice is not None
        )
        notes_ = tuple(dict.fromkeys(self.notes))
        return LossReport(carried=carried, losses=self.losses.all(), notes=notes_, positions=positions)

    def _kept(self, texts: Sequence[_Text], codebook: Codebook | None) -> dict[str, Any]:
        """What an export to REFI-QDA gives back: GUIDs of everything, and what a study has no place for."""
        raw = self.project
        ids = {guid: code.id for guid, code in _by_guid(codebook).items()}
        names = variable_names(raw)
        return {
            "project": {**raw.attributes, "description": raw.description, "notes": raw.notes_of_project},
            "users": [
                {**user, "coder": coder.id, "layer": self.layers[key(user["guid"])]}
                for user in raw.users
                if (coder := self.coders.get(key(user["guid"])))
            ],
            "codes": {
                ids[key(code["guid"])]: {"codable": code["codable"], "notes": list(code["notes"])}
                for code in raw.codes
                if key(code["guid"]) in ids and (code["notes"] or not code["codable"])
            },
            "texts": {text.transcript.id: _kept_text(text) for text in texts},
            "variables": [
                {
                    "guid": v.guid,
                    "name": v.name,
                    "type": v.type,
                    "description": v.description,
                    "attribute": names[key(v.guid)],
                }
                for v in raw.variables
            ],
            "cases": [
                {
                    "guid": case.guid,
                    "name": case.name,
                    "description": case.description,
                    "codes": list(case.codes),
                    "values": [list(pair) for pair in case.values],
                    "sources": list(case.sources),
                    "selections": list(case.selections),
                }
                for case in raw.cases
            ],
            "notes": [self._kept_note(note) for note in raw.notes],
            "xml": raw.kept,
            "sources": source_elements(self.package.project, self.package.name, self.lacking)
            if self.lacking
            else [],
            "offsets": {
                text.transcript.id: text.choice.record() for text in texts if text.choice is not None
            },
        }

    def _kept_note(self, note: Any) -> dict[str, Any]:
        return {"guid": note.guid, "xml": note.xml, "text": self.memos.get(key(note.guid), "")}


def _by_guid(codebook: Codebook | None) -> dict[str, Code]:
    if codebook is None:
        return {}
    codes = {code.id: code for code in codebook.codes}
    return {key(guid): codes[id_] for id_, guid in code_guids(codebook).items()}


_FIRST_YEAR = 1900
_ENDINGS = (".txt", ".docx", ".doc", ".rtf", ".odt", ".pdf", ".md", ".html", ".htm", ".mp3", ".mp4", ".wav")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_DOCUMENTS = {b"PK\x03\x04": ".docx", b"{\\rtf": ".rtf"}


def _document_text(data: bytes, name: str) -> str:
    """The plain words of a document of a word processor."""
    from thematic.formats.transcripts.front_door import read_file

    reading = read_file(SourceFile(name, data), settings=ReadSettings())
    # Our readers set paragraphs apart by an empty line; programs count one line end, or a CRLF, for each.
    return reading.transcripts[0].text.replace("\n\n", "\n")


def _decode(data: bytes, encoding: str | None) -> tuple[SourceText, list[str]]:
    """The text of a source, and what to tell. Never changes a character but the byte order mark."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            try:
                return SourceText(data[len(mark) :].decode(name), encoding=name, bom=True), []
            except UnicodeDecodeError as error:
                raise InputError(f"not {name} text as its byte order mark says: {error.reason}") from None
    if encoding:
        try:
            return SourceText(data.decode(encoding), encoding=encoding), []
        except (LookupError, UnicodeDecodeError) as error:
            raise InputError(f"not {encoding} text: {error}") from None
    if (unmarked := _unmarked_utf16(data)) is not None:
        told = f"no byte order mark; every other byte is zero, so it was read as {unmarked}"
        return SourceText(data.decode(unmarked, "replace"), encoding=unmarked), [told]
    try:
        return SourceText(data.decode("utf-8")), []
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
        told = "not UTF-8, read as Western Windows (cp1252): look at letters with accents"
        return SourceText(text, encoding="cp1252"), [told]


def _unmarked_utf16(data: bytes) -> str | None:
    """utf-16-le or -be where the zeros of Western letters say so; no text in UTF-8 has any zeros."""
    head = data[:65536]
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        high, low = head[offset::2], head[1 - offset :: 2]
        if high.count(0) > 0.4 * len(high) and low.count(0) < 0.1 * len(low):
            return encoding
    return None


def _quote(text: _Text, span: tuple[int, int]) -> Quote:
    start, end = span
    words = text.source.text[start:end]
    return Quote(transcript_id=text.transcript.id, start=start, end=end, text=words)


def _named(selection: RawSelection) -> str:
    return f"“{snippet(selection.name)}”" if selection.name else f"{selection.start} to {selection.end}"


def _selection_details(selection: RawSelection) -> dict[str, Any]:
    return {
        "selection": selection.guid,
        "name": selection.name,
        "description": selection.description,
        "selection_notes": list(selection.notes),
        "selection_user": selection.user,
        "selection_at": selection.at,
        "modified_by": selection.modified_by,
        "modified_at": selection.modified_at,
    }


def _kept_text(text: _Text) -> dict[str, Any]:
    raw = text.raw
    values = {
        "kind": raw.kind,
        "guid": raw.guid,
        "owner": raw.owner if raw.owner != raw.guid else "",
        "name": raw.name,
        "owner_name": raw.owner_name if raw.owner != raw.guid else "",
        "user": raw.user,
        "at": raw.at,
        "modified_by": raw.modified_by,
        "modified_at": raw.modified_at,
        "description": raw.description,
        "notes": list(raw.notes),
        "values": [list(pair) for pair in raw.values],
        "sync": [list(pair) for pair in raw.sync],
        "attributes": dict(text.transcript.attributes),
        "cases": list(text.cases),
    }
    return {name: value for name, value in values.items() if value}


def _date(written: str) -> datetime | None:
    """A date of the file; one without a zone is taken as UTC. None when it is none, as is the year 1."""
    try:
        found = datetime.fromisoformat(written.strip())
    except ValueError:
        return None
    if found.year < _FIRST_YEAR:
        return None  # how programs write that they do not know
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _in_words(text: _Text, choice: Choice) -> str:
    """How the positions of a text were read and how sure that is, for a person."""
    parts = [f"{text.transcript.title}: positions in {choice.described}"]
    if choice.quotes_named:
        parts.append(f"{choice.quotes_found} of {choice.quotes_named} quotes named in the file stand there")
    if choice.margin is None:
        parts.append("every way of counting reads the same words")
    else:
        other = f"next best {choice.next_best}"
        if choice.quotes_named:
            other += f" with {choice.next_quotes_found} of {choice.quotes_named}"
        parts.append(f"margin {choice.margin:g} points, {other}")
    if choice.by == "project":
        parts.append("decided by the project's other texts")
    if choice.by == "asked":
        parts.append("as asked for with --offsets")
    return "; ".join(parts)
