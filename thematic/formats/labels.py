"""Speaker labels and timestamps at the beginning of a line: which forms exist, and which are believed.

Every line may propose one label. A proposal is believed when it has a time beside it, stands in brackets or
in a column of its own, is a label that everybody writes (INT, P03), is named in speakers.toml, or is a
capitalised name that comes back. "Note: …" and "The thing is: …" are words of whoever is speaking.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal

from thematic.formats.speakers import Roster, known_role, label_key
from thematic.formats.times import CLOCK, parse_time

__all__ = [
    "STAMP_INSIDE",
    "Believed",
    "Line",
    "LineLabel",
    "Stamp",
    "believe",
    "head_of",
    "is_name",
    "is_usual_label",
    "leading_stamps",
    "propose",
    "stamp_times",
]

Evidence = Literal[
    "column", "timed", "bracketed", "bold", "heading", "colon", "tab", "dash", "dot", "stamped", "alone"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a typed transcript.

    number: 1-based, as a person counts lines or paragraphs in the source.
    bold: the words in bold at its beginning.
    heading: whether it is a heading, unless it turns out to be a label.
    aside: why it is no speech, if it is not.
    columns: label, time and words of a table row; `text` ends with the words.
    """

    number: int
    text: str
    bold: str = ""
    heading: bool = False
    aside: str = ""
    columns: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """A timestamp at the beginning of a line, up to where the rest begins, in seconds."""

    end_at: int
    start: float | None
    end: float | None


@dataclass(frozen=True, slots=True)
class LineLabel:
    """A label that a line may begin with; its words begin at offset `words_at` of the line.

    `clock` says that the time is a time of day, as in Zoom's saved captions.
    """

    label: str
    words_at: int
    evidence: Evidence
    start: float | None = None
    end: float | None = None
    clock: bool = False


@dataclass(frozen=True, slots=True)
class Believed:
    """Labels by key, as first written; and labels with their line that were left as words."""

    labels: Mapping[str, str]
    doubtful: tuple[tuple[str, int], ...]


_RANGE = rf"{CLOCK}(?:\s*(?:-->|--|-|–|—|to|/)\s*{CLOCK})?"
_ENCLOSED = (
    rf"(?:\[\s*{_RANGE}\s*\]|\(\s*{_RANGE}\s*\)|<\s*{_RANGE}\s*>|\{{\s*{_RANGE}\s*\}}|#\s*{_RANGE}\s*#)"
)
_NAME = r"[^\s:：\[\](){}<>|*\-–—•\"“][^:：\[\](){}<>|\t*\"“”]{0,59}?"
_FULL_NAME = rf"{_NAME}(?:\s*\([^()\d][^()]{{0,40}}\))?"  # with a remark: Jane (she/her)
_PHONE = r"\+?\d[\d\s*().-]{5,18}\d"  # who dials in to a meeting; masked as 1555***123
_STARS = r"(?:\*\*\*?|__)"
_CLOCKS = re.compile(CLOCK)
_STAMP_FIRST = re.compile(
    rf"\s*(?:#{{1,6}}\s+)?(?P<stamp>{_ENCLOSED}|{_RANGE}(?=\s|$))(?:\s*[-–|:](?=\s))?\s*"
)
STAMP_INSIDE = re.compile(
    rf"\[\s*{_RANGE}\s*\]|#\s*{_RANGE}\s*#|<\s*{_RANGE}\s*>|\{{\s*{_RANGE}\s*\}}|\(\d{{1,2}}:\d{{2}}:\d{{2}}\)"
)
# List marks and quotes of Markdown, >> of captions: no part of a label.
_LEAD = re.compile(r"(?:[-*•]\s+|>+\s*)*")
_TIMED_BOLD = re.compile(rf"\s*(?:{_ENCLOSED}|\s{CLOCK})\s*[:：]?\s*$")
_BOLD_COLON = re.compile(r":(?=\s|$)|：")
_AFTER_BOLD = re.compile(rf"\s*(?P<time>{_ENCLOSED})?\s*[:：]?\s*")
_AFTER_LABEL = re.compile(rf"(?P<time>{_ENCLOSED})\s*")

