"""Settings of what is sealed on disks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from forms_service.settings import Settings

A_YEAR = 365


@dataclass(frozen=True, slots=True)
class SealingSettings:
    """How personal data are sealed.

    Attributes:
        master_key: File of the master key that opens the database's keys; None for one in the folder of keys,
            made at the first start.
        key_days: Age in days at which a data key is followed by a new one; 0 for only by command.
    """

    master_key: Path | None = None
    key_days: int = A_YEAR

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> SealingSettings:
        """Read ``FORMS_MASTER_KEY_FILE`` and ``FORMS_KEY_DAYS``.

        Raises:
            InvalidSetting: One of them is not usable.
        """
        given = Settings(environment)
        settings = cls(
            master_key=given.path("FORMS_MASTER_KEY_FILE"),
            key_days=given.count("FORMS_KEY_DAYS", A_YEAR, least=0),
        )
        given.refuse_wrong()
        return settings
