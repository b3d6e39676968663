from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.builders import make_codebook, make_study_data, make_transcript
from tests.other_programs import write_workbook
from thematic.coded_project import CodedProject
from thematic.errors import InputError, SettingsError
from thematic.formats.exports import quotes_csv
from thematic.formats.projects.front_door import ProjectSettings, read_project, sniff_project
from thematic.formats.projects.quote_tables.rows import read_moments

P01 = make_transcript(
    "P01",
    [
        ("Interviewer", "How do you get there?"),
        ("Ada", "By bus. I don’t mind — it’s fine."),
        ("Interviewer", "And back?"),
        ("Ada", "By bus. Late at night it’s… well."),
    ],
)
P02 = make_transcript("P02", [("Ben", "=Never mind. I walk, by  the\u00a0river.")])


def read(path: Path, **changes: object) -> CodedProject:
    settings = {"transcripts": {"P01": P01, "P02": P02}, "codebook": make_codebook(), "coder": "ana"}
    assert sniff_project(path) == "quotes"
    return read_project(path, settings=ProjectSettings(**(settings | changes)))  # type: ignore[arg-type]


def table(tmp_path: Path, *rows: list[str], name: str = "quotes.csv") -> Path:
    path = tmp_path / name
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def said(project: CodedProject) -> list[tuple[str, str, str]]:
    for coding in project.codings:
        text = {"P01": P01, "P02": P02}[coding.quote.transcript_id].text
        assert text[coding.quote.start : coding.quote.end] == coding.quote.text
    return [(c.quote.transcript_id, c.code_id or "", c.quote.text) for c in project.codings]


# --- Places --------------------------------------------------------------------------------------------


def test_quotes_are_found_and_the_words_of_the_transcript_are_kept(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        ["document", "code", "quote"],
        ["P01.docx", "Ease of joining", "I don't mind - it's fine."],
        ["p02", "ease; bonds", "I walk, by the river."],
        ["", "bonds", "Late at night"],
    )
    project = read(path)
    assert said(project) == [
        ("P01", "ease", "I don’t mind — it’s fine."),
        ("P02", "ease", "I walk, by  the\u00a0river."),
        ("P02", "bonds", "I walk, by  the\u00a0river."),
        ("P01", "bonds", "Late at night"),
    ]
    assert project.codings[0].details == {"quoted_as": "I don't mind - it's fine."}
    assert any(
        note.startswith("2 quotes were found but for quotation marks") for note in project.report.notes
    )
    assert project.codings[0].coder_id == "ana"


def test_nothing_is_guessed_and_everything_is_listed(tmp_path: Path) -> None:
    rows = [
        ["P01", "ease", "By bus."],
        ["P01", "ease", "nobody said this"],
        ["P09", "ease", "I walk"],
        ["P02", "ease", "I walk"],
    ]
    path = table(tmp_path, ["document", "code", "quote"], *rows)
    with pytest.raises(InputError) as caught:
        read(path)
    assert [(p.line, p.message) for p in caught.value.problems] == [
        (2, "“By bus.” stands 2 times in P01"),
        (3, "“nobody said this” is not in P01"),
        (4, "the study has no transcript “P09”"),
    ]
    project = read(path, partial=True)
    assert said(project) == [("P02", "ease", "I walk")]
    assert [row["row"] for row in project.kept["not_placed"]] == [2, 3, 4]
    assert (project.report.losses[0].what, project.report.losses[0].count) == ("quotes", 3)


def test_a_position_is_believed_where_the_words_are(tmp_path: Path) -> None:
    second = P01.text.rindex("By bus.")
    header = ["document", "code", "quote", "start", "end"]
    path = table(tmp_path, header, ["P01", "ease", "By bus.", str(second), str(second + 7)])
    assert read(path).codings[0].quote.start == second
    path = table(tmp_path, header, ["P01", "ease", "By bus.", "3", "10"])
    with pytest.raises(InputError, match="no certain place"):
        read(path)


