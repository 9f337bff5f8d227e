"""Questions about observations: every filter optional and repeatable, every mistake named."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.instants import DAY, HOUR, parse_instant
from services.domain.query import (
    ObservationQuery,
    QueryRefused,
    parse_query,
    read_cursor,
    write_cursor,
)
from services.domain.times_asked import END_AT, FIRST_AT
from services.domain.vocabulary import Offer, Vocabulary

VOCABULARY = Vocabulary(
    indicators={
        "PS-04": Offer(
            frozenset({"24h", "30d", "month", "quarter"}), frozenset({"agency", "procedure"})
        ),
        "PS-04.finished": Offer(
            frozenset({"24h", "month", "ytd", "year"}), frozenset({"procedure"})
        ),
    },
    windows=frozenset({"24h", "30d", "month", "ytd", "year", "quarter", "all"}),
    dimensions=frozenset({"agency", "procedure"}),
    knows_unit=lambda unit: unit in {"P:33", "C:11953", "P:33@2025-07-01"},
)


def parse(text: str) -> ObservationQuery:
    pairs = [tuple(part.split("=", 1)) for part in text.split("&") if part]
    return parse_query(pairs, VOCABULARY)  # type: ignore[arg-type]  # pairs, by the split


def test_nothing_asked_is_everything_newest() -> None:
    query = parse("")
    assert query == ObservationQuery()
    assert query.newest


def test_all_filters() -> None:
    query = parse(
        "indicator=PS-04&indicator=PS-04.finished&unit=P:33&unit=P:33@2025-07-01&within=P:33"
        "&window=month&period=2026-10&calendar=administrative&calendar=statistical"
        "&dims=agency&dims.procedure=1.00&limit=7"
    )
    assert query.indicators == ("PS-04", "PS-04.finished")
    assert query.units == ("P:33", "P:33@2025-07-01")
    assert query.within == ("P:33",)
    assert query.periods == ("2026-10",)
    assert query.calendars == ("administrative", "statistical")
    assert query.breakdowns == ("agency",)
    assert query.members == (("procedure", "1.00"),)
    assert query.limit == 7
    assert not query.newest


def test_history() -> None:
    query = parse("history=true&from=2026-10-01&to=2026-10-02T00:00:00%2B07:00".replace("%2B", "+"))
    assert query.from_at == parse_instant("2026-10-01T00:00:00+07:00")
    assert query.to_at == query.from_at + DAY
    assert not query.newest


@pytest.mark.parametrize(
    ("text", "dims", "wanted"),
    [
        ("", (), True),
        ("", (("agency", "a"),), False),
        ("dims=agency", (("agency", "a"),), True),
        ("dims=agency", (), False),
        ("dims=agency", (("procedure", "a"),), False),
        ("dims.agency=a", (("agency", "a"),), True),
        ("dims.agency=a", (("agency", "b"),), False),
        ("dims=procedure&dims.agency=a", (("procedure", "p"),), True),
        ("dims=procedure&dims.agency=a", (("agency", "b"),), False),
        ("dims=agency", (("agency", "a"), ("procedure", "p")), False),
    ],
)
def test_dimensions(text: str, dims: tuple[tuple[str, str], ...], wanted: bool) -> None:
    assert parse(text).wants_dims(dims) is wanted


@pytest.mark.parametrize(
    ("text", "parameter", "unknown", "allowed"),
    [
        ("foo=1", "foo", False, "indicator"),
        ("Indicator=PS-04", "Indicator", False, "indicator"),
        ("indicator=PS-99", "indicator", True, "PS-04"),
        ("indicator=", "indicator", True, "PS-04"),
        ("unit=P:99", "unit", True, None),
        ("unit=33", "unit", True, None),
        ("within=P:99", "within", True, None),
        ("window=2h", "window", True, "24h"),
        ("calendar=lunar", "calendar", True, "statistical"),
        ("dims=colour", "dims", True, "agency"),
        ("dims.colour=red", "dims.colour", True, "agency"),
        ("indicator=PS-04&window=year", "window", True, "quarter"),
        ("indicator=PS-04&indicator=PS-04.finished&window=all", "window", True, "ytd"),
        ("indicator=PS-04.finished&dims=agency", "dims", True, "procedure"),
        ("indicator=PS-04.finished&dims.agency=a", "dims", True, "procedure"),
        ("period=2026-13", "period", False, None),
        ("period=0000", "period", False, None),
        ("period=٢٠٢٦-10", "period", False, None),
        ("period=2026-1²", "period", False, None),
        ("period=1899-T2", "period", False, None),
        ("indicator=PS-04&period=2026-T1", "period", True, None),
        ("indicator=PS-04&history=true&from=2026-10-01&step=1d&window=month", "step", False, None),
        ("history=true&from=2026-10-01&step=1d&window=ytd&window=year", "step", False, None),
        ("known_at=0001-01-01", "known_at", False, None),
        ("known_at=0001-01-01T00:00:00+14:00", "known_at", False, None),
        ("known_at=9999-12-31T23:59:59-14:00", "known_at", False, None),
        ("known_at=2026-10-01&window=24h", "window", False, "month"),
        ("boundaries=old", "boundaries", False, "constant"),
        ("known_at=2026-10-01&boundaries=constant", "boundaries", False, "as-then"),
        ("history=true&from=0001-01-01", "from", False, None),
        ("history=true&from=2026-10-01&to=9999-12-31T23:59:59-14:00", "to", False, None),
        ("period=2026-10&window=30d", "window", False, "month"),
        ("history=yes", "history", False, "true"),
        ("history=true", "from", False, None),
        ("from=2026-10-01", "history", False, "true"),
        ("history=true&from=yesterday", "from", False, None),
        ("history=true&from=2026-10-01&to=2026-10-01", "to", False, None),
        ("history=true&from=2026-10-01&step=2m", "step", False, "1h"),
        ("history=true&from=2000-01-01&to=2026-10-01&step=1m", "step", False, "7d"),
        ("limit=0", "limit", False, None),
        ("limit=x", "limit", False, None),
        ("limit=99999999999", "limit", False, None),
        ("limit=1&limit=2", "limit", False, None),
        ("cursor=***", "cursor", False, None),
        ("&".join(["unit=P:33"] * 201), "unit", False, None),
    ],
)
def test_mistakes(text: str, parameter: str, unknown: bool, allowed: str | None) -> None:
    with pytest.raises(QueryRefused) as refused:
        parse(text)
    assert refused.value.parameter == parameter
    assert refused.value.unknown is unknown
    if allowed is not None:
        assert allowed in refused.value.allowed


def test_a_question_that_some_named_indicator_can_answer_is_asked() -> None:
    query = parse("indicator=PS-04&indicator=PS-04.finished&window=year&dims=agency&window=24h")
    assert query.windows == ("year", "24h")


def test_an_indicator_in_a_window_that_it_does_not_have_is_told_so() -> None:
    with pytest.raises(QueryRefused) as refused:
        parse("indicator=PS-04&window=ytd")
    assert str(refused.value) == "PS-04 is not computed with window ytd"


def test_the_forms_of_a_period_are_examples_and_not_all_there_is() -> None:
    with pytest.raises(QueryRefused) as refused:
        parse("period=2026-13")
    assert str(refused.value) == (
        "'2026-13' is not a period: it is written like 2026-10, 2026-Q3, 2026 or, a school term,"
        " 2026-T1"
    )
    assert refused.value.allowed == ()


def test_an_indicator_that_has_no_terms_is_told_so() -> None:
    with pytest.raises(QueryRefused) as refused:
        parse("indicator=PS-04&period=2026-T1")
    assert str(refused.value) == (
        "PS-04 is not computed by term; its windows: 24h, 30d, month, quarter"
    )
    assert parse("indicator=PS-04&period=2026-T1&period=2026-10").periods == ("2026-T1", "2026-10")


def test_the_years_of_four_digits_can_be_asked_for() -> None:
    query = parse("history=true&from=1900-01-01&to=9999-12-31&window=month&known_at=1900-01-01")
    assert (query.from_at, query.known_at) == (FIRST_AT, FIRST_AT)
    assert query.to_at == END_AT - DAY
    assert parse("history=true&from=2026-10-01&window=month&window=24h&step=1h").step == HOUR


@given(st.text(max_size=40))
def test_a_cursor_is_read_as_it_was_written(key: str) -> None:
    cursor = write_cursor(key)
    assert cursor is not None
    assert cursor.isascii()
    assert read_cursor(cursor) == key


@given(st.text(max_size=40))
def test_any_other_cursor_is_refused_not_broken(text: str) -> None:
    with contextlib.suppress(QueryRefused):
        assert isinstance(read_cursor(text), str)


def test_a_window_that_does_not_fit_its_period_is_told_which_do() -> None:
    with pytest.raises(QueryRefused) as refused:
        parse_query([("period", "2026-Q1"), ("window", "month")], VOCABULARY)
    assert str(refused.value) == (
        "period '2026-Q1' is a quarter: ask for window=quarter, not for window=month"
    )
    assert (refused.value.parameter, refused.value.allowed) == ("window", ("quarter",))
