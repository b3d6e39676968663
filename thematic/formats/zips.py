"""Zip archives from strangers: opened only within limits, and XML in them only without entities."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING

from thematic.errors import InputError
from thematic.formats.transcripts.reading import SourceFile

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["open_zip", "parse_xml", "read_part", "refuse_entities", "with_one_date"]

MAX_BYTES = 64 * 1024 * 1024
MAX_PARTS = 10_000
_ENCRYPTED = 0x1
_UNPACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


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
    strange = next((part for part in parts if part.compress_type not in _UNPACKED), None)
    if strange is not None:
        kind = "Deflate64" if strange.compress_type == 9 else f"method {strange.compress_type}"
        raise InputError(
            f"packed by a method that cannot be unpacked here ({kind})",
            path=file.name,
            hint="unpack it with the program that made it, and pack it again as an ordinary zip",
        )
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


def parse_xml(data: bytes, name: str) -> Element:
    """The root element of an XML file or part. Raises InputError when it is broken or declares entities."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        return fromstring(data, forbid_dtd=True)
    except ParseError as error:
        line = error.position[0] if getattr(error, "position", None) else None
        raise InputError(
            f"broken XML: {error.msg}", path=name, line=line, hint="it may be cut off; export it again"
        ) from error
    except DefusedXmlException as error:
        raise InputError(
            "it declares entities, which no program that writes transcripts does",
            path=name,
            hint="do not open this file; ask for the transcript again",
        ) from error
    except (ValueError, LookupError) as error:  # an encoding that is none
        raise InputError(f"broken XML: {error}", path=name, hint="export it again") from error


def with_one_date(data: bytes) -> bytes:
    """The same archive, of our own making, with one date on every part: same content, same bytes."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in source.namelist():
            part = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o600 << 16
            archive.writestr(part, source.read(name))
    return target.getvalue()


def _is_xml(part: zipfile.ZipInfo) -> bool:
    return part.filename.lower().endswith((".xml", ".rels"))
