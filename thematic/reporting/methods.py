"""Section 11: what was done, to adapt for the paper: exact settings, citations, and how to do it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from thematic import __version__
from thematic.reporting.agreed import Agreed
from thematic.reporting.checklists import Item, coreq, srqr
from thematic.reporting.cooccurrence import CoOccurrence
from thematic.reporting.excerpt_map import ExcerptMap
from thematic.reporting.glance import Glance
from thematic.reporting.groups import Groups
from thematic.reporting.missing import Missing
from thematic.reporting.references import REFERENCES
from thematic.reporting.saturation import Saturation
from thematic.reporting.settings import ReportSettings
from thematic.reporting.themes import Themes
from thematic.text import join_names

__all__ = ["Methods", "Provenance", "citation_file", "write_methods"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What the study knows about how its results came about.

    stance: of the study. settings: tables of study.toml, as plain values. versions: of software, by name.
    hashes: SHA-256 of each input, by file name. model_sha256: of the weights. commands: to do it again.
    """

    stance: str = ""
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    model: str = ""
    model_sha256: str = ""
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Methods:
    paragraphs: tuple[str, ...]
    references: tuple[str, ...]
    coreq: tuple[Item, ...]
    srqr: tuple[Item, ...]
    provenance: Provenance
    citation: str

    @property
    def text(self) -> str:
        """The paragraphs and references, as one text."""
        return "\n\n".join([*self.paragraphs, "References\n" + "\n".join(self.references)]) + "\n"


def write_methods(
    glance: Glance,
    themes: Themes | Missing,
    pairs: CoOccurrence | Missing,
    saturation: Saturation | Missing,
    groups: Groups | Missing,
    map_: ExcerptMap | Missing,
    agreed: Agreed | Missing,
    settings: ReportSettings,
    provenance: Provenance,
) -> Methods:
    """The methods as far as the record knows them; only what is in the report is described and cited."""
    cited = {"Tong", "OBrien"}
    material = _material(glance, provenance)
    analysis = _coding(glance)
    counting = _counting(themes, pairs, saturation, groups, map_, settings, cited)
    agreement = agreed.methods.split("\n\nCOREQ")[0] if isinstance(agreed, Agreed) else ""
    return Methods(
        paragraphs=tuple(filter(None, (material, analysis, agreement, counting))),
        references=tuple(
            sorted({*(REFERENCES[key] for key in cited), *_references(agreed)}, key=str.casefold)
        ),
        coreq=coreq(glance, themes),
        srqr=srqr(
            glance,
            themes,
            provenance.stance,
            agreed.headline if isinstance(agreed, Agreed) else "",
            analysis,
        ),
        provenance=provenance,
        citation=citation_file(),
    )


def _material(glance: Glance, provenance: Provenance) -> str:
    segment = provenance.settings.get("segment", {})
    unit = str(segment.get("unit", "passage"))
    how = {
        "passage": f"passages of whole sentences of about {segment.get('min_words')} to "
        f"{segment.get('max_words')} words within one speaker's turn",
        "sentence": "sentences",
        "turn": "turns",
    }.get(unit, unit)
    return (
        f"{glance.interviews} interviews with {glance.participants} participants ({glance.words:,} words "
        f"of participants) were cut into {glance.excerpts:,} excerpts: {how} (thematic {__version__}). The "
        f"words of interviewers are in no excerpt; {glance.set_aside} turns of participants that are mere "
        "back-channel were set aside. Every excerpt is a verbatim span of its transcript."
    )


def _coding(glance: Glance) -> str:
    people = [c for c in glance.coders if c.kind == "human" and c.codings]
    if not people:
        return ""
    modes: dict[str, int] = {}
    for coder in people:
        for mode, n in coder.modes.items():
            modes[mode] = modes.get(mode, 0) + n
    words = {
        "blind": "without suggestions in view",
        "reveal": "first alone and then in view of suggestions",
        "assist": "with suggestions in view",
        "import": "taken over from elsewhere",
    }
    how = join_names([f"{n:,} {words.get(mode, mode)}" for mode, n in modes.items()])
    return (
        f"{len(people)} coder{'' if len(people) == 1 else 's'} ({join_names([c.coder for c in people])}) "
        f"applied the codebook “{glance.codebook}” ({glance.codes} codes, version "
        f"{glance.codebook_version}); {glance.read:,} of {glance.excerpts:,} excerpts were read and "
        f"{glance.read_twice:,} by two coders or more. Of the codings, {how}. Suggestions of the machine "
        "were never taken as codings without a person's decision."
    )


def _counting(
    themes: Themes | Missing,
    pairs: CoOccurrence | Missing,
    saturation: Saturation | Missing,
    groups: Groups | Missing,
    map_: ExcerptMap | Missing,
    settings: ReportSettings,
    cited: set[str],
) -> str:
    sentences = []
    if not isinstance(themes, Missing):
        cited |= {"Wilson", "Ritchie"}
        layer = {
            "standing": "the final codings where there were some, else the negotiated, else those of "
            "all coders",
            "independent": "the independent codings of all coders",
        }.get(settings.layer, f"the {settings.layer} codings")
        sentences.append(
            f"For each passage {layer} counted. Themes were counted by participant, a theme including its "
            f"codes, with {settings.confidence:.0%} score intervals (Wilson, 1927), and as excerpts per "
            "1,000 words. Themes and participants were set out as a framework matrix (Ritchie & Spencer, "
            "1994). Quotes were chosen by rule: given the code by most coders and nearest to its wording; "
            "nearest to the middle of what participants said under it; farthest from that middle."
        )
    if not isinstance(pairs, Missing):
        cited |= {"Brin", "Efron"}
        sentences.append(
            f"Co-occurrence of codes ({pairs.unit}) was set against chance as lift (Brin et al., 1997), "
            "with delete-one-interview jackknife intervals on the logarithm (Efron & Tibshirani, 1993)."
        )
    if not isinstance(saturation, Missing):
        cited.add("Guest")
        sentences.append(
            f"Saturation was assessed after Guest, Namey and Chen (2020). {saturation.verdict} The order "
            f"of interviews was varied at random {saturation.orders:,} times (seed {saturation.seed})."
        )
    if not isinstance(groups, Missing) and groups.tables:
        cited |= {"Wilson", "Newcombe"}
        sentences.append(
            "Groups were compared by the share of their participants, two groups by the difference of "
            "shares (Newcombe, 1998); no tests over excerpts were made."
        )
    if not isinstance(map_, Missing):
        cited.add("Maaten")
        sentences.append(
            f"The map of excerpts is t-SNE (van der Maaten & Hinton, 2008; seed {map_.seed}) and for "
            "orientation only."
        )
    return " ".join(sentences)


def _references(agreed: Agreed | Missing) -> tuple[str, ...]:
    """What the audit's own paragraph cites and the list does not have yet."""
    if isinstance(agreed, Missing):
        return ()
    _, _, listed = agreed.methods.partition("References\n")
    return tuple(line for line in listed.splitlines() if line.strip() and line not in REFERENCES.values())


def citation_file() -> str:
    """CITATION.cff: how to cite the software, in the Citation File Format 1.2.0."""
    return (
        "cff-version: 1.2.0\n"
        "message: If you use this software, please cite it as below.\n"
        "type: software\n"
        "title: thematic\n"
        f'version: "{__version__}"\n'
        "abstract: >-\n"
        "  Code interviews with people deciding and the machine suggesting: excerpts, suggestions,\n"
        "  review, agreement, report.\n"
        "license: MIT\n"
        "authors:\n"
        "  - name: The thematic authors\n"
    )
