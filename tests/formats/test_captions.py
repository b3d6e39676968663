"""WebVTT, SubRip and Whisper's timed text: each producer's shape, and what is odd in them."""

from __future__ import annotations

import pytest

from thematic.errors import InputError
from thematic.formats import read_file
from thematic.formats.transcripts.reading import Reading, ReadSettings, SourceFile

GUID = "b05cbc69-3364-4c0c-a05b-70f360077a3c"


def read_cues(text: str, name: str = "P01.vtt") -> Reading:
    return read_file(SourceFile(name, text.encode()))


def said(reading: Reading) -> list[tuple[str, str, float | None, float | None]]:
    (transcript,) = reading.transcripts
    return [(t.speaker, transcript.text[t.start : t.end], t.start_time, t.end_time) for t in transcript.turns]


def vtt(*cues: str) -> str:
    return "WEBVTT\n\n" + "\n\n".join(cues) + "\n"


def test_a_clause_with_a_colon_is_no_speaker_where_nearly_every_cue_has_one() -> None:
    whom = ["Ann Ash", "Bo Jones", "Ann Ash", "bob's iPhone", "Ann Ash", "Bo Jones"]
    cues = [f"00:00:0{n}.000 --> 00:00:0{n}.900\n{who}: so: {n}" for n, who in enumerate(whom)]
    cues.append("00:00:08.000 --> 00:00:09.000\nand I said: never")
    assert said(read_cues(vtt(*cues)))[-1][:2] == ("", "and I said: never")


def test_zoom_cues_of_one_speaker_are_one_turn_with_an_anchor_each() -> None:
    reading = read_cues(
        vtt(
            "1\n00:00:05.790 --> 00:00:07.000\nChristina Ng: so we",
            "2\n00:00:07.500 --> 00:00:09.000\nChristina Ng: went & <3",
            "3\n00:00:10.000 --> 00:00:11.000\nCall-in User 1: AT&T?",
            "4\n00:00:12.000 --> 00:00:13.000\nCall-in User 1: ok",
        )
    )
    (transcript,) = reading.transcripts
    assert transcript.text == "Christina Ng: so we went & <3\n\nCall-in User 1: AT&T? ok\n"
    assert said(reading) == [
        ("Christina Ng", "so we went & <3", 5.79, 9.0),
        ("Call-in User 1", "AT&T? ok", 10.0, 13.0),
    ]
    assert [(transcript.text[at:][:4], t) for at, t in transcript.turns[0].anchors] == [
        ("so w", 5.79),
        ("went", 7.5),
    ]
    assert reading.report.words_in_labels == 2 * 2 + 3 * 2


def test_who_dials_in_once_is_no_part_of_somebody_elses_turn() -> None:
    cues = [f"00:00:{10 + n}.000 --> 00:00:{11 + n}.000\nAnn Ash: so {n}" for n in range(4)]
    reading = read_cues(vtt(*cues, "00:00:20.000 --> 00:00:21.000\nCall-in User 1: hello?"))
    assert [turn[:2] for turn in said(reading)] == [
        ("Ann Ash", "so 0 so 1 so 2 so 3"),
        ("Call-in User 1", "hello?"),
    ]


def test_a_line_each_of_two_speakers_and_names_above_their_words() -> None:
    rev = "1\n00:00:00,000 --> 00:00:02,000\n- [Speaker 1] So?\n- [Speaker 2] Well.\n"
    assert [turn[:2] for turn in said(read_cues(rev, "P01.srt"))] == [
        ("Speaker 1", "So?"),
        ("Speaker 2", "Well."),
    ]
    cues = [
        f"00:00:0{n}.000 --> 00:00:0{n}.900\n{who}:\nso {n}"
        for n, who in enumerate(("Ann Ash", "Bob Roe", "Ann Ash"))
    ]
    assert [turn[:2] for turn in said(read_cues(vtt(*cues)))] == [
        ("Ann Ash", "so 0"),
        ("Bob Roe", "so 1"),
        ("Ann Ash", "so 2"),
    ]


