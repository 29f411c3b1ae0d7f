"""The 24 digits of a Moroccan bank account (relevé d'identité bancaire) and their key.

Layout: 3 digits of bank, 3 of town, 16 of account, 2 of key.  Public lists of bank and town
codes contradict each other, so only the key is ever a reason to refuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.dates_in_text import fold_digits

RIB_LENGTH = 24

_SEPARATORS = r"[ \t\u00a0.\-_|/]*"
_DIGIT_RUN = re.compile(rf"(?<!\d)(?:\d{_SEPARATORS}){{{RIB_LENGTH - 1},}}\d(?!\d)")
_MOROCCAN_IBAN_PREFIX = re.compile(r"(?i)MA\s?\d{2}")


def rib_key(account: str) -> str:
    """Give the two key digits that close the 22 digits of bank, town and account.

    Raises:
        ValueError: ``account`` is not 22 digits.
    """
    if len(account) != RIB_LENGTH - 2 or not is_plain_digits(account):
        raise ValueError("a RIB's key is computed from exactly 22 digits")
    return f"{97 - int(account) * 100 % 97:02d}"


def is_valid_rib(digits: str) -> bool:
    """Whether ``digits`` is 24 plain digits closed by the right key."""
    return len(digits) == RIB_LENGTH and is_plain_digits(digits) and rib_key(digits[:-2]) == digits[-2:]


def is_plain_digits(text: str) -> bool:
    """Whether every character is one of 0-9 (``str.isdigit`` also takes ٣ and ²)."""
    return text.isascii() and text.isdigit()


def find_ribs(text: str) -> list[str]:
    """Find the accounts with a valid key in text that may break them into blanks, dots or cells.

    A run longer than 24 digits (an account beside a page number) is searched at every offset; a
    window chosen by chance passes the key once in 97, so longer runs only count when one single
    window is valid.
    """
    found: list[str] = []
    for run in _digit_runs(_MOROCCAN_IBAN_PREFIX.sub(" ", fold_digits(text))):
        windows = {run[at : at + RIB_LENGTH] for at in range(len(run) - RIB_LENGTH + 1)}
        valid = [window for window in windows if is_valid_rib(window)]
        if len(valid) == 1 and valid[0] not in found:
            found.append(valid[0])
    return found


def _digit_runs(text: str) -> Iterator[str]:
    for match in _DIGIT_RUN.finditer(text):
        yield re.sub(r"\D", "", match.group())
