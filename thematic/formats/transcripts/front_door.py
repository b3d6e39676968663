"""The front door for transcripts: which files are transcripts, what format each has, and reading them all.

The readers are pure functions of bytes; here alone files are opened. Problems of all files are gathered and
raised at once.
"""

from __future__ import annotations

import gc
import glob
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from thematic.errors import InputError, Problem, ThematicError
from thematic.formats.transcripts.reading import Reading, ReadSettings, SourceFile
from thematic.formats.transcripts.speakers import Roster
from thematic.model import Transcript
from thematic.text import join_names, word_spans

__all__ = [
    "TRANSCRIPT_FORMATS",
    "Format",
    "find_files",
    "open_file",
    "read_file",
    "read_files",
    "read_transcripts",
    "sniff",
    "usable",
]


@dataclass(frozen=True, slots=True)
class Format:
    """A transcript format: the module that reads it, its extensions, and what to call it."""

    module: str
    extensions: tuple[str, ...]
    title: str


# Asked in this order whether a file is theirs; text comes last, because anything typed may be a transcript.
TRANSCRIPT_FORMATS: dict[str, Format] = {
    "docx": Format("thematic.formats.transcripts.docx", ("docx",), "Word document"),
    "odt": Format("thematic.formats.transcripts.odt", ("odt",), "OpenDocument text"),
    "rtf": Format("thematic.formats.transcripts.rtf", ("rtf",), "RTF document"),
    "pdf": Format("thematic.formats.transcripts.pdf", ("pdf",), "PDF"),
    "eaf": Format("thematic.formats.transcripts.elan", ("eaf",), "ELAN annotation document"),
    "trs": Format("thematic.formats.transcripts.transcriber", ("trs",), "Transcriber file"),
    "xml-captions": Format(
        "thematic.formats.transcripts.xml_captions",
        ("ttml", "dfxp", "itt", "srv1", "srv2", "srv3"),
        "caption with its times",
    ),
    "cha": Format("thematic.formats.transcripts.chat", ("cha",), "CHAT transcript"),
    "textgrid": Format("thematic.formats.transcripts.textgrid", ("textgrid",), "TextGrid"),
    "captions": Format(
        "thematic.formats.transcripts.cues", ("vtt", "srt", "sbv", "lrc"), "caption with its times"
    ),
    "coded-rows": Format("thematic.formats.transcripts.coded_rows", ("jsonl", "csv"), "table of coded turns"),
    "tables": Format(
        "thematic.formats.transcripts.turn_tables",
        ("csv", "tsv", "tab", "xlsx", "xlsm"),
        "table of turns or answers",
    ),
    "otr": Format("thematic.formats.transcripts.otranscribe", ("otr",), "oTranscribe file"),
    "asr-json": Format("thematic.formats.transcripts.asr_json", ("json",), "JSON of a speech recogniser"),
    "text": Format("thematic.formats.transcripts.plain", ("txt", "text", "md", "markdown"), "text"),
}

HEAD_BYTES = 65536
MAX_BYTES = 256 * 1024 * 1024
_NOT_TRANSCRIPTS = (
    *("readme*", "license*", "participants.csv", "participants.xlsx"),
    *("codings_*.csv", "interview_guide*", "topic_guide*"),
)
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a zip archive", "unpack it, or export the transcript as .docx or .txt"),
    (b"\xd0\xcf\x11\xe0", "an old or password-protected Office file", "save it as .docx without password"),
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


def read_transcripts(
    paths: Sequence[Path], *, settings: ReadSettings | None = None, roster: Roster | None = None
) -> list[Reading]:
    """The reading of every transcript file in these files, folders and glob patterns, in order.

    Raises one InputError with the problems of all files, so that either all are read or none is.
    """
    if not paths:
        raise InputError("no transcripts named", hint="name files or folders")
    files, _ = find_files(paths)
    return read_files([open_file(path) for path in files], settings=settings, roster=roster)


