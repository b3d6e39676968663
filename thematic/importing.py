"""A coded project of another program into a study: texts, codebook, decisions, attributes, notes. Floor 6.

Codings of another program are decisions that people made there, and become decisions here: in a journal a
coder, with their date, mode `import`, and the file they came from. Everything that can be wrong is found
before anything is written; journals are written last, each at once.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from thematic.codebook import merge as merge_codebooks
from thematic.coded_project import CodedProject, LossReport, ProjectCoding, ProjectNote, ProjectText
from thematic.errors import InputError, Problem
from thematic.files import write_atomic
from thematic.formats.projects.front_door import ProjectSettings
from thematic.journal import Journal, read_journal
from thematic.kept_imports import KEPT, import_folder
from thematic.model import Codebook, Decision, Quote, Transcript
from thematic.review import Judgement, Review
from thematic.study import Study, StudySettings, fingerprint, json_bytes
from thematic.text import join_names, snippet

__all__ = ["ProjectImport", "import_into_new", "import_project", "new_study", "settings_in"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectImport:
    """What an import did, or would do. `decisions` counts those written, by coder; `unchanged` those that
    the journals had already."""

    transcripts_added: tuple[str, ...]
    transcripts_held: tuple[str, ...]
    codes_added: tuple[str, ...]
    decisions: Mapping[str, int]
    unchanged: int
    report: LossReport
    report_path: str = ""

    def record(self) -> dict[str, Any]:
        """The outcome as plain values, for --json."""
        return {
            "transcripts_added": list(self.transcripts_added),
            "transcripts_held": list(self.transcripts_held),
            "codes_added": list(self.codes_added),
            "decisions": dict(self.decisions),
            "unchanged": self.unchanged,
            "report": self.report.record(),
            "report_path": self.report_path or None,
        }


def new_study(root: Path, project: CodedProject) -> Study:
    """A new study in `root`, with the project's title. Raises StudyError unless `root` is absent or empty."""
    return Study.create(root, StudySettings(title=project.title or root.resolve().name))


def settings_in(study: Study, settings: ProjectSettings) -> ProjectSettings:
    """The settings with the transcripts and the codebook of the study, for files that carry only quotes."""
    from thematic.formats.codebooks.front_door import read_codebook

    transcripts = {id_: study.transcript(id_) for id_ in study.transcript_ids()}
    codebook = read_codebook(study.codebook_path)[0] if study.codebook_path.is_file() else None
    return replace(settings, transcripts=transcripts, codebook=codebook)


def import_into_new(root: Path, project: CodedProject) -> ProjectImport:
    """A new study in `root` with all of the project. When anything goes wrong, `root` is as it was."""
    was_there = root.is_dir()
    study = new_study(root, project)
    try:
        with study.lock():
            return import_project(study, project)
    except BaseException:
        # It was absent or empty (new_study sees to that), so all that is in it was written just now.
        for path in list(root.iterdir()):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if not was_there:
            root.rmdir()
        raise


def import_project(study: Study, project: CodedProject, *, dry_run: bool = False) -> ProjectImport:
    """Write the project into the study; call it while holding the study's lock.

    A text that the study has already is not taken twice. Where the study has a code with the same id, the
    study's wording stands. Importing the same project again changes nothing. Raises InputError, before
    anything is written, when a coding does not quote its text.
    """
    texts, names, notes = _placed_texts(study, project.texts)
    codebook, added_codes, more = _joined_codebook(study, project.codebook)
    codings = [_renamed(coding, names) for coding in project.codings]
    _check_quotes(study, texts, codings, project.file)
    journals = _decisions(study, project, codings, codebook.version if codebook else "", datetime.now(UTC))
    report = replace(project.report, notes=(*project.report.notes, *notes, *more))
    outcome = ProjectImport(
        transcripts_added=tuple(text.transcript.id for text in texts),
        transcripts_held=tuple(sorted(set(names.values()) - {text.transcript.id for text in texts})),
        codes_added=added_codes,
        decisions={coder: len(new) for coder, (new, _) in journals.items()},
        unchanged=sum(held for _, held in journals.values()),
        report=report,
    )
    if dry_run:
        return outcome
    for text in texts:
        write_atomic(study.root / "transcripts" / text.file_name, text.original)
        study.save_transcript(text.transcript, read_key=_read_key(text), report=_reading_report(text))
    if codebook is not None and (added_codes or not study.codebook_path.exists()):
        _write_codebook(study, codebook)
    _write_attributes(study, texts)
    folder = _write_beside(study, project, report, names)
    for coder, (new, _) in journals.items():
        Journal.open(study.journal_path(coder)).extend(new)
    return replace(outcome, report_path=str(folder / "what-was-carried.txt"))


