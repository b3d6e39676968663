"""Names after a phrase that announces one: my mate dave, a girl called sarah.

Of most use where nothing has a capital.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from thematic.deidentification.findings import Kind
from thematic.deidentification.known_words import is_english, is_known
from thematic.deidentification.lexicon import bare, lexicon
from thematic.deidentification.numbers import Spotted

__all__ = ["cued"]


_KIN = (
    r"(?:mate|friend|best friend|bestie|brother|sister|bro|sis|cousin|uncle|auntie|aunty|aunt|nephew|niece|"
    r"son|daughter|lad|lass|"
    r"boy|girl|husband|wife|missus|partner|boyfriend|girlfriend|ex|fiance|fiancée|fiancee|boss|manager|supervisor|gaffer|sponsor|"
    r"sponsee|counsellor|counselor|therapist|key ?worker|support worker|social worker|caseworker|case "
    r"worker|psychiatrist|psychologist|nurse|doctor|gp|midwife|"
    r"probation officer|neighbour|neighbor|landlord|teacher|tutor|coach|mentor|grandson|granddaughter|"
    r"stepdad|stepmum|stepson|"
    r"mum|mom|dad|nan|gran|grandad|grandma|flatmate|roommate|housemate|colleague|workmate|dealer|twin|godson|goddaughter|dog|cat)"
)
_PERSON = (
    r"(?:bloke|guy|lad|man|woman|lady|girl|boy|fella|fellow|chap|kid|person|someone|somebody|nurse|doctor|friend|mate|one|"
    r"counsellor|worker|dog|priest|teacher|gentleman|lass|dude|chick|bird|volunteer|facilitator|neighbour|cousin|geezer)"
)
_NAME = r"[\"“'‘]?(?P<v>(?:[^\W\d_]['’])?[^\W\d_][^\W\d_]+(?:['’-][^\W\d_]+)*)"
_CUES: tuple[tuple[re.Pattern[str], bool, str], ...] = (
    (
        re.compile(
            rf"\b(?:my|our|his|her|their|your|me|the|a)\s+(?:[a-z]+\s+)?{_KIN},?\s+{_NAME}", re.IGNORECASE
        ),
        False,
        "after “my mate”",
    ),
    (
        re.compile(
            rf"\b{_PERSON}\s+(?:that (?:is|was) |who (?:is|was) |we (?:all )?|they (?:all )?|i )?(?:called|"
            rf"call|named|by the name of|name of|nicknamed|known as)\s+{_NAME}",
            re.IGNORECASE,
        ),
        True,
        "after “a man called”",
    ),
    (re.compile(rf"\bour\s+{_NAME}", re.IGNORECASE), False, "after “our”"),
    (re.compile(rf"\bname(?:['’]s| is| was)\s+{_NAME}", re.IGNORECASE), True, "after “my name is”"),
    (
        re.compile(
            rf"\b(?:they|everyone|everybody|people|we|you can|can i|folk|lads|mates)\s+(?:all\s+|just\s+|"
            rf"only\s+|used to\s+|always\s+)?call(?:s|ed)?\s+(?:me|him|her|you)\s+{_NAME}",
            re.IGNORECASE,
        ),
        True,
        "after “they call me”",
    ),
    (
        re.compile(rf"\b(?:named|christened)\s+(?:her|him|the baby)\s+{_NAME}", re.IGNORECASE),
        True,
        "after “we named her”",
    ),
    (
        re.compile(
            rf"\b(?:goes by|went by|answers to|nicknamed|known as|by the name of|name of)\s+{_NAME}",
            re.IGNORECASE,
        ),
        True,
        "after “goes by”",
    ),
    (
        re.compile(
            rf"\b(?:auntie|aunty|uncle|mr|mrs|ms|dr|doctor|nurse|sister|father|cousin|miss)\.?\s+{_NAME}",
            re.IGNORECASE,
        ),
        False,
        "after a title",
    ),
    (re.compile(rf"\b(?:me and|and me and)\s+{_NAME}", re.IGNORECASE), False, "after “me and”"),
    (
        re.compile(
            rf"\b(?:hi|hiya|hey|hello|cheers|thanks|thank you|welcome|sorry|morning|"
            rf"bye),?\s+{_NAME}(?=\s*[,.!?])",
            re.IGNORECASE,
        ),
        False,
        "after a greeting",
    ),
    # With a capital even an everyday word is whom one greets: Oh hi Babs, …
    (
        re.compile(
            r"\b(?:[Hh]i|[Hh]iya|[Hh]ey|[Hh]ello) (?!(?:[Ee]very|[Aa]ll|[Gg]uys|[Ff]olks|[Tt]eam|[Ww]orld|"
            r"[Ll]adies|[Gg]entlemen|[Mm]ates?\b|[Ll]ove\b))(?P<v>[^\W\d_a-z][\w'’-]+)(?=\s*[,.!?])"
        ),
        True,
        "after a greeting",
    ),
)
_NO_NAME = frozenset(
    "called named said says was were is are had has went got told used who what that which he she they it "
    "and but or the a an in on "
    "at to of for with from by as so then when where because cos if like just not never always still also "
    "too very really actually "
    "there here this these those them him her his hers its me my mine us our ours we you your yours i im "
    "ive id names back out up off "
    "in round over down every everything all both don doesnt didnt isnt wasnt couldnt wouldnt rang came "
    "come comes goes gone "
    "gp gps coming going lives lived died passed does did do done would could should might may must will "
    "shall can been being "
    "doesn't didn't isn't wasn't couldn't wouldn't hasn't hadn't won't can't that's there's who's she's "
    "he's it's um uh er erm no yeah yes well "
    "now today again once twice first last only even ever either neither one two three four five six".split()
)


def cued(text: str) -> Iterator[Spotted]:
    """Words after a phrase that announces a name; most of use where nothing has a capital."""
    words = lexicon()
    for pattern, certain, rule in _CUES:
        for match in pattern.finditer(text):
            word = match.group("v")
            low = bare(word)
            if low in _NO_NAME or len(low) < 2 or (word.isupper() and len(word) > 1 and len(word) < 6):
                continue
            if low in words.generic and low not in words.everyday_names:
                continue
            everyday = is_english(low, words)
            if everyday and not (
                certain
                and (
                    word[0].isupper()
                    or low in words.everyday_names
                    or low in words.capital_names
                    or _is_likely_nick(text, match)
                )
            ):
                continue
            if is_known(word, words):
                continue
            yield match.start("v"), match.end("v"), "person", rule
    for pattern, kind, rule in _WHERE:
        for match in pattern.finditer(text):
            word = match.group("v")
            low = bare(word)
            if low in _NO_NAME or is_english(low, words) or is_known(low, words):
                continue
            yield match.start("v"), match.end("v"), kind, rule


# Where nothing has a capital: a word that is none, where somebody lives or works.
_LOWER_NAME = r"(?P<v>[a-zà-öø-ÿ]{4,}(?:['’-][a-zà-öø-ÿ]+)*)"
_WHERE: tuple[tuple[re.Pattern[str], Kind, str], ...] = (
    (
        re.compile(
            r"\b(?:liv(?:e|es|ed|ing)|grew up|born|raised|mov(?:e|ed|ing)|c[ao]m(?:e|ing)|stay(?:ed|ing)?|"
            r"housed|rehoused|based)(?: (?:out|up|down|over|back|here|round))? (?:in|to|from|at|near) "
            + _LOWER_NAME
        ),
        "place",
        "where somebody lives or comes from",
    ),
    (
        re.compile(
            rf"\b(?:work(?:s|ed|ing)?|job|shifts?)(?: (?:down|over|nights|days))? (?:at|for) {_LOWER_NAME}"
        ),
        "organisation",
        "an employer, by the words before it",
    ),
    (
        re.compile(
            rf"\b(?:on|in|at|off|down|to|from|along|past|opposite) (?:\d+ )?{_LOWER_NAME} "
            r"(?:street|road|avenue|crescent|terrace|parade|lane|close|drive|court|highway)\b"
        ),
        "address",
        "a street",
    ),
)


def _is_likely_nick(text: str, match: re.Match[str]) -> bool:
    """A lad called spud, who …: the everyday word ends its phrase, so it is what he is called."""
    return (
        re.match(
            r"[\"”'’]?\s*(?:[,.!?;]|$|who\b|and\b|he\b|she\b|from\b|that\b|was\b|in\b)",
            text[match.end("v") :],
        )
        is not None
    )
