"""The identifier check over files, or over a study: everything that leaves with it, and what its originals
hide.

Floor 5, beside ingestion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from thematic.deidentification import (
    Finding,
    Findings,
    Group,
    Passage,
    find_identifiers,
    form_key,
    group_findings,
)
from thematic.deidentification.identifiers import ENOUGH
from thematic.identifier_log import read_log, standing
from thematic.keyfile import load_key
from thematic.not_identifiers import read_not_identifiers
from thematic.study import NOT_IDENTIFIERS, Study
from thematic.text import join_names

if TYPE_CHECKING:
    from thematic.formats.transcripts.reading import Reading, SourceFile
    from thematic.model import ProgressCallback, Transcript
    from thematic.pipeline import Pipeline

__all__ = [
    "Checked",
    "State",
    "beside_texts",
    "check_files",
    "check_study",
    "check_transcripts",
    "decided_forms",
    "encodings_of",
    "originals",
]

State = Literal["open", "postponed", "allowed", "replaced", "pseudonym"]
"""What was decided about a form. A pseudonym is what stands for a replaced one."""

StageProgress = Callable[[str], "ProgressCallback"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check found, grouped by form; `files` is how many files, or transcripts of a study, were
    looked through."""

    groups: tuple[Group, ...]
    states: Mapping[str, State]
    files: int
    words: int
    recognised_by: str | None
    notes: tuple[str, ...] = ()

    @property
    def undecided(self) -> tuple[Group, ...]:
        """What nobody decided about, what was postponed, and what is replaced and yet still stands there."""
        return tuple(group for group in self.groups if self._is_undecided(group))

    def _is_undecided(self, group: Group) -> bool:
        state = self.states[group.key]
        return state in ("open", "postponed") or (state == "replaced" and group.leaves)

    @property
    def remaining(self) -> tuple[Group, ...]:
        """The undecided forms about which it was decided, and which stand where nothing is replaced."""
        return tuple(group for group in self.undecided if self.states[group.key] == "replaced")

    @property
    def direct(self) -> tuple[Group, ...]:
        """The undecided forms that are direct identifiers."""
        return tuple(group for group in self.undecided if group.is_direct)

    @property
    def leaving(self) -> tuple[Group, ...]:
        """The undecided direct identifiers that an export or a packet would carry."""
        return tuple(group for group in self.direct if group.leaves)

    def record(self) -> dict[str, Any]:
        """The result as plain values, for --json: every occurrence with its place and the words around it."""
        return {
            "files": self.files,
            "words": self.words,
            "recognised_by": self.recognised_by,
            "counts": {
                "direct": len(self.direct),
                "indirect": len(self.undecided) - len(self.direct),
                "occurrences": sum(len(group.findings) for group in self.undecided),
                "decided": len(self.groups) - len(self.undecided),
            },
            "notes": list(self.notes),
            "findings": [_group_record(group, self.states[group.key]) for group in self.groups],
        }


def _group_record(group: Group, state: State) -> dict[str, Any]:
    return {
        "form": group.form,
        "state": state,
        "kind": group.kind,
        "class": "direct" if group.is_direct else "indirect",
        "count": len(group.findings),
        "transcripts": list(group.transcripts),
        "in_originals_only": not group.leaves,
        "rules": list(group.rules),
        "occurrences": [_occurrence(finding) for finding in group.findings],
    }


def _occurrence(finding: Finding) -> dict[str, Any]:
    return {
        "transcript": finding.transcript_id,
        "where": finding.where,
        "detail": finding.detail,
        "turn": finding.turn,
        "start": finding.start,
        "end": finding.end,
        "text": finding.text,
        "before": finding.before,
        "after": finding.after,
        "rules": list(finding.rules),
    }


