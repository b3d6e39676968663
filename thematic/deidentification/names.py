"""Names of people, places and organisations with a capital, by rules of the standard library only.

A capital inside a sentence, that no known term explains, is a name until somebody says otherwise. Where a
sentence begins a capital says nothing, so there a word is a name when a list knows it, or when no English
word list does.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from thematic.deidentification.findings import Kind
from thematic.deidentification.known_words import is_english, known_terms, plain
from thematic.deidentification.lexicon import STARTERS, Lexicon, bare, lexicon
from thematic.deidentification.numbers import Spotted
from thematic.deidentification.runs import TITLES, Run, Word, runs_of

__all__ = ["capitalised"]

_SPEECH = (
    "said says told tells asked asks rang phoned called texted goes laughed smiled shouted cried replied "
    "reckons reckoned "
    "thinks thought picked drove helped introduced answered nodded knew knows went came gave took found "
    "met put who"
).split()
_PERSONAL = re.compile(
    rf"['’]s [^\W\d_]| (?:was born|died|passed away|lives|lived)\b|"
    rf",? (?:{'|'.join(_SPEECH)})\b(?! (?:back|out|down|off|up|away|better|best|well)\b)"
)
_BEING = re.compile(
    r" (?:is|was|had|has|does|did|used|didn't|wouldn't|couldn't|doesn't|hasn't|wasn't|isn't|and me|and I|"
    r"never|always|just|from|at the|off the)\b|['’](?:d|ll)\b"
)
# Everyday names that begin sentences as words often: only speech makes them a person there.
_ABSTRACT = frozenset(
    "will may can summer spring winter autumn trust love peace happy chance cash rain sunshine august june "
    "friday sunday tuesday "
    "bear bay art buddy charity comfort crystal page patience pepper pretty prince princess ram red ray "
    "reef rock sage "
    "sky star storm stretch sweet trip unity van van young zion blue bones boy given gift innocent king "
    "solo tank".split()
)
# Yes, Love: what anybody is called who is spoken to.
_ENDEARMENTS = frozenset(
    "love lovey honey angel buddy petal princess prince precious sunshine star treasure".split()
)
_ADDRESSED = re.compile(r",\s*[\"“'‘]?$")
_TO_PERSON = re.compile(
    r"\b(?:with|told|tell|asked|ask|rang|ring|phoned|met|meet|know|knew|known|called|call|named|and|saw|seen|loved|love|miss|"
    r"missed|lost|married|hated|hugged|texted|visited|thank|thanks|hi|hello|hey|me and|mate|friend|brother|"
    r"sister|son|daughter|"
    r"cousin|uncle|auntie|nurse|doctor|counsellor|sponsor|teacher|boss|partner|husband|wife|boyfriend|girlfriend|lad|bloke|guy|man|"
    r"woman|girl|boy|fella|lady|[Ii]t was|[Ii]t's|it is|cheers|ok|okay|so|right|to|for|by|like|than|from|our|"
    r"little|big|old|poor|dear),? $"
)
_OF_PERSON = re.compile(
    r"\b(?:(?<!diagnosed )with|told|asked|rang|phoned|texted|met|knew|called|named|call (?:him|her|me|"
    r"them)|calls (?:him|"
    r"her|me|them)|"
    r"called (?:him|her|me|them)|saw|married|me and|our|mate|friend|brother|sister|son|daughter|cousin|"
    r"uncle|auntie|nurse|"
    r"doctor|counsellor|sponsor|teacher|boss|husband|wife|boyfriend|girlfriend|lad|bloke|guy|fella|lady|[Oo]ld|poor|dear|"
    r"[Ww]ee|young|little|big) $"
)
_IN_COMMAS = re.compile(r", (?:who|whose|he|she)\b")  # there's a bloke, Dingo, who has thirty years up
_PLACE_BEFORE = re.compile(
    r"\b(?:in|at|near|around|outside|inside|from|to|through|via|over|down|up|past|towards|into|of|off|across|round|by|"
    r"leaving|left|village|town|city|suburb|area|called|visit(?:ed|ing)?|out)(?: the)? $"
)
_VENUE_BEFORE = re.compile(
    r"\b(?:in|at|near|around|outside|inside|from|to|past|into|by|with|via|round|for|of|called|visit(?:ed|ing)?|ran|runs?|"
    r"far as|opened|village|town|city|suburb|area)(?: [Tt]he)? $"
)
_AT_NUMBER = re.compile(r"\b(?:at|to|from|in|on|is|was|number|address:?) \d{1,4}[a-z]?,? (?:[Tt]he )?$")
_EMPLOYER_BEFORE = re.compile(
    r"\b(?:work(?:s|ed|ing)?|job|employed|fitter|driver|drive|drove|manager|foreman|contract(?:or|ing)?|apprentice(?:ship)?|"
    r"driving|delivering|partner|security|cleaner|shifts?|nights|boss|career|hired|years|stint|temp(?:ed|ing)?|study|studied|studying|student|"
    r"course|degree|graduated|educated)\b[^.!?\n]{0,30}\b(?:for|at|with|by|in|from)(?: the)? $"
)
_ORIGIN_BEFORE = re.compile(
    r"\b(?:i'm from|come from|came from|came over from|born in|grew up in|raised in|originally from|"
    r"emigrated from|fled|escaped from|"
    r"moved (?:here|over) from|family's from|parents (?:are|were) from|grown up in) $",
    re.IGNORECASE,
)
_QUIET_BEFORE = re.compile(
    r"(?:[,:;–—-]|\b(?:says?|said|goes|go|like|thought|went|think|called|be),?)\s*[\"“'‘]?$"
)
_DETERMINER = re.compile(
    r"\b(?:the|a|an|my|our|his|her|their|your|this|that|these|those|each|every|some|any|no|one|as|more|two|"
    r"three|another)(?: of)? $",
    re.IGNORECASE,
)

_STREETS = frozenset(
    "street st road rd avenue ave lane ln drive dr close crescent court terrace way place square gardens "
    "grove row hill walk rise "
    "cottages villas mansions mews parade boulevard blvd highway hwy circuit parkway esplanade quay wharf "
    "broadway alley view green mount estate".split()
)
_ONLY_STREETS = _STREETS - frozenset(
    "court place square way view green hill mount drive close walk rise st dr row estate".split()
)
_ORGANISED = frozenset(
    "hospital infirmary clinic surgery practice hospice ward unit centre center hub house lodge school "
    "primary academy college university "
    "uni comp comprehensive grammar nursery institute ltd limited plc inc llc llp group brothers bros sons "
    "holdings council trust "
    "association society foundation club rovers united athletic fc rfc church chapel mosque temple "
    "cathedral parish tavern arms inn "
    "hotel bar bakery chemist pharmacy library museum theatre herald gazette times echo post company co "
    "logistics marine services "
    "solutions partners solicitors bank station park prison hmp farm factory works mill mills depot union "
    "project charity".split()
)


def capitalised(
    text: str, *, ordinary: Collection[str] = frozenset(), words: Lexicon | None = None
) -> Iterator[Spotted]:
    """Names that are written with a capital. `ordinary`: words that the corpus also writes in lower case.
    words: the lists, where they are not those of English."""
    words = words or lexicon()
    shouted = _is_shouted(text) or not words.capitals_tell
    for run in runs_of(text, words.pairs):
        yield from _judge(text, run, words, ordinary, shouted)


def _judge(
    text: str, run: Run, words: Lexicon, ordinary: Collection[str], shouted: bool
) -> Iterator[Spotted]:
    parts = list(run.words)
    at_start = run.at_start
    loud = len(parts) > 1 and all(w.text.isupper() and is_english(bare(w.text), words) for w in parts)
    if shouted or loud:
        yield from _shouted(parts, words)
        return
    if all(_SOUND.fullmatch(part.text) for part in parts):
        return
    if _is_designation(parts, words) or _is_countable(text, parts, words) or _is_work(text, parts, words):
        return
    # The first word of a sentence is dropped when it is no name by itself: Then May told me, So Louise did.
    while parts and at_start and len(parts) > 1 and _is_plain_start(text, parts, words, ordinary):
        parts, at_start = parts[1:], False
    # A leading or trailing word that is a known term by its position only: Okay Dilip, Mum Sarah.
    while (
        len(parts) > 1
        and parts[0].text.lower() in STARTERS
        and not _are_known_together(parts, words)
        and parts[0].text.lower() not in words.everyday_names
    ):
        parts = parts[1:]
    while (
        len(parts) > 1
        and parts[-1].text.lower() in STARTERS
        and parts[-1].text.lower() not in words.everyday_names
    ):
        parts = parts[:-1]
    if not parts:
        return
    # I'm K. Camera off: a letter that ends its sentence is no initial of what follows.
    if (
        len(parts) > 1
        and len(parts[0].text) == 1
        and text[parts[0].end : parts[1].start].startswith(".")
        and is_english(bare(parts[1].text), words)
    ):
        parts, at_start = parts[1:], True
    lowers = [bare(word.text) for word in parts]
    known = known_terms(parts, words)
    named = _is_named(known, lowers, words) or _is_venue(text, parts, known, lowers)
    if all(known) and not named:
        yield from _known_as_name(text, parts, at_start, words)
        return
    if len(parts) == 1:
        yield from _single(text, parts[0], at_start, words, ordinary)
        return
    if (
        all(
            k or low in words.generic or _is_plural_of(low, words.generic) or _is_small(low)
            for k, low in zip(known, lowers, strict=True)
        )
        and not named
    ):
        return
    if not named and _is_term(text, parts, known, lowers, words):
        return
    # Known terms at either end belong to the name only where it is theirs: Tesco Barnsley, Jordan Smith.
    if not named and (_is_technical(lowers, words) or _is_product(parts, known, lowers, words)):
        return
    start, end = 0, len(parts)
    while (
        end - start > 1
        and known[start]
        and lowers[start] not in TITLES
        and lowers[start] not in words.names
        and parts[start].text.isupper()
    ):
        start += 1
    kept = parts[start:end]
    kind, rule = _kind_of_run(text, kept, words)
    yield _left(text, kept, kind), kept[-1].end, kind, rule


_ORDINALS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen first second third".split()
)
_DESIGNATION = re.compile(r"[A-Z]|[IVX]{1,4}|\d+[a-z]?")
_WORK_BEFORE = re.compile(
    r"\b(?:sang|sing|sings|singing|sung|watch|watched|watching|read|reads|reading|film|movie|song|hymn|carol|"
    r"show|series|book|novel|album|track|play|played|playing|game|programme|podcast|poem|prayer|episode of|"
    r"listen(?:ed|ing)? to|called|that one)(?: (?:the|a|it'?s|on|like|of|about))?,? [\"“'‘*_]?$",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\b(?:an?|every|each|another|any|two|three|some) $", re.IGNORECASE)
_ACRONYMS = re.compile(r"[A-Z]{2,5}['’]?s")
_LETTER = re.compile(r"[^\W\d_]'s")


# Mmmm, Pfft, Shh: a sound; XXXXX: what stands for a name.
_SOUND = re.compile(r"(?i:[^\W\d_]*?([^\W\d_])\1\1[^\W\d_]*|x+)|[A-Z][b-df-hj-np-tv-xz]{2,}")
_HUMPS = re.compile(r"[^\W\d_][^\W\d_]*?(?=[A-Z]|$)")
# The capital inside MacDonald, O'Neill, DeFrees and VanDyke is no sign of a make.
_NAME_HUMPS = frozenset("mc mac o d de da di du la le van von fitz st mbi al el ap bin".split())


_ONE_OF = re.compile(
    r"\b(?:an?|another|each|every|any|some|two|three|four|five|six|his|her|your|whose) $", re.IGNORECASE
)
_ITS_OWN = re.compile(
    r" (?:girl|boy|man|woman|lad|lass|bloke|family|families|native|accent|local|born|"
    r"hospital|school|college|house|home|street|road|office|branch|church|club|team|lot|crowd|clan|twins|brothers|"
    r"sisters|people|and [A-Z])\b"
)


# A Gantt chart, the Dewey numbers, Gillick competence: called after somebody, or a make.
_THING_AFTER = re.compile(
    r" (?:"
    r"test|scale|score|index|ratio|method|model|theory|effect|principle|law|rule|ruling|criteria|"
    r"competence|curve|chart|diagram|matrix|equation|distribution|correction|coefficient|number|syndrome|"
    r"disease|disorder|palsy|sign|catheter|line|scan|stent|drain|inhaler|patch|pen|tablet|pill|jab|vaccine|"
    r"cream|diet|technique|therapy|exercise|manual|handbook|app|file|software|server|plugin|code|phone|"
    r"laptop|camera|guitar|amp|pedal|keyboard|engine|carb|gearbox|tractor|moped|scooter|bike|boots|"
    r"trainers|jacket|jeans|bag|watch|oven|mixer|kettle|fridge|window|stairlift|wine|beer|whisky|gin|vodka|"
    r"tea|cheese|sauce|salad|soup|stew|bread|cake|biscuit|sausage|apple|potato|curry|noodles|terrier|"
    r"spaniel|retriever|cattle|sheep|pony|script|alphabet|calendar|festival|prayer|hymn|novel|symphony|"
    r"concerto|opera|joke"
    r")e?s?\b"
)


_TECHNICAL_AFTER = re.compile(
    r" (?:syndrome|disease|scale|score|criteria|effect|method|protocol|vaccine)s?\b"
)


def _is_one_of(before: str, after: str, word: Word) -> bool:
    """A Vespa, another Datix, her Dictaphone: what there is one of is a thing, and no person or place, unless
    it belongs to somebody or somebody belongs to it, as in a Wangaratta girl. The Cavanaghs are people."""
    return not word.text.endswith("s") and _ONE_OF.search(before) is not None and not _ITS_OWN.match(after)


def _is_made(word: str, words: Lexicon) -> bool:
    """SPARQL, XGBoost, LibreOffice, PM2.5: capitals throughout or inside, or a digit: a code or a make."""
    low = bare(word)
    if low in words.names or low in words.places or low in words.surnames:
        return False
    if word.isupper() and len(word) <= 8:
        return True
    digits = sum(c.isdigit() for c in word)
    if digits:
        return digits < 4 and not any(piece in words.names for piece in re.split(r"[\d\W_]+", low))
    humps = [hump.lower() for hump in _HUMPS.findall(word)]
    return (
        len(humps) > 1
        and "-" not in word
        and humps[0] not in _NAME_HUMPS
        and not any(hump in words.names or hump in words.surnames for hump in humps)
    )


def _is_designation(parts: Sequence[Word], words: Lexicon) -> bool:
    """Cat B, Step Four, Type One: an everyday word and the letter or number that tells its kinds apart."""
    if len(parts) < 2:
        return False
    last = parts[-1].text
    return (last.lower() in _ORDINALS or _DESIGNATION.fullmatch(last) is not None) and all(
        _is_mere_word(bare(part.text), words) for part in parts[:-1]
    )


def _is_countable(text: str, parts: Sequence[Word], words: Lexicon) -> bool:
    """You get a Red Voucher, every Sunday Lunch: what there is more than one of has no name of its own."""
    before = text[max(0, parts[0].start - 12) : parts[0].start]
    return _COUNTED.search(before) is not None and all(
        _is_mere_word(low := bare(part.text), words) and low not in _ORGANISED | _STREETS for part in parts
    )


_VENUES = frozenset("park house lodge ward court hall hospital hospice clinic high primary".split())


def _is_venue(text: str, parts: Sequence[Word], known: Sequence[int], lowers: Sequence[str]) -> bool:
    """At Victoria Park, from Roosevelt High: called after what everybody knows, and yet in one place."""
    return (
        len(parts) > 1
        and lowers[-1] in _VENUES
        and known[-2] != 0
        and known[-2] != known[-1]
        and not parts[-2].text.isupper()
        and _PLACE_BEFORE.search(text[max(0, parts[0].start - 40) : parts[0].start]) is not None
    )


_NICKNAMED = frozenset("big little wee old auld young fat mad skinny lanky".split())  # Big Den


def _is_term(
    text: str, parts: Sequence[Word], known: Sequence[int], lowers: Sequence[str], words: Lexicon
) -> bool:
    """The Scrum Master, a Closed Visit: everyday words with capitals name a role, a form or a programme.

    Not where the words before say that somebody was there or worked there: in the Fox and Hounds."""
    before = text[max(0, parts[0].start - 40) : parts[0].start]
    if lowers[0] in _NICKNAMED and len(lowers) == 2 and len(lowers[1]) < 5:
        return False
    return (
        all(
            k
            or _is_small(low)
            or (_is_mere_word(low, words) and low not in _ORGANISED | _STREETS)
            or (low in TITLES and part is parts[-1])
            or (part.text.isupper() and _is_made(part.text, words))
            for k, low, part in zip(known, lowers, parts, strict=True)
        )
        and _VENUE_BEFORE.search(before) is None
        and _AT_NUMBER.search(before) is None
        and _EMPLOYER_BEFORE.search(before) is None
    )


def _is_mere_word(low: str, words: Lexicon) -> bool:
    """Whether a word of the English list is no name, place or title too."""
    return is_english(low, words) and not (
        low in words.everyday_names
        or low in words.names
        or low in words.capital_names
        or low in words.surnames
        or low in words.places
        or low in TITLES
    )


_VENUE_CALLED = re.compile(
    r"\b(?:café|cafe|pub|bar|shop|store|salon|company|firm|business|place|house|home|hostel|centre|school|restaurant|hotel|"
    r"club|group|charity|farm|boat|garage|bakery|gallery|practice) called (?:[Tt]he )?$"
)


def _is_work(text: str, parts: Sequence[Word], words: Lexicon) -> bool:
    """We sang Abide With Me, watching The Great Escape: a title of everyday words, no person's and no
    place's."""
    before = text[max(0, parts[0].start - 40) : parts[0].start]
    if len(parts) < 2 or not _WORK_BEFORE.search(before) or _VENUE_CALLED.search(before):
        return False
    return all(
        _is_mere_word(low := bare(part.text), words) and low not in _ORGANISED | _STREETS for part in parts
    )


