"""Whether uploads may be opened by locked-in processes only, and what is said where there can be none."""

from __future__ import annotations

import os

REQUIRED = "FORMS_REQUIRE_ISOLATION"
"""The setting that lets nothing be opened where a process cannot be locked in; whoever opens is told it, too."""


class NotLockedIn(Exception):
    """This machine cannot lock a process in, and must not open uploads otherwise: they wait.  Nothing was opened."""


def is_required() -> bool:
    """Whether uploads wait where a process cannot be locked in; a value nobody knows counts as yes."""
    return os.environ.get(REQUIRED, "").strip().lower() not in ("", "0", "false", "no")
