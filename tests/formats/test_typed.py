"""Typed transcripts: one golden example for each convention of labels, times and headings."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from thematic.errors import InputError
from thematic.formats import read_file
from thematic.formats.transcripts.reading import Reading, SourceFile
from thematic.formats.transcripts.speakers import Roster, read_roster

Read = list[tuple[str, str, str, float | None]]


def read_text(text: str, name: str = "P01.txt", roster: Roster | None = None) -> Reading:
    return read_file(SourceFile(name, text.encode()), roster=roster)


def turns(reading: Reading) -> Read:
    """(speaker, role, words, start time) of every turn."""
    (transcript,) = reading.transcripts
    return [(t.speaker, t.role[:3], transcript.text[t.start : t.end], t.start_time) for t in transcript.turns]


class Golden(NamedTuple):
    text: str
    read: Read


GOLDEN = {
    "a name that is an initial with its full stop": Golden(
        "Enquêtrice : Et puis ?\nMme D. : Très bien.\nEnquêtrice : Et ?\nMme D. : Rien.\n",
        [
            ("Enquêtrice", "int", "Et puis ?", None),
            ("Mme D.", "par", "Très bien.", None),
            ("Enquêtrice", "int", "Et ?", None),
            ("Mme D.", "par", "Rien.", None),
        ],
    ),
    "int and p01, continuation lines and paragraphs": Golden(
        "INT: Why did you\ngo?\n\nP01: My keyworker said so.\n\nI went anyway.\n\nINT: And?\n",
        [
            ("INT", "int", "Why did you\ngo?", None),
            ("P01", "par", "My keyworker said so.\n\nI went anyway.", None),
            ("INT", "int", "And?", None),
        ],
    ),
    "i and r": Golden("I: So?\nR: Well.\n", [("I", "int", "So?", None), ("R", "par", "Well.", None)]),
    "q and a": Golden("Q. So?\nA. Well.\n", [("Q", "int", "So?", None), ("A", "par", "Well.", None)]),
    "german i and b with f4 times": Golden(
        "I: Und dann? #00:00:05-2#\nB: Ich ging. #00:01:23-4#\n",
        [("I", "int", "Und dann?", None), ("B", "par", "Ich ging.", None)],
    ),
    "label without a space": Golden(
        "INT:So?\nP1a:Well.\n", [("INT", "int", "So?", None), ("P1a", "par", "Well.", None)]
    ),
    "label with a remark": Golden(
        "Interviewer (Jane): So?\nP01 (F, 45): Well.\n",
        [("Interviewer (Jane)", "int", "So?", None), ("P01 (F, 45)", "par", "Well.", None)],
    ),
    "tab": Golden("INT\tSo?\nP01\tWell.\n", [("INT", "int", "So?", None), ("P01", "par", "Well.", None)]),
    "dash": Golden(
        "INT – So?\nP01 – Well – no.\n", [("INT", "int", "So?", None), ("P01", "par", "Well – no.", None)]
    ),
    "label on its own line": Golden(
        "Interviewer\nSo?\n\nParticipant\nWell.\n\nInterviewer\nAnd?\n\nParticipant\nNo.\n",
        [
            ("Interviewer", "int", "So?", None),
            ("Participant", "par", "Well.", None),
            ("Interviewer", "int", "And?", None),
            ("Participant", "par", "No.", None),
        ],
    ),
    "time before the label": Golden(
        "[00:00:01] Interviewer: So?\n(0:07) Participant: Well.\n00:01:02 Participant: no\n",
        [
            ("Interviewer", "int", "So?", 1.0),
            ("Participant", "par", "Well.", 7.0),
            ("Participant", "par", "no", 62.0),
        ],
    ),
    "otter": Golden(
        "Emma  0:00  \nHow are you doing\n\nTailor  2:26  \ntoday? \n\nTranscribed by https://otter.ai\n",
        [("Emma", "par", "How are you doing", 0.0), ("Tailor", "par", "today?", 146.0)],
    ),
    "otter without speakers": Golden(
        "0:15\nSo it began.\n\n1:02:03\nAnd ended.\n",
        [("", "par", "So it began.", 15.0), ("", "par", "And ended.", 3723.0)],
    ),
    "no labels and no blank lines": Golden(
        "First one.\nSecond one.\n", [("", "par", "First one.", None), ("", "par", "Second one.", None)]
    ),
    "captions copied from a page": Golden(
        "0:00\nso it\n0:03\nwas good\n0:05\n[Music]\n1:07\nand then\n1:09\nit ended\n",
        [("", "par", "so it\nwas good\n[Music]\nand then\nit ended", 0.0)],
    ),
    "line numbers": Golden(
        "1 INT: So?\n2 P01: I went\n3 there 12 times\n4 INT: And?\n5 P01: 3 of us went.\n",
        [
            ("INT", "int", "So?", None),
            ("P01", "par", "I went\nthere 12 times", None),
            ("INT", "int", "And?", None),
            ("P01", "par", "3 of us went.", None),
        ],
    ),
    "rev": Golden(
        "Speaker 1 (00:03):\nSo?\n\nSpeaker 2 (1:00:03): Well.\n",
        [("Speaker 1", "par", "So?", 3.0), ("Speaker 2", "par", "Well.", 3603.0)],
    ),
    "time and name on a line": Golden(
        "00:00:03 Ann Roe\nSo?\n\n00:00:09 - Tom Poe\nIt was.\n\n00:00:12 Ann Roe\nAnd?\n\n"
        "00:00:14 Tom Poe\nNo.\n",
        [
            ("Ann Roe", "int", "So?", 3.0),
            ("Tom Poe", "par", "It was.", 9.0),
            ("Ann Roe", "int", "And?", 12.0),
            ("Tom Poe", "par", "No.", 14.0),
        ],
    ),
    "name above a time": Golden(
        "Ann Roe\n[00:00:03]\nSo.\n\nTom Poe\n[00:00:09]\nIt was.\n\nAnn Roe\n[00:00:12]\nAnd.\n\n"
        "Tom Poe\n[00:00:14]\nYeah\n",
        [
            ("Ann Roe", "par", "So.", 3.0),
            ("Tom Poe", "par", "It was.", 9.0),
            ("Ann Roe", "par", "And.", 12.0),
            ("Tom Poe", "par", "Yeah", 14.0),
        ],
    ),
    "time behind the label": Golden(
        "Interviewer: [00:00:03] So?\nSpeaker 2: (00:09) It was.\nInterviewer: [00:00:12] And?\n",
        [
            ("Interviewer", "int", "So?", 3.0),
            ("Speaker 2", "par", "It was.", 9.0),
            ("Interviewer", "int", "And?", 12.0),
        ],
    ),
    "one space before the time": Golden(
        "Speaker 1 00:00:03\nSo at 10:30\nSpeaker 2 00:00:09\nIt was.\nJane (she/her)  0:33\nHm.\n",
        [
            ("Speaker 1", "par", "So at 10:30", 3.0),
            ("Speaker 2", "par", "It was.", 9.0),
            ("Jane (she/her)", "par", "Hm.", 33.0),
        ],
    ),
    "zoom saved captions, over midnight": Golden(
        "[Jane Doe] 23:59:50\nHello.\n\n[Tom Ray] 00:00:05\nHi.\n",
        [("Jane Doe", "par", "Hello.", 0.0), ("Tom Ray", "par", "Hi.", 15.0)],
    ),
    "whisperx text": Golden(
        "[SPEAKER_00]: so\n[SPEAKER_01]: well\n",
        [("SPEAKER_00", "par", "so", None), ("SPEAKER_01", "par", "well", None)],
    ),
    "captions marks": Golden(
        ">> Interviewer: So?\n>> Ann: Well.\n>> Interviewer: So?\n>> Ann: No.\n",
        [
            ("Interviewer", "int", "So?", None),
            ("Ann", "par", "Well.", None),
            ("Interviewer", "int", "So?", None),
            ("Ann", "par", "No.", None),
        ],
    ),
    "speakers who come once, in the form of all the others: otter and its kin": Golden(
        "0:01 | Ann\nSo?\n\n0:05 | Bob (Acme)\nWell.\n\n0:09 | Ann\nAnd?\n",
        [("Ann", "int", "So?", 1.0), ("Bob (Acme)", "par", "Well.", 5.0), ("Ann", "int", "And?", 9.0)],
    ),
    "name, time, words, without blank lines": Golden(
        "Ann Ash\n0:01\nSo?\nBob Roe\n0:05\nWell.\nAnn Ash\n0:09\nAnd?\n",
        [("Ann Ash", "int", "So?", 1.0), ("Bob Roe", "par", "Well.", 5.0), ("Ann Ash", "int", "And?", 9.0)],
    ),
    "time, then name and words, without blank lines": Golden(
        "0:01\nAnn: So?\n0:05\nBob: Well.\n0:09\nAnn: And?\n",
        [("Ann", "int", "So?", 1.0), ("Bob", "par", "Well.", 5.0), ("Ann", "int", "And?", 9.0)],
    ),
    "name, time behind the colon": Golden(
        "Ann Ash: (00:03)\nSo?\n\nMaria: (00:07)\nWell.\n\nAnn Ash: (01:07)\nAnd?\n",
        [("Ann Ash", "int", "So?", 3.0), ("Maria", "par", "Well.", 7.0), ("Ann Ash", "int", "And?", 67.0)],
    ),
    "name in brackets and span of time": Golden(
        "[Speaker 1] (0:00 - 0:12)\nSo?\n\n[Speaker 2] (0:12 - 0:20)\nWell.\n",
        [("Speaker 1", "par", "So?", 0.0), ("Speaker 2", "par", "Well.", 12.0)],
    ),
    "name, time and words on one line": Golden(
        "Interviewer [00:00:03] So?\n\nParticipant [00:00:10] Well.\n\nInterviewer [00:00:15] And?\n",
        [
            ("Interviewer", "int", "So?", 3.0),
            ("Participant", "par", "Well.", 10.0),
            ("Interviewer", "int", "And?", 15.0),
        ],
    ),
    "name, tab, time, tab, words": Golden(
        "Speaker 1:\t00:00\tSo?\n\nSpeaker 2:\t00:07\tWell.\n",
        [("Speaker 1", "par", "So?", 0.0), ("Speaker 2", "par", "Well.", 7.0)],
    ),
    "name and time above its words, without blank lines": Golden(
        "Jane (00:05)\nSo?\nBob (00:12)\nWell.\nJane (00:19)\nAnd?\n",
        [("Jane", "int", "So?", 5.0), ("Bob", "par", "Well.", 12.0), ("Jane", "int", "And?", 19.0)],
    ),
    "a time, and a role without any sign": Golden(
        "[00:00:03] Interviewer So?\n[00:00:10] Participant Well.\n[00:00:15] Interviewer And?\n",
        [
            ("Interviewer", "int", "So?", 3.0),
            ("Participant", "par", "Well.", 10.0),
            ("Interviewer", "int", "And?", 15.0),
        ],
    ),
    "one of the participants": Golden(
        "Mod: So?\nP1: Well.\nP?: Maybe.\nMod: And?\n",
        [
            ("Mod", "int", "So?", None),
            ("P1", "par", "Well.", None),
            ("P?", "par", "Maybe.", None),
            ("Mod", "int", "And?", None),
        ],
    ),
    "roles in other languages": Golden(
        "Entrevistadora: ¿Y?\nParticipante 1: Bien.\nIntervieweuse : Alors ?\nInterviewerin: Und?\n",
        [
            ("Entrevistadora", "int", "¿Y?", None),
            ("Participante 1", "par", "Bien.", None),
            ("Intervieweuse", "int", "Alors ?", None),
            ("Interviewerin", "int", "Und?", None),
        ],
    ),
    "a subject who speaks": Golden(
        "INTERVIEWER: So?\n\nSUBJECT: [00:00:05] Well.\n\nINTERVIEWER: And.\n",
        [
            ("INTERVIEWER", "int", "So?", None),
            ("SUBJECT", "par", "Well.", 5.0),
            ("INTERVIEWER", "int", "And.", None),
        ],
    ),
    "initial, tab, time, tab, words": Golden(
        "S1\t00:05\tSo?\nS2\t00:12\tWell.\nS1\t00:19\tAnd?\n",
        [("S1", "int", "So?", 5.0), ("S2", "par", "Well.", 12.0), ("S1", "int", "And?", 19.0)],
    ),
    "timecodes with frames": Golden(
        "00:00:00:00 - 00:00:05:12\nSpeaker 1\nSo?\n\n00:00:05:12 - 00:00:07:12\nSpeaker 2\nWell.\n",
        [("Speaker 1", "par", "So?", 0.0), ("Speaker 2", "par", "Well.", 5.0)],
    ),
    "a colon further on in an answer that a letter begins": Golden(
        "Q. So?\nA. Well.\nQ. And?\nA. Ten years. My aim: to stay.\n",
        [
            ("Q", "int", "So?", None),
            ("A", "par", "Well.", None),
            ("Q", "int", "And?", None),
            ("A", "par", "Ten years. My aim: to stay.", None),
        ],
    ),
    "names in a script without case": Golden(
        "田中：はい。\n山田：ええ。\n田中：では。\n山田：どうも。\n",
        [
            ("田中", "par", "はい。", None),
            ("山田", "par", "ええ。", None),
            ("田中", "par", "では。", None),
            ("山田", "par", "どうも。", None),
        ],
    ),
    "right to left": Golden(
        "مقابل: كيف حالك؟\nضيف: بخير.\nمقابل: حسنا؟\nضيف: نعم.\n",
        [
            ("مقابل", "int", "كيف حالك؟", None),
            ("ضيف", "par", "بخير.", None),
            ("مقابل", "int", "حسنا؟", None),
            ("ضيف", "par", "نعم.", None),
        ],
    ),
    "a document head": Golden(
        "Interview 3\nStudy: SMART\nDate: 12 May\nInterviewer: Jane Smith\nParticipant: P03\n\n"
        "INT: So?\nP03: Well.\n",
        [("INT", "int", "So?", None), ("P03", "par", "Well.", None)],
    ),
}


@pytest.mark.parametrize("case", GOLDEN.values(), ids=list(GOLDEN))
def test_convention(case: Golden) -> None:
    assert turns(read_text(case.text)) == case.read


def test_the_text_reads_like_the_document() -> None:
    text = "Date: 12 May\n\nINT (0:03): So?\n\n\nP01: Well.\nEnd of interview\n"
    assert read_text(text).transcripts[0].text == text


def test_words_on_both_sides_of_a_time_stay_apart() -> None:
    reading = read_text("INT: So?\nP01: I went[00:05:10]home [00:06][00:07]again.\n")
    assert turns(reading)[1][2] == "I went home again."


def test_line_numbers_are_listed_as_dropped() -> None:
    reading = read_text("".join(f"{n} {'INT' if n % 2 else 'P01'}: so\n" for n in range(1, 8)))
    assert [(d.text, d.reason, d.words) for d in reading.report.dropped] == [("1 to 7", "line numbers", 7)]


def test_numbers_that_do_not_rise_are_words() -> None:
    reading = read_text("5 people\n3 people\n4 people\n2 people\n9 people\n")
    assert turns(reading)[0][2] == "5 people"


def test_times_of_captions_copied_from_a_page_are_anchors() -> None:
    (transcript,) = read_text(GOLDEN["captions copied from a page"].text).transcripts
    assert [time for _, time in transcript.turns[0].anchors] == [0.0, 3.0, 5.0, 67.0, 69.0]


MEET = """Jun 5, 2026
Zeam call - Transcript
Ann Poe: this is a machine's note about what Ann Poe: said
00:00:00

