"""A real time-stamping authority on loopback: OpenSSL answers what it is asked, behind a small web server."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_CONFIG = """
[tsa]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
certs = {folder}/root.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


@dataclass
class Authority:
    """Where it answers, and what to trust to believe it."""

    url: str
    root: Path
    asked: list[bytes] = field(default_factory=list)
    answers: bool = True


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    """An authority with keys of its own, until the end of the block."""
    folder.mkdir(parents=True, exist_ok=True)
    _make_keys(folder)
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder))
    found: list[Authority] = []

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            found[0].asked.append(asked)
            if not found[0].answers:
                self.send_error(503)
                return
            (folder / "query.tsq").write_bytes(asked)
            command = ["openssl", "ts", "-reply", "-queryfile", str(folder / "query.tsq"), "-section", "tsa"]
            command += ["-config", str(folder / "tsa.cnf"), "-out", str(folder / "answer.tsr")]
            subprocess.run(command, check=True, capture_output=True)
            answer = (folder / "answer.tsr").read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    found.append(Authority(f"http://127.0.0.1:{server.server_port}/tsr", folder / "root.pem"))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield found[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def _make_keys(folder: Path) -> None:
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("Autorité d'essai", root_key, root_key, None)
    signer = _certificate("Horodatage d'essai", key, root_key, root)
    (folder / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (folder / "signer.pem").write_bytes(signer.public_bytes(serialization.Encoding.PEM))
    (folder / "signer.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now, is_root = datetime.now(UTC), issuer is None
    usage = dict.fromkeys(["key_encipherment", "data_encipherment", "key_agreement", "encipher_only"], False)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=400))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_root,
                content_commitment=False,
                key_cert_sign=is_root,
                crl_sign=is_root,
                decipher_only=False,
                **usage,
            ),
            critical=True,
        )
    )
    if not is_root:
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        built = built.add_extension(purposes, critical=True)
    return built.sign(by, hashes.SHA256())
