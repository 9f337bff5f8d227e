"""The cursor behind a page of events: what a page gave is read back, anything else is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.api.explain import FIRST_AT, Place, read_place, write_place
from services.domain.query import QueryRefused
from services.domain.times_asked import END_AT


@pytest.mark.parametrize(
    "text",
    [
        '[99999999999999999999,"",0,0]',
        '[9223372036854775807,"",0,0]',
        '[-9223372036854775807,"",0,0]',
        '[253402300800000000,"",0,0]',
        '[1,"\\u0000",1,1]',
        '[1,"\\ud800",1,1]',
        '[1,"a\\n",1,1]',
        '[1,"a",-1,1]',
        '[1,"a",4294967296,1]',
        '[1,"a",0,9223372036854775808]',
        '[1,"a"]',
        "{}",
        "",
    ],
)
def test_what_no_page_gave_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused) as refused:
        read_place(text)
    assert refused.value.parameter == "cursor"


PLACES = st.builds(
    Place,
    st.integers(FIRST_AT, END_AT - 1),
    st.from_regex(r"\A[A-Za-z0-9._-]{0,249}\Z"),
    st.integers(0, 2**31 - 1),
    st.integers(0, 2**63 - 1),
)


@given(PLACES)
def test_a_place_is_read_as_it_was_written(place: Place) -> None:
    assert read_place(write_place(place)) == place
    assert read_place(None) is None
