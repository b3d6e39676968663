"""Invented studies with planted topics: excerpts and vectors in which the right groups are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from thematic.model import Excerpt, Vectors

TOPICS = ("garden", "kitchen", "harbour", "library", "orchard", "station")
WIDTH = 24


def planted(
    count: int = 120, *, interviews: int = 6, noise: float = 0.15, seed: int = 0
) -> tuple[list[Excerpt], Vectors]:
    """`count` excerpts that go round the topics and the interviews; the last word of a text is its topic."""
    random = np.random.default_rng(seed)
    centres = np.linalg.qr(random.normal(size=(WIDTH, WIDTH)))[0][: len(TOPICS)]
    values = centres[np.arange(count) % len(TOPICS)] + noise * random.normal(size=(count, WIDTH))
    texts = [f"Passage {row} speaks of the {TOPICS[row % len(TOPICS)]}" for row in range(count)]
    return study(texts, values, [f"P{1 + row // len(TOPICS) % interviews:02}" for row in range(count)])


def study(
    texts: Sequence[str], values: np.ndarray, transcripts: Sequence[str] | None = None
) -> tuple[list[Excerpt], Vectors]:
    """These texts one after the other, from one transcript unless told, with unit vectors from `values`."""
    transcripts = ["P01"] * len(texts) if transcripts is None else transcripts
    excerpts = [
        Excerpt(
            id=f"ex-{row:04}",
            transcript_id=transcript,
            start=1000 * row,
            end=1000 * row + len(text),
            text=text,
            turns=(row,),
            speaker="Ana",
        )
        for row, (text, transcript) in enumerate(zip(texts, transcripts, strict=True))
    ]
    lengths = np.linalg.norm(values, axis=1, keepdims=True)
    units = (values / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    ids = tuple(excerpt.id for excerpt in excerpts)
    vectors = Vectors(
        ids=ids, values=units, questions=np.zeros_like(units), model="planted", model_sha256="0"
    )
    return excerpts, vectors


def topic(excerpt: Excerpt) -> str:
    return excerpt.text.split()[-1]
