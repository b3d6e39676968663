"""Writing so that nothing is ever half there. Floor 4, under everything that keeps files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

__all__ = ["is_empty", "keep_changed", "sync_folder", "write_atomic", "writing"]

_TEMPORARY = re.compile(r"^\..+\.\d+\.tmp$")


def write_atomic(path: Path, data: bytes) -> None:
    """Write `data` to `path` so that a reader, or a crash, sees the old file or the new one whole."""
    with writing(path) as file:
        file.write(data)


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """As `write_atomic`, for what is written piece by piece: it stands at `path` when the block has ended."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".{path.name}.{os.getpid()}.tmp"
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename == str(temporary):
            error.filename = str(path)  # the name that the person knows
        raise
    sync_folder(path.parent)


def keep_changed(path: Path, new: bytes, ours: str | None, folder: Path) -> Path | None:
    """Move `path` into `folder` when somebody changed it since we wrote it, so that `new` destroys no work.

    ours: the SHA-256 of what we wrote there last, or None when that is not known. Returns where it is kept,
    or None when there was nothing to keep.
    """
    if not path.is_file():
        return None
    found = path.read_bytes()
    digest = sha256(found).hexdigest()
    if found == new or digest == ours:
        return None
    kept = folder / f"{path.stem}-{digest[:8]}{path.suffix}"
    folder.mkdir(parents=True, exist_ok=True)
    path.replace(kept)
    sync_folder(folder)
    return kept


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, so that a new file is still there after a power cut."""
    if os.name == "nt":  # Windows cannot open a folder, and flushes names with the file
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_empty(folder: Path) -> bool:
    """Whether a folder holds nothing but what a killed run of ours may have left."""
    return all(_TEMPORARY.match(path.name) for path in folder.iterdir())
