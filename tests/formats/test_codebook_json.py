from __future__ import annotations

import pytest
from hypothesis import given

from tests.codebook_strategies import codebooks
from thematic.errors import CodebookError
from thematic.formats.codebooks.codebook_json import read_codebook_json, write_codebook_json
from thematic.model import Codebook


def read(text: str) -> Codebook:
    return read_codebook_json(text, path="book.json", title="book")[0]


def mistakes(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(CodebookError) as caught:
        read(text)
    return [(problem.line, problem.message) for problem in caught.value.problems]


@given(codebooks())
def test_writing_and_reading_gives_the_same_codebook(codebook: Codebook) -> None:
    again, _ = read_codebook_json(write_codebook_json(codebook), path="book.json", title=codebook.title)
    assert again == codebook


def test_short_form_of_names_and_definitions() -> None:
    book = read("""{
        "name": "benchmark", "meta": {"licence": "MIT"},
        "codes": {
            "Access": {"definition": "Getting there.", "name": "Access", "level": 0},
            "Access > Travel": {"definition": null, "name": "Travel", "level": 1},
            "Cost": "What it costs."
        }
    }""")
    assert book.title == "benchmark"
    assert [(code.id, code.name, code.parent_id, code.definition) for code in book.codes] == [
        ("Access", "Access", None, "Getting there."),
        ("Access > Travel", "Travel", "Access", ""),
        ("Cost", "Cost", None, "What it costs."),
    ]


def test_mistakes_have_lines() -> None:
    text = """{"title": "x", "codes": [
        {"id": "a", "name": "A", "colour": "#fff"},
        {"id": 7,
         "name": true},
        {"id": "a", "name": "B", "id": "c"}
    ]}"""
    assert mistakes(text) == [
        (2, "a code has no key “colour”"),
        (3, "`id`: without quotes, 7 is a number, not a text"),
        (4, "`name`: without quotes, true is a truth value, not a text"),
        (5, "a code has `id` twice (first on line 5)"),
        (5, "the id “a” is used twice (first on line 2)"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"codes": \n', (2, "this is not JSON: expecting value")),
        ("[" * 100_000, (None, "this is nested too deeply for a codebook")),
        ('"words"', (1, "this is not a codebook: it has no `codes:`")),
        ('{"codes": [{"id": "a", "name": "\\ud83d"}]}', (1, "“a”: its name holds the character U+D83D")),
    ],
)
def test_not_a_codebook(text: str, expected: tuple[int | None, str]) -> None:
    assert mistakes(text) == [expected]


def test_a_number_of_any_length_is_only_a_number() -> None:
    digits = "9" * 10_000
    [(line, message)] = mistakes('{"codes": [{"id": "a", "name": ' + digits + "}]}")
    assert (line, message) == (1, f"`name`: without quotes, {'9' * 59}… is a number, not a text")


def test_escapes_and_signs_inside_texts() -> None:
    book = read('{"codes": [{"id": "a", "name": "\\u00e9 {\\"b\\"}, [c]: \\ud83d\\ude00"}]}')
    assert book.codes[0].name == 'é {"b"}, [c]: 😀'
