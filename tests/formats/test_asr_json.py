"""JSON of Whisper, faster-whisper and WhisperX."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from thematic.errors import InputError
from thematic.formats import read_file
from thematic.formats.transcripts.reading import Reading, SourceFile


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


def test_words_that_are_not_those_of_the_segment_divide_nothing() -> None:
    words = [{"word": "So?", "speaker": "SPEAKER_01"}, {"word": "other", "speaker": "SPEAKER_00"}]
    data = {"segments": [segment(0, 2, " So? In 1984.", speaker="SPEAKER_00", words=words)]}
    assert said(read_json(data)) == [("SPEAKER_00", "So? In 1984.", 0.0, 2.0)]


def test_words_without_spaces_between_them_stay_so() -> None:
    words = [{"word": w, "speaker": s} for w, s in (("今", "A1"), ("日", "A1"), ("は", "B2"))]
    data = {"segments": [segment(0, 2, "今日は", words=words)]}
    assert [(who, text) for who, text, *_ in said(read_json(data))] == [("A1", "今日"), ("B2", "は")]


def test_a_segment_without_speaker_among_others_is_of_an_unknown_one() -> None:
    data = {"segments": [segment(0, 1, "So?", speaker="A1"), segment(1, 2, "Well.")]}
    assert [who for who, *_ in said(read_json(data))] == ["A1", ""]


@pytest.mark.parametrize(
    ("data", "message", "line"),
    [
        ('{"segments": [\n{"text": "so"', "broken JSON", 2),
        ({"segments": [{"start": 0, "end": 1}]}, "segment 1 has no text", None),
        ({"segments": [segment(0, 1, "a"), 7]}, "segment 2 has no text", None),
        ({"segments": [segment(0, "soon", "a")]}, "segment 1: 'soon' is no time", None),  # type: ignore[arg-type]
        ('{"segments": [{"text": "a", "start": NaN, "end": 1}]}', "segment 1: nan is no time", None),
        ({"segments": [segment(-3, 1, "a")]}, "segment 1: -3 is no time", None),
        ('{"segments": [' + "[" * 100_000, "nested too deeply", None),
        ({"segments": []}, "no words spoken", None),
        ({"name": "x"}, "this JSON is none of the transcripts we know", None),
        ([{"file": "a.vtt", "sha256": "0"}] * 12, "this JSON is none of the transcripts we know", None),
        ([{"id": 1, "text": "a post"}], "this JSON is none of the transcripts we know", None),
        ({"segments": [{"route": 1}]}, "this JSON is none of the transcripts we know", None),
        ({"results": {"items": [{"type": "pronunciation"}]}}, "item 1 has no content", None),
        (
            {"results": {"channels": [{"alternatives": [{"words": [{}]}]}]}},
            "word 1 of channel 0 has no text",
            None,
        ),
        ({"results": [{"type": "word", "alternatives": []}]}, "result 1 has no content", None),
        ({"transcript": [{"speaker": "a"}]}, "part 1 has no text", None),
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


def aws_item(content: str, start: str = "", end: str = "", speaker: str = "") -> dict[str, object]:
    item: dict[str, object] = {"alternatives": [{"content": content, "confidence": "0.9"}]}
    if not start:
        return item | {"type": "punctuation"}
    return (
        item
        | {"type": "pronunciation", "start_time": start, "end_time": end}
        | ({"speaker_label": speaker} if speaker else {})
    )


@pytest.mark.parametrize("labelled", ["items", "segments"])
def test_aws_transcribe(labelled: str) -> None:
    words = [
        ("So", "0.5", "0.7", "spk_0"),
        ("it", "1.0", "1.1", "spk_0"),
        ("?", "", "", ""),
        ("Well", "2.0", "2.5", "spk_1"),
        (".", "", "", ""),
    ]
    items = [aws_item(w, s, e, who if labelled == "items" else "") for w, s, e, who in words]
    results = {"transcripts": [{"transcript": "So it? Well."}], "items": items}
    if labelled == "segments":
        results["speaker_labels"] = {
            "segments": [{"items": [{"start_time": s, "speaker_label": who}]} for _, s, _, who in words if s]
        }
    reading = read_json({"jobName": "x", "results": results})
    assert said(reading) == [("spk_0", "So it?", 0.5, 1.1), ("spk_1", "Well.", 2.0, 2.5)]
    assert reading.transcripts[0].source.format == "aws-json"
    assert not [w for w in reading.report.warnings if "whole text" in w.message]


def test_aws_channels_are_speakers_in_order_of_time() -> None:
    first = [aws_item("So", "0.5", "0.7"), aws_item("?"), aws_item("Yes", "3.0", "3.5")]
    second = [aws_item("Well", "1.0", "1.5")]
    channels = [{"channel_label": f"ch_{n}", "items": items} for n, items in enumerate((first, second))]
    data = {"results": {"items": [], "channel_labels": {"channels": channels}}}
    assert [(who, text) for who, text, *_ in said(read_json(data))] == [
        ("ch_0", "So?"),
        ("ch_1", "Well"),
        ("ch_0", "Yes"),
    ]


def test_words_missing_from_the_pieces_are_said() -> None:
    results = {"transcripts": [{"transcript": "So it was."}], "items": [aws_item("So", "0.5", "0.7")]}
    (warning, *_) = read_json({"results": results}).report.warnings
    assert "1 words in the timed pieces, 3 in the whole text" in warning.message
    assert warning.message.endswith("; only in the whole text: it was")


def test_a_word_that_was_edited_in_one_place_is_said() -> None:
    items = [aws_item("So", "0.5", "0.7"), aws_item("so", "0.8", "0.9")]
    results = {"transcripts": [{"transcript": "So what"}], "items": items}
    (warning, *_) = read_json({"results": results}).report.warnings
    assert warning.message.endswith("; only in the pieces: so; only in the whole text: what")
    results["transcripts"] = [{"transcript": "SO… so!"}]
    assert all("only in" not in each.message for each in read_json({"results": results}).report.warnings)


def test_deepgram_words_and_utterances() -> None:
    words = [
        {"word": "so", "punctuated_word": "So?", "start": 0.5, "end": 0.7, "speaker": 0},
        {"word": "well", "punctuated_word": "Well.", "start": 1.0, "end": 1.5, "speaker": 1},
    ]
    channel = {"alternatives": [{"transcript": "So? Well.", "words": words}]}
    expected = [("Speaker 0", "So?", 0.5, 0.7), ("Speaker 1", "Well.", 1.0, 1.5)]
    assert said(read_json({"metadata": {}, "results": {"channels": [channel]}})) == expected
    utterances = [{**word, "channel": 0, "transcript": word["punctuated_word"]} for word in words]
    data = {"results": {"channels": [channel], "utterances": utterances}}
    assert said(read_json(data)) == expected


def test_deepgram_speakers_of_two_channels_are_not_mixed_up() -> None:
    def channel(text: str, start: float) -> dict[str, object]:
        return {"alternatives": [{"words": [{"word": text, "start": start, "end": start + 1, "speaker": 0}]}]}

    data = {"results": {"channels": [channel("later", 5), channel("first", 1)]}}
    assert [(who, text) for who, text, *_ in said(read_json(data))] == [
        ("Channel 1 Speaker 0", "first"),
        ("Channel 0 Speaker 0", "later"),
    ]


def test_speechmatics() -> None:
    def result(kind: str, content: str, speaker: str, start: float) -> dict[str, object]:
        return {
            "type": kind,
            "start_time": start,
            "end_time": start + 0.5,
            "alternatives": [{"content": content, "confidence": 1.0, "speaker": speaker}],
            **({"attaches_to": "previous"} if kind == "punctuation" else {}),
        }

    results = [
        result("word", "So", "S1", 0.5),
        result("punctuation", "?", "S1", 1.0),
        result("word", "Well", "S2", 2.0),
        result("word", "hm", "UU", 3.0),
    ]
    data = {"format": "2.9", "job": {}, "metadata": {}, "results": results}
    assert said(read_json(data)) == [("S1", "So?", 0.5, 1.5), ("S2", "Well", 2.0, 2.5), ("", "hm", 3.0, 3.5)]


def test_whisper_cpp_and_assemblyai_write_milliseconds() -> None:
    cpp = {"transcription": [{"offsets": {"from": 500, "to": 1500}, "text": " So."}]}
    assert said(read_json(cpp)) == [("", "So.", 0.5, 1.5)]
    words = [
        {"text": "So.", "start": 500, "end": 1500, "speaker": "A"},
        {"text": "It.", "start": 2000, "end": 2500},
    ]
    assert said(read_json({"text": "So. It.", "words": words, "utterances": None})) == [
        ("Speaker A", "So.", 0.5, 1.5),
        ("", "It.", 2.0, 2.5),
    ]
    utterance = {"text": "So. It.", "start": 500, "end": 2500, "speaker": "B", "words": words}
    told_apart = {"text": "So. It.", "words": words, "utterances": [utterance]}
    assert said(read_json(told_apart)) == [("Speaker B", "So. It.", 0.5, 2.5)]


def test_rev() -> None:
    elements = [
        {"type": "text", "value": "So", "ts": 0.5, "end_ts": 0.7},
        {"type": "punct", "value": ", "},
        {"type": "text", "value": "it?", "ts": 0.8, "end_ts": 1.0},
    ]
    data = {"monologues": [{"speaker": 0, "elements": elements}], "speakers": [{"id": 0, "name": "Ann"}]}
    assert said(read_json(data)) == [("Ann", "So, it?", 0.5, 1.0)]
    assert said(read_json({"monologues": data["monologues"]})) == [("Speaker 0", "So, it?", 0.5, 1.0)]


@pytest.mark.parametrize(
    "content",
    [
        {"text": "So, it?"},
        {"words": [{"text": "So,"}, {"text": "it?"}]},
        {"words": [{"text": "So, "}, {"text": "it?"}]},
        {"words": [{"text": "So"}, {"text": ", "}, {"text": "it?"}]},
    ],
)
def test_sonix(content: dict[str, object]) -> None:
    data = {
        "name": "x",
        "transcript": [{"speaker": "Speaker 1", "start_time": 0.5, "end_time": 1, **content}],
    }
    assert said(read_json(data)) == [("Speaker 1", "So, it?", 0.5, 1.0)]


# --- More recognisers ------------------------------------------------------------------------------------

TWO = [("Speaker 1", "Hello there.", 0.5, 1.5), ("Speaker 2", "Fine.", 2.0, 2.5)]


def google_words(*words: tuple[str, float, float, int], v2: bool = False) -> list[dict[str, object]]:
    start, end, who = (
        ("startOffset", "endOffset", "speakerLabel") if v2 else ("startTime", "endTime", "speakerTag")
    )
    return [
        {"word": word, start: f"{a}s", end: f"{b}s", who: str(speaker) if v2 else speaker}
        for word, a, b, speaker in words
    ]


HELLO = (("Hello", 0.5, 1.0, 1), ("there.", 1.0, 1.5, 1))
FINE = ("Fine.", 2.0, 2.5, 2)

OTHERS: dict[str, object] = {
    "google v1: all words again, with speakers, in the last result": {
        "results": [
            {"alternatives": [{"transcript": "Hello there. Fine."}]},
            {"alternatives": [{"transcript": "", "words": google_words(*HELLO, FINE)}]},
        ]
    },
    "google v2": {
        "results": [
            {"alternatives": [{"transcript": "Hello there.", "words": google_words(*HELLO, v2=True)}]},
            {"alternatives": [{"transcript": "Fine.", "words": google_words(FINE, v2=True)}]},
        ]
    },
    "azure batch": {
        "combinedRecognizedPhrases": [{"channel": 0, "display": "Hello there. Fine."}],
        "recognizedPhrases": [
            {
                "speaker": 1,
                "channel": 0,
                "offsetInTicks": 5_000_000.0,
                "durationInTicks": 10_000_000.0,
                "nBest": [{"lexical": "hello there", "display": "Hello there."}],
            },
            {
                "speaker": 2,
                "channel": 0,
                "offset": "PT2S",
                "duration": "PT0.5S",
                "nBest": [{"lexical": "fine", "display": "Fine."}],
            },
        ],
    },
    "azure fast": {
        "combinedPhrases": [{"text": "Hello there. Fine."}],
        "phrases": [
            {"speaker": 1, "offsetMilliseconds": 500, "durationMilliseconds": 1000, "text": "Hello there."},
            {"speaker": 2, "offsetMilliseconds": 2000, "durationMilliseconds": 500, "text": "Fine."},
        ],
    },
    "elevenlabs": {
        "text": "Hello there. Fine.",
        "words": [
            {"text": "Hello", "start": 0.5, "end": 1.0, "type": "word", "speaker_id": "Speaker 1"},
            {"text": " ", "start": 1.0, "end": 1.0, "type": "spacing", "speaker_id": "Speaker 1"},
            {"text": "there.", "start": 1.0, "end": 1.5, "type": "word", "speaker_id": "Speaker 1"},
            {"text": " ", "start": 1.5, "end": 2.0, "type": "spacing", "speaker_id": "Speaker 1"},
            {"text": "Fine.", "start": 2.0, "end": 2.5, "type": "word", "speaker_id": "Speaker 2"},
        ],
    },
    "gladia": {
        "result": {
            "transcription": {
                "utterances": [
                    {"text": "Hello there.", "start": 0.5, "end": 1.5, "speaker": 1},
                    {"text": "Fine.", "start": 2.0, "end": 2.5, "speaker": 2},
                ]
            }
        }
    },
    "hugging face with speakers": {
        "text": "Hello there. Fine.",
        "chunks": [{"timestamp": [0.5, 2.5], "text": " Hello there. Fine."}],
        "speakers": [
            {"speaker": "Speaker 1", "timestamp": [0.5, 1.5], "text": " Hello there."},
            {"speaker": "Speaker 2", "timestamp": [2.0, 2.5], "text": " Fine."},
        ],
    },
}


MORE: dict[str, object] = {
    "whisperx": {
        "segments": [
            {
                "start": 0.5,
                "end": 2.5,
                "text": " Hello. Fine.",
                "speaker": "SPEAKER_00",
                "words": [
                    {"word": "Hello.", "start": 0.5, "end": 1.0, "speaker": "SPEAKER_00"},
                    {"word": "Fine.", "start": 2.0, "end": 2.5, "speaker": "SPEAKER_01"},
                ],
            }
        ],
        "language": "en",
    },
    "whisper.cpp": {"transcription": [{"offsets": {"from": 500, "to": 1500}, "text": " Hello."}]},
    "aws": {
        "results": {
            "transcripts": [{"transcript": "Hello."}],
            "items": [aws_item("Hello", "0.5", "1.0", "spk_0"), aws_item(".")],
            "speaker_labels": {
                "segments": [{"start_time": "0.5", "end_time": "1.0", "speaker_label": "spk_0", "items": []}]
            },
        }
    },
    "deepgram": {
        "metadata": {},
        "results": {
            "channels": [
                {
                    "alternatives": [
                        {
                            "transcript": "Hello.",
                            "words": [
                                {"word": "hello", "punctuated_word": "Hello.", "start": 0.5, "end": 1.0}
                            ],
                        }
                    ]
                }
            ]
        },
    },
    "speechmatics": {
        "format": "2.9",
        "results": [
            {
                "type": "word",
                "start_time": 0.5,
                "end_time": 1.0,
                "alternatives": [{"content": "Hello", "speaker": "S1"}],
            },
            {
                "type": "punctuation",
                "start_time": 1.0,
                "end_time": 1.0,
                "attaches_to": "previous",
                "alternatives": [{"content": ".", "speaker": "S1"}],
            },
        ],
    },
    "rev": {
        "speakers": [{"id": 0, "name": "Dana"}],
        "monologues": [
            {"speaker": 0, "elements": [{"type": "text", "value": "Hello", "ts": 0.5, "end_ts": 1.0}]}
        ],
    },
    "sonix": {"segments": [{"speaker": "Dana", "start_time": 0.5, "end_time": 1.0, "text": "Hello."}]},
    "assemblyai": {"utterances": [{"speaker": "A", "start": 500, "end": 1500, "text": "Hello."}]},
    "youtube": {"events": [{"tStartMs": 500, "dDurationMs": 1000, "segs": [{"utf8": "hello"}]}]},
    "records": [{"speaker": "A", "start": "0:01", "end": "0:02", "sentence": "Hello."}],
    "vosk": [{"result": [{"start": 0.5, "end": 1.0, "word": "hello"}], "text": "hello"}],
}


OTHERS |= {
    "recall.ai": [
        {
            "participant": {"id": 100, "name": f"Speaker {n}", "is_host": n == 1, "platform": "desktop"},
            "language_code": "en",
            "words": [
                {
                    "text": text,
                    "start_timestamp": {"relative": start, "absolute": "2026-07-17T00:00:09.730066Z"},
                    "end_timestamp": {"relative": end, "absolute": "2026-07-17T00:00:10.730066Z"},
                }
                for text, start, end in words
            ],
        }
        for n, words in (
            (1, [("Hello", 0.5, 1.0), ("there.", 1.0, 1.5)]),
            (2, [("Fine.", 2.0, 2.5)]),
        )
    ],
    "recall.ai before 2025": [
        {
            "speaker": "Speaker 1",
            "speaker_id": 1,
            "words": [{"text": "Hello there.", "start_timestamp": 0.5, "end_timestamp": 1.5}],
        },
        {
            "speaker": "Speaker 2",
            "speaker_id": 2,
            "words": [{"text": "Fine.", "start_timestamp": 2.0, "end_timestamp": 2.5}],
        },
        {"speaker": "Speaker 3", "speaker_id": 3, "words": []},
    ],
    "happy scribe": [
        {
            "speaker": "Speaker 1",
            "words": [
                {"text": "Hello", "type": "text", "data_start": 0.5, "data_end": 1.0},
                {"text": "there", "type": "text", "data_start": 1.0, "data_end": 1.5},
                {"text": ".", "type": "punctuation", "data_start": 1.5, "data_end": 1.5},
            ],
        },
        {"speaker": "Speaker 2", "words": [{"text": "Fine.", "data_start": 2.0, "data_end": 2.5}]},
    ],
    "hyperaudio": {
        "words": [
            {"start": 0.5, "end": 1.0, "text": "Hello"},
            {"start": 1.0, "end": 1.5, "text": "there."},
            {"start": 2.0, "end": 2.5, "text": "Fine."},
        ],
        "paragraphs": [
            {"speaker": "Speaker 1", "start": 0.5, "end": 1.5},
            {"speaker": "Speaker 2", "start": 2.0, "end": 2.5},
        ],
    },
    "trint, in milliseconds": {
        "words": [
            {"name": "Hello", "time": 500, "duration": 500, "para": 0, "speaker": 0},
            {"name": "there.", "time": 1000, "duration": 500, "para": 0, "speaker": 0},
            {"name": "Fine.", "time": 2000, "duration": 500, "para": 1, "speaker": 1},
        ],
        "speakers": [{"name": "Speaker 1"}, {"name": "Speaker 2"}],
    },
}


def test_vosk_has_words_and_no_speakers() -> None:
    words = [{"conf": 1.0, "start": 0.5, "end": 1.0, "word": "hello"}]
    results = [{"result": words, "text": "hello"}, {"text": ""}]
    terms = [{"confidence": 1.0, "start": 0.5, "end": 1.0, "text": "hello", "type": "WORD"}]
    monologue = {"speaker": {"id": "unknown", "name": None}, "start": 0.5, "end": 1.0, "terms": terms}
    transcriber = {"schemaVersion": "2.0", "monologues": [monologue], "text": ["hello"]}
    for data in (results, results[0], transcriber):
        assert said(read_json(data)) == [("", "hello", 0.5, 1.0)]
    with pytest.raises(InputError) as caught:
        read_json([results[0], {"text": "and lost"}])
    assert "block 2 has text without timed words" in caught.value.problems[0].message
    with pytest.raises(InputError) as caught:
        read_json([{"speaker": "A", "words": [{"text": "so", "start": 0.1}, {"start": 0.2}]}])
    assert "block 1 has a word without text" in caught.value.problems[0].message


@pytest.mark.parametrize("data", OTHERS.values(), ids=list(OTHERS))
def test_other_recognisers(data: object) -> None:
    reading = read_json(data)
    assert said(reading) == TWO
    (warning,) = reading.report.warnings
    assert "who asks and who answers cannot be told" in warning.message


def test_youtube_json3_and_chunks_without_an_end() -> None:
    events = [
        {"tStartMs": 0, "dDurationMs": 9000, "id": 1},
        {"tStartMs": 500, "dDurationMs": 1000, "segs": [{"utf8": "so"}, {"utf8": " tell", "tOffsetMs": 200}]},
        {"tStartMs": 1500, "aAppend": 1, "segs": [{"utf8": "\n"}]},
        {"tStartMs": 2000, "dDurationMs": 500, "segs": [{"utf8": "me"}]},
    ]
    reading = read_json({"wireMagic": "pb3", "events": events})
    assert said(reading) == [("", "so tell me", 0.5, 2.5)]
    (warning,) = reading.report.warnings
    assert "no speaker names in it" in warning.message
    chunks = [{"timestamp": [0.5, None], "text": " So."}]
    assert said(read_json({"text": " So.", "chunks": chunks})) == [("", "So.", 0.5, None)]


def test_a_time_that_is_none_is_refused_in_other_recognisers_too() -> None:
    phrase = {"offsetMilliseconds": "soon", "durationMilliseconds": 1, "text": "Hello."}
    with pytest.raises(InputError) as caught:
        read_json({"combinedPhrases": [], "phrases": [phrase]})
    assert "phrase 1: 'soon' is no time" in caught.value.problems[0].message


def test_words_with_times_and_a_text_with_punctuation() -> None:
    words = [{"word": "So", "start": 0.1, "end": 0.3}, {"word": "it", "start": 0.4, "end": 0.6}]
    assert said(read_json({"text": "So, it?", "words": words})) == [("", "So, it?", 0.1, 0.6)]


def test_speakers_of_aws_by_the_time_of_their_segments() -> None:
    items = [
        {"type": "pronunciation", "start_time": at, "end_time": at, "alternatives": [{"content": word}]}
        for at, word in (("0.0", "So"), ("1.0", "it"), ("1.2", "Well"))
    ]
    segments = [
        {"speaker_label": "spk_0", "start_time": "0.0", "end_time": "1.2"},
        {"speaker_label": "spk_1", "start_time": "1.2", "end_time": "3.0"},
    ]
    data = {"results": {"items": items, "speaker_labels": {"segments": segments}}}
    assert [turn[:2] for turn in said(read_json(data))] == [("spk_0", "So it"), ("spk_1", "Well")]


def _google(*results: tuple[str, list[tuple[str, int]]]) -> dict[str, object]:
    return {
        "results": [
            {
                "alternatives": [
                    {
                        "transcript": transcript,
                        "words": [
                            {"word": word, "speakerTag": tag, "startTime": f"{i}s", "endTime": f"{i}.5s"}
                            for i, (word, tag) in enumerate(words)
                        ],
                    }
                ]
            }
            for transcript, words in results
        ]
    }


_PHRASE = {"nBest": [{"display": "So it."}], "offsetInTicks": 0, "durationInTicks": 10_000_000}
_UTTERANCE = {"text": "So it.", "start": 0.1, "end": 0.9, "speaker": 0}
_HEARD = [{"word": "so", "start": 0.1, "end": 0.2}, {"word": "it", "start": 0.3, "end": 0.9}]
SHORT = {
    "Google": _google(("so it was", [("so", 1), ("it", 1)])),
    "Google, all again at the end": _google(
        ("so it was", []), ("it was", []), ("", [("so", 1), ("it", 2), ("was", 1), ("it", 1)])
    ),
    "Azure": {"recognizedPhrases": [_PHRASE], "combinedRecognizedPhrases": [{"display": "So it was."}]},
    "Azure fast": {
        "phrases": [{"text": "So it.", "offsetMilliseconds": 0, "durationMilliseconds": 900}],
        "combinedPhrases": [{"text": "So it was."}],
    },
    "Gladia": {"result": {"transcription": {"utterances": [_UTTERANCE], "full_transcript": "So it was."}}},
    "Deepgram": {
        "results": {"channels": [{"alternatives": [{"transcript": "So it was.", "words": _HEARD}]}]}
    },
}


@pytest.mark.parametrize("data", SHORT.values(), ids=SHORT)
def test_words_that_only_the_whole_text_has_are_told(data: object) -> None:
    found = [w.message for w in read_json(data).report.warnings if "whole text" in w.message]
    assert len(found) == 1, found


@pytest.mark.parametrize(
    "data",
    [
        _google(("so it was", [("so", 1), ("it", 1), ("was", 1)])),
        _google(("so it", []), ("was", []), ("", [("so", 1), ("it", 2), ("was", 1)])),
        _google(("so it", []), ("was", []), ("so it was", [("so", 1), ("it", 2), ("was", 1)])),
    ],
)
def test_google_that_says_everything_twice_lacks_nothing(data: object) -> None:
    reading = read_json(data)
    assert reading.report.words_out == 3
    assert not [w for w in reading.report.warnings if "whole text" in w.message]


LISTED = {
    "milliseconds": (
        [
            {"text": "So it?", "start": 1200, "end": 3000, "speaker": "Ann"},
            {"text": "Well.", "start": 4000, "end": 5000, "speaker": "Bo"},
        ],
        [("Ann", "So it?", 1.2, 3.0), ("Bo", "Well.", 4.0, 5.0)],
    ),
    "seconds": (
        {"sentences": [{"text": "So it?", "start_time": 1.2, "end_time": 3.0, "speaker_name": "Ann"}]},
        [("Ann", "So it?", 1.2, 3.0)],
    ),
    "with words besides": (
        [{"text": "So it?", "start": 1, "end": 2, "words": [{"word": "so", "start": 1, "end": 1.5}]}],
        [("", "So it?", 1.0, 2.0)],
    ),
    "clock times": (
        [{"sentence": "So it?", "startTime": "00:01", "endTime": "01:03", "speaker_name": "Ann"}],
        [("Ann", "So it?", 1.0, 63.0)],
    ),
}


@pytest.mark.parametrize(("data", "expected"), LISTED.values(), ids=LISTED)
def test_lists_of_sentences_of_other_programs(data: object, expected: object) -> None:
    assert said(read_json(data)) == expected


def test_a_recogniser_whose_times_stand_elsewhere_is_refused() -> None:
    data = {"results": [{"alternatives": [{"transcript": "so it", "timestamps": [["so", 0.1, 0.3]]}]}]}
    with pytest.raises(InputError, match="none of the transcripts we know"):
        read_json(data)


def damaged(data: object) -> Iterator[object]:
    """The same JSON with each of its values in turn left out, or replaced by what does not belong there."""
    keys = data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
    for key in keys:
        assert isinstance(data, dict | list)
        for other in (None, "soon", -1, [], {}, [None]):
            yield {**data, key: other} if isinstance(data, dict) else [*data[:key], other, *data[key + 1 :]]
        if isinstance(data, dict):
            yield {k: v for k, v in data.items() if k != key}
            yield from ({**data, key: inner} for inner in damaged(data[key]))
        else:
            yield [*data[:key], *data[key + 1 :]]
            yield from ([*data[:key], inner, *data[key + 1 :]] for inner in damaged(data[key]))


@pytest.mark.parametrize("data", [*OTHERS.values(), *MORE.values()], ids=[*OTHERS, *MORE])
def test_whatever_is_missing_or_wrong_is_read_or_refused(data: object) -> None:
    refused = 0
    for each in damaged(data):
        try:
            report = read_json(each).report
        except InputError:
            refused += 1
        else:
            assert report.words_in == report.words_out + report.words_in_labels + report.words_dropped
    assert refused


WRONG = {
    "google": (
        {"results": [{"alternatives": [{"transcript": "So", "words": [{"word": "So", "endTime": "1,5s"}]}]}]},
        "word 1: '1,5'",
    ),
    "google's result": (
        {"results": [{"alternatives": [{"transcript": "So"}], "resultEndTime": "x"}]},
        "result 1",
    ),
    "azure": ({"recognizedPhrases": [{"nBest": [{"lexical": "so"}]}]}, "phrase 1 has no text"),
    "azure's time": (
        {"recognizedPhrases": [{"nBest": [{"display": "So."}], "offset": "x"}]},
        "phrase 1: 'x'",
    ),
    "azure fast": ({"phrases": [{"offsetMilliseconds": 1}], "combinedPhrases": []}, "phrase 1 has no text"),
    "gladia": ({"transcription": {"utterances": [{"start": 1}]}}, "utterance 1 has no text"),
    "hugging face": ({"chunks": [{"timestamp": [0, 1]}]}, "chunk 1 has no text"),
    "youtube": ({"events": [{"tStartMs": "x", "segs": [{"utf8": "so"}]}]}, "event 1: 'x'"),
    "a list": ([{"text": "So.", "start": "x"}], "1: 'x'"),
    "whisper": ({"segments": [{"start": 0.5, "end": 1}]}, "segment 1 has no text"),
    "whisper.cpp": ({"transcription": [{"offsets": {"from": "x"}, "text": "So"}]}, "segment 1: 'x'"),
    "rev": ({"monologues": [{"elements": [{"type": "text", "value": "So", "ts": "x"}]}]}, "1: 'x'"),
}


@pytest.mark.parametrize(("data", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_number(data: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_json(data)
    assert message in str(caught.value.problems[0])


HALF = {
    "google says when a result ends": (
        {"results": [{"alternatives": [{"transcript": "So."}], "resultEndOffset": "2.5s"}]},
        ("So.", None, 2.5),
    ),
    "google leaves out a start of 0": (
        {"results": [{"alternatives": [{"transcript": "So.", "words": [{"word": "So", "endTime": "1s"}]}]}]},
        ("So.", 0.0, 1.0),
    ),
    "google knows a start alone": (
        {
            "results": [
                {"alternatives": [{"transcript": "So.", "words": [{"word": "So", "startTime": "1s"}]}]}
            ]
        },
        ("So.", 1.0, None),
    ),
    "azure after an hour": (
        {"recognizedPhrases": [{"nBest": [{"display": "So."}], "offset": "PT1H2M3.5S", "duration": "PT1S"}]},
        ("So.", 3723.5, 3724.5),
    ),
    "youtube without a length": (
        {"events": [{"tStartMs": 500, "segs": [{"utf8": "So."}]}]},
        ("So.", 0.5, None),
    ),
    "words that none has timed": (
        {"words": [{"text": "So", "start": 1}, {"text": "so"}], "paragraphs": [{"speaker": "Ann"}]},
        ("So so", 1.0, None),
    ),
}


@pytest.mark.parametrize(("data", "expected"), HALF.values(), ids=HALF)
def test_what_is_known_of_the_times_is_kept(data: object, expected: object) -> None:
    ((_, *rest),) = said(read_json(data))
    assert tuple(rest) == expected
