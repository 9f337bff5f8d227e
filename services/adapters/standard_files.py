"""The files of the standard: what each says, and what is wrong with its form, with its line.

Refuses nothing itself: it says what is wrong, with file, line and reason.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from services.adapters.form_faults import form_fault
from services.adapters.yaml_file import YamlFile
from services.domain.engine.catalogue import parse_measure
from services.domain.engine.fault import Fault
from services.domain.engine.indicator import Indicator
from services.domain.engine.measures import Measure
from services.domain.errors import Refused

_NAME = re.compile(r"(.+?)(?:\.v(\d+))?\.yaml")

_NO_FORM = "its members have no form to read"


class IndicatorFile:
    """A file of `standards/indicators`: one version, None when there are `faults` in its form.

    `PS-01.yaml`, and beside it `PS-01.v2.yaml` for its version 2.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._file = YamlFile(path)
        self.document: dict[str, Any] = {}
        self.indicator: Indicator | None = None
        self.faults = [f"{self._file.name}:{slip.line}: {slip.reason}" for slip in self._file.slips]
        if self.faults:
            return
        try:
            self.indicator = msgspec.convert(self._file.document, Indicator)
        except msgspec.ValidationError as error:
            self.faults.append(self._file.describe(*form_fault(error, Indicator)))
            return
        self.document = self._file.document
        self.faults += self._misnamed(self.indicator)

    @property
    def names(self) -> set[str]:
        """The indicator that its name promises, and the one that it is of."""
        said = self.indicator.id if self.indicator is not None else self._named
        return {self._named, said}

    @property
    def _named(self) -> str:
        found = _NAME.fullmatch(self._file.name)
        return found[1] if found else self._file.name

    @property
    def text(self) -> str:
        """What stands in it."""
        return self._file.text

    def describe(self, fault: Fault) -> str:
        """`PS-01.yaml:34: windows: reason`."""
        return self._file.describe(fault.path, fault.reason)

    def _misnamed(self, said: Indicator) -> Iterator[str]:
        found = _NAME.fullmatch(self._file.name)
        version = found[2] if found else None
        number = f".v{said.formula_version}" if said.formula_version > 1 else ""
        right = f"name the file {said.id}{number}.yaml"
        if said.id != self._named:
            reason = f"{said.id} is not the file: {right}, or write another id"
            yield self._file.describe(("id",), reason)
        elif version is not None and version != str(said.formula_version):
            yield self._file.describe(
                ("formula_version",), f"the file is of version {version}: {right}"
            )


class MeasuresFile:
    """`measures.yaml`: the sound measures with their documents, and the `faults` of the others.

    `unsound` names those that have faults; `nameless` says that there may be more of them.
    """

    def __init__(self, path: Path) -> None:
        self._file = YamlFile(path)
        self.documents: list[dict[str, Any]] = []
        self.measures: list[Measure] = []
        self.unsound: set[str] = set()
        self.nameless = False
        self._told: list[tuple[int, str]] = []
        self._listed = self._list()
        slips = {slip.path[1] for slip in self._file.slips if len(slip.path) > 1}
        for number, document in enumerate(self._listed):
            if number not in slips:
                self._open(number, document)
        self._look_for_namesakes()

    @property
    def text(self) -> str:
        """What stands in it."""
        return self._file.text

    @property
    def faults(self) -> list[str]:
        """Each with file, line and reason, in the order of the lines."""
        return [f"{self._file.name}:{line}: {reason}" for line, reason in sorted(self._told)]

    def _list(self) -> list[Any]:
        document = self._file.document
        listed = document.get("measures") if isinstance(document, dict) else None
        found = listed if isinstance(listed, list) else []
        for slip in self._file.slips:
            number = slip.path[1] if len(slip.path) > 1 else None
            if isinstance(number, int) and number < len(found):
                self._refuse(number, slip.line, slip.reason, found[number])
            else:
                self._told.append((slip.line, slip.reason))
        if isinstance(document, dict):
            for name in document:
                if name != "measures":
                    reason = f"{name}: is no member: the list is called measures"
                    self._told.append((self._file.line((name,)), reason))
        elif document is not None:
            self._told.append((1, "must begin with measures: and list them below it"))
        if not found:
            self.nameless = True
            if not self._told:
                self._told.append((self._file.line(("measures",)), "measures: there is none"))
        return found

    def _open(self, number: int, document: object) -> None:
        line = self._file.line(("measures", number))
        if not isinstance(document, dict):
            self._refuse(number, line, "must have members: id, kind and more", document)
            return
        try:
            self.measures.append(parse_measure(document))
        except Refused as error:
            self._refuse(number, *self._place(number, document, error), document)
        except (AttributeError, LookupError) as error:
            self._refuse(number, line, f"{_NO_FORM}: {error}", document)
        else:
            self.documents.append(document)

    def _place(self, number: int, document: Mapping[str, Any], error: Refused) -> tuple[int, str]:
        """On which line a measure is wrong, and why."""
        path: tuple[str | int, ...] = ("measures", number)
        reason = str(error).removeprefix(f"measure {document.get('id')}: ")
        cause = error.__cause__
        if not isinstance(cause, msgspec.ValidationError):
            return self._line_of(number, document, reason), reason
        if cause.__cause__ is not None:  # not the form of a member, but what was made of it
            return self._file.line(path), f"{_NO_FORM}: {cause}"
        member, reason = form_fault(cause, Measure)
        where = ".".join(map(str, member))
        return self._file.line((*path, *member)), f"{where}: {reason}" if where else reason

    def _line_of(self, number: int, document: Mapping[str, Any], reason: str) -> int:
        """Where the member stands that a reason begins with, and in it what the reason names."""
        member, _, rest = reason.partition(" ")
        member = member.rstrip(":")
        if member in document:
            return self._file.line_of(("measures", number, member), rest)
        return self._file.line_of(("measures", number), reason)

    def _look_for_namesakes(self) -> None:
        lines: dict[str, int] = {}
        for number, document in enumerate(self._listed):
            name = _name_of(document)
            line = self._file.line(("measures", number))
            if name is not None and name in lines:
                self._refuse(number, line, f"is there already, at line {lines[name]}", document)
            elif name is not None:
                lines[name] = line

    def _refuse(self, number: int, line: int, reason: str, document: object) -> None:
        name = _name_of(document)
        self._told.append((line, f"measure {name or f'{number + 1} of the list'}: {reason}"))
        if name is None:
            self.nameless = True
        else:
            self.unsound.add(name)


def _name_of(document: object) -> str | None:
    name = document.get("id") if isinstance(document, dict) else None
    return name if isinstance(name, str) else None
