"""Judges what the intake answered to records that are good, repeated and wrong."""

from collections.abc import Mapping
from typing import Final

from services.cli.probes.finding import Finding, first_fault, unknown
from services.cli.probes.survey import Sent, Survey

NOT_SENT: Final = "nothing was sent to the intake"
REASONS: Final = frozenset(
    {
        *("malformed_json", "too_large", "missing_field", "wrong_type", "bad_format"),
        *("not_in_list", "out_of_range", "rule_violated", "unknown_type", "unknown_unit"),
        *("time_in_future", "correction_invalid", "not_authorised"),
    }
)
EXPECTED: Final = {
    2: ("not_authorised", "/type"),
    3: ("time_in_future", "/time"),
    4: ("bad_format", "/time"),
    5: ("unknown_unit", "/unit"),
    6: ("malformed_json", ""),
}
"""By line of `asking.harmless_lines`, the reason that is due and the member it points to."""


def records_are_judged(survey: Survey) -> Finding:
    """4.2.1 and 7.3.1: each wrong record is refused."""
    return _refused(survey, *EXPECTED)


def the_future_is_refused(survey: Survey) -> Finding:
    """6.4.2: a record of the year 2999 is refused."""
    return _refused(survey, 3)


def instants_need_an_offset(survey: Survey) -> Finding:
    """5.4.7: a time without an offset is refused."""
    return _refused(survey, 4)


def what_only_the_centre_makes_is_refused(survey: Survey) -> Finding:
    """12.3.3: an alert that is sent from outside is refused."""
    return _refused(survey, 2)


def the_others_count(survey: Survey) -> Finding:
    """7.3.2: the good record of a request with wrong ones is accepted; reasons have pointers."""
    if survey.sent is None:
        return unknown(NOT_SENT)
    answer = survey.sent.answer.members
    told = f"{answer.get('accepted')} of {answer.get('records')} accepted"
    if (answer.get("accepted"), answer.get("rejected")) != (1, len(EXPECTED)):
        return Finding(holds=False, evidence=f"{told}, 1 is due")
    return _refused(survey, *EXPECTED)


def reasons_are_of_the_list(survey: Survey) -> Finding:
    """7.3.3: reason codes are of annex C, in the answer and in the receipt alike."""
    if survey.sent is None or survey.sent.receipt is None:
        return unknown(NOT_SENT)
    answered = {line: codes for line, codes in _reasons(survey.sent).items() if codes}
    notes = survey.sent.receipt.members.get("notes", [])
    kept = {note["line"]: note.get("code") for note in notes if note.get("state") == "rejected"}
    codes = {code for found in answered.values() for code, _ in found}
    differ = [line for line, found in answered.items() if kept.get(line) != found[0][0]]
    return first_fault(
        [
            (codes <= REASONS, f"unknown reasons {sorted(codes - REASONS)}"),
            (not differ, f"the receipt gives other reasons for lines {differ}"),
        ],
        f"{', '.join(sorted(codes))}; the same in answer and receipt",
    )


def a_duplicate_is_accepted_and_counts_once(survey: Survey) -> Finding:
    """4.2.3 and 5.4.3: the second sending is accepted, and its receipt calls it a duplicate."""
    if survey.sent_again is None:
        return unknown(NOT_SENT)
    if survey.sent_again.receipt is None:
        return Finding(holds=False, evidence="the receipt of the second sending was never settled")
    answer, receipt = survey.sent_again.answer.members, survey.sent_again.receipt.members
    return first_fault(
        [
            (answer.get("accepted") == 1, "the second sending was not accepted"),
            (receipt.get("duplicate") == 1, "the receipt does not call it a duplicate"),
            (receipt.get("counted") == 0, "the second sending was counted"),
        ],
        "sent twice: accepted twice, duplicate 1, counted 0",
    )


def accepted_means_stored(survey: Survey) -> Finding:
    """11.2.2: the answer has a receipt and a verdict for each refused record."""
    if survey.sent is None:
        return unknown(NOT_SENT)
    answer = survey.sent.answer.members
    return first_fault(
        [
            (survey.sent.answer.status == 202, f"status {survey.sent.answer.status}, 202 is due"),
            (answer.get("receipt"), "the answer has no receipt"),
            (
                len(_reasons(survey.sent)) == len(EXPECTED),
                f"verdicts for lines {sorted(_reasons(survey.sent))}",
            ),
        ],
        f"receipt {answer.get('receipt')}, {len(EXPECTED)} verdicts",
    )


def receipts_are_kept(survey: Survey) -> Finding:
    """11.2.3: the receipt says what became of every record."""
    if survey.sent is None:
        return unknown(NOT_SENT)
    if survey.sent.receipt is None:
        return Finding(holds=False, evidence="the receipt was never settled")
    receipt = survey.sent.receipt.members
    kinds = ("counted", "duplicate", "waiting", "superseded", "late", "quarantined")
    said = {kind: receipt.get(kind) for kind in kinds}
    settled = sum(count or 0 for count in said.values())
    holds = settled == receipt.get("accepted") == 1
    told = ", ".join(f"{kind} {count}" for kind, count in said.items() if count)
    return Finding(holds=holds, evidence=f"accepted {receipt.get('accepted')}: {told or 'nothing'}")


def _refused(survey: Survey, *lines: int) -> Finding:
    if survey.sent is None:
        return unknown(NOT_SENT)
    reasons = _reasons(survey.sent)
    wrong = [line for line in lines if EXPECTED[line] not in reasons.get(line, ())]
    if wrong:
        given, due = reasons.get(wrong[0]), EXPECTED[wrong[0]]
        return Finding(holds=False, evidence=f"line {wrong[0]}: {given} instead of {due}")
    due_reasons = (EXPECTED[line] for line in lines)
    said = "; ".join(f"{code} {pointer}".strip() for code, pointer in due_reasons)
    return Finding(holds=True, evidence=f"refused: {said}")


def _reasons(sent: Sent) -> Mapping[int, list[tuple[str, str]]]:
    """By line, the codes and pointers of the verdict."""
    return {
        verdict["line"]: [(each["code"], each["pointer"]) for each in verdict.get("reasons", [])]
        for verdict in sent.answer.members.get("verdicts", [])
        if verdict.get("state") == "rejected"
    }
