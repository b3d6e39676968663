"""Files that would be too large for people are not written, and it is said which and why."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engines.studies import make_study
from thematic.formats.exports import front_door as exports
from thematic.ingestion import read_codebook_file, set_codebook
from thematic.pipeline import Pipeline

CODEBOOK = Path(__file__).parents[1] / "codebooks" / "smart_recovery.yaml"


def test_what_is_too_large_is_left_out_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = make_study(tmp_path / "study")
    set_codebook(study, read_codebook_file(CODEBOOK))
    whole = Pipeline(study)
    assert whole.left_out == {}
    assert whole.export()
    folder = study.root / "exports"
    before = {path.name for path in folder.iterdir()}
    assert "exports" not in json.loads((folder / "run.json").read_text())["notes"]
    workbook = (folder / "excerpts.xlsx").read_bytes()

    limits = {"xlsx": 20, "html": 20}
    for name, most in limits.items():
        small = replace(exports.FORMATS[name], most_excerpts=most)
        monkeypatch.setitem(exports.FORMATS, name, small)  # type: ignore[arg-type]
    (study.machine / "exports.json").unlink()
    assert Pipeline(study).export()
    assert {path.name for path in folder.iterdir()} == before - {"excerpts.html"}
    # People may have filled in the workbook: it stays as it is.
    assert (folder / "excerpts.xlsx").read_bytes() == workbook
    record = json.loads((folder / "run.json").read_text())
    assert set(record["exports"]) == before - {"excerpts.html", "excerpts.xlsx", "run.json"}
    said = " ".join(record["notes"]["exports"])
    assert "excerpts.html is not written for" in said
    assert "thematic export --to xlsx" in said
    assert not Pipeline(study).export()  # and so it stays: nothing is missing
