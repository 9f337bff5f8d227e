"""Which events belong to one member of a breakdown, as a condition of a question to `event`.

Bodies are JSON: only those that may name the member are taken apart, so a probe for its bytes
stands before each.
"""

from typing import Any

import msgspec
from psycopg import sql

from services.domain.behind import ABSENT, Members


def of_members(members: Members | None) -> dict[str, Any]:
    """The arguments that choose a member; without one every event is of it."""
    chosen = members or Members("", {}, {}, {}, (), ())
    plain = chosen.member.isascii() and chosen.member.replace(".", "").replace("-", "").isalnum()
    return {
        "member": None if members is None else members.member,
        "fields": _json(chosen.fields),
        "dims": _json(chosen.dims),
        "cases": _json(chosen.cases),
        "case_types": list(chosen.cases),
        "naming": list(chosen.naming),
        "probe": chosen.member.encode() if plain else None,
        "whole": list(chosen.whole),
    }


def _json(names: dict[str, str]) -> str:
    return msgspec.json.encode(names).decode()


_DATA = sql.SQL("(convert_from(body, 'UTF8')::json -> 'data')")
OF_MEMBER = sql.SQL("""
    (
        %(member)s::text is null
        or type = any(%(whole)s::text[])
        or %(fields)s::json ->> type is not null
            and coalesce({data} ->> (%(fields)s::json ->> type), {absent}) = %(member)s
        or %(dims)s::json ->> type is not null
            and {data} ->> 'dim' = %(dims)s::json ->> type and {data} ->> 'dim_value' = %(member)s
        or type = any(%(case_types)s::text[])
            and (unit, subject, split_part(type, '.', 3)) in (
                select unit, subject, split_part(type, '.', 3) from event
                where type = any(%(naming)s::text[])
                    and (%(probe)s::bytea is null or position(%(probe)s::bytea in body) > 0)
                    and (%(units)s::text[] is null or unit = any(%(units)s::text[]))
                    and {data} ->> (%(cases)s::json ->> type) = %(member)s
            )
    )
""").format(data=_DATA, absent=sql.Literal(ABSENT))