def check_files(
    paths: Sequence[Path],
    *,
    encoding: str | None = None,
    recognise: bool = True,
    on_stage: StageProgress | None = None,
) -> Checked:
    """The check of transcript files that need not be in a study. Raises InputError with what cannot be
    read."""
    from thematic.formats.transcripts.front_door import find_files, open_file, read_files
    from thematic.formats.transcripts.reading import ReadSettings

    found, notes = find_files(paths)
    files = [open_file(path) for path in found]
    readings = read_files(files, settings=ReadSettings(encoding=encoding))
    besides = [
        p for file, reading in zip(files, readings, strict=True) for p in passages_beside(file, reading)
    ]
    transcripts = [transcript for reading in readings for transcript in reading.transcripts]
    return check_transcripts(
        transcripts, besides, files=len(files), recognise=recognise, on_stage=on_stage, notes=notes
    )


def passages_beside(file: SourceFile, reading: Reading) -> list[Passage]:
    """What a file says and its transcript does not: what was left out of it, and what it hides."""
    from thematic.formats.transcripts.asides import asides

    ids = {transcript.id for transcript in reading.transcripts}
    id_ = min(ids) if ids else file.stem
    left_out = [
        Passage(transcript_id=id_, where="original only", text=piece.text, detail=piece.reason)
        for piece in reading.report.dropped
        if piece.text.strip()
    ]
    hidden = [
        Passage(transcript_id=id_, where="original only", text=aside.text, detail=aside.part)
        for aside in asides(file)
    ]
    return left_out + hidden


def check_transcripts(
    transcripts: Iterable[Transcript],
    besides: Iterable[Passage] = (),
    *,
    files: int,
    recognise: bool = True,
    on_stage: StageProgress | None = None,
    notes: Sequence[str] = (),
    decided: Mapping[str, State] | None = None,
) -> Checked:
    """The check of transcripts as they are, with whatever else is to be looked through.

    recognise: also with spaCy's model, where it is installed. decided: what was decided, by the key of the
    form.
    """
    found = _find(transcripts, besides, recognise=recognise, on_stage=on_stage)
    groups = group_findings(found.findings)
    return Checked(
        groups=groups,
        states={group.key: state_of(group.key, decided or {}) for group in groups},
        files=files,
        words=found.words,
        recognised_by=found.recognised_by,
        notes=(*notes, *found.notes),
    )


def _find(
    transcripts: Iterable[Transcript],
    besides: Iterable[Passage],
    *,
    recognise: bool,
    on_stage: StageProgress | None,
) -> Findings:
    from thematic.suggestion.words import looks_english

    transcripts = list(transcripts)
    foreign = [t.id for t in transcripts if not looks_english([t.text[:ENOUGH]])]
    loaded = None
    if recognise:
        from thematic.deidentification.entities import load_recogniser

        loaded = load_recogniser()
    found = find_identifiers(
        transcripts,
        besides=besides,
        foreign=frozenset(foreign),
        recognise=loaded[0] if loaded else None,
        recognised_by=loaded[1] if loaded else None,
        on_progress=on_stage("Checking") if on_stage else None,
    )
    return replace(found, notes=(*found.notes, _foreign_note(foreign))) if foreign else found


def _foreign_note(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - 5:,} more" if len(ids) > 5 else ""
    return (
        f"not in English, it seems: {join_names(ids[:5])}{more}. The rules and lists are for English; there, "
        "only numbers, addresses, names on the lists and capitals inside sentences are found: read through it"
    )


def state_of(key: str, decided: Mapping[str, State]) -> State:
    """What was decided about a form: about itself, or about every word of it as a pseudonym."""
    if key in decided:
        return decided[key]
    words = key.split()
    if len(words) > 1 and all(decided.get(word) == "pseudonym" for word in words):
        return "pseudonym"
    return "open"


