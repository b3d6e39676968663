from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq

from tests.builders import make_segmentation, make_study_data, make_transcript
from thematic.formats.exports.parquet_tables import render_files, schemas
from thematic.model import StudyData


def read(data: StudyData) -> dict[str, pa.Table]:
    files = render_files(data)
    return {
        name.removesuffix(".parquet"): pq.ParquetFile(BytesIO(content), pre_buffer=False).read(
            use_threads=False
        )
        for name, content in files.items()
    }


def test_types_do_not_depend_on_the_data() -> None:
    full = read(make_study_data())
    empty = read(
        make_study_data(transcripts=(), segmentations=(), suggestions=(), clustering=None, codings=())
    )
    for name in ("excerpts", "codings", "suggestions", "codes"):
        assert full[name].schema == empty[name].schema == schemas(make_study_data())[name]
    assert full["codings"].schema.field("at").type == pa.timestamp("us", tz="UTC")
    assert full["participants"].num_rows == 3


def test_tables_join_and_quotes_are_verbatim() -> None:
    data = make_study_data()
    tables = {name: table.to_pylist() for name, table in read(data).items()}
    texts = {t.id: t.text for t in data.transcripts}
    excerpts = {row["id"]: row for row in tables["excerpts"]}
    codes = {row["id"]: row for row in tables["codes"]}
    assert len(tables["codings"]) == 3
    for row in (*tables["excerpts"], *tables["codings"]):
        assert texts[row["transcript"]][row["start"] : row["end"]] == row["text"]
    for row in tables["codings"]:
        assert row["code"] in codes
        assert row["excerpts"] and set(row["excerpts"]) <= set(excerpts)
        assert row["coder"] in excerpts[row["excerpts"][0]]["judged_by"]
    assert codes["ease"]["path"] == "Online and in person › Ease of joining"
    assert {row["excerpt"] for row in tables["suggestions"]} <= set(excerpts)


def test_case_attributes_are_columns_and_never_hide_one_of_ours() -> None:
    data = make_study_data()
    talks = tuple(replace(t, attributes={"group": "x", "speaker": "y"}) for t in data.transcripts[:1])
    people = read(replace(data, transcripts=(*talks, *data.transcripts[1:])))["participants"].to_pylist()
    assert (people[0]["group"], people[0]["case.speaker"], people[0]["speaker"]) == ("x", "y", "P01")
    assert people[2]["years in treatment"] is None


def test_half_a_character_becomes_a_sign() -> None:
    transcript = make_transcript("T1", [("T1", "a\ud83db")])
    data = make_study_data(
        transcripts=(transcript,), segmentations=(make_segmentation(transcript),), codings=(), clustering=None
    )
    assert read(data)["excerpts"].to_pylist()[0]["text"] == "a�b"
