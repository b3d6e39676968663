"""excerpts.xlsx: a workbook to review excerpts in, by people who have no other tool.

Every text goes in as a string: nothing that somebody said can become a formula, a link, a number or a date.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any

from thematic.codebook import walk
from thematic.formats.exports.excerpt_rows import (
    PROMPTS,
    ExcerptRow,
    caution,
    clock,
    code_labels,
    coder_names,
    codings_elsewhere,
    excerpt_rows,
    further_notes,
    how_sure,
    said_by,
    stability_in_words,
    why,
)
from thematic.model import Codebook, StudyData
from thematic.packets import BY_LOT, PACKET_SCHEMA, Packet, make_packet
from thematic.text import snippet

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["BLIND_DECISIONS", "CELL_LIMIT", "DECISIONS", "KEY_SHEET", "cell_text", "render", "row_hash"]

DECISIONS = {
    "accept": "The suggested code applies. Leave “Code” empty.",
    "change": "Another code applies instead: choose it under “Code”.",
    "reject": "The suggested code does not apply. This says nothing of other codes.",
    "none applies": "No code of the codebook applies.",
    "unsure": "To be talked about: say why in the memo.",
}
"""What a reviewer may choose under Decision, and what each choice means."""

BLIND_DECISIONS = {
    "coded": "The codes chosen under “Code” and “Also” apply. You may leave this empty.",
    "none applies": "No code of the codebook applies.",
    "unsure": "To be talked about: say why in the memo.",
}
"""The same where no suggestion is shown."""

BLIND = "Code from the words and the codebook alone. Suggestions and other people's codings are not shown."

CELL_LIMIT = 32_767
"""Characters a cell can hold, counted in UTF-16 units as Excel does."""

ROW_LIMIT = 409  # points, Excel's own
EVIDENCE_WIDTH = 110  # characters of a definition or an example; the sheet Codebook has all of it
INK, MUTED, WARN, LINE = "#1F2933", "#5F6B76", "#9A3412", "#D5DAE0"
HEADER, INPUT_HEADER, INPUT = "#2F4858", "#8A5A00", "#FFF8D6"

# Title, width in characters, and whether a reviewer writes there. As far as the memo they fit a small laptop;
# what is beyond is for those who ask.
REVIEW_COLUMNS: tuple[tuple[str, float, bool], ...] = (
    ("Excerpt", 14.5, False),
    ("Transcript", 11, False),
    ("Speaker, time", 11, False),
    ("Question before", 22, False),
    ("Words", 46, False),
    ("Suggested code", 19, False),
    ("Band", 16, False),
    ("Other suggestions", 27, False),
    ("Decision", 12, True),
    ("Code", 18, True),
    ("Also", 18, True),
    ("Memo", 22, True),
    ("Why", 60, False),
    ("Cluster", 9, False),
    ("Codings so far", 28, False),
)


KEY_SHEET = "_key"
_SUGGESTED = frozenset({"Suggested code", "Band", "Other suggestions", "Why", "Cluster", "Codings so far"})


def render(data: StudyData, *, packet: Packet | None = None) -> bytes:
    """A workbook with the sheets Read me, Review, Codebook and Clusters. Same data, same bytes.

    A hidden sheet holds the hash of each row's words and says for whom the workbook is, so that it can be
    read back: packet, or without one whoever fills it in. A blind packet shows no suggestions, no clusters
    and nobody's codings.

    A text too long for a cell is cut at a word, with a note of where the full text is. Characters that a
    spreadsheet cannot hold are replaced by �.
    """
    import xlsxwriter

    target = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    blind = packet is not None and packet.mode == "blind"
    if blind:
        data = replace(data, suggestions=(), clustering=None, codings=(), notes=())
    rows = excerpt_rows(data)
    packet = packet or make_packet("", "assist", data.codebook, [row.excerpt for row in rows])
    with xlsxwriter.Workbook(target, options) as workbook:
        # Without a date of its own the file would carry the time at which it was made.
        workbook.set_properties({"title": _holdable(data.title)[:255], "created": datetime(2000, 1, 1)})
        formats = _Formats(workbook)
        names = ("Read me", "Review", "Codebook") if blind else ("Read me", "Review", "Codebook", "Clusters")
        sheets = {name: workbook.add_worksheet(name) for name in names}
        for sheet in sheets.values():
            sheet.hide_gridlines(2)
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)
            sheet.set_footer("&L&A&RPage &P of &N")
        choices = _choices(data.codebook)
        _read_me(sheets["Read me"], formats, data, rows, blind=blind, by_lot=bool(packet.coder))
        _review(sheets["Review"], formats, data, rows, choices, blind=blind)
        _codebook(workbook, sheets["Codebook"], formats, data.codebook, choices)
        if not blind:
            _clusters(sheets["Clusters"], formats, data)
        _key(workbook, packet, rows)
    return target.getvalue()


def cell_text(text: str) -> str:
    """The words of an excerpt as the sheet Review shows them: what a row's hash is made of."""
    return _fitted(_holdable(text), "see the transcript")


