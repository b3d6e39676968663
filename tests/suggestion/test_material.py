"""What a learner sees of excerpts: the words counted once for two uses, and likeness as the rules say."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.suggestion.test_zero_shot import FILLER, MONEY, TRAVEL, WORDS, codebook, excerpts
from tests.suggestion.wording_rules import code_likeness
from thematic.codebook import code_texts
from thematic.embedding import code_vectors
from thematic.model import Vectors
from thematic.suggestion import SuggestSettings
from thematic.suggestion.corpus import count_words_in
from thematic.suggestion.likeness import standardised
from thematic.suggestion.material import _count, _of_content, prepare
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
