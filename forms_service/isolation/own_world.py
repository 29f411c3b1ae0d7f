"""Gives a process a network of its own with nothing in it, and takes its powers over the machine.

Where the kernel lets an ordinary user do so: many containers do not.  What then still holds is the
refusal of the calls themselves (``system_calls``).
"""

from __future__ import annotations

import ctypes
import os
import struct
from contextlib import suppress
from pathlib import Path

_NEW_USER, _NEW_NETWORK, _NEW_IPC = 0x10000000, 0x40000000, 0x08000000
_DROP_FROM_BOUNDS, _CLEAR_AMBIENT, _AMBIENT = 24, 4, 47
_THIRD_VERSION = 0x20080522
_KEPT_BY_ROOT = 0b110
"""Passing over the rights of files (1, 2): root reads the programs of others; Landlock still holds."""


def leave_network() -> bool:
    """Leave every network behind; False where the kernel does not let this user."""
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if user == 0 and libc.unshare(_NEW_NETWORK | _NEW_IPC) == 0:
        return True
    if libc.unshare(_NEW_USER | _NEW_NETWORK | _NEW_IPC) != 0:
        return False
    own = Path("/proc/self")
    with suppress(OSError):  # without its own number the process would be nobody, and write nothing
        (own / "setgroups").write_text("deny")
        (own / "uid_map").write_text(f"{user} {user} 1")
        (own / "gid_map").write_text(f"{group} {group} 1")
    return True


def drop_powers() -> bool:
    """Give up every power over the machine, for this process and all it starts."""
    libc = ctypes.CDLL(None, use_errno=True)
    kept = _KEPT_BY_ROOT if os.geteuid() == 0 else 0
    libc.prctl(_AMBIENT, _CLEAR_AMBIENT, 0, 0, 0)
    for power in range(64):
        if not kept >> power & 1:
            libc.prctl(_DROP_FROM_BOUNDS, power, 0, 0, 0)
    header = ctypes.create_string_buffer(struct.pack("=Ii", _THIRD_VERSION, 0), 8)
    sets = ctypes.create_string_buffer(struct.pack("=6I", kept, kept, 0, 0, 0, 0), 24)
    return bool(libc.capset(header, sets) == 0)
