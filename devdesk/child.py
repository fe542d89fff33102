"""A launcher that becomes another program and ends when its parent ends: `python devdesk/child.py
[--user NAME] [--ends-by INT] PROGRAM …`.

A supervisor that is killed with -9 would leave its children behind; the kernel's parent-death
signal ends them as well (Linux). The signal is set after the change of user, which would clear it,
and it survives the exec.
"""

import ctypes
import os
import pwd
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Change the user, set the signal, and exec the program."""
    ends_by = signal.SIGTERM
    while arguments[0].startswith("--"):
        option, value, *arguments = arguments
        if option == "--user":
            become(pwd.getpwnam(value))
        elif option == "--ends-by":
            ends_by = getattr(signal, f"SIG{value}")
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, ends_by)
    os.execvp(arguments[0], arguments)


def become(user: pwd.struct_passwd) -> None:
    """Switch from root to this user."""
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    os.environ["HOME"] = "/"
    os.chdir("/")


if __name__ == "__main__":
    main(sys.argv[1:])
