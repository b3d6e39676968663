"""What text that was left out would do to the numbers, were it counted as coded with nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from thematic.agreement.estimates import estimate_columns
from thematic.agreement.ratings import Ratings
from thematic.agreement.results import AuditSettings, Estimate, Pool
from thematic.agreement.units import Excluded
from thematic.agreement.wording import number

__all__ = ["CountedIn", "CountedInCode", "count_in"]

NAMES = ("percent_agreement", "gwet_ac1", "pabak", "krippendorff_alpha", "positive_agreement")


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedInCode:
    """One code with the text counted in: values without interval."""

    code: str
    percent_agreement: Estimate
    ac1: Estimate
    pabak: Estimate
    alpha: Estimate
    positive_agreement: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedIn:
    """n_units: how many units were added that every coder would have left uncoded."""

    n_units: int
    codes: tuple[CountedInCode, ...]

    def in_words(self, pool: Pool) -> str:
        """`Were 48 units that were left out counted in, medians would be: AC1 .97, not .91; …`."""
        told = []
        for what, name in (
            ("percent agreement", "percent_agreement"),
            ("AC1", "ac1"),
            ("PABAK", "pabak"),
            ("alpha", "alpha"),
        ):
            now = _middle(getattr(code, name) for code in self.codes)
            before = _middle(getattr(row, name) for row in pool.codes)
            told.append(f"{what} {number(now)}, not {number(before)}")
        return f"Were {self.n_units} units that were left out counted in, medians would be: {'; '.join(told)}"


def count_in(
    pool: Pool,
    ratings: Ratings,
    excluded: Sequence[Excluded],
    settings: AuditSettings,
    *,
    n_eligible: int | None = None,
) -> CountedIn | None:
    """The codes of the pool again with the units that were left out, as if all coders had left them uncoded.

    excluded: what was left out; where only a part of the units was coded twice (`n_eligible`, or all units of
    the pool), the same part of it. None where nothing was, or where rows are not single units.
    """
    n_all = n_eligible or pool.n_units
    n_units = round(sum(entry.n_units for entry in excluded) * pool.n_double / n_all) if n_all else 0
    if not n_units or not pool.codes or ratings.sizes is not None:
        return None
    columns = [ratings.coders.index(coder) for coder in pool.coders]
    nothing = np.zeros((1, len(columns), len(ratings.codes)), dtype=np.int8)
    more = Ratings(
        units=(*ratings.units, "\0left out"),
        coders=pool.coders,
        codes=ratings.codes,
        presence=np.concatenate([ratings.presence[:, columns], nothing]),
        sizes=np.array([1] * len(ratings.units) + [n_units], dtype=np.int64),
    )
    found = estimate_columns(more, NAMES, settings=settings, intervals=False)
    return CountedIn(
        n_units=n_units,
        codes=tuple(
            CountedInCode(
                code=code,
                percent_agreement=percent,
                ac1=ac1,
                pabak=pabak,
                alpha=alpha,
                positive_agreement=positive,
            )
            for code, percent, ac1, pabak, alpha, positive in zip(ratings.codes, *found, strict=True)
        ),
    )


def _middle(estimates: Iterable[Estimate]) -> float | None:
    values = [estimate.value for estimate in estimates if estimate.value is not None]
    return median(values) if values else None
