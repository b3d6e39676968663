"""Pseudonyms: one person, one name, whatever form the person is spoken of in; never the name of another."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

__all__ = ["PSEUDONYMS", "alias_of", "checked_aliases", "clashes", "part_for", "propose"]

# Short names of many origins that are no English words; which one is proposed says nothing about the person.
PSEUDONYMS = (
    "Ada Akin Alma Anouk Aram Asta Bela Birk Celina Dario Edda Elin Emre Enzo Esra Fadil Greta Hana Hiro "
    "Ilan "
    "Ilse Imre Ines Jana Jiro Jori Kaia Kenzo Lale Leif Lena Levin Lior Luan Maia Malik Marit Mateo Milo "
    "Mina Nadir Naim Nela Nils Noor Odin Oona Orla Pavel Petra Rafi Rasa Remy Rhea Rina Runa Sami Selma "
    "Senna "
    "Silas Suri Taavi Tarek Timo Tova Ulla Umay Vada Vito Wanda Xenia Yael Yoko Yusra Zeno Zora"
).split()

# Nicknames that are not the beginning of the name they stand for.
_NICKNAMES: dict[str, tuple[str, ...]] = {
    "william": ("bill", "billy", "will", "willie", "liam"),
    "robert": ("bob", "bobby", "rob", "robbie", "bert"),
    "richard": ("dick", "rick", "ricky", "rich", "richie"),
    "margaret": ("peggy", "maggie", "meg", "madge", "marge", "daisy"),
    "elizabeth": ("liz", "lizzie", "beth", "betty", "bess", "libby", "eliza", "lisa"),
    "catherine": ("kate", "katie", "kathy", "kitty", "cath"),
    "katherine": ("kate", "katie", "kathy", "kitty", "kath"),
    "john": ("jack", "johnny", "jonno"),
    "james": ("jim", "jimmy", "jamie"),
    "charles": ("charlie", "chuck", "chaz"),
    "edward": ("ted", "teddy", "ed", "eddie", "ned"),
    "henry": ("harry", "hal", "hank"),
    "mary": ("molly", "polly", "mamie"),
    "sarah": ("sally", "saz", "sadie"),
    "anthony": ("tony", "ant", "tone"),
    "dorothy": ("dot", "dottie", "dolly"),
    "barry": ("baz", "bazza"),
    "gary": ("gaz", "gazza"),
    "darren": ("daz", "dazza"),
    "sharon": ("shaz", "shazza"),
    "terence": ("terry", "tezza"),
    "jeremy": ("jez", "jezza"),
    "kerry": ("kez", "kezza"),
    "laurence": ("larry", "lozza", "loz"),
    "michael": ("mick", "mickey", "mike", "mikey"),
    "patricia": ("pat", "patsy", "trish", "tricia", "paddy"),
    "patrick": ("pat", "paddy"),
    "alexander": ("sandy", "alex", "sasha", "xander", "eck"),
    "aleksander": ("olek", "alek"),
    "agnieszka": ("aga", "agnes"),
    "mohammed": ("mo", "mohammad", "muhammad", "mohamed", "moe"),
    "abdullah": ("abdul", "abs"),
}


def alias_of(key: str, others: Collection[str]) -> str | None:
    """The key of the form that this one is a shorter form or a nickname of, if just one fits.

    `Louise` and `Mrs Fairbrother` of `Louise Fairbrother`; `Davey`, `Dave` of `David`; `Bazza` of `Barry`.
    """
    words = _words(key)
    longer = [o for o in others if o != key and len(_words(o)) > len(words) and set(words) <= set(_words(o))]
    if len(longer) == 1:
        return longer[0]
    if longer or len(words) != 1:
        return None
    full = [
        o
        for o in others
        if o != key and words[0] in {n for w in _words(o)[:1] for n in _NICKNAMES.get(w, ())}
    ]
    if not full and len(words[0]) >= 3:
        stem = re.sub(r"(?:ey|y|ie|o|s|za|zza)$", "", words[0])
        full = [
            o
            for o in others
            if o != key
            and len(_words(o)) == 1
            and len(stem) >= 3
            and len(o) > len(stem)
            and o.startswith(stem)
            and len(o) >= len(words[0])
        ]
    return full[0] if len(full) == 1 else None


def propose(count: int, taken: Collection[str]) -> list[str]:
    """So many pseudonyms, in a fixed order, none of whose words is among `taken` (in lower case)."""
    free = [name for name in PSEUDONYMS if not clashes(name, taken)]
    round_ = 2
    while len(free) < count:
        free += [f"{name}{round_}" for name in PSEUDONYMS if not clashes(name, taken)] or [f"Person{round_}"]
        round_ += 1
    return free[:count]


def clashes(pseudonym: str, taken: Collection[str]) -> list[str]:
    """The words of a pseudonym that already stand in the transcripts, and so could be taken for somebody."""
    return [
        word for word in re.findall(r"[^\W\d_]+", pseudonym.casefold()) if len(word) > 1 and word in taken
    ]


def part_for(key: str, full: str, pseudonym: str) -> str:
    """What stands for a part of a name: the same part of the pseudonym where it has as many words.

    `louise` of `louise fairbrother`, which is `Greta Marit`, is `Greta`.
    """
    of, new, words = _words(full), pseudonym.split(), _words(key)
    if len(of) == len(new) and len(of) > 1:
        picked = [new[of.index(word)] for word in words if word in of]
        return " ".join(picked) or new[0]
    return pseudonym


_TITLES = re.compile(r"^(?:mr|mrs|ms|miss|dr|doctor|prof|professor|sir|nurse|sister|auntie|aunty|uncle)\.? ")


def _words(key: str) -> list[str]:
    return _TITLES.sub("", key).split()


def checked_aliases(same_as: Mapping[str, str]) -> Sequence[str]:
    """Forms whose chain of “same as” leads back to themselves."""
    loops = []
    for key in same_as:
        seen, at = {key}, same_as[key]
        while at in same_as and at not in seen:
            seen.add(at)
            at = same_as[at]
        if at in seen:
            loops.append(key)
    return loops
