"""Machine data comes back exactly as it was written, and the same data has the same bytes."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from tests.builders import make_study_data
from thematic.formats.machine.clustering_json import read_clustering, write_clustering
from thematic.formats.machine.parquet import (
    read_segmentations,
    read_suggestions,
    read_vectors,
    write_segmentations,
    write_suggestions,
    write_vectors,
)
from thematic.model import Segmentation, Vectors

DATA = make_study_data()


def test_segmentations() -> None:
    assert any(s.set_aside for s in DATA.segmentations)
    empty = Segmentation(transcript_id="P09", excerpts=())
    together = [*DATA.segmentations, empty]
    for segmentations in ([s] for s in together):
        written = write_segmentations(segmentations)
        assert read_segmentations(written) == segmentations
        assert write_segmentations(read_segmentations(written)) == written
    assert read_segmentations(write_segmentations(together)) == together


def test_suggestions_with_their_evidence() -> None:
    assert any(suggestion.evidence for suggestion in DATA.suggestions)
    assert read_suggestions(write_suggestions(DATA.suggestions)) == DATA.suggestions


def test_clusters_with_their_placements() -> None:
    assert DATA.clustering is not None
    assert read_clustering(write_clustering(DATA.clustering)) == DATA.clustering


def test_vectors_bit_for_bit() -> None:
    values = np.random.default_rng(0).standard_normal((7, 5)).astype(np.float32)
    vectors = Vectors(
        ids=tuple("abcdefg"), values=values, questions=values[::-1] * 0, model="m", model_sha256="s"
    )
    again = read_vectors(write_vectors(vectors))
    assert again.ids == vectors.ids
    assert again.values.tobytes() == values.tobytes()
    assert not again.questions.any()
    assert (again.model, again.model_sha256) == ("m", "s")


def test_reading_starts_no_threads() -> None:
    # Arrow's threads abort a process that ends while they start; a short command would end with signal 6.
    script = (
        "import os\nfrom tests.builders import make_study_data\n"
        "from thematic.formats.machine.parquet import read_suggestions, write_suggestions\n"
        "data = write_suggestions(make_study_data().suggestions)\n"
        "before = len(os.listdir('/proc/self/task'))\nread_suggestions(data)\n"
        "print(len(os.listdir('/proc/self/task')) - before)"
    )
    if sys.platform == "linux":
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert done.stdout == "0\n"
