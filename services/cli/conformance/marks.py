"""Finds the tests that prove clauses.

Those of Python say `@pytest.mark.clause("4.2.3")`, those of the wall `// clause 10.1.2`.

It reads the files and imports none of them. A checkout without tests has no marks.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from services.domain.errors import Refused

ROOT: Final = Path(__file__).resolve().parents[3]
WALL_FOLDERS: Final = ("services/wall/tests", "services/wall/browser")

_WALL_MARK = re.compile(r"\s*// clause ([\d., ]+)$")
_WALL_TEST = re.compile(r"\s*(?:it|describe|test)(?:\.\w+)*(?:\([^)]*\))?\(?\s*[\"'`](.+?)[\"'`]")
_WALL_LINES_MAX = 3


def marks_by_clause(root: Path = ROOT) -> Mapping[str, tuple[str, ...]]:
    """The tests of each clause as `tests/unit/test_a.py::test_b`, sorted."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in sorted((root / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if "mark.clause(" in text:
            for clause, test in python_marks(text):
                found[clause].add(f"{path.relative_to(root)}::{test}")
    for folder in WALL_FOLDERS:
        for path in sorted((root / folder).glob("*.test.ts")):
            for clause, test in wall_marks(path.read_text(encoding="utf-8")):
                found[clause].add(f"{path.relative_to(root)}::{test}")
    return {clause: tuple(sorted(tests)) for clause, tests in found.items()}


def python_marks(text: str) -> Iterator[tuple[str, str]]:
    """Each clause with the function that is marked with it; a mark of a module is refused."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                for clause in _clauses_of(decorator):
                    yield clause, node.name
        elif isinstance(node, ast.Assign) and "mark.clause" in ast.unparse(node):
            raise Refused(f"line {node.lineno}: mark each test, so that a clause names its proof")


def wall_marks(text: str) -> Iterator[tuple[str, str]]:
    """Each clause with the words of the wall's test that follows its mark."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if mark := _WALL_MARK.match(line):
            below = lines[number + 1 : number + 1 + _WALL_LINES_MAX]
            test = next((found[1] for found in map(_WALL_TEST.match, below) if found), None)
            if test is None:
                raise Refused(f"line {number + 1}: a mark stands right above its test")
            for clause in mark[1].replace(" ", "").split(","):
                yield clause, test


def _clauses_of(decorator: ast.expr) -> list[str]:
    if not isinstance(decorator, ast.Call) or ast.unparse(decorator.func) != "pytest.mark.clause":
        return []
    numbers = [each.value for each in decorator.args if isinstance(each, ast.Constant)]
    if decorator.keywords or len(numbers) != len(decorator.args) or not numbers:
        raise Refused(f"line {decorator.lineno}: a mark names clauses, as in clause('4.2.3')")
    return [str(number) for number in numbers]
