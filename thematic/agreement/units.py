"""What a unit is, and who was assigned it: the only place that decides both for the codings of a study.
 Three states are never confused: assigned and
coded (1), assigned and not coded (0, a real zero), not assigned (-1, missing).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from thematic.agreement.character import CodedSpan, character_ratings
from thematic.agreement.ratings import Ratings, Values, select_coders
from thematic.errors import Problem, SettingsError
from thematic.model import Coding, Quote, ReviewMode, Segmentation, Transcript

__all__ = [
    "UNAIDED",
    "CodedUnits",
    "Excluded",
    "Unit",
    "character_units",
    "eligible_units",
    "merged",
    "overlap_share",
    "rated_only",
    "ratings_from_codings",
    "spans_of_codings",
]

UNAIDED: frozenset[ReviewMode] = frozenset({"blind", "import"})
"""Ways of coding in which no suggestion was seen before the code was chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One thing to be coded. `start` and `end` are its place in the interview, None where not recorded."""

    id: str
    interview: str | None = None
    text: str = ""
    speaker: str = ""
    role: str = "participant"
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """What was left out before anything was counted, and why: units, and the codings that lay in them."""

    reason: str
    n_units: int = 0
    n_codings: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CodedUnits:
    """The units that were coded and who applied what to them, ready to be audited.

    ratings: every code as applied or not. values: the same readings as one variable, where each coder gave
    each unit exactly one label. units: parallel to `ratings.units`.
    rule: the unit in words. memos: by unit id and coder.
    """

    ratings: Ratings
    values: Values | None
    units: tuple[Unit, ...]
    rule: str
    excluded: tuple[Excluded, ...] = ()
    memos: Mapping[tuple[str, str], str] = field(default_factory=dict)
    codebook_versions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    spans: tuple[CodedSpan, ...] = ()
    order_known: bool = False
    notes: tuple[Problem, ...] = ()

    @property
    def assigned(self) -> NDArray[np.bool_]:
        """Shape (units, coders): who was assigned which unit."""
        if self.values is not None:
            return self.values.indices >= 0
        return np.asarray((self.ratings.presence >= 0).any(axis=2))


# --- Codings of a study -------------------------------------------------------------------------------


def eligible_units(
    segmentations: Sequence[Segmentation], transcripts: Sequence[Transcript]
) -> tuple[tuple[Unit, ...], tuple[Excluded, ...]]:
    """The excerpts as units in order of the text, and the turns that are in none, counted by reason.

    Segment with `unit="turn"` or `"sentence"` for units of that size.
    """
    units = tuple(
        Unit(
            id=excerpt.id,
            interview=excerpt.transcript_id,
            text=excerpt.text,
            speaker=excerpt.speaker,
            role=excerpt.role,
            start=excerpt.start,
            end=excerpt.end,
        )
        for segmentation in segmentations
        for excerpt in segmentation.excerpts
    )
    left_out = Counter(
        f"turns of the {turn.role}" if turn.role == "interviewer" else f"turns of {turn.role} speakers"
        for transcript in transcripts
        for turn in transcript.turns
        if turn.role != "participant"
    )
    left_out.update(
        f"{aside.reason} turns" for segmentation in segmentations for aside in segmentation.set_aside
    )
    return units, tuple(Excluded(reason=reason, n_units=n) for reason, n in sorted(left_out.items()))


def overlap_share(overlap: str) -> float:
    """The share of a unit that must be covered for a code to be present: `any` is 0, `half` is 0.5.

    Raises SettingsError on anything but `any`, `half` or a number above 0 and up to 1.
    """
    named = {"any": 0.0, "half": 0.5}
    if overlap in named:
        return named[overlap]
    try:
        share = float(overlap)
    except ValueError:
        share = -1.0
    if not 0 < share <= 1:
        raise SettingsError(
            f"--overlap {overlap} is no share of a unit", hint="write any, half, or a number such as 0.25"
        )
    return share


def ratings_from_codings(
    codings: Sequence[Coding],
    *,
    units: Sequence[Unit],
    read: Mapping[str, Iterable[Quote]],
    codes: Sequence[str],
    unit_name: str = "excerpt",
    overlap: float = 0.5,
    modes: Collection[str] = UNAIDED,
    model_coders: Collection[str] = (),
    excluded: Sequence[Excluded] = (),
) -> CodedUnits:
    """The units of a study, rated by everyone who read them.

    read: the passages that each coder read, coded or not: the assignment. A unit is assigned to a coder who
    read all of its words; a code of it is present where spans of that coder and code cover the share
    `overlap` of it (any of it when 0).
    codes: every code of the codebook, so that one that nobody used is reported as such.
    modes: only codings made in these modes count; a unit with another is not assigned to that coder, since
    the coder's own reading of it is unknown. Codings outside the independent layer never count.
    """
    independent = [coding for coding in codings if coding.layer == "independent"]
    usable = [coding for coding in independent if coding.mode in modes]
    aided = [coding for coding in independent if coding.mode not in modes]
    coders = tuple(sorted({*read, *(coding.coder_id for coding in usable)}))
    all_codes = tuple(dict.fromkeys([*codes, *sorted({coding.code_id for coding in usable})]))
    places = _Places(units)

    presence = np.full((len(units), len(coders), len(all_codes)), -1, dtype=np.int8)
    for column, coder in enumerate(coders):
        for position in places.wholly_in(_by_interview(read.get(coder, ()))):
            presence[position, column] = 0

    outside = 0
    grouped: dict[tuple[str, str], list[Quote]] = defaultdict(list)
    memos: dict[tuple[str, str], str] = {}
    for coding in usable:
        touched = places.touched(coding.quote)
        outside += not touched
        grouped[coding.coder_id, coding.code_id].append(coding.quote)
        if coding.memo:
            for position in touched:
                key = units[position].id, coding.coder_id
                memos[key] = f"{memos[key]}\n{coding.memo}" if key in memos else coding.memo
    for (coder, code), quotes in sorted(grouped.items()):
        column, layer = coders.index(coder), all_codes.index(code)
        for position, share in places.covered(_by_interview(quotes)):
            if share >= overlap and presence[position, column, 0] != -1:
                presence[position, column, layer] = 1
    for coding in aided:
        if coding.coder_id in coders:
            for position in places.touched(coding.quote):
                presence[position, coders.index(coding.coder_id)] = -1

    left_out = [
        *excluded,
        Excluded(reason="codings outside every unit", n_codings=outside),
        Excluded(reason="codings agreed in discussion", n_codings=len(codings) - len(independent)),
        Excluded(reason="codings made with suggestions in view", n_codings=len(aided)),
    ]
    versions: dict[str, set[str]] = defaultdict(set)
    for coding in usable:
        versions[coding.coder_id].add(coding.codebook_version)
    return rated_only(
        CodedUnits(
            ratings=Ratings(
                units=tuple(unit.id for unit in units),
                coders=coders,
                codes=all_codes,
                presence=presence,
                interviews=tuple(unit.interview or "" for unit in units),
                model_coders=frozenset(model_coders) & set(coders),
            ),
            values=None,
            units=tuple(units),
            rule=_rule_in_words(unit_name, overlap),
            excluded=tuple(entry for entry in left_out if entry.n_units or entry.n_codings),
            memos=memos,
            codebook_versions={coder: frozenset(found) for coder, found in sorted(versions.items())},
            spans=spans_of_codings(usable),
            order_known=True,
        )
    )


def spans_of_codings(codings: Iterable[Coding]) -> tuple[CodedSpan, ...]:
    """The spans of codings, by interview, coder and code."""
    spans = {
        CodedSpan(
            interview=coding.quote.transcript_id,
            coder=coding.coder_id,
            code=coding.code_id,
            start=coding.quote.start,
            end=coding.quote.end,
        )
        for coding in codings
    }
    return tuple(sorted(spans))


def _rule_in_words(unit_name: str, overlap: float) -> str:
    share = "any part of it is" if overlap == 0 else f"at least {overlap:.0%} of it is"
    return f"{unit_name}; a code is present where {share} coded"


class _Places:
    """Where units lie, by interview, for finding those that a span touches."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.units = units
        self.order: dict[str, list[int]] = defaultdict(list)
        for position, unit in enumerate(units):
            self.order[unit.interview or ""].append(position)
        for positions in self.order.values():
            positions.sort(key=lambda position: (units[position].start or 0, units[position].end or 0))
        self.ends = {
            interview: [units[position].end or 0 for position in positions]
            for interview, positions in self.order.items()
        }

    def at(self, interview: str, offset: int) -> int:
        """Position of the unit that holds this offset."""
        return self.order[interview][bisect_left(self.ends[interview], offset + 1)]

    def touched(self, span: Quote) -> list[int]:
        """Positions of the units that share at least one character with the span."""
        return [position for position, _, _ in self._overlaps(span.transcript_id, span.start, span.end)]

    def covered(self, spans: Mapping[str, Sequence[tuple[int, int]]]) -> list[tuple[int, float]]:
        """Positions of units, and the share of each that the spans cover; spans must not overlap."""
        shares: Counter[int] = Counter()
        for interview, pieces in spans.items():
            for start, end in pieces:
                for position, a, b in self._overlaps(interview, start, end):
                    shares[position] += b - a
        return [(position, n / self._length(position)) for position, n in sorted(shares.items())]

    def wholly_in(self, spans: Mapping[str, Sequence[tuple[int, int]]]) -> list[int]:
        """Positions of the units of which the spans leave out nothing but white space; no spans overlap."""
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for interview, pieces in spans.items():
            for start, end in pieces:
                for position, a, b in self._overlaps(interview, start, end):
                    found[position].append((a, b))
        return [
            position for position, pieces in sorted(found.items()) if self._gaps_are_blank(position, pieces)
        ]

    def _overlaps(self, interview: str, start: int, end: int) -> Iterable[tuple[int, int, int]]:
        positions = self.order.get(interview, [])
        for index in range(bisect_left(self.ends.get(interview, []), start + 1), len(positions)):
            unit = self.units[positions[index]]
            if unit.start is None or unit.end is None or unit.start >= end:
                break
            yield positions[index], max(start, unit.start), min(end, unit.end)

    def _length(self, position: int) -> int:
        unit = self.units[position]
        return (unit.end or 0) - (unit.start or 0)

    def _gaps_are_blank(self, position: int, pieces: Sequence[tuple[int, int]]) -> bool:
        unit = self.units[position]
        at = first = unit.start or 0
        for start, end in sorted(pieces):
            if unit.text[at - first : start - first].strip():
                return False
            at = end
        return not unit.text[at - first :].strip()


