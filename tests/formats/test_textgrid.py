"""Praat's TextGrids: both forms, quotes, finer tiers, points, and what is broken."""

from __future__ import annotations

import pytest

from thematic.errors import InputError
from thematic.formats import read_file
from thematic.formats.transcripts.reading import Reading, SourceFile

HEAD = 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n'


def tier(name: str, *intervals: tuple[float, float, str], n: int = 1) -> str:
    rows = "".join(
        f"        intervals [{i}]:\n            xmin = {start} \n            xmax = {end} \n"
        f'            text = "{words}" \n'
        for i, (start, end, words) in enumerate(intervals, 1)
    )
    return (
        f'    item [{n}]:\n        class = "IntervalTier" \n        name = "{name}" \n        xmin = 0 \n'
        f"        xmax = 9.5 \n        intervals: size = {len(intervals)} \n{rows}"
    )


def grid(*tiers: str) -> str:
    return (
        f"{HEAD}xmin = 0 \nxmax = 9.5 \ntiers? <exists> \nsize = {len(tiers)} \nitem []: \n{''.join(tiers)}"
    )


def read_grid(text: str, encoding: str = "utf-8") -> Reading:
    return read_file(SourceFile("P01.TextGrid", text.encode(encoding)))


def said(reading: Reading) -> list[tuple[str, str, float | None, float | None]]:
    (transcript,) = reading.transcripts
    return [(t.speaker, transcript.text[t.start : t.end], t.start_time, t.end_time) for t in transcript.turns]


LONG = grid(
    tier("INT", (0, 1.5, 'So, the ""xmin = 7"" one?'), (1.5, 9.5, "")),
    tier("P01", (0, 3.5, ""), (3.5, 9.25, "Well, 12 weeks -3\nand 4.5"), n=2),
)
READ = [("INT", 'So, the "xmin = 7" one?', 0.0, 1.5), ("P01", "Well, 12 weeks -3 and 4.5", 3.5, 9.25)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_tiers_are_speakers_in_order_of_time(encoding: str) -> None:
    assert said(read_grid(LONG, encoding)) == READ


def test_the_short_form_gives_the_same() -> None:
    short = (
        'File type = "ooTextFile short"\n"TextGrid"\n\n0\n9.5\n<exists>\n2\n"IntervalTier"\n'
        '"INT"\n0\n9.5\n2\n0\n1.5\n'
        '"So, the ""xmin = 7"" one?"\n1.5\n9.5\n""\n"IntervalTier"\n"P01"\n0\n9.5\n2\n0\n3.5\n""\n3.5\n9.25\n'
        '"Well, 12 weeks -3\nand 4.5"\n'
    )
    assert said(read_grid(short)) == READ


def test_words_and_phones_repeat_the_speech() -> None:
    text = grid(
        tier("Ann", (0, 1, "so it was")),
        tier("Ann - words", (0, 0.5, "so"), (0.5, 0.8, "it"), (0.8, 1, "was"), n=2),
        tier("Ann - phones", (0, 1, "s @U"), n=3),
    )
    reading = read_grid(text)
    assert said(reading) == [("Ann", "so it was", 0.0, 1.0)]
    assert [(d.reason, d.words) for d in reading.report.dropped] == [
        ("a finer tier, which repeats the speech", 3),
        ("a finer tier, which repeats the speech", 2),
    ]
    assert reading.report.words_in == 8


def test_words_alone_are_the_speech() -> None:
    text = grid(tier("words", (0, 0.5, "so"), (0.5, 0.8, "it")), tier("phones", (0, 1, "s @U"), n=2))
    assert [turn[:2] for turn in said(read_grid(text))] == [("words", "so it")]


def test_points_are_times() -> None:
    text = grid(
        '    item [1]:\n class = "TextTier"\n name = "P01"\n xmin = 0\n xmax = 9.5\n points: size = 1\n'
        ' points [1]:\n number = 2.5\n mark = "here"\n'
    )
    assert said(read_grid(text)) == [("P01", "here", 2.5, 2.5)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LONG[:-120], "breaks off"),
        (LONG.replace('"IntervalTier"', '"OtherTier"'), "breaks off"),
        (LONG.replace("xmax = 1.5", 'xmax = "late"'), "has no time"),
        (LONG.replace("intervals: size = 2", "intervals: size = 999999999"), "breaks off"),
        (grid(tier("INT", (0, 1, ""))), "no words spoken"),
    ],
)
def test_broken_files_are_refused(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_grid(text)
    assert message in caught.value.problems[0].message
