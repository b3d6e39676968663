"""Packets that come back, whatever their format: told apart by what is in the file, not by its name."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from thematic.errors import InputError
from thematic.formats.packets.packet_docx import PROPERTY
from thematic.packets import PACKET_SCHEMA, Returned

__all__ = ["FORMATS", "is_packet", "read_returned"]

FORMATS = ("xlsx", "docx", "html")
"""What a packet can be made as; one made as html comes back as .json."""


def read_returned(data: bytes, name: str) -> Returned:
    """What was filled in. Raises InputError when the file is no packet, with how to return it."""
    module = f"thematic.formats.packets.{_module(data, name)}"
    read: Callable[[bytes, str], Returned] = import_module(module).read_packet
    return read(data, name)


def is_packet(path: Path) -> bool:
    """Whether a file says of itself that it is a packet, whatever else it could be taken for."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(1000)
    if not head.startswith(b"PK\x03\x04"):
        return PACKET_SCHEMA.encode() in head
    try:
        with zipfile.ZipFile(path) as archive:
            says = archive.getinfo("docProps/custom.xml")
            return says.file_size < 100_000 and PROPERTY.encode() in archive.read(says)
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, ValueError, NotImplementedError, EOFError):
        return False


def _module(data: bytes, name: str) -> str:
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if name.startswith("~$"):
        raise InputError(
            "this is the lock file of a document that is open",
            path=name,
            hint="close it in Word or Excel, and name the document itself",
        )
    if head.startswith(b"PK") and b"word/" in data:
        return "packet_docx_returned"
    if head[:200].lower().startswith((b"<!doctype html", b"<html")):
        raise InputError(
            "this is the page itself, and what was decided in it is not in this file",
            path=name,
            hint="open it in the browser it was filled in with, choose “Save decisions”, and send that file",
        )
    if b"opendocument.text" in data[:200] or head.startswith(b"{\\rtf"):
        raise InputError(
            "a packet made for Word must come back as .docx", path=name, hint="save it as .docx and try again"
        )
    if head.startswith(b"{"):
        return "packet_json"
    return "packet_xlsx"
