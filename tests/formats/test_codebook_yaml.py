from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from hypothesis import given

from tests.codebook_strategies import codebooks
from thematic.codebook import make_codebook
from thematic.errors import CodebookError
from thematic.formats.codebooks.codebook_yaml import read_codebook_yaml, write_codebook_yaml
from thematic.formats.codebooks.front_door import read_codebook
from thematic.model import Code, Codebook

WHOLE = """\
# A codebook with everything.
title: Groups
description: >-
  Code the participant's
  words.
version_notes:
  - "0.1: first list"
codes:
  - id: reasons
    name: Reasons to attend
    definition: Why the person came.
  - id: support   # the commonest
    name: Extra support
    parent: reasons
    definition: |
      More help
      than appointments.
    include: gaps between sessions
    exclude:
      - "after discharge: see there"
    examples:
      - I get forty minutes a month.
      - "No."
    counter_examples: []
    color: "#0072B2"
  - id: old
    name: Old
    definition:
    status: merged
    merged_into: support
    guid: 85d17f60-7bb0-481e-b742-b4861dd669df
"""


def read(text: str) -> tuple[Codebook, list[tuple[int | None, str]]]:
    codebook, warnings = read_codebook_yaml(textwrap.dedent(text), path="book.yaml", title="book")
    return codebook, [(warning.line, warning.message) for warning in warnings]


def mistakes(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(CodebookError) as caught:
        read(text)
    assert {problem.path for problem in caught.value.problems} == {"book.yaml"}
    return [(problem.line, problem.message) for problem in caught.value.problems]


def hint(text: str) -> str | None:
    with pytest.raises(CodebookError) as caught:
        read(text)
    return caught.value.problems[0].hint


def test_reads_every_key() -> None:
    codebook, warnings = read(WHOLE)
    assert codebook == make_codebook(
        "Groups",
        [
            Code(id="reasons", name="Reasons to attend", definition="Why the person came."),
            Code(
                id="support",
                name="Extra support",
                parent_id="reasons",
                definition="More help\nthan appointments.",
                include=("gaps between sessions",),
                exclude=("after discharge: see there",),
                examples=("I get forty minutes a month.", "No."),
                color="#0072B2",
            ),
            Code(
                id="old",
                name="Old",
                status="merged",
                merged_into="support",
                guid="85d17f60-7bb0-481e-b742-b4861dd669df",
            ),
        ],
        description="Code the participant's words.",
        version_notes=["0.1: first list"],
    )
    assert warnings == []


def test_short_form_with_names_as_keys() -> None:
    codebook, _ = read("""
        title: Short
        codes:
          Access: Getting there.
          Access > Travel:
            definition: Miles and buses.
            examples: Two buses.
          Nowhere > Cost:
    """)
    assert [(code.id, code.name, code.parent_id, code.definition) for code in codebook.codes] == [
        ("Access", "Access", None, "Getting there."),
        ("Access > Travel", "Travel", "Access", "Miles and buses."),
        ("Nowhere > Cost", "Nowhere > Cost", None, ""),
    ]


def test_the_name_of_the_file_is_the_title_where_there_is_none() -> None:
    assert read("codes: [{id: a, name: A}]")[0].title == "book"


def test_the_ready_made_codebook_is_read_without_a_warning() -> None:
    codebook, warnings = read_codebook(Path(__file__).parents[2] / "codebooks" / "smart_recovery.yaml")
    assert len(codebook.codes) > 20
    assert warnings == ()


# --- Mistakes, each with its line ----------------------------------------------------------------------


def test_every_mistake_is_told_in_one_pass() -> None:
    assert mistakes("""\
        titel: Groups
        codes:
          - id: a
            name: A
            parent: nowhere
            exampels: x
          - id: a
            name: Again
          - name: No id
          - id: b
            definition: {no: text}
          - just words
          - id: c
            name: C
            name: D
            include: [x, [y]]
    """) == [
        (1, "a codebook has no key “titel”"),
        (5, "“a”: its parent “nowhere” is not a code of this codebook"),
        (6, "a code has no key “exampels”"),
        (7, "the id “a” is used twice (first on line 3)"),
        (9, "the code “No id” has no id"),
        (10, "the code “b” has no name"),
        (11, "`definition` must be one text, not keys and values"),
        (12, "a code must be keys and values"),
        (15, "a code has `name` twice (first on line 14)"),
        (16, "`include` must be one text, not a list"),
    ]


def test_unknown_keys_say_what_was_meant() -> None:
    assert hint("titel: x\ncodes: [{id: a, name: A}]") == "did you mean “title”?"
    assert hint("codes: [{id: a, name: A, colour: '#fff'}]") == "did you mean “color”?"
    assert hint("codes: [{id: a, name: A, weight: x}]") == (
        "it can have id, name, parent, definition, include, exclude, examples, counter_examples, color, "
        "status, merged_into, guid"
    )


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("no", "a truth value"),
        ("Yes", "a truth value"),
        ("1e5", "a text"),
        ("1.0e+5", "a number"),
        ("007", "a number"),
        ("12:30", "a number"),
        ("2020-01-01", "a date"),
        ("=", "something special"),
    ],
)
def test_texts_that_yaml_takes_for_something_else(written: str, kind: str) -> None:
    text = f"codes:\n- id: {written}\n  name: A\n"
    if kind == "a text":
        assert read(text)[0].codes[0].id == written
        return
    assert mistakes(text) == [(2, f"`id`: without quotes, {written} is {kind}, not a text")]
    assert hint(text) == f'put it in quotes: "{written}"'
    assert read(f'codes:\n- id: "{written}"\n  name: A\n')[0].codes[0].id == written
    in_list = f"codes:\n- id: a\n  name: A\n  examples:\n  - {written}\n"
    assert mistakes(in_list) == [(5, f"`examples`: without quotes, {written} is {kind}, not a text")]


