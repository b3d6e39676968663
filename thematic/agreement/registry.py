"""Every coefficient, declared once with the properties that it is tested for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from thematic.agreement import coefficients as formulas
from thematic.agreement.coefficients import Cells, Scale
from thematic.errors import SettingsError

__all__ = ["COEFFICIENTS", "Coefficient", "coefficient"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """A coefficient and what is true of it.

    sums, value: its formulas, see `coefficients`; alpha has others where the distance is not nominal.
    two_coders: for exactly two coders. coders_apart: it depends on who gave which rating, so that dealing the
    ratings of one unit to other coders can change it; all others see only how many gave each category.
    complete_pairs: a unit counts for a pair of coders only if both rated it; the others use every rating.
    chance_corrected: 0 where agreement is what chance would give, undefined where nothing varies.
    weighted: it takes agreement weights, or distances. two_categories: for a code, applied or not.
    incomplete: what its name must add where some coder did not rate some unit.
    lowest, highest: its bounds; the lower one for complete ratings without weights.
    """

    name: str
    title: str
    source: str
    sums: Callable[[Cells, Scale], Floats]
    value: Callable[[Floats, Scale], Floats]
    two_coders: bool = False
    coders_apart: bool = False
    complete_pairs: bool = False
    chance_corrected: bool = True
    weighted: bool = True
    two_categories: bool = False
    incomplete: str = ""
    lowest: float = -1.0
    highest: float = 1.0


_GWET = "incomplete ratings after Gwet (2014)"
_BOTH = "units that both coders rated"

_ALL = (
    Coefficient(
        name="percent_agreement",
        title="Percent agreement",
        source="Fleiss (1971)",
        sums=formulas.agreement_sums,
        value=formulas.percent_agreement,
        chance_corrected=False,
        lowest=0.0,
        incomplete=_GWET,
    ),
    Coefficient(
        name="positive_agreement",
        title="Positive specific agreement",
        source="Cicchetti & Feinstein (1990)",
        sums=formulas.specific_sums,
        value=partial(formulas.specific_agreement, category=1),
        chance_corrected=False,
        weighted=False,
        two_categories=True,
        lowest=0.0,
    ),
    Coefficient(
        name="negative_agreement",
        title="Negative specific agreement",
        source="Cicchetti & Feinstein (1990)",
        sums=formulas.specific_sums,
        value=partial(formulas.specific_agreement, category=0),
        chance_corrected=False,
        weighted=False,
        two_categories=True,
        lowest=0.0,
    ),
    Coefficient(
        name="cohen_kappa",
        title="Cohen's kappa",
        source="Cohen (1960, 1968)",
        sums=formulas.pair_sums,
        value=formulas.light_kappa,
        two_coders=True,
        coders_apart=True,
        complete_pairs=True,
        incomplete=_BOTH,
    ),
    Coefficient(
        name="light_kappa",
        title="Light's kappa, the mean of Cohen's over pairs of coders",
        source="Light (1971)",
        sums=formulas.pair_sums,
        value=formulas.light_kappa,
        coders_apart=True,
        complete_pairs=True,
        incomplete=_BOTH,
    ),
    Coefficient(
        name="scott_pi",
        title="Scott's pi",
        source="Scott (1955)",
        sums=formulas.scott_sums,
        value=formulas.scott_pi,
        two_coders=True,
        complete_pairs=True,
        incomplete=_BOTH,
    ),
    Coefficient(
        name="fleiss_kappa",
        title="Fleiss' kappa",
        source="Fleiss (1971)",
        sums=formulas.agreement_sums,
        value=formulas.fleiss_kappa,
        incomplete=_GWET,
    ),
    Coefficient(
        name="conger_kappa",
        title="Conger's kappa",
        source="Conger (1980)",
        sums=formulas.conger_sums,
        value=formulas.conger_kappa,
        coders_apart=True,
        incomplete=_GWET,
    ),
    Coefficient(
        name="brennan_prediger",
        title="Brennan–Prediger kappa",
        source="Brennan & Prediger (1981)",
        sums=formulas.agreement_sums,
        value=formulas.brennan_prediger,
        incomplete=_GWET,
    ),
    Coefficient(
        name="pabak",
        title="Prevalence- and bias-adjusted kappa (PABAK)",
        source="Byrt, Bishop & Carlin (1993)",
        sums=formulas.agreement_sums,
        value=formulas.brennan_prediger,
        weighted=False,
        two_categories=True,
        incomplete=_GWET,
    ),
    Coefficient(
        name="gwet_ac1",
        title="Gwet's AC1",
        source="Gwet (2008)",
        sums=formulas.agreement_sums,
        value=formulas.gwet_ac,
        weighted=False,
        incomplete=_GWET,
    ),
    Coefficient(
        name="gwet_ac2",
        title="Gwet's AC2",
        source="Gwet (2014)",
        sums=formulas.agreement_sums,
        value=formulas.gwet_ac,
        incomplete=_GWET,
    ),
    Coefficient(
        name="krippendorff_alpha",
        title="Krippendorff's alpha",
        source="Krippendorff (2011)",
        sums=formulas.alpha_sums,
        value=formulas.alpha,
    ),
)

COEFFICIENTS: dict[str, Coefficient] = {declared.name: declared for declared in _ALL}


def coefficient(name: str) -> Coefficient:
    """The coefficient of this name. Raises SettingsError on an unknown one, and on a bare "kappa"."""
    if name in COEFFICIENTS:
        return COEFFICIENTS[name]
    alike = [known for known in COEFFICIENTS if name.lower() in known] or list(COEFFICIENTS)
    reason = "which kappa" if name.lower() == "kappa" else f"no coefficient is called “{name}”"
    raise SettingsError(reason, hint=f"choose one of: {', '.join(alike)}")
