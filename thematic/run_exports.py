"""The folder exports/ that every run leaves: written whole, and only when something has changed. Floor 5.

One that was written from the same inputs, and still is what was written, is left as it is. A workbook that
somebody has filled in is moved out of the way before a new one takes its place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from thematic.files import keep_changed, write_atomic, writing
from thematic.formats.exports.front_door import FORMATS
from thematic.model import StudyData
from thematic.pipeline import Pipeline
from thematic.study import Study, json_bytes
from thematic.tally import Tally
from thematic.units import LIBRARIES, versions

__all__ = ["EXPORTS", "RunExports", "exports_are_current", "write_run_exports"]

EXPORTS: dict[str, str] = {
    name: made.module for made in FORMATS.values() if made.in_every_run for name in made.files
}
"""File name in exports/ -> the module whose `render(StudyData) -> bytes` makes it."""


@dataclass(frozen=True, slots=True)
class RunExports:
    """What became of exports/.

    written: False when everything there was already what it should be. kept: workbooks that somebody had
    filled in, where they are now.
    """

    written: bool
    kept: tuple[Path, ...] = ()


def exports_are_current(pipeline: Pipeline) -> bool:
    """Whether exports/ holds, byte for byte, what the present inputs lead to."""
    folder = _folder(pipeline.study)
    try:
        record = json.loads(_receipt(pipeline.study).read_bytes())
        if record["key"] != pipeline.export_key:
            return False
        return all(
            hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
            for name, digest in record["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False  # no receipt, or not one of ours: make the exports again


def write_run_exports(pipeline: Pipeline) -> RunExports:
    """Write exports/ where it is not current; call it while holding the study's lock."""
    if exports_are_current(pipeline):
        return RunExports(written=False)
    folder, receipt = _folder(pipeline.study), _receipt(pipeline.study)
    parts = pipeline.parts() if pipeline.left_out else None
    whole = pipeline.data() if parts is None else pipeline.data_without_transcripts()
    kept: list[Path] = []
    with pipeline.ledger.stage("export"):
        ours = _written(receipt)
        update = pipeline.on_stage("Exporting")
        for name in pipeline.left_out:
            # Of a time when the study was smaller; a workbook may have been filled in by people.
            if not name.endswith(".xlsx"):
                (folder / name).unlink(missing_ok=True)
        wanted = {n: import_module(module) for n, module in EXPORTS.items() if n not in pipeline.left_out}
        growing = {name: module for name, module in wanted.items() if hasattr(module, "go_on")}
        tally = Tally.for_clusters(pipeline.clustering)
        files = _grow(folder, growing, tally.of(parts or [whole]), pipeline.longest_shortlist())
        if parts:
            whole = replace(whole, segmentations=tuple(tally.exemplars))
        rest = {name: module for name, module in wanted.items() if name not in growing}
        for i, (name, module) in enumerate(rest.items(), start=len(growing) + 1):
            content: bytes = module.render(whole)
            if name.endswith(".xlsx"):  # people fill it in
                moved = keep_changed(folder / name, content, ours.get(name), pipeline.study.root / "packets")
                kept += [moved] if moved else []
            write_atomic(folder / name, content)
            files[name] = hashlib.sha256(content).hexdigest()
            update(i, len(wanted))
        content = json_bytes(_run_record(pipeline, whole, files, tally))
        write_atomic(folder / "run.json", content)
        files["run.json"] = hashlib.sha256(content).hexdigest()
        write_atomic(receipt, json_bytes({"key": pipeline.export_key, "files": files}))
    pipeline.tidy()
    return RunExports(written=True, kept=tuple(kept))


def _folder(study: Study) -> Path:
    return study.root / "exports"


def _receipt(study: Study) -> Path:
    return study.machine / "exports.json"


def _written(receipt: Path) -> dict[str, str]:
    """The SHA-256 of each file that was exported last; empty when that is not known."""
    try:
        return dict(json.loads(receipt.read_bytes())["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _grow(
    folder: Path, modules: Mapping[str, Any], parts: Iterable[StudyData], longest: int
) -> dict[str, str]:
    """Write these files part by part, all of them at once; returns the hash of each.

    They stand where they belong when all are whole, and not before. longest: of the shortlists.
    """
    digests = {name: hashlib.sha256() for name in modules}
    with ExitStack() as stack:
        open_files = {name: stack.enter_context(writing(folder / name)) for name in modules}

        def write(name: str, content: bytes) -> None:
            open_files[name].write(content)
            digests[name].update(content)

        for name, module in modules.items():
            write(name, module.begin(longest))
        for part in parts:
            for name, module in modules.items():
                write(name, module.go_on(part, longest))
    return {name: digest.hexdigest() for name, digest in digests.items()}


def _run_record(
    pipeline: Pipeline, data: StudyData, files: Mapping[str, str], tally: Tally
) -> dict[str, Any]:
    """run.json: settings, versions, hashes, counts. Nothing in it differs between identical runs."""
    settings = asdict(pipeline.study.settings)
    model = settings["embed"]["model"]
    if Path(model).is_absolute():  # a folder of this machine may name a person
        settings["embed"]["model"] = Path(model).name
    return {
        "title": data.title,
        "settings": settings,
        "versions": versions(*LIBRARIES),
        "model": {"name": settings["embed"]["model"], "sha256": pipeline.model_sha256},
        "codebook": {
            "title": data.codebook.title,
            "version": data.codebook.version,
            "codes": len(data.codebook.codes),
        },
        "transcripts": tally.transcripts,
        "counts": tally.counts(pipeline.clustering),
        "notes": pipeline.notes(),
        "exports": dict(sorted(files.items())),
    }
