"""Many objects of one type, member by member: the objects themselves, or the JSON of each.

What all of them have in common is looked at, and encoded, once. The JSON is byte for byte what
msgspec makes of the objects. Nothing here knows what an observation is.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import repeat
from math import isnan
from typing import Any, NamedTuple, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from services.domain.engine.amount import Bools, Floats
from services.domain.engine.json_parts import (
    Lacking,
    Part,
    encode,
    joined,
    lacking_of,
    lacking_where,
    texts_of,
    texts_of_floats,
    texts_of_numbers,
    without,
)
from services.domain.engine.numbers import numbers
from services.domain.engine.ordered import Ints

Table = npt.NDArray[np.object_]


class Column(Protocol):
    """One member of every object; `count` is how many objects there are, at least one."""

    def values(self, count: int) -> Sequence[Any]:
        """The member of each object."""
        ...

    def parts(self, count: int) -> list[Part]:
        """Its JSON; of no meaning where the member is left out."""
        ...

    def lacking(self, default: Any) -> Lacking:
        """Where it is this very default."""
        ...


class Same(NamedTuple):
    """What all objects have in common."""

    value: Any

    def values(self, count: int) -> Sequence[Any]:
        """The value, for each."""
        return [self.value] * count

    def parts(self, count: int) -> list[Part]:
        """One piece."""
        return [encode(self.value)]

    def lacking(self, default: Any) -> Lacking:
        """Everywhere or nowhere."""
        return self.value is default


class Chosen(NamedTuple):
    """A few values, and the place of each object's among them."""

    options: Sequence[Any]
    at: Sequence[int]

    def values(self, count: int) -> Sequence[Any]:
        """The option of each."""
        return [self.options[place] for place in self.at]

    def parts(self, count: int) -> list[Part]:
        """Each option is encoded once."""
        texts = texts_of([None if each is msgspec.UNSET else each for each in self.options])
        return [[texts[place] for place in self.at]]

    def lacking(self, default: Any) -> Lacking:
        """Where the option is the default."""
        found = [each is default for each in self.options]
        return any(found) and lacking_of([found[place] for place in self.at])


class Numbers(NamedTuple):
    """Numbers of which whole ones are shown without a fraction; NaN is None."""

    floats: Floats

    def values(self, count: int) -> Sequence[Any]:
        """Integers where they are whole."""
        return numbers(self.floats)

    def parts(self, count: int) -> list[Part]:
        """All of them in one go."""
        return [texts_of_numbers(self.floats)]

    def lacking(self, default: Any) -> Lacking:
        """Where there is none."""
        return default is None and lacking_where(np.isnan(self.floats))


class Plain(NamedTuple):
    """Floats shown as they are; NaN is None."""

    floats: Floats

    def values(self, count: int) -> Sequence[Any]:
        """The floats."""
        return [None if isnan(each) else each for each in self.floats.tolist()]

    def parts(self, count: int) -> list[Part]:
        """All of them in one go."""
        return [texts_of_floats(self.floats)]

    def lacking(self, default: Any) -> Lacking:
        """Where there is none."""
        return default is None and lacking_where(np.isnan(self.floats))


class Kept(NamedTuple):
    """Values whose JSON is known: `at` are the places of each object's in two tables of objects."""

    known: Table
    texts: Table
    at: Ints

    def values(self, count: int) -> Sequence[Any]:
        """The values."""
        found: list[Any] = self.known[self.at].tolist()
        return found

    def parts(self, count: int) -> list[Part]:
        """What is known."""
        texts: list[bytes] = self.texts[self.at].tolist()
        return [texts]

    def lacking(self, default: Any) -> Lacking:
        """Nowhere: they have no default."""
        return False


class Framed(NamedTuple):
    """Texts that all begin and end alike; `inner` has the JSON without quotation marks."""

    before: str
    inner: Kept
    after: str

    def values(self, count: int) -> Sequence[Any]:
        """The texts as a whole."""
        return [f"{self.before}{each}{self.after}" for each in self.inner.values(count)]

    def parts(self, count: int) -> list[Part]:
        """What differs between what does not."""
        return [encode(self.before)[:-1], *self.inner.parts(count), encode(self.after)[1:]]

    def lacking(self, default: Any) -> Lacking:
        """Nowhere: they have no default."""
        return False