Ann Poe: Hello there. I wanted to sayKai Chen: Uh yeah.Ann Poe: that
Kai Chen: Ok: fine.
00:05:00

Kai Chen: And so on.
Transcription ended after 00:32:49
This editable transcript was computer generated and might contain errors.
"""


def test_google_meet_notes_are_cut_out_and_glued_speakers_come_apart() -> None:
    reading = read_text(MEET)
    assert turns(reading) == [
        ("Ann Poe", "par", "Hello there. I wanted to say", 0.0),
        ("Kai Chen", "par", "Uh yeah.", None),
        ("Ann Poe", "par", "that", None),
        ("Kai Chen", "par", "Ok: fine.", None),
        ("Kai Chen", "par", "And so on.", 300.0),
    ]
    assert [d.reason.split()[0] for d in reading.report.dropped] == ["before"] * 3 + ["after"] * 2


EARLIER_MEET = """Peer support (2023-05-12 at 10:02 GMT+1) - Transcript
Attendees
Ann Poe, Kai Chen, Ann Poe's Presentation, Dr. Lou Ortiz
Transcript
This editable transcript was computer generated and might contain errors. People can also change the text.
Ann Poe: What made you come?
Kai Chen: My nurse. Later: my sister.
Ann Poe: And then?
Dr. Lou Ortiz: He stayed.
Ann Poe's Presentation: As this slide says.
Meeting ended after 00:58:12 👋
"""


def test_whom_the_head_of_a_meeting_lists_speaks_even_once() -> None:
    reading = read_text(EARLIER_MEET)
    assert [turn[:3:2] for turn in turns(reading)] == [
        ("Ann Poe", "What made you come?"),
        ("Kai Chen", "My nurse. Later: my sister."),
        ("Ann Poe", "And then?"),
        ("Dr. Lou Ortiz", "He stayed."),
        ("Ann Poe's Presentation", "As this slide says."),
    ]
    assert reading.report.dropped[-1].text.startswith("Meeting ended after")


@pytest.mark.parametrize("head", ["Present: Ann Poe and Kai Chen", "**Participants:** Ann Poe; Kai Chen"])
def test_a_list_of_names_on_one_line_counts_too(head: str) -> None:
    said = "Ann Poe: So?\n\nWell.\n\nHow?\n\nKai Chen: It was.\n\nSo.\n\nAnn Poe: And?\n"
    assert [turn[0] for turn in turns(read_text(f"{head}\n\n{said}"))] == ["Ann Poe", "Kai Chen", "Ann Poe"]
    assert [turn[0] for turn in turns(read_text(said))] == ["Ann Poe", "Ann Poe"]


@pytest.mark.parametrize(
    "time",
    ["**[0:05]**", "`[0:05]`", "*0:05*", "__0:05__", "[0:05](https://example.org/a?t=5)", "**(0:05)** -"],
)
def test_a_time_in_bold_or_in_a_link_is_a_time(time: str) -> None:
    reading = read_text(f"{time} So it was.\n\n[0:09] And then.\n", name="P01.md")
    assert [turn[2:] for turn in turns(reading)] == [("So it was.", 5.0), ("And then.", 9.0)]


def test_questions_in_bold_in_markdown() -> None:
    reading = read_text(
        "**How so?**\n\nIt was.\n\n**And then?**\n\nWell.\n\n**Why?**\n\nNo.\n", name="P01.md"
    )
    assert [turn[0] for turn in turns(reading)] == ["Interviewer", "Participant"] * 3


def test_times_before_questions_in_bold_are_the_turns_own() -> None:
    pairs = "".join(f"[0:0{i}] **How so?**\n\n[0:1{i}]\n\nIt was.\n\n" for i in range(3))
    assert turns(read_text(pairs, name="P01.md")) == [
        turn
        for i in range(3)
        for turn in (
            ("Interviewer", "int", "**How so?**", i),
            ("Participant", "par", "It was.", 10 + i),
        )
    ]


def test_f4_times_end_the_turn() -> None:
    (transcript,) = read_text("I: Und? #00:00:05-2#\nB: Ja. #00:01:23-4#\n").transcripts
    assert [turn.end_time for turn in transcript.turns] == [5.2, 83.4]


def test_a_time_inside_a_turn_leaves_the_words_and_becomes_an_anchor() -> None:
    reading = read_text(
        "INT: So?\nP01: I went [00:05:10] home.\n\n[00:06:00]\n\nThen out. [inaudible 00:07]\n"
    )
    (transcript,) = reading.transcripts
    turn = transcript.turns[1]
    assert transcript.text[turn.start : turn.end] == "I went home.\n\nThen out. [inaudible 00:07]"
    assert [(transcript.text[at:][:5], t) for at, t in turn.anchors] == [("home.", 310.0), ("Then ", 360.0)]
    assert reading.report.words_in_labels == 2 + 3 + 3


@pytest.mark.parametrize(
    "line",
    [
        "On the integration question you raised: yes.",
        "Note: I was late.",
        "The thing is: it works.",
        "See https://example.org for it",
        "We met at 10:30 and left",
        "Total runtime 1:45",
    ],
)
def test_words_that_look_like_a_label_stay_words(line: str) -> None:
    read = turns(read_text(f"INT: So?\nP01: I said.\n{line}\nINT: And?\nP01: Yes.\n"))
    assert read[1] == ("P01", "par", f"I said.\n{line}", None)


@pytest.mark.parametrize(
    "line",
    [
        "I – I don't know",
        "I\twent there",
        "I. well",
        "a: one, b: two",
        "and then he laughed [00:05:10]",
        "Yeah [00:05:10]",
        "we left at  10:30",
        "10:30 we met: and so on",
        "Participant",
    ],
)
def test_words_of_an_answer_never_become_another_speaker(line: str) -> None:
    reading = read_text(f"I: So?\nR: I said\nthis.\n{line}\n{line}\nI: And?\nR: Yes.\n")
    assert [who for who, *_ in turns(reading)] == ["I", "R", "I", "R"]


def test_a_time_of_day_at_the_beginning_of_a_line_stays_in_the_words() -> None:
    reading = read_text("INT: So?\nP01: I said\n10:30 we met: and\n11:15 we left\nINT: And?\n")
    assert turns(reading)[1][2] == "I said\n10:30 we met: and\n11:15 we left"


def test_words_in_bold_are_no_labels_in_a_transcript_that_has_labels() -> None:
    answer = "P01: I said\nthis and\nthat and\n**Really** so\n\n"
    reading = read_text(f"INT: So?\n{answer}INT: And?\n{answer}INT: Ok?\nP01: Yes\nindeed\nso.\n", "P01.md")
    assert {who for who, *_ in turns(reading)} == {"INT", "P01"}


def test_speakers_of_markdown_with_a_time_in_the_heading_or_the_bold() -> None:
    headings = "### Speaker 1 (00:01)\n\nSo?\n\n### Speaker 2 (00:10)\n\nWell.\n"
    bold = "**[00:00:01] Speaker 1:** So?\n\n**[00:00:10] Speaker 2:** Well.\n"
    for text in (headings, bold):
        found = turns(read_text(text, "P01.md"))
        assert [(who, words, time) for who, _, words, time in found] == [
            ("Speaker 1", "So?", 1.0),
            ("Speaker 2", "Well.", 10.0),
        ]


def test_a_redaction_in_brackets_begins_no_turn() -> None:
    reading = read_text("INT: So?\nP01: I left\n[city 2] then.\n[hospital 1] too.\nINT: And?\n")
    assert [t[0] for t in turns(reading)] == ["INT", "P01", "INT"]


def test_a_name_in_the_midst_of_answers_is_no_habit() -> None:
    """Every paragraph begins with a label, but not in this form: the name stays words."""
    text = "INT: So?\n\nP01: Well.\n\nI went.\n\nMary: no.\n\nShe left.\n\nINT: And?\n\nP01: Yes.\n"
    assert [t[0] for t in turns(read_text(text))] == ["INT", "P01", "INT", "P01"]


def test_a_name_seen_once_is_left_as_words_and_said() -> None:
    reading = read_text("INT: So?\nP01: I said.\nMary: no\nto me\nagain.\nINT: And?\nP01: Yes.\n")
    assert turns(reading)[1][2] == "I said.\nMary: no\nto me\nagain."
    (warning,) = reading.report.warnings
    assert (warning.line, "Mary" in warning.message, "speakers.toml" in (warning.hint or "")) == (
        3,
        True,
        True,
    )


def test_a_name_seen_once_is_a_speaker_when_speakers_toml_names_it() -> None:
    roster = read_roster('[default]\nparticipant = ["Mary"]\n')
    reading = read_text("INT: So?\nP01: I said.\nMary: no\nto me\nagain.\nINT: And?\n", roster=roster)
    assert [t[0] for t in turns(reading)] == ["INT", "P01", "Mary", "INT"]


def test_a_label_mistyped_once_is_its_own_speaker() -> None:
    reading = read_text("Interviewer: So?\nAnn: No.\nInteviewer: Why?\nAnn: So.\n")
    assert [t[0] for t in turns(reading)] == ["Interviewer", "Ann", "Inteviewer", "Ann"]


def test_two_speakers_named_once_each_are_speakers() -> None:
    assert [t[0] for t in turns(read_text("Jane Roe: Hello.\n\nTom Poe: Hi.\n"))] == ["Jane Roe", "Tom Poe"]


def test_markdown_headings_and_front_matter_are_no_speech() -> None:
    text = "---\ncoder: x\n---\n# Interview\n\n**INT:** What is *it*?\n\n## Part 2\n\n**Ann**: A thing.\n"
    reading = read_text(text + "\n**Ann**: Yes.\n", "P01.md")
    assert [t[:3] for t in turns(reading)] == [
        ("INT", "int", "What is *it*?"),
        ("Ann", "par", "A thing."),
        ("Ann", "par", "Yes."),
    ]
    assert [(d.line, d.reason) for d in reading.report.dropped] == [
        (1, "front matter"),
        (2, "front matter"),
        (3, "front matter"),
        (4, "heading"),
        (8, "heading"),
    ]


def test_without_labels_every_paragraph_is_a_turn_and_it_is_said() -> None:
    reading = read_text("First one,\nwrapped.\n\nSecond one.\n")
    assert turns(reading) == [("", "par", "First one,\nwrapped.", None), ("", "par", "Second one.", None)]
    assert "no speaker labels" in reading.report.warnings[0].message


def test_words_before_the_first_label_are_reported_with_their_lines() -> None:
    reading = read_text("An interview\nabout groups\n\nINT: So?\nP01: Well.\n")
    assert [(d.line, d.text, d.words) for d in reading.report.dropped] == [
        (1, "An interview", 2),
        (2, "about groups", 2),
    ]
    assert reading.report.words_in == 4 + 2 + 2
    assert reading.report.lines_kept == 2


def test_a_long_unlabelled_beginning_is_a_warning() -> None:
    reading = read_text("word " * 60 + "\nINT: So?\nP01: Well.\n")
    assert any("60 words before the first speaker" in w.message for w in reading.report.warnings)


def test_a_file_of_labels_alone_says_that_nobody_speaks() -> None:
    with pytest.raises(InputError, match="no words spoken"):
        read_text("INT:\nP01:\n")


def test_what_was_inaudible_is_no_speaker() -> None:
    text = (
        "Ann (00:03):\nSo it?\n[inaudible 00:00:12] and so on.\n\nBo (00:15):\nWell.\n[crosstalk 00:00:16]\n"
    )
    assert [(who, said) for who, _, said, _ in turns(read_text(text))] == [
        ("Ann", "So it?\n[inaudible 00:00:12] and so on."),
        ("Bo", "Well.\n[crosstalk 00:00:16]"),
    ]


TEAMS_PAGE = {
    "initials above": (
        "AA\nAnn Ash   0:03\nAnn Ash 0 minutes 3 seconds\nSo it?\nAnn Ash 0 minutes 7 seconds\nAnd?\n\n"
        "BJ\nBo Jones   1:12\nBo Jones 1 minute 12 seconds\nAbout 10 minutes\n\n"
        "AA\nAnn Ash   1:20\nAnn Ash 1 minute 20 seconds\nGo on.\n"
    ),
    "a time of its own": (
        "Ann Ash\n0 minutes 3 seconds\n0:03\nAnn Ash 0 minutes 3 seconds\nSo it?\n"
        "Ann Ash 0 minutes 7 seconds\nAnd?\nBo Jones\n1 minute 12 seconds\n1:12\n"
        "Bo Jones 1 minute 12 seconds\nAbout 10 minutes\n"
        "Ann Ash\n1 minute 20 seconds\n1:20\nAnn Ash 1 minute 20 seconds\nGo on.\n"
    ),
}


@pytest.mark.parametrize("text", TEAMS_PAGE.values(), ids=TEAMS_PAGE)
def test_what_is_copied_from_the_page_of_teams(text: str) -> None:
    reading = read_text(text)
    assert [(who, said, start) for who, _, said, start in turns(reading)] == [
        ("Ann Ash", "So it?\nAnd?", 3.0),
        ("Bo Jones", "About 10 minutes", 72.0),
        ("Ann Ash", "Go on.", 80.0),
    ]
    (transcript,) = reading.transcripts
    assert 7.0 in [time for _, time in transcript.turns[0].anchors]


def test_time_codes_of_transana_are_times() -> None:
    text = "¤<0>INT: So it?\n¤<3500>P01: Well ¤<9100>no.\n¤<12000>INT: And?\n"
    reading = read_text(text)
    assert [(who, said, start) for who, _, said, start in turns(reading)] == [
        ("INT", "So it?", 0.0),
        ("P01", "Well no.", 3.5),
        ("INT", "And?", 12.0),
    ]


def test_a_table_drawn_in_markdown() -> None:
    text = (
        "# One\n\n| Time | Speaker | Text |\n|:-----|---|---|\n| 0:03 | INT | So it? |\n"
        "| 0:05 | P01 | A \\| b. |\n\nend\n"
    )
    reading = read_text(text, "P01.md")
    assert [(who, said, start) for who, _, said, start in turns(reading)][:2] == [
        ("INT", "So it?", 3.0),
        ("P01", "A | b.\n\nend", 5.0),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "10:02:33\t From Ann Ash to Everyone : Hello\n10:03:01\t From  Bo  to  Everyone : hi\n",
        "10:02:33 From Ann Ash to Everyone:\n\tHello\n10:03:01 From Bo to Ann Ash(Direct Message):\n\thi\n",
    ],
)
def test_the_chat_of_a_meeting_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="the chat of a meeting"):
        read_text(text)


def test_a_bold_name_that_comes_once_in_a_paragraph_of_its_own() -> None:
    text = "".join(
        f"**{name}**\n\n{words}\n\n"
        for name, words in (
            ("Facilitator", "What brings you here?"),
            ("Sam", "My sister."),
            ("Facilitator", "And you?"),
            ("Jo", "I was curious."),
            ("Sam", "Me too."),
        )
    )
    reading = read_text(text, "P01.md")
    assert [turn[::2] for turn in turns(reading)][3] == ("Jo", "I was curious.")
    doubted = read_text(
        "**Facilitator** So?\n\n**Sam** Well.\n\n**Facilitator** And?\n\n**Sam** So.\n\nYes.\n\n"
        "No.\n\nOh.\n\nAh.\n\n**Background**\n\nIt was cold.\n",
        "P02.md",
    )
    assert "“Background:” was left as words" in " ".join(w.message for w in doubted.report.warnings)


def test_a_stray_nul_makes_no_text_binary() -> None:
    reading = read_text("INT: So\x00 what?\nP16: Well\x07 fine.\n")
    assert [turn[2] for turn in turns(reading)] == ["So what?", "Well fine."]
    assert "2 control characters were taken out" in reading.report.warnings[0].message


def test_a_few_lines_of_a_chat_in_a_transcript_are_words() -> None:
    chat = "10:00:01\t From Ann Ash : hello\n"
    spoken = "INT: So?\nP01: It was.\n"
    assert len(read_text(chat + spoken + "INT: And?\n").transcripts) == 1
    for text in (chat, chat * 2 + spoken, chat + spoken):
        with pytest.raises(InputError, match="the chat of a meeting"):
            read_text(text)


def test_cells_of_a_table_in_markdown() -> None:
    head = "So it began.\n\n| Speaker | Words |\n|---|---|\n"
    reading = read_text(f"{head}| INT | a \\| b? |\n| P01 | c \\|\nINT | d\n\nP01: After.\n", "P01.md")
    assert [turn[::2] for turn in turns(reading)] == [
        ("INT", "a | b?"),
        ("P01", "c |"),
        ("INT", "d"),
        ("P01", "After."),
    ]
    dropped = {d.line: d.reason for d in reading.report.dropped}
    assert dropped[4] == "line of a table"
    assert set(dropped) >= {1, 3, 4}


def test_front_matter_may_end_with_dots_and_must_end() -> None:
    said = "INT: So?\nP01: It was.\n"
    reading = read_text(f"---\ncoder: x\n...\n{said}", "P01.md")
    assert [(d.line, d.reason) for d in reading.report.dropped if d.text.strip("-. ")] == [
        (2, "front matter")
    ]
    assert [turn[0] for turn in turns(read_text(f"---\n{said}", "P01.md"))] == ["INT", "P01"]


def test_the_format_is_named_by_the_ending() -> None:
    formats = [read_text("INT: So?\nP01: Yes.\n", name).report.format for name in ("a.txt", "a", "a.md")]
    assert formats == ["text", "text", "markdown"]


def test_names_on_the_line_after_those_who_are_present_and_no_further() -> None:
    head = "Present:\nAnn Poe, Kai Chen\nBo Day, Ed Fox\n\n"
    reading = read_text(head + "Ann Poe: So?\n\nBo Day: a thing\n\nINT: And?\n\nINT: So?\n")
    assert [turn[0] for turn in turns(reading)] == ["Ann Poe", "INT", "INT"]


def test_ten_labels_that_are_doubted_are_told_and_no_more() -> None:
    names = "Ada Bea Cy Dee Eve Flo Gus Hal Ida Jan Kay Lou".split()
    text = "INT: So?\nP01: It was.\n" * 3 + "".join(f"P01: yes\nand\n{name}: so it was\n" for name in names)
    warnings = [w for w in read_text(text).report.warnings if "was left as words" in w.message]
    assert len(warnings) == 10
