"""A Word packet that comes back: what stands in the comments, whichever program they were written in.

A passage is found by its bookmark and by the id in the first line of its comment. What a coder wrote is what
stands after “Codes:” and “Memo:” in that comment, in replies to it, and in comments of their own on words of
the passage. Everything that cannot be understood is told with the words it stands at; nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from thematic.errors import InputError, Problem
from thematic.formats.packets.packet_docx import CODES, MEMO, PROPERTY, SUGGESTED, W
from thematic.formats.transcripts.reading import SourceFile
from thematic.formats.zips import open_zip, parse_xml, read_part, refuse_entities
from thematic.packets import PACKET_SCHEMA, FilledRow, Packet, Returned, words_hash
from thematic.text import snippet

if TYPE_CHECKING:
    import zipfile
    from xml.etree.ElementTree import Element

__all__ = ["read_packet"]

_W = f"{{{W}}}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
_DECISIONS = {
    "accept": "accept",
    "accepted": "accept",
    "reject": "reject",
    "rejected": "reject",
    "none": "none applies",
    "none applies": "none applies",
    "no code": "none applies",
    "no code applies": "none applies",
    "unsure": "unsure",
    "coded": "coded",
    "change": "change",
}
"""What a coder may write instead of codes, and the decision that it is."""

_ID = re.compile(r"\bex-[b-z2-9]{10}\b")
_BOOKMARK = re.compile(r"(ex)_([b-z2-9]{10})_([0-9a-f]{12})")
_LINE = re.compile(
    rf"{re.escape(PACKET_SCHEMA)} · (?P<id>[0-9a-f]+) · for (?P<coder>.+?) · (?P<mode>blind|assist) · "
    r"codebook (?P<version>\S+)"
)
_SHOWN = re.compile(r"\(([^()]+)\)(?:,[^;]*)?(?:;|$)")
_SEPARATORS = re.compile(r"[;\n]")


@dataclass(slots=True)
class _Comment:
    """A comment: its paragraphs, and the words it is anchored to."""

    lines: list[str]
    last_paragraph: str = ""
    parent: str | None = None
    words: str = ""
    touches: list[str] = field(default_factory=list)
    """The excerpts whose bookmarked words it shares."""
    beside: list[str] = field(default_factory=list)
    """The comments on the same words."""


@dataclass(slots=True)
class _Passage:
    """The words under a bookmark as they stand now, and the hash of what they were."""

    hash: str = ""
    words: str = ""


def read_packet(data: bytes, name: str) -> Returned:
    """What was filled in. Raises InputError when the document cannot be read as a packet at all."""
    with open_zip(SourceFile(name, data)) as archive:
        refuse_entities(archive, name)
        parts = set(archive.namelist())
        body = parse_xml(read_part(archive, "word/document.xml", name), name)
        packet = _packet(archive, parts, body, name)
        if "word/comments.xml" not in parts:
            raise InputError(
                "no comments are left in this document",
                path=name,
                hint="return the packet with its comments; a copy that was exported or printed has lost them",
            )
        comments = _comments(archive, parts, name)
    passages = _walk(body, comments)
    return _read(packet, comments, passages, name)


# --- The parts -----------------------------------------------------------------------------------------


def _packet(archive: zipfile.ZipFile, parts: set[str], body: Element, name: str) -> Packet:
    """What the packet says of itself, in its property or in its line of text."""
    said = ""
    if "docProps/custom.xml" in parts:
        for prop in parse_xml(read_part(archive, "docProps/custom.xml", name), name):
            if prop.get("name") == PROPERTY:
                said = "".join(prop.itertext())
    for text in (said, *map(_text, body.iter(f"{_W}p"))):
        if found := _LINE.search(text):
            return Packet(
                id=found["id"],
                coder=found["coder"],
                mode="blind" if found["mode"] == "blind" else "assist",
                codebook_version=found["version"],
            )
    raise InputError(
        "this document is no packet, or has lost what it says of itself",
        path=name,
        hint="make one with `thematic packet --for NAME --to docx`, and return that file itself",
    )


def _comments(archive: zipfile.ZipFile, parts: set[str], name: str) -> dict[str, _Comment]:
    comments: dict[str, _Comment] = {}
    root = parse_xml(read_part(archive, "word/comments.xml", name), name)
    for node in root.iter(f"{_W}comment"):
        paragraphs = list(node.iter(f"{_W}p"))
        last = paragraphs[-1].get(f"{_W14}paraId", "") if paragraphs else ""
        lines = [line for p in paragraphs for line in _text(p).split("\n")]
        comments[node.get(f"{_W}id", "")] = _Comment(lines, last)
    if "word/commentsExtended.xml" in parts:
        by_paragraph = {c.last_paragraph: id_ for id_, c in comments.items() if c.last_paragraph}
        extended = parse_xml(read_part(archive, "word/commentsExtended.xml", name), name)
        for node in extended.iter(f"{_W15}commentEx"):
            child = by_paragraph.get(node.get(f"{_W15}paraId", ""))
            parent = by_paragraph.get(node.get(f"{_W15}paraIdParent", ""))
            if child is not None and parent is not None:
                comments[child].parent = parent
    return comments


def _text(node: Element) -> str:
    """The words in an element as they stand after all tracked changes are accepted."""
    return "".join(text for text in map(_said, _standing(node)) if text)


def _standing(node: Element) -> Iterator[Element]:
    """The elements below, in order, without what was deleted or moved away."""
    for child in node:
        if child.tag in (f"{_W}del", f"{_W}moveFrom"):
            continue
        yield child
        yield from _standing(child)


def _said(node: Element) -> str:
    if node.tag == f"{_W}t":
        return node.text or ""
    if node.tag in (f"{_W}br", f"{_W}cr", f"{_W}p"):
        return "\n"
    if node.tag == f"{_W}noBreakHyphen":
        return "\u2011"
    return "\t" if node.tag == f"{_W}tab" else ""


def _walk(body: Element, comments: dict[str, _Comment]) -> dict[str, _Passage]:
    """The words under each bookmark of an excerpt; notes at each comment what it stands at."""
    passages: dict[str, _Passage] = {}
    marked: dict[str, str] = {}  # bookmarks that are open, by the document's number for them
    anchored: set[str] = set()  # comments that are open
    for node in _standing(body):
        id_ = node.get(f"{_W}id", "")
        if node.tag == f"{_W}bookmarkStart":
            if found := _BOOKMARK.fullmatch(node.get(f"{_W}name", "")):
                marked[id_] = f"{found[1]}-{found[2]}"
                passages.setdefault(marked[id_], _Passage()).hash = found[3]
        elif node.tag == f"{_W}bookmarkEnd":
            marked.pop(id_, None)
        elif node.tag == f"{_W}commentRangeStart":
            anchored.add(id_)
        elif node.tag == f"{_W}commentRangeEnd":
            anchored.discard(id_)
        elif text := _said(node):
            for excerpt_id in marked.values():
                passages[excerpt_id].words += text
            for comment_id in anchored & comments.keys():
                comment = comments[comment_id]
                comment.words += text
                if text.strip():
                    comment.touches += [id_ for id_ in marked.values() if id_ not in comment.touches]
                    comment.beside += sorted(anchored - {comment_id, *comment.beside})
    return passages


# --- What was written ----------------------------------------------------------------------------------


def _read(
    packet: Packet, comments: dict[str, _Comment], passages: dict[str, _Passage], name: str
) -> Returned:
    problems: list[Problem] = []
    own: dict[str, str] = {}  # the comment that we made, by excerpt
    written: dict[str, list[list[str]]] = {}  # what was written, by excerpt
    shown: dict[str, tuple[str, ...]] = {}
    excerpt_of: dict[str, str] = {}
    for comment_id, comment in comments.items():
        found = _ID.search(comment.lines[0]) if comment.lines else None
        if found is None:
            continue
        excerpt_id = found[0]
        excerpt_of[comment_id] = excerpt_id
        if excerpt_id in own:
            message = "two comments have the same first line"
            problems.append(_problem(excerpt_id, passages, name, message, "delete the copy"))
            continue
        own[excerpt_id] = comment_id
        shown[excerpt_id] = tuple(
            code
            for line in comment.lines
            if line.strip().startswith(SUGGESTED)
            for code in _SHOWN.findall(line.partition(SUGGESTED)[2].strip())
        )
        written.setdefault(excerpt_id, []).append(_template(comment.lines[1:]))
        if excerpt_id not in passages and comment.words.strip():
            passages[excerpt_id] = _Passage(words=comment.words)
    for comment_id, comment in comments.items():
        if comment_id in excerpt_of or not any(line.strip() for line in comment.lines):
            continue
        at = _place(comment, comments, excerpt_of)
        if len(at) == 1:
            written.setdefault(at[0], []).append([line.strip() for line in comment.lines])
            continue
        where = f"the comment “{snippet(' '.join(comment.lines), 40)}”"
        message = f"{where} stands at no passage" if not at else f"{where} stands at {len(at)} passages"
        words = f" (at “{snippet(comment.words, 40)}”)" if comment.words.strip() else ""
        hint = "write it as a reply to the comment of the passage that it is about, or delete it"
        problems.append(Problem(message + words, name, None, hint))
    rows = []
    for excerpt_id, texts in written.items():
        wrong = _changed(excerpt_id, passages.get(excerpt_id))
        row = _row(excerpt_id, texts, passages, shown.get(excerpt_id, ()))
        if wrong and (row.decision or row.codes or row.memo):
            problems.append(_problem(excerpt_id, passages, name, *wrong))
        else:
            rows.append(row)
    return Returned(packet, tuple(rows), tuple(problems), tuple(_notes(own, passages)))


def _template(lines: list[str]) -> list[str]:
    """What was added to a comment of ours: the lines that we wrote in it are left out."""
    return [line.strip() for line in lines if not line.strip().startswith(SUGGESTED)]


def _place(comment: _Comment, comments: dict[str, _Comment], excerpt_of: dict[str, str]) -> list[str]:
    """The excerpts that a comment of somebody else is about: of what it replies to, or of where it stands."""
    above, seen = comment.parent, 0
    while above is not None and seen <= len(comments):
        if above in excerpt_of:
            return [excerpt_of[above]]
        above, seen = comments[above].parent, seen + 1
    return comment.touches or [excerpt_of[id_] for id_ in comment.beside if id_ in excerpt_of]


def _changed(excerpt_id: str, passage: _Passage | None) -> tuple[str, str] | None:
    """What is wrong with the words of a passage and what to do, or None when they are as they were sent."""
    hint = "undo the change, or write the codes into the packet as it was sent"
    if passage is None:
        return "its words are no longer in the document", hint
    if passage.hash and words_hash(excerpt_id, passage.words)[:12] != passage.hash:
        return "these words are not those of the packet: they were edited", hint
    return None


def _row(
    excerpt_id: str, texts: list[list[str]], passages: dict[str, _Passage], shown: tuple[str, ...]
) -> FilledRow:
    """What was written about one passage, in our comment and in others, taken together."""
    entries: list[str] = []
    memos: list[str] = []
    for lines in texts:
        memo: list[str] | None = None
        for line in lines:
            head = _fold(line)
            if head.startswith(_fold(MEMO)):
                memo = [line.partition(":")[2].strip()]
            elif head.startswith(_fold(CODES)):
                if memo is not None:
                    memos.append("\n".join(memo).strip())
                memo = None
                entries += _SEPARATORS.split(line.partition(":")[2])
            elif memo is not None:
                memo.append(line)
            else:
                entries += _SEPARATORS.split(line)
        if memo is not None:
            memos.append("\n".join(memo).strip())
    said = [entry.strip() for entry in entries if entry.strip()]
    decisions = list(dict.fromkeys(_DECISIONS[_fold(s)] for s in said if _fold(s) in _DECISIONS))
    codes = tuple(dict.fromkeys(s for s in said if _fold(s) not in _DECISIONS))
    passage = passages.get(excerpt_id)
    return FilledRow(
        excerpt_id=excerpt_id,
        words=snippet(passage.words if passage else "", 40),
        decision=" and ".join(decisions),
        codes=codes,
        memo="\n".join(filter(None, memos)),
        rejected=shown if decisions == ["reject"] else (),
        shown=shown,
        hash=words_hash(excerpt_id, passage.words) if passage and passage.words.strip() else "",
    )


def _notes(own: dict[str, str], passages: dict[str, _Passage]) -> Iterator[str]:
    lost = sum(excerpt_id not in own for excerpt_id in passages)
    if lost:
        yield f"{lost} passages have lost their comment; of these only what was written anew is read"
    gone = sum(excerpt_id not in passages for excerpt_id in own)
    if gone:
        yield f"the words of {gone} passages are no longer in the document"
    if own and not any(passage.hash for passage in passages.values()):
        yield "the bookmarks are gone: the passages were found by their comments"


def _problem(
    excerpt_id: str, passages: dict[str, _Passage], name: str, message: str, hint: str | None
) -> Problem:
    passage = passages.get(excerpt_id)
    words = snippet(passage.words, 40) if passage and passage.words.strip() else ""
    called = f"“{words}” ({excerpt_id})" if words else excerpt_id
    return Problem(f"{called}: {message}", name, None, hint)


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold().rstrip(".")
