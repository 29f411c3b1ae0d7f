"""Checking receipts on line: genuine or not, and whether they still count; revoking them.

A signature cannot know what happened after it was made.  The service does: it keeps every receipt
it issued, so it can say that a later one took the place of this one, or that the fund revoked it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.dossier import DossierState
from core.errors import DossierError
from core.localized_text import LocalizedText
from core.receipt import (
    DepositReceipt,
    ReceiptDocument,
    RevocationReason,
    Standing,
    canonical_json,
    normalize_reference,
)
from forms_service.config import MEBIBYTE, ReadingLimits
from forms_service.messages import say
from forms_service.reading_process import ReadingFailed, ReadingRequest, run_reading
from forms_service.services.base import UseCases
from forms_service.services.few_at_once import FewAtOnce
from forms_service.services.views import Actor, PublicReceipt, ReceiptStanding
from forms_service.storage.dossiers import DossierRepository
from forms_service.storage.models import DossierRow, ReceiptRevocationRow
from forms_service.storage.privacy_models import ErasureRow
from forms_service.virus_scan import ScanVerdict

REVOKERS = ("reviewer", "operator")
LONGEST_NOTE = 1000
"""Characters of the fund's note on a revocation: a few sentences."""

_LONGEST_SHOWN = 40
_LEAST_OF_DIGEST = 16
"""Digits of a receipt's digest that its signed code holds."""
_SCAN_LIMITS = ReadingLimits(
    wall_seconds=20.0, cpu_seconds=15, memory_bytes=2048 * MEBIBYTE, output_bytes=8 * MEBIBYTE
)
_SCANS = FewAtOnce(2)
"""Anybody may send a picture, without signing in: only so many are looked at at once."""


@dataclass(frozen=True, slots=True)
class ReceiptCheck:
    """What is known of a file or code somebody sent: its signature, and whether the receipt still counts.

    Attributes:
        verification: ``forms_service.receipts.Verification``.
        standing: None unless the receipt is genuine.
        receipt: What a code led to; None for files, and where no dossier is kept.
    """

    verification: Any
    standing: ReceiptStanding | None
    receipt: PublicReceipt | None = None

    @property
    def outcome(self) -> str:
        """The one word that decides what the page says."""
        if self.standing is None or self.standing.standing in (Standing.IN_FORCE, Standing.UNRECORDED):
            return str(self.verification.verdict)
        return str(self.standing.standing)


@dataclass(frozen=True, slots=True)
class Revoked:
    """What was revoked: how many receipts of one reference, when and why."""

    reference: str
    receipts: int
    at: datetime
    reason: RevocationReason


def operator(name: str) -> Actor:
    """Whoever runs commands on the service's own computer."""
    return Actor("operator", name, frozenset({"operator"}))


