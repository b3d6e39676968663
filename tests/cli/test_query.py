"""Questions in SQL: answers from the study's own tables, and nothing that writes, fetches or reads files."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.test_run import SAMPLES, failing, run, thematic
from thematic.errors import InputError
from thematic.querying import TABLES, answering, ask
from thematic.study import Study


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(tmp_path_factory.mktemp("query") / "study", transcripts=SAMPLES / "P01.txt")


def test_answers_agree_with_the_exports(study: Path) -> None:
    lines = (study / "exports" / "excerpts.jsonl").read_text(encoding="utf-8").splitlines()
    excerpts = [json.loads(line) for line in lines]
    opened = Study.open(study)
    answer = ask(opened, 'SELECT id, text, start, "end" FROM excerpts ORDER BY start')
    assert answer.columns == ("id", "text", "start", "end")
    assert list(answer.rows) == [(e["id"], e["text"], e["start"], e["end"]) for e in excerpts]
    firsts = ask(opened, "SELECT excerpt_id, code_id FROM suggestions WHERE rank = 1 ORDER BY excerpt_id")
    expected = sorted((e["id"], e["suggestions"][0]["code"]) for e in excerpts)
    assert list(firsts.rows) == expected
    clustered = ask(opened, "SELECT count(*) FROM clusters").rows[0][0]
    assert clustered == sum(e["cluster"] is not None for e in excerpts)


def test_every_table_can_be_asked_and_joined(study: Path) -> None:
    opened = Study.open(study)
    for name in TABLES:
        assert ask(opened, f"SELECT count(*) FROM {name}").rows[0][0] >= 0, name
    assert ask(opened, "SELECT len(values) FROM vectors LIMIT 1").rows == ((64,),)
    assert {row[0] for row in ask(opened, "SHOW TABLES").rows} >= set(TABLES)


@pytest.mark.parametrize(
    "sql",
    [
        "COPY excerpts TO 'out.csv'",
        "CREATE TABLE t AS SELECT 1",
        "ATTACH 'other.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "PRAGMA enable_profiling",
        "SELECT 1; SELECT 2",
        "",
        "SELECT * FROM read_csv('study.toml')",
        "SELECT * FROM 'study.toml'",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM glob('*')",
        "SELECT * FROM 'https://example.org/a.parquet'",
        "SELECT * FROM opened",
    ],
)
def test_nothing_but_the_tables_can_be_reached(
    study: Path, sql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(study)
    before = {p: p.stat().st_mtime_ns for p in study.rglob("*")}
    with pytest.raises(InputError):
        ask(Study.open(study), sql)
    assert {p: p.stat().st_mtime_ns for p in study.rglob("*")} == before


def test_a_question_changes_no_file(study: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in study.rglob("*")}
    ask(Study.open(study), "SELECT * FROM excerpts JOIN suggestions ON excerpts.id = suggestions.excerpt_id")
    assert {p: p.stat().st_mtime_ns for p in study.rglob("*")} == before


def test_the_answer_as_json_csv_and_table(study: Path) -> None:
    sql = "SELECT id, start_time, turn FROM (SELECT id, start_time, start AS turn FROM excerpts) LIMIT 2"
    as_json = json.loads(thematic("query", sql, "--json", "--study", study).stdout)
    assert [list(row) for row in as_json] == [["id", "start_time", "turn"]] * 2
    as_csv = thematic("query", sql, "--csv", "--study", study).stdout
    rows = list(csv.reader(io.StringIO(as_csv.removeprefix("\ufeff"))))
    assert rows[0] == ["id", "start_time", "turn"]
    assert rows[1][0] == as_json[0]["id"]
    for wide in (sql, "SELECT * FROM excerpts LIMIT 3"):
        done = thematic("query", wide, "--study", study, env={"COLUMNS": "80"})
        assert as_json[0]["id"] in done.stdout
        assert max(map(len, done.stdout.splitlines())) <= 80


def test_an_answer_that_is_longer_than_a_screen_is_whole(study: Path) -> None:
    """Written a few thousand rows at a time, it is what it would be at once."""
    sql = "SELECT i, 'a ' || i AS said, [i] AS many FROM range(5000) AS numbers(i) ORDER BY i"
    rows = [{"i": i, "said": f"a {i}", "many": [i]} for i in range(5000)]
    expected = json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
    assert thematic("query", sql, "--json", "--study", study).stdout == expected
    as_csv = thematic("query", sql, "--csv", "--study", study).stdout
    read = list(csv.reader(io.StringIO(as_csv.removeprefix("\ufeff"))))
    assert read[0] == ["i", "said", "many"]
    assert read[1:] == [[str(i), f"a {i}", f"[{i}]"] for i in range(5000)]
    table = thematic("query", sql, "--study", study)
    assert "a 199" in table.stdout
    assert "a 200 " not in table.stdout
    assert "4,800 more rows" in table.stderr


def test_an_empty_answer_has_its_columns(study: Path) -> None:
    sql = "SELECT id FROM excerpts WHERE false"
    assert thematic("query", sql, "--json", "--study", study).stdout == "[]\n"
    assert thematic("query", sql, "--csv", "--study", study).stdout.strip("\ufeff\r\n") == '"id"'


def test_nothing_but_the_answer_is_printed_however_long_it_takes(study: Path) -> None:
    answer = ask(Study.open(study), "SELECT current_setting('enable_progress_bar') AS bar")
    assert list(answer.rows) == [(False,)]


def test_rows_come_as_they_are_asked_for(study: Path) -> None:
    with answering(Study.open(study), "SELECT i FROM range(100000000000) AS numbers(i)") as (columns, rows):
        assert columns == ("i",)
        assert [next(rows), next(rows)] == [(0,), (1,)]


@pytest.mark.parametrize("form", ["--csv", "--json"])
def test_what_is_wrong_in_the_middle_of_the_rows_is_told_and_nothing_else(study: Path, form: str) -> None:
    sql = "SELECT CAST(CASE WHEN i < 299990 THEN '1' ELSE 'x' END AS INT) FROM range(300000) AS numbers(i)"
    assert "Could not convert" in failing("query", sql, form, "--study", study)
    assert thematic("query", sql, form, "--study", study).stdout == ""


def test_cells_that_a_spreadsheet_would_run_are_made_inert(study: Path) -> None:
    done = thematic("query", "SELECT '=1+1' AS a, -1 AS b", "--csv", "--study", study)
    assert '"\'=1+1","-1"' in done.stdout


def test_mistakes_are_told_with_what_there_is(study: Path, tmp_path: Path) -> None:
    message = failing("query", "SELECT * FROM excrpts", "--study", study)
    assert "did you mean “excerpts”?" in message
    assert "Candidate bindings" in failing("query", "SELECT nme FROM codes", "--study", study)
    assert "syntax error" in failing("query", "SELEC 1", "--study", study)


def test_a_table_that_is_not_made_yet_names_the_command(study: Path, tmp_path: Path) -> None:
    (study / "codebook.yaml").write_text((study / "codebook.yaml").read_text() + "\n# changed\n")
    assert "make them: thematic suggest" in failing("query", "SELECT * FROM suggestions", "--study", study)
