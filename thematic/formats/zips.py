"""Zip archives from strangers: opened only within limits, and XML in them only without entities."""

from __future__ import annotations

import io
import zipfile
import zlib

from thematic.errors import InputError
from thematic.formats.reading import SourceFile

__all__ = ["open_zip", "read_part", "refuse_entities"]

MAX_BYTES = 256 * 1024 * 1024
MAX_PARTS = 10_000
_ENCRYPTED = 0x1


def open_zip(file: SourceFile) -> zipfile.ZipFile:
    """The archive, when every part is readable without a password and all together fit into memory.

    Sizes are those the archive declares; zipfile never gives more than declared. Raises InputError.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(file.data))
        parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputError(
            "damaged or cut off: it cannot be opened as the zip archive that it should be",
            path=file.name,
            hint="copy or export the file again",
        ) from error
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise InputError("protected by a password", path=file.name, hint="save a copy without password")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts if _is_xml(part)) > MAX_BYTES:
        raise InputError(
            "unpacks to more than any transcript needs", path=file.name, hint="save the words alone, as .txt"
        )
    return archive


def read_part(archive: zipfile.ZipFile, part: str, name: str) -> bytes:
    """The bytes of one part. Raises InputError when it is missing or damaged."""
    try:
        return archive.read(part)
    except (
        KeyError,
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        ValueError,
        NotImplementedError,
    ) as error:
        raise InputError(
            f"damaged: its part {part} cannot be read", path=name, hint="copy or export the file again"
        ) from error


def refuse_entities(archive: zipfile.ZipFile, name: str) -> None:
    """Raise InputError when a part declares a document type: no office program writes one, an attack does."""
    for part in archive.infolist():
        if _is_xml(part):
            head = read_part(archive, part.filename, name)
            if b"<!DOCTYPE" in head.replace(b"\x00", b"") or b"<!ENTITY" in head.replace(b"\x00", b""):
                raise InputError(
                    f"its part {part.filename} declares entities, which no office program does",
                    path=name,
                    hint="do not open this file; ask for the transcript again",
                )


def _is_xml(part: zipfile.ZipInfo) -> bool:
    return part.filename.lower().endswith((".xml", ".rels"))
