"""Files that would be too large for people are not written, and it is said which and why."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.engines.studies import make_study
from thematic import parts
from thematic.formats.exports import front_door as exports
from thematic.ingestion import read_codebook_file, set_codebook
from thematic.journal import Journal
from thematic.model import Decision, Quote
from thematic.pipeline import Pipeline
from thematic.run_exports import write_run_exports
from thematic.selection import Selection, select
from thematic.study import Study

CODEBOOK = Path(__file__).parents[1] / "codebooks" / "smart_recovery.yaml"


def test_what_is_too_large_is_left_out_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = make_study(tmp_path / "study")
    set_codebook(study, read_codebook_file(CODEBOOK))
    whole = Pipeline(study)
    assert whole.left_out == {}
    assert write_run_exports(whole).written
    folder = study.root / "exports"
    before = {path.name for path in folder.iterdir()}
    assert "exports" not in json.loads((folder / "run.json").read_text())["notes"]
    workbook = (folder / "excerpts.xlsx").read_bytes()

    limits = {"xlsx": 20, "html": 20}
    for name, most in limits.items():
        small = replace(exports.FORMATS[name], most_excerpts=most)
        monkeypatch.setitem(exports.FORMATS, name, small)  # type: ignore[arg-type]
    (study.machine / "exports.json").unlink()
    assert write_run_exports(Pipeline(study)).written
    assert {path.name for path in folder.iterdir()} == before - {"excerpts.html"}
    # People may have filled in the workbook: it stays as it is.
    assert (folder / "excerpts.xlsx").read_bytes() == workbook
    record = json.loads((folder / "run.json").read_text())
    assert set(record["exports"]) == before - {"excerpts.html", "excerpts.xlsx", "run.json"}
    said = " ".join(record["notes"]["exports"])
    assert "excerpts.html is not written for" in said
    assert "thematic export --to xlsx" in said
    assert not write_run_exports(Pipeline(study)).written  # and so it stays: nothing is missing


def test_what_is_written_in_parts_is_what_is_written_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = make_study(tmp_path / "study")
    set_codebook(study, read_codebook_file(CODEBOOK))
    (study.root / "participants.csv").write_text("id,site\nP01,north\nP10,süd\n", encoding="utf-8")
    excerpt = Pipeline(study).excerpts[-1]
    coded = Decision(
        id="d1",
        coder_id="ana",
        action="accept",
        at=datetime(2024, 1, 1, tzinfo=UTC),
        quote=Quote(
            transcript_id=excerpt.transcript_id, start=excerpt.start, end=excerpt.end, text=excerpt.text
        ),
        code_ids=(Pipeline(study).codebook.codes[-1].id,),
        excerpt_id=excerpt.id,
    )
    Journal.open(study.journal_path("ana")).append(coded)
    assert write_run_exports(Pipeline(study)).written
    folder = study.root / "exports"
    at_once = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert b"ana" in at_once["excerpts.csv"]

    monkeypatch.setattr(parts, "EXCERPTS_IN_PART", 1)
    for name in ("xlsx", "html"):
        small = replace(exports.FORMATS[name], most_excerpts=1)
        monkeypatch.setitem(exports.FORMATS, name, small)  # type: ignore[arg-type]
    (study.machine / "exports.json").unlink()
    pipeline = Pipeline(study)
    assert [len(part.transcripts) for part in pipeline.parts()] == [1, 1, 1]
    assert [part.transcripts[0].attributes.get("site") for part in pipeline.parts()] == ["north", None, "süd"]
    assert write_run_exports(pipeline).written
    for name in ("excerpts.csv", "excerpts.jsonl", "clusters.csv"):
        assert (folder / name).read_bytes() == at_once[name], name
    records = [json.loads(found) for found in (at_once["run.json"], (folder / "run.json").read_bytes())]
    for record in records:
        del record["exports"], record["notes"]
    assert records[0] == records[1]


def test_for_some_transcripts_the_others_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = make_study(tmp_path / "study")
    set_codebook(study, read_codebook_file(CODEBOOK))
    chosen = Selection(transcripts=("P02",))
    whole = select(Pipeline(study).data(), chosen)
    read: list[str] = []
    transcript = Study.transcript
    monkeypatch.setattr(Study, "transcript", lambda self, id_: read.append(id_) or transcript(self, id_))
    part = Pipeline(study).data(frozenset({"P02"}))
    assert read == ["P02"]
    assert [t.id for t in part.transcripts] == ["P02"]
    assert select(part, chosen) == whole
    assert len(part.suggestions) == len(whole.suggestions) > 20


def test_one_respondent_of_a_survey_is_read_without_the_others(tmp_path: Path) -> None:
    answers = "I went because my nurse said that it was good for people like me."
    rows = "".join(f"R{i},{answers} Was {i} it.\n" for i in range(3))
    (tmp_path / "survey.csv").write_text(f"id,Why did you go?\n{rows}", encoding="utf-8")
    study = make_study(tmp_path / "study", tmp_path / "survey.csv")
    set_codebook(study, read_codebook_file(CODEBOOK))
    part = Pipeline(study).data_of_people(frozenset({"R1"}))
    assert [s.transcript_id for s in part.segmentations] == [t.id for t in part.transcripts] == ["R1"]
