"""Packets out of a study and back into it. Floor 5."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from thematic.assignments import assigned
from thematic.errors import InputError, Problem, SettingsError
from thematic.files import write_atomic
from thematic.formats.packets.packet_files import FORMATS, read_returned
from thematic.gate import require_decided
from thematic.journal import Journal
from thematic.model import Clustering, Segmentation, StudyData
from thematic.packets import Packet, PacketChange, decide_rows, make_packet
from thematic.pipeline import Pipeline
from thematic.review import Review, hidden_by_lot
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
    to: str = "",
    accept_residual: str | None = None,
) -> tuple[Path, Packet, int]:
    """Write a packet for `coder`; returns its path, the packet and the number of excerpts.

    to: `xlsx`, `docx` or `html`; when empty, what the name of `out` says, or xlsx. As in the review page, one
    excerpt in ten comes without suggestions to a coder who is assisted. Raises IdentifierError while direct
    identifiers are undecided, unless `accept_residual` says why they may leave (see `gate.require_decided`).
    """
    to = to or (out.suffix.lower().removeprefix(".") if out and out.suffix else "xlsx")
    if to not in FORMATS:
        raise SettingsError(f"a packet cannot be made as {to}", hint=f"choose {join_names(FORMATS, 'or')}")
    study.journal_path(coder)  # a name that can be no journal is refused now, not when the packet is back
    pipeline = Pipeline(study)
    unknown = sorted(set(transcripts) - set(pipeline.transcript_ids))
    if unknown:
        raise SettingsError(
            f"no transcript {join_names(unknown, 'or')} in the study",
            hint=f"choose among {join_names(pipeline.transcript_ids)}",
        )
    data = _seen_by(coder, mode, pipeline)
    if not transcripts:
        asked = {e.id for e in assigned(study, coder, pipeline.excerpts)}
        data = replace(data, segmentations=tuple(_only(s, asked) for s in data.segmentations))
        transcripts = [s.transcript_id for s in data.segmentations if s.excerpts]
    chosen = [i for i, t in enumerate(data.transcripts) if not transcripts or t.id in transcripts]
    data = replace(
        data,
        transcripts=tuple(data.transcripts[i] for i in chosen),
        segmentations=tuple(data.segmentations[i] for i in chosen),
    )
    excerpts = [excerpt for s in data.segmentations for excerpt in s.excerpts]
    data = replace(data, clustering=_shown_of(data.clustering, {excerpt.id for excerpt in excerpts}))
    if not excerpts:
        raise InputError(
            "there is no excerpt to code", hint="run `thematic status` to see what the study holds"
        )
    with study.lock() if accept_residual is not None else nullcontext():
        require_decided(study, leaving="packet", accept_residual=accept_residual)
    made = make_packet(coder, mode, data.codebook, excerpts)
    path = out or study.root / "packets" / f"{coder}.{to}"
    write_atomic(path, _render(data, made, to))
    return path, made, len(excerpts)


def _seen_by(coder: str, mode: Literal["blind", "assist"], pipeline: Pipeline) -> StudyData:
    """What the coder may see. For a blind coder suggestions and clusters are not even read."""
    if mode == "assist":
        with pipeline.study.lock():
            data = pipeline.data()
        shown = tuple(s for s in data.suggestions if not hidden_by_lot(coder, s.excerpt_id))
        return replace(data, suggestions=shown)
    return StudyData(
        title=pipeline.study.settings.title,
        transcripts=tuple(pipeline.transcripts.values()),
        segmentations=tuple(pipeline.segmentations.values()),
        codebook=pipeline.codebook,
    )


def _shown_of(clustering: Clustering | None, ids: set[str]) -> Clustering | None:
    """The clusters with those exemplars only that are in the packet."""
    if clustering is None:
        return None
    clusters = (
        replace(c, exemplar_ids=tuple(i for i in c.exemplar_ids if i in ids)) for c in clustering.clusters
    )
    return replace(clustering, clusters=tuple(clusters))


def _only(segmentation: Segmentation, ids: set[str]) -> Segmentation:
    kept = tuple(excerpt for excerpt in segmentation.excerpts if excerpt.id in ids)
    return segmentation if len(kept) == len(segmentation.excerpts) else replace(segmentation, excerpts=kept)


def _render(data: StudyData, packet: Packet, to: str) -> bytes:
    if to == "docx":
        from thematic.formats.packets import packet_docx

        return packet_docx.render(data, packet)
    if to == "html":
        from thematic.formats.packets import packet_html

        return packet_html.render(data, packet)
    from thematic.formats.exports import excerpts_xlsx

    return excerpts_xlsx.render(data, packet=packet)


def read_back(
    study: Study, path: Path, coder: str, *, partial: bool = False, dry_run: bool = False
) -> ImportOutcome:
    """Append the decisions of a packet to the coder's journal; call it while holding the study's lock.

    Raises InputError with every problem, and writes nothing, unless all rows are clean or `partial` is set.
    """
    file = path.read_bytes()
    returned = read_returned(file, path.name)
    if returned.packet.coder not in ("", coder):
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
            f"{len(problems)} {'entry' if len(problems) == 1 else 'entries'} of {path.name} "
            f"{'is' if len(problems) == 1 else 'are'} not clean; nothing was written",
            problems=problems,
            hint="mend them, or take the clean ones with --partial",
        )
    if decisions and not dry_run:
        journal.extend(decisions)
    return ImportOutcome(
        written=len(decisions),
        unchanged=len(returned.rows) - len(decisions),
        changes=tuple(changes),
        problems=tuple(problems),
        notes=tuple(notes),
    )
