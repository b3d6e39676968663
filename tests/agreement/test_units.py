"""Units of a study: what was read, what was coded, and what counts as neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import make_coding, make_segmentation, make_transcript
from thematic.agreement.character import CodedSpan
from thematic.agreement.units import (
    CodedUnits,
    Unit,
    character_units,
    eligible_units,
    merged,
    overlap_share,
    ratings_from_codings,
)
from thematic.errors import SettingsError
from thematic.model import Coding, Excerpt, Quote, SetAside

TRANSCRIPT = make_transcript(
    "P1",
    [
        ("Interviewer", "How was it?"),
        ("P1", "Warm at first. Then the bus was late. I walked home."),
        ("Interviewer", "And now?"),
        ("P1", "Quiet."),
        ("Nurse", "Time is up."),
    ],
)
PASSAGES = ["Warm at first.", "Then the bus was late. I walked home.", "Quiet."]
SEGMENTATION = make_segmentation(TRANSCRIPT, PASSAGES)
FIRST, SECOND, THIRD = SEGMENTATION.excerpts
UNITS, _ = eligible_units([SEGMENTATION], [TRANSCRIPT])


def words(text: str) -> Quote:
    start = TRANSCRIPT.text.index(text)
    return Quote(transcript_id="P1", start=start, end=start + len(text), text=text)


def whole(excerpt: Excerpt) -> Quote:
    return words(excerpt.text)


def coding(text: str, code: str, coder: str, **fields: Any) -> Coding:
    return replace(make_coding(FIRST, code, coder, **fields), quote=words(text))


def rate(
    codings: Sequence[Coding], read: Mapping[str, Sequence[Quote]], units: Sequence[Unit] = UNITS, **more: Any
) -> CodedUnits:
    return ratings_from_codings(codings, units=units, read=read, codes=["calm", "travel"], **more)


EVERYTHING = [words(text) for text in PASSAGES]


def states(coded: CodedUnits, coder: str, code: str) -> list[int]:
    column, layer = coded.ratings.coders.index(coder), coded.ratings.codes.index(code)
    found: list[int] = coded.ratings.presence[:, column, layer].tolist()
    return found


def test_coded_read_and_not_coded_and_not_read_are_three_states() -> None:
    coded = rate(
        [coding(FIRST.text, "calm", "ada"), coding(THIRD.text, "calm", "ben")],
        {"ada": EVERYTHING[:2], "ben": EVERYTHING},
    )
    assert states(coded, "ada", "calm") == [1, 0, -1]
    assert states(coded, "ben", "calm") == [0, 0, 1]
    assert states(coded, "ben", "travel") == [0, 0, 0]
    assert coded.ratings.interviews == ("P1", "P1", "P1")


def test_a_unit_nobody_was_assigned_is_no_unit() -> None:
    coded = rate([], {"ada": EVERYTHING[:1], "ben": EVERYTHING[1:2]})
    assert [unit.text for unit in coded.units] == PASSAGES[:2]
    assert coded.ratings.presence.shape == (2, 2, 2)


def test_every_code_of_the_codebook_is_reported_also_unused_ones() -> None:
    coded = rate([coding(FIRST.text, "old-code", "ada")], {"ada": EVERYTHING})
    assert coded.ratings.codes == ("calm", "travel", "old-code")


TURN = Unit(
    id="t1", interview="P1", text=TRANSCRIPT.text[FIRST.start : SECOND.end], start=FIRST.start, end=SECOND.end
)


@pytest.mark.parametrize(
    ("overlap", "expected"), [("any", [1, 1, 1]), ("half", [0, 1, 1]), ("0.9", [0, 0, 1]), ("1", [0, 0, 1])]
)
def test_a_code_is_present_where_enough_of_the_unit_is_covered(overlap: str, expected: list[int]) -> None:
    spans = ["Warm", "Then the bus was late. I walked", TURN.text]
    found = [
        states(
            rate(
                [coding(text, "calm", "ada")],
                {"ada": [words(TURN.text)]},
                [TURN],
                overlap=overlap_share(overlap),
            ),
            "ada",
            "calm",
        )[0]
        for text in spans
    ]
    assert found == expected


def test_overlapping_spans_of_one_coder_are_counted_once() -> None:
    twice = [coding("Warm at first.", "calm", "ada"), coding("Warm at first. Then", "calm", "ada")]
    coded = rate(twice, {"ada": [words(TURN.text)]}, [TURN])
    assert states(coded, "ada", "calm") == [0]


def test_a_turn_is_assigned_only_when_all_its_words_were_read() -> None:
    coded = rate([], {"ada": EVERYTHING[:1], "ben": EVERYTHING}, [TURN])
    assert coded.ratings.coders == ("ben",)
    assert coded.assigned.tolist() == [[True]]


def test_a_coding_outside_what_was_read_does_not_make_a_unit_assigned() -> None:
    coded = rate([coding(THIRD.text, "calm", "ada")], {"ada": EVERYTHING[:2], "ben": EVERYTHING})
    assert states(coded, "ada", "calm") == [0, 0, -1]


def test_what_is_left_out_is_counted_by_reason() -> None:
    segmentation = replace(
        SEGMENTATION,
        excerpts=SEGMENTATION.excerpts[:2],
        set_aside=(SetAside(quote=whole(THIRD), turn=3, reason="back-channel"),),
    )
    transcript = replace(
        TRANSCRIPT, turns=(*TRANSCRIPT.turns[:4], replace(TRANSCRIPT.turns[4], role="other"))
    )
    units, excluded = eligible_units([segmentation], [transcript])
    assert [unit.text for unit in units] == PASSAGES[:2]
    assert [(entry.reason, entry.n_units) for entry in excluded] == [
        ("back-channel turns", 1),
        ("turns of other speakers", 1),
        ("turns of the interviewer", 2),
    ]


def test_codings_of_interviewer_text_are_counted_not_rated() -> None:
    coded = rate([coding("How was it?", "calm", "ada")], {"ada": EVERYTHING})
    assert [(entry.reason, entry.n_codings) for entry in coded.excluded] == [
        ("codings outside every unit", 1)
    ]
    assert states(coded, "ada", "calm") == [0, 0, 0]


def test_only_the_independent_layer_counts() -> None:
    coded = rate([coding(FIRST.text, "calm", "ada", layer="negotiated")], {"ada": EVERYTHING})
    assert states(coded, "ada", "calm") == [0, 0, 0]
    assert [(entry.reason, entry.n_codings) for entry in coded.excluded] == [
        ("codings agreed in discussion", 1)
    ]


def test_codings_with_suggestions_in_view_make_a_unit_unknown_not_uncoded() -> None:
    codings = [coding(FIRST.text, "calm", "ada", mode="assist"), coding(SECOND.text, "travel", "ada")]
    coded = rate(codings, {"ada": EVERYTHING})
    assert states(coded, "ada", "calm") == [0, 0]
    assert [unit.text for unit in coded.units] == PASSAGES[1:]
    assisted = rate(codings, {"ada": EVERYTHING}, modes=["assist"])
    assert states(assisted, "ada", "calm")[0] == 1


def test_memos_and_codebook_versions_are_kept() -> None:
    codings = [
        coding(FIRST.text, "calm", "ada", memo="sure"),
        coding(FIRST.text, "travel", "ada", memo="less so", codebook_version="v2"),
    ]
    coded = rate(codings, {"ada": EVERYTHING})
    assert coded.memos == {(FIRST.id, "ada"): "sure\nless so"}
    assert coded.codebook_versions == {"ada": frozenset({"v1", "v2"})}
    assert coded.spans[0] == CodedSpan("P1", "ada", "calm", FIRST.start, FIRST.end)


@pytest.mark.parametrize("share", ["none", "0", "-1", "1.5", "nan", ""])
def test_a_share_that_is_none_is_refused(share: str) -> None:
    with pytest.raises(SettingsError, match="is no share of a unit") as caught:
        overlap_share(share)
    assert "any, half, or a number" in str(caught.value.hint)


def test_characters_are_assigned_with_the_unit_they_lie_in() -> None:
    codings = [coding("Warm at", "calm", "ada"), coding("Warm at first. Then", "calm", "ben")]
    coded = character_units(rate(codings, {"ada": EVERYTHING[:2], "ben": EVERYTHING[:1]}))
    assert coded.ratings.sizes is not None
    sizes = coded.ratings.sizes.tolist()
    runs = [
        (unit.text, *coded.ratings.presence[row, :, 0].tolist(), sizes[row])
        for row, unit in enumerate(coded.units)
    ]
    assert runs == [
        ("Warm at", 1, 1, 7),
        (" first.", 0, 1, 7),
        ("Then", 0, -1, 4),
        (" the bus was late. I walked home.", 0, -1, 33),
    ]


SPANS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 12)).map(lambda s: (s[0], s[0] + s[1])), max_size=8
)


@given(spans=SPANS, cuts=st.lists(st.integers(1, 51), max_size=8, unique=True))
def test_projection_equals_counting_characters(spans: list[tuple[int, int]], cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), 52]
    text = "x" * 52
    units = [Unit(id=f"{a}", interview="P", text=text[a:b], start=a, end=b) for a, b in pairwise(edges)]
    everything = [Quote(transcript_id="P", start=0, end=52, text=text)]
    codings = [
        replace(
            make_coding(FIRST, "calm", "ada"),
            quote=Quote(transcript_id="P", start=a, end=b, text=text[a:b]),
        )
        for a, b in spans
    ]
    covered = {at for a, b in spans for at in range(a, b)}
    for overlap in (0.0, 0.5, 0.8):
        coded = rate(codings, {"ada": everything}, units, overlap=overlap)
        for unit, state in zip(units, states(coded, "ada", "calm"), strict=True):
            assert unit.start is not None and unit.end is not None
            share = sum(at in covered for at in range(unit.start, unit.end)) / (unit.end - unit.start)
            assert state == int(share > 0 and share >= overlap)
    assert {at for a, b in merged(spans) for at in range(a, b)} == covered
