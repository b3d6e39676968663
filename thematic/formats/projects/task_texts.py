"""Labelled texts of annotation tools as a project: a task a text, spans with labels, and who labelled."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from thematic.coded_project import (
    CodedProject,
    Losses,
    LossReport,
    ProjectCoding,
    ProjectText,
    coder_ids,
)
from thematic.errors import InputError, Problem, SettingsError
from thematic.formats.encoding import head_text
from thematic.formats.projects.found_codes import FoundCodes
from thematic.formats.projects.front_door import ProjectSettings
from thematic.formats.projects.project_texts import project_transcript, unique_id
from thematic.formats.refi.offsets import SourceText, Spans, choose
from thematic.formats.transcripts.reading import SourceFile
from thematic.model import Coder, Layer, Quote
from thematic.text import snippet

__all__ = ["LabelledText", "Span", "beginning", "named", "project_of_texts", "read_json_objects"]

FIRST_RECORD = 8 * 1024 * 1024  # bytes in which the first text of an export and its labels stand


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A labelled span: positions as the file counts them, and its words where the file has them."""

    start: int
    end: int
    label: str
    words: str = ""
    coder: str = ""
    at: datetime | None = None
    memo: str = ""
    layer: Layer = "independent"


@dataclass(slots=True, kw_only=True)
class LabelledText:
    """One task: what it may be called, its text, its spans."""

    line: int
    name: str
    text: str
    spans: list[Span] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)


def read_json_objects(path: Path) -> list[tuple[int, Mapping[str, Any]]]:
    """The objects of a file of one JSON array, one object, or an object a line, each with its number or line.

    Raises InputError with every line that is not one.
    """
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            "this is not UTF-8 text", path=path.name, line=line, hint="export it again"
        ) from error
    whole: Any = None
    with suppress(ValueError, RecursionError):
        whole = json.loads(text)
    if isinstance(whole, list):
        found: list[tuple[int, Mapping[str, Any]]] = [
            (number, item) for number, item in enumerate(whole, 1) if isinstance(item, dict)
        ]
        if len(found) < len(whole):
            raise InputError(
                f"{len(whole) - len(found)} of {len(whole)} entries are no objects",
                path=path.name,
                hint="export it again",
            )
        return found
    if isinstance(whole, dict):
        return [(1, whole)]
    problems: list[Problem] = []
    rows: list[tuple[int, Mapping[str, Any]]] = []
    for number, written in enumerate(text.split("\n"), 1):
        if not written.strip():
            continue
        try:
            row = json.loads(written)
        except (ValueError, RecursionError) as error:
            what = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
            problems.append(Problem(f"broken JSON: {what}", path.name, number, "export it again"))
            continue
        if isinstance(row, dict):
            rows.append((number, row))
        else:
            problems.append(Problem("not a JSON object", path.name, number, "export it again"))
    if problems:
        raise InputError(f"{path.name} cannot be read", path=path.name, problems=problems[:50])
    return rows


def project_of_texts(
    tasks: list[LabelledText],
    *,
    path: Path,
    program: str,
    format: str,
    settings: ProjectSettings,
    losses: Losses,
    notes: tuple[str, ...] = (),
) -> CodedProject:
    """The project of these tasks. How positions are counted is found by the words of the spans.

    A text that the study has is that transcript. Raises InputError with every span that does not fit, unless
    `settings.partial`; SettingsError when nobody is named as coder.
    """
    held = {transcript.text: transcript.id for transcript in settings.transcripts.values()}
    codes = FoundCodes(settings.codebook)
    names = sorted({span.coder or settings.coder or "" for task in tasks for span in task.spans})
    if "" in names:
        raise SettingsError("the file does not say who labelled", path=path.name, hint="say it: --coder NAME")
    ids = dict(zip(names, coder_ids(names), strict=True))
    sources = [SourceText(task.text.removeprefix("\ufeff")) for task in tasks]
    chosen = choose(
        {
            str(i): (
                sources[i],
                Spans([s.start for s in t.spans], [s.end for s in t.spans], [s.words for s in t.spans]),
            )
            for i, t in enumerate(tasks)
            if t.spans
        }
    )
    problems: list[Problem] = []
    codings: list[ProjectCoding] = []
    written: list[ProjectText] = []
    taken: set[str] = set()
    counted: dict[str, int] = {}
    for i, (task, source) in enumerate(zip(tasks, sources, strict=True)):
        if not source.text.strip():
            losses.add("tasks", "they have no words", example=f"number {task.line}")
            continue
        transcript_id = held.get(source.text)
        if transcript_id is None:
            transcript_id = unique_id(task.name or f"{path.stem}-{task.line}", taken)
            original = task.text.encode("utf-8", "surrogatepass")
            file = SourceFile(f"{transcript_id}.txt", original)
            transcript = project_transcript(
                source.text,
                id=transcript_id,
                title=task.name or transcript_id,
                file=file,
                format=format,
                attributes=task.attributes,
            )
            written.append(ProjectText(transcript=transcript, original=original, file_name=file.name))
        if not task.spans:
            continue
        choice = chosen[str(i)]
        counted[choice.described] = counted.get(choice.described, 0) + 1
        for span, start, end in zip(task.spans, choice.starts, choice.ends, strict=True):
            words = source.text[start:end] if 0 <= start < end else ""
            if not words or (span.words and _solid(span.words) != _solid(words)):
                said = f" “{snippet(span.words, 30)}”" if span.words else ""
                message = (
                    f"{task.name or transcript_id}: {span.start} to {span.end}{said} is not at its place"
                )
                problems.append(Problem(message, path.name, task.line))
                losses.add("spans", "their words do not stand at their place", example=message)
                continue
            codings.append(
                ProjectCoding(
                    quote=Quote(transcript_id=transcript_id, start=start, end=end, text=words),
                    coder_id=ids[span.coder or settings.coder or ""],
                    code_id=codes.of_text(span.label),
                    at=span.at,
                    memo=span.memo,
                    layer=span.layer,
                )
            )
    if problems and not settings.partial:
        raise InputError(
            f"{len(problems)} spans do not fit their texts; nothing was written",
            path=path.name,
            problems=problems[:50],
            hint="take the others with --partial",
        )
    told = [f"positions are {described} in {number} texts" for described, number in sorted(counted.items())]
    return CodedProject(
        title=path.stem,
        program=program,
        format=format,
        file=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        codebook=codes.codebook(path.stem),
        texts=tuple(written),
        coders=tuple(Coder(id=ids[name], name=name) for name in names),
        codings=tuple(codings),
        report=LossReport(
            carried=(
                ("texts", len(tasks)),
                ("texts that the study has already", len(tasks) - len(written)),
                ("codings", len(codings)),
                ("coders", len(names)),
            ),
            losses=losses.all(),
            notes=(*notes, *told),
        ),
    )


def _solid(text: str) -> str:
    """Without white space, also as Label Studio writes line ends: a backslash and an n."""
    return re.sub(r"\\n|\s", "", text)


def named(task: Mapping[str, Any], *keys: str) -> str:
    """The first of these values that can be a name."""
    for key in keys:
        value = task.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def beginning(path: Path) -> str:
    """The first megabytes of a file, for looking only: an interview is longer than the head of a file."""
    with path.open("rb") as file:
        return head_text(file.read(FIRST_RECORD))
