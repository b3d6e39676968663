"""The check itself: transcripts in, findings out. Rules by default, with a recogniser of names where one
is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence

from thematic.deidentification.addresses import addressed
from thematic.deidentification.announced import cued
from thematic.deidentification.dates import dated
from thematic.deidentification.findings import Finding, Findings, Kind, Passage, passages_of
from thematic.deidentification.known_words import is_english, is_known
from thematic.deidentification.lexicon import STARTERS, Lexicon, bare, foreign_lexicon, lexicon
from thematic.deidentification.lower_case import lower_case_words, uncapitalised, writes_nouns_with_capitals
from thematic.deidentification.names import capitalised
from thematic.deidentification.numbers import Spotted, electronic, numbered, spoken
from thematic.model import ProgressCallback, Transcript

__all__ = ["Recogniser", "find_identifiers"]

Recogniser = Callable[[Sequence[str]], Iterable[Sequence[Spotted]]]
"""Names recognised in passages: for each text, (start, end, kind, rule)."""

_CONTEXT = 60
ENOUGH = 20_000  # characters that show which language a transcript is in
_TALK = ("text", "memo", "codebook", "original only")  # where a recogniser of names has sentences to go by
# What researchers wrote of a code: a capital there is jargon, and tells nothing of participants' words.
_JARGON = "codebook wording"
_DIGIT = re.compile(r"\d")
_DATE_WORDS = re.compile(
    r"ninety|hundred|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|teenth|tieth|"
    r"nineteen|twenty|thousand",
    re.IGNORECASE,
)
_SPOKEN_WORDS = re.compile(
    r"\b(?:oh|zero|one|two|three|four|five|six|seven|eight|nine)[\s,–-]+(?:oh|zero|one|two|three|four|five|six|seven|eight|nine|double|treble|triple)[\s,–-]",
    re.IGNORECASE,
)
_CUE_WORDS = re.compile(
    r"\b(?:my|our|his|her|their|your|me and|called?|calls|named?|name|known|auntie|aunty|uncle|mrs?|ms|dr|"
    r"doctor|nurse|sister|hi|hiya|hey|hello|cheers|"
    r"thanks|welcome|goes by|the|a|at|in|to|from|near|on|for)\b",
    re.IGNORECASE,
)
_HANDLE_WORDS = re.compile(
    r"[@_#]|\.\w|\bdot\b|\w\d|user ?name|handle|tag\b|insta|twitter|snap|tiktok|reddit|forum|login|u/|"
    r"account|profile|nickname",
    re.IGNORECASE,
)
_NO_SPREAD = frozenset(("the", "and", "saint", "group", "house", "park"))
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# The stronger kind wins where two rules found overlapping words.
_STRENGTH: tuple[Kind, ...] = (
    "email",
    "web address",
    "date of birth",
    "national number",
    "bank or card number",
    "vehicle or licence",
    "device",
    "postcode",
    "phone number",
    "record number",
    "age over 89",
    "address",
    "date",
    "account name",
    "other number",
    "person",
    "organisation",
    "place",
    "possible name",
)


def find_identifiers(
    transcripts: Iterable[Transcript],
    *,
    besides: Iterable[Passage] = (),
    foreign: Collection[str] = (),
    recognise: Recogniser | None = None,
    recognised_by: str | None = None,
    on_progress: ProgressCallback | None = None,
) -> Findings:
    """What may identify somebody in these transcripts, their speaker labels and file names, and `besides`.

    Direct and indirect identifiers by pattern, list and capital letters; with `recognise`, the union with
    what
    it finds. A name that is found once is found everywhere, whatever its capitals. Pure: nothing is read or
    written, and the same input gives the same findings. Offsets are code points; see `Finding`.
    foreign: ids of transcripts in another language than English, in which fewer rules hold.
    """
    passages: list[Passage] = []
    nouns: dict[str, bool] = {}
    for transcript in transcripts:
        passages += passages_of(transcript)
        if transcript.id in foreign:
            nouns[transcript.id] = writes_nouns_with_capitals(transcript.text[:ENOUGH])
    passages += besides
    ordinary = _lower_case(passages)
    recognised: Iterable[Sequence[Spotted]] = (
        recognise([p.text if p.where in _TALK and p.transcript_id not in nouns else "" for p in passages])
        if recognise
        else ()
    )
    by_model = iter(recognised)
    found: list[list[Spotted]] = []
    for i, passage in enumerate(passages, 1):
        lists = None
        if passage.transcript_id in nouns:
            lists = foreign_lexicon(ordinary, capitals_tell=not nouns[passage.transcript_id])
        spotted = [*_spot(passage, ordinary, lists), *next(by_model, ())]
        found.append(spotted)
        if on_progress:
            on_progress(i, len(passages))
    spread = _names_to_spread(passages, found)
    findings = []
    words = 0
    for passage, spotted in zip(passages, found, strict=True):
        words += passage.text.count(" ") + 1
        spotted += _spread(passage.text, spread) if passage.transcript_id not in nouns else ()
        made = (_finding(passage, *merged) for merged in _merge(spotted))
        findings += [f for f in made if not (f.where == _JARGON and f.kind == "possible name")]
    return Findings(findings=tuple(findings), words=words, recognised_by=recognised_by)


def _spot(passage: Passage, ordinary: Collection[str], words: Lexicon | None) -> list[Spotted]:
    """What the rules find in one passage; `words` are the lists where they are not those of English."""
    text = passage.text
    if passage.where == "file name":
        text = _spaced(text)
    spotted: list[Spotted] = []
    has_digit = _DIGIT.search(text) is not None
    if has_digit:
        spotted += numbered(text)
        spotted += addressed(text)
    if has_digit or _DATE_WORDS.search(text):
        spotted += dated(text)
    if _HANDLE_WORDS.search(text):
        spotted += electronic(text) if passage.where != "file name" else ()
    if _SPOKEN_WORDS.search(text):
        spotted += spoken(text)
    if passage.detail == "author":
        spotted += _author(text)
    spotted += capitalised(text, ordinary=ordinary, words=words)
    if words is None:
        spotted += uncapitalised(text, lower_case_words(text))
        if _CUE_WORDS.search(text):
            spotted += cued(text)
    return [s for s in spotted if not _in_placeholder(text, s)]


_PROGRAMS = re.compile(
    r"(?:python-docx|microsoft|office|openpyxl|libreoffice|apache|google|user|author|admin|administrator|unknown|windows|mac|owner|"
    r"docx4j|aspose|pandoc|template|un-named|unnamed|default|xlsxwriter|word|excel)\b.*",
    re.IGNORECASE,
)


def _author(text: str) -> list[Spotted]:
    """A field that names who wrote or changed a file: whatever stands there, unless it is a program."""
    if _PROGRAMS.fullmatch(text.strip()) or not any(c.isalpha() for c in text):
        return []
    return [(0, len(text), "person", "a field for the name of an author")]


def _spaced(name: str) -> str:
    """A file name as words, of the same length: Interview_DaveSmith-2.docx."""
    stem, dot, end = name.rpartition(".")
    text = (stem if dot else name).replace("_", " ").replace("-", " ").replace(".", " ")
    return text + (" " * (len(end) + 1) if dot else "")


_BRACKETS = re.compile(r"\[[^\[\]\n]{1,60}\]|<[^<>\n]{1,40}>")


def _in_placeholder(text: str, spotted: Spotted) -> bool:
    """Whether it stands in brackets as a word that replaced an identifier: [CLINIC], [Name of town]."""
    start, end, kind, _ = spotted
    if "[" not in text:
        return False
    for match in _BRACKETS.finditer(text):
        if match.start() <= start and end <= match.end():
            words = lexicon()
            inside = [bare(word) for word in _WORD.findall(match.group())]
            if kind in ("person", "possible name", "place", "organisation"):
                return all(word in words.vocabulary and word not in words.everyday_names for word in inside)
            return bool(re.fullmatch(r"\[[^\]]*\d{1,2}:\d\d[^\]]*\]", match.group()))
    return False


def _lower_case(passages: Iterable[Passage]) -> frozenset[str]:
    """Words that stand in lower case somewhere, and so are no names where they begin a sentence."""
    words: set[str] = set()
    for passage in passages:
        words.update(lower_case_words(passage.text))
    return frozenset(words)


def _names_to_spread(
    passages: Sequence[Passage], found: Sequence[Sequence[Spotted]]
) -> dict[str, tuple[Kind, str]]:
    """Words that were found as names, in lower case, to be found wherever else they stand."""
    lists = lexicon()
    spread: dict[str, tuple[Kind, str]] = {}
    for passage, spotted in zip(passages, found, strict=True):
        for start, end, kind, rule in spotted if passage.where != _JARGON else ():
            if kind not in ("person", "possible name", "place") or "list of English" in rule:
                continue
            for match in _WORD.finditer(passage.text, start, end):
                low = bare(match.group())
                if len(low) < 3 or low in _NO_SPREAD or low in STARTERS:
                    continue
                if low in lists.everyday_names or is_english(low, lists) or is_known(match.group(), lists):
                    continue
                spread.setdefault(low, (kind, "found elsewhere as a name"))
    return spread


def _spread(text: str, spread: dict[str, tuple[Kind, str]]) -> list[Spotted]:
    if not spread:
        return []
    here = spread.keys() & {bare(word) for word in set(_WORD.findall(text))}
    if not here:
        return []
    return [
        (match.start(), match.end(), *spread[low])
        for match in _WORD.finditer(text)
        if (low := bare(match.group())) in here
    ]


def _merge(spotted: Sequence[Spotted]) -> list[tuple[int, int, Kind, tuple[str, ...]]]:
    """Overlapping findings as one: the widest span, the strongest kind, every rule."""
    merged: list[tuple[int, int, Kind, list[str]]] = []
    for start, end, kind, rule in sorted(spotted, key=lambda s: (s[0], -s[1], _STRENGTH.index(s[2]), s[3])):
        if merged and start < merged[-1][1]:
            first, last, before, rules = merged[-1]
            stronger = min(before, kind, key=_STRENGTH.index)
            merged[-1] = (first, max(last, end), stronger, rules if rule in rules else [*rules, rule])
        else:
            merged.append((start, end, kind, [rule]))
    return [(start, end, kind, tuple(rules)) for start, end, kind, rules in merged]


def _finding(passage: Passage, start: int, end: int, kind: Kind, rules: tuple[str, ...]) -> Finding:
    text = passage.text
    offset = passage.offset if passage.where == "text" else 0
    return Finding(
        transcript_id=passage.transcript_id,
        where=passage.where,
        start=offset + start,
        end=offset + end,
        text=text[start:end],
        kind=kind,
        rules=rules,
        turn=passage.turn,
        detail=passage.detail,
        before=text[max(0, start - _CONTEXT) : start],
        after=text[end : end + _CONTEXT],
    )