def _single(
    text: str, word: Word, at_start: bool, words: Lexicon, ordinary: Collection[str]
) -> Iterator[Spotted]:
    low = bare(word.text)
    pieces = [piece for piece in low.split("-") if piece]
    before, after = text[max(0, word.start - 40) : word.start], text[word.end : word.end + 30]
    if len(low) == 1 or _LETTER.fullmatch(low) or _ACRONYMS.fullmatch(word.text):
        return
    if _is_made(word.text, words):
        if low not in words.vocabulary and _EMPLOYER_BEFORE.search(before):
            yield word.start, word.end, "organisation", "an employer, by the words before it"
        return
    if low in words.names or (low in words.capital_names):
        yield word.start, word.end, "person", "a name on the list"
        return
    if any(piece in words.names for piece in pieces) and len(pieces) > 1:
        yield word.start, word.end, "person", "a name on the list"
        return
    if low in words.places:
        if not _TECHNICAL_AFTER.match(text, word.end):
            yield word.start, word.end, "place", "a place on the list"
        return
    if _THING_AFTER.match(text, word.end):
        return
    if low in words.surnames:
        yield word.start, word.end, "person", "a family name on the list"
        return
    if low in words.everyday_names:
        if at_start:
            if _starts_as_person(word, after, low):
                yield word.start, word.end, "person", "an everyday word used as a name"
        elif not (
            (_DETERMINER.search(before) and low in _ABSTRACT)
            or _is_season(low, before)
            or (low in _ENDEARMENTS and _ADDRESSED.search(before))
        ):
            yield word.start, word.end, "person", "an everyday word with a capital"
        return
    if low in STARTERS or low in words.generic:
        return
    english = is_english(low, words)
    if not words.is_english and (at_start or low in ordinary or len(low) < 3):
        return
    if at_start:
        made_of = all(is_english(p.casefold(), words) or p.isupper() for p in word.text.split("-"))
        if english or low in ordinary or (len(pieces) > 1 and made_of):
            return
        yield (
            word.start,
            word.end,
            _kind_by_context(before, "possible name"),
            "a word that no list of English words has",
        )
        return
    if word.text.isupper() and english:
        return  # said loud: I was NEVER going back
    if english:
        if before.endswith(", ") and _IN_COMMAS.match(after):
            yield word.start, word.end, "possible name", "a capital between commas, and who"
            return
        if _QUIET_BEFORE.search(before) or not (
            _PLACE_BEFORE.search(before) or _OF_PERSON.search(before) or _WORKPLACE.search(before)
        ):
            return
        kind: Kind = (
            "organisation" if _PLACE_BEFORE.search(before) or _DETERMINER.search(before) else "possible name"
        )
        yield word.start, word.end, kind, "a capital inside a sentence"
        return
    if not _is_one_of(before, after, word):
        yield word.start, word.end, _kind_by_context(before, "possible name"), "a capital inside a sentence"


