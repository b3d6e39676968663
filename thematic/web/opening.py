"""From a study folder to the session behind a page: only what the mode allows is loaded at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from thematic.anchoring import anchor
from thematic.assignments import assigned
from thematic.errors import InputError, SettingsError, StudyError, did_you_mean
from thematic.journal import Journal
from thematic.model import Decision, Excerpt, StudyData
from thematic.pipeline import Pipeline
from thematic.review import Review, by_code, by_disagreement, by_transcript, by_uncertainty, disagreements
from thematic.study import Study
from thematic.text import join_names
from thematic.web.relearning import learnt_from
from thematic.web.session import ReviewSession

__all__ = ["Mode", "Order", "alone", "check_choice", "open_adjudication", "open_review"]

Mode = Literal["blind", "reveal", "assist"]
Order = Literal["transcript", "learning", "uncertainty", "code", "disagreement"]


@contextmanager
def alone(study: Study, coder_id: str) -> Iterator[None]:
    """Hold the page of one coder: two servers for one person could not tell each other's tabs.

    Raises StudyError at once when another page of this coder is being served. The operating system lets go
    when a process dies.
    """
    from filelock import FileLock, Timeout

    study.journal_path(coder_id)  # the name is checked before it becomes part of a path
    study.machine.mkdir(exist_ok=True)
    lock = FileLock(study.machine / f"review-{coder_id}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise StudyError(
            f"a review page of “{coder_id}” is open already",
            path=str(study.root),
            hint="use its address, or stop it with Ctrl-C in its terminal first",
        ) from None
    try:
        yield
    finally:
        lock.release()


def open_review(
    pipeline: Pipeline,
    coder_id: str,
    *,
    mode: Mode = "blind",
    order: Order = "transcript",
    transcript_id: str | None = None,
    code_id: str | None = None,
    seed: int = 0,
) -> ReviewSession:
    """The session of a coder over a study. In blind mode suggestions, clusters and other people's work are
    not even read, except that the orders for learning and by uncertainty read the scores.

    Raises SettingsError when transcript, code or order cannot be meant, InputError when nothing is left to
    judge.
    """
    if order == "disagreement" and mode == "blind":
        raise SettingsError(
            "the order by disagreement would tell a blind coder where others differ",
            hint="add --mode assist, or settle disagreements with `thematic adjudicate`",
        )
    if (order == "code") != (code_id is not None):
        raise SettingsError("--order code and --code belong together", hint="add: --order code --code ID")
    journal = Journal.open(pipeline.study.journal_path(coder_id))
    assisted = mode != "blind"
    data = StudyData(
        title=pipeline.study.settings.title,
        transcripts=tuple(pipeline.transcripts.values()),
        segmentations=tuple(pipeline.segmentations.values()),
        codebook=pipeline.codebook,
        suggestions=pipeline.suggestions if assisted else (),
        clustering=pipeline.clustering if assisted else None,
    )
    excerpts = _asked_for(pipeline, coder_id, transcript_id)
    so_far = _as_it_stands(pipeline, journal)
    if order == "learning":
        queue = _to_learn_from(pipeline, excerpts, Review.replay(coder_id, so_far), seed)
    elif order == "uncertainty":
        queue = by_uncertainty(excerpts, pipeline.suggestions)
    elif order == "code" and code_id is not None:
        check_choice(code_id, "code", [code.id for code in data.codebook.codes])
        made = Review.replay(coder_id, so_far).judgements.values()
        coded = [j.excerpt_id for j in made if j.excerpt_id and code_id in j.code_ids]
        queue = by_code(code_id, excerpts, data.suggestions if mode == "assist" else (), coded)
    elif order == "disagreement":
        reviews = [Review.replay(c, d) for c, d in pipeline.decisions.items() if c != coder_id]
        queue = by_disagreement(excerpts, disagreements(reviews))
    else:
        queue = by_transcript(excerpts)
    if not queue:
        raise InputError(
            "there is no excerpt to judge" + (f" under “{code_id}” yet" if code_id else ""),
            hint="leave out --code or --transcript, or run `thematic status`",
        )
    return ReviewSession(
        data=data,
        journal=journal,
        coder_id=coder_id,
        mode=mode,
        queue=queue,
        so_far=so_far,
        seed=seed,
        learnt=learnt_from(pipeline) if assisted else (),
    )


def _to_learn_from(
    pipeline: Pipeline, excerpts: Sequence[Excerpt], review: Review, seed: int
) -> tuple[str, ...]:
    """The order in which least work teaches most: see `thematic.suggestion.next_to_code`."""
    from thematic.suggestion.next_to_code import order_to_code

    vectors = pipeline.vectors
    row = {id_: i for i, id_ in enumerate(vectors.ids)}
    wanted = {excerpt.id for excerpt in excerpts}
    return order_to_code(
        excerpts,
        vectors.values[[row[excerpt.id] for excerpt in excerpts]],
        [s for s in pipeline.suggestions if s.excerpt_id in wanted],
        {id_ for (layer, id_), j in review.judgements.items() if layer == "independent" and j.decided},
        review.coder_id,
        seed=seed,
    )


def open_adjudication(pipeline: Pipeline, coder_id: str, *, seed: int = 0) -> ReviewSession:
    """The session in which one person settles where coders differ, into the negotiated layer.

    Raises InputError when fewer than two coders have decided on anything.
    """
    journal = Journal.open(pipeline.study.journal_path(coder_id))
    reviews = [Review.replay(coder, made) for coder, made in pipeline.decisions.items()]
    coders = [
        review.coder_id
        for review in reviews
        if any(layer == "independent" and j.decided for (layer, _), j in review.judgements.items())
    ]
    if len(coders) < 2:
        raise InputError(
            f"disagreement takes two coders; {coders[0] if coders else 'nobody'} has decided so far",
            path=str(pipeline.study.root),
            hint="let a second person code: thematic review --coder NAME",
        )
    found = disagreements(reviews)
    return ReviewSession(
        data=StudyData(
            title=pipeline.study.settings.title,
            transcripts=tuple(pipeline.transcripts.values()),
            segmentations=tuple(pipeline.segmentations.values()),
            codebook=pipeline.codebook,
        ),
        journal=journal,
        coder_id=coder_id,
        queue=tuple(item.excerpt_id for item in found),
        disputes={item.excerpt_id: item for item in found},
        adjudicating=True,
        so_far=_as_it_stands(pipeline, journal),
        seed=seed,
    )


def _as_it_stands(pipeline: Pipeline, journal: Journal) -> tuple[Decision, ...]:
    """The decisions of a journal at their places in the present texts."""
    texts = {id_: transcript.text for id_, transcript in pipeline.transcripts.items()}
    earlier = {id_: pipeline.study.earlier_texts(id_) for id_ in texts}
    return anchor(journal.decisions, texts, earlier, pipeline.excerpts).decisions


def _asked_for(pipeline: Pipeline, coder_id: str, transcript_id: str | None) -> tuple[Excerpt, ...]:
    if transcript_id is None:
        return assigned(pipeline.study, coder_id, pipeline.excerpts)
    check_choice(transcript_id, "transcript", pipeline.transcript_ids)
    return pipeline.segmentations[transcript_id].excerpts


def check_choice(given: str, what: str, known: Sequence[str]) -> None:
    """Raise SettingsError unless `given` is one of those known."""
    if given not in known:
        near = did_you_mean(given, known)
        raise SettingsError(
            f"there is no {what} “{given}”", hint=near or f"choose {join_names(known[:12], 'or')}"
        )
