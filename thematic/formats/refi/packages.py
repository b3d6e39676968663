"""The files of a REFI-QDA project: a `.qdpx` archive, or a bare `.qde` with what lies beside it.

Nothing is unpacked to the disk. Only the project and the texts that it names are read, each within limits;
recordings and pictures are not touched, whatever their size.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import unquote

from thematic.errors import InputError
from thematic.text import join_names

__all__ = ["MAX_PROJECT", "MAX_TEXT", "Package", "open_package"]

MAX_PROJECT = 384 * 1024 * 1024
MAX_TEXT = 64 * 1024 * 1024
MAX_TEXTS = 512 * 1024 * 1024
MAX_PARTS = 50_000
LARGEST_PART = 2**31 - 1  # the standard's own limit, section 8.1
# Texts shrink to a fifth, recordings not at all; what shrinks to a two-hundredth was made to hurt.
_BOMB_SIZE, _BOMB_RATIO = 8 * 1024 * 1024, 200
_ENCRYPTED = 0x1
_UNREADABLE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, KeyError)
_HINT = "do not open this file elsewhere; ask for a new export of the project"


@dataclass(slots=True)
class Package:
    """An opened project, to be closed. `part` gives the bytes of a text that it names."""

    file: str
    name: str
    project: bytes
    _file: BinaryIO | None = None
    _archive: zipfile.ZipFile | None = None
    _parts: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    _folder: Path | None = None
    _read: int = 0

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *error: object) -> None:
        if self._file is not None:
            self._file.close()

    def part(self, path: str) -> bytes | None:
        """The bytes of a source by its path in the project, `internal://NAME` or `relative:///NAME`.

        None when it is not in the package, or anywhere but in it: an absolute path is never followed. Raises
        InputError for a part that is too large or damaged.
        """
        name = _file_name(path)
        if name is None:
            return None
        if self._archive is not None:
            info = self._parts.get(name.casefold()) or self._parts.get(unquote(name).casefold())
            return None if info is None else self._count(_read_part(self._archive, info, self.file, MAX_TEXT))
        return self._beside(name)

    def _beside(self, name: str) -> bytes | None:
        """A source in the folder of a bare `.qde`, or in its `sources`; links that lead elsewhere are not."""
        if self._folder is None:
            return None
        here = self._folder.resolve()
        wanted = (name.casefold(), unquote(name).casefold())
        folders = [here, *(p for p in here.iterdir() if p.is_dir() and p.name.casefold() == "sources")]
        for folder in folders:
            for path in folder.iterdir():
                if path.name.casefold() not in wanted or not path.is_file():
                    continue
                if path.resolve().parent != folder.resolve():
                    continue
                if path.stat().st_size > MAX_TEXT:
                    raise _too_large(path.name, self.file)
                return self._count(path.read_bytes())
        return None

    def _count(self, data: bytes) -> bytes:
        self._read += len(data)
        if self._read > MAX_TEXTS:
            raise _too_large("its texts together", self.file)
        return data


def open_package(path: Path) -> Package:
    """The project at `path`. Raises InputError, with what is wrong, where it is none or is hostile."""
    name = path.name
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            if path.stat().st_size > MAX_PROJECT:
                raise _too_large(name, name)
            file.seek(0)
            return Package(file=name, name=name, project=file.read(), _folder=path.parent)
    archive = path.open("rb")
    try:
        return _open_archive(archive, name)
    except BaseException:
        archive.close()
        raise


def _open_archive(file: BinaryIO, name: str) -> Package:
    try:
        archive = zipfile.ZipFile(file)
        infos = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise InputError(
            "damaged or cut off: it cannot be opened as the zip archive that a .qdpx is",
            path=name,
            hint="copy or export the project again",
        ) from error
    if len(infos) > MAX_PARTS:
        raise InputError(f"it has {len(infos):,} parts, which no project has", path=name, hint=_HINT)
    parts: dict[str, zipfile.ZipInfo] = {}
    projects: dict[str, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    for info in infos:
        inside = info.filename.replace("\\", "/")
        _refuse(info, inside, name)
        if inside.endswith("/"):
            continue
        if inside.casefold() in seen:
            raise InputError(f"two of its parts are called {info.filename}", path=name, hint=_HINT)
        seen.add(inside.casefold())
        own = PurePosixPath(inside)
        if "__MACOSX" in own.parts or own.name.startswith("."):
            continue
        if own.suffix.casefold() == ".qde":
            projects[inside] = info
        else:
            parts.setdefault(own.name.casefold(), info)
    info = _project_part(projects, name)
    data = _read_part(archive, info, name, MAX_PROJECT)
    return Package(file=name, name=info.filename, project=data, _file=file, _archive=archive, _parts=parts)


def _refuse(info: zipfile.ZipInfo, inside: str, name: str) -> None:
    """Raise InputError for a part that no exporter writes."""
    path = PurePosixPath(inside)
    if path.is_absolute() or ".." in path.parts or (path.parts and path.parts[0].endswith(":")):
        raise InputError(f"its part {info.filename} leads out of the package", path=name, hint=_HINT)
    if stat.S_ISLNK(info.external_attr >> 16):
        raise InputError(f"its part {info.filename} is a link, not a file", path=name, hint=_HINT)
    if info.flag_bits & _ENCRYPTED:
        raise InputError("protected by a password", path=name, hint="export it again without password")
    if info.file_size > LARGEST_PART:
        raise _too_large(info.filename, name)
    if info.file_size > _BOMB_SIZE and info.file_size > _BOMB_RATIO * max(info.compress_size, 1):
        raise InputError(
            f"its part {info.filename} unpacks {info.compress_size:,} bytes to {info.file_size:,}: a trap",
            path=name,
            hint=_HINT,
        )


def _project_part(projects: dict[str, zipfile.ZipInfo], name: str) -> zipfile.ZipInfo:
    if not projects:
        raise InputError(
            "there is no project (.qde) in this archive",
            path=name,
            hint="export the project as REFI-QDA (.qdpx)",
        )
    depth = min(len(PurePosixPath(inside).parts) for inside in projects)
    top = [inside for inside in projects if len(PurePosixPath(inside).parts) == depth]
    chosen = [inside for inside in top if PurePosixPath(inside).name.casefold() == "project.qde"] or top
    if len(chosen) > 1:
        raise InputError(
            f"it holds {len(chosen)} projects: {join_names(chosen)}", path=name, hint="export each by itself"
        )
    return projects[chosen[0]]


def _read_part(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, limit: int) -> bytes:
    if info.file_size > limit:
        raise _too_large(info.filename, name)
    try:
        with archive.open(info) as part:
            data = part.read(limit + 1)
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        ValueError,
        NotImplementedError,
        KeyError,
    ) as error:
        raise InputError(
            f"damaged: its part {info.filename} cannot be read",
            path=name,
            hint="copy or export the project again",
        ) from error
    if len(data) > limit:
        raise _too_large(info.filename, name)
    return data


def _too_large(part: str, name: str) -> InputError:
    return InputError(f"{part} is larger than any text is", path=name, hint=_HINT)


def _file_name(path: str) -> str | None:
    """The file name of a path within the package; None for one that leads elsewhere or nowhere."""
    scheme, colon, rest = path.partition("://")
    if not colon:
        scheme, rest = "relative", path
    if scheme.casefold() not in ("internal", "relative"):
        return None
    inside = PurePosixPath(rest.replace("\\", "/").lstrip("/"))
    return inside.name if inside.name not in ("", ".", "..") and ".." not in inside.parts else None
