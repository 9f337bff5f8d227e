"""The delta of a commit: what it added, as stage 1 stores it and stage 2 reads it.

Points travel as three arrays (key number of the dictionary, second, value) in little-endian bytes;
figures and extents, which are few, as records.
"""

from collections.abc import Iterable

import msgspec
import numpy as np

from services.domain.engine.figures import Figure
from services.domain.engine.ordered import Ints


class ExtentChange(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`count` more (or fewer) of a value over (begin, end]; instants in microseconds."""

    key: int
    begin: int
    end: int
    value: int
    count: int


class FigureChange(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A figure set, or taken away (None); a greater version replaces a smaller one."""

    key: int
    calendar: str
    period: str
    version: int
    figure: Figure | None


class Delta(msgspec.Struct, frozen=True, array_like=True):
    """All changes of one commit of one partition."""

    keys: bytes
    seconds: bytes
    values: bytes
    extents: tuple[ExtentChange, ...] = ()
    figures: tuple[FigureChange, ...] = ()

    def points(self) -> tuple[Ints, Ints, Ints]:
        """(keys, seconds, values), arrays of one length."""
        keys = np.frombuffer(self.keys, dtype="<i4").astype(np.int64)
        return (
            keys,
            np.frombuffer(self.seconds, dtype="<i8"),
            np.frombuffer(self.values, dtype="<i8"),
        )


def make_delta(
    points: tuple[Ints, Ints, Ints],
    extents: Iterable[ExtentChange],
    figures: Iterable[FigureChange],
) -> Delta:
    """A delta from points as (keys, seconds, values), arrays of one length, and records."""
    keys, seconds, values = points
    return Delta(
        keys=keys.astype("<i4").tobytes(),
        seconds=seconds.astype("<i8").tobytes(),
        values=values.astype("<i8").tobytes(),
        extents=tuple(extents),
        figures=tuple(figures),
    )


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Delta)


def encode_delta(delta: Delta) -> bytes:
    """The bytes of a delta."""
    return _encoder.encode(delta)


def decode_delta(body: bytes) -> Delta:
    """The delta in these bytes."""
    return _decoder.decode(body)
