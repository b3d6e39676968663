"""Deciding about identifiers in a study: the table, the key file, the log, the texts, the gate."""

from __future__ import annotations

import csv
import io
import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.test_run import CODEBOOK
from thematic.checking import check_study
from thematic.deciding import Decided, decide, reread, write_table
from thematic.errors import InputError, StudyError, ThematicError
from thematic.formats.spreadsheets import read_sheet
from thematic.formats.transcripts.reading import SourceFile
from thematic.gate import IdentifierError, require_decided, undecided_counts
from thematic.identifier_log import LOG, read_log
from thematic.ingestion import ingest, read_codebook_file, read_inputs, set_codebook
from thematic.journal import Journal
from thematic.keyfile import key_folder, load_key
from thematic.model import Decision, Quote
from thematic.packeting import write_packet
from thematic.pipeline import Pipeline
from thematic.study import Study, StudySettings

INTERVIEW = """Zbigniew: How did you come here?

P01: Louise Fairbrother sent me. Louise's van was outside, and my mate Priya drove us from Leeds to the group.

Zbigniew: And then?

P01: Then Priya said to me, ring 07700 900142 if it gets bad. I never told Louise about that.
"""
NAMES = ("Louise", "Fairbrother", "Priya", "Zbigniew", "07700 900142")


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    monkeypatch.setenv("THEMATIC_KEYS", str(tmp_path / "keys"))
    folder = tmp_path / "interviews"
    folder.mkdir()
    (folder / "P01.txt").write_text(INTERVIEW, encoding="utf-8")
    (folder / "speakers.toml").write_text('[default]\ninterviewer = ["Zbigniew"]\n', encoding="utf-8")
    study = Study.create(tmp_path / "study", StudySettings())
    set_codebook(study, read_codebook_file(CODEBOOK))
    ingest(study, read_inputs([folder], settings=study.settings.read, study=study))
    return study


def table(study: Study, path: Path) -> list[dict[str, str]]:
    write_table(study, check_study(study, recognise=False), path)
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def fill(study: Study, path: Path, choices: dict[str, dict[str, str]]) -> Decided:
    """Fill the table in for these forms, and take it over."""
    rows = table(study, path)
    for row in rows:
        row |= choices.get(row["found"], {})
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    sheet = read_sheet(SourceFile("filled.csv", out.getvalue().encode()))
    return decide(study, check_study(study, recognise=False), sheet, by="ada", name="filled.csv")


EVERYTHING = {
    "Louise Fairbrother": {"decision": "replace", "replacement": "Greta Marit"},
    "Louise": {"decision": "replace"},
    "Priya": {"decision": "replace"},
    "Zbigniew": {"decision": "replace", "replacement": "Interviewer"},
    "07700 900142": {"decision": "generalise"},
    "Leeds": {"decision": "generalise", "replacement": "city"},
}


def code(study: Study, words: str, number: int) -> None:
    text = study.transcript("P01").text
    start = text.index(words)
    Journal.open(study.journal_path("ada")).append(
        Decision(
            id=f"d{number}",
            coder_id="ada",
            action="add",
            at=datetime(2026, 3, 1, 9, number, tzinfo=UTC),
            quote=Quote(transcript_id="P01", start=start, end=start + len(words), text=words),
            code_ids=("referral",),
        )
    )


def test_everything_is_replaced_consistently_and_the_original_is_untouched(
    study: Study, tmp_path: Path
) -> None:
    decided = fill(study, tmp_path / "t.csv", EVERYTHING)
    assert decided.new == {"replace": 4, "generalise": 2}
    transcript = study.transcript("P01")
    assert "Greta Marit sent me. Greta's van was outside" in transcript.text
    assert "I never told Greta about that." in transcript.text
    assert "from [city] to the group" in transcript.text
    assert "ring [phone number] if" in transcript.text
    assert {t.speaker for t in transcript.turns} == {"Interviewer", "P01"}
    assert [t.role for t in transcript.turns] == ["interviewer", "participant"] * 2
    assert (study.root / "transcripts" / "P01.txt").read_text(encoding="utf-8") == INTERVIEW
    for name in NAMES:
        assert name not in (study.root / "texts" / "P01.json").read_text(encoding="utf-8")
    assert check_study(study, recognise=False).undecided == ()


