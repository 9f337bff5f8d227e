"""The seconds since 1970 at which points stand: what fits beside a key in 64 bits."""

SECOND_MIN = -2_208_988_800
"""1900-01-01: anything earlier counts as of this second."""
SECOND_MAX = SECOND_MIN + (1 << 33) - 1
"""In the year 2172: what would happen later does not happen."""


def second_of(at: int) -> int:
    """The pane second that holds an instant in microseconds; clamped to what panes can hold."""
    return max(SECOND_MIN, at // 1_000_000)


def second_text(at: str) -> str:
    """The same as the text of a Python expression; `at` names a variable."""
    return f"({at} // 1_000_000 if {at} >= {SECOND_MIN * 1_000_000} else {SECOND_MIN})"
