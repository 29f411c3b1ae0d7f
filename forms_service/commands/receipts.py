"""``forms-service receipt``: proof of deposit, its signing identity, its revocation."""

from __future__ import annotations

import getpass
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.errors import DossierError, UnreadableDocument
from core.localized_text import LocalizedText
from core.receipt import RevocationReason
from forms_service.commands.dossiers import judge, load_dossier
from forms_service.commands.shared import (
    INPUT_FILE,
    OUTPUT_FILE,
    catalogue,
    configuration,
    describe_problems,
    print_json,
    started_installation,
    write_output,
)

if TYPE_CHECKING:
    from forms_service.receipt_keys import ReceiptKeys
    from forms_service.receipts import Verification

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)

OFFLINE = LocalizedText(
    ar="تم هذا التحقق دون اتصال بالشبكة، فهو لا يبين هل عُوض هذا الوصل أو أُلغي بعد إصداره. لمعرفة ذلك: {address}",
    fr="Vérification faite sans réseau : elle ne dit pas si l’accusé a été remplacé ou annulé depuis. "
    "Pour le savoir : {address}",
)
SCAN_HINT = LocalizedText(
    ar="إذا كان الملف مسحا ضوئيا لوصل من ورق، فأضيفوا ‎--scan لقراءة رمزه المربع.",
    fr="Si c’est le scan d’un accusé en papier, ajoutez --scan : son code QR sera lu.",
)


@click.group()
def receipt() -> None:
    """Deposit receipts: issue, verify, revoke."""


@receipt.command("issue")
@click.argument("file", type=INPUT_FILE)
@click.option("-o", "--output", type=OUTPUT_FILE, help="File to write; - for stdout.")
@click.option("--physical-check", is_flag=True, help="The dossier was drawn for a check of its papers.")
def issue_receipt(file: Path, output: Path | None, physical_check: bool) -> None:
    """Issue the signed bilingual receipt of a dossier file, deposited now and judged today."""
    from core.deposit import receipt_for
    from core.receipt import new_reference
    from forms_service.receipt_identity import signer_for
    from forms_service.receipts import issue

    loaded = load_dossier(file)
    if loaded.parsed.problems:
        raise DossierError(f"{file}: {describe_problems(loaded.parsed.problems)}", code="bad_input")
    config = configuration()
    report = judge(loaded, datetime.now(config.zone()).date().isoformat())
    proof = receipt_for(
        loaded.spec,
        loaded.parsed.dossier,
        report,
        reference=new_reference(secrets.randbelow),
        deposited_at=datetime.now(config.zone()).replace(microsecond=0),
        physical_check=physical_check,
        types=catalogue().document_types(),
    )
    signer = signer_for(config.keys_folder, config.receipt_identity, config.receipt_passphrase)
    address = f"{config.public_url}/receipt/{proof.reference}/"
    write_output(issue(proof, signer, verify_url=address), output, f"receipt-{proof.reference}.pdf")


# --- verify ---------------------------------------------------------------------------------------


@receipt.command("verify")
@click.argument("file", type=INPUT_FILE, required=False)
@click.option("--code", help="Text of the QR code, with or without the address before it.")
@click.option("--scan", "is_scan", is_flag=True, help="FILE shows the paper: check its QR code.")
@click.option("--keys", type=FOLDER, help="Folder of the public keys to trust; the data folder's by default.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def verify_receipt(
    file: Path | None, code: str | None, is_scan: bool, keys: Path | None, as_json: bool
) -> int:
    """Say genuine, altered or unknown, without any network; exit code 1 unless genuine.

    FILE is the PDF that was issued, or a photo or scan of the paper, of which the QR code is checked.
    """
    from forms_service.receipt_keys import find_keys

    if (file is None) == (code is None):
        raise click.UsageError("give FILE or --code, one of them")
    config = configuration()
    trusted = find_keys(keys or config.keys_folder)
    result = _checked(file, code, is_scan, trusted)
    address = f"{config.public_url}/verify"
    if as_json:
        offline = {"message": OFFLINE.fill(address=address).as_dict(), "ask": address}
        print_json({**result.as_dict(), "offline": offline})
    else:
        _print_verification(result, address, hint=file is not None and not is_scan)
    return 0 if result.verdict.value == "genuine" else 1


def _checked(
    file: Path | None, code: str | None, is_scan: bool, trusted: tuple[ReceiptKeys, ...]
) -> Verification:
    from forms_service.receipts import verify, verify_code

    if file is None:
        return verify_code(code or "", *trusted)
    data = file.read_bytes()
    if b"%PDF-" in data[:1024] and not is_scan:
        return verify(data, *trusted)
    return verify_code(_code_on_paper(data, file), *trusted)


def _code_on_paper(data: bytes, file: Path) -> str:
    """The code seen on a photo or scan; nothing when there is none or the file is no picture."""
    from forms_service.ocr.page_images import iterate_pages
    from forms_service.ocr.receipt_code import find_code
    from forms_service.receipt_codes import CODE_PREFIX

    try:
        return find_code(iterate_pages(data, str(file)), CODE_PREFIX) or ""
    except UnreadableDocument:
        return ""