_PATTERNS: tuple[tuple[Evidence, re.Pattern[str]], ...] = (
    ("timed", re.compile(rf"(?P<label>{_FULL_NAME})(?:\s*\t\s*|\s{{2,}}|\s+[-–|·]\s+)(?P<time>{CLOCK})\s*$")),
    ("timed", re.compile(rf"(?P<label>{_FULL_NAME})\s*(?P<time>[(\[]\s*{_RANGE}\s*[)\]])\s*(?:[:：]\s*|$)")),
    ("timed", re.compile(rf"\[(?P<label>[^\]\d][^\]]{{0,59}})\]\s+(?P<clock>{CLOCK})\s*$")),
    ("bracketed", re.compile(r"\[(?P<label>[^\]]{1,60})\]\s*[:：]\s*")),
    (
        "bold",
        re.compile(
            rf"{_STARS}(?P<label>{_NAME})\s*(?P<time>{_ENCLOSED})?\s*[:：]?\s*{_STARS}\s*(?P<late>{_ENCLOSED})?\s*[:：]?\s*"
        ),
    ),
    ("colon", re.compile(rf"(?P<label>{_FULL_NAME}|{_PHONE})\s*[:：](?!//)\s*")),
    ("tab", re.compile(rf"(?P<label>{_NAME})\t\s*")),
    ("dash", re.compile(rf"(?P<label>{_NAME})\s+[-–—]\s+")),
    ("dot", re.compile(r"(?P<label>[QAIRP])\.\s+")),
    ("stamped", re.compile(rf"(?P<label>{_NAME})\s(?P<time>{CLOCK})\s*$")),
    ("alone", re.compile(rf"(?P<label>{_NAME})\s*$")),
)

_WORDS_NOT_NAMES = frozenset(
    """note notes nb n.b ps p.s re eg e.g ie i.e example examples date time location place venue duration
    length total title file filename project study subject topic theme section part chapter page recording
    audio video transcript transcription transcribed transcriber source language version summary agenda
    attendees keywords http https ftp mailto warning caution runtime start end started ended pause laughter
    anyway basically so well actually yes no okay ok like because but and or then also plus first second third
    firstly secondly finally conclusion reason result""".split()
)
_HEAD = 240
_NEARLY_ALL = 0.8
_MANY_PAIRS = 10_000  # no interview has so many labels; a list of names may
_PARTICLES = frozenset(
    "de da do dos del della der den di du van von la le el al bin ibn ben of and & und et y".split()
)
_NUMBERED = re.compile(
    r"(?:(?:unknown|unidentified|male|female) )?(?:speaker|voice|person|sprecher(?:in)?)"
    r"[\s_.#-]*(?:\d+|[a-z])?"
)


def head_of(text: str) -> str:
    """The part of a line in which a label and a time may stand, with … for the rest.

    Lines are as long as they like; patterns see no more than this of them.
    """
    if len(text) <= _HEAD:
        return text
    text = text.rstrip()
    return text if len(text) <= _HEAD else text[:_HEAD] + "…"


def stamp_times(stamp: str) -> tuple[float | None, float | None]:
    """Start and end in seconds of a stamp such as `[00:01:02 --> 00:01:09]`; None where it has none."""
    times = [parse_time(clock) for clock in _CLOCKS.findall(stamp)[:2]]
    return (times[0] if times else None, times[1] if len(times) > 1 else None)


def leading_stamps(lines: Sequence[Line]) -> list[Stamp | None]:
    """The timestamp that each line begins with, or None.

    A time without brackets ("10:30 we left the house") counts where it stands alone, before what may be a
    label, or where at least a third of the lines begin with one.
    """
    found = [None if line.columns or line.aside else _STAMP_FIRST.match(head_of(line.text)) for line in lines]
    bare = {
        i
        for i, m in enumerate(found)
        if m
        and m["stamp"][0].isdigit()
        and m.end() < len(lines[i].text)
        and ":" not in lines[i].text[m.end() :]
    }
    with_words = sum(1 for line in lines if line.text.strip())
    habit = len(bare) >= 3 and 3 * len(bare) >= with_words
    stamps: list[Stamp | None] = []
    for i, (line, m) in enumerate(zip(lines, found, strict=True)):
        if line.columns and not line.columns[0]:
            stamps.append(Stamp(len(line.text) - len(line.columns[2]), *stamp_times(line.columns[1])))
        else:
            stamps.append(
                Stamp(m.end(), *stamp_times(m["stamp"])) if m and (habit or i not in bare) else None
            )
    return stamps