def _kind_by_context(before: str, otherwise: Kind) -> Kind:
    if _EMPLOYER_BEFORE.search(before):
        return "organisation"
    return (
        "place"
        if _PLACE_BEFORE.search(before) and not re.search(r"\b(?:to|from|by|of) $", before)
        else otherwise
    )


def _is_plain_start(text: str, parts: Sequence[Word], words: Lexicon, ordinary: Collection[str]) -> bool:
    """Whether the first word of a sentence belongs to the sentence and not to the name after it."""
    word, low = parts[0], bare(parts[0].text)
    if low in TITLES or (len(word.text) == 1 and word.text != "A"):
        return False
    if _are_known_together(parts, words):
        return False
    if not words.is_english and (low in ordinary or len(low) < 3):
        return True
    if text[word.end : parts[1].start] not in (" ", "  "):
        return False
    if low in STARTERS:
        return not (low in words.everyday_names and bare(parts[1].text) in words.surnames)
    if low in words.names or low in words.capital_names or low in words.places or low in words.surnames:
        return False
    if low in words.everyday_names:
        return bare(parts[1].text) in words.names and bare(parts[1].text) not in words.surnames
    second = bare(parts[1].text)
    if second in _ORGANISED or second in _STREETS:
        return False
    rest = zip(known_terms(parts[1:], words), parts[1:], strict=True)
    if is_english(low, words) and all(known or bare(part.text) in words.generic for known, part in rest):
        return True  # Dry January was a joke, Between Year 9 and Year 11
    return is_english(low, words) and (
        second in words.names or second in words.capital_names or low in ordinary
    )


