"""Postal addresses, also in lower case: 14 marlpit lane, PO Box 417, Flat 3."""

from __future__ import annotations

import re
from collections.abc import Iterator

from thematic.deidentification.numbers import Spotted

__all__ = ["addressed"]

_STREET = (
    r"(?:street|road|avenue|lane|drive|close|crescent|terrace|gardens|grove|court|place|square|mews|parade|boulevard|highway|"
    r"way|row|hill|walk|rise|view|circuit|esplanade|st|rd|ave|blvd)"
)
_NUMBERED = re.compile(
    rf"\b(?:(?:flat|unit|apartment|apt|suite)\s+\w+,?\s+)?\d{{1,5}}[a-z]?(?:[-/]\d+[a-z]?)?,?\s+(?:(?!years?|days?|weeks?|months?|minutes?|people|of|in|at|on|and|to|or|the|times|miles|up|down|out|from|for)[a-z'’-]+\s+){{1,4}}?{_STREET}\b"
    rf"(?:,?\s+(?:apartment|apt|flat|unit|suite)\.?\s+\w+)?(?!\s+(?:of|up|down|back|to)\b)",
    re.IGNORECASE,
)
_PARTS = re.compile(
    r"\b(?:p\.?\s?o\.? box\s+\d+|(?:flat|apartment|apt|unit)\.?\s+(?:\d+[a-z]?|[A-Z]\b)(?=[,\s]+(?:\d|"
    r"[A-Z]))|rr ?\d+ box \d+|locked bag \d+)",
    re.IGNORECASE,
)


def addressed(text: str) -> Iterator[Spotted]:
    """Addresses with the number of a house or box. The caller looks only at passages with a digit."""
    for pattern in (_NUMBERED, _PARTS):
        for match in pattern.finditer(text):
            yield match.start(), match.end(), "address", "a postal address"
