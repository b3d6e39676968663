from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import textwrap
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.cli.test_run import thematic
from thematic.cli.codebook import app
from thematic.errors import CodebookError, InputError
from thematic.formats.codebooks.front_door import read_codebook
from thematic.journal import Journal
from thematic.model import Decision, Quote
from thematic.study import Study, StudySettings

ROOT = Path(__file__).parents[2]
SEED = ROOT / "codebooks" / "smart_recovery.yaml"

OLD = """\
title: Groups
codes:
  - id: reasons
    name: Reasons
    definition: Why.
  - id: support
    name: Support
    parent: reasons
    definition: More help.
    include: [evenings]
    examples: [I came.]
  - id: room
    name: The room
    definition: "How it feels :smile: [bold]."
    examples: [It is warm.]
    color: "#abc"
  - id: gone
    name: Gone
    definition: x
    examples: [x]
"""
NEW = OLD.replace("name: Support", "name: Extra support").replace("More help.", "More help than before.")
NEW = NEW.replace("[evenings]", "[evenings, gaps]").replace("    parent: reasons\n", "")
NEW = NEW.replace("  - id: gone\n    name: Gone", "  - id: chat\n    name: Chat")


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old.yaml").write_text(OLD)
    Path("new.yaml").write_text(NEW)


def run(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "80"})
    assert result.exit_code == code, (result.output, result.exception)
    return result.stdout


