"""Small writers of transcripts in the shapes that people and programs write, for reading them back."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ODF = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("style", "style"),
        ("fo", "xsl-fo-compatible"),
    )
)
CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONSHIPS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
    'officeDocument" Target="word/document.xml"/></Relationships>'
)


class Spoken(NamedTuple):
    """A turn to be written: words without line ends."""

    speaker: str
    words: str
    start: float = 0.0
    end: float = 0.0


def clock(seconds: float, mark: str = ".") -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{mark}{thousandths:03}"


def short_clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def run(text: str, *, bold: bool = False) -> str:
    properties = "<w:rPr><w:b/></w:rPr>" if bold else ""
    lines = [f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n")]
    return f"<w:r>{properties}{'<w:br/>'.join(lines)}</w:r>"


def paragraph(*runs: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    content = [part if part.startswith("<w:") else run(part) for part in runs]
    return f"<w:p>{properties}{''.join(content)}</w:p>"


def table(rows: Sequence[Sequence[str]]) -> str:
    cells = [[f"<w:tc>{''.join(map(paragraph, cell.split(chr(10))))}</w:tc>" for cell in row] for row in rows]
    return f"<w:tbl>{''.join(f'<w:tr>{chr(32).join(row)}</w:tr>' for row in cells)}</w:tbl>"


def docx(*body: str, **parts: str) -> bytes:
    """A Word document of these paragraphs and tables, with further parts by name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", RELATIONSHIPS)
        document = f"<w:document {W}><w:body>{''.join(body)}</w:body></w:document>"
        archive.writestr("word/document.xml", f'<?xml version="1.0"?>{document}')
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def write_text(turns: Sequence[Spoken]) -> bytes:
    return "\n\n".join(f"{t.speaker}: {t.words}" for t in turns).encode()


def write_otter(turns: Sequence[Spoken]) -> bytes:
    blocks = [f"{t.speaker}  {short_clock(t.start)}  \n{t.words}\n" for t in turns]
    return ("\n".join(blocks) + "\nTranscribed by https://otter.ai\n").encode()


def write_rev(turns: Sequence[Spoken]) -> bytes:
    return "\n\n".join(f"{t.speaker} ({short_clock(t.start)}):\n{t.words}" for t in turns).encode()


def write_stamped(turns: Sequence[Spoken]) -> bytes:
    return "\r\n".join(f"[{clock(t.start)[:8]}] {t.speaker}: {t.words}" for t in turns).encode()


def write_markdown(turns: Sequence[Spoken]) -> bytes:
    return ("# Interview\n\n" + "\n\n".join(f"**{t.speaker}:** {t.words}" for t in turns)).encode()


def write_docx(turns: Sequence[Spoken]) -> bytes:
    return docx(*[paragraph(run(f"{t.speaker}:", bold=True), f" {t.words}") for t in turns])


def write_docx_table(turns: Sequence[Spoken]) -> bytes:
    rows = [[short_clock(t.start), t.speaker, t.words] for t in turns]
    return docx(table([["Time", "Speaker", "Text"], *rows]))


def write_teams_docx(turns: Sequence[Spoken]) -> bytes:
    blocks = [
        paragraph(run(t.speaker, bold=True), run(f"   {short_clock(t.start)}\n{t.words}")) for t in turns
    ]
    return docx(paragraph("Weekly-20260615_133555-Meeting Transcript"), *blocks)


