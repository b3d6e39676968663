"""What a reading has to tell: losses, notes, and problems that stop it."""

from __future__ import annotations

from dataclasses import dataclass, field

from thematic.coded_project import Losses
from thematic.errors import InputError, Problem

__all__ = ["BESIDE", "Account"]

BESIDE = "in imports/, for the way back"


@dataclass(slots=True)
class Account:
    """file: the package, as the person knows it. part: the project file in it, which lines are counted in."""

    file: str
    part: str
    partial: bool
    losses: Losses = field(default_factory=Losses)
    notes: dict[str, None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def note(self, words: str) -> None:
        """Something that was decided or put right; said once."""
        self.notes.setdefault(words)

    def stop(self) -> None:
        """Raise InputError with every problem, if there is one."""
        if len(self.problems) == 1:
            [only] = self.problems
            raise InputError(only.message, path=only.path, line=only.line, hint=only.hint)
        if self.problems:
            raise InputError(
                f"{len(self.problems)} things in it do not fit; nothing was written",
                path=self.file,
                problems=self.problems,
            )