# --- Sheets --------------------------------------------------------------------------------------------


def _key(workbook: Workbook, packet: Packet, rows: Sequence[ExcerptRow]) -> None:
    """The hidden sheet that ties the workbook to its study; an import checks every row against it."""
    workbook.set_custom_property("thematic_packet", packet.id)
    sheet = workbook.add_worksheet(KEY_SHEET)
    sheet.very_hidden()
    head = [(key, str(value)) for key, value in asdict(packet).items()]
    for line, cells in enumerate([("schema", PACKET_SCHEMA), *head]):
        for column, text in enumerate(cells):
            sheet.write_string(line, column, text)
    for line, row in enumerate(rows, start=len(head) + 2):
        shown = ";".join(s.code_id or "" for s in row.shortlist)
        for column, text in enumerate((row.excerpt.id, row_hash(row.excerpt.id, row.excerpt.text), shown)):
            sheet.write_string(line, column, text)


def row_hash(excerpt_id: str, words: str) -> str:
    """The hash of a row: of its id and the words as the sheet shows them."""
    return sha256(f"{excerpt_id}\0{cell_text(words)}".encode()).hexdigest()


def _read_me(
    sheet: Worksheet,
    formats: _Formats,
    data: StudyData,
    rows: Sequence[ExcerptRow],
    *,
    blind: bool,
    by_lot: bool,
) -> None:
    widths = (3, 18, 104)
    for index, width in enumerate(widths):
        sheet.set_column(index, index, width)
    _write(sheet, 0, 1, data.title, formats(bold=True, font_size=18, font_color=INK))
    active = sum(code.status == "active" for code in data.codebook.codes)
    summary = (
        f"{len(rows):,} excerpts from {len(data.transcripts):,} transcripts, "
        f"and a codebook of {active:,} codes and themes."
    )
    _write(sheet, 1, 1, summary, formats(font_color=MUTED))
    elsewhere = len(codings_elsewhere(data))
    notes = [("", note) for note in further_notes(data)]
    if elsewhere:
        notes.append(("", f"{elsewhere:,} codings lie outside the excerpts and are not in this workbook."))
    sections: list[tuple[str, list[tuple[str, str]]]] = [
        (
            "What this is",
            [("Blind coding", BLIND)]
            if blind
            else [
                ("Suggestions", caution(data.suggestions) + (f" {BY_LOT}" if by_lot else "")),
                ("Clusters", PROMPTS),
            ],
        ),
        (
            "How to fill it in",
            [
                (
                    "Sheet “Review”",
                    "Read the words and the question before them. Write in yellow cells only.",
                ),
                *(BLIND_DECISIONS if blind else DECISIONS).items(),
                ("“Also”", "Further codes of the same words, with ; between them."),
            ],
        ),
        (
            "Good to know",
            [
                ("Locked cells", "Ids and words are locked so that nothing moves; there is no password."),
                ("Filter and sort", "Filters work. To sort, choose Review, Unprotect Sheet first."),
                ("Exact words", "� is a character that a spreadsheet cannot hold: see excerpts.jsonl."),
            ],
        ),
        ("Notes of this run", notes),
    ]
    blank, body = formats(), formats(text_wrap=True, valign="top", font_color=INK)
    line = 3
    for title, entries in filter(lambda section: section[1], sections):
        _write(sheet, line, 1, title, formats(bold=True, font_size=12, font_color=HEADER))
        for head, text in entries:
            line += 1
            cells = (("", blank), (head, formats(bold=True, valign="top", font_color=INK)), (text, body))
            _row(sheet, line, cells, widths)
        line += 2


