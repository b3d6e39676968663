"""What people's judgements teach: for each excerpt and code, how far it was applied, and whether that is
known.

Four rules, stated in docs/how-far-to-trust-a-suggestion.md and nowhere softened. A coder who stated the codes
of a passage has judged every code that the codebook had at that time; a code that was rejected is a
counter-example; what nobody looked at teaches nothing; where coders differ, each counts alike (one of two
makes half an example for and half against), unless they settled it: then only that counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from thematic.model import Code, Codebook, Excerpt

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from thematic.model import FloatMatrix

__all__ = ["Lesson", "Taught", "current_code", "learnable_codes", "teach"]

# A passage that was coded on other boundaries counts for an excerpt when half of the shorter one is shared.
_SHARED = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What one coder stated of the passage `[start, end)` of a transcript.

    decided: `applied` is the whole set of codes, so that all others were judged not to apply.
    known: the codes there were to choose from, or None for all of the present codebook.
    settled: coders agreed on it together; it then counts instead of what each said alone.
    """

    coder_id: str
    transcript_id: str
    start: int
    end: int
    applied: frozenset[str] = frozenset()
    rejected: frozenset[str] = frozenset()
    decided: bool = True
    known: frozenset[str] | None = None
    settled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Taught:
    """The lessons on the excerpts they are about.

    codes: the columns. shares: (excerpts, codes), the share of the coders who judged it that applied the
    code. known: (excerpts, codes), whether anyone judged it. judged: (excerpts,), whether anyone stated its
    codes. weights: (excerpts, codes), how much each share is learnt from: a code that was
    applied speaks half as loud as others against the themes above it.
    left_out: how many codings named a code that is retired, or that the codebook does not have, by that code.
    """

    codes: tuple[Code, ...]
    shares: FloatMatrix
    known: NDArray[np.bool_]
    judged: NDArray[np.bool_]
    weights: FloatMatrix
    left_out: Mapping[str, int]
    coders: tuple[str, ...]
    contradicted: int

    @property
    def truth(self) -> NDArray[np.bool_]:
        """Which codes count as applied: by at least half of the coders who judged it."""
        return np.asarray(self.known & (self.shares >= 0.5))


def current_code(codebook: Codebook, code_id: str) -> str | None:
    """The active code that this one has become by merging, itself where active; None where there is none.

    Merges are followed by the codebook's own record (`merged_into`), never by a likeness of names.
    """
    by_id = {code.id: code for code in codebook.codes}
    seen: set[str] = set()
    while code_id in by_id and code_id not in seen:
        seen.add(code_id)
        code = by_id[code_id]
        if code.status == "active":
            return code_id
        if code.status != "merged" or not code.merged_into:
            return None
        code_id = code.merged_into
    return None


def learnable_codes(codebook: Codebook, applied: Iterable[str]) -> list[Code]:
    """Active codes that have no active code under them, and themes that people applied, in order of ids."""
    active = [code for code in codebook.codes if code.status == "active"]
    themes = {code.parent_id for code in active}
    used = {current_code(codebook, code_id) for code_id in applied}
    return sorted((c for c in active if c.id not in themes or c.id in used), key=lambda c: c.id)


