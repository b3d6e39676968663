"""Codes that coders proposed are gathered over coders, and can be pasted into the codebook."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.builders import make_codebook
from thematic.formats.codebooks.codebook_yaml import read_codebook_yaml, write_codebook_yaml
from thematic.model import Decision, Quote
from thematic.proposals import gather, proposed_codebook
from thematic.review import Review


def propose(
    id_: str, coder: str, name: str, definition: str = "", text: str = "the bus", **details: object
) -> Decision:
    return Decision(
        id=id_, coder_id=coder, action="propose", at=datetime(2026, 1, 1, tzinfo=UTC),
        quote=Quote(transcript_id="P1", start=0, end=len(text), text=text), excerpt_id="ex-1",
        details={"name": name, "definition": definition} | details,
    )  # fmt: skip


def test_one_name_is_one_proposal_whoever_made_it_and_what_was_undone_is_none() -> None:
    undo = Decision(
        id="u", coder_id="ben", action="undo", at=datetime(2026, 1, 1, tzinfo=UTC),
        quote=Quote(transcript_id="P1", start=0, end=1, text="t"), details={"undoes": "3"},
    )  # fmt: skip
    ada = [propose("1", "ada", "Getting there", "Travel."), propose("2", "ada", "Pets", text="my dog")]
    ben = [propose("3", "ben", "Pets"), undo, propose("4", "ben", "getting  THERE", text="the train")]
    found = gather([Review.replay("ada", ada), Review.replay("ben", ben)])
    assert [(p.name, p.coder_ids, len(p.quotes)) for p in found] == [
        ("Getting there", ("ada", "ben"), 2),
        ("Pets", ("ada",), 1),
    ]
    assert found[0].definitions == ("Travel.",)


def test_as_a_codebook_it_has_free_ids_and_can_be_read_back() -> None:
    found = gather([Review.replay("ada", [propose("1", "ada", "Extra support", "More of it.", terms=["a"])])])
    assert found[0].terms == ("a",)
    made = proposed_codebook(found, make_codebook())
    assert made.codes[0].id != "extra-support"  # that one is taken
    assert made.codes[0].examples == ("the bus",)
    assert read_codebook_yaml(write_codebook_yaml(made), path="x", title="")[0].codes == made.codes
