"""`thematic agree` and `thematic sample` as a user meets them: arguments, exit codes, words and files."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.builders import make_excerpt, make_transcript
from tests.cli.test_run import thematic
from thematic.assignments import Assignment, assign
from thematic.formats.codebooks.front_door import write_codebook_yaml
from thematic.identifier_log import LOG
from thematic.journal import Journal
from thematic.model import Code, Codebook, Decision, Excerpt, Quote
from thematic.status import study_status
from thematic.study import AgreementSettings, Study, StudySettings

ROOT = Path(__file__).parents[2]
SAMPLES = [ROOT / "transcripts_sample" / f"codings_coder_{coder}.csv" for coder in "ab"]
CODEBOOK = ROOT / "codebooks" / "smart_recovery.yaml"
FILES = {
    "codes.csv",
    "disagreements.csv",
    "forest.svg",
    "methods.txt",
    "pairs.csv",
    "report.html",
    "report.json",
}


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def message(self) -> str:
        """What was said, on one line."""
        return " ".join(self.err.split())


Agree = Callable[..., Done]


@pytest.fixture
def agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Agree:
    """Run `thematic agree`, or another command, in an empty folder and an 80-column window."""
    from thematic.cli.app import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: object, command: str = "agree") -> Done:
        monkeypatch.setattr(sys, "argv", ["thematic", command, *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
            raise SystemExit(0)
        captured = capsys.readouterr()
        code = left.value.code
        return Done(code if isinstance(code, int) else 0, captured.out, captured.err)

    return run


def save(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def report(folder: str = "agreement") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(folder) / "report.json").read_bytes())
    return found


# --- The sample coders ---------------------------------------------------------------------------------


def test_the_sample_coders_are_audited_in_eighty_columns(agree: Agree) -> None:
    done = agree(*SAMPLES, "--codebook", CODEBOOK)
    assert done.code == 0, done.err
    assert {path.name for path in Path("agreement").iterdir()} == FILES
    assert max(len(line) for line in done.out.splitlines()) <= 80
    assert "Ada and Ben" in done.out
    assert "398 of 398 units of 10 interviews" in done.out
    assert "Non-judgemental room" in done.out
    assert "kappa" not in done.out.replace("Cohen's kappa", "")
    assert "report.html" in done.err


def test_json_is_the_file_and_nothing_else(agree: Agree) -> None:
    done = agree(*SAMPLES, "--json", "--out", "there")
    assert done.out == (Path("there") / "report.json").read_text(encoding="utf-8")
    found = json.loads(done.out)
    assert found["compared"]["coders"] == ["Ada", "Ben"]
    assert "NaN" not in done.out
    assert not Path("agreement").exists()


def test_numbers_of_the_report_are_those_of_the_tables(agree: Agree) -> None:
    agree(*SAMPLES, "--codebook", CODEBOOK)
    found = report()
    by_code = {row["code"]: row for row in found["compared"]["codes"]}
    table = csv.DictReader(StringIO(Path("agreement/codes.csv").read_text(encoding="utf-8-sig")))
    rows = [row for row in table if row["level"] == "code"]
    assert len(rows) == len(by_code) == 24
    for row in rows:
        alpha = by_code[row["code"]]["alpha"]
        assert row["alpha"] == ("" if alpha["value"] is None else str(round(alpha["value"], 4) + 0.0))
        assert (row["alpha_status"] == "") == (alpha["value"] is not None)
    disagreements = Path("agreement/disagreements.csv").read_text(encoding="utf-8-sig")
    assert len(list(csv.reader(StringIO(disagreements)))) == len(found["disagreements"]) + 1


def test_reports_are_the_same_to_the_byte_whatever_the_hash_seed(tmp_path: Path) -> None:
    for seed in ("0", "1"):
        subprocess.run(
            [sys.executable, "-W", "error", "-m", "thematic.cli.app", "agree", *SAMPLES, "-q", "-o", seed],
            check=True,
            cwd=tmp_path,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
        )
    for name in FILES:
        assert (tmp_path / "0" / name).read_bytes() == (tmp_path / "1" / name).read_bytes(), name


def test_no_path_of_this_machine_is_kept(agree: Agree) -> None:
    agree(*SAMPLES, "-c", CODEBOOK)
    for path in Path("agreement").iterdir():
        text = path.read_text(encoding="utf-8-sig")
        assert str(ROOT) not in text
        assert str(Path.cwd()) not in text


def test_a_report_is_computed_again(agree: Agree) -> None:
    agree(*SAMPLES, "-c", CODEBOOK, "--thresholds", ".6,.7", "--coders", "Ben,Ada")
    again = agree(*SAMPLES, "-c", CODEBOOK, "--verify", "agreement/report.json")
    assert (again.code, again.out) == (0, "agreement/report.json: the same again, to the last digit\n")


def test_a_changed_file_or_number_is_found_out(agree: Agree) -> None:
    path = save("a.csv", "unit,Ada,Ben\nu1,x,y\nu2,x,x\nu3,y,y\n")
    agree(path)
    save("a.csv", "unit,Ada,Ben\nu1,x,x\nu2,x,x\nu3,y,y\n")
    changed = agree(path, "--verify", "agreement/report.json")
    assert changed.code == 3
    assert "background.inputs.a.csv" in changed.err
    assert "not the files that were audited" in changed.err
    agree(path)
    stored = Path("agreement/report.json").read_text()
    Path("agreement/report.json").write_text(stored.replace('"n_units": 3', '"n_units": 4', 1))
    assert agree(path, "--verify", "agreement/report.json").code == 3
    assert agree(path, "--verify", path).code == 2


@pytest.mark.parametrize(("least", "code"), [("-1", 0), (".8", 3), (".99", 3)])
def test_the_gate(agree: Agree, least: str, code: int) -> None:
    done = agree(*SAMPLES, "--fail-under", least)
    assert done.code == code
    assert ("is not met" in done.err) == (code == 3)


def test_the_gate_of_a_variable_is_its_own_alpha(agree: Agree) -> None:
    rows = "".join(f"u{i},{'xyz'[i % 3]},{'xyz'[i % 3 if i % 9 else 1]}\n" for i in range(60))
    done = agree(save("a.csv", f"unit,Ada,Ben\n{rows}"), "--fail-under", "0.99")
    assert done.code == 3
    assert "is not met: 1 below 0.99: Krippendorff's alpha, nominal" in done.err
    assert done.out.count("Krippendorff's alpha, nominal") == 1
    assert "By value: median alpha" in done.message + " ".join(done.out.split())


def test_the_gate_is_not_met_where_nothing_can_be_judged(agree: Agree) -> None:
    done = agree(save("a.csv", "unit,Ada,Ben\nu1,x,x\nu2,x,x\n"), "--fail-under", "0.1")
    assert done.code == 3
    assert "nothing that could be judged" in done.err


def test_low_agreement_is_a_result(agree: Agree) -> None:
    rows = "".join(f"u{i},{'xy'[i % 2]},{'xy'[i // 2 % 2]}\n" for i in range(40))
    assert agree(save("a.csv", f"unit,Ada,Ben\n{rows}")).code == 0


def test_quiet_prints_the_result_and_no_notes(agree: Agree) -> None:
    path = save("a.csv", "unit,coder,code\nu1,Ada,NA\nu1,Ben,NA\nu2,Ada,x\nu2,Ben,NA\n")
    assert "read as a label like any other" in agree(path).err
    quiet = agree(path, "--quiet")
    assert quiet.err == ""
    assert "Ada and Ben" in quiet.out


def test_machines_are_never_pooled_with_people(agree: Agree) -> None:
    rows = "".join(f"u{i},{'xy'[i % 2]},{'xy'[i % 2]},{'xy'[i // 2 % 2]}\n" for i in range(40))
    done = agree(save("a.csv", f"unit,Ada,Ben,tool\n{rows}"), "--machine", "tool")
    found = report()
    assert found["audit"]["people"]["coders"] == ["Ada", "Ben"]
    assert found["audit"]["people"]["overall"][0]["value"] == 1
    assert [pool["coders"] for pool in found["audit"]["machines"]] == [["Ada", "tool"], ["Ben", "tool"]]
    assert "Ada and tool (machine)" in done.out
    assert all(set(d["readings"]) <= {"Ada", "Ben"} for d in found["disagreements"])


def test_one_person_and_a_machine_are_compared(agree: Agree) -> None:
    rows = "".join(f"u{i},{'xy'[i % 2]},{'xy'[i // 3 % 2]}\n" for i in range(40))
    done = agree(save("a.csv", f"unit,Ada,tool\n{rows}"), "--machine", "tool")
    assert done.code == 0, done.err
    assert report()["compared"]["kind"] == "person and machine"
    assert len(report()["disagreements"]) > 0


def test_levels(agree: Agree) -> None:
    rows = "".join(f"u{i},{i % 5},{(i + i // 7 % 2) % 5}\n" for i in range(40))
    path = save("a.csv", f"unit,Ada,Ben\n{rows}")
    for level, words in (("ordinal", "alpha, ordinal"), ("interval", "alpha, interval"), ("ratio", "ratio")):
        done = agree(path, "--level", level)
        assert done.code == 0, done.err
        assert words in " ".join(done.out.split())
    words = save("b.csv", "unit,Ada,Ben\nu1,low,high\nu2,low,low\nu3,medium,medium\n")
    assert "--scale" in agree(words, "--level", "ordinal").err
    assert agree(words, "--level", "ordinal", "--scale", "low,medium,high").code == 0


@pytest.mark.parametrize("interval", ["jackknife", "bootstrap", "unit"])
def test_intervals(agree: Agree, interval: str) -> None:
    agree(*SAMPLES, "--interval", interval, "--seed", "3")
    alpha = next(row["alpha"] for row in report()["compared"]["codes"] if row["alpha"]["low"] is not None)
    methods = Path("agreement/methods.txt").read_text(encoding="utf-8")
    assert alpha["optimistic"] == (interval == "unit")
    expected = {
        "jackknife": ("jackknife over interviews", "delete-one-interview jackknife"),
        "bootstrap": ("bootstrap over interviews", "seed 3"),
        "unit": ("jackknife over units", "too narrow"),
    }[interval]
    assert alpha["interval"] == expected[0]
    assert expected[1] in methods


def test_free_spans_by_character(agree: Agree) -> None:
    rows = [
        f"P{p},{s},{s + 20 + shift},{coder},x"
        for p in range(6)
        for s in range(0, 400, 100)
        for coder, shift in (("Ada", 0), ("Ben", 5 * (p % 3)))
    ]
    path = save("a.csv", "doc,start,end,coder,code\n" + "\n".join(rows) + "\n")
    done = agree(path, "--unit", "character")
    assert done.code == 0, done.err
    found = report()
    assert found["compared"]["n_units"] == sum(320 + 5 * (p % 3) for p in range(6))
    assert found["spans"][0]["f1"] == 1
    assert found["spans"][0]["end_offset"] == 5
    assert {d["kind"] for d in found["disagreements"]} == {"boundary"}
    assert "no unit was coded by two coders" not in agree(path).err


def test_experimental_figures_are_asked_for(agree: Agree) -> None:
    assert "Experimental" not in agree(*SAMPLES).out
    assert "multi-valued alpha" in agree(*SAMPLES, "--experimental").out


# --- Plans ---------------------------------------------------------------------------------------------


def test_a_plan_before_anything_is_coded(agree: Agree) -> None:
    done = agree("--plan")
    assert done.code == 0
    assert re.search(r"25%\s+25\.0%\s+139\s+1\.0\s+139", done.out)  # Krippendorff (2004): 139
    assert not Path("agreement").exists()
    stricter = json.loads(agree("--plan", "--json", "--thresholds", ".6,.667").out)
    assert next(row["independent"] for row in stricter["rows"] if row["prevalence"] == 0.25) == 81


def test_a_plan_by_code(agree: Agree) -> None:
    done = agree(*SAMPLES, "-c", CODEBOOK, "--plan", "--json")
    rows = {row["code"]: row for row in json.loads(done.out)["rows"]}
    assert len(rows) == 24
    assert all(row["required"] >= row["independent"] for row in rows.values())
    assert rows["chat-feature"]["have"] == 398


# --- Bad input -----------------------------------------------------------------------------------------

GOOD = "unit,Ada,Ben\nu1,x,y\nu2,x,x\n"
BAD: dict[str, tuple[str, Sequence[str], str]] = {
    "unknown coder": (GOOD, ["--coders", "Adda"], "no coder “Adda”"),
    "unknown coder of rows": (
        "unit,coder,code\nu1,Ada,x\nu1,Ben,x\n",
        ["--coders", "Bem"],
        "did you mean “Ben”?",
    ),
    "unknown code": (GOOD, ["--codes", "z"], "no code “z”"),
    "unknown machine": (GOOD, ["--machine", "Bem"], "no coder “Bem”"),
    "unknown layout": (GOOD, ["--layout", "broad"], "wide, sets, long or coded"),
    "unknown unit": (GOOD, ["--unit", "page"], "excerpt, turn, sentence or character"),
    "unit without text": (GOOD, ["--unit", "turn"], "needs the transcripts"),
    "unit without spans": (GOOD, ["--unit", "character"], "doc, start, end, coder and code"),
    "unknown level": (GOOD, ["--level", "cardinal"], "nominal, ordinal, interval or ratio"),
    "unknown interval": (GOOD, ["--interval", "wald"], "jackknife, bootstrap or unit"),
    "unknown overlap": (GOOD, ["--overlap", "2"], "any, half, or a number"),
    "unknown assignment": (GOOD, ["--assigned", "some"], "rows, interviews or all"),
    "unknown mode": (GOOD, ["--mode", "drunk"], "blind, reveal, assist or import"),
    "unknown order": (GOOD, ["--sort", "size"], "codebook or trouble"),
    "thresholds": (GOOD, ["--thresholds", ".8,.6"], "--thresholds .667,.8"),
    "assigned without interviews": (
        "unit,coder,code\nu1,Ada,x\nu1,Ben,x\n",
        ["--assigned", "interviews"],
        "column",
    ),
    "one coder": ("unit,coder,code\nu1,Ada,x\n", [], "one coder only, “Ada”"),
    "no overlap": ("unit,coder,code\nu1,Ada,x\nu2,Ben,x\n", [], "no unit was coded by two coders"),
    "nothing": ("unit,coder,code\n", [], "no row below the header"),
    "no code": ("unit,coder,codes\nu1,Ada,\nu1,Ben,\n", [], "nobody applied a code"),
    "contradiction": ("unit,Ada,Ben\nu1,x,y\nu1,x,z\n", [], "a.csv:3: Ben coded u1 with “z” here"),
    "not a number": (
        "unit,Ada,Ben\nu1,1,2\nu2,1,x\n",
        ["--level", "interval"],
        "a.csv:3: “x” is not a number",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_message_with_the_next_step(agree: Agree, case: str) -> None:
    text, arguments, message = BAD[case]
    done = agree(save("a.csv", text), *arguments)
    assert done.code == 2, (done.out, done.err)
    assert message in done.message
    assert "→" in done.err
    assert "Traceback" not in done.err
    assert not Path("agreement").exists()


def test_a_missing_file_and_no_study_are_said(agree: Agree) -> None:
    missing = agree("nothere.csv")
    assert (missing.code, "nothere.csv" in missing.err) == (2, True)
    nothing = agree()
    assert nothing.code == 2
    assert "thematic agree ada.csv ben.csv" in nothing.message
    label = agree(save("a.csv", "unit,coder,codes\nu1,Ada,chat-featur\nu1,Ben,\n"), "-c", CODEBOOK)
    assert label.code == 2
    assert "a.csv:2: the codebook has no code “chat-featur” → did you mean “chat-feature”?" in label.message


# --- A study -------------------------------------------------------------------------------------------

CODES = ("calm", "travel", "waiting")
INTERVIEWS = {
    f"P{n:02d}": [f"Passage {n} number {i}. It goes on a little." for i in range(8)] for n in range(6)
}


def make_study(root: Path, stance: str = "codebook") -> Study:
    study = Study.create(root, StudySettings(title="Buses", agreement=AgreementSettings(stance=stance)))
    for id_, passages in INTERVIEWS.items():
        turns = [pair for words in passages for pair in (("Interviewer", "And then?"), (id_, words))]
        study.save_transcript(make_transcript(id_, turns), read_key="k", report={})
    codes = [Code(id="mood", name="Mood"), Code(id="calm", name="Calm", parent_id="mood")]
    codes += [Code(id="travel", name="Travel"), Code(id="waiting", name="Waiting")]
    yaml = write_codebook_yaml(Codebook(title="Buses", version="", codes=tuple(codes)))
    study.codebook_path.write_text(yaml, encoding="utf-8")
    return study


def excerpts(study: Study) -> list[Excerpt]:
    return [
        make_excerpt(study.transcript(id_), words)
        for id_, passages in INTERVIEWS.items()
        for words in passages
    ]


def decide(study: Study, coder: str, excerpt: Excerpt, codes: Sequence[str], **fields: Any) -> None:
    journal = Journal.open(study.journal_path(coder))
    quote = Quote(
        transcript_id=excerpt.transcript_id, start=excerpt.start, end=excerpt.end, text=excerpt.text
    )
    given: dict[str, Any] = {
        "id": f"{coder}-{len(journal.decisions)}",
        "coder_id": coder,
        "action": "add" if codes else "none-apply",
        "at": datetime(2024, 3, 5, 12, len(journal.decisions) % 60, tzinfo=UTC),
        "quote": quote,
        "code_ids": tuple(codes),
        "excerpt_id": excerpt.id,
        "codebook_version": "v1",
    }
    journal.append(Decision(**(given | fields)))


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Ada coded everything; Ben all but the last interview, and differs on every fifth passage."""
    made = make_study(tmp_path / "study")
    for n, excerpt in enumerate(excerpts(made)):
        codes = [CODES[n % 3]] if n % 4 else []
        decide(made, "ada", excerpt, codes, memo="sure" if n == 10 else "")
        if excerpt.transcript_id != "P05":
            decide(made, "ben", excerpt, codes if n % 5 else ["waiting"])
    return made


