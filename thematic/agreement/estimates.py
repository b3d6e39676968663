"""One coefficient on one table, with its interval, or the reason why it has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from thematic.agreement import coefficients as formulas
from thematic.agreement import distances
from thematic.agreement.coefficients import Cells, Scale
from thematic.agreement.coverage import Coverage
from thematic.agreement.distance_alpha import ComparableRatings, DistanceAlpha, alpha_of, distances_to
from thematic.agreement.distances import Distance
from thematic.agreement.intervals import Spread, bootstrap, jackknife
from thematic.agreement.ordinal_alpha import OrdinalAlpha
from thematic.agreement.ratings import Category, Ratings, Table, Values, select_coders
from thematic.agreement.registry import Coefficient, coefficient
from thematic.agreement.results import AuditSettings, Estimate, IntervalMethod
from thematic.agreement.statistic import AdditiveStatistic, Groups, PatternStatistic, Statistic, SumsOf
from thematic.agreement.weights import WEIGHTINGS, agreement_weights, scale_positions
from thematic.errors import AgreementError, SettingsError

__all__ = [
    "METRICS",
    "estimate",
    "estimate_codes",
    "estimate_columns",
    "estimate_parts",
    "without_idle_coders",
]

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

METRICS = {
    "nominal": "nominal",
    "ordinal": "ordinal",
    "interval": "interval",
    "ratio": "ratio",
    "circular": "circular",
    "bipolar": "bipolar",
    "jaccard": "Jaccard distance between sets of codes",
    "masi": "MASI distance between sets of codes",
}
"""The distances of Krippendorff's alpha, with their words for print."""

_METHODS: dict[tuple[str, bool], IntervalMethod] = {
    ("jackknife", True): "jackknife over interviews",
    ("bootstrap", True): "bootstrap over interviews",
    ("jackknife", False): "jackknife over units",
    ("bootstrap", False): "bootstrap over units",
}

# Of that many coders there are a thousand patterns of who applied a code: more would save nothing.
_MOST_PATTERNS = 30

# Squares of categories are computed for weights.
_MOST_CATEGORIES = 2000


def estimate(
    values: Values,
    name: str = "krippendorff_alpha",
    *,
    weights: str | Floats | None = None,
    settings: AuditSettings = AuditSettings(),  # noqa: B008  frozen
    intervals: bool = True,
) -> Estimate:
    """A coefficient of one variable.

    name: one of `registry.COEFFICIENTS`.
    weights: for alpha, a distance of `METRICS`, a square of distances, or agreement weights of
    `weights.WEIGHTINGS`, whose distances are what they lack of 1 (Gwet 2014); by default the distance of the
    variable's level (MASI for sets). For the others, agreement weights or a square of them, by default
    identity.

    Raises AgreementError when the coefficient is not for this many coders or categories; SettingsError on an
    unknown name and on weights that do not fit.
    """
    declared = coefficient(name)
    table = without_idle_coders(values)
    cells = Cells(table.indices[:, :, None], len(table.categories), _sizes(table))
    coverage = Coverage.of(cells, declared)
    if weights is None and declared.name == "krippendorff_alpha":
        weights = _own_metric(table)
    variant = _variant(declared, coverage, weights)
    statistic = None
    if len(table.coders) >= 2:
        _check_fits(declared, len(table.coders), len(table.categories))
        statistic = _prepare(declared, table, cells, weights)
    groups = None if table.interviews is None else Groups.by_name(table.interviews)
    return _estimates(declared, variant, statistic, coverage, groups, settings, intervals)[0]


