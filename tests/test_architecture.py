"""The promises about structure that no single module can keep."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

HEAVY = """
    torch sentence_transformers transformers spacy sklearn scipy hdbscan numpy pandas matplotlib pyarrow
    onnxruntime tokenizers openpyxl xlsxwriter mammoth jinja2 yaml starlette
""".split()


def loaded_by(code: str) -> set[str]:
    """The heavy modules in memory after a fresh process has run `code`."""
    script = f"{code}\nimport sys\nprint(*[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split()) if done.stdout.strip() else set()


def test_help_loads_nothing_heavy() -> None:
    script = "import sys\nsys.argv = ['thematic', '--help']\nfrom thematic.cli.app import main\n"
    assert loaded_by(script + "try:\n    main()\nexcept SystemExit:\n    pass") == set()


def test_the_check_for_heavy_modules_can_fail() -> None:
    assert loaded_by("import yaml") == {"yaml"}


def test_every_command_loads_and_has_help() -> None:
    from thematic.cli.app import COMMANDS, load_command

    for name in COMMANDS:
        assert load_command(name).help, name


def test_agreement_can_be_used_with_numpy_alone() -> None:
    assert loaded_by("import thematic.agreement") <= {"numpy"}


def test_the_floors_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_every_dependency_is_justified_in_architecture_md() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *(line for extra in extras.values() for line in extra)]
    names = {re.split(r"[<>=\[ ]", line)[0] for line in lines}
    text = (ROOT / "ARCHITECTURE.md").read_text()
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []


def test_every_module_and_package_has_its_floor_in_architecture_md() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    found = [p.name for p in (ROOT / "thematic").glob("*.py") if not p.name.startswith("__")]
    found += [f"{p.parent.name}/" for p in (ROOT / "thematic").glob("*/__init__.py")]
    assert len(found) > 40
    assert [name for name in sorted(found) if f"`{name}`" not in text] == []


@pytest.mark.parametrize(
    "path", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "constraints.txt", "Makefile"]
)
def test_no_path_of_a_machine_and_no_registry_host_is_written(path: str) -> None:
    text = (ROOT / path).read_text()
    assert not re.search(r"/home/|/root/|/Users/|/tmp/bash|pypi\.org|file://", text)
