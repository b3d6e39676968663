from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders import make_study_data
from thematic.errors import CodebookError, SettingsError
from thematic.model import Judged
from thematic.selection import Selection, read_case, select


def test_of_one_attribute_any_value_will_do_and_each_attribute_must_fit() -> None:
    either = Selection(cases=(("group", "both"), ("group", "online")))
    assert [t.id for t in select(make_study_data(), either).transcripts] == ["P01", "P03"]
    both = Selection(cases=(("group", "both"), ("years in treatment", "2")))
    assert [t.id for t in select(make_study_data(), both).transcripts] == ["P01"]


def test_a_part_has_its_own_codings_suggestions_and_clusters() -> None:
    part = select(make_study_data(), Selection(transcripts=("P02",)))
    assert [s.transcript_id for s in part.segmentations] == ["P02"]
    assert {c.quote.transcript_id for c in part.codings} == {"P02"}
    ids = {e.id for s in part.segmentations for e in s.excerpts}
    assert {s.excerpt_id for s in part.suggestions} == ids
    assert part.clustering is not None
    assert [c.id for c in part.clustering.clusters] == ["c2", "c3"]
    assert all(set(c.excerpt_ids) <= ids and c.transcript_ids == ("P02",) for c in part.clustering.clusters)


def test_coder_and_layer_choose_codings_and_what_was_looked_at() -> None:
    data = make_study_data()
    settled = replace(data.codings[0], layer="negotiated", coder_id="cy")
    judged = tuple(
        Judged(quote=c.quote, coder_id=c.coder_id, layer=c.layer) for c in (*data.codings, settled)
    )
    data = replace(data, codings=(*data.codings, settled), judged=judged)
    assert select(data, Selection(layers=("negotiated",))).codings == (settled,)
    ben = select(data, Selection(coders=("ben",)))
    assert [c.coder_id for c in ben.codings] == ["ben"] == [j.coder_id for j in ben.judged]
    assert [c.id for c in ben.coders] == ["ben"]


def test_a_theme_stands_for_all_below_it_and_keeps_what_is_above() -> None:
    part = select(make_study_data(), Selection(codes=("Reasons to come",)))
    assert [c.id for c in part.codebook.codes] == ["reasons", "extra-support", "recommended"]
    one = select(make_study_data(), Selection(codes=("Reasons to come > Extra support",)))
    assert [c.id for c in one.codebook.codes] == ["reasons", "extra-support"]
    assert {c.code_id for c in one.codings} == {"extra-support"}
    assert {s.code_id for s in one.suggestions} == {"extra-support", None}


def test_every_thing_that_is_not_there_is_told_at_once() -> None:
    wrong = Selection(
        transcripts=("P09",), cases=(("arm", "a"), ("group", "onlin")), coders=("Anna",), layers=("agreed",)
    )
    with pytest.raises(SettingsError) as caught:
        select(make_study_data(), wrong)
    told = [(p.message, p.hint) for p in caught.value.problems]
    assert [message for message, _ in told] == [
        "there is no transcript “P09”",
        "there is no case attribute “arm”",
        "there is no group “onlin”",
        "there is no coder “Anna”",
        "there is no layer “agreed”",
    ]
    assert told[1][1] == "there is group and years in treatment"
    assert told[2][1] == "did you mean “online”?"
    with pytest.raises(CodebookError, match="no code"):
        select(make_study_data(), Selection(codes=("trust",)))


def test_conditions_that_fit_no_transcript_together_are_told() -> None:
    with pytest.raises(SettingsError, match="no transcript has group both and years in treatment 1"):
        select(make_study_data(), Selection(cases=(("group", "both"), ("years in treatment", "1"))))


@pytest.mark.parametrize("text", ["site", "=north", ""])
def test_a_condition_on_a_case_has_an_equals_sign(text: str) -> None:
    with pytest.raises(SettingsError, match="no condition"):
        read_case(text)
