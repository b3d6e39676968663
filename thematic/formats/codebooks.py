"""Codebooks in every format: which reader and which writer a file gets."""

from __future__ import annotations

from pathlib import Path

from thematic.errors import CodebookError, Problem
from thematic.formats.codebook_yaml import read_codebook_yaml, write_codebook_yaml
from thematic.model import Codebook

__all__ = ["read_codebook", "write_codebook_yaml"]


def read_codebook(path: Path | str) -> tuple[Codebook, tuple[Problem, ...]]:
    """The codebook in this file, and warnings: what to look at, though it can be used.

    Reads YAML and JSON (`schemas/codebook.schema.json`). Raises CodebookError with every mistake and its
    line, and OSError when the file cannot be opened.
    """
    file = Path(path)
    text = _text(file.read_bytes(), str(path))
    return read_codebook_yaml(text, path=str(path), title=file.stem)


def _text(data: bytes, path: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CodebookError(
            f"this is not UTF-8 text (byte {error.start})", path=path, line=line, hint="save it as UTF-8"
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")
