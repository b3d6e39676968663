"""Excerpts as columns: the same suggestions, byte for byte, as from excerpts one by one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.cli.test_agree import decide
from tests.engines.studies import make_study
from tests.suggestion import wording_rules
from thematic.embedding import concatenate
from thematic.formats.machine.parquet import read_suggestions, read_vectors, write_ranking, write_suggestions
from thematic.ingestion import read_codebook_file, set_codebook
from thematic.pipeline import Pipeline
from thematic.study import Study
from thematic.suggestion import SuggestSettings, evidence, likeness, notes, suggest
from thematic.suggestion.corpus import Corpus, let_go
from thematic.suggestion.likeness import suggested_codes
from thematic.suggestion.ranking import rank

CODEBOOK = Path(__file__).parents[1] / "codebooks" / "smart_recovery.yaml"


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    study = make_study(tmp_path / "study")
    set_codebook(study, read_codebook_file(CODEBOOK))
    return Pipeline(study)


def test_columns_hold_what_the_excerpts_hold(pipeline: Pipeline) -> None:
    columns = pipeline.columns
    vectors = concatenate([read_vectors(data) for data in pipeline.workload.data(pipeline.vector_units)])
    assert tuple(columns.ids) == tuple(e.id for e in pipeline.excerpts) == vectors.ids
    for found in (columns, pipeline.vectors):
        np.testing.assert_array_equal(found.values, vectors.values)
        np.testing.assert_array_equal(found.questions, vectors.questions)
    assert pipeline.vectors.ids == vectors.ids
    assert (pipeline.vectors.model, pipeline.vectors.model_sha256) == (vectors.model, vectors.model_sha256)
    assert len(set(columns.transcripts.tolist())) == 3
    assert pipeline.notes_on_suggestions() == list(notes([e.text for e in pipeline.excerpts]))


def test_they_are_made_once_and_again_when_a_transcript_changes(pipeline: Pipeline) -> None:
    def files() -> dict[Path, int]:
        folder = pipeline.study.machine / "columns"
        return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}

    _ = pipeline.columns
    before = files()
    _ = Pipeline(pipeline.study).columns
    assert files() == before
    text = pipeline.study.root / "texts" / "P02.json"
    text.unlink()
    assert len(Pipeline(pipeline.study).columns.ids) < len(pipeline.columns.ids)
    assert before.keys().isdisjoint(files())


@pytest.mark.parametrize(
    "settings",
    [
        SuggestSettings(),
        SuggestSettings(shortlist=1, words_weight=0),
        SuggestSettings(min_content_words=9, question_weight=0, neighbour_weight=0),
    ],
)
def test_the_file_made_from_columns_is_that_made_from_nouns(
    pipeline: Pipeline, settings: SuggestSettings
) -> None:
    texts, vectors = pipeline.code_texts, pipeline.code_vectors
    ranking = rank(pipeline.columns, pipeline.codebook, texts, vectors, settings=settings)
    written = write_ranking(pipeline.columns.ids, ranking, texts)
    nouns, _ = suggest(
        pipeline.excerpts, pipeline.vectors, pipeline.codebook, texts, vectors, settings=settings
    )
    assert read_suggestions(written) == nouns
    assert written == write_suggestions(nouns)
    assert any(s.status == "abstained" for s in nouns)


def test_the_file_of_a_large_study_is_made_some_excerpts_at_a_time(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = SuggestSettings(min_content_words=9)
    texts, vectors, ids = pipeline.code_texts, pipeline.code_vectors, pipeline.columns.ids
    ranking = rank(pipeline.columns, pipeline.codebook, texts, vectors, settings=settings)
    at_once = read_suggestions(write_ranking(ids, ranking, texts))
    monkeypatch.setattr("thematic.formats.machine.parquet._RANKED_AT_A_TIME", 7)
    assert read_suggestions(write_ranking(ids, ranking, texts)) == at_once
    assert tuple(ranking.suggestions(ids, texts)) == at_once


def test_columns_rank_as_the_rules_say(pipeline: Pipeline) -> None:
    """Against the rules as they are written for a few excerpts, which hold all likenesses at once."""
    settings = SuggestSettings()
    texts, vectors = pipeline.code_texts, pipeline.code_vectors
    ranking = rank(pipeline.columns, pipeline.codebook, texts, vectors, settings=settings)
    kept = np.flatnonzero(ranking.kept)
    excerpts = [pipeline.excerpts[i] for i in kept]
    codes = suggested_codes(pipeline.codebook)
    by_the_rules = wording_rules.code_likeness(
        excerpts,
        pipeline.vectors.values[kept],
        pipeline.vectors.questions[kept],
        codes,
        texts,
        vectors,
        settings=settings,
    )
    ranked, shares = wording_rules.rank_codes(by_the_rules, settings.shortlist)
    assert shares is not None
    assert ranking.shares is not None
    # Sums in another order differ in the last bits, which may turn a tie.
    assert (ranking.ranked == ranked).mean() > 0.99
    same = np.take_along_axis(shares, ranking.ranked, axis=1)
    np.testing.assert_allclose(ranking.shares, same, atol=0.02)


def test_memory_of_mapped_vectors_is_given_back(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ranking is the same from mapped vectors as from vectors in memory, and lets go of every mapped page."""
    given_back: list[object] = []

    def counted(matrix: np.ndarray) -> None:
        given_back.append(matrix)
        let_go(matrix)

    def ranked(columns: Corpus) -> bytes:
        texts = pipeline.code_texts
        made = rank(
            columns,
            pipeline.codebook,
            texts,
            pipeline.code_vectors,
            settings=SuggestSettings(question_weight=1),
        )
        return write_ranking(columns.ids, made, texts)

    monkeypatch.setattr("thematic.columns._PARTS_IN_MEMORY", 1)
    monkeypatch.setattr("thematic.columns.let_go", counted)
    columns = pipeline.columns
    # After each of three parts, and at the end, both matrices.
    assert len(given_back) == 8
    given_back.clear()
    in_memory = replace(columns, values=np.array(columns.values), questions=np.array(columns.questions))
    expected = ranked(in_memory)
    for module in (likeness, evidence):
        monkeypatch.setattr(module, "let_go", counted)
    assert ranked(columns) == expected
    # Twice for the likeness of each of the two, and once for the evidence.
    assert [matrix is columns.values for matrix in given_back] == [True, True, False, False, True]


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="tells of memory as Linux does")
def test_letting_go_frees_pages_and_loses_nothing(tmp_path: Path) -> None:
    def resident(path: Path) -> int:
        lines = Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines()
        begin = next(i for i, line in enumerate(lines) if line.endswith(str(path)))
        return int(next(line for line in lines[begin:] if line.startswith("Rss:")).split()[1])

    path = tmp_path / "values.npy"
    np.save(path, np.arange(1_000_000, dtype=np.float32))
    mapped = np.load(path, mmap_mode="r")
    total = mapped.sum()
    assert resident(path) > 3_000
    let_go(mapped)
    assert resident(path) < 100
    assert mapped.sum() == total
    changed = np.load(path, mmap_mode="c")  # what is changed in such a copy is in no file
    changed[0] = 7
    let_go(changed)
    assert changed[0] == 7
    let_go(np.zeros(3))


