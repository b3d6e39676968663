"""`thematic adjudicate`: settle where coders differ, in the browser."""

from __future__ import annotations

from thematic.cli.options import QuietOption, StudyOption
from thematic.cli.review import (
    IDLE_MINUTES,
    CoderOption,
    IdleOption,
    NoOpenOption,
    PortOption,
    open_pipeline,
    serve_session,
)


def adjudicate(
    coder: CoderOption,
    port: PortOption = 0,
    no_open: NoOpenOption = False,
    idle: IdleOption = IDLE_MINUTES,
    study: StudyOption = None,
    quiet: QuietOption = False,
) -> None:
    """Settle where coders differ: only those excerpts, the coders not named and in an order drawn by lot.

    What you decide goes into the negotiated layer; what each coder decided alone stays as it is.

    Example: thematic adjudicate --coder chair
    """
    from thematic.web.opening import alone, open_adjudication

    pipeline = open_pipeline(study, quiet)
    with alone(pipeline.study, coder):
        session = open_adjudication(pipeline, coder)
        serve_session(session, port=port, no_open=no_open, idle=idle)
