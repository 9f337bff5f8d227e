"""The rules of the house that a machine can check and that no other tool checks.

Each rule is a small function over one tracked file that gives the lines it objects to. Each has an
example that it must catch, so that no rule falls silent.
"""

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILE_LINES_MAX = 299
FUNCTION_LINES_MAX = 60
FILE_BYTES_MAX = 2_000_000

# Written apart, so that this file does not contain what it forbids.
REGISTRY_HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("maven", "org"),
        ("repo.maven", "apache", "org"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("golang", "org/proxy"),
    )
)
MACHINE_PATH = re.compile(r"(?<![\w.$}/])/(?:" + "|".join(("work", "root", "home")) + r")/\w")
PYTHON_EXCEPTION = re.compile(r"#\s*(noqa|type:\s*ignore)\b(.*)")
NAMED_RULE = re.compile(r"(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|\[[\w, -]+\])(.*)")
TYPESCRIPT_EXCEPTION = re.compile(r"(@ts-[a-z-]+|eslint-disable[a-z-]*)(.*)")
AFTER_DASHES = re.compile(r"(?::|[\w@/, -]*?--)(.*)")
REASON_LETTERS_MIN = 5
MOCKS = frozenset({"mock", "unittest.mock", "pytest_mock"})
PATCHES = frozenset({"monkeypatch.setattr", "monkeypatch.setitem", "mocker.patch"})
VAGUE_NAMES = frozenset({"util", "utils", "helper", "helpers", "misc", "common", "manager"})
IMPURE_MODULES = frozenset({"random", "secrets", "time", "uuid", "os", "subprocess", "asyncio"})
IMPURE_CALLS = frozenset({"now", "utcnow", "today", "open", "print", "input", "getenv", "urandom"})


@dataclass(frozen=True)
class TrackedFile:
    """One file under version control: its path in the repository and its text."""

    path: str
    text: str

    @property
    def is_python(self) -> bool:
        return self.path.endswith(".py")

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def nodes(self) -> Iterator[ast.stmt | ast.expr]:
        for node in ast.walk(self.tree) if self.is_python else ():
            if isinstance(node, ast.stmt | ast.expr):
                yield node


Objections: TypeAlias = Iterator[tuple[int, str]]
Rule: TypeAlias = Callable[[TrackedFile], Objections]


def short_files(file: TrackedFile) -> Objections:
    if file.path.endswith((".py", ".ts", ".tsx")) and len(file.lines) > FILE_LINES_MAX:
        yield (
            len(file.lines),
            f"a file has at most {FILE_LINES_MAX} lines: give one noun its own file",
        )


def short_functions(file: TrackedFile) -> Objections:
    for node in file.nodes():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                yield (
                    node.lineno,
                    f"{node.name} has {length} lines; one screen is {FUNCTION_LINES_MAX}",
                )


def documented_modules(file: TrackedFile) -> Objections:
    if file.is_python and not ast.get_docstring(file.tree):
        yield 1, "a module says what it is for and what it refuses to do"


def pure_domain(file: TrackedFile) -> Objections:
    if not file.path.startswith("services/domain/"):
        return
    for node in file.nodes():
        if impure := IMPURE_MODULES & {name.split(".")[0] for name in _imported(node)}:
            yield node.lineno, f"the domain does not import {min(impure)}: it takes arguments"
        elif isinstance(node, ast.Call) and (name := _called(node)) in IMPURE_CALLS:
            yield node.lineno, f"the domain does not call {name}(): time and files are arguments"
        elif isinstance(node, ast.AsyncFunctionDef | ast.Await):
            yield node.lineno, "the domain does not wait: decide here, act at the edge"


def no_mocks(file: TrackedFile) -> Objections:
    for node in file.nodes():
        if MOCKS & _imported(node):
            yield node.lineno, "no mocks: use the real thing or pass another one as an argument"
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in PATCHES:
            yield node.lineno, "no patching of our own things: pass the other one as an argument"


def no_sleeping_tests(file: TrackedFile) -> Objections:
    if not file.path.startswith("tests/"):
        return
    in_loops = {
        id(inner)
        for node in file.nodes()
        if isinstance(node, ast.While | ast.For | ast.AsyncFor)
        for inner in ast.walk(node)
    }
    for node in file.nodes():
        sleeps = isinstance(node, ast.Call) and _called(node) == "sleep"
        if sleeps and id(node) not in in_loops and not ast.unparse(node).endswith("sleep(0)"):
            yield node.lineno, "a test does not sleep: await the condition, with a deadline"


def nothing_at_import(file: TrackedFile) -> Objections:
    if not file.path.startswith(("services/", "deploy/", "schemas/")) or not file.is_python:
        return
    if file.path.endswith("/__main__.py"):
        return
    for node in file.tree.body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield node.lineno, "no work at import: do it in a function that the application calls"
    for inner in file.nodes():
        if isinstance(inner, ast.Global):
            yield inner.lineno, "no globals: hold the value in an object and pass it"


