"""Everything about coders who are compared with each other: by code, pair, coder left out and interview."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from statistics import median

import numpy as np
from numpy.typing import NDArray

from thematic.agreement.cautions import cautions
from thematic.agreement.coefficients import (
    Cells,
    Scale,
    agreement_sums,
    bias_index,
    percent_agreement,
    prevalence_index,
    specific_agreement,
    specific_sums,
)
from thematic.agreement.estimates import (
    estimate,
    estimate_codes,
    estimate_columns,
    estimate_parts,
    without_idle_coders,
)
from thematic.agreement.ratings import (
    Ratings,
    Values,
    as_ratings,
    code_sets,
    roll_up,
    select_coders,
    select_units,
)
from thematic.agreement.results import (
    AuditSettings,
    Circumstances,
    CodeAgreement,
    Confusions,
    Estimate,
    InterviewAgreement,
    LeaveOneOut,
    PairAgreement,
    Pool,
    Summary,
    Verdict,
)
from thematic.agreement.statistic import Groups, PatternStatistic

__all__ = ["compare", "verdict"]

Floats = NDArray[np.float64]

# A variable of more values than this is not audited value by value.
_MOST_VALUES = 200


def compare(
    table: Ratings | Values,
    settings: AuditSettings,
    parents: Mapping[str, str | None],
    circumstances: Circumstances,
) -> Pool:
    """The audit of the coders of this table among themselves. For the arguments see `audit`."""
    ratings = _by_code(table)
    variable = code_sets(table) if isinstance(table, Ratings) else table
    overall = _overall(variable, settings)
    codes = () if ratings is None else _code_rows(ratings, settings)
    themes = roll_up(ratings, parents) if ratings is not None and parents else None
    trouble = sorted((row for row in codes if row.n_disagreements), key=lambda row: -row.n_disagreements)
    double = (variable.indices >= 0).sum(axis=1) >= 2
    pool = Pool(
        kind="person and machine" if table.model_coders else "people",
        coders=table.coders,
        codes=codes,
        themes=() if themes is None else _code_rows(themes, settings),
        n_units=_n_units(table, np.ones(len(table.units), dtype=bool)),
        n_double=_n_units(table, double),
        n_interviews=None if table.interviews is None else len(set(table.interviews)),
        overall=overall,
        summary=_summary(codes, settings),
        pairs=_pairs(variable, ratings, settings),
        without=_without_each_coder(variable, ratings, overall[0], codes, settings),
        confusions=None if ratings is None else _confusions(ratings),
        interviews=_interviews(variable, ratings),
        trouble=tuple(row.code for row in trouble),
        cautions=(),
    )
    return replace(pool, cautions=cautions(pool, ratings, settings, circumstances))


def verdict(found: Estimate, settings: AuditSettings) -> Verdict:
    """Where the interval lies against `settings.tentative`.

    Perfect agreement has no interval, since leaving out an interview changes nothing; it counts as above.
    """
    if found.value is None:
        return "too few"
    if found.low is None or found.high is None:
        return "above" if found.value > 1 - 1e-9 else "too few"
    if found.low >= settings.tentative:
        return "above"
    return "below" if found.high < settings.tentative else "straddles"


def _by_code(table: Ratings | Values) -> Ratings | None:
    """The table code by code; None for a variable that has numbers or sets, or too many values, for codes."""
    if isinstance(table, Ratings):
        return table
    if table.level in ("nominal", "ordinal") and len(table.categories) <= _MOST_VALUES:
        return as_ratings(table)
    return None


# --- Overall -------------------------------------------------------------------------------------------


def _overall(variable: Values, settings: AuditSettings) -> tuple[Estimate, ...]:
    """Alpha of the variable's level first, then what else suits the level and the number of coders."""
    if variable.level == "sets":
        return tuple(
            estimate(variable, weights=distance, settings=settings) for distance in ("masi", "jaccard")
        )
    found = [estimate(variable, settings=settings)]
    two = len(without_idle_coders(variable).coders) <= 2
    by_coder = ("cohen_kappa", "scott_pi") if two else ("fleiss_kappa", "conger_kappa", "light_kappa")
    if variable.level == "nominal":
        names = ("percent_agreement", *by_coder, "brennan_prediger", "gwet_ac1")
        found += [estimate(variable, name, settings=settings) for name in names]
    if variable.level == "ordinal":
        names = ("percent_agreement", *by_coder, "brennan_prediger", "gwet_ac2")
        found += [estimate(variable, name, weights="quadratic", settings=settings) for name in names]
    return tuple(found)