def teach(excerpts: Sequence[Excerpt], codebook: Codebook, lessons: Sequence[Lesson]) -> Taught:
    """The lessons as shares and knowledge per excerpt and code, by the rules at the head of this module."""
    codes = learnable_codes(codebook, {id_ for lesson in lessons for id_ in lesson.applied})
    column = {code.id: j for j, code in enumerate(codes)}
    present = {
        code.id: current for code in codebook.codes if (current := current_code(codebook, code.id)) in column
    }
    votes = np.zeros((len(excerpts), len(codes)), np.float32)
    judges = np.zeros((len(excerpts), len(codes)), np.float32)
    judged = np.zeros(len(excerpts), bool)
    left_out: Counter[str] = Counter()
    for lesson in lessons:
        left_out.update(code_id for code_id in lesson.applied if code_id not in present)
    for row, said in _by_excerpt(excerpts, lessons).items():
        for of_coder in said:
            yes, no = _votes(of_coder, column, present)
            votes[row, yes] += 1
            judges[row, yes] += 1
            judges[row, no] += 1
            judged[row] |= any(lesson.decided for lesson in of_coder)
    known = judges > 0
    shares = np.divide(votes, judges, out=np.zeros_like(votes), where=known)
    implied = _implied(codes, codebook, shares)
    return Taught(
        codes=tuple(codes),
        shares=shares,
        known=known,
        judged=judged,
        weights=np.where(implied, np.float32(0.5), known.astype(np.float32)),
        left_out=dict(sorted(left_out.items())),
        coders=tuple(sorted({lesson.coder_id for lesson in lessons})),
        contradicted=int(((shares > 0) & (shares < 1)).any(axis=1).sum()),
    )


def _by_excerpt(excerpts: Sequence[Excerpt], lessons: Iterable[Lesson]) -> dict[int, list[list[Lesson]]]:
    """For each row, the lessons that count there, coder by coder; only those settled, if any are."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, excerpt in enumerate(excerpts):
        rows[excerpt.transcript_id].append(row)
    ends, starts = {}, {}
    for transcript_id, of_transcript in rows.items():
        of_transcript.sort(key=lambda row: excerpts[row].start)
        starts[transcript_id] = np.array([excerpts[row].start for row in of_transcript])
        ends[transcript_id] = np.array([excerpts[row].end for row in of_transcript])
    found: dict[int, dict[bool, dict[str, list[Lesson]]]] = defaultdict(lambda: {True: {}, False: {}})
    for lesson in lessons:
        if lesson.transcript_id not in rows:
            continue
        begin, end = starts[lesson.transcript_id], ends[lesson.transcript_id]
        near = range(
            int(np.searchsorted(end, lesson.start, side="right")),
            int(np.searchsorted(begin, lesson.end, side="left")),
        )
        for i in near:
            shared = min(end[i], lesson.end) - max(begin[i], lesson.start)
            if shared >= _SHARED * min(end[i] - begin[i], lesson.end - lesson.start):
                coders = found[rows[lesson.transcript_id][i]][lesson.settled]
                coders.setdefault(lesson.coder_id, []).append(lesson)
    return {row: list((by[True] or by[False]).values()) for row, by in found.items()}


def _votes(
    of_coder: Sequence[Lesson], column: Mapping[str, int], present: Mapping[str, str | None]
) -> tuple[list[int], list[int]]:
    """The columns that one coder applied to one excerpt, and those the coder judged not to apply."""
    applied = {id_ for lesson in of_coder for id_ in lesson.applied}
    yes = {column[code] for id_ in applied if (code := present.get(id_)) is not None}
    no = {
        column[code]
        for lesson in of_coder
        for id_ in lesson.rejected
        if (code := present.get(id_)) is not None
    }
    # A code that is no longer there may have been split: what else it was is not known.
    if any(lesson.decided for lesson in of_coder) and all(id_ in present for id_ in applied):
        known: set[int] = set()
        for lesson in of_coder:
            if lesson.decided:
                known |= {
                    column[code]
                    for id_, code in present.items()
                    if code is not None and (lesson.known is None or id_ in lesson.known)
                }
        no |= known
    return sorted(yes), sorted(no - yes)


def _implied(codes: Sequence[Code], codebook: Codebook, shares: FloatMatrix) -> NDArray[np.bool_]:
    """Where a code under a theme was applied and nobody applied the theme itself."""
    parent = {code.id: code.parent_id for code in codebook.codes}
    column = {code.id: j for j, code in enumerate(codes)}
    implied = np.zeros(shares.shape, bool)
    for j, code in enumerate(codes):
        above = parent[code.id]
        while above is not None:
            if above in column:
                implied[:, column[above]] |= (shares[:, j] > 0) & (shares[:, column[above]] == 0)
            above = parent.get(above)
    return implied
