"""Suggestions from the codebook's wording: ranks, bands, evidence, abstention, and corpora too small."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from thematic.codebook import code_texts
from thematic.embedding import code_vectors
from thematic.errors import CodebookError, ModelError, SettingsError
from thematic.model import Code, Codebook, Excerpt, Quote, Suggestion, Vectors
from thematic.suggestion import NOT_CALIBRATED, SuggestSettings, notes, suggest
from thematic.suggestion.bands import FEWEST_RANKED, TOO_FEW, TOO_LITTLE, band
from thematic.suggestion.likeness import code_anchors
from thematic.suggestion.ranking import rank_codes


class WordEmbedder:
    """Each word its own direction, small words none: two texts are as near as the words they share."""

    name, sha256, dimension = "words", "0" * 64, 300

    def __init__(self) -> None:
        self._directions: dict[str, int] = {"": 0}

    def encode(self, texts: Sequence[str], *, on_progress=None):
        matrix = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            words = {word for word in re.findall(r"\w+", text.lower()) if len(word) > 3} or {""}
            matrix[row, [self._directions.setdefault(word, len(self._directions)) for word in words]] = 1
        return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


WORDS = WordEmbedder()
OWN_WORDS_ONLY = SuggestSettings(question_weight=0, neighbour_weight=0)
VECTOR_ONLY = SuggestSettings(question_weight=0, neighbour_weight=0, words_weight=0)

FILLER = (
    "garden kettle ladder marble needle orchard pebble quilt ribbon saddle timber urn velvet walnut".split()
)


def excerpts(
    texts: Sequence[str], *, transcript_id: str = "P01", question: str | None = None
) -> list[Excerpt]:
    made, start = [], 0
    for text in texts:
        asked = question and Quote(transcript_id=transcript_id, start=0, end=len(question), text=question)
        made.append(
            Excerpt(
                id=f"{transcript_id}-{len(made):03}",
                transcript_id=transcript_id,
                start=start,
                end=start + len(text),
                text=text,
                turns=(0,),
                speaker=transcript_id,
                question=asked or None,
            )
        )
        start += len(text) + 1
    return made


def fillers(number: int) -> list[str]:
    """Different texts on nothing that any code here is about."""
    return [" ".join(FILLER[(i * step) % len(FILLER)] for step in (1, 3, 5)) for i in range(1, number + 1)]


def codebook(*codes: Code) -> Codebook:
    return Codebook(title="invented", version="1", codes=codes)


TRAVEL = Code(id="travel", name="Travel", definition="Buses, trains and long roads")
MONEY = Code(id="money", name="Money", definition="Wages, debts and prices")
SLEEP = Code(id="sleep", name="Sleep", definition="Nights, dreams and tiredness")
THREE = codebook(TRAVEL, MONEY, SLEEP)


def run(texts: Sequence[Excerpt], book: Codebook = THREE, **options) -> tuple[Suggestion, ...]:
    def embedded(quotes: Sequence[str | None]) -> np.ndarray:
        matrix = WORDS.encode([quote or "" for quote in quotes])
        return matrix * np.array([[quote is not None] for quote in quotes], np.float32).reshape(-1, 1)

    vectors = Vectors(
        ids=tuple(e.id for e in texts),
        values=embedded([e.text for e in texts]),
        questions=embedded([e.question.text if e.question else None for e in texts]),
        model=WORDS.name,
        model_sha256=WORDS.sha256,
    )
    pieces = code_texts(book)
    return suggest(texts, vectors, book, pieces, code_vectors(pieces, WORDS), **options)[0]


def first(suggestions: Sequence[Suggestion], excerpt: Excerpt) -> Suggestion:
    return next(s for s in suggestions if s.excerpt_id == excerpt.id and s.rank == 1)


def test_the_code_whose_words_are_said_comes_first():
    texts = excerpts([*fillers(30), "two buses then trains", "debts and wages", "dreams all nights"])
    suggestions = run(texts, settings=OWN_WORDS_ONLY)
    assert [first(suggestions, e).code_id for e in texts[30:]] == ["travel", "money", "sleep"]
    assert {first(suggestions, e).band for e in texts[30:]} == {"top 5 % for this code"}


def test_suggestions_follow_the_excerpts_and_rank_up_to_the_shortlist():
    texts = excerpts(fillers(25))
    suggestions = run(texts, settings=SuggestSettings(shortlist=2))
    assert [(s.excerpt_id, s.rank) for s in suggestions] == [(e.id, rank) for e in texts for rank in (1, 2)]
    for a, b in zip(suggestions[::2], suggestions[1::2], strict=True):
        assert a.code_id != b.code_id
    assert {s.rank for s in run(texts, settings=SuggestSettings(shortlist=9))} == {1, 2, 3}


def test_the_score_is_the_share_of_excerpts_that_the_code_fits_less_well():
    texts = excerpts([*fillers(38), "buses", "buses trains roads"])
    suggestions = run(texts, settings=replace(OWN_WORDS_ONLY, min_content_words=1))
    best, second = (first(suggestions, texts[i]) for i in (39, 38))
    assert (best.code_id, best.score) == ("travel", 39 / 40)
    assert (second.code_id, second.score) == ("travel", 38 / 40)
    assert all(0 <= s.score < 1 for s in suggestions)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.99, "top 1 % for this code"),
        (0.9899, "top 5 % for this code"),
        (0.95, "top 5 % for this code"),
        (0.80, "top 20 % for this code"),
        (0.7999, "below the top 20 % for this code"),
        (0.0, "below the top 20 % for this code"),
    ],
)
def test_bands_in_words(share, words):
    assert band(share) == words


def test_nothing_is_ever_called_a_probability():
    suggestions = run(excerpts([*fillers(25), "yeah"]))
    assert {s.probability for s in suggestions} == {None}
    assert {s.reason for s in suggestions if s.status == "suggested"} == {NOT_CALIBRATED}


def test_a_code_that_is_like_everything_does_not_swallow_all():
    broad = Code(id="broad", name="Everything", definition=" ".join(FILLER))
    texts = excerpts([*fillers(40), "buses garden kettle ladder"])
    book = codebook(broad, TRAVEL, MONEY)
    pieces = code_texts(book)
    vector, words = WORDS.encode([texts[-1].text])[0], code_vectors(pieces, WORDS)
    likeness = {
        c.id: max(vector @ words[i] for i, p in enumerate(pieces) if p.code_id == c.id) for c in book.codes
    }
    assert likeness["broad"] > likeness["travel"], "by likeness alone, the broad code would have it"
    assert first(run(texts, book, settings=VECTOR_ONLY), texts[-1]).code_id == "travel"


def test_codes_are_ranked_against_their_own_background():
    likeness = np.tile(np.array([[0.8, 0.1]], np.float32), (30, 1))
    likeness[::2] += np.float32(0.05)
    likeness[7] = 0.9, 0.5
    ranked, shares = rank_codes(likeness, 2)
    assert ranked[7].tolist() == [1, 0]
    assert shares is not None and shares[7].tolist() == [0.9667, 0.9667]


# --- What counts besides the excerpt's own words --------------------------------------------------------


def test_the_question_before_it_counts_by_its_weight():
    asked = excerpts(["kettle marble urn"], transcript_id="P02", question="What of the buses and trains?")
    texts = [*excerpts(fillers(30)), *excerpts(["kettle marble urn"], transcript_id="P03"), *asked]
    without = run(texts, settings=OWN_WORDS_ONLY)
    assert first(without, texts[-1]).score == first(without, texts[-2]).score
    with_it = run(texts, settings=replace(OWN_WORDS_ONLY, question_weight=1.0))
    assert first(with_it, texts[-1]).code_id == "travel"


def test_the_passages_around_it_count_by_their_weight_and_only_in_the_same_transcript():
    vague = "kettle marble urn"
    around = excerpts(["buses and trains", vague, "long roads buses"], transcript_id="P02")
    elsewhere = excerpts([vague], transcript_id="P03")
    texts = [*excerpts(fillers(30)), *around, *elsewhere]
    without = run(texts, settings=OWN_WORDS_ONLY)
    assert first(without, around[1]).score == first(without, elsewhere[0]).score
    with_them = run(texts, settings=replace(OWN_WORDS_ONLY, neighbour_weight=1.0))
    assert first(with_them, around[1]).code_id == "travel"
    assert first(with_them, elsewhere[0]) == replace(
        first(without, elsewhere[0]), score=first(with_them, elsewhere[0]).score
    )


def test_words_that_vectors_miss_count_by_their_weight(monkeypatch):
    texts = excerpts([*fillers(30), "buses and trains"])
    # An embedder to which all texts are alike: only the shared words can tell.
    monkeypatch.setattr(
        type(WORDS),
        "encode",
        lambda _self, texts, on_progress=None: np.eye(1, 300, dtype=np.float32).repeat(len(texts), 0),
    )
    blind = run(texts, settings=replace(OWN_WORDS_ONLY, words_weight=0))
    assert first(blind, texts[-1]).score == 0
    seeing = run(texts, settings=OWN_WORDS_ONLY)
    assert (first(seeing, texts[-1]).code_id, first(seeing, texts[-1]).score) == ("travel", round(30 / 31, 4))


@pytest.mark.parametrize("settings", [VECTOR_ONLY, replace(VECTOR_ONLY, words_weight=10)])
@pytest.mark.parametrize("kind", ["definition", "include", "examples"])
def test_definition_criteria_and_examples_speak_for_a_code(kind, settings):
    words = "The landlord rang"
    code = replace(replace(MONEY, definition=""), **{kind: words if kind == "definition" else (words,)})
    texts = excerpts([*fillers(30), "the landlord rang"])
    best = first(run(texts, codebook(TRAVEL, code, SLEEP), settings=settings), texts[-1])
    assert (best.code_id, best.score) == ("money", round(30 / 31, 4))


@pytest.mark.parametrize("kind", ["exclude", "counter_examples"])
def test_exclusions_and_counter_examples_never_speak_for_a_code(kind):
    code = replace(MONEY, **{kind: ("The landlord rang",)})
    texts = excerpts([*fillers(30), "the landlord rang"])
    heavy = replace(SuggestSettings(), words_weight=10)
    plain, full = (run(texts, codebook(TRAVEL, money, SLEEP), settings=heavy) for money in (MONEY, code))
    assert [(s.code_id, s.score) for s in full] == [(s.code_id, s.score) for s in plain]


def anchors(*codes: Code, of: Sequence[Code], parent_weight: float = 0.0) -> np.ndarray:
    pieces = code_texts(codebook(*codes))
    return code_anchors(of, pieces, code_vectors(pieces, WORDS), parent_weight=parent_weight)


def test_one_code_is_its_own_direction_name_and_definition_alike():
    code = Code(id="t", name="Travel", definition="Ferry")
    (anchor,) = anchors(code, of=[code])
    assert np.allclose(
        anchor, (WORDS.encode(["Travel"]) + WORDS.encode(["Ferry"]))[0] / np.sqrt(2), atol=1e-6
    )


def test_an_example_counts_half_of_the_wording():
    code = Code(id="t", name="Travel", examples=("Ferry",))
    (anchor,) = anchors(code, of=[code])
    travel, ferry = WORDS.encode(["Travel", "Ferry"])
    assert np.isclose(anchor @ ferry / (anchor @ travel), 0.5)


def test_a_theme_counts_by_its_weight():
    theme = Code(id="home", name="Home")
    child = Code(id="rooms", name="Rooms", parent_id="home")
    (anchor,) = anchors(theme, child, of=[child], parent_weight=0.25)
    home, rooms = WORDS.encode(["Home", "Rooms"])
    assert np.isclose(anchor @ home / (anchor @ rooms), 0.25)


def test_what_codes_share_is_subtracted_and_less_of_it_where_codes_are_few():
    def shared(number: int) -> float:
        codes = [Code(id=str(i), name=f"Patients {word}") for i, word in enumerate(FILLER[:number])]
        matrix = anchors(*codes, of=codes)
        return float((matrix @ WORDS.encode(["patients"])[0])[0] / (matrix @ WORDS.encode([FILLER[0]])[0])[0])

    assert np.isclose(shared(1), 1)
    # The mean of k codes holds all of the shared word and 1/k of each own word; (k-1)/(k+1) of it goes.
    for k in (2, 3, 10):
        share = (k - 1) / (k + 1)
        assert np.isclose(shared(k), (1 - share) / (1 - share / k), atol=1e-5)


def test_a_theme_lends_its_words_to_its_codes_and_is_not_suggested_itself():
    theme = Code(id="home", name="Home", definition="The landlord and the rent")
    child = Code(id="upstairs", name="Rooms", parent_id="home")
    texts = excerpts([*fillers(30), "landlord and rent"])
    suggestions = run(texts, codebook(theme, child, TRAVEL, SLEEP), settings=VECTOR_ONLY)
    assert first(suggestions, texts[-1]).code_id == "upstairs"
    assert "home" not in {s.code_id for s in suggestions}


def test_only_active_codes_are_suggested_and_a_theme_whose_codes_are_retired_is_one():
    theme = Code(id="home", name="Home")
    retired = Code(id="rooms", name="Rooms", parent_id="home", status="retired")
    suggestions = run(excerpts(fillers(25)), codebook(theme, retired, TRAVEL))
    assert {s.code_id for s in suggestions} == {"home", "travel"}


# --- Evidence -------------------------------------------------------------------------------------------


def test_evidence_is_the_nearest_two_pieces_of_wording_nearest_first():
    code = replace(
        TRAVEL, include=("The ferry", "A lift from a friend"), examples=("I missed the ferry again",)
    )
    texts = excerpts([*fillers(25), "travel, ferry travel"])
    evidence = first(run(texts, codebook(code, MONEY, SLEEP)), texts[-1]).evidence
    assert [(e.kind, e.text) for e in evidence] == [
        ("include", "The ferry"),
        ("example", "I missed the ferry again"),
    ], "the name is as near as the ferry, and explains nothing"
    assert evidence[0].similarity > evidence[1].similarity and not any(e.warning for e in evidence)


def test_a_code_with_nothing_but_a_name_gives_the_name_as_evidence():
    texts = excerpts(fillers(25))
    suggestions = run(texts, codebook(Code(id="t", name="Travel"), MONEY))
    assert {(e.kind, e.text) for s in suggestions if s.code_id == "t" for e in s.evidence} == {
        ("name", "Travel")
    }
    assert all(s.evidence for s in suggestions)


@pytest.mark.parametrize("kind", ["exclude", "counter_example"])
def test_wording_against_the_code_warns_only_where_it_is_nearer_than_what_is_for_it(kind):
    against = {"exclude": "exclude", "counter_example": "counter_examples"}[kind]
    code = replace(TRAVEL, **{against: ("The school run with children",)})
    texts = excerpts([*fillers(25), "school run children buses", "buses trains roads"])
    suggestions = run(texts, codebook(code, MONEY, SLEEP), settings=OWN_WORDS_ONLY)
    near, far = (
        next(s for s in suggestions if s.excerpt_id == e.id and s.code_id == "travel") for e in texts[-2:]
    )
    assert [(e.kind, e.text, e.warning) for e in near.evidence[-1:]] == [
        (kind, "The school run with children", True)
    ]
    assert not any(e.warning for e in far.evidence)


# --- Abstention -----------------------------------------------------------------------------------------


def test_passages_without_content_get_one_abstention_with_the_reason():
    texts = excerpts([*fillers(25), "I don’t know, it’s, yeah.", "...", "buses and trains"])
    suggestions = run(texts)
    for excerpt in texts[25:27]:
        (abstained,) = (s for s in suggestions if s.excerpt_id == excerpt.id)
        assert (abstained.status, abstained.code_id, abstained.score, abstained.evidence) == (
            "abstained",
            None,
            None,
            (),
        )
        assert abstained.reason == TOO_LITTLE
    assert first(suggestions, texts[27]).status == "suggested"
    assert all(s.status == "suggested" for s in run(texts, settings=SuggestSettings(min_content_words=0)))


def test_what_is_set_aside_does_not_move_the_ranks_of_the_rest():
    texts = excerpts([*fillers(25), "buses and trains"])
    more = [*texts, *excerpts(["yeah", "no no"], transcript_id="P09")]
    assert run(texts) == run(more)[: 26 * 3]


def test_scripts_without_spaces_are_not_taken_for_one_word():
    (text,) = excerpts(["私は毎週グループに行きます"])
    assert run([text])[0].status == "suggested"


# --- Too little to rank against, and input that cannot be used ------------------------------------------


@pytest.mark.parametrize("number", [1, 2, FEWEST_RANKED - 1])
def test_few_excerpts_are_ranked_by_likeness_and_say_that_there_is_no_background(number):
    texts = excerpts([*fillers(number - 1), "buses and trains"])
    suggestions = run(texts, settings=OWN_WORDS_ONLY)
    assert {(s.band, s.score) for s in suggestions} == {(TOO_FEW, None)}
    assert first(suggestions, texts[-1]).code_id == "travel"


def test_enough_excerpts_are_ranked():
    assert TOO_FEW not in {s.band for s in run(excerpts(fillers(FEWEST_RANKED)))}


def test_one_code_is_ranked_against_its_own_background():
    texts = excerpts([*fillers(30), "buses and trains"])
    suggestions = run(texts, codebook(TRAVEL), settings=OWN_WORDS_ONLY)
    assert {s.code_id for s in suggestions} == {"travel"}
    assert max(suggestions, key=lambda s: s.score).excerpt_id == texts[-1].id


def test_the_same_text_everywhere_fits_no_code_better_than_another():
    suggestions = run(excerpts(["buses and trains"] * 30), settings=OWN_WORDS_ONLY)
    assert {s.score for s in suggestions} == {0.0}
    assert [s.code_id for s in suggestions[:3]] == ["money", "sleep", "travel"]


def test_no_excerpts_no_suggestions():
    assert run([]) == ()


def test_a_codebook_without_active_code_is_an_error():
    with pytest.raises(CodebookError, match="no code of the codebook is active"):
        run(excerpts(fillers(3)), codebook(replace(TRAVEL, status="retired")))


def test_vectors_of_another_model_are_refused():
    texts = excerpts(fillers(3))
    pieces = code_texts(THREE)
    matrix = WORDS.encode([e.text for e in texts])
    vectors = Vectors(
        ids=tuple(e.id for e in texts), values=matrix, questions=0 * matrix, model="hash", model_sha256=""
    )
    with pytest.raises(ModelError, match="300 numbers and the codebook of 384"):
        suggest(texts, vectors, THREE, pieces, np.ones((len(pieces), 384), np.float32))
    with pytest.raises(ValueError, match="not those of these excerpts"):
        suggest(texts[::-1], vectors, THREE, pieces, code_vectors(pieces, WORDS))


@pytest.mark.parametrize(
    "wrong", [{"shortlist": 0}, {"question_weight": -1}, {"words_weight": 11}, {"min_content_words": -1}]
)
def test_settings_out_of_range_are_refused_by_name(wrong):
    (name,) = wrong
    with pytest.raises(SettingsError, match=name):
        SuggestSettings(**wrong)


# --- The same again -------------------------------------------------------------------------------------


def test_the_order_of_transcripts_and_of_the_codebook_changes_nothing():
    one, two = excerpts(fillers(20), transcript_id="P01"), excerpts(fillers(33)[20:], transcript_id="P02")
    forward = run([*one, *two])
    assert set(run([*two, *one])) == set(forward)
    assert run([*one, *two], codebook(*reversed(THREE.codes))) == forward


def test_progress_ends_at_all_excerpts():
    heard = []
    run(excerpts(fillers(22)), on_progress=lambda done, total: heard.append((done, total)))
    assert heard[-1] == (22, 22) and heard == sorted(heard)


# --- Notes ----------------------------------------------------------------------------------------------

ENGLISH = ["So I went there and, you know, it was the first time that I had told anybody about it."] * 10
GERMAN = ["Also ich bin dann hingegangen und, na ja, es war das erste Mal, dass ich davon erzählt habe."] * 10


def test_notes_always_say_that_nothing_is_calibrated():
    assert notes(ENGLISH) == (f"Suggestions are {NOT_CALIBRATED}.",)
    assert notes([]) == notes(ENGLISH)


def test_notes_say_what_still_works_in_another_language():
    _calibrated, language = notes(GERMAN)
    assert "do not look like English" in language and "--model" in language
    assert len(notes(GERMAN[:2])) == 1, "too few words to tell"