class Objects(NamedTuple):
    """Objects of one type; `there` says which there are, None that all are. The others are None.

    Members that are not given have their defaults. The first member is always written.
    """

    kind: type[msgspec.Struct]
    members: Mapping[str, Column]
    there: Bools | None = None

    def values(self, count: int) -> Sequence[Any]:
        """The objects."""
        shared = {name: each.value for name, each in self.members.items() if isinstance(each, Same)}
        names = [name for name in self.members if name not in shared]
        columns = [self.members[name].values(count) for name in names]
        rows = zip(*columns, strict=True) if columns else repeat((), count)
        made = [self.kind(**shared, **dict(zip(names, row, strict=True))) for row in rows]
        if self.there is None:
            return made
        return [each if one else None for each, one in zip(made, self.there.tolist(), strict=True)]

    def parts(self, count: int) -> list[Part]:
        """The members in the order of the type."""
        return [b"{", *self.written(count, list(_fields_of(self.kind))), b"}"]

    def written(self, count: int, names: Sequence[str]) -> list[Part]:
        """Some members, each with its name, separated by commas."""
        found: list[Part] = []
        for name in names:
            field = _fields_of(self.kind)[name]
            column = self.members.get(name) or Same(field.default)
            lacking = field.omitted and column.lacking(field.default)
            if lacking is True:
                continue
            parts = [b"," + field.name if found else field.name, *column.parts(count)]
            found += parts if lacking is False else [without(joined(parts, count), lacking)]
        return found

    def lacking(self, default: Any) -> Lacking:
        """Where there is none."""
        return default is None and self.there is not None and lacking_where(~self.there)


class Lists(NamedTuple):
    """Tuples of the objects that are there, in the order of the columns; there is a column."""

    columns: Sequence[Objects]

    def values(self, count: int) -> Sequence[Any]:
        """The tuples."""
        rows = zip(*[column.values(count) for column in self.columns], strict=True)
        return [tuple([each for each in row if each is not None]) for row in rows]

    def parts(self, count: int) -> list[Part]:
        """The objects, with a comma where another one stands before; of no meaning without any."""
        found: list[Part] = []
        before = np.zeros(count, dtype=bool)
        for column in self.columns:
            there = column.there if column.there is not None else np.ones(count, dtype=bool)
            lacking = column.lacking(None)
            parts = [_commas(before, there), *column.parts(count)]
            found += parts if lacking is False else [without(joined(parts, count), lacking)]
            before = before | there
        return [b"[", *found, b"]"]

    def lacking(self, default: Any) -> Lacking:
        """Where no object is there."""
        there = [column.there for column in self.columns if column.there is not None]
        if default != () or len(there) < len(self.columns):
            return False
        return lacking_where(~np.logical_or.reduce(there))


def alike(values: Sequence[Any]) -> Same | Chosen:
    """Values of which many are the very same object."""
    known = {id(each): each for each in values}
    if len(known) == 1:
        return Same(values[0])
    places = {name: place for place, name in enumerate(known)}
    return Chosen(list(known.values()), [places[id(each)] for each in values])


def chosen(options: Sequence[Any], at: Ints) -> Same | Chosen:
    """An option for each, of which mostly all are one."""
    if (at == at[0]).all():
        return Same(options[int(at[0])])
    return Chosen(options, at.tolist())


def plain(floats: Floats) -> Same | Plain:
    """Floats as they are, of which mostly all are one."""
    if np.isnan(floats).all():
        return Same(None)
    return Same(float(floats[0])) if (floats == floats[0]).all() else Plain(floats)


def member(column: Same | Chosen, name: str) -> Same | Chosen:
    """One attribute of the values of a column."""
    if isinstance(column, Same):
        return Same(getattr(column.value, name))
    options = [getattr(each, name) for each in column.options]
    same = all(each is options[0] for each in options)
    return Same(options[0]) if same else Chosen(options, column.at)


def _commas(before: Bools, there: Bools) -> Part:
    """What stands between two objects, where the second is there."""
    if before[there].all():
        return b","
    return [b"," if one else b"" for one in before.tolist()] if before[there].any() else b""


class _Field(NamedTuple):
    """A member of a type: its name as it is written, with its colon."""

    name: bytes
    default: Any
    omitted: bool


@cache
def _fields_of(kind: type[msgspec.Struct]) -> Mapping[str, _Field]:
    omits = kind.__struct_config__.omit_defaults
    return {
        each.name: _Field(
            encode(each.encode_name) + b":", each.default, omits or each.default is msgspec.UNSET
        )
        for each in msgspec.structs.fields(kind)
    }
