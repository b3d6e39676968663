"""Damaged and hostile files, made from good ones by a seeded random generator."""

from __future__ import annotations

import csv
import io
import random
import re
import struct
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from xml.etree import ElementTree

from tests.formats.writers import WRITERS, Spoken

__all__ = ["damaged_cells", "damaged_xml", "hostile_files", "mutants", "seeds"]

TURNS = [
    Spoken("INT", "So, how was it – the café?", 1.0, 2.0),
    Spoken("P01", "It was fine. I went there every week, 12 times.", 2.5, 6.0),
    Spoken("INT", "And then?", 6.5, 7.0),
    Spoken("P01", "Then 🙂 I left, because it’s far & late.", 8.0, 11.0),
] * 5
EXTENSIONS = "txt md docx odt rtf pdf vtt srt json jsonl csv tsv xlsx eaf trs cha textgrid ttml otr".split()
NASTY = (
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r",
    b"\x15",
    b"-->",
    b"99999999999999999999:99",
    b"{" * 50,
    b"[" * 50,
    b"<v " * 20,
    b"&#x110000;",
    b"\\u-1?",
    b"\\'zz",
    b"NaN",
    b'"',
    b"\n\n\n",
    b":" * 30,
    b"[00:00:00]" * 10,
    "‮".encode(),
    "\ud800".encode("utf-8", "surrogatepass"),
)


@cache
def seeds() -> tuple[tuple[str, bytes], ...]:
    """Good files of every shape: (name, bytes), the same on every day."""
    return tuple((name, _undated(data)) for name, data in _good_files())


def _good_files() -> list[tuple[str, bytes]]:
    chat = "@UTF8\n@Begin\n@Participants:\tINV X Investigator\n*INV:\tso it ? \x150_1500\x15\n@End\n"
    eaf = (
        '<?xml version="1.0"?><ANNOTATION_DOCUMENT><TIME_ORDER><TIME_SLOT TIME_SLOT_ID="a" TIME_VALUE="0"/>'
        '<TIME_SLOT TIME_SLOT_ID="b" TIME_VALUE="9"/></TIME_ORDER><TIER TIER_ID="INT"><ANNOTATION>'
        '<ALIGNABLE_ANNOTATION TIME_SLOT_REF1="a" TIME_SLOT_REF2="b"><ANNOTATION_VALUE>So it?'
        "</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER></ANNOTATION_DOCUMENT>"
    )
    table = "start,end,speaker,text\n0:01,0:02,INT,So it?\n0:03,0:04,P01,It was\n"
    answers = "id,site,Why did you go?\n1,A,Because my friend went there.\n2,B,I wanted to see it.\n"
    aws = (
        '{"results": {"items": [{"type": "pronunciation", "start_time": "0.1", "end_time": "0.2", '
        '"speaker_label": "spk_0", "alternatives": [{"content": "So"}]}, {"type": "punctuation", '
        '"alternatives": [{"content": "."}]}]}}'
    )
    grid = (
        'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\nxmax = 9\n'
        "tiers? <exists>\nsize = 1\n"
        'item []:\nitem [1]:\nclass = "IntervalTier"\nname = "INT"\nxmin = 0\nxmax = 9\nintervals: size = 1\n'
        'intervals [1]:\nxmin = 0\nxmax = 9\ntext = "So ""it""?"\n'
    )
    ttml = (
        '<tt xmlns="http://www.w3.org/ns/ttml"><head><metadata><agent xml:id="a"><name>INT</name></agent>'
        '</metadata></head><body><div begin="1s"><p begin="00:00:01.5" end="00:00:03:12" agent="a">So<br/>it?'
        '</p><p begin="4s" dur="900ms"><span>It was</span></p></div></body></tt>'
    )
    otr = (
        r'{"text": "<p><span class=\"timestamp\" data-timestamp=\"3.2\">00:03</span>INT: So <b>it</b>?<br/>'
        r'</p><p>P01: It was.</p>", "media": "a.mp3", "media-time": 4}'
    )
    page = "AA\nAnn Ash\n0 minutes 3 seconds\n0:03\nAnn Ash 0 minutes 3 seconds\nSo it?\n" * 4
    drawn = "| Time | Speaker | Text |\n|---|---|---|\n| 0:03 | INT | So it? |\n| 0:05 | P01 | It was. |\n"
    listed = '{"sentences": [{"text": "So it?", "start": 100, "end": 900, "speaker": "A", "words": []}]}'
    return [
        *((name, write(TURNS)) for name, write in WRITERS.values()),
        ("P01.cha", chat.encode()),
        ("P01.eaf", eaf.encode()),
        ("P01.csv", table.encode()),
        ("P01.csv", answers.encode()),
        ("P01.json", aws.encode()),
        ("P01.json", listed.encode()),
        ("P01.TextGrid", grid.encode()),
        ("P01.txt", page.encode()),
        ("P01.txt", b"\xc2\xa4<0>INT: So?\n\xc2\xa4<3500>P01: It was.\n"),
        ("P01.md", drawn.encode()),
        ("P01.xlsx", _workbook()),
        ("P01.ttml", ttml.encode()),
        ("P01.otr", otr.encode()),
    ]


