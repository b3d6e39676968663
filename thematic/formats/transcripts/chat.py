"""CHAT transcripts (.cha) of CLAN and TalkBank, word for word: the usual library tidies words away."""

from __future__ import annotations

import re

from thematic.errors import InputError, Problem
from thematic.formats.encoding import decode, head_text
from thematic.formats.transcripts.reading import Dropped, Reading, ReadSettings, SourceFile
from thematic.formats.transcripts.script import Said, compose, to_reading
from thematic.formats.transcripts.speakers import Roster
from thematic.model import Role
from thematic.text import count_words

__all__ = ["read", "sniff"]

# Times in milliseconds between two control characters, which is how CLAN hides them behind a bullet.
_BULLET = re.compile(r"\s*\x15(?:%\w+:\S*?)?(\d+)_(\d+)-?\x15")
_MAIN = re.compile(r"\*([^:\s]{1,40}):\s?(.*)", re.DOTALL)
_INTERVIEWERS = frozenset(("investigator", "interviewer", "examiner", "therapist", "clinician", "teacher"))


def sniff(head: bytes, name: str) -> bool:  # noqa: ARG001
    """A line @Begin or @UTF8 at the top."""
    return bool(re.match(r"\s*@(?:UTF8|Begin|Window|Font)\b", head_text(head[:4096])))


def read(file: SourceFile, *, settings: ReadSettings, roster: Roster) -> Reading:
    """The transcript of a CHAT file: its main lines with their times; roles as @Participants states them.

    Raises InputError with every line that is neither a header, a main line, a tier nor a continuation.
    """
    decoded = decode(file, settings.encoding, keep="\x15")
    dropped: list[Dropped] = []
    problems: list[Problem] = []
    pieces: list[Said] = []
    roles: dict[str, Role] = {}
    for number, line in _logical_lines(decoded.text):
        main = _MAIN.fullmatch(line)
        if main:
            times = [
                (int(start[:15]) / 1000, int(end[:15]) / 1000) for start, end in _BULLET.findall(main[2])
            ]
            text = _BULLET.sub("", main[2]).replace("\x15", " ")
            start = times[0][0] if times else None
            end = times[-1][1] if times else None
            pieces.append(Said(label=main[1], text=text, start_time=start, end_time=end))
        elif line.startswith(("@", "%")):
            if line.startswith("@Participants:"):
                roles |= _roles(line)
            kind = "header" if line[0] == "@" else f"tier {line.partition(':')[0]}"
            text = " ".join(_BULLET.sub("", line).split())
            dropped.append(Dropped(number, text, kind, count_words(text)))
        elif line.strip():
            hint = "a main line begins with *, a tier with %, a header with @, and what goes on with a tab"
            problems.append(Problem("a line of no kind that CHAT has", file.name, number, hint))
    if problems:
        raise InputError(f"{file.name} cannot be read", path=file.name, problems=problems)
    script = compose(pieces, pause=settings.pause)
    script.words_in += sum(piece.words for piece in dropped)
    script.dropped += dropped
    return to_reading(script, file=file, format="cha", decoded=decoded, roster=roster, roles=roles)


def _logical_lines(text: str) -> list[tuple[int, str]]:
    """Lines with what goes on from them: a line that begins with a tab belongs to the one before it."""
    lines: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("\t") and lines:
            lines[-1] = (lines[-1][0], f"{lines[-1][1]} {line.strip()}")
        else:
            lines.append((number, line))
    return lines


def _roles(line: str) -> dict[str, Role]:
    """Roles by code: `INV Anna Investigator, PAR Participant`; the last word of each entry is the role."""
    roles: dict[str, Role] = {}
    for entry in line.partition(":")[2].split(","):
        words = entry.split()
        if len(words) >= 2:
            roles[words[0]] = "interviewer" if words[-1].casefold() in _INTERVIEWERS else "participant"
    return roles
