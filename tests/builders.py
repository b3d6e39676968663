"""Small invented nouns for tests: a transcript from turns, an excerpt from words, a whole study.

Everything is invented. `make_study_data()` is a study with some of everything: suggestions with evidence and
warnings, abstentions, clusters of every status, codings by two people, case attributes, run notes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from thematic.model import (
    Cluster,
    Clustering,
    Code,
    Codebook,
    Coder,
    Coding,
    Evidence,
    Excerpt,
    Placement,
    Provenance,
    Quote,
    Segmentation,
    SetAside,
    Source,
    StudyData,
    Suggestion,
    Transcript,
    Turn,
    excerpt_id,
)
from thematic.text import quote

__all__ = [
    "make_codebook",
    "make_coding",
    "make_excerpt",
    "make_segmentation",
    "make_study_data",
    "make_suggestion",
    "make_transcript",
]

INTERVIEWER = "Interviewer"


def make_transcript(
    transcript_id: str,
    turns: Sequence[tuple[str, str]],
    *,
    seconds_a_turn: float | None = None,
    attributes: Mapping[str, str] | None = None,
) -> Transcript:
    """A transcript of (speaker, words) pairs, a `SPEAKER: words` paragraph a turn."""
    text, built = "", []
    for index, (speaker, words) in enumerate(turns):
        text += ("\n\n" if text else "") + f"{speaker}: "
        start = len(text)
        text += words
        built.append(
            Turn(
                index=index,
                speaker=speaker,
                role="interviewer" if speaker == INTERVIEWER else "participant",
                start=start,
                end=len(text),
                start_time=None if seconds_a_turn is None else index * seconds_a_turn,
                end_time=None if seconds_a_turn is None else (index + 1) * seconds_a_turn,
            )
        )
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Transcript(
        id=transcript_id,
        title=f"Interview {transcript_id}",
        text=text,
        turns=tuple(built),
        source=Source(path=f"{transcript_id}.txt", sha256=digest, format="txt"),
        attributes=dict(attributes or {}),
    )


def make_excerpt(transcript: Transcript, words: str) -> Excerpt:
    """The excerpt at the first place where these words stand in a turn of the transcript."""
    for turn in transcript.turns:
        start = transcript.text.find(words, turn.start, turn.end)
        if start >= 0:
            break
    else:
        raise ValueError(f"{transcript.id} does not say {words!r}")
    before = transcript.turns[turn.index - 1] if turn.index else None
    question = None
    if before is not None and before.role == "interviewer":
        words_before = transcript.text[before.start : before.end]
        question = Quote(transcript_id=transcript.id, start=before.start, end=before.end, text=words_before)
    end = start + len(words)
    return Excerpt(
        id=excerpt_id(transcript.id, words, transcript.text.count(words, 0, start)),
        transcript_id=transcript.id,
        start=start,
        end=end,
        text=words,
        turns=(turn.index,),
        speaker=turn.speaker,
        role=turn.role,
        start_time=turn.start_time,
        end_time=turn.end_time,
        question=question,
    )


def make_segmentation(transcript: Transcript, passages: Sequence[str] | None = None) -> Segmentation:
    """Each passage is an excerpt; without passages, each turn of a participant is one."""
    if passages is None:
        passages = [transcript.text[t.start : t.end] for t in transcript.turns if t.role == "participant"]
    excerpts = sorted((make_excerpt(transcript, words) for words in passages), key=lambda e: e.start)
    return Segmentation(transcript_id=transcript.id, excerpts=tuple(excerpts))


def make_suggestion(
    excerpt: Excerpt, code_id: str | None, rank: int = 1, *, evidence: Sequence[Evidence] = (), **fields: Any
) -> Suggestion:
    """A suggestion, or with `code_id=None` an abstention (give its `reason`)."""
    given: dict[str, Any] = {"score": 1 - rank / 20, "band": ("strong", "fair", "weak")[min(rank, 3) - 1]}
    if code_id is None:
        given = {"score": None, "band": None}
    return Suggestion(
        excerpt_id=excerpt.id,
        code_id=code_id,
        rank=rank,
        status="abstained" if code_id is None else "suggested",
        evidence=tuple(evidence),
        **(given | fields),
    )


def make_coding(excerpt: Excerpt, code_id: str, coder_id: str, **fields: Any) -> Coding:
    """A coder's statement, made blind, that a code applies to the whole excerpt."""
    given: dict[str, Any] = {"codebook_version": "v1", "at": datetime(2024, 3, 5, 14, 30, tzinfo=UTC)}
    quote = Quote(
        transcript_id=excerpt.transcript_id, start=excerpt.start, end=excerpt.end, text=excerpt.text
    )
    return Coding(quote=quote, code_id=code_id, coder_id=coder_id, **(given | fields))


