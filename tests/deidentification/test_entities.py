"""Names that a model recognises: where they stand in long texts, which are worth a look, what is added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

from benchmarks.identifiers import SENTENCES, found_in, read_planted
from thematic.deidentification import entities
from thematic.deidentification.entities import load_recogniser, recogniser_name


@dataclass
class Entity:
    text: str
    start_char: int
    label_: str

    @property
    def end_char(self) -> int:
        return self.start_char + len(self.text)


@dataclass
class Document:
    ents: list[Entity]


class Model:
    """Recognises one word as a person, wherever it stands, and the days of the week as dates."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    def pipe(self, texts: Iterable[str], batch_size: int) -> Iterator[Document]:
        for text in texts:
            self.pieces.append(text)
            known = {"Zorbiana": "PERSON", "Tuesday": "DATE"}
            words = [(word, at) for word in known for at in range(len(text)) if text.startswith(word, at)]
            yield Document([Entity(word, at, known[word]) for word, at in words])


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    made = Model()
    monkeypatch.setattr(entities, "_model", lambda: made)
    return made


def test_places_hold_in_long_texts_and_no_word_is_cut_in_two(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entities, "_PIECE", 20)
    texts = ["", "so it was then that Zorbiana came", "nobody on Tuesday", "Zorbiana" + "x" * 45, ""]
    found = [list(spotted) for spotted in entities._recognise(texts)]
    told = [
        [text[start:end] for start, end, *_ in spotted] for text, spotted in zip(texts, found, strict=True)
    ]
    assert told == [[], ["Zorbiana"], [], ["Zorbiana"], []]
    assert found[1][0][2:] == ("person", "recognised as PERSON")
    assert max(map(len, model.pieces)) <= 20
    assert "".join(model.pieces) == "".join(texts)


@pytest.mark.parametrize(
    ("text", "passage", "worth"),
    [
        ("Zorbiana", "and Zorbiana came", True),
        ("zorbiana", "and Zorbiana came", False),  # in lower case, where capitals are used
        ("zorbiana", "and zorbiana came", True),
        ("NHS", "the NHS did", False),
        ("ZORBIANA", "and ZORBIANA came", True),
        ("the Clinic", "in the Clinic", False),
        ("Counsellor", "my Counsellor said", False),
        ("SMART Recovery", "at SMART Recovery", False),
        ("Grace", "and Grace came", True),  # a word of every day, and a name
        ("Monday", "on Monday", False),
        ("the Ogdorf group", "with the Ogdorf group", True),
    ],
)
def test_what_a_model_takes_for_a_name_must_look_like_one(text: str, passage: str, worth: bool) -> None:
    assert entities._is_worth_a_look(text, passage) is worth


def test_without_the_model_there_is_no_recogniser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entities, "PACKAGE", "no_such_model")
    assert recogniser_name() is None
    assert load_recogniser() is None


def test_with_the_model_at_least_nineteen_of_twenty_planted_identifiers_are_found() -> None:
    pytest.importorskip(entities.PACKAGE)
    loaded = load_recogniser()
    assert loaded
    recognise, name = loaded
    assert name.startswith("spaCy en_core_web_sm ")
    planted = [p for p in read_planted(SENTENCES.read_text(encoding="utf-8")) if p.kind != "clean"]
    hits = sum(found_in(p, recognise)[0] for p in planted)
    assert hits / sum(len(p.spans) for p in planted) >= 0.95
    hard = "We drove down through Ogdorfhaven, and Zbyszkowiak was waiting there."
    (spotted,) = recognise([hard])
    assert "Ogdorfhaven" in [hard[start:end] for start, end, *_ in spotted]
