"""Captions in XML: TTML, which other programs call DFXP or iTT, and YouTube's timed text.

Times are those of TTML 2 (W3C, sections 12.2 and 12.3): clock times, with frames or a fraction; numbers with
a unit; and those of a paragraph count from the beginning of what holds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from thematic.errors import InputError, Problem
from thematic.formats.encoding import clean, head_text
from thematic.formats.times import seconds
from thematic.formats.transcripts.cues import Cue, script_of_cues
from thematic.formats.transcripts.reading import Reading, ReadSettings, SourceFile
from thematic.formats.transcripts.script import to_reading
from thematic.formats.transcripts.speakers import Roster
from thematic.formats.zips import parse_xml
from thematic.text import snippet

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["local", "read", "sniff"]

_ROOT = re.compile(
    r"\s*(?:<\?[^<>]*>\s*|<!--.*?-->\s*)*<(?:\w+:)?(?:tt[\s>]|timedtext[\s>]|transcript>\s*<text )", re.DOTALL
)
_CLOCK = re.compile(r"(\d{2,4}):(\d{2}):(\d{2})(?:(\.\d+)|:(\d{2,4})(?:\.(\d+))?)?")
_OFFSET = re.compile(r"(\d+(?:\.\d+)?)(h|m|s|ms|f|t)")
_AGAIN = "export the captions again"
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


@dataclass(frozen=True, slots=True)
class _Span:
    """When something is shown, in seconds; `stops` is None where nothing says it."""

    begins: float
    stops: float | None


@dataclass(frozen=True, slots=True)
class _Rates:
    """Frames and ticks in a second, of the document."""

    frames: float = 30.0
    ticks: float = 1.0


def sniff(head: bytes, name: str) -> bool:  # noqa: ARG001
    """XML whose first element is that of TTML, or one of YouTube's two."""
    return bool(_ROOT.match(head_text(head[:4096])))


def read(file: SourceFile, *, settings: ReadSettings, roster: Roster) -> Reading:
    """The transcript of XML captions. A speaker is the agent that a paragraph names, or a label in its words.

    Raises InputError when the XML is broken, and for every paragraph with words and without a time.
    """
    root = parse_xml(file.data, file.name)
    problems: list[Problem] = []
    try:
        cues = list((_of_ttml if local(root) == "tt" else _of_youtube)(root, problems, file.name))
    except RecursionError:
        message, hint = "XML that no captions have: nested too deeply", "export the captions again"
        raise InputError(message, path=file.name, hint=hint) from None
    if problems:
        raise InputError(f"{file.name} cannot be aligned", path=file.name, problems=problems)
    cues, warnings = _cleaned(cues, file.name)
    in_order = sorted(cues, key=lambda cue: cue.start)
    script = script_of_cues(in_order, (), warnings, file=file, settings=settings, roster=roster)
    return to_reading(script, file=file, format=_format(root), roster=roster)


