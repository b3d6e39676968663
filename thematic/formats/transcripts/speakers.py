"""Who speaks: the labels of a transcript, the roles behind them, and speakers.toml, which people confirm.

A role comes from speakers.toml, else from a label that everybody writes (INT, P03), else it is inferred for
two speakers and said so. Nobody is taken for an interviewer without a sign: an unknown speaker is a
participant, because words that are coded by mistake can be seen, and words that are left out cannot.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast, get_args

from thematic.errors import InputError, Problem
from thematic.model import Role
from thematic.text import join_names, snippet

__all__ = [
    "Roster",
    "Speaker",
    "Utterances",
    "assign_roles",
    "known_role",
    "label_key",
    "read_roster",
    "speakers_toml",
]

ROLES: tuple[str, ...] = get_args(Role)

# A label may go on with a number (P03, P1a, INT-2) or, after a space or sign, a letter (Participant B).
_SUFFIX = r"(?:[\s_.#-]*\d+[a-z]?|[\s_.#-]+[a-z])?"
_INTERVIEWER = re.compile(
    rf"(?:int|intv|iv|ivr|interviewers?|i|q|question|moderator|mod|facilitator|fac|researcher|"
    rf"interviewerin|moderatorin|interviewe(?:ur|use)|enquêt(?:eur|rice)|modérat(?:eur|rice)|"
    rf"entrevistadora?|moderadora?|intervistat(?:ore|rice)|intervjuare|haastattelija){_SUFFIX}"
)
_PARTICIPANT = re.compile(
    r"(?:participants?|ppt|pp|p|respondent|resp|r|interviewee|ie|informant|patient|client|subject|answer|a|"
    rf"befragte[rn]?|participante|enquêtée?|interviewée?|entrevistad[ao]|intervistat[ao]|"
    rf"teilnehmer(?:in)?|fg[\s_.#-]*\d+[\s_.#-]*p){_SUFFIX}"
)
_SINGLE_LETTER = re.compile(r"[^\W\d_]")
_FIRST_WORDS = 300  # characters, of which a snippet is made
_PARENTHESIS = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """One label of one transcript, and what is taken to stand behind it: a row of the table people confirm.

    `name` is the label, or what `aliases` in speakers.toml calls it. `confirmed` says that speakers.toml
    gives the role; otherwise `reason` says where it comes from.
    """

    transcript_id: str
    label: str
    name: str
    role: Role
    turns: int
    words: int
    first_words: str
    confirmed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Utterances:
    """What one label says in a transcript, counted."""

    label: str
    turns: int
    words: int
    questions: int
    first_words: str


@dataclass(frozen=True, slots=True)
class Roster:
    """speakers.toml: roles and names by label, for all transcripts and for single ones.

    Keys are transcript ids, or "" for all; inside, keys are labels as `label_key` writes them.
    """

    roles: Mapping[str, Mapping[str, Role]] = field(default_factory=dict)
    aliases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    path: str = "speakers.toml"

    def role(self, transcript_id: str, label: str) -> Role | None:
        """The confirmed role of a label, or of the name it is an alias of."""
        for key in (label_key(label), label_key(self.name(transcript_id, label))):
            for table in (transcript_id, ""):
                role = self.roles.get(table, {}).get(key)
                if role:
                    return role
        return None

    def name(self, transcript_id: str, label: str) -> str:
        """The name a label is an alias of, or the label."""
        key = label_key(label)
        return self.aliases.get(transcript_id, {}).get(key) or self.aliases.get("", {}).get(key) or label

    def labels_of(self, transcript_id: str) -> frozenset[str]:
        """The keys of the labels that stand in the table of this transcript, not those for all."""
        return frozenset(self.roles.get(transcript_id, ())) | frozenset(self.aliases.get(transcript_id, ()))

    def without_transcript(self, transcript_ids: Collection[str]) -> list[Problem]:
        """A warning for each table that belongs to none of these transcripts."""
        hint = f"transcripts are {join_names(sorted(transcript_ids))}" if transcript_ids else None
        return [
            Problem(f"[{table}] names no transcript", self.path, None, hint)
            for table in sorted({*self.roles, *self.aliases})
            if table and table not in transcript_ids
        ]

    def knows(self, transcript_id: str, label: str) -> bool:
        """Whether speakers.toml names this label, as a role or as an alias."""
        key = label_key(label)
        return any(
            key in table.get(where, {})
            for table in (self.roles, self.aliases)
            for where in (transcript_id, "")
        )


@lru_cache(maxsize=4096)
def label_key(label: str) -> str:
    """A label as it is compared: composed, spaces collapsed, case ignored."""
    return " ".join(unicodedata.normalize("NFC", label).split()).casefold()


def known_role(label: str) -> Role | None:
    """The role of a label that everybody writes (INT, I, Q, Moderator; P01, R, A, Participant 3), or None."""
    key = _PARENTHESIS.sub("", label_key(label))
    if _INTERVIEWER.fullmatch(key):
        return "interviewer"
    if _PARTICIPANT.fullmatch(key):
        return "participant"
    return None


def assign_roles(
    transcript_id: str,
    heard: Sequence[Utterances],
    roster: Roster,
    stated: Mapping[str, Role] | None = None,
) -> tuple[dict[str, Speaker], list[Problem]]:
    """The speaker behind each label, and a warning for every role that nobody stated.

    `stated` are the roles by label that the transcript file itself states. Two speakers of whom one asks are
    told apart by questions and by words a turn; the warning says so.
    """
    roles: dict[str, tuple[Role, bool, str]] = {}
    keys = frozenset(label_key(entry.label) for entry in heard)
    for label in (entry.label for entry in heard):
        confirmed = roster.role(transcript_id, label)
        if confirmed:
            roles[label] = (confirmed, True, roster.path)
        elif stated and label in stated:
            roles[label] = (stated[label], False, "stated in the file")
        elif known := _known_among(label, keys):
            roles[label] = (known, False, "known label")
    warnings = []
    unknown = [entry for entry in heard if entry.label not in roles]
    if unknown and (unknown[0].label or len(heard) > 1):
        inferred, how = _infer(heard, roles)
        for entry in unknown:
            roles[entry.label] = (inferred[entry.label], False, how)
        taken = join_names([f"{entry.label or '(no label)'} as {roles[entry.label][0]}" for entry in unknown])
        warnings.append(Problem(f"taken {taken}: {how}", transcript_id, None, _confirm_hint(transcript_id)))
    warnings += _doubled([entry.label for entry in heard], roster, transcript_id)
    silent = sorted(roster.labels_of(transcript_id) - keys)
    if silent:
        message = (
            f"[{transcript_id}] names {join_names([f'“{label}”' for label in silent])}, who says nothing"
        )
        warnings.append(Problem(message, roster.path, None, "write the label as it stands in the transcript"))
    for entry in heard:
        roles.setdefault(entry.label, ("participant", False, "no speaker labels"))
    speakers = {
        entry.label: Speaker(
            transcript_id=transcript_id,
            label=entry.label,
            name=roster.name(transcript_id, entry.label),
            role=roles[entry.label][0],
            turns=entry.turns,
            words=entry.words,
            first_words=entry.first_words,
            confirmed=roles[entry.label][1],
            reason=roles[entry.label][2],
        )
        for entry in heard
    }
    return speakers, warnings


def _doubled(labels: Sequence[str], roster: Roster, transcript_id: str) -> list[Problem]:
    """A warning for each label that may be another one's initials: DB, where Devin Becker speaks too."""
    names: dict[str, str] = {}
    for label in labels:
        words = [word for word in label.split() if word[0].isalpha()]
        if len(words) >= 2:
            names.setdefault("".join(word[0] for word in words).casefold(), label)
    doubts = []
    for label in labels:
        name = names.get(label_key(label).replace(".", ""))
        if name and name != label and roster.name(transcript_id, label) == label:
            table = f"[{_toml_string(transcript_id)}.aliases] {_toml_string(label)} = {_toml_string(name)}"
            hint = f"if they are one person, write in speakers.toml: {table}"
            doubts.append(Problem(f"“{label}” may be {name}", transcript_id, None, hint))
    return doubts


