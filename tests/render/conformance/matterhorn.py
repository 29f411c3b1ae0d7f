"""The register of checks, each under the failure conditions of the Matterhorn Protocol it looks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from examined_paper import Paper

Check = Callable[[Paper], Iterator[str]]
CHECKS: dict[str, Check] = {}


def condition(*numbers: str) -> Callable[[Check], Check]:
    """Name a check by the failure conditions it looks for."""

    def note(check: Check) -> Check:
        CHECKS.update(dict.fromkeys(numbers, check))
        return check

    return note
