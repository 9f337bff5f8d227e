"""Topics of the live protocol: paths of observations and the patterns that choose them.

    indicators/<province or VN>/<unit>/<indicator>/<window>[/<dimension>/<member>]...
    revisions/<province or VN>/<unit>/<indicator>/<window>[/<dimension>/<member>]...

`indicators` is the newest window of each key, `revisions` the closed period of it that was revised
last: who shows the newest is not told of earlier ones.
A pattern is a path in which `*` stands for one segment and a last `**` for any rest. A province's
own figures carry the province itself as unit (`indicators/33/P:33/PS-04/month`), the country's are
`indicators/VN/N:VN/...`. Codes mean units of today: of one that has ended both segments carry a
date (`indicators/33@1900-01-01/C:11953@1900-01-01/PS-04/month`). Inside a segment `%`, `/` and `*`
are written `%25`, `%2F` and `%2A`.
"""

import msgspec

from services.domain.engine.revisions import REVISED
from services.domain.errors import Refused

FORM = (
    "indicators/<province code or VN>/<unit>/<indicator>/<window>[/<dimension>/<member>], "
    "or revisions/... of the same form, with * for one segment and a last ** for any rest"
)

ANY = "*"
Path = tuple[str, ...]
FAMILIES = ("indicators", "revisions")


class RecordKey(msgspec.Struct, frozen=True):
    """The parsed key of a record: `<indicator>|<unit key>|<dims>|<window name>`.

    `revised` says that it is a closed period's: its window's name has an ending of its own.
    """

    indicator: str
    unit_key: str
    dims: tuple[tuple[str, str], ...]
    window: str
    revised: bool = False


class Pattern(msgspec.Struct, frozen=True):
    """A compiled topic; two of the same text are equal."""

    text: str
    segments: Path
    open_ended: bool

    def matches(self, path: Path) -> bool:
        """Say whether the path of an observation is meant."""
        count = len(self.segments)
        if len(path) < count or (len(path) > count and not self.open_ended):
            return False
        return all(
            wanted in (ANY, given) for wanted, given in zip(self.segments, path, strict=False)
        )


class Trend(msgspec.Struct, frozen=True):
    """The topic `trend/<observation id>`: the latest course of one observation."""

    text: str
    observation: str

    @property
    def period(self) -> str | None:
        """The period that the observation's id names."""
        return self.observation.rpartition(":")[2] if ":" in self._window else None

    @property
    def key(self) -> str:
        """The record key behind the observation's id: the id without the period."""
        head, _, window = self.observation.rpartition("|")
        return f"{head}|{window.partition(':')[0]}"

    @property
    def _window(self) -> str:
        return self.observation.rpartition("|")[2]


def read_key(key: str) -> RecordKey:
    """Take a record's key apart; raises Refused when it is not of four parts."""
    parts = key.split("|")
    if len(parts) != 4 or not all((parts[0], parts[1], parts[3])):
        raise Refused(f"a record's key is <indicator>|<unit key>|<dims>|<window>, not {key!r}")
    pairs = [pair.partition("=") for pair in parts[2].split(",") if pair]
    if any(not sign or not name for name, sign, _ in pairs):
        raise Refused(f"the dimensions of a record's key are name=member, not {parts[2]!r}")
    dims = tuple(sorted((name, member) for name, _, member in pairs))
    window = parts[3].removesuffix(REVISED)
    return RecordKey(parts[0], parts[1], dims, window, revised=window != parts[3])


def path_of(key: RecordKey, place: tuple[str, str]) -> Path:
    """Give the path under which clients find the key; `place` are its province and unit in it."""
    province, unit = place
    head = (
        FAMILIES[key.revised],
        _escaped(province),
        _escaped(unit),
        _escaped(key.indicator),
        _escaped(key.window),
    )
    return head + tuple(_escaped(part) for pair in key.dims for part in pair)


def read_topic(text: str, chars_max: int) -> Pattern | Trend:
    """Compile one topic of a client; raises Refused saying what a topic looks like."""
    if len(text) > chars_max:
        raise Refused(f"a topic has at most {chars_max} characters")
    family, _, rest = text.partition("/")
    if family == "trend":
        return _read_trend(text, rest)
    if family not in FAMILIES:
        raise Refused(f"unknown topic {text!r}: known are {FORM}, and trend/<observation id>")
    return _read_pattern(text)


def _read_pattern(text: str) -> Pattern:
    segments = tuple(text.split("/"))
    open_ended = segments[-1] == "**"
    fixed = segments[:-1] if open_ended else segments
    if not all(fixed):
        raise Refused(f"topic {text!r} has an empty segment: it is {FORM}")
    if any("*" in segment and segment != "*" for segment in fixed):
        raise Refused(f"topic {text!r}: * stands for a whole segment and ** only for the last")
    if not open_ended and (len(fixed) < 5 or len(fixed) % 2 == 0):
        raise Refused(f"topic {text!r} has {len(fixed)} segments: it is {FORM}")
    return Pattern(text, fixed, open_ended)


def _read_trend(text: str, observation: str) -> Trend:
    if observation.count("|") != 3:
        raise Refused(
            f"topic {text!r} is not trend/<observation id>, as in trend/PS-04|P:33@2025-07-01||30d"
        )
    read_key(Trend(text, observation).key)
    return Trend(text, observation)


def plain(segment: str) -> str:
    """Give back what `%25`, `%2F` and `%2A` stand for."""
    return segment.replace("%2A", "*").replace("%2F", "/").replace("%25", "%")


def _escaped(segment: str) -> str:
    if not segment.isascii() or "%" in segment or "/" in segment or "*" in segment:
        return segment.replace("%", "%25").replace("/", "%2F").replace("*", "%2A")
    return segment
