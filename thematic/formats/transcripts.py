"""From paths to readings: which files are transcripts, what each is, and every problem of all of them at once.

This is the only module of the readers that opens files.
"""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from thematic.errors import InputError, Problem, ThematicError
from thematic.formats import TRANSCRIPT_FORMATS
from thematic.formats.reading import Reading, ReadSettings, SourceFile
from thematic.formats.speakers import Roster
from thematic.model import Transcript
from thematic.text import join_names, word_spans

__all__ = ["Intake", "find_files", "read_transcript", "read_transcripts", "sniff"]

HEAD_BYTES = 65536
_NOT_TRANSCRIPTS = (
    "readme*",
    "license*",
    "participants.csv",
    "participants.xlsx",
    "codings_*.csv",
    "interview_guide*",
    "topic_guide*",
    "speakers.toml",
)
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF", "rename it to .pdf, or export the transcript as .docx or .txt"),
    (b"PK\x03\x04", "a zip archive", "unpack it, or export the transcript as .docx or .txt"),
    (b"\xd0\xcf\x11\xe0", "an old or password-protected Office file", "save it as .docx without password"),
    (b"{\\rtf", "RTF", "rename it to .rtf, or save it as .docx"),
    (b"\x89PNG", "a picture", "a transcript is text: type it, or export it as .docx or .txt"),
    (b"\xff\xd8\xff", "a picture", "a transcript is text: type it, or export it as .docx or .txt"),
    (b"ID3", "a recording", "transcribe it first"),
    (b"RIFF", "a recording", "transcribe it first"),
    (b"OggS", "a recording", "transcribe it first"),
    (b"fLaC", "a recording", "transcribe it first"),
    (b"\x1f\x8b", "a compressed file", "unpack it"),
    (b"SQLite format 3", "a database", "export the transcript as .docx or .txt"),
)


class TranscriptReader(Protocol):
    """What the module of a transcript format offers."""

    def sniff(self, head: bytes, name: str) -> bool: ...

    def read(self, file: SourceFile, *, settings: ReadSettings, roster: Roster) -> Reading: ...


@dataclass(frozen=True, slots=True)
class Intake:
    """Readings and the files they are of, in the same order; a note for every file that was passed over."""

    readings: tuple[Reading, ...]
    files: tuple[SourceFile, ...]
    notes: tuple[Problem, ...] = ()

    @property
    def transcripts(self) -> tuple[Transcript, ...]:
        return tuple(transcript for reading in self.readings for transcript in reading.transcripts)

    def __iter__(self) -> Iterator[Reading]:
        return iter(self.readings)

    def __len__(self) -> int:
        return len(self.readings)


def read_transcripts(
    paths: Sequence[Path],
    *,
    settings: ReadSettings | None = None,
    speakers: Roster | None = None,
    skip: Callable[[SourceFile], bool] | None = None,
) -> Intake:
    """Every transcript in these files, folders and glob patterns, but for the files that `skip` says yes to.

    Raises one InputError with a Problem for each file that cannot be used: none is half read. Two transcripts
    with the same id or the same words are problems too.
    """
    files, notes, problems = find_files(paths)
    readings: list[Reading] = []
    read: list[SourceFile] = []
    for path in files:
        try:
            file = SourceFile(path.name, path.read_bytes())
            if skip and skip(file):
                continue
            readings.append(read_transcript(file, settings=settings, speakers=speakers))
            read.append(file)
        except OSError as error:
            problems.append(
                Problem(f"cannot be read: {error.strerror}", str(path), None, "check its permissions")
            )
        except ThematicError as error:
            problems += error.problems
    problems += _same(readings)
    if problems:
        unusable = len({problem.path for problem in problems})
        message = (
            f"{unusable} of {max(len(files), unusable)} files cannot be read" if files else "nothing to read"
        )
        raise InputError(message, problems=problems)
    notes += _unknown_tables(readings, speakers)
    return Intake(tuple(readings), tuple(read), tuple(notes))


def read_transcript(
    file: SourceFile, *, settings: ReadSettings | None = None, speakers: Roster | None = None
) -> Reading:
    """The reading of one file, whatever its format. Raises InputError or SettingsError."""
    reader = _reader(sniff(file))
    return reader.read(file, settings=settings or ReadSettings(), roster=speakers or Roster())