def _review(
    sheet: Worksheet,
    formats: _Formats,
    data: StudyData,
    rows: Sequence[ExcerptRow],
    choices: Mapping[str, str],
    *,
    blind: bool,
) -> None:
    columns = REVIEW_COLUMNS if data.codings else REVIEW_COLUMNS[:-1]
    if blind:
        columns = tuple(column for column in columns if column[0] not in _SUGGESTED)
    widths = [width for _, width, _ in columns]
    _header(sheet, formats, 0, [(title, width) for title, width, _ in columns])
    for index, (title, _, is_input) in enumerate(columns):
        if is_input:
            _write(sheet, 0, index, title, formats.header(INPUT_HEADER))
    sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})
    sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    if rows:
        _drop_downs(sheet, columns, len(rows), BLIND_DECISIONS if blind else DECISIONS, bool(choices))
    colors = {code.id: code.color for code in data.codebook.codes}
    labels, names = code_labels(data.codebook), coder_names(data)
    clusters = data.clustering.clusters if data.clustering else ()
    shown = {cluster.id for cluster in clusters if cluster.status != "hidden"}
    plain, muted, to_fill = formats.cell(), formats.cell(font_color=MUTED), ("", formats.input())
    asked = formats.cell(font_color=MUTED, italic=True)
    for line, row in enumerate(rows, start=1):
        excerpt = row.excerpt
        first = row.shortlist[0] if row.shortlist else None
        code_id = (first.code_id or "") if first else ""
        color = colors.get(code_id)
        edge = {"left": 5, "left_color": color} if color else {}
        codings = (
            f"{said_by(c, names)}: {choices.get(c.code_id, labels.get(c.code_id, c.code_id))}"
            for c in row.codings
        )
        others = (f"{choices.get(s.code_id or '', s.code_id)} · {how_sure(s)}" for s in row.shortlist[1:])
        cells: dict[str, _Cell] = {
            "Excerpt": (excerpt.id, formats.cell(font_color=MUTED, font_size=9)),
            "Transcript": (excerpt.transcript_id, plain),
            "Speaker, time": ("\n".join(filter(None, (excerpt.speaker, clock(excerpt.start_time)))), plain),
            "Question before": (excerpt.question.text if excerpt.question else "", asked),
            "Words": (excerpt.text, plain),
            "Suggested code": (choices.get(code_id, code_id), formats.cell(bold=True, **edge)),
            "Band": (how_sure(first) if first else "", plain),
            "Other suggestions": ("\n".join(others), muted),
            "Why": (_reasons(formats, row, labels, choices), muted),
            "Cluster": (row.cluster.id if row.cluster and row.cluster.id in shown else "", muted),
            "Codings so far": ("\n".join(codings), muted),
        }
        _row(sheet, line, [cells.get(title, to_fill) for title, _, _ in columns], widths)


def _drop_downs(
    sheet: Worksheet,
    columns: Sequence[tuple[str, float, bool]],
    rows: int,
    decisions: Mapping[str, str],
    has_codes: bool,
) -> None:
    decision = {
        "validate": "list",
        "source": list(decisions),
        "error_title": "Not a decision",
        "error_message": f"Choose one of: {', '.join(decisions)}.",
    }
    code = {
        "validate": "list",
        "source": "=codes",
        "error_title": "Not in the codebook",
        "error_message": "Choose a code of the sheet Codebook. A new one goes into the memo.",
    }
    places = {title: index for index, (title, _, _) in enumerate(columns)}
    # Several codes, with ; between them, are in no list: the program asks, and an import checks each.
    also = code | {
        "error_type": "warning",
        "error_title": "More than one code?",
        "error_message": "Names of codes of the sheet Codebook, with ; between them.",
    }
    lists = {"Decision": decision} | ({"Code": code, "Also": also} if has_codes else {})
    for title, options in lists.items():
        sheet.data_validation(1, places[title], rows, places[title], options)


