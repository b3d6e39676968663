"""What was done, from the record alone: nothing invented, what is unknown said to be."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.reporting.planted import planted
from thematic.auditing import AuditRequest, audit_tables
from thematic.errors import InputError
from thematic.formats.agreement.agreement_files import report_json
from thematic.reporting.agreed import read_audit
from thematic.reporting.checklists import NOT_RECORDED
from thematic.reporting.methods import Provenance
from thematic.reporting.report import Inputs, StudyReport, make_report
from thematic.reporting.settings import ReportSettings

ROOT = Path(__file__).parents[2]
SAMPLES = [ROOT / "transcripts_sample" / f"codings_coder_{coder}.csv" for coder in "ab"]
SAID = {f"P{n}": [["costs"], ["pushed"], []] for n in range(8)}


def report(**given: object) -> StudyReport:
    data, reads = planted(SAID, coders=("ana", "ben"))
    return make_report(Inputs(data=data, reads=reads, **given))  # type: ignore[arg-type]


def test_the_checklists_have_every_item_once_and_say_what_is_unknown() -> None:
    methods = report().methods
    assert [item.number for item in methods.coreq] == [str(n) for n in range(24, 33)]
    assert [item.number for item in methods.srqr] == [f"S{n}" for n in range(1, 22)]
    by_number = {item.number: item for item in (*methods.coreq, *methods.srqr)}
    for unknown in ("26", "28", "30", "S1", "S6", "S8", "S9", "S18", "S20", "S21"):
        assert by_number[unknown].answer == NOT_RECORDED and not by_number[unknown].known
    assert by_number["24"].answer == ("2: ana read 24 of 24 excerpts; ben read 24 of 24 excerpts")
    assert "Reasons (8 participants); Costs (8 participants)" in by_number["31"].answer
    # Reasons, Pushed and Costs: three quotes each, of which Reasons and Pushed share their passages.
    assert by_number["29"].answer.startswith("6 passages of 3 participants are quoted")


def test_only_what_is_in_the_report_is_described_and_cited() -> None:
    full = report(settings=ReportSettings(base_size=3, run_length=2, new_information=0.0)).methods
    assert (
        "Guest, Namey and Chen (2020)" in full.text and "base size 3, run length 2, threshold 0%" in full.text
    )
    assert any(line.startswith("Guest, G.") for line in full.references)
    assert not any(line.startswith("van der Maaten") for line in full.references)  # no vectors, no map
    assert not any(line.startswith("Newcombe") for line in full.references)  # no attributes, no groups
    assert list(full.references) == sorted(full.references, key=str.casefold)
    data, _ = planted(SAID)
    empty = make_report(Inputs(data=replace(data, codings=())))
    assert "Guest" not in empty.methods.text and "coder" not in empty.methods.paragraphs[0]


def test_exact_settings_and_hashes_stand_in_it() -> None:
    provenance = Provenance(
        stance="codebook",
        settings={"segment": {"unit": "passage", "min_words": 15, "max_words": 70}},
        hashes={"P1.txt": "00ff"},
    )
    methods = report(provenance=provenance).methods
    assert "about 15 to 70 words" in methods.paragraphs[0]
    assert next(i for i in methods.srqr if i.number == "S5").answer == "stance set in the study: codebook"
    assert methods.provenance.hashes == {"P1.txt": "00ff"}


def test_the_citation_file_is_what_the_format_asks_for() -> None:
    found = yaml.safe_load(report().methods.citation)
    assert {"cff-version", "message", "title", "authors", "version"} <= found.keys()
    assert isinstance(found["version"], str) and found["authors"][0]["name"]


def test_the_audit_is_taken_over_as_it_was_found() -> None:
    audit = audit_tables(SAMPLES, AuditRequest(), codebook_path=ROOT / "codebooks" / "smart_recovery.yaml")
    stored = json.loads(report_json(audit))
    found = read_audit(stored, now=stored["background"]["inputs"])
    assert found.headline == audit.headline and not found.stale
    by_code = {row.code: row for row in found.codes}
    for row in audit.compared.codes:
        assert by_code[row.code].alpha == pytest.approx(row.alpha.value, abs=1e-9)
    assert read_audit(stored, now={"ada.jsonl": "another"}).stale
    with_audit = report(agreed=found).methods
    assert "Krippendorff's alpha" in with_audit.text
    assert any(line.startswith("Krippendorff, K.") for line in with_audit.references)
    del stored["compared"]["codes"]
    with pytest.raises(InputError, match="no audit of this version"):
        read_audit(stored, now={})
