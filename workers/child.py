"""Becomes another program that ends when its parent ends: `python workers/child.py [--nice N] PROGRAM ARGUMENT …`.

A supervisor that is killed with -9 would leave its children behind; the kernel's parent-death signal takes them
along (Linux). Elsewhere the next start finds them by their pid files.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Set the signal and the niceness, then become the program."""
    if arguments[0] == "--nice":
        os.nice(int(arguments[1]))
        arguments = arguments[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    os.execvp(arguments[0], arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
