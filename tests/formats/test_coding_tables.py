"""Tables of codings: four layouts, four file formats, labels that look like something else, and bad input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from shlex import quote

import numpy as np
import pytest
from openpyxl import Workbook

from thematic.agreement.tables import (
    Assigned,
    CodingTable,
    characters_from_table,
    check_comparable,
    ratings_from_table,
)
from thematic.agreement.units import CodedUnits
from thematic.errors import AgreementError, InputError, SettingsError
from thematic.formats.agreement.coding_tables import TableSettings, read_codings

Save = Callable[[str, str], Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return write


def readings(table: CodingTable) -> dict[tuple[str, str], set[str]]:
    """What each coder gave each unit; a pair that is absent was not assigned."""
    found: dict[tuple[str, str], set[str]] = {}
    for unit, coder, cell in zip(table.unit, table.coder, table.cell, strict=True):
        found.setdefault((table.units[unit].id, table.coders[coder]), set()).update(table.cells[cell])
    return found


WIDE = {("u1", "Ada"): {"warm"}, ("u1", "Ben"): {"cold"}, ("u2", "Ada"): {"warm"}}
SETS = {
    ("u1", "Ada"): {"warm", "new"},
    ("u1", "Ben"): {"warm"},
    ("u2", "Ada"): set(),
    ("u2", "Ben"): set(),
}


def test_wide_table_takes_an_empty_cell_for_a_unit_that_was_not_assigned(save: Save) -> None:
    table = read_codings([save("a.csv", "unit,Ada,Ben\nu1,warm,cold\nu2,warm,\n")])
    assert table.layout == "wide"
    assert readings(table) == WIDE


def test_sets_table_takes_an_empty_cell_for_a_unit_coded_with_nothing(save: Save) -> None:
    table = read_codings([save("a.csv", "unit,Ada,Ben\nu1,warm; new,warm\nu2,,\n")])
    assert table.layout == "sets"
    assert readings(table) == SETS


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "unit,coder,code\nu1,Ada,warm\nu1,Ada,new\nu1,Ben,warm\nu2,Ada,\nu2,Ben,\n"),
        ("a.tsv", "Unit\tRater\tCode\nu1\tAda\twarm\nu1\tAda\tnew\nu1\tBen\twarm\nu2\tAda\t\nu2\tBen\t\n"),
        (
            "b.csv",
            '\ufeff"unit";"coder";"codes"\r\nu1;Ada;"warm;new"\r\n\r\nu1;Ben;warm\r\nu2;Ada;\r\nu2;Ben;\r\n',
        ),
        (
            "a.jsonl",
            '{"unit":"u1","coder":"Ada","codes":["new","warm"]}\n{"unit":"u1","coder":"Ben","codes":["warm"]}\n'
            '\n{"unit":"u2","coder":"Ada","codes":[]}\n{"unit":"u2","coder":"Ben"}\n',
        ),
    ],
)
def test_the_same_codings_in_every_layout_by_rows(save: Save, name: str, text: str) -> None:
    assert readings(read_codings([save(name, text)])) == SETS


def test_a_workbook_reads_like_the_same_csv(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [["unit", "Ada", "Ben", None], [1, 2.0, 3], [], [2, 4.5, None], [3, True, "x "]]:
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    table = read_codings([tmp_path / "a.xlsx"])
    assert readings(table) == {
        ("1", "Ada"): {"2"},
        ("1", "Ben"): {"3"},
        ("2", "Ada"): {"4.5"},
        ("3", "Ada"): {"TRUE"},
        ("3", "Ben"): {"x "},
    }
    assert table.line.tolist() == [2, 2, 4, 5, 5]


def test_coded_data_of_two_files_is_one_table_in_the_order_of_the_interview(save: Save) -> None:
    ada = save(
        "ada.jsonl",
        '{"doc":"P1","i":3,"speaker":"P1","text":"Later.","codes":["new"],"coder":"Ada"}\n'
        '{"doc":"P1","i":1,"speaker":"P1","text":"First.","codes":[],"coder":"Ada"}\n',
    )
    ben = save(
        "ben.jsonl", '{"doc":"P1","i":2,"speaker":"INT","text":"And then?","codes":["new"],"coder":"Ben"}\n'
    )
    table = read_codings([ada, ben])
    assert [(unit.interview, unit.id, unit.text) for unit in table.units] == [
        ("P1", "1", "First."),
        ("P1", "2", "And then?"),
        ("P1", "3", "Later."),
    ]
    assert [unit.role for unit in table.units] == ["participant", "interviewer", "participant"]
    assert table.order_known
    assert readings(table)["3", "Ada"] == {"new"}


def test_units_that_repeat_across_interviews_are_told_apart(save: Save) -> None:
    table = read_codings([save("a.csv", "doc,i,coder,codes\nP1,1,Ada,x\nP2,1,Ada,y\n")])
    assert [unit.id for unit in table.units] == ["P1:1", "P2:1"]


def test_files_without_a_coder_column_are_named_after_their_coder(save: Save) -> None:
    table = read_codings([save("ada.csv", "doc,i,codes\nP1,1,x\n"), save("ben.csv", "doc,i,codes\nP1,1,y\n")])
    assert table.coders == ("ada", "ben")
    assert "its coder is called “ada”" in str(table.notes[0])


LABELS = ["nan", "NA", "None", "null", "0", "0.0", "False", "🙂", "é", "e\u0301", "a\nb", " x", "-1", "=1+1"]


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_labels_are_taken_as_they_are_written(tmp_path: Path, label: str, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    if suffix == "csv":
        path.write_text(f'unit,coder,code\nu1,Ada,"{label}"\nu1,Ben,other\n', encoding="utf-8", newline="")
    else:
        rows = [
            {"unit": "u1", "coder": "Ada", "code": label},
            {"unit": "u1", "coder": "Ben", "code": "other"},
        ]
        path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert readings(read_codings([path]))["u1", "Ada"] == {label}


@pytest.mark.parametrize("label", ["nan", "NA", "None", "n/a", "null", "*"])
def test_a_label_that_looks_missing_is_said_with_its_line_and_can_be_named_missing(
    save: Save, label: str
) -> None:
    path = save("a.csv", f"unit,Ada,Ben\nu1,x,y\nu2,{label},y\n")
    (note,) = read_codings([path]).notes
    assert (note.path, note.line) == (str(path), 3)
    assert f"--missing {quote(label)}" in str(note.hint)
    table = read_codings([path], settings=TableSettings(missing=(label,)))
    assert table.notes == ()
    assert ("u2", "Ada") not in readings(table)


@pytest.mark.parametrize("twin", ["Stress", "stress ", " stress", "STRESS"])
def test_labels_that_differ_by_case_or_spaces_are_counted_apart_and_said(save: Save, twin: str) -> None:
    path = save("a.csv", f'unit,coder,code\nu1,Ada,stress\nu1,Ben,"{twin}"\n')
    table = read_codings([path])
    (note,) = table.notes
    assert note.line == 3
    assert "“stress”" in note.message and f"“{twin}”" in note.message
    assert set(ratings_from_table(table).ratings.codes) == {"stress", twin}


def test_coders_that_differ_by_case_are_said(save: Save) -> None:
    (note,) = read_codings([save("a.csv", "unit,coder,code\nu1,Ada,x\nu1,ada,x\n")]).notes
    assert "coders “Ada” and “ada” differ only by case" in note.message


def test_white_space_beside_a_separator_belongs_to_it(save: Save) -> None:
    table = read_codings([save("a.csv", "unit,coder,codes\nu1,Ada, a ;b;;b; c \n")])
    assert readings(table)["u1", "Ada"] == {" a", "b", "c "}


def test_a_named_layout_keeps_semicolons_in_labels(save: Save) -> None:
    path = save("a.csv", "unit,Ada,Ben\nu1,a;b,a\nu2,a,\n")
    assert readings(read_codings([path]))["u1", "Ada"] == {"a", "b"}
    wide = readings(read_codings([path], settings=TableSettings(layout="wide")))
    assert wide == {("u1", "Ada"): {"a;b"}, ("u1", "Ben"): {"a"}, ("u2", "Ada"): {"a"}}


def test_words_that_differ_between_coders_are_said(save: Save) -> None:
    path = save("a.csv", "unit,coder,code,text\nu1,Ada,x,one\nu1,Ben,x,two\nu2,Ada,x,\nu2,Ben,x,three\n")
    table = read_codings([path])
    (note,) = table.notes
    assert note.message == "unit u1 has other words here than on line 2"
    assert note.line == 3
    assert table.units[1].text == "three"


BAD = {
    "no rows": ("unit,coder,code\n", None, "no row below the header"),
    "nothing at all": ("", None, "the table is empty"),
    "numbers for names": ("1,2,1\n2,2,1\n", 1, "holds numbers, not names"),
    "a name twice": ("unit,Ada,Ada\nu1,x,y\n", 1, "two columns are called “Ada”"),
    "a column without name": ("unit,,Ben\nu1,x,y\n", 1, "column 2 has no name"),
    "too many cells": ("unit,Ada,Ben\nu1,x,y\nu2,x,y,z\n", 3, "4 cells under 3 columns"),
    "too few cells": ("unit,Ada,Ben\nu1,x,y\nu2,x\n", 3, "2 cells under 3 columns"),
    "an open quote": ('unit,Ada,Ben\nu1,"x,y\nu2,x,y\n', 2, "this is no table"),
    "no unit": ("coder,code\nAda,x\n", 1, "no column says which unit"),
    "no code": ("unit,coder,colour\nu1,Ada,x\n", 1, "no column “code”"),
    "two kinds of codes": ("unit,coder,code,codes\nu1,Ada,x,y\n", 1, "mixed layouts"),
    "an empty unit": ("unit,coder,code\nu1,Ada,x\n ,Ada,x\n", 3, "this row names no unit"),
    "an empty coder": ("unit,coder,code\nu1,Ada,x\nu2,,x\n", 3, "this row names no coder"),
    "an empty interview": ("doc,i,coder,codes\n,1,Ada,x\n", 2, "this row names no interview"),
    "no span": ("doc,start,end,coder,code\nP1,9,4,Ada,x\n", 2, "is no span"),
    "only a unit": ("unit\nu1\n", 1, "no column holds codings"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_table_is_one_message_with_file_and_line(save: Save, case: str) -> None:
    text, line, message = BAD[case]
    path = save("bad.csv", text)
    with pytest.raises(InputError, match=message) as caught:
        read_codings([path])
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == (str(path), line)
    assert problem.hint


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('{"unit":"u1","Ada":"x"}\n{"unit":\n', 2, "not JSON"),
        ('{"unit":"u1","Ada":"x"}\n\n["u2"]\n', 3, "not an object"),
        ('{"unit":"u1","Ada":NaN}\n', 1, "NaN is no JSON number"),
        ('{"unit":"u1","Ada":{"x":1}}\n', 1, "“Ada” is neither a label nor a list"),
    ],
)
def test_bad_jsonl_is_one_message_with_file_and_line(save: Save, text: str, line: int, message: str) -> None:
    path = save("bad.jsonl", text)
    with pytest.raises(InputError, match=message) as caught:
        read_codings([path])
    assert (caught.value.problem.path, caught.value.problem.line) == (str(path), line)


@pytest.mark.parametrize(("first", "second", "line"), [("Ada", "", 4), ("", "Ada", 2)])
def test_a_line_is_the_physical_one_where_its_row_begins(
    save: Save, first: str, second: str, line: int
) -> None:
    path = save("a.csv", f'unit,text,coder,code\nu1,"two\nlines",{first},x\nu2,one,{second},x\n')
    with pytest.raises(InputError, match="names no coder") as caught:
        read_codings([path])
    assert caught.value.problem.line == line


def test_missing_works_in_every_layout(save: Save) -> None:
    path = save("a.csv", "unit,coder,codes\nu1,Ada,x\nu1,Ben,--\n")
    table = read_codings([path], settings=TableSettings(missing=("--",)))
    assert readings(table) == {("u1", "Ada"): {"x"}}


def test_other_encodings(tmp_path: Path) -> None:
    text = "unit,Ada,Ben\nu1,café,café\n"
    (tmp_path / "utf16.csv").write_text(text, encoding="utf-16")
    assert read_codings([tmp_path / "utf16.csv"]).cells == (("café",),)
    (tmp_path / "western.csv").write_text(text, encoding="cp1252")
    western = read_codings([tmp_path / "western.csv"])
    assert western.cells == (("café",),)
    assert "Windows-1252: “u1,café,café”" in western.notes[0].message
    assert western.notes[0].line == 2
    (tmp_path / "neither.csv").write_bytes(text.encode("cp1252") + b"u2,\x81\x00,b\n")
    with pytest.raises(InputError, match="not UTF-8") as caught:
        read_codings([tmp_path / "neither.csv"])
    assert caught.value.problem.line == 2


def test_what_spreadsheets_put_around_a_table(save: Save) -> None:
    """Excel's line for its separator, titles, and commas at the ends of lines."""
    expected = {("u1", "Ada"): {"x"}, ("u1", "Ben"): {"y"}}
    assert readings(read_codings([save("s.csv", "sep=;\r\nunit;Ada;Ben\r\nu1;x;y\r\n")])) == expected
    titled = read_codings([save("t.csv", "Round 2,,\n,,\nby Cy,,\nunit,Ada,Ben\nu1,x,y\n,,\n")])
    assert readings(titled) == expected
    assert "left out: “Round 2; by Cy”" in titled.notes[0].message
    with pytest.raises(InputError, match="no column holds codings"):
        read_codings([save("one.csv", "unit\nu1\nu2\n")])


