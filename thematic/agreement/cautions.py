"""Warnings of the audit: each one line, with a code, a number, what it means and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from thematic.agreement.ratings import Ratings
from thematic.agreement.results import (
    AuditSettings,
    Caution,
    Circumstances,
    CodeAgreement,
    Pool,
    Sensitivity,
)
from thematic.agreement.wording import number, threshold
from thematic.text import join_names

__all__ = ["cautions", "unit_sensitive"]

# From where on a difference is worth a line.
PARADOX_GAP = 0.2
BIAS_INDEX = 0.1
FEWEST_FOR_BIAS = 10
SHIFT = 0.1
TOO_GOOD = 0.98
DESIGN_EFFECT = 2.0
UNCODED_SHARE = 0.5
DOUBLE_SHARE = 0.1
UNDEFINED_DRAWS = 0.01

_MACHINE = re.compile(
    r"(?<![a-z])(chatgpt|gpt|llm|claude|gemini|llama|mistral|copilot|model|bot|ai)(?![a-z])", re.IGNORECASE
)


def cautions(
    pool: Pool, ratings: Ratings | None, settings: AuditSettings, circumstances: Circumstances
) -> tuple[Caution, ...]:
    """The warnings that apply to the coders of the pool, in the order of their codes.

    ratings: the table by code that the pool was made from, where there is one.
    """
    found = [
        *_on_instances(pool, settings),
        *_on_intervals(pool, settings),
        *_on_chance(pool, ratings),
        *_on_coders(pool),
    ]
    if pool.kind == "people":
        found += _on_procedure(pool, circumstances)
    return tuple(sorted(found, key=lambda caution: caution.id))


def unit_sensitive(sensitivity: Sensitivity) -> Caution | None:
    """W07, where the verdict on some code depends on what counts as a unit."""
    flips = sensitivity.flips_by_unit
    if not flips:
        return None
    return Caution(
        id="W07",
        title="unit-sensitive",
        number=len(flips),
        about=flips,
        message=f"the verdict on {_codes(len(flips))} depends on what counts as a unit: {_names(flips)}",
        action="choose the unit before looking at the numbers, say why, and print the others beside it",
    )


def _on_instances(pool: Pool, settings: AuditSettings) -> Iterator[Caution]:
    few = [row for row in pool.codes if sum(row.instances) and min(row.instances) < settings.few]
    if few:
        few.sort(key=lambda row: min(row.instances))
        fewest = [f"{row.code} ({min(row.instances)})" for row in few]
        yield Caution(
            id="W01",
            title="few instances",
            number=len(few),
            about=_about(few),
            message=f"some coder applied {_codes(len(few))} less than {settings.few} times: {_names(fewest)}",
            action="report these codes with their counts; double-code more text before you judge them",
        )


def _on_intervals(pool: Pool, settings: AuditSettings) -> Iterator[Caution]:
    straddling = [row for row in pool.codes if row.verdict == "straddles"]
    if straddling:
        straddling.sort(key=lambda row: -(row.alpha.p_below_tentative or 0))
        yield Caution(
            id="W02",
            title="interval straddles the threshold",
            number=len(straddling),
            about=_about(straddling),
            message=f"{_codes(len(straddling))} may be on either side of {threshold(settings.tentative)}: "
            f"{_names(_about(straddling))}",
            action="double-code more interviews, or say that these codes are undecided",
        )
    n_interviews = pool.n_interviews or 0
    if n_interviews < settings.min_interviews:
        yield Caution(
            id="W03",
            title="too few interviews",
            number=n_interviews,
            message=f"{n_interviews} interview{'' if n_interviews == 1 else 's'}; intervals are over single "
            "units, which is too narrow"
            if pool.n_interviews
            else "the table does not say which interview a unit is from; intervals are over single units, "
            "which is too narrow",
            action=f"double-code parts of at least {settings.min_interviews} interviews"
            if pool.n_interviews
            else "add a column with the interview of each unit",
        )
    clustered = [row for row in pool.codes if (row.alpha.design_effect or 0) > DESIGN_EFFECT]
    if clustered:
        clustered.sort(key=lambda row: -(row.alpha.design_effect or 0))
        worst = clustered[0].alpha.design_effect or 0.0
        yield Caution(
            id="W10",
            title="units of one interview are alike",
            number=worst,
            about=_about(clustered),
            message=f"on {_codes(len(clustered))} agreement differs between interviews, so that units count "
            f"for less than they seem, up to {worst:.1f} times: {_names(_about(clustered))}",
            action="spread double-coding over more interviews instead of more units of the same ones",
        )
    undefined = [row for row in pool.codes if (row.alpha.undefined_draws or 0) > UNDEFINED_DRAWS]
    if undefined:
        undefined.sort(key=lambda row: -(row.alpha.undefined_draws or 0))
        worst = undefined[0].alpha.undefined_draws or 0.0
        yield Caution(
            id="W13",
            title="undefined draws",
            number=worst,
            about=_about(undefined),
            message=f"on {_codes(len(undefined))} up to {worst:.0%} of the bootstrap samples had no alpha: "
            f"{_names(_about(undefined))}",
            action="use the jackknife interval, or report counts only",
        )


def _on_chance(pool: Pool, ratings: Ratings | None) -> Iterator[Caution]:
    gaps = {
        row.code: row.ac1.value - row.alpha.value
        for row in pool.codes
        if row.ac1.value is not None and row.alpha.value is not None
    }
    paradox = [row for row in pool.codes if abs(gaps.get(row.code, 0)) > PARADOX_GAP]
    if paradox:
        paradox.sort(key=lambda row: -abs(gaps[row.code]))
        first = paradox[0]
        yield Caution(
            id="W04",
            title="prevalence paradox",
            number=len(paradox),
            about=_about(paradox),
            message=f"alpha and AC1 differ by more than {number(PARADOX_GAP, 1)} on {_codes(len(paradox))}: "
            f"{_names(_about(paradox))}; {first.code}, applied in {first.prevalence or 0:.0%} of ratings, "
            f"has alpha {number(first.alpha.value)}, AC1 {number(first.ac1.value)}",
            action="lead with alpha and positive agreement: AC1, PABAK and percent rise with uncoded text",
        )
    if ratings is None or not ratings.codes:
        return
    pairable = ((ratings.presence >= 0).sum(axis=1) >= 2).all(axis=1)
    uncoded = ~(ratings.presence == 1).any(axis=(1, 2))
    sizes = np.ones(len(ratings.units)) if ratings.sizes is None else ratings.sizes
    n_units = float(sizes[pairable].sum())
    share = float(sizes[pairable & uncoded].sum()) / n_units if n_units else 0.0
    if share > UNCODED_SHARE:
        yield Caution(
            id="W11",
            title="mostly uncoded",
            number=share,
            message=f"no coder applied anything to {share:.0%} of the units, which raises percent agreement, "
            "AC1 and PABAK",
            action="leave out text that could not be coded, as the interviewer's, and do not lead with these",
        )


def _on_coders(pool: Pool) -> Iterator[Caution]:
    biased = [row for row in pool.codes if _is_biased(row)]
    if biased:
        biased.sort(key=lambda row: -(row.bias_index or 0))
        worst = biased[0].bias_index or 0.0
        yield Caution(
            id="W05",
            title="coder bias",
            number=worst,
            about=_about(biased),
            message=f"one coder applies {_codes(len(biased))} far more often than another, by up to "
            f"{worst:.0%} of units: {_names(_about(biased))}",
            action="compare how the two read the definition, and sharpen when to apply the code and when not",
        )
    drivers = [row for row in pool.without if abs(row.shift or 0) > SHIFT]
    if drivers:
        drivers.sort(key=lambda row: -abs(row.shift or 0))
        shifts = [f"{row.coder} ({row.shift or 0:+.2f})" for row in drivers]
        yield Caution(
            id="W06",
            title="one coder drives it",
            number=drivers[0].shift or 0.0,
            about=tuple(row.coder for row in drivers),
            message=f"overall alpha moves by more than {number(SHIFT, 1)} without one coder: "
            f"{_names(shifts)}",
            action="look at that coder's row of the pair matrix; do not drop the coder to raise the number",
        )
    if pool.kind == "people":
        machines = [coder for coder in pool.coders if _MACHINE.search(coder)]
        if machines:
            yield Caution(
                id="W15",
                title="a machine among people",
                number=len(machines),
                about=tuple(machines),
                message=f"{_names(machines)} {'looks' if len(machines) == 1 else 'look'} like a machine but "
                f"{'is' if len(machines) == 1 else 'are'} counted as people",
                action="name machine coders as such: they are then compared with each person apart",
            )


def _on_procedure(pool: Pool, circumstances: Circumstances) -> Iterator[Caution]:
    judged = [row for row in pool.codes if row.alpha.value is not None]
    suspicious = len(judged) >= 3 and all((row.alpha.value or 0) > TOO_GOOD for row in judged)
    if circumstances.n_after_discussion or suspicious:
        yield Caution(
            id="W08",
            title="looks post-discussion",
            number=circumstances.n_after_discussion or len(judged),
            message=f"{circumstances.n_after_discussion} codings were made after the coders met"
            if circumstances.n_after_discussion
            else f"alpha is above {number(TOO_GOOD)} on all {len(judged)} codes",
            action="make sure that these are the independent codings, made before any discussion",
        )
    versions = sorted({version for own in circumstances.codebook_versions.values() for version in own})
    if len(versions) > 1:
        yield Caution(
            id="W09",
            title="codebook versions differ",
            number=len(versions),
            about=tuple(sorted(circumstances.codebook_versions)),
            message=f"the coders worked with {len(versions)} versions of the codebook",
            action="report a round for each version, or code the earlier units again",
        )
    eligible = circumstances.n_eligible_units or pool.n_units
    share = pool.n_double / eligible if eligible else 0.0
    if share < DOUBLE_SHARE or circumstances.drawn_by_seed is False:
        reason = "" if share < DOUBLE_SHARE else ", not drawn at random"
        yield Caution(
            id="W12",
            title="double-coded share",
            number=share,
            message=f"{share:.0%} of the units were coded twice{reason}",
            action="draw the units to code twice at random, from every interview (thematic sample)",
        )
    if circumstances.n_overlapping:
        yield Caution(
            id="W14",
            title="overlapping codes of one domain",
            number=circumstances.n_overlapping,
            message=f"spans of one coder overlap in {circumstances.n_overlapping} places; unitizing alpha of "
            "all codes together assumes that they never do",
            action="use alpha by character, or u-alpha of each code alone",
        )
    if circumstances.unread:
        left = sum(left for left, _ in circumstances.unread.values())
        each = [f"{coder} {left} of {asked}" for coder, (left, asked) in sorted(circumstances.unread.items())]
        yield Caution(
            id="W16",
            title="not all read",
            number=left,
            about=tuple(sorted(circumstances.unread)),
            message=f"excerpts that were asked for are not decided on yet: {_names(each)}",
            action="code the rest first: what coders read first need not be like what they leave for later",
        )


def _is_biased(row: CodeAgreement) -> bool:
    """The difference is large in itself, or larger than the code is frequent."""
    if row.bias_index is None or row.prevalence is None or row.n_applied < FEWEST_FOR_BIAS:
        return False
    return row.bias_index > BIAS_INDEX or row.bias_index > row.prevalence


def _about(rows: Sequence[CodeAgreement]) -> tuple[str, ...]:
    return tuple(row.code for row in rows)


def _codes(count: int) -> str:
    return "1 code" if count == 1 else f"{count} codes"


def _names(names: Sequence[str], most: int = 4) -> str:
    """A few names and how many more."""
    rest = len(names) - most
    return join_names(names) if rest <= 0 else f"{', '.join(names[:most])} and {rest} more"
