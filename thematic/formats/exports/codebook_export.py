"""codebook.qdc: the codebook of a study, for other programs."""

from __future__ import annotations

from thematic.errors import Problem
from thematic.formats.codebooks.codebook_qdc import write_codebook_qdc
from thematic.formats.codebooks.front_door import lost_in
from thematic.model import StudyData

__all__ = ["not_carried", "render"]


def render(data: StudyData) -> bytes:
    """The codebook as REFI-QDA, valid by the schema of the standard."""
    return write_codebook_qdc(data.codebook)


def not_carried(data: StudyData) -> tuple[Problem, ...]:
    return lost_in(data.codebook, "codebook.qdc")
