"""ELAN: tiers as speakers, dependent tiers left out, slots without a time, broken files."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

import pytest

from thematic.errors import InputError
from thematic.formats import read_file
from thematic.formats.transcripts.reading import Reading, SourceFile

Annotation = tuple[str, str, str]  # slot, slot, words


def tier(name: str, annotations: Sequence[Annotation], participant: str = "", parent: str = "") -> str:
    inside = "".join(
        f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="{name}{n}" TIME_SLOT_REF1="{start}" '
        f'TIME_SLOT_REF2="{end}"><ANNOTATION_VALUE>{escape(words)}</ANNOTATION_VALUE>'
        "</ALIGNABLE_ANNOTATION></ANNOTATION>"
        for n, (start, end, words) in enumerate(annotations)
    )
    named = f' PARTICIPANT="{participant}"' if participant else ""
    dependent = f' PARENT_REF="{parent}"' if parent else ""
    return f'<TIER TIER_ID="{name}"{named}{dependent}>{inside}</TIER>'


def eaf(slots: dict[str, int | None], *tiers: str) -> bytes:
    order = "".join(
        f'<TIME_SLOT TIME_SLOT_ID="{name}"' + (f' TIME_VALUE="{value}"/>' if value is not None else "/>")
        for name, value in slots.items()
    )
    inside = f"<HEADER/><TIME_ORDER>{order}</TIME_ORDER>{''.join(tiers)}"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><ANNOTATION_DOCUMENT>{inside}</ANNOTATION_DOCUMENT>'.encode()
    )


def read_eaf(data: bytes) -> Reading:
    return read_file(SourceFile("P01.eaf", data))


def said(reading: Reading) -> list[tuple[str, str, float | None, float | None]]:
    (transcript,) = reading.transcripts
    return [(t.speaker, transcript.text[t.start : t.end], t.start_time, t.end_time) for t in transcript.turns]


SLOTS: dict[str, int | None] = {"a": 0, "b": 500, "c": 1000, "d": 2500}


def test_independent_tiers_are_speakers_in_order_of_time() -> None:
    reading = read_eaf(
        eaf(
            SLOTS,
            tier("P-speech", [("c", "d", "Well & good.")], "P01"),
            tier("I-speech", [("a", "b", "So"), ("b", "c", "it?")], "INT"),
            tier("P-words", [("c", "d", "well")], "P01", "P-speech"),
        )
    )
    assert said(reading) == [("INT", "So it?", 0.0, 1.0), ("P01", "Well & good.", 1.0, 2.5)]
    assert [(d.reason, d.words) for d in reading.report.dropped] == [("depends on the tier P-speech", 1)]
    assert reading.report.words_in == 5
    assert any("the tiers INT and P01" in w.message for w in reading.report.warnings)


def test_reference_tiers_are_left_out() -> None:
    reference = (
        '<TIER TIER_ID="gloss" PARENT_REF="INT"><ANNOTATION><REF_ANNOTATION ANNOTATION_ID="r" '
        'ANNOTATION_REF="INT0"><ANNOTATION_VALUE>repeated here</ANNOTATION_VALUE></REF_ANNOTATION>'
        "</ANNOTATION></TIER>"
    )
    reading = read_eaf(eaf(SLOTS, tier("INT", [("a", "b", "So")]), reference))
    assert said(reading) == [("INT", "So", 0.0, 0.5)]
    assert reading.report.dropped[0].words == 2


def test_two_tiers_of_one_participant_keep_their_own_names() -> None:
    reading = read_eaf(
        eaf(SLOTS, tier("speech", [("a", "b", "So")], "P01"), tier("gesture", [("b", "c", "nods")], "P01"))
    )
    assert [who for who, *_ in said(reading)] == ["speech", "gesture"]


def test_a_slot_without_time_stands_between_its_neighbours() -> None:
    slots = {"a": 0, "b": None, "c": None, "d": 3000}
    reading = read_eaf(eaf(slots, tier("INT", [("a", "b", "So")]), tier("P01", [("b", "d", "Well")])))
    assert said(reading) == [("INT", "So", 0.0, 1.0), ("P01", "Well", 1.0, 3.0)]
    slots = {"z": None, "a": 4000, "b": None, "c": None, "d": 7000}
    reading = read_eaf(eaf(slots, tier("INT", [("a", "b", "So")]), tier("P01", [("b", "c", "Well")])))
    assert said(reading) == [("INT", "So", 4.0, 5.0), ("P01", "Well", 5.0, 6.0)]


def test_annotations_without_words_are_left_out_and_one_tier_needs_no_confirmation() -> None:
    reading = read_eaf(
        eaf(SLOTS, tier("INT", [("a", "b", "So"), ("b", "c", "")]), tier("x", [("a", "b", "")], "", "INT"))
    )
    assert said(reading) == [("INT", "So", 0.0, 0.5)]
    assert not any("were read as speakers" in w.message for w in reading.report.warnings)
    empty = eaf(
        SLOTS, tier("INT", [("a", "b", "So"), ("b", "c", "so")]), tier("x", [("a", "b", "x")], "", "INT")
    )
    empty = empty.replace(b"<ANNOTATION_VALUE>x</ANNOTATION_VALUE>", b"<ANNOTATION_VALUE/>")
    assert said(read_eaf(empty)) == [("INT", "So so", 0.0, 1.0)]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (eaf({"z": None, "b": 9}, tier("INT", [("z", "b", "So")])), "“So” of the tier INT has no time"),
        (eaf({"a": 0, "b": None}, tier("INT", [("a", "b", "So")])), "“So” of the tier INT has no time"),
        (eaf(SLOTS, tier("INT", [("a", "x", "So")])), "“So” of the tier INT has no time"),
        (eaf(SLOTS).replace(b'"500"', b'"soon"'), "'soon' is no number"),
        (eaf(SLOTS, tier("INT", []))[:-9], "broken XML"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><ANNOTATION_DOCUMENT/>", "declares entities"),
        (eaf(SLOTS), "no words spoken"),
    ],
)
def test_what_cannot_be_aligned_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_eaf(data)
    assert message in caught.value.problems[0].message
