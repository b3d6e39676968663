"""What a code is called: an id made from its name, and how a message quotes either."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

__all__ = ["called", "id_from_name"]


def id_from_name(name: str, taken: Container[str] = ()) -> str:
    """An id for a code that has only a name: `Staff's view, 2nd` gives `staffs-view-2nd`.

    Letters of any alphabet are kept. A number is added when the id is taken.
    """
    letters = unicodedata.normalize("NFC", name).casefold()
    words = re.findall(r"[^\W_]+", re.sub(r"['’]", "", letters))
    stem = "-".join(words) or "code"
    candidate, number = stem, 1
    while candidate in taken:
        number += 1
        candidate = f"{stem}-{number}"
    return candidate


def called(text: str) -> str:
    """An id or a name as it stands in a message."""
    return f"“{text}”"
