"""Section 1: the study at a glance, everything with its n."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from thematic.codebook import themes
from thematic.model import Coding, ReviewMode
from thematic.reporting.coded import CodedExcerpts, PassageRead, Spans
from thematic.text import count_words

__all__ = ["CoderShare", "Glance", "InterviewRow", "glance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CoderShare:
    """What one coder did. excerpts: those that this coder settled on, with codes or with none.

    modes: codings by how they were made. versions: codebook versions they name, in the order of use.
    """

    coder: str
    kind: str
    excerpts: int
    interviews: int
    codings: int
    codes: int
    modes: Mapping[str, int]
    versions: tuple[str, ...]
    first: str | None
    last: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewRow:
    """One interview. words: of its participants. minutes: from the first time to the last, where known."""

    interview: str
    title: str
    participants: int
    turns: int
    words: int
    excerpts: int
    read: int
    coded: int
    minutes: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """How much there is, and how much of it is coded by whom.

    words: of participants' turns. turns: by role. read: excerpts that somebody settled on; read_twice: that
    two or more did; coded: with at least one code that stands. unused: codes in use that nobody applied.
    layers: codings by layer.
    """

    interviews: int
    participants: int
    words: int
    turns: Mapping[str, int]
    excerpts: int
    words_in_excerpts: int
    set_aside: int
    read: int
    read_twice: int
    coded: int
    codings: int
    layers: Mapping[str, int]
    codebook: str
    codebook_version: str
    codes: int
    themes: int
    unused: tuple[str, ...]
    coders: tuple[CoderShare, ...]
    rows: tuple[InterviewRow, ...]


def glance(coded: CodedExcerpts, reads: Sequence[PassageRead] = ()) -> Glance:
    """The counts of section 1. reads: what coders settled on, of every layer."""
    data = coded.data
    spoken = [
        sum(count_words(t.text[turn.start : turn.end]) for turn in t.turns if turn.role != "interviewer")
        for t in data.transcripts
    ]
    readers = _readers(coded, reads)
    with_code = coded.direct.any(axis=1)
    rows = []
    for at, transcript in enumerate(data.transcripts):
        here = coded.interview == at
        times = [t for turn in transcript.turns for t in (turn.start_time, turn.end_time) if t is not None]
        rows.append(
            InterviewRow(
                interview=transcript.id,
                title=transcript.title,
                participants=sum(at in participant.interviews for participant in coded.participants),
                turns=len(transcript.turns),
                words=spoken[at],
                excerpts=int(here.sum()),
                read=int((coded.read & here).sum()),
                coded=int((with_code & here).sum()),
                minutes=round((max(times) - min(times)) / 60, 1)
                if times and max(times) > min(times)
                else None,
            )
        )
    roles = Counter(turn.role for t in data.transcripts for turn in t.turns)
    active = [code for code in data.codebook.codes if code.status == "active"]
    used: NDArray[np.bool_] = np.asarray(coded.direct.any(axis=0))
    layers = Counter(coding.layer for coding in data.codings)
    return Glance(
        interviews=len(data.transcripts),
        participants=len(coded.participants),
        words=sum(spoken),
        turns={role: roles.get(role, 0) for role in ("interviewer", "participant", "other")},
        excerpts=len(coded.excerpts),
        words_in_excerpts=int(coded.words.sum()),
        set_aside=sum(len(s.set_aside) for s in data.segmentations),
        read=int(coded.read.sum()),
        read_twice=sum(len(found) > 1 for found in readers.values()),
        coded=int(with_code.sum()),
        codings=len(data.codings),
        layers={layer: n for layer in ("independent", "negotiated", "final") if (n := layers[layer])},
        codebook=data.codebook.title,
        codebook_version=data.codebook.version,
        codes=len(active),
        themes=len(themes(data.codebook)),
        unused=tuple(
            code.id for at, code in enumerate(coded.codes) if code.status == "active" and not used[at]
        ),
        coders=_coders(coded, readers),
        rows=tuple(rows),
    )


def _readers(coded: CodedExcerpts, reads: Sequence[PassageRead]) -> dict[int, set[str]]:
    """Who settled on each excerpt on their own, by its position."""
    spans = Spans(coded.excerpts)
    found: dict[int, set[str]] = {}
    settled = [(r.coder_id, r.quote) for r in reads if r.layer == "independent"]
    if not reads:
        settled = [(c.coder_id, c.quote) for c in coded.data.codings if c.layer == "independent"]
    for coder, quote in settled:
        for at in range(*spans.meeting(quote)):
            found.setdefault(at, set()).add(coder)
    return found


def _coders(coded: CodedExcerpts, readers: Mapping[int, set[str]]) -> tuple[CoderShare, ...]:
    by_coder: dict[str, list[Coding]] = {coder.id: [] for coder in coded.data.coders}
    for coding in coded.data.codings:
        by_coder.setdefault(coding.coder_id, []).append(coding)
    names = {coder.id: coder for coder in coded.data.coders}
    shares = []
    for id_, codings in by_coder.items():
        excerpts = [at for at, coders in readers.items() if id_ in coders]
        modes = Counter(coding.mode for coding in codings)
        days = sorted(coding.at.date().isoformat() for coding in codings)
        versions = {c.codebook_version: None for c in sorted(codings, key=lambda c: c.at)}
        shares.append(
            CoderShare(
                coder=names[id_].name if id_ in names else id_,
                kind=names[id_].kind if id_ in names else "human",
                excerpts=len(excerpts),
                interviews=len({int(coded.interview[at]) for at in excerpts}),
                codings=len(codings),
                codes=len({coding.code_id for coding in codings}),
                modes={mode: n for mode in get_args(ReviewMode) if (n := modes[mode])},
                versions=tuple(v for v in versions if v),
                first=days[0] if days else None,
                last=days[-1] if days else None,
            )
        )
    return tuple(shares)
