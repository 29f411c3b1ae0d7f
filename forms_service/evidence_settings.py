"""Settings of the record's seals: who stamps the time on them, and where they go so that they leave this machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from core.localized_text import LocalizedText
from forms_service.settings import InvalidSetting, Settings


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """How the record is closed every day.

    Attributes:
        time_stamp_url: The time-stamping authority (RFC 3161); empty for none: the seal's time is then ours.
        time_stamp_trust: PEM file of the authorities that must vouch for it; without it any signer is taken.
        seals_folder: A folder, best on another machine, that a file of each seal is written into.
        seals_mailbox: An address that each seal is sent to.
    """

    time_stamp_url: str = ""
    time_stamp_trust: Path | None = None
    seals_folder: Path | None = None
    seals_mailbox: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> EvidenceSettings:
        """Read ``FORMS_TIMESTAMP_…`` and ``FORMS_SEALS_…``.

        Raises:
            InvalidSetting: Some of them are not usable; it names each of them.
        """
        given = Settings(environment)
        url, mailbox = given.text("FORMS_TIMESTAMP_URL", ""), given.text("FORMS_SEALS_EMAIL", "")
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname):
            given.wrong("FORMS_TIMESTAMP_URL", url, "https://tsa.example.ma/tsr")
        if mailbox and not re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+", mailbox):
            given.wrong("FORMS_SEALS_EMAIL", mailbox, "archives@example.ma")
        trust = given.path("FORMS_TIMESTAMP_TRUST")
        given.refuse_wrong()
        found = cls(url, trust, given.path("FORMS_SEALS_DIR"), mailbox)
        _ = found.authorities
        return found

    @property
    def authorities(self) -> bytes:
        """The certificates of the trusted authorities, as PEM.

        Raises:
            InvalidSetting: Their file cannot be read or holds no certificate.
        """
        if self.time_stamp_trust is None:
            return b""
        try:
            content = self.time_stamp_trust.read_bytes()
        except OSError:
            content = b""
        if b"-----BEGIN CERTIFICATE-----" not in content:
            raise InvalidSetting(_NO_CERTIFICATE.fill(file=self.time_stamp_trust))
        return content

    @property
    def leaves(self) -> bool:
        """Whether seals go anywhere beside the database."""
        return bool(self.seals_folder or self.seals_mailbox)


_NO_CERTIFICATE = LocalizedText(
    ar="FORMS_TIMESTAMP_TRUST ({file}): لا يمكن قراءة الملف أو لا توجد فيه شهادة. "
    "ضعوا فيه شهادة سلطة ختم الوقت بصيغة PEM.",
    fr="FORMS_TIMESTAMP_TRUST ({file}) : illisible ou sans certificat. Mettez-y le certificat de l’autorité "
    "d’horodatage, en PEM.",
)