def test_rings_of_parents() -> None:
    text = "codes:\n- {id: a, name: A}\n- id: b\n  name: B\n  parent: c\n- {id: c, name: C, parent: b}\n"
    assert mistakes(text) == [(5, "these codes are each other's ancestors: b → c → b")]


@pytest.mark.parametrize("text", ["", "   \n", "# only a comment\n"])
def test_empty(text: str) -> None:
    assert mistakes(text) == [(None, "the codebook is empty")]


@pytest.mark.parametrize(
    ("text", "line"), [("title: x\ncodes:\n", 2), ("title: x\ncodes: []\n", None), ("title: x\n", 1)]
)
def test_no_codes(text: str, line: int | None) -> None:
    assert mistakes(text) == [(line, "the codebook has no codes")]


@pytest.mark.parametrize("text", ["---", "just words", "- id: a\n  name: A\n", "42"])
def test_not_a_codebook(text: str) -> None:
    assert mistakes(text) == [(1, "this is not a codebook: it has no `codes:`")]


def test_codes_that_are_no_list() -> None:
    assert mistakes("title: x\ncodes: none yet\n") == [(2, "`codes` must be a list of codes")]


def test_every_line_with_a_tab() -> None:
    text = "title: x\ncodes:\n\t- id: a\n\t  name: A\n"
    assert mistakes(text) == [(3, "a tab is used for indentation"), (4, "a tab is used for indentation")]


def test_a_tab_that_is_not_the_mistake_is_not_blamed() -> None:
    text = "codes:\n- id: a\n  name: A\n  definition: |\n    one\n    \ttwo\n  examples: 'open\n"
    assert mistakes(text) == [(7, "this is not YAML: a quotation mark is opened and not closed")]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("codes:\n- id: a\n  name: A: B\n", 3, "a “: ” in the wrong place"),
        ("codes:\n- id: a\n  name: 'A\n- id: b\n", 3, "a quotation mark is opened and not closed"),
        ('codes:\n- id: a\n  name: "A" b\n', 3, "words after a closing quotation mark"),
        ("codes:\n- id: a\n  name: A\n   definition: x\n", 4, "a “: ” in the wrong place"),
        ("codes:\n- id: a\n name: A\n", 3, "the indentation does not fit"),
        ("codes:\n- id: a\n  name: A\nloose words\n", 5, "a line without “key: ”"),
        ("codes:\n- id: a\n  name: @b\n", 3, "a text begins with a sign that means something in YAML"),
        ('codes:\n- id: a\n  name: "\\q"\n', 3, "in double quotes, a backslash begins a sign such as \\n"),
        (
            'codes:\n- id: a\n  name: "one\n    \\q"\n',
            4,
            "in double quotes, a backslash begins a sign such as \\n",
        ),
        ("codes: {id: a\n", 2, "expected ',' or '}', but got '<stream end>'"),
    ],
)
def test_not_yaml(text: str, line: int, message: str) -> None:
    assert mistakes(text) == [(line, f"this is not YAML: {message}")]


