"""Messages for a laptop: written into a folder, or shown on the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from forms_service.sending import Letter, NotSent


class Mailbox:
    """Writes every message as a text file of its own, the latest last by name, for this user's eyes only."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.folder = folder
        self._clock = clock

    def send(self, letter: Letter) -> None:
        """Write the message; sent twice, it is one file."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if next(self.folder.glob(f"*-{letter.channel}-{letter.id}.txt"), None) is not None:
                return
            name = f"{self._clock():%Y-%m-%dT%H%M%S%f}-{letter.channel}-{letter.id}.txt"
            draft = self.folder / f".{letter.id}.draft"
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(as_text(letter))
            draft.rename(self.folder / name)
        except OSError as error:
            raise NotSent(type(error).__name__) from error


class Terminal:
    """Shows every message where the service was started."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def send(self, letter: Letter) -> None:
        """Print the message."""
        stream = self._stream or sys.stdout
        stream.write(f"\n{as_text(letter)}\n")
        stream.flush()


def as_text(letter: Letter) -> str:
    """A message as a person reads it in a file."""
    head = f"{'E-mail' if letter.channel == 'email' else 'SMS'}: {letter.address}\n"
    return head + (f"{letter.subject}\n" if letter.subject else "") + f"\n{letter.text}\n"