def test_a_study_is_audited_from_its_decisions(agree: Agree, study: Study) -> None:
    done = agree("--study", study.root)
    assert done.code == 0, done.err
    found = report(str(study.root / "agreement"))
    assert found["compared"]["coders"] == ["ada", "ben"]
    assert (found["compared"]["n_units"], found["compared"]["n_double"]) == (48, 40)
    assert [row["code"] for row in found["compared"]["codes"]] == ["mood", "calm", "travel", "waiting"]
    assert [row["code"] for row in found["compared"]["themes"]] == ["mood"]
    assert {"reason": "turns of the interviewer", "n_units": 48, "n_codings": 0} in found["excluded"]
    assert found["background"]["title"] == "Buses: inter-coder agreement"
    rules = {row["unit_rule"].split(";")[0] for row in found["sensitivity"]["rows"]}
    assert rules == {"excerpt", "turn", "sentence", "character of eligible text"}
    assert any(d["memos"] == {"ada": "sure"} for d in found["disagreements"])
    assert "texts" not in found["background"]
    assert agree("--study", study.root, "--verify", study.root / "agreement" / "report.json").code == 0


def test_what_is_left_of_what_coders_were_asked_for_is_told(agree: Agree, study: Study) -> None:
    for coder in ("ada", "ben", "cem"):
        assign(study, coder, Assignment(transcripts=tuple(INTERVIEWS)))
    assert study_status(study)["tasks"] == {
        "ada": {"asked": 48, "decided": 48},
        "ben": {"asked": 48, "decided": 40},
        "cem": {"asked": 48, "decided": 0},
    }
    shown = thematic("status", "--study", study.root).stdout
    assert "40 of 48" in shown and "0 of 48" in shown
    assert agree("--study", study.root).code == 0
    (left,) = [c for c in report(str(study.root / "agreement"))["compared"]["cautions"] if c["id"] == "W16"]
    assert (left["number"], left["about"]) == (8, ["ben"])  # cem, who coded nothing, is not compared