def test_a_workbook_with_merged_cells_and_another_sheet(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["About this workbook"])
    sheet = book.create_sheet("Codes")
    for row in (["Round 2"], ["interview", "unit", "Ada", "Ben"], ["P1", 1, "x", "y"], [None, 2, "x", "x"]):
        sheet.append(row)
    sheet.merge_cells("A1:D1")
    sheet.merge_cells("A3:A4")
    book.save(tmp_path / "a.xlsx")
    table = read_codings([tmp_path / "a.xlsx"])
    assert [(unit.interview, unit.id) for unit in table.units] == [("P1", "1"), ("P1", "2")]
    told = " ".join(note.message for note in table.notes)
    assert "only the sheet “Codes” was read, not “Sheet”" in told
    assert "a cell merged over several rows stands for each of the rows" in told
    sheet.unmerge_cells("A3:A4")
    book.save(tmp_path / "b.xlsx")
    with pytest.raises(InputError, match="names no interview") as caught:
        read_codings([tmp_path / "b.xlsx"])
    assert caught.value.problem.line == 4


def test_a_column_that_names_the_units_is_no_coder(save: Save) -> None:
    rows = "".join(f"{n:03},x,{'x' if n % 2 else 'y'}\n" for n in range(9))
    with pytest.raises(InputError, match="“Einheit” holds another value in every row") as caught:
        read_codings([save("a.csv", f"Einheit,Ada,Ben\n{rows}")])
    assert "--coders Ada,Ben" in str(caught.value.hint)
    named = read_codings(
        [save("a.csv", f"Einheit,Ada,Ben\n{rows}")], settings=TableSettings(coders=("Ada", "Ben"))
    )
    assert named.coders == ("Ada", "Ben")