def _reasons(
    formats: _Formats, row: ExcerptRow, labels: Mapping[str, str], choices: Mapping[str, str]
) -> list[_Piece]:
    """The pieces of the cell that says why: for each suggested code the nearest wording, and the warnings."""
    name, grey, warn = formats(bold=True, font_color=INK), formats(font_color=MUTED), formats(font_color=WARN)
    if row.abstained:
        return [(f"No suggestion: {row.abstained.reason or 'reason not recorded'}", grey)]
    pieces: list[_Piece] = []
    for suggestion in row.shortlist:
        code_id = suggestion.code_id or ""
        nearest = [e for e in suggestion.evidence if not e.warning][:1]
        for e in (*nearest, *(e for e in suggestion.evidence if e.warning)):
            reason = snippet(why(e, suggestion, labels), EVIDENCE_WIDTH)
            newline = "\n" if pieces else ""
            pieces.append((f"{newline}{choices.get(code_id, code_id)}: ", name))
            pieces.append((f"careful, {reason}", warn) if e.warning else (reason, grey))
    return pieces


def _codebook(
    workbook: Workbook, sheet: Worksheet, formats: _Formats, codebook: Codebook, choices: Mapping[str, str]
) -> None:
    columns = (
        ("Code", 30), ("", 3), ("Definition", 46), ("Include", 36), ("Exclude", 36), ("Examples", 46),
        ("Not this", 36), ("Id", 22), ("Status", 10),
    )  # fmt: skip
    _header(sheet, formats, 0, columns)
    # Codes no longer in use stand below, outside the range of the drop-down.
    ordered = sorted(walk(codebook), key=lambda entry: entry[1].id not in choices)
    if choices:
        workbook.define_name("codes", f"=Codebook!$A$2:$A${len(choices) + 1}")
    muted = formats.cell(font_color=MUTED)
    for line, (depth, code) in enumerate(ordered, start=1):
        look = {"indent": 1 + min(2 * depth, 10)} if depth else {"bold": True}
        lists = (code.include, code.exclude, code.examples, code.counter_examples)
        texts = (code.definition, *("\n".join(f"• {item}" for item in items) for items in lists))
        cells: list[_Cell] = [
            (choices.get(code.id, code.name), formats.cell(**look)),
            ("", formats.cell(bg_color=code.color) if code.color else formats.cell()),
            *((text, formats.cell()) for text in texts),
            (code.id, muted),
            (f"merged into {code.merged_into}" if code.status == "merged" else code.status, muted),
        ]
        _row(sheet, line, cells, [width for _, width in columns], "the full text is in the codebook")


def _clusters(sheet: Worksheet, formats: _Formats, data: StudyData) -> None:
    clustering = data.clustering
    clusters = clustering.clusters if clustering else ()
    shown = [cluster for cluster in clusters if cluster.status != "hidden"]
    columns = (
        ("Cluster", 10), ("Terms", 30), ("Excerpts", 10), ("Interviews", 11), ("Stability", 26),
        ("Against the codebook", 46), ("To read first", 90),
    )  # fmt: skip
    _header(sheet, formats, 2, columns)
    note = formats(font_color=MUTED, italic=True)
    _write(sheet, 0, 0, (clustering.note or PROMPTS) if clustering else "No clusters were made.", note)
    if hidden := len(clusters) - len(shown):
        verb = "is" if hidden == 1 else "are"
        text = f"{hidden:,} more {verb} not shown, for the reason given in clusters.csv."
        _write(sheet, 1, 0, text, note)
    excerpts = {e.id: e for s in data.segmentations for e in s.excerpts}
    for line, cluster in enumerate(shown, start=3):
        exemplars = (excerpts[excerpt_id] for excerpt_id in cluster.exemplar_ids)
        texts = (
            cluster.id,
            ", ".join(cluster.terms),
            str(len(cluster.excerpt_ids)),
            str(len(cluster.transcript_ids)),
            stability_in_words(cluster),
            cluster.placement.explanation if cluster.placement else "",
            "\n\n".join(f"{e.transcript_id}: “{e.text}”" for e in exemplars),
        )
        cells = [(text, formats.cell(bold=column == 0)) for column, text in enumerate(texts)]
        _row(sheet, line, cells, [width for _, width in columns])


# --- Codes ---------------------------------------------------------------------------------------------