def run_json(*arguments: object, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", code=code))


def error(*arguments: object) -> Exception:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is not None, result.output
    return result.exception  # type: ignore[return-value]


@pytest.fixture
def study() -> Study:
    """A study whose codebook has two versions, the first of them used for two decisions."""
    made = Study.create(Path("study"), StudySettings(title="S"))
    for text in (OLD, NEW):
        made.codebook_path.write_text(text)
        made.keep_codebook(read_codebook(made.codebook_path)[0])
    first = read_codebook("old.yaml")[0].version
    journal = Journal.open(made.journal_path("ada"))
    for number in (1, 2):
        journal.append(
            Decision(
                id=f"d{number}",
                coder_id="ada",
                action="add",
                at=datetime(2026, 5, number, tzinfo=UTC),
                quote=Quote(transcript_id="P01", start=0, end=1, text="a"),
                code_ids=("room",),
                codebook_version=first,
            )
        )
    return made


# --- check ---------------------------------------------------------------------------------------------


def test_check_sums_up() -> None:
    assert run("check", "old.yaml") == "“Groups”: 3 codes in 1 theme, version 86c1d6a7ba00 · 0 warnings\n"


def test_check_tells_warnings_on_stderr_and_strict_makes_them_count() -> None:
    Path("bare.yaml").write_text("codes: [{id: a, name: A}]")
    result = CliRunner().invoke(app, ["check", "bare.yaml"])
    assert result.exit_code == 0
    assert "warning bare.yaml:1: “a” has no definition" in result.stderr
    assert "2 warnings" in result.stdout
    assert run_json("check", "bare.yaml", "--strict", code=3)["warnings"][0]["line"] == 1


def test_check_raises_every_mistake_and_has_them_as_json() -> None:
    Path("bad.yaml").write_text("codes:\n- {id: a, name: A, parent: b}\n- {id: a, name: C}\n")
    caught = error("check", "bad.yaml")
    assert isinstance(caught, CodebookError)
    assert [problem.line for problem in caught.problems] == [2, 3]
    mistakes = run_json("check", "bad.yaml", code=2)["mistakes"]
    assert mistakes[1] == {
        "message": "the id “a” is used twice (first on line 2)",
        "path": "bad.yaml",
        "line": 3,
        "hint": "ids are unique: rename one, or delete it",
    }


def test_a_mistake_as_a_user_sees_it() -> None:
    Path("bad.yaml").write_text("codes:\n\t- id: a\n")
    done = thematic("codebook", "check", "bad.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "error bad.yaml:2: a tab is used for indentation\n"
        "  → YAML is indented with spaces only: replace each tab by two spaces\n"
    )


def test_a_file_that_is_not_there() -> None:
    done = thematic("codebook", "check", "nowhere.yaml")
    assert done.returncode == 2
    assert done.stderr.startswith("error nowhere.yaml: no such file")


# --- show ----------------------------------------------------------------------------------------------


def test_show_draws_the_tree() -> None:
    assert run("show", "old.yaml") == textwrap.dedent("""\
        “Groups”: 3 codes in 1 theme, version 86c1d6a7ba00
        ├── ● Reasons  reasons
        │   Why.
        │   └── ● Support  support
        │       More help.
        ├── ● The room  room
        │   How it feels :smile: [bold].
        └── ● Gone  gone
            x
    """)


def test_show_keeps_to_80_columns() -> None:
    lines = run("show", SEED).splitlines()
    assert len(lines) > 40
    assert max(map(len, lines)) <= 80


def test_show_one_code() -> None:
    assert run("show", "old.yaml", "--code", "reasons > support") == (
        "Reasons > Support  support\nMore help.\n\nInclude\n- evenings\n\nExamples\n- I came.\n"
    )
    assert run("show", "old.yaml", "--code", "the ROOM").splitlines()[1] == "How it feels :smile: [bold]."
    assert run_json("show", "old.yaml", "--code", "support")["include"] == ["evenings"]
    assert getattr(error("show", "old.yaml", "--code", "suport"), "hint", "") == "did you mean “Support”?"


def test_show_as_json_is_a_codebook_again() -> None:
    record = run_json("show", "old.yaml")
    assert record.pop("version") == "86c1d6a7ba00"
    Path("again.json").write_text(json.dumps(record))
    assert read_codebook("again.json")[0] == read_codebook("old.yaml")[0]


# --- diff ----------------------------------------------------------------------------------------------


def test_diff_tells_what_became_of_each_code() -> None:
    assert run("diff", "old.yaml", "new.yaml") == textwrap.dedent("""\
        + added      “Chat” chat
        - removed    “Gone” gone
        ~ renamed    “Support” → “Extra support”
        ~ moved      “Extra support”: from “Reasons” to the top
        ~ redefined  “Extra support”: definition, include
            - More help.
            + More help than before.
            + gaps
    """)


def test_diff_as_json() -> None:
    record = run_json("diff", "old.yaml", "new.yaml")
    assert record["added"] == [{"id": "chat", "name": "Chat"}]
    assert record["redefined"] == [
        {
            "id": "support",
            "old": {"definition": "More help.", "include": ["evenings"]},
            "new": {"definition": "More help than before.", "include": ["evenings", "gaps"]},
        }
    ]
    assert record["merged"] == record["retired"] == []


def test_diff_of_the_same() -> None:
    assert run("diff", "old.yaml", "old.yaml").startswith("No difference that can change a coding")


def test_diff_of_a_version_of_the_study_and_its_codebook(study: Study) -> None:
    first = read_codebook("old.yaml")[0].version
    assert run("diff", first[:6], "--study", "study") == run("diff", "old.yaml", "new.yaml")
    assert "no such file" in str(error("diff", "0000", "--study", "study")).lower()


# --- convert -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["yaml", "json", "csv", "xlsx", "qdc"])
def test_convert_there_and_back(ending: str) -> None:
    run("convert", SEED, f"there.{ending}")
    run("convert", f"there.{ending}", "back.yaml")
    assert read_codebook("back.yaml")[0].codes == read_codebook(SEED)[0].codes


def test_convert_says_what_is_not_carried() -> None:
    record = run_json("convert", "old.yaml", "out.qdc")
    assert [problem["message"] for problem in record["not_carried"]] == [
        "`title` has no place in .qdc and is not carried"
    ]
    result = CliRunner().invoke(app, ["convert", "old.yaml", "out.csv"])
    assert "warning out.csv: `title` has no place in .csv and is not carried" in result.stderr


def test_convert_replaces_a_file_only_when_told_to() -> None:
    Path("out.json").write_text("mine")
    caught = error("convert", "old.yaml", "out.json")
    assert isinstance(caught, InputError) and caught.hint == "name another one, or replace it with --force"
    assert Path("out.json").read_text() == "mine"
    run("convert", "old.yaml", "out.json", "--force")
    assert read_codebook("out.json")[0] == read_codebook("old.yaml")[0]


def test_convert_to_no_format() -> None:
    assert "no format of codebooks has the ending “.docx”" in str(error("convert", "old.yaml", "out.docx"))
    assert not Path("out.docx").exists()


# --- merge ---------------------------------------------------------------------------------------------


def test_merge_joins_what_both_changed() -> None:
    Path("ours.yaml").write_text(OLD.replace("Why.", "Why they came."))
    Path("theirs.yaml").write_text(OLD.replace("It is warm.", "It was warm."))
    run("merge", "ours.yaml", "theirs.yaml", "--base", "old.yaml", "--out", "both.yaml")
    both = read_codebook("both.yaml")[0]
    assert both.codes[0].definition == "Why they came."
    assert both.codes[2].examples == ("It was warm.",)


def test_merge_with_a_conflict_writes_nothing_until_it_is_settled() -> None:
    Path("ours.yaml").write_text(OLD.replace("Why.", "Ours."))
    Path("theirs.yaml").write_text(OLD.replace("Why.", "Theirs."))
    told = run("merge", "ours.yaml", "theirs.yaml", "--base", "old.yaml", "--out", "both.yaml", code=3)
    assert told == "reasons, definition\n  ours:   Ours.\n  theirs: Theirs.\n1 conflict · nothing written\n"
    assert not Path("both.yaml").exists()
    record = run_json(
        "merge", "ours.yaml", "theirs.yaml", "--base", "old.yaml", "--out", "both.yaml", "--prefer", "theirs"
    )
    assert record["written"] and record["conflicts"][0]["theirs"] == "Theirs."
    assert read_codebook("both.yaml")[0].codes[0].definition == "Theirs."


# --- history and schema --------------------------------------------------------------------------------


def test_history_of_a_study(study: Study) -> None:
    first, second = (read_codebook(name)[0].version for name in ("old.yaml", "new.yaml"))
    assert run("history", "--study", "study") == textwrap.dedent(f"""\
        {first}  4 codes, 2 decisions from 2026-05-01
        {second} (in use)  4 codes, 0 decisions
        + added      “Chat” chat
        - removed    “Gone” gone
        ~ renamed    “Support” → “Extra support”
        ~ moved      “Extra support”: from “Reasons” to the top
        ~ redefined  “Extra support”: definition, include
    """)
    records = run_json("history", "--study", "study")
    assert [record["decisions"] for record in records] == [2, 0]
    assert records[0]["changes"]["added"] == []


def test_the_codebook_of_the_study_is_the_default(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(study.root / "decisions")
    assert run("check") == run("check", "../../new.yaml")


def test_schema_is_the_published_one() -> None:
    assert json.loads(run("schema"))["$id"] == "urn:thematic:codebook:1"


# --- The manual ----------------------------------------------------------------------------------------


def test_every_command_of_the_manual_prints_what_the_manual_says() -> None:
    manual = (ROOT / "docs" / "codebooks.md").read_text("utf-8")
    commands = 0
    for kind, name, block in re.findall(
        r"^```(yaml|console) ?(\S*)\n(.*?)^```$", manual, re.MULTILINE | re.DOTALL
    ):
        if kind == "yaml":
            Path(name).write_text(block, "utf-8")
            continue
        shown = ""
        for line in re.findall(r"^\$ thematic (.*)$", block, re.MULTILINE):
            done = subprocess.run(
                [sys.executable, "-m", "thematic", *shlex.split(line)],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env=os.environ | {"COLUMNS": "80"},
                check=False,
            )
            shown += f"$ thematic {line}\n{done.stdout}"
            commands += 1
        assert shown == block
    assert commands >= 8


def test_in_a_window_long_wording_is_wrapped_below_its_beginning(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    from thematic.cli import codebook_view, render

    console = Console(force_terminal=True, width=40, color_system=None, highlight=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(render, "results", lambda: console)
        codebook_view.print_line("    [red]- " + "word " * 20 + "[/]")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 2
    assert all(line.startswith("    ") and len(line) <= 40 for line in lines)
    assert all("word" in line for line in lines)
