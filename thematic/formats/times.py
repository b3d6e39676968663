"""Times as people and programs write them, in seconds."""

from __future__ import annotations

import math
import re

__all__ = ["CLOCK", "parse_time", "seconds"]

# 0:07, 12:03, 00:12:03, 00:12:03.250, 00:12:03,250, the tenths of f4, 00:12:03-4, and frames: 00:12:03:24
CLOCK = r"\d{1,3}:\d{2}(?::\d{2}(?:[:;]\d{2}(?![\d:]))?)?(?:[.,]\d{1,3}|-\d(?!\d))?"
_CLOCK = re.compile(r"\s*(-?)(?:(\d+):)?(\d{1,3}):(\d{1,2})(?:[.,-](\d{1,6}))?\s*")


_FRAMES = re.compile(r"(\s*-?\d+:\d{2}:\d{2})[:;]\d{2}\s*")


def parse_time(text: str) -> float | None:
    """Seconds of a time written `[h:]m:s[.fraction]`, the fraction after a point, a comma or f4's hyphen.

    None when it is no such time. The frames of an editing program are left out: nothing says how many make a
    second. A time before the start of the recording (`-00:00:00.100`) is negative.
    """
    frames = _FRAMES.fullmatch(text)
    found = _CLOCK.fullmatch(frames[1] if frames else text)
    if not found:
        return None
    sign, hours, minutes, secs, fraction = found.groups()
    if int(secs) > 59 or (hours is not None and int(minutes) > 59):
        return None
    value = int(hours or 0) * 3600 + int(minutes) * 60 + int(secs) + float(f"0.{fraction or 0}")
    return -value if sign else value


def seconds(value: object) -> float | None:
    """A time given as a number or as a number in a string; None when it is neither, not finite or a bool."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
