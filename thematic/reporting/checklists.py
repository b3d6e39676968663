"""COREQ items 24 to 32 and SRQR, filled from the record; what the record does not know is said to be unknown.

Nothing is inferred about what people meant, decided or did outside the study folder.
"""

from __future__ import annotations

from dataclasses import dataclass

from thematic import __version__
from thematic.reporting.glance import Glance
from thematic.reporting.missing import Missing
from thematic.reporting.themes import Themes

__all__ = ["NOT_RECORDED", "Item", "coreq", "srqr"]

NOT_RECORDED = "not recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of a checklist: what it asks for, and what the record says. known: it says something."""

    number: str
    asks: str
    answer: str
    known: bool


def _item(number: str, asks: str, answer: str = "") -> Item:
    return Item(number=number, asks=asks, answer=answer or NOT_RECORDED, known=bool(answer))


def coreq(glance: Glance, themes: Themes | Missing) -> tuple[Item, ...]:
    """Items 24 to 32 of Tong, Sainsbury & Craig (2007): data analysis and reporting."""
    people = [c for c in glance.coders if c.kind == "human" and (c.excerpts or c.codings)]
    coders = "; ".join(f"{c.coder} read {c.excerpts:,} of {glance.excerpts:,} excerpts" for c in people)
    tree = f"{glance.codebook}: {glance.codes} codes, {glance.themes} topmost, version "
    tree += f"{glance.codebook_version}; definitions and counts stand in the section on themes"
    versions = sorted({v for c in glance.coders for v in c.versions})
    derived = ""
    if len(versions) > 1:
        derived = (
            f"whether themes were set beforehand or found in the data is {NOT_RECORDED}; the codebook "
            f"changed while coding: codings name {len(versions)} versions"
        )
    quoted, major, minor = "", "", ""
    if not isinstance(themes, Missing):
        quotes = [q for row in themes.rows for q in row.quotes]
        if quotes:
            quoted = (
                f"{len({q.excerpt_id for q in quotes})} passages of {len({q.participant for q in quotes})} "
                "participants are quoted, each with its transcript and, where known, time and speaker"
            )
        tops = [row for row in themes.rows if row.depth == 0 and row.participants]
        major = "; ".join(f"{row.name} ({row.participants} participants)" for row in tops)
        negative = sum(any(q.kind == "contradicting" for q in row.quotes) for row in themes.rows)
        rare = [r for r in themes.rows if r.participants and r.participants <= themes.participants_read / 4]
        if negative or rare:
            minor = (
                f"{len(rare)} codes of at most a quarter of the participants are listed with their counts; "
                f"for {negative} codes and themes the passage farthest from the others is quoted as a "
                "possible negative case"
            )
    return (
        _item("24", "Number of data coders", f"{len(people)}: {coders}" if people else ""),
        _item("25", "Description of the coding tree", tree if glance.codes else ""),
        _item("26", "Derivation of themes", derived),
        _item("27", "Software", f"thematic {__version__}"),
        _item("28", "Participant checking"),
        _item("29", "Quotations presented, each identified", quoted),
        _item("30", "Data and findings consistent"),
        _item("31", "Clarity of major themes", major),
        _item("32", "Clarity of minor themes", minor),
    )


def srqr(
    glance: Glance, themes: Themes | Missing, stance: str, agreement: str, analysis: str
) -> tuple[Item, ...]:
    """The 21 items of O'Brien et al. (2014).

    agreement: the headline of the audit, or empty. analysis: how codes were given, or empty.
    """
    minutes = [row.minutes for row in glance.rows if row.minutes is not None]
    length = f", {min(minutes):.0f} to {max(minutes):.0f} minutes where times are known" if minutes else ""
    units = f"{glance.interviews} interviews with {glance.participants} participants, "
    units += f"{glance.words:,} words{length}"
    processed = (
        f"transcripts cut into {glance.excerpts:,} excerpts, verbatim; {glance.set_aside} turns of "
        "participants set aside as mere back-channel; how the recordings were transcribed and "
        "de-identified is " + NOT_RECORDED
    )
    trust = []
    if glance.read_twice:
        trust.append(f"{glance.read_twice:,} excerpts were read by two coders or more")
    if agreement:
        trust.append(agreement)
    trust.append("an append-only, hash-chained record of every decision")
    known: dict[str, str] = {"S5": f"stance set in the study: {stance}" if stance else ""}
    known |= {"S12": units, "S13": processed, "S14": analysis, "S15": "; ".join(trust)}
    if not isinstance(themes, Missing):
        known["S16"] = (
            "themes with counts by participant stand in the report; their interpretation is the authors'"
        )
        if any(row.quotes for row in themes.rows):
            known["S17"] = "quotes by stated rules, from different participants, each with its place"
    return tuple(_item(number, asks, known.get(number, "")) for number, asks in _SRQR)


_SRQR = (
    ("S1", "Title"),
    ("S2", "Abstract"),
    ("S3", "Problem formulation"),
    ("S4", "Purpose or research question"),
    ("S5", "Qualitative approach and research paradigm"),
    ("S6", "Researcher characteristics and reflexivity"),
    ("S7", "Context"),
    ("S8", "Sampling strategy"),
    ("S9", "Ethical issues pertaining to human subjects"),
    ("S10", "Data collection methods"),
    ("S11", "Data collection instruments and technologies"),
    ("S12", "Units of study"),
    ("S13", "Data processing"),
    ("S14", "Data analysis"),
    ("S15", "Techniques to enhance trustworthiness"),
    ("S16", "Synthesis and interpretation"),
    ("S17", "Links to empirical data"),
    ("S18", "Integration with prior work, implications, transferability and contributions"),
    ("S19", "Limitations"),
    ("S20", "Conflicts of interest"),
    ("S21", "Funding"),
)
