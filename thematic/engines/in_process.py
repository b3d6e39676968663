"""The default engine: this process, one unit after the other. The model itself uses all processors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from thematic.engines import EngineSettings
from thematic.units import Failure, Plan, Receipt, Unit, Worker

__all__ = ["load"]


def load(_settings: EngineSettings) -> InProcess:
    return InProcess()


class InProcess:
    def run(self, units: Sequence[Unit], plan: Plan) -> Iterator[Receipt | Failure]:
        yield from map(Worker(plan), units)
