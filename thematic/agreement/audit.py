"""The agreement audit: every number a team or a reviewer needs, from one table of ratings."""

from __future__ import annotations

from collections.abc import Mapping

from thematic.agreement.ratings import Ratings, Values
from thematic.agreement.results import Audit, AuditSettings, Circumstances, Sensitivity

__all__ = ["audit", "sensitivity"]


def audit(
    table: Ratings | Values,
    *,
    settings: AuditSettings = AuditSettings(),  # noqa: B008  frozen
    parents: Mapping[str, str | None] | None = None,
    circumstances: Circumstances = Circumstances(),  # noqa: B008  frozen
) -> Audit:
    """The whole audit of a table.

    parents: the parent of each code, for agreement by theme. Raises AgreementError when nothing can be
    compared: fewer than two coders, or no unit.
    """
    raise NotImplementedError


def sensitivity(
    tables: Mapping[str, Ratings],
    *,
    settings: AuditSettings = AuditSettings(),  # noqa: B008  frozen
    coefficients: tuple[str, ...] = ("krippendorff_alpha", "gwet_ac1", "fleiss_kappa"),
) -> Sensitivity:
    """The same codings under several unit rules: `tables` maps the name of the rule to its ratings."""
    raise NotImplementedError