def test_without_transcripts_there_is_one_clear_error(tmp_path: Path) -> None:
    path = table(tmp_path, ["document", "code", "quote"], ["P01", "ease", "By bus."])
    with pytest.raises(InputError, match="no transcripts to find them in") as caught:
        read(path, transcripts={})
    assert "thematic ingest" in (caught.value.hint or "")


def test_somebody_must_have_coded(tmp_path: Path) -> None:
    path = table(tmp_path, ["document", "code", "quote"], ["P02", "ease", "I walk"])
    with pytest.raises(SettingsError, match="who coded"):
        read(path, coder=None)


def test_codes_are_those_of_the_study_or_new(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        ["document", "code", "quote"],
        ["P02", "Online and in person › Weaker bonds", "I walk"],
        ["P02", "WEAKER BONDS", "I walk"],
        ["P02", "Travel on foot > By the river", "I walk"],
    )
    project = read(path)
    assert [c.code_id for c in project.codings] == ["bonds", "bonds", "by-the-river"]
    assert project.codebook is not None
    parents = {code.id: code.parent_id for code in project.codebook.codes}
    assert parents["by-the-river"] == "travel-on-foot"
    assert parents["bonds"] == "online"


def test_other_sheets_are_told(tmp_path: Path) -> None:
    import openpyxl

    path = write_workbook(tmp_path / "q.xlsx", [["document", "code", "quote"], ["P02", "ease", "I walk"]])
    book = openpyxl.load_workbook(path)
    book.create_sheet("More").append(["x"])
    book.save(path)
    assert "only the sheet “Sheet” was read, not “More”" in read(path).report.notes


def test_what_we_write_we_read(tmp_path: Path) -> None:
    data = make_study_data()
    path = tmp_path / "quotes.csv"
    path.write_bytes(quotes_csv.render(data))
    transcripts = {t.id: t for t in data.transcripts}
    project = read(path, transcripts=transcripts, codebook=data.codebook, coder=None)
    again = {(c.quote, c.code_id, c.coder_id, c.at, c.memo) for c in project.codings}
    names = {"ana": "Ana", "ben": "Ben"}
    assert again == {(c.quote, c.code_id, names[c.coder_id], c.at, c.memo) for c in data.codings}


def test_words_that_a_spreadsheet_was_kept_from_running_are_found(tmp_path: Path) -> None:
    path = table(tmp_path, ["document", "code", "quote"], ["P02", "ease", "'=Never mind."])
    assert said(read(path))[0][2] == "=Never mind."


# --- MAXQDA --------------------------------------------------------------------------------------------

GERMAN = [
    "Farbe", "Kommentar", "Dokumentgruppe", "Dokumentname", "Code", "Anfang", "Ende", "Gewicht", "Segment",
    "Bearbeitet von", "Bearbeitet am", "Erstellt von", "Erstellt am", "Fläche", "Abdeckungsgrad %",
]  # fmt: skip
ENGLISH = [
    "Color", "Comment", "Document group", "Document name", "Code", "Beginning", "End", "Weight score",
    "Segment", "Modified by", "Modified on", "Created by", "Created", "Area", "Coverage %",
]  # fmt: skip

SPANISH = [
    "Color", "Comentario", "Grupo de documentos", "Nombre del documento", "Código", "Comienzo", "Final",
    "Ponderación", "Segmento", "Modificado por", "Modificado", "Creado por", "Creado", "Área", "Cobertura %",
]  # fmt: skip


def maxqda(words: str, code: str, paragraph: object, **cells: object) -> list[object]:
    given = {"comment": "", "group": "", "weight": "0", "who": "Eva", "when": "05.03.2024 14:30:00"} | cells
    return ["●", given["comment"], given["group"], "P01", code, paragraph, paragraph, given["weight"], words,
            "Someone else", "", given["who"], given["when"], 33, "1,2"]  # fmt: skip


