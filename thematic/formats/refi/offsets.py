"""How the positions of a source are counted: found out by evidence, not by the name of a program.

The standard (version 1.5, section 10.2) counts Unicode code points from 0. In the field some programs count
UTF-16 units or bytes, some a CRLF as one and some as two, and some the byte order mark. Every candidate is
tried on every selection of a source: do the words that the file names stand there, and do selections begin
and end where words do? The text is never changed to fit.

The words of the standard about the end of a selection (“last character”) can be read otherwise than programs
write it. A project that only makes sense so is read so: from 0 to the last character, from 1 to the last
character, or with a byte order mark counted that is no longer in the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from thematic.errors import SettingsError
from thematic.text import canonical, newline_style

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

__all__ = ["CONVENTIONS", "Choice", "Convention", "SourceText", "Spans", "choose", "parse_convention"]

Unit = Literal["codepoints", "utf16", "bytes"]
LineEnds = Literal["asis", "once", "twice"]
Ends = Literal["after", "last", "from1"]
DecidedBy = Literal["evidence", "project", "asked", "stated", "only"]

# Points for one selection. A quote that stands at its place says more than any number of word boundaries by
# chance; a position outside the text, or inside a character, says that this is not how they were counted.
QUOTE, EDGE, OUTSIDE = 6.0, 1.0, -4.0
SURE = 3.0
"""The margin, in points, from which a source decides for itself and not with the others of its project."""


@dataclass(frozen=True, slots=True, order=True)
class Convention:
    """A way of counting: the unit, whether each line end counts one or two (`asis`: what the file has),
    whether a byte order mark counts, and which position ends a selection: that `after` it, that of its `last`
    character, or that of its last character where the first of the text has position 1 (`from1`)."""

    unit: Unit
    line_ends: LineEnds
    bom: bool = False
    ends: Ends = "after"

    @property
    def name(self) -> str:
        """As it is said to `--offsets`."""
        ends = {"after": "", "last": "-last", "from1": "-from1"}[self.ends]
        return f"{self.unit}-{self.line_ends}{'-bom' if self.bom else ''}{ends}"


# In the order of preference among those that read the same words: the standard's first.
CONVENTIONS: tuple[Convention, ...] = tuple(
    Convention(unit, line_ends, bom)
    for bom in (False, True)
    for unit in ("codepoints", "utf16", "bytes")
    for line_ends in ("asis", "once", "twice")
)
# What a whole project may do otherwise; each is tried only where the usual ways leave quotes unexplained.
_UNUSUAL: tuple[tuple[Convention, ...], ...] = (
    tuple(convention for convention in CONVENTIONS if convention.bom),
    *(tuple(replace(c, ends=ends) for c in CONVENTIONS) for ends in ("last", "from1")),
)


def parse_convention(name: str) -> Convention:
    """The convention of this name, such as `utf16-twice`. Raises SettingsError for another."""
    by_name = {convention.name: convention for way in (*_UNUSUAL, CONVENTIONS) for convention in way}
    if name not in by_name:
        raise SettingsError(
            f"no way of counting positions is called “{name}”",
            hint="codepoints, utf16 or bytes; then -asis, -once or -twice for line ends; then, where a byte "
            "order mark counts, -bom; then, where a selection ends with the position of its last character, "
            "-last (-from1 where the first position is 1): such as codepoints-asis or utf16-twice",
        )
    return by_name[name]


@dataclass(frozen=True)
class SourceText:
    """A text as it was decoded, without its byte order mark, and the canonical text it becomes.

    The two differ only in line ends, and in control characters that no document can hold: form feeds and
    vertical tabs become line ends, others go (`dropped` counts them).
    """

    decoded: str
    encoding: str = "utf-8"
    bom: bool = False

    @cached_property
    def text(self) -> str:
        return _UNWRITABLE.sub("", canonical(self.decoded).translate(_BREAKS))

    @cached_property
    def newline(self) -> str:
        return newline_style(self.decoded)

    @cached_property
    def dropped(self) -> int:
        return len(_UNWRITABLE.findall(self.decoded))

    def describe(self, convention: Convention) -> str:
        """The convention in words, as it applies to this text."""
        unit = {"codepoints": "code points", "utf16": "UTF-16 code units", "bytes": "bytes"}[convention.unit]
        style = self.newline
        counted = {"asis": "as in the file", "once": "counted once", "twice": "counted twice"}
        if style == "lf":
            ends = "LF" if convention.line_ends != "twice" else "LF counted twice, as CRLF"
        elif style == "crlf":
            ends = f"CRLF {'counted once' if convention.line_ends == 'once' else 'counted twice'}"
        else:
            ends = f"{'CR' if style == 'cr' else 'mixed'} line ends {counted[convention.line_ends]}"
        said = [unit, ends]
        if self.bom:
            said.append(f"BOM {'counted' if convention.bom else 'not counted'}")
        elif convention.bom:
            said.append("a BOM counted that is not in the file")
        if convention.ends != "after":
            said.append("to the last character")
        if convention.ends == "from1":
            said.append("from 1")
        return ", ".join(said)

    def spans(self, convention: Convention, starts: Integers, ends: Integers) -> tuple[Integers, Integers]:
        """Offsets in `text` of where selections begin and end, half-open; as `places`."""
        first = starts - 1 if convention.ends == "from1" else starts
        after = ends + 1 if convention.ends == "last" else ends
        return self.places(convention, first), self.places(convention, after)

    def places(self, convention: Convention, positions: Integers) -> Integers:
        """Offsets in `text` of these positions; -1 for those outside it or inside a character.

        A position between CR and LF is that of the line end.
        """
        import numpy as np

        reached = np.concatenate([[0], np.cumsum(self.widths(convention))])
        wanted = positions - (self._mark(convention.unit) if convention.bom else 0)
        index = np.searchsorted(reached, wanted)
        inside = index < len(reached)
        index = np.minimum(index, len(reached) - 1)
        exact = inside & (reached[index] == wanted)
        before = np.maximum(index - 1, 0)
        # With line ends counted twice that the file has as one character, the middle of one is its place.
        middle = inside & ~exact & (wanted >= 0) & self._is_line_end[before]
        places = np.where(exact, self._canonical[index], self._canonical[before])
        return np.where(exact | middle, places, -1)

    def length(self, convention: Convention) -> int:
        """The position at the end of the text."""
        mark = self._mark(convention.unit) if convention.bom else 0
        return int(self.widths(convention).sum()) + mark

    # --- Arrays over the decoded characters --------------------------------------------------------

    @cached_property
    def _points(self) -> Integers:
        import numpy as np

        data = self.decoded.encode("utf-32-le", "surrogatepass")
        return np.frombuffer(data, dtype="<u4").astype(np.int64)

    @cached_property
    def _line_ends(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which characters are the CR of a CRLF, and which are line ends of one character."""
        import numpy as np

        points = self._points
        is_cr, is_lf = points == 13, points == 10
        first = is_cr & np.append(is_lf[1:], False)
        second = is_lf & np.insert(is_cr[:-1], 0, False) if len(points) else is_lf
        return first, (is_cr & ~first) | (is_lf & ~second)

    @cached_property
    def _is_line_end(self) -> NDArray[np.bool_]:
        import numpy as np

        return np.append(self._line_ends[1], False)

    @cached_property
    def _canonical(self) -> Integers:
        """The offset in `text` of each decoded character, and of the end."""
        import numpy as np

        points = self._points
        gone = (points < 32) & ~np.isin(points, (9, 10, 11, 12, 13)) | np.isin(points, (0xFFFE, 0xFFFF))
        stays = ~(self._line_ends[0] | gone)
        return np.concatenate([[0], np.cumsum(stays)])

    def widths(self, convention: Convention) -> Integers:
        import numpy as np

        points = self._points
        if convention.unit == "codepoints":
            widths = np.ones(len(points), dtype=np.int64)
            one = 1
        elif convention.unit == "utf16" or self.encoding.startswith("utf-16"):
            one = 2 if convention.unit == "bytes" else 1
            widths = np.where(points > 0xFFFF, 2, 1) * one
        elif self.encoding.startswith("utf-8"):
            widths = 1 + (points > 0x7F) + (points > 0x7FF) + (points > 0xFFFF)
            one = 1
        else:
            widths = np.ones(len(points), dtype=np.int64)
            one = 1
        first, alone = self._line_ends
        if convention.line_ends == "once":
            widths = np.where(first, 0, widths)
        elif convention.line_ends == "twice":
            widths = np.where(alone, 2 * one, widths)
        return widths.astype(np.int64)

    def _mark(self, unit: Unit) -> int:
        if unit != "bytes":
            return 1
        return 2 if self.encoding.startswith("utf-16") else 3


