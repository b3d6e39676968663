"""The agreement audit: every number a team or a reviewer needs, from one table of ratings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from thematic.agreement.estimates import estimate_columns
from thematic.agreement.pool import compare, verdict
from thematic.agreement.ratings import Ratings, Values, select_coders
from thematic.agreement.results import Audit, AuditSettings, Circumstances, Sensitivity, SensitivityRow
from thematic.errors import AgreementError

__all__ = ["audit", "sensitivity"]


def audit(
    table: Ratings | Values,
    *,
    settings: AuditSettings = AuditSettings(),  # noqa: B008  frozen
    parents: Mapping[str, str | None] | None = None,
    circumstances: Circumstances = Circumstances(),  # noqa: B008  frozen
) -> Audit:
    """The whole audit of a table.

    parents: the parent of each code, for agreement by theme. A variable whose values are words or ranks is
    also audited value by value, each against all others.

    Raises AgreementError when nothing can be compared: no unit, or fewer than two coders.
    """
    if not table.units:
        raise AgreementError("the table has no units", hint="check that it was read with the right layout")
    if len(table.coders) < 2:
        raise AgreementError(
            f"agreement needs two coders or more; this table has {len(table.coders)}",
            hint="code part of the transcripts a second time, or join the tables of both coders",
        )
    people = [coder for coder in table.coders if coder not in table.model_coders]
    machines = [coder for coder in table.coders if coder in table.model_coders]
    pairs = [(person, machine) for machine in machines for person in people]
    return Audit(
        people=compare(select_coders(table, people), settings, parents or {}, circumstances),
        machines=tuple(
            compare(select_coders(table, pair), settings, parents or {}, circumstances) for pair in pairs
        ),
        settings=settings,
    )


def sensitivity(
    tables: Mapping[str, Ratings],
    *,
    settings: AuditSettings = AuditSettings(),  # noqa: B008  frozen
    coefficients: Sequence[str] = ("krippendorff_alpha", "gwet_ac1", "fleiss_kappa"),
) -> Sensitivity:
    """The same codings of people under several unit rules; `tables` maps the name of each to its ratings.

    Raises ValueError when the tables have different codes.
    """
    if len({table.codes for table in tables.values()}) > 1:
        raise ValueError("the unit rules must be applied to the same codes")
    rows = []
    for rule, table in tables.items():
        people = select_coders(table, [coder for coder in table.coders if coder not in table.model_coders])
        for column in estimate_columns(people, coefficients, settings=settings):
            for code, found in zip(table.codes, column, strict=True):
                rows.append(
                    SensitivityRow(
                        code=code, unit_rule=rule, estimate=found, verdict=verdict(found, settings)
                    )
                )
    return Sensitivity(
        rows=tuple(rows),
        flips_by_unit=_flips(rows, lambda row: row.estimate.coefficient),
        flips_by_coefficient=_flips(rows, lambda row: row.unit_rule),
    )


def _flips(rows: Sequence[SensitivityRow], fixed: Callable[[SensitivityRow], str]) -> tuple[str, ...]:
    """The codes that get different verdicts from rows that have the `fixed` choice in common."""
    verdicts: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        if row.verdict != "too few":
            verdicts.setdefault((row.code, fixed(row)), set()).add(row.verdict)
    flipped = {code for (code, _), found in verdicts.items() if len(found) > 1}
    return tuple(code for code in dict.fromkeys(row.code for row in rows) if code in flipped)
