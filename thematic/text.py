"""Canonical text, words, and quotes in it. Floor 1: pure functions on strings.

Canonical text has LF line ends and no byte order mark; it is otherwise the text as decoded: no Unicode
normalisation, so that every offset can be mapped back to the source.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from thematic.errors import ThematicError
from thematic.model import Quote, Transcript

__all__ = [
    "Alignment",
    "Found",
    "align",
    "align_replaced",
    "canonical",
    "check_quote",
    "count_words",
    "find_again",
    "join_names",
    "newline_style",
    "quote",
    "snippet",
    "word_spans",
]

# A word is a run of letters, digits and the marks that stand inside words: it's, mid-sentence, 12.5, naïve.
_SPACE = re.compile(r"\s")
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


_LONG = 20_000


def count_words(text: str) -> int:
    """The number of words: runs of letters and digits, counting it's and mid-sentence as one each."""
    if len(text) <= _LONG:
        return len(_WORD.findall(text))
    words = at = 0
    while at < len(text):  # a list of all words of a book would need a hundred megabytes
        space = _SPACE.search(text, at + _LONG)
        end = space.start() if space else len(text)
        words += len(_WORD.findall(text, at, end))
        at = end
    return words


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


# --- A quote in a text that was corrected ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which parts of an old text stand unchanged in a new one: (old start, new start, length), in order.

    `replaced` is given where every change is known to be the replacement of one name by another: (old start,
    old end, new start, new end), in order. Then a quote has a certain place, however much of it was replaced.
    """

    old: str
    new: str
    blocks: tuple[tuple[int, int, int], ...]
    replaced: tuple[tuple[int, int, int, int], ...] | None = None

    def place(self, offset: int) -> int | None:
        """Where the character at an old offset is now; None when it was changed or removed."""
        for old, new, length in self.blocks:
            if old <= offset < old + length:
                return new + offset - old
        return None


@dataclass(frozen=True, slots=True)
class Found:
    """Where a quote is in the new text: word for word (`same`), with a correction inside (`reworded`), or
    nowhere that is certain (`lost`, and no quote)."""

    how: Literal["same", "reworded", "lost"]
    quote: Quote | None


_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_LEAST_ALIKE = 0.75


def align(old: str, new: str) -> Alignment:
    """How a corrected text corresponds to the one before, word by word."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    # Whole words at the edges, so that a word cut by the comparison is compared as one.
    while head and (old[head - 1].isalnum() or new[head - 1 : head].isalnum()):
        head -= 1
    while tail and old[len(old) - tail].isalnum():
        tail -= 1
    olds = [(m.group(), m.start()) for m in _TOKEN.finditer(old, head, len(old) - tail)]
    news = [(m.group(), m.start()) for m in _TOKEN.finditer(new, head, len(new) - tail)]
    matcher = SequenceMatcher(None, [t for t, _ in olds], [t for t, _ in news], autojunk=False)
    blocks = [(0, 0, head)] if head else []
    for a, b, size in matcher.get_matching_blocks():
        if size:
            end = olds[a + size - 1][1] + len(olds[a + size - 1][0])
            blocks.append((olds[a][1], news[b][1], end - olds[a][1]))
    if tail:
        blocks.append((len(old) - tail, len(new) - tail, tail))
    return Alignment(old, new, tuple(blocks))


def find_again(quote: Quote, alignment: Alignment) -> Found:
    """A quote of the old text in the new one: nothing guessed, nothing dropped.

    It is the same where the same words stand at the aligned place, or stand once in the new text. It is
    reworded where what stands before and after it is unchanged and three quarters of its characters are.
    Anything else is lost: a person has to look.
    """
    if alignment.old[quote.start : quote.end] != quote.text:
        return Found("lost", None)
    if alignment.replaced is not None:
        left, right = (_edge(alignment.replaced, offset) for offset in (quote.start, quote.end))
        if alignment.new[left[0] : right[1]].strip():
            return Found("same", _requote(quote, alignment.new, left[0], right[1]))
        return Found("lost", None)
    start, last = alignment.place(quote.start), alignment.place(quote.end - 1)
    if start is not None and alignment.new.startswith(quote.text, start):
        return Found("same", _requote(quote, alignment.new, start, start + len(quote.text)))
    first = alignment.new.find(quote.text)
    if first >= 0 and alignment.new.find(quote.text, first + 1) < 0:
        return Found("same", _requote(quote, alignment.new, first, first + len(quote.text)))
    begin = start if start is not None else _after(alignment, quote.start)
    end = last + 1 if last is not None else _before(alignment, quote.end)
    if begin is None or end is None or begin >= end:
        return Found("lost", None)
    words = alignment.new[begin:end]
    if SequenceMatcher(None, quote.text, words, autojunk=False).ratio() < _LEAST_ALIKE:
        return Found("lost", None)
    return Found("reworded", _requote(quote, alignment.new, begin, end))


Replaced = tuple[int, int, int, int]


def align_replaced(
    old: str, new: str, old_edits: Sequence[Replaced], new_edits: Sequence[Replaced]
) -> Alignment:
    """How two texts correspond that were made from one by replacing names in it.

    The edits are (start, end in the one text, start, end in the text made from it), in order.
    """
    zones: list[list[int]] = []
    for start, end, *_ in sorted([*old_edits, *new_edits]):
        if zones and start < zones[-1][1]:
            zones[-1][1] = max(zones[-1][1], end)
        else:
            zones.append([start, end])
    replaced: list[Replaced] = []
    blocks: list[tuple[int, int, int]] = []
    old_done = new_done = 0
    for start, end in zones:
        a, b = _edge(old_edits, start)[0], _edge(old_edits, end)[1]
        c, d = _edge(new_edits, start)[0], _edge(new_edits, end)[1]
        if old[a:b] == new[c:d]:
            continue
        blocks.append((old_done, new_done, a - old_done))
        replaced.append((a, b, c, d))
        old_done, new_done = b, d
    blocks.append((old_done, new_done, len(old) - old_done))
    return Alignment(old, new, tuple(b for b in blocks if b[2]), tuple(replaced))


def _edge(edits: Sequence[Replaced], offset: int) -> tuple[int, int]:
    """Where a begin and an end at this offset stand after the edits: at the edges of the edit it is
    inside."""
    i = bisect_right(edits, offset, key=lambda edit: edit[0]) - 1
    if i < 0:
        return offset, offset
    start, end, new_start, new_end = edits[i]
    if offset >= end:
        moved = offset - end + new_end
        return moved, moved
    if offset == start:
        # The end of a quote may lie where an edit begins: it is not of the quote.
        return new_start, new_start
    return new_start, new_end


def _after(alignment: Alignment, offset: int) -> int | None:
    """Where a quote begins whose first word was corrected: right after the unchanged text before it."""
    if offset == 0:
        return 0
    before = alignment.place(offset - 1)
    return None if before is None else before + 1


def _before(alignment: Alignment, offset: int) -> int | None:
    """Where a quote ends whose last word was corrected: right before the unchanged text after it."""
    if offset == len(alignment.old):
        return len(alignment.new)
    return alignment.place(offset)


def _requote(quote: Quote, text: str, start: int, end: int) -> Quote:
    return Quote(transcript_id=quote.transcript_id, start=start, end=end, text=text[start:end])


def _common(a: str, b: str) -> int:
    """The length of the longest common beginning."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[:middle] == b[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
