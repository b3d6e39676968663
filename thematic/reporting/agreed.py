"""Section 10: agreement between coders, as the audit found it. Nothing is computed here a second time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from thematic.errors import InputError

__all__ = ["Agreed", "AgreedCode", "read_audit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedCode:
    """Krippendorff's alpha of one code, with its interval; None where undefined, and `status` says why."""

    code: str
    name: str
    instances: tuple[int, ...]
    alpha: float | None
    low: float | None
    high: float | None
    positive_agreement: float | None
    status: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """The audit: its headline, its codes, and its methods paragraph. stale: decided on since it was made."""

    headline: str
    coders: tuple[str, ...]
    units: int
    unit_rule: str
    tentative: float
    reliable: float
    interval: str
    codes: tuple[AgreedCode, ...]
    methods: str
    cautions: int
    stale: bool


def read_audit(found: Mapping[str, Any], *, now: Mapping[str, str]) -> Agreed:
    """The audit in the report.json of `thematic agree`. now: SHA-256 of the journals and codebook, by name.

    Raises InputError when the object is none.
    """
    try:
        pool, names = found["compared"], found["background"]["names"]
        codes = tuple(
            AgreedCode(
                code=row["code"],
                name=names.get(row["code"], row["code"]),
                instances=tuple(row["instances"]),
                alpha=row["alpha"]["value"],
                low=row["alpha"]["low"],
                high=row["alpha"]["high"],
                positive_agreement=row["positive_agreement"]["value"],
                status=row["alpha"]["status"],
                verdict=row["verdict"],
            )
            for row in pool["codes"]
        )
        settings = found["audit"]["settings"]
        intervals = [row["alpha"]["interval"] for row in pool["codes"] if row["alpha"]["interval"]]
        return Agreed(
            headline=found["headline"],
            coders=tuple(pool["coders"]),
            units=pool["n_double"],
            unit_rule=found["unit_rule"],
            tentative=settings["tentative"],
            reliable=settings["reliable"],
            interval=intervals[0] if intervals else "",
            codes=codes,
            methods=found["methods"],
            cautions=len(found["cautions"]),
            stale=dict(found["background"]["inputs"]) != dict(now),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"agreement/report.json is no audit of this version: {error!r}",
            hint="run `thematic agree` again",
        ) from error
