"""The table that every section counts over: a row an excerpt, a column a code, and who said it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from thematic.codebook import ancestors
from thematic.model import Code, Codebook, Coding, Excerpt, Quote, StudyData
from thematic.reporting.settings import ReportSettings
from thematic.text import count_words

__all__ = ["Bools", "CodedExcerpts", "Ints", "Participant", "PassageRead", "Spans", "code_excerpts"]

Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]

LAYERS = ("independent", "negotiated", "final")


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageRead:
    """A coder settled on this passage, with codes or with none."""

    coder_id: str
    quote: Quote
    layer: str = "independent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A person who was interviewed. `interviews` are positions in `StudyData.transcripts`.

    In an interview with one participant that is the interview; in a group each speaker is one.
    """

    id: str
    interviews: tuple[int, ...]
    attributes: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, eq=False)
class CodedExcerpts:
    """The excerpts of a study in order, and the codes that stand for each.

    n excerpts, k codes: the codebook's in its order, then those that people used and that have left it.
    interview, participant: shape (n,), positions in `data.transcripts` and `participants`.
    words: shape (n,), words of each excerpt. read: shape (n,), whether somebody settled on the excerpt.
    support: shape (n, k), how many coders gave the excerpt this very code.
    reach: shape (k, k), reach[i, j] where code j is code i or a theme above it.
    codings: those that count, each with the positions of the excerpts that it counts for.
    """

    data: StudyData
    settings: ReportSettings
    excerpts: tuple[Excerpt, ...]
    codes: tuple[Code, ...]
    participants: tuple[Participant, ...]
    interview: Ints
    participant: Ints
    words: Ints
    read: Bools
    support: NDArray[np.int16]
    reach: Bools
    codings: tuple[tuple[Coding, range], ...]

    @cached_property
    def direct(self) -> Bools:
        """Shape (n, k): the excerpt was given this very code."""
        return self.support > 0

    @cached_property
    def applied(self) -> Bools:
        """Shape (n, k): the excerpt was given this code or one below it."""
        within = self.direct.copy()
        for child, parent in zip(*np.nonzero(self.reach & ~np.eye(len(self.codes), dtype=bool)), strict=True):
            within[:, parent] |= self.direct[:, child]
        return within

    @cached_property
    def column(self) -> dict[str, int]:
        """The position of each code by its id."""
        return {code.id: at for at, code in enumerate(self.codes)}

    @cached_property
    def tops(self) -> tuple[int, ...]:
        """Columns of the topmost codes, the themes, in order: those in use and those somebody used."""
        return tuple(
            at
            for at, code in enumerate(self.codes)
            if int(self.reach[at].sum()) == 1 and (code.status == "active" or self.applied[:, at].any())
        )

    @cached_property
    def shown(self) -> tuple[int, ...]:
        """Columns of every code in use: active in the codebook, or used by somebody."""
        used: Bools = np.asarray(self.applied.any(axis=0))
        return tuple(at for at, code in enumerate(self.codes) if code.status == "active" or used[at])

    @property
    def any_coded(self) -> bool:
        return bool(self.support.any())

    def per_participant(self, values: NDArray[np.generic]) -> NDArray[np.float64]:
        """Sums over the excerpts of each participant: (n,) to (p,), (n, k) to (p, k)."""
        return _group_sums(values, self.participant, len(self.participants))

    def per_interview(self, values: NDArray[np.generic]) -> NDArray[np.float64]:
        """Sums over the excerpts of each interview: (n,) to (d,), (n, k) to (d, k)."""
        return _group_sums(values, self.interview, len(self.data.transcripts))


def _group_sums(values: NDArray[np.generic], group: Ints, count: int) -> NDArray[np.float64]:
    sums = np.zeros((count, *values.shape[1:]))
    if not len(group):
        return sums
    # Excerpts come interview by interview, so groups are nearly in order: sums over stretches are cheap.
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    firsts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    sums[ordered[firsts]] = np.add.reduceat(values[order].astype(np.float64), firsts, axis=0)
    return sums


def code_excerpts(
    data: StudyData,
    *,
    reads: Sequence[PassageRead] | None = None,
    settings: ReportSettings | None = None,
) -> CodedExcerpts:
    """The excerpts of the study with the codes that stand for each.

    A coding counts for every excerpt with which its span shares at least one character. reads: what coders
    settled on; without it, each excerpt of an interview in which anything is coded counts as read. Codings
    that lie in no excerpt count for nothing here; the excerpts table lists them.
    """
    settings = settings or ReportSettings()
    excerpts = tuple(excerpt for s in data.segmentations for excerpt in s.excerpts)
    codes = _with_every_code(data.codebook, data.codings)
    place_of = {t.id: at for at, t in enumerate(data.transcripts)}
    interview = np.array([place_of[e.transcript_id] for e in excerpts], dtype=np.intp)
    participants, participant = _participants(data, excerpts, settings.case)
    spans = Spans(excerpts)
    read = {layer: np.zeros(len(excerpts), dtype=bool) for layer in LAYERS}
    for found in reads or ():
        first, last = spans.meeting(found.quote)
        read[found.layer][first:last] = True
    if reads is None:
        for coding in data.codings:
            read[coding.layer] |= interview == place_of.get(coding.quote.transcript_id, -1)
    codings = _standing(data.codings, read, spans, settings.layer)
    return CodedExcerpts(
        data=data,
        settings=settings,
        excerpts=excerpts,
        codes=codes,
        participants=participants,
        interview=interview,
        participant=participant,
        words=np.array([count_words(e.text) for e in excerpts], dtype=np.intp),
        read=np.any([*read.values()], axis=0) if settings.layer == "standing" else read[settings.layer],
        support=_support(codings, codes, len(excerpts)),
        reach=_reach(codes),
        codings=tuple(codings),
    )