def test_characters_that_yaml_cannot_hold() -> None:
    assert mistakes("title: x\ncodes: \x07") == [(2, "YAML cannot hold the character U+0007")]


def test_bombs_are_refused_at_once() -> None:
    laughs = "a: &a [x, x]\nb: &b [*a, *a]\ncodes: [*b, *b]\n"
    assert mistakes(laughs) == [(1, "&a refers to another place")]
    assert mistakes("codes: " + "[" * 100_000) == [(1, "this is nested too deeply for a codebook")]
    assert mistakes("codes: !!python/object:os.system x") == [
        (1, "tag:yaml.org,2002:python/object:os.system is not a text, a list or keys")
    ]


@pytest.mark.parametrize("word", ["&c. and so on", "*really* good", "!no way"])
def test_a_text_that_would_lose_its_first_word_is_refused(word: str) -> None:
    text = f"codes:\n- id: a\n  name: A\n  examples:\n  - {word}\n"
    with pytest.raises(CodebookError) as caught:
        read(text)
    assert caught.value.problems[0].line == 5
    assert "must be in quotes" in (caught.value.hint or "")


def test_two_documents() -> None:
    text = "codes: [{id: a, name: A}]\n---\ncodes: []\n"
    assert mistakes(text) == [(2, "a line of --- begins a second document")]


def test_a_key_that_is_no_word() -> None:
    assert mistakes("? [a]\n: x\ncodes: [{id: a, name: A}]\n")[0] == (1, "a key of a codebook must be a word")


# --- Warnings ------------------------------------------------------------------------------------------


def test_warnings_have_lines_too() -> None:
    _, warnings = read("""\
        codes:
          - id: a
            name: A
            definition: Same.
            color: #0072B2
          - id: b
            name: B
            definition: same.
            examples: We're number #1 here
          - id: c
            name: C
    """)
    assert warnings == [
        (5, "everything after # is a comment: “#0072B2” is not read"),
        (8, "“b” and “a” have the same definition (first on line 4)"),
        (9, "everything after # is a comment: “#1 here” is not read"),
        (10, "“c” has no definition"),
        (None, "2 codes (“a”, “c”) have no examples"),
    ]


# --- Files ---------------------------------------------------------------------------------------------


def test_a_file_with_windows_line_ends_and_a_mark(tmp_path: Path) -> None:
    file = tmp_path / "my book.yaml"
    file.write_bytes(
        b"\xef\xbb\xbf" + b"codes:\r\n- id: a\r\n  name: A\r\n  definition: |\r\n    x\r\n    y\r\n"
    )
    codebook, _ = read_codebook(file)
    assert codebook.title == "my book"
    assert codebook.codes[0].definition == "x\ny"


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    file = tmp_path / "book.yaml"
    file.write_bytes("title: x\ncodes: été".encode("latin-1"))
    with pytest.raises(CodebookError, match="not UTF-8") as caught:
        read_codebook(file)
    assert (caught.value.problem.path, caught.value.problem.line) == (str(file), 2)


# --- Writing -------------------------------------------------------------------------------------------


@given(codebooks())
def test_writing_and_reading_gives_the_same_codebook(codebook: Codebook) -> None:
    text = write_codebook_yaml(codebook)
    again, _ = read_codebook_yaml(text, path="book.yaml", title=codebook.title)
    assert again == codebook


def test_writing_is_pleasant_to_edit() -> None:
    codebook, _ = read(WHOLE)
    long = "More help than appointments give: filling the gap between sessions, having something on. " * 2
    codes = [
        codebook.codes[0],
        Code(id="no", name="A: b", definition=long + "\n\nSecond.", parent_id="reasons"),
    ]
    text = write_codebook_yaml(make_codebook("Groups", codes))
    assert text == textwrap.dedent("""\
        title: Groups
        codes:
          - id: reasons
            name: Reasons to attend
            definition: Why the person came.

          - id: "no"
            name: "A: b"
            parent: reasons
            definition: >-
              More help than appointments give: filling the gap between sessions, having
              something on. More help than appointments give: filling the gap between sessions,
              having something on.


              Second.
    """)
