"""A YAML file as its author sees it: what it says, on which line, and what is wrong with its text.

Words stay words: an unquoted date, `on`, `yes` and `=` are text, only `true` and `false` are not.
Refuses nothing itself: `slips` says what is wrong. Names that are written twice, values that hold
themselves and names that are no words are slips although YAML allows them.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

Steps = Sequence[str | int]
_YAML = "tag:yaml.org,2002:"
_BOOLEAN = "tTfF"
_WORDS = re.compile(r"'([^']*)'|([^\s:',]+)")
_ENDLESS = "holds itself"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


class Slip(NamedTuple):
    """Something that is wrong with the text: at a line, within the thing at `path`."""

    line: int
    path: tuple[str | int, ...]
    reason: str


class _Loader(yaml.CSafeLoader):
    """Takes words as they stand, and names the line of a value that can not be made."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the library's own attribute, read only
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if tag not in {f"{_YAML}timestamp", f"{_YAML}value"}
            and (tag != f"{_YAML}bool" or first in _BOOLEAN)
        ]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 - as the library declares it
        """The value of a node; raises `ConstructorError`, with its place, when it has none."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError) as error:
            raise yaml.constructor.ConstructorError(
                None, None, f"{error}", node.start_mark
            ) from error


class YamlFile:
    """One file: its `document`, None when the `slips` leave none."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.text = ""
        self.document: Any = None
        self.slips: list[Slip] = []
        self._root: yaml.Node | None = None
        try:
            text = _decoded(path.read_bytes())
            if isinstance(text, Slip):
                self.slips.append(text)
            else:
                self.text = text
                self._read(text)
        except OSError as error:
            self.slips.append(Slip(1, (), f"can not be read: {error.strerror}"))
        except yaml.MarkedYAMLError as error:
            self.slips.append(_not_yaml(error))
        except RecursionError:
            self.slips.append(Slip(1, (), "is nested too deeply"))

    def line(self, path: Steps) -> int:
        """The line of a member, else of the nearest thing around it."""
        return _found(self._root, path)[0]

    def line_of(self, path: Steps, reason: str) -> int:
        """The line on which, in a member, stands what a reason names; else the member's."""
        line, node = _found(self._root, path)
        for quoted, word in _WORDS.findall(reason):
            for value in _scalars(node):
                if value.value == (quoted or word):
                    return int(value.start_mark.line) + 1
        return line

    def describe(self, path: Steps, reason: str) -> str:
        """`PS-01.yaml:34: windows: reason`."""
        where = ".".join(map(str, path)) or "file"
        line, node = _found(self._root, path)
        if isinstance(node, yaml.SequenceNode):
            line = self.line_of(path, reason)
        return f"{self.name}:{line}: {where}: {reason}"

    def _read(self, text: str) -> None:
        loader = _Loader(text)
        try:
            self._root = loader.get_single_node()
            if self._root is None:
                self.slips.append(Slip(1, (), "is empty"))
                return
            self.slips += _slips(self._root, (), frozenset(), set())
            if not any(slip.reason == _ENDLESS for slip in self.slips):
                self.document = loader.construct_document(self._root)
        finally:
            loader.dispose()


def _decoded(content: bytes) -> str | Slip:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Slip(1, (), "is UTF-16: save it as UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Slip(line, (), "is not UTF-8 text: save it as UTF-8")
    found = _CONTROL.search(text)
    if found is None:
        return text
    line = text.count("\n", 0, found.start()) + 1
    return Slip(line, (), f"holds the control character {found[0]!r}: save it as plain UTF-8 text")


def _not_yaml(error: yaml.MarkedYAMLError) -> Slip:
    place = error.problem_mark or error.context_mark
    line = place.line + 1 if place is not None else 1
    context = f"{error.context}" if error.context else ""
    if context and error.context_mark is not None and error.context_mark.line + 1 != line:
        context += f", begun at line {error.context_mark.line + 1}"
    reasons = [context, f"{error.problem}"] if context else [f"{error.problem}"]
    if "cannot start any token" in reasons[-1]:
        reasons.append("a tab does not indent, spaces do; a value that begins so has quotes")
    return Slip(line, (), f"is not YAML: {': '.join(reasons)}")


def _found(root: yaml.Node | None, path: Steps) -> tuple[int, yaml.Node | None]:
    node, line = root, 1
    for step in path:
        found = _member(node, step)
        if found is None:
            break
        line, node = found
    return line, node


def _member(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item.start_mark.line + 1, item
    return None


def _scalars(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item)
    elif isinstance(node, yaml.MappingNode):
        for pair in node.value:
            for each in pair:
                yield from _scalars(each)


def _slips(
    node: yaml.Node, path: tuple[str | int, ...], above: frozenset[int], done: set[int]
) -> Iterator[Slip]:
    """Every slip at and below a node; `above` are the nodes around it, `done` those looked at."""
    if id(node) in above:
        yield Slip(node.start_mark.line + 1, path, _ENDLESS)
    if id(node) in done:
        return
    done.add(id(node))
    around = above | {id(node)}
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            name = key.value if isinstance(key, yaml.ScalarNode) else "a list"
            if key.tag not in {f"{_YAML}str", f"{_YAML}merge"}:
                yield Slip(line, path, f"{name} is no name: {_hint(key.tag)}")
            elif name in seen:
                yield Slip(line, path, f"{name} is written twice")
            seen.add(name)
            yield from _slips(value, (*path, name), around, done)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield from _slips(item, (*path, number), around, done)


def _hint(tag: str) -> str:
    numbers = {f"{_YAML}int", f"{_YAML}float"}
    return "a decimal has a point, as in 95.5" if tag in numbers else "put it in quotes"