def _are_known_together(parts: Sequence[Word], words: Lexicon) -> bool:
    """Whether a known term begins with the first two words: the Great Barrier Reef."""
    known = known_terms(parts, words)
    return known[0] != 0 and known[0] == known[1]


def _is_named(known: Sequence[int], lowers: Sequence[str], words: Lexicon) -> bool:
    """Whether known words make a name together: Jordan Smith, Auntie Grace, Queen Elizabeth Hospital."""
    given = words.names | words.everyday_names | words.capital_names
    for i in range(1, len(lowers)):
        if known[i] and known[i] == known[i - 1]:
            continue  # Albert Ellis, Bob Marley: known together
        before, low = lowers[i - 1], lowers[i]
        is_name = low in words.everyday_names or not known[i] or (low.capitalize(),) in words.brands
        if before in TITLES and low not in words.generic and is_name:
            return True
        if low in words.surnames and before in given:
            return True
    return False


def _known_as_name(text: str, parts: Sequence[Word], at_start: bool, words: Lexicon) -> Iterator[Spotted]:
    """A known term that is a given name too, used of a person; or a country that is somebody's origin."""
    if len(parts) != 1:
        return
    word, low = parts[0], bare(parts[0].text)
    before, after = text[max(0, word.start - 40) : word.start], text[word.end : word.end + 30]
    if _is_employer(before, known_as_brand=(plain(word.text),) in words.brands):
        yield word.start, word.end, "organisation", "an employer, by the words before it"
    elif word.text.isupper() and len(word.text) > 1:
        return  # PIP, the benefit, and not Pip
    elif low in words.names or low in words.capital_names or low in words.everyday_names:
        if at_start:
            if _starts_as_person(word, after, low):
                yield word.start, word.end, "person", "a name on the list"
        elif after.startswith(" who ") or (
            _TO_PERSON.search(before)
            and not re.search(r"\b(?:to|from|for|so|by|like|than) $", before)
            and not _is_season(low, before)
        ):
            yield word.start, word.end, "person", "a name on the list"
    elif _ORIGIN_BEFORE.search(before) and not word.text.isupper():
        yield word.start, word.end, "place", "where somebody comes from"


