"""Tables of turns: which column holds the label, which the time, which the words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from thematic.formats.transcripts.labels import Line, is_name, is_usual_label, stamp_times
from thematic.text import count_words

__all__ = ["Columns", "columns_of", "is_time", "names_columns"]

# What columns are called, in small letters and with a space for `_` and `-`.
_NAMES: dict[str, frozenset[str]] = {
    kind: frozenset(names.split(", "))
    for kind, names in {
        "label": "speaker, speakers, speaker name, speaker label, speaker id, name, who, role, person, "
        "label, participant, initials, speakers name, speaker role, talker, participant id, "
        "participant name, sprecher, sprecherin, sprecher in, person name, locuteur, locutrice, "
        "intervenant, hablante, orador, interlocutor, parlante, falante, locutor, spreker, rolle, rôle, "
        "rol, ruolo",
        "time": "time, times, timestamp, timestamps, time stamp, timecode, time code, timespan, time span, "
        "start, start time, begin, begin time, onset, start timecode, start time code, start timestamp, "
        "time in, in, start s, start sec, start seconds, start time s, starttime, "
        "zeit, beginn, anfang, startzeit, zeitmarke, temps, début, debut, heure, tiempo, inicio, hora, "
        "tempo, inizio, ora, início, tijd, begintijd",
        "end": "end, end time, stop, stop time, offset, end timecode, end time code, end timestamp, "
        "time out, out, end s, end sec, end seconds, end time s, endtime, "
        "ende, endzeit, fin, final, fine, fim, einde, eindtijd",
        "words": "text, words, content, transcript, transcription, utterance, speech, said, dialogue, "
        "verbatim, turn, response, sentence, caption, subtitle, utterance text, transcript text, "
        "spoken text, transcribed text, message, quote, "
        "äußerung, aeusserung, inhalt, transkript, texte, énoncé, paroles, texto, enunciado, testo, "
        "fala, tekst",
    }.items()
}
_NUMBER = re.compile(r"#?\d*\.?")


@dataclass(frozen=True, slots=True)
class Columns:
    """Positions of the columns; `header` is the first row where it names them."""

    words: int
    label: int | None = None
    time: int | None = None
    end: int | None = None
    header: tuple[str, ...] | None = None

    def lines(self, cells: Sequence[str], number: int) -> list[Line]:
        """The lines of one row: time and label, then the words; other cells with words are set aside."""
        if self.header is not None and tuple(cells) == self.header:
            return [Line(number=number, text="\t".join(map(_flat, cells)), aside="table header")]
        label, time, end = (_flat(self.cell(cells, i)) for i in (self.label, self.time, self.end))
        time = " – ".join(part for part in (time, end) if part)
        first, *rest = self.cell(cells, self.words).split("\n")
        others = [_flat(cell) for i, cell in enumerate(cells) if i not in self.taken and cell.strip()]
        lines = [
            Line(number=number, text=other, aside="other column of the table")
            for other in others
            if not _NUMBER.fullmatch(other)
        ]
        before = [cell for cell in (time, label) if cell]
        if self.label is None and is_time(time):  # the label, if there is one, begins the words
            lines.append(Line(number=number, text=f"[{time}] {first}"))
            return lines + [Line(number=number, text=more) for more in rest]
        text = "\t".join([*before, first])
        lines.append(Line(number=number, text=text, columns=(label, time, first) if before else None))
        return lines + [Line(number=number, text=more) for more in rest]

    @property
    def taken(self) -> frozenset[int | None]:
        return frozenset((self.words, self.label, self.time, self.end))

    @staticmethod
    def cell(cells: Sequence[str], position: int | None) -> str:
        return cells[position] if position is not None and position < len(cells) else ""


def names_columns(cells: Sequence[str]) -> bool:
    """Whether these are names of the columns of a table of turns, and nothing else."""
    names = [" ".join(re.split(r"[\s_-]+", cell.strip().casefold())) for cell in cells]
    known = frozenset().union(*_NAMES.values())
    return len(names) >= 2 and not set(names) - known and bool(set(names) & _NAMES["words"])


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
    times = [i for i, cells in enumerate(columns) if cells and _share(cells, is_time) >= 0.6]
    time, end = (*times, None, None)[:2]
    rest = [i for i in range(width) if i not in times and columns[i]]
    if not rest:
        return None
    words = max(rest, key=lambda i: (sum(map(count_words, columns[i])), i))
    labels = [i for i in rest if i != words and _share(columns[i], is_name) >= 0.9]
    label = labels[0] if labels else None
    if label is None:
        return Columns(words, None, time, end) if time is not None else None
    found = columns[label]
    repeated = len(set(found)) < len(found)
    if time is not None and len(rows) > 1 and _is_heading(rows[0], time, label):
        return Columns(words, label, time, end, tuple(rows[0]))
    spoken = all(map(is_usual_label, found)) and sum(map(count_words, columns[words])) >= 4 * len(rows)
    return Columns(words, label, time, end) if repeated or spoken or time is not None else None


def _is_heading(row: Sequence[str], time: int, label: int) -> bool:
    """Whether a first row names its columns in some other language: no digit where the others have times."""
    cell = Columns.cell(row, time).strip()
    return bool(cell) and not any(c.isdigit() for c in cell) and bool(Columns.cell(row, label).strip())


def is_time(cell: str) -> bool:
    """Whether a cell holds a time or a span of time and nothing else."""
    return stamp_times(cell)[0] is not None and not re.search(r"[^\W\d_]|\d[-/.]\d\d?[-/.]\d", cell)


def _named(row: Sequence[str]) -> Columns | None:
    names = [_flat(re.sub(r"[_\-:*()\[\]]", " ", cell)).casefold() for cell in row]
    found = {
        kind: next((i for i, name in enumerate(names) if name in known), None)
        for kind, known in _NAMES.items()
    }
    words = found["words"]
    if words is None or (found["label"] is None and found["time"] is None):
        return None
    return Columns(words, found["label"], found["time"], found["end"], tuple(row))


def _share(cells: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, cells)) / len(cells)


def _flat(cell: str) -> str:
    return " ".join(cell.split())
