"""What the identifier check finds, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.identifiers import (
    FOUND,
    LATER,
    SENTENCES,
    Planted,
    found_in,
    found_lines,
    read_planted,
    transcript,
)
from tests.builders import make_transcript
from thematic.deidentification import Finding, Passage, find_identifiers, group_findings
from thematic.deidentification.findings import Where
from thematic.deidentification.numbers import Spotted

PLANTED = read_planted(SENTENCES.read_text(encoding="utf-8"))


def found(text: str) -> list[Finding]:
    return [f for f in find_identifiers([transcript(text)]).findings if f.where == "text"]


def forms(text: str) -> list[str]:
    return [f.text for f in found(text)]


def test_the_planted_set_is_what_it_claims_to_be() -> None:
    kinds = {p.kind for p in PLANTED} - {"clean"}
    assert len(kinds) >= 20
    assert sum(p.kind != "clean" for p in PLANTED) >= 300
    assert sum(p.kind == "clean" for p in PLANTED) >= 100


@pytest.mark.parametrize(
    "text",
    [
        "Hello Everyone, can you see my screen?",
        "Hey Guys, sorry I'm late.",
        "On Christmas Day twenty people came, and on Boxing Day nineteen.",
    ],
)
def test_greeting_everybody_and_counting_people_names_nobody(text: str) -> None:
    assert forms(text) == []


@pytest.mark.parametrize(("where", "spread"), [("codebook", True), ("codebook wording", False)])
def test_what_researchers_wrote_makes_no_names_of_words_elsewhere(where: Where, spread: bool) -> None:
    wording = Passage(transcript_id="codebook", where=where, text="as when my mate Zorba rang")
    asked: list[str] = []

    def recognise(texts: Sequence[str]) -> list[list[Spotted]]:
        asked.extend(texts)
        return [[] for _ in texts]

    findings = find_identifiers(
        [transcript("well zorba it was")], besides=[wording], recognise=recognise
    ).findings
    assert [f.text for f in findings if f.where == where] == ["Zorba"]
    assert [f.text for f in findings if f.where == "text"] == (["zorba"] if spread else [])
    assert (wording.text in asked) == spread


def test_what_is_recorded_of_the_planted_sets_is_found_by_these_rules() -> None:
    """A rule that changes what is found, or where it begins and ends, shows here: look at each, then run
    `python benchmarks/identifiers.py --record`."""
    assert found_lines() == FOUND.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("path", [SENTENCES, *LATER], ids=lambda path: path.stem)
def test_nine_in_ten_planted_identifiers_are_found_by_rules_and_few_clean_sentences_flagged(
    path: Path,
) -> None:
    sentences = read_planted(path.read_text(encoding="utf-8"))
    planted: list[Planted] = [p for p in sentences if p.kind != "clean"]
    hits = sum(found_in(p, None)[0] for p in planted)
    assert hits / sum(len(p.spans) for p in planted) >= 0.90
    clean = [p for p in sentences if p.kind == "clean"]
    assert sum(found_in(p, None)[1] for p in clean) / len(clean) <= 0.10


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Ring me on 07700 900142 then.", "phone number"),
        ("They have my card, 4111 1111 1111 1111, on file.", "bank or card number"),
        ("On the band it said 943 476 5919 in red.", "national number"),
        ("It was under LS8 4QT for years.", "postcode"),
        ("We were born the 9th of July 1957, both of us.", "date of birth"),
        ("My nan's ninety-four and sharper than me.", "age over 89"),
        ("so my mate dave he says to me", "person"),
        ("Oh hi Babs, didn't see you there.", "person"),
        ("it was easter sunday twenty eighteen when i stopped", "date"),
        ("he died boxing day two thousand and three and i drank", "date"),
        ("My brother drives for Eddie Stobart now.", "person"),
    ],
)
def test_a_finding_says_what_it_is(text: str, kind: str) -> None:
    assert kind in [f.kind for f in found(text)]


def test_a_capital_at_the_start_of_a_sentence_is_no_name_by_itself() -> None:
    assert forms("Treatment was hard. People were kind. Will you come? May I go? Hope so.") == []


@pytest.mark.parametrize(
    "text",
    [
        "It's a Cat B, so you're banged up, and Step Four is next.",
        "We sang Abide With Me, and I was watching The Long Dark Night again.",
        "You get a Meal Voucher, every Sunday Lunch is a Roast Dinner.",
        "All the HCAs had the DTs, Sorry, Love, it's the COVID-19.",
        "and then it was TIMER RESET, Aha, Mhm, INAUDIBLE",
    ],
)
def test_kinds_titles_and_marks_of_transcribers_are_no_names(text: str) -> None:
    assert forms(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My mate Tony B did it, and Mr T too.", "Tony B"),
        ("We sang it with Joy Harper and then went home.", "Joy Harper"),
        ("She's in a Sycamore Close flat.", "Sycamore Close"),
        ("we named her poppy after my nan", "poppy"),
        ("i was working for mrs o'brien then", "o'brien"),
        ("Summer was born early.", "Summer"),
        ("Corporal Dyson made us do it again.", "Corporal Dyson"),
        ("The ute was 123 ABC when I bought it.", "123 ABC"),
        ("We're out in 4490, so nobody comes.", "4490"),
        ("i was living out at brindlemere then", "brindlemere"),
        ("i came back to yandoolup then", "yandoolup"),
        ("i was working nights at quorndale and drinking", "quorndale"),
        ("we live on tolverne crescent", "tolverne"),
        ("I was driving for Anchor when I lost my licence.", "Anchor"),
        ("There was a bloke at the group, Ferret, who never drank.", "Ferret"),
    ],
)
def test_names_that_look_like_them_are_found(text: str, name: str) -> None:
    assert name in forms(text)


@pytest.mark.parametrize(
    "text",
    [
        "We query it in SPARQL, then in XGBoost, on PM2.5 and SO2.",  # capitals throughout or inside, digits
        "At 00:12:05, and again #00:00:05-3# and 1:02:03:04.",
        "So R_2xKj93kLmQ and P_07 said the same.",
        "The X-axis and the Z-scores were fine.",
        "Mmmm. Pfft. Shhh. They said XXXXX to XXX XXXXXX.",  # sounds, and what stands for a name
        "I had a Quillfeather once and then another Brastemp.",  # one of many
        "We drew a Gantt chart, then Quettelet numbers, on a Zorbin laptop.",  # called after somebody
        "The Release Captain wants a Tidy Friday.",  # everyday words, a role
        "The Great Barrier Reef and the Mental Health Act.",
        "Medical School teaches nothing about that.",
        "I claimed PIP and lost it.",
    ],
)
def test_what_capitals_also_mean_is_no_name(text: str) -> None:
    assert forms(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("We drank in the Tidy Captain.", "Tidy Captain"),  # somebody was there
        ("He runs a café called The Copper Kettle.", "Copper Kettle"),
        ("The club plays at Victoria Park.", "Victoria Park"),
        ("I graduated from Roosevelt High.", "Roosevelt High"),
        ("It was Big Den who ran the landing.", "Big Den"),
        ("A Wangaratta girl, she was.", "Wangaratta"),
        ("We borrowed a Brastemp's keys.", "Brastemp's"),
        ("Then MacAllister came, and DeFries, and O'Keeffe.", "MacAllister"),
        ("They still live at 14 Railway Cottages.", "14 Railway Cottages"),
        ("He died on Christmas Eve 2020.", "Christmas Eve 2020"),
        ("She came on Wednesday the 14th of February.", "the 14th of February."),
        ("The Corolla was ABC-123, that plate.", "ABC-123"),
        ("It was Summer who found him.", "Summer"),
    ],
)
def test_names_in_the_same_shapes_are_found(text: str, name: str) -> None:
    assert name in forms(text)


def test_an_everyday_word_is_a_name_where_a_person_is_meant() -> None:
    assert forms("Grace said no. I rang Will. Hope's mum came.") == ["Grace", "Will", "Hope's"]


def test_months_are_no_names_and_a_woman_called_june_is_one() -> None:
    assert forms("It was in May, or by June, or the Summer.") == []
    assert forms("Then I met June at the group.") == ["June"]


def test_a_person_and_where_they_are_are_two_forms() -> None:
    assert forms("I met Priya in Leeds, and Oluwaseun at Wythenshawe.") == [
        "Priya",
        "Leeds",
        "Oluwaseun",
        "Wythenshawe",
    ]


def test_what_stands_for_a_removed_identifier_is_left_alone() -> None:
    assert forms("That was [NAME], the nurse at [Clinic], at [00:12:31], in [name of town].") == []
    assert forms("That was [Siobhan], the nurse.") == ["Siobhan"]


def test_a_name_that_is_found_once_is_found_whatever_its_capitals() -> None:
    twice = make_transcript("P01", [("P01", "So I told Zbyszka about it. and zbyszka laughed.")])
    other = make_transcript("P02", [("P02", "i never met zbyszka myself")])
    texts = [(f.transcript_id, f.text) for f in find_identifiers([twice, other]).findings]
    assert texts == [("P01", "Zbyszka"), ("P01", "zbyszka"), ("P02", "zbyszka")]


def test_speaker_labels_and_file_names_are_looked_through() -> None:
    labelled = make_transcript("Interview_Priya", [("Stelios", "Not much to say.")])
    where = {(f.where, f.text) for f in find_identifiers([labelled]).findings}
    assert ("speaker label", "Stelios") in where
    assert ("file name", "Priya") in where


def test_forms_are_grouped_rare_ones_first_and_direct_ones_before_indirect() -> None:
    text = "I rang Priya. Priya's mum lives in Leeds. I went to Leeds. I rang Oluwaseun."
    groups = group_findings(find_identifiers([transcript(text)]).findings)
    assert [(g.form, len(g.findings), g.is_direct) for g in groups] == [
        ("Oluwaseun", 1, True),
        ("Priya", 2, True),
        ("Leeds", 2, False),
    ]


WORDS = st.sampled_from(
    "so I rang Priya's mum . , and dave in Leeds 07700 900142 on 3 May 1988 \n [name] Dr. O'Brien ( said ) "
    "x@example.org — NHS no 943 476 5919 “Well” it's P01: 李伟 naïve 🙂 @me http://a.example/b".split(" ")
)


@given(st.lists(WORDS, max_size=40))
def test_every_finding_is_its_slice_and_findings_do_not_overlap(words: list[str]) -> None:
    text = " ".join(words)
    done = 0
    for finding in found(text):
        assert text[finding.start : finding.end] == finding.text
        assert finding.text.strip()
        assert finding.start >= done
        done = finding.end


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    first = find_identifiers([transcript(text)])
    assert first == find_identifiers([transcript(text)])


@pytest.mark.parametrize(
    "piece", ["1", "1 ", "Aa ", "a dot ", "A.", "my name is ", "the Aa and Bb ", "[", "ab:"]
)
def test_a_long_repetitive_line_is_no_trap(piece: str) -> None:
    """Would take hours, were a rule quadratic."""
    find_identifiers([transcript(piece * (1_000_000 // len(piece) // 4))])


FRENCH = (
    "Je suis venu en 1998. Il y avait mon oncle Rachid, et les enfants de Marie Dupont. Et comment c'était ? "
    "Les voisins étaient gentils. En fait, je travaillais à Villeurbanne. Quelquefois on se "
    "voyait le soir, après le travail, et on parlait."
)
GERMAN = (
    "Die Leute dort waren sehr nett, und die Ärztin, Frau Böttcher, hat mir geholfen. Am Anfang hatte ich "
    "Angst vor den Fragen. Die Schule und die Kinder waren mir wichtig, und mein Mann, der Thomas, war da."
)


@pytest.mark.parametrize(
    ("text", "names"),
    [(FRENCH, ["Rachid", "Marie Dupont", "Villeurbanne"]), (GERMAN, ["Böttcher", "Thomas"])],
)
def test_in_other_languages_no_word_is_a_name_for_being_no_english_word(text: str, names: list[str]) -> None:
    spotted = find_identifiers([transcript(text)], foreign={"s1"}).findings
    assert [f.text for f in spotted if f.where == "text"] == names
    assert len(forms(text)) > len(names)


def test_places_of_several_words_are_found_in_lower_case() -> None:
    assert "milton keynes" in forms("so we moved to milton keynes after that and it was fine")


def test_what_stands_around_a_finding_and_how_many_words_were_looked_through() -> None:
    looked = find_identifiers([transcript("Well, we met Zbyszkowiak at the door.")])
    (finding,) = [f for f in looked.findings if f.where == "text"]
    assert (finding.before, finding.text, finding.after) == ("Well, we met ", "Zbyszkowiak", " at the door.")
    assert looked.words == 7 + 1  # and the name of its file
