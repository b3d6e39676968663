"""not_identifiers.toml: words that look like names and identify nobody, each with the reason. People edit
it."""

from __future__ import annotations

import re
import tomllib

from thematic.deidentification import form_key
from thematic.errors import InputError, Problem

__all__ = ["read_not_identifiers"]


def read_not_identifiers(data: bytes, path: str = "not_identifiers.toml") -> dict[str, str]:
    """The keys of these forms (`form_key`) and the reason of each.

    Raises InputError with every mistake: no TOML, another table than [words], a word without a reason.
    """
    try:
        tables = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8: {error.reason}", path=path, hint="save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise InputError(
            f"not TOML: {error}", path=path, line=int(line[1]) if line else None, hint="mend this line"
        ) from None
    problems = [
        Problem(f"there is no table [{name}]", path, None, "put the words under [words]")
        for name in tables
        if name != "words"
    ]
    words = tables.get("words", {})
    if not isinstance(words, dict):
        words, problems = (
            {},
            [*problems, Problem("words is no table", path, None, "write [words] above them")],
        )
    problems += [
        Problem(
            f"“{word}” has no reason", path, None, f'write "{word}" = "a brand of soap", or whatever it is'
        )
        for word, reason in words.items()
        if not isinstance(reason, str) or not reason.strip()
    ]
    if problems:
        raise InputError(f"{path} cannot be used", path=path, problems=problems)
    return {form_key(word): reason for word, reason in words.items()}
