"""Packets out of a study and back into it. Floor 5."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from thematic.errors import InputError, Problem, SettingsError
from thematic.files import write_atomic
from thematic.journal import Journal
from thematic.packets import Packet, PacketChange, decide_rows, make_packet
from thematic.pipeline import Pipeline
from thematic.review import Review
from thematic.study import Study
from thematic.text import join_names

__all__ = ["ImportOutcome", "read_back", "write_packet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOutcome:
    """What an import did, or would do: a preview of each change, and the rows that were left out."""

    written: int
    unchanged: int
    changes: tuple[PacketChange, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def write_packet(
    study: Study,
    coder: str,
    *,
    mode: Literal["blind", "assist"],
    transcripts: Sequence[str] = (),
    out: Path | None = None,
) -> tuple[Path, Packet, int]:
    """Write a review workbook for `coder`; returns its path, the packet and the number of excerpts."""
    from thematic.formats import excerpts_xlsx

    study.journal_path(coder)  # a name that can be no journal is refused now, not when the packet is back
    pipeline = Pipeline(study)
    unknown = sorted(set(transcripts) - set(pipeline.transcript_ids))
    if unknown:
        raise SettingsError(
            f"no transcript {join_names(unknown, 'or')} in the study",
            hint=f"choose among {join_names(pipeline.transcript_ids)}",
        )
    data = pipeline.data()
    chosen = [i for i, t in enumerate(data.transcripts) if not transcripts or t.id in transcripts]
    data = replace(
        data,
        transcripts=tuple(data.transcripts[i] for i in chosen),
        segmentations=tuple(data.segmentations[i] for i in chosen),
    )
    excerpts = [excerpt for s in data.segmentations for excerpt in s.excerpts]
    made = make_packet(coder, mode, data.codebook, excerpts)
    path = out or study.root / "packets" / f"{coder}.xlsx"
    write_atomic(path, excerpts_xlsx.render(data, packet=made))
    return path, made, len(excerpts)


def read_back(
    study: Study, path: Path, coder: str, *, partial: bool = False, dry_run: bool = False
) -> ImportOutcome:
    """Append the decisions of a packet to the coder's journal; call it while holding the study's lock.

    Raises InputError with every problem, and writes nothing, unless all rows are clean or `partial` is set.
    """
    from thematic.formats.packet_xlsx import read_packet

    file = path.read_bytes()
    returned = read_packet(file, path.name)
    if returned.packet.coder != coder:
        raise InputError(
            f"this packet was made for {returned.packet.coder}, not for {coder}",
            path=path.name,
            hint=f"say --coder {returned.packet.coder}, or make a packet for {coder}",
        )
    pipeline = Pipeline(study)
    notes = list(returned.notes)
    if returned.packet.codebook_version != pipeline.codebook.version:
        notes.append(
            f"coded with codebook {returned.packet.codebook_version}; the study now has "
            f"{pipeline.codebook.version}: the decisions carry the version they were made with"
        )
    journal = Journal.open(study.journal_path(coder))
    decisions, changes, problems = decide_rows(
        returned.rows,
        returned.packet,
        coder_id=coder,
        excerpts={excerpt.id: excerpt for excerpt in pipeline.excerpts},
        codebook=pipeline.codebook,
        review=Review.replay(coder, pipeline.decisions.get(coder, ())),
        at=datetime.now(UTC),
        file=path.name,
        file_sha256=hashlib.sha256(file).hexdigest(),
    )
    problems = sorted([*returned.problems, *problems], key=lambda problem: problem.line or 0)
    if problems and not partial:
        raise InputError(
            f"{len(problems)} rows of {path.name} are not clean; nothing was written",
            problems=problems,
            hint="mend them, or take the clean rows with --partial",
        )
    if not dry_run:
        for decision in decisions:
            journal.append(decision)
    return ImportOutcome(
        written=len(decisions),
        unchanged=len(returned.rows) - len(decisions),
        changes=tuple(changes),
        problems=tuple(problems),
        notes=tuple(notes),
    )
