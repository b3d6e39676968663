"""Coded rows (`doc, i, speaker, text, codes, coder`) as the codings of people on transcripts of a study.

The rows are found in the study by their words, turn by turn. A row with no codes says that its coder looked
and that none applies, which is a decision too. What cannot be placed beyond doubt is listed, never guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from thematic.coded_project import CodedProject, Losses, LossReport, ProjectCoding, coder_ids
from thematic.errors import InputError, Problem, did_you_mean
from thematic.formats.projects.front_door import ProjectSettings
from thematic.formats.transcripts import coded_rows
from thematic.formats.transcripts.reading import CodedTurn, Reading, ReadSettings, SourceFile
from thematic.formats.transcripts.speakers import Roster
from thematic.model import Codebook, Coder, Transcript, Turn
from thematic.text import join_names, quote, snippet

__all__ = ["read", "sniff"]


def sniff(head: bytes, path: Path) -> bool:
    """A table or JSON lines with `doc`, `text` and `codes`: what design and docs call coded rows."""
    return path.is_file() and coded_rows.sniff(head, path.name) and b"codes" in head.partition(b"\n")[0]


def read(path: Path, *, settings: ProjectSettings) -> CodedProject:
    """The codings of the file on the transcripts of the study.

    Raises InputError when the study lacks an interview of the file, a code is unknown (unless
    `settings.partial`), nobody is named as coder, or not one row can be placed.
    """
    file = SourceFile(path.name, path.read_bytes())
    reading = coded_rows.read(file, settings=ReadSettings(encoding=settings.encoding), roster=Roster())
    _check_interviews(reading, settings.transcripts, path.name)
    names = _coders(reading.coded, settings.coder, path.name)
    losses = Losses()
    codes = _codes(reading.coded, settings, losses, path.name)
    codings: list[ProjectCoding] = []
    rows = 0
    for coded, turn in _placed(reading, settings.transcripts, losses):
        transcript = settings.transcripts[coded.transcript_id]
        known = [codes[code] for code in coded.codes if code in codes]
        if not known and (coded.codes or turn.role == "interviewer"):
            continue  # only unknown codes; or a question, which is context and no passage to code
        rows += 1
        coder, span = names[coded.coder], quote(transcript, turn.start, turn.end)
        codings += [ProjectCoding(quote=span, coder_id=coder, code_id=code) for code in known] or [
            ProjectCoding(quote=span, coder_id=coder, code_id=None, none_applies=True)
        ]
    if not rows:
        raise InputError(
            "not one row is found in the transcripts of the study",
            path=path.name,
            hint="the words of the rows must be those of the transcripts: read both from the same source",
        )
    coders = tuple(Coder(id=id_, name=name or id_) for name, id_ in names.items())
    return CodedProject(
        title=path.stem,
        program="",
        format="coded-rows",
        file=path.name,
        sha256=file.sha256,
        coders=coders,
        codings=tuple(codings),
        report=LossReport(
            carried=(
                ("passages", rows),
                ("codings", sum(coding.code_id is not None for coding in codings)),
                ("passages to which no code applies", sum(coding.none_applies for coding in codings)),
            ),
            losses=losses.all(),
            notes=("a passage is a whole turn, as in the rows",),
        ),
    )


def _check_interviews(reading: Reading, held: Mapping[str, Transcript], name: str) -> None:
    missing = [transcript.id for transcript in reading.transcripts if transcript.id not in held]
    if missing:
        raise InputError(
            f"the study has no transcript {join_names(missing)}",
            path=name,
            hint=f"read the transcripts first: `thematic ingest PATH`, or the rows: `thematic ingest {name}`",
        )


def _coders(coded: Iterable[CodedTurn], coder: str | None, name: str) -> dict[str, str]:
    """Name in the file -> id of the coder."""
    named = list(dict.fromkeys(row.coder for row in coded))
    if coder is not None and len(named) > 1:
        raise InputError(
            f"the file names {len(named)} coders: {join_names(named)}", path=name, hint="leave --coder out"
        )
    if coder is None and "" in named:
        raise InputError("rows that name no coder", path=name, hint="say whose they are: --coder NAME")
    names = [coder] if coder is not None else named
    return dict(zip(named, coder_ids(names), strict=True))


def _codes(
    coded: Iterable[CodedTurn], settings: ProjectSettings, losses: Losses, name: str
) -> dict[str, str]:
    """Code as the file writes it -> id in the study's codebook: by id, or by a name only one has."""
    codebook = settings.codebook or Codebook(title="", version="", codes=())
    ids = {code.id: code.id for code in codebook.codes}
    by_name: dict[str, list[str]] = defaultdict(list)
    for code in codebook.codes:
        by_name[code.name.casefold()].append(code.id)
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for written in dict.fromkeys(code for row in coded for code in row.codes):
        candidates = [ids[written]] if written in ids else by_name[written.casefold()]
        if len(candidates) == 1:
            found[written] = candidates[0]
            continue
        reason = "more than one code has this name" if candidates else "the codebook has no such code"
        names = [name for code in codebook.codes for name in (code.id, code.name)]
        hint = did_you_mean(written, names) or "add it to codebook.yaml, or take the rest with --partial"
        problems.append(Problem(f"“{written}”: {reason}", name, None, hint))
        losses.add("codes", reason, example=written)
    if problems and not settings.partial:
        raise InputError(f"{len(problems)} codes cannot be told", path=name, problems=problems)
    return found


def _placed(
    reading: Reading, held: Mapping[str, Transcript], losses: Losses
) -> Iterable[tuple[CodedTurn, Turn]]:
    """Each coded row with the turn of the study that has the same words, white space aside.

    Words that several turns say ("Yeah.") are placed in order when the coder's rows have them as often as
    the transcript does; otherwise they are listed.
    """
    spoken = {transcript.id: transcript for transcript in reading.transcripts}
    turns: dict[tuple[str, str], list[Turn]] = defaultdict(list)
    for id_ in spoken:
        for turn in held[id_].turns:
            turns[id_, _fold(held[id_].text[turn.start : turn.end])].append(turn)
    rows: dict[tuple[str, str, str], list[CodedTurn]] = defaultdict(list)
    for row in reading.coded:
        transcript = spoken[row.transcript_id]
        said = transcript.turns[row.turn]
        words = _fold(transcript.text[said.start : said.end])
        rows[row.transcript_id, words, row.coder].append(row)
    for (id_, words, _), same in rows.items():
        places = turns[id_, words]
        if len(places) == len(same):
            yield from zip(same, places, strict=True)
            continue
        coded = [row for row in same if row.codes]
        if coded or not places:
            reason = (
                "said more than once, and the rows do not tell which" if places else "not in the transcript"
            )
            losses.add("rows", reason, count=len(same), example=f"{id_}: “{snippet(words)}”")


def _fold(text: str) -> str:
    return " ".join(text.split())
