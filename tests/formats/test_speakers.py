"""Roles: known labels, inference for two speakers, speakers.toml; nothing taken without being said."""

from __future__ import annotations

import pytest

from thematic.errors import InputError
from thematic.formats import read_file
from thematic.formats.transcripts.reading import Reading, SourceFile
from thematic.formats.transcripts.speakers import Roster, Speaker, known_role, read_roster, speakers_toml

TWO = (
    "Jane: How was it? And why?\nTom: It was fine, I went there every week.\n"
    "Jane: Did you?\nTom: I did, yes, always.\n"
)


def read(text: str, roster: Roster | None = None) -> Reading:
    return read_file(SourceFile("P01.txt", text.encode()), roster=roster)


def roles(reading: Reading) -> dict[str, str]:
    return {speaker.label: speaker.role for speaker in reading.speakers}


@pytest.mark.parametrize(
    "label", "INT I Interviewer INT1 Int-2 Q Moderator Facilitator interviewer_2 Mod".split()
)
def test_labels_that_everybody_writes_for_interviewers(label: str) -> None:
    assert known_role(label) == "interviewer"


@pytest.mark.parametrize(
    "label",
    ["P", "P01", "p1a", "R", "R2", "A", "Participant 3", "Participant B", "Respondent", "FG1 P3", "PPT-04"],
)
def test_labels_that_everybody_writes_for_participants(label: str) -> None:
    assert known_role(label) == "participant"


@pytest.mark.parametrize(
    "label", ["Jane", "RA", "PI", "Intro", "Paul", "Speaker 1", "SPEAKER_00", "Ian", "Ann", "DB"]
)
def test_other_labels_are_not_known(label: str) -> None:
    assert known_role(label) is None


def test_of_two_names_the_one_who_asks_is_the_interviewer_and_it_is_said() -> None:
    reading = read(TWO)
    assert roles(reading) == {"Jane": "interviewer", "Tom": "participant"}
    (warning,) = reading.report.warnings
    assert "Jane as interviewer" in warning.message
    assert "“Jane” asks 42.9 times in 100 words, the other 0.0" in warning.message
    assert "speakers.toml" in (warning.hint or "")


def test_without_question_marks_the_one_of_few_words_is_the_interviewer() -> None:
    text = (
        "SPEAKER_00: so how was it\nSPEAKER_01: well it was rather fine i went there every single week\n" * 3
    )
    assert roles(read(text)) == {"SPEAKER_00": "interviewer", "SPEAKER_01": "participant"}


def test_two_who_both_ask_are_participants_and_it_is_said() -> None:
    reading = read("Jane: How was it? \nTom: How was it for you?\nJane: Fine?\nTom: So?\n")
    assert roles(reading) == {"Jane": "participant", "Tom": "participant"}
    assert "cannot be told" in reading.report.warnings[0].message


def test_in_a_focus_group_unknown_names_are_participants() -> None:
    reading = read("Moderator: So?\nAnn: I?\nBob: I!\nAnn: We.\nBob: All.\n")
    assert roles(reading) == {"Moderator": "interviewer", "Ann": "participant", "Bob": "participant"}
    assert "nothing says who they are" in reading.report.warnings[0].message


def test_beside_a_known_participant_the_one_who_asks_is_the_interviewer() -> None:
    reading = read("Jane: So? And?\nP01: Well it was fine for me.\nJane: Why?\nP01: Because.\n")
    assert roles(reading) == {"Jane": "interviewer", "P01": "participant"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "R: So? And?\nP: It was fine.\nR: Why?\nP: Because.\n",
            {"R": "interviewer", "P": "participant"},
        ),
        (
            "J: So? And?\nA: It was fine.\nJ: Why?\nA: Because.\n",
            {"J": "interviewer", "A": "participant"},
        ),
        (
            "A: So? And?\nJ: It was fine.\nA: Why?\nJ: Because.\n",
            {"A": "interviewer", "J": "participant"},
        ),
        ("I: Und?\nB: Ja.\n", {"I": "interviewer", "B": "participant"}),
        (
            "A: So? And?\nB: It was fine.\nA: Why?\nB: Because.\n",
            {"A": "interviewer", "B": "participant"},
        ),
        ("Q: So?\nA: It was fine.\nQ: Why?\nA: Because.\n", {"Q": "interviewer", "A": "participant"}),
    ],
)
def test_single_letters_are_read_in_company(text: str, expected: dict[str, str]) -> None:
    assert roles(read(text)) == expected


def test_initials_of_another_speaker_are_told_until_they_are_an_alias() -> None:
    text = "Devin Becker: Shall we?\nRae Poe: Yes.\nDB: How so?\nRP: It was.\nDB: And?\nRP: Well.\n"
    said = [problem for problem in read(text).report.warnings if "may be" in problem.message]
    assert [problem.message for problem in said] == ["“DB” may be Devin Becker", "“RP” may be Rae Poe"]
    hint = str(said[0].hint).partition(": ")[2]
    roster = read_roster(hint.replace("] ", "]\n"))
    aliased = read(text, roster=roster)
    assert [p.message for p in aliased.report.warnings if "may be" in p.message] == ["“RP” may be Rae Poe"]
    assert [t.speaker for t in aliased.transcripts[0].turns][::2] == ["Devin Becker"] * 3


