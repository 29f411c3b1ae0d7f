"""Leaves a process the files it needs and no others: programs and specs to read, its own folder to write.

Landlock, where the kernel has it (5.13 and later); newer kernels also refuse connections and signals to
processes outside.  It is inherited by everything the process starts and nobody can lift it.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on every machine
_ASK_VERSION, _PATH_BENEATH, _NO_NEW_PRIVILEGES = 1, 1, 38

_EXECUTE, _WRITE, _READ, _LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REFER, _TRUNCATE, _DEVICE_CONTROL = 1 << 13, 1 << 14, 1 << 15
_FIRST_RIGHTS = (1 << 13) - 1
_RIGHTS_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _DEVICE_CONTROL
_MAKE_SPECIAL = (1 << 6) | (1 << 9) | (1 << 11)  # devices and sockets: nobody's business here

_TCP = 0b11
_SIGNALS_AND_ABSTRACT_SOCKETS = 0b11

SYSTEM_FOLDERS = ("/usr", "/lib", "/lib64", "/bin", "/etc/fonts", "/etc/alternatives")
SYSTEM_FILES = (
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/timezone",
    "/etc/mime.types",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/filesystems",
    "/proc/sys/vm/overcommit_memory",
    "/sys/devices/system/cpu",
    "/sys/fs/cgroup",
    "/dev/urandom",
    "/dev/random",
    "/dev/zero",
)


def version() -> int:
    """Which Landlock the kernel has; 0 for none."""
    found = ctypes.CDLL(None, use_errno=True).syscall(_CREATE, None, ctypes.c_size_t(0), _ASK_VERSION)
    return max(0, int(found))


def keep_to(readable: Iterable[Path], listable: Iterable[Path], writable: Iterable[Path]) -> bool:
    """Refuse every other file from now on; False where the kernel cannot.

    Args:
        readable: Files, and folders with all that is in them; programs among them may be run.
        listable: Folders in which the names may be seen.
        writable: Folders to write in, and to read.
    """
    found = version()
    if not found:
        return False
    handled = _FIRST_RIGHTS | (_REFER if found >= 2 else 0) | (_TRUNCATE if found >= 3 else 0)
    handled |= _DEVICE_CONTROL if found >= 5 else 0
    rules = _rule_set(found, handled)
    if rules < 0:
        return False
    try:
        for path in (*map(Path, (*SYSTEM_FOLDERS, *SYSTEM_FILES)), *readable):
            _allow(rules, path, (_EXECUTE | _READ | _LIST) & handled)
        for path in listable:
            _allow(rules, path, _LIST)
        for path in writable:
            _allow(rules, path, handled & ~_MAKE_SPECIAL & ~_EXECUTE)
        _allow(rules, Path("/dev/null"), (_READ | _WRITE | _TRUNCATE) & handled)
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
            return False
        return bool(libc.syscall(_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)


def _rule_set(found: int, handled: int) -> int:
    words = [handled]
    if found >= 4:
        words.append(_TCP)
    if found >= 6:
        words.append(_SIGNALS_AND_ABSTRACT_SOCKETS)
    attributes = ctypes.create_string_buffer(struct.pack(f"={len(words)}Q", *words))
    size = ctypes.c_size_t(8 * len(words))
    return int(ctypes.CDLL(None, use_errno=True).syscall(_CREATE, attributes, size, 0))


def _allow(rules: int, path: Path, rights: int) -> None:
    """Let a path be used; one that is not there is nothing to allow."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            rights &= ~0 if path.is_dir() else _RIGHTS_OF_FILES
            rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, descriptor), 12)
            ctypes.CDLL(None, use_errno=True).syscall(_ADD, rules, _PATH_BENEATH, rule, 0)
        finally:
            os.close(descriptor)
