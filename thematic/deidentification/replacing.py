"""Replacing what was decided: the text of a transcript with pseudonyms, and where every offset has gone."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from re import Pattern

from thematic.deidentification.groups import form_key
from thematic.deidentification.identifiers import find_identifiers
from thematic.deidentification.known_words import is_english
from thematic.deidentification.lexicon import bare, lexicon
from thematic.model import Source, Transcript, Turn

__all__ = ["Edit", "Replacer", "shift"]

Edit = tuple[int, int, int, int]
"""Start and end in the text before, start and end in the text after; code points, half-open, in order."""


@dataclass(frozen=True, slots=True)
class Replacer:
    """What stands for what. `replacements`: the key of a form (`form_key`) -> the words that stand for it.

    The longest form wins. A possessive stays: Dave's, and James', become Tom's. DAVE becomes TOM and dave
    tom;
    what stands in brackets is never changed. A name that is an everyday word too is replaced only where the
    check finds it as a name.
    """

    replacements: Mapping[str, str]
    _everywhere: Pattern[str] | None = field(init=False, repr=False, compare=False)
    _everyday: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        everyday = frozenset(key for key in self.replacements if _is_everyday(key))
        forms = sorted((key for key in self.replacements if key not in everyday), key=lambda k: (-len(k), k))
        pattern = "|".join(map(_form_pattern, forms))
        compiled = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE) if forms else None
        object.__setattr__(self, "_everywhere", compiled)
        object.__setattr__(self, "_everyday", everyday)

    def text(self, text: str) -> str:
        """`text` with every form replaced."""
        return _apply(text, self._spans(text, 0, len(text)))[0]

    def transcript(self, transcript: Transcript) -> tuple[Transcript, tuple[Edit, ...]]:
        """The transcript with every form replaced in its text, labels and title, and the edits of the text.

        No replacement reaches over the edge of a turn. The transcript's id and the name of its file stay.
        """
        edges = sorted({0, len(transcript.text), *(e for t in transcript.turns for e in (t.start, t.end))})
        spans = [span for start, end in pairwise(edges) for span in self._spans(transcript.text, start, end)]
        text, edits = _apply(transcript.text, spans)
        move = shift(edits)
        turns = tuple(
            replace(
                turn,
                speaker=self.text(turn.speaker),
                start=move(turn.start, False),
                end=move(turn.end, True),
                anchors=tuple((move(offset, False), seconds) for offset, seconds in turn.anchors),
            )
            for turn in transcript.turns
        )
        title = self.text(transcript.title)
        return replace(transcript, text=text, turns=turns, title=title), edits

    def strings(self, value: object) -> object:
        """Plain values with every form replaced in every text among them."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: self.strings(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.strings(inner) for inner in value]
        return value

    def _spans(self, text: str, start: int, end: int) -> list[tuple[int, int, str]]:
        """Where forms stand in `text[start:end]`, and what comes there; in order, not overlapping."""
        spans: list[tuple[int, int, str]] = []
        if self._everywhere:
            for match in self._everywhere.finditer(text, start, end):
                spans.append(
                    _span(text, match.start(), match.end(), self.replacements[form_key(match.group())])
                )
        if self._everyday:
            spans += self._everyday_spans(text, start, end, spans)
        return sorted(spans)

    def _everyday_spans(
        self, text: str, start: int, end: int, taken: Sequence[tuple[int, int, str]]
    ) -> list[tuple[int, int, str]]:
        piece = text[start:end]
        turn = Turn(index=0, speaker="", role="participant", start=0, end=len(piece))
        source = Source(path="", sha256="", format="text")
        alone = Transcript(id="", title="", text=piece, turns=(turn,), source=source)
        spans = []
        for finding in find_identifiers([alone]).findings:
            for match in re.finditer(r"[^\W_]+(?:['’-][^\W_]+)*", finding.text):
                key = form_key(match.group())
                if finding.where != "text" or key not in self._everyday:
                    continue
                first = start + finding.start + match.start()
                last = first + len(_unpossessed(match.group()))
                if not any(first < b and a < last for a, b, _ in taken):
                    spans.append(_span(text, first, last, self.replacements[key]))
        return spans


def shift(edits: Sequence[Edit]) -> Callable[[int, bool], int]:
    """Where an offset of the text before stands in the text after; inside an edit, at its edge.

    The second argument says whether the offset is an end: an end inside an edit goes to the edit's end.
    """
    starts = [edit[0] for edit in edits]

    def move(offset: int, is_end: bool) -> int:
        i = bisect_right(starts, offset) - 1
        if i < 0:
            return offset
        start, end, new_start, new_end = edits[i]
        if offset >= end:
            return offset - end + new_end
        if offset == start:
            return new_start
        return new_end if is_end else new_start

    return move


def _apply(text: str, spans: Sequence[tuple[int, int, str]]) -> tuple[str, tuple[Edit, ...]]:
    pieces: list[str] = []
    edits: list[Edit] = []
    done = at = 0
    for start, end, new in spans:
        pieces += [text[done:start], new]
        at += start - done
        edits.append((start, end, at, at + len(new)))
        at += len(new)
        done = end
    return "".join([*pieces, text[done:]]), tuple(edits)


def _span(text: str, start: int, end: int, new: str) -> tuple[int, int, str]:
    old = text[start:end]
    if not new.startswith("["):
        if old.isupper() and len(old) > 1:
            new = new.upper()
        elif old.islower():
            new = new.lower()
    bare_possessive = old[-1:].lower() == "s" and re.match(r"['’](?!\w)", text[end:])
    if bare_possessive and new[-1:].lower() != "s":  # James' car becomes Tom's car
        return start, end + 1, new + text[end] + "s"
    return start, end, new


def _unpossessed(word: str) -> str:
    return word[:-2] if word.lower().endswith(("'s", "’s")) else word


def _is_everyday(key: str) -> bool:
    """A single word that is an English word too: Grace, Will, Hope."""
    words = lexicon()
    return " " not in key and key.isalpha() and (key in words.everyday_names or is_english(bare(key), words))


def _form_pattern(key: str) -> str:
    return re.escape(key).replace(r"\ ", r"\s+").replace("'", "['’]")
