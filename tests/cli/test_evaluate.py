"""`thematic evaluate` on a file of coded turns: JSON, page, and errors that say what to do."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from tests.reporting.studies import code_study, make_study
from tests.suggestion.test_learnt import SAID, spoken
from thematic import evaluating
from thematic.cli.app import app
from thematic.pipeline import Pipeline

DEFINITIONS = {code: f"Talk of {code}" for code in SAID}


@pytest.fixture
def coded(tmp_path):
    texts, truth = spoken(interviews=3, each=12)
    rows = [
        {
            "doc": e.transcript_id,
            "i": i,
            "speaker": "P",
            "text": e.text,
            "codes": [truth[e.id]] if truth[e.id] else [],
        }
        for i, e in enumerate(texts)
    ]
    data = tmp_path / "coded.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    book = tmp_path / "book.json"
    codes = {code: {"definition": text} for code, text in DEFINITIONS.items()}
    book.write_text(json.dumps({"name": "invented", "codes": codes}), encoding="utf-8")
    return data, book


def call(*arguments: object):
    return CliRunner().invoke(app, ["evaluate", *map(str, arguments)])


def test_json_and_page_of_a_coded_file(coded, tmp_path):
    data, book = coded
    page = tmp_path / "page.html"
    done = call("--data", data, "--codebook", book, "--model", "hash", "--json", "--report", page)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["title"] == "coded"
    assert found["full"]["recall_at_1"] > found["baselines"]["popularity"]["recall_at_1"]
    assert found["promise"]["splits"] == 0
    assert page.read_bytes().startswith(b"<!doctype html>")


@pytest.fixture(scope="module")
def studied(tmp_path_factory):
    study = make_study(tmp_path_factory.mktemp("evaluate") / "study")
    code_study(study)
    done = call("--study", study.root, "--json")
    assert done.exit_code == 0, done.output
    return study, json.loads(done.stdout)


def test_of_a_study_its_own_coders_are_measured(studied):
    study, found = studied
    assert found["data"]["interviews"] == 3
    assert found["data"]["coders"] == 2
    assert found["human_ceiling"]["pairs"] == 1
    assert set(found["remaining"]) == {"ada", "ben"}
    assert (study.root / "evaluation.html").is_file()


def test_of_a_study_it_says_what_another_interview_would_add(studied):
    study, found = studied
    codes = found["saturation"]["codes"]
    used = {code["name"] for code in found["per_code"] if code["examples"]}
    assert codes["found"] >= len(used) > 3
    assert codes["interviews"] == 3
    assert codes["cumulative"][-1] == {"interviews": 3} | dict.fromkeys(
        ("low", "median", "high"), codes["found"]
    )
    assert codes["cumulative"][0]["median"] < codes["found"]
    assert "needs 6 interviews; 3 are coded" in codes["verdict"]
    page = (study.root / "evaluation.html").read_text(encoding="utf-8")
    assert f"Codes in use: {codes['found']} in 3 interviews." in page


def test_clusters_of_what_fits_no_code_saturate_too(studied, monkeypatch):
    study, _ = studied
    clusters = [
        SimpleNamespace(id="a", transcript_ids=("P01",), status="shown"),
        SimpleNamespace(id="b", transcript_ids=("P01", "P10"), status="shown"),
        SimpleNamespace(id="c", transcript_ids=("P02",), status="hidden"),
    ]
    monkeypatch.setattr(
        evaluating,
        "study_uncovered",
        lambda _: SimpleNamespace(clustering=SimpleNamespace(clusters=clusters)),
    )
    found = evaluating._saturation(Pipeline(study), Pipeline(study).lessons)["new_clusters"]
    assert (found["interviews"], found["found"]) == (3, 2)
    assert [band["low"] for band in found["cumulative"]] == [0, 1, 2]


def test_data_needs_its_codebook(coded):
    done = call("--data", coded[0])
    assert done.exit_code != 0
    assert "belong together" in str(done.exception)


def test_a_code_that_the_codebook_lacks_is_measured_and_said(coded):
    data, book = coded
    first, *others = DEFINITIONS
    codes = {code: {"definition": DEFINITIONS[code]} for code in others}
    book.write_text(json.dumps({"name": "invented", "codes": codes}), encoding="utf-8")
    done = call("--data", data, "--codebook", book, "--model", "hash", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["warnings"][0].startswith(
        "1 code is not in the codebook, and known by name and codings only: "
        f"no code “{first}” in the codebook"
    )
    measured = {record["code"]: record for record in found["per_code"]}
    assert measured[first]["examples"] > 0
    assert measured[first]["average_precision"] is not None


def test_a_codebook_of_something_else_is_refused(coded):
    data, book = coded
    book.write_text(
        json.dumps({"name": "other", "codes": {"zzz": {"definition": "Talk of sleep"}}}), encoding="utf-8"
    )
    done = call("--data", data, "--codebook", book, "--model", "hash", "--json")
    assert done.exit_code != 0
    assert f"none of the {len(DEFINITIONS)} codes is in the codebook other" in str(done.exception)
