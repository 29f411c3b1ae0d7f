"""How a message reaches somebody: one port, and the ways there are to send by e-mail and by SMS.

Which way is taken is a setting; the default writes every message into a folder, so that a laptop
needs no mail server and a newcomer finds the code they are waiting for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

EMAIL, SMS = "email", "sms"
CHANNELS = (EMAIL, SMS)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one person, worded.

    Attributes:
        id: The same at every attempt, so that whoever delivers it can leave a second copy out.
        subject: Of an e-mail; an SMS has none.
        language: ``ar`` or ``fr``, for programs that read messages aloud.
    """

    id: str
    channel: str
    address: str
    subject: str
    text: str
    language: str


class NotSent(Exception):
    """The message did not leave; ``for_good`` when trying again cannot help (no such address).

    The reason names the kind of failure only: addresses and texts never reach a log.
    """

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.for_good = reason, for_good


class Carrier(Protocol):
    """Sends messages of one channel."""

    def send(self, letter: Letter) -> None:
        """Hand the message on.

        Raises:
            NotSent: It did not leave.
        """
        ...


Carriers = Mapping[str, Carrier]
"""The carrier of each channel."""
