"""An engine whose machines share a place by URL and do not mount the study's folder.

What the units read is put there first, and what they write is fetched when its receipt arrives, and checked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from thematic.engines import Engine
from thematic.errors import StudyError
from thematic.files import write_atomic
from thematic.storage import exists, read_bytes, write_bytes
from thematic.units import MARK, Failure, Plan, Receipt, Unit

__all__ = ["Shared"]


class Shared:
    """`engine` on the study as it lies at `url`."""

    def __init__(self, engine: Engine, url: str) -> None:
        self._engine, self._url = engine, url

    def run(self, units: Sequence[Unit], plan: Plan) -> Iterator[Receipt | Failure]:
        folder = Path(plan.root)
        self._put(units, folder, plan)
        by_name = {unit.name: unit for unit in units}
        for outcome in self._engine.run(units, replace(plan, root=self._url)):
            if isinstance(outcome, Receipt):
                unit = by_name[outcome.unit]
                data = read_bytes(self._url, unit.output)
                if hashlib.sha256(data).hexdigest() != outcome.sha256:
                    outcome = Failure(
                        stage=unit.stage,
                        unit=unit.name,
                        message=f"what came back from {self._url} is not what the worker wrote",
                        hint="run the same command again; if it stays so, the shared storage is at fault",
                    )
                else:
                    write_atomic(folder / unit.output, data)
            yield outcome

    def _put(self, units: Sequence[Unit], folder: Path, plan: Plan) -> None:
        """Everything the units read, and the mark by which workers know the place."""
        names = {
            name
            for unit in units
            for name in (
                [unit.source]
                if unit.source
                else [f"texts/{id_}{suffix}" for id_ in unit.transcripts for suffix in (".json", ".txt")]
            )
        }
        try:
            for name in sorted(names):
                data = (folder / name).read_bytes()
                if not exists(self._url, name) or read_bytes(self._url, name) != data:
                    write_bytes(self._url, name, data)
            write_bytes(self._url, MARK, plan.mark.encode())
        except OSError as error:
            raise StudyError(
                f"the shared storage cannot be used: {(error.strerror or str(error)).lower()}",
                path=self._url,
                hint="check the URL and who may write there",
            ) from None
