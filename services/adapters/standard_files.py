"""One file of the standard as its author sees it: what it says, and on which line.

Refuses nothing itself: it says what is wrong, with file, line and reason.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from services.domain.engine.fault import Fault
from services.domain.engine.indicator import Indicator

_AT = re.compile(r"(.*) - at `\$(.*)`", re.DOTALL)
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]")
Steps = Sequence[str | int]


_NAME = re.compile(r"(.+?)(?:\.v(\d+))?\.yaml")


class IndicatorFile:
    """A file of `standards/indicators`: one version, None when there are `faults` in its form.

    `PS-01.yaml`, and beside it `PS-01.v2.yaml` for its version 2.
    """

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._node: yaml.Node | None = None
        self.document: dict[str, Any] = {}
        self.indicator: Indicator | None = None
        self.faults: list[str] = []
        try:
            text = path.read_text(encoding="utf-8")
            self._node = yaml.compose(text, Loader=yaml.CSafeLoader)
            document = yaml.load(text, Loader=yaml.CSafeLoader)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            mark = getattr(error, "problem_mark", None)
            self.faults.append(f"{self._name}:{mark.line + 1 if mark else 1}: is not YAML: {error}")
            return
        self.faults += [
            f"{self._name}:{line}: {name} is written twice" for line, name in _repeated(self._node)
        ]
        try:
            self.indicator = msgspec.convert(document, Indicator)
        except msgspec.ValidationError as error:
            self.faults.append(self._of_form(str(error)))
            return
        self.document = document
        named = _NAME.fullmatch(self._name)
        name, version = (named[1], named[2]) if named else (self._name, None)
        if self.indicator.id != name:
            self.faults.append(self.describe(Fault(self.indicator.id, ("id",), "is not the file")))
        elif version is not None and version != str(self.indicator.formula_version):
            fault = Fault(name, ("formula_version",), f"the file is of version {version}")
            self.faults.append(self.describe(fault))

    def describe(self, fault: Fault) -> str:
        """`PS-01.yaml:34: windows: reason`."""
        where = ".".join(map(str, fault.path))
        return f"{self._name}:{self._line(fault.path)}: {where}: {fault.reason}"

    def _of_form(self, message: str) -> str:
        found = _AT.fullmatch(message)
        reason, place = (found[1], found[2]) if found else (message, "")
        path = [name or int(index) for name, index in _STEP.findall(place)]
        return f"{self._name}:{self._line(path)}: {place.lstrip('.') or 'file'}: {reason}"

    def _line(self, path: Steps) -> int:
        """The line of a member, else of the nearest thing around it."""
        node, line = self._node, 1
        for step in path:
            found = _member(node, step)
            if found is None:
                break
            line, node = found
        return line


def _member(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item.start_mark.line + 1, item
    return None


def _repeated(node: yaml.Node | None) -> Iterator[tuple[int, Any]]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.start_mark.line + 1, key.value
            seen.add(key.value)
            yield from _repeated(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated(item)
