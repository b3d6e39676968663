"""The report of a large study: seconds, peak memory and size (wanted: below 60 s, 2 GB and 15 MB).

    python benchmarks/report_speed.py [--interviews 100] [--excerpts 500] [--coders 5] [--record]

Interviews are made of the sample's excerpts with a number each; every coder reads everything, gives three in
ten excerpts a code and one in ten two, out of 60 codes in six themes. Timed are reading the coders' journals,
adding up decisions, counting, and drawing and writing every file. Vectors are random: the report only
compares them. Segmenting, suggesting and clustering are earlier stages; fifty_thousand.md has them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from thematic.assistance import assistance
from thematic.formats.report.report_files import report_files
from thematic.formats.transcripts.front_door import read_transcripts
from thematic.journal import read_journal
from thematic.model import (
    Cluster,
    Clustering,
    Code,
    Codebook,
    Coder,
    Decision,
    Excerpt,
    Provenance,
    Quote,
    Segmentation,
    Source,
    StudyData,
    Transcript,
    Turn,
    Vectors,
    excerpt_id,
)
from thematic.reporting.coded import PassageRead
from thematic.reporting.report import Inputs, make_report
from thematic.review import GENESIS, decision_record, judgements, make_codings
from thematic.samples import samples
from thematic.segmentation import segment

RESULTS = Path(__file__).parent / "results" / "report_speed.md"
DIMENSION = 384


def make_codebook() -> Codebook:
    codes = []
    for theme in range(6):
        codes.append(Code(id=f"t{theme}", name=f"Theme number {theme}", definition="A theme."))
        codes += [
            Code(id=f"t{theme}-c{n}", name=f"Code {n} of theme {theme}", parent_id=f"t{theme}")
            for n in range(9)
        ]
    return Codebook(title="Sixty codes", version="v1", codes=tuple(codes))


def make_interview(number: int, passages: list[str], count: int) -> tuple[Transcript, Segmentation]:
    """An interview of `count` turns of its participant, each an excerpt, with times."""
    id_, text, turns, excerpts = f"P{number:03d}", "", [], []
    for at in range(count):
        words = f"{passages[(number * count + at) % len(passages)]} ({at})"
        text += f"{id_}: "
        start = len(text)
        text += f"{words}\n\n"
        place = {"start": start, "end": start + len(words), "start_time": at * 9.0, "end_time": at * 9.0 + 8}
        turns.append(Turn(index=at, speaker=id_, role="participant", **place))
        excerpts.append(
            Excerpt(
                id=excerpt_id(id_, words), transcript_id=id_, text=words, turns=(at,), speaker=id_, **place
            )
        )
    transcript = Transcript(
        id=id_,
        title=id_,
        text=text,
        turns=tuple(turns),
        source=Source(path=f"{id_}.txt", sha256="0" * 64, format="txt"),
        attributes={"site": "ABCD"[number % 4], "arm": "xy"[number // 4 % 2]},
    )
    return transcript, Segmentation(transcript_id=id_, excerpts=tuple(excerpts))


def write_journal(path: Path, coder: str, excerpts: list[Excerpt], codebook: Codebook, seed: int) -> None:
    """All decisions of one coder, chained as a journal is."""
    random = np.random.default_rng(seed)
    ids = [code.id for code in codebook.codes if code.parent_id]
    draws = random.random(len(excerpts))
    picks = random.integers(len(ids), size=(len(excerpts), 2))
    begin, head, lines = datetime(2026, 1, 5, 9, tzinfo=UTC), GENESIS, []
    for at, (excerpt, draw, pick) in enumerate(zip(excerpts, draws, picks, strict=True)):
        codes = tuple(dict.fromkeys(ids[p] for p in pick[: 2 if draw < 0.1 else 1 if draw < 0.4 else 0]))
        record = decision_record(
            Decision(
                id=f"{coder}-{at:06d}",
                coder_id=coder,
                action="add" if codes else "none-apply",
                at=begin + timedelta(seconds=10 * at),
                quote=Quote(
                    transcript_id=excerpt.transcript_id,
                    start=excerpt.start,
                    end=excerpt.end,
                    text=excerpt.text,
                ),
                code_ids=codes,
                codebook_version="v1",
                excerpt_id=excerpt.id,
                previous_hash=head,
                details={"seconds": 8.0},
            )
        )
        head = record["hash"]
        lines.append(json.dumps(record, ensure_ascii=False, separators=(",", ":")))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--interviews", type=int, default=100)
    parser.add_argument("--excerpts", type=int, default=500, help="of each interview")
    parser.add_argument("--coders", type=int, default=5)
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name} as well")
    options = parser.parse_args()

    with samples() as (folder, _):
        transcripts = [t for reading in read_transcripts([folder]) for t in reading.transcripts]
    passages = [e.text for t in transcripts for e in segment(t).excerpts]
    made = [make_interview(n, passages, options.excerpts) for n in range(options.interviews)]
    excerpts = [e for _, segmentation in made for e in segmentation.excerpts]
    codebook = make_codebook()
    random = np.random.default_rng(0)
    values = random.standard_normal((len(excerpts), DIMENSION), dtype=np.float32)
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    ids = tuple(e.id for e in excerpts)
    vectors = Vectors(ids=ids, values=values, questions=values[:1], model="random", model_sha256="")
    clusters = tuple(
        Cluster(
            id=f"c{n}", excerpt_ids=ids[n::400], terms=("one", "two"), exemplar_ids=ids[n : n + 2],
            transcript_ids=("P001", "P002", "P003"), stability=0.8, status="stable",
        )
        for n in range(20)
    )  # fmt: skip
    names = [f"coder{n}" for n in range(options.coders)]

    with tempfile.TemporaryDirectory() as temporary:
        paths = {name: Path(temporary) / f"{name}.jsonl" for name in names}
        for n, (name, path) in enumerate(paths.items()):
            write_journal(path, name, excerpts, codebook, n)
        before, processor = time.perf_counter(), time.process_time()
        decisions = {name: read_journal(path)[0] for name, path in paths.items()}
        read = time.perf_counter()
    data = StudyData(
        title="A large study",
        transcripts=tuple(t for t, _ in made),
        segmentations=tuple(s for _, s in made),
        codebook=codebook,
        clustering=Clustering(
            clusters=clusters, unclustered=(), provenance=Provenance(stage="cluster", version="", settings={})
        ),
        codings=tuple(c for name, found in decisions.items() for c in make_codings(name, found)),
        coders=tuple(Coder(id=name, name=name) for name in names),
    )
    reads = tuple(
        PassageRead(coder_id=name, quote=j.quote, layer=j.layer)
        for name, found in decisions.items()
        for j in judgements(name, found)
        if j.decided
    )
    made_by = {name: assistance(name, found) for name, found in decisions.items()}
    added = time.perf_counter()
    report = make_report(
        Inputs(
            data=data,
            reads=reads,
            made=made_by,
            vectors=vectors,
            wording={c.id: values[0] for c in codebook.codes},
        )
    )
    counted = time.perf_counter()
    files = report_files(report, excerpts)
    written = time.perf_counter()
    used = time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024
    size = len(files["report.html"]) / 1e6
    rows = [
        ("excerpts, coders, codes", f"{len(excerpts):,}, {options.coders}, {len(codebook.codes)}"),
        ("codings", f"{len(data.codings):,}"),
        ("reading the journals", f"{read - before:.1f} s"),
        ("adding up decisions", f"{added - read:.1f} s"),
        ("counting", f"{counted - added:.1f} s"),
        (
            f"{sum(n.endswith('.svg') for n in files)} figures, page, document, workbook",
            f"{written - counted:.1f} s",
        ),
        ("together", f"{written - before:.1f} s ({used:.1f} s of a processor)"),
        ("peak memory, the study included", f"{peak:.2f} GB"),
        ("report.html", f"{size:.1f} MB"),
    ]
    lines = ["| what | value |", "|---|---|", *(f"| {what} | {value} |" for what, value in rows), ""]
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    lines += [
        f"{os.cpu_count()} processors, {busy:.1f} processes waiting for each; {platform.python_version()}.",
        "",
    ]
    print("\n".join(lines))
    if options.record:
        head = ["# The report of a large study", "", (__doc__ or "").strip(), ""]
        RESULTS.write_text("\n".join(head + lines), encoding="utf-8")


if __name__ == "__main__":
    main()
