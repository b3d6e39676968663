"""The tutorial, followed word for word: each command is run, and prints what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "tutorial.md"


def steps(page: str) -> list[tuple[str, list[str]]]:
    """The commands of the console blocks, each with the lines it should print."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", page, flags=re.S):
        for line in block.rstrip("\n").split("\n"):
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def fits(printed: str, expected: list[str]) -> bool:
    """Whether the lines are those expected; `...` stands for any text, white space at line ends for none."""
    lines = "\n".join(line.rstrip() for line in printed.strip("\n").split("\n"))
    pattern = re.escape("\n".join(expected).strip("\n")).replace(re.escape("..."), ".*")
    return re.fullmatch(pattern, lines, flags=re.S) is not None


def test_the_comparison_can_fail() -> None:
    assert fits("one\ntwo  \nthree\n", ["one", "...", "three"])
    assert not fits("one\ntwo\n", ["one", "...", "three"])


@pytest.mark.slow
def test_the_tutorial_prints_what_it_says(tmp_path: Path) -> None:
    commands = tmp_path / "bin"
    commands.mkdir()
    script = commands / "thematic"
    script.write_text(f"#!{sys.executable}\nfrom thematic.cli.app import main\nmain()\n", encoding="utf-8")
    script.chmod(0o755)
    search = os.pathsep.join([str(commands), os.environ["PATH"]])
    python_path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {
        "PATH": search,
        "PYTHONPATH": python_path,
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "LC_ALL": "C.UTF-8",
    }
    run = steps(PAGE.read_text(encoding="utf-8"))
    assert len(run) > 5
    for command, expected in run:
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (command, done.stderr)
        assert fits(done.stdout, expected), (
            f"{command}\nprinted:\n{done.stdout}\nthe page says:\n" + "\n".join(expected)
        )
