"""Section 5: every interview as a line of its coded excerpts, over its time or its words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thematic.reporting.coded import CodedExcerpts
from thematic.text import word_spans

__all__ = ["CodeLine", "CodeLines", "Mark", "draw_lines"]

MOST_THEMES = 8  # so many colours and lanes can be told apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A coded excerpt on the line. start, end: shares of the interview, 0 to 1. themes: positions in
    `CodeLines.themes`. codes: what it was given. at: its position among all excerpts."""

    at: int
    excerpt_id: str
    start: float
    end: float
    themes: tuple[int, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeLine:
    """axis: `time` where every excerpt has its times, else `words`. length: minutes, or words of the text."""

    interview: str
    axis: str
    length: float
    excerpts: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeLines:
    """themes: ids of the themes that have a lane, by participants; the last may be None, for all others."""

    themes: tuple[str | None, ...]
    lines: tuple[CodeLine, ...]


def draw_lines(coded: CodedExcerpts) -> CodeLines:
    """The line of every interview, in order. With more than eight themes the rarer ones share a lane."""
    people = (coded.per_participant(coded.applied) > 0).sum(axis=0)
    tops = [at for at in coded.tops if people[at]]
    tops = sorted(tops, key=lambda at: (-people[at], at))
    own = tops if len(tops) <= MOST_THEMES else tops[: MOST_THEMES - 1]
    own = sorted(own)
    rest = [at for at in tops if at not in own]
    lanes = [coded.applied[:, at] for at in own]
    if rest:
        lanes.append(np.asarray(coded.applied[:, rest].any(axis=1)))
    in_lane = np.array(lanes).reshape(len(lanes), len(coded.excerpts))
    lines = []
    for at, transcript in enumerate(coded.data.transcripts):
        rows = np.flatnonzero(coded.interview == at)
        excerpts = [coded.excerpts[row] for row in rows]
        timed = bool(excerpts) and all(e.start_time is not None and e.end_time is not None for e in excerpts)
        if timed:
            length = max(
                [e.end_time or 0.0 for e in excerpts] + [t.end_time or 0.0 for t in transcript.turns]
            )
            places = [((e.start_time or 0.0) / length, (e.end_time or 0.0) / length) for e in excerpts]
            told = round(length / 60, 1)
        else:
            starts = np.array([start for start, _ in word_spans(transcript.text)] or [0])
            told = float(len(starts))
            ends = [(e.start, e.end) for e in excerpts]
            found = np.searchsorted(starts, np.array(ends).reshape(-1, 2)) / max(len(starts), 1)
            places = [(float(a), float(b)) for a, b in found]
        marks = tuple(
            Mark(
                at=int(row),
                excerpt_id=excerpt.id,
                start=round(start, 5),
                end=round(end, 5),
                themes=tuple(int(lane) for lane in np.flatnonzero(in_lane[:, row])),
                codes=tuple(coded.codes[c].id for c in np.flatnonzero(coded.direct[row])),
            )
            for row, excerpt, (start, end) in zip(rows, excerpts, places, strict=True)
            if in_lane[:, row].any()
        )
        lines.append(
            CodeLine(
                interview=transcript.id,
                axis="time" if timed else "words",
                length=told,
                excerpts=len(excerpts),
                marks=marks,
            )
        )
    names: list[str | None] = [coded.codes[at].id for at in own]
    return CodeLines(themes=tuple([*names, None] if rest else names), lines=tuple(lines))
