"""Several processes on this machine, each with a model of its own that computes in one thread.

Processes are spawned, never forked: libraries with threads do not survive a fork. A process that dies
(killed, or out of memory) takes with it what it was doing. Its units are tried once more, each in a process
of its own, so that only the unit at fault is given up.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing.connection import wait as wait_for
from threading import Thread

from thematic.engines import EngineSettings
from thematic.units import Failure, Plan, Receipt, Unit, Worker

__all__ = ["load"]

_worker: Worker | None = None


def load(settings: EngineSettings) -> Processes:
    return Processes(settings.jobs or 1)


class Processes:
    def __init__(self, jobs: int) -> None:
        self._jobs = jobs

    def run(self, units: Sequence[Unit], plan: Plan) -> Iterator[Receipt | Failure]:
        plan = replace(plan, threads=1)
        left = list(units)
        while left:
            left, suspects = yield from _run(left, plan, min(self._jobs, len(left)))
            for unit in suspects:
                _, guilty = yield from _run([unit], plan, 1)
                if guilty:
                    yield Failure(
                        stage=unit.stage,
                        unit=unit.name,
                        message="the process that worked on it died twice: killed, or out of memory",
                        hint="try fewer --jobs, so that each has more memory; what is done is kept",
                    )


def _run(
    units: Sequence[Unit], plan: Plan, jobs: int
) -> Generator[Receipt | Failure, None, tuple[list[Unit], list[Unit]]]:
    """Outcomes as they come; at the end, the units not begun and those in hand when a process died."""
    waiting = list(reversed(units))
    running: dict[Future[Receipt | Failure], Unit] = {}
    before = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(plan,))
    died = False
    try:
        while waiting or running:
            # No more than are worked on: then a process that dies leaves few suspects.
            while waiting and len(running) < jobs:
                running[pool.submit(_do, waiting[-1])] = waiting[-1]
                waiting.pop()
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                outcome = future.result()
                del running[future]
                yield outcome
    except BrokenProcessPool:
        died = True
    finally:
        if running:  # died, or interrupted: nobody waits for what the others are doing
            for process in set(multiprocessing.active_children()) - before:
                process.terminate()
        pool.shutdown(wait=True, cancel_futures=True)
    return waiting[::-1], list(running.values()) if died else []


def _begin(plan: Plan) -> None:
    global _worker
    # Ctrl-C reaches all processes of a terminal; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    _worker = Worker(plan)


def _end_with_parent() -> None:
    """End this process when the one that started it is gone: a killed run must leave nobody working."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


def _do(unit: Unit) -> Receipt | Failure:
    assert _worker is not None
    return _worker(unit)