class Spans:
    """Which excerpts a span meets: they are in order and do not overlap, so those are neighbours."""

    def __init__(self, excerpts: Sequence[Excerpt]) -> None:
        self.first: dict[str, int] = {}
        self.starts: dict[str, list[int]] = {}
        self.ends: dict[str, list[int]] = {}
        for at, excerpt in enumerate(excerpts):
            self.first.setdefault(excerpt.transcript_id, at)
            self.starts.setdefault(excerpt.transcript_id, []).append(excerpt.start)
            self.ends.setdefault(excerpt.transcript_id, []).append(excerpt.end)

    def meeting(self, quote: Quote) -> tuple[int, int]:
        """Positions of the excerpts, half-open, that share a character with the span."""
        base = self.first.get(quote.transcript_id, 0)
        begin = bisect_right(self.ends.get(quote.transcript_id, []), quote.start)
        end = bisect_left(self.starts.get(quote.transcript_id, []), quote.end)
        return base + begin, base + max(begin, end)


def _with_every_code(codebook: Codebook, codings: Iterable[Coding]) -> tuple[Code, ...]:
    known = {code.id for code in codebook.codes}
    gone = sorted({coding.code_id for coding in codings} - known)
    return (*codebook.codes, *(Code(id=id_, name=id_, status="retired") for id_ in gone))


def _reach(codes: Sequence[Code]) -> Bools:
    column = {code.id: at for at, code in enumerate(codes)}
    codebook = Codebook(title="", version="", codes=tuple(codes))
    reach = np.eye(len(codes), dtype=bool)
    for code in codes:
        for above in ancestors(codebook, code.id):
            reach[column[code.id], column[above.id]] = True
    return reach


def _standing(
    codings: Iterable[Coding], read: Mapping[str, Bools], spans: Spans, layer: str
) -> list[tuple[Coding, range]]:
    """The codings that count, each with the excerpts it counts for."""
    found = []
    later = {"independent": read["negotiated"] | read["final"], "negotiated": read["final"]}
    for coding in codings:
        first, last = spans.meeting(coding.quote)
        if layer not in ("standing", coding.layer):
            continue
        if layer == "standing" and coding.layer in later:
            settled = later[coding.layer]
            found += [(coding, range(at, at + 1)) for at in range(first, last) if not settled[at]]
        else:
            found.append((coding, range(first, last)))
    return found


def _support(codings: Sequence[tuple[Coding, range]], codes: Sequence[Code], n: int) -> NDArray[np.int16]:
    """Shape (n, k): coders that gave the excerpt the code, each once."""
    column = {code.id: at for at, code in enumerate(codes)}
    cells = {(coding.coder_id, at, column[coding.code_id]) for coding, excerpts in codings for at in excerpts}
    support = np.zeros((n, len(codes)), dtype=np.int16)
    if cells:
        rows = np.fromiter((at for _, at, _ in cells), dtype=np.intp, count=len(cells))
        columns = np.fromiter((code for _, _, code in cells), dtype=np.intp, count=len(cells))
        np.add.at(support, (rows, columns), 1)
    return support


def _participants(
    data: StudyData, excerpts: Sequence[Excerpt], case: str
) -> tuple[tuple[Participant, ...], Ints]:
    """Who was interviewed, in order of the interviews, and who says each excerpt."""
    speakers: dict[str, set[str]] = {}
    for excerpt in excerpts:
        speakers.setdefault(excerpt.transcript_id, set()).add(excerpt.speaker)
    attributes = {t.id: t.attributes for t in data.transcripts}

    def name(excerpt: Excerpt) -> str:
        id_ = excerpt.transcript_id
        if case and (given := attributes[id_].get(case)):
            return given
        return id_ if len(speakers[id_]) == 1 else f"{id_} · {excerpt.speaker or 'unnamed'}"

    position: dict[str, int] = {}
    interviews: dict[str, dict[int, None]] = {}
    place_of = {t.id: at for at, t in enumerate(data.transcripts)}
    who = []
    for excerpt in excerpts:
        id_ = name(excerpt)
        who.append(position.setdefault(id_, len(position)))
        interviews.setdefault(id_, {})[place_of[excerpt.transcript_id]] = None
    participants = tuple(
        Participant(
            id=id_,
            interviews=tuple(interviews[id_]),
            attributes=_joined([data.transcripts[at].attributes for at in interviews[id_]]),
        )
        for id_ in position
    )
    return participants, np.array(who, dtype=np.intp)


def _joined(found: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The attributes of all interviews of one person; values that differ stand side by side."""
    values: dict[str, dict[str, None]] = {}
    for attributes in found:
        for name, value in attributes.items():
            values.setdefault(name, {})[value] = None
    return {name: " / ".join(given) for name, given in values.items()}