def read_roster(text: str, path: str = "speakers.toml") -> Roster:
    """The roster that a speakers.toml holds.

    ``[default]`` and one table a transcript id, each with lists of labels under ``interviewer``,
    ``participant`` and ``other``, and a table ``aliases`` of label = "name". Raises InputError with every
    mistake: a wrong key, something that is no list of labels, a label under two roles.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        raise InputError(
            f"not TOML: {error}", path=path, line=int(found[1]) if found else None, hint="mend this line"
        ) from error
    problems: list[Problem] = []
    roles: dict[str, dict[str, Role]] = {}
    aliases: dict[str, dict[str, str]] = {}
    for name, table in tables.items():
        where = "" if name == "default" else name
        if not isinstance(table, dict):
            problems.append(Problem(f"“{name}” stands outside a table", path, None, "put it under [default]"))
            continue
        roles[where], aliases[where] = {}, {}
        for key, value in table.items():
            if key == "aliases":
                if not isinstance(value, dict) or not all(isinstance(v, str) and v for v in value.values()):
                    problems.append(Problem(f'[{name}] aliases are not label = "name"', path))
                    continue
                aliases[where] |= {label_key(label): alias for label, alias in value.items()}
            elif key not in ROLES:
                allowed = join_names([*ROLES, "aliases"], "or")
                problems.append(Problem(f"[{name}] has no key “{key}”", path, None, f"use {allowed}"))
            elif not isinstance(value, list) or not all(isinstance(label, str) for label in value):
                problems.append(
                    Problem(f"[{name}] {key} is not a list of labels", path, None, f'{key} = ["INT"]')
                )
            else:
                for label in value:
                    before = roles[where].setdefault(label_key(label), cast(Role, key))
                    if before != key:
                        message = f"[{name}] “{label}” is under both {before} and {key}"
                        problems.append(Problem(message, path, None, "keep one"))
    if problems:
        raise InputError(f"{path} cannot be used", path=path, problems=problems)
    return Roster(roles, aliases, path)


def speakers_toml(speakers: Iterable[Speaker]) -> str:
    """A speakers.toml that states what was found, one table a transcript, to be corrected and kept."""
    by_transcript: dict[str, dict[str, list[Speaker]]] = {}
    for speaker in speakers:
        by_transcript.setdefault(speaker.transcript_id, {}).setdefault(speaker.role, []).append(speaker)
    lines = ["# Who is who. Move a label to the role it has; `thematic ingest` reads this file."]
    for transcript_id in sorted(by_transcript):
        lines += ["", f"[{_toml_string(transcript_id)}]"]
        for role in ROLES:
            labels = [_toml_string(s.label) for s in by_transcript[transcript_id].get(role, ())]
            if labels:
                lines.append(f"{role} = [{', '.join(labels)}]")
    return "\n".join(lines) + "\n"


def _known_among(label: str, keys: frozenset[str]) -> Role | None:
    """`known_role`, with single letters read in the company of all labels of the transcript.

    `R` is the respondent, but no known label beside P01, where it may be the researcher; `B` beside `I` is
    the German Befragte; `A`, `I` and `Q` among other initials are names; `A` answers only whom somebody asks.
    """
    key = label_key(label)
    if not _SINGLE_LETTER.fullmatch(key):
        return known_role(label)
    others = keys - {key}
    if key == "b" and others == {"i"}:
        return "participant"
    if key == "r" and any(known_role(other) == "participant" for other in others):
        return None
    if key == "a" and not any(known_role(other) == "interviewer" for other in others):
        return None
    initials = {other for other in others if _SINGLE_LETTER.fullmatch(other) and not known_role(other)}
    if key in ("a", "i", "q") and initials - {"b"}:
        return None
    return known_role(label)


def _infer(
    heard: Sequence[Utterances], stated: Mapping[str, tuple[Role, bool, str]]
) -> tuple[dict[str, Role], str]:
    unknown = [entry for entry in heard if entry.label not in stated]
    inferred: dict[str, Role] = {entry.label: "participant" for entry in unknown}
    interviewers = [label for label, (role, *_) in stated.items() if role == "interviewer"]
    speaking = [entry for entry in heard if entry.label]
    if interviewers or len(speaking) != 2 or not all(entry.label for entry in unknown):
        return inferred, "nothing says who they are"
    asks, figure = _asks_most(speaking)
    if asks is None or asks.label not in inferred:
        return inferred, "who asks and who answers cannot be told"
    inferred[asks.label] = "interviewer"
    return inferred, f"“{asks.label}” {figure}"


def _asks_most(pair: Sequence[Utterances]) -> tuple[Utterances | None, str]:
    """Of two speakers the one who asks, and the figure it rests on; None where the signs do not agree.

    Two signs: questions a word, and fewer words a turn. One clear sign is enough where the other does not
    contradict it; clear is two to one.
    """

    def rate(entry: Utterances) -> float:
        return entry.questions / max(entry.words, 1)

    def length(entry: Utterances) -> float:
        return entry.words / max(entry.turns, 1)

    first, second = sorted(pair, key=lambda entry: (-rate(entry), length(entry)))
    questions_clear = first.questions >= 2 and rate(first) >= 2 * rate(second)
    if questions_clear and length(first) <= 2 * length(second):
        return first, f"asks {100 * rate(first):.1f} times in 100 words, the other {100 * rate(second):.1f}"
    short, long = sorted(pair, key=length)
    words_clear = short.turns >= 3 and long.turns >= 3 and length(long) >= 2 * length(short)
    if words_clear and rate(long) <= rate(short):
        return short, f"says {length(short):.0f} words a turn, the other {length(long):.0f}"
    return None, ""


def _confirm_hint(transcript_id: str) -> str:
    table = _toml_string(transcript_id)
    return f'confirm it in speakers.toml: [{table}] interviewer = ["…"], participant = ["…"]'


def _toml_string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    escaped = "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped)
    return f'"{escaped}"'


def utterances(spoken: Iterable[tuple[str, str, int]]) -> list[Utterances]:
    """What each label says, in order of first appearance, from (label, words as text, number of words)."""
    first: dict[str, str] = {}
    counts: dict[str, list[int]] = {}
    for label, text, words in spoken:
        if label not in counts:
            first[label], counts[label] = snippet(text[:_FIRST_WORDS]), [0, 0, 0]
        count = counts[label]
        count[0] += 1
        count[1] += words
        count[2] += text.count("?") + text.count("？") + text.count("؟")
    return [
        Utterances(label, turns, words, questions, first[label])
        for label, (turns, words, questions) in counts.items()
    ]
