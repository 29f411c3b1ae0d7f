"""Which carrier the settings name: the mailbox folder unless they say otherwise."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from core.errors import FormsError
from core.localized_text import LocalizedText
from forms_service.sending import EMAIL, SMS, Carrier, Carriers
from forms_service.sending.mail_server import USUAL_PORTS, MailServer
from forms_service.sending.mailbox import Mailbox, Terminal
from forms_service.sending.sms_gateway import FORM, JSON, USUAL_FIELDS, SmsGateway

MAILBOX, CONSOLE = "mailbox", "console"
_FILES = {
    "FORMS_MAIL_PASSWORD": "FORMS_MAIL_PASSWORD_FILE",
    "FORMS_SMS_TOKEN": "FORMS_SMS_TOKEN_FILE",
}
"""Secrets, and the settings that name their files: written out, for a name is known by standing in the code."""


class WrongSendingSetting(FormsError):
    """A setting for sending cannot be used; nothing was started."""

    code = "invalid_setting"


@dataclass(frozen=True, slots=True)
class SendingSettings:
    """How messages leave, as the environment says.

    Attributes:
        mail: ``mailbox``, ``console``, or ``smtp://host:25``, ``smtp+starttls://user@host``, ``smtps://…``.
        sender: Address of the sender of e-mail.
        mail_trust: PEM file with certificates to trust for the mail server.
        sms: ``mailbox``, ``console``, or the address of an HTTP gateway.
        sms_fields: What the gateway is told, as ``to={to}&text={text}``.
        sms_body: ``json`` or ``form``.
    """

    mail: str = MAILBOX
    sender: str = "ne-pas-repondre@localhost"
    mail_trust: str = ""
    sms: str = MAILBOX
    sms_fields: str = USUAL_FIELDS
    sms_body: str = JSON

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> SendingSettings:
        """Read the ``FORMS_MAIL…`` and ``FORMS_SMS…`` settings."""

        def given(name: str, default: str) -> str:
            return environment.get(name, "").strip() or default

        return cls(
            mail=given("FORMS_MAIL", MAILBOX),
            sender=given("FORMS_MAIL_FROM", cls().sender),
            mail_trust=given("FORMS_MAIL_CA", ""),
            sms=given("FORMS_SMS", MAILBOX),
            sms_fields=given("FORMS_SMS_FIELDS", USUAL_FIELDS),
            sms_body=given("FORMS_SMS_BODY", JSON),
        )

    @property
    def into_mailbox(self) -> bool:
        """Whether messages of some channel stay on this machine, in the mailbox folder."""
        return MAILBOX in (self.mail, self.sms)


def carriers_for(settings: SendingSettings, mailbox_folder: Path) -> Carriers:
    """The carriers that the settings name.

    Raises:
        WrongSendingSetting: One of them cannot be used; the message names it.
    """
    here: dict[str, Carrier] = {MAILBOX: Mailbox(mailbox_folder), CONSOLE: Terminal()}
    return {
        EMAIL: here.get(settings.mail) or _mail_server(settings),
        SMS: here.get(settings.sms) or _gateway(settings),
    }


def _mail_server(settings: SendingSettings) -> MailServer:
    parts = urlsplit(settings.mail)
    try:
        port = parts.port or USUAL_PORTS.get(parts.scheme, 0)
    except ValueError:
        port = 0
    if not port or not parts.hostname or parts.path.strip("/"):
        raise _wrong("FORMS_MAIL", settings.mail, "mailbox, console, smtp://host:25, smtps://user@host")
    if parts.password:
        raise _wrong("FORMS_MAIL", f"{parts.scheme}://…@{parts.hostname}", "FORMS_MAIL_PASSWORD_FILE")
    if "@" not in settings.sender:
        raise _wrong("FORMS_MAIL_FROM", settings.sender, "nom@exemple.ma")
    return MailServer(
        parts.hostname,
        port,
        parts.scheme,
        settings.sender,
        parts.username or "",
        lambda: secret_of("FORMS_MAIL_PASSWORD"),
        settings.mail_trust or None,
    )


def _gateway(settings: SendingSettings) -> SmsGateway:
    parts = urlsplit(settings.sms)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _wrong("FORMS_SMS", settings.sms, "mailbox, console, https://…")
    if settings.sms_body not in (JSON, FORM):
        raise _wrong("FORMS_SMS_BODY", settings.sms_body, f"{JSON}, {FORM}")
    if "{to}" not in settings.sms_fields or "{text}" not in settings.sms_fields:
        raise _wrong("FORMS_SMS_FIELDS", settings.sms_fields, USUAL_FIELDS)
    return SmsGateway(
        settings.sms, settings.sms_fields, settings.sms_body, lambda: secret_of("FORMS_SMS_TOKEN")
    )


def secret_of(name: str, environment: Mapping[str, str] = os.environ) -> str:
    """A secret from the file that ``NAME_FILE`` names, or from ``NAME``; kept nowhere."""
    if file := environment.get(_FILES[name], "").strip():
        try:
            return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            raise _wrong(_FILES[name], file, "…") from None
    return environment.get(name, "")


def _wrong(name: str, value: str, expected: str) -> WrongSendingSetting:
    return WrongSendingSetting(
        LocalizedText(
            ar=f"{name}: «{value}» غير صالح. المنتظر: {expected}",
            fr=f"{name} : « {value} » ne convient pas. Attendu : {expected}",
        )
    )