def test_only_an_edited_code_is_embedded_again(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    before = pipeline.code_vectors
    path = pipeline.study.codebook_path
    path.write_text(path.read_text(encoding="utf-8").replace("appointments", "visits"), encoding="utf-8")
    edited = Pipeline(pipeline.study)
    asked: list[str] = []
    whole = edited.embedder.encode

    def encode(texts: list[str], **options: object) -> object:
        asked.extend(texts)
        return whole(texts)

    monkeypatch.setattr(type(edited.embedder), "encode", lambda _self, texts, **o: encode(texts))
    after = edited.code_vectors
    assert 0 < len(asked) < len(edited.code_texts) / 4
    assert any("visits" in text for text in asked)
    changed = (before != after).any(axis=1)
    assert 0 < changed.sum() <= len(asked)


def coded(pipeline: Pipeline) -> Study:
    """The study, with P01 and P10 coded by Ada as the wording suggests."""
    firsts = {s.excerpt_id: s.code_id for s in pipeline.suggestions if s.rank == 1}
    for excerpt in pipeline.excerpts:
        if excerpt.transcript_id != "P02":
            code = firsts[excerpt.id]
            decide(pipeline.study, "ada", excerpt, [code] if code else [])
    return pipeline.study


def test_learning_reads_the_texts_that_people_decided_on_and_no_others(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = coded(pipeline)
    read: list[str] = []
    whole = Study.transcript
    monkeypatch.setattr(Study, "transcript", lambda self, id_: read.append(id_) or whole(self, id_))
    again = Pipeline(study)
    learning = again.learning
    assert learning is not None
    assert learning.judged == sum(e.transcript_id != "P02" for e in pipeline.excerpts)
    assert sorted(read) == ["P01", "P10"]
    assert "excerpts" not in again.__dict__
    everything = Pipeline(study)
    assert len(everything.excerpts) == len(pipeline.excerpts)
    assert again.decisions == everything.decisions
    assert again.none_apply == everything.none_apply


def test_what_is_learnt_is_written_some_at_a_time(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = coded(pipeline)
    expected = Pipeline(study).suggestions
    assert any(s.probability is not None for s in expected)
    path = Pipeline(study).suggestions_path
    path.unlink()
    monkeypatch.setattr("thematic.formats.machine.parquet._SUGGESTED_AT_A_TIME", 5)
    assert Pipeline(study).suggestions == expected
    assert pq.ParquetFile(path).num_row_groups == -(-len(expected) // 5)
