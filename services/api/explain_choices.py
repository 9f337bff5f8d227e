"""Which events an observation rests on, as a condition of a question to `event`.

Bodies are JSON: they are taken apart only for events of the types and times that are asked for. The
events that tell of others are read once for each choice, and what they name is looked up by hash.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import sql

from services.api.explain_members import OF_MEMBER, of_members
from services.domain.behind import Behind
from services.domain.choices import Choice, Told
from services.domain.engine.measures import EVERY_TYPE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ALL = sql.SQL("true")
_KEY, _KEY_AND_TIME = sql.SQL("unit, subject"), sql.SQL("unit, subject, time")
_COMPARED = {"=": sql.SQL("="), "!=": sql.SQL("<>")}
_KNOWN = {"present": sql.SQL("is not null"), "absent": sql.SQL("is null")}


def database_time(at: int) -> datetime:
    """An instant as the database takes it."""
    return _EPOCH + timedelta(microseconds=at)


def field(name: str) -> sql.Composed:
    """A member of an event's data as text."""
    return sql.SQL("(convert_from(body, 'UTF8')::json #>> array['data', {}])").format(
        sql.Literal(name)
    )


def wanted(behind: Behind) -> tuple[sql.Composable, dict[str, Any]]:
    """The condition that an event is behind an observation, and its arguments by name."""
    arguments = _Arguments()
    chosen = [_of_choice(choice, arguments) for choice in behind.choices]
    units = None if behind.units is None else list(behind.units)
    condition = sql.SQL("({}) and {}").format(sql.SQL(" or ").join(chosen), OF_MEMBER)
    return condition, arguments.named | of_members(behind.members) | {"units": units}


class _Arguments:
    """Names arguments as they come."""

    def __init__(self) -> None:
        self.named: dict[str, Any] = {}

    def add(self, value: object) -> sql.Placeholder:
        name = f"choice_{len(self.named)}"
        self.named[name] = value
        return sql.Placeholder(name)

    def between(self, what: sql.Composable, begin: int, until: int) -> sql.Composed:
        first, end = self.add(database_time(begin)), self.add(database_time(until))
        return sql.SQL("({what} >= {first} and {what} < {end})").format(
            what=what, first=first, end=end
        )

    def one_of(self, what: sql.Composable, texts: Iterable[str]) -> sql.Composed:
        return sql.SQL("{} = any({}::text[])").format(what, self.add(list(texts)))


def _of_choice(choice: Choice, arguments: _Arguments) -> sql.Composable:
    conditions = _where(choice.types, choice.units, choice.begin, choice.until, arguments)
    if choice.told is not None:
        key = _KEY_AND_TIME if choice.told.timed else _KEY
        telling = _of_told(choice.told, choice.units, arguments)
        conditions.append(
            sql.SQL("({key}) in (select {key} from event where {telling})").format(
                key=key, telling=telling
            )
        )
    return _together(conditions)


def _of_told(told: Told, units: tuple[str, ...] | None, arguments: _Arguments) -> sql.Composable:
    conditions = _where(told.types, units, told.begin, told.until, arguments)
    if told.in_force_on is not None:
        conditions.append(_in_force(told.types, units, told.in_force_on, arguments))
    if told.dated is not None:
        name, begin, until = told.dated
        conditions.append(arguments.between(_instant(field(name)), begin, until))
    if told.periods is not None:
        calendar = arguments.add(told.calendar)
        conditions.append(arguments.one_of(field("period"), told.periods))
        conditions.append(
            sql.SQL("coalesce({}, {calendar}) = {calendar}").format(
                field("period_calendar"), calendar=calendar
            )
        )
    if told.dims is not None:
        of_dims = arguments.one_of(field("dim"), told.dims)
        conditions.append(sql.SQL("({} is null or {})").format(field("dim"), of_dims))
    conditions += [_of_condition(condition, arguments) for condition in told.filter]
    return _together(conditions)


def _where(
    types: tuple[str, ...],
    units: tuple[str, ...] | None,
    begin: int,
    until: int,
    arguments: _Arguments,
) -> list[sql.Composable]:
    found: list[sql.Composable] = [arguments.between(sql.Identifier("time"), begin, until)]
    if EVERY_TYPE not in types:
        found.append(arguments.one_of(sql.Identifier("type"), types))
    if units is not None:
        found.append(arguments.one_of(sql.Identifier("unit"), units))
    return found


def _in_force(
    types: tuple[str, ...], units: tuple[str, ...] | None, on: str, arguments: _Arguments
) -> sql.Composable:
    """Of the rows of one name the newest up to a date; their names are `<series>/<date>[/...]`.

    The table of cases is asked, which has one row for each and an index by type and unit.
    """
    conditions: list[sql.Composable] = [arguments.one_of(sql.Identifier("kind"), types)]
    if units is not None:
        conditions.append(arguments.one_of(sql.Identifier("unit"), units))
    return sql.SQL("""
        (unit, subject) in (
            select distinct on (unit, split_part(subject, '/', 1), rest) unit, subject
            from (
                select unit, subject, split_part(subject, '/', 2) as since,
                    regexp_replace(subject, '^[^/]*/[^/]*', '') as rest
                from case_state where {rows}
            ) as rows
            where since <= {on}::text
            order by unit, split_part(subject, '/', 1), rest, since desc
        )
    """).format(rows=_together(conditions), on=arguments.add(on))


def _of_condition(condition: Mapping[str, Any], arguments: _Arguments) -> sql.Composable:
    """A condition on one field; of those on more (and on sizes) every event is taken."""
    op, value = condition.get("op"), condition.get("value")
    told = field(str(condition.get("field")))
    if op in _KNOWN:
        return sql.SQL("{} {}").format(told, _KNOWN[op])
    if op == "in" and isinstance(value, list):
        return arguments.one_of(told, map(_text, value))
    if op not in _COMPARED or value is None:
        return _ALL
    number = isinstance(value, int | float) and not isinstance(value, bool)
    compared = sql.SQL("({})::numeric").format(told) if number else told
    asked = arguments.add(value if number else _text(value))
    return sql.SQL("{} {} {}").format(compared, _COMPARED[op], asked)


def _text(value: object) -> str:
    """A value as the database writes it when it takes JSON apart."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _instant(text: sql.Composable) -> sql.Composed:
    """A field as an instant; a date begins at local midnight."""
    return sql.SQL(
        "(case when length({text}) = 10 then {text} || 'T00:00:00+07:00' else {text} end)"
        "::timestamptz"
    ).format(text=text)


def _together(conditions: Iterable[sql.Composable]) -> sql.Composable:
    return sql.SQL("({})").format(sql.SQL(" and ").join(conditions))
