import json
from itertools import chain

from tests.builders import make_coding, make_excerpt, make_segmentation, make_study_data, make_transcript
from thematic.formats.exports import excerpts_jsonl
from thematic.model import StudyData

KEYS = [
    "id", "transcript", "start", "end", "text", "speaker", "role", "turn", "start_time", "end_time",
    "question", "suggestions", "cluster", "codings",
]  # fmt: skip


def records(data: StudyData) -> list[dict]:
    return [json.loads(line) for line in excerpts_jsonl.render(data).decode("utf-8").split("\n")[:-1]]


def one_excerpt(words: str, **changes) -> StudyData:
    transcript = make_transcript("T1", [("Interviewer", "So?"), ("T1", words)])
    return make_study_data(
        **{
            "transcripts": (transcript,),
            "segmentations": (make_segmentation(transcript),),
            "suggestions": (),
            "clustering": None,
            "codings": (),
        }
        | changes
    )


def test_has_the_documented_keys_in_order_and_every_excerpt_once():
    data = make_study_data()
    found = records(data)
    assert all(list(record) == KEYS for record in found)
    assert [r["id"] for r in found] == [e.id for s in data.segmentations for e in s.excerpts]


def test_text_is_the_slice_of_the_transcript():
    data = make_study_data()
    texts = {t.id: t.text for t in data.transcripts}
    assert all(r["text"] == texts[r["transcript"]][r["start"] : r["end"]] for r in records(data))


def test_suggestions_stand_by_rank_with_band_and_evidence():
    first = records(make_study_data())[0]
    assert [(s["code"], s["rank"], s["band"], s["status"]) for s in first["suggestions"]] == [
        ("recommended", 1, "strong", "suggested"),
        ("extra-support", 2, "fair", "suggested"),
        ("ease", 3, "weak", "suggested"),
    ]
    assert first["suggestions"][0]["evidence"][0] == {
        "kind": "example",
        "text": "My nurse wrote the time on my hand.",
        "code": "recommended",
        "similarity": 0.61,
        "excerpt": None,
        "warning": False,
    }


def test_an_abstention_says_why():
    back_channel = records(make_study_data())[4]
    assert [(s["code"], s["status"], s["score"]) for s in back_channel["suggestions"]] == [
        (None, "abstained", None)
    ]
    assert back_channel["suggestions"][0]["reason"].startswith("only a few words")


def test_codings_and_cluster_of_an_excerpt():
    gap = records(make_study_data())[1]
    own = {
        "code": "extra-support", "at": "2024-03-05T14:30:00Z",
        "layer": "independent", "mode": "blind", "memo": "",
    }  # fmt: skip
    assert gap["codings"] == [
        {"coder": "ana"} | own | {"memo": "the week needs a middle"},
        {"coder": "ben"} | own | {"mode": "assist"},
    ]
    assert gap["cluster"] == "c1"


def test_a_coding_over_two_excerpts_stands_at_both():
    transcript = make_transcript("T1", [("T1", "The room was cold. I stayed anyway. It was dark.")])
    passages = ["The room was cold.", "I stayed anyway.", "It was dark."]
    coding = make_coding(make_excerpt(transcript, "cold. I stayed"), "ease", "ana")
    data = one_excerpt(
        "-",
        transcripts=(transcript,),
        segmentations=(make_segmentation(transcript, passages),),
        codings=(coding,),
    )
    assert [len(r["codings"]) for r in records(data)] == [1, 1, 0]


def test_no_character_ends_a_line_or_breaks_the_encoding():
    words = "a\nb\u2028c\u2029d\x85e\x0bf\x1cg 😀 \u202eשלום\u202c \ud83d <script>"
    rendered = excerpts_jsonl.render(one_excerpt(words))
    assert len(rendered.decode("utf-8").splitlines()) == 1
    assert json.loads(rendered)["text"] == words


def test_same_data_same_bytes_whatever_the_order_of_codings():
    data = make_study_data()
    shuffled = make_study_data(codings=data.codings[::-1])
    assert excerpts_jsonl.render(data) == excerpts_jsonl.render(shuffled)


def test_scores_have_six_decimals():
    data = make_study_data()
    scores = chain.from_iterable((s["score"] for s in r["suggestions"]) for r in records(data))
    assert [s for s in scores if s is not None and len(f"{s:.9g}") > 8] == []