@pytest.mark.parametrize("stance", ["codebook", "reflexive"])
def test_figures_are_told_and_quotes_stay_while_direct_identifiers_are_undecided(
    agree: Agree, tmp_path: Path, stance: str
) -> None:
    study = make_study(tmp_path / "named", stance)
    for coder in ("ada", "ben"):
        for excerpt in excerpts(study)[:10]:
            decide(study, coder, excerpt, ["calm"], memo="as Jessica Fairbrother told me")
    done = agree("--study", study.root)
    assert done.code == 3
    assert "no agreement report while" in done.message
    assert "Buses" in done.out
    assert not (study.root / "agreement").exists()
    done = agree("--study", study.root, "--accept-residual", "for the supervisor")
    assert done.code == 0, done.err
    assert (study.root / "agreement").is_dir()
    assert "for the supervisor" in (study.root / LOG).read_text(encoding="utf-8")


@pytest.mark.parametrize("unit", ["excerpt", "turn", "sentence", "character"])
def test_units_of_a_study(agree: Agree, study: Study, unit: str) -> None:
    assert agree("--study", study.root, "--unit", unit).code == 0
    found = report(str(study.root / "agreement"))
    expected = {"excerpt": 48, "turn": 48, "sentence": 96, "character": 48 * len(INTERVIEWS["P00"][0])}
    assert found["compared"]["n_units"] == expected[unit]


