"""The error tree. Every error a user can cause is a ThematicError; anything else is a bug.

ThematicError                 exit code 2 unless said otherwise
├── InputError                a file, table or document cannot be used as it is
├── CodebookError             a codebook breaks a rule
├── SettingsError             a setting, flag or name is unknown or out of range
├── StudyError                a study folder cannot be used: not a study, locked, damaged
├── ModelError                an embedding model is missing, unknown, or not the one it claims to be
└── AgreementError            codings from which no agreement can be computed

Floor 0: standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = [
    "AgreementError",
    "CodebookError",
    "InputError",
    "ModelError",
    "Problem",
    "SettingsError",
    "StudyError",
    "ThematicError",
    "did_you_mean",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it is, and what to do about it.

    `line` is physical and 1-based. `hint` is the next step in words: what is allowed, or what to type.
    """

    message: str
    path: str | None = None
    line: int | None = None
    hint: str | None = None

    def __str__(self) -> str:
        where = "" if self.path is None else self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.message}" if where else self.message


class ThematicError(Exception):
    """Base of every error that a user's input can cause.

    Readers gather problems and raise once with all of them, so that a person mends a file in one pass:
    `raise InputError("2 of 5 files cannot be read", problems=[...])`.
    """

    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        line: int | None = None,
        hint: str | None = None,
        problems: Sequence[Problem] = (),
    ) -> None:
        super().__init__(message)
        self.problem = Problem(message, path, line, hint)
        self.problems: tuple[Problem, ...] = tuple(problems) or (self.problem,)

    @property
    def hint(self) -> str | None:
        return self.problem.hint

    def __str__(self) -> str:
        return str(self.problem)


class InputError(ThematicError):
    """A transcript, table or document cannot be used as it is."""


class CodebookError(ThematicError):
    """A codebook breaks a rule."""


class SettingsError(ThematicError):
    """A setting, flag or name is unknown or out of range."""


class StudyError(ThematicError):
    """A study folder cannot be used: not a study, locked by another run, damaged, not writable."""


class ModelError(ThematicError):
    """An embedding model is missing, unknown, or not the one it claims to be."""


class AgreementError(ThematicError):
    """Codings from which no agreement can be computed."""


def did_you_mean(word: str, choices: Iterable[str]) -> str | None:
    """The hint `did you mean “accountability”?` for a misspelt word, or None when no choice is near."""
    from difflib import get_close_matches

    by_key = {choice.casefold(): choice for choice in choices}
    near = get_close_matches(word.casefold(), by_key, n=1, cutoff=0.7)
    return f"did you mean “{by_key[near[0]]}”?" if near else None
