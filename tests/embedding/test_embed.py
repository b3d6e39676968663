"""What is embedded, how often and in which order: with the hash embedder, and one that keeps its texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.builders import make_segmentation, make_transcript
from thematic.embedding import code_vectors, concatenate, embed, load_embedder
from thematic.model import CodeText, Segmentation

TURNS = [
    ("Interviewer", "How did you hear of it?"),
    ("P01", "My sister told me."),
    ("Interviewer", "And then?"),
    ("P01", "I went on a Tuesday."),
    ("Interviewer", "And then?"),
    ("P01", "My sister told me."),
]


class Recorder:
    """The hash embedder, with the texts it was given."""

    def __init__(self) -> None:
        self._hash = load_embedder("hash")
        self.name, self.sha256, self.dimension = self._hash.name, self._hash.sha256, self._hash.dimension
        self.calls: list[list[str]] = []

    def encode(self, texts: Sequence[str], *, on_progress=None):
        self.calls.append(list(texts))
        return self._hash.encode(texts, on_progress=on_progress)


@pytest.fixture
def segmentation() -> Segmentation:
    transcript = make_transcript("P01", TURNS)
    first, second = make_segmentation(transcript, ["My sister told me.", "I went on a Tuesday."]).excerpts
    start = transcript.turns[5].start
    question = transcript.turns[4]
    third = replace(
        first, id="ex-third", start=start, end=start + len(first.text), turns=(5,), question=second.question
    )
    assert transcript.text[third.start : third.end] == first.text and question.role == "interviewer"
    return Segmentation(transcript_id="P01", excerpts=(first, second, third))


def test_embed_reads_a_text_once_however_often_it_occurs(segmentation):
    embedder = Recorder()
    vectors = embed(segmentation, embedder=embedder)
    assert embedder.calls == [
        ["My sister told me.", "I went on a Tuesday.", "How did you hear of it?", "And then?"]
    ]
    assert vectors.ids == tuple(excerpt.id for excerpt in segmentation.excerpts)
    assert np.array_equal(vectors.values[0], vectors.values[2])
    assert not np.array_equal(vectors.values[0], vectors.values[1])


def test_embed_gives_each_excerpt_its_own_vector_and_that_of_its_question(segmentation):
    embedder = load_embedder("hash")
    vectors = embed(segmentation, embedder=embedder)
    for row, excerpt in enumerate(segmentation.excerpts):
        assert np.array_equal(vectors.values[row], embedder.encode([excerpt.text])[0])
        assert np.array_equal(vectors.questions[row], embedder.encode([excerpt.question.text])[0])
    assert (vectors.model, vectors.model_sha256) == (embedder.name, embedder.sha256)


def test_an_excerpt_without_question_has_a_row_of_zeros(segmentation):
    first, second, _ = segmentation.excerpts
    alone = Segmentation(transcript_id="P01", excerpts=(replace(first, question=None), second))
    vectors = embed(alone, embedder=load_embedder("hash"))
    assert not vectors.questions[0].any()
    assert vectors.questions[1].any()


def test_a_transcript_without_excerpts_has_no_rows_but_the_width_of_the_model():
    vectors = embed(Segmentation(transcript_id="P01", excerpts=()), embedder=load_embedder("hash"))
    assert vectors.ids == () and vectors.values.shape == vectors.questions.shape == (0, 64)


def test_vectors_are_float32_of_unit_length_even_for_texts_without_words():
    matrix = load_embedder("hash").encode(["a word", "...", "", "😀"])
    assert matrix.dtype == np.float32
    assert np.allclose(np.linalg.norm(matrix, axis=1), 1)


def test_progress_counts_texts_up_to_all_of_them(segmentation):
    heard: list[tuple[int, int]] = []
    embed(
        segmentation,
        embedder=load_embedder("hash"),
        on_progress=lambda done, total: heard.append((done, total)),
    )
    assert heard == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_code_vectors_follow_the_order_of_the_texts():
    embedder = load_embedder("hash")
    texts = [
        CodeText(code_id="b", kind="name", text="Extra support"),
        CodeText(code_id="a", kind="definition", text="Wanting more help"),
    ]
    matrix = code_vectors(texts, embedder)
    assert np.array_equal(matrix, embedder.encode(["Extra support", "Wanting more help"]))


def test_concatenate_keeps_the_order_of_transcripts(segmentation):
    embedder = load_embedder("hash")
    first, second, third = segmentation.excerpts
    one = embed(Segmentation(transcript_id="P01", excerpts=(first, second)), embedder=embedder)
    two = embed(Segmentation(transcript_id="P02", excerpts=(third,)), embedder=embedder)
    both = concatenate([two, one])
    assert both.ids == (third.id, first.id, second.id)
    assert np.array_equal(both.values, np.vstack([two.values, one.values]))
    assert np.array_equal(both.questions, np.vstack([two.questions, one.questions]))


def test_concatenate_refuses_vectors_of_two_models_and_of_none(segmentation):
    vectors = embed(segmentation, embedder=load_embedder("hash"))
    other = replace(vectors, model_sha256="another")
    with pytest.raises(ValueError, match="one model"):
        concatenate([vectors, other])
    with pytest.raises(ValueError, match="one model"):
        concatenate([])
