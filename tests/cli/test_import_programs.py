"""`thematic import` of other programs' files as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_run import failing, thematic
from tests.formats.test_qualcoder import BASE, coding
from tests.other_programs import make_qualcoder
from thematic.journal import read_journal
from thematic.study import Study


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study made of a QualCoder project."""
    folder = tmp_path_factory.mktemp("import")
    project = make_qualcoder(folder / "P.qda", [*BASE, coding("The bus was late.", memo="hm")])
    done = thematic("import", project, "--out", folder / "study", "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["decisions"] == {"ana": 1}
    assert record["report"]["carried"]["codings"] == 1
    assert [loss["what"] for loss in record["report"]["not_carried"]] == ["sources"]
    return folder / "study"


def test_a_project_becomes_a_study_that_holds(study: Path) -> None:
    done = thematic("status", "--verify", "--study", study)
    assert done.returncode == 0, done.stdout
    [decision] = read_journal(Study.open(study).journal_path("ana"))[0]
    assert (decision.mode, decision.memo, decision.quote.text) == ("import", "hm", "The bus was late.")
    assert (study / "imports" / "P.qda" / "what-was-carried.txt").read_text("utf-8").startswith("What was")


def test_quotes_leave_again_without_anything_being_computed(study: Path) -> None:
    done = thematic("export", "--to", "md", "--study", study, "--accept-residual", "test")
    assert done.returncode == 0, done.stderr
    assert "The bus was late." in (study / "exports" / "quotes.md").read_text("utf-8")
    assert not (study / ".thematic" / "vectors").exists()


def test_quotes_are_placed_or_nothing_is_written(study: Path) -> None:
    table = study.parent / "quotes.csv"
    table.write_text("document,code,quote,coder\nP01,Bus,Then home.,eva\nP01,Bus,nowhere,eva\n", "utf-8")
    message = failing("import", table, "--study", study)
    assert "1 of 2 quotes have no certain place" in message
    assert "quotes.csv:3: “nowhere” is not in P01" in message
    assert "--partial" in message
    assert not (study / "decisions" / "eva.jsonl").exists()
    assert not (study / "imports" / "quotes.csv").exists()
    done = thematic("import", table, "--study", study, "--partial", "--json")
    assert json.loads(done.stdout)["decisions"] == {"eva": 1}
    kept = json.loads((study / "imports" / "quotes.csv" / "kept.json").read_bytes())
    assert [row["words"] for row in kept["kept"]["not_placed"]] == ["nowhere"]


def test_a_file_that_nothing_reads_tells_what_can_be_read(study: Path) -> None:
    table = study.parent / "other.csv"
    table.write_text("a,b\n1,2\n", "utf-8")
    message = failing("import", table, "--study", study)
    assert "QualCoder project" in message
    assert "quote, code, document, coder" in message


def test_a_damaged_project_writes_nothing(tmp_path: Path) -> None:
    bad = tmp_path / "bad.sqlite3"
    bad.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    assert "cannot be read" in failing("import", bad, "--out", tmp_path / "study")
    assert not (tmp_path / "study").exists()
