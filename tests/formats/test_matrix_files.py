from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import make_coding, make_study_data
from thematic.formats.exports.matrix_files import not_carried, render_files
from thematic.formats.exports.variable_names import LONGEST, variable_names
from thematic.model import Code, Judged, Quote, StudyData


def table(data: StudyData, name: str = "excerpts_by_code.csv") -> list[dict[str, str]]:
    text = render_files(data)[name].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


# --- What 0, 1 and empty mean --------------------------------------------------------------------------


def test_one_is_given_zero_is_looked_at_and_empty_is_not() -> None:
    rows = table(make_study_data())
    assert [row["extra_support"] for row in rows] == ["", "1", "", "", "", "0", "", "", ""]
    assert rows[1]["coders"] == "2"


def test_a_passage_judged_to_have_no_code_is_zero() -> None:
    data = make_study_data()
    quiet = data.segmentations[0].excerpts[4]
    quote = Quote(transcript_id="P01", start=quiet.start, end=quiet.end, text=quiet.text)
    data = replace(data, judged=(Judged(quote=quote, coder_id="ana", excerpt_id=quiet.id),))
    assert table(data)[4]["ease"] == "0"


def test_whoever_coded_in_an_imported_project_has_read_the_transcript() -> None:
    data = make_study_data()
    first = data.segmentations[2].excerpts[0]
    quote = Quote(transcript_id="P03", start=first.start, end=first.start + 4, text=first.text[:4])
    assert [
        r["ease"] for r in table(replace(data, judged=(Judged(quote=quote, coder_id="x", mode="import"),)))
    ][7:] == ["0", "0"]
    # Elsewhere somebody who marks a span has looked at that excerpt, not at its neighbour.
    assert [r["ease"] for r in table(replace(data, judged=(Judged(quote=quote, coder_id="x"),)))][7:] == [
        "0",
        "",
    ]


def test_an_import_that_tells_of_no_code_tells_what_was_looked_at() -> None:
    data = make_study_data()
    first, second = data.segmentations[2].excerpts
    quotes = [Quote(transcript_id="P03", start=e.start, end=e.end, text=e.text) for e in (first, second)]
    judged = (Judged(quote=quotes[0], coder_id="x", mode="import", none_applies=True),)
    assert [r["ease"] for r in table(replace(data, judged=judged))][7:] == ["0", ""]


def test_a_theme_has_a_column_for_anything_below_it() -> None:
    row = table(make_study_data())[1]
    assert (row["reasons"], row["any_reasons"], row["any_online"]) == ("0", "1", "0")


def test_a_participant_has_a_code_when_it_touches_a_turn_of_theirs() -> None:
    people = {row["participant"]: row for row in table(make_study_data(), "participants_by_code.csv")}
    assert people["P01"]["extra_support"] == "1"
    assert people["P02"]["extra_support"] == "0"
    assert people["P03"]["extra_support"] == ""
    assert (people["P01"]["excerpts"], people["P01"]["excerpts_looked_at"]) == ("5", "1")
    assert people["P01"]["group"] == "both"


def test_what_was_joined_or_left_out_is_told() -> None:
    data = make_study_data()
    question = data.transcripts[0].turns[0]
    words = data.transcripts[0].text[question.start : question.end]
    outside = replace(
        data.codings[0], quote=Quote(transcript_id="P01", start=question.start, end=question.end, text=words)
    )
    told = [str(p) for p in not_carried(replace(data, codings=(*data.codings, outside)))]
    assert told[0] == "a 1 stands for any of 2 coders"
    assert told[1].startswith("1 codings lie outside the excerpts")


# --- Names ---------------------------------------------------------------------------------------------


@given(st.lists(st.text(max_size=90), max_size=20), st.lists(st.sampled_from(["a", "v", "code"]), max_size=3))
def test_every_name_is_one_that_spss_and_r_take(names: list[str], taken: list[str]) -> None:
    found = variable_names(names, taken=taken)
    assert set(found) == set(names)
    variables = [v.casefold() for v in found.values()]
    assert len(set(variables)) == len(variables)
    assert not set(variables) & set(taken)
    for variable in found.values():
        assert re.fullmatch(r"[A-Za-z](?:[A-Za-z0-9_]*[A-Za-z0-9])?", variable)
        assert len(variable) <= LONGEST