class ReceiptChecks(UseCases):
    """What anybody may ask about a receipt, and taking one back."""

    def check_receipt_pdf(self, data: bytes) -> ReceiptCheck:
        """Tell whether a file is a receipt of ours, unaltered, and whether it still counts.

        Of a photo or scan of the paper, what its QR code says is told.
        """
        from forms_service.receipts import ReceiptVerdict, verify

        found: list[Mapping[str, Any]] = []

        def names(pdf: bytes) -> Iterable[str]:
            found.append(self._found_on_paper(pdf))
            return [str(one) for one in found[0].get("names") or ()]

        verification = verify(data, *self._trusted_keys(), names=names)
        if verification.verdict is ReceiptVerdict.UNKNOWN and not verification.cut_off:
            seen = found[0] if found else self._found_on_paper(data)
            return self._check_picture(data, seen) or ReceiptCheck(verification, None)
        if verification.payload is None:
            return ReceiptCheck(verification, None)
        payload = verification.payload
        digest = hashlib.sha256(canonical_json(payload)).hexdigest()
        with self.database.reading() as session:
            return ReceiptCheck(verification, _standing(session, str(payload["reference"]), digest))

    def check_receipt_code(self, reference: str, code: str) -> ReceiptCheck:
        """Tell of the code on a sheet what a check of its file would tell.

        The short printed code only means something for receipts whose dossier is kept here; the QR
        code is signed, so it is genuine or altered wherever its receipt was issued from.
        """
        from forms_service.receipts import Checked, ReceiptVerdict, Verification, verify_code

        receipt = self.receipt_by_reference(reference, code)
        if receipt is not None:
            genuine = Verification(ReceiptVerdict.GENUINE, checked=Checked.CODE)
            return ReceiptCheck(genuine, receipt.standing, receipt)
        signed = verify_code(code, *self._trusted_keys())
        genuine = Verification(ReceiptVerdict.GENUINE, checked=Checked.CODE)
        if signed.payload is None:
            erased = self._erased_standing(normalize_reference(reference), code)
            return ReceiptCheck(genuine, erased) if erased else ReceiptCheck(signed, None)
        if signed.payload["reference"] != normalize_reference(reference):
            return ReceiptCheck(Verification(ReceiptVerdict.ALTERED, checked=Checked.CODE), None)
        erased = self._erased_standing(signed.payload["reference"], str(signed.payload["digest"]))
        return ReceiptCheck(signed, erased or ReceiptStanding(Standing.UNRECORDED))

    def receipt_by_reference(self, reference: str, code: str) -> PublicReceipt | None:
        """What anybody who holds the receipt may see; None unless reference and code both fit.

        The code is the short one printed beside the reference, or the long signed one of the QR code.
        """
        known = normalize_reference(reference)
        if known is None:
            return None
        with self.database.reading() as session:
            row = DossierRepository(session).find_by_reference(known)
            issued = _issued(session, row)
            receipt = next((one for one in issued if self._holds_receipt(code, one)), None)
            if row is None or receipt is None:
                return None
            return PublicReceipt(
                reference=receipt.reference,
                request_type=receipt.request_type,
                deposited_at=receipt.deposited_at,
                state=DossierState(row.state),
                received=sum(one.count for one in receipt.received),
                missing=sum(one.count for one in receipt.missing),
                completed_at=receipt.completed_at,
                standing=_standing(session, known, receipt.digest()),
            )

    def receipt_standing(self, actor: Actor, dossier_id: str) -> ReceiptStanding | None:
        """Whether the latest receipt of a dossier still counts; None before the deposit."""
        with self.database.reading() as session:
            row = self.get_dossier(session, actor, dossier_id)
            issued = _issued(session, row)
            return _standing(session, row.reference, issued[-1].digest()) if issued else None

    def revoke_receipts(
        self, actor: Actor, reference: str, reason: RevocationReason, note: str = ""
    ) -> Revoked:
        """Take back every receipt issued so far for a reference; a later one is not concerned.

        Whoever checks one of them on line is told that it was revoked, when and for what reason; the
        note stays in the fund.  What was deposited is untouched.

        Raises:
            DossierError: ``not_allowed``, ``note_too_long``, ``no_such_receipt``, ``already_revoked``.
        """
        self.require_role(actor, *REVOKERS)
        note = note.strip().replace("\r\n", "\n")
        if len(note) > LONGEST_NOTE:
            raise DossierError(say("note_too_long", longest=LONGEST_NOTE), code="note_too_long")
        known = normalize_reference(reference)
        with self.database.writing() as session:
            repository = DossierRepository(session)
            row = repository.find_by_reference(known, to_change=True) if known else None
            issued = _issued(session, row)
            if row is None or not issued:
                shown = reference[:_LONGEST_SHOWN]
                raise DossierError(say("no_such_receipt", reference=shown), code="no_such_receipt")
            revoked = repository.revocations(row.id)
            digests = [one.digest() for one in issued if one.digest() not in revoked]
            if not digests:
                raise DossierError(say("already_revoked", reference=row.reference), code="already_revoked")
            details = {"reason": reason.value, "receipts": digests}
            at = self.touch(session, row, actor, "receipt_revoked", details)
            for digest in digests:
                session.add(
                    ReceiptRevocationRow(
                        dossier_id=row.id,
                        digest=digest,
                        reason=reason.value,
                        note=note,
                        revoked_by=actor.name if "operator" in actor.roles else actor.id,
                        revoked_at=at,
                    )
                )
            return Revoked(row.reference, len(digests), at, reason)

    # --- details --------------------------------------------------------------------------------

    def _erased_standing(self, reference: str | None, told: str) -> ReceiptStanding | None:
        """What has become of a receipt whose request was let go, by its printed code or how its digest begins."""
        with self.database.reading() as session:
            erased = session.scalar(select(ErasureRow).where(ErasureRow.reference == (reference or "")))
            for one in erased.receipts if erased is not None else ():
                is_code = hmac.compare_digest(_bare(told).encode(), _bare(one["code"]).encode())
                if is_code or (len(told) >= _LEAST_OF_DIGEST and one["digest"].startswith(told)):
                    return _standing(session, str(reference), one["digest"])
        return None

    def _check_picture(self, data: bytes, seen: Mapping[str, Any]) -> ReceiptCheck | None:
        """What the code on a photo or scan says; None for PDF files that show none."""
        from forms_service.receipts import verify_code

        code = str(seen.get("code") or "")
        if not code and b"%PDF-" in data[:1024]:
            return None
        signed = verify_code(code, *self._trusted_keys())
        if signed.payload is None:
            return ReceiptCheck(signed, None)
        return self.check_receipt_code(str(signed.payload["reference"]), code)

    def _found_on_paper(self, data: bytes) -> Mapping[str, Any]:
        """The text of the code, and the names within a PDF, read in a process of its own: it is anybody's file."""
        if self.adapters.scanner.scan(data).verdict is ScanVerdict.INFECTED:
            return {}
        config = self.adapters.config
        request = ReadingRequest("receipt", "receipt", str(config.spec_folder.resolve()))
        try:
            with _SCANS.turn(), run_reading(request, data, _SCAN_LIMITS, config.scratch_folder) as outcome:
                return outcome.result
        except ReadingFailed:
            return {}

    def _trusted_keys(self) -> tuple[Any, ...]:
        """Every key whose receipts count: the one in use and those it took over from."""
        from forms_service.receipt_keys import find_keys

        return find_keys(self.adapters.config.keys_folder)

    def _holds_receipt(self, code: str, receipt: DepositReceipt) -> bool:
        """Whether a code, printed or of the QR code, can only come from this very receipt."""
        given, expected = (_bare(one).encode() for one in (code, receipt.control_code()))
        if hmac.compare_digest(given, expected):
            return True
        from forms_service.receipt_codes import DIGEST_IN_CODE
        from forms_service.receipts import verify_code

        facts = verify_code(code, *self._trusted_keys()).payload
        if facts is None or facts.get("reference") != receipt.reference:
            return False
        return facts.get("digest") == receipt.digest()[:DIGEST_IN_CODE]


