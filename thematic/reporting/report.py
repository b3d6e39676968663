"""The whole report as one noun: a section is its result, or what is missing for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thematic.model import StudyData, Vectors
from thematic.reporting.agreed import Agreed
from thematic.reporting.code_lines import CodeLines, draw_lines
from thematic.reporting.coded import PassageRead, code_excerpts
from thematic.reporting.cooccurrence import CoOccurrence, count_pairs
from thematic.reporting.excerpt_map import ExcerptMap, map_excerpts
from thematic.reporting.framework_matrix import FrameworkMatrix, frame_matrix
from thematic.reporting.glance import Glance, glance
from thematic.reporting.groups import Groups, compare_groups
from thematic.reporting.human_and_machine import HumanAndMachine, Statement, watch_decisions
from thematic.reporting.methods import Methods, Provenance, write_methods
from thematic.reporting.missing import NO_AUDIT, NO_CODINGS, Missing
from thematic.reporting.quotes import Meaning
from thematic.reporting.saturation import Saturation, saturate
from thematic.reporting.settings import ReportSettings
from thematic.reporting.small_cells import (
    Recognisable,
    few_people,
    find_recognisable,
    withhold_groups,
    withhold_lines,
    withhold_map,
    withhold_matrix,
    withhold_pairs,
    withhold_themes,
)
from thematic.reporting.themes import Themes, count_themes

__all__ = ["Inputs", "StudyReport", "make_report", "withhold"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inputs:
    """All that a report is made from.

    reads: what coders settled on. made: what each coder stated, and in view of which suggestions.
    vectors, wording: of the excerpts and of each code by id, see `Meaning`; None and {} where there are none.
    """

    data: StudyData
    reads: tuple[PassageRead, ...] = ()
    made: Mapping[str, Sequence[Statement]] = field(default_factory=dict)
    vectors: Vectors | None = None
    wording: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    settings: ReportSettings = field(default_factory=ReportSettings)
    agreed: Agreed | Missing = NO_AUDIT
    provenance: Provenance = field(default_factory=Provenance)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StudyReport:
    """names: what each code is called, by id. recognisable: participants alone with some attributes."""

    title: str
    names: Mapping[str, str]
    settings: ReportSettings
    glance: Glance
    themes: Themes | Missing
    matrix: FrameworkMatrix | Missing
    pairs: CoOccurrence | Missing
    lines: CodeLines | Missing
    saturation: Saturation | Missing
    groups: Groups | Missing
    recognisable: tuple[Recognisable, ...]
    map: ExcerptMap | Missing
    human_and_machine: HumanAndMachine | Missing
    agreed: Agreed | Missing
    methods: Methods
    notes: tuple[str, ...] = ()


def make_report(inputs: Inputs) -> StudyReport:
    """Every section, or what is missing for it; small cells withheld where the settings ask for it."""
    coded = code_excerpts(inputs.data, reads=inputs.reads or None, settings=inputs.settings)
    meaning = None if inputs.vectors is None else Meaning.of(coded, inputs.vectors, inputs.wording)
    ready = coded.any_coded
    seen = glance(coded, inputs.reads)
    themes = count_themes(coded, meaning) if ready else NO_CODINGS
    pairs = count_pairs(coded) if ready else NO_CODINGS
    saturation = saturate(coded) if ready else NO_CODINGS
    groups = compare_groups(coded) if ready else NO_CODINGS
    map_ = map_excerpts(coded, meaning.excerpts if meaning else None)
    few = few_people(coded)
    report = StudyReport(
        title=inputs.data.title,
        names={code.id: code.name for code in coded.codes},
        settings=inputs.settings,
        glance=seen,
        themes=themes,
        matrix=frame_matrix(coded, meaning) if ready else NO_CODINGS,
        pairs=pairs,
        lines=draw_lines(coded) if ready else NO_CODINGS,
        saturation=saturation,
        groups=groups,
        recognisable=find_recognisable(coded),
        map=map_,
        human_and_machine=watch_decisions(
            inputs.made, {coder.id: coder.name for coder in inputs.data.coders}
        ),
        agreed=inputs.agreed,
        methods=write_methods(
            seen,
            themes if isinstance(themes, Missing) else withhold_themes(themes, few),
            pairs,
            saturation,
            groups,
            map_,
            inputs.agreed,
            inputs.settings,
            inputs.provenance,
        ),
        notes=inputs.data.notes,
    )
    return withhold(report, few) if inputs.settings.suppress_below else report


def withhold(report: StudyReport, few: frozenset[str]) -> StudyReport:
    """The report without what so few people said that they could be recognised."""
    least = report.settings.suppress_below
    changed: dict[str, Any] = {}
    if not isinstance(report.themes, Missing):
        changed["themes"] = withhold_themes(report.themes, few)
    if not isinstance(report.matrix, Missing):
        changed["matrix"] = withhold_matrix(report.matrix, few)
    if not isinstance(report.pairs, Missing):
        changed["pairs"] = withhold_pairs(report.pairs, few, least)
    if not isinstance(report.lines, Missing):
        changed["lines"] = withhold_lines(report.lines, few)
    if not isinstance(report.groups, Missing):
        changed["groups"] = withhold_groups(report.groups, few, least)
    if not isinstance(report.map, Missing):
        changed["map"] = withhold_map(report.map, few, least)
    # Which attributes together make somebody known, without what they are.
    recognisable = tuple(
        replace(one, values=tuple((name, "") for name, _ in one.values)) for one in report.recognisable
    )
    return replace(report, recognisable=recognisable, **changed)
