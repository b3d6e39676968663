"""Canonical text, words, and quotes in it. Floor 1: pure functions on strings.

Canonical text has LF line ends and no byte order mark; it is otherwise the text as decoded: no Unicode
normalisation, so that every offset can be mapped back to the source.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from thematic.errors import ThematicError
from thematic.model import Quote, Transcript

__all__ = ["canonical", "check_quote", "count_words", "newline_style", "quote", "snippet", "word_spans"]

# A word is a run of letters, digits and the marks that stand inside words: it's, mid-sentence, 12.5, naïve.
_WORD = re.compile(r"[^\W_]+(?:[’'.,\-–][^\W_]+)*", re.UNICODE)


def canonical(decoded: str) -> str:
    """The canonical text of a decoded file: leading byte order mark removed, CRLF and CR become LF."""
    return decoded.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def newline_style(decoded: str) -> str:
    """`lf`, `crlf`, `cr` or `mixed`, as found in the decoded file; `lf` when there is no line end."""
    crlf = decoded.count("\r\n")
    carriage = decoded.count("\r") - crlf
    line_feed = decoded.count("\n") - crlf
    styles = [name for name, n in (("crlf", crlf), ("cr", carriage), ("lf", line_feed)) if n]
    return styles[0] if len(styles) == 1 else "mixed" if styles else "lf"


def word_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Offsets (code points, half-open) of the words of `text[start:end]`, in order."""
    stop = len(text) if end is None else end
    return [(m.start(), m.end()) for m in _WORD.finditer(text, start, stop)]


def count_words(text: str) -> int:
    """The number of words: runs of letters and digits, counting it's and mid-sentence as one each."""
    return sum(1 for _ in _WORD.finditer(text))


def quote(transcript: Transcript, start: int, end: int) -> Quote:
    """The verbatim quote at these offsets. Raises ValueError when the span is empty or outside the text."""
    if not 0 <= start < end <= len(transcript.text):
        raise ValueError(f"{transcript.id}: no span {start}..{end} in a text of {len(transcript.text)}")
    return Quote(transcript_id=transcript.id, start=start, end=end, text=transcript.text[start:end])


def check_quote(transcript: Transcript, start: int, end: int, text: str) -> None:
    """Raise ThematicError unless `text` stands at these offsets of the transcript."""
    found = transcript.text[start:end]
    if found != text:
        raise ThematicError(
            f"the words at {start}..{end} are not those recorded: found “{snippet(found)}”, "
            f"recorded “{snippet(text)}”",
            path=transcript.id,
            hint="the text was changed after it was read; run `thematic ingest` on the transcript again",
        )


def snippet(text: str, width: int = 60) -> str:
    """`text` on one line, cut at a word to at most `width` characters, with an ellipsis where cut."""
    flat = " ".join(text.split())
    if len(flat) <= width:
        return flat
    cut = flat[: width - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > width // 2 else cut) + "…"


def join_names(names: Sequence[str], conjunction: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {conjunction} {names[-1]}"
