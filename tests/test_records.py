"""Records of transcripts: what was parsed once is not parsed again, and what changed is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders import make_transcript
from thematic.errors import StudyError
from thematic.records import keep_records, records_of
from thematic.study import Study, StudySettings, fingerprint


@pytest.fixture
def study(tmp_path: Path) -> Study:
    study = Study.create(tmp_path / "s", StudySettings())
    study.machine.mkdir()
    for id_ in ("P02", "P01"):
        study.save_transcript(make_transcript(id_, [(id_, f"I am {id_}.")]), read_key="k", report={})
    return study


def test_a_record_has_the_hash_of_its_turns_in_their_place(study: Study) -> None:
    found = records_of(study)
    assert list(found) == ["P01", "P02"]
    whole = study.record("P01")
    assert found["P01"] == whole | {"turns": fingerprint(whole["turns"])}
    keep_records(study)
    assert records_of(study) == found


def test_an_unchanged_record_is_not_parsed_again(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_records(study)
    found = records_of(study)
    study.save_transcript(make_transcript("P02", [("P02", "Changed.")]), read_key="k2", report={})
    parsed: list[str] = []
    parse = Study.record
    monkeypatch.setattr(Study, "record", lambda self, id_: parsed.append(id_) or parse(self, id_))
    again = records_of(study)
    assert parsed == ["P02"]
    assert again["P01"] == found["P01"]
    assert again["P02"]["read_key"] == "k2"


def test_what_only_looks_writes_nothing(study: Study) -> None:
    records_of(study)
    assert not list(study.machine.iterdir())


def test_a_damaged_line_counts_as_none(study: Study) -> None:
    keep_records(study)
    found = records_of(study)
    path = study.machine / "records.jsonl"
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first[: len(first) // 2] + b"\n" + json.dumps([1, 2]).encode() + b"\n" + second)
    assert records_of(study) == found
    for wrong in ({"turns": 3}, {"title": None}, {"source": {}}, {"attributes": "x"}):
        id_, digest, record = json.loads(first)
        path.write_bytes(json.dumps([id_, digest, record | wrong]).encode() + b"\n" + second)
        assert records_of(study) == found


def test_a_damaged_record_is_told(study: Study) -> None:
    keep_records(study)
    (study.root / "texts" / "P01.json").write_text("{")
    with pytest.raises(StudyError, match="damaged"):
        records_of(study)
