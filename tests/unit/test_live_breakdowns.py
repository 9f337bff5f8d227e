"""Breakdowns of communes: which topics ask for one, and how many may be followed."""

import gc

import msgspec
import pytest

from services.api.live.breakdowns import Breakdowns, Name, name_of
from services.api.live.limits import Limits
from services.api.live.topics import Pattern, read_topic
from services.domain.errors import Refused
from tests.unit.live_model import Replica

FIGURE = "indicators/33/C:11953/PS-05/instant"
KEY = "PS-05|C:11953@2025-07-01|procedure=1|instant"


def pattern(text: str) -> Pattern:
    found = read_topic(text, 400)
    assert isinstance(found, Pattern)
    return found


def test_a_topic_asks_for_members_of_a_commune() -> None:
    assert name_of(pattern(f"{FIGURE}/procedure/*")) == Name(
        "C:11953", "PS-05", "instant", "procedure", "*"
    )
    assert name_of(pattern(f"{FIGURE}/agency/H33%2F15")) == Name(
        "C:11953", "PS-05", "instant", "agency", "H33/15"
    )
    assert name_of(pattern(f"{FIGURE}/**")) == Name("C:11953", "PS-05", "instant", "*", "*")


@pytest.mark.parametrize(
    "text",
    [
        FIGURE,
        "indicators/33/C:11953/PS-05/**",
        "indicators/33/C:11953/*/instant/procedure/*",
        "indicators/33/*/PS-05/instant/procedure/*",
        "indicators/33/P:33/PS-05/instant/procedure/*",
        "indicators/VN/**",
        "**",
    ],
)
def test_what_is_published_anyway_asks_for_nothing(text: str) -> None:
    if text == "**":
        assert name_of(Pattern(text, (), open_ended=True)) is None
    else:
        assert name_of(pattern(text)) is None


def test_a_breakdown_is_a_query_of_its_window_and_calendar() -> None:
    query = Name("C:11953", "PS-01", "month~admin", "*", "x").query(("agency", "procedure"), 7)
    assert (query.windows, query.calendars) == (("month",), ("administrative",))
    assert query.members == (("agency", "x"), ("procedure", "x"))
    assert (query.breakdowns, query.limit) == ((), 7)


def test_one_more_than_allowed_is_refused_until_another_is_let_go() -> None:
    followed = Breakdowns(1)
    held = followed.of(pattern(f"{FIGURE}/procedure/*"))
    assert followed.of(pattern(f"{FIGURE}/procedure/*")) is held
    with pytest.raises(Refused, match="followed already"):
        followed.of(pattern(f"{FIGURE}/agency/*"))
    del held
    gc.collect()
    assert followed.of(pattern(f"{FIGURE}/agency/*")) is not None


def test_a_refused_subscription_says_why_and_changes_nothing() -> None:
    replica = Replica(limits=Limits(breakdowns_max=0))
    session = replica.session()
    session.receive(
        msgspec.json.encode({"type": "subscribe", "id": "a", "topics": [f"{FIGURE}/procedure/*"]})
    )
    answer = session.next()
    assert isinstance(answer, str)
    assert msgspec.json.decode(answer)["code"] == "refused"
    assert len(replica.breakdowns) == 0


def test_what_is_lent_gives_way_to_the_log_and_is_taken_back_alone() -> None:
    replica = Replica()
    text = msgspec.json.encode({"id": KEY, "value": 3}).decode()
    replica.board.lend(KEY, text)
    first = replica.board.get(KEY)
    assert first is not None
    assert first.text == text
    replica.board.take_back(KEY)
    gone = replica.board.get(KEY)
    assert gone is not None
    assert gone.removed
    replica.board.lend(KEY, text)
    replica.put(KEY, 1, 1, 4.0)
    replica.board.lend(KEY, text)
    replica.board.take_back(KEY)
    kept = replica.board.get(KEY)
    assert kept is not None
    assert (kept.removed, kept.epoch) == (False, 1)