def _by_interview(quotes: Iterable[Quote]) -> dict[str, list[tuple[int, int]]]:
    """Spans by interview, in order, those that overlap or touch merged into one."""
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for found in quotes:
        spans[found.transcript_id].append((found.start, found.end))
    return {interview: merged(pieces) for interview, pieces in spans.items()}


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap or touch made one."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def character_units(coded: CodedUnits) -> CodedUnits:
    """The same codings with every character a unit: runs of text that all coders treat alike.

    A character was assigned to the coders of the unit that it lies in.
    """
    units = [unit for unit in coded.units if unit.start is not None and unit.end is not None]
    coders, codes = coded.ratings.coders, coded.ratings.codes
    eligible: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for unit in sorted(units, key=lambda unit: (unit.interview or "", unit.start or 0)):
        eligible[unit.interview or ""].append((unit.start or 0, unit.end or 0))
    ratings = character_ratings(
        [span for span in coded.spans if span.interview in eligible and span.coder in coders],
        eligible=eligible,
        assigned=dict.fromkeys(eligible, coders),
        coders=coders,
        codes=codes,
        model_coders=coded.ratings.model_coders,
    )
    places = _Places(units)
    row_of = {unit.id: row for row, unit in enumerate(coded.units)}
    presence = ratings.presence.copy()
    runs = []
    for run, name in enumerate(ratings.units):
        interview, _, extent = name.rpartition(":")
        start, end = (int(edge) for edge in extent.split("-"))
        unit = units[places.at(interview, start)]
        presence[run, ~coded.assigned[row_of[unit.id]]] = -1
        first = unit.start or 0
        runs.append(replace(unit, id=name, start=start, end=end, text=unit.text[start - first : end - first]))
    return replace(
        coded,
        ratings=replace(ratings, presence=presence),
        values=None,
        units=tuple(runs),
        rule="character of eligible text",
        memos={},
    )


def rated_only(coded: CodedUnits) -> CodedUnits:
    """The same without the units that nobody was assigned, and the coders who were assigned none."""
    kept: NDArray[np.bool_] = np.asarray(coded.assigned.any(axis=1))
    active: NDArray[np.bool_] = np.asarray(coded.assigned.any(axis=0))
    if kept.all() and active.all():
        return coded
    coders = [coder for coder, is_active in zip(coded.ratings.coders, active, strict=True) if is_active]
    units = tuple(unit for unit, keep in zip(coded.units, kept, strict=True) if keep)
    ids = tuple(unit.id for unit in units)
    interviews = None if coded.ratings.interviews is None else tuple(unit.interview or "" for unit in units)
    ratings = select_coders(coded.ratings, coders)
    ratings = replace(ratings, units=ids, interviews=interviews, presence=ratings.presence[kept])
    values = coded.values
    if values is not None:
        values = select_coders(values, coders)
        values = replace(values, units=ids, interviews=interviews, indices=values.indices[kept])
    return replace(coded, ratings=ratings, values=values, units=units)
