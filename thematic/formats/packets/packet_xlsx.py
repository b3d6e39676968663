"""A review workbook that comes back: what people filled in, and the ways in which spreadsheets spoil files.

Written by `excerpts_xlsx.render(data, packet=…)`. Everything wrong is told with its row; nothing is guessed.
"""

from __future__ import annotations

import unicodedata
import zipfile
from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from thematic.errors import InputError, Problem
from thematic.formats.exports.excerpts_xlsx import BLIND_DECISIONS, DECISIONS, KEY_SHEET
from thematic.formats.workbook_rows import require_possible
from thematic.packets import PACKET_SCHEMA, FilledRow, Packet, Returned

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["read_packet"]

_NEEDED = ("Excerpt", "Words", "Decision", "Code", "Also", "Memo")
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "\xa0": " "})


def read_packet(data: bytes, name: str) -> Returned:
    """The rows of a review workbook. Raises InputError when it cannot be read as one at all."""
    workbook = _open(data, name)
    lost = [sheet for sheet in ("Review", KEY_SHEET) if sheet not in workbook.sheetnames]
    if lost:
        raise InputError(
            "this workbook is no packet"
            if len(lost) > 1
            else f"the sheet {lost[0]} was renamed or removed, so that this is no packet any more",
            path=name,
            hint="make one with `thematic packet --for NAME`; return it as .xlsx, with all its sheets",
        )
    sheet = workbook["Review"]
    require_possible(max(sheet.max_row, workbook[KEY_SHEET].max_row), name)
    packet, hashes, suggested = _key(workbook[KEY_SHEET], name)
    notes = [
        f"the sheet “{other}” was added and is not read"
        for other in workbook.sheetnames
        if other not in ("Read me", "Review", "Codebook", "Clusters", KEY_SHEET)
    ]
    hidden = sum(dimension.hidden for dimension in sheet.row_dimensions.values())
    if hidden:
        notes.append(f"{hidden} rows are hidden by a filter; they are read all the same")
    problems = [
        Problem(f"merged cells {area}", name, area.min_row, "unmerge them: each row is one excerpt")
        for area in sheet.merged_cells.ranges
    ]
    columns = _columns(sheet, name)
    rows: list[FilledRow] = []
    seen: dict[str, int] = {}
    for line, cells in enumerate(sheet.iter_rows(min_row=2), start=2):
        row = _row(cells, columns, line, name, hashes, suggested, problems)
        if row is None:
            continue
        if row.excerpt_id in seen:
            problems.append(
                Problem(
                    f"excerpt {row.excerpt_id} stands in row {seen[row.excerpt_id]} too",
                    name,
                    line,
                    "delete the copy",
                )
            )
            continue
        seen[row.excerpt_id] = line
        rows.append(row)
    missing = len(hashes) - len(seen.keys() & hashes.keys())
    if missing:
        notes.append(f"{missing} excerpts of the packet are not in it any more; nothing is decided on them")
    return Returned(packet, tuple(rows), tuple(problems), tuple(notes))


def _open(data: bytes, name: str) -> Workbook:
    import openpyxl

    if PurePath(name).name.startswith("~$"):
        raise InputError(
            "this is the lock file of a workbook that is open",
            path=name,
            hint="close it in Excel, name the other",
        )
    if not zipfile.is_zipfile(BytesIO(data)) or b"opendocument.spreadsheet" in data[:200]:
        raise InputError(
            "this is no .xlsx workbook" + (": a CSV has lost the row keys" if name.endswith(".csv") else ""),
            path=name,
            hint="save the packet as Excel workbook (.xlsx), not as .csv, .ods or .xls",
        )
    try:
        return openpyxl.load_workbook(BytesIO(data), data_only=False)
    except Exception as error:  # openpyxl raises whatever its parsers raise on a damaged workbook
        raise InputError(
            f"this workbook is damaged: {error}", path=name, hint="open it and save it again as .xlsx"
        ) from error