@pytest.mark.parametrize("header", [GERMAN, ENGLISH, SPANISH])
def test_maxqda_segments(tmp_path: Path, header: list[str]) -> None:
    rows = [
        maxqda(
            "I don’t mind",
            "Online and in person > Ease of joining",
            3,
            comment="hm",
            weight="50",
            group="North",
        ),
        maxqda("By bus.", "Transport\\Public\\Bus", 7),
        maxqda("", "Transport", 1),
    ]
    project = read(write_workbook(tmp_path / "segments.xlsx", [header, *rows]), coder=None)
    # Lines are counted, with the empty ones between turns: the second “By bus.” is in the seventh.
    assert said(project)[1][2] == "By bus."
    assert project.codings[1].quote.start == P01.text.rindex("By bus.")
    first = project.codings[0]
    assert (first.code_id, first.memo, first.coder_id) == ("ease", "hm", "Eva")
    assert first.at is not None
    assert first.at.isoformat() == "2024-03-05T14:30:00+00:00"
    assert first.details["weight"] == "50"
    assert {(loss.what, loss.count) for loss in project.report.losses} == {
        ("segments", 1), ("weights of segments", 1), ("document groups", 1),
    }  # fmt: skip
    names = {c.id: c.name for c in project.codebook.codes} if project.codebook else {}
    assert names[project.codings[1].code_id or ""] == "Bus"


def test_paragraphs_count_only_where_every_other_row_agrees(tmp_path: Path) -> None:
    rows = [maxqda("I don’t mind", "ease", 12), maxqda("By bus.", "ease", 7)]
    path = write_workbook(tmp_path / "segments.xlsx", [ENGLISH, *rows])
    with pytest.raises(InputError) as caught:
        read(path)
    assert [p.message for p in caught.value.problems] == ["“By bus.” stands 2 times in P01"]


def test_paragraphs_may_be_counted_without_empty_ones(tmp_path: Path) -> None:
    rows = [maxqda("I don’t mind", "ease", 2), maxqda("By bus.", "ease", 4)]
    project = read(write_workbook(tmp_path / "segments.xlsx", [ENGLISH, *rows]))
    assert project.codings[1].quote.start == P01.text.rindex("By bus.")


# --- Dedoose -------------------------------------------------------------------------------------------


def test_dedoose_excerpts(tmp_path: Path) -> None:
    header = [
        "Media Title", "Excerpt Range", "Excerpt Creator", "Excerpt Date", "Excerpt Copy", "Resource Creator",
        "Codes Applied Combined", "Code: Travel Applied", "Code: Travel Weight",
        r"Code: Travel\On foot, alone Applied", "Descriptor: Site",
    ]  # fmt: skip
    start = P01.text.rindex("By bus.")
    rows: list[list[object]] = [
        [
            "P02.docx",
            "3-8",
            "eva",
            "3/14/2024",
            "I walk",
            "x",
            "Travel, On foot, alone",
            True,
            4,
            True,
            "north",
        ],
        [
            "P01",
            f"{start}-{start + 7}",
            "eva",
            "3/14/2024",
            "By bus.",
            "x",
            "Travel",
            "True",
            "",
            "False",
            "",
        ],
        ["P01", "", "eva", "", "", "x", "", False, "", False, ""],
    ]
    project = read(write_workbook(tmp_path / "excerpts.xlsx", [header, *rows]), coder=None, codebook=None)
    names = {c.id: c.name for c in project.codebook.codes} if project.codebook else {}
    assert [(names[code], words) for _, code, words in said(project)] == [
        ("Travel", "I walk"), ("On foot, alone", "I walk"), ("Travel", "By bus."),
    ]  # fmt: skip
    assert project.codings[2].quote.start == start
    assert project.codings[0].at is not None
    assert (project.codings[0].at.month, project.codings[0].at.day) == (3, 14)
    assert {loss.what for loss in project.report.losses} == {
        "excerpts", "excerpts with weights", "columns of descriptors",
    }  # fmt: skip


