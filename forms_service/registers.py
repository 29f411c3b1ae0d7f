"""The fund's registers, asked through one door: employers, their debts and bank accounts, lists of the self-employed.

A demonstration keeps them as YAML files; an installation at the fund writes another ``Registers`` that asks
its own systems and gives it to ``bootstrap``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import yaml

from core.errors import DossierError
from forms_service.messages import say

Row = Mapping[str, Any]

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


class Registers(Protocol):
    """Answers what the fund knows under one key of one register."""

    def rows(self, register: str, key: str) -> Sequence[Row]:
        """The rows under ``key``; none when the register does not know it.

        Raises:
            DossierError: ``register_silent``: the register cannot be asked now; nothing was changed.
        """


class FileRegisters:
    """Registers as files: ``<folder>/<register>.yaml`` maps each key to its rows.

    Files are read again when they change, so that a demonstration can be steered by editing them.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def rows(self, register: str, key: str) -> Sequence[Row]:
        """As ``Registers.rows``; a register without a file knows nobody."""
        if self.folder is None or not _NAME.match(register):
            return ()
        path = self.folder / f"{register}.yaml"
        try:
            changed = path.stat().st_mtime_ns
        except FileNotFoundError:
            return ()
        try:
            found = _read(path, changed).get(key, ())
        except (OSError, yaml.YAMLError, ValueError) as error:
            raise DossierError(say("register_silent"), code="register_silent") from error
        return tuple(found)


@lru_cache(maxsize=32)
def _read(path: Path, _changed: int) -> Mapping[str, Sequence[Row]]:
    data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    if not isinstance(data, dict):
        raise ValueError(f"{path.name} is not a mapping of keys to rows")
    return {str(key): [one for one in rows if isinstance(one, dict)] for key, rows in data.items()}