def local(element: Element) -> str:
    """The name of an element without its namespace; empty for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _format(root: Element) -> str:
    return "ttml" if local(root) == "tt" else "youtube-xml"


def _cleaned(cues: list[Cue], name: str) -> tuple[list[Cue], list[Problem]]:
    found, warnings = [], []
    for cue in cues:
        cleaned = [clean(line, name) for line in cue.payload]
        voice, doubts = clean(cue.voice, name)
        found.append(replace(cue, payload=tuple(text for text, _ in cleaned), voice=" ".join(voice.split())))
        for doubt in (*doubts, *(d for _, each in cleaned for d in each)):
            warnings.append(replace(doubt, line=None, hint=f"in “{snippet(' '.join(cue.payload))}”"))
    return found, warnings


# --- TTML ----------------------------------------------------------------------------------------------


def _of_ttml(root: Element, problems: list[Problem], name: str) -> Iterator[Cue]:
    rates = _rates(root)
    agents = {
        _attribute(agent, "id"): " ".join(" ".join(agent.itertext()).split())
        for agent in root.iter()
        if local(agent) == "agent"
    }
    body = next((child for child in root if local(child) == "body"), None)
    if body is None:
        return
    shown = _paragraphs(body, None, "", rates, problems, name)
    for number, (paragraph, span, agent) in enumerate(shown, 1):
        for timed, runs in _parts(paragraph, agent):
            if not any(text.strip() for _, text in runs):
                continue
            shown_at = span if timed is paragraph else _span(timed, span, rates, problems, name)
            if shown_at is None:
                said = snippet(" ".join("".join(text for _, text in runs).split()))
                problems.append(Problem(f"the caption “{said}” has no time", name, None, _AGAIN))
                continue
            begins = shown_at.begins
            stops = begins if shown_at.stops is None else max(shown_at.stops, begins)
            for ids, group in groupby(runs, key=lambda run: run[0]):
                lines = "".join(text for _, text in group).split("\n")
                voice = " + ".join(agents.get(id_) or id_ for id_ in ids.split())
                yield Cue(number, begins, stops, tuple(map(_one_line, lines)), voice)


def _paragraphs(
    element: Element, outer: _Span | None, agent: str, rates: _Rates, problems: list[Problem], name: str
) -> Iterator[tuple[Element, _Span | None, str]]:
    """Each paragraph, in order, with when it is shown and whose it is."""
    span = _span(element, outer, rates, problems, name)
    agent = _attribute(element, "agent") or agent
    if local(element) == "p":
        yield element, span, agent
        return
    for child in element:
        if local(child) in ("p", "div"):
            yield from _paragraphs(child, span, agent, rates, problems, name)


def _parts(paragraph: Element, agent: str) -> Iterator[tuple[Element, list[tuple[str, str]]]]:
    """The runs of a paragraph, cut at its timed spans; words before the first of them are said with it."""
    timed, runs = paragraph, [(agent, _collapsed(paragraph.text))]
    for child in paragraph:
        if _attribute(child, "begin"):
            if timed is not paragraph:
                yield timed, runs
                runs = []
            timed = child
        runs += _runs_of_child(child, agent)
    yield timed, runs


def _runs(element: Element, agent: str) -> Iterator[tuple[str, str]]:
    """(agents, text) of an element, in order; `\\n` for a line break. White space is as in XML by default."""
    yield agent, _collapsed(element.text)
    for child in element:
        yield from _runs_of_child(child, agent)


def _runs_of_child(child: Element, agent: str) -> Iterator[tuple[str, str]]:
    if local(child) == "br":
        yield agent, "\n"
    elif local(child) == "span":
        yield from _runs(child, _attribute(child, "agent") or agent)
    yield agent, _collapsed(child.tail)


def _collapsed(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _one_line(line: str) -> str:
    return " ".join(line.split())


def _span(
    element: Element, outer: _Span | None, rates: _Rates, problems: list[Problem], name: str
) -> _Span | None:
    """When an element is shown; `outer` where it does not say, which is None where nothing does.

    A time that is none is a problem, and so are children that are shown one after the other: their captions
    would be misplaced.
    """
    if _attribute(element, "timeContainer") == "seq":
        message = "captions in a sequence (timeContainer=seq) cannot be placed"
        problems.append(Problem(message, name, None, "export them with the time of each"))
    written = {key: value for key in ("begin", "end", "dur") if (value := _attribute(element, key))}
    if not written:
        return outer
    times = {key: _time(value, rates) for key, value in written.items()}
    for key in (key for key, time in times.items() if time is None):
        said = snippet(" ".join("".join(element.itertext()).split()))
        problems.append(
            Problem(f"the caption “{said}” has no time: {key}={written[key]!r}", name, None, _AGAIN)
        )
    start = outer.begins if outer else 0.0
    begins = start + (times.get("begin") or 0.0)
    ends = [outer.stops] if outer and outer.stops is not None else []
    ends += [start + end for end in [times.get("end")] if end is not None]
    ends += [begins + length for length in [times.get("dur")] if length is not None]
    return _Span(begins, min(ends) if ends else None)


def _time(value: str, rates: _Rates) -> float | None:
    """Seconds of a time of TTML; None when it is none."""
    clock = _CLOCK.fullmatch(value.strip())
    if clock:
        hours, minutes, secs, fraction, frames, _ = clock.groups()
        whole = int(hours) * 3600 + int(minutes) * 60 + int(secs)
        return whole + float(f"0{fraction or ''}") + (int(frames) / rates.frames if frames else 0.0)
    offset = _OFFSET.fullmatch(value.strip())
    if not offset or len(offset[1]) > 18:
        return None
    number = float(offset[1])
    if offset[2] == "f":
        return number / rates.frames
    return number / rates.ticks if offset[2] == "t" else number * _SECONDS[offset[2]]


def _rates(root: Element) -> _Rates:
    """What the document says of frames and ticks, else what the standard says of documents that do not."""
    frames = seconds(_attribute(root, "frameRate"))
    parts = [seconds(part) for part in _attribute(root, "frameRateMultiplier").split()]
    numerator, denominator = parts if len(parts) == 2 else (1.0, 1.0)
    rate = (frames or 30.0) * (numerator or 1.0) / (denominator or 1.0)
    ticks = seconds(_attribute(root, "tickRate")) or (rate if frames else 1.0)
    return _Rates(abs(rate), abs(ticks))


def _attribute(element: Element, name: str) -> str:
    """An attribute by its name, in whatever namespace a program has put it."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


# --- YouTube -------------------------------------------------------------------------------------------


def _of_youtube(root: Element, problems: list[Problem], name: str) -> Iterator[Cue]:
    """`<text start="1.5" dur="2">` in seconds, or `<p t="1500" d="2000">` in milliseconds."""
    shown = [(element, "start", "dur", 1.0) for element in root.iter("text")]
    shown += [(element, "t", "d", 0.001) for element in root.iter("p")]
    for number, (element, begin, length, unit) in enumerate(shown, 1):
        words = _one_line("".join(element.itertext()))
        if not words:
            continue
        start = seconds(element.get(begin, ""))
        if start is None or start < 0:
            message = f"the caption “{snippet(words)}” has no time: {begin}={element.get(begin)!r}"
            problems.append(Problem(message, name, None, _AGAIN))
            continue
        lasts = max(seconds(element.get(length, "")) or 0.0, 0.0)
        yield Cue(number, start * unit, (start + lasts) * unit, (words,))
