"""Numbers, codes and electronic addresses: what points at one person without being a name.

Patterns are of shapes, and of numbers announced by a word ("my NHS number is …"). Where a number has a check
digit it is used to say what the number is, never to let one pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from re import Pattern

from thematic.deidentification.findings import Kind

__all__ = ["Spotted", "electronic", "numbered", "spoken"]

Spotted = tuple[int, int, Kind, str]
"""Start, end, kind, rule."""

# --- Electronic addresses ------------------------------------------------------------------------------

_EMAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+", re.UNICODE)
_URL = re.compile(r"(?:https?://|ftp://|www\.)[^\s<>\"“”\[\]]+", re.IGNORECASE)
# Ends that are words too (it.so, like.me after a missing space) count only with a path.
_DOMAIN = re.compile(
    r"(?<![@\w.])(?:[a-z0-9][a-z0-9-]*\.)+(?:"
    r"(?:com|org|net|edu|gov|uk|au|nz|ca|ie|io|info|app|dev|eu|de|fr|nl|za|ng|ke|pk|jp|cn|br|example|test|blog|shop|online|site|xyz)"
    r"(?![\w-])(?:/[^\s<>\"“”,;]*)?|(?:me|be|ee|tv|co|us|in|it|es|gl|ly|ai|to|so|is|st)/[^\s<>\"“”,;]+)",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<!\w)[A-Za-z][\w.]+#\d{4}\b|(?<![\w.])@[A-Za-z0-9_][\w.]*\w|(?<![\w/.])u/\w{3,}")
_SITES = (
    r"(?:user ?name|screen ?name|handle|gamer ?tag|nick(?:name)?|log-?in|insta(?:gram)?|twitter|"
    r"snap(?:chat)?|"
    r"tik ?tok|telegram|discord|reddit|tumblr|twitch|facebook|forum|youtube|skype|steam|xbox|psn|profile|"
    r"post(?:ed)? as|"
    r"known as|i'm on there as|account)"
)
_CUED_HANDLE = re.compile(
    rf"\b{_SITES}\b[^.!?\n]{{0,28}}?[\s\"“'‘](?P<v>(?=\w*(?:[\d_]|\.\w))[A-Za-z][\w]*(?:[._]\w+)*|(?-i:[A-Za-z]*[a-z][A-Z][A-Za-z]*))\b",
    re.IGNORECASE,
)
_UNDERSCORED = re.compile(r"(?<![\w./@])(?=\w*_)[A-Za-z]\w*_\w*[A-Za-z0-9](?![\w/@])")
_TAILED = re.compile(r"(?<![\w./@-])[A-Za-z]{4,}\d{2,}[A-Za-z]*(?![\w/@-])")
_STUDY_CODE = re.compile(
    r"[A-Z]{1,4}_\d{1,4}|R_[A-Za-z0-9]{1,17}"
)  # P_07, and what Qualtrics calls respondents
_NOT_TAILED = re.compile(
    r"(?:covid|windows|speaker|channel|form|step|week|speaker|participant|interviewer|resp|page|room)\d+",
    re.I,
)
_LETTER = r"(?:[a-z]+|\d+)"
_SPOKEN_EMAIL = re.compile(
    rf"\b{_LETTER}(?:\s+(?:dot|underscore|dash|hyphen|full "
    rf"stop)\s+{_LETTER}){{0,8}}\s+at\s+{_LETTER}(?:\s+dot\s+{_LETTER}){{1,6}}\b",
    re.IGNORECASE,
)
_SPOKEN_URL = re.compile(
    r"\b(?:(?:double\s?u\s+){1,3}dot\s+|w w w dot\s+|www dot\s+)?[a-z0-9]+(?:\s+(?:dot|slash|dash|"
    r"hyphen)\s+[a-z0-9]+){0,8}?"
    r"\s+dot\s+(?:com|org|net|edu|gov|info|co|ie|uk|au|io)(?:\s+dot\s+(?:uk|au|nz|za))?\b",
    re.IGNORECASE,
)


def electronic(text: str) -> Iterator[Spotted]:
    """E-mail and web addresses, names of accounts, written or spelt out ("jo at gmail dot com")."""
    lower = text.lower()
    if "@" in text:
        yield from _all(_EMAIL, text, "email", "an e-mail address")
    if "." in text:
        yield from _all(_URL, text, "web address", "a web address", strip=".,;:!?)'’\"")
        yield from _all(_DOMAIN, text, "web address", "a web address", strip=".,;:!?)'’\"")
    if "@" in text or "u/" in text or "#" in text:
        yield from _all(_HANDLE, text, "account name", "the name of an account")
    if "_" in text:
        for match in _UNDERSCORED.finditer(text):
            if _STUDY_CODE.fullmatch(match.group()):
                continue
            if not _NOT_TAILED.fullmatch(match.group().replace("_", "")):
                yield match.start(), match.end(), "account name", "the name of an account"
    for match in _CUED_HANDLE.finditer(text):
        yield match.start("v"), match.end("v"), "account name", "announced as the name of an account"
    for match in _TAILED.finditer(text):
        if not _NOT_TAILED.match(match.group()):
            yield (
                match.start(),
                match.end(),
                "account name",
                "letters and digits as in the name of an account",
            )
    if " dot " in lower:
        yield from _all(_SPOKEN_EMAIL, text, "email", "an e-mail address, spelt out")
        yield from _all(_SPOKEN_URL, text, "web address", "a web address, spelt out")


# --- Numbers by their shape ----------------------------------------------------------------------------

_IP = re.compile(r"(?<![\d.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\d.]\d)")
# Eight groups, or fewer and ::, which tells it from 00:12:05.
_IP6 = re.compile(
    r"(?<![\w:])(?=[\da-f:]{0,40}::|(?:[\da-f]{1,4}:){7})(?:[\da-f]{0,4}:){2,7}[\da-f]{1,4}(?![\w:])",
    re.IGNORECASE,
)
_MAC = re.compile(r"(?<![\w:])(?:[\da-f]{2}[:-]){5}[\da-f]{2}(?![\w:])", re.IGNORECASE)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_VIN = re.compile(r"\b(?=[A-HJ-NPR-Z0-9]*\d)(?=[A-HJ-NPR-Z0-9]*[A-Z])[A-HJ-NPR-Z0-9]{17}\b")
_NI = re.compile(r"\b[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b", re.IGNORECASE)
_SSN = re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")
_UK_PLATE = re.compile(r"\b[A-Z]{2}\d{2} ?[A-Z]{3}\b|\b[A-Z]\d{1,3} [A-Z]{3}\b")
_DVLA = re.compile(r"\b[A-Z9]{5}\d{6}[A-Z9]{2}\d[A-Z]{2}\b")
_COORDINATES = re.compile(r"-?\d{1,2}\.\d{3,}°?\s*[NS]?,\s*-?\d{1,3}\.\d{3,}°?\s*[EW]?")
_PHONE = re.compile(
    r"(?<![\w+.])(?:\+\d{1,3}[\s.-]?(?:\(\d{1,4}\)[\s.-]?)?\d(?:[\s.-]?\d){6,12}|"
    r"\(\d{2,5}\)[\s.-]?\d{3,4}[\s.-]?\d{3,4}|0\d{2,5}[\s.-]\d{3,4}[\s.-]?\d{3,4}|0\d{9,10}|"
    r"\d{3}[.-]\d{3}[.-]\d{4}|1[38]00[\s-]\d{3}[\s-]\d{3}|13 \d\d \d\d|\d{3}-\d{4}|"
    r"07\d{3}[\s.-]\d{6})(?!\d|[.-]\d)"
)
_LONG = re.compile(r"(?<![\w£$€.,/:-])(?:\d[ -]?){6,}\d(?!\w|[.,:/]\d)")
_YEARS = re.compile(r"(?:19|20)\d\d(?:[ -]+(?:19|20)?\d\d)+")
_MIXED = re.compile(
    r"(?<![\w/.-])(?=[A-Z0-9]*[A-Z])(?=(?:[A-Z]*\d){3})[A-Z0-9]{6,}(?!\w)|(?<![\w/])(?:[A-Z]{1,5}-\d{4,}|[A-Z]{2,5}-\d{2,}-[A-Z0-9]+|[A-Z]{2,5}/\d{2,}/\d+|\d{2,4}/[A-Z]{2,4}/\d{3,})(?:-[A-Z0-9]+)*\b"
)
_UK_POSTCODE = re.compile(
    r"\b(?:GIR ?0AA|[A-PR-UWYZ](?:[A-HK-Y]?\d[\dA-HJKPSTUW]?|\d[A-Z])) ?\d[ABD-HJLNP-UW-Z]{2}\b",
    re.IGNORECASE,
)
_AREAS = (
    "AB AL BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY EC EH EN EX "
    "FK FY "
    "GL GU HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY LA LD LE LL LN LS LU ME MK ML NE NG NN NP NR "
    "NW OL "
    "OX PA PE PH PL PO PR RG RH RM SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB WA "
    "WC WD WF "
    "WN WR WS WV YO ZE"
).split()
_OUTWARD = re.compile(
    # CO2 and SO2 are districts of Colchester and Southampton, and what one breathes.
    rf"\b(?!(?:CO|SO)[23]\b)(?:{'|'.join(_AREAS)})\d{{1,2}}[A-Z]?\b|"
    r"(?<=\b[Ii]n )(?:B|E|G|L|M|N|S|W)\d{1,2}\b|(?<=postcode is )(?:B|E|G|L|M|N|S|W)\d{1,2}\b"
)
_CANADA = re.compile(r"\b[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d\b")
_STATE_CODE = re.compile(
    r"\b(?:VIC|NSW|QLD|SA|WA|TAS|ACT|NT) \d{4}\b|\b(?:A[LKZR]|C[AOT]|DE|FL|GA|HI|I[DLNA]|K[SY]|LA|"
    r"M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY]) \d{5}(?:-\d{4})?\b"
)
_CUED_POSTCODE = re.compile(
    r"\b(?:zip|post ?code|postal code|eircode)(?:s| "
    r"code)?\b[^.!?\n\d]{0,20}?(?P<v>[A-Z]?[A-Z]?\d[\dA-Z]?(?: ?\d[A-Z]{2})?|\d{4,5}(?:-\d{4})?|"
    r"[A-Z]\d[\dW] ?[A-Z\d]{4})\b(?<!\b\d)(?<!\b\d\d)",
    re.IGNORECASE,
)

_POSTCODE_THEN_CUE = re.compile(
    r"(?<![\d$£.,])\b\d{5}\b(?=[^.!?\n]{0,40}\b(?:zip|post ?code)\b)", re.IGNORECASE
)

# We're out in 4490: no year, and nothing is counted.
_POSTCODE_ALONE = re.compile(r"(?<=\b[Ii]n )(?!1[5-9]\d\d|20\d\d)[2-9]\d{3}\b(?=[,.;!?]|$)(?![.,]\d)")
_PLATE_NEAR = re.compile(
    r"\b(?:ute|car|van|truck|bike|motorbike|vehicle|plates?|rego|reg|number ?plate)\b[^.!?\n]{0,24}?"
    r"(?P<v>\b(?=[A-Z\d -]*\d)(?=[A-Z\d -]*[A-Z])[A-Z\d]{2,4}[ -]?[A-Z\d]{2,4}\b)"
)
_THEN_PLATE = re.compile(r"(?P<v>\b[A-Z]{2,3}[ -]\d{3,4}\b)(?=[^.!?\n]{0,40}\b(?:plates?|rego|reg)\b)")

_SHAPES: tuple[tuple[Pattern[str], Kind, str], ...] = (
    (_IP, "device", "an IP address"),
    (_IP6, "device", "an IP address"),
    (_MAC, "device", "a hardware address"),
    (_COORDINATES, "address", "coordinates"),
    (_DVLA, "vehicle or licence", "a driving licence"),
    (_VIN, "vehicle or licence", "a vehicle number"),
    (_NI, "national number", "a national insurance number"),
    (_SSN, "national number", "a social security number"),
    (_UK_POSTCODE, "postcode", "a postcode"),
    (_STATE_CODE, "postcode", "a postcode"),
    (_CANADA, "postcode", "a postcode"),
    (_POSTCODE_THEN_CUE, "postcode", "announced as a postcode"),
    (_POSTCODE_ALONE, "postcode", "four digits that are no year, where a place would stand"),
    (_OUTWARD, "postcode", "a postcode district"),
    (_UK_PLATE, "vehicle or licence", "a number plate"),
    (_PHONE, "phone number", "the shape of a phone number"),
    (_MIXED, "record number", "a code of letters and digits"),
)

# --- Numbers that a word announces ---------------------------------------------------------------------

_NUMBER_WORD = r"(?:\s*(?:numbers?|no\.?|num\b|id\b|#|code|card|ref(?:erence)?|ident\w*))"
_ANNOUNCED: tuple[tuple[Kind, str, str], ...] = (
    (
        "national number",
        r"nhs|national insurance|ni|social(?: security)?|ssn|medicare|medicaid|tax file|tfn|chi|sin|social "
        r"insurance|"
        r"centrelink|crn|pps|ppsn|passport|national id\w*|identity card|health card|ihi|dva|visa grant|"
        r"green card|hkid|aadhaar",
        "announced as a national number",
    ),
    (
        "record number",
        r"mrn|hospital|patient|medical record|record|chart|case|file|unit|client|customer|claim|reference|"
        r"ref|prison(?:er)?|"
        r"inmate|booking|docket|crime|incident|member(?:ship)?|policy|health plan|insurance|student|staff|"
        r"employee|payroll|"
        r"badge|service|army|study|participant id|trial|lab|specimen|accession|urn|prn|pnc|collar|warrant",
        "announced as a record number",
    ),
    (
        "bank or card number",
        r"account|acct|card|sort code|bsb|iban|routing|swift|credit card|debit card|amex|visa|mastercard|"
        r"store card|"
        r"building society|giro|bank",
        "announced as a bank or card number",
    ),
    (
        "vehicle or licence",
        r"plates?|number plate|licen[cs]e plate|reg|rego|registration|vin|driving licen[cs]e|driver'?s "
        r"licen[cs]e|licen[cs]e|"
        r"certificate|permit|pin|nmc|gmc|ahpra|hcpc",
        "announced as a licence or number plate",
    ),
    (
        "device",
        r"serial|s/n|imei|device|tag|pacemaker|implant|model|udid|mac address|handset|meid|sim|asset|pump|"
        r"monitor",
        "announced as the number of a device",
    ),
    (
        "phone number",
        r"phone|mobile|cell|landline|telephone|tel|fax|my number|her number|his number|number(?:'s| is)",
        "announced as a phone number",
    ),
)
_VALUE = (
    r"(?<![\w.])(?P<v>(?-i:(?=[A-Z0-9]*[ \-/.]?[A-Z0-9]*\d)[A-Z0-9]+"
    r"(?:[ \-/.][A-Z0-9]*\d[A-Z0-9]*|[ -][A-Z](?![A-Za-z']))*)|(?=[a-z0-9]*\d)[a-z0-9]+)"
)
_CUED = tuple(
    (
        re.compile(
            rf"\b(?:{words})(?:'s)?\b(?P<n>{_NUMBER_WORD})?[^.!?\n\d]{{0,32}}?[\s:#,\"“]{_VALUE}(?![\w])",
            re.IGNORECASE,
        ),
        kind,
        rule,
    )
    for kind, words, rule in _ANNOUNCED
)
_UNIT_AFTER = re.compile(
    r"\s*(?:%|percent|per cent|years?|yrs?|months?|weeks?|days?|hours?|hrs?|minutes?|mins?|seconds?|times?|"
    r"pounds?|quid|"
    r"dollars?|euros?|grand|k\b|kg|kilos?|stone|miles?|people|of us|men|women|beds?|pages?|am\b|pm\b|a\.m|"
    r"p\.m|o'?clock|degrees)",
    re.IGNORECASE,
)
_ORDINARY_CODE = re.compile(
    r"\d+(?:st|nd|rd|th|s|am|pm|mg|mcg|ml|g|kg|km|k|m|cm|mm|hz|gb|mb|x|p|hrs?)", re.IGNORECASE
)


def numbered(text: str) -> Iterator[Spotted]:
    """Numbers and codes that point at one person or thing, by their shape or by the word before them."""
    for pattern, kind, rule in _SHAPES:
        yield from _all(pattern, text, kind, rule)
    for match in _IBAN.finditer(text):
        if _is_iban(match.group()):
            yield match.start(), match.end(), "bank or card number", "an IBAN"
    for match in _LONG.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if not _YEARS.fullmatch(match.group()) and not _is_count(match.group()):
            kind, rule = _long_number(digits)
            yield match.start(), match.end(), kind, rule
    for match in _CUED_POSTCODE.finditer(text):
        yield match.start("v"), match.end("v"), "postcode", "announced as a postcode"
    for match in chain(_PLATE_NEAR.finditer(text), _THEN_PLATE.finditer(text)):
        yield match.start("v"), match.end("v"), "vehicle or licence", "the shape of a number plate"
    for pattern, kind, rule in _CUED:
        for match in pattern.finditer(text):
            value = match.group("v")
            if _is_number(value, named=bool(match.group("n"))) and not _UNIT_AFTER.match(
                text, match.end("v")
            ):
                yield match.start("v"), match.end("v"), kind, rule


def _all(pattern: Pattern[str], text: str, kind: Kind, rule: str, strip: str = "") -> Iterator[Spotted]:
    for match in pattern.finditer(text):
        found = match.group().rstrip(strip) if strip else match.group()
        if found:
            yield match.start(), match.start() + len(found), kind, rule


def _is_number(value: str, *, named: bool) -> bool:
    """Whether an announced value is long enough to tell people apart, and no year, quantity or clock time."""
    digits = sum(c.isdigit() for c in value)
    if _ORDINARY_CODE.fullmatch(value) or (
        not value[0].isdigit() and " " in value and not value[0].isupper()
    ):
        return False
    letters = sum(c.isalpha() for c in value)
    if re.fullmatch(r"(?:19|20)\d\d", value):
        return named
    return digits >= 4 or (digits >= 3 and letters >= 1) or (digits >= 2 and letters >= 2 and len(value) >= 5)


def _is_count(value: str) -> bool:
    """One two three four: digits that are merely counted, each by itself."""
    return re.fullmatch(r"1 2 3 4 5 6 7(?: 8(?: 9(?: 10)?)?)?", value) is not None


def _long_number(digits: str) -> tuple[Kind, str]:
    if 13 <= len(digits) <= 19 and _is_luhn(digits):
        return "bank or card number", "a card number, by its check digit"
    if len(digits) == 10 and _is_nhs(digits):
        return "national number", "an NHS number, by its check digit"
    if 9 <= len(digits) <= 12 and digits.startswith("0"):
        return "phone number", "the shape of a phone number"
    return "other number", "a long number"


def _is_luhn(digits: str) -> bool:
    doubled = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _is_nhs(digits: str) -> bool:
    check = 11 - sum(int(d) * (10 - i) for i, d in enumerate(digits[:9])) % 11
    return check % 11 == int(digits[9]) and check != 10


def _is_iban(value: str) -> bool:
    compact = value.replace(" ", "")
    return len(compact) >= 15 and int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1


# --- Numbers said in words -----------------------------------------------------------------------------

_DIGIT = r"(?:oh|zero|nought|one|two|three|four|five|six|seven|eight|nine)"
_SPOKEN = re.compile(
    rf"\b(?:(?:double|treble|triple)\s+)?{_DIGIT}(?:[\s,–-]+(?:(?:double|treble|triple)\s+)?(?:{_DIGIT}|hundred|ten|eleven|twelve)\b){{5,}}",
    re.IGNORECASE,
)
_COUNTING = re.compile(r"one[\s,]+two[\s,]+three", re.IGNORECASE)


def spoken(text: str) -> Iterator[Spotted]:
    """Six and more digits said one after another."""
    for match in _SPOKEN.finditer(text):
        if not _COUNTING.match(match.group()):
            before = text[max(0, match.start() - 40) : match.start()].lower()
            is_account = any(word in before for word in ("account", "card", "sort code"))
            yield (
                match.start(),
                match.end(),
                "bank or card number" if is_account else "phone number",
                "a number said digit by digit",
            )
