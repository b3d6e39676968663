"""A formula without a value is refused in every workbook that is read: shown as empty, it would be lost."""

from __future__ import annotations

import io

import pytest
from openpyxl import Workbook

from thematic.errors import ThematicError
from thematic.formats.agreement.coding_tables import TableSettings, read_codings
from thematic.formats.codebooks.front_door import read_codebook
from thematic.formats.transcripts.front_door import open_file, read_file
from thematic.formats.transcripts.reading import ReadSettings

TABLES = {
    "codings": [["unit", "Ada", "Ben"], ["u1", "a", "b"], ["u2", "b", "b"], ["u3", "a", "a"]],
    "transcript": [["speaker", "text"], ["INT", "How did it go?"], ["P01", "It went well, I should say."]],
    "codebook": [["id", "name", "definition"], ["a", "Calm", "Being calm."], ["b", "Ease", "Being at ease."]],
}


def read(kind, path):
    if kind == "codings":
        return read_codings([path], settings=TableSettings())
    if kind == "codebook":
        return read_codebook(path)
    return read_file(open_file(path), settings=ReadSettings())


@pytest.fixture
def workbook(tmp_path):
    def made(kind, cell="", value=""):
        book = Workbook()
        for row in TABLES[kind]:
            book.active.append(row)
        if cell:
            book.active[cell] = value
        path = tmp_path / f"{kind}.xlsx"
        stream = io.BytesIO()
        book.save(stream)
        path.write_bytes(stream.getvalue())
        return path

    return made


@pytest.mark.parametrize("kind", TABLES)
def test_a_formula_that_was_never_calculated_is_refused(workbook, kind):
    read(kind, workbook(kind))
    with pytest.raises(ThematicError, match="the formula in B3 has no value") as error:
        read(kind, workbook(kind, "B3", '=CONCAT("a","")'))
    assert "calculate" in (error.value.hint or "")
