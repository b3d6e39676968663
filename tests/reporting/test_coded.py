"""The table that every section counts over."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.builders import make_coding, make_segmentation, make_transcript
from tests.reporting.planted import planted
from thematic.model import StudyData
from thematic.reporting.coded import PassageRead, code_excerpts
from thematic.reporting.settings import ReportSettings


def test_a_theme_has_what_its_codes_have_each_excerpt_once() -> None:
    data, reads = planted({"P1": [["pushed", "pulled"], ["reasons"], []], "P2": [["costs"]]})
    coded = code_excerpts(data, reads=reads)
    reasons = coded.column["reasons"]
    assert coded.applied[:, reasons].tolist() == [True, True, False, False]
    assert coded.direct[:, reasons].tolist() == [False, True, False, False]
    assert coded.per_participant(coded.applied)[:, reasons].tolist() == [2, 0]
    assert [coded.codes[at].id for at in coded.tops] == ["reasons", "costs"]


def test_a_span_counts_for_every_excerpt_it_shares_a_character_with() -> None:
    data, _ = planted({"P1": [[], [], []]})
    first, second, _ = data.segmentations[0].excerpts
    quote = replace(make_coding(first, "costs", "ana").quote, end=second.start + 1)
    touching = replace(quote, end=second.start)
    for span, expected in ((quote, [True, True, False]), (touching, [True, False, False])):
        coding = replace(make_coding(first, "costs", "ana"), quote=span)
        coded = code_excerpts(replace(data, codings=(coding,)))
        assert coded.direct[:, coded.column["costs"]].tolist() == expected


def test_settled_passages_stand_as_settled_and_the_others_as_coded_alone() -> None:
    data, reads = planted({"P1": [["pushed"], ["pushed"], ["pushed"]]}, coders=("ana", "ben"))
    first, second, third = data.segmentations[0].excerpts
    agreed = replace(make_coding(first, "pulled", "ana"), layer="negotiated")
    nothing = PassageRead(coder_id="ana", quote=make_coding(second, "x", "ana").quote, layer="negotiated")
    settled = PassageRead(coder_id="ana", quote=agreed.quote, layer="negotiated")
    data = replace(data, codings=(*data.codings, agreed))
    coded = code_excerpts(data, reads=(*reads, settled, nothing))
    pushed, pulled = coded.column["pushed"], coded.column["pulled"]
    assert coded.support[:, pushed].tolist() == [
        0,
        0,
        2,
    ]  # agreed otherwise, agreed on nothing, not discussed
    assert coded.support[:, pulled].tolist() == [1, 0, 0]
    alone = code_excerpts(
        data, reads=(*reads, settled, nothing), settings=ReportSettings(layer="independent")
    )
    assert alone.support[:, pushed].tolist() == [2, 2, 2]
    assert third.id == coded.excerpts[2].id


def test_speakers_of_a_group_are_participants_and_two_interviews_can_be_one_person() -> None:
    group = make_transcript("G1", [("Ann", "one two three"), ("Bob", "four five"), ("Ann", "six")])
    single = make_transcript("P2", [("P2", "seven eight")], attributes={"person": "ann"})
    later = make_transcript("P3", [("P3", "nine")], attributes={"person": "ann", "site": "B"})
    data, _ = planted({})
    data = replace(
        data,
        transcripts=(group, single, later),
        segmentations=tuple(make_segmentation(t) for t in (group, single, later)),
    )
    coded = code_excerpts(data)
    assert [p.id for p in coded.participants] == ["G1 · Ann", "G1 · Bob", "P2", "P3"]
    assert coded.participant.tolist() == [0, 1, 0, 2, 3]
    joined = code_excerpts(data, settings=ReportSettings(case="person"))
    assert [p.id for p in joined.participants] == ["G1 · Ann", "G1 · Bob", "ann"]
    assert joined.participants[2].interviews == (1, 2)
    assert joined.participants[2].attributes == {"person": "ann", "site": "B"}


def test_a_code_that_left_the_codebook_keeps_its_column() -> None:
    data, reads = planted({"P1": [["gone"], ["old"]]})
    coded = code_excerpts(data, reads=reads)
    assert coded.codes[-1].id == "gone" and coded.direct[0, -1]
    assert {coded.codes[at].id for at in coded.shown} >= {"gone", "old"}


def test_sums_by_group_are_those_of_a_loop() -> None:
    data, _ = planted({f"P{n}": [["costs"]] * n for n in range(1, 6)})
    coded = code_excerpts(data)
    values = np.arange(len(coded.excerpts) * 2).reshape(-1, 2)
    expected = [values[coded.interview == at].sum(axis=0).tolist() for at in range(5)]
    assert coded.per_interview(values).tolist() == expected


def test_an_empty_study_has_an_empty_table() -> None:
    data, _ = planted({})
    coded = code_excerpts(StudyData(title="", transcripts=(), segmentations=(), codebook=data.codebook))
    assert coded.applied.shape == (0, len(data.codebook.codes)) and not coded.any_coded
