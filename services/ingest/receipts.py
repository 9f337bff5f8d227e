"""What became of the records of one request: the answer to the sender and the receipt to keep."""

import msgspec

from services.domain.events import Finding
from services.domain.instants import format_instant
from services.ingest.limits import IngestLimits


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one record; `line` is its line or place in the request, from 1."""

    line: int
    id: str | None
    state: str
    reasons: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The document that the sender gets; `verdicts` lists what is worth telling."""

    receipt: str
    records: int
    accepted: int
    rejected: int
    verdicts: list[Verdict]
    verdicts_omitted: int = 0


class Rejection(msgspec.Struct, frozen=True):
    """One fault of one record, as the receipt keeps it."""

    line: int
    code: str
    pointer: str
    detail: str


class Receipt(msgspec.Struct, frozen=True):
    """The value of a record of `ioc.receipts.v1`; `source` is null when there are several."""

    receipt: str
    at: str
    source: str | None
    records: int
    accepted: int
    rejected: int
    rejections: list[Rejection]


class Tally:
    """Counts the records of one request as they are judged."""

    def __init__(self, receipt: str, limits: IngestLimits, *, list_all: bool) -> None:
        self.receipt = receipt
        self.accepted = 0
        self.rejected = 0
        self._limits = limits
        self._list_all = list_all
        self._sources: set[str] = set()
        self._verdicts: list[Verdict] = []
        self._omitted = 0
        self._rejections: list[Rejection] = []
        self._rejection_bytes = 0

    @property
    def records(self) -> int:
        """The number of records judged so far."""
        return self.accepted + self.rejected

    def accept(self, line: int, event_id: str, source: str, warnings: tuple[Finding, ...]) -> None:
        """Count an accepted record."""
        self.accepted += 1
        self._note_source(source)
        if warnings or self._list_all:
            self._list(Verdict(line, event_id, "accepted", (), self.shorten(warnings)))

    def reject(
        self, line: int, event_id: str | None, source: str | None, faults: tuple[Finding, ...]
    ) -> None:
        """Count a rejected record."""
        self.rejected += 1
        if source is not None:
            self._note_source(source)
        self._list(Verdict(line, event_id, "rejected", faults))
        for fault in faults:
            self._rejection_bytes += len(fault.pointer) + len(fault.detail) + 100
            if (
                len(self._rejections) < self._limits.receipt_rejections_max
                and self._rejection_bytes < self._limits.receipt_bytes_max
            ):
                rejection = Rejection(line, fault.code, fault.pointer, fault.detail)
                self._rejections.append(rejection)

    def shorten(self, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """Keep the first findings of a record, their details cut to a length."""
        longest = self._limits.detail_characters_max
        return tuple(
            finding
            if len(finding.detail) <= longest
            else Finding(finding.code, finding.pointer, finding.detail[:longest] + "…")
            for finding in findings[: self._limits.findings_per_record_max]
        )

    def answer(self) -> Answer:
        """Give the document for the sender."""
        return Answer(
            self.receipt,
            self.records,
            self.accepted,
            self.rejected,
            self._verdicts,
            self._omitted,
        )

    def receipt_document(self, at: int) -> bytes:
        """Encode the receipt to keep; `at` is the request's arrival."""
        source = next(iter(self._sources)) if len(self._sources) == 1 else None
        receipt = Receipt(
            self.receipt,
            format_instant(at),
            source,
            self.records,
            self.accepted,
            self.rejected,
            self._rejections,
        )
        return msgspec.json.encode(receipt)

    def _note_source(self, source: str) -> None:
        if len(self._sources) < 2:
            self._sources.add(source)

    def _list(self, verdict: Verdict) -> None:
        if len(self._verdicts) < self._limits.verdicts_listed_max:
            self._verdicts.append(verdict)
        else:
            self._omitted += 1
