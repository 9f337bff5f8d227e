"""Changes the files of a standard that a test has for itself, and sees why they are refused."""

from pathlib import Path

import pytest

from services.adapters.standards import load_standard
from services.domain.errors import Refused


def rewrite(path: Path, before: str, after: str) -> None:
    """Write something else where a text stands first."""
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def change(folder: Path, name: str, before: str, after: str) -> None:
    """The same in the file of an indicator."""
    rewrite(folder / "indicators" / f"{name}.yaml", before, after)


def refusal(folder: Path) -> str:
    """Why the standard of a folder is refused, a line for each fault."""
    with pytest.raises(Refused) as refused:
        load_standard(folder)
    return str(refused.value)


def faults(folder: Path) -> list[str]:
    """The same, line by line."""
    return refusal(folder).splitlines()
