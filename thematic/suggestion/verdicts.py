"""How far each code can be left to suggestions, judged on interviews that were not learnt from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from thematic.suggestion.learner import FEWEST_EXAMPLES, FEWEST_INTERVIEWS
from thematic.suggestion.measures import average_precision, best_threshold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from thematic.model import Code
    from thematic.suggestion.calibration import Floats
    from thematic.suggestion.learning import Examples

__all__ = ["USABLE_FROM", "CodeVerdict", "judge_codes"]

USABLE_FROM = 0.5
"""The F1 at the best threshold from which suggestions of a code are usable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeVerdict:
    """One code: from how much it was learnt, and how well it is found in interviews kept back.

    examples: excerpts that people gave the code, of so many interviews. f1: at `threshold`, which was chosen
    on the same predictions. None where there is no example.
    """

    code_id: str
    examples: int
    interviews: int
    average_precision: float | None
    f1: float | None
    threshold: float | None
    verdict: Literal["usable", "weak", "not enough examples"]


def judge_codes(codes: Sequence[Code], examples: Examples, apart: Floats) -> tuple[CodeVerdict, ...]:
    """The verdict on each code. apart: its probability for each example, from models that did not see it."""
    truth = examples.truth
    verdicts = []
    for j, code in enumerate(codes):
        known = examples.known[:, j]
        yes = truth[known, j]
        interviews = len(np.unique(examples.interviews[known][yes]))
        f1, threshold = best_threshold(apart[known, j], yes)
        verdict: Literal["usable", "weak", "not enough examples"]
        if int(yes.sum()) < FEWEST_EXAMPLES or interviews < FEWEST_INTERVIEWS:
            verdict = "not enough examples"
        else:
            verdict = "usable" if f1 >= USABLE_FROM else "weak"
        found = average_precision(apart[known, j], yes)
        verdicts.append(
            CodeVerdict(
                code_id=code.id,
                examples=int(yes.sum()),
                interviews=interviews,
                average_precision=None if found is None else round(found, 4),
                f1=round(f1, 4) if yes.any() else None,
                threshold=round(threshold, 4) if yes.any() else None,
                verdict=verdict,
            )
        )
    return tuple(verdicts)
