"""The study folder: settings with the line of every mistake, atomic writes, one run at a time."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builders import make_transcript
from thematic.errors import SettingsError, StudyError
from thematic.files import write_atomic
from thematic.study import Study, StudySettings, fingerprint, read_settings, settings_toml


def test_settings_survive_the_file(tmp_path: Path) -> None:
    settings = StudySettings(title='Groups “A” & "B" \\ 1')
    path = tmp_path / "study.toml"
    path.write_text(settings_toml(settings), encoding="utf-8")
    assert read_settings(path) == settings


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ('[segment]\nunti = "turn"\n', 2, "no setting “unti”", "did you mean unit?"),
        ('[segment]\nunit = "page"\n', 2, "unit = ", '"passage" or "sentence" or "turn"'),
        ('[segment]\nmin_words = "20"\n', 2, "min_words = ", "a whole number"),
        ("[segments]\n", 1, "no setting or table “segments”", "did you mean segment?"),
        ('segment = "turn"\n', 1, "segment must be a table", "[segment]"),
        ('title = "a\n', 1, "not TOML", "written as"),
        ("[segment]\nmin_words = 90\n", 1, "min_words is 90", "1 <= min_words"),
    ],
)
def test_a_mistake_in_study_toml_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, message: str, hint: str
) -> None:
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_settings(path)
    (problem,) = caught.value.problems
    assert message in problem.message
    assert problem.line == line
    assert hint in (problem.hint or "")


def test_a_transcript_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    study = Study.create(tmp_path / "s", StudySettings())
    transcript = make_transcript("P01", [("Interviewer", "How?"), ("P01", "Well… 😀 שלום")], seconds_a_turn=2)
    study.save_transcript(transcript, read_key="k", report={})
    assert study.transcript("P01") == transcript
    assert study.transcript_ids() == ["P01"]


def test_a_text_edited_by_hand_is_refused(tmp_path: Path) -> None:
    study = Study.create(tmp_path / "s", StudySettings())
    study.save_transcript(make_transcript("P01", [("P01", "Hello.")]), read_key="k", report={})
    (study.root / "texts" / "P01.txt").write_text("P01: Hullo.")
    with pytest.raises(StudyError, match="changed after it was read"):
        study.transcript("P01")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda said: said.pop("source"), "source missing or of the wrong kind"),
        (lambda said: said["source"].pop("path"), "source.path missing"),
        (lambda said: said["source"].update(more=1), "unexpected keyword argument"),
        (lambda said: said.update(attributes=["a"], turns=None), "turns and attributes missing"),
        (lambda said: said["turns"].append(3), "damaged: "),
        (lambda said: said["turns"][0].pop("start"), "start"),
        (lambda said: said["turns"][0].update(start="x"), "damaged: "),
        (lambda said: said["turns"][0].update(end=99_999), "a turn is outside of the text"),
        (lambda said: said["turns"][0].update(anchors=[1]), "damaged: "),
    ],
)
def test_a_damaged_record_is_told_and_what_to_do(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], message: str
) -> None:
    study = Study.create(tmp_path / "s", StudySettings())
    study.save_transcript(make_transcript("P01", [("P01", "I am here.")]), read_key="k", report={})
    path = study.root / "texts" / "P01.json"
    said = json.loads(path.read_bytes())
    change(said)
    path.write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(StudyError, match=message) as caught:
        study.transcript("P01")
    assert caught.value.problem.path == str(path)
    assert "thematic ingest" in str(caught.value.problem.hint)


def test_an_unknown_transcript_names_those_there_are(tmp_path: Path) -> None:
    study = Study.create(tmp_path / "s", StudySettings())
    with pytest.raises(StudyError, match="no transcript “P09”"):
        study.transcript("P09")


def test_a_folder_with_other_things_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("precious")
    with pytest.raises(StudyError, match="not empty and is no study"):
        Study.create(tmp_path, StudySettings())
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_study_is_not_made_where_one_is(tmp_path: Path) -> None:
    Study.create(tmp_path / "s", StudySettings())
    with pytest.raises(StudyError, match="is a study already"):
        Study.create(tmp_path / "s", StudySettings())


def test_a_file_that_cannot_be_written_is_named_as_the_person_knows_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError) as caught:
        write_atomic(tmp_path / ("x" * 250), b"")
    assert caught.value.filename == str(tmp_path / ("x" * 250))


def test_what_a_killed_run_left_does_not_make_a_folder_full(tmp_path: Path) -> None:
    (tmp_path / ".study.toml.4242.tmp").write_text("half")
    assert Study.create(tmp_path, StudySettings()).root == tmp_path


def test_the_nearest_study_upwards_is_found(tmp_path: Path) -> None:
    study = Study.create(tmp_path / "s", StudySettings(title="Here"))
    inside = study.root / "exports" / "deep"
    inside.mkdir(parents=True)
    assert Study.find(inside).settings.title == "Here"
    with pytest.raises(StudyError, match="no study here"):
        Study.find(tmp_path)


def test_a_second_run_in_the_same_study_is_refused_and_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    study = Study.create(tmp_path / "s", StudySettings())
    code = (
        "import sys, time; from pathlib import Path; from thematic.study import Study\n"
        "with Study.open(Path(sys.argv[1])).lock():\n print('locked', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(study.root)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "locked\n"
        with pytest.raises(StudyError, match="another run is working"), study.lock():
            pass
    finally:
        holder.kill()
        holder.communicate()
    with study.lock():
        pass


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    write_atomic(path, b"old")

    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("thematic.files.os.fsync", no_space)
    with pytest.raises(OSError, match="No space left"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_fingerprints_tell_values_apart_and_ignore_the_order_of_keys() -> None:
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert len({fingerprint(v) for v in ("a", ["a"], {"a": 1}, 1, "1", None)}) == 6