_WORKPLACE = re.compile(
    r"\b(?:work(?:s|ed|ing)?|job|employed|manager|boss|supervisor|shifts?|nights|career|shelves|tills?|driver|cleaner|"
    r"porter|waiter|waitress|chef|cook|clerk|receptionist|cashier|barista|guard|mechanic|engineer|trainee|temp|buyer|"
    r"security|apprentice(?:ship)?|years|started|clocked|stint|driv(?:e|ing)|"
    r"drove|[Ee]verybody|[Ee]veryone|[Ll]ads)(?: \w+){0,3}? (?:for|at|by|with)(?: the)? $"
)


def _is_employer(before: str, *, known_as_brand: bool) -> bool:
    """I stack shelves at Tesco: a name that says nothing by itself does as somebody's employer."""
    return known_as_brand and _WORKPLACE.search(before) is not None


def _starts_as_person(word: Word, after: str, low: str) -> bool:
    if word.text.endswith(("'s", "’s")):
        return low not in _ABSTRACT or low in ("will", "may")
    if _PERSONAL.match(after):
        return True
    return low not in _ABSTRACT and _BEING.match(after) is not None


def _is_season(low: str, before: str) -> bool:
    """May, June, August, Summer as times: in May, the Summer, by June."""
    if low not in (
        "may",
        "june",
        "april",
        "august",
        "summer",
        "autumn",
        "winter",
        "spring",
        "friday",
        "sunday",
        "tuesday",
    ):
        return False
    return (
        re.search(
            r"\b(?:in|by|since|until|till|from|to|the|this|last|next|that|every|each|of|early|late|mid|or|and|during|before|"
            r"after|on|then|come|for|around|about|a)[\s,]+$|\d\s*$|[-–]$",
            before,
            re.IGNORECASE,
        )
        is not None
    )


