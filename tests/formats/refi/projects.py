"""REFI-QDA projects as programs of the field write them, made here: one invented interview, every convention.

Positions are measured on strings, character by character, by other means than the reader's.
"""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

TEXT = (
    "INT: How did the visit go? 👍🏽\n"
    "P01: Fine 😀 but I waited two hours. Café downstairs — naïve of me.\n"
    "\n"
    "INT: And the nurse?\n"
    "P01: She listened. I felt 👍🏽 safe, e\u0301tonnamment. שלום עולם, تمام.\n"
)
QUOTES = ["waited two hours", "She listened.", "listened", "felt 👍🏽 safe", "שלום עולם", "naïve of me."]


def guid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


@dataclass(frozen=True, kw_only=True)
class Counting:
    """How a program counts: `unit` cp, utf16 or bytes; what each line end counts, None for as in the file."""

    unit: str = "cp"
    line_end: int | None = None
    bom: bool = False


def position(text: str, offset: int, *, eol: str, counting: Counting, bom: bool, encoding: str) -> int:
    """The position of an offset of the LF text, as a program that counts this way has it."""
    one = {"cp": 1, "utf16": 1, "bytes": 2 if encoding == "utf-16" else 1}[counting.unit]
    total = 0
    for character in text[:offset]:
        if character == "\n":
            total += one * (len(eol) if counting.line_end is None else counting.line_end)
        elif counting.unit == "cp":
            total += 1
        elif counting.unit == "utf16" or encoding == "utf-16":
            total += one * (2 if ord(character) > 0xFFFF else 1)
        else:
            total += len(character.encode())
    if bom and counting.bom:
        total += {"cp": 1, "utf16": 1, "bytes": 2 if encoding == "utf-16" else 3}[counting.unit]
    return total


def encoded(text: str, *, eol: str, bom: bool, encoding: str) -> bytes:
    written = text.replace("\n", eol)
    if encoding == "utf-16":
        return (b"\xff\xfe" if bom else b"") + written.encode("utf-16-le")
    return (b"\xef\xbb\xbf" if bom else b"") + written.encode(encoding)


def selection(
    words: str,
    start: int,
    end: int,
    *,
    name: str | None = None,
    code: str | None = "waiting",
    user: str | None = "ada",
    inside: str = "",
    number: str = "",
) -> str:
    made_by = f' creatingUser="{guid(user)}"' if user else ""
    named = "" if name is None else f" name={quoteattr(name)}"
    coding = ""
    if code is not None:
        coding = (
            f'<Coding guid="{guid(f"coding {words}{start}{number}")}"{made_by} '
            f'creationDateTime="2026-01-02T03:04:05Z"><CodeRef targetGUID="{guid(code)}"/></Coding>'
        )
    return (
        f'<PlainTextSelection guid="{guid(f"selection {words}{start}{number}")}"{named} '
        f'startPosition="{start}" endPosition="{end}"{made_by}>{inside}{coding}</PlainTextSelection>'
    )


CODES = (
    f'<Code guid="{guid("access")}" name="Access" isCodable="false">'
    f"<Description>Getting &amp; staying in</Description>"
    f'<Code guid="{guid("waiting")}" name="Waiting" isCodable="true" color="#33cc33"/></Code>'
    f'<Code guid="{guid("care")}" name="Care" isCodable="true"/>'
)
USERS = f'<User guid="{guid("ada")}" name="Ada"/><User guid="{guid("ben")}" name="Ben B."/>'


def project_xml(
    sources: str,
    *,
    codes: str = CODES,
    users: str = USERS,
    before: str = "",
    after: str = "",
    origin: str = "Invented 1.0",
    attributes: str = "",
    namespace: str = "urn:QDA-XML:project:1.0",
) -> str:
    """A project of these parts; `before` stands before the sources (variables, cases), `after` behind."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<Project xmlns="{namespace}" name="Clinic" origin={quoteattr(origin)} {attributes}>'
        + (f"<Users>{users}</Users>" if users else "")
        + (f"<CodeBook><Codes>{codes}</Codes></CodeBook>" if codes else "")
        + before
        + f"<Sources>{sources}</Sources>"
        + after
        + "</Project>"
    )


def text_source(
    inside: str,
    *,
    id_: str = "source",
    name: str = "P01 interview",
    path: str | None = None,
    inline: str | None = None,
    attributes: str = "",
) -> str:
    where = f' plainTextPath="{path or f"internal://{guid(id_)}.txt"}"' if inline is None else ""
    content = "" if inline is None else f"<PlainTextContent>{escape(inline)}</PlainTextContent>"
    opening = f'<TextSource guid="{guid(id_)}" name={quoteattr(name)}{where}{attributes}>'
    return f"{opening}{content}{inside}</TextSource>"


def archive(
    xml: str | bytes,
    files: Mapping[str, bytes] | None = None,
    *,
    qde: str = "project.qde",
    folder: str = "sources",
) -> bytes:
    """A `.qdpx` of this project; `files` by their name in the folder of sources."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(qde, xml)
        for name, data in (files or {}).items():
            made.writestr(f"{folder}/{name}", data)
    return out.getvalue()


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def project(
    path: Path,
    *,
    text: str = TEXT,
    quotes: Sequence[str] = QUOTES,
    eol: str = "\n",
    counting: Counting | None = None,
    bom: bool = False,
    encoding: str = "utf-8",
    named: bool = True,
    folder: str = "sources",
    qde: str = "project.qde",
    inline: bool = False,
    origin: str = "Invented 1.0",
) -> Path:
    """A project of one text in which the first occurrence of each quote is coded with Waiting by Ada."""
    counting = counting or Counting()
    made = []
    for words in quotes:
        start = text.index(words)
        places = [
            position(text, offset, eol=eol, counting=counting, bom=bom, encoding=encoding)
            for offset in (start, start + len(words))
        ]
        made.append(selection(words, *places, name=words if named else None))
    source = text_source("".join(made), inline=text if inline else None)
    files = {} if inline else {f"{guid('source')}.txt": encoded(text, eol=eol, bom=bom, encoding=encoding)}
    return write(path, archive(project_xml(source, origin=origin), files, folder=folder, qde=qde))