def mutants(n: int, seed: int = 20261122) -> Iterator[tuple[str, bytes]]:
    """`n` damaged files, the same for the same seed: each a good one mutated one to four times."""
    chance = random.Random(seed)
    good = seeds()
    for _ in range(n):
        name, data = chance.choice(good)
        for _ in range(chance.randint(1, 4)):
            data = chance.choice(_MUTATIONS)(data, chance)[:2_000_000]
        if chance.random() < 0.15:
            name = f"P01.{chance.choice(EXTENSIONS)}"
        yield name, data


WRONG_VALUES = ("", "x", "-1", "99999999999999999999", "NaN", "0:99", "\N{RIGHT-TO-LEFT OVERRIDE}")
_SOME = 25  # elements; more of a document are like those before


def damaged_xml(data: bytes) -> Iterator[bytes]:
    """XML with each element in turn left out, twice or empty, and each attribute left out or with what does
    not belong there; of an archive, each of its parts."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {part.filename: archive.read(part) for part in archive.infolist()}
        for name, part in parts.items():
            if name.endswith(".xml"):
                yield from (_zip({**parts, name: other}) for other in damaged_xml(part))
        return
    for i, element in enumerate(list(ElementTree.fromstring(data).iter())[:_SOME]):
        for wrong in ("left out", "twice", "empty", *_attributes(element)):
            root = ElementTree.fromstring(data)
            _damage(root, list(root.iter())[i], wrong)
            yield ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _attributes(element: ElementTree.Element) -> Iterator[tuple[str, str | None]]:
    return ((key, value) for key in element.keys() for value in (None, *WRONG_VALUES))  # noqa: SIM118


def _damage(
    root: ElementTree.Element, element: ElementTree.Element, wrong: str | tuple[str, str | None]
) -> None:
    parents = {child: parent for parent in root.iter() for child in parent}
    if isinstance(wrong, tuple):
        key, value = wrong
        element.attrib.pop(key)
        if value is not None:
            element.set(key, value)
    elif wrong == "empty":
        element.text = None
        del element[:]
    elif element in parents and wrong == "left out":
        parents[element].remove(element)
    elif element in parents:
        parents[element].append(element)


def damaged_cells(text: str) -> Iterator[str]:
    """A table in which each cell in turn is left out or holds what does not belong there."""
    rows = list(csv.reader(io.StringIO(text)))
    for r, row in enumerate(rows):
        for c in range(len(row)):
            for wrong in (None, *WRONG_VALUES):
                changed = [*row[:c], *([] if wrong is None else [wrong]), *row[c + 1 :]]
                out = io.StringIO()
                csv.writer(out).writerows([*rows[:r], changed, *rows[r + 1 :]])
                yield out.getvalue()


def hostile_files() -> dict[str, tuple[str, bytes]]:
    """Attacks by name: bombs, entities, declared sizes, paths out of the folder, depth."""
    billion = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    entities = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{billion}]><x>&a9;</x>'.encode()
    external = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
    body = b'<w:document xmlns:w="w"><w:body/></w:document>'
    bomb = b"<x>" + b" " * (70 << 20) + b"</x>"
    deep = b"<x>" * 100_000 + b"</x>" * 100_000
    return {
        "docx bomb": ("P01.docx", _zip({"word/document.xml": bomb})),
        "odt bomb": ("P01.odt", _zip({"content.xml": bomb})),
        "xlsx bomb": ("P01.xlsx", _zip({"xl/workbook.xml": bomb})),
        "docx of a gigabyte, it says": ("P01.docx", _declare(_zip({"word/document.xml": body}), 1 << 30)),
        "odt of four gigabytes, it says": ("P01.odt", _declare(_zip({"content.xml": body}), 0xFFFFFFF0)),
        "docx entities": ("P01.docx", _zip({"word/document.xml": entities})),
        "odt entities": ("P01.odt", _zip({"content.xml": entities})),
        "xlsx entities": ("P01.xlsx", _zip({"xl/workbook.xml": entities})),
        "eaf entities": ("P01.eaf", entities.replace(b"<x>", b"<ANNOTATION_DOCUMENT>")),
        "eaf external": ("P01.eaf", external.replace(b"<x>", b"<ANNOTATION_DOCUMENT>")),
        "docx external": ("P01.docx", _zip({"word/document.xml": external})),
        "utf-16 entities": ("P01.docx", _zip({"word/document.xml": entities.decode().encode("utf-16")})),
        "docx deep": ("P01.docx", _zip({"word/document.xml": deep})),
        "odt deep": ("P01.odt", _zip({"content.xml": deep})),
        "json deep": ("P01.json", b'{"segments": ' + b"[" * 200_000),
        "jsonl deep": ("P01.jsonl", b'{"doc": "a", "text": ' + b"[" * 200_000),
        "rtf deep": ("P01.rtf", b"{\\rtf1 " + b"{" * 200_000),
        "paths out of the folder": ("P01.docx", _zip({"../../etc/x.xml": body, "/word/y.xml": body})),
        "many parts": ("P01.docx", _zip({f"word/{n}.xml": b"" for n in range(20_000)})),
        "zip in itself": ("P01.docx", _zip({"word/document.xml": _zip({"word/document.xml": body})})),
        "one long line": ("P01.txt", b"INT: " + b"so it was and " * 750_000),
        "one long word": ("P01.txt", b"INT: " + b"a" * 10_000_000),
        "many colons": ("P01.txt", b"a:" * 2_000_000),
        "many labels": ("P01.txt", b"".join(b"Ann%d: so\n" % n for n in range(30_000))),
        "many spaces": ("P01.txt", b"INT: so" + b" " * 5_000_000 + b"x\nP01:" + b"\t" * 1_000_000),
        "many stamps": ("P01.txt", b"INT: so" + b" [00:00:01] so" * 200_000),
        "many voices": ("P01.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"<v A>a" * 300_000),
        "many open tags": ("P01.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"<v " * 500_000),
        "many cues": (
            "P01.srt",
            b"".join(b"%d\n00:00:01,000 --> 00:00:02,000\nINT: so\n\n" % n for n in range(40_000)),
        ),
        "many braces": ("P01.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"{\\" * 500_000),
        "many quotes": ("P01.csv", b"speaker,text\n" + b'"' * 2_000_001),
        "many quotes in a grid": (
            "P01.TextGrid",
            b'File type = "ooTextFile" Object class = "TextGrid"' + b' "' * 1_000_001,
        ),
        "many tiers, it says": (
            "P01.TextGrid",
            b'"ooTextFile" "TextGrid" 0 9 <exists> 999999999 ' + b"1 " * 99,
        ),
        "many rules": ("P01.md", b"INT | so\n" + b"---|---\n" * 80_000),
        "many times aloud": ("P01.txt", b"Ann 0 minutes 3 seconds\n" * 100_000),
        "many codes": ("P01.txt", b"INT: so" + b"\xc2\xa4<1>" * 300_000),
        "many columns": ("P01.csv", b"speaker,text" + b",a" * 200_000 + b"\nINT,so"),
    }


def _flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _delete(data: bytes, chance: random.Random) -> bytes:
    a, b = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[:a] + data[b:]


def _repeat(data: bytes, chance: random.Random) -> bytes:
    a, b = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[:b] + data[a:b] * chance.choice([1, 2, 50]) + data[b:]


def _insert(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(NASTY) + data[at:]


def _shuffle_lines(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    chance.shuffle(lines)
    return b"\n".join(lines)


def _recode(data: bytes, chance: random.Random) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(chance.choice(["utf-16", "utf-16-le", "cp1252", "utf-32", "cp037"]), "replace")


def _splice(data: bytes, chance: random.Random) -> bytes:
    _, other = chance.choice(seeds())
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other)) :]


def _inside_zip(data: bytes, chance: random.Random) -> bytes:
    """One part of an archive mutated, and the archive made anew."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {part.filename: archive.read(part) for part in archive.infolist()}
    except Exception:  # a mutant that is no archive any more
        return _flip(data, chance)
    name = chance.choice(sorted(parts))
    mutate = chance.choice([_flip, _cut, _delete, _repeat, _insert])
    return _zip({**parts, name: mutate(parts[name], chance)})


_MUTATIONS: Sequence[Callable[[bytes, random.Random], bytes]] = (
    _flip,
    _cut,
    _delete,
    _repeat,
    _insert,
    _insert,
    _shuffle_lines,
    _recode,
    _splice,
    _inside_zip,
    _inside_zip,
)


def _undated(data: bytes) -> bytes:
    """An archive without when it was made, which would be in each of its mutants."""
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {part.filename: archive.read(part) for part in archive.infolist()}
    dated = re.compile(rb"\d{4}-\d\d-\d\dT[\d:]{8}Z")
    return _zip({name: dated.sub(b"2026-01-01T00:00:00Z", part) for name, part in parts.items()})


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _declare(data: bytes, size: int) -> bytes:
    """The archive with its last part said to unpack to `size` bytes."""
    at = data.rindex(b"PK\x01\x02")
    return data[: at + 24] + struct.pack("<I", size) + data[at + 28 :]


def _workbook() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["start", "speaker", "text"], ["0:01", "INT", "So?"], ["0:02", "P01", "It was."]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