def test_the_first_transcripts_of_teams_have_the_name_on_a_line_above_the_words() -> None:
    text = (
        "0:0:3.130 --> 0:0:5.450\nAnn Ash\nSo?\n0:0:6.0 --> 0:0:9.20\nBob Roe\nWell\n"
        "0:0:9.20 --> 0:0:11.20\nBob Roe\nno.\n"
    )
    assert said(read_cues(text, "P01.txt")) == [
        ("Ann Ash", "So?", 3.13, 5.45),
        ("Bob Roe", "Well no.", 6.0, 11.2),
    ]


def test_any_name_a_meeting_gives_is_a_speaker_where_nearly_every_cue_has_one() -> None:
    whom = ("Ann Ash", "bob's iPhone", "Dr. José Ñáñez, PhD", "Ann Ash", "~Zoé / she")
    cues = [f"00:00:0{n}.000 --> 00:00:0{n}.900\n{who}: the thing is: {n}" for n, who in enumerate(whom)]
    assert [turn[:2] for turn in said(read_cues(vtt(*cues)))] == [
        (who, f"the thing is: {n}") for n, who in enumerate(whom)
    ]


def test_webex_names_speakers_in_the_ids_of_cues() -> None:
    reading = read_cues(
        vtt(
            '1 "Ann Ash" (123456)\n00:00:01.000 --> 00:00:02.000\nSo?',
            '2 "Bob Roe" (223344)\n00:00:03.000 --> 00:00:04.000\nWell,\nyes.',
            '3 "Bob Roe" (223344)\n00:00:05.000 --> 00:00:06.000\nI went.',
        )
    )
    assert said(reading) == [("Ann Ash", "So?", 1.0, 2.0), ("Bob Roe", "Well, yes. I went.", 3.0, 6.0)]


def test_a_speaker_in_brackets_on_a_line_of_its_own() -> None:
    reading = read_cues(
        "1\n00:00:00,000 --> 00:00:02,000\n[Speaker 1]\nSo?\n\n"
        "2\n00:00:02,000 --> 00:00:04,000\n[Speaker 2]\n[laughs]\nWell.\n",
        "P01.srt",
    )
    assert [turn[:2] for turn in said(reading)] == [("Speaker 1", "So?"), ("Speaker 2", "[laughs] Well.")]


def test_several_voices_of_one_cue_stay_apart_and_entities_are_read() -> None:
    reading = read_cues(
        vtt(
            f"{GUID}/12-0\n00:00:01.000 --> 00:00:03.000\n"
            "<v Lisa O&#39;Brien>Knock\nknock</v> <v.loud Bart>who&amp;s",
            f"{GUID}/12-1\n00:00:03.000 --> 00:00:04.000\n<v Bart><i>there</i></v>",
        )
    )
    assert said(reading) == [
        ("Lisa O'Brien", "Knock knock", 1.0, 3.0),
        ("Bart", "who&s there", 1.0, 4.0),
    ]


def test_a_cue_without_voice_among_voices_is_of_an_unknown_speaker() -> None:
    reading = read_cues(vtt("00:01.000 --> 00:02.000\n<v Ann>so</v>", "00:03.000 --> 00:04.000\nwell"))
    assert [(s, w) for s, w, *_ in said(reading)] == [("Ann", "so"), ("", "well")]
    assert any("unknown speaker" in w.message for w in reading.report.warnings)


def test_where_labels_mark_changes_only_a_cue_without_one_goes_on() -> None:
    cues = [
        f"00:0{i}.000 --> 00:0{i}.900\n{text}"
        for i, text in enumerate(["INT: so", "then?", "P01: it", "was"])
    ]
    reading = read_cues(vtt(*cues))
    assert [(s, w) for s, w, *_ in said(reading)] == [("INT", "so then?"), ("P01", "it was")]
    assert any("the speaker before them" in w.message for w in reading.report.warnings)


def test_two_speakers_in_the_lines_of_one_cue() -> None:
    reading = read_cues(
        vtt("00:01.000 --> 00:02.000\n- INT: so?\n- P01: well", "00:03.000 --> 00:04.000\nINT: ok")
    )
    assert [(s, w) for s, w, *_ in said(reading)] == [("INT", "so?"), ("P01", "well"), ("INT", "ok")]


