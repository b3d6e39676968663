"""Two coders, from a packet and a page to agreement and export: the page of the docs, word for word."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.test_tutorial import fits, steps
from thematic.journal import read_journal
from thematic.review import Review, disagreements
from thematic.study import Study

ROOT = Path(__file__).parents[2]


def figures(printed: str) -> str:
    """The table of codes and what is below it, as far as the disagreements."""
    found = re.search(r"^code +times.*^Most confused", printed, flags=re.S | re.M)
    assert found
    return found.group()


@pytest.mark.slow
def test_two_coders_end_to_end(tmp_path: Path, launch: Callable[..., Browser]) -> None:
    for name in ("codebooks", "transcripts_sample", "scripts"):
        (tmp_path / name).symlink_to(ROOT / name)
    commands = tmp_path / "bin"
    commands.mkdir()
    for name, code in (
        ("thematic", "from thematic.cli.app import main\nmain()\n"),
        ("python", "import os, sys\nos.execv(sys.executable, [sys.executable, *sys.argv[1:]])\n"),
    ):
        script = commands / name
        script.write_text(f"#!{sys.executable}\n{code}", encoding="utf-8")
        script.chmod(0o755)
    environment = os.environ | {
        "PATH": os.pathsep.join([str(commands), os.environ["PATH"]]),
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "COLUMNS": "80", "NO_COLOR": "1", "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    run = steps((ROOT / "docs" / "two-coders.md").read_text(encoding="utf-8"))
    assert len(run) > 10
    printed: dict[str, list[str]] = {}
    for command, expected in run:
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        assert fits(done.stdout, expected), f"{command}\nprinted:\n{done.stdout}\nexpected:\n{expected}"
        printed.setdefault(command, []).append(done.stdout)
    alone, after = printed["thematic agree --study study --quiet"]
    assert figures(alone) == figures(after)  # what was negotiated changes no figure of what was judged alone
    assert "agreed in discussion" not in alone
    assert "codings agreed in discussion" in after
    study = Study.open(tmp_path / "study")
    journals = {path.stem: read_journal(path)[0] for path in study.journals()}
    found = disagreements([Review.replay(coder, journals[coder]) for coder in ("ada", "ben")])
    assert {d.excerpt_id for d in journals["chair"]} == {d.excerpt_id for d in found}
    assert {d.layer for d in journals["chair"]} == {"negotiated"}
    assert {d.mode for coder in ("ada", "ben") for d in journals[coder]} == {"blind"}
    export = (study.root / "exports" / "excerpts.csv").read_text(encoding="utf-8-sig")
    assert "chair (negotiated): " in export
