"""Many machines, by Ray: units go through Ray Data to actors that keep their model.

What travels are units and receipts, a few hundred bytes each; words and vectors stay on the storage that all
machines share. So neither the order in which Ray hands things out, nor how it packs them into blocks, nor
what it does again after a machine was lost can change a byte.
"""

from __future__ import annotations

import dataclasses
import logging
import os
import socket
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from thematic.engines import EngineSettings
from thematic.errors import SettingsError, StudyError
from thematic.units import Failure, Plan, Receipt, Unit, Worker

__all__ = ["load", "pool_size"]

_MOST_ATTEMPTS = 3
_BLOCKS_A_WORKER = 64  # small enough to share out evenly, few enough for the driver to keep an eye on


def load(settings: EngineSettings) -> OnRay:
    """The engine; SettingsError when Ray is not installed."""
    try:
        import_quietly()
    except ImportError as error:
        raise SettingsError(
            f"Ray is not installed: {error}", hint="pip install 'thematic[ray]', on every machine"
        ) from None
    return OnRay(settings)


def import_quietly() -> Any:
    """The module ray, told to report to nobody: it sends statistics of use unless this is set before."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")  # what matters comes back as a Failure
    with _no_warnings():
        import ray
        import ray.data
    logging.getLogger("ray").setLevel(logging.ERROR)
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    return ray


@contextmanager
def _no_warnings() -> Iterator[None]:
    """Ray warns of its own ways of old in places where its users can change nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def pool_size(cpus: float, jobs: int | None) -> tuple[int, float]:
    """How many workers to start, and what share of a processor each reserves.

    The pool never takes all of the cluster: the tasks that feed it need a place too, and without one Ray Data
    waits for ever. Asked for more workers than that, each reserves less than a processor.
    """
    free = max(cpus - 1, 0.5)
    size = min(jobs or max(int(free), 1), max(int(cpus), 1))
    # Ray counts in ten-thousandths; rounded down, so that all of them fit.
    return size, min(1.0, int(free / size * 10_000) / 10_000)


class OnRay:
    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings

    def run(self, units: Sequence[Unit], plan: Plan) -> Iterator[Receipt | Failure]:
        ray = import_quietly()
        if not ray.is_initialized():  # kept for the next units; it ends with this process
            self._connect(ray)
        try:
            yield from _outcomes(ray, units, plan, self._settings.jobs)
        except ray.exceptions.RayError as error:
            raise StudyError(
                f"the cluster could not go on: {type(error).__name__}: {' '.join(str(error).split())[:300]}",
                hint="see that every machine has the same Python, Ray and thematic, then run the same "
                "command again: what is done is kept",
            ) from None

    def _connect(self, ray: Any) -> None:
        """Join the cluster at the address, or start one on this machine that no other can reach."""
        address = self._settings.address
        quiet = {"logging_level": "error", "log_to_driver": False}
        if address is None:
            ray.init(
                address="local",
                include_dashboard=False,
                object_store_memory=128 * 1024**2,  # for units and receipts that is plenty
                _node_ip_address="127.0.0.1",
                **quiet,
            )
            return
        try:
            _knock(address)
            ray.init(address=address, **quiet)
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            raise StudyError(
                f"no cluster can be joined at {address}: {' '.join(str(error).split())[:300]}",
                hint="check the address (`ray status` on the head node tells it) and that Python and Ray "
                "are the same here and there; without --address a cluster is started on this machine",
            ) from None


def _knock(address: str) -> None:
    """Raise OSError when nobody listens at `address`: Ray itself would try for minutes."""
    host, _, port = address.rpartition("//")[2].rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()


def _outcomes(ray: Any, units: Sequence[Unit], plan: Plan, jobs: int | None) -> Iterator[Receipt | Failure]:
    """One outcome for each unit, as they come."""
    from ray.data import ActorPoolStrategy, DataContext, from_items

    with _no_warnings():
        context = DataContext.get_current()
    context.enable_progress_bars = False
    size, share = pool_size(ray.cluster_resources().get("CPU", 1.0), jobs)
    size = min(size, len(units))
    attempts = ray.remote(num_cpus=0, max_restarts=-1, max_task_retries=-1)(Attempts).remote()
    results = from_items(
        [_row(unit) for unit in units], override_num_blocks=min(len(units), _BLOCKS_A_WORKER * size)
    ).map(
        RayWorker,
        fn_constructor_args=(dataclasses.replace(plan, threads=1), attempts),
        compute=ActorPoolStrategy(size=size),
        num_cpus=share,
    )
    for row in results.iter_rows():
        yield Receipt(**row["receipt"]) if row["receipt"] else Failure(**row["failure"])


class Attempts:
    """How often each unit was begun and not ended: one that takes its worker's process with it must stop.

    Ray itself begins again as often as a worker dies, for ever.
    """

    def __init__(self) -> None:
        self._begun: dict[str, int] = {}

    def begin(self, unit: str) -> int:
        self._begun[unit] = self._begun.get(unit, 0) + 1
        return self._begun[unit]

    def end(self, unit: str) -> None:
        self._begun.pop(unit, None)


class RayWorker:
    """A worker as Ray Data calls it: a row in, a row out."""

    def __init__(self, plan: Plan, attempts: Any) -> None:
        self._worker, self._attempts = Worker(plan), attempts

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        import ray

        unit = Unit(**{**row, "transcripts": tuple(row["transcripts"])})
        if ray.get(self._attempts.begin.remote(unit.name)) > _MOST_ATTEMPTS:
            outcome: Receipt | Failure = Failure(
                stage=unit.stage,
                unit=unit.name,
                message=f"the process that worked on it died {_MOST_ATTEMPTS} times: killed, or out of "
                "memory",
                hint="leave this transcript out, or give workers more memory; what is done is kept",
            )
        else:
            outcome = self._worker(unit)
        ray.get(self._attempts.end.remote(unit.name))
        told = dataclasses.asdict(outcome)
        is_receipt = isinstance(outcome, Receipt)
        return {"receipt": told if is_receipt else None, "failure": None if is_receipt else told}


def _row(unit: Unit) -> dict[str, Any]:
    return dataclasses.asdict(unit) | {"transcripts": list(unit.transcripts)}