def test_words_that_a_program_keeps_for_itself_are_avoided() -> None:
    assert variable_names(["not", "if", "2nd", "Ärger"]) == {
        "not": "v_not", "if": "v_if", "2nd": "v_2nd", "Ärger": "Arger",
    }  # fmt: skip
    assert list(variable_names(["a-b", "a b", "A_B"]).values()) == ["a_b", "a_b_2", "A_B_3"]


def test_a_code_called_like_a_column_of_ours_gets_another_name() -> None:
    data = make_study_data()
    codes = (*data.codebook.codes, Code(id="speaker", name="Speaker"))
    row = table(replace(data, codebook=replace(data.codebook, codes=codes)))[1]
    assert (row["speaker"], row["speaker_2"]) == ("P01", "0")


def test_a_code_that_was_deleted_from_the_codebook_keeps_its_column() -> None:
    data = make_study_data()
    data = replace(data, codings=(replace(data.codings[0], code_id="gone"),))
    assert table(data)[1]["gone"] == "1"


# --- Scripts -------------------------------------------------------------------------------------------


def test_the_scripts_name_every_column_in_order() -> None:
    files = render_files(make_study_data())
    for name in ("excerpts_by_code", "participants_by_code"):
        header = files[f"{name}.csv"].decode("utf-8-sig").split("\r\n", 1)[0].split(",")
        spss = files["read_in_spss.sps"].decode("utf-8-sig")
        part = spss[spss.index(f"/FILE='{name}.csv'") :]
        named = re.findall(
            r"(?m)^  (\w+) [AF][\d.]+\r?$", part[: part.index("VARIABLE LABELS")].replace(".\r", "\r")
        )
        assert named == header
        script = files["read_in_r.R"].decode("ascii")
        part = script[script.index(f'"{name}.csv"') :]
        assert re.findall(r"(?m)^    (\w+) = ", part[: part.index("\n)")]) == header