def test_decimal_commas_are_numbers_where_no_number_has_a_point(save: Save) -> None:
    table = read_codings([save("a.csv", "unit;Ada;Ben\nu1;2,5;3\nu2;1;-0,5\n")])
    found = ratings_from_table(table, level="interval")
    assert found.values is not None
    assert found.values.categories == (-0.5, 1, 2.5, 3)
    assert "“2,5” is read with a decimal comma" in [note.message for note in found.notes]
    mixed = read_codings([save("b.csv", "unit;Ada;Ben\nu1;2,5;3.5\n")])
    with pytest.raises(InputError, match="“2,5” is not a number"):
        ratings_from_table(mixed, level="interval")


@pytest.mark.parametrize("name", ["a.xlsx", "a.docx", "a"])
def test_what_is_no_table_is_refused(save: Save, name: str) -> None:
    with pytest.raises(InputError, match=r"Excel workbook|cannot be"):
        read_codings([save(name, "words")])


def test_files_of_different_layouts_are_refused(save: Save) -> None:
    wide, rows = save("w.csv", "unit,Ada,Ben\nu1,x,y\n"), save("r.csv", "unit,coder,code\nu1,Ada,x\n")
    with pytest.raises(InputError, match=r"mixed layouts: .*w\.csv is wide, this is long") as caught:
        read_codings([wide, rows])
    assert caught.value.problem.path == str(rows)