def make_codebook() -> Codebook:
    """Two themes with two codes each, and one retired code."""
    codes = (
        Code(
            id="reasons",
            name="Reasons to come",
            definition="Why the person came to a group, or stayed away.",
            color="#0072B2",
        ),
        Code(
            id="extra-support",
            name="Extra support",
            definition="Wanting more help than appointments give.",
            include=("Appointments too short or too far apart", "Filling the hard hours of the week"),
            exclude=("Support after treatment has ended: use 'Continuity'",),
            examples=("I see my counsellor once a month, and then it's four weeks of nothing.",),
            counter_examples=("Once they closed my file the meeting was my one fixed thing.",),
            parent_id="reasons",
            color="#1F78B4",
        ),
        Code(
            id="recommended",
            name="A clinician's word",
            definition="Somebody on the staff told the person about the group or pressed them to go.",
            include=("A worker hands over a leaflet or phones",),
            examples=("My nurse wrote the time on my hand.",),
            parent_id="reasons",
            color="#33A02C",
        ),
        Code(
            id="online",
            name="Online and in person",
            definition="What differs between a room and a screen.",
            color="#D55E00",
        ),
        Code(
            id="ease",
            name="Ease of joining",
            definition="Travel, time and effort saved or spent.",
            include=("No bus, no babysitter",),
            parent_id="online",
            color="#E69F00",
        ),
        Code(
            id="bonds",
            name="Weaker bonds",
            definition="People feel further away on a screen; less is said before and after.",
            examples=("You can't have a smoke outside with a little square.",),
            parent_id="online",
        ),
        Code(id="travel", name="Travel", parent_id="online", status="merged", merged_into="ease"),
    )
    return Codebook(title="Groups in treatment (invented)", version="v1", codes=codes)


_P01 = [
    (INTERVIEWER, "Can you tell me how you first heard about the group?"),
    (
        "P01",
        "My nurse, she, um, she wrote the time on a card and put it in my coat. I didn't plan on going. "
        "But then it was four weeks to the next appointment and I thought, well, what else is there on a "
        "Tuesday.",
    ),
    (INTERVIEWER, "And what was that gap between appointments like?"),
    (
        "P01",
        "Long. Forty minutes a month and then you're on your own with it. I'd sit in the kitchen and count. "
        "The group gave the week a middle, if that makes sense.",
    ),
    (INTERVIEWER, "You moved to the video group later."),
    (
        "P01",
        "Yeah, because of the bus. Two buses. At home I just open the laptop. It's easier but — how do I say "
        "it — nobody stays behind to talk. You press the red button and you're alone in the kitchen again.",
    ),
    (INTERVIEWER, "Anything else?"),
    ("P01", "Mm. No."),
]

_P02 = [
    (INTERVIEWER, "What made you try it?"),
    (
        "P02",
        "Honestly, the doctor wouldn't let it go. Every visit: have you been yet? So I went to shut him up. "
        "I didn't like it. I don't like circles of chairs.",
    ),
    (INTERVIEWER, "Did the online version suit you better?"),
    (
        "P02",
        "A bit. Camera off, cup of tea. You don't owe anybody your face. But I couldn't tell you one name "
        "from it, and I went eleven times.",
    ),
    (INTERVIEWER, "Eleven times."),
    ("P02", "Yeah."),
]

_P03 = [
    (INTERVIEWER, "How do you get to the meetings?"),
    (
        "P03",
        "My sister drives me when her shift allows. When it doesn't I do it on the phone, in the car park at "
        "work, with the heating on. 😀 It's not glamorous.",
    ),
    (INTERVIEWER, "What do you get from it that you don't get from your counsellor?"),
    (
        "P03",
        "Somebody at eight in the evening. The clinic shuts at five, and nothing bad ever happened to me "
        "before five.",
    ),
]


