"""`thematic`: the table of commands, and the one place that turns errors into messages and exit codes.

A command is imported when it is called, so that `thematic --help` and every other command stay fast.
Exit codes: 0 done; 1 internal error; 2 input or usage; 3 findings; 130 interrupted.
"""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from thematic import __version__
from thematic.errors import ThematicError


class Command(NamedTuple):
    """Where a command lives (`module:attribute`, a function or a Typer app), its help line and its panel."""

    target: str
    summary: str
    panel: str


WHOLE, STEPS, PEOPLE, RESULTS = "The whole job", "Step by step", "People's work", "Results"

COMMANDS: dict[str, Command] = {
    "run": Command("run:run", "From a folder of interviews to excerpts for review, in one go.", WHOLE),
    "demo": Command("run:demo", "The whole job on ten invented interviews; says where to look.", WHOLE),
    "init": Command("study:init", "Make a study folder.", STEPS),
    "ingest": Command("study:ingest", "Read transcripts into the study.", STEPS),
    "check": Command("check:check", "What may still identify somebody, in and beside the text.", STEPS),
    "suggest": Command(
        "study:suggest", "Suggest codes for the excerpts; only what changed is redone.", STEPS
    ),
    "clusters": Command("study:clusters", "Excerpts that read alike, set against the codebook.", STEPS),
    "query": Command("query:query", "Ask the study in SQL; read-only.", RESULTS),
    "status": Command("study:status", "What the study holds, and what to do next.", STEPS),
    "sample": Command("sample:sample", "Draw by seed which excerpts are coded twice.", PEOPLE),
    "assign": Command("assign:assign", "Who is asked to code what; the page and packets keep to it.", PEOPLE),
    "packet": Command("packet:packet", "A file for a coder who does not have the tool.", PEOPLE),
    "import": Command(
        "imports:import_file", "Take over a project of NVivo, ATLAS.ti, … or a packet that came back.", PEOPLE
    ),
    "merge": Command("merge:merge", "Take over decisions from a copy of the study.", PEOPLE),
    "export": Command("export:export", "Write the study for people and for other programs.", RESULTS),
    "review": Command("review:review", "Code in the browser: blind, or with suggestions.", PEOPLE),
    "adjudicate": Command("adjudicate:adjudicate", "Settle where coders differ, in the browser.", PEOPLE),
    "codebook": Command("codebook:app", "Check, show, compare and convert codebooks.", STEPS),
    "evaluate": Command("evaluate:evaluate", "How good suggestions are against what people coded.", RESULTS),
    "agree": Command(
        "agree:agree", "Agreement between coders: of a study, or of any table of codings.", RESULTS
    ),
    "report": Command(
        "report:report", "What the study found: a page, a document, figures, numbers.", RESULTS
    ),
}


EPILOG = "Start with: thematic demo. Nothing you code leaves this machine."


class LazyGroup(TyperGroup):
    """Knows every command by name and summary; imports the one that is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands.update(
            (name, TyperCommand(name=name, help=command.summary, rich_help_panel=command.panel))
            for name, command in COMMANDS.items()
        )

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(self.commands)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The page of all commands, in plain text: nothing is loaded to draw it."""
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        for panel in dict.fromkeys(command.panel for command in COMMANDS.values()):
            with formatter.section(panel):
                formatter.write_dl(
                    [(name, command.summary) for name, command in COMMANDS.items() if command.panel == panel]
                )
        options = [record for option in self.get_params(ctx) if (record := option.get_help_record(ctx))]
        with formatter.section("Options"):
            formatter.write_dl(options)
        formatter.write_paragraph()
        formatter.write_text(EPILOG)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        return name, load_command(name) if command is not None and name is not None else command, rest


def load_command(name: str) -> Any:
    """The command itself, imported now."""
    module, _, attribute = COMMANDS[name].target.partition(":")
    target = getattr(import_module(f"thematic.cli.{module}"), attribute)
    if isinstance(target, typer.Typer):
        group = typer.main.get_group(target)
        group.name = name
        return group
    single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    single.command(name)(target)
    return typer.main.get_command(single)


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"thematic {__version__}")
        raise typer.Exit()


@app.callback()
def thematic(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Code interviews: people decide, the machine suggests, and nothing leaves this machine."""


def main() -> None:
    """Run the command line; print every error a person can mend as one message, and exit."""
    # It warns of what Excel adds to every workbook it saves, in words for programmers.
    warnings.filterwarnings("ignore", module="openpyxl")
    try:
        app(prog_name="thematic")
    except ThematicError as error:
        from thematic.cli.render import print_error

        print_error(error)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno is None:  # not the operating system's word: a bug of ours
            raise
        from thematic.cli.render import print_os_error

        print_os_error(error)
        sys.exit(2)


if __name__ == "__main__":
    main()
