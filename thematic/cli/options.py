"""Flags that several commands share, and how they override the settings of a study."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Any

import typer

from thematic.engines import ENGINES

StudyOption = Annotated[
    Path | None,
    typer.Option("--study", help="The study folder. By default the nearest one upwards.", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes.")]
ThreadsOption = Annotated[
    int | None,
    typer.Option(min=1, help="Processors to use; changes the speed, not a byte.", show_default="all"),
]
_ENGINES = " or ".join(f"{name} ({where})" for name, where in ENGINES.items())
JobsOption = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Processes for cutting and embedding, each with a model of its own; changes not a byte.",
        show_default="1, with threads",
        rich_help_panel="Engine",
    ),
]
EngineOption = Annotated[
    str, typer.Option("--engine", help=f"Who does the work: {_ENGINES}.", rich_help_panel="Engine")
]
AddressOption = Annotated[
    str | None,
    typer.Option(
        "--address",
        help="Of a running cluster; without it one is started on this machine.",
        show_default=False,
        rich_help_panel="Engine",
    ),
]
StorageOption = Annotated[
    str | None,
    typer.Option(
        "--storage",
        help="URL of storage that all machines of a cluster share, when they do not mount the study.",
        show_default=False,
        rich_help_panel="Engine",
    ),
]
EncodingOption = Annotated[
    str | None,
    typer.Option(help="Encoding of text files that are not UTF-8, such as cp1252.", show_default=False),
]
CodebookOption = Annotated[
    Path, typer.Option("--codebook", "-c", help="The codebook: YAML, CSV, XLSX or REFI-QDA .qdc.")
]
AcceptResidualOption = Annotated[
    str | None,
    typer.Option(
        "--accept-residual",
        metavar="REASON",
        help="Let direct identifiers leave that nobody decided about; the reason is logged.",
        show_default=False,
    ),
]
SEGMENTING, READING, SUGGESTING, CLUSTERING = (
    "Segmenting",
    "Reading",
    "Suggesting",
    "Clustering",
)
UnitOption = Annotated[
    str | None,
    typer.Option(
        help="What an excerpt is: passage, sentence or turn.",
        show_default="passage",
        rich_help_panel=SEGMENTING,
    ),
]
MinWordsOption = Annotated[
    int | None,
    typer.Option(
        min=1, help="Wanted length of a passage, at least.", show_default="20", rich_help_panel=SEGMENTING
    ),
]
MaxWordsOption = Annotated[
    int | None,
    typer.Option(
        min=1, help="Wanted length of a passage, at most.", show_default="80", rich_help_panel=SEGMENTING
    ),
]
LanguageOption = Annotated[
    str | None,
    typer.Option(
        help="Language of the sentence rules: en, de, … or xx for any.",
        show_default="en",
        rich_help_panel=SEGMENTING,
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        help="A sentence-transformers model by folder or name. Nothing is downloaded.",
        show_default="the packaged all-MiniLM-L6-v2",
        rich_help_panel=SUGGESTING,
    ),
]
DownloadOption = Annotated[
    bool | None,
    typer.Option(
        "--allow-download",
        help="Fetch the model named by --model. The only flag that lets anything use the network.",
        show_default=False,
        rich_help_panel=SUGGESTING,
    ),
]
ClusterMethodOption = Annotated[
    str | None,
    typer.Option(
        "--cluster-method", help="ward or hdbscan.", show_default="ward", rich_help_panel=CLUSTERING
    ),
]
SeedOption = Annotated[
    int | None,
    typer.Option(
        help="Seed of everything that is drawn by lot.",
        show_default="0",
        rich_help_panel=CLUSTERING,
    ),
]


def override(settings: Any, **flags: Any) -> Any:
    """`settings` with the flags that were given; the same object when none was."""
    given = {name: value for name, value in flags.items() if value is not None}
    return dataclasses.replace(settings, **given) if given else settings
