"""Where machine data lies: a folder, or a place that many machines share, named by URL. Floor 4.

A folder on a file system that all machines mount needs nothing. A URL (s3://, gs://, file://, …) is opened by
fsspec; what is written there appears whole or not at all, as an object store promises.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from thematic.errors import SettingsError
from thematic.files import write_atomic

__all__ = ["exists", "is_url", "read_bytes", "write_bytes"]


def is_url(root: str) -> bool:
    """Whether `root` is a URL rather than a folder."""
    return "://" in root


def read_bytes(root: str, name: str) -> bytes:
    """The bytes of the file `name` (with slashes) under `root`. Raises OSError when they cannot be read."""
    folder = _folder(root)
    if folder is not None:
        return (folder / name).read_bytes()
    data: bytes = _file_system(root).cat_file(_join(root, name))
    return data


def write_bytes(root: str, name: str, data: bytes) -> None:
    """Put `data` at `name` under `root`, whole or not at all. Raises OSError when it cannot be kept."""
    folder = _folder(root)
    if folder is not None:
        write_atomic(folder / name, data)
    else:
        _file_system(root).pipe_file(_join(root, name), data)


def exists(root: str, name: str) -> bool:
    """Whether the file `name` is under `root`."""
    folder = _folder(root)
    if folder is not None:
        return (folder / name).exists()
    return bool(_file_system(root).exists(_join(root, name)))


def _folder(root: str) -> Path | None:
    """The folder that `root` names, or None for a URL of any other kind than file://."""
    if not is_url(root):
        return Path(root)
    parts = urlsplit(root)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def _join(root: str, name: str) -> str:
    return f"{root.rstrip('/')}/{name}"


def _file_system(root: str) -> Any:
    """The file system of this URL. Raises SettingsError when nothing here can open it."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise SettingsError(
            "a shared place named by URL needs fsspec, which is not installed",
            path=root,
            hint="pip install 'thematic[ray]', or name a folder that all machines mount",
        ) from None
    try:
        return url_to_fs(root)[0]
    except (ImportError, ValueError) as error:
        raise SettingsError(
            f"nothing here can open this place: {error}",
            path=root,
            hint="install the fsspec package of that service (s3fs for s3://, gcsfs for gs://), or name a "
            "folder that all machines mount",
        ) from None
