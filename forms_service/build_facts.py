"""Which program runs and on which forms: told on the status page, by ``--version``, in figures and logs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_SHOWN = 12
"""Digits of the hash that are shown: enough to tell two states of the forms apart, short enough to read out."""


@dataclass(frozen=True, slots=True)
class BuildFacts:
    """Version of the program, and the hash of every file that its forms are made of."""

    version: str
    spec_hash: str

    def __str__(self) -> str:
        return f"{self.version} (specs {self.spec_hash})"


@cache
def build_facts(spec_folder: Path) -> BuildFacts:
    """What runs here, with the specs of that folder; worked out once."""
    return BuildFacts(_version(), hash_of_specs(spec_folder))


def hash_of_specs(folder: Path) -> str:
    """The first digits of a SHA-256 over the names and contents of all specs: equal where the forms are."""
    digest = hashlib.sha256()
    for path in sorted(one for one in folder.rglob("*") if one.suffix in (".yaml", ".json")):
        name, content = path.relative_to(folder).as_posix().encode(), path.read_bytes()
        digest.update(b"%d %s %d " % (len(name), name, len(content)))
        digest.update(content)
    return digest.hexdigest()[:_SHOWN]


def _version() -> str:
    try:
        return version("forms-service")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "0"
