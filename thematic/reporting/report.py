"""The whole report as one noun: a section is its result, or what is missing for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from thematic.model import StudyData
from thematic.reporting.code_lines import CodeLines, draw_lines
from thematic.reporting.coded import PassageRead, code_excerpts
from thematic.reporting.cooccurrence import CoOccurrence, count_pairs
from thematic.reporting.framework_matrix import FrameworkMatrix, frame_matrix
from thematic.reporting.glance import Glance, glance
from thematic.reporting.missing import NO_CODINGS, Missing
from thematic.reporting.quotes import Meaning
from thematic.reporting.saturation import Saturation, saturate
from thematic.reporting.settings import ReportSettings
from thematic.reporting.themes import Themes, count_themes

__all__ = ["Inputs", "StudyReport", "make_report"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inputs:
    """All that a report is made from. reads: what coders settled on."""

    data: StudyData
    reads: tuple[PassageRead, ...] = ()
    settings: ReportSettings = field(default_factory=ReportSettings)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StudyReport:
    """names: what each code is called, by id."""

    title: str
    names: Mapping[str, str]
    settings: ReportSettings
    glance: Glance
    themes: Themes | Missing
    matrix: FrameworkMatrix | Missing
    pairs: CoOccurrence | Missing
    lines: CodeLines | Missing
    saturation: Saturation | Missing
    notes: tuple[str, ...] = ()


def make_report(inputs: Inputs, *, meaning: Meaning | None = None) -> StudyReport:
    """Every section, or what is missing for it. `meaning`: vectors, for the choice of quotes."""
    coded = code_excerpts(inputs.data, reads=inputs.reads or None, settings=inputs.settings)
    return StudyReport(
        title=inputs.data.title,
        names={code.id: code.name for code in coded.codes},
        settings=inputs.settings,
        glance=glance(coded, inputs.reads),
        themes=count_themes(coded, meaning) if coded.any_coded else NO_CODINGS,
        matrix=frame_matrix(coded, meaning) if coded.any_coded else NO_CODINGS,
        pairs=count_pairs(coded) if coded.any_coded else NO_CODINGS,
        lines=draw_lines(coded) if coded.any_coded else NO_CODINGS,
        saturation=saturate(coded) if coded.any_coded else NO_CODINGS,
        notes=inputs.data.notes,
    )
