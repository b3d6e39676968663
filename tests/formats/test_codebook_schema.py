"""The published JSON Schema and the reader accept and refuse the same files."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from jsonschema import Draft202012Validator

from tests.codebook_strategies import codebooks
from thematic.errors import CodebookError
from thematic.formats.codebooks.codebook_document import CODE_KEYS, codebook_as_dict
from thematic.formats.codebooks.codebook_yaml import read_codebook_yaml
from thematic.model import Codebook

SCHEMA = json.loads((files("thematic") / "schemas" / "codebook.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)

CODE = {"id": "a", "name": "A"}
GOOD: dict[str, dict[str, Any]] = {
    "least": {"codes": [CODE]},
    "all keys": {
        "title": "T",
        "description": "D",
        "version_notes": ["1", "2"],
        "codes": [
            {"id": "p", "name": "P"},
            {
                **CODE,
                "parent": "p",
                "definition": "x",
                "include": "one",
                "exclude": ["one", "two"],
                "examples": [],
                "counter_examples": ["x"],
                "color": "#0072B2",
                "status": "merged",
                "merged_into": "p",
                "guid": "85d17f60-7bb0-481e-b742-b4861dd669df",
            },
        ],
    },
    "empty values": {"title": None, "codes": [{**CODE, "definition": None, "include": None, "status": None}]},
    "short form": {
        "name": "T",
        "meta": {"x": 1},
        "codes": {"A": {"definition": "x", "level": 1}, "B": "y", "C": None},
    },
    "id with spaces": {"codes": [{"id": "A > B", "name": "A"}]},
}
BAD: dict[str, Any] = {
    "a list": [CODE],
    "no codes": {"title": "T"},
    "codes empty": {"codes": []},
    "codes empty by name": {"codes": {}},
    "codes a text": {"codes": "x"},
    "unknown key": {"codes": [CODE], "titel": "x"},
    "meta in the long form": {"codes": [CODE], "meta": {}},
    "unknown key of a code": {"codes": [{**CODE, "exampels": "x"}]},
    "a code is a text": {"codes": ["x"]},
    "no id": {"codes": [{"name": "A"}]},
    "empty id": {"codes": [{"id": " ", "name": "A"}]},
    "semicolon in an id": {"codes": [{"id": "a;b", "name": "A"}]},
    "no name": {"codes": [{"id": "a"}]},
    "empty name": {"codes": [{"id": "a", "name": ""}]},
    "id in the short form": {"codes": {"A": {"id": "a"}}},
    "number as name": {"codes": [{"id": "a", "name": 7}]},
    "truth value as definition": {"codes": [{**CODE, "definition": True}]},
    "list as definition": {"codes": [{**CODE, "definition": ["x"]}]},
    "keys as include": {"codes": [{**CODE, "include": {"x": "y"}}]},
    "number in a list": {"codes": [{**CODE, "examples": ["x", 7]}]},
    "title a list": {"title": ["x"], "codes": [CODE]},
    "colour": {"codes": [{**CODE, "color": "blue"}]},
    "guid": {"codes": [{**CODE, "guid": "1"}]},
    "status": {"codes": [{**CODE, "status": "gone"}]},
    "merged into nothing": {"codes": [{**CODE, "status": "merged"}]},
    "merged but active": {"codes": [CODE, {"id": "b", "name": "B", "merged_into": "a"}]},
}
BEYOND_A_SCHEMA: dict[str, Any] = {
    "unknown parent": {"codes": [{**CODE, "parent": "b"}]},
    "same id": {"codes": [CODE, {"id": "a", "name": "B"}]},
    "same name": {"codes": [CODE, {"id": "b", "name": "A"}]},
    "own parent": {"codes": [{**CODE, "parent": "a"}]},
}


def read(document: object) -> Codebook:
    return read_codebook_yaml(yaml.safe_dump(document, allow_unicode=True), path="book.yaml", title="book")[0]


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", GOOD)
def test_both_accept(name: str) -> None:
    VALIDATOR.validate(GOOD[name])
    assert read(GOOD[name]).codes


@pytest.mark.parametrize("name", BAD)
def test_both_refuse(name: str) -> None:
    assert not VALIDATOR.is_valid(BAD[name])
    with pytest.raises(CodebookError):
        read(BAD[name])


@pytest.mark.parametrize("name", BEYOND_A_SCHEMA)
def test_the_reader_alone_refuses_what_no_schema_can_say(name: str) -> None:
    VALIDATOR.validate(BEYOND_A_SCHEMA[name])
    with pytest.raises(CodebookError):
        read(BEYOND_A_SCHEMA[name])


@given(codebooks())
def test_every_codebook_that_can_be_written_is_valid(codebook: Codebook) -> None:
    VALIDATOR.validate(codebook_as_dict(codebook))


def test_the_schema_knows_every_key_of_a_code() -> None:
    parts = (SCHEMA["$defs"][part]["properties"] for part in ("code", "wording", "merging"))
    assert {key for part in parts for key in part} == set(CODE_KEYS)


def test_the_ready_made_codebook_is_valid() -> None:
    file = Path(__file__).parents[2] / "codebooks" / "smart_recovery.yaml"
    VALIDATOR.validate(yaml.safe_load(file.read_text("utf-8")))
