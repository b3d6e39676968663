"""Where the selections of a project stand in its texts: how positions are counted, and what has no place."""

from __future__ import annotations

from collections.abc import Sequence

from thematic.errors import Problem
from thematic.formats.refi.account import Account
from thematic.formats.refi.offsets import Choice, Convention, Spans, choose
from thematic.formats.refi.parsing import RawSelection
from thematic.formats.refi.sources import SourceRead
from thematic.formats.refi.times import with_times
from thematic.text import snippet

__all__ = ["choose_conventions", "place"]

Placed = tuple[RawSelection, tuple[int, int]]


def choose_conventions(
    reads: Sequence[SourceRead],
    account: Account,
    *,
    asked: Convention | None,
    stated: Convention | None,
) -> None:
    """Find out how the positions of each text are counted, and tell; a tie is a problem."""
    sources = {}
    for read in reads:
        numbered = [s for s in read.raw.selections if s.start is not None and s.end is not None]
        if numbered:
            starts, ends = [s.start or 0 for s in numbered], [s.end or 0 for s in numbered]
            spans = Spans(starts, ends, [s.name or s.description for s in numbered])
            sources[read.transcript.id] = (read.source, spans)
    chosen = choose(sources, asked=asked, stated=stated)
    for read in reads:
        read.choice = chosen.get(read.transcript.id)
        convention = read.choice.convention if read.choice else None
        read.transcript = with_times(read.transcript, read.raw.sync, read.source, convention)
        if read.choice is not None:
            if read.choice.rivals:
                account.problems.append(_tie(read, read.choice, account.part))
            account.note(_in_words(read, read.choice))


def place(read: SourceRead, account: Account) -> list[Placed]:
    """The selections of a text with their spans; for one that has none, a problem or a loss."""
    placed: list[Placed] = []
    numbered = 0
    for selection in read.raw.selections:
        if selection.start is None or selection.end is None:
            _unplaced(read, selection, "a selection has no position that is a number", account)
            continue
        span = _span(read, selection, numbered, account)
        numbered += 1
        if span is not None:
            placed.append((selection, span))
    return placed


def _span(read: SourceRead, selection: RawSelection, number: int, account: Account) -> tuple[int, int] | None:
    choice = read.choice
    assert choice is not None and selection.start is not None and selection.end is not None
    if choice.starts[number] >= 0:
        return choice.starts[number], choice.ends[number]
    length = read.source.length(choice.convention)
    if 0 <= selection.start <= length < selection.end <= length + 2:
        start = _offset(read, choice.convention, selection.start)
        if start >= 0:  # programs that end a text with a line end that is not in the file
            example = f"“{snippet(selection.name)}”" if selection.name else read.transcript.title
            what = "selections that end just beyond the text"
            account.losses.add(what, "they end with it", example=example)
            return start, len(read.source.text)
    where = f"{selection.start} to {selection.end}"
    if selection.end < selection.start:
        why = f"a selection from {where} ends before it begins"
    elif selection.end > length or selection.start < 0:
        why = f"a selection from {where} is beyond the text, which has {length:,}"
    else:
        why = f"a selection from {where} begins or ends inside a character"
    _unplaced(read, selection, why, account)
    return None


def _unplaced(read: SourceRead, selection: RawSelection, why: str, account: Account) -> None:
    what = f"{read.transcript.title}: {why}"
    if not account.partial:
        hint = "take the rest with --partial; this one is then in the report"
        account.problems.append(Problem(what, account.part, selection.line, hint))
        return
    account.losses.add("selections", "no place in their text", example=what)
    if selection.codings:
        why = "their selection has no place in its text"
        account.losses.add("codings", why, count=len(selection.codings))


def _offset(read: SourceRead, convention: Convention, position: int) -> int:
    import numpy as np

    return int(read.source.places(convention, np.array([position], dtype=np.int64))[0])


def _tie(read: SourceRead, choice: Choice, part: str) -> Problem:
    """Two readings of one selection, and what to type for each."""
    rival = choice.rivals[0]
    numbered = [s for s in read.raw.selections if s.start is not None and s.end is not None]
    text = read.source.text
    for i, selection in enumerate(numbered):
        ours = choice.starts[i], choice.ends[i]
        theirs = tuple(_offset(read, rival, p or 0) for p in (selection.start, selection.end))
        if ours != theirs:
            break
    first, second = (snippet(text[max(a, 0) : max(b, 0)], 40) for a, b in (ours, theirs))
    message = (
        f"{read.transcript.title}: positions can be read in two ways that fit equally: "
        f"“{first}” ({read.source.describe(choice.convention)}) or "
        f"“{second}” ({read.source.describe(rival)})"
    )
    hint = f"say which: --offsets {choice.convention.name} or --offsets {rival.name}"
    return Problem(message, part, selection.line, hint)


def _in_words(read: SourceRead, choice: Choice) -> str:
    """How the positions of a text were read and how sure that is, for a person."""
    parts = [f"{read.transcript.title}: positions in {choice.described}"]
    if choice.quotes_named:
        parts.append(f"{choice.quotes_found} of {choice.quotes_named} quotes named in the file stand there")
    if choice.margin is None:
        parts.append("every way of counting reads the same words")
    else:
        other = f"next best {choice.next_best}"
        if choice.quotes_named:
            other += f" with {choice.next_quotes_found} of {choice.quotes_named}"
        parts.append(f"margin {choice.margin:g} points, {other}")
    decided = {
        "project": "decided by the project's other texts",
        "asked": "as asked for with --offsets",
        "stated": "as thematic wrote it",
    }
    return "; ".join([*parts, *([decided[choice.by]] if choice.by in decided else [])])
