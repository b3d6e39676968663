"""`thematic check` on a terminal: deciding one form after another; what is left to do by hand."""

from __future__ import annotations

import codecs
import os
import pty
import select
import signal
import sys
from pathlib import Path

import pytest

from tests.cli.test_run import CODEBOOK
from thematic.identifier_log import read_log
from thematic.ingestion import ingest, read_codebook_file, read_inputs, set_codebook
from thematic.study import Study, StudySettings

INTERVIEW = "INT: Who came?\n\nP01: Gareth did, and Priya. Gareth's number is 07700 900142.\n"
ASKED = "next: "
MAIN = "from thematic.cli.app import main; main()"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    monkeypatch.setenv("THEMATIC_KEYS", str(tmp_path / "keys"))
    folder = tmp_path / "interviews"
    folder.mkdir()
    (folder / "P01.txt").write_text(INTERVIEW, encoding="utf-8")
    (folder / "participants.csv").write_text("participant,gp\nP01,Dr Whitcombe\n", encoding="utf-8")
    study = Study.create(tmp_path / "study", StudySettings())
    set_codebook(study, read_codebook_file(CODEBOOK))
    ingest(study, read_inputs([folder], settings=study.settings.read, study=study))
    return study


def ask(study: Study, *dialogue: tuple[str, str]) -> str:
    """Run `check --ask` on a terminal of its own, giving each prompt its answer; returns what is shown."""
    command = [sys.executable, "-c", MAIN, "check", "--ask", "--rules-only", "--by", "ada"]
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="dumb", COLUMNS="80")
        # Tests that run in the background of a shell have Ctrl-C ignored, and would hand that on.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execv(sys.executable, [*command, "--study", str(study.root)])
    decode = codecs.getincrementaldecoder("utf-8")().decode
    shown, answered, ended = "", 0, False

    def read() -> None:
        nonlocal shown, ended
        assert select.select([terminal], [], [], 120)[0], f"nothing more is shown: {shown}"
        try:
            shown += decode(os.read(terminal, 4096))
        except OSError:  # the other end is closed
            ended = True

    try:
        for prompt, answer in dialogue:
            while prompt not in shown[answered:]:
                assert not ended, shown
                read()
            answered = shown.index(prompt, answered) + len(prompt)
            os.write(terminal, answer.encode())
        while not ended:
            # Between showing a prompt and reading the answer Python takes note of Ctrl-C and goes on to wait;
            # a person presses it again.
            while answer == "\x03" and not select.select([terminal], [], [], 2)[0]:
                os.write(terminal, answer.encode())
            read()
    finally:
        if not ended:
            os.kill(child, signal.SIGKILL)
        os.close(terminal)
        status = os.waitpid(child, 0)[1]
    assert os.waitstatus_to_exitcode(status) == 0, shown
    return shown


def decisions(study: Study) -> list[str]:
    return [record["decision"] for record in read_log(study.root) if "id" in record]


def test_decisions_one_after_another(study: Study) -> None:
    shown = ask(
        study,
        (ASKED, "g\n"),
        ("proposal): ", "\n"),
        (ASKED, "x\n"),
        ("“x” is none of them", ""),
        (ASKED, "generalise\n"),
        ("proposal): ", "doctor\n"),
        (ASKED, "a\n"),
        ("why: ", "agreed with them\n"),
        (ASKED, "r\n"),
        ("proposal): ", "Marit\n"),
    )
    assert decisions(study) == ["generalise", "generalise", "allow", "replace"]
    assert "Marit did, and Priya. Marit's number is" in study.transcript("P01").text
    # The name in the sheet was decided about, and nothing rewrites a sheet.
    assert "Decided, and still there" in shown
    assert "participants.csv: change it there" in " ".join(shown.split())


@pytest.mark.parametrize("stop", ["q\n", "\x03", "\x04"], ids=["q", "Ctrl-C", "Ctrl-D"])
def test_stopping_keeps_what_was_decided(study: Study, stop: str) -> None:
    ask(study, (ASKED, "p\n"), (ASKED, stop))
    assert decisions(study) == ["postpone"]
