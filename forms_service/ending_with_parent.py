"""Lets no process outlive the one that needs it, however that one ends: the kernel sees to it."""

from __future__ import annotations

import ctypes
import os
import signal

_SET_PARENT_DEATH_SIGNAL = 1  # prctl(PR_SET_PDEATHSIG, …)
_libc = ctypes.CDLL(None, use_errno=True)


def end_with(parent: int, by: signal.Signals) -> None:
    """Have this process sent that signal when its parent ends, even by ``kill -9``; end it now if that has happened.

    Strictly it is the thread that started this process whose end counts: start such processes from one that stays,
    as the main one does.  Two calls of the kernel and no lock, so it may be called between fork and exec.
    """
    _libc.prctl(_SET_PARENT_DEATH_SIGNAL, by)
    if os.getppid() != parent:
        os._exit(1)  # the parent ended before the kernel was asked
