"""`thematic export --to`: a study, or a part of it, in any of the formats of `formats/exports/`."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from thematic.errors import Problem, SettingsError, did_you_mean
from thematic.files import keep_changed, write_atomic
from thematic.formats.exports.excerpt_rows import excerpt_rows
from thematic.formats.exports.front_door import FORMATS, ExportFormat, files_of, not_carried
from thematic.model import StudyData
from thematic.selection import Selection, select
from thematic.text import join_names

__all__ = ["Exported", "export_files", "file_name", "find_formats", "write_exports"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written in one format: (path, SHA-256) of each file, how much, what has no place in it.

    kept: where files are now that stood there and that somebody had changed since they were written.
    """

    format: str
    files: tuple[tuple[str, str], ...]
    transcripts: int
    excerpts: int
    codings: int
    not_carried: tuple[Problem, ...]
    kept: tuple[str, ...] = ()


def find_formats(names: Sequence[str]) -> dict[str, ExportFormat]:
    """The formats of these names. Raises SettingsError with every name that is none."""
    problems = [
        Problem(
            f"there is no format “{name}”",
            hint=did_you_mean(name, FORMATS) or f"choose {join_names(list(FORMATS), 'or')}",
        )
        for name in names
        if name not in FORMATS
    ]
    if problems:
        raise SettingsError("the export was not made", problems=problems)
    return {name: FORMATS[name] for name in names}


def export_files(made: ExportFormat, data: StudyData, selection: Selection) -> dict[str, bytes]:
    """Path below the folder of exports -> bytes. A part of a study has the part in its name, so that nobody
    takes it for the whole."""
    files = files_of(made, data)
    if made.folder:
        return {f"{made.folder}{_suffix(selection)}/{name}": content for name, content in files.items()}
    return {file_name(name, selection): content for name, content in files.items()}


def file_name(name: str, selection: Selection) -> str:
    """The name of a file with the part of the study in it."""
    return f"{Path(name).stem}{_suffix(selection)}{Path(name).suffix}"


def _suffix(selection: Selection) -> str:
    return "".join(f"-{_slug(words)}" for words in selection.in_words())


def write_exports(
    data: StudyData,
    names: Sequence[str],
    folder: Path,
    *,
    selection: Selection | None = None,
    out: Path | None = None,
    force: bool = False,
    ledger: Path | None = None,
) -> tuple[Exported, ...]:
    """Write the study in each of these formats; call it while holding the study's lock.

    folder: where files go under their own names. out: a file for one format of one file, else a folder.
    ledger: a file that remembers what was written to `folder`; with it, a file there that somebody has
        changed since is kept under another name.
    Every file is made before the first is written. Raises SettingsError for an unknown format or a part
    that the study does not have, and for a file at `out` that exists, unless `force`.
    """
    formats = find_formats(names)
    chosen = selection or Selection()
    part = select(data, chosen) if chosen else data
    writes: list[tuple[str, StudyData, list[tuple[Path, bytes]]]] = []
    for name, made in formats.items():
        shown = _only_coded(part) if chosen.codes and not made.keeps_uncoded else part
        files = export_files(made, shown, chosen)
        if out is None:
            placed = [(folder / path, content) for path, content in files.items()]
        elif len(formats) == 1 and not made.folder and not out.is_dir():
            placed = [(out, content) for content in files.values()]
        elif len(formats) == 1:
            placed = [(out / Path(path).name, content) for path, content in files.items()]
        else:
            placed = [(out / path, content) for path, content in files.items()]
        writes.append((name, shown, placed))
    if out is not None and not force:
        _refuse_existing([path for _, _, placed in writes for path, _ in placed])
    kept: dict[Path, str] = {}
    written = _ledger(ledger)
    for _, _, placed in writes:
        for path, content in placed:
            if out is None and ledger is not None:
                name = path.relative_to(folder).as_posix()
                moved = keep_changed(path, content, written.get(name), folder / "changed by hand")
                kept |= {path: str(moved)} if moved else {}
                written[name] = hashlib.sha256(content).hexdigest()
            write_atomic(path, content)
    if out is None and ledger is not None:
        write_atomic(ledger, json.dumps(dict(sorted(written.items())), indent=1).encode())
    return tuple(
        Exported(
            format=name,
            files=tuple((str(path), hashlib.sha256(content).hexdigest()) for path, content in placed),
            transcripts=len(shown.transcripts),
            excerpts=sum(len(s.excerpts) for s in shown.segmentations),
            codings=len(shown.codings),
            not_carried=not_carried(formats[name], shown),
            kept=tuple(kept[path] for path, _ in placed if path in kept),
        )
        for name, shown, placed in writes
    )


def _ledger(path: Path | None) -> dict[str, str]:
    """Path below the folder of exports -> SHA-256 of what was written there last."""
    try:
        found = json.loads(path.read_bytes()) if path is not None else {}
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def _only_coded(data: StudyData) -> StudyData:
    """The study without the excerpts that have neither a coding nor a suggestion left."""
    kept = {row.excerpt.id for row in excerpt_rows(data) if row.codings or row.shortlist}
    return replace(
        data,
        segmentations=tuple(
            replace(s, excerpts=tuple(e for e in s.excerpts if e.id in kept)) for s in data.segmentations
        ),
    )


def _refuse_existing(paths: Sequence[Path]) -> None:
    problems = [
        Problem("this file exists", str(path), None, "name another one, or replace it with --force")
        for path in paths
        if path.exists()
    ]
    if problems:
        raise SettingsError("nothing was written", problems=problems)


def _slug(words: str) -> str:
    """Words as part of a file name on any system."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")
    # Words that are not Latin, or too many of them, are told apart by their hash.
    if len(slug) > 60 or len(slug.replace("-", "")) < sum(c.isalnum() for c in words):
        return f"{slug[:40].strip('-')}-{hashlib.sha256(words.encode()).hexdigest()[:6]}".strip("-")
    return slug
