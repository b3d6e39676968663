"""Engines: who does the units of work. In this process, in several, or on many machines. Floor 5.

    for outcome in load_engine(settings).run(units, plan): ...

An engine hands units to workers and gives back a Receipt or a Failure for each, in any order. It knows
nothing of transcripts, and no engine changes a byte: that is decided by the unit. Nothing outside this folder
names an engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from thematic.errors import SettingsError

if TYPE_CHECKING:
    from thematic.units import Failure, Plan, Receipt, Unit

__all__ = ["ENGINES", "Engine", "EngineSettings", "load_engine"]

ENGINES: dict[str, str] = {
    "local": "this machine",
    "ray": "a Ray cluster",
}
"""The engines by name, and where each does the work."""


class Engine(Protocol):
    def run(self, units: Sequence[Unit], plan: Plan) -> Iterator[Receipt | Failure]:
        """Do all units; exactly one outcome for each, as they come. Raises StudyError when none can begin."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """Who does the work; it changes the speed, not a byte.

    name: one of ENGINES. jobs: how many processes; None lets the engine choose. address: of a running
    cluster. storage: URL of a place that all its machines share, when they do not mount the study's folder.
    """

    name: str = "local"
    jobs: int | None = None
    address: str | None = None
    storage: str | None = None

    def __post_init__(self) -> None:
        if self.name not in ENGINES:
            told = ", ".join(f"{name} ({where})" for name, where in ENGINES.items())
            raise SettingsError(f"unknown engine “{self.name}”", hint=f"one of {told}")
        if self.jobs is not None and self.jobs < 1:
            raise SettingsError(f"jobs is {self.jobs}", hint="a whole number from 1")
        if self.name == "local" and (self.address or self.storage):
            others = ", ".join(name for name in ENGINES if name != "local")
            raise SettingsError(
                "an address and a shared storage are for a cluster", hint=f"add --engine {others}"
            )


def load_engine(settings: EngineSettings) -> Engine:
    """The engine of these settings. Raises SettingsError when what it needs is not installed."""
    name = settings.name
    if name == "local":
        name = "processes" if (settings.jobs or 1) > 1 else "in_process"
    engine: Engine = cast(Engine, import_module(f"thematic.engines.{name}").load(settings))
    if settings.storage:
        from thematic.engines.shared import Shared

        return Shared(engine, settings.storage)
    return engine
