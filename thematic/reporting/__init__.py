"""What a study found, in numbers, quotes and figures: one file a section, from nouns to frozen results.

Nothing here reads or writes a file. `code_excerpts` makes the table that every section counts over; the
figures are `thematic.reporting.figures`, for a notebook as for the report.
"""

from thematic.reporting.settings import ReportSettings

__all__ = ["ReportSettings"]
