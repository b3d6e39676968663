"""Label Studio and doccano: texts with labelled spans."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builders import make_study_data
from thematic.coded_project import CodedProject
from thematic.errors import InputError, SettingsError
from thematic.formats.exports.label_studio_tasks import render_files
from thematic.formats.projects.front_door import ProjectSettings, read_project, sniff_project

TEXT = "Ada: 😀 Good, 😀 mostly.\r\nThe bus was late."
PLAIN = TEXT.replace("\r\n", "\n")


def region(words: str, *labels: str, utf16: bool = False, **changes: Any) -> dict[str, Any]:
    def place(i: int) -> int:
        return len(TEXT[:i].encode("utf-16-le")) // 2 if utf16 else i

    start = TEXT.index(words)
    value = {"start": place(start), "end": place(start + len(words)), "text": words, "labels": list(labels)}
    return {"id": "x", "from_name": "label", "to_name": "text", "type": "labels", "value": value} | changes


def task(*regions: dict[str, Any], who: Any = 3, **changes: Any) -> dict[str, Any]:
    made = {"completed_by": who, "created_at": "2024-03-05T14:30:00Z", "result": list(regions)}
    return {"id": 7, "data": {"text": TEXT, "title": "P01"}, "annotations": [made]} | changes


def studio(tmp_path: Path, *tasks: Any, lines: bool = False, **settings: Any) -> CodedProject:
    path = tmp_path / f"export.json{'l' if lines else ''}"
    text = "\n".join(map(json.dumps, tasks)) if lines else json.dumps(list(tasks))
    path.write_text(text, encoding="utf-8")
    assert sniff_project(path) == "label-studio"
    return read_project(path, settings=ProjectSettings(**settings))


# --- Label Studio --------------------------------------------------------------------------------------


@pytest.mark.parametrize("utf16", [False, True])
@pytest.mark.parametrize("lines", [False, True])
def test_regions_are_found_whatever_the_count(tmp_path: Path, utf16: bool, lines: bool) -> None:
    regions = [region("The bus", "Bus", "Late", utf16=utf16), region("mostly", "Mood", utf16=utf16)]
    project = studio(tmp_path, task(*regions), lines=lines)
    text = project.texts[0].transcript.text
    assert text == PLAIN
    assert [text[c.quote.start : c.quote.end] for c in project.codings] == ["The bus", "The bus", "mostly"]
    assert {c.coder_id for c in project.codings} == {"annotator 3"}
    assert project.texts[0].transcript.id == "P01"


def test_who_annotated(tmp_path: Path) -> None:
    people = {"email": "eva@example.org"}, {"first_name": "Eva", "last_name": "M."}
    for i, who in enumerate(people):
        folder = tmp_path / str(i)
        folder.mkdir()
        project = studio(folder, task(region("mostly", "Mood"), who=who))
        assert project.coders[0].name == ("eva", "Eva M.")[i]


def test_what_codes_no_words_is_told(tmp_path: Path) -> None:
    choice = {"type": "choices", "value": {"choices": ["good"]}}
    predicted = [{"result": [region("mostly", "Mood")]}]
    project = studio(
        tmp_path,
        task(choice, region("mostly", "Mood"), predictions=predicted),
        {"id": 8, "data": {"image": "/data/x.png"}},
    )
    assert len(project.codings) == 1
    assert {(loss.what, loss.count) for loss in project.report.losses} == {
        ("results", 1), ("predictions", 1), ("tasks", 1),
    }  # fmt: skip


def test_a_cancelled_annotation_is_none(tmp_path: Path) -> None:
    made = {"was_cancelled": True, "result": [region("mostly", "Mood")]}
    assert studio(tmp_path, task(annotations=[made])).codings == ()


def test_what_we_write_we_read(tmp_path: Path) -> None:
    data = make_study_data()
    path = tmp_path / "tasks.json"
    path.write_bytes(render_files(data)["tasks.json"])
    settings = ProjectSettings(transcripts={t.id: t for t in data.transcripts}, codebook=data.codebook)
    project = read_project(path, settings=settings)
    assert project.texts == ()  # the study has them
    names = {"ana": "Ana", "ben": "Ben"}
    assert {(c.quote, c.code_id, c.coder_id, c.memo) for c in project.codings} == {
        (c.quote, c.code_id, names[c.coder_id], c.memo) for c in data.codings
    }


def test_the_text_may_have_any_name_and_be_long(tmp_path: Path) -> None:
    long = "word " * 30_000 + TEXT
    start = long.index("The bus")
    value = {"start": start, "end": start + 7, "text": "The bus", "labels": ["Bus"]}
    row = {
        "data": {"interview": long, "site": "north"},
        "annotations": [{"result": [{"type": "labels", "value": value}]}],
    }
    project = studio(tmp_path, row, coder="ana")
    assert project.codings[0].quote.text == "The bus"


def test_spans_that_do_not_fit_stop_unless_partial(tmp_path: Path) -> None:
    wrong = region("mostly", "Mood")
    wrong["value"]["text"] = "something else"
    with pytest.raises(InputError, match="1 spans do not fit"):
        studio(tmp_path, task(wrong, region("The bus", "Bus")))
    assert len(studio(tmp_path, task(wrong, region("The bus", "Bus")), partial=True).codings) == 1


# --- doccano -------------------------------------------------------------------------------------------


def doccano(tmp_path: Path, *rows: Any, **settings: Any) -> CodedProject:
    path = tmp_path / "admin.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    assert sniff_project(path) == "doccano"
    return read_project(path, settings=ProjectSettings(**({"coder": "ana"} | settings)))


START = TEXT.index("The bus")


@pytest.mark.parametrize(
    "labels",
    [
        {"label": [[START, START + 7, "Bus"]]},
        {"labels": [[START, START + 7, "Bus"]]},
        {
            "entities": [{"id": 1, "label": "Bus", "start_offset": START, "end_offset": START + 7}],
            "relations": [],
        },
    ],
)
def test_labels_of_every_version(tmp_path: Path, labels: dict[str, Any]) -> None:
    project = doccano(tmp_path, {"id": 5, "text": TEXT, "site": "north", "Comments": ["hm"], **labels})
    assert [c.quote.text for c in project.codings] == ["The bus"]
    assert project.texts[0].transcript.attributes == {"site": "north"}
    assert [loss.what for loss in project.report.losses] == ["comments"]


def test_users_by_number(tmp_path: Path) -> None:
    made = [{"label": 2, "start_offset": START, "end_offset": START + 7, "user": 4}]
    project = doccano(tmp_path, {"text": TEXT, "annotations": made}, coder=None)
    assert project.coders[0].name == "user 4"


def test_nobody_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="who labelled"):
        doccano(tmp_path, {"text": TEXT, "label": [[0, 3, "x"]]}, coder=None)


def test_a_broken_line_is_told_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "admin.jsonl"
    path.write_text('{"text": "a b", "label": [[0, 1, "x"]]}\n{"text": \n[1]\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_project(path, settings=ProjectSettings(coder="ana"))
    assert [p.line for p in caught.value.problems] == [2, 3]


@pytest.mark.parametrize("span", [[-1, 3, "x"], [0, 9999, "x"], [5, 5, "x"]])
def test_spans_outside_the_text_stop(tmp_path: Path, span: list[Any]) -> None:
    with pytest.raises(InputError, match="do not fit"):
        doccano(tmp_path, {"text": TEXT, "label": [span, [0, 3, "y"]]})
