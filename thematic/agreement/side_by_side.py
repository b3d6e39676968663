"""Readings side by side: for studies in which differences are prompts for reflection, not errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from thematic.agreement.units import CodedUnits

__all__ = ["Passage", "Readings", "side_by_side"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A passage that several people read on their own, and the codes and memo of each."""

    unit: str
    interview: str | None
    text: str
    alike: bool
    readings: Mapping[str, tuple[str, ...]]
    memos: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """The passages that two coders or more have read, in order of the text. names: of codes, for print."""

    title: str
    coders: tuple[str, ...]
    passages: tuple[Passage, ...]
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def n_alike(self) -> int:
        return sum(passage.alike for passage in self.passages)


def side_by_side(coded: CodedUnits, *, title: str, names: Mapping[str, str]) -> Readings:
    """What each coder applied to the passages that several read. No coefficient is computed."""
    ratings, assigned = coded.ratings, coded.assigned
    passages = []
    for at, unit in enumerate(coded.units):
        readers = np.flatnonzero(assigned[at]).tolist()
        if len(readers) < 2:
            continue
        applied = {
            ratings.coders[reader]: tuple(
                ratings.codes[code] for code in np.flatnonzero(ratings.presence[at, reader] == 1)
            )
            for reader in readers
        }
        passages.append(
            Passage(
                unit=unit.id,
                interview=unit.interview,
                text=unit.text,
                alike=len(set(applied.values())) == 1,
                readings=applied,
                memos={
                    coder: coded.memos[unit.id, coder] for coder in applied if (unit.id, coder) in coded.memos
                },
            )
        )
    return Readings(title=title, coders=ratings.coders, passages=tuple(passages), names=names)
