from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.codebook_strategies import codebooks
from thematic.codebook import (
    ancestors,
    check,
    children,
    code_texts,
    diff,
    find_code,
    id_from_name,
    is_theme,
    leaves,
    make_codebook,
    merge,
    path,
    themes,
    tidy_code,
    walk,
)
from thematic.errors import CodebookError
from thematic.model import Code, Codebook

REASONS = Code(
    id="reasons", name="Reasons to attend", definition="Why the person came.", examples=("I came.",)
)
SUPPORT = Code(
    id="support",
    name="Extra support",
    definition="More help than appointments give.",
    parent_id="reasons",
    include=("gaps between sessions", "evenings"),
    exclude=("after discharge",),
    examples=("I get forty minutes a month.",),
    counter_examples=("They closed my file.",),
)
ADVICE = Code(
    id="advice", name="Advice", definition="Someone said go.", parent_id="reasons", examples=("He said go.",)
)
ROOM = Code(id="room", name="The room", definition="How it feels.", examples=("It is warm.",))


def book(*codes: Code, title: str = "Groups") -> Codebook:
    return make_codebook(title, codes)


SMALL = book(REASONS, SUPPORT, ADVICE, ROOM)


def messages(*codes: Code, fatal: bool = True) -> list[str]:
    return [flaw.message for flaw in check(codes) if flaw.fatal is fatal]


# --- Version -------------------------------------------------------------------------------------------


def test_version_is_the_hash_of_canonical_json() -> None:
    import hashlib

    canonical = '[["room","The room",null,"How it feels.",[],[],["It is warm."],[],"active",null]]'
    assert book(ROOM).version == hashlib.sha256(canonical.encode()).hexdigest()[:12]


