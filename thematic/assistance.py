"""What help there was at each decision, and what became of it: read from the journals, for reports. Pure.

Only coding counts: decisions in the negotiated layer and imports from other programs are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from thematic.model import Decision, ReviewMode
from thematic.review import STATING, place_of

__all__ = ["Assistance", "ModeSummary", "assistance", "summarise"]

HASTE_SECONDS = 2.0
"""A suggestion accepted sooner was hardly read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistance:
    """One statement of the codes of a passage, and the help that the coder had.

    shown: the codes suggested, in order of rank; empty when none were. bands: their bands, in the same order.
    by_lot: nothing was shown although the coder is otherwise assisted, to compare with.
    codes: what the coder gave; rank: the rank of the best suggestion among them, or None.
    rejected: suggestions that were judged not to apply. seconds: how long the passage was before the coder.
    before: the codes that stood before this statement, or None when it is the first of the passage.
    in_bulk: accepted together with others, not one by one.
    """

    coder: str
    excerpt_id: str | None
    transcript: str
    at: datetime
    mode: ReviewMode
    shown: tuple[str, ...]
    bands: tuple[str, ...]
    by_lot: bool
    codes: tuple[str, ...]
    rank: int | None
    rejected: tuple[str, ...]
    seconds: float | None
    before: tuple[str, ...] | None
    in_bulk: bool = False

    @property
    def assisted(self) -> bool:
        return bool(self.shown)

    @property
    def accepted(self) -> bool:
        """Whether a suggestion is among the codes given."""
        return self.rank is not None

    @property
    def changed(self) -> bool:
        """Whether other codes stood before: in reveal, a mind changed after the suggestion was seen."""
        return self.before is not None and set(self.before) != set(self.codes)

    @property
    def hasty(self) -> bool:
        return self.accepted and self.seconds is not None and self.seconds < HASTE_SECONDS


def assistance(coder: str, decisions: Iterable[Decision]) -> tuple[Assistance, ...]:
    """The statements of one coder's journal in their order. What was undone is left out."""
    events = list(decisions)
    undone = {str(d.details.get("undoes", "")) for d in events if d.action == "undo"}
    standing: dict[tuple[str, str], tuple[str, ...]] = {}
    found = []
    for decision in events:
        counts = decision.layer == "independent" and decision.mode != "import"
        if not counts or decision.action not in STATING or decision.id in undone:
            continue
        place = place_of(decision)
        found.append(_read(coder, decision, standing.get(place)))
        standing[place] = decision.code_ids
    return tuple(found)


def _read(coder: str, decision: Decision, before: tuple[str, ...] | None) -> Assistance:
    details: Mapping[str, Any] = decision.details
    shown = sorted(details.get("shown", ()), key=lambda one: one.get("rank", 0))
    seconds = details.get("seconds")
    ranks = [int(one["rank"]) for one in shown if one.get("code") in decision.code_ids]
    return Assistance(
        coder=coder,
        excerpt_id=decision.excerpt_id,
        transcript=decision.quote.transcript_id,
        at=decision.at,
        mode=decision.mode,
        shown=tuple(str(one.get("code", "")) for one in shown),
        bands=tuple(str(one.get("band") or "") for one in shown),
        by_lot=bool(details.get("hidden_by_lot")),
        codes=decision.code_ids,
        rank=min(ranks, default=None),
        rejected=tuple(map(str, details.get("rejected", ()))),
        seconds=None if seconds is None else float(seconds),
        before=before,
        in_bulk=bool(details.get("bulk")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeSummary:
    """The statements of one coder in one mode. Shares are None where there is nothing to divide by.

    acceptance: the share of statements with suggestions shown in which one of them was given;
    acceptance_halves: the same in the first and in the second half of them.
    haste: the share of those acceptances that took less than two seconds, among those that were timed.
    changed: how many statements gave other codes than stood there before.
    """

    coder: str
    mode: ReviewMode
    statements: int
    assisted: int
    by_lot: int
    in_bulk: int
    acceptance: float | None
    acceptance_halves: tuple[float | None, float | None]
    haste: float | None
    changed: int
    median_seconds: float | None


def summarise(log: Iterable[Assistance]) -> tuple[ModeSummary, ...]:
    """One row a coder and mode, in the order of their names."""

    def key(entry: Assistance) -> tuple[str, str]:
        return entry.coder, entry.mode

    return tuple(_summaries(groupby(sorted(log, key=key), key)))


def _summaries(groups: Iterable[tuple[tuple[str, str], Iterator[Assistance]]]) -> Iterator[ModeSummary]:
    from statistics import median

    for _, group in groups:
        entries = list(group)
        assisted = [entry for entry in entries if entry.assisted]
        timed = [entry for entry in assisted if entry.accepted and entry.seconds is not None]
        times = [entry.seconds for entry in entries if entry.seconds is not None]
        half = (len(assisted) + 1) // 2
        yield ModeSummary(
            coder=entries[0].coder,
            mode=entries[0].mode,
            statements=len(entries),
            assisted=len(assisted),
            by_lot=sum(entry.by_lot for entry in entries),
            in_bulk=sum(entry.in_bulk for entry in entries),
            acceptance=_share(entry.accepted for entry in assisted),
            acceptance_halves=(
                _share(entry.accepted for entry in assisted[:half]),
                _share(entry.accepted for entry in assisted[half:]),
            ),
            haste=_share(entry.hasty for entry in timed),
            changed=sum(entry.changed for entry in entries),
            median_seconds=median(times) if times else None,
        )


def _share(flags: Iterable[bool]) -> float | None:
    counted = list(flags)
    return sum(counted) / len(counted) if counted else None