def _issued(session: Session, row: DossierRow | None) -> list[DepositReceipt]:
    """Every receipt of a dossier, the oldest first."""
    if row is None or row.receipt is None:
        return []
    earlier = [one.receipt for one in DossierRepository(session).earlier_receipts(row.id)]
    return [receipt_from_payload(one) for one in (*earlier, row.receipt)]


def _standing(session: Session, reference: str, digest: str) -> ReceiptStanding:
    """What has become of a genuine receipt; a revocation says more than a replacement."""
    repository = DossierRepository(session)
    row = repository.find_by_reference(reference)
    issued = [(one.digest(), one.issued_at) for one in _issued(session, row)]
    erased = session.scalar(select(ErasureRow).where(ErasureRow.reference == reference))
    if row is None and erased is not None:  # its receipts stay genuine when the request is let go
        issued = [(one["digest"], datetime.fromisoformat(one["at"])) for one in erased.receipts]
    place = next((number for number, (known, _) in enumerate(issued) if known == digest), None)
    dossier_id = row.id if row is not None else erased.dossier_id if erased is not None else None
    if dossier_id is None or place is None:
        return ReceiptStanding(Standing.UNRECORDED)
    replaced_on = issued[place + 1][1] if place + 1 < len(issued) else None
    revocation = repository.revocations(dossier_id).get(digest)
    if revocation is not None:
        reason = RevocationReason(revocation.reason)
        return ReceiptStanding(Standing.REVOKED, replaced_on, revocation.revoked_at, reason)
    return ReceiptStanding(Standing.REPLACED if replaced_on else Standing.IN_FORCE, replaced_on)


def receipt_from_payload(payload: Mapping[str, Any]) -> DepositReceipt:
    """The receipt that gave this payload."""

    def text(stored: Mapping[str, str]) -> LocalizedText:
        return LocalizedText(stored["ar"], stored["fr"])

    def lines(stored: list[Mapping[str, Any]]) -> tuple[ReceiptDocument, ...]:
        return tuple(
            ReceiptDocument(one["type"], text(one["label"]), one["count"], one["child"]) for one in stored
        )

    return DepositReceipt(
        reference=payload["reference"],
        form_id=payload["form"],
        form_version=payload["version"],
        applicant_name=text(payload["name"]),
        registration=payload["registration"],
        request_type=text(payload["request_type"]),
        deposited_at=datetime.fromisoformat(payload["deposited_at"]),
        received=lines(payload["received"]),
        missing=lines(payload["missing"]),
        physical_check=payload["physical_check"],
        completed_at=datetime.fromisoformat(payload["completed_at"]) if "completed_at" in payload else None,
        claimed=lines(payload.get("claimed", [])),
        affiliation=payload.get("affiliation", False),
    )


def _bare(code: str) -> str:
    return "".join(one for one in code.upper() if one.isascii() and one.isalnum())