def _choices(codebook: Codebook) -> dict[str, str]:
    """What the drop-down shows for each active code: its name; with its theme where two share a name."""
    labels = code_labels(codebook)
    active = [code for code in codebook.codes if code.status == "active"]
    shown = {code.id: code.name for code in active}
    for longer in (labels, {code.id: f"{labels[code.id]} ({code.id})" for code in active}):
        # Excel compares without regard to case.
        count = Counter(name.casefold() for name in shown.values())
        shown = {id_: longer[id_] if count[name.casefold()] > 1 else name for id_, name in shown.items()}
    return shown


# --- Cells ---------------------------------------------------------------------------------------------


class _Formats:
    """Formats by their properties, each made once: a workbook can hold only so many."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def __call__(self, **properties: Any) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(properties)
        return self._made[key]

    def cell(self, **properties: Any) -> Format:
        common = {"num_format": "@", "text_wrap": True, "align": "left", "indent": 1, "valign": "top"}
        return self(**common | {"font_color": INK, "bottom": 1, "bottom_color": LINE} | properties)

    def input(self) -> Format:
        border = {"border": 1, "border_color": "#E3D9A6"}
        return self.cell(bg_color=INPUT, locked=False, **border)

    def header(self, color: str = HEADER) -> Format:
        return self(
            bold=True,
            font_color="#FFFFFF",
            bg_color=color,
            text_wrap=True,
            align="left",
            indent=1,
            valign="vcenter",
        )


_Piece = tuple[str, "Format"]
# What a cell holds, one text or several in formats of their own, and the format of the cell.
_Cell = tuple["str | list[_Piece]", "Format"]


def _header(sheet: Worksheet, formats: _Formats, line: int, columns: Sequence[tuple[str, float]]) -> None:
    """Titles on one line that stays in sight, and on every printed page; the first column stays too."""
    sheet.set_row(line, 30)
    for index, (title, width) in enumerate(columns):
        sheet.set_column(index, index, width)
        _write(sheet, line, index, title, formats.header())
    sheet.freeze_panes(line + 1, 1)
    sheet.repeat_rows(line)
    sheet.set_zoom(85)


def _row(
    sheet: Worksheet,
    line: int,
    cells: Sequence[_Cell],
    widths: Sequence[float],
    where: str = "the full text is in excerpts.jsonl",
) -> None:
    """Write the cells and make the row as high as they need: not every program does that by itself."""
    lines = 1
    for column, ((content, form), width) in enumerate(zip(cells, widths, strict=True)):
        text = content if isinstance(content, str) else "".join(piece for piece, _ in content)
        # A character is about as wide as a digit, the unit of widths; the indent and the gap that a word
        # leaves at the end of a line take some.
        room = max(width - 2, 1)
        lines = max(lines, sum(1 + int(len(part) / room) for part in text.split("\n")))
        # Only two pieces or more make rich text, and one too long for a cell is cut as plain text.
        if isinstance(content, str) or len(content) < 2 or _units(text) > CELL_LIMIT:
            _write(sheet, line, column, text, form, where)
        else:
            parts = [part for piece, look in content for part in (look, _holdable(piece))]
            _check(sheet, line, column, sheet.write_rich_string(line, column, *parts, form))
    sheet.set_row(line, min(lines * 15 + 3, ROW_LIMIT))


def _write(sheet: Worksheet, line: int, column: int, text: str, form: Format, where: str = "") -> None:
    fitted = _fitted(_holdable(text), where)
    _check(sheet, line, column, sheet.write_string(line, column, fitted, form))


def _check(sheet: Worksheet, line: int, column: int, code: int) -> None:
    """xlsxwriter leaves a cell that it cannot write empty, and says so by a code only."""
    if code:
        raise RuntimeError(f"cell {line}:{column} of {sheet.name} was not written (code {code})")


# Not in XML 1.0: control characters but tab and line feed, surrogates, and two code points that are none.
_UNHOLDABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


def _holdable(text: str) -> str:
    return _UNHOLDABLE.sub("�", text.replace("\r\n", "\n"))


def _fitted(text: str, where: str) -> str:
    """`text`, or as many of its words as a cell holds and a note that says it was cut."""
    if _units(text) <= CELL_LIMIT:
        return text
    note = f" […] [cut here: {len(text):,} characters in all; {where}]"
    room = (CELL_LIMIT - _units(note)) * 2
    head = text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore")
    at_word = re.match(r"(?s)(.+)\s", head)
    return (at_word[1].rstrip() if at_word and len(at_word[1]) > len(head) // 2 else head) + note


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
