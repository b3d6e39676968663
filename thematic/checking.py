"""The identifier check over files, or over a study: everything that leaves with it, and what its originals
hide.

Floor 5, beside ingestion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thematic.deidentification import Finding, Findings, Group, Passage, find_identifiers, group_findings
from thematic.study import Study

if TYPE_CHECKING:
    from thematic.formats.reading import Reading, SourceFile
    from thematic.model import ProgressCallback, Transcript

__all__ = ["Checked", "check_files", "check_transcripts"]

StageProgress = Callable[[str], "ProgressCallback"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check found, grouped by form; `files` is how many files, or transcripts of a study, were
    looked through."""

    groups: tuple[Group, ...]
    files: int
    words: int
    recognised_by: str | None
    notes: tuple[str, ...] = ()

    @property
    def direct(self) -> tuple[Group, ...]:
        return tuple(group for group in self.groups if group.is_direct)

    def record(self) -> dict[str, Any]:
        """The result as plain values, for --json: every occurrence with its place and the words around it."""
        return {
            "files": self.files,
            "words": self.words,
            "recognised_by": self.recognised_by,
            "counts": {
                "direct": len(self.direct),
                "indirect": len(self.groups) - len(self.direct),
                "occurrences": sum(len(group.findings) for group in self.groups),
            },
            "notes": list(self.notes),
            "findings": [_group_record(group) for group in self.groups],
        }


def _group_record(group: Group) -> dict[str, Any]:
    return {
        "form": group.form,
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
    from thematic.formats.reading import ReadSettings
    from thematic.formats.transcripts import find_files, open_file, read_files

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
    from thematic.formats.asides import asides

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
) -> Checked:
    """The check of transcripts as they are, with whatever else is to be looked through.

    recognise: also with spaCy's model, where it is installed.
    """
    found = _find(transcripts, besides, recognise=recognise, on_stage=on_stage)
    return Checked(
        groups=group_findings(found.findings),
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
    loaded = None
    if recognise:
        from thematic.deidentification.entities import load_recogniser

        loaded = load_recogniser()
    return find_identifiers(
        transcripts,
        besides=besides,
        recognise=loaded[0] if loaded else None,
        recognised_by=loaded[1] if loaded else None,
        on_progress=on_stage("Checking") if on_stage else None,
    )


def check_study(study: Study, *, recognise: bool = True, on_stage: StageProgress | None = None) -> Checked:
    """The check of a study: its texts as they stand, labels, attributes and memos, and what its originals
    hide."""
    from thematic.formats.transcripts import open_file, read_file
    from thematic.pipeline import Pipeline

    pipeline = Pipeline(study)
    transcripts = list(pipeline.transcripts.values())
    besides = list(memos(pipeline))
    for path in sorted((study.root / "transcripts").glob("*")):
        file = open_file(path)
        if file.problem is None:
            besides += passages_beside(file, read_file(file))
    return check_transcripts(
        transcripts, besides, files=len(transcripts), recognise=recognise, on_stage=on_stage
    )


def memos(pipeline: Any) -> Iterable[Passage]:
    """The memos that coders have written with their codings."""
    for coding in pipeline.codings:
        if coding.memo.strip():
            yield Passage(
                transcript_id=coding.quote.transcript_id,
                where="memo",
                text=coding.memo,
                detail=f"memo of {coding.coder_id}",
            )