def test_decisions_with_suggestions_in_view_are_not_pooled(agree: Agree, study: Study) -> None:
    """What was decided before still counts; what was decided beside suggestions is audited by itself."""
    agree("--study", study.root)
    before = report(str(study.root / "agreement"))["compared"]
    shown = [{"code": "calm", "rank": 1, "band": "strong"}]
    for excerpt in excerpts(study)[:10]:
        decide(study, "ben", excerpt, ["calm"], mode="assist", action="change", details={"shown": shown})
    for excerpt in excerpts(study)[-4:]:
        decide(study, "ben", excerpt, ["calm"], mode="assist", details={"shown": shown})
    done = agree("--study", study.root)
    found = report(str(study.root / "agreement"))
    assert found["compared"] == before
    [left_out] = [entry for entry in found["excluded"] if "suggestions in view" in entry["reason"]]
    assert left_out["n_codings"] == 11  # three of the fourteen say again what was said before
    [helped] = found["background"]["assistance"]
    assert (helped["coder"], helped["n_alone"], helped["n_aided"], helped["n_first"]) == ("ben", 40, 14, 14)
    told = "ben: 14 with suggestions in view (14 took the first), 40 without"
    assert told in " ".join(done.out.split())
    methods = (study.root / "agreement" / "methods.txt").read_text(encoding="utf-8")
    assert f"{told}; only those without were counted here" in methods
    alone = agree("--study", study.root, "--mode", "assist")
    assert alone.code == 2
    assert "one coder only" in alone.message


