"""What the report is asked for: the table [report] of study.toml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from thematic.errors import SettingsError
from thematic.text import join_names

__all__ = ["Layer", "ReportSettings", "Unit"]

Layer = Literal["standing", "independent", "negotiated", "final"]
Unit = Literal["excerpt", "overlap", "turns"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """What counts as coded, and how it is counted.

    layer: `standing` takes, for each passage, the final codings where there are some, else the negotiated,
    else those of all coders together; the other names take that layer alone.
    case: the case attribute that names the participant, where one person gave several interviews.
    cooccurrence: codes occur together in the same `excerpt`, where their spans `overlap`, or within
    `within_turns` turns of participants (`turns`).
    base_size, run_length, new_information: of saturation, as Guest, Namey & Chen (2020) define them.
    orders: random orders of the interviews, for the bands of saturation. confidence: of every interval.
    suppress_below: numbers of participants from 1 to one less are not printed; 0 prints all.
    seed: of everything that is drawn by lot.
    """

    layer: Layer = "standing"
    case: str = ""
    cooccurrence: Unit = "excerpt"
    within_turns: int = 1
    base_size: int = 4
    run_length: int = 2
    new_information: float = 0.05
    orders: int = 1000
    confidence: float = 0.95
    suppress_below: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, choices in (("layer", get_args(Layer)), ("cooccurrence", get_args(Unit))):
            if getattr(self, name) not in choices:
                raise SettingsError(
                    f"{name} = {getattr(self, name)}: no such choice",
                    hint=f"choose {join_names(choices, 'or')}",
                )
        least = {"within_turns": 0, "base_size": 1, "run_length": 1, "orders": 1, "suppress_below": 0}
        for name, smallest in least.items():
            if getattr(self, name) < smallest:
                raise SettingsError(
                    f"{name} = {getattr(self, name)}", hint=f"write a whole number, {smallest} or more"
                )
        if not 0 <= self.new_information < 1:
            raise SettingsError(
                f"new_information = {self.new_information:g}", hint="write a share from 0 to below 1: 0.05"
            )
        if not 0.5 <= self.confidence < 1:
            raise SettingsError(f"confidence = {self.confidence:g}", hint="write a share such as 0.95")
