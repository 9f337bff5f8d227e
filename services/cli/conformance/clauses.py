"""Reads the clauses of `standards/ioc_spec.md`: the text is the only list of them.

The form of a clause: a heading `#### 4.1.1 Must`, with `(mức / level 2)` where it is of another
level than its section; a paragraph in Vietnamese; a paragraph that begins `*EN:*`; tables, if any;
and one line that names its basis: `Nguồn / Source: ...`, `Đề xuất / Proposal...` or both, with
` · ` between them. A section states the level of its clauses.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

from services.domain.errors import Refused

SPECIFICATION: Final = Path(__file__).resolve().parents[3] / "standards" / "ioc_spec.md"
LEVELS: Final = (1, 2, 3)

Force = Literal["Must", "Should", "May"]

_FORCES: Final[dict[str, Force]] = {"Must": "Must", "Should": "Should", "May": "May"}

_SECTION = re.compile(r"## (\d+) (.+) / (.+)")
_SECTION_LEVEL = re.compile(r"Mức phù hợp / Conformance level: ([123])")
_GROUP = re.compile(r"### (\d+)\.(\d+) (?:.+ / )?(.+)")
_CLAUSE = re.compile(r"#### (\d+)\.(\d+)\.(\d+) (Must|Should|May)(?: \(mức / level ([123])\))?")
_ENGLISH = "*EN:* "
_SOURCE = re.compile(r"Nguồn / Source: (.+)")
_PROPOSAL = re.compile(r"Đề xuất / Proposal(?:: (.+)|\.)")
_KEY = re.compile(r"\[([^\[\]]+)\](?!\()")
_REFERENCE = re.compile(r"\| \[([^\[\]]+)\] \|")


class Clause(msgspec.Struct, frozen=True):
    """One clause; `level` is that of conformance, `sources` the references that it rests on.

    `group` is the English title of its group. A clause that is a `proposal`, alone or beside its
    sources, says so.
    """

    number: str
    group: str
    force: Force
    level: int
    vi: str
    en: str
    sources: tuple[str, ...]
    proposal: bool

    @property
    def order(self) -> tuple[int, ...]:
        """The number as a key to sort by."""
        return tuple(int(part) for part in self.number.split("."))


def load_clauses(path: Path = SPECIFICATION) -> tuple[Clause, ...]:
    """The clauses of the specification; raises `Refused` when it is not there or not in form."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Refused(f"the specification cannot be read: {path}: {error.strerror}") from error
    return parse_clauses(text)


def parse_clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a text in its order; raises `Refused` naming the clause at fault."""
    known = references(text)
    clauses: list[Clause] = []
    for block in _blocks(text):
        clause = _clause(block)
        unknown = set(clause.sources) - known
        if unknown:
            raise Refused(f"{clause.number}: section 2 does not list {sorted(unknown)}")
        if clauses and clause.order <= clauses[-1].order:
            raise Refused(f"{clause.number} stands after {clauses[-1].number}")
        clauses.append(clause)
    return tuple(clauses)


def references(text: str) -> set[str]:
    """The keys of the documents that section 2 lists."""
    return {found[1] for found in map(_REFERENCE.match, text.splitlines()) if found}


class _Block(msgspec.Struct):
    """A clause's heading, where it stands, and the paragraphs below the heading."""

    heading: re.Match[str]
    group: str
    level: int
    paragraphs: list[str]


def _blocks(text: str) -> Iterator[_Block]:
    block: _Block | None = None
    section, group, title, level = "", "", "", 0
    for paragraph in (each.strip() for each in re.split(r"\n\s*\n", text)):
        if found := _SECTION_LEVEL.fullmatch(paragraph):
            level = int(found[1])
        if not paragraph.startswith("#"):
            if block is not None:
                block.paragraphs.append(paragraph)
            continue
        if block is not None:
            yield block
        block = None
        if found := _SECTION.fullmatch(paragraph):
            section, group, level = found[1], "", 0
        elif found := _GROUP.fullmatch(paragraph):
            group, title = f"{found[1]}.{found[2]}", found[3]
            if found[1] != section:
                raise Refused(f"group {group} stands in section {section}")
        elif paragraph.startswith("####"):
            heading = _CLAUSE.fullmatch(paragraph)
            if heading is None or f"{heading[1]}.{heading[2]}" != group:
                raise Refused(f"{paragraph!r} is no clause of group {group or 'none'}")
            block = _Block(heading, title, level, [])
    if block is not None:
        yield block


def _clause(block: _Block) -> Clause:
    heading, paragraphs = block.heading, block.paragraphs
    number = ".".join(heading.group(1, 2, 3))
    level = int(heading[5] or block.level)
    if level not in LEVELS:
        raise Refused(f"{number}: its section states no level of conformance")
    english = [each.removeprefix(_ENGLISH) for each in paragraphs if each.startswith(_ENGLISH)]
    if len(paragraphs) < 3 or len(english) != 1 or not paragraphs[1].startswith(_ENGLISH):
        raise Refused(f"{number}: after the Vietnamese paragraph comes one that begins {_ENGLISH}")
    sources, proposal = _basis(number, paragraphs[-1])
    return Clause(
        number=number,
        group=block.group,
        force=_FORCES[heading[4]],
        level=level,
        vi=paragraphs[0],
        en=english[0],
        sources=sources,
        proposal=proposal,
    )


def _basis(number: str, line: str) -> tuple[tuple[str, ...], bool]:
    sources: tuple[str, ...] = ()
    proposal = False
    for part in line.split(" · "):
        if source := _SOURCE.fullmatch(part):
            sources = tuple(_KEY.findall(source[1]))
            if not sources:
                raise Refused(f"{number}: a source is named by its key, as in [QĐ18]")
        elif _PROPOSAL.fullmatch(part):
            proposal = True
        else:
            raise Refused(f"{number}: {part!r} is neither a source nor a proposal")
    return sources, proposal
