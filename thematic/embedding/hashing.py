"""The embedder named "hash": for tests of the machinery only.

Each word is hashed to one of 64 directions, so texts that share words are near each other. It knows nothing
of meaning, needs no file and starts at once. No result for a reader should be made with it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from thematic.model import FloatMatrix, ProgressCallback


DIMENSION = 64
SHA256 = sha256(b"thematic hash embedder 1").hexdigest()


def load(_threads: int) -> HashEmbedder:
    """The hash embedder. It computes in one thread."""
    return HashEmbedder()


class HashEmbedder:
    name = "hash"
    sha256 = SHA256
    dimension = DIMENSION

    def encode(self, texts: Sequence[str], *, on_progress: ProgressCallback | None = None) -> FloatMatrix:
        matrix = np.zeros((len(texts), DIMENSION), np.float32)
        for row, text in enumerate(texts):
            # A text without words is one feature of its own, so that every row has a length.
            for feature in re.findall(r"\w+", text.lower()) or [text]:
                digest = sha256(feature.encode("utf-8", "surrogatepass")).digest()
                matrix[row, digest[0] % DIMENSION] += 1.0
            if on_progress:
                on_progress(row + 1, len(texts))
        unit: FloatMatrix = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
        return unit
