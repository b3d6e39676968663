"""What a run would take is said before it is begun, from the inputs, and nothing is written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.test_run import CODEBOOK, SAMPLES, run, thematic
from thematic.embedding import EmbedSettings
from thematic.estimate import estimate
from thematic.ingestion import read_inputs
from thematic.study import ReadingSettings, StudySettings

SETTINGS = StudySettings(embed=EmbedSettings(model="hash"))


def test_words_and_excerpts_are_those_that_a_run_finds(tmp_path: Path) -> None:
    out = run(tmp_path / "study")
    counts = json.loads((out / "exports" / "run.json").read_text())["counts"]
    inputs = read_inputs([SAMPLES], settings=ReadingSettings())
    found = estimate(inputs, SETTINGS)
    assert found.transcripts == counts["transcripts"]
    assert found.words == counts["words_of_participants"]
    assert found.excerpts == pytest.approx(counts["excerpts"], rel=0.15)
    # In that study everything is known, so that nothing is left to do.
    from thematic.study import Study

    study = Study.open(out)
    again = estimate(read_inputs([SAMPLES], settings=study.settings.read, study=study), study.settings)
    assert (again.transcripts, again.unchanged, again.excerpts, again.bytes) == (0, 10, 0, 0)
    assert again.seconds == 0


def test_more_text_takes_longer_and_more_room_and_more_jobs_less_time() -> None:
    inputs = read_inputs([SAMPLES], settings=ReadingSettings())
    few = replace(inputs, files=inputs.files[:3])
    whole, part = (estimate(i, SETTINGS) for i in (inputs, few))
    assert whole.bytes > 2 * part.bytes
    assert whole.words > 2 * part.words
    assert whole.seconds_after > 2 * part.seconds_after


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    arguments = ("run", SAMPLES, "-c", CODEBOOK, "-o", tmp_path / "out", "--dry-run", "--model", "hash")
    done = thematic(*arguments, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["transcripts"] == 10
    assert record["seconds"] >= record["seconds_embedding"]
    assert list(tmp_path.iterdir()) == []
    told = thematic(*arguments, env={"COLUMNS": "80"}).stdout
    assert "excerpts" in told
    assert "MB on disk" in told


def test_timings_say_how_fast_and_how_large(tmp_path: Path) -> None:
    out = run(tmp_path / "study", transcripts=SAMPLES / "P01.txt")
    timings = json.loads((out / "timings.json").read_text())
    excerpts = json.loads((out / "exports" / "run.json").read_text())["counts"]["excerpts"]
    assert timings["excerpts"] == excerpts
    for stage, rate in timings["excerpts_per_second"].items():
        assert rate == pytest.approx(excerpts / timings["seconds"][stage], rel=0.2), stage
    assert set(timings["excerpts_per_second"]) == {"segment", "embed", "suggest", "cluster", "export"}
    assert timings["peak_memory_mb"]["this_process"] > 50
    assert timings["units_computed"] == {"segment": 1, "embed": 1}
