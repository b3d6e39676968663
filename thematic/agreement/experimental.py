"""Figures that are not part of the audit, by their exact names: each checked less widely than the rest."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

from thematic.agreement.ratings import code_sets, select_coders
from thematic.agreement.unitizing_family import UAlpha
from thematic.agreement.units import CodedUnits, character_units, merged

__all__ = ["experimental_figures"]


def experimental_figures(coded: CodedUnits) -> dict[str, float | None]:
    """Multi-valued alpha, and for spans the u-alpha family of 2016, the form of 1995, and gamma; people only.

    None where a figure is undefined. Gamma is there where its package is installed.
    """
    people = [coder for coder in coded.ratings.coders if coder not in coded.ratings.model_coders]
    return {
        **dict(_of_sets(coded, people)),
        **dict(_family(coded, people)),
        **dict(_by_interview(coded, people)),
    }


def _of_sets(coded: CodedUnits, people: list[str]) -> Iterator[tuple[str, float | None]]:
    from thematic.agreement.multivalued import multivalued_alpha

    if coded.values is None and coded.ratings.sizes is None:
        found = multivalued_alpha(code_sets(select_coders(coded.ratings, people)))
        yield found.variant, found.value


def _family(coded: CodedUnits, people: list[str]) -> Iterator[tuple[str, float | None]]:
    from thematic.agreement.unitizing_family import unitizing_family

    if not coded.spans:
        return
    characters = coded if coded.ratings.sizes is not None else character_units(coded)
    own = select_coders(characters.ratings, people)
    found = unitizing_family(
        CodedUnits(
            ratings=own,
            values=None,
            units=characters.units,
            rule=characters.rule,
            spans=tuple(span for span in characters.spans if span.coder in people),
        )
    )
    yield "u-alpha (2016), where spans begin and end and their codes", found.u.value
    yield "|u-alpha (2016), coded or not", found.relevance.value
    yield f"cu-alpha (2016), codes{_about(found.coding)}", found.coding.value
    for code in found.codes:
        yield (
            f"({code.code})u-alpha (2016), among codes{_about(code.among_codes)}",
            code.among_codes.value,
        )
        yield f"|u-alpha (2016) of {code.code} alone", code.alone.value


def _about(found: UAlpha) -> str:
    return f", on {found.coverage:.0%} of the text" if found.status == "ok" else ""


def _by_interview(coded: CodedUnits, people: list[str]) -> Iterator[tuple[str, float | None]]:
    from thematic.agreement.gamma import gamma
    from thematic.agreement.unitizing import unitizing_alpha

    ends: dict[str, int] = {}
    for span in coded.spans:
        ends[span.interview] = max(span.end, ends.get(span.interview, 0))
    for interview, end in sorted(ends.items()):
        here = [span for span in coded.spans if span.interview == interview and span.coder in people]
        stretches = {
            code: [
                merged((s.start, s.end) for s in here if s.coder == coder and s.code == code)
                for coder in people
            ]
            for code in sorted({span.code for span in here})
        }
        yield f"Unitizing alpha, form of 1995, {interview}", unitizing_alpha(stretches, (0, end)).value
        if find_spec("pygamma_agreement") is not None:
            by_coder = {c: [(s.start, s.end, s.code) for s in here if s.coder == c] for c in people}
            if all(by_coder.values()):
                yield f"Gamma, seed 0, {interview}", gamma(by_coder).value