def test_help_that_both_had_is_audited_by_itself(agree: Agree, study: Study) -> None:
    for coder in ("ada", "ben"):
        for excerpt in excerpts(study)[:10]:
            decide(study, coder, excerpt, ["calm"], mode="assist", details={"shown": [{"code": "calm"}]})
        kept_back = {"shown": [], "hidden_by_lot": True}
        decide(study, coder, excerpts(study)[12], ["waiting"], mode="assist", details=kept_back)
    assert agree("--study", study.root, "--mode", "assist").code == 0
    found = report(str(study.root / "agreement"))
    assert found["compared"]["n_double"] == 10
    assert any(entry["reason"] == "codings made in other modes" for entry in found["excluded"])
    methods = (study.root / "agreement" / "methods.txt").read_text(encoding="utf-8")
    assert "only those with were counted here" in methods


def test_what_was_left_out_is_counted_in_beside_it(agree: Agree, study: Study) -> None:
    done = agree("--study", study.root)
    found = report(str(study.root / "agreement"))
    assert found["counted_in"]["n_units"] == 40  # a question before each of the 40 passages read by both
    rows = zip(found["compared"]["codes"], found["counted_in"]["codes"], strict=True)
    for before, now in [(a, b) for a, b in rows if a["percent_agreement"]["value"] is not None]:
        share = before["percent_agreement"]["value"]
        assert now["percent_agreement"]["value"] == pytest.approx((share * 40 + 40) / 80)
        assert now["positive_agreement"]["value"] == before["positive_agreement"]["value"]
    assert "Were 40 units that were left out counted in" in " ".join(done.out.split())


