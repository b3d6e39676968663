"""A section that cannot be shown says what is missing and how to get it; the others stand."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NO_AUDIT", "NO_CODINGS", "REFLEXIVE", "Missing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """what: what is missing, a sentence. how: what to do, a sentence."""

    what: str
    how: str


NO_CODINGS = Missing(
    what="Nobody has coded anything yet, so there is nothing to count.",
    how="Code in the browser with `thematic review --coder NAME`, or send a workbook with `thematic packet`.",
)

NO_AUDIT = Missing(
    what="There is no audit of agreement yet.",
    how="When two people have coded the same excerpts on their own, run `thematic agree`, then this again.",
)

REFLEXIVE = Missing(
    what="This study is reflexive: no coefficient of agreement is part of it.",
    how="`thematic agree` sets readings of the same passages side by side instead.",
)
