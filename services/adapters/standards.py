"""Opens the standard: measures and indicators from the files under `standards/`."""

from pathlib import Path
from typing import Any

import yaml

from services.domain.engine.catalogue import Catalogue, parse_indicator, parse_measure

FOLDER = Path(__file__).resolve().parents[2] / "standards"


def load_measure_documents(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """The measures as data."""
    text = (folder / "measures.yaml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = yaml.load(text, Loader=yaml.CSafeLoader)["measures"]
    return found


def load_indicator_documents(folder: Path = FOLDER) -> list[dict[str, Any]]:
    """The indicators as data, in the order of their numbers."""
    return [
        yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for path in sorted((folder / "indicators").glob("*.yaml"))
    ]


def load_catalogue(folder: Path = FOLDER) -> Catalogue:
    """The catalogue of the standard; raises `Refused` when a file does not fit together."""
    return Catalogue(
        [parse_measure(document) for document in load_measure_documents(folder)],
        [parse_indicator(document) for document in load_indicator_documents(folder)],
    )
