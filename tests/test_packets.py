"""Packets: out as a workbook, back as decisions; what a spreadsheet spoils is caught with its row."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.cli.test_run import CODEBOOK, SAMPLES, thematic
from tests.formats.test_workbook_rows import with_row
from thematic.errors import InputError, SettingsError
from thematic.formats.packets.packet_xlsx import read_packet
from thematic.journal import read_journal
from thematic.packeting import read_back, write_packet
from thematic.review import make_codings
from thematic.study import Study


def open_document() -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    return target.getvalue()


OPEN_DOCUMENT = open_document()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("packets") / "study"
    arguments = ("run", SAMPLES / "P01.txt", "-c", CODEBOOK, "-o", out, "--title", "T", "--model", "hash")
    done = thematic(*arguments)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture
def study(made: Path, tmp_path: Path) -> Study:
    import shutil

    shutil.copytree(made, tmp_path / "study")
    return Study.open(tmp_path / "study")


Change = Callable[[Worksheet, dict[str, int]], None]


def filled(study: Study, change: Change, mode: str = "blind", name: str = "ada") -> Path:
    """A packet for ada with `change` made to its sheet Review, saved as a spreadsheet program would."""
    path, _, _ = write_packet(study, name, mode=mode)  # type: ignore[arg-type]
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["Review"]
    columns = {str(cell.value): cell.column for cell in sheet[1]}
    change(sheet, columns)
    workbook.save(path)
    return path


def code(row: int, name: str, decision: str = "", memo: str = "") -> Change:
    def change(sheet: Worksheet, columns: dict[str, int]) -> None:
        sheet.cell(row, columns["Code"], name)
        sheet.cell(row, columns["Decision"], decision or None)
        sheet.cell(row, columns["Memo"], memo or None)

    return change


def test_a_blind_packet_shows_no_suggestion_and_nobody_elses_codings(study: Study) -> None:
    path, packet, count = write_packet(study, "ada", mode="blind")
    workbook = openpyxl.load_workbook(path)
    headings = {cell.value for cell in workbook["Review"][1]}
    assert headings == {
        "Excerpt",
        "Transcript", "Speaker, time", "Question before", "Words", "Decision", "Code", "Also", "Memo",
    }  # fmt: skip
    assert "Clusters" not in workbook.sheetnames
    assert workbook["_key"].sheet_state == "veryHidden"
    assert workbook["Review"].max_row == count + 1
    assert packet.mode == "blind"
    assert all(not row[2].value for row in workbook["_key"].iter_rows(min_row=6))


def test_the_same_packet_has_the_same_bytes(study: Study, tmp_path: Path) -> None:
    one, _, _ = write_packet(study, "ada", mode="assist", out=tmp_path / "1.xlsx")
    two, _, _ = write_packet(study, "ada", mode="assist", out=tmp_path / "2.xlsx")
    assert one.read_bytes() == two.read_bytes()


def test_codes_come_back_as_codings_of_that_coder_and_twice_is_once(study: Study) -> None:
    def change(sheet: Worksheet, columns: dict[str, int]) -> None:
        code(2, "Weekly plan and goal setting", memo="a clear case")(sheet, columns)
        sheet.cell(2, columns["Also"], "accountability")
        sheet.cell(3, columns["Decision"], "None applies ")
        sheet.cell(4, columns["Decision"], "unsure")

    path = filled(study, change)
    outcome = read_back(study, path, "ada")
    assert (outcome.written, outcome.problems) == (3, ())
    decisions, problems = read_journal(study.journal_path("ada"))
    assert problems == []
    assert [d.action for d in decisions] == ["add", "none-apply", "defer"]
    assert all(d.mode == "blind" for d in decisions)
    codings = make_codings("ada", decisions)
    assert {c.code_id for c in codings} == {"weekly-plan", "accountability"}
    assert {c.memo for c in codings} == {"a clear case"}
    again = read_back(study, path, "ada")
    assert again.written == 0
    assert len(read_journal(study.journal_path("ada"))[0]) == 3


def test_a_changed_mind_is_a_new_decision_and_the_preview_shows_both(study: Study) -> None:
    read_back(study, filled(study, code(2, "Accountability")), "ada")
    outcome = read_back(study, filled(study, code(2, "Chat feature")), "ada")
    (change,) = outcome.changes
    assert (change.before, change.after) == ("accountability", "change: chat-feature")
    assert len(read_journal(study.journal_path("ada"))[0]) == 2


def test_accept_and_reject_speak_of_the_code_that_was_shown(study: Study) -> None:
    path, _, _ = write_packet(study, "ada", mode="assist")
    returned = read_packet(path.read_bytes(), path.name)
    assert returned.rows[0].shown

    def change(sheet: Worksheet, columns: dict[str, int]) -> None:
        sheet.cell(2, columns["Decision"], "accept")
        sheet.cell(3, columns["Decision"], "reject")

    outcome = read_back(study, filled(study, change, mode="assist"), "ada")
    assert outcome.written == 2
    accept, reject = read_journal(study.journal_path("ada"))[0]
    assert accept.code_ids == (returned.rows[0].shown[0],)
    assert reject.code_ids == (returned.rows[1].shown[0],)
    assert accept.mode == "assist"
    (coding,) = make_codings("ada", (accept, reject))
    assert coding.from_suggestion


def set_cell(row: int, heading: str, value: object) -> Change:
    return lambda sheet, columns: sheet.cell(row, columns[heading], value) and None


def slide(sheet: Worksheet, columns: dict[str, int]) -> None:
    words = [sheet.cell(row, columns["Words"]).value for row in (2, 3)]
    sheet.cell(2, columns["Words"], words[1])
    sheet.cell(2, columns["Decision"], "unsure")


def twice(sheet: Worksheet, columns: dict[str, int]) -> None:
    for heading in ("Excerpt", "Words"):
        sheet.cell(5, columns[heading], sheet.cell(2, columns[heading]).value)


def merged(sheet: Worksheet, columns: dict[str, int]) -> None:
    sheet.merge_cells(start_row=2, end_row=3, start_column=columns["Memo"], end_column=columns["Memo"])


@pytest.mark.parametrize(
    ("change", "line", "says"),
    [
        (set_cell(2, "Excerpt", "ex-changed"), 2, "no excerpt of this packet"),
        (set_cell(3, "Words", "Other words."), 3, "not those of the packet"),
        (slide, 2, "one column was sorted"),
        (twice, 5, "stands in row 2 too"),
        (merged, 2, "merged cells"),
        (code(2, "Acountability"), 2, "Acountability"),
        (code(2, "Accountability", decision="none applies"), 2, "none applies, and a code"),
        (set_cell(2, "Decision", "perhaps"), 2, "is no decision"),
        (set_cell(2, "Decision", "coded"), 2, "coded, but no code"),
        (set_cell(2, "Decision", "accept"), 2, "no code was suggested"),
        (set_cell(2, "Code", 45000), 2, "a number, a date"),
        (set_cell(2, "Code", True), 2, "a number, a date"),
        (set_cell(2, "Memo", "=1+1"), 2, "a formula"),
    ],
)
def test_what_a_spreadsheet_spoils_is_told_with_its_row_and_nothing_is_written(
    study: Study, change: Change, line: int, says: str
) -> None:
    with pytest.raises(InputError, match="nothing was written") as caught:
        read_back(study, filled(study, change), "ada")
    found = [(p.line, p.message) for p in caught.value.problems]
    assert any(at == line and says in message for at, message in found), found
    assert not study.journal_path("ada").exists()


def test_clean_rows_can_be_taken_without_the_others(study: Study) -> None:
    def change(sheet: Worksheet, columns: dict[str, int]) -> None:
        code(2, "Accountability")(sheet, columns)
        code(3, "No such code")(sheet, columns)

    outcome = read_back(study, filled(study, change), "ada", partial=True)
    assert outcome.written == 1
    assert [p.line for p in outcome.problems] == [3]


def test_a_dry_run_writes_nothing(study: Study) -> None:
    outcome = read_back(study, filled(study, code(2, "Accountability")), "ada", dry_run=True)
    assert outcome.written == 1
    assert not study.journal_path("ada").exists()


def test_hidden_rows_and_added_sheets_are_said_and_missing_rows_too(study: Study) -> None:
    def change(sheet: Worksheet, columns: dict[str, int]) -> None:
        sheet.row_dimensions[2].hidden = True
        sheet.parent.create_sheet("Mine")
        sheet.delete_rows(4)

    notes = " ".join(read_back(study, filled(study, change), "ada").notes)
    assert "“Mine” was added" in notes
    assert "1 rows are hidden" in notes
    assert "1 excerpts of the packet are not in it" in notes


def test_a_heading_that_was_renamed(study: Study) -> None:
    with pytest.raises(InputError, match="heading Code was renamed"):
        read_back(study, filled(study, lambda sheet, c: sheet.cell(1, c["Code"], "My code") and None), "ada")


def test_a_packet_of_somebody_else(study: Study) -> None:
    with pytest.raises(InputError, match="made for ben, not for ada"):
        read_back(study, filled(study, code(2, "Accountability"), name="ben"), "ada")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("ada.csv", b"Excerpt,Decision\n", "a CSV has lost the row keys"),
        ("~$ada.xlsx", b"x", "a workbook that is open"),
        ("ada.xlsx", b"PK\x03\x04 damaged", "no .xlsx workbook"),
        ("ada.ods", OPEN_DOCUMENT, "no .xlsx workbook"),
    ],
)
def test_a_file_that_is_no_packet(name: str, content: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_packet(content, name)


def renamed(sheet: Worksheet, columns: dict[str, int]) -> None:
    sheet.title = "Review (2)"


def test_a_sheet_that_was_renamed_is_named(study: Study) -> None:
    with pytest.raises(InputError, match="the sheet Review was renamed or removed"):
        read_back(study, filled(study, renamed), "ada")


def test_several_codes_fit_into_one_cell_and_names_survive_what_word_makes_of_them(study: Study) -> None:
    def change(sheet: Worksheet, columns: dict[str, int]) -> None:
        code(2, "Clinician’s  recommendation")(sheet, columns)
        sheet.cell(2, columns["Also"], "Chat feature; technology-trouble")

    read_back(study, filled(study, change), "ada")
    ((decision), *_) = read_journal(study.journal_path("ada"))[0]
    assert decision.code_ids == ("clinician-recommendation", "chat-feature", "technology-trouble")


def test_another_workbook_is_no_packet() -> None:
    target = BytesIO()
    openpyxl.Workbook().save(target)
    with pytest.raises(InputError, match="is no packet"):
        read_packet(target.getvalue(), "other.xlsx")


def test_the_commands(study: Study) -> None:
    done = thematic("packet", "--for", "ada", "--study", study.root)
    assert done.returncode == 0, done.stderr
    path = filled(study, code(2, "Accountability"))
    done = thematic("import", path, "--coder", "ada", "--study", study.root, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["written"] == 1
    done = thematic("packet", "--for", "ada", "-t", "P99", "--study", study.root)
    assert done.returncode == 2
    assert "no transcript P99" in done.stderr


def test_a_document_and_a_page_make_the_same_decisions_as_a_workbook(study: Study) -> None:
    from tests.test_packets_docx import Document

    excerpt_id = "ex-hgdkz7726j"
    path, packet, _ = write_packet(study, "cem", mode="assist", to="docx")
    assert path.name == "cem.docx"
    document = Document(path.read_bytes())
    document.write_in(excerpt_id, "Codes:", "accountability; Chat feature")
    document.write_in(excerpt_id, "Memo:", "both")
    path.write_bytes(document.save())
    page, made, _ = write_packet(study, "dee", mode="assist", out=study.root / "dee.html")
    row = {"excerpt": excerpt_id, "codes": ["accountability", "chat-feature"], "memo": "both", "shown": []}
    row["hash"] = page.read_text().split(f'id="{excerpt_id}" data-hash="')[1][:64]
    head = {"schema": "thematic-packet-1", "packet": made.id, "coder": "dee", "mode": "assist"}
    saved = study.root / "dee.json"
    saved.write_text(json.dumps(head | {"codebook": made.codebook_version, "rows": [row]}))
    assert packet.codebook_version == made.codebook_version
    for file, coder in ((path, "cem"), (saved, "dee")):
        outcome = read_back(study, file, coder)
        assert (outcome.written, outcome.problems) == (1, ())
        (decision,) = read_journal(study.journal_path(coder))[0]
        assert (decision.code_ids, decision.memo) == (("accountability", "chat-feature"), "both")
        assert read_back(study, file, coder).written == 0


def test_the_command_takes_every_kind_of_packet(study: Study) -> None:
    """Other importers read workbooks, documents and JSON too: a packet must not be taken for theirs."""
    page, made, _ = write_packet(study, "dee", mode="blind", to="html")
    excerpt_id = "ex-hgdkz7726j"
    row = {"excerpt": excerpt_id, "codes": ["accountability"]}
    row["hash"] = page.read_text().split(f'id="{excerpt_id}" data-hash="')[1][:64]
    head = {"schema": "thematic-packet-1", "packet": made.id, "coder": "dee", "mode": "blind"}
    saved = study.root / "dee.json"
    saved.write_text(json.dumps(head | {"codebook": made.codebook_version, "rows": [row]}))
    document, _, _ = write_packet(study, "dee", mode="blind", to="docx")
    workbook, _, _ = write_packet(study, "dee", mode="blind", to="xlsx")
    for path, written in ((saved, 1), (document, 0), (workbook, 0)):
        done = thematic("import", path, "--coder", "dee", "--study", study.root, "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["written"] == written
    saved.write_text(saved.read_text()[:-10])
    done = thematic("import", saved, "--coder", "dee", "--study", study.root)
    assert done.returncode == 2
    assert "damaged or cut off" in done.stderr


def test_codes_and_words_of_a_document_that_are_wrong_are_told_with_the_words(study: Study) -> None:
    from tests.test_packets_docx import Document

    path, _, _ = write_packet(study, "cem", mode="blind", to="docx")
    document = Document(path.read_bytes())
    document.write_in("ex-hgdkz7726j", "Codes:", "acountability")
    document.reply("ex-kbms6cpzm7", "unsure", "none applies")
    path.write_bytes(document.save())
    with pytest.raises(InputError, match="nothing was written") as caught:
        read_back(study, path, "cem")
    told = [p.message for p in caught.value.problems]
    assert told[0].startswith(
        "“Yeah, righto. Do I talk at it or at you?” (ex-hgdkz7726j): the codebook has no"
    )
    assert "“unsure and none applies” is no decision" in told[1]


def test_one_in_ten_comes_without_suggestions_to_a_coder_who_is_assisted(study: Study) -> None:
    from thematic.review import hidden_by_lot

    path, _, _ = write_packet(study, "ada", mode="assist")
    rows = read_packet(path.read_bytes(), path.name).rows
    said = [str(cell.value) for row in openpyxl.load_workbook(path)["Read me"].iter_rows() for cell in row]
    assert any("drawn by lot" in text for text in said)
    by_lot = [row for row in rows if hidden_by_lot("ada", row.excerpt_id)]
    assert by_lot
    assert not any(row.shown for row in by_lot)
    assert sum(bool(row.shown) for row in rows) > len(rows) / 2


def test_the_exported_workbook_comes_back_too_and_counts_as_assisted(study: Study) -> None:
    path = study.root / "exports" / "excerpts.xlsx"
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["Review"]
    columns = {str(cell.value): cell.column for cell in sheet[1]}
    sheet.cell(2, columns["Decision"], "accept")
    sheet.cell(3, columns["Code"], "accountability")
    workbook.save(path)
    filled_in = path.read_bytes()
    assert read_back(study, path, "gus").written == 2
    accept, change = read_journal(study.journal_path("gus"))[0]
    assert accept.action == "accept"
    assert change.code_ids == ("accountability",)
    assert {d.mode for d in (accept, change)} == {"assist"}
    done = thematic("export", "--study", study.root)  # new decisions: the exports are made anew
    (kept,) = (study.root / "packets").glob("excerpts-*.xlsx")
    assert kept.read_bytes() == filled_in
    assert f"kept as {kept}" in done.stderr
    assert path.read_bytes() != filled_in
    assert "kept" not in thematic("export", "--study", study.root).stderr


def test_a_packet_of_nothing_is_not_made(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("INT: Hello?\nP01: Yes.\n")
    arguments = ("run", tmp_path / "one.txt", "-c", CODEBOOK, "-o", tmp_path / "s", "--model", "hash")
    assert thematic(*arguments).returncode == 0
    with pytest.raises(InputError, match="no excerpt to code"):
        write_packet(Study.open(tmp_path / "s"), "ada", mode="blind")


def test_a_kind_of_packet_that_there_is_not(study: Study) -> None:
    with pytest.raises(SettingsError, match="cannot be made as pdf"):
        write_packet(study, "ada", mode="blind", to="pdf")


def test_a_row_that_no_sheet_has_is_refused_and_not_waited_for(study: Study) -> None:
    path, _, _ = write_packet(study, "ada", mode="blind")
    data = with_row(path.read_bytes(), 99_999_999_999_999_999_999)
    with pytest.raises(InputError, match="more than 1,048,576 rows"):
        read_packet(data, "ada.xlsx")


def changed(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as whole, zipfile.ZipFile(target, "w") as other:
        for name in whole.namelist():
            other.writestr(name, whole.read(name).replace(old, new) if name == part else whole.read(name))
    return target.getvalue()


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [("xl/worksheets/sheet2.xml", b' t="s"', b' t="s" s="x"'), ("xl/workbook.xml", b' name="Review"', b"")],
)
def test_a_damaged_packet_is_one_clear_error(study: Study, part: str, old: bytes, new: bytes) -> None:
    path, _, _ = write_packet(study, "ada", mode="blind")
    with pytest.raises(InputError, match="this workbook is damaged"):
        read_packet(changed(path.read_bytes(), part, old, new), "ada.xlsx")


def test_what_excel_adds_to_a_workbook_is_no_warning(study: Study) -> None:
    path, _, _ = write_packet(study, "ada", mode="blind")
    added = b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst></worksheet>'
    path.write_bytes(changed(path.read_bytes(), "xl/worksheets/sheet2.xml", b"</worksheet>", added))
    done = thematic("import", path, "--coder", "ada", "--study", study.root)
    assert done.returncode == 0
    assert "openpyxl" not in done.stderr