def reasons_beside_exceptions(file: TrackedFile) -> Objections:
    if file.is_python:
        asked, allowed = PYTHON_EXCEPTION, NAMED_RULE
    elif file.path.endswith((".ts", ".tsx")):
        asked, allowed = TYPESCRIPT_EXCEPTION, AFTER_DASHES
    else:
        return
    for number, line in enumerate(file.lines, 1):
        if found := asked.search(line):
            given = allowed.match(found[2].strip())
            if given is None or len(re.sub(r"\W", "", given[1])) < REASON_LETTERS_MIN:
                yield number, f"`{found[1]}` names its rule and then its reason"


def no_unfinished_work(file: TrackedFile) -> Objections:
    marks = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")))
    for number, line in enumerate(file.lines, 1):
        if marks.search(line):
            yield number, "no notes to self: finish it, or file an issue"


def no_foreign_addresses(file: TrackedFile) -> Objections:
    for number, line in enumerate(file.lines, 1):
        for host in REGISTRY_HOSTS:
            if host in line:
                yield (
                    number,
                    f"no file names a package registry ({host}): the machine's own settings do",
                )
        if MACHINE_PATH.search(line):
            yield number, "no file names a path of somebody's machine"


def telling_names(file: TrackedFile) -> Objections:
    if Path(file.path).stem in VAGUE_NAMES:
        yield 1, "the name says nothing: name the noun that the file holds"


def small_files(file: TrackedFile) -> Objections:
    if len(file.text.encode()) > FILE_BYTES_MAX:
        yield 1, f"a tracked file has at most {FILE_BYTES_MAX:,} bytes: data belongs elsewhere"


def _imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.ImportFrom):
        return {node.module or ""}
    return {each.name for each in node.names} if isinstance(node, ast.Import) else set()


def _called(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


# Each rule with a file that it must object to.
RULES: list[tuple[Rule, str, str]] = [
    (short_files, "services/wall/src/a.ts", "\n" * (FILE_LINES_MAX + 1)),
    (short_functions, "services/a.py", "def long():\n" + "    pass\n" * FUNCTION_LINES_MAX),
    (documented_modules, "tests/a.py", "import ast\n"),
    (pure_domain, "services/domain/a.py", "from datetime import datetime\ndatetime.now()\n"),
    (pure_domain, "services/domain/a.py", "import random\n"),
    (pure_domain, "services/domain/a.py", "async def wait(): ...\n"),
    (no_mocks, "tests/a.py", "from unittest.mock import Mock\n"),
    (no_mocks, "tests/a.py", "def test(monkeypatch): monkeypatch.setattr(a, 'b', 1)\n"),
    (no_sleeping_tests, "tests/a.py", "import time\ntime.sleep(1)\n"),
    (nothing_at_import, "services/a.py", "connect()\n"),
    (nothing_at_import, "services/a.py", "def a():\n    global b\n"),
    (reasons_beside_exceptions, "services/a.py", "a()  # no" + "qa: S603\n"),
    (reasons_beside_exceptions, "services/a.py", "a()  # type:" + " ignore\n"),
    (reasons_beside_exceptions, "services/wall/a.ts", "// @ts-" + "expect-error\n"),
    (no_unfinished_work, "README.md", "TO" + "DO: all of it\n"),
    (no_foreign_addresses, "Makefile", f"https://{REGISTRY_HOSTS[0]}/simple\n"),
    (no_foreign_addresses, "Makefile", "cd " + "/home" + "/somebody\n"),
    (telling_names, "services/utils.py", ""),
    (small_files, "standards/big.csv", "0" * (FILE_BYTES_MAX + 1)),
]


@pytest.fixture(name="tracked", scope="module")
def _tracked() -> list[TrackedFile]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    files = []
    for path in filter(None, listed.stdout.split("\0")):
        content = (ROOT / path).read_bytes() if (ROOT / path).is_file() else b""
        if b"\0" not in content[:8192]:
            files.append(TrackedFile(path, content.decode("utf-8")))
    return files


@pytest.mark.parametrize(
    "rule", dict.fromkeys(rule for rule, _, _ in RULES), ids=lambda rule: rule.__name__
)
def test_tidy(rule: Rule, tracked: list[TrackedFile]) -> None:
    objections = [
        f"{file.path}:{line}: {reason}" for file in tracked for line, reason in rule(file)
    ]
    assert not objections, "\n" + "\n".join(objections)


@pytest.mark.parametrize(
    ("rule", "path", "text"), RULES, ids=lambda each: getattr(each, "__name__", "")
)
def test_the_rule_catches_its_example(rule: Rule, path: str, text: str) -> None:
    assert list(rule(TrackedFile(path, text)))
