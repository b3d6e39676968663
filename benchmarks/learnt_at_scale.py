"""Suggestions learnt from 3,000 coded excerpts, for 100,000 and 1,000,000: seconds and peak memory.

    python -m benchmarks.learnt_at_scale [--sizes 100000 1000000] [--folder FOLDER] [--record]

The studies are those of scale.py; --folder takes those that it has kept. One coder judges the excerpts of the
first interviews: mostly as the wording suggests, one in six that nothing fits, and one in six at random
(seeded). Then `thematic suggest` runs in a new process: it learns, applies what it learnt to all, and writes.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.recording import record
from benchmarks.scale import BASE, excerpts_of, make_study, run

if TYPE_CHECKING:
    from thematic.study import Study

RESULTS = Path(__file__).parent / "results" / "learnt_at_scale.md"
CODED = 3_000


def code_some(study: Study) -> None:
    """Let one coder judge the first excerpts of the study."""
    from thematic.formats.machine.parquet import each_suggestion, read_columns
    from thematic.journal import Journal
    from thematic.model import Decision, Quote
    from thematic.pipeline import Pipeline

    study.journal_path("ada").unlink(missing_ok=True)
    run("suggest", "--study", str(study.root))
    pipeline = Pipeline(study)
    judged: list[tuple[str, Quote]] = []
    for data in pipeline.workload.data(pipeline.segment_units):
        columns = read_columns(data, ("id", "transcript_id", "start", "end", "text"))
        for id_, transcript, start, end, text in zip(*columns.values(), strict=True):
            judged.append((id_, Quote(transcript_id=transcript, start=start, end=end, text=text)))
        if len(judged) >= CODED:
            break
    wanted = {id_ for id_, _ in judged[:CODED]}
    firsts = {
        s.excerpt_id: s.code_id for s in each_suggestion(pipeline.suggestions_path, of=wanted) if s.rank == 1
    }
    codes = sorted({code for code in firsts.values() if code})
    chance = random.Random(0)
    made = []
    for number, (id_, quote) in enumerate(judged[:CODED]):
        code, lot = firsts[id_], chance.random()
        given = () if code is None or lot < 1 / 6 else (code if lot < 5 / 6 else chance.choice(codes),)
        made.append(
            Decision(
                id=f"ada-{number}",
                coder_id="ada",
                action="add" if given else "none-apply",
                at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number),
                quote=quote,
                code_ids=given,
                excerpt_id=id_,
                codebook_version=pipeline.codebook.version,
            )
        )
    Journal.open(study.journal_path("ada")).extend(made)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, help="where the studies are made, and kept")
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name} as well")
    options = parser.parse_args()
    lines = [
        "| excerpts | processor, s | clock, s | microseconds an excerpt | peak memory |",
        "|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        base = make_study(folder / "base", BASE, None)
        for size in options.sizes:
            study = make_study(folder / str(size), size, base.root)
            code_some(study)
            seconds, clock, peak = run("suggest", "--study", str(study.root))
            count = excerpts_of(study)
            lines.append(
                f"| {count:,} | {seconds:.1f} | {clock:.1f} | {seconds / count * 1e6:.0f} | {peak:.2f} GB |"
            )
            print(lines[-1], flush=True)
            study.journal_path("ada").unlink()
    if options.record:
        record(RESULTS, "Learnt suggestions at scale", __doc__, lines)


if __name__ == "__main__":
    main()