def test_unknown_names_come_with_the_nearest(save: Save) -> None:
    path = save("a.csv", "unit,Ada,Ben\nu1,x,y\n")
    with pytest.raises(SettingsError, match="no coder “Adda”") as caught:
        read_codings([path], settings=TableSettings(coders=("Adda",)))
    assert caught.value.hint == "did you mean “Ada”?"
    with pytest.raises(SettingsError, match="unknown layout") as caught:
        read_codings([path], settings=TableSettings(layout="broad"))  # type: ignore[arg-type]
    assert "wide, sets, long or coded" in str(caught.value.hint)
    table = read_codings([path])
    with pytest.raises(SettingsError, match="no code “xx”"):
        ratings_from_table(table, codes=["xx"])
    with pytest.raises(SettingsError, match="no coder “Bem”") as caught:
        ratings_from_table(table, coders=["Ada", "Bem"])
    assert caught.value.hint == "did you mean “Ben”?"


# --- From rows to ratings ------------------------------------------------------------------------------


def presence(coded: CodedUnits, code: str) -> list[list[int]]:
    column = coded.ratings.codes.index(code)
    found: list[list[int]] = coded.ratings.presence[:, :, column].tolist()
    return found


def test_three_states_are_never_confused(save: Save) -> None:
    path = save("a.csv", "unit,coder,codes\nu1,Ada,x\nu1,Ben,\nu2,Ada,y\n")
    coded = ratings_from_table(read_codings([path]))
    assert presence(coded, "x") == [[1, 0], [0, -1]]
    assert presence(coded, "y") == [[0, 0], [1, -1]]


