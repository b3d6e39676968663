"""Formats: every file that comes in or goes out: a folder for each kind of content, a module for each format.

The `front_door` of a folder has the table of its formats. What several folders need stands here.
"""

from thematic.formats.transcripts.front_door import (
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
