"""`thematic codebook proposals`: the new codes that coders asked for."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from thematic.cli import render
from thematic.cli.options import JsonOption, StudyOption
from thematic.text import join_names, snippet


def proposals(
    as_yaml: Annotated[
        bool, typer.Option("--yaml", help="As codes to be pasted under `codes:` of codebook.yaml.")
    ] = False,
    study: StudyOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the codes that coders proposed while coding, the most often proposed first.

    A proposal changes nothing until somebody puts it into codebook.yaml: --yaml prints it as it goes there.

    Example: thematic codebook proposals --yaml
    """
    from thematic.formats.codebooks.codebook_yaml import write_codebook_yaml
    from thematic.pipeline import Pipeline
    from thematic.proposals import gather, proposed_codebook
    from thematic.review import Review
    from thematic.study import Study

    opened = Study.find(Path.cwd()) if study is None else Study.open(study)
    pipeline = Pipeline(opened)
    found = gather(Review.replay(coder, made) for coder, made in pipeline.decisions.items())
    if as_json:
        render.print_json([dataclasses.asdict(proposal) for proposal in found])
    elif not found:
        render.print_note("nobody has proposed a code yet; in the review page the key for it is p")
    elif as_yaml:
        text = write_codebook_yaml(proposed_codebook(found, pipeline.codebook))
        typer.echo(text.partition("codes:\n")[2], nl=False)
    else:
        render.print_table(
            ("proposed", "by", "at", "what it would mean"),
            (
                (
                    snippet(proposal.name, 30),
                    join_names(proposal.coder_ids),
                    join_names(sorted({quote.transcript_id for quote in proposal.quotes})),
                    " / ".join(proposal.definitions),
                )
                for proposal in found
            ),
            elastic="what it would mean",
        )
