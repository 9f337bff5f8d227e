"""The catalogue as the api serves it: the documents of `standards/indicators`."""

import hashlib
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from services.domain.engine.windows import PERIODS, ROLLING
from services.domain.errors import Refused

FOLDER: Final = Path(__file__).resolve().parents[2] / "standards" / "indicators"
WINDOWS = frozenset((*ROLLING, *PERIODS, "instant", "all"))


class Standard(msgspec.Struct, frozen=True):
    """All indicators, and the names that queries may use."""

    version: str
    documents: tuple[dict[str, Any], ...]
    indicators: frozenset[str]
    dimensions: frozenset[str]


def load_standard(folder: Path = FOLDER) -> Standard:
    """Read the catalogue; raises Refused when a file is not one indicator."""
    digest = hashlib.blake2b(digest_size=6)
    documents = []
    for path in sorted(folder.glob("*.yaml")):
        content = path.read_bytes()
        digest.update(content)
        try:
            document = yaml.safe_load(content)
        except yaml.YAMLError as error:
            raise Refused(f"{path.name} is not YAML: {error}") from error
        if not isinstance(document, dict) or "id" not in document:
            raise Refused(f"{path.name} is not one indicator")
        documents.append(document)
    parts = {f"{one['id']}.{part['id']}" for one in documents for part in one.get("components", [])}
    return Standard(
        version=digest.hexdigest(),
        documents=tuple(documents),
        indicators=frozenset(one["id"] for one in documents) | parts,
        dimensions=frozenset(dim for one in documents for dim in one.get("dimensions", [])),
    )
