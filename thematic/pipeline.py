"""The order of the stages, and what may be skipped. Floor 5.

Every result of a stage is kept in a file named by the hash of all it was made from: the text and turns, the
settings, the model, the codebook, and the version of this package. A result whose file exists is not computed
again, so a run that was killed goes on where it was, and a run with nothing new does nothing but hash.
Nothing here touches a decision of a person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path
from sys import intern
from typing import TYPE_CHECKING, Any

from thematic.anchoring import Anchored, anchor
from thematic.engines import EngineSettings
from thematic.errors import Problem, StudyError
from thematic.files import write_atomic
from thematic.formats.exports.front_door import FORMATS
from thematic.journal import read_journal
from thematic.ledger import Ledger
from thematic.model import (
    Clustering,
    Codebook,
    Coder,
    Coding,
    Decision,
    Excerpt,
    Judged,
    ProgressCallback,
    Segmentation,
    StudyData,
    Suggestion,
    Transcript,
    Vectors,
)
from thematic.records import keep_records, records_of
from thematic.review import excerpts_of, judgements, make_codings
from thematic.study import Study, fingerprint, json_bytes
from thematic.text import check_quote
from thematic.units import EXCERPTS_IN_UNIT, LIBRARIES, Unit, versions
from thematic.workload import Workload, embed_units, segment_units

if TYPE_CHECKING:
    from thematic.embedding import Embedder
    from thematic.formats.transcripts.attributes import CaseAttributes
    from thematic.model import CodeText, FloatMatrix
    from thematic.suggestion.corpus import Corpus
    from thematic.suggestion.learnt import Learning
    from thematic.suggestion.lessons import Lesson

__all__ = ["Pipeline", "StageProgress"]

StageProgress = Callable[[str], ProgressCallback]


def _silent(_stage: str) -> ProgressCallback:
    return lambda _done, _total: None


@dataclass
class Pipeline:
    """The stages over one study. Each method makes what it needs first, and reuses what is there.

    threads: processors to compute with. engine: who does the units of work. Neither changes a byte.
    on_stage: called with a stage's name, gives the callback that hears its progress.
    """

    study: Study
    threads: int | None = None
    engine: EngineSettings = field(default_factory=EngineSettings)
    on_stage: StageProgress = _silent
    ledger: Ledger = field(default_factory=Ledger)

    # --- What the results depend on: hashes only, nothing is loaded ----------------------------------

    @cached_property
    def transcript_ids(self) -> list[str]:
        ids = self.study.transcript_ids()  # sorted
        if not ids:
            raise StudyError(
                "the study has no transcripts yet",
                path=str(self.study.root),
                hint="add some with `thematic ingest PATH…`",
            )
        return ids

    @cached_property
    def records(self) -> dict[str, dict[str, Any]]:
        """What texts/<id>.json says of each transcript, with the hash of its turns in their place."""
        _ = self.transcript_ids  # tells when there are none
        return records_of(self.study)

    @cached_property
    def segment_units(self) -> list[Unit]:
        return segment_units(self.study, self.records)

    @cached_property
    def model_sha256(self) -> str:
        from thematic.embedding import model_sha256

        settings = self.study.settings.embed
        return model_sha256(settings.model, allow_download=settings.allow_download)

    @cached_property
    def vectors_key(self) -> str:
        texts = [(unit.name, unit.key) for unit in self.segment_units]
        return fingerprint("vectors", texts, self.model_sha256, versions("embed"), EXCERPTS_IN_UNIT)

    @cached_property
    def codebook_key(self) -> str:
        return hashlib.sha256(self.study.codebook_path.read_bytes()).hexdigest()

    @cached_property
    def decisions_key(self) -> str:
        journals = self.study.journals()
        return fingerprint({p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in journals})

    @cached_property
    def participants_key(self) -> str:
        path = self.study.participants_path()
        return hashlib.sha256(path.read_bytes()).hexdigest() if path else ""

    @cached_property
    def suggest_key(self) -> str:
        settings = self.study.settings.suggest
        made_from = (versions("suggest"), self.vectors_key, self.codebook_key, settings)
        # Without decisions nothing is learnt, and the key is what it was before anybody coded.
        learnt_from = (self.decisions_key,) if self.study.journals() else ()
        return fingerprint("suggest", *made_from, *learnt_from)

    @cached_property
    def cluster_key(self) -> str:
        return fingerprint("cluster", versions("cluster"), self.vectors_key, self.study.settings.cluster)

    @cached_property
    def export_key(self) -> str:
        return fingerprint(
            "export",
            self.suggest_key,
            self.cluster_key,
            self.study.settings,
            self.records,
            self.participants_key,
            self.decisions_key,
            versions(*LIBRARIES),
        )

    # --- Stages --------------------------------------------------------------------------------------

    @cached_property
    def codebook(self) -> Codebook:
        codebook, _ = self._codebook_and_warnings
        self.study.keep_codebook(codebook)
        return codebook

    @cached_property
    def _codebook_and_warnings(self) -> tuple[Codebook, tuple[Problem, ...]]:
        from thematic.formats.codebooks.front_door import read_codebook

        if not self.study.codebook_path.is_file():
            raise StudyError(
                "the study has no codebook.yaml",
                path=str(self.study.root),
                hint="copy one there; `thematic codebook check FILE` tells whether it can be used",
            )
        return read_codebook(self.study.codebook_path)

    @cached_property
    def transcripts(self) -> dict[str, Transcript]:
        """The transcripts by id, with the case attributes of the sheet of participants."""
        ids = (id_ for unit in self.segment_units for id_ in unit.transcripts)
        return {transcript.id: transcript for transcript in self._read(ids)}

    def _read(self, ids: Iterable[str]) -> Sequence[Transcript]:
        from thematic.formats.transcripts.attributes import with_attributes

        transcripts = [self.study.transcript(id_) for id_ in ids]
        return transcripts if self._cases is None else with_attributes(transcripts, self._cases)[0]

    @cached_property
    def _cases(self) -> CaseAttributes | None:
        from thematic.formats.transcripts.attributes import read_attributes
        from thematic.formats.transcripts.reading import SourceFile

        path = self.study.participants_path()
        return read_attributes(SourceFile(path.name, path.read_bytes())) if path else None

    @cached_property
    def workload(self) -> Workload:
        return Workload(
            study=self.study,
            engine=self.engine,
            threads=self.threads,
            files={id_: record["source"]["path"] for id_, record in self.records.items()},
            on_unit=lambda unit, rows, computed: self.ledger.count(unit.stage, rows, computed=computed),
        )

    @cached_property
    def cut_units(self) -> list[Unit]:
        """The units whose transcripts are cut into excerpts; the others are failures of the workload."""
        with self.ledger.stage("segment"):
            return self.workload.complete(self.segment_units, self.on_stage("Segmenting"))

    @cached_property
    def vector_units(self) -> list[Unit]:
        """The units of vectors, all done. Raises StudyError with every transcript that could not be done."""
        units = self._units_of_vectors(self.cut_units)
        with self.ledger.stage("embed"):
            done = self.workload.complete(units, self.on_stage("Embedding"))
        self.workload.raise_failures()
        return done

    @property
    def planned_vector_units(self) -> list[Unit]:
        """The units of vectors, done or not; of transcripts that are cut already."""
        return self._units_of_vectors(self.segment_units)

    def _units_of_vectors(self, cut: Sequence[Unit]) -> list[Unit]:
        receipts = self.workload.receipts
        made = [(unit, receipt) for unit in cut if (receipt := receipts.get(unit))]
        return embed_units(self.study, [(u, r.rows, r.sha256) for u, r in made], self.model_sha256)

    @property
    def suggestions_path(self) -> Path:
        return self.study.machine_file("suggestions", "suggestions", self.suggest_key)

    @property
    def clusters_path(self) -> Path:
        return self.study.machine_file("clusters", "clusters", self.cluster_key, ".json")

    @cached_property
    def segmentations(self) -> dict[str, Segmentation]:
        """The excerpts of every transcript, each checked against the text it was cut from."""
        return self._segmentations_of(set(self.transcript_ids), self.transcripts)

    def _segmentations_of(
        self, ids: Set[str], transcripts: Mapping[str, Transcript]
    ) -> dict[str, Segmentation]:
        from thematic.formats.machine.parquet import read_segmentations

        units = [unit for unit in self.cut_units if not ids.isdisjoint(unit.transcripts)]
        self.workload.raise_failures()
        results: dict[str, Segmentation] = {}
        with self.ledger.stage("segment"):
            for data in self.workload.data(units):
                for segmentation in read_segmentations(data):
                    if segmentation.transcript_id not in ids:
                        continue
                    results[segmentation.transcript_id] = segmentation
                    for excerpt in segmentation.excerpts:
                        transcript = transcripts[segmentation.transcript_id]
                        check_quote(transcript, excerpt.start, excerpt.end, excerpt.text)
        return results

    @cached_property
    def excerpts(self) -> tuple[Excerpt, ...]:
        """All excerpts, transcript by transcript."""
        return tuple(excerpt for s in self.segmentations.values() for excerpt in s.excerpts)

    @cached_property
    def decisions(self) -> dict[str, tuple[Decision, ...]]:
        """The decisions of each coder that have a place in the present texts."""
        return {coder: anchored.decisions for coder, anchored in self.anchored.items()}

    @cached_property
    def anchored(self) -> dict[str, Anchored]:
        """The journals of all coders, each decision at its place in the present texts."""
        journals = {path.stem: read_journal(path)[0] for path in self.study.journals()}
        if not journals:
            return {}
        ids = {decision.quote.transcript_id for made in journals.values() for decision in made}
        texts = {transcript.id: transcript.text for transcript in self._transcripts_of(ids)}
        earlier = {id_: self.study.earlier_texts(id_) for id_ in texts}
        known = {key: a for id_ in texts for key, a in self.study.known_alignments(id_, texts[id_]).items()}
        spans = self._spans_of(ids)
        return {coder: anchor(made, texts, earlier, spans, known) for coder, made in journals.items()}

    def _transcripts_of(self, ids: Set[str]) -> Sequence[Transcript]:
        """Those of these transcripts that the study has, read by themselves where it was not read already."""
        if "transcripts" in self.__dict__:
            return [transcript for id_, transcript in self.transcripts.items() if id_ in ids]
        return self._read(id_ for id_ in self.transcript_ids if id_ in ids)

    @cached_property
    def codings(self) -> tuple[Coding, ...]:
        """What people have coded, coder by coder."""
        return tuple(c for coder, made in self.decisions.items() for c in make_codings(coder, made))

    @cached_property
    def judged(self) -> tuple[Judged, ...]:
        """The passages whose codes people have stated, coder by coder."""
        return tuple(
            Judged(
                quote=judgement.quote,
                coder_id=coder,
                layer=judgement.last.layer,
                mode=judgement.last.mode,
                excerpt_id=judgement.excerpt_id,
                none_applies=judgement.none_applies,
            )
            for coder, made in self.decisions.items()
            for judgement in judgements(coder, made)
            if judgement.last is not None
        )

    @cached_property
    def none_apply(self) -> frozenset[str]:
        """Excerpts of which a person has said that no code applies, or of a passage that is half of them."""
        passages = [
            judgement
            for coder, made in self.decisions.items()
            for judgement in judgements(coder, made)
            if judgement.none_applies
        ]
        return excerpts_of(passages, self._spans_of({p.quote.transcript_id for p in passages}))

    @cached_property
    def vectors(self) -> Vectors:
        """The vectors of all excerpts, transcript by transcript; mapped from the disk, read-only."""
        from thematic.formats.machine.parquet import read_vectors

        columns = self.columns
        some = read_vectors(next(self.workload.data(self.vector_units)))
        return replace(some, ids=tuple(columns.ids), values=columns.values, questions=columns.questions)

    @cached_property
    def embedder(self) -> Embedder:
        from thematic.embedding import load_embedder

        settings = self.study.settings.embed
        return load_embedder(settings.model, threads=self.threads, allow_download=settings.allow_download)

    @cached_property
    def lessons(self) -> tuple[Lesson, ...]:
        """What people's judgements teach, with the codes that there were to choose from at the time."""
        from thematic.suggestion.lessons import Lesson

        versions: dict[str, frozenset[str] | None] = {"": None}
        lessons = []
        for coder, made in self.decisions.items():
            for judgement in judgements(coder, made):
                if not judgement.decided and not judgement.rejected:
                    continue
                version = judgement.last.codebook_version if judgement.last else ""
                if version not in versions:
                    versions[version] = self._codes_of_version(version)
                lessons.append(
                    Lesson(
                        coder_id=coder,
                        transcript_id=judgement.quote.transcript_id,
                        start=judgement.quote.start,
                        end=judgement.quote.end,
                        applied=frozenset(judgement.code_ids),
                        rejected=frozenset(judgement.rejected),
                        decided=judgement.decided,
                        known=versions[version],
                        settled=judgement.layer != "independent",
                    )
                )
        return tuple(lessons)

    def _codes_of_version(self, version: str) -> frozenset[str] | None:
        """The ids of the codes in use in a version of the codebook; None where it was not kept."""
        from thematic.formats.codebooks.front_door import read_codebook

        path = self.study.root / "codebooks" / f"{version}.yaml"
        if version == self.codebook.version or not path.is_file():
            return None
        codebook, _ = read_codebook(path)
        return frozenset(code.id for code in codebook.codes if code.status == "active")

    @cached_property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """The shortlist of every excerpt, learnt from what people coded as soon as there is enough."""
        from thematic.formats.machine.parquet import read_suggestions

        _ = self.learning
        return read_suggestions(self.suggestions_path.read_bytes())

    def _each_suggestion(
        self, *, only_first: bool = False, of: Set[str] | None = None
    ) -> Iterator[Suggestion]:
        """The same one by one, for studies that are too large for memory. of: ids of excerpts."""
        from thematic.formats.machine.parquet import each_suggestion

        _ = self.learning
        return each_suggestion(self.suggestions_path, only_first=only_first, of=of)

    def suggested(self) -> Iterator[tuple[str | None, int]]:
        """The code and the rank of every suggestion, in order; the code of an abstention is None."""
        from thematic.formats.machine.parquet import read_columns

        _ = self.learning
        columns = read_columns(self.suggestions_path, ("code_id", "rank"), None)
        return zip(columns["code_id"], columns["rank"], strict=True)

    @cached_property
    def learning(self) -> Learning | None:
        """What the suggestions were learnt from; None where they come from the codebook's wording.

        Afterwards the suggestions are in their file.
        """
        from thematic.formats.machine.learning_json import read_learning, write_learning
        from thematic.formats.machine.parquet import write_suggestions

        path = self.suggestions_path
        learnt_path = self.study.machine_file("suggestions", "learning", self.suggest_key, ".json")
        if path.exists() and learnt_path.exists():
            return read_learning(learnt_path.read_bytes())
        data: bytes | None = None
        learning: Learning | None = None
        lessons = self.lessons
        if lessons:
            from thematic.suggestion.learnt import suggest_learnt

            spans, vectors = self._spans, self.vectors
            with self.ledger.stage("suggest"):
                learnt = suggest_learnt(
                    spans,
                    vectors,
                    self.codebook,
                    self.code_texts,
                    self.code_vectors,
                    lessons,
                    settings=self.study.settings.suggest,
                    on_progress=self.on_stage("Suggesting"),
                )
                if learnt:
                    suggestions, learning = learnt
                    data = write_suggestions(suggestions)
        if data is None:
            data = self._ranked()
        with self.ledger.stage("suggest"):
            write_atomic(learnt_path, write_learning(learning))
            write_atomic(path, data)
        self.study.forget_other("suggestions", {path, learnt_path})
        return learning

    def _ranked(self) -> bytes:
        """Suggestions from the codebook's wording, as Parquet: from columns, without a noun an excerpt."""
        from thematic.formats.machine.parquet import write_ranking
        from thematic.suggestion.ranking import rank

        corpus = self.columns
        with self.ledger.stage("suggest"):
            settings = self.study.settings.suggest
            ranking = rank(corpus, self.codebook, self.code_texts, self.code_vectors, settings=settings)
            return write_ranking(corpus.ids, ranking, self.code_texts)

    @cached_property
    def columns(self) -> Corpus:
        """All excerpts as columns, their vectors mapped from the disk."""
        from thematic.columns import columns_of

        units = self.vector_units
        folder = self.study.machine / "columns" / self.vectors_key[:16]
        with self.ledger.stage("columns"):
            rows = sum(receipt.rows for unit in units if (receipt := self.workload.receipts.get(unit)))
            return columns_of(folder, rows, self.workload.data(self.cut_units), self.workload.data(units))

    @cached_property
    def code_texts(self) -> list[CodeText]:
        """The wording of the codebook, piece by piece."""
        from thematic.codebook import code_texts

        return list(code_texts(self.codebook))

    @cached_property
    def code_vectors(self) -> FloatMatrix:
        """The vectors of the codebook's wording, a row a piece; unedited codes are not embedded."""
        import numpy as np

        from thematic.embedding import code_vectors
        from thematic.formats.machine.matrices import read_matrices, write_matrices

        # Batches are formed within a code, so that other codes' wording cannot change a bit of its vectors.
        model = (self.model_sha256, versions("embed"))
        by_code = [list(pieces) for _, pieces in groupby(self.code_texts, key=lambda text: text.code_id)]
        keys = [fingerprint(model, [piece.text for piece in pieces]) for pieces in by_code]
        path = self.study.machine / "codes" / "vectors.npz"
        kept = read_matrices(path.read_bytes()) if path.exists() else {}
        with self.ledger.stage("suggest"):
            made = {
                key: kept[key] if key in kept else code_vectors(pieces, self.embedder)
                for key, pieces in zip(keys, by_code, strict=True)
            }
            if made.keys() != kept.keys():
                write_atomic(path, write_matrices(made))
        return np.vstack([made[key] for key in keys])

    @property
    def _spans(self) -> Sequence[Excerpt]:
        """The excerpts by place and words alone: half the memory, where they were not read already."""
        if "excerpts" in self.__dict__:
            return self.excerpts
        units = self.cut_units
        self.workload.raise_failures()
        return _spans_in(self.workload.data(units))

    def _spans_of(self, ids: Set[str]) -> Sequence[Excerpt]:
        """The same of these transcripts."""
        if not ids:
            return []  # nothing needs to be cut for none
        if "excerpts" in self.__dict__:
            spans: Iterable[Excerpt] = self.excerpts
        else:
            units = [unit for unit in self.cut_units if not ids.isdisjoint(unit.transcripts)]
            self.workload.raise_failures()
            spans = _spans_in(self.workload.data(units))
        return [span for span in spans if span.transcript_id in ids]

    @cached_property
    def clustering(self) -> Clustering:
        """Emergent clusters, placed against the codebook. A changed codebook places them anew only."""
        from thematic.clustering import cluster, place
        from thematic.formats.machine.clustering_json import read_clustering, write_clustering

        path = self.clusters_path
        if path.exists():
            clustering = read_clustering(path.read_bytes())
        else:
            vectors = self.vectors
            with self.ledger.stage("cluster"):
                clustering = cluster(
                    self._spans,
                    vectors,
                    settings=self.study.settings.cluster,
                    on_progress=self.on_stage("Clustering"),
                )
                write_atomic(path, write_clustering(clustering))
            self.study.forget_other("clusters", {path})
        with self.ledger.stage("cluster"):
            return place(
                clustering,
                self._each_suggestion(only_first=True),
                self.codebook,
                excerpts=self._spans,
                codings=self.codings,
                none_apply=self.none_apply,
                settings=self.study.settings.cluster,
            )

    def data(self, only: Set[str] | None = None) -> StudyData:
        """The study as it stands now, for exports and reports; of these transcripts alone where they are
        given."""
        people, clustering = self.data_of_people(only), self.clustering
        suggestions = self.suggestions if only is None else self._suggestions_of(people.segmentations)
        return replace(people, suggestions=suggestions, clustering=clustering, notes=self._told())

    def _suggestions_of(self, segmentations: Iterable[Segmentation]) -> tuple[Suggestion, ...]:
        ids = {excerpt.id for s in segmentations for excerpt in s.excerpts}
        return tuple(self._each_suggestion(of=ids))

    def _told(self) -> tuple[str, ...]:
        notes = self.notes()
        return tuple(note for stage in ("suggesting", "reading", "codebook") for note in notes[stage])

    def data_of_people(self, only: Set[str] | None = None) -> StudyData:
        """The study without what machines suggest: for exports of codings, for which nothing is computed.

        only: transcripts, where these are enough; the others are not read.
        """
        if only is None:
            transcripts, segmentations = self.transcripts, self.segmentations
        else:
            transcripts = {transcript.id: transcript for transcript in self._transcripts_of(only)}
            segmentations = self._segmentations_of(only, transcripts)
        return replace(
            self._frame(),
            transcripts=tuple(transcripts.values()),
            segmentations=tuple(segmentations[id_] for id_ in transcripts),
        )

    def parts(self) -> Iterator[StudyData]:
        """The study as it stands now, in parts that fit into memory."""
        from thematic.formats.machine.parquet import read_segmentations
        from thematic.parts import in_parts

        cut = self.cut_units
        self.workload.raise_failures()
        yield from in_parts(
            replace(self.data_without_transcripts(), notes=self._told()),
            map(read_segmentations, self.workload.data(cut)),
            self._read,
            self._each_suggestion(),
        )

    def data_without_transcripts(self) -> StudyData:
        """What there is for a study that is read in parts: codebook, codings and clusters."""
        return replace(self._frame(), clustering=self.clustering)

    def _frame(self) -> StudyData:
        """What a study is beside its transcripts and what machines make of them."""
        return StudyData(
            title=self.study.settings.title,
            transcripts=(),
            segmentations=(),
            codebook=self.codebook,
            codings=self.codings,
            judged=self.judged,
            coders=tuple(Coder(id=coder, name=coder) for coder in self.decisions),
        )

    def notes_on_suggestions(self) -> list[str]:
        """What a reader of the suggestions must know."""
        from thematic.suggestion import notes_by_count

        words = self.columns.words
        return list(notes_by_count(words.total, int(words.counts.sum()), self.learning))

    def notes(self) -> dict[str, list[str]]:
        """What a reader of the results must know, by the stage that says it."""
        reading = dict.fromkeys(w for r in self.records.values() for w in r["report"].get("warnings", ()))
        return {
            "suggesting": self.notes_on_suggestions(),
            "clustering": [self.clustering.note] if self.clustering.note else [],
            **({"exports": list(self.left_out.values())} if self.left_out else {}),
            "reading": list(reading),
            "codebook": [f"codebook: {problem.message}" for problem in self._codebook_and_warnings[1]],
        }

    @cached_property
    def left_out(self) -> dict[str, str]:
        """The files of exports/ that are not written for so many excerpts, and why, in words."""
        number = len(self.columns.ids)
        return {
            file: f"{file} is not written for {number:,} excerpts: one of more than "
            f"{made.most_excerpts:,} is too large to read. For a part: thematic export --to {name} "
            "--transcript NAME; all of them are in excerpts.csv, excerpts.jsonl and `thematic query`."
            for name, made in FORMATS.items()
            if made.in_every_run and made.most_excerpts is not None and number > made.most_excerpts
            for file in made.files
        }

    def write_timings(self, began: float) -> None:
        """timings.json in the study; `began` is `time.perf_counter()` at the start of the run."""
        taken = self.ledger.record(began=began, excerpts=len(self.columns.ids))
        write_atomic(self.study.root / "timings.json", json_bytes(taken))

    def longest_shortlist(self) -> int:
        """The largest rank of a suggestion."""
        from thematic.formats.machine.parquet import longest_shortlist

        _ = self.learning
        return longest_shortlist(self.suggestions_path)

    def tidy(self) -> None:
        """Delete excerpts and vectors of texts and settings that are no longer those of the study."""
        units = [*self.segment_units, *self.vector_units]
        keep = {self.study.root / unit.output for unit in units}
        for folder in ("excerpts", "vectors"):
            self.study.forget_other(folder, keep)
        self.workload.receipts.keep_only(units)
        keep_records(self.study)


def _spans_in(files: Iterable[bytes]) -> list[Excerpt]:
    """The excerpts in these files, by place and words alone."""
    from thematic.formats.machine.parquet import read_columns

    columns = (read_columns(data, ("id", "transcript_id", "start", "end", "text")) for data in files)
    return [
        Excerpt(
            id=id_,
            transcript_id=intern(transcript),
            start=start,
            end=end,
            text=text,
            turns=(),
            speaker="",
        )
        for each in columns
        for id_, transcript, start, end, text in zip(*each.values(), strict=True)
    ]
