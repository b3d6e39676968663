"""Formats: every file that comes in or goes out, one module a family.

The front door for transcripts is `thematic.formats.transcripts`; its table TRANSCRIPT_FORMATS names them all.
"""

from thematic.formats.transcripts import (
    TRANSCRIPT_FORMATS,
    Format,
    find_files,
    open_file,
    read_file,
    read_files,
    read_transcripts,
    sniff,
)

__all__ = [
    "TRANSCRIPT_FORMATS",
    "Format",
    "find_files",
    "open_file",
    "read_file",
    "read_files",
    "read_transcripts",
    "sniff",
]
