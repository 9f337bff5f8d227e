"""The names of cases: the natural keys of everything that is folded."""

from typing import NamedTuple


class CaseName(NamedTuple):
    """Names a case.

    Its kind (`dossier`, or the event type of a subject), the unit as sent, the subject.
    """

    kind: str
    unit: str
    subject: str