# --- Texts -----------------------------------------------------------------------------------------


def _placed_texts(
    study: Study, texts: Iterable[ProjectText]
) -> tuple[list[ProjectText], dict[str, str], list[str]]:
    """The texts to add, the id in the study of every text of the project, and what was decided."""
    held = {id_: study.transcript(id_) for id_ in study.transcript_ids()}
    by_text = {transcript.text: id_ for id_, transcript in held.items()}
    taken = {id_.casefold() for id_ in held}
    files = {transcript.source.path.casefold() for transcript in held.values()}
    added: list[ProjectText] = []
    names: dict[str, str] = {}
    notes: list[str] = []
    for text in texts:
        own = text.transcript.id
        same = held.get(own)
        if same is not None and same.text == text.transcript.text:
            names[own] = own
            continue
        if text.transcript.text in by_text and text.transcript.text.strip():
            names[own] = by_text[text.transcript.text]
            notes.append(f"the text {own} is {names[own]} of the study, word for word: not taken twice")
            continue
        id_ = _free(own, taken)
        if id_ != own:
            notes.append(f"the study has another text {own}; the one of the project is {id_}")
        file_name = _free_file(text.file_name, files)
        names[own] = id_
        transcript = replace(text.transcript, id=id_, source=replace(text.transcript.source, path=file_name))
        added.append(replace(text, transcript=transcript, file_name=file_name))
    return added, names, notes


def _free(name: str, taken: set[str]) -> str:
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{name}-{number}"
    taken.add(candidate.casefold())
    return candidate


def _free_file(name: str, taken: set[str]) -> str:
    path = Path(Path(name).name)
    candidate, number = path.name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{path.stem}-{number}{path.suffix}"
    taken.add(candidate.casefold())
    return candidate


def _read_key(text: ProjectText) -> str:
    return fingerprint("import", text.file_name, hashlib.sha256(text.original).hexdigest())


def _reading_report(text: ProjectText) -> dict[str, Any]:
    source = text.transcript.source
    return {"format": source.format, "dropped": [], "warnings": [], "unconfirmed_speakers": []}


# --- Codebook --------------------------------------------------------------------------------------


def _joined_codebook(
    study: Study, theirs: Codebook | None
) -> tuple[Codebook | None, tuple[str, ...], list[str]]:
    """The codebook of the study with the project's codes added, the ids added, and what was decided."""
    from thematic.formats.codebooks.front_door import read_codebook

    ours = read_codebook(study.codebook_path)[0] if study.codebook_path.is_file() else None
    if theirs is None or ours is None:
        return theirs or ours, tuple(c.id for c in theirs.codes) if theirs else (), []
    known = {code.id for code in ours.codes}
    added = tuple(code.id for code in theirs.codes if code.id not in known)
    if not added:
        return ours, (), []
    joined = merge_codebooks(ours, theirs)
    differ = sorted({c.code_id for c in joined.conflicts if c.code_id is not None})
    notes = [f"worded otherwise in the study, which stands: {join_names(differ)}"] if differ else []
    # Only codes are added: what the study says of its own codes stands as it is.
    own = {code.id: code for code in ours.codes}
    codes = tuple(own.get(code.id, code) for code in joined.codebook.codes)
    from thematic.codebook import make_codebook

    made = make_codebook(ours.title, codes, description=ours.description, version_notes=ours.version_notes)
    return made, added, notes


def _write_codebook(study: Study, codebook: Codebook) -> None:
    from thematic.formats.codebooks.front_door import read_codebook, write_codebook_yaml

    if study.codebook_path.is_file():
        study.keep_codebook(read_codebook(study.codebook_path)[0])  # with its comments
    write_atomic(study.codebook_path, write_codebook_yaml(codebook).encode())
    study.keep_codebook(codebook)


# --- Decisions -------------------------------------------------------------------------------------


