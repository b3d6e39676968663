"""`thematic merge`: the decisions of coders who worked on copies of the study."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from thematic.cli import render
from thematic.cli.options import JsonOption, StudyOption


def merge(
    other: Annotated[Path, typer.Argument(help="The copy of the study to take decisions from.")],
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take over the decisions of coders who worked on a copy of this study.

    Journals only grow, so the longer copy holds all. When one coder has decided in both copies, nothing is
    merged and the message says where they part.
    """
    from thematic.merging import merge as merge_studies
    from thematic.study import Study

    opened = Study.find(Path.cwd()) if study is None else Study.open(study)
    with opened.lock():
        merges = merge_studies(opened, Study.open(other))
    if as_json:
        render.print_json([dataclasses.asdict(m) for m in merges])
        return
    render.print_table(
        ("coder", "there", "decisions now", "added"),
        ((m.coder, m.outcome, str(m.decisions), str(m.added)) for m in merges),
    )
