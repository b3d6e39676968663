"""How long learning takes: seconds of processor time on this machine, one thread.

    python benchmarks/learning_speed.py [--coded 5000] [--codes 50] [--excerpts 50000] [--record]

The model alone, at so many coded excerpts and codes; that with the choice of how to learn and the
calibration, which is twelve small models and six large ones; and suggestions for all excerpts, learning
included. The excerpts are those of fifty_thousand.py; the codes are invented, and given to the excerpts
nearest to their wording, an eighth by lot. Embedding is left out.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from fifty_thousand import repeated
from threadpoolctl import threadpool_limits

from thematic.codebook import code_texts, make_codebook
from thematic.embedding import code_vectors, concatenate, embed, load_embedder
from thematic.formats.transcripts.front_door import read_transcripts
from thematic.model import Code
from thematic.samples import samples
from thematic.segmentation import segment
from thematic.suggestion import SuggestSettings, suggest
from thematic.suggestion.learning import LEANINGS, examples_of, fit_examples, learn
from thematic.suggestion.lessons import Lesson, teach
from thematic.suggestion.material import prepare

RESULTS = Path(__file__).parent / "results" / "learning_speed.md"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--coded", type=int, default=5000)
    parser.add_argument("--codes", type=int, default=50)
    parser.add_argument("--excerpts", type=int, default=50_000)
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name} as well")
    options = parser.parse_args()

    embedder = load_embedder()
    with samples() as (folder, _):
        transcripts = [t for reading in read_transcripts([folder]) for t in reading.transcripts]
    segmentations = [segment(transcript) for transcript in transcripts]
    originals = [excerpt for s in segmentations for excerpt in s.excerpts]
    vectors = concatenate([embed(s, embedder=embedder) for s in segmentations])
    rng = np.random.default_rng(0)
    meant = rng.choice(len(originals), options.codes, replace=False)
    codebook = make_codebook(
        "invented",
        [
            Code(id=f"code-{j:03}", name=f"Code {j}", definition=originals[row].text)
            for j, row in enumerate(meant.tolist())
        ],
    )
    excerpts, vectors = repeated(originals, vectors, options.excerpts)
    texts = code_texts(codebook)
    pieces = code_vectors(texts, embedder)
    definitions = pieces[[i for i, text in enumerate(texts) if text.kind == "definition"]]
    coded = np.sort(rng.choice(options.excerpts, options.coded, replace=False))
    given = (vectors.values[coded] @ definitions.T).argmax(axis=1)
    by_lot = rng.random(len(given)) < 1 / 8
    given[by_lot] = rng.integers(options.codes, size=int(by_lot.sum()))
    lessons = [
        Lesson(
            coder_id="nobody",
            transcript_id=excerpts[row].transcript_id,
            start=excerpts[row].start,
            end=excerpts[row].end,
            applied=frozenset({codebook.codes[code].id}),
        )
        for row, code in zip(coded.tolist(), given.tolist(), strict=True)
    ]

    seconds: list[tuple[str, float]] = []
    with threadpool_limits(1):
        kept = [excerpts[row] for row in coded.tolist()]
        taught = teach(kept, codebook, lessons)
        few = type(vectors)(
            ids=tuple(excerpt.id for excerpt in kept),
            values=vectors.values[coded],
            questions=vectors.questions[coded],
            model=vectors.model,
            model_sha256=vectors.model_sha256,
        )
        settings = SuggestSettings()
        material = prepare(kept, few, taught.codes, texts, pieces, settings=settings)
        examples = examples_of(taught, [excerpt.transcript_id for excerpt in kept])
        leaning = next(iter(LEANINGS.values()))
        begin = time.process_time()
        fit_examples(material, examples, leaning)
        seconds.append(("the model again", time.process_time() - begin))
        begin = time.process_time()
        learn(material, examples)
        seconds.append(("choosing, calibrating and the model", time.process_time() - begin))
        begin = time.process_time()
        suggest(excerpts, vectors, codebook, texts, pieces, lessons=lessons)
        seconds.append((f"all that for {options.excerpts:,} excerpts", time.process_time() - begin))
    lines = [
        f"{options.coded:,} coded excerpts, {len(taught.codes)} codes.",
        "",
        "| what | seconds |",
        "|---|---|",
        *(f"| {what} | {taken:.1f} |" for what, taken in seconds),
        "",
    ]
    print("\n".join(lines))
    if options.record:
        head = ["# How long learning takes", "", (__doc__ or "").strip(), ""]
        RESULTS.write_text("\n".join(head + lines), encoding="utf-8")


if __name__ == "__main__":
    main()
