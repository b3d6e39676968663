from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import make_study_data
from thematic.errors import SettingsError
from thematic.exporting import find_formats, write_exports
from thematic.formats.exports.front_door import FORMATS, files_of
from thematic.run_exports import EXPORTS
from thematic.selection import Selection


@pytest.mark.parametrize("name", [name for name, made in FORMATS.items() if not made.from_study])
def test_same_data_same_bytes(name: str) -> None:
    first, second = (files_of(FORMATS[name], make_study_data()) for _ in range(2))
    assert first == second
    assert tuple(first) == FORMATS[name].files


@pytest.mark.parametrize("name", [name for name, made in FORMATS.items() if not made.from_study])
def test_an_empty_study_can_be_written(name: str) -> None:
    empty = make_study_data(
        transcripts=(), segmentations=(), suggestions=(), clustering=None, codings=(), coders=(), notes=()
    )
    assert all(
        content for file, content in files_of(FORMATS[name], empty).items() if file not in _MAY_BE_EMPTY
    )


_MAY_BE_EMPTY = {"excerpts.jsonl", "tasks.jsonl"}


def test_a_run_writes_what_it_always_did() -> None:
    assert list(EXPORTS) == [
        "excerpts.csv", "excerpts.xlsx", "excerpts.jsonl", "excerpts.html", "clusters.csv",
    ]  # fmt: skip


@pytest.mark.parametrize("name", [name for name, made in FORMATS.items() if made.of_people])
def test_what_shows_people_only_is_the_same_without_the_machine(name: str) -> None:
    without = make_study_data(suggestions=(), clustering=None, notes=())
    assert files_of(FORMATS[name], without) == files_of(FORMATS[name], make_study_data())


def test_no_two_formats_write_the_same_file() -> None:
    files = [f"{made.folder}/{name}" for made in FORMATS.values() for name in made.files]
    assert len(files) == len(set(files))


def test_a_part_has_its_name_in_the_file(tmp_path: Path) -> None:
    part = Selection(cases=(("group", "in person"),), codes=("Weaker bonds",))
    done = write_exports(make_study_data(), ["csv", "matrix"], tmp_path, selection=part)
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.csv")) == [
        "excerpts-group-in-person-code-Weaker-bonds.csv",
        "matrix-group-in-person-code-Weaker-bonds/codes.csv",
        "matrix-group-in-person-code-Weaker-bonds/excerpts_by_code.csv",
        "matrix-group-in-person-code-Weaker-bonds/participants_by_code.csv",
    ]
    # The excerpt without the code is a zero of the matrix, and no row of the others.
    assert [(each.format, each.excerpts) for each in done] == [("csv", 1), ("matrix", 2)]


@pytest.mark.parametrize("value", ["日本", "é" * 80, "../../etc", "a/b", "con:"])
def test_no_value_leads_out_of_the_folder_or_loses_its_difference(tmp_path: Path, value: str) -> None:
    from thematic.exporting import export_files

    def name(given: str) -> str:
        return next(iter(export_files(FORMATS["csv"], make_study_data(), Selection(coders=(given,)))))

    assert Path(name(value)).name == name(value)
    assert len(name(value)) < 90
    assert name(value) != name(value + "本")
    assert name(value).isascii()


def test_out_is_a_file_a_folder_or_a_folder_of_all(tmp_path: Path) -> None:
    data = make_study_data()
    write_exports(data, ["md"], tmp_path / "x", out=tmp_path / "mine.md")
    assert (tmp_path / "mine.md").read_bytes().startswith(b"# Groups")
    (tmp_path / "there").mkdir()
    write_exports(data, ["md"], tmp_path / "x", out=tmp_path / "there")
    assert (tmp_path / "there" / "quotes.md").exists()
    write_exports(data, ["parquet"], tmp_path / "x", out=tmp_path / "tables")
    assert (tmp_path / "tables" / "codings.parquet").exists()
    write_exports(data, ["md", "parquet"], tmp_path / "x", out=tmp_path / "both")
    assert (tmp_path / "both" / "parquet" / "codings.parquet").exists()
    assert not (tmp_path / "x").exists()


def test_what_exists_is_replaced_only_when_asked(tmp_path: Path) -> None:
    target = tmp_path / "notes.md"
    target.write_text("mine")
    with pytest.raises(SettingsError) as caught:
        write_exports(make_study_data(), ["md"], tmp_path, out=target)
    assert "--force" in (caught.value.problems[0].hint or "")
    assert target.read_text() == "mine"
    write_exports(make_study_data(), ["md"], tmp_path, out=target, force=True)
    assert target.read_text() != "mine"


def test_what_somebody_changed_is_kept(tmp_path: Path) -> None:
    folder, ledger = tmp_path / "exports", tmp_path / "exported.json"

    def write(**changes: object) -> tuple[str, ...]:
        [done] = write_exports(make_study_data(**changes), ["md"], folder, ledger=ledger)
        return done.kept

    assert write() == ()
    assert write(title="Another") == ()  # ours may be replaced
    (folder / "quotes.md").write_text("with my notes", encoding="utf-8")
    [kept] = write()
    assert Path(kept).read_text(encoding="utf-8") == "with my notes"
    assert Path(kept).parent == folder / "changed by hand"
    assert (folder / "quotes.md").read_bytes().startswith(b"# Groups")
    assert write(title="Once more") == ()
    ledger.write_text("damaged")
    assert len(write()) == 1  # not known to be ours: kept


def test_an_unknown_format_is_told_with_the_nearest() -> None:
    with pytest.raises(SettingsError) as caught:
        find_formats(["csv", "exel", "parket"])
    assert [p.message for p in caught.value.problems] == [
        "there is no format “exel”",
        "there is no format “parket”",
    ]
    assert caught.value.problems[1].hint == "did you mean “parquet”?"