def estimate_parts(parts: Sequence[Values]) -> tuple[Estimate, ...]:
    """Alpha of several tables with the same categories, such as pairs of coders, without intervals.

    The distance is that of the variable's level. All expected disagreements are found in one pass over the
    distances.
    """
    if not parts:
        return ()
    metric = _own_metric(parts[0])
    distance = _distance(metric, parts[0].categories)
    if distance is None:
        return tuple(estimate(part, intervals=False) for part in parts)
    declared = coefficient("krippendorff_alpha")
    tables = [Cells(part.indices[:, :, None], len(part.categories), _sizes(part)) for part in parts]
    ratings = [ComparableRatings.of(cells, distance) for cells in tables]
    counts = np.stack([own.counts() for own in ratings], axis=1)
    expected = (counts * distances_to(distance, counts)).sum(axis=0)
    found: list[Estimate] = []
    for part, cells, own, chance in zip(parts, tables, ratings, expected, strict=True):
        coverage = Coverage.of(cells, declared)
        value = alpha_of(*own.totals(), np.array([chance]))
        variant = _variant(declared, coverage, metric)
        groups = None if part.interviews is None else Groups.by_name(part.interviews)
        found += _points(declared, variant, value, coverage, _present(groups, coverage.pairable), 0)
    return tuple(found)


def estimate_codes(
    ratings: Ratings,
    name: str = "krippendorff_alpha",
    *,
    settings: AuditSettings = AuditSettings(),  # noqa: B008  frozen
    intervals: bool = True,
) -> tuple[Estimate, ...]:
    """A coefficient of each code of the table, applied or not, in the order of its codes.

    A code is `rare`, and has no value, when fewer than `settings.rare` of the ratings that can be compared
    apply it, or fewer leave it out.

    Raises AgreementError when the coefficient is for two coders and there are more; SettingsError on an
    unknown name.
    """
    return estimate_columns(ratings, (name,), settings=settings, intervals=intervals)[0]


def estimate_columns(
    ratings: Ratings,
    names: Sequence[str],
    *,
    settings: AuditSettings = AuditSettings(),  # noqa: B008  frozen
    intervals: bool = True,
) -> list[tuple[Estimate, ...]]:
    """Several coefficients of each code, as `estimate_codes` gives each; what they share is computed once."""
    table = without_idle_coders(ratings)
    cells = Cells(table.presence, 2, _sizes(table))
    groups = None if table.interviews is None else Groups.by_name(table.interviews)
    coverages: dict[bool, Coverage] = {}
    prepared: dict[SumsOf, AdditiveStatistic | PatternStatistic] = {}
    columns = []
    for name in names:
        declared = coefficient(name)
        if declared.complete_pairs not in coverages:
            coverages[declared.complete_pairs] = Coverage.of(cells, declared)
        coverage = coverages[declared.complete_pairs]
        alpha = declared.name == "krippendorff_alpha"
        statistic = None
        if len(table.coders) >= 2 and table.codes:
            _check_fits(declared, len(table.coders), 2)
            if declared.sums not in prepared:
                prepared[declared.sums] = _additive(
                    declared, cells, distances.nominal(2) if alpha else np.eye(2)
                )
            statistic = replace(prepared[declared.sums], value_of=declared.value)
        columns.append(
            _estimates(
                declared,
                _variant(declared, coverage, "nominal" if alpha else None),
                statistic,
                coverage,
                groups,
                settings,
                intervals,
                rare=settings.rare,
            )
        )
    return columns


def without_idle_coders(table: Table) -> Table:
    """The table less the coders who rated nothing."""
    cells = table.presence if isinstance(table, Ratings) else table.indices[:, :, None]
    n_rated = np.count_nonzero(cells >= 0, axis=(0, 2))
    return select_coders(table, [coder for coder, n in zip(table.coders, n_rated, strict=True) if n])


# --- Which formula -------------------------------------------------------------------------------------


def _prepare(declared: Coefficient, table: Values, cells: Cells, weights: str | Floats | None) -> Statistic:
    if weights is not None and not declared.weighted:
        raise SettingsError(f"{declared.title} takes no weights")
    if declared.name == "krippendorff_alpha" and weights is not None:
        return _prepare_alpha(table, cells, weights)
    if len(table.categories) > _MOST_CATEGORIES:
        raise AgreementError(
            f"{len(table.categories)} different values are too many for {declared.title}",
            hint="check that the columns hold codes and not free text",
        )
    matrix = agreement_weights("identity" if weights is None else weights, table.categories)
    return _additive(declared, cells, matrix)