def test_speakers_toml_decides_and_is_confirmed() -> None:
    roster = read_roster(
        """
        [default]
        interviewer = ["Tom"]
        participant = ["jane"]
        [P01]
        other = ["Jane"]
        [P01.aliases]
        Tom = "Dr Poe"
        """
    )
    reading = read(TWO, roster)
    assert [(s.label, s.name, s.role, s.confirmed) for s in reading.speakers] == [
        ("Jane", "Jane", "other", True),
        ("Tom", "Dr Poe", "interviewer", True),
    ]
    assert {t.speaker for t in reading.transcripts[0].turns} == {"Jane", "Dr Poe"}
    assert not reading.report.warnings


def test_an_alias_gives_the_role_of_its_name() -> None:
    roster = read_roster('[default]\ninterviewer = ["INT"]\naliases = {Inteviewer = "INT"}\n')
    reading = read("INT: So?\nP01: Well.\nInteviewer: Why?\nP01: So.\n", roster)
    assert [(t.speaker, t.role) for t in reading.transcripts[0].turns][2] == ("INT", "interviewer")


def test_names_in_speakers_toml_that_nobody_has_are_said() -> None:
    roster = read_roster(
        '[P01]\ninterviewer = ["Jane", "Jan"]\naliases = {Tim = "Jane"}\n[P1]\nother = ["x"]\n'
    )
    messages = [warning.message for warning in read(TWO, roster).report.warnings]
    assert "[P01] names “jan” and “tim”, who says nothing" in messages
    (unused,) = roster.without_transcript(["P01", "P02"])
    assert (unused.message, unused.hint) == ("[P1] names no transcript", "transcripts are P01 and P02")


def test_the_text_does_not_depend_on_speakers_toml() -> None:
    roster = read_roster('[P01]\ninterviewer = ["Tom"]\naliases = {Tom = "Dr Poe"}\n')
    assert read(TWO).transcripts[0].text == read(TWO, roster).transcripts[0].text


def test_every_mistake_in_speakers_toml_is_reported() -> None:
    with pytest.raises(InputError) as caught:
        read_roster(
            'x = 1\n[default]\ninterviewer = "INT"\nparticpant = ["P"]\naliases = ["a"]\n'
            '[P01]\ninterviewer = ["A"]\nother = ["a"]\n'
        )
    assert [p.message for p in caught.value.problems] == [
        "“x” stands outside a table",
        "[default] interviewer is not a list of labels",
        "[default] has no key “particpant”",
        '[default] aliases are not label = "name"',
        "[P01] “a” is under both interviewer and other",
    ]
    with pytest.raises(InputError) as broken:
        read_roster("[default]\ninterviewer = [\n[P01]\n")
    assert broken.value.problem.line == 3


def test_the_proposed_speakers_toml_is_read_back_as_confirmed() -> None:
    speakers = [
        Speaker(
            transcript_id="P 1",
            label=label,
            name=label,
            role="other",
            turns=1,
            words=1,
            first_words="",
            confirmed=False,
            reason="",
        )
        for label in ('Jane "J"', "a\\b", "tab\t", "")
    ]
    roster = read_roster(speakers_toml(speakers))
    assert [roster.role("P 1", speaker.label) for speaker in speakers] == ["other"] * 4


def test_words_before_any_name_are_named_as_such_in_the_warning() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\nwho knows\n\n00:03.000 --> 00:04.000\n<v INT>So it was.\n"
    reading = read_file(SourceFile("P01.vtt", text.encode()))
    (warning,) = [w for w in reading.report.warnings if w.message.startswith("taken")]
    assert "(no label) as participant" in warning.message


def test_an_unnamed_voice_beside_two_names_keeps_the_roles_open() -> None:
    cues = [
        "<v Ann>How? And why?",
        "<v Bo>I went there every week, always.",
        "who knows",
        "<v Ann>Did you? When?",
    ]
    timed = "".join(f"00:0{i}.000 --> 00:0{i}.900\n{cue}\n\n" for i, cue in enumerate(cues))
    reading = read_file(SourceFile("P01.vtt", f"WEBVTT\n\n{timed}".encode()))
    assert set(roles(reading).values()) == {"participant"}
    assert any("nothing says who they are" in w.message for w in reading.report.warnings)


def test_who_asks_and_says_most_is_not_told_apart() -> None:
    long = "and so on we went through all of it " * 6
    text = f"Jane: {long} Why? How? When? Where?\nTom: No.\nJane: {long} Who? What?\nTom: Yes, I was.\n"
    assert roles(read(text)) == {"Jane": "participant", "Tom": "participant"}