def sniff(file: SourceFile) -> str:
    """The name in TRANSCRIPT_FORMATS of the format a file has, by its content first, then its extension.

    Raises InputError that says what the file is instead, where that can be told.
    """
    if not file.data.strip():
        raise InputError(
            "the file is empty", path=file.name, hint="remove it, or export the transcript again"
        )
    head = file.data[:HEAD_BYTES]
    for name in TRANSCRIPT_FORMATS:
        if name != "text" and _reader(name).sniff(head, file.name):
            return name
    for signature, what, hint in _SIGNATURES:
        if head.startswith(signature):
            raise InputError(f"this is {what}, not a transcript", path=file.name, hint=hint)
    if head[4:8] == b"ftyp":
        raise InputError("this is a recording, not a transcript", path=file.name, hint="transcribe it first")
    if _reader("text").sniff(head, file.name):
        return "text"
    known = {extension: fmt.title for fmt in TRANSCRIPT_FORMATS.values() for extension in fmt.extensions}
    if file.extension in known:
        raise InputError(
            f"named .{file.extension}, but there is no {known[file.extension]} in it",
            path=file.name,
            hint="if it is a typed transcript, rename it to .txt; otherwise export it again",
        )
    raise InputError(
        f"no transcript format ends in .{file.extension}",
        path=file.name,
        hint=f"one of {join_names([f'.{e}' for e in sorted(known)], 'or')}",
    )


def find_files(paths: Sequence[Path]) -> tuple[list[Path], list[Problem], list[Problem]]:
    """Files to read, in order and each once; notes on what a folder held besides; problems.

    A folder is searched with its subfolders, without hidden files. A path that does not exist and holds
    `*`, `?` or `[` is a pattern. In a folder only files with a transcript's extension are taken.
    """
    files: list[Path] = []
    notes: list[Problem] = []
    problems: list[Problem] = []
    if not paths:
        problems.append(Problem("no transcripts named", None, None, "name files or folders"))
    for path in paths:
        if path.is_dir():
            found, passed_over = _in_folder(path)
            files += found
            notes += passed_over
            if not found:
                hint = "put .txt, .docx, .vtt, .srt, .json or .csv files into it"
                problems.append(Problem("no transcripts in this folder", str(path), None, hint))
        elif path.exists():
            files.append(path)
        else:
            matches = sorted(glob.glob(str(path), recursive=True)) if glob.has_magic(str(path)) else []
            files += [Path(match) for match in matches if Path(match).is_file()]
            if not matches:
                problems.append(Problem("no such file or folder", str(path), None, "check the spelling"))
    unique = {os.path.realpath(path): path for path in reversed(files)}
    return [path for path in files if unique.get(os.path.realpath(path)) is path], notes, problems


def _in_folder(folder: Path) -> tuple[list[Path], list[Problem]]:
    extensions = {extension for fmt in TRANSCRIPT_FORMATS.values() for extension in fmt.extensions}
    files: list[Path] = []
    notes: list[Problem] = []
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        if hidden or not path.is_file():
            continue
        if any(Path(path.name.lower()).match(pattern) for pattern in _NOT_TRANSCRIPTS):
            notes.append(Problem("passed over: not a transcript by its name", str(path)))
        elif SourceFile(path.name, b"").extension not in extensions:
            notes.append(Problem("passed over: no transcript format", str(path)))
        else:
            files.append(path)
    return files, notes


def _reader(name: str) -> TranscriptReader:
    return cast(TranscriptReader, import_module(TRANSCRIPT_FORMATS[name].module))


def _same(readings: Sequence[Reading]) -> list[Problem]:
    """A problem for every transcript that has the id, or the words, of an earlier one."""
    problems: list[Problem] = []
    ids: dict[str, str] = {}
    words: dict[str, str] = {}
    for reading in readings:
        for transcript in reading.transcripts:
            path, digest = transcript.source.path, _words_digest(transcript)
            if transcript.id.casefold() in ids:
                other = ids[transcript.id.casefold()]
                message = f"the same transcript id, {transcript.id}, as {other}"
                problems.append(Problem(message, path, None, "keep one of them, or rename the file"))
            elif digest in words:
                message = f"the same words as {words[digest]}"
                problems.append(Problem(message, path, None, "keep one of them"))
            ids.setdefault(transcript.id.casefold(), path)
            words.setdefault(digest, path)
    return problems


def _words_digest(transcript: Transcript) -> str:
    digest = hashlib.sha256()
    for turn in transcript.turns:
        for start, end in word_spans(transcript.text, turn.start, turn.end):
            digest.update(transcript.text[start:end].casefold().encode("utf-8", "surrogatepass") + b" ")
    return digest.hexdigest()


def _unknown_tables(readings: Sequence[Reading], roster: Roster | None) -> list[Problem]:
    """A note for every table of speakers.toml that belongs to no transcript read."""
    if roster is None:
        return []
    ids = {transcript.id for reading in readings for transcript in reading.transcripts}
    tables: Mapping[str, object] = {**roster.roles, **roster.aliases}
    return [
        Problem(
            f"[{table}] names no transcript", roster.path, None, f"transcripts are {join_names(sorted(ids))}"
        )
        for table in sorted(tables)
        if table and table not in ids
    ]
