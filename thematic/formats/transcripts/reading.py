"""What a transcript reader takes and what it gives back: the nouns of this floor."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from thematic.errors import Problem
from thematic.formats.transcripts.speakers import Speaker
from thematic.model import Transcript

__all__ = ["CodedTurn", "Dropped", "ReadSettings", "Reading", "ReadingReport", "SourceFile", "clean_id"]

_NOT_IN_IDS = re.compile(r"[^\w.\-]+")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as bytes. Readers are pure functions of it; `name` has no folders.

    `problem` says why there are no bytes, for a file that could not be opened.
    """

    name: str
    data: bytes
    problem: Problem | None = None

    @property
    def extension(self) -> str:
        """The extension in lower case without the dot, or an empty string."""
        stem, dot, extension = self.name.rpartition(".")
        return extension.lower() if dot and stem else ""

    @property
    def stem(self) -> str:
        """The name without its last extension."""
        stem, dot, _ = self.name.rpartition(".")
        return stem if dot and stem else self.name

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSettings:
    """How files are read.

    encoding: the encoding of text files that are not UTF-8, by its Python name; None lets the reader decide
        (byte order mark, then UTF-8, then cp1252 with a warning).
    pause: seconds of silence that begin a new paragraph where a timed file names no speakers.
    """

    encoding: str | None = None
    pause: float = 2.0


@dataclass(frozen=True, slots=True)
class Dropped:
    """A piece of a file that is in no turn: what it says, how many words, and why it is left out."""

    line: int | None
    text: str
    reason: str
    words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingReport:
    """What became of a file: `words_in == words_out + words_in_labels + the words of what was dropped`.

    lines_kept: lines (of a text), paragraphs (of a document), cues or rows with words that are in a turn.
    words_in: words of the file as it reads, without markup such as cue numbers.
    words_in_labels: words that are speaker labels or timestamps.
    """

    path: str
    format: str
    lines_kept: int
    words_in: int
    words_out: int
    words_in_labels: int = 0
    dropped: tuple[Dropped, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @property
    def words_dropped(self) -> int:
        return sum(piece.words for piece in self.dropped)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedTurn:
    """The codes that came with a turn of coded data; `coder` is empty where the file names none."""

    transcript_id: str
    turn: int
    codes: tuple[str, ...]
    coder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One file read: its transcripts (coded data may hold many), who speaks in them, and the report."""

    transcripts: tuple[Transcript, ...]
    speakers: tuple[Speaker, ...]
    report: ReadingReport
    coded: tuple[CodedTurn, ...] = ()


def clean_id(name: str) -> str:
    """`name` as a transcript id: letters, digits, `-`, `_` and `.`; anything else becomes one `_`."""
    return _NOT_IN_IDS.sub("_", name.strip()).strip("_.") or "transcript"
