"""What distinguishes simulated provinces: shares of what happens, and how each commune works."""

import hashlib
import math

import msgspec

from services.domain.errors import Refused


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """How often things happen, each in 0..1, of the dossiers or (late, duplicate) of the events."""

    supplement: float = 0.10
    refused: float = 0.025
    withdrawn: float = 0.015
    suspended: float = 0.01
    returned: float = 0.70
    rated: float = 0.15
    late: float = 0.03
    duplicate: float = 0.01
    corrected: float = 0.01
    retracted: float = 0.004

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise Refused(f"The share {name} is {value}; a share lies between 0 and 1.")
        if self.refused + self.withdrawn + self.suspended > 1:
            raise Refused("The shares refused, withdrawn and suspended add up to more than 1.")

    @property
    def events_per_dossier(self) -> float:
        """Expected events of one dossier, repetitions and corrections included."""
        finished = 1 - self.refused - self.withdrawn - self.suspended
        life = 2 + 2 * self.supplement + self.suspended + finished * (self.returned + self.rated)
        return (life + self.corrected + 2 * self.retracted * finished) * (1 + self.duplicate)


class Agency(msgspec.Struct, frozen=True):
    """The one-stop shop of a commune: its size, how digital it is, how often it is late."""

    agency_id: str
    source: str
    unit: str
    weight: float
    digital: float
    lateness: float


def agencies_of(seed: int, province: str, communes: tuple[str, ...]) -> tuple[Agency, ...]:
    """Make one agency `H<province>.<n>` per commune code (`C:11953`), n in order of the codes.

    Weight, digital habit and lateness are a hash of seed and commune: about one commune in eight is
    clearly late, one in five rather late, so that a map shows every class.
    """
    if not communes:
        raise Refused("There is no commune to simulate; check the province's code.")
    found = []
    for number, unit in enumerate(sorted(communes), start=1):
        agency_id = f"H{province}.{number}"
        size, habit, rank, degree = _uniforms(f"{seed}/{unit}", 4)
        if rank < 0.12:
            lateness = 0.10 + 0.10 * degree
        elif rank < 0.32:
            lateness = 0.04 + 0.04 * degree
        else:
            lateness = 0.002 + 0.018 * degree
        found.append(
            Agency(
                agency_id=agency_id,
                source=f"/agency/{agency_id}/mot-cua",
                unit=unit,
                weight=math.exp(1.2 * (size - 0.5)),
                digital=0.75 + 0.5 * habit,
                lateness=lateness,
            )
        )
    return tuple(found)


def _uniforms(text: str, count: int) -> list[float]:
    digest = hashlib.sha256(text.encode()).digest()
    return [int.from_bytes(digest[4 * i : 4 * i + 4], "big") / 2**32 for i in range(count)]
