"""What a centre answered: everything that probes judge, asked once."""

from collections.abc import Mapping
from typing import Any

import msgspec

Item = dict[str, Any]


class Answer(msgspec.Struct, frozen=True):
    """One answer over HTTP; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The content type without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip()

    @property
    def document(self) -> Any:
        """The body read as JSON; None when it is none."""
        try:
            return msgspec.json.decode(self.body)
        except msgspec.DecodeError:
            return None

    @property
    def members(self) -> Item:
        """The members of the body; none when it is no JSON object."""
        document = self.document
        return document if isinstance(document, dict) else {}

    @property
    def items(self) -> list[Item]:
        """The items of a list; empty when it is none."""
        found = self.members.get("items")
        return found if isinstance(found, list) else []

    @property
    def is_problem(self) -> bool:
        """Whether this is an error document of RFC 9457."""
        return (
            self.media_type == "application/problem+json"
            and self.members.get("status") == self.status
            and bool(self.members.get("detail"))
        )


class Sent(msgspec.Struct, frozen=True):
    """Records sent once or again: the intake's answer and the receipt when it was settled."""

    answer: Answer
    receipt: Answer | None


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """The answers of one centre.

    `answers` are named by their question (`asking.QUESTIONS`), `observations` are a sample of every
    indicator, `live` and `resumed` the messages of two connections, `topics` the settings of each
    topic by name, `records` observations by id as the topic holds them. What was not asked is
    empty or None.
    """

    answers: Mapping[str, Answer] = {}
    indicators: tuple[Item, ...] = ()
    observations: tuple[Item, ...] = ()
    live: tuple[Item, ...] = ()
    resumed: tuple[Item, ...] = ()
    topics: Mapping[str, Mapping[str, str]] | None = None
    records: Mapping[str, Item] = {}
    sent: Sent | None = None
    sent_again: Sent | None = None

    def indicator_of(self, observation: Item) -> Item | None:
        """The catalogue's document behind an observation, or behind the whole of a component."""
        name = str(observation.get("indicator")).partition(".")[0]
        return next((each for each in self.indicators if each.get("id") == name), None)

    def formula_of(self, observation: Item) -> Item | None:
        """The document or the component that an observation is computed by."""
        document = self.indicator_of(observation)
        component = str(observation.get("indicator")).partition(".")[2]
        if document is None or not component:
            return document
        parts = document.get("components", [])
        return next((part for part in parts if part.get("id") == component), None)

    def messages(self, kind: str) -> list[Item]:
        """The live messages of a type."""
        return [message for message in self.live if message.get("type") == kind]