def _renamed(coding: ProjectCoding, names: Mapping[str, str]) -> ProjectCoding:
    id_ = names.get(coding.quote.transcript_id, coding.quote.transcript_id)
    if id_ == coding.quote.transcript_id:
        return coding
    return replace(coding, quote=replace(coding.quote, transcript_id=id_))


def _check_quotes(
    study: Study, texts: Iterable[ProjectText], codings: Iterable[ProjectCoding], file: str
) -> None:
    """Raise InputError unless every quote stands in its text: the last line of defence against a reader."""
    known: dict[str, Transcript] = {text.transcript.id: text.transcript for text in texts}
    problems: list[Problem] = []
    for coding in codings:
        quote = coding.quote
        if quote.transcript_id not in known:
            known[quote.transcript_id] = study.transcript(quote.transcript_id)
        if known[quote.transcript_id].text[quote.start : quote.end] != quote.text:
            message = f"{quote.transcript_id}: “{snippet(quote.text)}” is not at {quote.start}..{quote.end}"
            problems.append(Problem(message, file, None, "please report this: the file was read wrongly"))
    if problems:
        raise InputError(f"{len(problems)} codings do not fit their texts", path=file, problems=problems)


_Key = tuple[str, str, str, int, int]


def _decisions(
    study: Study,
    project: CodedProject,
    codings: Iterable[ProjectCoding],
    codebook_version: str,
    now: datetime,
) -> dict[str, tuple[list[Decision], int]]:
    """By coder: the decisions to append, and how many of the project the journal has already.

    Codings of one coder on one span are one decision, since a decision states all codes of a passage; each
    keeps its own date and memo in the details.
    """
    passages: dict[_Key, list[ProjectCoding]] = {}
    for coding in codings:
        quote = coding.quote
        key = (coding.coder_id, coding.layer, quote.transcript_id, quote.start, quote.end)
        passages.setdefault(key, []).append(coding)
    found: dict[str, tuple[list[Decision], int]] = {}
    reviews: dict[str, tuple[Review, set[str]]] = {}
    for (coder, layer, *_), group in passages.items():
        if coder not in reviews:
            path = study.journal_path(coder)
            made = read_journal(path)[0] if path.exists() else ()
            reviews[coder] = (Review.replay(coder, made), {decision.id for decision in made})
        review, ids = reviews[coder]
        decision = _decision(project, coder, group, codebook_version, now)
        new, held = found.setdefault(coder, ([], 0))
        before = review.judgement(f"{_place(decision.quote)}", layer)
        if decision.id in ids or (before is not None and _says_already(before, decision)):
            found[coder] = (new, held + 1)
            continue
        came = [e for e in review.history.get((layer, _place(decision.quote)), ()) if e.mode == "import"]
        fresh = _not_yet_said(decision, came)
        if fresh is None:
            found[coder] = (new, held + 1)
            continue
        if before is not None and before.decided and fresh.action == "add":
            codes = tuple(dict.fromkeys((*before.code_ids, *fresh.code_ids)))
            fresh = replace(fresh, action="change", code_ids=codes)
        ids.add(fresh.id)
        new.append(fresh)
    return found


def _not_yet_said(decision: Decision, came: Sequence[Decision]) -> Decision | None:
    """What of a decision no import has brought before; None when nothing is left.

    Some programs make new GUIDs for each export, so that the same coding comes as another. What people have
    changed or removed here since it came stays so.
    """
    if not came or decision.action == "none-apply":
        return decision
    known = {code for event in came for code in event.code_ids}
    codes = tuple(code for code in decision.code_ids if code not in known)
    memo = "" if decision.memo in {event.memo for event in came} else decision.memo
    if not codes and not memo:
        return None
    action = decision.action if codes or not decision.code_ids else "memo"
    return replace(decision, code_ids=codes, memo=memo, action=action)


def _place(quote: Quote) -> str:
    return f"{quote.transcript_id}:{quote.start}-{quote.end}"


def _says_already(judgement: Judgement, decision: Decision) -> bool:
    if decision.action == "none-apply":  # what was decided in the study stands
        return judgement.decided
    same_memo = not decision.memo or decision.memo == judgement.memo
    return set(decision.code_ids) <= set(judgement.code_ids) and same_memo


