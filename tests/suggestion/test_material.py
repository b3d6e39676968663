"""What a learner sees of excerpts: the words counted once for two uses, and likeness as the rules say."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.suggestion.test_zero_shot import FILLER, MONEY, TRAVEL, WORDS, codebook, excerpts
from tests.suggestion.wording_rules import code_likeness
from thematic.codebook import code_texts
from thematic.embedding import code_vectors
from thematic.model import Vectors
from thematic.suggestion import SuggestSettings
from thematic.suggestion.corpus import count_words_in
from thematic.suggestion.learnt import _nearest_coded
from thematic.suggestion.likeness import standardised
from thematic.suggestion.material import Material, _count, _of_content, prepare
from thematic.suggestion.words import all_words, content_words

SOME = st.sampled_from(["the", "buses", "I’m", "travelling", "travels", "Straße", "İo"])
TEXTS = st.lists(st.text(max_size=40) | st.lists(SOME, max_size=9).map(" ".join), max_size=6)


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_words_of_content_are_those_of_the_count_of_all_words(texts: list[str]) -> None:
    counts, vocabulary = _count(texts)
    derived, direct = _of_content(counts, vocabulary), count_words_in(texts)
    assert derived.total == direct.total
    for row in range(len(texts)):
        rows = [
            {
                words.vocabulary[word]: int(count)
                for word, count in zip(
                    words.words[words.ends[row] : words.ends[row + 1]],
                    words.counts[words.ends[row] : words.ends[row + 1]],
                    strict=True,
                )
            }
            for words in (derived, direct)
        ]
        assert rows[0] == rows[1]


@given(st.text(st.characters(max_codepoint=127)))
def test_words_of_plain_text_are_those_of_any_text(text: str) -> None:
    assert list(all_words(text)) == list(all_words(text + " é"))[:-1]


def test_likeness_is_that_of_the_rules_whatever_the_order_of_the_excerpts() -> None:
    lines = [" ".join(np.random.default_rng(i).choice(FILLER, 6)) for i in range(30)]
    given_ = [
        *excerpts([*lines[:15], "buses and trains", "money for rent"], question="What of the buses?"),
        *excerpts(lines[15:], transcript_id="P02"),
    ]
    given_ = [given_[i] for i in np.random.default_rng(3).permutation(len(given_))]
    values = WORDS.encode([e.text for e in given_])
    questions = np.stack(
        [WORDS.encode([e.question.text])[0] if e.question else np.zeros_like(values[0]) for e in given_]
    )
    book = codebook(TRAVEL, MONEY)
    texts = code_texts(book)
    pieces = code_vectors(texts, WORDS)
    vectors = Vectors(
        ids=tuple(e.id for e in given_),
        values=values,
        questions=questions,
        model="words",
        model_sha256="0" * 64,
    )
    weights = SuggestSettings(question_weight=0.5)
    codes = sorted(book.codes, key=lambda code: code.id)
    material = prepare(given_, vectors, codes, texts, pieces, settings=weights)
    by_rules = code_likeness(given_, values, questions, codes, texts, pieces, settings=weights)
    np.testing.assert_allclose(material.likeness, standardised(by_rules), atol=1e-4)
    assert material.content_words.tolist() == [len(list(content_words(e.text))) for e in given_]


@pytest.mark.parametrize("rows", [None, np.array([9, 2, 3, 17])])
def test_a_product_is_that_of_all_blocks_side_by_side_some_rows_at_a_time(
    rows: np.ndarray | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(5)
    n, d = 20, 6
    material = Material(
        values=random.standard_normal((n, d), dtype=np.float32),
        questions=random.standard_normal((n, d), dtype=np.float32),
        before=np.arange(n) - 1,
        after=np.where(np.arange(n) < n - 1, np.arange(n) + 1, -1),
        **dict.fromkeys("counts content_words likeness piece_vectors piece_codes piece_for related".split()),  # type: ignore[arg-type]
    )
    coefficients = random.standard_normal((3 * d, 4), dtype=np.float32)
    chosen = np.arange(n) if rows is None else rows
    expected = np.hstack(material.blocks(chosen)) @ coefficients
    monkeypatch.setattr("thematic.suggestion.corpus.BLOCK", 7)
    np.testing.assert_allclose(material.dense_times(coefficients, rows), expected, rtol=1e-4, atol=1e-5)


def test_the_nearest_coded_excerpt_is_the_same_some_rows_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(6)
    values = random.standard_normal((40, 8), dtype=np.float32)
    ranked = np.argsort(random.random((40, 3)), axis=1)[:, :2]
    truth = random.random((40, 3)) < 0.3
    taught = SimpleNamespace(truth=truth, codes=(1, 2, 3))
    monkeypatch.setattr("thematic.suggestion.corpus.BLOCK", 7)
    nearest, cosines = _nearest_coded(values, ranked, taught, random.random((40, 3)))  # type: ignore[arg-type]
    for row, place in np.ndindex(*ranked.shape):
        given_ = [i for i in np.flatnonzero(truth[:, ranked[row, place]]) if i != row]
        likeness = [float(values[row] @ values[i]) for i in given_]
        assert nearest[row, place] == given_[int(np.argmax(likeness))]
        assert cosines[row, place] == pytest.approx(max(likeness), abs=1e-3)