# --- By code -------------------------------------------------------------------------------------------


def _code_rows(ratings: Ratings, settings: AuditSettings) -> tuple[CodeAgreement, ...]:
    two = len(without_idle_coders(ratings).coders) <= 2
    names = (
        "percent_agreement",
        "positive_agreement",
        "negative_agreement",
        "krippendorff_alpha",
        "gwet_ac1",
        "cohen_kappa" if two else "fleiss_kappa",
        "pabak",
    )
    columns = estimate_columns(ratings, names, settings=settings)
    cells = _cells(ratings)
    applied = ratings.presence == 1
    pairable = (ratings.presence >= 0).sum(axis=1) >= 2
    weight = _unit_sizes(ratings)
    instances = np.einsum("u,ugc->cg", weight, applied)
    n_applied = weight @ (applied.any(axis=1) & pairable)
    n_disagreements = weight @ (applied.sum(axis=1) * (ratings.presence == 0).sum(axis=1))
    prevalences = prevalence_index(cells)
    biases = bias_index(cells) if len(ratings.coders) >= 2 else np.full(len(ratings.codes), np.nan)
    rows = []
    for i, code in enumerate(ratings.codes):
        percent, positive, negative, alpha, ac1, kappa, pabak = (column[i] for column in columns)
        balance = _known(prevalences[i])
        rows.append(
            CodeAgreement(
                code=code,
                instances=tuple(int(n) for n in instances[i]),
                n_units=alpha.n_units,
                n_applied=int(n_applied[i]),
                n_disagreements=int(n_disagreements[i]),
                n_interviews=alpha.n_interviews,
                prevalence=None if balance is None else (balance + 1) / 2,
                percent_agreement=percent,
                positive_agreement=positive,
                negative_agreement=negative,
                alpha=alpha,
                ac1=ac1,
                kappa=kappa,
                pabak=pabak,
                prevalence_index=balance,
                bias_index=_known(biases[i]),
                verdict=verdict(alpha, settings),
            )
        )
    return tuple(rows)


def _summary(codes: tuple[CodeAgreement, ...], settings: AuditSettings) -> Summary:
    judged = sorted((row.alpha.value, row.code) for row in codes if row.alpha.value is not None)
    values = [value for value, _ in judged]
    n_reliable = sum(value >= settings.reliable for value in values)
    n_below = sum(value < settings.tentative for value in values)
    return Summary(
        n_codes=len(codes),
        n_judged=len(judged),
        median=median(values) if values else None,
        lowest=values[0] if values else None,
        highest=values[-1] if values else None,
        worst_code=judged[0][1] if judged else None,
        n_reliable=n_reliable,
        n_between=len(judged) - n_reliable - n_below,
        n_below=n_below,
        left_out=dict(Counter(row.alpha.status for row in codes if row.alpha.status != "ok")),
        verdicts=dict(Counter(row.verdict for row in codes)),
    )


# --- By coder ------------------------------------------------------------------------------------------


def _pairs(variable: Values, ratings: Ratings | None, settings: AuditSettings) -> tuple[PairAgreement, ...]:
    pairs = list(combinations(variable.coders, 2))
    overall = estimate_parts([select_coders(variable, pair) for pair in pairs])
    return tuple(
        PairAgreement(
            coders=pair, n_units=found.n_units, overall=found, by_code=_alphas(ratings, pair, settings)
        )
        for pair, found in zip(pairs, overall, strict=True)
    )