# --- Taguette's table ----------------------------------------------------------------------------------


def test_taguette_highlights(tmp_path: Path) -> None:
    rows = [
        ["id", "document", "tag", "content"],
        ["7", "P02", "bonds", "I walk, by the ri ver."],
        ["8", "P02", "", "x"],
    ]
    project = read(table(tmp_path, *rows, name="all_tags.csv"))
    assert said(project) == [("P02", "bonds", "I walk, by  the\u00a0river.")]
    assert project.program == "Taguette"
    assert project.report.losses[0].what == "highlights without a tag"


def test_atlas_tis_report_of_quotations(tmp_path: Path) -> None:
    header = [
        "ID",
        "Document",
        "Quotation Name",
        "Quotation Content",
        "Comment",
        "Codes",
        "Created by",
        "Created",
    ]
    row = ["2:1", "D 2: P02.docx", "I walk", "I walk, by the river.", "hm", "bonds\nease", "Eva", "3/14/2024"]
    project = read(write_workbook(tmp_path / "quotations.xlsx", [header, row]), coder=None)
    assert [(code, words) for _, code, words in said(project)] == [
        ("bonds", "I walk, by  the\u00a0river."), ("ease", "I walk, by  the\u00a0river."),
    ]  # fmt: skip
    assert (project.codings[0].memo, project.codings[0].coder_id) == ("hm", "Eva")


def test_a_reference_behind_the_words_is_no_word(tmp_path: Path) -> None:
    path = table(tmp_path, ["document", "code", "quote"], ["P02", "ease", "I walk (P02, S. 3: 120)"])
    assert said(read(path))[0][2] == "I walk"


# --- Tables of other things ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        ["speaker", "text"],
        ["participant", "site"],
        ["unit", "coder1", "coder2"],
        ["id", "name", "definition"],
        ["code"],
    ],
)
def test_other_tables_are_no_quotes(tmp_path: Path, header: list[str]) -> None:
    assert sniff_project(table(tmp_path, header, ["x"] * len(header))) != "quotes"


def test_our_own_packets_are_no_quotes(tmp_path: Path) -> None:
    from thematic.formats.exports.excerpts_xlsx import render

    (tmp_path / "packet.xlsx").write_bytes(render(make_study_data()))
    assert sniff_project(tmp_path / "packet.xlsx") is None


@pytest.mark.parametrize("data", [b"PK\x03\x04 no zip xl/", b'document,code,quote\r\nP01,a,"unclosed\r\n'])
def test_damaged_tables_give_one_clear_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / ("x.xlsx" if data.startswith(b"PK") else "x.csv")
    path.write_bytes(data)
    if sniff_project(path) is not None:
        with pytest.raises(InputError, match=r"no table|damaged"):
            read(path)


def test_dates_are_read_where_they_can_be_told() -> None:
    def days(cells: list[str], **options: bool) -> list[str]:
        return [m.date().isoformat() if m else "" for m in read_moments(cells, **options)]

    assert days(["05.03.2024", "2024-03-05T10:00:00Z", "2024/3/5 9:05", "", "soon"]) == ["2024-03-05"] * 3 + [
        "",
        "",
    ]
    assert days(["3/4/2024", "3/14/2024"]) == ["2024-03-04", "2024-03-14"]
    assert days(["3/4/2024", "14/3/2024"]) == ["2024-04-03", "2024-03-14"]
    assert days(["3/4/2024"]) == [""]
    assert days(["3/4/2024"], month_first=True) == ["2024-03-04"]
    assert days(["31.02.2024", "99/99/2024"]) == ["", ""]
    [late] = read_moments(["3/14/2024 1:05 PM"])
    assert late is not None
    assert (late.hour, late.minute) == (13, 5)