def test_without_names_a_pause_begins_a_paragraph() -> None:
    reading = read_cues(
        vtt("00:01.000 --> 00:02.000\nso", "00:03.900 --> 00:04.000\nit", "00:06.100 --> 00:07.000\nwent")
    )
    assert said(reading) == [("", "so it", 1.0, 4.0), ("", "went", 6.1, 7.0)]
    assert any("no speaker names" in w.message for w in reading.report.warnings)


def test_notes_styles_and_header_are_no_speech_and_are_listed() -> None:
    text = "WEBVTT - by someone\nKind: captions\n\nNOTE\nmade today\n\nSTYLE\n::cue {}\n\n"
    reading = read_cues(text + "00:01.000 --> 00:02.000 align:start position:0%\nINT: so\n\nNOTE later\n")
    assert said(reading) == [("INT", "so", 1.0, 2.0)]
    assert [d.line for d in reading.report.dropped] == [1, 2, 4, 5, 7, 8, 13]
    assert reading.report.words_in == reading.report.words_out + 1 + reading.report.words_dropped


def test_lines_that_youtube_shows_again_are_said_once() -> None:
    reading = read_cues(
        "WEBVTT\nKind: captions\n\n"
        "00:00:00.160 --> 00:00:02.350 align:start position:0%\n \n"
        "so<00:00:00.480><c> it</c><00:00:01.640><c> it</c>\n\n"
        "00:00:02.350 --> 00:00:02.360 align:start position:0%\nso it it\n \n\n"
        "00:00:02.360 --> 00:00:04.550 align:start position:0%\nso it it\nwas<00:00:02.520><c> so</c>\n\n"
        "00:00:04.550 --> 00:00:04.560 align:start position:0%\nwas so\n \n"
    )
    assert [w for _, w, *_ in said(reading)] == ["so it it was so"]
    repeats = [d for d in reading.report.dropped if "again" in d.reason]
    assert [(d.text, d.words) for d in repeats] == [("so it it", 3), ("so it it", 3), ("was so", 2)]


def test_words_said_twice_in_other_captions_stay() -> None:
    reading = read_cues(vtt("00:01.000 --> 00:02.000\nINT: no", "00:02.000 --> 00:03.000\nINT: no"))
    assert [w for _, w, *_ in said(reading)] == ["no no"]


def test_blank_lines_inside_a_cue_lose_nothing() -> None:
    reading = read_cues(
        "1\n00:00:01,000 --> 00:00:02,000\n\nINT: so\n\nand so\n\n2\n"
        "00:00:03,000 --> 00:00:04,000\nINT: on\n",
        "P01.srt",
    )
    assert said(reading) == [("INT", "so and so on", 1.0, 4.0)]
    assert reading.transcripts[0].source.format == "srt"


def test_cues_without_blank_lines_between_them() -> None:
    reading = read_cues(
        "1\n00:00:01,000 --> 00:00:02,000\nINT: so\n2\n00:00:03,000 --> 00:00:04,000\nINT: on 1984\n",
        "P01.srt",
    )
    assert said(reading) == [("INT", "so on 1984", 1.0, 4.0)]


@pytest.mark.parametrize(
    ("timing", "times"),
    [
        ("0:1.5 --> 0:2", (1.5, 2.0)),
        ("00:00:01,5 --> 00:00:02,000", (1.5, 2.0)),
        ("100:00:01.000 --> 100:00:02.000", (360001.0, 360002.0)),
        ("-00:00:00.100 --> 00:00:02.000", (0.0, 2.0)),
        ("00:00:03.000 --> 00:00:02.000", (3.0, 3.0)),
    ],
)
def test_times_as_programs_write_them(timing: str, times: tuple[float, float]) -> None:
    assert said(read_cues(f"WEBVTT\n\n{timing}\nINT: so\n")) == [("INT", "so", *times)]


def test_timings_that_are_no_times_are_refused_with_every_line() -> None:
    text = vtt(
        "00:00:61.000 --> 00:01:02.000\nINT: so",
        "00:99:01.000 --> 01:00:00\nINT: on",
        "00:03.000 --> 00:04.000\nok",
    )
    with pytest.raises(InputError) as caught:
        read_cues(text)
    assert [(p.line, p.path) for p in caught.value.problems] == [(3, "P01.vtt"), (6, "P01.vtt")]


