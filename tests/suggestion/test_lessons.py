"""What judgements teach: explicit negatives only, coders alike, codebook versions by their record."""

from __future__ import annotations

import numpy as np

from tests.suggestion.test_zero_shot import excerpts
from thematic.model import Code, Codebook
from thematic.suggestion.lessons import Lesson, current_code, teach

TEXTS = excerpts(["one bus", "two trains", "three roads", "four debts"])


def book(*codes: Code) -> Codebook:
    return Codebook(title="invented", version="2", codes=codes)


A, B, C = (Code(id=letter, name=letter.upper()) for letter in "abc")


def lesson(row: int, *applied: str, **fields) -> Lesson:
    excerpt = TEXTS[row]
    given = {"coder_id": "ada", "applied": frozenset(applied), "start": excerpt.start, "end": excerpt.end}
    return Lesson(transcript_id=excerpt.transcript_id, **(given | fields))


def test_a_stated_set_speaks_for_its_codes_and_against_all_others():
    taught = teach(TEXTS, book(A, B, C), [lesson(0, "a"), lesson(1)])
    assert taught.shares.tolist()[:2] == [[1, 0, 0], [0, 0, 0]]
    assert taught.known.tolist() == [[True] * 3, [True] * 3, [False] * 3, [False] * 3]


def test_a_rejected_code_is_known_alone_where_nothing_was_stated():
    taught = teach(TEXTS, book(A, B, C), [lesson(2, rejected=frozenset("b"), decided=False)])
    assert taught.known[2].tolist() == [False, True, False]
    assert not taught.judged[2]


def test_coders_who_differ_count_alike_until_they_settle_it():
    said = [lesson(0, "a"), lesson(0, "b", coder_id="ben")]
    taught = teach(TEXTS, book(A, B, C), said)
    assert taught.shares[0].tolist() == [0.5, 0.5, 0]
    assert taught.contradicted == 1
    settled = teach(TEXTS, book(A, B, C), [*said, lesson(0, "b", coder_id="eve", settled=True)])
    assert settled.shares[0].tolist() == [0, 1, 0]


def test_a_code_that_did_not_exist_yet_was_not_judged():
    taught = teach(TEXTS, book(A, B, C), [lesson(0, "a", known=frozenset("ab"))])
    assert taught.known[0].tolist() == [True, True, False]


def test_codings_follow_the_record_of_merges_and_never_a_name():
    merged = Code(id="old", name="Old", status="merged", merged_into="older")
    older = Code(id="older", name="Older", status="merged", merged_into="a")
    retired = Code(id="gone", name="A", status="retired")
    codebook = book(A, B, merged, older, retired)
    assert current_code(codebook, "old") == "a"
    assert current_code(codebook, "gone") is None
    taught = teach(TEXTS, codebook, [lesson(0, "old"), lesson(1, "gone", "b"), lesson(2, "never-heard-of")])
    assert taught.shares[0].tolist() == [1, 0]
    # What else the retired code was is not known, so that nothing speaks against the others.
    assert taught.known[1].tolist() == [False, True]
    assert not taught.known[2].any()
    assert taught.left_out == {"gone": 1, "never-heard-of": 1}


def test_merges_in_a_circle_end():
    first = Code(id="x", name="X", status="merged", merged_into="y")
    second = Code(id="y", name="Y", status="merged", merged_into="x")
    assert current_code(book(A, first, second), "x") is None


def test_a_code_under_a_theme_speaks_half_against_the_theme():
    theme, child = Code(id="t", name="T"), Code(id="u", name="U", parent_id="t")
    taught = teach(TEXTS, book(theme, child, A), [lesson(0, "t"), lesson(1, "u"), lesson(2, "a")])
    column = [code.id for code in taught.codes].index("t")
    assert taught.shares[:3, column].tolist() == [1, 0, 0]
    assert taught.weights[:3, column].tolist() == [1, 0.5, 1]


def test_a_theme_that_nobody_applied_is_no_code_to_learn():
    theme, child = Code(id="t", name="T"), Code(id="u", name="U", parent_id="t")
    assert [code.id for code in teach(TEXTS, book(theme, child), [lesson(0, "u")]).codes] == ["u"]


def test_a_passage_on_other_boundaries_counts_where_half_of_the_shorter_is_shared():
    first, second = TEXTS[0], TEXTS[1]
    half = first.start + (first.end - first.start + 1) // 2
    across = [lesson(0, "a", start=half - 1, end=second.end)]
    assert teach(TEXTS, book(A, B), across).judged.tolist() == [True, True, False, False]
    little = [lesson(0, "a", start=first.end - 1, end=second.end)]
    assert teach(TEXTS, book(A, B), little).judged.tolist() == [False, True, False, False]


def test_a_coders_passages_in_one_excerpt_are_taken_together():
    first = TEXTS[0]
    middle = (first.start + first.end) // 2
    taught = teach(TEXTS, book(A, B, C), [lesson(0, "a", end=middle), lesson(0, "b", start=middle)])
    assert taught.shares[0].tolist() == [1, 1, 0]
    assert np.count_nonzero(taught.judged) == 1
