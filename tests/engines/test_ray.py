"""Ray does the same work with the same bytes, whatever it does to its processes and machines."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.engines.studies import POISON, SAMPLES, hashes, in_workers, make_study, vectors_of
from thematic.engines import EngineSettings, load_engine
from thematic.errors import StudyError
from thematic.pipeline import Pipeline
from thematic.study import Study
from thematic.units import Receipt

pytest.importorskip("ray")
pytestmark = [pytest.mark.ray, pytest.mark.filterwarnings("ignore")]


FEW = (SAMPLES / "P02.txt", SAMPLES / "P10.txt")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Two nodes on this machine. Their processes run the code in `code` first: see `in_workers`."""
    from thematic.engines.ray import import_quietly

    ray = import_quietly()
    from ray.cluster_utils import Cluster

    folder = tmp_path_factory.mktemp("code")
    with pytest.MonkeyPatch.context() as patch:
        write = in_workers(folder, patch)
        write("")
        whole = Cluster(
            initialize_head=True,
            head_node_args={"num_cpus": 2, "include_dashboard": False},
        )
        whole.code = write
        yield whole
        ray.shutdown()
        whole.shutdown()


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return make_study(tmp_path / "study")


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return vectors_of(make_study(tmp_path_factory.mktemp("local") / "study"))


def on(cluster: Any, **settings: Any) -> dict[str, Any]:
    return {"name": "ray", "address": cluster.address} | settings


def test_the_same_bytes_as_in_one_process_with_the_default_model_and_storage_named_by_url(
    cluster: Any, tmp_path: Path
) -> None:
    one = vectors_of(make_study(tmp_path / "one", *FEW, model="all-MiniLM-L6-v2"))
    shared = tmp_path / "shared"
    settings = on(cluster, jobs=2, storage=shared.as_uri())
    many = vectors_of(make_study(tmp_path / "many", *FEW, model="all-MiniLM-L6-v2"), **settings)
    assert many == one
    assert len(many) == 4
    assert len(list((shared / ".thematic" / "vectors").iterdir())) == 2


def test_a_unit_that_kills_its_worker_is_given_up_alone(cluster: Any, study: Study) -> None:
    cluster.code(POISON)
    try:
        with pytest.raises(StudyError) as caught:
            _ = Pipeline(study, engine=EngineSettings(**on(cluster))).vectors
    finally:
        cluster.code("")
    (problem,) = caught.value.problems
    assert problem.path == "P02.txt"
    assert "died 3 times" in problem.message
    assert len(list((study.machine / "vectors").iterdir())) == 2


SLOW = """
import os, time
import thematic.segmentation as stage
whole = stage.segment
def segment(transcript, **settings):
    import ray
    with open({folder!r} + "/" + str(os.getpid()), "w") as file:
        file.write(ray.get_runtime_context().get_node_id())
    time.sleep(2)
    return whole(transcript, **settings)
stage.segment = segment
"""


@pytest.mark.parametrize("lost", ["process", "node"])
def test_a_process_or_a_machine_that_is_lost_loses_nothing(
    cluster: Any, study: Study, expected: dict[str, str], tmp_path: Path, lost: str
) -> None:
    pids = tmp_path / "pids"
    pids.mkdir()
    cluster.code(SLOW.format(folder=str(pids)))
    second = cluster.add_node(num_cpus=2) if lost == "node" else None
    cluster.wait_for_nodes()
    try:
        pipeline = Pipeline(study)
        engine = load_engine(EngineSettings(**on(cluster, jobs=3 if second else 1)))
        outcomes = engine.run(pipeline.segment_units, pipeline.workload._plan())
        if second is None:
            killer = Thread(target=_kill_the_first, args=(pids,))
        else:
            killer = Thread(target=_remove, args=(cluster, second, pids))
        killer.start()
        found = list(outcomes)
        killer.join()
    finally:
        cluster.code("")
    assert all(isinstance(outcome, Receipt) for outcome in found)
    assert {outcome.unit for outcome in found} == {"P01", "P02", "P10"}
    # Somebody else went on; a machine may be taken away before it was given anything.
    assert len(list(pids.iterdir())) >= (2 if lost == "process" else 1)
    assert hashes(study) == {name: h for name, h in expected.items() if name.startswith("excerpts")}


def _kill_the_first(pids: Path) -> None:
    while not any(pids.iterdir()):
        time.sleep(0.05)
    os.kill(int(next(pids.iterdir()).name), signal.SIGKILL)


def _remove(cluster: Any, node: Any, pids: Path) -> None:
    patience = time.monotonic() + 10
    while time.monotonic() < patience:
        if any(path.read_text() == node.node_id for path in pids.iterdir()):
            break  # it is at work
        time.sleep(0.05)
    cluster.remove_node(node, allow_graceful=False)


def test_a_cluster_that_is_not_there_is_told_in_one_message(study: Study) -> None:
    script = (
        "import sys; from pathlib import Path; from thematic.engines import EngineSettings\n"
        "from thematic.pipeline import Pipeline; from thematic.study import Study\n"
        "from thematic.errors import StudyError\n"
        "engine = EngineSettings(name='ray', address='127.0.0.1:9')\n"
        "try: Pipeline(Study.open(Path(sys.argv[1])), engine=engine).vectors\n"
        "except StudyError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(study.root)], capture_output=True, text=True)
    assert "no cluster can be joined at 127.0.0.1:9" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("cpus", "jobs", "size"), [(1, None, 1), (2, None, 1), (2, 2, 2), (8, None, 7), (8, 100, 8), (64, 4, 4)]
)
def test_a_pool_always_leaves_room_for_what_feeds_it(cpus: int, jobs: int | None, size: int) -> None:
    from thematic.engines.ray import pool_size

    workers, share = pool_size(cpus, jobs)
    assert workers == size
    assert 0 < share <= 1
    assert workers * share <= max(cpus - 1, 0.5)
