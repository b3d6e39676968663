"""What is looked through of a transcript; findings by form: which forms are one, and of what kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from tests.builders import make_transcript
from thematic.deidentification.findings import Finding, Kind, Where, passages_of
from thematic.deidentification.groups import form_key, group_findings


def finding(
    text: str, kind: Kind, where: Where = "text", rules: Iterable[str] = ("a",), of: str = "P01"
) -> Finding:
    return Finding(
        transcript_id=of, where=where, start=0, end=len(text), text=text, kind=kind, rules=tuple(rules)
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Dana  Ash", "dana ash"),
        ("DANA’S", "dana"),
        ("Dana's", "dana"),
        ("Williams'", "williams"),
        ("'", "'"),
    ],
)
def test_forms_that_are_one(text: str, key: str) -> None:
    assert form_key(text) == key


def test_the_commonest_form_stands_for_all_without_its_possessive() -> None:
    found = [finding(text, "person") for text in ("Dana's", "dana", "Dana", "DANA’s")]
    (group,) = group_findings(found)
    assert (group.key, group.form, len(group.findings)) == ("dana", "Dana", 4)
    assert [g.form for g in group_findings([finding("J's", "person")])] == ["J's"]


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [
        (["person", "place", "place"], "person"),  # one direct kind is enough
        (["possible name", "place", "place"], "place"),  # a possible one is not
        (["place", "organisation", "organisation"], "organisation"),
        (["person", "address"], "person"),
        (["person", "postcode", "postcode", "place", "place", "place"], "postcode"),
        (["possible name", "place"], "possible name"),  # of equally common ones the direct one
    ],
)
def test_the_kind_of_a_form(kinds: list[Kind], kind: Kind) -> None:
    (group,) = group_findings(finding("Ashby", each) for each in kinds)
    assert group.kind == kind
    assert group.is_direct is (kind not in ("place", "organisation"))


def test_direct_ones_come_first_and_the_rare_ones_of_them() -> None:
    found = [
        finding("Leeds", "place"),
        *[finding("Dana", "person")] * 2,
        finding("Bo", "person"),
        finding("Al", "person"),
    ]
    assert [g.form for g in group_findings(found)] == ["Al", "Bo", "Dana", "Leeds"]


def test_what_stands_in_the_original_alone_does_not_leave() -> None:
    inside = finding("Dana", "person", "original only", rules=("b",), of="P02")
    (group,) = group_findings([inside])
    assert not group.leaves
    (group,) = group_findings([inside, finding("Dana", "person", rules=("a", "b"))])
    assert group.leaves
    assert group.transcripts == ("P01", "P02")
    assert group.rules == ("b", "a")


def test_all_of_a_transcript_is_looked_through_and_labels_once() -> None:
    transcript = make_transcript(
        "P01", [("INT", "So?"), ("Dana", "It was.")], attributes={"site": "Leeds", "arm": " "}
    )
    head, tail = "Interview with Gareth\n\n", "\n\nTyped by Wilma\n"
    turns = tuple(replace(t, start=t.start + len(head), end=t.end + len(head)) for t in transcript.turns)
    whole = replace(transcript, text=head + transcript.text + tail, turns=turns)
    passages = passages_of(whole)
    assert [(p.where, p.text.strip(), p.detail) for p in passages] == [
        ("text", "Interview with Gareth\n\nINT:", ""),
        ("text", "So?", ""),
        ("text", "It was.", ""),
        ("text", "Typed by Wilma", ""),
        ("speaker label", "Dana", ""),
        ("speaker label", "INT", ""),
        ("file name", "P01.txt", ""),
        ("title", "Interview P01", ""),
        ("attribute", "Leeds", "site"),
    ]
    for passage in passages[:4]:
        assert whole.text[passage.offset :].startswith(passage.text)
    same = replace(whole, title="P01")
    assert "title" not in [p.where for p in passages_of(same)]
