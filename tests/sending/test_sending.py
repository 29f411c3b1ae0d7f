"""Messages really leave: through a mail server, a gateway, or into the mailbox folder."""

from __future__ import annotations

import email.policy
import json
import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from forms_service.sending import Letter, NotSent
from forms_service.sending.choosing import SendingSettings, WrongSendingSetting, carriers_for, secret_of
from forms_service.sending.mail_server import MailServer
from forms_service.sending.mailbox import Mailbox, Terminal
from forms_service.sending.sms_gateway import FORM, SmsGateway

TEXT = "السلام عليكم،\n\nرمز التحقق هو: \u2066123456\u2069"
MAIL = Letter("abc123", "email", "naima@exemple.ma", "رمز التحقق", TEXT, "ar")
SMS = Letter("abc124", "sms", "0612345678", "", "Code : 123456 & à bientôt", "fr")


class Inbox:
    """What a mail server took in; it refuses one address for good and defers another."""

    def __init__(self) -> None:
        self.messages: list[Any] = []

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:
        if address.startswith("nobody"):
            return "550 no such mailbox"
        if address.startswith("full"):
            return "452 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, session, envelope) -> str:
        parsed = message_from_bytes(envelope.content, policy=email.policy.default)
        self.messages.append((parsed, session.ssl is not None, session.authenticated))
        return "250 taken"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def mail_port(inbox: Inbox) -> Iterator[int]:
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller.port
    controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def server(port: int, **more: Any) -> MailServer:
    return MailServer("127.0.0.1", port, "smtp", "caisse@exemple.ma", **more)


def test_a_mail_server_takes_arabic_words_as_they_are(inbox: Inbox, mail_port: int) -> None:
    server(mail_port).send(MAIL)
    ((message, _, _),) = inbox.messages
    assert (message["From"], message["To"]) == ("caisse@exemple.ma", "naima@exemple.ma")
    assert message["Subject"] == "رمز التحقق"
    assert message.get_content().split() == TEXT.split()
    assert message["Message-ID"] == "<abc123@exemple.ma>", "the same at every attempt"
    assert message["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(("address", "for_good"), [("nobody@exemple.ma", True), ("full@exemple.ma", False)])
def test_a_refused_address_is_given_up_and_a_full_mailbox_tried_again(
    mail_port: int, address: str, for_good: bool
) -> None:
    with pytest.raises(NotSent) as refused:
        server(mail_port).send(Letter("x", "email", address, "s", "t", "fr"))
    assert refused.value.for_good is for_good
    assert address not in str(refused.value)


def test_a_mail_server_that_is_down_is_tried_again() -> None:
    with pytest.raises(NotSent) as down:
        server(free_port()).send(MAIL)
    assert not down.value.for_good


def certificate(folder: Path) -> tuple[Path, Path]:
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return files


@pytest.fixture
def guarded_port(inbox: Inbox, tmp_path: Path) -> Iterator[int]:
    """A server that takes mail over TLS only, from whoever knows the password."""
    import ssl

    cert, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)

    def known(_server, _session, _envelope, _mechanism, said: LoginPassword) -> AuthResult:
        return AuthResult(success=(said.login, said.password) == (b"forms", b"s3cret"))

    controller = Controller(
        inbox,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=known,
    )
    controller.start()
    yield controller.port
    controller.stop()


def test_mail_is_handed_in_encrypted_and_with_a_password(
    inbox: Inbox, guarded_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "password").write_text("s3cret\n")
    monkeypatch.setenv("FORMS_MAIL_PASSWORD_FILE", str(tmp_path / "password"))
    settings = SendingSettings.from_environment(
        {
            "FORMS_MAIL": f"smtp+starttls://forms@127.0.0.1:{guarded_port}",
            "FORMS_MAIL_FROM": "caisse@exemple.ma",
            "FORMS_MAIL_CA": str(tmp_path / "cert.pem"),
        }
    )
    carriers_for(settings, tmp_path)["email"].send(MAIL)
    ((_, encrypted, authenticated),) = inbox.messages
    assert encrypted
    assert authenticated


def test_a_server_nobody_vouches_for_gets_nothing(inbox: Inbox, guarded_port: int) -> None:
    stranger = MailServer(
        "127.0.0.1", guarded_port, "smtp+starttls", "caisse@exemple.ma", "forms", lambda: "s3cret"
    )
    with pytest.raises(NotSent) as untrusted:
        stranger.send(MAIL)
    assert not untrusted.value.for_good
    assert inbox.messages == []


# --- SMS ----------------------------------------------------------------------------------------


