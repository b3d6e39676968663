"""Small studies to be worked on by engines, and the bytes they end up with."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from thematic.embedding import EmbedSettings
from thematic.engines import EngineSettings
from thematic.ingestion import ingest, read_inputs
from thematic.pipeline import Pipeline
from thematic.study import ReadingSettings, Study, StudySettings

SAMPLES = Path(__file__).parents[2] / "transcripts_sample"


def make_study(root: Path, *paths: Path, model: str = "hash") -> Study:
    """A study of these transcripts; by default of three of the sample interviews."""
    sources = paths or tuple(SAMPLES / name for name in ("P01.txt", "P02.txt", "P10.txt"))
    study = Study.create(root, StudySettings(embed=EmbedSettings(model=model)))
    ingest(study, read_inputs(sources, settings=ReadingSettings(), study=study))
    return study


def vectors_of(study: Study, **settings: object) -> dict[str, str]:
    """Cut and embed with this engine; the hash of each Parquet file by its name."""
    assert Pipeline(study, engine=EngineSettings(**settings)).vectors.ids  # type: ignore[arg-type]
    return hashes(study)


def hashes(study: Study) -> dict[str, str]:
    found = {}
    for stage in ("excerpts", "vectors"):
        for path in (study.machine / stage).glob("*.parquet"):
            found[f"{stage}/{path.name}"] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def in_workers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A function that makes every Python process started from now on run some code first."""
    folder.mkdir(exist_ok=True)
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    monkeypatch.setenv("PYTHONPATH", path)

    def write(code: str) -> None:
        (folder / "sitecustomize.py").write_text(code)

    return write


POISON = """
import os, signal
import thematic.segmentation as stage
whole = stage.segment
def segment(transcript, **settings):
    if transcript.id == "P02":
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(transcript, **settings)
stage.segment = segment
"""
"""For `in_workers`: the process that cuts P02 dies, every time."""
