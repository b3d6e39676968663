"""Coded rows as decisions of people: placed by their words, a row without codes counts, none guessed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders import make_codebook, make_transcript
from thematic.coded_project import CodedProject
from thematic.errors import InputError
from thematic.formats.projects.coded_rows_project import read, sniff
from thematic.formats.projects.front_door import ProjectSettings, sniff_project
from thematic.importing import import_project
from thematic.model import Transcript
from thematic.pipeline import Pipeline
from thematic.status import verify_study
from thematic.study import Study, StudySettings

CODEBOOK = make_codebook()
FIRST, SECOND = (code.id for code in CODEBOOK.codes[:2])
SAID = [
    ("Interviewer", "How did it begin?"),
    ("P01", "I waited  two hours."),
    ("P01x", "Yeah."),
    ("Interviewer", "And then?"),
    ("P01", "She listened."),
    ("P01x", "Yeah."),
]


def row(text: str, *codes: str, coder: str | None = "Ada", doc: str = "P01") -> dict[str, object]:
    written: dict[str, object] = {"doc": doc, "speaker": "P01", "text": text, "codes": list(codes)}
    return written if coder is None else written | {"coder": coder}


def rows_file(folder: Path, *rows: dict[str, object]) -> Path:
    path = folder / "codings.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


@pytest.fixture
def transcript() -> Transcript:
    return make_transcript("P01", SAID)


@pytest.fixture
def settings(transcript: Transcript) -> ProjectSettings:
    return ProjectSettings(transcripts={"P01": transcript}, codebook=CODEBOOK)


def told(project: CodedProject) -> list[tuple[str, str | None, str, bool]]:
    return [(c.coder_id, c.code_id, c.quote.text, c.none_applies) for c in project.codings]


def test_each_row_is_found_by_its_words_and_one_without_codes_is_a_decision(
    tmp_path: Path, settings: ProjectSettings
) -> None:
    path = rows_file(tmp_path, row("I waited two hours.", FIRST, SECOND), row("She listened."))
    project = read(path, settings=settings)
    assert told(project) == [
        ("Ada", FIRST, "I waited  two hours.", False),
        ("Ada", SECOND, "I waited  two hours.", False),
        ("Ada", None, "She listened.", True),
    ]
    assert project.report.losses == ()


def test_words_said_twice_are_placed_in_order_only_when_the_rows_say_them_as_often(
    tmp_path: Path, settings: ProjectSettings, transcript: Transcript
) -> None:
    both = read(rows_file(tmp_path, row("Yeah.", FIRST), row("Yeah.", SECOND)), settings=settings)
    assert [(c.code_id, c.quote.start) for c in both.codings] == [
        (FIRST, transcript.turns[2].start),
        (SECOND, transcript.turns[5].start),
    ]
    one = read(rows_file(tmp_path, row("Yeah.", FIRST), row("She listened.", FIRST)), settings=settings)
    assert [c.quote.text for c in one.codings] == ["She listened."]
    [loss] = one.report.losses
    assert (loss.count, loss.examples) == (1, ("P01: “Yeah.”",))


def test_questions_of_the_interviewer_are_no_passages(tmp_path: Path, settings: ProjectSettings) -> None:
    path = rows_file(tmp_path, row("And then?"), row("She listened.", FIRST))
    assert [c.quote.text for c in read(path, settings=settings).codings] == ["She listened."]


def test_words_that_are_not_in_the_transcript_are_listed(tmp_path: Path, settings: ProjectSettings) -> None:
    path = rows_file(tmp_path, row("She listened.", FIRST), row("Never said.", FIRST))
    [loss] = read(path, settings=settings).report.losses
    assert loss.reason == "not in the transcript"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([row("She listened.", "no-such")], "“no-such”: the codebook has no such code"),
        ([row("She listened.", FIRST, doc="P99")], "the study has no transcript P99"),
        ([row("She listened.", FIRST, coder=None)], "rows that name no coder"),
        ([row("Never said.", FIRST)], "not one row is found"),
    ],
    ids=["code", "interview", "coder", "words"],
)
def test_what_cannot_be_used_is_one_clear_message(
    tmp_path: Path, settings: ProjectSettings, rows: list[dict[str, object]], message: str
) -> None:
    with pytest.raises(InputError) as caught:
        read(rows_file(tmp_path, *rows), settings=settings)
    assert message in " ".join([str(caught.value), *map(str, caught.value.problems)])
    assert all(problem.hint for problem in caught.value.problems)


def test_partial_takes_the_rest_and_lists_unknown_codes(tmp_path: Path, settings: ProjectSettings) -> None:
    path = rows_file(tmp_path, row("She listened.", FIRST, "no-such"), row("I waited two hours.", "no-such"))
    project = read(path, settings=replace(settings, partial=True))
    assert told(project) == [("Ada", FIRST, "She listened.", False)]
    assert [loss.examples for loss in project.report.losses] == [("no-such",)]


def test_a_code_may_be_named_by_its_name(tmp_path: Path, settings: ProjectSettings) -> None:
    name = CODEBOOK.codes[0].name.upper()
    path = rows_file(tmp_path, row("She listened.", name))
    assert [c.code_id for c in read(path, settings=settings).codings] == [FIRST]


def test_coder_is_named_on_the_command_line_only_where_the_file_has_one_at_most(
    tmp_path: Path, settings: ProjectSettings
) -> None:
    path = rows_file(tmp_path, row("She listened.", FIRST, coder=None))
    assert [c.coder_id for c in read(path, settings=replace(settings, coder="ben")).codings] == ["ben"]
    path = rows_file(tmp_path, row("She listened.", FIRST), row("Yeah.", FIRST, coder="Bo"))
    with pytest.raises(InputError, match="2 coders"):
        read(path, settings=replace(settings, coder="ben"))


def test_only_coded_rows_are_taken_for_such(tmp_path: Path) -> None:
    assert sniff(b'"doc","i","speaker","text","codes","coder"\n', rows_file(tmp_path, row("x")))
    assert not sniff(b"doc,i,speaker,text\n", tmp_path / "codings.jsonl")
    assert sniff_project(rows_file(tmp_path, row("x"))) == "coded-rows"


def test_in_a_study_the_rows_become_codings_and_a_second_time_changes_nothing(
    tmp_path: Path, transcript: Transcript, settings: ProjectSettings
) -> None:
    from thematic.formats.codebooks.front_door import write_codebook_yaml

    study = Study.create(tmp_path / "study", StudySettings(title="T"))
    study.codebook_path.write_text(write_codebook_yaml(CODEBOOK), encoding="utf-8")
    study.save_transcript(transcript, read_key="k", report={"warnings": []})
    project = read(
        rows_file(tmp_path, row("She listened.", FIRST), row("I waited two hours.")), settings=settings
    )
    assert import_project(study, project).decisions == {"Ada": 2}
    made = Pipeline(study)
    assert [(c.coder_id, c.code_id, c.quote.text) for c in made.codings] == [("Ada", FIRST, "She listened.")]
    assert [d.action for d in made.decisions["Ada"]] == ["add", "none-apply"]
    assert verify_study(study) == []
    assert (import_project(study, project).unchanged, len(Pipeline(study).decisions["Ada"])) == (2, 2)
