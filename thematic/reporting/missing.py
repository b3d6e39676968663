"""A section that cannot be shown says what is missing and how to get it; the others stand."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NO_CODINGS", "Missing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """what: what is missing, a sentence. how: what to do, a sentence."""

    what: str
    how: str


NO_CODINGS = Missing(
    what="Nobody has coded anything yet, so there is nothing to count.",
    how="Code in the browser with `thematic review --coder NAME`, or send a workbook with `thematic packet`.",
)