def check_study(study: Study, *, recognise: bool = True, on_stage: StageProgress | None = None) -> Checked:
    """The check of a study: its texts as they stand, labels, attributes, memos and examples of codes, and
    what its originals hide, with what was decided about each form."""
    from thematic.pipeline import Pipeline

    pipeline = Pipeline(study)
    transcripts = list(pipeline.transcripts.values())
    return check_transcripts(
        transcripts,
        [*beside_texts(pipeline), *hidden_in_originals(study)],
        files=len(transcripts),
        recognise=recognise,
        on_stage=on_stage,
        decided=decided_forms(study),
    )


def hidden_in_originals(study: Study) -> Iterator[Passage]:
    """What the files in transcripts/ say beside their text. A file that can no longer be read says
    nothing."""
    from thematic.errors import ThematicError
    from thematic.formats.transcripts.front_door import open_file, read_file
    from thematic.formats.transcripts.reading import ReadSettings

    encodings = encodings_of(study)
    for path in originals(study):
        try:
            file = open_file(path)
            yield from passages_beside(
                file, read_file(file, settings=ReadSettings(encoding=encodings.get(path.name)))
            )
        except ThematicError:
            continue


def originals(study: Study) -> list[Path]:
    """The original files of the transcripts, in order of name."""
    sources = {study.record(id_)["source"]["path"] for id_ in study.transcript_ids()}
    return [path for name in sorted(sources) if (path := study.root / "transcripts" / name).is_file()]


def encodings_of(study: Study) -> dict[str, str]:
    """How each original was decoded, by the name of its file; only those that are text."""
    sources = (study.record(id_)["source"] for id_ in study.transcript_ids())
    return {source["path"]: source["encoding"] for source in sources if source.get("encoding")}


def decided_forms(study: Study) -> dict[str, State]:
    """What was decided about each form, by its key: from not_identifiers.toml and from the log.

    Without the key file of the study, what was decided can be attributed to no form, and all are open.
    """
    decided: dict[str, State] = {}
    path = study.root / NOT_IDENTIFIERS
    if path.is_file():
        decided |= dict.fromkeys(read_not_identifiers(path.read_bytes(), str(path)), "allowed")
    log = read_log(study.root)
    key = load_key(next((record["key"] for record in log if record.get("key")), "")) if log else None
    if key is None:
        return decided
    latest = standing(log)
    for form, entry in key.entries.items():
        decision = latest.get(key.finding_id(form), {}).get("decision")
        state = _STATES.get(str(decision))
        if state:
            decided[form] = state
        if state == "replaced" and entry.decision == "replace":
            whole = form_key(entry.replacement)
            decided |= {word: "pseudonym" for word in (whole, *whole.split()) if word not in decided}
    return decided


_STATES: dict[str, State] = {
    "allow": "allowed",
    "replace": "replaced",
    "generalise": "replaced",
    "postpone": "postponed",
}


def beside_texts(pipeline: Pipeline) -> Iterator[Passage]:
    """What leaves a study beside its transcripts: memos of coders, and the codebook, whose examples quote
    participants. A codebook that cannot be read says nothing, and goes nowhere."""
    for coding in pipeline.codings:
        if coding.memo.strip():
            yield Passage(
                transcript_id=coding.quote.transcript_id,
                where="memo",
                text=coding.memo,
                detail=f"memo of {coding.coder_id}",
            )
    yield from _of_codebook(pipeline.study.codebook_path)


def _of_codebook(path: Path) -> Iterator[Passage]:
    from thematic.errors import ThematicError
    from thematic.formats.codebooks.front_door import read_codebook

    try:
        codes = read_codebook(path)[0].codes if path.is_file() else ()
    except ThematicError:
        return
    for code in codes:
        for text in (*code.examples, *code.counter_examples):
            yield Passage(
                transcript_id="codebook", where="codebook", text=text, detail=f"example of {code.name}"
            )
        for text in (code.definition, *code.include, *code.exclude):
            yield Passage(
                transcript_id="codebook",
                where="codebook wording",
                text=text,
                detail=f"wording of {code.name}",
            )