def _key(sheet: Worksheet, name: str) -> tuple[Packet, dict[str, str], dict[str, tuple[str, ...]]]:
    """What the hidden sheet says: the packet; for each excerpt the hash of its row, and the codes shown."""
    cells = [[str(cell.value or "") for cell in row] for row in sheet.iter_rows(max_col=3)]
    head = {row[0]: row[1] for row in cells[:5]}
    if head.get("schema") != PACKET_SCHEMA:
        raise InputError(
            f"a packet of another kind: {head.get('schema') or 'unknown'}, and {PACKET_SCHEMA} can be read",
            path=name,
            hint="make the packet again with this version: thematic packet --for NAME",
        )
    packet = Packet(
        id=head["id"],
        coder=head["coder"],
        mode="blind" if head["mode"] == "blind" else "assist",
        codebook_version=head["codebook_version"],
    )
    rows = [row for row in cells[5:] if row[0]]
    return (
        packet,
        {row[0]: row[1] for row in rows},
        {row[0]: tuple(filter(None, row[2].split(";"))) for row in rows},
    )


def _columns(sheet: Worksheet, name: str) -> dict[str, int]:
    found = {str(cell.value or "").strip(): index for index, cell in enumerate(sheet[1])}
    lost = [title for title in _NEEDED if title not in found]
    if lost:
        raise InputError(
            f"the heading {lost[0]} was renamed or removed",
            path=name,
            line=1,
            hint=f"give row 1 its headings again: {', '.join(_NEEDED)}",
        )
    return found


def _row(
    cells: tuple[Any, ...],
    columns: dict[str, int],
    line: int,
    name: str,
    hashes: dict[str, str],
    suggested: dict[str, tuple[str, ...]],
    problems: list[Problem],
) -> FilledRow | None:
    """A row as it was filled in; None for an empty row, and for one that has a problem."""
    values: dict[str, str] = {}
    wrong: list[Problem] = []
    for title in _NEEDED:
        cell = cells[columns[title]]
        if cell.data_type == "f" and title != "Words":
            wrong.append(Problem(f"a formula under {title}: {cell.value}", name, line, "write it as text"))
        elif cell.data_type == "e" and title != "Words":
            wrong.append(Problem(f"an error value under {title}: {cell.value}", name, line, "clear the cell"))
        elif (
            cell.data_type in "nbd"
            and cell.value is not None
            and title in ("Excerpt", "Decision", "Code", "Also")
        ):
            wrong.append(
                Problem(
                    f"{title} is a number, a date or TRUE/FALSE ({cell.value}): the program changed it",
                    name,
                    line,
                    "choose it from the list again",
                )
            )
        values[title] = "" if cell.value is None else str(cell.value)
    excerpt_id = values["Excerpt"].strip()
    filled = any(values[title].strip() for title in ("Decision", "Code", "Also", "Memo"))
    if not excerpt_id and not filled:
        return None
    if excerpt_id not in hashes:
        wrong.append(
            Problem(
                f"{excerpt_id or 'a row without id'} is no excerpt of this packet",
                name,
                line,
                "restore the id from the packet as it was sent"
                if excerpt_id
                else "delete the row, or restore its id; remarks belong under Memo",
            )
        )
    elif _hash(excerpt_id, values["Words"]) != hashes[excerpt_id]:
        wrong.append(
            Problem(
                f"the words beside {excerpt_id} are not those of the packet: they were edited, or one column "
                "was sorted without the others",
                name,
                line,
                "undo that, or copy the decisions into the packet as it was sent",
            )
        )
    decision = _fold(values["Decision"])
    allowed = {_fold(word): word for word in (*DECISIONS, *BLIND_DECISIONS)}
    if decision and decision not in allowed and not wrong:
        offered = ", ".join(DECISIONS if suggested.get(excerpt_id) else BLIND_DECISIONS)
        wrong.append(
            Problem(f"“{values['Decision']}” is no decision", name, line, f"choose one of {offered}")
        )
    problems += wrong
    if wrong:
        return None
    return FilledRow(
        line=line,
        excerpt_id=excerpt_id,
        decision=allowed.get(decision, ""),
        codes=tuple(code for title in ("Code", "Also") if (code := values[title].strip())),
        memo=values["Memo"].strip(),
        shown=suggested.get(excerpt_id, ()),
    )


def _hash(excerpt_id: str, shown: str) -> str:
    from thematic.formats.exports.excerpts_xlsx import row_hash

    return row_hash(excerpt_id, shown.replace("_x000D_", ""))


def _fold(text: str) -> str:
    """A decision as it is compared: case, spaces and typographic quotes do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_QUOTES).split()).casefold()
