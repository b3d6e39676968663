"""Embed: texts become vectors. Which texts, in which order and how often is decided here; how, by a backend.

    embedder = load_embedder()                       # the packaged all-MiniLM-L6-v2
    vectors = embed(segmentation, embedder=embedder)

The last bits of a vector depend on the texts it is batched with. So the batches are formed within one
transcript, from the lengths of its texts alone: a cache, a second run and any engine that hands out
transcripts get the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from os import cpu_count
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np

from thematic.model import Vectors

if TYPE_CHECKING:
    from thematic.model import CodeText, FloatMatrix, ProgressCallback, Segmentation

__all__ = [
    "DEFAULT_MODEL",
    "EmbedSettings",
    "Embedder",
    "code_vectors",
    "concatenate",
    "embed",
    "load_embedder",
    "model_sha256",
]

DEFAULT_MODEL = "all-MiniLM-L6-v2"

# Names that mean a backend of ours. Every other name is a sentence-transformers folder or hub name.
_BACKENDS = {
    DEFAULT_MODEL: "thematic.embedding.minilm_onnx",
    "hash": "thematic.embedding.hashing",
}


class Embedder(Protocol):
    """A model that turns texts into vectors of unit length.

    name: what a person would call the model.
    sha256: the hash of its weights.
    dimension: how many numbers a vector has.
    """

    @property
    def name(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str], *, on_progress: ProgressCallback | None = None) -> FloatMatrix:
        """The vectors of `texts`, float32, shape (len(texts), dimension), rows of unit length.

        A pure function of the list of texts: the same list gives the same bytes, whatever the threads.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedSettings:
    """Which model reads the texts.

    model: the packaged `all-MiniLM-L6-v2`, or any sentence-transformers model by folder or hub name.
    allow_download: whether a hub name that is not on this machine may be fetched. The only setting of
        `thematic` that lets it use the network.
    """

    model: str = DEFAULT_MODEL
    allow_download: bool = False


def load_embedder(
    model: str | None = None, *, threads: int | None = None, allow_download: bool = False
) -> Embedder:
    """The embedder of that name, its files verified; None is the packaged default.

    threads: how many to compute with, by default all processors. It changes the speed, not one byte.
    Raises ModelError when the model is missing, not on this machine, or not the one it claims to be.
    """
    name = model or DEFAULT_MODEL
    threads = threads or cpu_count() or 1
    if name in _BACKENDS:
        return cast(Embedder, import_module(_BACKENDS[name]).load(threads))
    from thematic.embedding import sentence_transformer

    return sentence_transformer.load(name, threads, allow_download=allow_download)


def model_sha256(model: str | None = None, *, allow_download: bool = False) -> str:
    """The hash of the weights of that name, without loading them: what a cache of its vectors is named by.

    Raises ModelError when the model is not on this machine.
    """
    name = model or DEFAULT_MODEL
    if name in _BACKENDS:
        return cast(str, import_module(_BACKENDS[name]).SHA256)
    from thematic.embedding import sentence_transformer

    return sentence_transformer.model_sha256(name, allow_download=allow_download)


def embed(
    segmentation: Segmentation, *, embedder: Embedder, on_progress: ProgressCallback | None = None
) -> Vectors:
    """The vectors of one transcript's excerpts and of the questions before them, in order of the excerpts.

    Texts that occur more than once are embedded once. An excerpt without a question has a zero row.
    """
    excerpts = segmentation.excerpts
    questions = [excerpt.question.text if excerpt.question else None for excerpt in excerpts]
    rows: dict[str, int] = {}
    for text in [excerpt.text for excerpt in excerpts] + [text for text in questions if text is not None]:
        rows.setdefault(text, len(rows))
    matrix = embedder.encode(list(rows), on_progress=on_progress)
    # One row of zeros at the end stands for "no question".
    matrix = np.vstack([matrix, np.zeros((1, embedder.dimension), np.float32)])
    return Vectors(
        ids=tuple(excerpt.id for excerpt in excerpts),
        values=matrix[[rows[excerpt.text] for excerpt in excerpts]],
        questions=matrix[[-1 if text is None else rows[text] for text in questions]],
        model=embedder.name,
        model_sha256=embedder.sha256,
    )


def code_vectors(texts: Sequence[CodeText], embedder: Embedder) -> FloatMatrix:
    """The vectors of a codebook's wording, float32, shape (len(texts), dimension), in the order given."""
    return embedder.encode([text.text for text in texts])


def concatenate(vectors: Sequence[Vectors]) -> Vectors:
    """The vectors of several transcripts as one, in the order given.

    Raises ValueError when there are none, or when they come from different models: their numbers mean nothing
    to each other.
    """
    models = {(part.model, part.model_sha256) for part in vectors}
    if len(models) != 1:
        raise ValueError(f"vectors of one model can be joined, not of {len(models)}: {sorted(models)}")
    return Vectors(
        ids=tuple(id_ for part in vectors for id_ in part.ids),
        values=np.vstack([part.values for part in vectors]),
        questions=np.vstack([part.questions for part in vectors]),
        model=vectors[0].model,
        model_sha256=vectors[0].model_sha256,
    )
