"""How many units to code twice, before coding them."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from statistics import NormalDist

from thematic.agreement.results import Pool
from thematic.errors import SettingsError

__all__ = ["PlanRow", "plan", "plan_codes", "required_units"]

TYPICAL_PREVALENCES = (0.5, 0.25, 0.1, 0.05, 0.02)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """Units to double-code for one code or prevalence.

    independent: were units independent of each other. required: that times the design effect. have: units
    already double-coded. All None where the code was applied to nothing or to everything.
    """

    code: str | None
    prevalence: float
    independent: int | None
    design_effect: float
    required: int | None
    have: int = 0


def required_units(
    least_alpha: float, prevalence: float, *, significance: float = 0.05, design_effect: float = 1.0
) -> int:
    """Units that two coders must both code to tell, one-sidedly, that alpha is not below `least_alpha`.

    2 z² ((1 + α)(3 - α) / (4 (1 - α) p (1 - p)) - α), rounded up, for a code applied to the share p of the
    units: Krippendorff (2004), Content Analysis, 2nd ed., ch. 11, after Bloch & Kraemer (1989), Biometrics
    45:269-287. It takes units as independent: those of interviews are not, so it is multiplied by the design
    effect. Raises SettingsError when an argument is out of its range.
    """
    for name, share in (
        ("least_alpha", least_alpha),
        ("prevalence", prevalence),
        ("significance", significance),
    ):
        if not 0 < share < 1:
            raise SettingsError(f"{name} must lie between 0 and 1, found {share}")
    if design_effect <= 0:
        raise SettingsError(f"design_effect must be above 0, found {design_effect}")
    return ceil(_independent_units(least_alpha, prevalence, significance) * design_effect)


def plan(
    least_alpha: float,
    *,
    prevalences: tuple[float, ...] = TYPICAL_PREVALENCES,
    significance: float = 0.05,
    design_effect: float = 1.0,
) -> tuple[PlanRow, ...]:
    """One row a prevalence, where nothing has been coded yet."""
    return tuple(
        PlanRow(
            code=None,
            prevalence=prevalence,
            independent=required_units(least_alpha, prevalence, significance=significance),
            design_effect=design_effect,
            required=required_units(
                least_alpha, prevalence, significance=significance, design_effect=design_effect
            ),
        )
        for prevalence in prevalences
    )


def plan_codes(pool: Pool, least_alpha: float, *, significance: float = 0.05) -> tuple[PlanRow, ...]:
    """One row a code that has been seen, at its own prevalence, and at its own design effect where above 1.

    A design effect that could not be estimated is taken as the median of the others, or 1 without any.
    """
    known = sorted(row.alpha.design_effect for row in pool.codes if row.alpha.design_effect is not None)
    usual = max(1.0, known[len(known) // 2]) if known else 1.0
    rows = []
    for row in pool.codes:
        own = row.alpha.design_effect
        effect = usual if own is None else max(1.0, own)
        seen = row.prevalence is not None and 0 < row.prevalence < 1
        prevalence = row.prevalence or 0.0
        rows.append(
            PlanRow(
                code=row.code,
                prevalence=prevalence,
                independent=required_units(least_alpha, prevalence, significance=significance)
                if seen
                else None,
                design_effect=effect,
                required=required_units(
                    least_alpha, prevalence, significance=significance, design_effect=effect
                )
                if seen
                else None,
                have=row.n_units,
            )
        )
    return tuple(rows)


def _independent_units(alpha: float, prevalence: float, significance: float) -> float:
    z = NormalDist().inv_cdf(1 - significance)
    spread = (1 + alpha) * (3 - alpha) / (4 * (1 - alpha) * prevalence * (1 - prevalence))
    return 2 * z**2 * (spread - alpha)