LONG = "doc,i,coder,code\nP1,1,Ada,x\nP1,1,Ben,x\nP1,2,Ada,y\nP2,1,Ada,x\n"


@pytest.mark.parametrize(
    ("assigned", "ben"), [("rows", [1, -1, -1]), ("interviews", [1, 0, -1]), ("all", [1, 0, 0])]
)
def test_what_an_absent_row_means_can_be_said(save: Save, assigned: Assigned, ben: list[int]) -> None:
    coded = ratings_from_table(read_codings([save("a.csv", LONG)]), assigned=assigned)
    assert [row[1] for row in presence(coded, "x")] == ben


def test_absent_rows_are_warned_about_where_no_row_says_coded_with_nothing(save: Save) -> None:
    (note,) = ratings_from_table(read_codings([save("a.csv", LONG)])).notes
    assert note.message.startswith("2 times a coder has no row")
    explicit = save("b.csv", LONG + "P1,2,Ben,\n")
    assert ratings_from_table(read_codings([explicit])).notes == ()


@pytest.mark.parametrize("assigned", ["rows", "interviews", "all"])
def test_interviewer_text_is_left_out_and_counted(save: Save, assigned: Assigned) -> None:
    path = save(
        "a.csv",
        "doc,i,speaker,coder,codes\nP1,1,Interviewer,Ada,x\nP1,1,Interviewer,Ben,\nP1,2,P1,Ada,x\nP1,2,P1,Ben,x\n",
    )
    coded = ratings_from_table(read_codings([path]), assigned=assigned)
    assert [unit.id for unit in coded.units] == ["2"]
    (excluded,) = coded.excluded
    assert (excluded.reason, excluded.n_units, excluded.n_codings) == ("units of the interviewer", 1, 1)


def test_rows_seen_with_suggestions_or_after_discussion_are_left_out_and_counted(save: Save) -> None:
    path = save(
        "a.csv",
        "unit,coder,codes,layer,mode\nu1,Ada,x,independent,blind\nu1,Ben,x,independent,assist\n"
        "u1,Ben,y,negotiated,blind\nu2,Ada,x,,\nu2,Ben,x,,\n",
    )
    table = read_codings([path])
    coded = ratings_from_table(table)
    assert presence(coded, "x") == [[1, -1], [1, 1]]
    assert [(e.reason, e.n_codings) for e in coded.excluded] == [
        ("rows coded in mode assist", 1),
        ("rows of the negotiated layer", 1),
    ]
    assisted = ratings_from_table(table, modes=["assist"])
    assert presence(assisted, "x") == [[-1, 1], [1, 1]]


