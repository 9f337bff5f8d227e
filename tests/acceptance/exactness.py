"""What must hold after any log was sent, whatever happened meanwhile: all counted, all once."""

from tests.acceptance.dossier_log import Log, Totals
from tests.acceptance.screen import totals_of
from tests.acceptance.senders import Sent
from tests.centre import Centre, Document, until

SHOWN_SECONDS = 30.0
_OUTCOMES = ("counted", "duplicate", "waiting", "superseded", "late", "quarantined")
_STORED = "select count(*), count(distinct (source, id)) from event where unit = any(%s)"


async def assert_exact(centre: Centre, log: Log, *sendings: Sent) -> None:
    """Hold the centre against the log: every total of every unit, events kept, receipts settled."""
    await centre.settled()
    await assert_totals(centre, log)
    ((kept, distinct),) = await centre.rows(_STORED, [log.communes])
    assert (kept, distinct) == (log.distinct, log.distinct)
    for sent in sendings:
        for answer in sent.answers:
            await assert_receipt_settled(centre, answer)


async def assert_totals(centre: Centre, log: Log) -> None:
    """The API shows the totals of all units of the log, once it has read what is published."""
    shown: dict[str, Totals] = {}

    async def equal() -> bool:
        shown.update(await shown_totals(centre, log))
        return shown == dict(log.totals)

    try:
        await until(equal, "the totals are shown", SHOWN_SECONDS)
    except AssertionError:
        wrong = {unit: each for unit, each in shown.items() if each != log.totals[unit]}
        expected = {unit: log.totals[unit] for unit in wrong}
        raise AssertionError(f"expected {expected}, the API shows {wrong}") from None


async def shown_totals(centre: Centre, log: Log) -> dict[str, Totals]:
    """The totals of the log's units as the API gives them."""
    windows = ["all", "instant"]
    found = await centre.observations(within=log.province, window=windows)
    found += await centre.observations(unit=log.province, window=windows)
    items = {item["id"]: item for item in found}
    return {unit: totals_of(items, unit) for unit in log.totals}


async def assert_receipt_settled(centre: Centre, answer: Document) -> Document:
    """Every record that the intake took has an outcome, and no record has two."""

    async def settled() -> Document | None:
        found = await centre.get(f"/v1/receipts/{answer['receipt']}")
        return found if found["state"] == "settled" else None

    receipt = await until(settled, f"receipt {answer['receipt']} is settled", 30)
    assert receipt is not None
    assert receipt["accepted"] == answer["accepted"]
    assert receipt["rejected"] == answer["rejected"]
    assert sum(receipt[outcome] for outcome in _OUTCOMES) == answer["accepted"], receipt
    return receipt
