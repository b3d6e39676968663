"""Counts by participant, rates, quotes by rule, and the framework matrix."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.builders import make_coding
from tests.reporting.planted import planted
from thematic.model import Vectors
from thematic.reporting.coded import code_excerpts
from thematic.reporting.framework_matrix import frame_matrix
from thematic.reporting.glance import glance
from thematic.reporting.intervals import share_difference, wilson
from thematic.reporting.quotes import Meaning, choose_quotes
from thematic.reporting.themes import count_themes


def test_participants_are_counted_once_however_much_they_say() -> None:
    talkative = [["pushed"]] * 9 + [[]]
    data, reads = planted({"P1": talkative, "P2": [["pulled"], []], "P3": [[], []]})
    found = count_themes(code_excerpts(data, reads=reads))
    rows = {row.code: row for row in found.rows}
    reasons = rows["reasons"]
    assert (reasons.participants, reasons.excerpts, reasons.direct) == (2, 10, 0)
    assert reasons.share == pytest.approx(2 / 3)
    # 14 excerpts of 20 words each; by person 9 of 200, 1 of 40 and 0 of 40 words
    assert reasons.per_1000_words == pytest.approx(1000 * 10 / 280)
    assert reasons.mean_per_1000_words == pytest.approx((1000 * 9 / 200 + 1000 * 1 / 40 + 0) / 3)
    assert [row.code for row in found.rows] == ["reasons", "pushed", "pulled", "costs"]  # "old" is out of use
    assert [row.depth for row in found.rows] == [0, 1, 1, 0]


def test_only_what_was_read_is_divided_by() -> None:
    data, reads = planted({"P1": [["costs"], []], "P2": [[], []]})
    found = count_themes(code_excerpts(data, reads=reads[:2]))
    assert (found.participants_read, found.excerpts_read, found.words_read) == (1, 2, 40)
    assert next(row for row in found.rows if row.code == "costs").share == 1


def test_published_intervals() -> None:
    # Newcombe (1998), Statistics in Medicine 17, 873-890, Table II, method 10: 56/70 - 48/80, 0/20 - 0/10.
    first, none = share_difference(56, 70, 48, 80, 0.95), share_difference(0, 20, 0, 10, 0.95)
    assert first is not None and none is not None
    assert (round(first.low, 4), round(first.high, 4)) == (0.0524, 0.3339)
    assert (round(none.low, 4), round(none.high, 4)) == (-0.2775, 0.1611)
    # The same author's paper on single proportions, Table I, method 3: 81 of 263.
    single = wilson(81, 263, 0.95)
    assert single is not None and (round(single.low, 4), round(single.high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 0, 0.95) is None


def directed(coded, angles):  # type: ignore[no-untyped-def]
    """Vectors on a circle, one angle an excerpt."""
    values = np.array([[np.cos(a), np.sin(a)] for a in angles], dtype=np.float32)
    ids = tuple(excerpt.id for excerpt in coded.excerpts)
    vectors = Vectors(ids=ids, values=values, questions=values * 0, model="", model_sha256="")
    return Meaning.of(coded, vectors, {"costs": np.array([np.cos(0.5), np.sin(0.5)], dtype=np.float32)})


def test_quotes_follow_their_rules_and_come_from_different_people() -> None:
    data, reads = planted(
        {"P1": [["costs"]] * 2, "P2": [["costs"]], "P3": [["costs"]], "P4": [["costs"]]}, coders=("ana",)
    )
    by_another = make_coding(data.segmentations[0].excerpts[1], "costs", "ben")
    coded = code_excerpts(replace(data, codings=(*data.codings, by_another)), reads=reads)
    # Two coders gave the second excerpt the code; the wording points to 0.5, the middle lies near 0.
    meaning = directed(coded, [0.5, 0.3, 0.45, 0.05, -1.2])
    chosen = choose_quotes(coded, coded.column["costs"], meaning)
    assert [(q.kind, q.participant) for q in chosen] == [
        ("representative", "P1"),
        ("typical", "P3"),
        ("contradicting", "P4"),
    ]
    assert chosen[0].excerpt_id == coded.excerpts[1].id and chosen[0].coders == 2


def test_a_talkative_person_does_not_set_the_middle() -> None:
    data, _ = planted({"P1": [["costs"]] * 20, "P2": [["costs"]], "P3": [["costs"]]})
    coded = code_excerpts(data)
    meaning = directed(coded, [1.0] * 20 + [0.0, -0.1])
    typical = choose_quotes(coded, coded.column["costs"], Meaning(excerpts=meaning.excerpts, wording={}))
    # Without the wording the first pick is the one nearest to the middle of the three people.
    assert typical[0].participant == "P2"


def test_one_person_gives_one_quote_and_few_excerpts_contradict_nothing() -> None:
    data, _ = planted({"P1": [["costs"]] * 4})
    coded = code_excerpts(data)
    assert [q.kind for q in choose_quotes(coded, coded.column["costs"])] == ["representative"]
    assert choose_quotes(coded, coded.column["pushed"]) == ()


def test_the_matrix_has_a_row_a_person_and_its_own_quote() -> None:
    attributes = {"P1": {"site": "A"}, "P2": {"site": "B"}}
    data, reads = planted({"P1": [["pushed"], ["pushed"]], "P2": [["costs"]]}, attributes=attributes)
    found = frame_matrix(code_excerpts(data, reads=reads))
    columns = [column.code for column in found.columns]
    assert columns == ["reasons", "pushed", "costs"]
    counts = {row.participant: [cell.excerpts for cell in row.cells] for row in found.rows}
    assert counts == {"P1": [2, 2, 0], "P2": [0, 0, 1]}
    assert found.rows[0].cells[0].quote is not None
    assert found.rows[0].cells[0].quote.participant == "P1" and found.rows[0].cells[2].quote is None
    assert found.attributes == ("site",)


def test_the_glance_counts_what_each_coder_settled_on() -> None:
    data, reads = planted({"P1": [["pushed"], []], "P2": [["costs"]]}, coders=("ana", "ben"), seconds=30)
    found = glance(code_excerpts(data, reads=reads), [r for r in reads if r.coder_id == "ana"] + [reads[1]])
    assert (found.excerpts, found.read_twice, found.coded, found.codings) == (3, 1, 2, 4)
    ana, ben = found.coders
    assert (ana.excerpts, ana.codings, ben.excerpts) == (3, 2, 1)
    assert set(found.unused) == {"reasons", "pulled"}
    assert found.rows[0].minutes == 2.0
