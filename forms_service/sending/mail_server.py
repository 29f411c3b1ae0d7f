"""E-mail through a mail server (SMTP), encrypted where the setting says so."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

from forms_service.sending import Letter, NotSent

PLAIN, STARTTLS, TLS = "smtp", "smtp+starttls", "smtps"
USUAL_PORTS = {PLAIN: 25, STARTTLS: 587, TLS: 465}
PATIENCE_S = 20.0


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in, and as whom.

    Attributes:
        kind: ``smtp`` (a server on this machine), ``smtp+starttls`` or ``smtps``.
        sender: Address that people see as the sender.
        password: Asked for when a message leaves, so that no dump of settings shows it.
        trust: Certificates to trust beside the system's, as a PEM file.
    """

    host: str
    port: int
    kind: str
    sender: str
    user: str = ""
    password: Callable[[], str] = lambda: ""
    trust: str | None = None

    def send(self, letter: Letter) -> None:
        """Hand one message in.

        Raises:
            NotSent: For good when the server will never take this address or message.
        """
        try:
            with self._connected() as server:
                if self.user:
                    server.login(self.user, self.password())
                server.send_message(self._worded(letter))
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise NotSent("recipient refused", for_good=all(500 <= code < 600 for code in codes)) from None
        except smtplib.SMTPDataError as error:
            raise NotSent(f"refused {error.smtp_code}", for_good=error.smtp_code >= 500) from None
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(type(error).__name__) from None

    def greet(self) -> None:
        """Make sure that the server answers and lets this service in, without sending anything.

        Raises:
            OSError: It does not answer.
            smtplib.SMTPException: It refuses.
        """
        with self._connected() as server:
            if self.user:
                server.login(self.user, self.password())
            server.noop()

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.trust:
            context.load_verify_locations(self.trust)
        if self.kind == TLS:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=PATIENCE_S, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=PATIENCE_S)
        if self.kind == STARTTLS:
            try:
                server.starttls(context=context)
            except BaseException:
                server.close()
                raise
        return server

    def _worded(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = letter.address
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = f"<{letter.id}@{self.sender.rpartition('@')[2].rstrip('>')}>"
        message["Content-Language"] = letter.language
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message