def test_codings_keep_their_place_even_where_most_of_a_passage_is_a_name(
    study: Study, tmp_path: Path
) -> None:
    code(study, "Louise Fairbrother sent me.", 1)
    code(study, "I never told Louise about that.", 2)
    code(study, "Priya", 3)
    fill(study, tmp_path / "t.csv", EVERYTHING)
    anchored = Pipeline(study).anchored["ada"]
    assert not anchored.lost
    quotes = [d.quote.text for d in anchored.decisions]
    text = study.transcript("P01").text
    assert quotes[:2] == ["Greta Marit sent me.", "I never told Greta about that."]
    assert quotes[2] in text and quotes[2] not in NAMES
    # Another pseudonym later: the codings move again.
    fill_again = {"Louise Fairbrother": {"decision": "replace", "replacement": "Ulla Vada"}}
    rows = [["id", "decision", "replacement"]]
    key = load_key(read_log(study.root)[0]["key"])
    assert key is not None
    rows.append(
        [key.finding_id("louise fairbrother"), "replace", fill_again["Louise Fairbrother"]["replacement"]]
    )
    sheet = read_sheet(SourceFile("again.csv", "\n".join(map(",".join, rows)).encode()))
    decide(study, check_study(study, recognise=False), sheet, by="ada", name="again.csv")
    assert next(d.quote.text for d in Pipeline(study).anchored["ada"].decisions) == "Ulla Vada sent me."


def test_the_log_quotes_no_identifier_and_the_key_file_is_private_and_elsewhere(
    study: Study, tmp_path: Path
) -> None:
    fill(study, tmp_path / "t.csv", EVERYTHING)
    log = (study.root / LOG).read_text(encoding="utf-8")
    for name in (*NAMES, "Leeds", "Greta", "Marit"):
        assert name.casefold() not in log.casefold()
    (key,) = key_folder().iterdir()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "t.csv").stat().st_mode) == 0o600
    assert "Louise Fairbrother" in key.read_text(encoding="utf-8")
    assert not [p for p in study.root.rglob("*") if p.is_file() and p.name == key.name]


def test_the_same_table_again_changes_nothing(study: Study, tmp_path: Path) -> None:
    fill(study, tmp_path / "t.csv", EVERYTHING)
    files = {p: p.read_bytes() for p in (study.root / "texts").rglob("*") if p.is_file()}
    log = (study.root / LOG).read_bytes()
    assert reread(study) == ((), ())
    assert {p: p.read_bytes() for p in (study.root / "texts").rglob("*") if p.is_file()} == files
    assert (study.root / LOG).read_bytes() == log


def test_a_table_with_mistakes_is_told_in_one_pass_and_changes_nothing(study: Study, tmp_path: Path) -> None:
    choices = {
        "Louise": {"decision": "allow"},
        "Priya": {"decision": "replace", "replacement": "Louise"},
        "Leeds": {"decision": "generalise", "reason": "Priya asked for it"},
        "Zbigniew": {"decision": "replce"},
    }
    before = {p: p.read_bytes() for p in (study.root / "texts").iterdir()}
    with pytest.raises(InputError) as caught:
        fill(study, tmp_path / "t.csv", choices)
    said = " ".join(p.message for p in caught.value.problems)
    assert len(caught.value.problems) == 4
    assert "allowed without a reason" in said
    assert "is a word of the transcripts" in said
    assert "quotes something that was found" in said
    assert "is no decision" in said
    assert {p: p.read_bytes() for p in (study.root / "texts").iterdir()} == before
    assert [r["decision"] for r in read_log(study.root)] == ["key made"]


def test_key_files_and_tables_are_refused_in_a_study_and_in_a_git_work_tree(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StudyError, match="may not lie in a study"):
        table(study, study.root / "t.csv")
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    with pytest.raises(StudyError, match="git work tree"):
        table(study, tmp_path / "repo" / "sub" / "t.csv")
    monkeypatch.setenv("THEMATIC_KEYS", str(study.root / "keys"))
    with pytest.raises(StudyError, match="key file"):
        table(study, tmp_path / "t.csv")
    assert not (study.root / LOG).exists()


def test_without_its_key_file_no_transcript_is_read_with_the_names_in_it(
    study: Study, tmp_path: Path
) -> None:
    fill(study, tmp_path / "t.csv", EVERYTHING)
    (key,) = key_folder().iterdir()
    key.rename(tmp_path / "elsewhere.json")
    (study.root / "transcripts" / "P02.txt").write_text("P02: Louise is my sister.\n", encoding="utf-8")
    with pytest.raises(StudyError, match="is not on this machine"):
        read_inputs([study.root / "transcripts" / "P02.txt"], settings=study.settings.read, study=study)
    (tmp_path / "elsewhere.json").rename(key)
    inputs = read_inputs([study.root / "transcripts" / "P02.txt"], settings=study.settings.read, study=study)
    ingest(study, inputs)
    assert study.transcript("P02").text == "P02: Greta is my sister.\n"


