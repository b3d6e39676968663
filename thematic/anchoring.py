"""Decisions on a text that was corrected since: where they stand now, and which need a person. Floor 2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from thematic.model import Decision, Excerpt
from thematic.text import Alignment, Found, align, find_again

__all__ = ["Anchored", "anchor"]


@dataclass(frozen=True, slots=True)
class Anchored:
    """Decisions with their quotes where they stand in the present texts.

    `reworded` had a word corrected inside the quote and are kept; `lost` could not be placed with certainty
    and are left out of `decisions`: a person has to look at each.
    """

    decisions: tuple[Decision, ...]
    reworded: tuple[Decision, ...] = ()
    lost: tuple[Decision, ...] = ()


def anchor(
    decisions: Iterable[Decision],
    texts: Mapping[str, str],
    earlier: Mapping[str, Sequence[str]],
    excerpts: Iterable[Excerpt] = (),
    known: Mapping[tuple[str, int], Alignment] | None = None,
) -> Anchored:
    """The decisions as they stand in the present texts; the journals are not touched.

    texts: the present text of each transcript. earlier: the texts it had before, latest first.
    known: the alignments that need not be guessed, by transcript and the place among its earlier texts.
    excerpts: the present ones; a decision on the very span of one is given its id.
    """
    ids = {(e.transcript_id, e.start, e.end): e.id for e in excerpts}
    alignments: dict[tuple[str, int], Alignment] = dict(known or {})
    kept: list[Decision] = []
    reworded: list[Decision] = []
    lost: list[Decision] = []
    for decision in decisions:
        quote = decision.quote
        text = texts.get(quote.transcript_id, "")
        if text[quote.start : quote.end] == quote.text:
            kept.append(decision)
            continue
        found = Found("lost", None)
        for i, old in enumerate(earlier.get(quote.transcript_id, ())):
            if old[quote.start : quote.end] == quote.text:
                key = (quote.transcript_id, i)
                if key not in alignments:
                    alignments[key] = align(old, text)
                found = find_again(quote, alignments[key])
                break
        if found.quote is None:
            lost.append(decision)
            continue
        span = (found.quote.transcript_id, found.quote.start, found.quote.end)
        moved = replace(decision, quote=found.quote, excerpt_id=ids.get(span, decision.excerpt_id))
        kept.append(moved)
        if found.how == "reworded":
            reworded.append(moved)
    return Anchored(tuple(kept), tuple(reworded), tuple(lost))
