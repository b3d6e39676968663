from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thematic.quoting import SearchedText, find_words, same_words

TEXT = "P01: “I don’t know” — she said… naïve, cafe\u0301.\nThe bus,  the\u00a0bus. 😀 End"


def found(words: str, text: str = TEXT) -> tuple[list[str], str]:
    places = find_words(SearchedText(text), words)
    return [text[a:b] for a, b in places.spans], places.how


@pytest.mark.parametrize(
    ("words", "there", "how"),
    [
        ("she said", "she said", "same"),
        ("  she said\n", "she said", "same"),
        ('"I don\'t know" - she said...', "“I don’t know” — she said…", "typography"),
        ("the bus.", "the\u00a0bus.", "typography"),
        ("bus, the bus", "bus,  the\u00a0bus", "typography"),
        ("café", "cafe\u0301", "typography"),
        ("nai\u0308ve", "naïve", "typography"),
        ("she\u200b sa\u00adid", "she said", "typography"),
        ("café. The bus", "cafe\u0301.\nThe bus", "typography"),
        ("sh e sa id", "she said", "spacing"),
    ],
)
def test_the_words_of_the_text_are_found(words: str, there: str, how: str) -> None:
    assert found(words) == ([there], how)


def test_word_for_word_comes_before_nearly() -> None:
    assert found("a-b", "a–b, a-b") == (["a-b"], "same")


def test_two_places_are_two_places() -> None:
    assert len(found("ha ha", "ha ha ha")[0]) == 2
    assert len(found("don't", "don’t, don’t")[0]) == 2


@pytest.mark.parametrize("words", ["", "  ", "nowhere", "cafe", "He said", "\u200b"])
def test_what_is_not_there_is_not_found(words: str) -> None:
    text = TEXT if words != "cafe" else "cafe\u0301"
    assert found(words, text)[0] == ([] if words != "cafe" else ["cafe"])


def test_half_a_letter_is_not_found_by_likeness() -> None:
    assert found("the  cafe", "the cafe\u0301")[0] == []


@given(st.text(alphabet="ab’'\"“ -–…\n\u00a0é😀\u0301", min_size=1, max_size=40), st.data())
def test_what_is_found_reads_like_what_was_asked_for(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    words = text[start : data.draw(st.integers(start, len(text)))]
    changed = unicodedata.normalize("NFC", words).replace("’", "'").replace("\u00a0", " ").replace("–", "-")
    searched = SearchedText(text)
    for a, b in find_words(searched, changed).spans:
        assert same_words(text[a:b], changed)
    if words.strip():
        a, b = start + len(words) - len(words.lstrip()), start + len(words.rstrip())
        assert (a, b) in find_words(searched, words).spans or len(find_words(searched, words).spans) == 20
