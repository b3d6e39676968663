"""What people coded, as quotes: by code, with who says it, when, and who coded it, put into words once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from thematic.formats.exports.excerpt_rows import clock, codes_in_use, said_by
from thematic.formats.exports.places import Speech
from thematic.model import Code, Coding, Quote, StudyData, Transcript

__all__ = ["CodedQuote", "attribution", "of_coders", "quotes_by_code", "summary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedQuote:
    """A passage under a code. `codings` give the code to this very span, in order of layers and coders."""

    quote: Quote
    transcript: Transcript
    speakers: tuple[str, ...]
    start_time: float | None
    codings: tuple[Coding, ...]


def quotes_by_code(data: StudyData) -> list[tuple[int, Code, list[CodedQuote]]]:
    """Each code with its depth in the tree and its quotes, in the order of the codebook and of the texts.

    Codes that nobody gave are there with an empty list; retired ones only where somebody gave them.
    """
    speech = Speech(data.transcripts)
    order = {transcript.id: i for i, transcript in enumerate(data.transcripts)}
    spans: dict[str, dict[tuple[int, int, int], list[Coding]]] = {}
    for coding in data.codings:
        quote = coding.quote
        place = (order[quote.transcript_id], quote.start, quote.end)
        spans.setdefault(coding.code_id, {}).setdefault(place, []).append(coding)
    return [
        (depth, code, [_coded(speech, made) for _, made in sorted(spans.get(code.id, {}).items())])
        for depth, code in codes_in_use(data)
    ]


def _coded(speech: Speech, codings: Iterable[Coding]) -> CodedQuote:
    made = tuple(sorted(codings, key=lambda c: (c.layer, c.coder_id, c.at.isoformat())))
    quote = made[0].quote
    return CodedQuote(
        quote=quote,
        transcript=speech.transcripts[quote.transcript_id],
        speakers=speech.speakers(quote),
        start_time=speech.time(quote),
        codings=made,
    )


def attribution(coded: CodedQuote) -> str:
    """`P01, Ada, 0:02:04`: the interview, who speaks where that is not the same word, and when."""
    speakers = [name for name in coded.speakers if name and name != coded.transcript.id]
    return ", ".join(filter(None, (coded.transcript.id, *speakers, clock(coded.start_time))))


def of_coders(coded: CodedQuote, names: Mapping[str, str]) -> str:
    """Who gave the code, with the layer where it is not the coder's own: `Ana, Ben`, `Cy (negotiated)`."""
    said = (said_by(c, names) for c in coded.codings)
    return ", ".join(dict.fromkeys(said))


def summary(data: StudyData, quotes: Sequence[tuple[int, Code, list[CodedQuote]]]) -> str:
    """How much is in it, in a sentence."""
    passages = {(q.quote.transcript_id, q.quote.start, q.quote.end) for _, _, found in quotes for q in found}
    coders = {c.coder_id for c in data.codings}
    if not passages:
        return "Nobody has coded a passage of this yet."
    return (
        f"{_count(len(data.codings), 'coding')} of {_count(len(passages), 'passage')} by "
        f"{_count(len(coders), 'coder')}, from {_count(len(data.transcripts), 'transcript')}; "
        f"codebook version {data.codebook.version}. Suggestions of the machine are not in it."
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
