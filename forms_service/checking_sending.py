"""Whether messages can leave: a code that never arrives keeps people out, and they cannot tell anybody."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from core.localized_text import LocalizedText
from forms_service import checks_in_words as words
from forms_service.config import Config
from forms_service.sending import EMAIL, SMS
from forms_service.sending.choosing import carriers_for
from forms_service.sending.mail_server import MailServer
from forms_service.sending.sms_gateway import SmsGateway

_PATIENCE_S = 5.0


def look_at_mail(config: Config) -> Iterator[tuple[str, LocalizedText]]:
    """The mail server answers and lets the service in."""
    carrier = carriers_for(config.sending, config.mailbox_folder)[EMAIL]
    if not isinstance(carrier, MailServer):
        yield ("ok" if config.demo else "warn"), words.MAILBOX
        return
    try:
        carrier.greet()
    except (OSError, smtplib.SMTPException) as error:
        yield "fail", words.NO_MAIL.fill(host=carrier.host, port=carrier.port, error=type(error).__name__)
    else:
        yield "ok", words.MAIL.fill(host=carrier.host, port=carrier.port)


def look_at_sms(config: Config) -> Iterator[tuple[str, LocalizedText]]:
    """The SMS gateway's host answers; no message is sent for it, for each costs."""
    carrier = carriers_for(config.sending, config.mailbox_folder)[SMS]
    if not isinstance(carrier, SmsGateway):
        yield ("ok" if config.demo else "warn"), words.SMS_HERE
        return
    address = urlsplit(carrier.address)
    host, port = address.hostname or "", address.port or (443 if address.scheme == "https" else 80)
    try:
        socket.create_connection((host, port), timeout=_PATIENCE_S).close()
    except OSError as error:
        yield "fail", words.NO_SMS.fill(host=host, port=port, error=type(error).__name__)
    else:
        yield "ok", words.SMS.fill(host=host, port=port)
