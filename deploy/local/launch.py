"""Becomes another program that does not outlive its parent, under another account if asked.

    python -I -S launch.py SIGNAL PARENT_PID ACCOUNT COMMAND [ARGUMENT...]

SIGNAL is what the kernel sends to the command when the parent is gone, however it went. ACCOUNT is
`UID:GID`, or `-` for the present one. Standard library only: it runs before everything else.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def become(death_signal: int, parent_pid: int, account: str, command: list[str]) -> None:
    """Replace this process by `command`; returns only by an exception.

    Dropping privileges clears the death signal, so the account comes first. A parent that died
    before the signal was set is noticed by its pid.
    """
    if account != "-":
        uid, gid = (int(part) for part in account.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the kernel refused to set a parent-death signal")
    if os.getppid() != parent_pid:
        raise SystemExit("the parent is gone")
    for name in ("SIGPIPE", "SIGXFSZ"):  # Python ignores these, and exec would pass that on
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.execvp(command[0], command)  # noqa: S606  # the command is the supervisor's own


if __name__ == "__main__":
    become(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
