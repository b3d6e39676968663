"""A study as tidy tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.builders import make_study_data
from tests.reporting.studies import code_study, make_study
from thematic.formats.report.frames import make_frames
from thematic.model import Decision


def test_every_noun_has_its_rows_and_ids_that_join() -> None:
    data = make_study_data()
    frames = make_frames(data)
    excerpts = [e for s in data.segmentations for e in s.excerpts]
    assert frames.excerpts.num_rows == len(excerpts)
    assert frames.codings.num_rows == len(data.codings) == 3
    assert frames.suggestions.num_rows == len(data.suggestions)
    assert frames.codes["code"].to_pylist() == [code.id for code in data.codebook.codes]
    themes = dict(zip(frames.codes["code"].to_pylist(), frames.codes["theme"].to_pylist(), strict=True))
    assert themes["extra-support"] == "reasons" and themes["reasons"] == "reasons"
    coded = frames.coded.to_pylist()
    assert {row["excerpt"] for row in coded} <= set(frames.excerpts["excerpt"].to_pylist())
    assert [(row["code"], row["coder"]) for row in coded] == [
        ("extra-support", "ana"),
        ("extra-support", "ben"),
        ("recommended", "ana"),
    ]
    people = {row["participant"]: row for row in frames.participants.to_pylist()}
    assert people["P01"]["group"] == "both" and people["P03"]["years in treatment"] is None


def test_pandas_and_decisions_with_what_was_shown() -> None:
    data = make_study_data()
    excerpt = data.segmentations[0].excerpts[0]
    decision = Decision(
        id="d1",
        coder_id="ana",
        action="accept",
        at=datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC),
        quote=data.codings[0].quote,
        code_ids=("recommended",),
        excerpt_id=excerpt.id,
        mode="assist",
        details={"shown": [{"code": "recommended", "rank": 1}], "seconds": 1.5},
    )
    tables = make_frames(data, {"ana": [decision]}).to_pandas()
    (row,) = tables["decisions"].to_dict("records")
    assert list(row["codes"]) == ["recommended"] == list(row["shown"])
    assert row["seconds"] == 1.5 and row["at"].isoformat() == "2024-01-02T03:04:05+00:00"
    by_code = tables["coded"].groupby("code")["coder"].nunique()
    assert by_code.to_dict() == {"extra-support": 2, "recommended": 1}


def test_a_damaged_letter_does_not_stop_the_tables() -> None:
    data = make_study_data()
    coding = replace(data.codings[0], memo="half a letter \ud83d")
    frames = make_frames(replace(data, codings=(coding,)))
    assert frames.codings["memo"].to_pylist() == ["half a letter ?"]


def test_a_study_gives_its_own(tmp_path: Path) -> None:
    study = make_study(tmp_path / "study", ("P01.txt",))
    code_study(study, "a")
    frames = study.frames()
    assert frames.decisions.num_rows == frames.excerpts.num_rows > 20
    assert set(frames.coded["interview"].to_pylist()) == {"P01"}
    assert frames.participants.to_pylist()[0]["site"] == "A"
