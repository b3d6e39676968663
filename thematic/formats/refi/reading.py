"""A REFI-QDA project as a CodedProject: `.qdpx` of any program, or a bare `.qde`.

Tolerant: what is missing or odd is put right where that is certain, and told. Nothing is guessed: a position
that no way of counting explains, or that two explain equally, stops the import with what to type next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from thematic.coded_project import CodedProject, LossReport, ProjectCoding, ProjectNote, ProjectText
from thematic.formats.codebook_qdc import code_guids, read_codebook_qdc
from thematic.formats.projects import ProjectSettings
from thematic.formats.refi.account import BESIDE, Account
from thematic.formats.refi.cases import case_attributes
from thematic.formats.refi.codings import CodingReader, read_codings
from thematic.formats.refi.conventions import own_convention
from thematic.formats.refi.keeping import kept
from thematic.formats.refi.memos import Memos
from thematic.formats.refi.offsets import parse_convention
from thematic.formats.refi.packages import Package, open_package
from thematic.formats.refi.parsing import NAMESPACE, Project, key, parse_project
from thematic.formats.refi.people import People
from thematic.formats.refi.placing import choose_conventions
from thematic.formats.refi.sources import SourceRead, read_sources
from thematic.model import Code, Codebook

__all__ = ["read", "sniff"]


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
        account = Account(path.name, package.name, settings.partial)
        return _read(project, package, account, settings, path.stem)


def _read(
    project: Project, package: Package, account: Account, settings: ProjectSettings, stem: str
) -> CodedProject:
    if project.namespace != NAMESPACE:
        account.note(f"its namespace is “{project.namespace}”, not “{NAMESPACE}”; read all the same")
    for repair in project.repairs:
        account.note(repair)
    title = " ".join(project.name.split()) or stem
    codebook = _codebook(project, title, account)
    codes = _by_guid(codebook)
    reads = read_sources(project, package, account, encoding=settings.encoding)
    own = own_convention(project.origin)
    asked = parse_convention(settings.offsets) if settings.offsets else None
    choose_conventions(reads, account, asked=asked, stated=own)
    people = People.of(project.users, account, settings.coder)
    memos = Memos.of(project, package, account)
    author = key(project.attributes.get("creatingUserGUID"))
    reader = CodingReader(people, memos, codes, author, own is not None, account)
    codings = read_codings(reads, reader)
    account.stop()
    _give_attributes(project, reads, reader.spans, account)
    notes = memos.rest(project, people.coders, account)
    _tell_the_rest(project, reads, account)
    used = {coding.coder_id for coding in codings}
    return CodedProject(
        title=title,
        program=project.origin,
        format="refi-qda",
        file=account.file,
        sha256=hashlib.sha256(package.project).hexdigest(),
        codebook=codebook,
        texts=tuple(
            ProjectText(transcript=read.transcript, original=read.original, file_name=read.file_name)
            for read in reads
        ),
        coders=tuple(each for each in dict.fromkeys(people.coders.values()) if each.id in used),
        codings=tuple(codings),
        notes=notes,
        report=_report(codebook, reads, codings, notes, account),
        kept=kept(project, reads, codes, people, memos.words),
    )


def _codebook(project: Project, title: str, account: Account) -> Codebook | None:
    if project.codebook is None or not project.codes:
        account.note("the project has no codes, so the study has no codebook yet")
        return None
    codebook, warnings = read_codebook_qdc(project.codebook, path=account.file, title=title)
    # Lines are those of the codebook alone, which nobody has before them; and what a codebook of another
    # program lacks is no repair.
    usual = ("isCodable", "no definition", "no examples")
    for warning in warnings:
        if not any(words in warning.message for words in usual):
            account.note(f"codebook: {warning.message}")
    folders = sum(not code["codable"] for code in project.codes)
    if folders:
        what = "folders that only group codes (isCodable is false)"
        account.losses.add(what, "here any code can be given", count=folders, kept=BESIDE)
    return codebook


def _by_guid(codebook: Codebook | None) -> dict[str, Code]:
    if codebook is None:
        return {}
    codes = {code.id: code for code in codebook.codes}
    return {key(guid): codes[id_] for id_, guid in code_guids(codebook).items()}


def _give_attributes(
    project: Project,
    reads: Sequence[SourceRead],
    spans: Mapping[str, tuple[str, int, int]],
    account: Account,
) -> None:
    """Give each text the values of variables, its own and those of its cases."""
    found = case_attributes(
        project,
        {key(guid): read.transcript for read in reads for guid in (read.raw.owner, read.raw.guid)},
        {read.transcript.id: read.raw.values for read in reads},
        spans,
        account.losses,
    )
    for read in reads:
        attributes, read.cases = found[read.transcript.id]
        read.transcript = replace(read.transcript, attributes=attributes)


def _tell_the_rest(project: Project, reads: Sequence[SourceRead], account: Account) -> None:
    no_place = "a study has no place for them"
    for name, what in (("Links", "links"), ("Sets", "sets"), ("Graphs", "maps")):
        if number := len(project.kept.get(name, ())):
            account.losses.add(what, no_place, count=number, kept=BESIDE)
    described = sum(bool(read.raw.description) for read in reads)
    if described:
        account.losses.add("descriptions of texts", no_place, count=described, kept=BESIDE)
    for name, number in sorted(project.unread.items()):
        if not name.endswith("Selection"):
            account.losses.add(f"elements {name}", "not known in the standard", count=number)


def _report(
    codebook: Codebook | None,
    reads: Sequence[SourceRead],
    codings: Sequence[ProjectCoding],
    notes: Sequence[ProjectNote],
    account: Account,
) -> LossReport:
    coded = [coding for coding in codings if coding.code_id is not None and coding.quote.text]
    carried = (
        ("codes", len(codebook.codes) if codebook else 0),
        ("texts", len(reads)),
        ("coders", len({coding.coder_id for coding in codings})),
        ("codings", len(coded)),
        ("passages with only a memo", sum(coding.code_id is None for coding in codings)),
        ("codings with a memo", sum(bool(coding.memo) for coding in coded)),
        ("notes (imports/…/notes.md)", len(notes)),
        ("texts with attributes", sum(bool(read.transcript.attributes) for read in reads)),
    )
    return LossReport(
        carried=carried,
        losses=account.losses.all(),
        notes=tuple(account.notes),
        positions=tuple(
            {"text": read.transcript.title} | read.choice.record()
            for read in reads
            if read.choice is not None
        ),
    )
