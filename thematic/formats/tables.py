"""Tables of turns: which column holds the label, which the time, which the words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from thematic.formats.labels import Line, is_name, is_usual_label, stamp_times
from thematic.text import count_words

__all__ = ["Columns", "columns_of"]

_NAMES = {
    "label": re.compile(
        r"speaker|speakers|name|who|role|person|label|participant|id|initials", re.IGNORECASE
    ),
    "time": re.compile(
        r"time|times|timestamp|time ?code|timespan|time ?span|start|start ?time|begin", re.IGNORECASE
    ),
    "words": re.compile(
        r"text|words|content|transcript|transcription|utterance|speech|said|dialogue|verbatim|turn|response",
        re.IGNORECASE,
    ),
}
_NUMBER = re.compile(r"#?\d*\.?")


@dataclass(frozen=True, slots=True)
class Columns:
    """Positions of the columns; `header` is the first row where it names them."""

    words: int
    label: int | None
    time: int | None
    header: tuple[str, ...] | None = None

    def lines(self, cells: Sequence[str], number: int) -> list[Line]:
        """The lines of one row: time and label, then the words; other cells with words are set aside."""
        if self.header is not None and tuple(cells) == self.header:
            return [Line(number=number, text="\t".join(map(_flat, cells)), aside="table header")]
        label, time = _flat(self._cell(cells, self.label)), _flat(self._cell(cells, self.time))
        first, *rest = (self._cell(cells, self.words) or "").split("\n")
        taken = (self.words, self.label, self.time)
        others = [_flat(cell) for i, cell in enumerate(cells) if i not in taken and cell.strip()]
        lines = [
            Line(number=number, text=other, aside="other column of the table")
            for other in others
            if not _NUMBER.fullmatch(other)
        ]
        before = [cell for cell in (time, label) if cell]
        text = "\t".join([*before, first])
        lines.append(Line(number=number, text=text, columns=(label, time, first) if before else None))
        return lines + [Line(number=number, text=more) for more in rest]

    @staticmethod
    def _cell(cells: Sequence[str], position: int | None) -> str:
        return cells[position] if position is not None and position < len(cells) else ""


def columns_of(rows: Sequence[Sequence[str]]) -> Columns | None:
    """The columns of a table of turns, by the names in its first row, else by what stands in them.

    None for a table that is none, such as the block of dates and names at the head of a document.
    """
    width = max((len(row) for row in rows), default=0)
    if width < 2:
        return None
    named = _named(rows[0])
    if named and len(rows) > 1:
        return named
    columns = [[row[i].strip() for row in rows if i < len(row) and row[i].strip()] for i in range(width)]
    times = [i for i, cells in enumerate(columns) if cells and _share(cells, _is_time) >= 0.6]
    time = times[0] if times else None
    rest = [i for i in range(width) if i not in times and columns[i]]
    if not rest:
        return None
    words = max(rest, key=lambda i: (sum(map(count_words, columns[i])), i))
    labels = [i for i in rest if i != words and _share(columns[i], is_name) >= 0.9]
    label = labels[0] if labels else None
    if label is None:
        return Columns(words, None, time) if time is not None else None
    found = columns[label]
    repeated = len(set(found)) < len(found)
    spoken = all(map(is_usual_label, found)) and sum(map(count_words, columns[words])) >= 4 * len(rows)
    return Columns(words, label, time) if repeated or spoken or time is not None else None


def _named(row: Sequence[str]) -> Columns | None:
    found: dict[str, int] = {}
    for i, cell in enumerate(row):
        for kind, pattern in _NAMES.items():
            if kind not in found and pattern.fullmatch(_flat(cell).strip(" :*")):
                found[kind] = i
                break
    if "words" not in found or len(found) < 2:
        return None
    return Columns(found["words"], found.get("label"), found.get("time"), tuple(row))


def _is_time(cell: str) -> bool:
    return stamp_times(cell)[0] is not None and not re.search(r"[^\W\d_]", cell)


def _share(cells: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, cells)) / len(cells)


def _flat(cell: str) -> str:
    return " ".join(cell.split())
