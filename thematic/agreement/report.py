"""The agreement report: the audit, the disagreements behind it, and how all of it was made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from thematic import __version__
from thematic.agreement.audits import audit, sensitivity
from thematic.agreement.cautions import unit_sensitive
from thematic.agreement.denominator import CountedIn, count_in
from thematic.agreement.disagreements import (
    Disagreement,
    KindShare,
    SpanAgreement,
    disagreements,
    kind_shares,
    span_agreement,
)
from thematic.agreement.methods import Background, headline, methods_text
from thematic.agreement.ratings import Ratings
from thematic.agreement.results import Audit, AuditSettings, Caution, Pool, Sensitivity
from thematic.agreement.unitizing_family import count_overlaps
from thematic.agreement.units import CodedUnits, Excluded
from thematic.errors import Problem

__all__ = ["AgreementReport", "make_report"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AgreementReport:
    """Everything that the summary, the page and the files show.

    compared: the coders whose disagreements are told: the people, or, with one person only, that person and
    the first machine. one_variable: each coder gave each unit one value of a variable; `codes` are then its
    values. counted_in: the codes again with the text counted in that was left out. cautions: those about
    `compared`, and about the unit rules.
    """

    background: Background
    version: str
    headline: str
    one_variable: bool
    unit_rule: str
    excluded: tuple[Excluded, ...]
    audit: Audit
    compared: Pool
    cautions: tuple[Caution, ...]
    disagreements: tuple[Disagreement, ...]
    kinds: tuple[KindShare, ...]
    spans: tuple[SpanAgreement, ...]
    sensitivity: Sensitivity | None
    counted_in: CountedIn | None
    methods: str
    notes: tuple[Problem, ...]

    def name(self, code: str) -> str:
        """How a code is called in print."""
        return self.background.names.get(code, code)


def make_report(
    coded: CodedUnits,
    *,
    settings: AuditSettings = AuditSettings(),  # noqa: B008  frozen
    background: Background = Background(),  # noqa: B008  frozen
    unit_rules: Mapping[str, Ratings] | None = None,
) -> AgreementReport:
    """The whole report on these codings.

    unit_rules: the same codings under other unit rules, by name, for the sensitivity table.
    Raises AgreementError when nothing can be compared.
    """
    table = coded.ratings if coded.values is None else coded.values
    parents = background.parents
    circumstances = replace(
        background.circumstances,
        codebook_versions=coded.codebook_versions,
        # A passage may have two codes; only unitizing alpha, where it was asked for, has no place for them.
        n_overlapping=_overlaps_of_people(coded) if background.experimental else 0,
    )
    found = audit(table, settings=settings, parents=parents, circumstances=circumstances)
    people_only = len(found.people.coders) > 1 or not found.machines
    compared = found.people if people_only else found.machines[0]
    differences = disagreements(coded, coders=compared.coders, parents=parents, trouble=compared.trouble)
    by_rule = None
    if people_only and compared.codes:
        by_rule = sensitivity({coded.rule: coded.ratings, **(unit_rules or {})}, settings=settings)
    flipped = None if by_rule is None else unit_sensitive(by_rule)
    return AgreementReport(
        background=background,
        version=__version__,
        headline=headline(compared, settings, background.names, one_variable=coded.values is not None),
        one_variable=coded.values is not None,
        unit_rule=coded.rule,
        excluded=coded.excluded,
        audit=found,
        compared=compared,
        cautions=tuple(
            _by_name(caution, background.names)
            for caution in (*compared.cautions, *(() if flipped is None else (flipped,)))
        ),
        disagreements=differences,
        kinds=kind_shares(differences),
        spans=span_agreement(coded.spans, coders=compared.coders, texts=background.texts),
        sensitivity=by_rule,
        counted_in=None
        if coded.values is not None
        else count_in(
            compared, coded.ratings, coded.excluded, settings, n_eligible=circumstances.n_eligible_units
        ),
        methods=methods_text(
            compared,
            settings,
            background=background,
            unit_rule=coded.rule,
            excluded=coded.excluded,
            one_variable=coded.values is not None,
        ),
        notes=coded.notes,
    )


def _overlaps_of_people(coded: CodedUnits) -> int:
    people = set(coded.ratings.coders) - coded.ratings.model_coders
    return count_overlaps(span for span in coded.spans if span.coder in people)


def _by_name(caution: Caution, names: Mapping[str, str]) -> Caution:
    """The caution with codes called as in print."""
    message = caution.message
    for code in sorted(caution.about, key=len, reverse=True):
        message = re.sub(rf"(?<![\w-]){re.escape(code)}(?![\w-])", lambda _: names.get(code, code), message)  # noqa: B023
    return replace(caution, message=message)
