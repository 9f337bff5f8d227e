"""Writes the schemas of the event types and the AsyncAPI document: `python -m schemas.generate`.

The annexes of the specification are made of the same types and are written along.
"""

import json
import sys
from pathlib import Path

import yaml

from schemas import annexes
from schemas.asyncapi import asyncapi_document
from schemas.catalogue_schema import indicator_schema
from schemas.event_schemas import event_schemas
from schemas.observation_schema import observation_schema

HERE = Path(__file__).parent


def generated() -> dict[str, str]:
    """The text of every generated file, by its path below this folder."""
    texts = {
        f"events/{name}.json": json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
        for name, schema in event_schemas().items()
    }
    texts["asyncapi.yaml"] = yaml.safe_dump(
        asyncapi_document(), allow_unicode=True, sort_keys=False, width=100
    )
    texts["catalogue/indicator.json"] = (
        json.dumps(indicator_schema(), ensure_ascii=False, indent=2) + "\n"
    )
    texts["observation.json"] = (
        json.dumps(observation_schema(), ensure_ascii=False, indent=2) + "\n"
    )
    return texts


def write(folder: Path) -> None:
    """Write every generated file; publish the schemas of event types that were not published yet.

    A published schema is never written over: later versions are compared with it.
    """
    for path, text in generated().items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        published = folder / "published" / place.name
        if path.startswith("events/") and not published.exists():
            published.parent.mkdir(parents=True, exist_ok=True)
            published.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(HERE)
    annexes.write()
    sys.stderr.write(f"{len(generated())} files written below {HERE.name}\n")
