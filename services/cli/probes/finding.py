"""What a probe found about a clause."""

from collections.abc import Iterable, Sequence

import msgspec

EXAMPLES_MAX = 3


class Finding(msgspec.Struct, frozen=True):
    """Whether a clause holds and the evidence; None when the centre gave nothing to judge by."""

    holds: bool | None
    evidence: str


def unknown(evidence: str) -> Finding:
    """Nothing to judge by."""
    return Finding(None, evidence)


def all_of(what: str, count: int, faults: Iterable[str]) -> Finding:
    """Holds when none of `count` things has a fault; the evidence counts them or names some."""
    found = list(faults)
    if not count:
        return unknown(f"there is nothing to check: no {what}")
    if not found:
        return Finding(holds=True, evidence=f"{count} {what}, all of them")
    more = f" and {len(found) - EXAMPLES_MAX} more" if len(found) > EXAMPLES_MAX else ""
    return Finding(
        holds=False,
        evidence=f"{len(found)} of {count} {what}: {', '.join(found[:EXAMPLES_MAX])}{more}",
    )


def first_fault(checks: Sequence[tuple[object, str]], evidence: str) -> Finding:
    """Holds when every check is true; else the evidence is the sentence of the first fault."""
    for truth, fault in checks:
        if not truth:
            return Finding(holds=False, evidence=fault)
    return Finding(holds=True, evidence=evidence)
