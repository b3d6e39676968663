from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree

from tests.builders import make_study_data
from thematic.formats.exports.label_studio_tasks import FROM, TO, not_carried, render_files


def test_a_line_a_transcript_and_both_files_say_the_same() -> None:
    files = render_files(make_study_data())
    tasks = [json.loads(line) for line in files["tasks.jsonl"].splitlines()]
    assert tasks == json.loads(files["tasks.json"])
    assert [task["data"]["transcript"] for task in tasks] == ["P01", "P02", "P03"]
    assert tasks[0]["data"]["case group"] == "both"


def test_a_region_is_verbatim_and_says_whose_it_is() -> None:
    task = json.loads(render_files(make_study_data())["tasks.jsonl"].splitlines()[0])
    regions = [region for made in task["annotations"] for region in made["result"]]
    assert [region["meta"]["coder"] for region in regions] == ["Ana", "Ben"]
    assert regions[0]["meta"]["text"] == ["the week needs a middle"]
    assert len({region["id"] for region in regions}) == 2
    for region in (*regions, *task["predictions"][0]["result"]):
        value = region["value"]
        assert task["data"]["text"][value["start"] : value["end"]] == value["text"]
        assert (region["from_name"], region["to_name"], region["type"]) == (FROM, TO, "labels")


def test_suggestions_are_predictions_and_say_that_they_are_no_codings() -> None:
    data = replace(make_study_data(), codings=())
    task = json.loads(render_files(data)["tasks.jsonl"].splitlines()[0])
    assert task["annotations"] == []
    assert task["predictions"][0]["model_version"] == "thematic: suggestions, not codings"
    assert len(task["predictions"][0]["result"]) == 4  # the first of each shortlist


def test_every_label_in_the_tasks_is_in_the_configuration() -> None:
    data = make_study_data()
    codes = tuple(replace(c, name="<\"&'> 😀") if c.id == "ease" else c for c in data.codebook.codes)
    files = render_files(replace(data, codebook=replace(data.codebook, codes=codes)))
    values = [label.get("value") for label in ElementTree.fromstring(files["labels.xml"]).iter("Label")]
    assert "Online and in person › <\"&'> 😀" in values
    for task in json.loads(files["tasks.json"]):
        for made in (*task["annotations"], *task.get("predictions", ())):
            for region in made["result"]:
                assert set(region["value"]["labels"]) <= set(values)


def test_what_label_studio_has_no_place_for_is_told() -> None:
    data = make_study_data()
    from thematic.model import Judged, Quote

    quiet = data.segmentations[0].excerpts[4]
    quote = Quote(transcript_id="P01", start=quiet.start, end=quiet.end, text=quiet.text)
    told = [str(p) for p in not_carried(replace(data, judged=(Judged(quote=quote, coder_id="ana"),)))]
    assert any(line.startswith("1 passages judged to have no code") for line in told)
