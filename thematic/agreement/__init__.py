"""How far coders agree: coefficients with honest intervals, and the audit made of them.

`audit` takes a table of who applied which code to which unit and comes back with everything a team or a
reviewer needs; `estimate` gives one coefficient of one variable, `estimate_codes` one of every code.
"""

from thematic.agreement.audits import audit, sensitivity
from thematic.agreement.character import CodedSpan, character_ratings
from thematic.agreement.estimates import estimate, estimate_codes
from thematic.agreement.planning import plan, plan_codes, required_units
from thematic.agreement.ratings import Ratings, Values, as_ratings, code_sets, values_from_rows
from thematic.agreement.registry import COEFFICIENTS
from thematic.agreement.results import Audit, AuditSettings, Circumstances, Estimate

__all__ = [
    "COEFFICIENTS",
    "Audit",
    "AuditSettings",
    "Circumstances",
    "CodedSpan",
    "Estimate",
    "Ratings",
    "Values",
    "as_ratings",
    "audit",
    "character_ratings",
    "code_sets",
    "estimate",
    "estimate_codes",
    "plan",
    "plan_codes",
    "required_units",
    "sensitivity",
    "values_from_rows",
]