def find_files(paths: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """The files to read, each once, and a note for each folder that names the files passed over in it.

    A folder is searched with its subfolders, in order of name, without hidden files, for files with the
    extension of a transcript format. A path that does not exist and holds `*`, `?` or `[` is a pattern. A
    path that leads to no file stays in the list: opening it says what is wrong with it.
    """
    files: list[Path] = []
    notes: list[str] = []
    for path in paths:
        if path.is_dir():
            found, passed_over = _in_folder(path)
            notes += passed_over
        elif not path.exists() and glob.has_magic(str(path)):
            # Path.glob takes no absolute pattern
            found = [Path(match) for match in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207
        else:
            found = [path]
        files += found or [path]
    first = {os.path.realpath(path): path for path in reversed(files)}
    return [path for path in files if first[os.path.realpath(path)] is path], notes


def open_file(path: Path) -> SourceFile:
    """The file with its bytes, or with the problem that stands in the way of reading it. Never raises."""
    try:
        if path.is_dir():
            extensions = sorted({f".{e}" for fmt in TRANSCRIPT_FORMATS.values() for e in fmt.extensions})
            message = "no transcripts in this folder"
            hint = f"put {join_names(extensions, 'or')} files into it"
        elif path.exists() and not path.is_file():
            message, hint = "a device or a pipe, not a file", "name a file"
        elif path.stat().st_size > MAX_BYTES:
            message = f"{path.stat().st_size / 1e6:,.0f} MB are more than any transcript has"
            hint = "name the transcript, not the recording"
        else:
            return SourceFile(path.name, path.read_bytes())
    except FileNotFoundError:
        message, hint = "no such file or folder", "check the spelling"
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL
        message = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        hint = "check its name and permissions"
    return SourceFile(path.name, b"", Problem(message, str(path), None, hint))


def read_files(
    files: Sequence[SourceFile], *, settings: ReadSettings | None = None, roster: Roster | None = None
) -> list[Reading]:
    """The readings of these files, in order.

    Raises one InputError with a Problem for everything that is wrong with any of them: files that cannot be
    read, and transcripts with the same id or the same words as another.
    """
    readings: list[Reading] = []
    problems: list[Problem] = []
    unusable = 0
    for file in files:
        try:
            readings.append(read_file(file, settings=settings, roster=roster))
        except ThematicError as error:
            problems += error.problems
            unusable += 1
    twice = _same(readings)
    if problems or twice:
        message = (
            f"{unusable} of {len(files)} files cannot be read" if problems else "a transcript is given twice"
        )
        raise InputError(message, problems=[*problems, *twice])
    return readings


def read_file(
    file: SourceFile, *, settings: ReadSettings | None = None, roster: Roster | None = None
) -> Reading:
    """The reading of one file, whatever its format. Raises InputError or SettingsError."""
    reader = _reader(sniff(usable(file)))
    with _uncollected():
        return reader.read(file, settings=settings or ReadSettings(), roster=roster or Roster())


@contextmanager
def _uncollected() -> Iterator[None]:
    """No looking for garbage in cycles: a reader makes a hundred thousand small things, and no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def usable(file: SourceFile) -> SourceFile:
    """The file. Raises InputError with what stood in the way of opening it."""
    if file.problem:
        raise InputError(file.problem.message, path=file.problem.path, hint=file.problem.hint)
    return file


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


def _in_folder(folder: Path) -> tuple[list[Path], list[str]]:
    extensions = {extension for fmt in TRANSCRIPT_FORMATS.values() for extension in fmt.extensions}
    files: list[Path] = []
    passed_over: list[str] = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if any(part.startswith((".", "~$")) for part in inside.parts) or not path.is_file():
            continue
        named_otherwise = any(Path(path.name.lower()).match(pattern) for pattern in _NOT_TRANSCRIPTS)
        if named_otherwise or SourceFile(path.name, b"").extension not in extensions:
            passed_over.append(str(inside))
        else:
            files.append(path)
    note = f"not read in {folder.name}, no transcripts by their names or endings: {', '.join(passed_over)}"
    return files, [note] if passed_over else []


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
