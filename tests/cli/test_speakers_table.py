"""What `ingest --dry-run` prints: who speaks, what each is taken for, and why, in a window of 80 columns."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from thematic.cli.app import app
from thematic.cli.render import results
from thematic.study import Study, StudySettings

INTERVIEW = """Dr Bartholomew Featherstonehaugh-Cholmondeley: How did you come to the group, and why stay?
P: My counsellor said it might suit me, so I went along one wet Tuesday and sat at the back of the room.
Dr Bartholomew Featherstonehaugh-Cholmondeley: What happened then?
P: [laughs] People asked me how my week had been.
"""


@pytest.fixture
def printed(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    results.cache_clear()
    Study.create(tmp_path / "study", StudySettings())
    file = tmp_path / "an_interview_whose_name_takes_more_room_than_there_is.txt"
    file.write_text(INTERVIEW, encoding="utf-8")
    done = CliRunner().invoke(app, ["ingest", str(file), "--dry-run", "--study", str(tmp_path / "study")])
    assert done.exit_code == 0, done.output
    results.cache_clear()
    return done.stdout


def test_role_count_first_words_and_reason_stand_there_whole(printed):
    head, asker, answerer = printed.splitlines()[:3]
    assert head == "an_interview_whose_name_takes_more_room_than_there_is"
    assert asker.split()[-1].endswith("…")
    assert "interviewer  2 turns  How did you come" in asker
    assert "participant  2 turns  My counsellor said" in answerer
    assert "asks" in printed or "known label" in printed


def test_no_line_of_the_table_is_wider_than_the_window(printed):
    assert max(len(line.rstrip()) for line in printed.split("\n\n")[0].splitlines()) <= 80


def test_no_study_is_needed_to_look_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "P01.txt").write_text(INTERVIEW, encoding="utf-8")
    done = CliRunner().invoke(app, ["ingest", "P01.txt", "--dry-run"])
    assert done.exit_code == 0, done.output
    assert "participant  2 turns" in " ".join(done.stdout.split(" "))
    assert "nothing was written" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["P01.txt"]


@pytest.mark.parametrize("arguments", [["--dry-run", "--study", "nowhere"], []])
def test_a_study_that_is_named_or_needed_must_be_there(tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "P01.txt").write_text(INTERVIEW, encoding="utf-8")
    done = CliRunner().invoke(app, ["ingest", "P01.txt", *arguments])
    assert done.exit_code != 0
    assert "study" in str(done.exception)
