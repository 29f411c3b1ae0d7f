"""The proof of deposit: what it states, and the reference it is found by.

A receipt proves that something was deposited and when; it does not say that the dossier is complete,
so it lists what was received and what is still missing.  How it looks is ``render``'s affair, how it
is signed ``forms_service.receipts``'.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.localized_text import LocalizedText

RandomBelow = Callable[[int], int]
"""Gives an unpredictable whole number from 0 up to (not including) its argument: ``secrets.randbelow``."""

REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0, 1, I, L and O, which are taken for one another when a reference is dictated or typed.

There are 31, a prime: a weighted sum modulo 31 then catches every single mistake.
"""

REFERENCE_LENGTH = 12
_GROUP = 4

LONGEST_SERIES = 3
"""Leaves eight characters to chance: forty bits, which nobody guesses one of a thousand sheets by."""

PAYLOAD_VERSION = 1


def new_reference(random_below: RandomBelow, series: str = "") -> str:
    """Make a reference nobody can guess, such as ``7K3Q-9XMB-2FTR``.

    Eleven random characters (54 bits) and a check character, in groups that are easy to dictate.

    Args:
        random_below: Source of chance; ``secrets.randbelow`` outside tests.
        series: What the reference begins with, so that sheets printed together are recognised.

    Raises:
        ValueError: The series is too long, or has characters that references do without.
    """
    if not is_series(series):
        raise ValueError(f"{series!r} cannot begin a reference")
    size = len(REFERENCE_ALPHABET)
    chosen = REFERENCE_LENGTH - 1 - len(series)
    body = series + "".join(REFERENCE_ALPHABET[random_below(size)] for _ in range(chosen))
    return grouped(body + _check_character(body))


def new_references(random_below: RandomBelow, count: int, series: str = "") -> Iterator[str]:
    """References for sheets printed beforehand, all different, made one by one.

    A dossier begins under such a reference when its sheet comes back; nothing is stored before.

    Raises:
        ValueError: The series cannot begin a reference.
    """
    given: set[str] = set()
    while len(given) < count:
        reference = new_reference(random_below, series)
        if reference not in given:
            given.add(reference)
            yield reference


def is_series(text: str) -> bool:
    """Whether references can begin so: at most three letters or digits of their alphabet."""
    return len(text) <= LONGEST_SERIES and all(character in REFERENCE_ALPHABET for character in text)


def normalize_reference(text: str) -> str | None:
    """Give a typed reference its printed form; None when a character is wrong or missing.

    Small letters, spaces and missing hyphens are forgiven.
    """
    bare = "".join(text.upper().replace("-", " ").split())
    if len(bare) != REFERENCE_LENGTH or any(character not in REFERENCE_ALPHABET for character in bare):
        return None
    return grouped(bare) if _check_character(bare[:-1]) == bare[-1] else None


def grouped(bare: str) -> str:
    """A reference, or its beginning, as it is printed: in groups."""
    return "-".join(bare[start : start + _GROUP] for start in range(0, len(bare), _GROUP))


def _check_character(body: str) -> str:
    """Every weight differs, so a wrong character and two swapped ones both change the sum."""
    total = sum(
        weight * REFERENCE_ALPHABET.index(character) for weight, character in enumerate(body, start=1)
    )
    return REFERENCE_ALPHABET[total % len(REFERENCE_ALPHABET)]


@dataclass(frozen=True, slots=True)
class ReceiptDocument:
    """One line of what was received, or of what is missing.

    Attributes:
        type: Document type, as in the spec.
        child: The child it concerns (from 1), or None when it concerns the applicant.
    """

    type: str
    label: LocalizedText
    count: int = 1
    child: int | None = None

    def payload(self) -> dict[str, object]:
        """The JSON shape."""
        return {"type": self.type, "label": self.label.as_dict(), "count": self.count, "child": self.child}


