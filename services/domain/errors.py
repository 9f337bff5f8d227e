"""The errors of the centre, one tree; whether waiting helps is in the type.

IocError
├── Unavailable      something outside is away; the same call may succeed later
│   └── Fenced       another owner took over; drop all state and begin again
└── Refused          the request itself is wrong; repeating it changes nothing
"""


class IocError(Exception):
    """Any failure that the centre itself names."""


class Unavailable(IocError):
    """Something outside is away: wait and try again."""


class Fenced(Unavailable):
    """Another owner has taken the partition or the province: forget what is held and start over."""


class Refused(IocError):
    """The request or file is wrong: say why, change nothing."""
