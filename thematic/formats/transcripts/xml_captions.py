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

_ROOT = re.compile(r"<(?:\w+:)?(?:tt[\s>]|timedtext[\s>]|transcript>\s*<text )")
_CLOCK = re.compile(r"(\d{2,4}):(\d{2}):(\d{2})(?:(\.\d+)|:(\d{2,4})(?:\.(\d+))?)?")
_OFFSET = re.compile(r"(\d+(?:\.\d+)?)(h|m|s|ms|f|t)")
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
    return bool(_ROOT.search(head_text(head[:4096])))


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
    number = 0
    for paragraph, outer, agent in _paragraphs(body, _Span(0.0, None), "", rates):
        number += 1
        timed = _attribute(paragraph, "begin") or not any(_attribute(c, "begin") for c in paragraph)
        for part in [paragraph] if timed else list(paragraph):
            span = _span(part, outer, rates)
            runs = list(_runs(part, _attribute(part, "agent") or agent))
            if not any(text.strip() for _, text in runs):
                continue
            if span is None or (span is outer and outer.stops is None and not _attribute(part, "begin")):
                said = snippet(" ".join("".join(text for _, text in runs).split()))
                written = f": begin={_attribute(part, 'begin')!r}" if _attribute(part, "begin") else ""
                message = f"the caption “{said}” has no time{written}"
                problems.append(Problem(message, name, None, "export the captions again"))
                continue
            stops = span.stops if span.stops is not None else span.begins
            for ids, group in groupby(runs, key=lambda run: run[0]):
                lines = "".join(text for _, text in group).split("\n")
                voice = " + ".join(agents.get(id_) or id_ for id_ in ids.split())
                yield Cue(number, span.begins, max(stops, span.begins), tuple(map(_one_line, lines)), voice)


def _paragraphs(
    element: Element, span: _Span, agent: str, rates: _Rates
) -> Iterator[tuple[Element, _Span, str]]:
    """Each paragraph, in order, with when what holds it is shown, and whose it is."""
    inner = _span(element, span, rates) or span
    agent = _attribute(element, "agent") or agent
    for child in element:
        if local(child) == "p":
            yield child, inner, agent
        elif local(child) == "div":
            yield from _paragraphs(child, inner, agent, rates)


def _runs(element: Element, agent: str) -> Iterator[tuple[str, str]]:
    """(agents, text) of an element, in order; `\\n` for a line break. White space is as in XML by default."""
    yield agent, _collapsed(element.text)
    for child in element:
        if local(child) == "br":
            yield agent, "\n"
        elif local(child) == "span":
            yield from _runs(child, _attribute(child, "agent") or agent)
        yield agent, _collapsed(child.tail)


def _collapsed(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _one_line(line: str) -> str:
    return " ".join(line.split())


def _span(element: Element, outer: _Span, rates: _Rates) -> _Span | None:
    """When an element is shown: `outer` where it does not say, None where it says what is no time."""
    written = {key: _attribute(element, key) for key in ("begin", "end", "dur")}
    if not any(written.values()):
        return outer
    times = {key: _time(value, rates) if value else None for key, value in written.items()}
    if any(written[key] and times[key] is None for key in written):
        return None
    begins = outer.begins + (times["begin"] or 0.0)
    ends = [outer.stops] if outer.stops is not None else []
    ends += [outer.begins + times["end"]] if times["end"] is not None else []
    ends += [begins + times["dur"]] if times["dur"] is not None else []
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
            problems.append(Problem(message, name, None, "export the captions again"))
            continue
        lasts = max(seconds(element.get(length, "")) or 0.0, 0.0)
        yield Cue(number, start * unit, (start + lasts) * unit, (words,))
