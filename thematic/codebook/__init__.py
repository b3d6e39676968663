"""The codebook: its tree, its rules, its version, and how two of them differ. Floor 1, pure.

A codebook made by `make_codebook` is sound: ids are unique, every parent exists, no code is its own
ancestor. The functions on the tree rely on it.
"""

from thematic.codebook.changes import CodebookDiff, CodeChange, diff
from thematic.codebook.making import make_codebook, tidy_code
from thematic.codebook.merging import Conflict, Merge, merge
from thematic.codebook.naming import id_from_name
from thematic.codebook.rules import COLOR, GUID, Flaw, check
from thematic.codebook.tree import (
    ancestors,
    children,
    code_texts,
    find_code,
    is_theme,
    leaves,
    path,
    themes,
    walk,
)

__all__ = [
    "COLOR",
    "GUID",
    "CodeChange",
    "CodebookDiff",
    "Conflict",
    "Flaw",
    "Merge",
    "ancestors",
    "check",
    "children",
    "code_texts",
    "diff",
    "find_code",
    "id_from_name",
    "is_theme",
    "leaves",
    "make_codebook",
    "merge",
    "path",
    "themes",
    "tidy_code",
    "walk",
]