def propose(lines: Sequence[Line], stamps: Sequence[Stamp | None]) -> list[LineLabel | None]:
    """The label that each line may begin with, after its timestamp if it has one.

    A name that has its line for itself counts for more when a time stands before it or on the next line.
    """
    labels = [_propose(line, stamp) for line, stamp in zip(lines, stamps, strict=True)]
    for i, label in enumerate(labels):
        if label and label.evidence == "alone" and (stamps[i] or _above_stamp(lines, stamps, i)):
            labels[i] = replace(label, evidence="stamped")
    return labels


def _above_stamp(lines: Sequence[Line], stamps: Sequence[Stamp | None], i: int) -> bool:
    """Whether line `i` begins a block whose second line is only a time and whose third has words."""
    if i + 2 >= len(lines) or (i > 0 and lines[i - 1].text.strip()):
        return False
    stamp = stamps[i + 1]
    return stamp is not None and stamp.end_at >= len(lines[i + 1].text) and bool(lines[i + 2].text.strip())


def believe(
    lines: Sequence[Line], proposed: Sequence[LineLabel | None], roster: Roster, transcript_id: str
) -> Believed:
    """Which of the proposed labels are labels. `lines` holds only lines that may be speech."""
    kinds: dict[str, Counter[Evidence]] = {}
    first: dict[str, tuple[str, int]] = {}
    name_like: Counter[Evidence] = Counter()
    for line, proposal in zip(lines, proposed, strict=True):
        if proposal:
            key = label_key(proposal.label)
            kinds.setdefault(key, Counter())[proposal.evidence] += 1
            first.setdefault(key, (proposal.label, line.number))
            if is_name(proposal.label):
                name_like[proposal.evidence] += 1
    with_words = max(1, sum(1 for line in lines if line.text.strip()))
    habit = {evidence: count / with_words for evidence, count in name_like.items()}
    colons = sum(seen["colon"] for seen in kinds.values()) / with_words
    labels: dict[str, str] = {}
    doubtful: list[tuple[str, int]] = []
    for key, seen in kinds.items():
        label, number = first[key]
        everywhere = colons >= _NEARLY_ALL and seen["colon"] >= 2 and len(label.split()) <= 4
        if (
            everywhere  # where nearly every line has a label, jane and iPhone are names too
            or roster.knows(transcript_id, label)
            or any(_believable(label, e, n, habit) for e, n in seen.items())
        ):
            labels[key] = label
        elif seen["colon"] and is_name(label):
            doubtful.append((label, number))
    # A name seen once is a label when it is a believed one mistyped, or in capitals as all the others are.
    capitals = len(labels) >= 2 and all(label.isupper() for label in labels.values())
    for label, number in list(doubtful) if len(labels) * len(doubtful) <= _MANY_PAIRS else ():
        if (capitals and label.isupper()) or get_close_matches(label_key(label), labels, n=1, cutoff=0.8):
            labels[label_key(label)] = label
            doubtful.remove((label, number))
    return Believed(labels, tuple(doubtful))


def _believable(label: str, evidence: Evidence, seen: int, habit: Mapping[Evidence, float]) -> bool:
    """Whether a label seen so often in this form is one; `habit` is the share of lines with a name in it."""
    if evidence in ("column", "timed", "bracketed"):
        return True
    usual, name, share = is_usual_label(label), is_name(label), habit.get(evidence, 0.0)
    single = len(label) == 1
    if evidence == "colon":
        return usual or (name and (seen >= 2 or share >= _NEARLY_ALL))
    if evidence == "bold":
        return usual or (name and seen >= 2)
    if evidence == "tab":
        return share >= 0.5 and (usual or (name and seen >= 2))
    if evidence == "stamped":
        return usual or (name and seen >= 2)
    if evidence == "heading":  # "Question 1" is a heading; a speaker speaks again
        return (usual or name) and seen >= 2
    if evidence == "alone":
        return usual and not single and seen >= 2
    return usual and (not single or share >= 0.5)


