"""Excerpts: verbatim, inside a turn, and no word of a participant lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thematic.errors import SettingsError
from thematic.model import Role, Source, Transcript, Turn
from thematic.segmentation import SegmentSettings, is_back_channel, segment
from thematic.text import count_words, word_spans


def transcript(*turns: tuple[Role, str], anchors: tuple[tuple[int, float], ...] = ()) -> Transcript:
    """A transcript with these turns, each labelled by its role, a blank line between."""
    text, made = "", []
    for index, (role, words) in enumerate(turns):
        text += f"{role.upper()}: "
        start = len(text)
        text += words
        made.append(
            Turn(
                index=index,
                speaker=role,
                role=role,
                start=start,
                end=len(text),
                start_time=0.0 if anchors else None,
                end_time=99.0 if anchors else None,
                anchors=tuple((start + offset, seconds) for offset, seconds in anchors),
            )
        )
        text += "\n\n"
    source = Source(path="t.txt", sha256="", format="txt")
    return Transcript(id="t", title="t", text=text, turns=tuple(made), source=source)


def texts(*turns: tuple[Role, str], **options: object) -> list[str]:
    segmentation = segment(transcript(*turns), settings=SegmentSettings(**options))  # type: ignore[arg-type]
    return [excerpt.text for excerpt in segmentation.excerpts]


SENTENCE = "I went there on a Tuesday and it was raining hard that day."  # 13 words


def test_a_short_turn_is_one_passage() -> None:
    assert texts(("participant", "It helped. Really.")) == ["It helped. Really."]


def test_interviewers_are_context_not_excerpts() -> None:
    segmentation = segment(
        transcript(("interviewer", "Why did you come?"), ("participant", "My nurse said so."))
    )
    (excerpt,) = segmentation.excerpts
    assert excerpt.question is not None
    assert excerpt.question.text == "Why did you come?"
    assert excerpt.speaker == "participant"


def test_the_question_outlasts_a_back_channel_of_the_interviewer() -> None:
    segmentation = segment(
        transcript(
            ("interviewer", "Why did you come?"),
            ("participant", "My nurse said so."),
            ("interviewer", "Mm-hm."),
            ("participant", "And I was bored, honestly."),
        )
    )
    assert [e.question.text for e in segmentation.excerpts if e.question] == ["Why did you come?"] * 2


def test_a_long_turn_is_cut_between_sentences_into_passages_of_the_wanted_size() -> None:
    passages = texts(("participant", " ".join([SENTENCE] * 20)))
    assert len(passages) > 3
    assert all(20 <= count_words(p) <= 80 for p in passages)
    assert all(p.startswith("I went") and p.endswith("that day.") for p in passages)


def test_a_turn_does_not_end_in_a_scrap() -> None:
    passages = texts(("participant", " ".join([SENTENCE] * 6) + " That is it."))
    assert count_words(passages[-1]) >= 20


def test_speech_without_punctuation_is_divided_at_clauses() -> None:
    clause = "i was going to the group on the bus every week for about a year"
    passages = texts(("participant", " and ".join([clause] * 16)))
    assert len(passages) > 1
    assert all(count_words(p) <= 80 for p in passages)
    assert all(p.startswith(("i was", "and i was")) for p in passages)


def test_false_starts_and_ellipses_do_not_end_a_sentence() -> None:
    assert texts(("participant", "I was... um... I went home. Then I slept."), unit="sentence") == [
        "I was... um... I went home.",
        "Then I slept.",
    ]


def test_unit_sentence_and_unit_turn() -> None:
    words = "One thing. Another thing."
    assert texts(("participant", words), unit="sentence") == ["One thing.", "Another thing."]
    assert texts(("participant", " ".join([SENTENCE] * 20)), unit="turn") == [" ".join([SENTENCE] * 20)]


def test_back_channel_turns_are_set_aside_and_reported() -> None:
    segmentation = segment(
        transcript(("participant", "Yeah, yeah."), ("participant", "Yeah, it did help me."))
    )
    assert [e.text for e in segmentation.excerpts] == ["Yeah, it did help me."]
    assert [(s.quote.text, s.turn, s.reason) for s in segmentation.set_aside] == [
        ("Yeah, yeah.", 0, "back-channel")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mm-hm.", True),
        ("Yeah. Right.", True),
        ("…", True),
        ("No, never.", False),
        ("Yes it did", False),
        ("yeah yeah yeah yeah", False),
    ],
)
def test_is_back_channel(text: str, expected: bool) -> None:
    assert is_back_channel(text) is expected


def test_times_come_from_cues_and_are_not_interpolated() -> None:
    words = " ".join([SENTENCE] * 8)
    second = words.index("I went", len(words) // 2)
    segmentation = segment(transcript(("participant", words), anchors=((0, 5.0), (second, 40.0))))
    times = [(e.start_time, e.end_time) for e in segmentation.excerpts]
    assert times[0][0] == 5.0
    assert times[-1][1] == 99.0
    assert set(times) <= {(5.0, 40.0), (5.0, 99.0), (40.0, 99.0)}


def test_ids_depend_on_words_and_survive_a_correction_elsewhere() -> None:
    one = transcript(("participant", "I was their."), ("participant", SENTENCE), ("participant", SENTENCE))
    corrected = transcript(
        ("participant", "I was there."), ("participant", SENTENCE), ("participant", SENTENCE)
    )
    ids, again = ([e.id for e in segment(t).excerpts] for t in (one, corrected))
    assert len(set(ids)) == 3
    assert ids[0] != again[0]
    assert ids[1:] == again[1:]


def test_an_unknown_language_is_a_clear_error() -> None:
    with pytest.raises(SettingsError, match="no rules for the language"):
        texts(("participant", " ".join([SENTENCE] * 20)), language="zz")


@pytest.mark.parametrize("options", [{"unit": "page"}, {"min_words": 0}, {"min_words": 90, "max_words": 80}])
def test_settings_out_of_range_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        SegmentSettings(**options)  # type: ignore[arg-type]


PIECES = st.sampled_from(
    [
        *"word and I yeah don’t मैं été e\u0301te\u0301 😀 שלום \u200fעם -- ... . … Dr. 3.5".split(),
        *(". ", "? ", ", ", " ", "\t", "\n", "\n\n"),
    ]
)
WORDS = st.lists(PIECES, max_size=300).map("".join)


@settings(max_examples=150, deadline=None)
@given(
    turns=st.lists(st.tuples(st.sampled_from(["participant", "interviewer"]), WORDS), max_size=6),
    unit=st.sampled_from(["passage", "sentence", "turn"]),
)
def test_excerpts_are_slices_inside_turns_and_no_word_is_lost(
    turns: list[tuple[Role, str]], unit: str
) -> None:
    made = transcript(*turns)
    segmentation = segment(made, settings=SegmentSettings(unit=unit))  # type: ignore[arg-type]
    covered: set[int] = set()
    for excerpt in segmentation.excerpts:
        assert excerpt.text == made.text[excerpt.start : excerpt.end]
        turn = made.turns[excerpt.turns[0]]
        assert turn.start <= excerpt.start < excerpt.end <= turn.end
        assert turn.role == "participant"
        span = set(range(excerpt.start, excerpt.end))
        assert not covered & span
        covered |= span
    for item in segmentation.set_aside:
        covered |= set(range(item.quote.start, item.quote.end))
    for turn in made.turns:
        if turn.role == "participant":
            for start, end in word_spans(made.text, turn.start, turn.end):
                assert set(range(start, end)) <= covered
