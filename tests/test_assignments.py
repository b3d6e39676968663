"""Who was asked to code what is data of the study; the page and packets keep to it."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from tests.cli.test_run import CODEBOOK, SAMPLES, thematic
from thematic.assignments import Assignment, assign, assigned, assignments
from thematic.errors import SettingsError
from thematic.packeting import write_packet
from thematic.pipeline import Pipeline
from thematic.study import Study
from thematic.web.opening import open_review


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    out = tmp_path_factory.mktemp("assign") / "study"
    for arguments in (
        ("init", out, "--codebook", CODEBOOK),
        ("ingest", SAMPLES / "P01.txt", SAMPLES / "P02.txt", "--study", out),
    ):
        done = thematic(*arguments)
        assert done.returncode == 0, done.stderr
    return Study.open(out)


def test_the_page_and_the_packet_keep_to_what_was_asked(study: Study) -> None:
    excerpts = Pipeline(study).excerpts
    assign(study, "ben", Assignment(transcripts=("P02",)))
    asked = [e.id for e in excerpts if e.transcript_id == "P02"]
    assert [e.id for e in assigned(study, "ben", excerpts)] == asked
    assert list(open_review(Pipeline(study), "ben").queue) == asked
    assert len(open_review(Pipeline(study), "ada").queue) == len(excerpts)
    assert len(open_review(Pipeline(study), "ben", transcript_id="P01").queue) > 0  # said otherwise
    path, _, count = write_packet(study, "ben", mode="blind")
    sheet = openpyxl.load_workbook(path)["Review"]
    assert count == len(asked) == sheet.max_row - 1
    assign(study, "ben", None)
    assert assignments(study) == {}


def test_the_sample_for_double_coding_can_be_asked_for(study: Study) -> None:
    with pytest.raises(SettingsError, match="no sample for double coding"):
        assign(study, "cem", Assignment(sample=True))
    assert thematic("sample", "--count", "10", "--study", study.root).returncode == 0
    done = thematic("assign", "cem", "--sample", "--study", study.root, "--json")
    assert done.returncode == 0, done.stderr
    (task,) = json.loads(done.stdout)
    assert (task["coder"], task["sample"], task["excerpts"], task["decided"]) == ("cem", True, 10, 0)
    assert len(open_review(Pipeline(study), "cem").queue) == 10


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ben", "-t", "P99"), "no transcript P99"),
        (("ben",), "say what to code"),
        (("ben", "--all", "--sample"), "say what to code"),
        (("../ben", "-t", "P01"), "cannot be a coder's name"),
    ],
)
def test_what_cannot_be_asked(study: Study, arguments: tuple[str, ...], says: str) -> None:
    done = thematic("assign", *arguments, "--study", study.root)
    assert done.returncode == 2
    assert says in done.stderr


def test_a_file_that_says_nothing(tmp_path: Path, study: Study) -> None:
    (study.root / "assignments.json").write_text('{"assignments": ["ben"]}')
    with pytest.raises(SettingsError, match="says of nobody what to code"):
        assignments(study)
    (study.root / "assignments.json").unlink()


def test_an_assisted_packet_of_some_transcripts_shows_only_what_is_in_it(study: Study) -> None:
    path, _, count = write_packet(study, "dee", mode="assist", transcripts=["P02"])
    workbook = openpyxl.load_workbook(path)
    assert workbook["Review"].max_row == count + 1
    read_first = [str(row[-1].value) for row in workbook["Clusters"].iter_rows(min_row=4)]
    assert read_first
    assert not any("P01: " in text for text in read_first)
