"""One interview as Whisper and its kin export it: whatever the file, the same words, turns and times."""

from __future__ import annotations

import json

import pytest

from thematic.formats import read_file
from thematic.formats.transcripts.reading import SourceFile

# Segments as recognisers cut them: within sentences, beginning with a number, with a colon, a dash, a sound.
SEGMENTS = [
    (0.0, 4.5, " So I was 19 when the mill shut,"),
    (4.5, 6.28, " and 20 when it opened again."),
    (6.28, 9.0, " 1987 it was."),
    (9.0, 12.5, " My mother said: don't you go back there -- and I did."),
    (12.5, 13.0, " [BLANK_AUDIO]"),
    (14.0, 17.25, " Mm-hm. It's \"fine\", I said, it's 50/50 & that's <that>."),
    (59.5, 61.75, " Well"),
    (3599.5, 3604.0, " an hour later: café, naïve, £20."),
    (3604.0, 3605.5, " 42"),
    (3606.0, 3609.98, " And that is that"),
]
WORDS = " ".join(" ".join(text for *_, text in SEGMENTS).split())


def clock(time: float, mark: str = ".", *, hours: bool = True) -> str:
    whole, rest = divmod(round(time * 1000), 1000)
    h, m, s = whole // 3600, whole // 60 % 60, whole % 60
    return (f"{h:02d}:" if hours or h else "") + f"{m:02d}:{s:02d}{mark}{rest:03d}"


def words_of(start: float, end: float, text: str) -> list[dict[str, object]]:
    said = text.split()
    step = (end - start) / len(said)
    return [
        {"word": f" {word}", "start": start + i * step, "end": start + (i + 1) * step, "probability": 0.9}
        for i, word in enumerate(said)
    ]


def cues(mark: str, *, hours: bool, numbered: bool) -> str:
    return "\n".join(
        (f"{n}\n" if numbered else "")
        + f"{clock(a, mark, hours=hours)} --> {clock(b, mark, hours=hours)}\n{text.strip()}\n"
        for n, (a, b, text) in enumerate(SEGMENTS, 1)
    )


def whisper_json() -> dict[str, object]:
    segments = [
        {"id": i, "seek": 0, "start": a, "end": b, "text": text, "tokens": [1], "words": words_of(a, b, text)}
        for i, (a, b, text) in enumerate(SEGMENTS)
    ]
    return {"text": "".join(text for *_, text in SEGMENTS), "segments": segments, "language": "en"}


def whisper_cpp_json() -> dict[str, object]:
    cut = [
        {
            "timestamps": {"from": clock(a, ","), "to": clock(b, ",")},
            "offsets": {"from": round(a * 1000), "to": round(b * 1000)},
            "text": text,
        }
        for a, b, text in SEGMENTS
    ]
    return {"systeminfo": "", "model": {"type": "base"}, "result": {"language": "en"}, "transcription": cut}


EXPORTS = {
    "srt": ("P01.srt", cues(",", hours=True, numbered=True)),
    "vtt": ("P01.vtt", "WEBVTT\n\n" + cues(".", hours=False, numbered=False)),
    "tsv": (
        "P01.tsv",
        "start\tend\ttext\n"
        + "".join(f"{round(a * 1000)}\t{round(b * 1000)}\t{text.strip()}\n" for a, b, text in SEGMENTS),
    ),
    "json": ("P01.json", json.dumps(whisper_json(), ensure_ascii=False)),
    "whisper.cpp json": ("P01.json", json.dumps(whisper_cpp_json(), ensure_ascii=False)),
    "what it prints": (
        "P01.txt",
        "".join(
            f"[{clock(a, hours=False)} --> {clock(b, hours=False)}] {text.strip()}\n"
            for a, b, text in SEGMENTS
        ),
    ),
}


@pytest.mark.parametrize("export", EXPORTS)
def test_every_export_of_one_interview_has_the_same_words_turns_and_times(export: str) -> None:
    name, content = EXPORTS[export]
    reading = read_file(SourceFile(name, content.encode()))
    (transcript,) = reading.transcripts
    turns = [
        (" ".join(transcript.text[t.start : t.end].split()), t.start_time, t.end_time)
        for t in transcript.turns
    ]
    assert " ".join(text for text, _, _ in turns) == WORDS
    report = reading.report
    assert report.words_in == report.words_out + report.words_in_labels + report.words_dropped
    assert not report.dropped
    assert [turn.speaker for turn in transcript.turns] == [""] * len(turns)
    assert turns == [
        (" ".join("".join(text for *_, text in SEGMENTS[a:b]).split()), SEGMENTS[a][0], SEGMENTS[b - 1][1])
        for a, b in ((0, 6), (6, 7), (7, 10))
    ]


def test_lrc_has_beginnings_only() -> None:
    lines = "".join(f"[{int(a) // 60:02d}:{a % 60:05.2f}]{text.strip()}\n" for a, _, text in SEGMENTS[:7])
    reading = read_file(SourceFile("P01.lrc", f"[by:whisper]\n{lines}[01:05.00]\n".encode()))
    (transcript,) = reading.transcripts
    said = " ".join(" ".join(transcript.text[t.start : t.end].split()) for t in transcript.turns)
    assert said == " ".join(" ".join(text for *_, text in SEGMENTS[:7]).split())
    times = [time for turn in transcript.turns for _, time in turn.anchors]
    assert times == [0.0, 4.5, 6.28, 9.0, 12.5, 14.0, 59.5]
    assert transcript.turns[-1].end_time == 65.0
    assert [piece.text for piece in reading.report.dropped] == ["[by:whisper]"]


def test_lines_that_are_cut_within_sentences_are_no_turns() -> None:
    """Whisper's .txt has a segment a line, and neither times nor speakers."""
    text = (
        "So I went there\nbecause my friend\nhad told me of it.\nIt was cold\nand wet\nand nobody came\n" * 3
    )
    (transcript,) = (reading := read_file(SourceFile("P01.txt", text.encode()))).transcripts
    assert len(transcript.turns) == 1
    assert "all of it is a participant's turn" in reading.report.warnings[0].message
    answers = "I went there.\nbecause of work\nIt was cold\nNobody came\nWe left early\nNot again\n"
    (transcript,) = read_file(SourceFile("P02.txt", answers.encode())).transcripts
    assert len(transcript.turns) == 6
