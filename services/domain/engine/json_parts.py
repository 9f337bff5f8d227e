"""JSON of many things at once, in pieces: one that all have in common, or one for each.

Pieces are joined once, at the end, so that a text in a list in an object is copied only once.
"""

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any, Final

import msgspec
import numpy as np

from services.domain.engine.amount import Bools, Floats
from services.domain.engine.numbers import WHOLE_MAX, numbers

Texts = Sequence[bytes]
Part = bytes | Texts
Lacking = bool | Sequence[bool]
"""What is left out: in all of them, in none, or as said of each."""
_encoder: Final = msgspec.json.Encoder()
encode: Final = _encoder.encode


def merged(parts: Iterable[Part]) -> list[Part]:
    """The same with common pieces that follow each other made one."""
    found: list[Part] = []
    for part in parts:
        if found and isinstance(part, bytes) and isinstance(found[-1], bytes):
            found[-1] += part
        else:
            found.append(part)
    return found


def joined(parts: Iterable[Part], count: int) -> list[bytes]:
    """The text of each of so many."""
    columns = [repeat(p, count) if isinstance(p, bytes) else p for p in merged(parts)]
    return list(map(b"".join, zip(*columns, strict=True)))


def without(texts: Texts, lacking: Lacking) -> Texts:
    """The texts, and nothing where one is left out."""
    if isinstance(lacking, bool):
        return [b""] * len(texts) if lacking else texts
    return [b"" if out else text for text, out in zip(texts, lacking, strict=True)]


def lacking_of(flags: Sequence[bool]) -> Lacking:
    """What is left out where a flag is set."""
    if not any(flags):
        return False
    return all(flags) or flags


def lacking_where(places: Bools) -> Lacking:
    """The same of an array."""
    if not places.any():
        return False
    return bool(places.all()) or places.tolist()


def texts_of(values: Sequence[Any]) -> Texts:
    """The text of each of any values."""
    return _encoder.encode_lines(values).split(b"\n")[:-1]


def texts_of_floats(values: Floats) -> Texts:
    """The text of each float as it is; `null` for NaN."""
    return encode(values.tolist())[1:-1].split(b",")


def texts_of_numbers(values: Floats) -> Texts:
    """The text of each number, whole ones without a fraction; `null` for NaN."""
    if (np.abs(values) >= WHOLE_MAX).any():
        return encode(numbers(values))[1:-1].split(b",")
    missing = np.isnan(values)
    known = np.where(missing, 0, values)
    if (known == np.rint(known)).all():  # as amounts are: whole numbers are written faster
        texts = encode(known.astype(np.int64).tolist())[1:-1].split(b",")
        for place in np.flatnonzero(missing).tolist():
            texts[place] = b"null"
        return texts
    positive_zero = values + 0.0
    texts = encode(positive_zero.tolist())[1:-1].replace(b".0,", b",").split(b",")
    texts[-1] = texts[-1].removesuffix(b".0")
    return texts