_TECHNICAL = frozenset(
    "inventory scale questionnaire index checklist test syndrome disease disorder therapy interviewing "
    "theory act model "
    "approach method training prevention analysis principle effect law war revolution movement studies "
    "science diploma "
    "degree allowance benefit credit tax day week month eve sunday monday schedule dependence protocol "
    "guidelines".split()
)


def _is_technical(lowers: Sequence[str], words: Lexicon) -> bool:
    """Beck Anxiety Inventory, Functional Imagery Training, Tourette Syndrome: named after somebody, naming
    nobody."""
    last = lowers[-1]
    if last in ("inventory", "scale", "questionnaire", "checklist", "syndrome", "disease", "disorder"):
        return True
    return last in _TECHNICAL and all(
        is_english(low, words) and low not in words.everyday_names for low in lowers[:-1]
    )


def _is_product(parts: Sequence[Word], known: Sequence[int], lowers: Sequence[str], words: Lexicon) -> bool:
    """Apple Watch, Tesco Express: a brand and everyday words."""
    brand = next((i for i, number in enumerate(known) if not number), len(known))
    return tuple(plain(part.text) for part in parts[:brand]) in words.brands and all(
        is_english(low, words)
        and low not in words.everyday_names
        and low not in _ORGANISED
        and low not in _STREETS
        for low in lowers[brand:]
    )


