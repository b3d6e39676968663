"""A real study folder in little: sample interviews, quick vectors, and what Ada and Ben coded in them."""

from __future__ import annotations

import csv
import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from thematic.embedding import EmbedSettings
from thematic.ingestion import ingest, read_inputs
from thematic.journal import Journal
from thematic.model import Decision, Quote
from thematic.pipeline import Pipeline
from thematic.study import Study, StudySettings

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "transcripts_sample"


def make_study(folder: Path, interviews: Sequence[str] = ("P01.txt", "P02.txt", "P10.txt")) -> Study:
    """A study of these sample interviews, nothing coded; its vectors are hashed words, so it is quick."""
    settings = StudySettings(title="Three interviews", embed=EmbedSettings(model="hash"))
    study = Study.create(folder, settings)
    shutil.copy(ROOT / "codebooks" / "smart_recovery.yaml", study.codebook_path)
    for name in ("participants.csv", "speakers.toml"):
        shutil.copy(SAMPLES / name, folder / name)
    ingest(study, read_inputs([SAMPLES / name for name in interviews], settings=settings.read, study=study))
    return study


def code_study(study: Study, coders: Sequence[str] = ("a", "b")) -> None:
    """What the invented coders gave each turn, as decisions on the excerpts of that turn."""
    pipeline = Pipeline(study)
    for letter in coders:
        with (SAMPLES / f"codings_coder_{letter}.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["doc"] in pipeline.transcripts]
        coder = rows[0]["coder"].lower()
        journal = Journal.open(study.journal_path(coder))
        at = datetime(2026, 1, 5, 9, tzinfo=UTC)
        for row in rows:
            codes = tuple(filter(None, row["codes"].split(";")))
            for excerpt in pipeline.segmentations[row["doc"]].excerpts:
                if int(row["i"]) not in excerpt.turns:
                    continue
                at += timedelta(seconds=30)
                journal.append(
                    Decision(
                        id=hashlib.sha256(f"{coder}{excerpt.id}".encode()).hexdigest()[:12],
                        coder_id=coder,
                        action="add" if codes else "none-apply",
                        at=at,
                        quote=Quote(
                            transcript_id=excerpt.transcript_id,
                            start=excerpt.start,
                            end=excerpt.end,
                            text=excerpt.text,
                        ),
                        code_ids=codes,
                        codebook_version=pipeline.codebook.version,
                        excerpt_id=excerpt.id,
                        mode="blind",
                    )
                )


def reopened(study: Study) -> Pipeline:
    """The study as a new process finds it."""
    return Pipeline(replace(study))
