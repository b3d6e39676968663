"""`thematic review`: code in the browser."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer
from rich.markup import escape

from thematic.cli import render
from thematic.cli.options import QuietOption, StudyOption
from thematic.errors import SettingsError

if TYPE_CHECKING:
    from thematic.pipeline import Pipeline
    from thematic.web.opening import Mode, Order
    from thematic.web.session import ReviewSession

CoderOption = Annotated[str, typer.Option("--coder", help="Your name: the file your decisions are kept in.")]
PortOption = Annotated[
    int, typer.Option(min=0, max=65535, help="Port on this machine; 0 takes a free one.", show_default="0")
]
IdleOption = Annotated[
    float,
    typer.Option("--idle", min=0, help="Stop after so many minutes without a page asked for; 0: never."),
]
IDLE_MINUTES = 240.0
NoOpenOption = Annotated[
    bool, typer.Option("--no-open", help="Only print the address; do not open a browser.")
]


def review(
    coder: CoderOption,
    mode: Annotated[
        str | None,
        typer.Option(help="blind, reveal (your codes, then suggestions) or assist.", show_default="blind"),
    ] = None,
    blind: Annotated[
        bool, typer.Option("--blind", help="The same as --mode blind: for measuring agreement.")
    ] = False,
    order: Annotated[
        str, typer.Option(help="What comes next: transcript, learning, uncertainty, code or disagreement.")
    ] = "transcript",
    transcript: Annotated[
        str | None, typer.Option(help="Only the excerpts of this transcript.", show_default=False)
    ] = None,
    code: Annotated[
        str | None, typer.Option(help="With --order code: which code.", show_default=False)
    ] = None,
    port: PortOption = 0,
    no_open: NoOpenOption = False,
    idle: IdleOption = IDLE_MINUTES,
    study: StudyOption = None,
    quiet: QuietOption = False,
) -> None:
    """Code in the browser, on this machine only: an excerpt in its conversation, one decision at a time.

    Every decision is on the disk before the next excerpt is shown. Blind is the default, because only blind
    coding can be used to measure agreement; docs/reviewing.md tells what the other modes are for.

    Example: thematic review --coder ada
    """
    if blind and mode not in (None, "blind"):
        raise SettingsError(f"--blind and --mode {mode} exclude each other", hint="give one of them")
    from thematic.web.opening import alone, check_choice, open_review

    check_choice(mode := mode or "blind", "mode", ("blind", "reveal", "assist"))
    check_choice(order, "order", ("transcript", "learning", "uncertainty", "code", "disagreement"))
    pipeline = open_pipeline(study, quiet)
    # Then suggestions are made first, where missing.
    computes = mode != "blind" or order in ("learning", "uncertainty")
    with alone(pipeline.study, coder):
        with pipeline.study.lock() if computes else nullcontext():
            session = open_review(
                pipeline,
                coder,
                mode=cast("Mode", mode),
                order=cast("Order", order),
                transcript_id=transcript,
                code_id=code,
            )
        # Who codes blind sees no suggestions, so none are learnt for them.
        root = None if mode == "blind" else pipeline.study.root
        serve_session(session, root=root, port=port, no_open=no_open, idle=idle)


def open_pipeline(study: Path | None, quiet: bool) -> Pipeline:
    """The study named, or the nearest one upwards, with its stages."""
    from thematic.pipeline import Pipeline
    from thematic.study import Study

    opened = Study.find(Path.cwd()) if study is None else Study.open(study)
    return Pipeline(opened, on_stage=render.stage_printer(quiet))


def serve_session(
    session: ReviewSession, *, root: Path | None = None, port: int, no_open: bool, idle: float
) -> None:
    """Serve the page until Ctrl-C, or until nobody used it for `idle` minutes; say what came of it.

    root: of the study, where suggestions are to be learnt anew meanwhile.
    """
    from thematic.web.server import serve

    before = len(session.journal.decisions)
    torn = session.journal.torn
    if torn is not None:
        render.print_note(f"a line that was never acknowledged was set aside in {torn.name}")

    def say(address: str) -> None:
        what = "Adjudication" if session.adjudicating else f"Review ({session.mode})"
        messages = render.messages()
        messages.print(f"[bold]{what}[/] for {escape(session.coder_id)}: {address}")
        messages.print("[dim]The address holds a secret: do not share it. Stop with Ctrl-C.[/]")
        if not no_open:
            import webbrowser

            webbrowser.open(address)

    if serve(session, root=root, port=port, idle_minutes=idle, on_ready=say):
        render.print_note(
            f"stopped: no page was asked for in {idle:g} minutes; run the same command to go on"
        )
    made = len(session.journal.decisions) - before
    render.print_note(f"{made} decisions kept in {session.journal.path}")
