"""Suggestions without any coding, against what people coded: how often is a right code on the shortlist?

    python benchmarks/zero_shot.py --data DIR

DIR holds pairs NAME.jsonl (rows `doc`, `i`, `speaker`, `text`, `codes`) and NAME.codebook.json. A coded
excerpt is a hit if any of its human codes is among the first k. The same excerpts are ranked by popularity
(the commonest codes of the *other* interviews, which zero-shot cannot know), TF-IDF cosine of the text and
"name: definition", and plain cosine of the packaged model's vectors of the same two. Intervals draw whole
interviews (95 %); a paired difference whose interval holds zero is marked as noise.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from thematic.codebook import code_texts
from thematic.embedding import code_vectors, concatenate, embed, load_embedder
from thematic.formats.codebooks.front_door import read_codebook
from thematic.formats.evaluation.coded_excerpts import CodedExcerpts, read_coded_excerpts
from thematic.model import Codebook, Segmentation
from thematic.suggestion import SuggestSettings
from thematic.suggestion.corpus import corpus_of, text_order
from thematic.suggestion.likeness import likeness_to_codes, standardised, suggested_codes
from thematic.suggestion.measures import average_precision, hits, interval_over_interviews

RESULTS = Path(__file__).parent / "results" / "zero_shot.md"


class Case:
    """One coded set: excerpts, vectors, the codes that can be suggested, and who coded what."""

    def __init__(self, coded: CodedExcerpts, codebook: Codebook) -> None:
        self.embedder = load_embedder()
        self.excerpts = coded.excerpts
        self.docs = np.array([excerpt.transcript_id for excerpt in self.excerpts])
        self.codes = suggested_codes(codebook)
        self.pieces = code_texts(codebook)
        self.piece_vectors = code_vectors(self.pieces, self.embedder)
        self.vectors = concatenate(
            [
                embed(Segmentation(transcript_id=doc, excerpts=of_doc), embedder=self.embedder)
                for doc in dict.fromkeys(self.docs)
                if (of_doc := tuple(e for e in self.excerpts if e.transcript_id == doc))
            ]
        )
        assert self.vectors.ids == tuple(e.id for e in self.excerpts)
        given = [frozenset().union(*coded.codes[e.id].values()) for e in self.excerpts]
        self.truth = np.array([[code.id in codes for code in self.codes] for codes in given])
        self.phrases = [
            f"{code.name}: {code.definition}" if code.definition else code.name for code in self.codes
        ]

    def popularity(self) -> np.ndarray:
        scores = np.empty(self.truth.shape)
        for doc in dict.fromkeys(self.docs):
            scores[self.docs == doc] = self.truth[self.docs != doc].sum(axis=0)
        return scores

    def tfidf(self) -> np.ndarray:
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectorizer = TfidfVectorizer(sublinear_tf=True).fit([e.text for e in self.excerpts] + self.phrases)
        texts = vectorizer.transform([e.text for e in self.excerpts])
        return (texts @ vectorizer.transform(self.phrases).T).toarray()

    def plain_cosine(self) -> np.ndarray:
        return self.vectors.values @ self.embedder.encode(self.phrases).T

    def ours(self, **changes: float) -> np.ndarray:
        order = text_order(self.excerpts)
        likeness = np.empty((len(order), len(self.codes)), np.float32)
        likeness[order] = likeness_to_codes(
            corpus_of(self.excerpts, self.vectors, order=order),
            np.arange(len(order)),
            self.codes,
            self.pieces,
            self.piece_vectors,
            replace(SuggestSettings(), **changes),
        )
        return standardised(likeness)


METHODS: dict[str, Callable[[Case], np.ndarray]] = {
    "popularity (knows the other interviews' codes)": Case.popularity,
    "TF-IDF cosine": Case.tfidf,
    "plain cosine": Case.plain_cosine,
    "**thematic, zero-shot**": Case.ours,
    "… without the question": lambda case: case.ours(question_weight=0),
    "… without shared words": lambda case: case.ours(words_weight=0),
    "… without the passages around": lambda case: case.ours(neighbour_weight=0),
    "… without the theme": lambda case: case.ours(parent_weight=0),
}


def table(name: str, case: Case) -> list[str]:
    coded = case.truth.any(axis=1)
    docs = case.docs[coded]
    used = int(case.truth.any(axis=0).sum())
    lines = [
        f"### {name}: {coded.sum()} coded excerpts, {len(set(docs))} interviews, {used} codes",
        "",
        "| method | recall@1 | 95 % | recall@3 | 95 % | mAP | thematic − method, recall@1 | recall@3 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    ours = {k: hits(case.ours(), case.truth, k) for k in (1, 3)}
    for method, score in METHODS.items():
        scores = score(case)
        cells = [method]
        for k in (1, 3):
            values = hits(scores, case.truth, k)
            low, high = interval_over_interviews(values, docs)
            cells += [f"{values.mean():.3f}", f"{low:.2f}–{high:.2f}"]
        precisions = [average_precision(scores[:, j], case.truth[:, j]) for j in range(len(case.codes))]
        cells.append(f"{np.mean([p for p in precisions if p is not None]):.3f}")
        for k in (1, 3):
            difference = ours[k] - hits(scores, case.truth, k)
            low, high = interval_over_interviews(difference, docs)
            sure = "" if low > 0 or high < 0 else " (noise)"
            cells.append(
                "" if not difference.any() else f"{difference.mean():+.3f} [{low:+.2f}, {high:+.2f}]{sure}"
            )
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--record", action="store_true", help=f"write {RESULTS.name} as well")
    options = parser.parse_args()
    lines: list[str] = []
    for path in sorted(options.data.glob("*.jsonl")):
        codebook, _ = read_codebook(path.with_name(f"{path.stem}.codebook.json"))
        lines += table(path.stem, Case(read_coded_excerpts(path, codebook), codebook))
    print("\n".join(lines))
    if options.record:
        head = [
            "# Zero-shot suggestions against human codes",
            "",
            (__doc__ or "").strip().replace("\n    ", "\n"),
            "",
        ]
        RESULTS.write_text("\n".join(head + lines), encoding="utf-8")


if __name__ == "__main__":
    main()
