"""What people install is the wheel, not the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_samples_codebooks_templates_and_nothing_of_the_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "thematic/data/codebooks/smart_recovery.yaml" in names
    assert sum(name.startswith("thematic/data/transcripts_sample/P") for name in names) == 10
    package = [p.relative_to(ROOT).as_posix() for p in (ROOT / "thematic").rglob("*") if p.is_file()]
    assert [p for p in package if "__pycache__" not in p and p not in names] == []
    assert [name for name in names if not name.startswith(("thematic/", "thematic-"))] == []


def test_the_demo_runs_from_the_wheel_outside_a_checkout(wheel: Path, tmp_path: Path) -> None:
    site, work = tmp_path / "site", tmp_path / "work"
    work.mkdir()
    zipfile.ZipFile(wheel).extractall(site)
    script = (
        "import thematic; from thematic.cli.app import main\n"
        f"assert thematic.__file__.startswith({str(site)!r}), thematic.__file__\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "demo", "--json"],
        cwd=work,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"]["transcripts"] == 10
    assert (work / "thematic-demo" / "exports" / "excerpts.html").is_file()