def test_machine_coders_are_named(save: Save) -> None:
    path = save("a.csv", "unit,coder,kind,code\nu1,Ada,human,x\nu1,gpt,model,x\n")
    assert ratings_from_table(read_codings([path])).ratings.model_coders == {"gpt"}
    wide = save("b.csv", "unit,Ada,tool\nu1,x,y\n")
    named = read_codings([wide], settings=TableSettings(model_coders=("tool",)))
    assert ratings_from_table(named).ratings.model_coders == {"tool"}
    with pytest.raises(SettingsError, match="no coder “tol”"):
        read_codings([wide], settings=TableSettings(model_coders=("tol",)))


def test_one_label_each_is_one_variable_and_sets_are_many_codes(save: Save) -> None:
    wide = ratings_from_table(read_codings([save("a.csv", "unit,Ada,Ben\nu1,x,y\nu2,x,x\n")]))
    assert wide.values is not None and wide.values.categories == ("x", "y")
    assert wide.values.indices.tolist() == [[0, 1], [0, 0]]
    sets = ratings_from_table(read_codings([save("b.csv", "unit,Ada,Ben\nu1,x;y,y\nu2,x,x\n")]))
    assert sets.values is None


def test_levels_and_scales(save: Save) -> None:
    words = read_codings([save("a.csv", "unit,Ada,Ben\nu1,low,high\nu2,high,high\n")])
    values = ratings_from_table(words, level="ordinal", scale=["low", "medium", "high"]).values
    assert values is not None and values.indices.tolist() == [[0, 2], [2, 2]]
    with pytest.raises(InputError, match="2 cells that are no value") as caught:
        ratings_from_table(words, level="ordinal")
    assert "--scale low,medium,high" in str(caught.value.problems[0].hint)
    numbers = read_codings([save("b.csv", "unit,Ada,Ben\nu1,10,2\nu2,2.0,1.5\n")])
    values = ratings_from_table(numbers, level="interval").values
    assert values is not None and values.categories == (1.5, 2, 10)
    assert values.indices.tolist() == [[2, 1], [1, 0]]
    with pytest.raises(InputError, match="“-1” is below zero"):
        ratings_from_table(read_codings([save("c.csv", "unit,Ada,Ben\nu1,-1,2\n")]), level="ratio")
    with pytest.raises(InputError, match="“x” is not a number") as caught:
        ratings_from_table(read_codings([save("d.csv", "unit,Ada,Ben\nu1,3,2\nu2,3,x\n")]), level="interval")
    assert caught.value.problem.line == 3


CONTRADICTIONS = {
    "wide": ("unit,Ada,Ben\nu1,x,y\nu1,x,z\n", "Ben coded u1 with “z” here and with “y” on line 2"),
    "sets": ("unit,Ada,Ben\nu1,x;y,y\nu1,y;x,\n", "Ben coded u1 with nothing here and with “y” on line 2"),
    "long": ("unit,coder,code\nu1,Ada,x\nu1,Ada,\n", "Ada coded u1 with nothing here and with “x” on line 2"),
    "coded": (
        "unit,coder,codes\nu1,Ada,x\nu1,Ada,x;y\n",
        "Ada coded u1 with “x” and “y” here and with “x” on line 2",
    ),
}


@pytest.mark.parametrize("layout", CONTRADICTIONS)
def test_rows_that_contradict_each_other_are_refused(save: Save, layout: str) -> None:
    text, message = CONTRADICTIONS[layout]
    path = save("a.csv", text)
    with pytest.raises(InputError) as caught:
        ratings_from_table(read_codings([path]))
    (problem,) = caught.value.problems
    assert (problem.path, problem.line, problem.message) == (str(path), 3, message)


def test_a_second_value_contradicts_where_a_level_asks_for_one(save: Save) -> None:
    table = read_codings([save("a.csv", "unit,coder,code\nu1,Ada,1\nu1,Ada,2\nu1,Ben,1\n")])
    assert presence(ratings_from_table(table), "2") == [[1, 0]]
    with pytest.raises(InputError, match="Ada coded u1 with “2” here and with “1” on line 2"):
        ratings_from_table(table, level="ordinal")


def test_equal_rows_are_one(save: Save) -> None:
    coded = ratings_from_table(
        read_codings([save("a.csv", "unit,coder,code\nu1,Ada,x\nu1,Ada,x\nu1,Ben,x\n")])
    )
    assert presence(coded, "x") == [[1, 1]]


