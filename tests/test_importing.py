"""A project of another program into a study: nothing is taken twice, or written when a quote is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from thematic.codebook import make_codebook
from thematic.coded_project import (
    CodedProject,
    Loss,
    LossReport,
    ProjectCoding,
    ProjectNote,
    ProjectText,
    coder_ids,
)
from thematic.errors import InputError, SettingsError
from thematic.formats.projects.project_texts import project_transcript
from thematic.formats.transcripts.reading import SourceFile
from thematic.importing import import_into_new, import_project, new_study
from thematic.journal import Journal
from thematic.kept_imports import kept_records
from thematic.model import Code, Coder, Decision, Quote
from thematic.pipeline import Pipeline
from thematic.status import verify_study
from thematic.study import Study

TEXT = "INT: How was it?\nP01: I waited 😀 two hours. She listened.\n"
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def span(words: str, id_: str = "P01", text: str = TEXT) -> Quote:
    start = text.index(words)
    return Quote(transcript_id=id_, start=start, end=start + len(words), text=words)


def project(**changes: object) -> CodedProject:
    file = SourceFile("P01.txt", TEXT.replace("\n", "\r\n").encode())
    transcript = project_transcript(
        TEXT, id="P01", title="First", file=file, format="refi-qda", newline="crlf", attributes={"age": "42"}
    )
    codes = [Code(id="care", name="Care"), Code(id="waiting", name="Waiting", parent_id="care")]
    given = CodedProject(
        title="Clinic",
        program="Invented 1.0",
        format="refi-qda",
        file="clinic.qdpx",
        sha256="0" * 64,
        codebook=make_codebook("Clinic", codes),
        texts=(ProjectText(transcript=transcript, original=file.data, file_name="P01.txt"),),
        coders=(Coder(id="ada", name="Ada"),),
        codings=(
            ProjectCoding(quote=span("waited 😀 two"), coder_id="ada", code_id="waiting", at=AT, memo="long"),
            ProjectCoding(quote=span("waited 😀 two"), coder_id="ada", code_id="care", at=AT),
            ProjectCoding(quote=span("listened"), coder_id="ben", code_id="care", at=AT),
            ProjectCoding(quote=span("She"), coder_id="ben", code_id=None, memo="who?"),
        ),
        notes=(ProjectNote(title="Idea", text="Time is care.", about="the project"),),
        report=LossReport(carried=(("codes", 2),), losses=(Loss(what="graphs", count=1, reason="no place"),)),
        kept={"users": []},
    )
    return replace(given, **changes)  # type: ignore[arg-type]


@pytest.fixture
def study(tmp_path: Path) -> Study:
    made = new_study(tmp_path / "study", project())
    import_project(made, project())
    return made


def codings(study: Study) -> set[tuple[str, str, str, str]]:
    return {(c.coder_id, c.code_id, c.quote.text, c.memo) for c in Pipeline(study).codings}


def test_a_new_study_holds_all_that_a_study_has_a_place_for(study: Study) -> None:
    assert study.settings.title == "Clinic"
    transcript = Pipeline(study).transcripts["P01"]
    assert transcript.text == TEXT
    assert [(t.speaker, t.role) for t in transcript.turns] == [("INT", "interviewer"), ("P01", "participant")]
    assert transcript.attributes == {"age": "42"}
    assert (study.root / "participants.csv").exists()
    assert (study.root / "transcripts" / "P01.txt").read_bytes() == TEXT.replace("\n", "\r\n").encode()
    assert codings(study) == {
        ("ada", "waiting", "waited 😀 two", "long"),
        ("ada", "care", "waited 😀 two", "long"),
        ("ben", "care", "listened", ""),
    }
    made = Pipeline(study).codings
    assert {(c.mode, c.at, c.codebook_version) for c in made} == {
        ("import", AT, Pipeline(study).codebook.version)
    }
    assert verify_study(study) == []
    folder = study.root / "imports" / "clinic.qdpx"
    assert "graphs: 1; no place" in (folder / "what-was-carried.txt").read_text()
    assert "Time is care." in (folder / "notes.md").read_text()
    [kept] = kept_records(study)
    assert (kept["transcripts"], kept["kept"]) == ({"P01": "P01"}, {"users": []})


def test_importing_again_changes_nothing(study: Study) -> None:
    before = {path: path.read_bytes() for path in sorted(study.root.rglob("*")) if path.is_file()}
    outcome = import_project(study, project())
    assert (sum(outcome.decisions.values()), outcome.unchanged) == (0, 3)
    assert (outcome.transcripts_added, outcome.codes_added) == ((), ())
    after = {path: path.read_bytes() for path in sorted(study.root.rglob("*")) if path.is_file()}
    assert after == before


def test_a_project_that_has_grown_adds_what_is_new_and_keeps_what_was_said(study: Study) -> None:
    more = ProjectCoding(quote=span("listened"), coder_id="ben", code_id="waiting", at=AT)
    outcome = import_project(study, project(codings=(more,)))
    assert outcome.decisions == {"ben": 1}
    assert {code for coder, code, words, _ in codings(study) if words == "listened"} == {"care", "waiting"}


def decided(study: Study, action: str, quote: Quote, codes: tuple[str, ...], memo: str = "") -> Decision:
    decision = Decision(
        id=f"by-hand-{action}",
        coder_id="ada",
        action=action,  # type: ignore[arg-type]
        at=AT,
        quote=quote,
        code_ids=codes,
        memo=memo,
    )
    Journal.open(study.journal_path("ada")).append(decision)
    return decision


def reminted(given: CodedProject, number: int) -> CodedProject:
    """The project as a program writes it that makes new GUIDs each time."""
    codings = (
        replace(c, details={"guid": f"{number}-{i}", "selection": f"{number}-s{i}"})
        for i, c in enumerate(given.codings)
    )
    return replace(given, codings=tuple(codings))


def test_what_people_removed_or_changed_does_not_come_back_with_the_next_export(study: Study) -> None:
    place = span("waited 😀 two")
    decided(study, "change", place, ("care",), "my own memo")  # waiting is taken away
    mine = {("ada", "care", "waited 😀 two", "my own memo")}
    for number in (1, 2):
        outcome = import_project(study, reminted(project(), number))
        assert (sum(outcome.decisions.values()), outcome.unchanged) == (0, 3)
        assert {c for c in codings(study) if c[0] == "ada"} == mine
    # A code that was never there is new, and leaves the rest as it was decided here.
    cost = Code(id="cost", name="Cost")
    more = ProjectCoding(quote=place, coder_id="ada", code_id="cost", at=AT)
    grown = reminted(project(), 3)
    grown = replace(
        grown,
        codings=(*grown.codings, more),
        codebook=make_codebook("Clinic", [*project().codebook.codes, cost]),  # type: ignore[union-attr]
    )
    assert import_project(study, grown).decisions == {"ada": 1, "ben": 0}
    here = {(c[1], c[3]) for c in codings(study) if c[0] == "ada"}
    assert here == {("care", "my own memo"), ("cost", "my own memo")}
    assert verify_study(study) == []


def test_an_import_that_was_undone_stays_undone(study: Study) -> None:
    [first, *_] = Pipeline(study).decisions["ada"]
    journal = Journal.open(study.journal_path("ada"))
    journal.append(replace(first, id="u1", action="undo", code_ids=(), memo="", details={"undoes": first.id}))
    assert {c[0] for c in codings(study)} == {"ben"}
    import_project(study, reminted(project(), 1))
    assert {c[0] for c in codings(study)} == {"ben"}


def test_codings_that_people_made_here_stand_beside_what_is_imported(tmp_path: Path) -> None:
    study = new_study(tmp_path / "s", project())
    import_project(study, project(codings=()))
    mine = span("I waited 😀 two hours")
    decided(study, "add", mine, ("care",), "mine")
    before = study.journal_path("ada").read_bytes()
    import_project(study, project())
    assert study.journal_path("ada").read_bytes().startswith(before)
    assert ("ada", "care", mine.text, "mine") in codings(study)
    assert ("ada", "waiting", "waited 😀 two", "long") in codings(study)
    assert verify_study(study) == []


def test_a_text_of_the_same_name_and_other_words_becomes_another(study: Study) -> None:
    other = TEXT.replace("two", "ten")
    file = SourceFile("P01.txt", other.encode())
    transcript = project_transcript(other, id="P01", title="Other", file=file, format="refi-qda")
    coding = ProjectCoding(quote=span("ten hours", text=other), coder_id="ada", code_id="care", at=AT)
    text = ProjectText(transcript=transcript, original=file.data, file_name="P01.txt")
    outcome = import_project(study, project(texts=(text,), codings=(coding,)))
    assert outcome.transcripts_added == ("P01-2",)
    assert {c.quote.transcript_id for c in Pipeline(study).codings if c.quote.text == "ten hours"} == {
        "P01-2"
    }
    assert study.transcript("P01").text == TEXT
    assert (study.root / "transcripts" / "P01-2.txt").read_bytes() == other.encode()
    assert verify_study(study) == []


def test_the_same_words_under_another_name_are_not_taken_twice(study: Study) -> None:
    file = SourceFile("X.txt", TEXT.encode())
    transcript = project_transcript(TEXT, id="X", title="X", file=file, format="refi-qda")
    text = ProjectText(transcript=transcript, original=file.data, file_name="X.txt")
    coding = ProjectCoding(quote=span("She listened", id_="X"), coder_id="cy", code_id="care", at=AT)
    outcome = import_project(study, project(texts=(text,), codings=(coding,)))
    assert outcome.transcripts_added == ()
    assert any("word for word" in note for note in outcome.report.notes)
    assert ("cy", "care", "She listened", "") in codings(study)


def test_codes_of_the_study_stand_and_new_ones_are_added(study: Study) -> None:
    codes = [Code(id="care", name="Care", definition="Otherwise."), Code(id="cost", name="Cost")]
    outcome = import_project(study, project(codebook=make_codebook("Other", codes), codings=()))
    assert outcome.codes_added == ("cost",)
    codebook = Pipeline(study).codebook
    assert [code.id for code in codebook.codes] == ["care", "cost", "waiting"]
    assert (codebook.title, codebook.codes[0].definition) == ("Clinic", "")
    assert len(list((study.root / "codebooks").iterdir())) == 2


def test_a_quote_that_does_not_stand_there_stops_everything(tmp_path: Path) -> None:
    wrong = ProjectCoding(
        quote=Quote(transcript_id="P01", start=0, end=3, text="ICH"), coder_id="ada", code_id="care", at=AT
    )
    study = new_study(tmp_path / "s", project())
    with pytest.raises(InputError, match="do not fit their texts"):
        import_project(study, project(codings=(wrong,)))
    assert sorted(p.name for p in study.root.iterdir()) == ["study.toml"]


@pytest.mark.parametrize("there_before", [False, True])
def test_when_it_cannot_be_done_no_folder_is_left(tmp_path: Path, there_before: bool) -> None:
    wrong = ProjectCoding(quote=span("She"), coder_id="a/b", code_id="care", at=AT)
    root = tmp_path / "s"
    if there_before:
        root.mkdir()
    with pytest.raises(SettingsError, match="a/b"):
        import_into_new(root, project(codings=(wrong,)))
    assert (list(root.iterdir()) if there_before else root.exists()) in ([], False)


def test_a_selection_without_words_is_kept_and_is_no_coding(tmp_path: Path) -> None:
    point = ProjectCoding(
        quote=Quote(transcript_id="P01", start=5, end=5, text=""), coder_id="ada", code_id="care", at=AT
    )
    study = new_study(tmp_path / "s", project())
    import_project(study, project(codings=(point,)))
    assert codings(study) == set()
    [decision] = Pipeline(study).decisions["ada"]
    assert (decision.action, decision.details["codings"][0]["code"]) == ("memo", "care")
    assert verify_study(study) == []


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    study = new_study(tmp_path / "s", project())
    outcome = import_project(study, project(), dry_run=True)
    assert outcome.decisions == {"ada": 1, "ben": 2}
    assert sorted(p.name for p in study.root.iterdir()) == ["study.toml"]


def test_names_of_coders_become_names_of_files() -> None:
    assert coder_ids(["Ada", "ada", "../../etc", "", "N/A: Ünal", "x" * 99]) == [
        "Ada",
        "ada-2",
        "etc",
        "coder",
        "N-A- Ünal",
        "x" * 56,
    ]


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "  1. INT: So?\n  2. P: Yes.\n  3. INT: Why?\n  4. P: No.\n  5. INT: Oh.\n  6. P: Well.\n",
        "Ann: Hello [00:01:02] there my dear\n\nBob: Yes\u2028no\x0bmaybe\n\n\n",
        "Only words.\n\nAnd more of them",
        " \n",
        "",
    ],
)
def test_finding_turns_changes_no_character(text: str) -> None:
    transcript = project_transcript(
        text, id="t", title="t", file=SourceFile("t.txt", text.encode()), format="refi-qda"
    )
    assert transcript.text == text
    for turn in transcript.turns:
        words = text[turn.start : turn.end]
        assert words == words.strip() != ""
    assert bool(transcript.turns) == bool(text.strip())