@dataclass(frozen=True, slots=True)
class DepositReceipt:
    """What a deposit receipt states.

    Attributes:
        applicant_name: In Arabic and in Latin letters; the same twice when only one is known.
        registration: The applicant's registration number with the fund.
        deposited_at: Moment of the deposit, with its time zone.
        received: Documents that were deposited.
        missing: Documents still to be supplied.
        physical_check: Whether the paper file must be brought to an agency.
        completed_at: Moment of the complement that this receipt confirms; None on the first receipt.
        claimed: Documents said to be filed, or events said to be declared, earlier: to be verified.
        affiliation: Whether ``registration`` is an employer's affiliation number.
    """

    reference: str
    form_id: str
    form_version: int
    applicant_name: LocalizedText
    registration: str
    request_type: LocalizedText
    deposited_at: datetime
    received: tuple[ReceiptDocument, ...] = ()
    missing: tuple[ReceiptDocument, ...] = ()
    physical_check: bool = False
    completed_at: datetime | None = None
    claimed: tuple[ReceiptDocument, ...] = ()
    affiliation: bool = False

    def __post_init__(self) -> None:
        for moment in (self.deposited_at, self.completed_at):
            if moment is not None and moment.utcoffset() is None:
                raise ValueError("a receipt's moment of deposit needs a time zone")

    @property
    def issued_at(self) -> datetime:
        """When this receipt was drawn up: at the deposit, or at the complement."""
        return self.completed_at or self.deposited_at

    def payload(self) -> dict[str, object]:
        """Everything the receipt states, in JSON's own types.

        What is not stated is left out, so that the digests of receipts issued before stay the same.
        """
        stated: dict[str, object] = {
            "receipt": PAYLOAD_VERSION,
            "reference": self.reference,
            "form": self.form_id,
            "version": self.form_version,
            "name": self.applicant_name.as_dict(),
            "registration": self.registration,
            "request_type": self.request_type.as_dict(),
            "deposited_at": self.deposited_at.isoformat(timespec="seconds"),
            "received": [document.payload() for document in self.received],
            "missing": [document.payload() for document in self.missing],
            "physical_check": self.physical_check,
        }
        if self.completed_at is not None:
            stated["completed_at"] = self.completed_at.isoformat(timespec="seconds")
        if self.affiliation:
            stated["affiliation"] = True
        if self.claimed:
            stated["claimed"] = [document.payload() for document in self.claimed]
        return stated

    def canonical_json(self) -> bytes:
        """The one spelling of the payload that is hashed: sorted keys, no spaces, UTF-8."""
        return canonical_json(self.payload())

    def digest(self) -> str:
        """SHA-256 of what the receipt states, in hexadecimal."""
        return hashlib.sha256(self.canonical_json()).hexdigest()

    def control_code(self) -> str:
        """Short code printed beside the reference, to ask the service for the receipt's facts.

        Whoever asks must hold the paper: a reference overheard is not enough.
        """
        number = int(self.digest(), 16)
        size = len(REFERENCE_ALPHABET)
        bare = "".join(REFERENCE_ALPHABET[number // size**place % size] for place in range(2 * _GROUP))
        return grouped(bare)


class Standing(StrEnum):
    """What has become of a genuine receipt since it was issued."""

    IN_FORCE = "in_force"
    REPLACED = "replaced"
    REVOKED = "revoked"
    UNRECORDED = "unrecorded"


class RevocationReason(StrEnum):
    """Why a receipt no longer counts: a code, so that everybody is told the same in both languages.

    The wordings are read by whoever holds the receipt; what only concerns the fund is noted apart.
    """

    ISSUED_IN_ERROR = "issued_in_error"
    OTHER_PERSON = "other_person"
    WITHDRAWN = "withdrawn"
    IRREGULAR = "irregular"
    SIGNATURE = "signature"

    @property
    def label(self) -> LocalizedText:
        """The reason in words."""
        return _REASONS[self]


_REASONS = {
    RevocationReason.ISSUED_IN_ERROR: LocalizedText(ar="صدر الوصل خطأ", fr="accusé émis par erreur"),
    RevocationReason.OTHER_PERSON: LocalizedText(
        ar="لا يتعلق الطلب بالشخص المذكور في الوصل", fr="la demande ne concerne pas la personne nommée"
    ),
    RevocationReason.WITHDRAWN: LocalizedText(
        ar="سحب المعني بالأمر طلبه", fr="demande retirée par la personne concernée"
    ),
    RevocationReason.IRREGULAR: LocalizedText(
        ar="لم يحترم الإيداع الشروط المطلوبة", fr="dépôt non conforme aux conditions requises"
    ),
    RevocationReason.SIGNATURE: LocalizedText(
        ar="لم يعد التوقيع الإلكتروني لهذا الوصل موثوقا به",
        fr="la signature de l’accusé n’est plus digne de foi",
    ),
}


def canonical_json(payload: Mapping[str, object]) -> bytes:
    """Spell JSON the same way every time, so that equal facts have equal digests."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
