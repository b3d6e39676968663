"""`thematic export` as a user meets it: a process with arguments, an exit code, and files."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_run import SAMPLES, failing, run, thematic
from thematic.journal import Journal
from thematic.model import Decision, Quote
from thematic.study import Study


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two interviews, of which somebody has coded one excerpt and judged another to have no code."""
    folder = tmp_path_factory.mktemp("export")
    talks = folder / "talks"
    talks.mkdir()
    for path in sorted(SAMPLES.glob("*.vtt"))[:2]:
        (talks / path.name).write_bytes(path.read_bytes())
    root = run(folder / "study", transcripts=talks)
    decide(root, 0, ("credibility-endorsement",))
    decide(root, 1, ())
    return root


def excerpts(root: Path) -> list[dict[str, Any]]:
    lines = (root / "exports" / "excerpts.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def decide(root: Path, number: int, codes: tuple[str, ...]) -> None:
    opened = Study.open(root)
    row = excerpts(root)[number]
    Journal.open(opened.journal_path("ada")).append(
        Decision(
            id=f"d{number}",
            coder_id="ada",
            action="add" if codes else "none-apply",
            at=datetime(2026, 1, 2, tzinfo=UTC),
            quote=Quote(
                transcript_id=str(row["transcript"]),
                start=int(str(row["start"])),
                end=int(str(row["end"])),
                text=str(row["text"]),
            ),
            code_ids=codes,
            excerpt_id=str(row["id"]),
            codebook_version="v1",
        )
    )


def test_what_people_decided_since_makes_the_exports_new(study: Path) -> None:
    done = thematic("export", "--study", study)
    assert "written to" in done.stderr
    codings = [row["codings"] for row in excerpts(study)]
    contract = {"coder": "ada", "code": "credibility-endorsement", "at": "2026-01-02T00:00:00Z"}
    assert [{key: coding[key] for key in contract} for coding in codings[0]] == [contract]
    assert "nothing has changed" in thematic("export", "--study", study).stderr


def test_excerpts_jsonl_keeps_its_contract(study: Path) -> None:
    thematic("export", "--study", study)
    keys = ["id", "transcript", "start", "end", "text", "speaker", "role", "turn", "start_time", "end_time"]
    for row in excerpts(study):
        assert list(row) == [*keys, "question", "suggestions", "cluster", "codings"]
        for suggestion in row["suggestions"]:
            assert list(suggestion)[:5] == ["code", "score", "probability", "status", "evidence"]
        for coding in row["codings"]:
            assert list(coding)[:3] == ["coder", "code", "at"]


def test_a_matrix_tells_no_from_not_looked_at(study: Path) -> None:
    done = thematic("export", "--to", "matrix", "--study", study)
    assert done.returncode == 0, done.stderr
    assert "excerpts_by_code.csv" in done.stdout
    text = (study / "exports" / "matrix" / "excerpts_by_code.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["credibility_endorsement"] for row in rows[:3]] == ["1", "0", ""]


def test_several_formats_as_json(study: Path, tmp_path: Path) -> None:
    done = thematic(
        "export",
        "--to",
        "md",
        "--to",
        "parquet",
        "--out",
        tmp_path,
        "--json",
        "--study",
        study,
        "--coder",
        "ada",
    )
    record = json.loads(done.stdout)
    assert [each["format"] for each in record] == ["md", "parquet"]
    assert len(record[1]["files"]) == 5
    assert all(Path(file["path"]).exists() for each in record for file in each["files"])


def test_twice_the_same_bytes(study: Path, tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        formats = ("--to", "docx", "--to", "xlsx", "--to", "parquet", "--to", "label-studio")
        done = thematic("export", *formats, "--out", tmp_path / name, "--study", study)
        assert done.returncode == 0, done.stderr
        made.append({p.relative_to(tmp_path / name): p.read_bytes() for p in (tmp_path / name).rglob("*.*")})
    assert made[0] == made[1]
    assert len(made[0]) == 10


def test_mistakes_are_told_before_anything_is_written(study: Path, tmp_path: Path) -> None:
    assert "did you mean “parquet”?" in failing("export", "--to", "parket", "--study", study)
    assert "there is no coder “bea”" in failing("export", "--to", "csv", "--coder", "bea", "--study", study)
    assert "needs a format" in failing("export", "--coder", "ada", "--study", study)
    assert not list((study / "exports").glob("*-*"))


def test_the_formats_are_listed_within_80_columns() -> None:
    done = thematic("export", "--list", env={"COLUMNS": "80", "NO_COLOR": "1"})
    assert "label-studio" in done.stdout
    assert "…" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
