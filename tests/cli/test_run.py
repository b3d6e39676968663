"""The main job as a user meets it: a process with arguments, an exit code, and files."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "transcripts_sample"
CODEBOOK = ROOT / "codebooks" / "smart_recovery.yaml"
EXPORTS = {"clusters.csv", "excerpts.csv", "excerpts.html", "excerpts.jsonl", "excerpts.xlsx", "run.json"}


def thematic(
    *arguments: object, cwd: Path | None = None, env: Mapping[str, str] | None = None, prelude: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a fresh process, after `prelude`."""
    script = f"{prelude}\nfrom thematic.cli.app import main\nmain()"
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=os.environ | (env or {}),
        check=False,
    )


def run(out: Path, *arguments: object, transcripts: Path = SAMPLES, **options: object) -> Path:
    """A study made with the test embedder; the process must succeed."""
    named = ("run", transcripts, "--codebook", CODEBOOK, "--out", out, "--title", "T", "--model", "hash")
    done = thematic(*named, *arguments, **options)  # type: ignore[arg-type]
    assert done.returncode == 0, done.stderr
    return out


def hashes(study: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in (study / "exports").iterdir()}


def failing(*arguments: object, **options: object) -> str:
    """What a failing command says on stderr. It must exit with 2 and show no traceback."""
    done = thematic(*arguments, **options)  # type: ignore[arg-type]
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert "→" in done.stderr or "Usage" in done.stderr, done.stderr
    return " ".join(done.stderr.split())


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(tmp_path_factory.mktemp("run") / "study")


@pytest.mark.parametrize(
    "command", ["suggest", "clusters", "clusters --tree", "clusters --new", "query 'SELECT 1'"]
)
def test_quiet_prints_the_result_alone(study: Path, command: str) -> None:
    done = thematic(*shlex.split(command), "--quiet", "--study", study)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_a_flag_that_differs_from_the_study_is_told(study: Path, tmp_path: Path) -> None:
    out = run(tmp_path / "other", transcripts=SAMPLES / "P01.txt")
    again = ("run", SAMPLES / "P01.txt", "--codebook", CODEBOOK, "--out", out, "--model", "hash")
    assert "for this run only" not in thematic(*again).stderr
    said = " ".join(thematic(*again, "--min-words", 60, "--title", "U").stderr.split())
    assert "for this run only: title is U, not T and min_words is 60, not 20" in said
    toml = out / "study.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8").replace('model = "hash"', 'model = ""'), encoding="utf-8"
    )
    assert "model is hash, not the default" in " ".join(thematic(*again).stderr.split())
    assert "other commands go by that file" in said


# --- What a run leaves behind ----------------------------------------------------------------------


def test_a_run_writes_every_export_and_nothing_else_there(study: Path) -> None:
    assert set(hashes(study)) == EXPORTS


