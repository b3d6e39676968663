"""Pseudonyms in a text: what they replace, what they leave, and where every offset goes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import make_transcript
from thematic.deidentification.pseudonyms import (
    PSEUDONYMS,
    alias_of,
    checked_aliases,
    clashes,
    part_for,
    propose,
)
from thematic.deidentification.replacing import Replacer, shift
from thematic.model import Quote
from thematic.text import align_replaced, find_again

REPLACER = Replacer(
    {"dave": "Tom", "dave smith": "Tom Baker", "james": "Nils", "leeds": "[city]", "grace": "Ines"}
)


def test_a_form_is_replaced_in_every_spelling_and_keeps_its_possessive() -> None:
    text = "Dave's mate, DAVE and dave; Dave Smith’s van; James' car; Davey stays, Leeds goes."
    expected = "Tom's mate, TOM and tom; Tom Baker’s van; Nils' car; Davey stays, [city] goes."
    assert REPLACER.text(text) == expected
    assert REPLACER.text("Dave Smith came to leeds.") == "Tom Baker came to [city]."


def test_a_bare_possessive_becomes_one_that_can_be_read() -> None:
    assert Replacer({"james": "Tom"}).text("James' car") == "Tom's car"


def test_an_everyday_word_is_replaced_only_where_it_names_somebody() -> None:
    text = "Grace said no. By the grace of God. I met Grace. Grace period over."
    assert REPLACER.text(text) == "Ines said no. By the grace of God. I met Ines. Grace period over."


def test_turns_labels_and_anchors_move_with_the_text() -> None:
    before = make_transcript("P01", [("Dave", "I am Dave."), ("P01", "From Leeds, Dave?")], seconds_a_turn=5)
    after, edits = REPLACER.transcript(before)
    assert after.text == "Tom: I am Tom.\n\nP01: From [city], Tom?"
    assert [after.text[t.start : t.end] for t in after.turns] == ["I am Tom.", "From [city], Tom?"]
    assert [t.speaker for t in after.turns] == ["Tom", "P01"]
    assert [(before.text[a:b], after.text[c:d]) for a, b, c, d in edits] == [
        ("Dave", "Tom"),
        ("Dave", "Tom"),
        ("Leeds", "[city]"),
        ("Dave", "Tom"),
    ]


NAMES = st.sampled_from(
    ["Dave", "dave", "Dave Smith", "Leeds", "so", "I", "rang.", "\n", "Dave's", "Grace said"]
)


@given(st.lists(NAMES, min_size=1, max_size=25), st.data())
def test_a_quote_keeps_its_place_whatever_is_replaced_around_and_in_it(
    words: list[str], data: st.DataObject
) -> None:
    original = " ".join(words)
    one, two = Replacer({"dave": "Tom"}), REPLACER
    texts = []
    for replacer in (one, two):
        transcript = make_transcript("P", [("P", original)])
        changed, edits = replacer.transcript(transcript)
        texts.append((changed.text, edits))
        for start, end, new_start, new_end in edits:
            moved = shift(edits)
            assert (moved(start, False), moved(end, True)) == (new_start, new_end)
    (old, old_edits), (new, new_edits) = texts
    alignment = align_replaced(old, new, old_edits, new_edits)
    for a, b, length in alignment.blocks:
        assert old[a : a + length] == new[b : b + length]
    start = data.draw(st.integers(3, max(3, len(old) - 1)))
    end = data.draw(st.integers(min(start + 1, len(old)), len(old)))
    quote = Quote(transcript_id="P", start=start, end=end, text=old[start:end])
    found = find_again(quote, alignment)
    if found.quote is not None:
        # What the quote says outside of names is still what it says.
        assert new[found.quote.start : found.quote.end] == found.quote.text
        inside = [z for z in alignment.replaced or () if z[0] < end and start < z[1]]
        if not inside:
            assert found.quote.text == quote.text


@given(st.lists(NAMES, max_size=20))
def test_replacing_twice_is_replacing_once(words: list[str]) -> None:
    once = REPLACER.text(" ".join(words))
    assert REPLACER.text(once) == once


def test_proposed_pseudonyms_are_no_words_of_the_transcripts() -> None:
    names = propose(150, {"greta", "milo"})
    assert len(set(names)) == 150
    assert not {"Greta", "Milo"} & set(names)
    assert clashes("Greta Stone", {"stone"}) == ["stone"]


def test_first_names_family_names_and_nicknames_are_forms_of_somebody() -> None:
    people = {"louise fairbrother", "louise", "mrs fairbrother", "david", "davey", "barry", "bazza", "mo"}
    assert alias_of("louise", people) == "louise fairbrother"
    assert alias_of("mrs fairbrother", people) == "louise fairbrother"
    assert alias_of("bazza", people) == "barry"
    assert alias_of("mo", people) is None
    assert alias_of("louise", {"louise", "louise fairbrother", "louise wells"}) is None


def test_a_part_of_a_name_is_the_same_part_of_its_pseudonym() -> None:
    assert part_for("louise", "louise fairbrother", "Greta Marit") == "Greta"
    assert part_for("mrs fairbrother", "louise fairbrother", "Greta Marit") == "Marit"
    assert part_for("bazza", "barry", "Milo") == "Milo"
    assert checked_aliases({"a": "b", "b": "a", "c": "a"}) == ["a", "b", "c"]


def test_pseudonyms_go_on_when_all_are_taken() -> None:
    names = [name.casefold() for name in PSEUDONYMS]
    assert propose(len(PSEUDONYMS) * 2 + 1, ())[len(PSEUDONYMS) :: len(PSEUDONYMS)] == ["Ada2", "Ada3"]
    assert propose(3, names) == ["Person2", "Person3", "Person4"]
    assert propose(2, names[1:]) == ["Ada", "Ada2"]


def test_a_nickname_is_of_nobody_where_several_could_be_meant() -> None:
    assert alias_of("davey", {"davey", "david"}) == "david"
    assert alias_of("davey", {"davey", "david", "davina"}) is None
    assert (
        alias_of("davey", {"davey", "david smith"}) is None
    )  # of the parts of a name only nicknames that are known
    assert alias_of("bill", {"bill", "william ash"}) == "william ash"
    assert alias_of("bill", {"bill", "ash william"}) is None
    assert alias_of("joy", {"joy", "josephine"}) is None  # what is left of it is too short to tell
    assert alias_of("dan bo", {"dan bo", "daniel"}) is None
    assert alias_of("ann ash", {"ann ash", "dr ann mary ash"}) == "dr ann mary ash"


def test_what_no_part_stands_for_is_the_first_part() -> None:
    assert part_for("lou", "louise fairbrother", "Greta Marit") == "Greta"
    assert part_for("louise", "louise fairbrother", "Greta") == "Greta"
    assert part_for("fairbrother louise", "louise fairbrother", "Greta Marit") == "Marit Greta"


def test_what_ends_where_a_replaced_word_begins_ends_there_still() -> None:
    after, edits = REPLACER.transcript(make_transcript("P01", [("P01", "(Dave) so")]))
    assert after.text == "P01: (Tom) so"
    move = shift(edits)
    at = len("P01: (")
    assert [move(at, True), move(at, False)] == [at, at]
    assert [move(at + 2, True), move(at + 2, False)] == [at + 3, at]
    assert move(at + 4, False) == at + 3


def test_every_text_among_plain_values_is_replaced_and_keys_stay() -> None:
    value = {"Dave": ["Dave", ("in Leeds", 3, None)], "n": {"who": "dave"}}
    assert REPLACER.strings(value) == {"Dave": ["Tom", ["in [city]", 3, None]], "n": {"who": "tom"}}


def test_a_single_capital_is_no_shouting() -> None:
    assert Replacer({"j": "Nils"}).text("J and I") == "Nils and I"
