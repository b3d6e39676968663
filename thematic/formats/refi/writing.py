"""A coded project as REFI-QDA `.qdpx`: strict, the same bytes every time, valid by the standard's schema.

Two profiles differ in how texts are written and positions counted: `spec` is the standard's own (LF, code
points); `nvivo-win` is what NVivo for Windows writes and reads (CRLF, UTF-16 units, a byte order mark).
GUIDs that came from another program go back to it; all others are made from names and stay the same.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from thematic.codebook import id_from_name, walk
from thematic.coded_project import CodedProject, Losses, LossReport
from thematic.errors import InputError, SettingsError
from thematic.formats.codebooks.codebook_qdc import code_guids, describe, read_codebook_qdc
from thematic.formats.refi.casebook import casebook
from thematic.formats.refi.coded_sources import CodedSources, coded_sources
from thematic.formats.refi.conventions import PROFILES, origin_of
from thematic.formats.refi.elements import Elements, valid_date, valid_guid
from thematic.formats.refi.identity import MACHINE_GUID, MACHINE_NAME, layered_name, user_guid
from thematic.formats.refi.kept_elements import kept_elements, project_schema
from thematic.formats.refi.kept_sources import kept_sources
from thematic.formats.refi.parsing import NAMESPACE, key
from thematic.model import Codebook, Layer

__all__ = ["PROFILES", "Written", "validate", "write_project"]


@dataclass(frozen=True, slots=True)
class Written:
    """The bytes of the package, and what could not be carried as it is."""

    data: bytes
    report: LossReport


def write_project(project: CodedProject, *, profile: str = "spec") -> Written:
    """The project as a package. Raises SettingsError for an unknown profile.

    Every file is made, and the project validated, before there are any bytes. Raises InputError, with the
    schema's words, if it were not valid.
    """
    if profile not in PROFILES:
        raise SettingsError(
            f"no profile is called “{profile}”", hint=f"choose {' or '.join(PROFILES)}; what each is: docs"
        )
    make, losses = Elements(), Losses()
    users = _user_guids(project)
    written_notes = {
        key(note["guid"]): note["guid"].strip()
        for note in project.kept.get("notes", ())
        if valid_guid(note["guid"])
    }
    sources = coded_sources(project, users, written_notes, make, losses, windows=profile == "nvivo-win")
    _add_kept_sources(project, sources, users, written_notes, losses)
    variables, cases = casebook(project, sources, make, losses)
    codes = ""
    if project.codebook is not None:
        codes = _codes(project.codebook, project.kept.get("codes", {}), written_notes, make)
    about = project.kept.get("project", {})
    known = {key(guid): guid for guid in (*sources.guids, *users.values())}
    if project.codebook is not None:
        known |= {key(guid): guid for guid in code_guids(project.codebook).values()}
    kept = kept_elements(project, known, make, losses)
    inside: tuple[str | bytes, ...] = (
        _users(project, users, make),
        codes and f"<CodeBook>\n{codes}\n</CodeBook>",
        make.group("Variables", variables),
        make.group("Cases", cases),
        # As bytes, text by text: with one emoji in it, a string takes four bytes a character.
        b"\n".join([b"<Sources>", *sources.elements, b"</Sources>"]) if sources.elements else "",
        *kept.groups,
        make.text("Description", about.get("description", "")),
        *kept.references,
    )
    parts: list[str | bytes] = [
        _opening(project, users, profile, make),
        *(each for each in inside if each),
        "</Project>",
        "",
    ]
    xml = b"\n".join(part if isinstance(part, bytes) else part.encode() for part in parts)
    sources.elements.clear()
    validate(xml)
    if make.replaced:
        losses.add("characters that XML forbids", "U+FFFD stands for each", count=make.replaced)
    coded = sum(coding.code_id is not None for coding in project.codings)
    carried = (
        ("codes", len(project.codebook.codes) if project.codebook else 0),
        ("texts", len(project.texts)),
        ("users", len(users)),
        ("codings", coded),
        ("selections with only a memo", len(project.codings) - coded),
        ("variables", len(variables)),
        ("cases", len(cases)),
    )
    report = LossReport(
        carried=carried,
        losses=(*project.report.losses, *losses.all()),
        notes=(f"profile {profile}: {PROFILES[profile]}", *project.report.notes),
    )
    return Written(_package(xml, sources.files), report)


def _add_kept_sources(
    project: CodedProject,
    sources: CodedSources,
    users: Mapping[tuple[str, Layer], str],
    notes: Mapping[str, str],
    losses: Losses,
) -> None:
    codes = code_guids(project.codebook).values() if project.codebook else ()
    known = {key(guid): guid for guid in (*codes, *users.values(), *notes.values())}
    variables = {key(variable["guid"]) for variable in project.kept.get("variables", ())}
    elements, guids = kept_sources(project, known, variables, sources.guids, losses)
    sources.elements += elements
    sources.guids |= guids


def _opening(
    project: CodedProject, users: Mapping[tuple[str, Layer], str], profile: str, make: Elements
) -> str:
    """The declaration and the start of the root. No path of a machine is in it, and no date of ours."""
    about = project.kept.get("project", {})
    known = {key(guid): guid for guid in users.values()}
    element = make.element(
        "Project",
        name=project.title or "Untitled",
        origin=origin_of(profile),
        creatingUserGUID=known.get(key(about.get("creatingUserGUID")), ""),
        creationDateTime=valid_date(about.get("creationDateTime", "")),
    )
    start = element.removesuffix("/>")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{start} xmlns="{NAMESPACE}">'


def validate(xml: bytes) -> None:
    """Raise InputError unless this is valid by the schema of the standard. Holds one element at a time."""
    from lxml import etree

    options = {"resolve_entities": False, "no_network": True, "huge_tree": True, "schema": project_schema()}
    try:
        for _, element in etree.iterparse(io.BytesIO(xml), events=("end",), **options):
            element.clear()
    except etree.XMLSyntaxError as error:
        raise InputError(
            f"the project would not be valid REFI-QDA: {error.msg}; nothing was written",
            line=error.lineno,
            hint="please report this: it is a mistake of thematic, not yours",
        ) from None


def _package(xml: bytes, texts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, data in {"project.qde": xml, **{f"sources/{n}": d for n, d in texts.items()}}.items():
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, data)
    return out.getvalue()


# --- Users and codes -------------------------------------------------------------------------------


def _user_guids(project: CodedProject) -> dict[tuple[str, Layer], str]:
    """The GUID of each coder in each layer: the one that came with them, or one made of their name."""
    came: dict[tuple[str, Layer], str] = {}
    for user in project.kept.get("users", ()):
        if valid_guid(user["guid"]):
            came.setdefault((user["coder"], user["layer"]), user["guid"].strip())
    wanted: dict[tuple[str, Layer], None] = dict.fromkeys(came)
    wanted |= dict.fromkeys((coder.id, "independent") for coder in project.coders if coder.kind == "human")
    wanted |= dict.fromkeys((coding.coder_id, coding.layer) for coding in project.codings)
    models = {coder.id for coder in project.coders if coder.kind == "model"}
    return {
        (coder, layer): MACHINE_GUID if coder in models else came.get((coder, layer), user_guid(coder, layer))
        for coder, layer in wanted
    }


def _users(project: CodedProject, users: dict[tuple[str, Layer], str], make: Elements) -> str:
    named = {(user["coder"], user["layer"]): user for user in project.kept.get("users", ())}
    rows: list[str] = []
    for (coder, layer), guid in users.items():
        came: dict[str, Any] = named.get((coder, layer), {})
        name = came.get("name") or layered_name(coder, layer)
        if guid == MACHINE_GUID:
            name = MACHINE_NAME
        rows.append(make.element("User", guid=guid, name=name, id=came.get("id", "")))
    return make.group("Users", rows)


def _codes(codebook: Codebook, kept: dict[str, Any], notes: Mapping[str, str], make: Elements) -> str:
    """The Codes element. A description names the id of its code only where its name would not give it."""
    short = _codes_element(codebook, kept, notes, make, all_ids=False)
    try:
        read, _ = read_codebook_qdc(
            f'<CodeBook xmlns="{NAMESPACE}">{short}</CodeBook>'.encode(), path="", title=codebook.title
        )
    except InputError:
        read = replace(codebook, codes=())
    as_written = [code.id for _, code in walk(codebook)]
    if [code.id for code in read.codes] == as_written:
        return short
    return _codes_element(codebook, kept, notes, make, all_ids=True)


def _codes_element(
    codebook: Codebook, kept: dict[str, Any], notes: Mapping[str, str], make: Elements, *, all_ids: bool
) -> str:
    lines = ["<Codes>"]
    depth = 0
    guids = code_guids(codebook)
    for level, code in walk(codebook):
        lines += ["</Code>"] * (depth - level)
        about = kept.get(code.id, {})
        with_id = all_ids or id_from_name(code.name) != code.id
        opening = make.named(
            "Code",
            code.name,
            guid=guids[code.id],
            isCodable="true" if code.status == "active" and about.get("codable", True) else "false",
            color=code.color,
        )
        description = make.text("Description", describe(code, with_id=with_id))
        lines.append(f"{opening.removesuffix('/>')}>{description}")
        lines += [make.element("NoteRef", targetGUID=notes[n]) for n in about.get("notes", ()) if n in notes]
        depth = level + 1
    return "\n".join([*lines, *["</Code>"] * depth, "</Codes>"])
