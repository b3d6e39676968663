"""The gate: each way out of a study, closed while direct identifiers are undecided, and what stays open."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.test_agree import decide, excerpts, make_study
from tests.cli.test_run import thematic
from thematic import journal
from thematic.formats.exports.front_door import FORMATS
from thematic.gate import IdentifierError, require_decided
from thematic.identifier_log import LOG, read_log
from thematic.packeting import write_packet
from thematic.study import Study

WAYS_OUT = {
    **{f"export {name}": ("export", "--to", name) for name in FORMATS},
    "export": ("export",),
    "export out": ("export", "--to", "md", "--out", "OUT"),
    "packet xlsx": ("packet", "--for", "ben"),
    "packet docx": ("packet", "--for", "ben", "--to", "docx"),
    "packet html": ("packet", "--for", "ben", "--out", "OUT.html"),
    "report": ("report",),
    "report out": ("report", "--out", "OUT"),
    "agree": ("agree",),
    "agree json": ("agree", "--json"),
    "query csv": ("query", "SELECT memo FROM codings", "--csv"),
    "query json": ("query", "SELECT * FROM codings", "--json"),
}
NAME = "Jessica Fairbrother"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study whose only identifier stands in a memo: what is looked through is what leaves."""
    study = make_study(tmp_path_factory.mktemp("gate") / "study", "codebook")
    for coder in ("ada", "ben"):
        for excerpt in excerpts(study)[:4]:
            decide(study, coder, excerpt, ["calm"], memo=f"as {NAME} told me")
    return study


def files(study: Study) -> dict[str, bytes]:
    """Everything but machine data and kept versions of the codebook."""
    found = {str(p.relative_to(study.root)): p for p in study.root.rglob("*") if p.is_file()}
    return {
        name: path.read_bytes()
        for name, path in found.items()
        if not name.startswith((".thematic", "codebooks"))
    }


@pytest.mark.parametrize("way", WAYS_OUT)
def test_every_way_out_is_closed(study: Study, tmp_path: Path, way: str) -> None:
    before = files(study)
    arguments = [a.replace("OUT", str(tmp_path / "out")) for a in WAYS_OUT[way]]
    done = thematic(*arguments, "--study", study.root)
    assert done.returncode == 3, (done.stdout, done.stderr)
    assert "undecided" in done.stderr
    assert "--accept-residual" in done.stderr
    assert "Fairbrother" not in done.stdout + done.stderr
    assert files(study) == before
    assert list(tmp_path.iterdir()) == []


LIBRARY: dict[str, Callable[[Study], object]] = {
    "write_packet": lambda study: write_packet(study, "ben", mode="blind"),
    "require_decided": lambda study: require_decided(study, leaving="archive"),
}


@pytest.mark.parametrize("function", LIBRARY)
def test_the_library_passes_the_same_gate(study: Study, function: str) -> None:
    before = files(study)
    with pytest.raises(IdentifierError, match="undecided"):
        LIBRARY[function](study)
    assert files(study) == before


OPEN = {
    "query": ("query", "SELECT coder_id, memo FROM codings"),
    "query csv of numbers": ("query", "SELECT count(*) FROM codings", "--csv"),
    "status": ("status",),
    "check": ("check", "--rules-only"),
}


@pytest.mark.parametrize("way", OPEN)
def test_who_works_in_the_study_sees_it(study: Study, way: str) -> None:
    done = thematic(*OPEN[way], "--study", study.root)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("way", ["export md", "packet xlsx", "agree json", "query csv"])
def test_a_reason_opens_it_and_is_logged(tmp_path: Path, way: str) -> None:
    study = make_study(tmp_path / "study", "codebook")
    for coder in ("ada", "ben"):
        decide(study, coder, excerpts(study)[0], ["calm"], memo=f"as {NAME} told me")
    done = thematic(*WAYS_OUT[way], "--study", study.root, "--accept-residual", f"{NAME} agreed")
    assert done.returncode == 2, done.stderr
    assert not (study.root / LOG).exists()
    done = thematic(*WAYS_OUT[way], "--study", study.root, "--accept-residual", "for the supervisor")
    assert done.returncode == 0, done.stderr
    (line,) = read_log(study.root)
    assert (line["decision"], line["reason"], line["forms"]) == ("accept residual", "for the supervisor", 1)


@pytest.mark.parametrize("field", ["examples", "counter_examples", "include", "exclude"])
def test_a_name_in_the_codebook_bars_the_way_out(tmp_path: Path, field: str) -> None:
    study = make_study(tmp_path / "study", "codebook")
    require_decided(study, leaving="export")
    path = study.codebook_path
    text = path.read_text(encoding="utf-8")
    head, colon, rest = text.partition("  - id: calm\n")
    assert colon
    path.write_text(f"{head}{colon}    {field}: [then {NAME} rang me]\n{rest}", encoding="utf-8")
    with pytest.raises(IdentifierError):
        require_decided(study, leaving="export")
    path.write_text("codes: [", encoding="utf-8")  # says nothing, and goes nowhere
    require_decided(study, leaving="export")


def test_a_capital_in_the_words_of_researchers_is_no_name(tmp_path: Path) -> None:
    study = make_study(tmp_path / "study", "codebook")
    path = study.codebook_path
    text = path.read_text(encoding="utf-8")
    said = "when the Zorbling worksheet is named"
    path.write_text(
        text.replace("  - id: calm\n", f"  - id: calm\n    include: [{said}]\n"), encoding="utf-8"
    )
    require_decided(study, leaving="export")
    path.write_text(
        text.replace("  - id: calm\n", f"  - id: calm\n    examples: [{said}]\n"), encoding="utf-8"
    )
    with pytest.raises(IdentifierError):  # of participants it may be one
        require_decided(study, leaving="export")


def test_an_answer_without_the_identifier_is_let_out_whole(study: Study) -> None:
    sql = "SELECT code_id, count(*) AS n FROM codings GROUP BY code_id"
    done = thematic("query", sql, "--json", "--study", study.root)
    assert (done.returncode, json.loads(done.stdout)) == (0, [{"code_id": "calm", "n": 8}])


def test_nothing_says_that_a_text_is_anonymous() -> None:
    """Rules find what they know: the tool says what is undecided, never that nobody can be recognised."""
    package = Path(journal.__file__).parent
    files = [path for end in ("py", "html", "js") for path in package.rglob(f"*.{end}")]
    assert len(files) > 200
    saying = re.compile(r"anonymi[sz]ed", re.IGNORECASE)
    assert not [path for path in files if saying.search(path.read_text(encoding="utf-8"))]