def hard_to_read() -> StudyData:
    data = make_study_data()
    names = {"ease": "quo\"te \\ back, it's; Über 😀", "bonds": "AND", "extra-support": "x" * 400}
    codes = tuple(replace(code, name=names.get(code.id, code.name)) for code in data.codebook.codes)
    told = replace(data.transcripts[0], attributes={"1st": 'a, "b"; c', "größe": "=1"})
    return replace(
        data,
        codebook=replace(data.codebook, codes=codes),
        transcripts=(told, *data.transcripts[1:]),
    )


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not here")
def test_r_itself_reads_the_tables(tmp_path: Path) -> None:
    for name, made in render_files(hard_to_read()).items():
        (tmp_path / name).write_bytes(made)
    ask = (
        "t <- excerpts_by_code; cat(nrow(t), nrow(participants_by_code), sum(is.na(t$ease)), class(t$ease), "
        't$v_1st[1], attr(t$ease, "label"), sep = "\\n")'
    )
    (tmp_path / "ask.R").write_text(f'source("read_in_r.R", chdir = TRUE)\n{ask}\n')
    done = subprocess.run(
        ["Rscript", "--vanilla", "ask.R"],
        cwd=tmp_path,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    rows = table(hard_to_read())
    assert done.stdout.split("\n")[:6] == [
        str(len(rows)),
        str(len(table(hard_to_read(), "participants_by_code.csv"))),
        str(sum(row["ease"] == "" for row in rows)),
        "integer",
        'a, "b"; c',
        "Online and in person › quo\"te \\ back, it's; Über 😀",
    ]
    assert done.stderr == ""


@pytest.mark.skipif(shutil.which("pspp") is None, reason="PSPP is not here")
def test_pspp_reads_the_tables_and_keeps_both(tmp_path: Path) -> None:
    for name, made in render_files(hard_to_read()).items():
        (tmp_path / name).write_bytes(made)
    script = (tmp_path / "read_in_spss.sps").read_text("utf-8-sig")
    ask = (
        "LIST VARIABLES=excerpt ease.\nDATASET ACTIVATE participants_by_code.\nLIST VARIABLES=participant.\n"
    )
    (tmp_path / "ask.sps").write_text(script + ask, "utf-8")
    done = subprocess.run(["pspp", "-o", "-", "ask.sps"], cwd=tmp_path, capture_output=True, text=True)
    assert "error" not in done.stdout + done.stderr
    assert done.returncode == 0
    for row in table(hard_to_read()):
        assert re.search(rf"{row['excerpt']} *\| *{row['ease'] or '[.]'}\|", done.stdout)
    assert "P03" in done.stdout


def test_each_table_is_kept_before_the_next_is_read() -> None:
    script = render_files(make_study_data())["read_in_spss.sps"].decode("utf-8-sig")
    words = [
        line.split()[:2] for line in script.split("\r\n") if line.startswith(("GET", "DATASET", "VALUE"))
    ]
    one = [["GET", "DATA"], ["VALUE", "LABELS"], ["DATASET", "COPY"]]
    assert words == [*one, *one, ["DATASET", "ACTIVATE"]]


@pytest.mark.parametrize("name", ['quo"te \\ back', "it's", "Über 😀", "x" * 400, "two\nlines"])
def test_any_name_of_a_code_is_a_label(name: str) -> None:
    data = make_study_data()
    codes = tuple(replace(c, name=name) if c.id == "ease" else c for c in data.codebook.codes)
    files = render_files(replace(data, codebook=replace(data.codebook, codes=codes)))
    lines = files["read_in_spss.sps"].decode("utf-8-sig").split("\r\n")
    assert all(len(line.encode()) < 251 for line in lines)
    label = next(line for line in lines if line.startswith("  ease '"))
    assert label.rstrip(".")[7:].replace("''", "").count("'") == 2
    script = files["read_in_r.R"].decode("ascii")
    line = next(line for line in script.split("\n") if "$ease," in line)
    assert re.fullmatch(r'attr\(\w+\$ease, "label"\) <- "(?:[^"\\]|\\.)*"', line)


def test_texts_are_as_wide_as_the_longest() -> None:
    data = make_study_data()
    longer = replace(data.transcripts[0], attributes={"group": "größer"})
    script = render_files(replace(data, transcripts=(longer, *data.transcripts[1:])))[
        "read_in_spss.sps"
    ].decode()
    assert "  group A10" in script  # in person, and one to spare
    wide = replace(data.transcripts[0], attributes={"group": "ü" * 10})
    script = render_files(replace(data, transcripts=(wide, *data.transcripts[1:])))[
        "read_in_spss.sps"
    ].decode()
    assert "  group A21" in script


def test_numbers_are_numbers_and_leading_zeros_are_text() -> None:
    data = make_study_data()
    with_zip = tuple(
        replace(t, attributes={"zip": f"0{i}", "age": f"{30 + i}.5"}) for i, t in enumerate(data.transcripts)
    )
    script = render_files(replace(data, transcripts=with_zip))["read_in_spss.sps"].decode()
    assert "  zip A3" in script
    assert "  age F12.3" in script


def test_nothing_in_a_table_is_a_formula() -> None:
    data = make_study_data()
    evil = tuple(replace(t, attributes={"note": "=1+1"}) for t in data.transcripts)
    assert table(replace(data, transcripts=evil))[0]["note"] == "'=1+1"


def test_a_coder_can_be_chosen() -> None:
    from thematic.selection import Selection, select

    data = make_study_data()
    other = make_coding(data.segmentations[1].excerpts[1], "bonds", "ben")
    part = select(replace(data, codings=(*data.codings, other)), Selection(coders=("ben",)))
    assert [row["bonds"] for row in table(part)] == ["", "0", "", "", "", "", "1", "", ""]