def _additive(declared: Coefficient, cells: Cells, matrix: Floats) -> AdditiveStatistic | PatternStatistic:
    n_coders, q = cells.indices.shape[1], cells.n_categories
    n_pairs = n_coders * (n_coders - 1) // 2
    scale = Scale(n_coders, q, matrix, np.zeros(q))
    if q == 2 and not declared.coders_apart and not declared.complete_pairs and n_coders <= _MOST_PATTERNS:
        return PatternStatistic.of(cells, scale, declared.sums, declared.value)
    n_terms = 2 * n_pairs * (q + 1) if declared.complete_pairs else (n_coders + 2) * (q + 1)
    return AdditiveStatistic.of(cells, scale, declared.sums, declared.value, n_terms)


def _prepare_alpha(table: Values, cells: Cells, metric: str | Floats) -> Statistic:
    distance = _distance(metric, table.categories)
    if distance is not None:
        return DistanceAlpha.of(cells, distance)
    q, n_coders = len(table.categories), len(table.coders)
    positions = scale_positions(table.categories)
    scale = Scale(n_coders, q, np.empty((0, 0)), positions - positions.mean())
    if metric == "interval":
        return AdditiveStatistic.of(cells, scale, formulas.moment_sums, formulas.alpha_interval, n_coders)
    return OrdinalAlpha.of(cells)


def _distance(metric: str | Floats, categories: tuple[Category, ...]) -> Distance | None:
    """The distance of this name; None for interval, which needs none, and ordinal, which is not fixed."""
    if not isinstance(metric, str):
        if np.shape(metric) != (len(categories), len(categories)):
            raise SettingsError(
                f"the distances are {np.shape(metric)}; {len(categories)} categories need a square of them"
            )
        return distances.matrix_distance(metric)
    if metric not in METRICS and metric not in WEIGHTINGS:
        raise SettingsError(
            f"alpha has no distance “{metric}”",
            hint=f"choose one of: {', '.join(dict.fromkeys([*METRICS, *WEIGHTINGS]))}",
        )
    if metric in ("interval", "ordinal"):
        return None
    if metric in ("jaccard", "masi"):
        return distances.set_distance(
            distances.jaccard if metric == "jaccard" else distances.masi, categories
        )
    if metric in ("nominal", "identity"):
        return distances.unequal()
    if metric == "ratio":
        return distances.ratio(scale_positions(categories))
    # Only proportions between distances matter, so that Krippendorff's circular and bipolar metrics and
    # what Gwet's weights of that name lack of 1 give the same alpha.
    return distances.matrix_distance(1 - agreement_weights(metric, categories))


def _own_metric(table: Values) -> str:
    return "masi" if table.level == "sets" else table.level


def _check_fits(declared: Coefficient, n_coders: int, n_categories: int) -> None:
    if declared.two_coders and n_coders > 2:
        raise AgreementError(
            f"{declared.title} is for two coders; {n_coders} rated this table",
            hint="choose two of them, or use fleiss_kappa, conger_kappa, light_kappa or krippendorff_alpha",
        )
    if declared.two_categories and n_categories != 2:
        raise AgreementError(
            f"{declared.title} is for a code that is applied or not; this variable has {n_categories} values",
            hint="take one value against all others",
        )


def _variant(declared: Coefficient, coverage: Coverage, weights: str | Floats | None) -> str:
    """The exact name, in words."""
    words = [declared.title]
    if isinstance(weights, np.ndarray):
        words.append("own distances" if declared.name == "krippendorff_alpha" else "own weights")
    elif weights is not None:
        words.append(METRICS[weights] if weights in METRICS else f"{weights.replace('_', ' ')} weights")
    if declared.incomplete and coverage.incomplete:
        words.append(declared.incomplete)
    return ", ".join(words)


def _sizes(table: Ratings | Values) -> Floats | None:
    return None if table.sizes is None else table.sizes.astype(np.float64)


# --- Value and interval --------------------------------------------------------------------------------


