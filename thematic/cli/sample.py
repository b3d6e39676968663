"""`thematic sample`: which excerpts to code twice, drawn by seed from every interview."""

from __future__ import annotations

from math import ceil
from typing import Annotated

import typer

from thematic.cli import render
from thematic.cli.options import JsonOption, QuietOption, StudyOption


def sample(
    study: StudyOption = None,
    share: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of the excerpts; 0.1 to 0.25 is usual.")
    ] = 0.2,
    count: Annotated[
        int | None, typer.Option(min=1, help="How many excerpts, instead of a share.", show_default=False)
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same sample.")] = 0,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Draw the excerpts that are to be coded twice, and log the draw.

    Every interview gives its share, and every excerpt of it is as likely as
    any other. The draw is kept in double-coding.json of the study, so that the
    report can say how the sample was chosen.

    Example: thematic sample --share 0.2 --seed 7
    """
    from pathlib import Path

    from thematic.agreement.sampling import draw
    from thematic.double_coding import SAMPLE_FILE, log_draw
    from thematic.pipeline import Pipeline
    from thematic.study import Study

    opened = Study.open(study) if study else Study.find(Path.cwd())
    pipeline = Pipeline(opened)
    units = {
        interview: [excerpt.id for excerpt in segmentation.excerpts]
        for interview, segmentation in pipeline.segmentations.items()
    }
    total = sum(map(len, units.values()))
    drawn = draw(units, count=count if count is not None else ceil(share * total), seed=seed)
    log_draw(opened, drawn, seed=seed, total=total)
    if as_json:
        render.print_json({"seed": seed, "of": total, "excerpts": {k: list(v) for k, v in drawn.items()}})
        return
    rows = [(interview, str(len(drawn[interview])), str(len(units[interview]))) for interview in units]
    n = sum(map(len, drawn.values()))
    render.print_table(("interview", "to code twice", "excerpts"), [*rows, ("all", str(n), str(total))])
    if not quiet:
        render.print_note(f"logged with seed {seed} in {SAMPLE_FILE}")
