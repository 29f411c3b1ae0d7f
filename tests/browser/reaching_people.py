"""What reaches people on their telephones, as the mailbox folder keeps it."""

from __future__ import annotations

import re
import time
from pathlib import Path

PATIENCE_S = 60


def code_in(mailbox: Path, address: str) -> str:
    """Wait for the message to an address, as somebody looks at their telephone; gives its code."""
    limit = time.monotonic() + PATIENCE_S
    while time.monotonic() < limit:
        for file in sorted(mailbox.glob("*.txt"), reverse=True):
            head, _, text = file.read_text(encoding="utf-8").partition("\n")
            if address in head and (found := re.search(r"(?<!\d)\d{6}(?!\d)", text)):
                return found[0]
        time.sleep(0.1)
    raise AssertionError("no code came")