_SHOWN = (
    ("reference", LocalizedText("رقم الطلب", "Référence")),
    ("name", LocalizedText("الاسم", "Nom")),
    ("registration", LocalizedText("رقم التسجيل", "Immatriculation")),
    ("deposited_at", LocalizedText("تاريخ الطلب", "Date de la demande")),
    ("received", LocalizedText("الوثائق المودعة", "Documents reçus")),
    ("missing", LocalizedText("الوثائق الناقصة", "Documents manquants")),
)


def _print_verification(result: Verification, address: str, *, hint: bool) -> None:
    click.echo(result.verdict.value)
    for said in (result.message, *([SCAN_HINT] if hint and result.verdict.value == "unknown" else [])):
        click.echo(said.fr)
        click.echo(said.ar)
    if result.payload is None:
        return
    for name, label in _SHOWN:
        click.echo(f"  {label.fr} · {label.ar}: {_stated(result.payload, name)}")
    caution = OFFLINE.fill(address=address)
    click.echo(caution.fr)
    click.echo(caution.ar)


def _stated(payload: Mapping[str, Any], name: str) -> str:
    value = payload[name]
    if name == "deposited_at":  # as the paper has it; --json keeps the moment itself
        from forms_service.render.paper_sheets import moroccan_moment

        return moroccan_moment(datetime.fromisoformat(value))
    if isinstance(value, dict):
        return " · ".join(dict.fromkeys(one for one in (value["fr"], value["ar"]) if one))
    if isinstance(value, list):  # a file lists its documents, a code only counts them
        return str(sum(one["count"] for one in value))
    return str(value)


# --- revoke ---------------------------------------------------------------------------------------


@receipt.command("revoke")
@click.argument("reference")
@click.option(
    "--reason",
    required=True,
    type=click.Choice([one.value for one in RevocationReason]),
    help="Told in words to whoever checks the receipt.",
)
@click.option("--note", default="", help="What only the fund's history keeps.")
@click.option("--by", default=None, help="Who revokes; the name of this computer's user by default.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def revoke_receipt(reference: str, reason: str, note: str, by: str | None, as_json: bool) -> None:
    """Revoke the receipts issued so far for REFERENCE; checking them on line says so and why."""
    from forms_service.bootstrap import build
    from forms_service.services.receipt_checks import operator

    who = operator(by or _user_name())
    application = build(started_installation(configuration().database_url))
    try:
        revoked = application.services.revoke_receipts(who, reference, RevocationReason(reason), note)
    finally:
        application.close()
    if as_json:
        print_json(
            {
                "reference": revoked.reference,
                "receipts": revoked.receipts,
                "revoked_at": revoked.at.isoformat(),
                "reason": {"code": revoked.reason.value, **revoked.reason.label.as_dict()},
            }
        )
        return
    click.echo(f"{revoked.reference}: {revoked.receipts} × {revoked.reason.value}")
    click.echo(revoked.reason.label.fr)
    click.echo(revoked.reason.label.ar)


def _user_name() -> str:
    """Who runs the command, as the computer knows them.

    Raises:
        DossierError: ``who_revokes``: as in a container, whose user often has no name.
    """
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # each the answer of some release of Python
        raise DossierError(_WHO, code="who_revokes") from None


_WHO = LocalizedText(
    ar="ليس لمستخدم هذا الحاسوب اسم، ولا يُلغى وصل دون معرفة من ألغاه. لم يُلغ شيء. أضيفوا الاسم: ‎--by الاسم",
    fr="L'utilisateur de cet ordinateur n'a pas de nom, et aucun accusé n'est annulé sans que l'on sache "
    "par qui. Rien n'a été annulé. Ajoutez le nom : --by NOM",
)


# --- keys -----------------------------------------------------------------------------------------


@receipt.command("keys")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def copy_keys(folder: Path) -> None:
    """Write the public keys that check receipts, to hand to whoever checks offline."""
    from forms_service.receipt_identity import signer_for
    from forms_service.receipt_keys import find_keys, publish

    config = started_installation(configuration().receipt_identity, "keys")
    signer_for(config.keys_folder, config.receipt_identity, config.receipt_passphrase)
    for keys in {one.key_id: one for one in find_keys(config.keys_folder)}.values():
        publish(keys, folder)
        click.echo(f"{keys.key_id}  {keys.certificate.subject.rfc4514_string()}")


@receipt.command("identity")
@click.argument("output", type=OUTPUT_FILE)
@click.option(
    "--name", default="Accusés de dépôt (essai)", show_default=True, help="Named in the certificate."
)
@click.option("--passphrase-file", required=True, type=INPUT_FILE, help="File with the secret to protect it.")
@click.option(
    "--rsa", "rsa_bits", type=click.IntRange(2048, 8192), help="RSA key of so many bits, not P-256."
)
def make_identity_file(output: Path, name: str, passphrase_file: Path, rsa_bits: int | None) -> None:
    """Make a PKCS#12 identity to try FORMS_RECEIPT_IDENTITY with; nobody but itself vouches for it."""
    from forms_service.receipt_identity import make_identity

    if output.exists():
        raise click.UsageError(f"{output} exists; an identity is never overwritten")
    secret = passphrase_file.read_text(encoding="utf-8").rstrip("\r\n")
    if not secret:
        raise click.UsageError(f"{passphrase_file} is empty")
    output.touch(mode=0o600, exist_ok=False)
    output.write_bytes(make_identity(name, secret, rsa_bits=rsa_bits))
    click.echo(str(output))
