"""Damaged and hostile files: read with every word accounted for, or one clear error; never anything else."""

from __future__ import annotations

import time

import pytest

from tests.formats.mutations import damaged_cells, damaged_xml, hostile_files, mutants, seeds
from tests.formats.test_readers_keep_every_word import check_reading
from thematic.errors import ThematicError
from thematic.formats import read_file
from thematic.formats.transcripts.reading import SourceFile

HOSTILE = hostile_files()
# Half of what a hang would be on the slowest machine that runs these tests; the benchmark is stricter.
PATIENCE = 20.0


def read_or_refuse(name: str, data: bytes) -> bool:
    """Whether the file was read. Anything but a reading or a ThematicError fails the test."""
    try:
        reading = read_file(SourceFile(name, data))
    except ThematicError as error:
        assert error.problems
        assert all(problem.message and problem.path for problem in error.problems)
        return False
    check_reading(reading)
    return True


@pytest.mark.parametrize("attack", HOSTILE)
def test_attacks_are_refused_or_read_in_time(attack: str) -> None:
    name, data = HOSTILE[attack]
    start = time.process_time()
    read = read_or_refuse(name, data)
    assert time.process_time() - start < PATIENCE
    if any(word in attack for word in ("bomb", "says", "entities", "external", "deep", "parts", "paths")):
        assert not read


@pytest.mark.parametrize("part", range(6))
def test_four_hundred_damaged_files(part: int) -> None:
    for i, (name, data) in enumerate(mutants(400)):
        if i % 6 == part:
            read_or_refuse(name, data)


XML = [(name, data) for name, data in seeds() if name.endswith((".eaf", ".ttml", ".docx", ".odt", ".xlsx"))]


@pytest.mark.parametrize(("name", "data"), XML, ids=[f"{name} {i}" for i, (name, _) in enumerate(XML)])
def test_xml_with_anything_missing_or_wrong(name: str, data: bytes) -> None:
    read = [read_or_refuse(name, each) for each in damaged_xml(data)]
    assert any(read)
    assert not all(read)


@pytest.mark.parametrize("data", [data for name, data in seeds() if name.endswith(".csv")])
def test_tables_with_anything_missing_or_wrong(data: bytes) -> None:
    read = [read_or_refuse("P01.csv", each.encode()) for each in damaged_cells(data.decode())]
    assert any(read)
    assert not all(read)


def test_the_good_files_they_are_made_from_are_read() -> None:
    assert all(read_or_refuse(name, data) for name, data in seeds())
