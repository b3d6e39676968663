"""What a run has taken: seconds a stage, units computed and found ready, memory. Floor 5."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

__all__ = ["Ledger"]


@dataclass(slots=True)
class Ledger:
    """What a run did: seconds a stage, how many units were computed or found ready, the excerpts computed."""

    seconds: dict[str, float] = field(default_factory=dict)
    computed: dict[str, int] = field(default_factory=dict)
    reused: dict[str, int] = field(default_factory=dict)
    excerpts: dict[str, int] = field(default_factory=dict)
    _inner: list[float] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of the block for this stage, but not that of stages inside it."""
        begin = time.perf_counter()
        self._inner.append(0.0)
        try:
            yield
        finally:
            taken = time.perf_counter() - begin
            own = taken - self._inner.pop()
            self.seconds[name] = self.seconds.get(name, 0.0) + own
            if self._inner:
                self._inner[-1] += taken

    def count(self, stage: str, rows: int, *, computed: bool) -> None:
        if computed:
            self.excerpts[stage] = self.excerpts.get(stage, 0) + rows
        counts = self.computed if computed else self.reused
        counts[stage] = counts.get(stage, 0) + 1

    def record(self, *, began: float, excerpts: int) -> dict[str, Any]:
        """timings.json: what differs between runs, and so is kept out of exports/.

        began: `time.perf_counter()` at the start of the run. excerpts: how many the study has.
        """
        done = dict.fromkeys(("suggest", "cluster", "export"), excerpts) | self.excerpts
        return {
            "finished_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": {stage: round(taken, 3) for stage, taken in self.seconds.items()},
            "seconds_total": round(time.perf_counter() - began, 3),
            "excerpts": excerpts,
            "excerpts_per_second": {
                stage: round(done[stage] / taken, 1)
                for stage, taken in self.seconds.items()
                if done.get(stage) and taken
            },
            "peak_memory_mb": _peak_memory_mb(),
            "units_computed": self.computed,
            "units_reused": self.reused,
        }


def _peak_memory_mb() -> dict[str, float] | None:
    """The most memory that this process has had, and the largest of those it started."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    unit = 1024 * 1024 if platform.system() == "Darwin" else 1024
    whose = {"this_process": resource.RUSAGE_SELF, "largest_worker": resource.RUSAGE_CHILDREN}
    return {name: round(resource.getrusage(who).ru_maxrss / unit, 1) for name, who in whose.items()}
