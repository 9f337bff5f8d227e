"""The Must clauses that nothing shows yet, each with its reason: `standards/not_shown.yaml`."""

from pathlib import Path
from typing import Final, Literal

import msgspec
import yaml

from services.domain.errors import Refused

EXCEPTIONS: Final = Path(__file__).resolve().parents[3] / "standards" / "not_shown.yaml"


class NotShown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a clause has neither test nor probe.

    `kind` is `missing` for what the software does not do yet and `organisation` for what people do:
    no program can show that a decision was signed or a drill was held.
    """

    clause: str
    kind: Literal["missing", "organisation"]
    reason: str


def load_exceptions(path: Path = EXCEPTIONS) -> dict[str, NotShown]:
    """The exceptions by clause; raises `Refused` when the file does not hold such a list."""
    try:
        found = msgspec.convert(yaml.safe_load(path.read_bytes()), list[NotShown])
    except (OSError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise Refused(f"{path.name}: {error}") from error
    by_clause = {each.clause: each for each in found}
    if len(by_clause) != len(found):
        raise Refused(f"{path.name} names a clause twice")
    return by_clause