def odt(*body: str, **parts: str) -> bytes:
    """An OpenDocument text of these paragraphs and tables; T1 is a bold style."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text", zipfile.ZIP_STORED)
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {ODF}><office:automatic-styles>'
            '<style:style style:name="T1" style:family="text"><style:text-properties fo:font-weight="bold"/>'
            f"</style:style></office:automatic-styles><office:body><office:text>{''.join(body)}</office:text>"
            "</office:body></office:document-content>",
        )
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def write_odt(turns: Sequence[Spoken]) -> bytes:
    return odt(
        *[
            f'<text:p><text:span text:style-name="T1">{escape(t.speaker)}:</text:span> '
            f"{escape(t.words)}</text:p>"
            for t in turns
        ]
    )


def rtf_text(text: str) -> str:
    """Text as RTF: backslash and braces escaped, everything beyond ASCII as numbers of UTF-16 units."""
    units = text.encode("utf-16-le", "surrogatepass")
    codes = [int.from_bytes(units[i : i + 2], "little") for i in range(0, len(units), 2)]
    return "".join(
        f"\\u{code - 65536 if code > 32767 else code}?"
        if code > 126
        else f"\\{chr(code)}"
        if chr(code) in "\\{}"
        else chr(code)
        for code in codes
    )


def write_rtf(turns: Sequence[Spoken]) -> bytes:
    paragraphs = [rf"\pard {{\b {rtf_text(t.speaker)}:}} {rtf_text(t.words)}\par" for t in turns]
    head = "{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}\r\n"
    return (head + "\r\n".join(paragraphs) + "}").encode()


def write_zoom_vtt(turns: Sequence[Spoken]) -> bytes:
    cues = [
        f"{n}\n{clock(t.start)} --> {clock(t.end)}\n{t.speaker}: {t.words}\n" for n, t in enumerate(turns, 1)
    ]
    return ("WEBVTT\n\n" + "\n".join(cues)).encode()


def write_teams_vtt(turns: Sequence[Spoken]) -> bytes:
    cues = [
        f"3f2a1b77-0000-4000-8000-0123456789ab/{n}-0\n{clock(t.start)} --> {clock(t.end)}\n"
        f"<v {escape(t.speaker)}>{escape(t.words)}</v>\n"
        for n, t in enumerate(turns)
    ]
    return b"\xef\xbb\xbf" + ("WEBVTT\r\n\r\n" + "\r\n".join(cues).replace("\n", "\r\n")).encode()


def write_srt(turns: Sequence[Spoken]) -> bytes:
    cues = [
        f"{n}\n{clock(t.start, ',')} --> {clock(t.end, ',')}\n[{t.speaker}]: {t.words}\n"
        for n, t in enumerate(turns, 1)
    ]
    return "\n".join(cues).encode()


def write_whisperx(turns: Sequence[Spoken]) -> bytes:
    segments = [
        {"start": t.start, "end": t.end, "text": f" {t.words}", "speaker": t.speaker, "words": []}
        for t in turns
    ]
    return json.dumps({"segments": segments, "language": "en"}).encode()


def write_blocks(turns: Sequence[Spoken]) -> bytes:
    """As Recall.ai writes them."""
    blocks = [
        {
            "participant": {"id": n, "name": t.speaker},
            "words": [
                {"text": word, "start_timestamp": {"relative": t.start}, "end_timestamp": {"relative": t.end}}
                for word in t.words.split()
            ],
        }
        for n, t in enumerate(turns)
    ]
    return json.dumps(blocks).encode()


def write_trs(turns: Sequence[Spoken]) -> bytes:
    speakers = sorted({t.speaker for t in turns})
    known = "".join(f"<Speaker id='s{n}' name={quoteattr(s)}/>" for n, s in enumerate(speakers))
    said = "".join(
        f"<Turn speaker='s{speakers.index(t.speaker)}' startTime='{t.start}' endTime='{t.end}'>"
        f"<Sync time='{t.start}'/>\n{escape(t.words)}\n</Turn>"
        for t in turns
    )
    body = f"<Speakers>{known}</Speakers><Episode><Section>{said}</Section></Episode>"
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE Trans SYSTEM "trans-14.dtd">\n'
    return f"{head}<Trans>{body}</Trans>".encode()


def write_coded_rows(turns: Sequence[Spoken]) -> bytes:
    rows = [
        {"doc": "P01", "i": i, "speaker": t.speaker, "text": t.words, "codes": [], "start_time": t.start}
        for i, t in enumerate(turns)
    ]
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


WRITERS: dict[str, tuple[str, Callable[[Sequence[Spoken]], bytes]]] = {
    "text": ("P01.txt", write_text),
    "otter": ("P01.txt", write_otter),
    "rev": ("P01.txt", write_rev),
    "stamped": ("P01.txt", write_stamped),
    "markdown": ("P01.md", write_markdown),
    "docx": ("P01.docx", write_docx),
    "docx table": ("P01.docx", write_docx_table),
    "teams docx": ("P01.docx", write_teams_docx),
    "odt": ("P01.odt", write_odt),
    "rtf": ("P01.rtf", write_rtf),
    "zoom vtt": ("P01.vtt", write_zoom_vtt),
    "teams vtt": ("P01.vtt", write_teams_vtt),
    "srt": ("P01.srt", write_srt),
    "whisperx": ("P01.json", write_whisperx),
    "blocks of words": ("P01.json", write_blocks),
    "transcriber": ("P01.trs", write_trs),
    "coded rows": ("P01.jsonl", write_coded_rows),
}