def make_study_data(**changes: Any) -> StudyData:
    """The invented study; fields given in `changes` replace its own."""
    p01 = make_transcript(
        "P01", _P01, seconds_a_turn=41.5, attributes={"group": "both", "years in treatment": "2"}
    )
    p02 = make_transcript("P02", _P02, attributes={"group": "in person", "years in treatment": "1"})
    p03 = make_transcript("P03", _P03, seconds_a_turn=20, attributes={"group": "online"})
    segmentations = (
        make_segmentation(
            p01,
            [
                _P01[1][1],
                _P01[3][1],
                "Yeah, because of the bus. Two buses. At home I just open the laptop.",
                "It's easier but — how do I say it — nobody stays behind to talk. You press the red button "
                "and you're alone in the kitchen again.",
                "Mm. No.",
            ],
        ),
        replace(
            make_segmentation(p02, [_P02[1][1], _P02[3][1]]),
            set_aside=(
                SetAside(
                    quote=quote(p02, p02.turns[5].start, p02.turns[5].end),
                    turn=5,
                    reason="a back-channel of one word",
                ),
            ),
        ),
        make_segmentation(p03),
    )
    (nurse, gap, bus, alone, back_channel), (doctor, camera), (car_park, evening) = (
        s.excerpts for s in segmentations
    )
    codebook = make_codebook()
    texts = {c.id: c for c in codebook.codes}

    def example(code_id: str) -> Evidence:
        code = texts[code_id]
        return Evidence(kind="example", text=code.examples[0], code_id=code_id, similarity=0.61)

    def definition(code_id: str, similarity: float = 0.52) -> Evidence:
        return Evidence(
            kind="definition", text=texts[code_id].definition, code_id=code_id, similarity=similarity
        )

    exclude = Evidence(
        kind="exclude",
        text=texts["extra-support"].exclude[0],
        code_id="extra-support",
        similarity=0.44,
        warning=True,
    )
    coded = Evidence(
        kind="coded_excerpt", text=gap.text, code_id="extra-support", similarity=0.58, excerpt_id=gap.id
    )
    suggestions = (
        make_suggestion(nurse, "recommended", evidence=[example("recommended"), definition("recommended")]),
        make_suggestion(nurse, "extra-support", 2, evidence=[example("extra-support"), exclude]),
        make_suggestion(nurse, "ease", 3, evidence=[definition("online", 0.3)]),
        make_suggestion(gap, "extra-support", evidence=[example("extra-support"), exclude]),
        make_suggestion(bus, "ease", evidence=[definition("ease")]),
        make_suggestion(alone, "bonds", evidence=[example("bonds")]),
        make_suggestion(alone, "ease", 2, evidence=[definition("ease", 0.41)]),
        make_suggestion(back_channel, None, reason="only a few words: nothing to compare with a code"),
        make_suggestion(doctor, "recommended", evidence=[definition("recommended")]),
        make_suggestion(camera, "bonds", evidence=[definition("bonds")]),
        make_suggestion(car_park, "ease", score=0.99, evidence=[definition("ease")]),
        make_suggestion(evening, "extra-support", evidence=[coded, definition("extra-support")], rank=1),
    )
    clusters = (
        Cluster(
            id="c1",
            excerpt_ids=(gap.id, alone.id, evening.id),
            core_ids=(gap.id, evening.id),
            terms=("evening", "kitchen", "alone", "five"),
            exemplar_ids=(gap.id, evening.id),
            transcript_ids=("P01", "P03"),
            stability=0.8123,
            status="stable",
            placement=Placement(
                kind="extends",
                code_ids=("extra-support",),
                shares=(0.67,),
                explanation="2 of 3 excerpts are suggested for Extra support, which is twice as large.",
            ),
        ),
        Cluster(
            id="c2",
            excerpt_ids=(nurse.id, doctor.id),
            terms=("nurse", "doctor", "time"),
            exemplar_ids=(nurse.id, doctor.id),
            transcript_ids=("P01", "P02"),
            stability=0.61,
            status="doubtful",
            placement=Placement(
                kind="covers",
                code_ids=("recommended",),
                shares=(1.0,),
                explanation="All excerpts are suggested for A clinician's word.",
            ),
        ),
        Cluster(
            id="c3",
            excerpt_ids=(bus.id, camera.id),
            terms=("laptop", "camera"),
            exemplar_ids=(bus.id,),
            transcript_ids=("P01", "P02"),
            stability=0.31,
            status="hidden",
            reason="found again in fewer than half of the runs with interviews left out",
        ),
    )
    data = StudyData(
        title="Groups in treatment (invented)",
        transcripts=(p01, p02, p03),
        segmentations=segmentations,
        codebook=codebook,
        suggestions=suggestions,
        clustering=Clustering(
            clusters=clusters,
            unclustered=(back_channel.id, car_park.id),
            provenance=Provenance(stage="cluster", version="0", settings={}),
            note="Clusters are prompts for reading, not codes.",
        ),
        codings=(
            make_coding(gap, "extra-support", "ana", memo="the week needs a middle"),
            make_coding(gap, "extra-support", "ben", from_suggestion=True, mode="assist"),
            make_coding(doctor, "recommended", "ana"),
        ),
        coders=(Coder(id="ana", name="Ana"), Coder(id="ben", name="Ben")),
        notes=(
            "Suggestions are not calibrated: a shortlist for a reader.",
            "P02: who is the interviewer was inferred, not read.",
        ),
    )
    return replace(data, **changes)
