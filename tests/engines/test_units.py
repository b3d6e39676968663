"""Units of work: the same bytes whoever does them, nothing done twice, and one bad unit stops nobody."""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.engines.studies import POISON, hashes, in_workers, make_study, vectors_of
from thematic.embedding import EmbedSettings
from thematic.engines import EngineSettings, load_engine
from thematic.errors import SettingsError, StudyError
from thematic.pipeline import Pipeline
from thematic.segmentation import SegmentSettings
from thematic.study import Study
from thematic.units import MARK, Failure, Plan, Receipt, Unit, Worker, parts, versions


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return make_study(tmp_path / "study")


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return vectors_of(make_study(tmp_path_factory.mktemp("local") / "study"))


def receipts(study: Study) -> list[dict[str, str]]:
    lines = (study.machine / "receipts.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


# --- The same bytes --------------------------------------------------------------------------------


def test_processes_write_the_bytes_of_one_process(study: Study, expected: dict[str, str]) -> None:
    assert vectors_of(study, jobs=2) == expected
    assert len(expected) == 6


def test_the_default_model_gives_the_same_bytes_in_two_processes(tmp_path: Path) -> None:
    made = [
        vectors_of(make_study(tmp_path / str(jobs), model="all-MiniLM-L6-v2"), jobs=jobs) for jobs in (1, 2)
    ]
    assert made[0] == made[1]


def test_storage_named_by_url_gives_the_same_bytes(
    study: Study, expected: dict[str, str], tmp_path: Path
) -> None:
    from thematic.engines.in_process import InProcess
    from thematic.engines.shared import Shared

    engine = Shared(InProcess(), (tmp_path / "shared").as_uri())
    pipeline = Pipeline(study)
    outcomes = list(engine.run(pipeline.segment_units, pipeline.workload._plan()))
    assert all(isinstance(outcome, Receipt) for outcome in outcomes)
    cut = {name: digest for name, digest in expected.items() if name.startswith("excerpts")}
    assert hashes(study) == cut
    assert len(list((tmp_path / "shared" / ".thematic" / "excerpts").iterdir())) == 3


# --- Receipts --------------------------------------------------------------------------------------


def test_there_is_a_receipt_for_every_file(study: Study) -> None:
    made = vectors_of(study)
    assert sorted(receipt["sha256"] for receipt in receipts(study)) == sorted(made.values())


def test_what_has_a_receipt_is_not_done_again(study: Study) -> None:
    vectors_of(study)
    pipeline = Pipeline(study)
    assert pipeline.vectors.ids
    assert pipeline.ledger.reused == {"segment": 3, "embed": 3}
    assert pipeline.ledger.computed == {}


@pytest.mark.parametrize("stage", ["excerpts", "vectors"])
def test_a_damaged_file_is_found_by_its_hash_and_made_again(
    study: Study, stage: str, expected: dict[str, str]
) -> None:
    vectors_of(study)
    path = next((study.machine / stage).glob("P02*"))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    pipeline = Pipeline(study)
    assert pipeline.vectors.ids
    assert sum(pipeline.ledger.computed.values()) == 1
    assert hashes(study) == expected


def test_a_file_without_a_receipt_is_made_again_and_half_a_receipt_is_none(study: Study) -> None:
    made = vectors_of(study)
    path = study.machine / "receipts.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    for _ in range(2):  # the new receipt must not be lost in the line that was cut off
        pipeline = Pipeline(study)
        assert pipeline.vectors.ids
        assert hashes(study) == made
    assert pipeline.ledger.computed == {}


# --- Large and small transcripts ---------------------------------------------------------------------


def test_a_long_transcript_is_embedded_in_parts_of_a_fixed_size(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Pipeline(study).vectors
    assert [list(parts(n)) for n in (0, 1, 2000, 2001, 4001)] == [[0], [0], [0], [0, 1], [0, 1, 2]]
    for module in ("units", "workload"):
        monkeypatch.setattr(f"thematic.{module}.EXCERPTS_IN_UNIT", 10)
    pipeline = Pipeline(study)
    assert len(pipeline.vector_units) > 9
    assert max(r["rows"] for r in receipts(study) if " part " in r["unit"]) == 10  # type: ignore[type-var]
    assert pipeline.vectors.ids == whole.ids
    np.testing.assert_array_equal(pipeline.vectors.values, whole.values)


def test_respondents_of_a_survey_are_worked_on_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("thematic.workload.TRANSCRIPTS_IN_UNIT", 25)
    file = tmp_path / "answers.csv"
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["respondent id", "What helped you most in the last year?"])
        writer.writerows(
            [f"R{n:03}", f"My sister phoned me every day for {n} weeks, and that helped."] for n in range(60)
        )
    study = make_study(tmp_path / "study", file)
    pipeline = Pipeline(study)
    assert len(pipeline.transcript_ids) == 60
    assert [len(unit.transcripts) for unit in pipeline.segment_units] == [25, 25, 10]
    assert [e.transcript_id for e in pipeline.excerpts] == list(pipeline.transcripts)
    assert pipeline.vectors.ids == tuple(e.id for e in pipeline.excerpts)


# --- What goes wrong ---------------------------------------------------------------------------------


def test_a_transcript_that_cannot_be_done_is_named_and_the_others_are_kept(study: Study) -> None:
    text = study.root / "texts" / "P02.txt"
    text.write_text("P02: Other words.")
    with pytest.raises(StudyError, match="what was done for the others is kept") as caught:
        _ = Pipeline(study).vectors
    (problem,) = caught.value.problems
    assert problem.path == "P02.txt"
    assert "changed after it was read" in problem.message
    assert {r["unit"] for r in receipts(study) if r["stage"] == "embed"} == {"P01", "P10"}


def test_a_run_that_was_interrupted_goes_on_with_other_settings_and_back(
    study: Study, expected: dict[str, str], tmp_path: Path
) -> None:
    """Another plan in the same folder: neither takes anything of the other, and nothing has to be deleted."""
    pipeline = Pipeline(study)
    assert len(pipeline.cut_units) == 3
    engine = load_engine(EngineSettings())
    first, *_ = pipeline.planned_vector_units  # and no more of them
    pipeline.workload.receipts.add(next(iter(engine.run([first], pipeline.workload._plan()))))
    other = replace(study.settings, segment=SegmentSettings(min_words=60))
    fresh = make_study(tmp_path / "fresh")
    alone = vectors_of(replace(fresh, settings=other))
    assert alone.keys().isdisjoint(expected)

    made = vectors_of(replace(study, settings=other))
    assert {name: digest for name, digest in made.items() if name in alone} == alone
    back = Pipeline(study)
    assert back.vectors.ids
    assert back.ledger.computed == {"embed": 2}
    found = hashes(study)
    assert {name: digest for name, digest in found.items() if name in expected} == expected


def test_a_process_that_is_killed_loses_nothing(study: Study, expected: dict[str, str]) -> None:
    pipeline = Pipeline(study)
    engine = load_engine(EngineSettings(jobs=2))
    outcomes = engine.run(pipeline.segment_units, pipeline.workload._plan())
    first = next(outcomes)
    for process in multiprocessing.active_children():
        os.kill(process.pid, signal.SIGKILL)
    assert {outcome.unit for outcome in (first, *outcomes)} == {"P01", "P02", "P10"}
    assert hashes(study) == {name: h for name, h in expected.items() if name.startswith("excerpts")}


def test_a_unit_that_kills_its_process_is_given_up_alone(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_workers(tmp_path / "poison", monkeypatch)(POISON)
    with pytest.raises(StudyError) as caught:
        _ = Pipeline(study, engine=EngineSettings(jobs=2)).vectors
    (problem,) = caught.value.problems
    assert problem.path == "P02.txt"
    assert "died twice" in problem.message
    assert {r["unit"] for r in receipts(study) if r["stage"] == "embed"} == {"P01", "P10"}


def test_no_process_outlives_a_run_that_was_killed(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pids").mkdir()
    in_workers(tmp_path / "slow", monkeypatch)(
        "import os, time\nimport thematic.segmentation as stage\ndef segment(*_, **__):\n"
        f"    open({str(tmp_path / 'pids')!r} + '/' + str(os.getpid()), 'w').close()\n    time.sleep(60)\n"
        "stage.segment = segment\n"
    )
    script = (
        "import sys; from pathlib import Path; from thematic.engines import EngineSettings\n"
        "from thematic.pipeline import Pipeline; from thematic.study import Study\n"
        "Pipeline(Study.open(Path(sys.argv[1])), engine=EngineSettings(jobs=2)).vectors"
    )
    run = subprocess.Popen([sys.executable, "-c", script, str(study.root)])
    workers: list[int] = []
    while len(workers) < 2:
        time.sleep(0.1)
        workers = [int(path.name) for path in (tmp_path / "pids").iterdir()]
        assert run.poll() is None
    run.kill()
    run.wait()
    end = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def plan(root: Path, **changes: object) -> Plan:
    whole = Plan(
        root=str(root),
        mark="m",
        segment=SegmentSettings(),
        embed=EmbedSettings(model="hash"),
        versions=versions("segment", "embed"),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


UNIT = Unit(name="P01", stage="segment", key="k", transcripts=("P01",), output=".thematic/excerpts/P01-k")


def test_a_worker_with_other_versions_refuses(tmp_path: Path) -> None:
    outcome = Worker(plan(tmp_path, versions=versions("segment") | {"spacy": "1.0"}))(UNIT)
    assert isinstance(outcome, Failure)
    assert outcome.everywhere
    assert "other versions: spacy" in outcome.message
    assert "instead of 1.0" in outcome.message


def test_a_worker_that_sees_other_storage_refuses(study: Study) -> None:
    outcome = Worker(plan(study.root))(UNIT)
    assert isinstance(outcome, Failure)
    assert outcome.everywhere
    assert "does not see the study" in outcome.message
    (study.root / MARK).parent.mkdir(exist_ok=True)
    (study.root / MARK).write_text("m")
    assert isinstance(Worker(plan(study.root))(UNIT), Receipt)


def test_a_full_disk_is_told_with_its_machine(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("thematic.units.write_bytes", no_space)
    with pytest.raises(StudyError) as caught:
        _ = Pipeline(study).vectors
    assert {p.path for p in caught.value.problems} == {"P01.txt", "P02.txt", "P10.txt"}
    assert "no space left on device (on " in caught.value.problems[0].message
    assert not (study.machine / "receipts.jsonl").exists()


DISK_FULL = """
import thematic.units
whole = thematic.units.write_bytes
def write_bytes(root, name, data):
    if "P02" in name:
        raise OSError(28, "No space left on device", name)
    whole(root, name, data)
thematic.units.write_bytes = write_bytes
"""
OTHER_VERSIONS = """
import importlib.metadata as metadata
whole = metadata.version
metadata.version = lambda name: "1.0" if name == "spacy" else whole(name)
"""
OTHER_STORAGE = """
import thematic.units
thematic.units.exists = lambda root, name: False
"""


@pytest.mark.parametrize(
    ("code", "message", "done"),
    [
        (DISK_FULL, r"P02\S*: no space left on device \(on ", {"P01", "P10"}),
        (OTHER_VERSIONS, r"^a worker on \S+ has other versions: spacy 1\.0 instead of ", set()),
        (OTHER_STORAGE, r"^a worker on \S+ does not see the study at ", set()),
    ],
)
def test_what_is_wrong_with_a_machine_is_told_once_and_what_is_done_is_kept(
    study: Study,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    expected: dict[str, str],
    code: str,
    message: str,
    done: set[str],
) -> None:
    in_workers(tmp_path / "wrong", monkeypatch)(code)
    with pytest.raises(StudyError, match="could not be cut into excerpts") as caught:
        _ = Pipeline(study, engine=EngineSettings(jobs=2)).vectors
    (problem,) = caught.value.problems
    assert re.search(message, problem.message)
    assert problem.hint
    assert (study.machine / "receipts.jsonl").exists() == bool(done)
    assert not done or {receipt["unit"] for receipt in receipts(study)} == done
    (tmp_path / "wrong" / "sitecustomize.py").write_text("")
    assert vectors_of(study, jobs=2) == expected


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"name": "spark"}, "unknown engine “spark”"),
        ({"jobs": 0}, "jobs is 0"),
        ({"address": "10.0.0.1:6379"}, "are for a cluster"),
    ],
)
def test_settings_of_engines_that_cannot_be_used(settings: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        EngineSettings(**settings)  # type: ignore[arg-type]