def test_passages_with_two_codes_are_no_domain_for_unitizing_alpha(agree: Agree, study: Study) -> None:
    for excerpt in excerpts(study)[:3]:
        decide(study, "ben", excerpt, ["calm", "travel"])
    quiet = agree("--study", study.root)
    assert "W14" not in quiet.out
    told = agree("--study", study.root, "--experimental")
    assert "W14 spans of one coder overlap in 3 places" in told.out
    figures = report(str(study.root / "agreement"))["background"]["experimental"]
    assert figures["|u-alpha (2016), coded or not"] is None
    assert figures["|u-alpha (2016) of calm alone"] is not None


def test_discussion_is_a_ledger_of_its_own(agree: Agree, study: Study) -> None:
    agree("--study", study.root)
    before = report(str(study.root / "agreement"))
    first, second, third = excerpts(study)[10], excerpts(study)[20], excerpts(study)[25]
    decide(study, "team", first, ["waiting"], layer="negotiated")
    decide(study, "team", second, ["calm", "travel"], layer="negotiated")
    decide(study, "team", third, [], layer="negotiated", action="defer")
    done = agree("--study", study.root)
    after = report(str(study.root / "agreement"))
    assert after["compared"]["coders"] == ["ada", "ben"]
    assert after["compared"]["overall"] == before["compared"]["overall"]
    ledger = after["background"]["ledger"]
    assert ledger == {"n_discussed": 3, "toward": {"ben": 1}, "n_shared": 0, "n_new": 1, "n_unresolved": 1}
    assert "3 units discussed: 1 as ben had coded, 1 newly coded, 1 left open" in done.out


