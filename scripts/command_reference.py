"""Write docs/command-reference.md from --help, or with --check say whether it is current.

Usage: python scripts/command_reference.py [--check]
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from thematic.cli.app import COMMANDS, load_command

TARGET = Path(__file__).parents[1] / "docs" / "command-reference.md"

INTRODUCTION = """# Command reference

Made from `--help` by `python scripts/command_reference.py`; a test holds it to the code.

The study is the nearest folder upwards with a `study.toml`, or `--study DIR`. Results go to standard output,
progress and messages to standard error; `--json` prints one JSON document. `NO_COLOR` is respected.

| exit code | means |
|---|---|
| 0 | done |
| 1 | internal error: please report it |
| 2 | input or usage: the message says what to mend |
| 3 | findings: the asked-for level was not met (`status --verify`, `agree --fail-under`, …) |
| 130 | interrupted |
"""


def help_text(*command: str) -> str:
    """What `thematic COMMAND --help` prints in a window of 80 columns."""
    environment = os.environ | {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"}
    environment.pop("FORCE_COLOR", None)
    done = subprocess.run(
        [sys.executable, "-c", "from thematic.cli.app import main; main()", *command, "--help"],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    return "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines())


def reference() -> str:
    """The whole page."""
    parts = [INTRODUCTION, f"```text\n{help_text()}\n```\n"]
    for name in COMMANDS:
        parts.append(f"## thematic {name}\n\n```text\n{help_text(name)}\n```\n")
        for sub in getattr(load_command(name), "commands", {}):
            parts.append(f"### thematic {name} {sub}\n\n```text\n{help_text(name, sub)}\n```\n")
    return "\n".join(parts)


def main() -> None:
    text = reference()
    if "--check" in sys.argv:
        if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text:
            sys.exit("docs/command-reference.md is not current: python scripts/command_reference.py")
    else:
        TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
