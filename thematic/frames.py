"""A study as tidy tables, for those who carry on in a notebook. Floor 5.

from thematic.study import Study
frames = Study.open("my-study").frames()
frames.codings.to_pandas()
"""

from __future__ import annotations

from thematic.formats.report.frames import Frames, make_frames
from thematic.pipeline import Pipeline
from thematic.study import Study

__all__ = ["Frames", "frames"]


def frames(study: Study) -> Frames:
    """The tables of the study as it stands now: see `Frames`. Raises StudyError with the next step."""
    pipeline = Pipeline(study)
    return make_frames(pipeline.data(), pipeline.decisions)
