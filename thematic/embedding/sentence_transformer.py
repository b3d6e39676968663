"""Any sentence-transformers model, by folder or by its name on the Hugging Face hub.

A hub name is looked for on this machine only, unless a download was allowed in so many words. Code that comes
with a model is never run.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thematic.embedding import DEFAULT_MODEL
from thematic.errors import ModelError

if TYPE_CHECKING:
    from thematic.model import FloatMatrix, ProgressCallback

# What decides the vectors: weights, tokenizer, configuration. Model cards and training logs do not.
_DECIDING = (".safetensors", ".bin", ".json", ".txt", ".model")


def load(model: str, threads: int, *, allow_download: bool = False) -> SentenceTransformerEmbedder:
    """The model in the folder `model`, or of that hub name; ModelError when it is not on this machine."""
    folder = _folder(model, allow_download=allow_download)
    return SentenceTransformerEmbedder(folder, Path(model).name if folder == Path(model) else model, threads)


def model_sha256(model: str, *, allow_download: bool = False) -> str:
    """The hash over the files of that model that decide its vectors; ModelError when it is not here."""
    return _sha256(_folder(model, allow_download=allow_download))


def _folder(model: str, *, allow_download: bool) -> Path:
    if not allow_download:
        os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    folder = Path(model) if Path(model).is_dir() else _cached_folder(model, allow_download=allow_download)
    if not any((folder / name).is_file() for name in ("modules.json", "config.json")):
        raise ModelError(
            "this folder holds no model: it has neither modules.json nor config.json",
            path=model,
            hint="name a folder that sentence-transformers has saved",
        )
    return folder


def _cached_folder(name: str, *, allow_download: bool) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    # As sentence-transformers does: a bare name is one of its own models.
    repository = name if "/" in name else f"sentence-transformers/{name}"
    try:
        return Path(snapshot_download(repository, local_files_only=not allow_download))
    except HFValidationError as error:
        raise ModelError(f"no folder and no hub model is named {name}", hint=_OTHER_MODELS) from error
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        if allow_download:
            raise ModelError(f"the model {name} cannot be downloaded: {error}", hint=_OTHER_MODELS) from error
        raise ModelError(f"the model {name} is not on this machine", hint=_OTHER_MODELS) from error


_OTHER_MODELS = (
    f"name the folder of a model, use the packaged {DEFAULT_MODEL} (the default), "
    "or say --allow-download (allow_download = true under [embed]) to fetch a hub model"
)


def _sha256(folder: Path) -> str:
    """One hash over the names and contents of the files that decide the vectors."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()):
        if path.suffix in _DECIDING and path.is_file():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            total.update(f"{path.relative_to(folder).as_posix()}\0{digest}\n".encode())
    return total.hexdigest()


class SentenceTransformerEmbedder:
    def __init__(self, folder: Path, name: str, threads: int) -> None:
        self.name = name
        self.sha256 = _sha256(folder)
        self._model = _model(folder, threads)
        self.dimension = int(self._model.get_embedding_dimension())

    def encode(self, texts: Sequence[str], *, on_progress: ProgressCallback | None = None) -> FloatMatrix:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        matrix = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        if on_progress:
            on_progress(len(texts), len(texts))
        return np.asarray(matrix, np.float32)


def _model(folder: Path, threads: int) -> Any:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(threads)
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True, trust_remote_code=False)
    except Exception as error:  # third-party loading fails in as many ways as there are models
        raise ModelError(
            f"sentence-transformers cannot load this model: {error}", path=str(folder), hint=_OTHER_MODELS
        ) from error