_BREAKS = str.maketrans("\x0b\x0c", "\n\n")
_UNWRITABLE = re.compile("[\x00-\x08\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Spans:
    """The selections of one source: positions as the file has them, and the words it names, or empty."""

    starts: Sequence[int]
    ends: Sequence[int]
    names: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How the positions of one source were read, and on what evidence.

    starts, ends: offsets in the text, -1 where there is none. same: other conventions that read the very
    same words here. margin: points before the best convention that reads other words, None when there is
    none. by: `evidence` of the source, of the `project`, `asked` for, `stated` by the program that wrote the
    file, or the `only` reading there is.
    rivals: the conventions that read other words equally well; then nothing was chosen.
    """

    convention: Convention
    described: str
    starts: Sequence[int]
    ends: Sequence[int]
    selections: int
    quotes_named: int
    quotes_found: int
    points: float
    margin: float | None
    by: DecidedBy
    same: tuple[Convention, ...] = ()
    next_best: str = ""
    next_quotes_found: int = 0
    rivals: tuple[Convention, ...] = ()

    def record(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {
            "convention": self.convention.name,
            "described": self.described,
            "selections": self.selections,
            "quotes_named": self.quotes_named,
            "quotes_found": self.quotes_found,
            "points": self.points,
            "margin": self.margin,
            "next_best": self.next_best or None,
            "next_best_quotes_found": self.next_quotes_found if self.next_best else None,
            "decided_by": self.by,
            "same_reading": [convention.name for convention in self.same],
        }


@dataclass(slots=True)
class _Reading:
    """One reading of a source: the conventions that give it, its spans, and its points."""

    conventions: list[Convention]
    starts: Integers
    ends: Integers
    edges: float
    found: int = 0
    points: float = 0.0


def choose(
    sources: Mapping[str, tuple[SourceText, Spans]],
    *,
    asked: Convention | None = None,
    stated: Convention | None = None,
) -> dict[str, Choice]:
    """How the positions of each source are read.

    stated: the convention that the program which wrote the file is known to use (our own files). Else a
    source decides by its own evidence where that is clear; else the sources of the project together.
    `rivals` of a choice is not empty when readings that differ are equally good.
    """
    way = _Way(sources, CONVENTIONS)
    lost_mark = asked is not None and asked.bom and not any(text.bom for text, _ in sources.values())
    if asked is not None and (lost_mark or asked not in CONVENTIONS):
        way = _Way(sources, next(unusual for unusual in _UNUSUAL if asked in unusual))
    elif asked is None and stated is None and not way.explains_all:
        way = max((way, *(_Way(sources, unusual) for unusual in _UNUSUAL)), key=lambda w: w.against(way))
    readings, named = way.readings, way.named
    support: dict[Convention, float] = {}
    for found in readings.values():
        for reading in found:
            for convention in reading.conventions:
                support[convention] = support.get(convention, 0.0) + reading.points
    return {
        id_: _choice(text, spans, readings[id_], named[id_], support, asked, stated)
        for id_, (text, spans) in sources.items()
    }


class _Way:
    """A project read by some conventions: the readings of each source, and how much they explain together."""

    def __init__(
        self, sources: Mapping[str, tuple[SourceText, Spans]], conventions: tuple[Convention, ...]
    ) -> None:
        lost_mark = all(convention.bom for convention in conventions)
        self.readings = {
            id_: _readings(text, spans, [c for c in conventions if text.bom or not c.bom or lost_mark])
            for id_, (text, spans) in sources.items()
        }
        self.named = {id_: _score(text, spans, self.readings[id_]) for id_, (text, spans) in sources.items()}
        best = [max(found, key=lambda reading: reading.points) for found in self.readings.values()]
        self.points = sum(reading.points for reading in best)
        self.found = sum(reading.found for reading in best)
        self.edges = sum(reading.edges for reading in best)
        self._names = sum(bool(name.strip()) for _, spans in sources.values() for name in spans.names)
        self._most = 2 * EDGE * sum(len(spans.starts) for _, spans in sources.values())

    @property
    def explains_all(self) -> bool:
        """Whether no other way could be better: every name is a quote; or, without names, words end well."""
        return self.found == self._names if self._names else self.edges >= _WELL * self._most

    def against(self, usual: _Way) -> float:
        """How much better than the usual way; 0 for that itself, less where an unusual way is not sure."""
        if self is usual:
            return 0.0
        more = self.points - usual.points
        better = self.found > usual.found if usual._names else self.edges >= _SURELY_WELL * self._most
        return more if better and more >= SURE else -1.0


_WELL, _SURELY_WELL = 0.8, 0.9


def _readings(source: SourceText, spans: Spans, conventions: Sequence[Convention]) -> list[_Reading]:
    """The readings that differ, each with every convention that gives it, in order of preference."""
    import numpy as np

    starts, ends = (np.array(side, dtype=np.int64) for side in (spans.starts, spans.ends))
    classes = _classes(source.text)
    found: dict[bytes, _Reading] = {}
    for convention in conventions:
        first, last = source.spans(convention, starts, ends)
        wrong = (first < 0) | (last < 0) | (last < first)
        first, last = np.where(wrong, -1, first), np.where(wrong, -1, last)
        key = first.tobytes() + last.tobytes()
        if key in found:
            found[key].conventions.append(convention)
            continue
        good = _edges(classes, first, last)
        found[key] = _Reading([convention], first, last, float(good) * EDGE + int(wrong.sum()) * OUTSIDE)
    return list(found.values())


_SPACE, _WORD, _OTHER = 0, 1, 2


def _classes(text: str) -> NDArray[np.int8]:
    """For each character space, word or other; before the first and after the last stands a space."""
    import numpy as np

    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    kinds = {
        int(point): _SPACE if chr(point).isspace() else _WORD if _is_word(chr(point)) else _OTHER
        for point in np.unique(points)
    }
    if not kinds:
        return np.zeros(2, dtype=np.int8)
    known = np.array(sorted(kinds), dtype=np.int64)
    values = np.array([kinds[int(point)] for point in known], dtype=np.int8)
    inner = values[np.searchsorted(known, points)]
    return np.concatenate([[0], inner, [0]]).astype(np.int8)


def _is_word(character: str) -> bool:
    import unicodedata

    return character.isalnum() or unicodedata.category(character).startswith("M")


def _edges(classes: NDArray[np.int8], starts: Integers, ends: Integers) -> int:
    """How many ends of selections stand where words begin and end: not inside one, not beside a space."""
    fits = (starts >= 0) & (ends > starts)
    first, last = starts[fits], ends[fits]
    before, at = classes[first], classes[first + 1]
    begins = (at != _SPACE) & ~((before == _WORD) & (at == _WORD))
    inside, after = classes[last], classes[last + 1]
    stops = (inside != _SPACE) & ~((inside == _WORD) & (after == _WORD))
    return int(begins.sum()) + int(stops.sum())


def _score(source: SourceText, spans: Spans, readings: Sequence[_Reading]) -> int:
    """Give each reading its points; returns for how many selections a name is a quote in some reading."""
    wanted = [(i, *_wanted(name)) for i, name in enumerate(spans.names) if name.strip()]
    quoted: set[int] = set()
    for reading in readings:
        for i, words, cut in wanted:
            start, end = int(reading.starts[i]), int(reading.ends[i])
            if start >= 0 and _stands(words, cut, source.text, start, end):
                reading.found += 1
                quoted.add(i)
        reading.points = reading.edges + QUOTE * reading.found
    return len(quoted)


_CUT = re.compile(r"\s*(?:…|\.\.\.)\s*$")
_LEAST_CUT, _LEAST_BEGINNING = 6, 20


def _wanted(name: str) -> tuple[str, int]:
    """The words that a name quotes, with single spaces, and from which length on they may be a beginning."""
    words = " ".join(name.split())
    shorter = _CUT.sub("", words)
    return (shorter, _LEAST_CUT) if shorter != words else (words, _LEAST_BEGINNING)


def _stands(words: str, cut: int, text: str, start: int, end: int) -> bool:
    """Whether a selection reads as its name says; the name may be only its beginning."""
    found = " ".join(text[start : min(end, start + 4 * len(words) + 200)].split())
    if found == words:
        return True
    return len(words) >= cut and found.startswith(words)


def _choice(
    source: SourceText,
    spans: Spans,
    readings: Sequence[_Reading],
    named: int,
    support: Mapping[Convention, float],
    asked: Convention | None,
    stated: Convention | None,
) -> Choice:
    rivals: list[_Reading] = []
    wanted = asked
    if asked is not None and not any(asked in reading.conventions for reading in readings):
        wanted = replace(asked, bom=False)  # there is none in this source
    by: DecidedBy
    if wanted is not None:
        best, by = next(reading for reading in readings if wanted in reading.conventions), "asked"
    elif len(readings) == 1:
        best, by = readings[0], "only"
    elif (known := _as_stated(readings, stated)) is not None:
        best, by, wanted = known, "stated", stated
    else:
        best, by, rivals = _ranked(readings, support)
    others = [reading for reading in readings if reading is not best]
    second = max(others, key=lambda reading: reading.points, default=None)
    # Among conventions that read the same, the one that fits the rest of the project names them.
    convention = wanted or max(best.conventions, key=lambda c: support[c])
    return Choice(
        convention=convention,
        described=source.describe(convention),
        starts=best.starts.tolist(),
        ends=best.ends.tolist(),
        selections=len(spans.starts),
        quotes_named=named,
        quotes_found=best.found,
        points=best.points,
        margin=None if second is None else best.points - second.points,
        by=by,
        same=tuple(c for c in best.conventions if c != convention),
        next_best=source.describe(second.conventions[0]) if second else "",
        next_quotes_found=second.found if second else 0,
        rivals=tuple(reading.conventions[0] for reading in rivals),
    )


def _as_stated(readings: Sequence[_Reading], stated: Convention | None) -> _Reading | None:
    """The reading by the convention that is known to be used, unless what the file says speaks against it."""
    known = next((reading for reading in readings if stated in reading.conventions), None)
    if known is None or (known.starts < 0).any():
        return None
    return known if known.found == max(reading.found for reading in readings) else None


def _ranked(
    readings: Sequence[_Reading], support: Mapping[Convention, float]
) -> tuple[_Reading, DecidedBy, list[_Reading]]:
    """The best reading, what decided it, and others that are as good."""

    def together(reading: _Reading) -> float:
        return max(support[convention] for convention in reading.conventions)

    ranked = sorted(readings, key=lambda reading: -reading.points)
    if ranked[0].points - ranked[1].points >= SURE:
        return ranked[0], "evidence", []
    ranked.sort(key=lambda reading: (-together(reading), -reading.points))
    best = ranked[0]
    rivals = [r for r in ranked[1:] if together(r) == together(best) and r.points == best.points]
    return best, "project" if together(best) > best.points else "evidence", rivals
