"""What a record says of its event type beside its fields."""

from typing import Literal

import msgspec

from services.domain.events.rules import Rule

Key = Literal["case", "subject", "subject+time"]
Direction = Literal["in", "out"]


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of an event type.

    `key` says what names a counting fact: the life of a case, the subject, or the subject at a
    time. `version_order` is the field whose greatest value wins among facts of one key. The subject
    is either made of the fields `subject_of`, joined by slashes, or matches `subject_pattern`. `vi`
    is the Vietnamese title. What goes out is written by the centre and refused from anybody else.
    """

    name: str
    vi: str
    topic_domain: str
    key: Key
    direction: Direction = "in"
    case_kind: str | None = None
    case_rank: int | None = None
    version_order: str | None = None
    subject_of: tuple[str, ...] = ()
    subject_pattern: str | None = None
    rules: tuple[Rule, ...] = ()
