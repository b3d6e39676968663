from __future__ import annotations

import pytest

from tests.builders import make_transcript
from thematic.errors import ThematicError
from thematic.text import (
    canonical,
    check_quote,
    count_words,
    join_names,
    newline_style,
    quote,
    snippet,
    word_spans,
)


def test_canonical_text_has_no_mark_and_only_line_feeds() -> None:
    assert canonical("\ufeffa\r\nb\rc\n") == "a\nb\nc\n"


@pytest.mark.parametrize(
    ("text", "style"),
    [("a\r\nb", "crlf"), ("a\rb", "cr"), ("a\nb", "lf"), ("a", "lf"), ("a\r\nb\n", "mixed")],
)
def test_newline_style(text: str, style: str) -> None:
    assert newline_style(text) == style


def test_words_keep_apostrophes_hyphens_and_decimals() -> None:
    text = "it's mid-sentence, 12.5 naïve—well"
    assert [text[a:b] for a, b in word_spans(text)] == ["it's", "mid-sentence", "12.5", "naïve", "well"]
    assert count_words(text) == 5


def test_word_spans_of_a_slice_are_offsets_into_the_whole() -> None:
    assert word_spans("one two three", 4, 9) == [(4, 7), (8, 9)]


def test_a_quote_outside_the_text_is_refused() -> None:
    transcript = make_transcript("P01", [("P01", "Hello there.")])
    assert quote(transcript, 5, 10).text == "Hello"
    with pytest.raises(ValueError, match="no span"):
        quote(transcript, 5, 500)


def test_a_quote_that_does_not_match_says_what_was_found() -> None:
    transcript = make_transcript("P01", [("P01", "Hello there.")])
    check_quote(transcript, 5, 10, "Hello")
    with pytest.raises(ThematicError, match="found “Hello”, recorded “Howdy”"):
        check_quote(transcript, 5, 10, "Howdy")


def test_snippet_cuts_at_a_word() -> None:
    assert snippet("one two\nthree", 60) == "one two three"
    assert snippet("one two three four five", 12) == "one two…"


def test_join_names() -> None:
    assert [join_names(list("abc")[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
