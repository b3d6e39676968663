"""Formats: every file that comes in or goes out. Transcripts are read by `read_transcripts`.

`TRANSCRIPT_FORMATS` is the one list of transcript formats, asked in this order. Each names a module with two
functions: ``sniff(head: bytes, name: str) -> bool`` looks at the first bytes, and
``read(file: SourceFile, *, settings: ReadSettings, roster: Roster) -> Reading`` reads the whole.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TRANSCRIPT_FORMATS", "Format"]


@dataclass(frozen=True, slots=True)
class Format:
    """A transcript format: the module that reads it, the extensions it has in folders, and its title."""

    module: str
    extensions: tuple[str, ...]
    title: str


TRANSCRIPT_FORMATS: dict[str, Format] = {
    "docx": Format("thematic.formats.docx", ("docx",), "Word document"),
    "captions": Format("thematic.formats.cues", ("vtt", "srt"), "caption with its times"),
    "coded-rows": Format("thematic.formats.coded_rows", ("jsonl", "csv"), "table of coded turns"),
    "asr-json": Format("thematic.formats.asr_json", ("json",), "JSON of a speech recogniser"),
    "text": Format("thematic.formats.plain", ("txt", "text", "md", "markdown"), "text"),
}
