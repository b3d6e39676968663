"""Speaker labels and timestamps at the beginning of a line: which forms exist, and which are believed.

Every line may propose one label. A proposal is believed when it has a time beside it, stands in brackets or
in a column of its own, is a label that everybody writes (INT, P03), is named in speakers.toml, or is a
capitalised name that comes back. "Note: …" and "The thing is: …" are words of whoever is speaking.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal

from thematic.formats.times import CLOCK, parse_time
from thematic.formats.transcripts.speakers import Roster, known_role, label_key

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
    """A timestamp at the beginning of a line, up to where the rest begins, in seconds.

    `sure` is False for a time without brackets that counts only before a label: "10:30 Ann: …".
    """

    end_at: int
    start: float | None
    end: float | None
    sure: bool = True
    aloud: bool = False  # in words, as for those who have it read to them


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
    """What the labels of a document are.

    names: the labels as first written, by key. forms: the forms that each is believed in, so that "I – I
    don't know" is no label where "I: So?" is one. doubtful: names with their line that were left as words.
    """

    names: Mapping[str, str]
    forms: frozenset[tuple[str, Evidence]]
    doubtful: tuple[tuple[str, int], ...]

    def name(self, label: LineLabel | None) -> str | None:
        """The label as first written when this one is believed, else None."""
        if label is None or (label_key(label.label), label.evidence) not in self.forms:
            return None
        return self.names[label_key(label.label)]


_RANGE = rf"{CLOCK}(?:\s*(?:-->|--|-|–|—|to|/)\s*{CLOCK})?"
_ENCLOSED = (
    rf"(?:\[\s*{_RANGE}\s*\]|\(\s*{_RANGE}\s*\)|<\s*{_RANGE}\s*>|\{{\s*{_RANGE}\s*\}}|#\s*{_RANGE}\s*#)"
)
# Teams' first Word documents: 0:0:3.130 --> 0:0:5.450
_LOOSE = r"\d{1,2}:\d{1,2}:\d{1,2}\.\d{1,3}\s*-->\s*\d{1,2}:\d{1,2}:\d{1,2}\.\d{1,3}"
_NAME = r"[^\s:：\[\](){}<>|*\-–—•\"“][^:：\[\](){}<>|\t*\"“”]{0,59}?"
_FULL_NAME = rf"{_NAME}(?:\s*\([^()\d][^()]{{0,40}}\))?"  # with a remark: Jane (she/her)
_PHONE = r"\+?\d[\d\s*().-]{5,18}\d"  # who dials in to a meeting; masked as 1555***123
_STARS = r"(?:\*\*\*?|__)"
_CLOCKS = re.compile(CLOCK)
# In Markdown a time may be bold or code, and lead to the recording: **[0:05]**, `0:05`, [0:05](https://…)
_STAMP_FIRST = re.compile(
    r"\s*(?:#{1,6}\s+)?(?P<mark>\*{1,3}|__?|`)?"
    rf"(?P<stamp>{_ENCLOSED}|{_LOOSE}(?=\s*$)|{_RANGE}(?=\s|$|(?(mark)(?P=mark)|$)))"
    r"(?:\(https?://[^\s()]{1,200}\))?(?(mark)(?P=mark))(?:\s*[-–|:](?=\s))?\s*"
)
STAMP_INSIDE = re.compile(
    rf"\[\s*{_RANGE}\s*\]|#\s*{_RANGE}\s*#|<\s*{_RANGE}\s*>|\{{\s*{_RANGE}\s*\}}|\(\d{{1,2}}:\d{{2}}:\d{{2}}\)"
)
_ALOUD = re.compile(
    r"(?P<name>\D{0,60}?)\s*\b(?=\d)(?:(?P<h>\d{1,2}) hours? ?)?(?:(?P<m>\d{1,2}) minutes? ?)?"
    r"(?:(?P<s>\d{1,2}) seconds?)?"
)
_UNIT = re.compile(r"\d (?:hour|minute|second)s?\s*$")
_ALOUD_NAME = re.compile(r"\s{2,}|\t|\s+\d")
# List marks and quotes of Markdown, >> of captions: no part of a label.
_INITIAL = re.compile(r"(?:^|[\s.])[^\W\d_]\.$")  # Mme D.
_LETTER = re.compile(r"[^\W_]")
_LEAD = re.compile(r"(?:[-*•]\s+|>+\s*)*")
_TIMED_BOLD = re.compile(rf"\s*(?:{_ENCLOSED}|\s{CLOCK})\s*[:：]?\s*$")
_BOLD_COLON = re.compile(r":(?=\s|$)|：")
_AFTER_BOLD = re.compile(rf"\s*(?P<time>{_ENCLOSED})?\s*[:：]?\s*")
_AFTER_LABEL = re.compile(rf"(?P<time>{_ENCLOSED}|{CLOCK}(?=\s*\t|\s*$))\s*")

_PATTERNS: tuple[tuple[Evidence, re.Pattern[str]], ...] = (
    ("timed", re.compile(rf"(?P<label>{_FULL_NAME})(?:\s*\t\s*|\s{{2,}}|\s+[-–|·]\s+)(?P<time>{CLOCK})\s*$")),
    ("timed", re.compile(rf"(?P<label>{_FULL_NAME})\s*(?P<time>[(\[]\s*{_RANGE}\s*[)\]])\s*[:：]\s*")),
    ("timed", re.compile(rf"\[(?P<label>[^\]\d][^\]]{{0,59}})\]\s+(?P<clock>{CLOCK})\s*$")),
    (
        "timed",
        re.compile(rf"\[(?P<label>[^\]\d][^\]]{{0,59}})\]\s*(?P<time>[(\[]\s*{_RANGE}\s*[)\]])\s*$"),
    ),
    ("bracketed", re.compile(r"\[(?P<label>[^\]]{1,60})\]\s*[:：]\s*")),
    ("bracketed", re.compile(r"\[(?P<label>[^\]\d][^\]]{0,59}\d)\]\s+(?=\S)")),
    (
        "bold",
        re.compile(rf"{_STARS}\s*(?P<time>{_ENCLOSED})\s*(?P<label>{_NAME})\s*[:：]?\s*{_STARS}\s*[:：]?\s*"),
    ),
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
    ("stamped", re.compile(rf"(?P<label>{_FULL_NAME})\s*(?P<time>[(\[]\s*{_RANGE}\s*[)\]]|\s{CLOCK})\s*$")),
    ("stamped", re.compile(rf"(?P<label>{_NAME})\s+(?P<time>[(\[]\s*{_RANGE}\s*[)\]])\s+(?=\S)")),
    ("alone", re.compile(rf"(?P<label>{_FULL_NAME})\s*$")),
    ("alone", re.compile(r"\[(?P<label>[^\]\d][^\]]{0,59})\]\s*$")),
)

# Without one of these no pattern matches but the last of a dash, a dot, or nothing behind the label.
_MARK = re.compile(r"[:：\[(*_\t]")
_UNMARKED = tuple(p for p in _PATTERNS if p[0] in ("dash", "dot", "alone"))

# Behind a time some programs write the speaker without any sign: [00:00:03] Interviewer Thank you.
_PLAIN_ROLE = re.compile(
    r"(?P<label>(?:interviewer|interviewee|participant|respondent|moderator|facilitator|researcher|speaker)"
    r"(?:\s\d+)?)\s+(?=\S)",
    re.IGNORECASE,
)
_WORDS_NOT_NAMES = frozenset(
    """note notes nb n.b ps p.s re eg e.g ie i.e example examples date time location place venue duration
    length total title file filename project study subject topic theme section part chapter page recording
    audio video transcript transcription transcribed transcriber source language version summary agenda
    attendees keywords http https ftp mailto warning caution runtime start end started ended pause laughter
    anyway basically so well actually yes no yeah yep yup nope okay ok mm mmm mhm hm hmm uh um ah oh right
    sure exactly great good thanks like because but and or then also plus first second third firstly secondly
    finally conclusion reason result""".split()
)
_CLAUSES = _WORDS_NOT_NAMES | frozenset(
    "i he she it they we you the a my that this what when who if as".split()
)
_REMARK = re.compile(r"\([^()]*\)")
# What speakers.toml names is believed in these forms. "I – well" begins with a label, and is words.
_CLEAR: frozenset[Evidence] = frozenset(
    ("column", "timed", "bracketed", "bold", "heading", "colon", "tab", "stamped")
)
_HEAD = 240
_OFTEN, _HALF, _NEARLY_ALL, _ALL = 0.2, 0.5, 0.8, 0.9
_FEW = 3
_LONGEST = 5  # words of a name with titles
_MANY_PAIRS = 10_000  # no interview has so many labels; a list of names may
_PARTICLES = frozenset(
    "de da do dos del della der den di du van von la le el al bin ibn ben of and & und et y".split()
)
_NUMBERED = re.compile(
    r"(?:(?:unknown|unidentified|male|female) )?(?:speaker|voice|person|sprecher(?:in)?)"
    r"[\s_.#-]*(?:\d+|[a-z])?|(?:call-in user|caller|guest|spk)[\s_.#-]*\d+|s\d\d?|.+['’]s presentation"
)


def head_of(text: str) -> str:
    """The part of a line in which a label and a time may stand, with … for the rest.

    Lines are as long as they like; patterns see no more than this of them.
    """
    if len(text) <= _HEAD:
        return text
    text = text.rstrip()
    return text if len(text) <= _HEAD else text[:_HEAD] + "…"


@lru_cache(maxsize=4096)
def stamp_times(stamp: str) -> tuple[float | None, float | None]:
    """Start and end in seconds of a stamp such as `[00:01:02 --> 00:01:09]`; None where it has none."""
    if not stamp:
        return None, None
    loose = re.fullmatch(_LOOSE, stamp.strip())
    times = [parse_time(clock) for clock in (stamp.split("-->") if loose else _CLOCKS.findall(stamp)[:2])]
    return (times[0] if times else None, times[1] if len(times) > 1 else None)


def leading_stamps(lines: Sequence[Line]) -> list[Stamp | None]:
    """The timestamp that each line begins with, or None.

    A time without brackets ("10:30 we left the house") is sure where it stands alone, or where at least a
    third of the lines begin with one.
    """
    found = [None if line.columns or line.aside else _STAMP_FIRST.match(head_of(line.text)) for line in lines]
    aloud = _read_aloud(lines)
    bare = {
        i
        for i, m in enumerate(found)
        if m and m["stamp"][0].isdigit() and not m["mark"] and m.end() < len(lines[i].text)
    }
    filled = sum(1 for line in lines if line.text.strip())
    habit = len(bare) >= 3 and 3 * len(bare) >= filled
    stamps: list[Stamp | None] = []
    for i, (line, m) in enumerate(zip(lines, found, strict=True)):
        if i in aloud:
            stamps.append(Stamp(len(line.text), aloud[i], None, aloud=True))
        elif line.columns and not line.columns[0]:
            stamps.append(Stamp(len(line.text) - len(line.columns[2]), *stamp_times(line.columns[1])))
        else:
            sure = habit or i not in bare
            stamps.append(Stamp(m.end(), *stamp_times(m["stamp"]), sure) if m else None)
    return stamps


def _read_aloud(lines: Sequence[Line]) -> dict[int, float]:
    """Seconds by line, where Teams' page writes a time for those who have it read to them: Ann Smith 0
    minutes 3 seconds, where other lines begin with that name, or the time by itself."""
    found = [
        (i, m)
        for i, line in enumerate(lines)
        if _UNIT.search(text := head_of(line.text)) and (m := _ALOUD.fullmatch(text.strip()))
    ]
    if len(found) < 2:
        return {}
    own = {i for i, _ in found}
    begun = {
        " ".join(_ALOUD_NAME.split(head_of(line.text).strip(), maxsplit=1)[0].split())
        for i, line in enumerate(lines)
        if i not in own
    }
    return {
        i: 1.0 * sum(int(m[unit] or 0) * n for unit, n in (("h", 3600), ("m", 60), ("s", 1)))
        for i, m in found
        if not m["name"] or " ".join(m["name"].split()) in begun
    }


def propose(lines: Sequence[Line], stamps: Sequence[Stamp | None]) -> list[LineLabel | None]:
    """The label that each line may begin with, after its timestamp if it has one.

    A name that has its line for itself counts for more when a time stands before it or on the next line.
    """
    plain: dict[tuple[str, Stamp | None], LineLabel | None] = {}  # many lines are the same: INT: Mm.
    labels: list[LineLabel | None] = []
    for line, stamp in zip(lines, stamps, strict=True):
        if line.bold or line.heading or line.aside or line.columns is not None:
            labels.append(_propose(line, stamp))
            continue
        key = (head_of(line.text), stamp)
        if key not in plain:
            plain[key] = _propose(line, stamp)
        labels.append(plain[key])
    written = [i for i, line in enumerate(lines) if line.text.strip()]
    spaced = bool(written) and written[-1] - written[0] >= len(written)
    for i, label in enumerate(labels):
        if not label or label.evidence != "alone":
            continue
        below = stamps[i + 1] if i + 1 < len(stamps) else None
        if below and below.aloud:
            labels[i] = replace(label, evidence="timed", start=below.start)
            continue
        if stamps[i] or _above_stamp(lines, stamps, i, spaced) or _below_stamp(lines, stamps, i):
            labels[i] = replace(label, evidence="stamped")
    return labels


def _above_stamp(lines: Sequence[Line], stamps: Sequence[Stamp | None], i: int, spaced: bool) -> bool:
    """Whether line `i` begins a block whose second line is only a time and whose third has words.

    `spaced` says whether the document has blank lines, which would then stand before a block.
    """
    if i + 2 >= len(lines) or (spaced and i > 0 and lines[i - 1].text.strip()):
        return False
    stamp = stamps[i + 1]
    return stamp is not None and stamp.end_at >= len(lines[i + 1].text) and bool(lines[i + 2].text.strip())


def _below_stamp(lines: Sequence[Line], stamps: Sequence[Stamp | None], i: int) -> bool:
    """Whether line `i` stands between a line that is only a time and one with words."""
    before, after = i - 1, i + 1
    if before > 0 and after < len(lines) and not (lines[before].text.strip() or lines[after].text.strip()):
        before, after = before - 1, after + 1  # paragraphs of a Word document
    above = stamps[before] if before >= 0 else None
    if above is None or above.end_at < len(lines[before].text) or after >= len(lines):
        return False
    return bool(lines[after].text.strip()) and stamps[after] is None


def believe(
    lines: Sequence[Line],
    proposed: Sequence[LineLabel | None],
    roster: Roster,
    transcript_id: str,
    stamps: Sequence[Stamp | None] = (),
    *,
    every_block: bool = False,
    listed: Collection[str] = (),
) -> Believed:
    """Which of the proposed labels are labels, and in which forms. `lines` are those that may be speech.

    A name that comes once is a label where nearly every block of the document begins with a label in the same
    form, and one of them is believed anyway. every_block: nearly all begin with words and a colon. listed:
    names that the document says are present.
    """
    kinds: dict[str, Counter[Evidence]] = {}
    first: dict[str, tuple[str, int]] = {}
    named: Counter[Evidence] = Counter()
    for line, proposal in zip(lines, proposed, strict=True):
        if proposal:
            key = label_key(proposal.label)
            kinds.setdefault(key, Counter())[proposal.evidence] += 1
            first.setdefault(key, (proposal.label, line.number))
            named[proposal.evidence] += is_name(proposal.label) or is_usual_label(proposal.label)
    filled = max(1, sum(1 for line in lines if line.text.strip()))
    shares = {evidence: count / filled for evidence, count in named.items()}
    everywhere = sum(seen["colon"] for seen in kinds.values()) >= _ALL * filled
    names: dict[str, str] = {}
    forms: set[tuple[str, Evidence]] = set()
    doubtful: list[tuple[str, int]] = []
    for key, seen in kinds.items():
        label, number = first[key]
        marked = seen["colon"] + seen["bold"]  # people leave out a colon behind a bold name, now and then
        believed = {
            form
            for form, n in seen.items()
            if _believable(
                label, form, marked if form in ("colon", "bold") else n, shares.get(form, 0.0), everywhere
            )
            or (every_block and form == "colon" and _opens_cue(label))
        }
        if roster.knows(transcript_id, label):
            believed |= _CLEAR
        elif believed:
            believed |= {"colon"}
        if believed:
            names[key] = label
            forms |= {(key, form) for form in believed}
        elif seen["colon"] and is_name(label):
            doubtful.append((label, number))
    for form in _habits(lines, proposed, stamps, forms):
        for key, seen in kinds.items():
            label, number = first[key]
            if seen[form] and (is_usual_label(label) or (form != "alone" and is_name(label))):
                names.setdefault(key, label)
                forms.add((key, form))
                doubtful = [entry for entry in doubtful if entry != (label, number)]
    if any(form == "bold" for _, form in forms):
        doubtful += [
            first[key]
            for key, seen in kinds.items()
            if seen["bold"] and key not in names and is_name(first[key][0])
        ]
    # A name seen once is a label when the document lists it, when it is a believed one mistyped, or in
    # capitals as all the others are.
    capitals = len(names) >= 2 and all(label.isupper() for label in names.values())
    present = {label_key(name) for name in listed}
    for label, number in list(doubtful) if len(names) * len(doubtful) <= _MANY_PAIRS else ():
        key = label_key(label)
        if key in present or (capitals and label.isupper()) or get_close_matches(key, names, n=1, cutoff=0.8):
            names[key] = label
            forms |= {(key, "colon"), (key, "bold")}
            doubtful.remove((label, number))
    return Believed(names, frozenset(forms), tuple(doubtful))


def _habits(
    lines: Sequence[Line],
    proposed: Sequence[LineLabel | None],
    stamps: Sequence[Stamp | None],
    forms: Set[tuple[str, Evidence]],
) -> list[Evidence]:
    """The forms of label that nearly every block begins with, from the first one that is believed on.

    A block begins after a blank line, with a time, before a line that is only a time, and after one.
    """
    stamps = stamps or [None] * len(lines)
    times = [s is not None and s.end_at >= len(line.text) for line, s in zip(lines, stamps, strict=True)]
    openings: list[LineLabel | None] = []
    begins, named, owed = True, False, False
    rows = zip(lines, proposed, stamps, times, [*times[1:], False], strict=False)
    for line, proposal, stamp, only_time, above_time in rows:
        timed = stamp is not None or (proposal is not None and proposal.start is not None)
        opens = line.text.strip() and not only_time and (begins or above_time or timed) and not owed
        if opens and (openings or (proposal and (label_key(proposal.label), proposal.evidence) in forms)):
            openings.append(proposal)
        # After a name and its time on two lines come the words.
        begins = not line.text.strip() or (only_time and not named)
        named = proposal is not None and proposal.words_at >= len(line.text)
        # The words of a bold name that has a paragraph for itself are in the next one.
        alone = named and proposal is not None and proposal.evidence == "bold" and is_name(proposal.label)
        owed = alone or (owed and not line.text.strip())
    habits: list[Evidence] = []
    for form in ("timed", "stamped", "bold", "colon", "alone", "heading"):
        own = [
            p for p in openings if p and p.evidence == form and (is_usual_label(p.label) or is_name(p.label))
        ]
        least = _ALL if form == "colon" else _NEARLY_ALL
        if len(own) >= _FEW and len(own) >= least * len(openings):
            habits.append(form)
    return habits


def _believable(label: str, form: Evidence, seen: int, share: float, everywhere: bool) -> bool:
    """Whether a label seen so often in this form is one.

    `share` is the share of lines with a name in this form; `everywhere` that nearly every line has a colon.
    """
    if form in ("column", "bracketed"):
        return True
    usual, name, single = is_usual_label(label), is_name(label), len(label) == 1
    if form == "timed":
        return usual or name or seen >= 2
    if form == "colon":
        if everywhere and seen >= 2 and len(label.split()) <= 4 and not _is_clause(label):
            return True  # jane and iPhone are names too
        return usual or (name and (seen >= 2 or share >= _NEARLY_ALL))
    if form == "stamped":
        return usual or (name and seen >= 2)
    if form == "bold":
        return usual or (name and seen >= 2 and share >= _OFTEN)
    if form == "heading":  # "Question 1" is a heading; a speaker speaks again
        return (usual or name) and seen >= 2
    if form == "tab":
        return share >= _HALF and (usual or (name and seen >= 2))
    if form == "alone":
        return usual and not single and seen >= 2
    return usual and (not single or share >= _HALF)


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
    text = head_of(line.text)
    if not _LETTER.search(text):
        return None
    start, end = (stamp.start, stamp.end) if stamp else (None, None)
    at = stamp.end_at if stamp else 0
    lead = _LEAD.match(text, at)
    at = lead.end() if lead else at
    if line.heading:
        title = line.text[at:].strip("#: ")
        timed = _TIMED_BOLD.search(title)
        if timed:
            start, end = stamp_times(timed[0])
            title = title[: timed.start()]
        label = _tidy(title.strip(": "))
        form: Evidence = "timed" if timed and is_usual_label(label) else "heading"
        return LineLabel(label, len(line.text), form, start, end) if _plausible(label) else None
    unlikely: LineLabel | None = None
    for evidence, pattern in _PATTERNS if line.bold or _MARK.search(text) else _UNMARKED:
        if evidence == "bold" and line.bold.strip():
            bold = _propose_bold(line, start, end)
            if bold:
                return bold
        m = pattern.match(text, at)
        if not m or not _plausible(label := _tidy(m["label"])):
            continue
        if evidence == "bracketed" and ":" not in m[0] and "：" not in m[0] and not is_usual_label(label):
            continue  # [Speaker 1] So is a label, [city 2] is none
        groups = m.groupdict()
        tight = text[m.end() - 1] == ":" and m.end() < len(text)
        if evidence == "colon" and tight and not is_usual_label(label) and label.lower() != label.upper():
            continue  # ratio:2 and file:name are words; INT:So and 田中:はい are labels
        after = (
            _AFTER_LABEL.match(text, m.end()) if evidence in ("colon", "bracketed", "bold", "tab") else None
        )
        written = groups.get("time") or groups.get("late") or groups.get("clock")
        own = stamp_times(written or (after["time"] if after else ""))
        marked = evidence == "bold" and any(mark in m[0] for mark in ":：")
        if evidence == "alone" and m[0].startswith("[") and _NUMBERED.fullmatch(label_key(label)):
            evidence = "bracketed"  # [Speaker 1] on a line of its own
        found = LineLabel(
            label,
            after.end() if after else m.end(),
            "colon" if marked else evidence,
            own[0] if own[0] is not None else start,
            own[1] if own[0] is not None else end,
            clock=bool(groups.get("clock")),
        )
        if evidence != "colon" or is_usual_label(label) or is_name(label) or " " not in label:
            return found
        # "A. Ten years. My aim: …" has a colon further on; the label is the letter.
        unlikely = unlikely or found
    plain = _PLAIN_ROLE.match(text, at) if stamp and unlikely is None else None
    if plain:
        return LineLabel(_tidy(plain["label"]), plain.end(), "tab", start, end)
    return unlikely


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
    with_colon = colon or (behind and behind[0].rstrip().endswith((":", "：")))
    form: Evidence = "colon" if with_colon else "bold"
    return LineLabel(label, behind.end() if behind else at, form, start, end)


@lru_cache(maxsize=4096)
def _tidy(label: str) -> str:
    return " ".join(label.split()).strip("*_ ")


@lru_cache(maxsize=4096)
def _plausible(label: str) -> bool:
    doubted = label.endswith("?") and known_role(label.rstrip("?")) is not None  # P?: one of the participants
    return (
        bool(label)
        and len(label.split()) <= 6
        and (doubted or label[-1] not in ".?!,;…" or _INITIAL.search(label) is not None)
        and any(c.isalnum() for c in label)
        and not _CLOCKS.search(label)  # [inaudible 00:00:12]
    )


def _opens_cue(label: str) -> bool:
    """Whether a label seen once is one where nearly all cues begin with words and a colon: bob's iPhone, and
    Dr. Anna de Vries-Smith; but "and I said:" are words."""
    words = label.split()
    if len(words) == 1:
        return label_key(label) not in _WORDS_NOT_NAMES
    return len(words) <= _LONGEST and not _is_clause(label)


def _is_clause(label: str) -> bool:
    """Whether several words in lower case are the beginning of a sentence: and I said, she goes."""
    words = label.split()
    return len(words) > 1 and words[0] in _CLAUSES


@lru_cache(maxsize=4096)
def is_usual_label(label: str) -> bool:
    """A label that everybody or every program writes: INT, P03, Speaker 1, SPEAKER_00, a telephone number."""
    key = label_key(label)
    if len(label) == 1 and label.islower():  # a: and b: begin the points of a list
        return False
    return known_role(label.rstrip("?")) is not None or bool(
        _NUMBERED.fullmatch(key) or re.fullmatch(_PHONE, key)
    )


@lru_cache(maxsize=4096)
def is_name(label: str) -> bool:
    """One to four words, each with a capital, a digit or a letter of a script without case first."""
    words = _REMARK.sub("", label).split()
    if not 1 <= len(words) <= 4 or label_key(words[0]).strip(".") in _WORDS_NOT_NAMES:
        return False
    if not any(c.isalpha() for c in label):
        return False
    caseless = not any(c.isupper() or c.islower() for c in label)
    if caseless:
        return len(label) <= 12
    return not words[0][0].islower() and all(not w[0].islower() or w.casefold() in _PARTICLES for w in words)