def test_cues_out_of_order_are_sorted_and_said() -> None:
    reading = read_cues(vtt("00:09.000 --> 00:10.000\nINT: later", "00:01.000 --> 00:02.000\nP01: first"))
    assert [w for _, w, *_ in said(reading)] == ["first", "later"]
    assert any("not in order" in w.message for w in reading.report.warnings)


def test_whisper_text_with_times_is_read_as_captions() -> None:
    text = "[00:43.810 --> 00:47.850]  Hello everyone.\r\n[01:00:48.350 --> 01:00:54.570]  I'm here.\r\n"
    reading = read_cues(text, "P01.txt")
    assert said(reading) == [("", "Hello everyone.", 43.81, 47.85), ("", "I'm here.", 3648.35, 3654.57)]


def test_youtube_s_own_captions() -> None:
    reading = read_cues("0:00:01.500,0:00:02.000\nso it\n\n0:00:02.000,0:00:03.250\nwas\n", "P01.sbv")
    assert said(reading) == [("", "so it was", 1.5, 3.25)]


def test_telephone_numbers_and_names_in_small_letters() -> None:
    cues = ["+1 555 010 0199: hello", "iPhone: yes", "iPhone: so: fine", "1555***0199: bye", "jo: a", "jo: b"]
    reading = read_cues(vtt(*[f"00:0{i}.000 --> 00:0{i}.900\n{cue}" for i, cue in enumerate(cues)]))
    assert [(s, w) for s, w, *_ in said(reading)] == [
        ("+1 555 010 0199", "hello"),
        ("iPhone", "yes so: fine"),
        ("1555***0199", "bye"),
        ("jo", "a b"),
    ]


def test_the_same_interview_in_every_caption_format_has_the_same_turns() -> None:
    cues = [
        ("01.000", "02.000", "So hello."),
        ("02.500", "03.000", "I'm here – for <3."),
        ("09.000", "10.000", "Well"),
    ]
    files = {
        "a.vtt": vtt(*[f"00:{start} --> 00:{end}\n{words}" for start, end, words in cues]),
        "a.srt": "\n".join(
            f"{n}\n00:00:{start} --> 00:00:{end}\n".replace(".", ",") + f"{words}\n"
            for n, (start, end, words) in enumerate(cues, 1)
        ),
        "a.txt": "\n".join(f"[00:{start} --> 00:{end}]  {words}" for start, end, words in cues),
    }
    readings = [read_cues(text, name) for name, text in files.items()]
    assert len({(r.transcripts[0].text, r.transcripts[0].turns) for r in readings}) == 1
    assert len(readings[0].transcripts[0].turns) == 2


def test_a_caption_file_without_cues_says_so() -> None:
    with pytest.raises(InputError, match="no cues with times"):
        read_cues("WEBVTT\n\nINT: so\n")


@pytest.mark.parametrize("timing", ["00:00:xx --> 00:00:02.000", "1:2 --> end", "--> 00:00:02.000"])
def test_an_arrow_in_webvtt_is_a_time_or_a_mistake(timing: str) -> None:
    text = f"WEBVTT\n\nNOTE a --> b\n\n00:00:00.000 --> 00:00:01.000\nSo?\n\n{timing}\nIt was.\n"
    with pytest.raises(InputError, match="cannot be aligned") as caught:
        read_file(SourceFile("P01.vtt", text.encode()))
    (problem,) = caught.value.problems
    assert problem.line == 8


def test_a_pause_must_be_longer_than_the_one_that_is_set_and_lines_are_counted() -> None:
    cues = vtt(
        "00:01.000 --> 00:02.000\nSo.", "00:05.000 --> 00:06.000\nAnd.", "00:09.001 --> 00:10.000\nThen."
    )
    file = SourceFile("P01.vtt", cues.encode())
    reading = read_file(file, settings=ReadSettings(pause=3.0))
    assert [words for _, words, *_ in said(reading)] == ["So. And.", "Then."]
    assert reading.report.lines_kept == 3