def _is_plural_of(low: str, generic: Collection[str]) -> bool:
    return low.endswith("s") and low[:-1] in generic


def _is_small(low: str) -> bool:
    return low in ("and", "of", "the", "a", "for", "in", "on", "to", "at", "with") or len(low) == 1


def _kind_of_run(text: str, parts: Sequence[Word], words: Lexicon) -> tuple[Kind, str]:
    lowers = [bare(word.text).rstrip(".") for word in parts]
    before = text[max(0, parts[0].start - 40) : parts[0].start]
    if lowers[0] in TITLES and lowers[0] not in ("st", "mt", "saint"):
        return "person", "a name after a title"
    if len(parts) > 1 and (
        lowers[-1] in _ONLY_STREETS or (lowers[-1] in _STREETS and re.search(r"\d[\w-]*,? $", before))
    ):
        return "address", "the name of a street"
    if _AT_NUMBER.search(before):
        return "address", "the number of a house and its street"
    if tuple(lowers) in words.long_places.get(lowers[0], ()):
        return "place", "a place on the list"
    if any(low in _ORGANISED for low in lowers):
        return "organisation", "a word of an organisation or venue"
    if any(low in words.names or low in words.capital_names for low in lowers) or (
        lowers[-1] in words.surnames
    ):
        return "person", "a name on the list"
    if any(len(word.text) == 1 for word in parts[:-1]):
        return "person", "initials and a name"
    if any(low in words.places for low in lowers) or any(
        tuple(lowers[i : i + len(place)]) == place
        for i, low in enumerate(lowers)
        for place in words.long_places.get(low, ())
    ):
        return "place", "a place on the list"
    if lowers[-1] in _STREETS and _PLACE_BEFORE.search(before):
        return "place", "capitals inside a sentence"
    return _kind_by_context(before, "possible name"), "capitals inside a sentence"