class Gateway(ThreadingHTTPServer):
    """A loopback gateway that remembers what it was asked and answers as told."""

    def __init__(self) -> None:
        self.asked: list[tuple[dict[str, str], bytes]] = []
        self.answer = 202
        super().__init__(("127.0.0.1", 0), _Asked)


class _Asked(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((dict(self.headers), body))
        self.send_response(self.server.answer)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    server = Gateway()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def address(gateway: Gateway) -> str:
    return f"http://127.0.0.1:{gateway.server_address[1]}/sms"


def test_a_gateway_gets_the_fields_it_wants_as_json(gateway: Gateway) -> None:
    fields = "recipient={to}&body={text}&from=CNSS"
    SmsGateway(address(gateway), fields, token=lambda: "t0ken").send(SMS)
    ((headers, body),) = gateway.asked
    assert json.loads(body) == {"recipient": "+212612345678", "body": SMS.text, "from": "CNSS"}
    assert headers["Authorization"] == "Bearer t0ken"
    assert headers["Idempotency-Key"] == SMS.id


def test_a_gateway_gets_them_as_a_form_too(gateway: Gateway) -> None:
    SmsGateway(address(gateway), body=FORM).send(SMS)
    ((headers, body),) = gateway.asked
    assert parse_qs(body.decode()) == {"to": ["+212612345678"], "text": [SMS.text], "id": [SMS.id]}
    assert "Authorization" not in headers


@pytest.mark.parametrize(
    ("answer", "for_good"), [(400, True), (404, True), (408, False), (429, False), (500, False), (302, False)]
)
def test_only_a_wrong_request_is_given_up(gateway: Gateway, answer: int, for_good: bool) -> None:
    gateway.answer = answer
    with pytest.raises(NotSent) as refused:
        SmsGateway(address(gateway)).send(SMS)
    assert refused.value.for_good is for_good
    assert len(gateway.asked) == 1, "no number is sent on to another address"


# --- on this machine ----------------------------------------------------------------------------


def test_the_mailbox_keeps_each_message_once_for_its_owner_only(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path / "mailbox")
    for letter in (MAIL, SMS, MAIL):
        mailbox.send(letter)
    first, second = sorted((tmp_path / "mailbox").glob("*.txt"))
    assert "naima@exemple.ma" in first.read_text()
    assert "123456" in first.read_text()
    assert "0612345678" in second.read_text()
    assert first.stat().st_mode & 0o077 == 0
    assert (tmp_path / "mailbox").stat().st_mode & 0o077 == 0


def test_the_terminal_shows_them() -> None:
    out = StringIO()
    Terminal(out).send(MAIL)
    assert "رمز التحقق" in out.getvalue()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FORMS_MAIL", "mail.exemple.ma"),
        ("FORMS_MAIL", "smtp://"),
        ("FORMS_MAIL", "smtp://h:notaport"),
        ("FORMS_MAIL", "smtp://me:s3cret@mail.exemple.ma"),
        ("FORMS_SMS", "gateway"),
        ("FORMS_SMS", "ftp://gateway"),
    ],
)
def test_a_wrong_setting_is_named_at_the_start(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(WrongSendingSetting) as wrong:
        carriers_for(SendingSettings.from_environment({name: value}), tmp_path)
    assert name in wrong.value.message.fr
    assert name in wrong.value.message.ar
    assert "s3cret" not in wrong.value.message.fr


@pytest.mark.parametrize(
    "more", [{"FORMS_SMS_BODY": "xml"}, {"FORMS_SMS_FIELDS": "to={to}"}, {"FORMS_SMS_FIELDS": "text={text}"}]
)
def test_a_gateway_without_number_or_text_is_refused(tmp_path: Path, more: dict[str, str]) -> None:
    environment = {"FORMS_SMS": "https://gateway.exemple.ma/sms", **more}
    with pytest.raises(WrongSendingSetting):
        carriers_for(SendingSettings.from_environment(environment), tmp_path)


def test_secrets_come_from_a_file_before_the_environment(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from file\n")
    both = {"FORMS_SMS_TOKEN": "plain", "FORMS_SMS_TOKEN_FILE": str(tmp_path / "token")}
    assert secret_of("FORMS_SMS_TOKEN", both) == "from file"
    assert secret_of("FORMS_SMS_TOKEN", {"FORMS_SMS_TOKEN": "plain"}) == "plain"
    with pytest.raises(WrongSendingSetting):
        secret_of("FORMS_SMS_TOKEN", {"FORMS_SMS_TOKEN_FILE": str(tmp_path / "none")})
