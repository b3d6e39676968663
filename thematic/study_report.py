"""From a study to its report, and the report into a folder. Floor 5, beside `auditing.py`."""

from __future__ import annotations

import hashlib
import platform
from dataclasses import asdict
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from thematic import __version__
from thematic.assistance import assistance
from thematic.auditing import reopen
from thematic.codebook import code_texts
from thematic.errors import ThematicError
from thematic.files import write_atomic
from thematic.model import Decision, Excerpt
from thematic.pipeline import Pipeline
from thematic.reporting.agreed import Agreed, read_audit
from thematic.reporting.coded import PassageRead
from thematic.reporting.methods import Provenance
from thematic.reporting.missing import NO_AUDIT, REFLEXIVE, Missing
from thematic.reporting.report import Inputs, StudyReport, make_report
from thematic.review import judgements

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from thematic.reporting.settings import ReportSettings
    from thematic.study import Study

__all__ = ["report_study", "write_report"]

# The wording of a code that says what it is; what it excludes does not.
_WORDING = frozenset({"name", "definition", "include", "example"})


def report_study(pipeline: Pipeline, settings: ReportSettings | None = None) -> StudyReport:
    """The report on a study as it stands now. `settings`: those of the study where none are given.

    Raises StudyError and SettingsError with the next step.
    """
    data = pipeline.data()
    decisions = pipeline.decisions
    inputs = Inputs(
        data=data,
        reads=_reads(decisions),
        made={coder: assistance(coder, made) for coder, made in decisions.items()},
        vectors=pipeline.vectors,
        wording=_wording(pipeline) if data.codings else {},
        settings=settings or pipeline.study.settings.report,
        agreed=_audit(pipeline.study),
        provenance=_provenance(pipeline),
    )
    return make_report(inputs)


def _reads(decisions: Mapping[str, tuple[Decision, ...]]) -> tuple[PassageRead, ...]:
    """The passages that each coder has settled on, coded or not."""
    return tuple(
        PassageRead(coder_id=coder, quote=judgement.quote, layer=judgement.layer)
        for coder, made in decisions.items()
        for judgement in judgements(coder, made)
        if judgement.decided
    )


def _audit(study: Study) -> Agreed | Missing:
    """What `thematic agree` found, where it was run."""
    if study.settings.agreement.stance == "reflexive":
        return REFLEXIVE
    path = study.root / "agreement" / "report.json"
    if not path.is_file():
        return NO_AUDIT
    try:
        return read_audit(reopen(path), now=_hashes([*study.journals(), study.codebook_path]))
    except ThematicError as error:
        return Missing(what=f"{error.problem.message}.", how=f"{error.hint}.")


def _provenance(pipeline: Pipeline) -> Provenance:
    study = pipeline.study
    settings = {
        name: dict(table) for name, table in asdict(study.settings).items() if isinstance(table, dict)
    }
    model = str(settings["embed"]["model"])
    if Path(model).is_absolute():  # a folder of this machine may name a person
        model = settings["embed"]["model"] = Path(model).name
    hashes = {record["source"]["path"]: record["source"]["sha256"] for record in pipeline.records.values()}
    return Provenance(
        stance=study.settings.agreement.stance,
        settings=settings,
        versions=versions(),
        hashes=dict(sorted(hashes.items())) | _hashes([study.codebook_path, *study.journals()]),
        model=model,
        model_sha256=pipeline.model_sha256,
        commands=("thematic suggest", "thematic clusters", "thematic report"),
    )


def _hashes(paths: Iterable[Path]) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.is_file()}


def versions() -> dict[str, str]:
    """Versions of this package, of Python, and of the libraries that the numbers stand on."""
    names = ("hdbscan", "matplotlib", "numpy", "onnxruntime", "scikit-learn", "scipy", "spacy")
    python = ".".join(platform.python_version_tuple()[:2])
    return {"thematic": __version__, "python": python} | {name: installed_version(name) for name in names}


def _wording(pipeline: Pipeline) -> dict[str, NDArray[np.float32]]:
    """The mean vector, of unit length, of what each code says it is."""
    from thematic.embedding import code_vectors

    texts = [text for text in code_texts(pipeline.codebook) if text.kind in _WORDING]
    vectors = code_vectors(texts, pipeline.embedder)
    sums: dict[str, NDArray[np.float32]] = {}
    for text, vector in zip(texts, vectors, strict=True):
        sums[text.code_id] = sums.get(text.code_id, np.zeros_like(vector)) + vector
    return {id_: total / (float(np.linalg.norm(total)) or 1.0) for id_, total in sums.items()}


def write_report(report: StudyReport, folder: Path, *, excerpts: Sequence[Excerpt] = ()) -> list[str]:
    """Write every file of the report into `folder`; returns their names, sorted."""
    from thematic.formats.report.report_files import report_files

    files = report_files(report, excerpts)
    for name, content in files.items():
        write_atomic(folder / name, content)
    return sorted(files)
