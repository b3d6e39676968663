"""Who said what about which unit: the two tables that agreement is computed from.

`Ratings` holds many codes, each applied or not. `Values` holds one variable with one value a unit and coder:
a label, a rank, a number or a set of codes. Both keep whole numbers, with -1 where a coder was not assigned
the unit, so that "did not apply it" and "did not see it" can never be confused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Category",
    "Level",
    "Ratings",
    "Values",
    "as_ratings",
    "code_sets",
    "roll_up",
    "select_coders",
    "select_units",
    "values_from_rows",
]

Level = Literal["nominal", "ordinal", "interval", "ratio", "sets"]
Category = str | int | float | frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ratings:
    """Which coder applied which code to which unit.

    presence: int8, shape (units, coders, codes): 1 applied; 0 assigned and not applied; -1 not assigned.
    interviews: the interview of each unit, or None where the table has no such column.
    model_coders: the coders that are machines; they are never pooled with people.
    sizes: how many equal units each row stands for (the characters of a run), or None for one each.

    Raises ValueError when names repeat or shapes or values do not fit.
    """

    units: tuple[str, ...]
    coders: tuple[str, ...]
    codes: tuple[str, ...]
    presence: NDArray[np.int8]
    interviews: tuple[str, ...] | None = None
    model_coders: frozenset[str] = frozenset()
    sizes: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        shape = (len(self.units), len(self.coders), len(self.codes))
        presence = _indices("presence", self.presence, shape, highest=1)
        object.__setattr__(self, "presence", _frozen(presence, np.int8))
        _check(self, codes=self.codes)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Values:
    """One value a unit and coder, of a single variable.

    categories: the values in the order of their scale; numbers where `level` is interval or ratio, sets of
    codes where it is sets.
    indices: int32, shape (units, coders): a position in `categories`, or -1 for not assigned.
    The other fields are those of `Ratings`.

    Raises ValueError when names repeat or shapes or values do not fit.
    """

    units: tuple[str, ...]
    coders: tuple[str, ...]
    categories: tuple[Category, ...]
    indices: NDArray[np.int32]
    level: Level = "nominal"
    interviews: tuple[str, ...] | None = None
    model_coders: frozenset[str] = frozenset()
    sizes: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        shape = (len(self.units), len(self.coders))
        indices = _indices("indices", self.indices, shape, highest=len(self.categories) - 1)
        object.__setattr__(self, "indices", _frozen(indices, np.int32))
        _check(self, categories=self.categories)
        if self.level in ("interval", "ratio") and any(
            isinstance(category, str | frozenset) for category in self.categories
        ):
            raise ValueError(f"the categories of a variable of level {self.level} must be numbers")


Table = TypeVar("Table", Ratings, Values)


@overload
def select_coders(table: Ratings, coders: Sequence[str]) -> Ratings: ...
@overload
def select_coders(table: Values, coders: Sequence[str]) -> Values: ...
def select_coders(table: Ratings | Values, coders: Sequence[str]) -> Ratings | Values:
    """The same table with these coders only, in this order. Raises ValueError on an unknown coder."""
    columns = [table.coders.index(coder) for coder in coders]
    models = table.model_coders & set(coders)
    if isinstance(table, Ratings):
        return replace(table, coders=tuple(coders), presence=table.presence[:, columns], model_coders=models)
    return replace(table, coders=tuple(coders), indices=table.indices[:, columns], model_coders=models)


def select_units(table: Table, rows: NDArray[np.intp]) -> Table:
    """The same table with the units at these positions only, in this order."""
    units = tuple(table.units[row] for row in rows)
    interviews = None if table.interviews is None else tuple(table.interviews[row] for row in rows)
    sizes = None if table.sizes is None else table.sizes[rows]
    if isinstance(table, Ratings):
        return replace(table, units=units, presence=table.presence[rows], interviews=interviews, sizes=sizes)
    return replace(table, units=units, indices=table.indices[rows], interviews=interviews, sizes=sizes)


def roll_up(ratings: Ratings, parents: Mapping[str, str | None]) -> Ratings:
    """The same units with themes for codes: a theme is present where it or any code below it is applied.

    parents: the parent of each code, or None. Themes are the codes that are somebody's parent, in order of
    first mention in `parents`; codes of `parents` that the table does not use are allowed. A coder who was
    not assigned some code of a theme, and applied none of the others, is not assigned to the theme.
    """
    themes = tuple(dict.fromkeys(parent for parent in parents.values() if parent is not None))
    below: dict[str, list[int]] = {theme: [] for theme in themes}
    for column, code in enumerate(ratings.codes):
        above: str | None = code
        seen: set[str] = set()
        while above is not None and above not in seen:
            seen.add(above)
            if above in below:
                below[above].append(column)
            above = parents.get(above)
    used = tuple(theme for theme in themes if below[theme])
    presence = np.empty((*ratings.presence.shape[:2], len(used)), dtype=np.int8)
    for position, theme in enumerate(used):
        members = ratings.presence[:, :, below[theme]]
        applied = (members == 1).any(axis=2)
        presence[:, :, position] = np.where(applied, 1, members.min(axis=2))
    return replace(ratings, codes=used, presence=presence)


def code_sets(ratings: Ratings) -> Values:
    """The set of codes that each coder gave each unit, as one variable; the empty set is a value too.

    A coder who was not assigned every code of the table has no set for the unit.
    """
    n_units, n_coders, _ = ratings.presence.shape
    complete = (ratings.presence >= 0).all(axis=2)
    # One bit a code, after a bit that is never set: so there is a byte to compare even without any code.
    packed = np.packbits(np.pad(ratings.presence == 1, ((0, 0), (0, 0), (1, 0))), axis=2)[complete]
    rows = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
    distinct, inverse = np.unique(rows, return_inverse=True)
    bytes_of = distinct.view(np.uint8).reshape(len(distinct), packed.shape[1])
    members = np.unpackbits(bytes_of, axis=1, count=len(ratings.codes) + 1)[:, 1:].astype(bool)
    indices = np.full((n_units, n_coders), -1, dtype=np.int32)
    indices[complete] = inverse
    codes = np.array(ratings.codes, dtype=object)
    return Values(
        units=ratings.units,
        coders=ratings.coders,
        categories=tuple(frozenset(codes[row]) for row in members),
        indices=indices,
        level="sets",
        interviews=ratings.interviews,
        model_coders=ratings.model_coders,
        sizes=ratings.sizes,
    )


def as_ratings(values: Values) -> Ratings:
    """Each category as a code that is applied or not: the dichotomised variable.

    Raises ValueError for sets, whose codes are already in the `Ratings` they were made from.
    """
    if values.level == "sets":
        raise ValueError("sets of codes cannot be dichotomised by category")
    position = np.arange(len(values.categories))
    presence = (values.indices[:, :, None] == position).astype(np.int8)
    presence[values.indices < 0] = -1
    return Ratings(
        units=values.units,
        coders=values.coders,
        codes=tuple(str(category) for category in values.categories),
        presence=presence,
        interviews=values.interviews,
        model_coders=values.model_coders,
        sizes=values.sizes,
    )


def values_from_rows(
    rows: Sequence[Sequence[Category | None]],
    *,
    level: Level = "nominal",
    categories: Sequence[Category] | None = None,
    units: Sequence[str] | None = None,
    coders: Sequence[str] | None = None,
    interviews: Sequence[str] | None = None,
) -> Values:
    """A variable from one row a unit and one cell a coder; None is not assigned.

    categories: the scale, where it has values that nobody used or an order of its own; otherwise the values
    found, numbers in order of size and words in order of the alphabet. Units and coders without names are
    numbered from 1. Raises ValueError on ragged rows and on a value that is not in `categories`.
    """
    if len({len(row) for row in rows}) > 1:
        raise ValueError("every row must have one cell for each coder")
    found = {cell for row in rows for cell in row if cell is not None}
    scale = tuple(categories) if categories is not None else tuple(sorted(found, key=_scale_order))
    if unknown := found - set(scale):
        raise ValueError(f"values that are not in the scale: {sorted(map(str, unknown))}")
    position: dict[Category | None, int] = {category: index for index, category in enumerate(scale)}
    position[None] = -1
    n_coders = len(rows[0]) if rows else len(coders or ())
    indices = np.array([[position[cell] for cell in row] for row in rows], dtype=np.int32)
    return Values(
        units=tuple(units) if units is not None else _numbered("unit", len(rows)),
        coders=tuple(coders) if coders is not None else _numbered("coder", n_coders),
        categories=scale,
        indices=indices.reshape(len(rows), n_coders),
        level=level,
        interviews=None if interviews is None else tuple(interviews),
    )


def _scale_order(category: Category) -> tuple[int, float, tuple[str, ...]]:
    if isinstance(category, frozenset):
        return 2, len(category), tuple(sorted(category))
    if isinstance(category, str):
        return 1, 0.0, (category,)
    return 0, float(category), ()


def _numbered(kind: str, count: int) -> tuple[str, ...]:
    return tuple(f"{kind} {number}" for number in range(1, count + 1))


def _indices(
    name: str, array: NDArray[np.integer], shape: tuple[int, ...], highest: int
) -> NDArray[np.integer]:
    found = np.asarray(array)
    if found.shape != shape:
        raise ValueError(f"{name} has shape {found.shape}; the names given need {shape}")
    if found.size and (found.min() < -1 or found.max() > highest):
        raise ValueError(f"{name} must lie between -1 and {highest}, found {found.min()} to {found.max()}")
    return found


def _check(table: Ratings | Values, **names: tuple[Category, ...]) -> None:
    for kind, found in {"units": table.units, "coders": table.coders, **names}.items():
        if len(set(found)) != len(found):
            raise ValueError(f"{kind} must have different names")
    if table.interviews is not None and len(table.interviews) != len(table.units):
        raise ValueError(f"{len(table.interviews)} interviews for {len(table.units)} units")
    if unknown := table.model_coders - set(table.coders):
        raise ValueError(f"model coders that are not coders: {sorted(unknown)}")
    if table.sizes is not None:
        sizes = np.asarray(table.sizes)
        if sizes.shape != (len(table.units),) or (sizes.size and sizes.min() < 1):
            raise ValueError("sizes must hold one whole number of at least 1 for each unit")
        object.__setattr__(table, "sizes", _frozen(sizes, np.int64))


def _frozen(array: NDArray[np.integer], dtype: type[np.integer]) -> NDArray[np.integer]:
    """A view of the array, copied only if its type differs, that cannot be written to."""
    view = array.astype(dtype, copy=False).view()
    view.setflags(write=False)
    return view