def _without_each_coder(
    variable: Values,
    ratings: Ratings | None,
    everybody: Estimate,
    codes: tuple[CodeAgreement, ...],
    settings: AuditSettings,
) -> tuple[LeaveOneOut, ...]:
    """Empty with fewer than three coders: without one there would be nobody to compare."""
    if len(variable.coders) < 3:
        return ()
    others = [tuple(other for other in variable.coders if other != coder) for coder in variable.coders]
    overall = estimate_parts([select_coders(variable, rest) for rest in others])
    found = []
    for coder, rest, without in zip(variable.coders, others, overall, strict=True):
        by_code = _alphas(ratings, rest, settings)
        shifts = tuple(_shift(left, row.alpha) for left, row in zip(by_code, codes, strict=True))
        found.append(
            LeaveOneOut(
                coder=coder,
                overall=without,
                shift=_shift(without, everybody),
                by_code=by_code,
                shift_by_code=shifts,
            )
        )
    return tuple(found)


def _alphas(ratings: Ratings | None, coders: Sequence[str], settings: AuditSettings) -> tuple[Estimate, ...]:
    if ratings is None:
        return ()
    return estimate_codes(select_coders(ratings, coders), settings=settings, intervals=False)


def _shift(rest: Estimate, everybody: Estimate) -> float | None:
    return None if rest.value is None or everybody.value is None else rest.value - everybody.value


def _confusions(ratings: Ratings) -> Confusions:
    n_codes = len(ratings.codes)
    counts = np.zeros((n_codes, n_codes))
    omitted = np.zeros(n_codes)
    weight = _unit_sizes(ratings)[:, None]
    for a, b in combinations(range(len(ratings.coders)), 2):
        first, second = ratings.presence[:, a], ratings.presence[:, b]
        first_only = ((first == 1) & (second == 0)).astype(np.float64)
        second_only = ((second == 1) & (first == 0)).astype(np.float64)
        crossed = (first_only * weight).T @ second_only
        counts += crossed + crossed.T
        counts[np.diag_indices(n_codes)] += ((first == 1) & (second == 1)).T @ weight[:, 0]
        omitted += (first_only * ~second_only.any(axis=1, keepdims=True)).T @ weight[:, 0]
        omitted += (second_only * ~first_only.any(axis=1, keepdims=True)).T @ weight[:, 0]
    return Confusions(codes=ratings.codes, counts=counts.astype(np.int64), omitted=omitted.astype(np.int64))


# --- By interview --------------------------------------------------------------------------------------


def _interviews(variable: Values, ratings: Ratings | None) -> tuple[InterviewAgreement, ...]:
    if variable.interviews is None:
        return ()
    groups = Groups.by_name(variable.interviews)
    rows = [np.flatnonzero(groups.of_unit == position) for position in range(groups.count)]
    overall = estimate_parts([select_units(variable, own) for own in rows])
    percents, positives = _pooled(ratings, groups)
    return tuple(
        InterviewAgreement(
            interview=name,
            n_units=found.n_units,
            overall=found,
            percent_agreement=_known(percent),
            positive_agreement=_known(positive),
        )
        for name, found, percent, positive in zip(
            dict.fromkeys(variable.interviews), overall, percents, positives, strict=True
        )
    )


def _pooled(ratings: Ratings | None, groups: Groups) -> tuple[Floats, Floats]:
    """Percent and positive agreement of each interview, all codes taken together."""
    if ratings is None or not ratings.codes:
        unknown = np.full(groups.count, np.nan)
        return unknown, unknown
    cells = _cells(ratings)
    scale = Scale(len(ratings.coders), 2, np.eye(2), np.zeros(2))
    agreement = PatternStatistic.of(cells, scale, agreement_sums, percent_agreement).group_sums(groups)
    specific = PatternStatistic.of(cells, scale, specific_sums, percent_agreement).group_sums(groups)
    return (
        percent_agreement(agreement.sum(axis=1), scale),
        specific_agreement(specific.sum(axis=1), scale, category=1),
    )


# --- Small parts ---------------------------------------------------------------------------------------


def _cells(ratings: Ratings) -> Cells:
    sizes = None if ratings.sizes is None else ratings.sizes.astype(np.float64)
    return Cells(ratings.presence, 2, sizes)


def _unit_sizes(table: Ratings | Values) -> NDArray[np.int64]:
    return np.ones(len(table.units), dtype=np.int64) if table.sizes is None else table.sizes


def _n_units(table: Ratings | Values, rows: NDArray[np.bool_]) -> int:
    return int(_unit_sizes(table)[rows].sum())


def _known(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)
