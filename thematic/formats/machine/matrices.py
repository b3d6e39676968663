"""Small named matrices in one file, for machine data."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from thematic.model import FloatMatrix

__all__ = ["read_matrices", "write_matrices"]


def write_matrices(matrices: Mapping[str, FloatMatrix]) -> bytes:
    """The matrices by name, as a NumPy .npz."""
    import numpy as np

    buffer = BytesIO()
    np.savez(buffer, allow_pickle=False, **dict(matrices))
    return buffer.getvalue()


def read_matrices(data: bytes) -> dict[str, FloatMatrix]:
    """The inverse of `write_matrices`; nothing when the bytes are none of ours."""
    import zipfile

    import numpy as np

    try:
        with np.load(BytesIO(data), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (ValueError, OSError, zipfile.BadZipFile, EOFError):
        return {}