def _decision(
    project: CodedProject, coder: str, group: list[ProjectCoding], codebook_version: str, now: datetime
) -> Decision:
    first = group[0]
    # A selection without words states nothing about any word: it is kept as a memo at its place.
    codes = tuple(dict.fromkeys(c.code_id for c in group if c.code_id is not None and first.quote.text))
    memo = "\n\n".join(dict.fromkeys(c.memo for c in group if c.memo))
    entries = [_entry(coding) for coding in group]
    dates = [coding.at for coding in group if coding.at is not None]
    said = [project.format, coder, first.layer, _place(first.quote), first.quote.text, memo, *codes]
    said += [str(entry) for entry in entries]
    nothing = any(coding.none_applies for coding in group)
    digest = hashlib.sha256("\0".join(said).encode("utf-8", "surrogatepass")).hexdigest()
    source = {"file": project.file, "format": project.format, "program": project.program}
    return Decision(
        id=digest[:12],
        coder_id=coder,
        action="add" if codes else "none-apply" if nothing else "memo",
        at=max(dates) if dates else now,
        quote=first.quote,
        code_ids=codes,
        memo=memo,
        codebook_version=codebook_version,
        layer=first.layer,
        mode="import",
        details={"source": source, "codings": entries}
        | ({} if dates else {"date": "not in the file: this is the date of the import"}),
    )


def _entry(coding: ProjectCoding) -> dict[str, Any]:
    """What a coding was in the other program, for the way back; empty values are left out."""
    values = {
        "code": coding.code_id,
        "at": coding.at.isoformat() if coding.at else None,
        "memo": coding.memo,
        "whole": coding.whole,
        "none_applies": coding.none_applies,
        **coding.details,
    }
    return {name: value for name, value in values.items() if value}


# --- Attributes, notes, and what is kept for the way back -------------------------------------------


def _write_attributes(study: Study, texts: Iterable[ProjectText]) -> None:
    """participants.csv with the attributes of the texts; rows and columns that were there stay."""
    from thematic.formats.safe_csv import safe_csv
    from thematic.formats.transcripts.attributes import read_attributes
    from thematic.formats.transcripts.reading import SourceFile

    new = {text.transcript.id: text.transcript.attributes for text in texts}
    if not any(new.values()):
        return
    path = study.participants_path()
    values: dict[str, dict[str, str]] = {}
    columns: list[str] = []
    if path is not None:
        if path.suffix != ".csv":
            return  # a person's workbook is not rewritten; the attributes are with the transcripts
        before = path.read_bytes()
        cases = read_attributes(SourceFile(path.name, before))
        values = {id_: dict(row) for id_, row in cases.values.items()}
        columns = list(cases.attributes)
        write_atomic(path.with_name(f"{path.stem}.earlier{path.suffix}"), before)
    for id_, row in new.items():
        values.setdefault(id_, {}).update(row)
        columns += [name for name in row if name not in columns]
    rows = [[id_, *(row.get(name, "") for name in columns)] for id_, row in values.items()]
    write_atomic(study.root / "participants.csv", safe_csv(["participant", *columns], rows))


def _write_beside(study: Study, project: CodedProject, report: LossReport, names: Mapping[str, str]) -> Path:
    """imports/<file>/: the report in words and JSON, notes as Markdown, what an export gives back."""
    folder = import_folder(study, project.file)
    title = f"What was carried from {project.file} ({project.program or 'program unknown'})"
    text = "\n".join([title, "", *report.lines()]) + "\n"
    write_atomic(folder / "what-was-carried.txt", text.encode("utf-8", "surrogatepass"))
    write_atomic(folder / "what-was-carried.json", json_bytes(report.record()))
    if project.notes:
        write_atomic(folder / "notes.md", _notes_markdown(project.notes))
    kept = {
        "schema": "thematic-import-1",
        "format": project.format,
        "file": project.file,
        "sha256": project.sha256,
        "program": project.program,
        "transcripts": dict(names),
        "kept": project.kept,
    }
    write_atomic(folder / KEPT, json_bytes(kept))
    return folder


def _notes_markdown(notes: Iterable[ProjectNote]) -> bytes:
    parts = ["# Notes of the project", ""]
    for note in notes:
        said = [note.about, note.coder_id, note.at.date().isoformat() if note.at else ""]
        parts += [f"## {' '.join(note.title.split()) or 'Untitled'}", ""]
        if any(said):
            parts += [f"*{', '.join(filter(None, said))}*", ""]
        parts += [note.text.strip(), ""]
    return "\n".join(parts).encode("utf-8", "surrogatepass")
