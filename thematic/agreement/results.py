"""What an agreement audit comes back with, and what it can be asked for.

Every number that may be undefined is None there, with a status that says why; none is ever NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Audit",
    "AuditSettings",
    "Caution",
    "Circumstances",
    "CodeAgreement",
    "Confusions",
    "Estimate",
    "IntervalMethod",
    "InterviewAgreement",
    "LeaveOneOut",
    "PairAgreement",
    "Pool",
    "Sensitivity",
    "SensitivityRow",
    "Status",
    "Summary",
    "Verdict",
]

Status = Literal["ok", "no_variation", "too_few_units", "one_coder", "rare"]
"""Why a coefficient has no value.

one_coder: fewer than two coders rated anything.
too_few_units: fewer than two units were rated by two coders, or by some pair for a mean over pairs.
no_variation: every rating that can be compared is the same, or the chance-expected agreement is perfect.
rare: a code applied, or left out, fewer times than `AuditSettings.rare`: only counts are given.
"""

IntervalMethod = Literal[
    "jackknife over interviews", "bootstrap over interviews", "jackknife over units", "bootstrap over units"
]

Verdict = Literal["above", "straddles", "below", "too few"]
"""Where the interval of alpha lies against `AuditSettings.tentative`; `too few` where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSettings:
    """What to compute.

    interval: `jackknife` deletes one interview at a time and uses t(D-1); `bootstrap` redraws interviews.
    confidence: the share of samples whose interval is meant to cover the true value.
    resamples, seed: of the bootstrap.
    tentative, reliable: Krippendorff's (2004, p. 241) lower limits for tentative and for firm conclusions.
    rare: a code with fewer instances in all gets counts only. few: fewer by one coder are cautioned about.
    min_interviews: below it, resampling is over units, and the interval is marked optimistic.
    """

    interval: Literal["jackknife", "bootstrap"] = "jackknife"
    confidence: float = 0.95
    resamples: int = 2000
    seed: int = 0
    tentative: float = 0.667
    reliable: float = 0.8
    rare: int = 5
    few: int = 10
    min_interviews: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What the table cannot tell about how it came to be; None and empty where it was not recorded.

    n_eligible_units: units of the study that could have been coded twice. drawn_by_seed: whether those that
    were had been drawn at random. codebook_versions: the versions each coder worked with. n_after_discussion:
    codings dated after the coders met. n_overlapping: places where spans of one coder and domain overlap.
    unread: coders who have not decided on all they were asked to code: excerpts left, and excerpts asked for.
    """

    n_eligible_units: int | None = None
    drawn_by_seed: bool | None = None
    codebook_versions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    n_after_discussion: int = 0
    n_overlapping: int = 0
    unread: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One coefficient on one table.

    coefficient: its name in the registry. variant: its exact name in words, for print.
    value: None unless `status` is ok.
    low, high: the interval, both None where there is none; `interval` says how it was made.
    optimistic: the interval takes units of one interview as independent: too narrow where they are not.
    standard_error: of the resampling that made the interval.
    design_effect: variance over interviews divided by variance over units, where both are known.
    p_below_tentative, p_below_reliable: probability that the true value is below those thresholds.
    n_units: units rated by two coders or more: no others can be compared. n_interviews: those they are from.
    undefined_draws: share of bootstrap samples in which the coefficient was undefined.
    """

    coefficient: str
    variant: str
    value: float | None
    status: Status
    n_units: int
    n_interviews: int | None = None
    low: float | None = None
    high: float | None = None
    interval: IntervalMethod | None = None
    confidence: float | None = None
    optimistic: bool = False
    standard_error: float | None = None
    design_effect: float | None = None
    p_below_tentative: float | None = None
    p_below_reliable: float | None = None
    undefined_draws: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAgreement:
    """Agreement on one code, or on one theme: any code below it.

    instances: how often each coder applied it, in the order of `Pool.coders`, over all their units.
    n_units: units rated by two coders or more. n_applied: of those, how many have it from anyone.
    n_disagreements: pairs of coders of whom one applied it to a unit and the other did not.
    prevalence: share of the ratings of those units that apply it.
    prevalence_index, bias_index: Byrt, Bishop & Carlin (1993); for more than two coders see `coefficients`.
    kappa: Cohen's for two coders, Fleiss' for more; `kappa.variant` says which.
    """

    code: str
    instances: tuple[int, ...]
    n_units: int
    n_applied: int
    n_disagreements: int
    n_interviews: int | None
    prevalence: float | None
    percent_agreement: Estimate
    positive_agreement: Estimate
    negative_agreement: Estimate
    alpha: Estimate
    ac1: Estimate
    kappa: Estimate
    pabak: Estimate
    prevalence_index: float | None
    bias_index: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class PairAgreement:
    """Two coders on the units that both rated. `by_code`: alpha a code, in the order of `Pool.codes`."""

    coders: tuple[str, str]
    n_units: int
    overall: Estimate
    by_code: tuple[Estimate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveOneOut:
    """Agreement of the others without one coder. `shift` is theirs minus everybody's."""

    coder: str
    overall: Estimate
    shift: float | None
    by_code: tuple[Estimate, ...] = ()
    shift_by_code: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Confusions:
    """What one coder applied where another applied something else.

    counts: shape (codes, codes), symmetric; off the diagonal, pairs of coders on a unit, of whom one applied
    the row's code alone and the other the column's code alone; on it, pairs that both applied the code.
    omitted: shape (codes,): pairs of whom one applied the code and the other nothing that the first did not.
    """

    codes: tuple[str, ...]
    counts: NDArray[np.int64]
    omitted: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewAgreement:
    """One interview: `overall` is its own alpha; the other two pool all codes and all pairs of coders."""

    interview: str
    n_units: int
    overall: Estimate
    percent_agreement: float | None
    positive_agreement: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """A warning on one line: a code, a number, what it means and what to do.

    about: the codes or coders concerned, worst first; empty where it is about the whole table.
    """

    id: str
    title: str
    number: float
    message: str
    action: str
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Alpha over the codes that have one: never a mean on its own.

    median, lowest and highest are over the `n_judged` codes with status ok; left_out counts the others by
    status.
    """

    n_codes: int
    n_judged: int
    median: float | None
    lowest: float | None
    highest: float | None
    worst_code: str | None
    n_reliable: int
    n_between: int
    n_below: int
    left_out: Mapping[str, int]
    verdicts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Coders whose ratings are compared with each other: all people, or one person and one machine.

    n_units: all units of the table; n_double: those rated by two coders of the pool or more.
    overall: the headline first: alpha with MASI and with Jaccard distance over the sets of codes, or, for a
    single variable, alpha of its level and the other coefficients that suit it.
    trouble: codes with disagreements, most first: where to spend the meeting.
    """

    kind: Literal["people", "person and machine"]
    coders: tuple[str, ...]
    codes: tuple[CodeAgreement, ...]
    themes: tuple[CodeAgreement, ...]
    n_units: int
    n_double: int
    n_interviews: int | None
    overall: tuple[Estimate, ...]
    summary: Summary
    pairs: tuple[PairAgreement, ...]
    without: tuple[LeaveOneOut, ...]
    confusions: Confusions | None
    interviews: tuple[InterviewAgreement, ...]
    trouble: tuple[str, ...]
    cautions: tuple[Caution, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The whole audit. People are one pool; each pair of a person and a machine is a pool of its own."""

    people: Pool
    machines: tuple[Pool, ...]
    settings: AuditSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityRow:
    """One code under one unit rule and coefficient."""

    code: str
    unit_rule: str
    estimate: Estimate
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """Every code under every unit rule and coefficient.

    flips_by_unit, flips_by_coefficient: the codes whose verdict depends on that choice.
    """

    rows: tuple[SensitivityRow, ...]
    flips_by_unit: tuple[str, ...]
    flips_by_coefficient: tuple[str, ...]