def test_a_key_file_that_others_may_read_is_refused(study: Study, tmp_path: Path) -> None:
    fill(study, tmp_path / "t.csv", EVERYTHING)
    (key,) = key_folder().iterdir()
    key.chmod(0o644)
    with pytest.raises(StudyError, match="others may read"):
        load_key(key.stem)


def test_a_changed_log_is_not_believed(study: Study, tmp_path: Path) -> None:
    fill(study, tmp_path / "t.csv", EVERYTHING)
    path = study.root / LOG
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines[:2], *lines[3:]]), encoding="utf-8")
    with pytest.raises(StudyError, match="changed, or is torn"):
        read_log(study.root)


def test_nothing_leaves_while_direct_identifiers_are_undecided(study: Study, tmp_path: Path) -> None:
    with pytest.raises(IdentifierError) as caught:
        require_decided(study, leaving="export")
    assert caught.value.exit_code == 3
    assert not (study.root / LOG).exists()
    with pytest.raises(ThematicError, match="quotes an identifier"):
        require_decided(study, leaving="export", accept_residual="Priya does not mind")
    assert require_decided(study, leaving="export", accept_residual="for the supervisor", by="ada") == 5
    (line,) = read_log(study.root)
    assert (line["decision"], line["leaving"], line["by"]) == ("accept residual", "export", "ada")
    with pytest.raises(IdentifierError):
        require_decided(study, leaving="packet")
    fill(study, tmp_path / "t.csv", EVERYTHING)
    assert require_decided(study, leaving="export") == 0
    assert undecided_counts(study) == {"direct": 0, "indirect": 0}


def test_a_packet_of_the_library_passes_the_same_gate(study: Study) -> None:
    with pytest.raises(IdentifierError, match="no packet while"):
        write_packet(study, "ben", mode="blind")
    assert not (study.root / "packets").exists()
    path, _, _ = write_packet(study, "ben", mode="blind", accept_residual="a colleague under oath")
    assert path.is_file()
    assert [line["leaving"] for line in read_log(study.root)] == ["packet"]


def test_other_rules_are_another_check(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an older version of the rules found is not what these rules find."""
    found = undecided_counts(study)
    path = study.machine / "identifiers.json"
    record = json.loads(path.read_bytes())
    path.write_text(json.dumps(record | {"forms": []}), encoding="utf-8")
    assert undecided_counts(study)["direct"] == 0  # the same rules: not looked through again
    monkeypatch.setattr("thematic.gate._rules", lambda: "others")
    assert undecided_counts(study) == found


def test_postponing_decides_nothing_and_allowing_does(study: Study, tmp_path: Path) -> None:
    choices = {name: {"decision": "postpone"} for name in EVERYTHING}
    fill(study, tmp_path / "t.csv", choices)
    with pytest.raises(IdentifierError):
        require_decided(study, leaving="export")
    fill(study, tmp_path / "t.csv", {n: {"decision": "allow", "reason": "consented"} for n in EVERYTHING})
    assert require_decided(study, leaving="export") == 0
    assert "Louise" in study.transcript("P01").text


def test_words_that_name_nobody_are_passed_over(study: Study) -> None:
    (study.root / "not_identifiers.toml").write_text('[words]\nPriya = "a brand"\n', encoding="utf-8")
    assert "Priya" not in [group.form for group in check_study(study, recognise=False).undecided]
    (study.root / "not_identifiers.toml").write_text('[words]\nPriya = ""\n', encoding="utf-8")
    with pytest.raises(InputError, match="cannot be used"):
        check_study(study, recognise=False)


def test_a_memo_is_looked_through_and_bars_the_way_out(study: Study, tmp_path: Path) -> None:
    fill(study, tmp_path / "t.csv", EVERYTHING)
    code(study, "Greta Marit sent me.", 1)
    path = study.journal_path("ada")
    journal = Journal.open(path)
    last = journal.decisions[-1]
    from dataclasses import replace

    journal.append(replace(last, id="d9", action="memo", memo="ask Oluwaseun about this", code_ids=()))
    found = {(g.form, f.where) for g in check_study(study, recognise=False).undecided for f in g.findings}
    assert ("Oluwaseun", "memo") in found
    with pytest.raises(IdentifierError):
        require_decided(study, leaving="packet")
    assert json.loads((study.machine / "identifiers.json").read_bytes())["forms"]