def test_a_reflexive_study_prints_no_coefficient(agree: Agree, tmp_path: Path) -> None:
    study = make_study(tmp_path / "reflexive", "reflexive")
    for n, excerpt in enumerate(excerpts(study)):
        decide(study, "ada", excerpt, [CODES[n % 3]])
        decide(study, "ben", excerpt, [CODES[n % 2]], memo="I hear relief" if n == 3 else "")
    done = agree("--study", study.root)
    assert done.code == 0, done.err
    assert "alpha" not in done.out
    assert "Braun & Clarke" in done.out
    assert "48 passages read by two people or more: 16 read alike, 32 read differently" in done.out
    folder = study.root / "agreement"
    assert {path.name for path in folder.iterdir()} == {"methods.txt", "readings.csv", "readings.html"}
    assert "I hear relief" in (folder / "readings.html").read_text(encoding="utf-8")
    assert json.loads(agree("--study", study.root, "--json").out)["passages"][0]["readings"]
    forced = agree("--study", study.root, "--force")
    assert "alpha" in forced.out
    assert "no evidence of quality" in (folder / "report.html").read_text(encoding="utf-8")


def test_one_coder_in_a_study(agree: Agree, tmp_path: Path) -> None:
    study = make_study(tmp_path / "one")
    nobody = agree("--study", study.root)
    assert (nobody.code, "no coder has coded a unit" in nobody.message) == (2, True)
    for excerpt in excerpts(study)[:3]:
        decide(study, "ada", excerpt, ["calm"])
    one = agree("--study", study.root)
    assert (one.code, "one coder only, “ada”" in one.message) == (2, True)
    assert agree("--study", study.root, "--plan").code == 0


def test_a_sample_is_drawn_by_seed_and_logged(agree: Agree, study: Study) -> None:
    first = agree("--study", study.root, "--share", "0.25", "--seed", "7", "--json", command="sample")
    assert first.code == 0, first.err
    drawn = json.loads(first.out)["excerpts"]
    assert {interview: len(units) for interview, units in drawn.items()} == dict.fromkeys(INTERVIEWS, 2)
    again = agree("--study", study.root, "--share", "0.25", "--seed", "7", "--json", command="sample")
    assert again.out == first.out
    other = agree("--study", study.root, "--share", "0.25", "--seed", "8", "--json", command="sample")
    assert other.out != first.out
    log = json.loads((study.root / "double-coding.json").read_text())
    assert [draw["seed"] for draw in log["draws"]] == [7, 8]
    assert agree("--study", study.root, "--count", "99", command="sample").code == 2


def test_the_report_says_how_the_sample_was_chosen(agree: Agree, study: Study) -> None:
    agree("--study", study.root)
    methods = study.root / "agreement" / "methods.txt"
    assert "How the units coded twice were chosen: not recorded." in methods.read_text(encoding="utf-8")
    agree("--study", study.root, "--share", "1", command="sample")
    agree("--study", study.root)
    assert "chosen: at random, by seed." in methods.read_text(encoding="utf-8")
    (study.root / "double-coding.json").unlink()
    agree("--study", study.root, "--share", "0.1", command="sample")
    agree("--study", study.root)
    assert "chosen: not at random." in methods.read_text(encoding="utf-8")
    for excerpt in excerpts(study)[40:]:
        decide(study, "ben", excerpt, ["calm"])
    agree("--study", study.root)
    assert "chosen: all eligible units were." in methods.read_text(encoding="utf-8")
