"""The two ways in which our own projects are written, and how a reader of them knows which."""

from __future__ import annotations

import re

from thematic import __version__
from thematic.formats.refi.offsets import Convention

__all__ = ["PROFILES", "WRITTEN", "origin_of", "own_convention"]

PROFILES: dict[str, str] = {
    "spec": "as the standard says: LF, positions in code points",
    "nvivo-win": "as NVivo for Windows: CRLF, positions in UTF-16 units",
}
WRITTEN: dict[str, Convention] = {
    "spec": Convention("codepoints", "asis"),
    "nvivo-win": Convention("utf16", "asis"),
}
_ORIGIN = re.compile(r"thematic \S+ \(([\w-]+)\)")


def origin_of(profile: str) -> str:
    """What a project of ours says of the program that wrote it."""
    return f"thematic {__version__} ({profile})"


def own_convention(origin: str) -> Convention | None:
    """How positions are counted in a project of this origin, when it is ours."""
    match = _ORIGIN.fullmatch(origin)
    return WRITTEN.get(match[1]) if match else None
