"""The docs say what the code does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from thematic.cli.app import COMMANDS

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
)


def test_the_command_reference_is_made_from_help() -> None:
    script = ROOT / "scripts" / "command_reference.py"
    done = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    broken = [link for link in links if not link.startswith("http") and not (page.parent / link).exists()]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_that_are_named_exist(page: Path) -> None:
    named = set(re.findall(r"(?:`|^\s*\$? ?)thematic ([a-z]+)", page.read_text(encoding="utf-8"), flags=re.M))
    assert named - set(COMMANDS) == set()


def test_paths_that_architecture_md_names_exist() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    paths = set(re.findall(r"`(thematic/[\w/.]+)`", text))
    assert paths
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The manual as pages, as `make docs` builds it: a warning is an error."""
    out = tmp_path_factory.mktemp("manual")
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet"]
    done = subprocess.run(
        [*command, "-d", str(out / "doctrees"), str(ROOT / "docs"), str(out / "html")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, "a new page must be listed in docs/index.md\n" + done.stderr
    return out / "html"


def test_the_manual_builds_without_a_warning_and_has_every_page(manual: Path) -> None:
    pages = {page.stem for page in (ROOT / "docs").glob("*.md")}
    assert pages <= {page.stem for page in manual.glob("*.html")}


def test_the_manual_asks_nothing_of_the_network(manual: Path) -> None:
    fetched = re.compile(
        r"<(?:script|img|link|iframe|source)\b[^>]*?\b(?:src|href)=[\"'](?:https?:)?//[^\"']+"
        r"|@import|url\(\s*[\"']?(?:https?:)?//"
    )
    found = {
        (path.name, match.group())
        for path in manual.rglob("*")
        if path.suffix in (".html", ".css")
        for match in fetched.finditer(path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_the_page_of_exports_lists_every_format() -> None:
    from thematic.formats.exports.front_door import FORMATS

    text = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
    for name, made in FORMATS.items():
        assert re.search(
            rf"(?m)^ {name} +{re.escape(made.folder or made.files[0])}.*{re.escape(made.summary)}", text
        )


def test_the_page_of_other_programs_names_every_kind_of_file() -> None:
    from thematic.formats.projects.quote_tables.reading import PROGRAMS

    text = (ROOT / "docs" / "working-with-other-programs.md").read_text(encoding="utf-8").casefold()
    named = {"refi-qda", "qualcoder", "taguette", "label studio", "doccano", "coded rows", *PROGRAMS} - {
        "plain"
    }
    assert [name for name in sorted(named) if name not in text] == []
