"""Codebooks in every format: which reader a file gets, which writer a name gets, and what is lost.

YAML, JSON, CSV, TSV, XLSX and REFI-QDA `.qdc` are read; all but TSV are written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath

from thematic.errors import CodebookError, Problem, SettingsError
from thematic.formats.codebooks.codebook_json import read_codebook_json, write_codebook_json
from thematic.formats.codebooks.codebook_qdc import read_codebook_qdc, write_codebook_qdc
from thematic.formats.codebooks.codebook_table import (
    read_codebook_csv,
    read_codebook_xlsx,
    write_codebook_csv,
    write_codebook_xlsx,
)
from thematic.formats.codebooks.codebook_yaml import read_codebook_yaml, write_codebook_yaml
from thematic.model import Codebook

__all__ = ["CodebookFile", "codebook_file", "lost_in", "read_codebook", "write_codebook_yaml"]

_TABLES = (".csv", ".tsv", ".tab")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"


def read_codebook(path: Path | str) -> tuple[Codebook, tuple[Problem, ...]]:
    """The codebook in this file, and warnings: what to look at, though it can be used.

    Where the file has no title, its name is the title. Raises CodebookError with every mistake and its
    line, InputError when a table cannot be read as one, and OSError when the file cannot be opened.
    """
    file, name = Path(path), str(path)
    data = file.read_bytes()
    start = data[:200].removeprefix(b"\xef\xbb\xbf").replace(b"\x00", b"").lstrip()
    if not start:
        raise CodebookError("the file is empty", path=name, hint="write at least `codes:` and one code")
    if data.startswith(_OLD_OFFICE):
        hint = "save it as .xlsx, or as CSV UTF-8"
        raise CodebookError("this is a workbook of the old kind (.xls)", path=name, hint=hint)
    if data.startswith(_ZIP):
        return read_codebook_xlsx(data, path=name, title=file.stem)
    if start.startswith((b"<", b"\xff\xfe<", b"\xfe\xff<")):
        return read_codebook_qdc(data, path=name, title=file.stem)
    if file.suffix.lower() in _TABLES:
        return read_codebook_csv(file, title=file.stem)
    text = _text(data, name)
    if file.suffix.lower() == ".json":
        return read_codebook_json(text, path=name, title=file.stem)
    return read_codebook_yaml(text, path=name, title=file.stem)


def _text(data: bytes, path: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"this is not UTF-8 text (byte {error.start})"
        raise CodebookError(message, path=path, line=line, hint="save it as UTF-8") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True, slots=True)
class CodebookFile:
    """The bytes of a codebook in one format, and what that format has no place for."""

    data: bytes
    lost: tuple[Problem, ...]


_WRITERS: dict[str, Callable[[Codebook], bytes]] = {
    ".yaml": lambda codebook: write_codebook_yaml(codebook).encode(),
    ".yml": lambda codebook: write_codebook_yaml(codebook).encode(),
    ".json": lambda codebook: write_codebook_json(codebook).encode(),
    ".csv": write_codebook_csv,
    ".xlsx": write_codebook_xlsx,
    ".qdc": write_codebook_qdc,
}


def codebook_file(codebook: Codebook, name: str) -> CodebookFile:
    """The codebook in the format that the ending of `name` asks for.

    Raises SettingsError for another ending, CodebookError when the format cannot hold a text.
    """
    target = PurePath(name)
    suffix = target.suffix.lower()
    if suffix not in _WRITERS:
        hint = f"end the name in one of {', '.join(_WRITERS)}"
        raise SettingsError(f"no format of codebooks has the ending “{suffix}”", path=name, hint=hint)
    return CodebookFile(_WRITERS[suffix](codebook), lost_in(codebook, name))


def lost_in(codebook: Codebook, name: str) -> tuple[Problem, ...]:
    """What the format that the ending of `name` asks for has no place for."""
    target = PurePath(name)
    suffix = target.suffix.lower()
    if suffix not in (".csv", ".qdc"):
        return ()
    parts = {
        "title": codebook.title != target.stem and codebook.title,
        "description": codebook.description,
        "version_notes": codebook.version_notes,
    }
    return tuple(
        Problem(f"`{what}` has no place in {suffix} and is not carried", name)
        for what, text in parts.items()
        if text
    )
