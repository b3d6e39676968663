"""The methods paragraph: exact names of what was computed, citations, and “not recorded” where unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from thematic import __version__
from thematic.agreement.assistance_ledger import AssistanceLedger
from thematic.agreement.negotiation import Ledger
from thematic.agreement.results import AuditSettings, Circumstances, Estimate, Pool
from thematic.agreement.units import Excluded
from thematic.agreement.wording import interval, number, statuses, threshold, value
from thematic.text import join_names

__all__ = ["Background", "Stance", "headline", "methods_text", "reflexive_text"]

Stance = Literal["coding-reliability", "codebook", "reflexive"]

NOT_RECORDED = "not recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """Where the numbers come from, as far as it is known.

    names: how a code is called in print, by id. parents: the parent of each code.
    codebook: its title and version. inputs: SHA-256 of each file, by name.
    options: what was asked for, to compute the same again. texts: each interview, for offsets in words.
    ledger: what became of the units that were discussed. assistance: what coders did with suggestions that
    were in view, one entry for each who had any. experimental: figures that were asked for and are
    not part of the audit, each by its exact name.
    """

    title: str = "Inter-coder agreement"
    stance: Stance = "codebook"
    names: Mapping[str, str] = field(default_factory=dict)
    parents: Mapping[str, str | None] = field(default_factory=dict)
    circumstances: Circumstances = field(default_factory=Circumstances)
    codebook: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    ledger: Ledger | None = None
    assistance: tuple[AssistanceLedger, ...] = ()
    experimental: Mapping[str, float | None] = field(default_factory=dict)


REFERENCES = {
    "Braun": (
        "Braun, V., & Clarke, V. (2021). One size fits all? What counts as quality practice in "
        "(reflexive) thematic analysis? Qualitative Research in Psychology, 18(3), 328-352."
    ),
    "Byrt": (
        "Byrt, T., Bishop, J., & Carlin, J. B. (1993). Bias, prevalence and kappa. Journal of "
        "Clinical Epidemiology, 46(5), 423-429."
    ),
    "Cicchetti": (
        "Cicchetti, D. V., & Feinstein, A. R. (1990). High agreement but low kappa: II. Resolving the"
        " paradoxes. Journal of Clinical Epidemiology, 43(6), 551-558."
    ),
    "Cohen": (
        "Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and "
        "Psychological Measurement, 20(1), 37-46."
    ),
    "Efron": ("Efron, B., & Tibshirani, R. J. (1993). An introduction to the bootstrap. Chapman & Hall."),
    "Fleiss": (
        "Fleiss, J. L. (1971). Measuring nominal scale agreement among many raters. Psychological "
        "Bulletin, 76(5), 378-382."
    ),
    "Gwet": (
        "Gwet, K. L. (2008). Computing inter-rater reliability and its variance in the presence of "
        "high agreement. British Journal of Mathematical and Statistical Psychology, 61(1), 29-48."
    ),
    "Krippendorff": (
        "Krippendorff, K. (2004). Content analysis: An introduction to its methodology (2nd ed.). Sage."
    ),
    "OConnor": (
        "O'Connor, C., & Joffe, H. (2020). Intercoder reliability in qualitative research: Debates "
        "and practical guidelines. International Journal of Qualitative Methods, 19, 1-13."
    ),
    "Passonneau": (
        "Passonneau, R. J. (2006). Measuring agreement on set-valued items (MASI) for semantic and "
        "pragmatic annotation. Proceedings of LREC 2006, 831-836."
    ),
    "Tong": (
        "Tong, A., Sainsbury, P., & Craig, J. (2007). Consolidated criteria for reporting qualitative"
        " research (COREQ). International Journal for Quality in Health Care, 19(6), 349-357."
    ),
}


def headline(
    pool: Pool, settings: AuditSettings, name_of: Mapping[str, str], *, one_variable: bool = False
) -> str:
    """One sentence over the codes, never a mean on its own; that of the variable first where there is one."""
    first = pool.overall[0]
    whole = f"{first.variant}: {value(first)} {interval(first)}".rstrip() + "."
    if not pool.codes:
        return whole
    by_code = _over_codes(pool, settings, name_of, "value" if one_variable else "code")
    return f"{whole} By value: {by_code[0].lower()}{by_code[1:]}" if one_variable else by_code


def _over_codes(pool: Pool, settings: AuditSettings, name_of: Mapping[str, str], noun: str) -> str:
    summary = pool.summary

    def count(n: int) -> str:
        return f"{n} {noun}" if n == 1 else f"{n} {noun}s"

    if summary.median is None or summary.lowest is None or summary.highest is None:
        return f"None of the {count(summary.n_codes)} can be judged: {statuses(summary.left_out)}."
    worst = name_of.get(summary.worst_code or "", summary.worst_code)
    sentence = (
        f"Median alpha {number(summary.median)} over {count(summary.n_judged)} (from "
        f"{number(summary.lowest)}, “{worst}”, to {number(summary.highest)}); "
        f"{summary.n_reliable} at or above {threshold(settings.reliable)}, {summary.n_between} between, "
        f"{summary.n_below} below {threshold(settings.tentative)}."
    )
    if not summary.left_out:
        return sentence
    left_out = sum(summary.left_out.values())
    return f"{sentence} {count(left_out)} cannot be judged: {statuses(summary.left_out)}."


def methods_text(
    pool: Pool,
    settings: AuditSettings,
    *,
    background: Background,
    unit_rule: str,
    excluded: Sequence[Excluded],
    one_variable: bool = False,
) -> str:
    """A paragraph to adapt for the paper, the lines of COREQ that it answers, and the references."""
    cited = {"Krippendorff", "OConnor", "Tong"}
    paragraphs = [
        _design(pool, background, unit_rule, excluded),
        _statistics(pool, settings, cited, one_variable=one_variable),
        _unknowns(pool, background),
    ]
    if background.stance == "reflexive":
        paragraphs.insert(0, reflexive_text())
        cited.add("Braun")
    references = [REFERENCES[key] for key in sorted(cited)]
    return "\n\n".join([*paragraphs, _coreq(pool, background), "References\n" + "\n".join(references)]) + "\n"


def reflexive_text() -> str:
    """Why a reflexive analysis reports no coefficient."""
    return (
        "No coefficient of inter-coder agreement is reported as evidence of quality. In reflexive thematic "
        "analysis coding is the interpretive work of situated researchers; a coefficient takes as its ideal "
        "that different people code alike, as if there were one accurate coding to be found (Braun & Clarke, "
        "2021). Where several people read the same passages, their readings were set side by side, and "
        "differences were used as prompts for reflection."
    )


def _design(pool: Pool, background: Background, unit_rule: str, excluded: Sequence[Excluded]) -> str:
    n = pool.n_interviews
    where = "" if n is None else f" of {n} interview{'' if n == 1 else 's'}"
    share = f"{pool.n_double / pool.n_units:.0%}" if pool.n_units else "none"
    who = "coders" if pool.kind == "people" else "coders, a person and a machine"
    text = (
        f"{len(pool.coders)} {who} ({join_names(pool.coders)}) coded {pool.n_units} units{where}; "
        f"{pool.n_double} of them ({share}) were coded by two coders or more, and agreement was computed on "
        f"these. The unit was: {unit_rule}. A code that a coder did not apply to a unit that was assigned to "
        "that coder counts as not applied; a unit that was not assigned is missing."
    )
    left_out = [
        f"{entry.n_units or entry.n_codings} {entry.reason}"
        for entry in excluded
        if entry.n_units or entry.n_codings
    ]
    if left_out:
        text += f" Left out before counting: {join_names(left_out)}."
    eligible = background.circumstances.n_eligible_units
    if eligible:
        text += f" The units coded twice are {pool.n_double / eligible:.0%} of the {eligible} eligible ones."
    return text


def _statistics(pool: Pool, settings: AuditSettings, cited: set[str], *, one_variable: bool) -> str:
    sentences = []
    overall = join_names([estimate.variant for estimate in pool.overall])
    if one_variable:
        sentences.append(f"Each coder gave each unit one value. The headline is {pool.overall[0].variant}.")
        sentences.append(f"Computed were: {overall}.")
        if pool.codes:
            sentences.append(
                "Each value was also set against all others, by the same coefficients as a code."
            )
    elif pool.codes:
        row = pool.codes[0]
        sentences.append(
            f"Each code was taken as present or absent. The headline is {row.alpha.variant}, "
            "a code at a time, with positive specific agreement (Cicchetti & Feinstein, 1990) beside it; "
            f"percent agreement, {row.kappa.variant}, {row.ac1.variant} and {row.pabak.variant} are given "
            "for comparison, since they respond differently to rare codes."
        )
        sentences.append(f"Over all codes together: {overall}.")
    if pool.codes:
        cited |= {
            "Cicchetti",
            "Gwet",
            "Byrt",
            "Cohen" if "Cohen" in pool.codes[0].kappa.variant else "Fleiss",
        }
    if "MASI" in overall:
        cited.add("Passonneau")
    if example := next((e for e in _estimates(pool) if e.interval), None):
        cited.add("Efron")
        sentences.append(_interval_in_words(example, settings))
    sentences.append(
        f"Values at or above {threshold(settings.reliable)} were read as reliable, and from "
        f"{threshold(settings.tentative)} as allowing tentative conclusions only (Krippendorff, 2004, "
        "p. 241)."
    )
    if pool.codes:
        sentences.append(
            f"Codes applied fewer than {settings.rare} times are reported as counts. A coefficient that is "
            "undefined is reported as such, with the reason, and left out of summaries with a count."
        )
    return " ".join(sentences)


def _interval_in_words(estimate: Estimate, settings: AuditSettings) -> str:
    confidence = f"{estimate.confidence or settings.confidence:.0%}"
    unit = "interview" if estimate.interval and estimate.interval.endswith("interviews") else "unit"
    if estimate.interval and estimate.interval.startswith("jackknife"):
        how = f"a delete-one-{unit} jackknife with Student's t (Efron & Tibshirani, 1993, ch. 11)"
    else:
        how = (
            f"a percentile bootstrap that redraws {unit}s {settings.resamples} times, seed {settings.seed} "
            "(Efron & Tibshirani, 1993, ch. 13)"
        )
    text = f"Intervals of {confidence} are from {how}."
    if estimate.optimistic:
        text += (
            " They take units of one interview as independent of each other, and are too narrow where they "
            "are not."
        )
    return text


def _estimates(pool: Pool) -> list[Estimate]:
    return [*(row.alpha for row in pool.codes), *pool.overall]


def _unknowns(pool: Pool, background: Background) -> str:
    drawn = {True: "at random, by seed", False: "not at random", None: NOT_RECORDED}
    discussed = NOT_RECORDED if background.ledger is None else background.ledger.in_words()
    chosen = drawn[background.circumstances.drawn_by_seed]
    if pool.n_double == background.circumstances.n_eligible_units:
        chosen = "all eligible units were"
    facts = {
        "How the units coded twice were chosen": chosen,
        "Independence of the coders from each other": NOT_RECORDED,
        "Their training": NOT_RECORDED,
        "Suggestions of a machine": _help_in_words(background),
        "How disagreements were resolved": discussed,
        "Codebook": background.codebook or NOT_RECORDED,
    }
    return "To be reported beside the numbers (O'Connor & Joffe, 2020). " + " ".join(
        f"{what}: {known}." for what, known in facts.items()
    )


def _help_in_words(background: Background) -> str:
    """Only a study can tell what was in view."""
    if background.assistance:
        told = "; ".join(entry.in_words() for entry in background.assistance)
        counted = background.options.get("mode") in ("assist", "reveal")
        return f"{told}; {'only those with' if counted else 'only those without'} were counted here"
    return "none were in view" if background.texts else NOT_RECORDED


def _coreq(pool: Pool, background: Background) -> str:
    """COREQ asks for these; it does not ask for a coefficient."""
    return "\n".join(
        (
            "COREQ items that this answers (Tong et al., 2007; it does not ask for a coefficient)",
            f"24 Number of data coders: {len(pool.coders)}",
            f"25 Description of the coding tree: {background.codebook or NOT_RECORDED}",
            f"26 Derivation of themes: {NOT_RECORDED}",
            f"27 Software: thematic {__version__}",
        )
    )
