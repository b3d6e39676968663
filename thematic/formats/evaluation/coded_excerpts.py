"""Coded data as excerpts: each row of a coded file is one, with the codes each coder gave it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from thematic.codebook import path as code_path
from thematic.errors import InputError, Problem, did_you_mean
from thematic.formats.transcripts.front_door import open_file, read_file
from thematic.model import Code, Codebook, Excerpt, Quote, Transcript, Turn, excerpt_id

__all__ = ["CodedExcerpts", "read_coded_excerpts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedExcerpts:
    """Excerpts in order of the file, and the ids of the codes that each coder gave to each, maybe none.

    codes: excerpt id -> coder ("" where the file names none) -> code ids. Coders who did not see an excerpt
    are not there. codebook: the one given, and after its codes those that only the rows name, without a
    definition and with that name as id; `added` says which, and what they may have been meant for.
    """

    codebook: Codebook
    added: tuple[Problem, ...]
    excerpts: tuple[Excerpt, ...]
    codes: Mapping[str, Mapping[str, frozenset[str]]]


def read_coded_excerpts(path: Path, codebook: Codebook) -> CodedExcerpts:
    """Every row of a JSONL or CSV file of coded turns (`doc`, `i`, `speaker`, `text`, `codes` …).

    The question of a row is its `question`, or the last turn of an interviewer before it. A code is named by
    its id, its name, or its path such as `Theme > Code`. Raises InputError for a file that is no such table,
    and when none of its codes is in the codebook.
    """
    reading = read_file(open_file(path))
    if not reading.coded:
        raise InputError(
            "these are transcripts without codes",
            path=path.name,
            hint='give rows such as {"doc": "P01", "i": 0, "speaker": "P01", "text": "…", "codes": ["…"]}',
        )
    known = _ways_to_name(codebook)
    named = {code for row in reading.coded for code in row.codes}
    unknown = sorted(named - known.keys())
    added = tuple(
        Problem(f"no code “{code}” in the codebook", path.name, hint=did_you_mean(code, known))
        for code in unknown
    )
    if unknown and len(unknown) == len(named):
        raise InputError(
            f"none of the {len(unknown)} codes is in the codebook {codebook.title}",
            path=path.name,
            problems=added,
        )
    known |= {code: code for code in unknown}
    codebook = replace(codebook, codes=codebook.codes + tuple(Code(id=code, name=code) for code in unknown))
    transcripts = {transcript.id: transcript for transcript in reading.transcripts}
    excerpts: dict[tuple[str, int], Excerpt] = {}
    codes: dict[str, dict[str, frozenset[str]]] = {}
    seen: dict[tuple[str, str], int] = {}
    for row in reading.coded:
        key = row.transcript_id, row.turn
        if key not in excerpts:
            transcript = transcripts[row.transcript_id]
            turn = transcript.turns[row.turn]
            words = row.transcript_id, transcript.text[turn.start : turn.end]
            excerpts[key] = _excerpt(transcript, turn, seen.get(words, 0))
            seen[words] = seen.get(words, 0) + 1
        codes.setdefault(excerpts[key].id, {})[row.coder] = frozenset(known[code] for code in row.codes)
    return CodedExcerpts(codebook=codebook, added=added, excerpts=tuple(excerpts.values()), codes=codes)


def _ways_to_name(codebook: Codebook) -> dict[str, str]:
    """Code ids by id, by path and by name; an id is never hidden by another code's name."""
    names = {code.name: code.id for code in reversed(codebook.codes)}
    paths = {" > ".join(code_path(codebook, code.id)): code.id for code in codebook.codes}
    return names | paths | {code.id: code.id for code in codebook.codes}


def _excerpt(transcript: Transcript, turn: Turn, occurrence: int) -> Excerpt:
    text = transcript.text[turn.start : turn.end]
    return Excerpt(
        id=excerpt_id(transcript.id, text, occurrence),
        transcript_id=transcript.id,
        start=turn.start,
        end=turn.end,
        text=text,
        turns=(turn.index,),
        speaker=turn.speaker,
        role=turn.role,
        question=None if turn.role == "interviewer" else _question(transcript, turn),
    )


def _question(transcript: Transcript, turn: Turn) -> Quote | None:
    for before in reversed(transcript.turns[: turn.index]):
        if before.role == "interviewer":
            words = transcript.text[before.start : before.end]
            return Quote(transcript_id=transcript.id, start=before.start, end=before.end, text=words)
    return None
