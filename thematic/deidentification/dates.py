"""Dates below the year, dates of birth, and ages over 89 (Safe Harbor item C)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from thematic.deidentification.numbers import Spotted

__all__ = ["dated"]

_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?"
)
_ONES = "first second third fourth fifth sixth seventh eighth ninth".split()
_ORDINAL = (
    r"(?:twenty[- ](?:"
    + "|".join(_ONES)
    + r")|thirty[- ]first|thirtieth|twentieth|tenth|eleventh|twelfth|thirteenth|"
    r"fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|" + "|".join(_ONES) + ")"
)
_SPOKEN_YEAR = (
    r"(?:nineteen|twenty)[\s-]+(?:oh[\s-]+)?[a-z]+(?:[\s-]+(?:one|two|three|four|five|six|seven|eight|nine))?|"
    r"two thousand(?:[\s-]+and)?(?:[\s-]+[a-z]+teen|[\s-]+(?:one|two|three|four|five|six|seven|eight|nine|"
    r"ten|eleven|twelve|twenty[\s-]?\w*))?"
)
# Where no day or month stands before it, “twenty people” must be none.
_UNDER_TWENTY = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_SAID_YEAR = (
    rf"(?:(?:nineteen|twenty)[\s-]+(?:{_UNDER_TWENTY}|(?:oh|o)[\s-][a-z]+|(?:{_TENS})(?:[\s-](?:one|two|three|four|"
    rf"five|six|seven|eight|nine))?)|two thousand(?:\s+and\s+(?:{_UNDER_TWENTY}|[a-z]+))?)"
)
_YEAR = rf"(?:,?\s+(?:of\s+)?(?:(?:19|20)\d\d|['’]\d\d|{_SPOKEN_YEAR}))?"
_DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_DAY_ORDINAL = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)"

_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:the\s+)?{_DAY}\s+(?:day\s+)?(?:of\s+)?{_MONTH}(?![a-z]){_YEAR}",
        rf"\b{_MONTH}\s+(?:the\s+)?{_DAY}(?![\d:%]|\s*(?:%|per cent|percent|people|years|of us|times|"
        rf"o'clock|am\b|pm\b)){_YEAR}(?!\d)",
        rf"\b(?:the\s+)?{_ORDINAL}\s+(?:day\s+)?of\s+{_MONTH}(?![a-z]){_YEAR}",
        rf"\b{_MONTH}\s+(?:the\s+)?{_ORDINAL}\b{_YEAR}",
        rf"\b(?:the\s+)?{_ORDINAL}\s+{_MONTH}(?![a-z]){_YEAR}",
        rf"\b(?:the\s+)?{_ORDINAL}\s+of\s+(?:the\s+)?{_ORDINAL}\b(?:,?\s+[a-z]+ty[\s-][a-z]+|{_YEAR})",
        r"(?<![\d/.-])(?:3[01]|[12]\d|0?[1-9])([/.-])(?:3[01]|[12]\d|0?[1-9])\1(?:(?:19|20)\d\d|\d\d)(?![\d/]|[.-]\d)",
        r"(?<!\d)(?:19|20)\d\d([-/.])(?:1[0-2]|0?[1-9])\1(?:3[01]|[12]\d|0?[1-9])(?!\d)",
    )
)
# A month with its year places an event of a life; by itself it is what everybody lived through.
_LIFE_EVENT = re.compile(
    rf"\b(?:born|died|passed away|admitted|discharged|diagnosed|sectioned|married|divorced|arrested|"
    rf"sentenced|released|"
    rf"operation|surgery|accident|overdosed?|transplant(?:ed)?|crash(?:ed)?|miscarr\w+|stroke|heart "
    rf"attack)\b[^.!?\n]{{0,40}}?"
    rf"\b(?P<v>{_MONTH}\s+(?:of\s+)?(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
# Days that everybody keeps, without a year: they place no event of a life.
_FEAST = re.compile(
    r"(?:the\s+)?(?:(?:fourth|4th)\s+of\s+july|july\s+(?:the\s+)?(?:fourth|4th|4)|(?:fifth|5th)\s+of\s+november|"
    r"november\s+(?:the\s+)?(?:fifth|5th)|(?:eleventh|11th)\s+of\s+september|september\s+(?:the\s+)?(?:eleventh|11th)|"
    r"(?:first|1st)\s+of\s+(?:january|april)|april\s+(?:first|1st)|(?:twenty[- ]fifth|"
    r"25th)\s+of\s+december|december\s+25(?:th)?|"
    r"(?:fourteenth|14th)\s+of\s+february|february\s+14(?:th)?)\.?",
    re.IGNORECASE,
)
_WEEKDAY_BEFORE = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+$", re.IGNORECASE)
_FEAST_OF_YEAR = re.compile(
    r"\b(?:Christmas (?:Day|Eve)|Boxing Day|New Year['’]?s? (?:Day|Eve)|Easter (?:Sunday|Monday)|"
    r"Good Friday|Halloween|Anzac Day|Australia Day|Valentine['’]?s Day|Thanksgiving|Hogmanay)"
    rf",?\s+(?:of |in )?(?:(?:19|20)\d\d|{_SAID_YEAR})\b",
    re.IGNORECASE,
)
_BIRTH_BEFORE = re.compile(
    r"\b(?:born|birth(?:day|date)?(?:'s)?|d\.?\s?o\.?\s?b\.?)\b[^.!?\n]{0,45}$", re.IGNORECASE
)
_BIRTH_AFTER = re.compile(
    r"[^.!?\n]{0,70}\b(?:date of birth|birthday|baby|when i was born|was born|d\.o\.b)\b", re.IGNORECASE
)

_OLD_WORDS = (
    r"(?:ninety(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?|"
    r"(?:a|one) hundred(?:[\s-]+and[\s-]+(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|"
    r"twelve))?)"
)
_OLD = rf"(?P<v>(?:9\d|1[01]\d)|{_OLD_WORDS})"
_NOT_AN_AGE = (
    r"(?!\s*(?:%|per\s?cent|percent|days?|minutes?|mins?|hours?|weeks?|months?|meetings|pounds?|quid|dollars?|bucks|euros?|"
    r"miles?|kilos?|kgs?|stone|grand|thousand|people|of (?:us|them)|units|mg|ml|times|degrees|odd|yards|"
    r"metres|beds|pages|"
    r"calories|percentile|euro|cents|pence|p\b|k\b|m\b|cm\b)|[\d:/%.,-]*\d|[-\s]+(?:day|minute|hour|pound|dollar|mile|mg)\b)"
)
_AGES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_OLD}[\s-]+(?:years?|yrs?|year)[\s-]+(?:old|of age|young)\b",
        rf"\b{_OLD}\s?(?:yo|y/o|y\.o\.)\b",
        rf"\b(?:aged?|age of|turned|turning|turns|reached|made it to|got to|lived (?:to|till|until)(?: be| "
        rf"she was| he was)?|"
        rf"old (?:boy|girl|lady|man|woman|fella|dear) of|(?:woman|man|lady|fella|chap|person) of|birthday "
        rf"was (?:my|her|his)|"
        rf"at the age of|pushing|nearly|almost|just gone|would(?:'ve| have) been|will be|she'll be|he'll "
        rf"be|i'll be)\s+{_OLD}\b{_NOT_AN_AGE}",
        rf"\b(?:i'm|he's|she's|i am|he is|she is|he was|she was|i was|who's|who is|who was|(?:nan|mum|mom|"
        rf"mam|dad|gran|granny|grandma|grandad|"
        rf"granddad|grandpa|grandfather|grandmother|mother|father|aunt|auntie|aunty|uncle|neighbour|lady|man|woman|[a-z]+)(?:['’]s|\s+is|\s+was))\s+"
        rf"(?:now\s+|about\s+|over\s+|like\s+|already\s+)?{_OLD}\b{_NOT_AN_AGE}(?=\s*(?:[.,;!?)]|$|and\b|but\b|when\b|now\b|in\b|this\b|next\b|or\b|at\b|years\b|then\b|so\b|when\b|because\b|like\b|with\b|last\b))",
        rf"\b(?:at|aged)\s+{_OLD}\b{_NOT_AN_AGE}(?=\s*(?:,|s?he\b|i'm\b|they\b|my\b|and still\b|years\b))",
        rf"\b{_OLD}\s+when\s+(?:s?he|i|they|it)\s+(?:died|passed|finally|went|came|was|moved)",
    )
)


def dated(text: str) -> Iterator[Spotted]:
    """Dates with a day, months of an event of a life, dates of birth, ages over 89."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if _FEAST.fullmatch(match.group()) and not _WEEKDAY_BEFORE.search(
                text, max(0, start - 12), start
            ):
                continue
            born = _BIRTH_BEFORE.search(text[max(0, start - 60) : start]) or _BIRTH_AFTER.match(text, end)
            yield start, end, "date of birth" if born else "date", "a date"
    for match in _FEAST_OF_YEAR.finditer(text):
        yield match.start(), match.end(), "date", "a feast and its year"
    for match in _LIFE_EVENT.finditer(text):
        yield match.start("v"), match.end("v"), "date", "the month of an event of a life"
    for pattern in _AGES:
        for match in pattern.finditer(text):
            yield match.start("v"), match.end("v"), "age over 89", "an age over 89"
