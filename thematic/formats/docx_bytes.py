"""A Word document as bytes that depend on its content alone, and the words that XML can hold."""

from __future__ import annotations

import re
import zipfile
from datetime import datetime
from io import BytesIO
from typing import Any

__all__ = ["docx_bytes", "holdable"]

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Without dates of their own the file and each of its parts would carry the time at which they were made.
_MADE = datetime(2000, 1, 1)
_PACKED = (1980, 1, 1, 0, 0, 0)


def holdable(text: str) -> str:
    """`text` with � for each character that XML cannot hold."""
    return _ILLEGAL.sub("�", text)


def docx_bytes(document: Any, *, title: str = "") -> bytes:
    """The bytes of a python-docx document. Same content, same bytes."""
    about = document.core_properties
    about.title = holdable(title)[:255]
    about.author = about.last_modified_by = "thematic"
    about.comments = ""
    about.created = about.modified = _MADE
    about.revision = 1
    packed = BytesIO()
    document.save(packed)
    target = BytesIO()
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in source.namelist():
            info = zipfile.ZipInfo(part, _PACKED)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, source.read(part))
    return target.getvalue()
