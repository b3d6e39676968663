"""The figures of the report, each from a result of `thematic.reporting`; a notebook shows them as they are.

`plot_themes(count_themes(coded))` gives a `Plot`: its matplotlib figure, its numbers, and `.svg()`, `.png()`,
`.pdf()` as bytes that repeat.
"""

from thematic.reporting.figures.agreed import plot_agreed
from thematic.reporting.figures.code_lines import plot_lines
from thematic.reporting.figures.cooccurrence import plot_pairs
from thematic.reporting.figures.excerpt_map import plot_map
from thematic.reporting.figures.framework_matrix import plot_matrix
from thematic.reporting.figures.groups import plot_groups
from thematic.reporting.figures.human_and_machine import plot_acceptance
from thematic.reporting.figures.plot import Plot
from thematic.reporting.figures.saturation import plot_saturation
from thematic.reporting.figures.themes import plot_themes
from thematic.reporting.missing import Missing
from thematic.reporting.report import StudyReport

__all__ = [
    "Plot",
    "plot_acceptance",
    "plot_agreed",
    "plot_groups",
    "plot_lines",
    "plot_map",
    "plot_matrix",
    "plot_pairs",
    "plot_saturation",
    "plot_themes",
    "plots",
]

MOST_TABLES = 12  # attributes that get a figure; the page and report.json have all


def plots(report: StudyReport) -> dict[str, Plot]:
    """Every figure of a report by its name, in the order of the sections."""
    drawn: list[Plot] = []
    if not isinstance(report.themes, Missing):
        drawn.append(plot_themes(report.themes))
    if not isinstance(report.matrix, Missing):
        drawn.append(plot_matrix(report.matrix))
    if not isinstance(report.pairs, Missing):
        drawn.append(plot_pairs(report.pairs, report.names))
    if not isinstance(report.lines, Missing):
        drawn.append(plot_lines(report.lines, report.names))
    if not isinstance(report.saturation, Missing):
        drawn.append(plot_saturation(report.saturation))
    if not isinstance(report.groups, Missing):
        drawn += [
            plot_groups(table, n) for n, table in enumerate(report.groups.tables[:MOST_TABLES], start=1)
        ]
    if not isinstance(report.map, Missing):
        drawn.append(plot_map(report.map, report.names))
    if not isinstance(report.human_and_machine, Missing):
        drawn.append(plot_acceptance(report.human_and_machine))
    if not isinstance(report.agreed, Missing) and report.agreed.codes:
        drawn.append(plot_agreed(report.agreed))
    return {plot.name: plot for plot in drawn}
