"""Codes as a file has them, with their lines, until they are checked and make a codebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from thematic.codebook import Flaw, check, make_codebook, tidy_code
from thematic.errors import CodebookError, Problem
from thematic.model import Code, Codebook

__all__ = ["Draft", "codebook_from_drafts", "mistakes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A code as it stands in a file.

    line: where it begins (1-based), None where the format has no lines. lines: the line of each field of
    `Code`. told: the fields about which the reader has already said what is wrong.
    """

    code: Code
    line: int | None = None
    lines: Mapping[str, int] = field(default_factory=dict)
    told: frozenset[str] = frozenset()


def codebook_from_drafts(
    drafts: Sequence[Draft],
    *,
    path: str,
    title: str,
    description: str = "",
    version_notes: Iterable[str] = (),
    problems: Sequence[Problem] = (),
    warnings: Sequence[Problem] = (),
) -> tuple[Codebook, tuple[Problem, ...]]:
    """The codebook and its warnings, in the order of the lines.

    Raises CodebookError with every mistake: those that the reader found (`problems`) and those of `check`.
    """
    fatal, doubtful = list(problems), list(warnings)
    if drafts or not problems:
        for flaw in check([tidy_code(draft.code) for draft in drafts]):
            draft = None if flaw.position is None else drafts[flaw.position]
            if draft is None or flaw.field not in draft.told:
                (fatal if flaw.fatal else doubtful).append(_problem(flaw, drafts, path))
    if fatal:
        raise mistakes(_by_line(fatal), path)
    codes = (draft.code for draft in drafts)
    codebook = make_codebook(title, codes, description=description, version_notes=version_notes)
    return codebook, tuple(_by_line(doubtful))


def mistakes(problems: Sequence[Problem], path: str) -> CodebookError:
    """The error to raise: one mistake as itself, several gathered under one heading."""
    if len(problems) == 1:
        [only] = problems
        return CodebookError(only.message, path=only.path, line=only.line, hint=only.hint)
    return CodebookError(f"the codebook has {len(problems)} mistakes", path=path, problems=problems)


def _problem(flaw: Flaw, drafts: Sequence[Draft], path: str) -> Problem:
    message, line = flaw.message, None
    if flaw.position is not None:
        line = _line(drafts[flaw.position], flaw.field)
    if flaw.first is not None:
        first = _line(drafts[flaw.first], flaw.field)
        message += f" (first on line {first})" if first is not None else ""
    return Problem(message, path, line, flaw.hint)


def _line(draft: Draft, name: str) -> int | None:
    return draft.lines.get(name, draft.line)


def _by_line(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.line is None, problem.line or 0))