def test_many_contradictions_are_counted_and_the_first_shown(save: Save) -> None:
    rows = "".join(f"u{i},x,y\nu{i},x,z\n" for i in range(30))
    with pytest.raises(InputError, match="30 rows that contradict") as caught:
        ratings_from_table(read_codings([save("a.csv", f"unit,Ada,Ben\n{rows}")]))
    assert str(caught.value.problems[-1]) == "and 20 more"


def test_a_label_that_the_codebook_lacks_is_refused_with_the_nearest(save: Save) -> None:
    path = save("a.csv", "unit,coder,codes\nu1,Ada,warm\nu1,Ben,wram;cold\n")
    with pytest.raises(InputError, match="the codebook has no code “wram”") as caught:
        ratings_from_table(read_codings([path]), codebook=["warm", "cold", "never-used"])
    assert (caught.value.problem.line, caught.value.hint) == (3, "did you mean “warm”?")
    fine = save("b.csv", "unit,coder,codes\nu1,Ada,warm\nu1,Ben,\n")
    coded = ratings_from_table(read_codings([fine]), codebook=["warm", "never-used"])
    assert coded.ratings.codes == ("warm", "never-used")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("unit,coder,code\nu1,Ada,x\nu2,Ada,x\n", "one coder only, “Ada”"),
        ("unit,coder,code\nu1,Ada,x\nu2,Ben,x\n", "no unit was coded by two coders: for example “u1” by Ada"),
        ("unit,Ada,Ben\nu1,x,\nu2,x,\n", "one coder only, “Ada”"),
    ],
)
def test_nothing_to_compare_is_said(save: Save, text: str, message: str) -> None:
    coded = ratings_from_table(read_codings([save("a.csv", text)]))
    with pytest.raises(AgreementError, match=message):
        check_comparable(coded, "a.csv")


def test_memos_follow_their_unit_and_coder(save: Save) -> None:
    path = save("a.csv", "unit,coder,codes,memo\nu1,Ada,x,\nu1,Ben,x,unsure here\n")
    assert ratings_from_table(read_codings([path])).memos == {("u1", "Ben"): "unsure here"}


def test_presence_equals_a_slow_reading_of_the_rows(save: Save) -> None:
    generator = np.random.default_rng(5)
    codes = np.array(["a", "b", "c", "d"])
    rows, expected = [], {}
    for unit in range(60):
        for coder in ("Ada", "Ben", "Cy"):
            if generator.random() < 0.8:
                chosen = codes[generator.random(4) < 0.3].tolist()
                expected[f"u{unit}", coder] = set(chosen)
                rows.append({"unit": f"u{unit}", "coder": coder, "codes": chosen})
    coded = ratings_from_table(read_codings([save("a.jsonl", "\n".join(map(json.dumps, rows)))]))
    for i, unit in enumerate(coded.ratings.units):
        for j, coder in enumerate(coded.ratings.coders):
            for k, code in enumerate(coded.ratings.codes):
                reading = expected.get((unit, coder))
                state = -1 if reading is None else int(code in reading)
                assert coded.ratings.presence[i, j, k] == state


def test_free_spans_of_a_table_are_compared_character_by_character(save: Save) -> None:
    text = "doc,start,end,coder,code\nP1,0,4,Ada,x\nP1,2,6,Ben,x\nP2,0,3,Ada,x\n"
    table = read_codings([save("a.csv", text)])
    coded = characters_from_table(table)
    assert [(unit.start, unit.end) for unit in coded.units] == [(0, 2), (2, 4), (4, 6), (0, 3)]
    assert presence(coded, "x") == [[1, 0], [1, 1], [0, 1], [1, -1]]
    assert coded.ratings.sizes is not None and coded.ratings.sizes.tolist() == [2, 2, 2, 3]
    with pytest.raises(SettingsError, match="where each coding starts and ends"):
        characters_from_table(read_codings([save("b.csv", "unit,coder,code\nu1,Ada,x\n")]))


def test_a_table_of_counts_is_told_from_codings(save: Save) -> None:
    counts = save("a.csv", "Ada\\Ben,calm,ease\ncalm,40,5\nease,3,38\n")
    with pytest.raises(InputError, match="table of counts") as refused:
        read_codings([counts])
    assert "a row for each unit" in str(refused.value.hint)
    read_codings([save("b.csv", "unit,calm,ease\ncalm,40,5\nrest,3,38\n")])
