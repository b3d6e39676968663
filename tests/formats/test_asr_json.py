"""JSON of Whisper, faster-whisper and WhisperX."""

from __future__ import annotations

import json

import pytest

from thematic.errors import InputError
from thematic.formats import read_file
from thematic.formats.reading import Reading, SourceFile


def read_json(data: object) -> Reading:
    text = data if isinstance(data, str) else json.dumps(data)
    return read_file(SourceFile("P01.json", text.encode()))


def said(reading: Reading) -> list[tuple[str, str, float | None, float | None]]:
    (transcript,) = reading.transcripts
    return [(t.speaker, transcript.text[t.start : t.end], t.start_time, t.end_time) for t in transcript.turns]


def segment(start: float | None, end: float | None, text: str, **more: object) -> dict[str, object]:
    return {"id": 0, "seek": 0, "start": start, "end": end, "text": text, "tokens": [1], **more}


def test_whisper_segments_with_leading_spaces_and_empty_ones() -> None:
    data = {
        "text": " So. Well.",
        "segments": [segment(0, 1, " So."), segment(1, 2, " "), segment(2.5, 3, " Well.")],
        "language": "en",
    }
    assert said(read_json(data)) == [("", "So. Well.", 0.0, 3.0)]


def test_a_bare_list_of_segments() -> None:
    assert said(read_json([{"start": 1, "end": 2, "text": "So."}])) == [("", "So.", 1.0, 2.0)]


def test_whisperx_words_divide_a_segment_between_speakers() -> None:
    words = [
        {"word": "So?", "start": 0.0, "end": 0.5, "score": 0.9, "speaker": "SPEAKER_00"},
        {"word": "In", "start": 0.7, "end": 0.8, "speaker": "SPEAKER_01"},
        {"word": "1984"},
        {"word": "yes.", "start": 1.5, "end": 2.0, "speaker": "SPEAKER_01"},
    ]
    data = {"segments": [segment(0, 2, " So? In 1984 yes.", speaker="SPEAKER_00", words=words)]}
    assert said(read_json(data)) == [
        ("SPEAKER_00", "So?", 0.0, 0.5),
        ("SPEAKER_01", "In 1984 yes.", 0.7, 2.0),
    ]


def test_words_that_do_not_add_up_to_the_segment_divide_nothing() -> None:
    words = [{"word": "So?", "speaker": "SPEAKER_01"}, {"word": "other", "speaker": "SPEAKER_00"}]
    data = {"segments": [segment(0, 2, " So? In 1984.", speaker="SPEAKER_00", words=words)]}
    assert said(read_json(data)) == [("SPEAKER_00", "So? In 1984.", 0.0, 2.0)]


def test_a_segment_without_speaker_among_others_is_of_an_unknown_one() -> None:
    data = {"segments": [segment(0, 1, "So?", speaker="A1"), segment(1, 2, "Well.")]}
    assert [who for who, *_ in said(read_json(data))] == ["A1", ""]


@pytest.mark.parametrize(
    ("data", "message", "line"),
    [
        ('{"segments": [\n{"text": "so"', "broken JSON", 2),
        ({"segments": [{"start": 0, "end": 1}]}, "segment 1 has no text", None),
        ({"segments": [segment(0, 1, "a"), 7]}, "segment 2 has no text", None),
        ({"segments": [segment(0, "soon", "a")]}, "no times", None),  # type: ignore[arg-type]
        ('{"segments": [{"text": "a", "start": NaN, "end": 1}]}', "no times", None),
        ('{"segments": [' + "[" * 100_000, "nested too deeply", None),
        ({"segments": []}, "no words spoken", None),
        ({"name": "x"}, "named .json, but", None),
    ],
)
def test_broken_files_are_refused(data: object, message: str, line: int | None) -> None:
    with pytest.raises(InputError) as caught:
        read_json(data)
    problem = caught.value.problems[0]
    assert message in problem.message
    assert (problem.path, problem.line) == ("P01.json", line)


def test_half_a_surrogate_pair_is_replaced_and_said() -> None:
    reading = read_json('[{"start": 0, "end": 1, "text": "so \\ud83d it"}]')
    assert said(reading)[0][1] == "so � it"
    assert any("broken characters" in w.message for w in reading.report.warnings)
