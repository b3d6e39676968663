"""Where the sample interviews and ready-made codebooks are: inside the wheel, or beside the package."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path

from thematic.errors import InputError

__all__ = ["samples"]


@contextmanager
def samples() -> Iterator[tuple[Path, Path]]:
    """The folder of the ten invented interviews and their codebook, as real paths.

    Raises InputError when the package was installed without them.
    """
    package = files("thematic")
    for root in (package / "data", package / ".."):
        transcripts, codebook = root / "transcripts_sample", root / "codebooks" / "smart_recovery.yaml"
        if transcripts.is_dir() and codebook.is_file():
            with as_file(transcripts) as folder, as_file(codebook) as file:
                yield folder, file
            return
    raise InputError(
        "the sample interviews are not in this installation", hint="pip install --force-reinstall thematic"
    )
