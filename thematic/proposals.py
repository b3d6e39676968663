"""New codes that coders proposed while they were coding, gathered for whoever keeps the codebook. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from thematic.codebook import id_from_name, make_codebook
from thematic.model import Code, Codebook, Decision, Quote
from thematic.review import Review

__all__ = ["Proposal", "gather", "proposed_codebook"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A code that was proposed, once or by several: its name as first written, every definition given, who
    proposed it, the words at which it was proposed, and the terms of the clusters that led to it."""

    name: str
    definitions: tuple[str, ...]
    coder_ids: tuple[str, ...]
    quotes: tuple[Quote, ...]
    terms: tuple[str, ...]


def gather(reviews: Iterable[Review]) -> tuple[Proposal, ...]:
    """The proposals that stand, the most often made first. Those with one name, in any case, are one."""
    made: dict[str, list[Decision]] = {}
    for review in reviews:
        for decision in review.proposals():
            name = " ".join(str(decision.details.get("name", "")).split())
            if name:
                made.setdefault(name.casefold(), []).append(decision)
    found = [_joined(decisions) for decisions in made.values()]
    return tuple(sorted(found, key=lambda p: (-len(p.coder_ids), -len(p.quotes), p.name.casefold())))


def _joined(decisions: list[Decision]) -> Proposal:
    def told(key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(t for d in decisions if (t := str(d.details.get(key, "")).strip())))

    return Proposal(
        name=" ".join(told("name")[0].split()),
        definitions=told("definition"),
        coder_ids=tuple(dict.fromkeys(d.coder_id for d in decisions)),
        quotes=tuple(dict.fromkeys(d.quote for d in decisions)),
        terms=tuple(dict.fromkeys(str(term) for d in decisions for term in d.details.get("terms", ()))),
    )


def proposed_codebook(proposals: Iterable[Proposal], codebook: Codebook) -> Codebook:
    """The proposals as codes, with ids that are free in `codebook`; the words of each are its examples."""
    taken = {code.id for code in codebook.codes}
    codes = []
    for proposal in proposals:
        id_ = id_from_name(proposal.name, taken)
        taken.add(id_)
        codes.append(
            Code(
                id=id_,
                name=proposal.name,
                definition=" / ".join(" ".join(text.split()) for text in proposal.definitions),
                examples=tuple(" ".join(quote.text.split()) for quote in proposal.quotes),
            )
        )
    return make_codebook(codebook.title, codes)
