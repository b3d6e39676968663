"""Transcript -> excerpts: passages of whole sentences within one turn of a participant.

A passage never crosses a turn. Interviewers' turns are context: the question before it is kept with it.
Every word of a participant is in exactly one excerpt, or in a turn that was set aside with its reason.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Literal

from thematic.errors import SettingsError
from thematic.model import Excerpt, Quote, Segmentation, SetAside, Transcript, Turn, excerpt_id
from thematic.text import count_words, quote, word_spans

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["SegmentSettings", "is_back_channel", "segment"]

Span = tuple[int, int]

BACK_CHANNELS = frozenset(
    """
    yeah yep yes yup yah ya no nah nope mm mmm mhm mm-hm mmhm mm-hmm mmm-hmm mmhmm mhmm hm hmm uh-huh uh-hmm
    uh huh uhuh ok okay right sure oh ah aha um er erm cool exactly alright absolutely definitely true
    """.split()
)
"""Words that keep a conversation going and, alone in a turn of at most three, say nothing to code."""

# Where a speaker without punctuation takes breath: a comma, a dash, or a word that opens a clause.
_CLAUSE_OPENERS = frozenset("and but so because then or which when if although though anyway".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentSettings:
    """How transcripts are cut.

    unit: `passage` packs whole sentences; `sentence` and `turn` take each one as it is.
    min_words, max_words: the wanted size of a passage. A short turn stays a short passage; a sentence longer
    than `max_words` is divided at a clause, or at a word where there is none.
    language: the spaCy language whose rules find the ends of sentences.
    """

    unit: Literal["passage", "sentence", "turn"] = "passage"
    min_words: int = 20
    max_words: int = 80
    language: str = "en"

    def __post_init__(self) -> None:
        if self.unit not in ("passage", "sentence", "turn"):
            raise SettingsError(f"unknown unit “{self.unit}”", hint="choose passage, sentence or turn")
        if not 1 <= self.min_words <= self.max_words:
            raise SettingsError(
                f"min_words is {self.min_words} and max_words is {self.max_words}",
                hint="choose 1 <= min_words <= max_words, for example 20 and 80",
            )


def segment(transcript: Transcript, *, settings: SegmentSettings = SegmentSettings()) -> Segmentation:
    """The excerpts of the participants in order of the text, and what was set aside.

    Every excerpt equals its slice of the text and lies inside one turn.
    Raises SettingsError when spaCy has no rules for the language.
    """
    excerpts: list[Excerpt] = []
    set_aside: list[SetAside] = []
    question: Quote | None = None
    seen: Counter[str] = Counter()
    for turn in transcript.turns:
        words = transcript.text[turn.start : turn.end]
        if turn.role == "interviewer":
            if words.strip() and not is_back_channel(words):
                question = quote(transcript, turn.start, turn.end)
            continue
        if turn.role != "participant" or not words.strip():
            continue
        if is_back_channel(words):
            set_aside.append(
                SetAside(
                    quote=quote(transcript, turn.start, turn.end), turn=turn.index, reason="back-channel"
                )
            )
            continue
        for start, end in _cut(transcript.text, turn, settings):
            start_time, end_time = _times(turn, start, end)
            text = transcript.text[start:end]
            occurrence = seen[text]
            seen[text] += 1
            excerpts.append(
                Excerpt(
                    id=excerpt_id(transcript.id, text, occurrence),
                    transcript_id=transcript.id,
                    start=start,
                    end=end,
                    text=text,
                    turns=(turn.index,),
                    speaker=turn.speaker,
                    role=turn.role,
                    start_time=start_time,
                    end_time=end_time,
                    question=question,
                )
            )
    return Segmentation(transcript_id=transcript.id, excerpts=tuple(excerpts), set_aside=tuple(set_aside))


def is_back_channel(text: str) -> bool:
    """Whether a turn is at most three words, all of them such as "yeah", "mm-hm", "right"."""
    words = [text[a:b].casefold() for a, b in word_spans(text)]
    return len(words) <= 3 and all(word in BACK_CHANNELS for word in words)


def _cut(text: str, turn: Turn, settings: SegmentSettings) -> list[Span]:
    """Spans of the passages of one turn, trimmed of the white space between them."""
    whole = _trim(text, turn.start, turn.end)
    if settings.unit == "turn" or (
        settings.unit == "passage" and count_words(text[whole[0] : whole[1]]) <= settings.max_words
    ):
        return [whole]
    sentences = _sentences(text, whole, settings.language)
    if settings.unit == "sentence":
        return sentences
    pieces = [piece for span in sentences for piece in _divide(text, span, settings)]
    return _pack(text, pieces, settings)


def _sentences(text: str, span: Span, language: str) -> list[Span]:
    """Spans of the sentences, joined again where a speaker only broke off or hesitated.

    Two rules, since no trained splitter did better than spaCy's sentencizer on spoken language:
    a "sentence" that ends in an ellipsis or a dash after at most four words, or whose follower begins with a
    lower-case letter, is not over.
    """
    start, end = span
    document = _sentencizer(language)(text[start:end])
    spans: list[Span] = []
    for sentence in document.sents:
        first, last = _trim(text, start + sentence.start_char, start + sentence.end_char)
        if first == last:
            continue
        if spans and _goes_on(text, spans[-1], first):
            spans[-1] = (spans[-1][0], last)
        else:
            spans.append((first, last))
    return spans


def _goes_on(text: str, before: Span, start: int) -> bool:
    if "\n" in text[before[1] : start]:
        return False
    previous = text[before[0] : before[1]]
    if previous.endswith(("...", "…", "--", "—", "–")) and count_words(previous) <= 4:
        return True
    return text[start].islower()


def _import_spacy() -> ModuleType:
    """spaCy, without the torch that its back end loads wherever torch is installed.

    Rules for sentences never use it, and it costs two seconds and two hundred megabytes. Torch can be
    imported afterwards as ever.
    """
    if "spacy" not in sys.modules and "torch" not in sys.modules:
        sys.modules["torch"] = None  # type: ignore[assignment]  # an import of it now fails, as if not installed
        try:
            return import_module("spacy")
        finally:
            del sys.modules["torch"]
    return import_module("spacy")


@lru_cache(maxsize=4)
def _sentencizer(language: str) -> Language:
    spacy = _import_spacy()
    try:
        nlp = spacy.blank(language)
    except ImportError as error:
        raise SettingsError(
            f"spaCy has no rules for the language “{language}”",
            hint="use a two-letter code such as en, de, fr, or xx for any language",
        ) from error
    nlp.max_length = 1_000_000_000  # rules need no memory a character; the limit is meant for parsers
    pipe = nlp.add_pipe("sentencizer")
    pipe.punct_chars = {*pipe.punct_chars, "…"}
    return nlp


def _divide(text: str, span: Span, settings: SegmentSettings) -> list[Span]:
    """The sentence itself, or pieces of about equal length when it is longer than a passage may be.

    Speech that was transcribed without punctuation comes here as one long sentence.
    """
    words = word_spans(text, *span)
    if len(words) <= settings.max_words:
        return [span]
    parts = -(-len(words) // settings.max_words)
    # Leave room on either side of each ideal cut to look for a clause, without exceeding the longest piece.
    parts += 1 if len(words) / parts > settings.max_words * 0.8 else 0
    size = len(words) / parts
    reach = max(1, int(min(size, settings.max_words - size) / 2))
    cuts = []
    for part in range(1, parts):
        ideal = round(part * size)
        choices = range(max(1, ideal - reach), min(len(words) - 1, ideal + reach) + 1)
        cuts.append(min(choices, key=lambda i: (-_breath(text, words, i), abs(i - ideal), i)))
    starts = [span[0], *(words[i][0] for i in cuts)]
    return [_trim(text, a, b) for a, b in zip(starts, [*starts[1:], span[1]], strict=True)]


def _breath(text: str, words: Sequence[Span], i: int) -> int:
    """How good a place before word `i` is to divide: 3 at a line break, 2 at a mark, 1 before a clause."""
    between = text[words[i - 1][1] : words[i][0]]
    if "\n" in between:
        return 3
    if any(mark in between for mark in ",;:—–"):
        return 2
    return 1 if text[words[i][0] : words[i][1]].casefold() in _CLAUSE_OPENERS else 0


def _pack(text: str, pieces: Sequence[Span], settings: SegmentSettings) -> list[Span]:
    """Neighbouring sentences joined into passages: the division of the turn with the least total cost.

    Cost of a passage: squared distance from the middle of the wanted size, in units of half its width; too
    short or too long costs much more, a line break inside costs a little. Solved exactly by dynamic
    programming over the ends of sentences, so that a turn never ends in a scrap of three words.
    """
    counts = [count_words(text[a:b]) for a, b in pieces]
    middle = (settings.min_words + settings.max_words) / 2
    half = max(1.0, (settings.max_words - settings.min_words) / 2)

    best: list[tuple[float, int]] = [(0.0, 0)]  # best[j] = (cost of pieces[:j], start of the last passage)
    for j in range(1, len(pieces) + 1):
        total = 0
        choice = (float("inf"), j - 1)
        for i in range(j - 1, -1, -1):
            total += counts[i]
            if total > settings.max_words and i < j - 1:
                break
            cost = ((total - middle) / half) ** 2
            if total < settings.min_words:
                cost += 4 + (settings.min_words - total) / settings.min_words
            if "\n" in text[pieces[i][0] : pieces[j - 1][1]]:
                cost += 0.5
            choice = min(choice, (best[i][0] + cost, i))
        best.append(choice)
    spans: list[Span] = []
    j = len(pieces)
    while j:
        i = best[j][1]
        spans.append((pieces[i][0], pieces[j - 1][1]))
        j = i
    return spans[::-1]


def _times(turn: Turn, start: int, end: int) -> tuple[float | None, float | None]:
    """When an excerpt begins and ends, as far as is known: the cue it begins in, the cue after it.

    Nothing is interpolated: the excerpt lies within these times.
    """
    if not turn.anchors:
        return turn.start_time, turn.end_time
    offsets = [offset for offset, _ in turn.anchors]
    before = bisect_right(offsets, start) - 1
    after = bisect_left(offsets, end)
    return (
        turn.anchors[before][1] if before >= 0 else turn.start_time,
        turn.anchors[after][1] if after < len(offsets) else turn.end_time,
    )


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
