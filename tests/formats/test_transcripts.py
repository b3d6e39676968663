"""The front door: which files are read, what each is, and all problems of all files at once."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.formats.writers import WRITERS, Spoken, docx, paragraph
from thematic.errors import InputError
from thematic.formats import TRANSCRIPT_FORMATS, find_files, open_file, read_files, read_transcripts, sniff
from thematic.formats.transcripts.reading import ReadSettings, SourceFile, clean_id

TURNS = [Spoken("INT", "so it was?", 1.0, 1.5), Spoken("P01", "it was.", 2.0, 2.5)]


def write(folder: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def test_the_formats_are_these() -> None:
    names = "docx odt rtf pdf eaf trs xml-captions cha textgrid captions coded-rows tables otr asr-json text"
    assert list(TRANSCRIPT_FORMATS) == names.split()


@pytest.mark.parametrize("shape", WRITERS)
def test_content_decides_what_a_file_is_whatever_its_name(shape: str) -> None:
    name, writer = WRITERS[shape]
    file = SourceFile(name, writer(TURNS))
    expected = sniff(file)
    assert expected in TRANSCRIPT_FORMATS
    if expected != "text":
        assert sniff(SourceFile("renamed.txt", file.data)) == expected


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("P01.pdf", b"INT: so", "named .pdf, but there is no PDF in it"),
        ("P01.txt", b"PK\x03\x04" + bytes(100), "a zip archive"),
        ("P01.odt", b"INT: so", "named .odt, but there is no OpenDocument text"),
        ("P01.txt", b"ID3\x03" + bytes(100), "a recording"),
        ("P01.txt", b"\x00\x00\x00\x18ftypmp42", "a recording"),
        ("P01.vtt", b"INT: so", "named .vtt, but there is no caption"),
        ("P01.json", b"INT: so", "named .json, but there is no JSON of a speech recogniser"),
        ("P01.xlsx", b"a,b\n1,2\n", "named .xlsx, but there is no table"),
        ("P01.xyz", b"INT: so", "no transcript format ends in .xyz"),
        ("P01.txt", b"", "empty"),
    ],
)
def test_a_mislabelled_file_is_one_clear_error(name: str, data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        sniff(SourceFile(name, data))
    assert caught.value.hint


def test_folders_are_searched_in_order_and_what_is_passed_over_is_noted(tmp_path: Path) -> None:
    write(tmp_path, b_txt="INT: b", a__c_md="INT: c", README_md="x", participants_csv="x", x_mp3="x")
    write(tmp_path, a__a_vtt="x").joinpath(".hidden.txt").write_text("x")
    (tmp_path / "codings_ann.csv").write_text("x")
    (tmp_path / "~$b.docx").write_text("x")
    files, notes = find_files([tmp_path])
    assert [path.relative_to(tmp_path).as_posix() for path in files] == ["a/a.vtt", "a/c.md", "b.txt"]
    (note,) = notes
    assert note.endswith("README.md, codings_ann.csv, participants.csv, x.mp3")


def test_patterns_and_repeated_names(tmp_path: Path) -> None:
    write(tmp_path, b_txt="INT: b", a_txt="INT: a")
    odd = tmp_path / "c[1].txt"
    odd.write_text("INT: c")
    files, _ = find_files([tmp_path / "*.txt", tmp_path / "a.txt", tmp_path, odd])
    assert [path.name for path in files] == ["a.txt", "b.txt", "c[1].txt"]


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    write(tmp_path, empty_txt="", binary_txt=b"\x00\x01" * 99, word_docx="x", good_txt="INT: so")
    write(tmp_path, bad_vtt="WEBVTT\n\nx --> y\n").joinpath("nothing").mkdir()
    with pytest.raises(InputError, match="7 of 8 files cannot be read") as caught:
        read_transcripts(
            [
                *sorted(tmp_path.glob("*.*")),
                tmp_path / "missing.txt",
                tmp_path / "none*.txt",
                tmp_path / "nothing",
            ]
        )
    assert {Path(str(p.path)).name: p.message for p in caught.value.problems} == {
        "empty.txt": "the file is empty",
        "binary.txt": "this is a binary file, not a transcript",
        "word.docx": "named .docx, but there is no Word document in it",
        "bad.vtt": "not a time: “x --> y”",
        "missing.txt": "no such file or folder",
        "none*.txt": "no such file or folder",
        "nothing": "no transcripts in this folder",
    }
    assert all(problem.hint for problem in caught.value.problems)


def test_a_file_that_must_not_be_read_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "P01.txt").write_text("INT: so")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    problem = open_file(tmp_path / "P01.txt").problem
    assert problem
    assert problem.message == "cannot be read: Permission denied"


def test_the_same_id_and_the_same_words_are_refused(tmp_path: Path) -> None:
    write(tmp_path, P01_txt="INT: so?\nP01: well.", p01_md="INT: other?", q_txt="INT: So?\n\nP01: Well!")
    with pytest.raises(InputError, match="a transcript is given twice") as caught:
        read_transcripts([tmp_path / name for name in ("P01.txt", "p01.md", "q.txt")])
    assert [(p.path, p.message) for p in caught.value.problems] == [
        ("p01.md", "the same transcript id, p01, as P01.txt"),
        ("q.txt", "the same words as P01.txt"),
    ]


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert "not a file" in str(open_file(tmp_path / "pipe.txt").problem)


def test_no_paths_is_an_error_and_no_files_are_no_readings() -> None:
    with pytest.raises(InputError, match="no transcripts named"):
        read_transcripts([])
    assert read_files([]) == []


def test_settings_reach_the_reader() -> None:
    file = SourceFile("P01.txt", "INT: naïve".encode("mac_roman"))
    (reading,) = read_files([file], settings=ReadSettings(encoding="mac_roman"))
    assert "naïve" in reading.transcripts[0].text


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("P01", "P01"),
        ("P 01 (final)", "P_01_final"),
        ("Zoë-2.v3", "Zoë-2.v3"),
        ("../../etc", "etc"),
        ("🙂", "transcript"),
    ],
)
def test_ids_are_safe_file_names(name: str, identifier: str) -> None:
    assert clean_id(name) == identifier


def test_formats_mix(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(docx(paragraph("INT: so?"), paragraph("P01: well.")))
    (tmp_path / "b.json").write_text(json.dumps([{"start": 0, "end": 1, "text": "so"}]))
    assert [r.transcripts[0].id for r in read_transcripts([tmp_path])] == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "stem", "extension"),
    [
        ("P01.TXT", "P01", "txt"),
        (".txt", ".txt", ""),
        ("P01", "P01", ""),
        ("P01.", "P01", ""),
        ("a.b.c", "a.b", "c"),
    ],
)
def test_names_of_files(name: str, stem: str, extension: str) -> None:
    file = SourceFile(name, b"")
    assert (file.stem, file.extension) == (stem, extension)
