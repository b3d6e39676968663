"""Names of variables that R and SPSS both take, made from names that people chose."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

__all__ = ["LONGEST", "variable_names"]

LONGEST = 64  # bytes, the limit of SPSS; the names are ASCII

# Words that SPSS or R keep for themselves, in small letters.
_RESERVED = frozenset(
    "all and by eq ge gt le lt ne not or to with "
    "if else repeat while function for next break true false null inf nan na in".split()
)


def variable_names(names: Iterable[str], *, taken: Iterable[str] = ()) -> dict[str, str]:
    """Each name with its variable: letters, digits and `_`, a letter first, no two alike in any case.

    Of names that would be alike, the second gets `_2` and so on, in their order. `taken` are variables that
    are there already. Names that differ only by accents or signs stay different.
    """
    used = {name.casefold() for name in taken}
    found: dict[str, str] = {}
    for name in dict.fromkeys(names):
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        base = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_")
        if not base:
            base = "variable"
        elif not base[0].isalpha() or base.casefold() in _RESERVED:
            base = f"v_{base}"
        base = base[:LONGEST].rstrip("_")
        variable, number = base, 1
        while variable.casefold() in used:
            number += 1
            variable = f"{base[: LONGEST - len(str(number)) - 1].rstrip('_')}_{number}"
        used.add(variable.casefold())
        found[name] = variable
    return found