_HOUSE_NUMBER = re.compile(
    r"(?:(?:flat|unit|apartment|apt|suite|room|number|no\.?) ?\d+[a-z]?,? "
    r")?(?:\d+[a-z]?(?:[-/]\d+[a-z]?)?,? )$",
    re.IGNORECASE,
)


def _left(text: str, parts: Sequence[Word], kind: Kind) -> int:
    """Where a name begins: an address with the number of its house."""
    if kind == "address":
        found = _HOUSE_NUMBER.search(text, max(0, parts[0].start - 24), parts[0].start)
        if found:
            return found.start()
    return parts[0].start


# --- Text in capitals throughout ----------------------------------------------------------------------


def _is_shouted(text: str) -> bool:
    """A passage in which nearly every letter is a capital: capitals say nothing there."""
    letters = [c for c in text if c.isalpha()]
    return len(letters) > 12 and sum(c.isupper() for c in letters) > 0.7 * len(letters)


def _shouted(parts: Sequence[Word], words: Lexicon) -> Iterator[Spotted]:
    for before, word in zip((None, *parts), parts, strict=False):
        low = bare(word.text)
        if before and bare(before.text) in TITLES and not words.is_english:
            yield word.start, word.end, "person", "a name after a title"
            continue
        if low in words.names and len(low) > 2:
            yield word.start, word.end, "person", "a name on the list"
        elif low in words.places:
            yield word.start, word.end, "place", "a place on the list"