def _estimates(
    declared: Coefficient,
    variant: str,
    statistic: Statistic | None,
    coverage: Coverage,
    groups: Groups | None,
    settings: AuditSettings,
    intervals: bool,
    rare: int = 0,
) -> tuple[Estimate, ...]:
    """One estimate a variable. statistic: None where there are not two coders. groups: the interviews."""
    values = np.full(coverage.pairable.shape[1], np.nan) if statistic is None else statistic.value()
    present = _present(groups, coverage.pairable)
    points = _points(declared, variant, values, coverage, present, rare)
    if not intervals or statistic is None or all(point.value is None for point in points):
        return points
    return _with_intervals(points, declared, statistic, coverage.pairable, groups, present, settings)


def _points(
    declared: Coefficient,
    variant: str,
    values: Floats,
    coverage: Coverage,
    present: Booleans | None,
    rare: int,
) -> tuple[Estimate, ...]:
    """Values and statuses, without intervals."""
    points = []
    for i, value in enumerate(values):
        status = coverage.status(i, value, declared, rare)
        points.append(
            Estimate(
                coefficient=declared.name,
                variant=variant,
                value=float(value) if status == "ok" else None,
                status=status,
                n_units=int(coverage.n_units[i]),
                n_interviews=None if present is None else int(present[:, i].sum()),
            )
        )
    return tuple(points)


def _present(groups: Groups | None, pairable: Booleans) -> Booleans | None:
    """Which interviews have anything to compare; shape (interviews, variables)."""
    if groups is None:
        return None
    present = np.zeros((groups.count, pairable.shape[1]), dtype=bool)
    np.logical_or.at(present, groups.of_unit, pairable)
    return present


def _with_intervals(
    estimates: tuple[Estimate, ...],
    declared: Coefficient,
    statistic: Statistic,
    pairable: Booleans,
    groups: Groups | None,
    present: Booleans | None,
    settings: AuditSettings,
) -> tuple[Estimate, ...]:
    """Over interviews where a variable has enough of them, else over units and marked optimistic."""
    units = Groups.single_units(len(pairable))
    enough = [(estimate.n_interviews or 0) >= settings.min_interviews for estimate in estimates]
    over_interviews = over_units = None
    if groups is not None and present is not None and any(enough):
        over_interviews = _spread(statistic, groups, present, settings)
    if not all(enough):
        over_units = _spread(statistic, units, pairable, settings)
    effects: list[float | None] = [None] * len(estimates)
    if over_interviews is not None and declared.name == "krippendorff_alpha":
        unit_errors = jackknife(statistic, units, pairable, confidence=settings.confidence).standard_error
        ratios = (over_interviews.standard_error / unit_errors) ** 2
        effects = [float(ratio) if np.isfinite(ratio) else None for ratio in ratios]
    found = []
    for i, estimate in enumerate(estimates):
        spread = over_interviews if enough[i] else over_units
        if estimate.value is None or spread is None or np.isnan(spread.low[i]):
            found.append(estimate)
            continue
        below = [float(p) for p in spread.below[:, i]] if declared.chance_corrected else [None, None]
        found.append(
            replace(
                estimate,
                low=max(float(spread.low[i]), min(declared.lowest, estimate.value)),
                high=min(float(spread.high[i]), declared.highest),
                interval=_METHODS[settings.interval, enough[i]],
                confidence=settings.confidence,
                optimistic=not enough[i],
                standard_error=float(spread.standard_error[i]),
                design_effect=effects[i] if enough[i] else None,
                p_below_tentative=below[0],
                p_below_reliable=below[1],
                undefined_draws=None if spread.undefined is None else float(spread.undefined[i]),
            )
        )
    return tuple(found)


def _spread(statistic: Statistic, groups: Groups, present: Booleans, settings: AuditSettings) -> Spread:
    thresholds = (settings.tentative, settings.reliable)
    if settings.interval == "jackknife":
        return jackknife(statistic, groups, present, confidence=settings.confidence, thresholds=thresholds)
    return bootstrap(
        statistic,
        groups,
        present,
        confidence=settings.confidence,
        thresholds=thresholds,
        resamples=settings.resamples,
        seed=settings.seed,
    )