def test_every_quote_in_the_exports_is_verbatim(study: Path) -> None:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (study / "texts").glob("*.txt")}
    lines = (study / "exports" / "excerpts.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 300
    for line in lines:
        excerpt = json.loads(line)
        assert texts[excerpt["transcript"]][excerpt["start"] : excerpt["end"]] == excerpt["text"]


def test_no_word_of_a_participant_is_lost(study: Path) -> None:
    counts = json.loads((study / "exports" / "run.json").read_text())["counts"]
    assert counts["words_of_participants"] == counts["words_in_excerpts"] + counts["set_aside"]["words"]
    assert counts["transcripts"] == 10


def test_the_originals_are_kept_as_they_were(study: Path) -> None:
    for path in (study / "transcripts").iterdir():
        assert path.read_bytes() == (SAMPLES / path.name).read_bytes()


def test_no_suggestion_is_a_coding(study: Path) -> None:
    lines = (study / "exports" / "excerpts.jsonl").read_text(encoding="utf-8").splitlines()
    assert all(json.loads(line)["codings"] == [] for line in lines)
    assert not (study / "decisions").exists()


def test_run_json_holds_no_path_of_the_machine_and_no_time(study: Path) -> None:
    text = (study / "exports" / "run.json").read_text()
    assert str(study) not in text
    assert str(Path.home()) not in text
    assert time.strftime("%Y-%m-%d") not in text
    assert "seconds" not in text
    assert json.loads((study / "timings.json").read_text())["seconds_total"] > 0


def test_json_on_stdout_is_one_document(tmp_path: Path, study: Path) -> None:
    done = thematic(
        "run", SAMPLES, "--codebook", CODEBOOK, "--out", study, "--title", "T", "--model", "hash", "--json"
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["counts"]["transcripts"] == 10
    assert done.stderr == ""


# --- The same bytes --------------------------------------------------------------------------------


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, study: Path) -> None:
    elsewhere = run(
        tmp_path / "a folder with spaces" / "ünïcode",
        "--threads",
        1,
        env={"PYTHONHASHSEED": "4242", "OMP_NUM_THREADS": "1", "TZ": "Pacific/Auckland"},
    )
    assert hashes(elsewhere) == hashes(study)


def test_the_default_model_gives_the_same_bytes_with_other_threads(tmp_path: Path) -> None:
    few = tmp_path / "few"
    few.mkdir()
    for name in ("P01.txt", "P04.vtt", "P08.docx"):
        (few / name).write_bytes((SAMPLES / name).read_bytes())
    made = []
    for threads in (1, 2):
        out = tmp_path / f"study{threads}"
        environment = {"PYTHONHASHSEED": str(threads), "OMP_NUM_THREADS": str(threads)}
        done = thematic(
            "run", few, "-c", CODEBOOK, "-o", out, "--title", "T", "--threads", threads, env=environment
        )
        assert done.returncode == 0, done.stderr
        made.append(hashes(out))
    assert made[0] == made[1]


def test_a_rerun_only_hashes(tmp_path: Path, study: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in study.rglob("*") if p.is_file() and p.name != "lock"}
    heavy = ("spacy", "sklearn", "onnxruntime", "pyarrow", "hdbscan", "scipy", "mammoth", "jinja2")
    done = thematic(
        "run", SAMPLES, "--codebook", CODEBOOK, "--out", study, "--title", "T", "--model", "hash",
        prelude="import atexit, sys\n"
        "def tell(): print('LOADED', *[m for m in HEAVY if m in sys.modules], file=sys.stderr)\n"
        f"HEAVY = {heavy!r}\natexit.register(tell)",
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stderr.splitlines()[-1].strip() == "LOADED"
    assert {p: p.stat().st_mtime_ns for p in study.rglob("*") if p.is_file() and p.name != "lock"} == before


def test_an_export_that_was_changed_by_hand_is_made_again(tmp_path: Path, study: Path) -> None:
    expected = hashes(study)
    (study / "exports" / "excerpts.csv").write_text("spoilt")
    run(study)
    assert hashes(study) == expected


def test_a_changed_codebook_is_suggested_anew_without_embedding_again(tmp_path: Path, study: Path) -> None:
    out = run(tmp_path / "study")
    vectors = {p: p.stat().st_mtime_ns for p in (out / ".thematic" / "vectors").iterdir()}
    edited = tmp_path / "codebook.yaml"
    edited.write_text(
        CODEBOOK.read_text(encoding="utf-8").replace("appointments", "visits"), encoding="utf-8"
    )
    done = thematic("run", SAMPLES, "-c", edited, "-o", out, "--title", "T", "--model", "hash")
    assert done.returncode == 0, done.stderr
    assert hashes(out)["excerpts.jsonl"] != hashes(study)["excerpts.jsonl"]
    assert {p: p.stat().st_mtime_ns for p in (out / ".thematic" / "vectors").iterdir()} == vectors
    assert len(list((out / "codebooks").iterdir())) == 2


def test_a_corrected_transcript_changes_only_its_own_results(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("P01.txt", "P02.txt"):
        (folder / name).write_bytes((SAMPLES / name).read_bytes())
    out = run(tmp_path / "study", transcripts=folder)
    before = {p.name for p in (out / ".thematic" / "vectors").iterdir()}
    text = (folder / "P01.txt").read_text(encoding="utf-8")
    (folder / "P01.txt").write_text(text.replace("the", "teh", 1), encoding="utf-8")
    run(out, transcripts=folder)
    after = {p.name for p in (out / ".thematic" / "vectors").iterdir()}
    assert {name for name in after if name.startswith("P02")} == {n for n in before if n.startswith("P02")}
    assert {name for name in after if name.startswith("P01")}.isdisjoint(before)
    assert len(after) == 2


def test_killed_at_any_point_it_resumes_with_the_same_bytes(tmp_path: Path, study: Path) -> None:
    expected = hashes(study)
    out = tmp_path / "study"
    chance = random.Random(20260301)
    script = "from thematic.cli.app import main\nmain()"
    command = [sys.executable, "-c", script, "run", str(SAMPLES), "-c", str(CODEBOOK), "-o", str(out)]
    command += ["--title", "T", "--model", "hash"]
    for _ in range(6):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.3, 4.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert hashes(run(out)) == expected
    left = [p for p in out.rglob("*.tmp") if ".thematic" not in p.parts]
    assert len(left) <= 6  # what a kill leaves is hidden, never taken for a result


def test_the_default_path_never_loads_torch(tmp_path: Path) -> None:
    # spaCy's back end loads torch wherever it is installed, unless it is kept from it.
    done = thematic(
        "run", SAMPLES / "P01.txt", "-c", CODEBOOK, "-o", tmp_path / "study", "--title", "T",
        prelude="import atexit, sys\n"
        "atexit.register(lambda: print('spacy' in sys.modules, 'torch' in sys.modules, file=sys.stderr))",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "True False"


def test_nothing_is_sent_anywhere(tmp_path: Path) -> None:
    done = thematic(
        "run", SAMPLES / "P01.txt", "-c", CODEBOOK, "-o", tmp_path / "study", "--title", "T",
        prelude="import socket\n"
        "def refuse(*a, **k): raise RuntimeError('network used')\n"
        "socket.socket.connect = socket.socket.connect_ex = refuse\n"
        "socket.create_connection = socket.getaddrinfo = refuse",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_settings_of_the_study_hold_and_flags_override_them(tmp_path: Path) -> None:
    out = run(tmp_path / "study", "--unit", "turn", transcripts=SAMPLES / "P01.txt")
    assert 'unit = "turn"' in (out / "study.toml").read_text()
    by_turn = json.loads((out / "exports" / "run.json").read_text())["counts"]["excerpts"]
    done = thematic("run", SAMPLES / "P01.txt", "-c", CODEBOOK, "-o", out, "--json")
    assert json.loads(done.stdout)["counts"]["excerpts"] == by_turn
    done = thematic("run", SAMPLES / "P01.txt", "-c", CODEBOOK, "-o", out, "--json", "--unit", "sentence")
    assert json.loads(done.stdout)["counts"]["excerpts"] > by_turn


def test_step_by_step_gives_the_same_bytes_as_one_go(tmp_path: Path, study: Path) -> None:
    out = tmp_path / "study"
    assert thematic("init", out, "-c", CODEBOOK, "--title", "T").returncode == 0
    settings = out / "study.toml"
    settings.write_text(settings.read_text().replace("all-MiniLM-L6-v2", "hash"))
    assert thematic("ingest", SAMPLES, "--study", out).returncode == 0
    assert thematic("suggest", cwd=out).returncode == 0
    assert thematic("clusters", cwd=out / "texts").returncode == 0
    assert thematic("export", cwd=out).returncode == 0
    assert hashes(out) == hashes(study)
    status = json.loads(thematic("status", "--json", "--verify", cwd=out).stdout)
    assert status["exports_up_to_date"] is True
    assert status["problems"] == []


def test_status_verify_finds_a_changed_text(tmp_path: Path) -> None:
    out = run(tmp_path / "study", transcripts=SAMPLES / "P01.txt")
    path = out / "texts" / "P01.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("the", "teh", 1), encoding="utf-8")
    done = thematic("status", "--verify", cwd=out)
    assert done.returncode == 3
    assert "changed after it was read" in " ".join(done.stderr.split())


# --- Bad input -------------------------------------------------------------------------------------


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def test_no_transcripts(bad: Path, tmp_path: Path) -> None:
    assert "no transcripts in this folder" in failing("run", bad, "-c", CODEBOOK, "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.txt", b"", "empty"),
        ("binary.txt", bytes(range(256)) * 8, "binary.txt"),
        ("fake.docx", b"this is no docx", "fake.docx"),
        ("fake.txt", b"%PDF-1.7 ...", "PDF"),
        ("broken.json", b'{"segments": [', "broken.json"),
        ("broken.vtt", b"WEBVTT\n\n00:00:99 --> nonsense\nHello", "broken.vtt"),
    ],
)
def test_a_file_that_cannot_be_read(bad: Path, tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (bad / name).write_bytes(content)
    (bad / "good.txt").write_text("INT: How?\n\nP01: Well, it helped me a great deal.\n")
    assert says in failing("run", bad, "-c", CODEBOOK, "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_every_mistake_is_told_in_one_pass(bad: Path, tmp_path: Path) -> None:
    (bad / "empty.txt").write_bytes(b"")
    (bad / "fake.docx").write_bytes(b"no")
    codebook = tmp_path / "codebook.yaml"
    codebook.write_text("title: T\ncodes:\n  - id: a\n    nmae: A\n")
    message = failing("run", bad, "-c", codebook, "-o", tmp_path / "out")
    assert "empty.txt" in message
    assert "fake.docx" in message
    assert "codebook.yaml:4" in message


def test_an_unknown_model(tmp_path: Path) -> None:
    arguments = ("run", SAMPLES / "P01.txt", "-c", CODEBOOK, "-o", tmp_path / "out")
    assert "is not on this machine" in failing(*arguments, "--model", "no-such-model")
    assert not (tmp_path / "out").exists()  # else its settings would name that model ever after


def test_a_folder_that_is_no_study_is_refused_and_left_alone(bad: Path) -> None:
    (bad / "thesis.txt").write_text("precious")
    assert "not empty and is no study" in failing("run", SAMPLES, "-c", CODEBOOK, "-o", bad)
    assert [p.name for p in bad.iterdir()] == ["thesis.txt"]


def test_an_out_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    assert "a file, not a folder" in failing("run", SAMPLES, "-c", CODEBOOK, "-o", tmp_path / "out")


def test_a_missing_codebook(tmp_path: Path) -> None:
    assert "none.yaml" in failing("run", SAMPLES, "-c", tmp_path / "none.yaml", "-o", tmp_path / "out")


def test_a_usage_error_and_a_misspelt_command() -> None:
    assert "Usage" in failing("run")
    assert "Did you mean 'run'" in failing("runn")


def test_a_second_run_in_the_same_study_is_refused(tmp_path: Path) -> None:
    out = run(tmp_path / "study", transcripts=SAMPLES / "P01.txt")
    code = "import sys, time; from pathlib import Path; from thematic.study import Study\n"
    code += "with Study.open(Path(sys.argv[1])).lock():\n print('locked', flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", code, str(out)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "locked\n"
        assert "another run is working" in failing("run", SAMPLES, "-c", CODEBOOK, "-o", out)
    finally:
        holder.kill()
        holder.communicate()


def test_a_full_disk_loses_nothing_and_the_run_goes_on_later(tmp_path: Path, study: Path) -> None:
    # No file may grow beyond 150 kB: the operating system refuses in the middle of the exports.
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))"
    out = tmp_path / "study"
    arguments = ("run", SAMPLES, "-c", CODEBOOK, "-o", out, "--title", "T", "--model", "hash")
    message = failing(*arguments, prelude=limit)
    assert "too large" in message
    assert "Traceback" not in message
    assert list(out.rglob(".*.tmp")) == []
    assert hashes(run(out)) == hashes(study)


def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    # A file stands where a folder would have to be made: root may write everywhere else.
    (tmp_path / "in-the-way").write_text("a file")
    message = failing("run", SAMPLES, "-c", CODEBOOK, "-o", tmp_path / "in-the-way" / "study")
    assert "in-the-way" in message


def test_case_attributes_reach_the_exports_and_mistakes_in_the_sheet_stop_the_run(
    bad: Path, tmp_path: Path
) -> None:
    (bad / "P01.txt").write_bytes((SAMPLES / "P01.txt").read_bytes())
    (bad / "participants.csv").write_text("participant,site\nP01,Harbourside\n")
    out = run(tmp_path / "study", transcripts=bad)
    before = hashes(out)
    assert "Harbourside" in (out / "exports" / "excerpts.html").read_text(encoding="utf-8")
    (bad / "participants.csv").write_text("participant,site\nP01,Lakeside\n")
    assert hashes(run(out, transcripts=bad))["excerpts.html"] != before["excerpts.html"]
    assert "Harbourside" in (out / "participants.earlier.csv").read_text()
    (bad / "participants.csv").write_text("participant,site\nP01,A\nP01,B\n")
    message = failing("run", bad, "-c", CODEBOOK, "-o", out)
    assert "participants.csv:3" in message


# --- Odd input that must work ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("one-word", "INT: So?\n\nP01: Therapy.\n"),
        ("emoji", "INT: So?\n\nP01: It was 😀👩‍👩‍👧 really quite good for me I would say.\n"),
        ("rtl", "INT: So?\n\nP01: שלום עולם זה היה ממש טוב בשבילי\n"),
        ("crlf", "INT: So?\r\n\r\nP01: It was good.\r\nVery good indeed, for a start.\r\n"),
        ("german", "INT: Warum?\n\nP01: Ich bin hingegangen, weil mir meine Ärztin das empfohlen hat.\n"),
        ("one-long-turn", "INT: So?\n\nP01: " + "I went there and it was good. " * 35_000 + "\n"),
    ],
)
def test_odd_transcripts_work(bad: Path, tmp_path: Path, name: str, text: str) -> None:
    (bad / f"{name}.txt").write_bytes(text.encode())
    out = run(tmp_path / "study", transcripts=bad)
    text = (out / "texts" / f"{name}.txt").read_text(encoding="utf-8")
    for line in (out / "exports" / "excerpts.jsonl").read_text(encoding="utf-8").splitlines():
        excerpt = json.loads(line)
        assert text[excerpt["start"] : excerpt["end"]] == excerpt["text"]
