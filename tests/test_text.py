from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import make_transcript
from thematic.errors import ThematicError
from thematic.model import Quote
from thematic.text import (
    align,
    canonical,
    check_quote,
    count_words,
    find_again,
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


# --- A corrected transcript ------------------------------------------------------------------------

OLD = "INT: How was it?\n\nP01: I went their on Tuesdays. It helped. I went home.\n\nP01: It helped. Bye."


def found(words: str, new: str, nth: int = 0) -> tuple[str, str | None]:
    start = -1
    for _ in range(nth + 1):
        start = OLD.index(words, start + 1)
    quote = Quote(transcript_id="P01", start=start, end=start + len(words), text=words)
    again = find_again(quote, align(OLD, new))
    if again.quote is not None:
        assert new[again.quote.start : again.quote.end] == again.quote.text
    return again.how, again.quote and again.quote.text


def test_a_correction_before_a_quote_moves_it() -> None:
    new = OLD.replace("How was it?", "So how was it for you?")
    assert found("I went home.", new) == ("same", "I went home.")


def test_a_correction_inside_a_quote_keeps_it() -> None:
    new = OLD.replace("their", "there")
    words = "I went their on Tuesdays."
    assert found(words, new) == ("reworded", "I went there on Tuesdays.")
    assert found("their on Tuesdays.", new) == ("reworded", "there on Tuesdays.")
    assert found("I went their", new) == ("reworded", "I went there")


def test_words_that_stand_twice_keep_their_place() -> None:
    new = OLD.replace("INT: How was it?\n\n", "")
    for nth in (0, 1):
        start = OLD.index("It helped.", OLD.index("It helped.") + nth)
        quote = Quote(transcript_id="P01", start=start, end=start + 10, text="It helped.")
        again = find_again(quote, align(OLD, new))
        assert again.quote is not None
        assert again.quote.start == start - len("INT: How was it?\n\n")


def test_a_passage_that_was_moved_is_found_when_it_stands_once() -> None:
    new = "P01: I went home.\n\n" + OLD.replace(" I went home.", "")
    assert found("I went home.", new) == ("same", "I went home.")


def test_what_was_removed_or_rewritten_is_lost_not_guessed() -> None:
    assert found("I went home.", OLD.replace(" I went home.", "")) == ("lost", None)
    assert found("I went home.", OLD.replace("I went home.", "Nothing of it stands.")) == ("lost", None)


def test_a_quote_that_was_never_there_is_lost() -> None:
    quote = Quote(transcript_id="P01", start=0, end=4, text="ABCD")
    assert find_again(quote, align(OLD, OLD)).how == "lost"


TEXT = st.text(alphabet="ab c.\n😀é", max_size=60)


@settings(deadline=None)
@given(before=TEXT, words=TEXT.filter(str.strip), after=TEXT, new_before=TEXT, new_after=TEXT)
def test_what_is_found_is_verbatim_and_at_least_three_quarters_alike(
    before: str, words: str, after: str, new_before: str, new_after: str
) -> None:
    old, new = before + words + after, new_before + words + new_after
    alignment = align(old, new)
    for a, b, size in alignment.blocks:
        assert old[a : a + size] == new[b : b + size]
    quote = Quote(transcript_id="t", start=len(before), end=len(before) + len(words), text=words)
    again = find_again(quote, alignment)
    if again.how == "same":
        assert again.quote is not None
        assert again.quote.text == words
    if again.quote is not None:
        assert new[again.quote.start : again.quote.end] == again.quote.text


@settings(deadline=None)
@given(text=TEXT.filter(bool), data=st.data())
def test_in_an_unchanged_text_every_quote_is_where_it_was(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    quote = Quote(transcript_id="t", start=start, end=end, text=text[start:end])
    assert find_again(quote, align(text, text)).quote == quote


@pytest.mark.parametrize("words", ["so it's mid-sentence, ", "ab cdefghij-klm\u3000", "x" * 50_000 + " "])
def test_a_long_text_has_the_words_of_its_parts(words: str) -> None:
    """Long texts are counted in pieces, which may cut no word."""
    times = 1 + 400_000 // len(words)
    assert count_words(words * times) == times * len(word_spans(words))