def _propose(line: Line, stamp: Stamp | None) -> LineLabel | None:
    if line.aside:
        return None
    if line.columns is not None:
        label, time, words = line.columns
        return (
            LineLabel(_tidy(label.rstrip(":： ")), len(line.text) - len(words), "column", *stamp_times(time))
            if label
            else None
        )
    start, end = (stamp.start, stamp.end) if stamp else (None, None)
    at = stamp.end_at if stamp else 0
    text = head_of(line.text)
    lead = _LEAD.match(text, at)
    at = lead.end() if lead else at
    if line.heading:
        label = _tidy(line.text[at:].strip("#: "))
        return LineLabel(label, len(line.text), "heading", start, end) if _plausible(label) else None
    for evidence, pattern in _PATTERNS:
        if evidence == "bold" and line.bold.strip():
            bold = _propose_bold(line, start, end)
            if bold:
                return bold
        m = pattern.match(text, at)
        if not m or not _plausible(_tidy(m["label"])):
            continue
        label = _tidy(m["label"])
        groups = m.groupdict()
        tight = text[m.end() - 1] == ":" and m.end() < len(text)
        if evidence == "colon" and tight and not is_usual_label(label) and label.lower() != label.upper():
            continue  # ratio:2 and file:name are words; INT:So and 田中:はい are labels
        after = _AFTER_LABEL.match(text, m.end()) if evidence in ("colon", "bracketed", "bold") else None
        written = groups.get("time") or groups.get("late") or groups.get("clock")
        own = stamp_times(written or (after["time"] if after else ""))
        return LineLabel(
            label,
            after.end() if after else m.end(),
            evidence,
            own[0] if own[0] is not None else start,
            own[1] if own[0] is not None else end,
            clock=bool(groups.get("clock")),
        )
    return None


def _propose_bold(line: Line, start: float | None, end: float | None) -> LineLabel | None:
    """`line.bold` as a label, with a time inside or behind it."""
    colon = _BOLD_COLON.search(line.bold)
    label = line.bold[: colon.end()] if colon else line.bold
    at = line.text.find(line.bold) + len(label)
    inside = _STAMP_FIRST.match(label) or _TIMED_BOLD.search(label)
    if inside:
        start, end = stamp_times(inside[0])
        label = label[: inside.start()] + label[inside.end() :]
    label = _tidy(label.strip().rstrip(":："))
    if not _plausible(label):
        return None
    behind = _AFTER_BOLD.match(line.text, at)
    if behind and behind["time"]:
        start, end = stamp_times(behind["time"])
    return LineLabel(label, behind.end() if behind else at, "bold", start, end)


def _tidy(label: str) -> str:
    return " ".join(label.split()).strip("*_ ")


def _plausible(label: str) -> bool:
    return (
        bool(label)
        and len(label.split()) <= 6
        and label[-1] not in ".?!,;…"
        and any(c.isalnum() for c in label)
    )


def is_usual_label(label: str) -> bool:
    """A label that everybody or every program writes: INT, P03, Speaker 1, SPEAKER_00, a telephone number."""
    key = label_key(label)
    return known_role(label) is not None or bool(_NUMBERED.fullmatch(key) or re.fullmatch(_PHONE, key))


def is_name(label: str) -> bool:
    """One to four words, each with a capital, a digit or a letter of a script without case first."""
    words = label.replace("(", " ").replace(")", " ").split()
    if not 1 <= len(words) <= 4 or label_key(words[0]).strip(".") in _WORDS_NOT_NAMES:
        return False
    if not any(c.isalpha() for c in label):
        return False
    caseless = not any(c.isupper() or c.islower() for c in label)
    if caseless:
        return len(label) <= 12
    return not words[0][0].islower() and all(not w[0].islower() or w.casefold() in _PARTICLES for w in words)