@pytest.mark.parametrize(
    "change",
    [
        {"id": "other"},
        {"name": "Other"},
        {"definition": "Other."},
        {"include": ("other",)},
        {"exclude": ("other",)},
        {"examples": ("other",)},
        {"counter_examples": ("other",)},
        {"parent_id": "room"},
        {"status": "retired"},
        {"status": "merged", "merged_into": "room"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_version_changes_with_what_can_change_a_coding(change: dict[str, object]) -> None:
    changed = replace(ADVICE, **change)  # type: ignore[arg-type]
    assert book(REASONS, changed, ROOM).version != book(REASONS, ADVICE, ROOM).version


def test_version_is_the_same_after_what_cannot_change_a_coding() -> None:
    recoloured = replace(ROOM, color="#123456", guid="85d17f60-7bb0-481e-b742-b4861dd669df")
    again = make_codebook("Other", [recoloured, REASONS], description="New.", version_notes=["Recoloured."])
    assert again.version == book(REASONS, ROOM).version


def test_version_tells_text_that_moved_between_fields() -> None:
    assert book(replace(ROOM, include=("a", "b"))).version != book(replace(ROOM, include=("a b",))).version
    include, exclude = replace(ROOM, include=("a",)), replace(ROOM, exclude=("a",))
    assert book(include).version != book(exclude).version


def test_version_does_not_depend_on_the_hash_seed() -> None:
    program = "from tests.test_codebook import SMALL; print(SMALL.version)"
    versions = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert versions == {SMALL.version}


# --- Tidying -------------------------------------------------------------------------------------------


def test_texts_are_tidied_as_every_format_can_carry_them() -> None:
    untidy = Code(
        id=" room ",
        name="The\n room ",
        definition="\r\nFirst.\r\n\r\nSecond.\u2028Third.\n",
        include=("two\n  lines", " ", ""),
    )
    [tidy] = book(untidy).codes
    assert (tidy.id, tidy.name) == ("room", "The room")
    assert tidy.definition == "First.\n\nSecond.\nThird."
    assert tidy.include == ("two lines",)


@given(codebooks())
def test_tidying_twice_is_tidying_once(codebook: Codebook) -> None:
    assert tuple(map(tidy_code, codebook.codes)) == codebook.codes


# --- Rules ---------------------------------------------------------------------------------------------


def test_a_sound_codebook_has_no_flaws() -> None:
    assert check(SMALL.codes) == ()


def test_no_codes() -> None:
    assert messages() == ["the codebook has no codes"]


def test_an_id_used_twice_names_the_first() -> None:
    [flaw] = [flaw for flaw in check([ROOM, replace(ROOM, name="Else")]) if flaw.fatal]
    assert flaw.message == "the id “room” is used twice"
    assert (flaw.position, flaw.first) == (1, 0)


def test_a_name_used_twice_under_one_theme_is_a_mistake_and_in_two_themes_a_warning() -> None:
    twin = replace(ROOM, id="chamber", name="THE ROOM", definition="Else.")
    assert messages(ROOM, twin) == ["the name “THE ROOM” is used twice"]
    elsewhere = replace(twin, parent_id="room")
    assert messages(ROOM, elsewhere) == []
    assert messages(ROOM, elsewhere, fatal=False) == ["the name “THE ROOM” is used in two themes"]


def test_a_retired_code_may_keep_its_name() -> None:
    assert messages(ROOM, replace(ROOM, id="old-room", status="retired")) == []


def test_unknown_parent_says_what_was_meant() -> None:
    flaws = check(
        [REASONS, replace(ADVICE, parent_id="reason"), replace(SUPPORT, parent_id="Reasons to attend")]
    )
    assert [flaw.message for flaw in flaws] == [
        "“advice”: its parent “reason” is not a code of this codebook",
        "“support”: its parent “Reasons to attend” is not a code of this codebook",
    ]
    assert [flaw.hint for flaw in flaws] == ["did you mean “reasons”?"] * 2
    assert {flaw.field for flaw in flaws} == {"parent_id"}


def test_its_own_parent() -> None:
    assert messages(replace(ROOM, parent_id="room")) == ["“room” is its own parent"]


def test_each_ring_of_parents_is_told_once_at_its_first_code() -> None:
    a, b, c = (Code(id=x, name=x, parent_id=y) for x, y in ("ab", "bc", "ca"))
    outside = Code(id="out", name="out", parent_id="a")
    fatal = [flaw for flaw in check([outside, b, c, a]) if flaw.fatal]
    assert [flaw.message for flaw in fatal] == ["these codes are each other's ancestors: b → c → a → b"]
    assert fatal[0].position == 1


def test_merging_must_lead_somewhere() -> None:
    merged = replace(ADVICE, parent_id=None, status="merged")
    assert messages(merged, ROOM) == ["“advice” is merged, but not said into which code"]
    assert messages(replace(merged, merged_into="nowhere"), ROOM) == [
        "“advice”: its merged_into “nowhere” is not a code of this codebook"
    ]
    assert messages(replace(merged, status="active", merged_into="room"), ROOM) == [
        "“advice” has merged_into, but its status is active"
    ]
    back = replace(ROOM, status="merged", merged_into="advice")
    assert messages(replace(merged, merged_into="room"), back) == [
        "these codes are merged into each other: advice → room → advice"
    ]


@pytest.mark.parametrize("bad", ["a;b", "a\nb", "a\tb", "a\x07", "a\ud800"])
def test_an_id_that_lists_and_files_cannot_hold(bad: str) -> None:
    assert any("cannot be an id" in message for message in messages(replace(ROOM, id=bad)))


def test_characters_that_no_file_can_hold() -> None:
    assert messages(replace(ROOM, examples=("bell \x07",))) == [
        "“room”: its example holds the character U+0007"
    ]


def test_empty_id_and_name() -> None:
    assert messages(Code(id="", name="")) == ["the code “” has no id", "the code “” has no name"]


def test_colours() -> None:
    assert messages(replace(ROOM, color="#0072B2"), replace(ADVICE, parent_id=None, color="#abc")) == []
    assert messages(replace(ROOM, color="blue")) == ["“room”: “blue” is not a colour"]


def test_guids() -> None:
    assert messages(replace(ROOM, guid="85D17F60-7bb0-481e-b742-b4861dd669df")) == []
    assert messages(replace(ROOM, guid="85d17f60")) == ["“room”: “85d17f60” is not a GUID"]


def test_missing_and_identical_definitions_are_warnings() -> None:
    same = replace(ADVICE, parent_id=None, definition="how it  FEELS.")
    bare = Code(id="bare", name="Bare", examples=("x",))
    assert messages(ROOM, same, bare) == []
    assert messages(ROOM, same, bare, fatal=False) == [
        "“advice” and “room” have the same definition",
        "“bare” has no definition",
    ]


def test_many_missing_definitions_are_told_in_one_warning() -> None:
    codes = [Code(id=letter, name=letter, examples=("x",)) for letter in "abcdef"]
    assert messages(*codes[:5], fatal=False) == [f"“{letter}” has no definition" for letter in "abcde"]
    assert messages(*codes, fatal=False) == ["6 codes (“a”, “b”, “c”, “d”, “e”, …) have no definition"]


def test_codes_without_examples_are_told_in_one_warning_themes_and_retired_ones_excepted() -> None:
    bare = replace(ROOM, examples=())
    retired = replace(ADVICE, parent_id=None, examples=(), status="retired")
    codes = (replace(REASONS, examples=()), SUPPORT, bare, retired)
    assert messages(*codes, fatal=False) == ["“room” has no examples"]


def test_making_a_codebook_raises_every_mistake_at_once() -> None:
    with pytest.raises(CodebookError) as caught:
        book(ROOM, replace(ROOM, parent_id="nowhere"))
    assert [problem.message for problem in caught.value.problems] == [
        "the id “room” is used twice",
        "“room”: its parent “nowhere” is not a code of this codebook",
    ]
    with pytest.raises(CodebookError, match="the codebook has no codes"):
        book()


# --- The tree ------------------------------------------------------------------------------------------


def test_tree() -> None:
    assert children(SMALL, None) == (REASONS, ROOM)
    assert children(SMALL, "reasons") == (SUPPORT, ADVICE)
    assert themes(SMALL) == (REASONS,)
    assert leaves(SMALL) == (SUPPORT, ADVICE, ROOM)
    assert is_theme(SMALL, "reasons") and not is_theme(SMALL, "room")
    assert ancestors(SMALL, "support") == (REASONS,)
    assert path(SMALL, "support") == ("Reasons to attend", "Extra support")


def test_walk_goes_down_before_it_goes_on_even_when_the_file_does_not() -> None:
    scattered = book(SUPPORT, ROOM, REASONS, ADVICE)
    assert [(depth, code.id) for depth, code in walk(scattered)] == [
        (0, "room"),
        (0, "reasons"),
        (1, "support"),
        (1, "advice"),
    ]


@given(codebooks())
def test_walk_visits_every_code_once_with_the_depth_of_its_ancestors(codebook: Codebook) -> None:
    visits = list(walk(codebook))
    assert sorted(code.id for _, code in visits) == sorted(code.id for code in codebook.codes)
    assert all(depth == len(ancestors(codebook, code.id)) for depth, code in visits)


def test_a_very_deep_tree() -> None:
    deep = book(*(Code(id=str(i), name=str(i), parent_id=str(i - 1) if i else None) for i in range(3000)))
    assert list(walk(deep))[-1][0] == len(ancestors(deep, "2999")) == 2999


# --- Finding a code ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["support", " support ", "extra SUPPORT", "Reasons to attend > extra support"]
)
def test_find_code_by_id_name_or_path(text: str) -> None:
    assert find_code(SMALL, text) == SUPPORT


def test_find_code_says_what_was_meant() -> None:
    with pytest.raises(CodebookError, match="the codebook has no code “suport”") as caught:
        find_code(SMALL, "suport")
    assert caught.value.hint == "did you mean “support”?"


def test_find_code_says_which_path_was_meant() -> None:
    with pytest.raises(CodebookError) as caught:
        find_code(SMALL, "Reason to atend › extra suport")
    assert caught.value.hint == "did you mean “Reasons to attend > Extra support”?"


def test_find_code_refuses_to_guess_between_codes_of_one_name() -> None:
    twin = replace(ROOM, id="room-2", definition="Else.", parent_id="reasons")
    with pytest.raises(CodebookError, match="2 codes are named “the room”") as caught:
        find_code(book(REASONS, ROOM, twin), "the room")
    assert caught.value.hint == "use the id: room, room-2"
    retired = replace(twin, status="retired")
    assert find_code(book(REASONS, retired, ROOM), "the room") == ROOM


def test_ids_from_names() -> None:
    assert id_from_name("Clinician's  view, 2nd") == "clinicians-view-2nd"
    assert id_from_name("Überblick 日本") == "überblick-日本"
    assert id_from_name("View", taken=["view", "view-2"]) == "view-3"
    assert id_from_name("…") == "code"


# --- Wording -------------------------------------------------------------------------------------------


def test_code_texts_in_order_without_retired_codes() -> None:
    texts = code_texts(book(SUPPORT, REASONS, replace(ROOM, status="retired")))
    assert [(text.code_id, text.kind, text.text) for text in texts] == [
        ("support", "name", "Extra support"),
        ("support", "definition", "More help than appointments give."),
        ("support", "include", "gaps between sessions"),
        ("support", "include", "evenings"),
        ("support", "exclude", "after discharge"),
        ("support", "example", "I get forty minutes a month."),
        ("support", "counter_example", "They closed my file."),
        ("reasons", "name", "Reasons to attend"),
        ("reasons", "definition", "Why the person came."),
        ("reasons", "example", "I came."),
    ]


# --- Differences ---------------------------------------------------------------------------------------


def test_diff_of_every_kind() -> None:
    new = book(
        REASONS,
        replace(SUPPORT, name="More support", definition="Other.", exclude=()),
        replace(ADVICE, parent_id=None),
        replace(ROOM, status="merged", merged_into="chat"),
        Code(id="chat", name="Chat"),
    )
    changes = diff(book(REASONS, SUPPORT, ADVICE, ROOM, Code(id="gone", name="Gone")), new)
    assert [code.id for code in changes.added] == ["chat"]
    assert [code.id for code in changes.removed] == ["gone"]
    assert [(c.old.name, c.new.name) for c in changes.renamed] == [("Extra support", "More support")]
    assert [(c.new.id, c.fields) for c in changes.redefined] == [("support", ("definition", "exclude"))]
    assert [(c.old.parent_id, c.new.parent_id) for c in changes.moved] == [("reasons", None)]
    assert [(c.old.id, c.new.merged_into) for c in changes.merged] == [("room", "chat")]
    assert changes.retired == changes.restored == changes.new_id == ()
    assert changes


def test_diff_of_retiring_and_restoring() -> None:
    retired = book(REASONS, SUPPORT, ADVICE, replace(ROOM, status="retired"))
    assert [change.new.id for change in diff(SMALL, retired).retired] == ["room"]
    assert [change.new.id for change in diff(retired, SMALL).restored] == ["room"]


def test_diff_knows_a_code_again_by_its_name_when_the_other_program_gave_new_ids() -> None:
    other = book(
        replace(REASONS, id="A1"),
        replace(SUPPORT, id="A2", parent_id="A1"),
        replace(ADVICE, id="A3", parent_id="A1"),
    )
    changes = diff(SMALL, other)
    assert [(c.old.id, c.new.id) for c in changes.new_id] == [
        ("reasons", "A1"),
        ("support", "A2"),
        ("advice", "A3"),
    ]
    assert [code.id for code in changes.removed] == ["room"]
    assert changes.moved == changes.added == ()


def test_diff_does_not_guess_between_codes_of_one_name() -> None:
    twins = [replace(ROOM, id="r1"), replace(ROOM, id="r2", parent_id="reasons", definition="Else.")]
    changes = diff(book(REASONS, ROOM), book(REASONS, *twins))
    assert [code.id for code in changes.added] == ["r1", "r2"]
    assert [code.id for code in changes.removed] == ["room"]


def test_no_difference_is_false() -> None:
    assert not diff(SMALL, book(ROOM, REASONS, replace(SUPPORT, color="#abc"), ADVICE))


@given(codebooks(), codebooks())
def test_diff_turned_round_swaps_added_and_removed(one: Codebook, two: Codebook) -> None:
    there, back = diff(one, two), diff(two, one)
    assert set(there.added) == set(back.removed) and set(there.removed) == set(back.added)
    assert len(there.renamed) == len(back.renamed) and len(there.moved) == len(back.moved)
    assert bool(there) == bool(back) == (one.version != two.version)
    listed = [*there.added, *there.removed, *there.renamed, *there.redefined, *there.moved]
    listed += [*there.merged, *there.retired, *there.restored, *there.new_id]
    assert bool(listed) == bool(there)


# --- Merging -------------------------------------------------------------------------------------------


def test_merge_takes_what_each_changed_since_the_base() -> None:
    ours = book(REASONS, replace(SUPPORT, definition="Ours."), ADVICE, ROOM)
    theirs = book(REASONS, replace(SUPPORT, include=("theirs",)), Code(id="chat", name="Chat"), ROOM)
    joined = merge(ours, theirs, base=SMALL)
    assert joined.conflicts == ()
    assert [code.id for code in joined.codebook.codes] == ["reasons", "support", "chat", "room"]
    assert joined.codebook.codes[1] == replace(SUPPORT, definition="Ours.", include=("theirs",))


@pytest.mark.parametrize(("prefer", "definition"), [("ours", "Ours."), ("theirs", "Theirs.")])
def test_merge_tells_where_both_changed_one_text(prefer: str, definition: str) -> None:
    ours, theirs = book(replace(ROOM, definition="Ours.")), book(replace(ROOM, definition="Theirs."))
    joined = merge(ours, theirs, base=book(ROOM), prefer=prefer)  # type: ignore[arg-type]
    [conflict] = joined.conflicts
    assert (conflict.code_id, conflict.field) == ("room", "definition")
    assert (conflict.ours, conflict.theirs) == ("Ours.", "Theirs.")
    assert joined.codebook.codes[0].definition == definition


@pytest.mark.parametrize(("prefer", "kept"), [("ours", ["reasons"]), ("theirs", ["reasons", "room"])])
def test_merge_tells_when_one_removed_what_the_other_changed(prefer: str, kept: list[str]) -> None:
    theirs = book(REASONS, replace(ROOM, definition="Theirs."))
    joined = merge(book(REASONS), theirs, base=book(REASONS, ROOM), prefer=prefer)  # type: ignore[arg-type]
    [conflict] = joined.conflicts
    assert (conflict.code_id, conflict.field, conflict.ours, conflict.theirs) == (
        "room",
        "code",
        "removed",
        "changed",
    )
    assert [code.id for code in joined.codebook.codes] == kept


def test_merge_without_a_base_unites() -> None:
    joined = merge(book(REASONS, ADVICE), book(REASONS, replace(ADVICE, color="#123456"), ROOM))
    assert joined.conflicts == ()
    assert joined.codebook.codes == (REASONS, replace(ADVICE, color="#123456"), ROOM)


def test_merge_that_is_no_codebook_is_refused() -> None:
    theirs = book(REASONS, ROOM, replace(ADVICE, parent_id="room"))
    with pytest.raises(CodebookError, match="its parent “room” is not a code"):
        merge(book(REASONS), theirs, base=book(REASONS, ROOM))


@given(codebooks(), st.data())
def test_merge_with_an_unchanged_side_gives_the_other(base: Codebook, data: st.DataObject) -> None:
    codes = [
        replace(code, definition=data.draw(st.sampled_from(["", "New.", code.definition])))
        for code in base.codes
    ]
    changed = make_codebook("Changed", codes, description=base.description)
    for joined in (merge(base, changed, base=base), merge(changed, base, base=base)):
        assert joined.conflicts == ()
        assert joined.codebook.codes == changed.codes
        assert joined.codebook.title == "Changed"
