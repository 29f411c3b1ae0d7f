"""Issue deposit receipts nobody can forge, and tell genuine ones from others, without a network.

A receipt is signed twice.  Its PDF carries a PAdES signature over every byte of the file, which any
PDF reader shows.  Its QR code carries the main facts with a signature of their own, so that a sheet
of paper can be checked too.

Whether a genuine receipt was replaced or revoked since, only the service that issued it knows:
``forms_service.services.receipt_checks``.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives import serialization

from core.localized_text import Language, LocalizedText
from core.receipt import DepositReceipt, canonical_json
from forms_service.receipt_codes import CODE_PREFIX, DIGEST_IN_CODE, SpoiltCode, facts_of_code, sign_code
from forms_service.receipt_keys import ReceiptKeys, Signer
from forms_service.receipt_signature import sign, signed_whole
from forms_service.render.receipt_facts import read_stated
from forms_service.render.receipt_pdf import render_receipt

__all__ = [
    "CODE_PREFIX",
    "Checked",
    "ReceiptKeys",
    "ReceiptVerdict",
    "Signer",
    "Verification",
    "issue",
    "sign_code",
    "verify",
    "verify_code",
]

MARKER = "deposit-receipt"
MAX_RECEIPT_BYTES = 1024 * 1024
"""A receipt has some 60 kB; what is larger than this is none, and is not even looked at."""


class ReceiptVerdict(StrEnum):
    """What a check found."""

    GENUINE = "genuine"
    ALTERED = "altered"
    UNKNOWN = "unknown"


class Checked(StrEnum):
    """What was checked: the file that was issued, or only the code printed on a sheet."""

    FILE = "file"
    CODE = "code"


_MESSAGES = {
    (Checked.FILE, ReceiptVerdict.GENUINE): LocalizedText(
        ar="هذا الوصل صحيح: صدر عن الصندوق ولم يتغير منذ إصداره.",
        fr="Cet accusé est authentique : il a été émis par la Caisse et n’a pas changé depuis.",
    ),
    (Checked.FILE, ReceiptVerdict.ALTERED): LocalizedText(
        ar="يحمل هذا المستند علامة وصل صادر عن الصندوق، لكنه تغير بعد إصداره. لا تعتمدوا عليه: "
        "يبقى الإيداع الأصلي محفوظا لدى الصندوق، ويمكن تحميل الوصل من جديد من البوابة.",
        fr="Ce document porte la marque d’un accusé de la Caisse, mais il a été modifié après son émission. "
        "Ne vous y fiez pas : le dépôt d’origine reste conservé, et l’accusé peut être téléchargé à nouveau "
        "depuis le portail.",
    ),
    (Checked.FILE, ReceiptVerdict.UNKNOWN): LocalizedText(
        ar="لا يتعلق الأمر بوصل صادر عن هذه الخدمة. تأكدوا من اختيار الملف الذي تم تحميله من البوابة.",
        fr="Ce n’est pas un accusé émis par ce service. Vérifiez que vous avez choisi le fichier téléchargé "
        "depuis le portail.",
    ),
    (Checked.CODE, ReceiptVerdict.GENUINE): LocalizedText(
        ar="رمز هذا الوصل صحيح: وقعه الصندوق. قارنوا المعلومات التي يتضمنها بما هو مطبوع على الورقة، "
        "فقد يُنقل رمز صحيح إلى ورقة أخرى.",
        fr="Le code est authentique : la Caisse l’a signé. Comparez ce qu’il indique à ce qui est imprimé : "
        "un code authentique peut avoir été recopié sur une autre feuille.",
    ),
    (Checked.CODE, ReceiptVerdict.ALTERED): LocalizedText(
        ar="يحمل هذا الرمز علامة الصندوق، لكنه تغير أو لم يُقرأ كاملا. أعيدوا قراءته؛ وإن تكررت النتيجة فلا "
        "تعتمدوا على هذه الورقة.",
        fr="Ce code porte la marque de la Caisse, mais il a été modifié ou lu en partie. Relisez-le ; si le "
        "résultat est le même, ne vous fiez pas à cette feuille.",
    ),
    (Checked.CODE, ReceiptVerdict.UNKNOWN): LocalizedText(
        ar="لم نجد رمز وصل صادر عن هذه الخدمة. صوروا الرمز المربع كاملا وبوضوح ثم أعيدوا المحاولة.",
        fr="Aucun code d’accusé émis par ce service n’a été trouvé. Photographiez le code QR en entier et "
        "nettement, puis réessayez.",
    ),
}


_CUT_OFF = LocalizedText(
    ar="هذا الملف ناقص: انقطع قبل نهايته، فلا يمكن معرفة هل هو وصل صادر عن هذه الخدمة. حملوه من جديد من البوابة "
    "ثم أعيدوا إرساله.",
    fr="Ce fichier est incomplet : il s’arrête avant sa fin, et l’on ne peut pas savoir si c’est un accusé émis "
    "par ce service. Téléchargez-le à nouveau depuis le portail, puis renvoyez-le.",
)


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of a check.

    Attributes:
        payload: What the receipt states; only given when it is genuine, for nothing else can be relied on.
        cut_off: Whether the file is a PDF without its end: a download that broke off.
    """

    verdict: ReceiptVerdict
    payload: Mapping[str, object] | None = None
    checked: Checked = Checked.FILE
    cut_off: bool = False

    @property
    def message(self) -> LocalizedText:
        """What was found and what to do, for the person who asked."""
        if self.cut_off:
            return _CUT_OFF
        return _MESSAGES[self.checked, self.verdict]

    def as_dict(self) -> dict[str, object]:
        """The JSON shape."""
        return {
            "verdict": self.verdict.value,
            "checked": self.checked.value,
            "message": self.message.as_dict(),
            "receipt": dict(self.payload) if self.payload is not None else None,
        }


# --- issuing --------------------------------------------------------------------------------------


def issue(
    receipt: DepositReceipt, signer: Signer, *, language: Language = Language.AR, verify_url: str = ""
) -> bytes:
    """Give the signed PDF of a receipt.

    Args:
        language: The applicant's; it decides the title of the window.
        verify_url: Address that the QR code opens, the code being put after it; without one the QR
            code is the bare code, for the service's own scanner.
    """
    code = verify_url + sign_code(receipt, signer)
    keywords = f"{MARKER} {signer.keys.key_id} {receipt.reference}"
    field = f"{MARKER}-{signer.keys.key_id}"
    drawn = render_receipt(receipt, code, keywords=keywords, language=language, signature_field=field)
    return sign(drawn, signer, field)


# --- checking -------------------------------------------------------------------------------------


def names_in(pdf: bytes) -> list[str]:
    """Keywords and field names of a file, as far as it can be read; anybody's file, so within limits only."""
    return list(_names(pdf))


def verify(
    pdf: bytes, *trusted: Signer | ReceiptKeys, names: Callable[[bytes], Iterable[str]] = names_in
) -> Verification:
    """Tell whether a file is a receipt of ours, unchanged to the last byte.

    Never raises, whatever the file.

    Args:
        trusted: The signer in use, and earlier ones whose receipts still count.
        names: What the file names within itself, read where nothing it does can harm.
    """
    keys = _by_key_id(trusted)
    if not 0 < len(pdf) <= MAX_RECEIPT_BYTES or b"%PDF-" not in pdf[:1024]:
        return Verification(ReceiptVerdict.UNKNOWN)
    for known in keys.values():
        if signed_whole(pdf, known):
            stated = _stated(pdf, known)
            if stated is None:  # the identity signs other papers too
                return Verification(ReceiptVerdict.UNKNOWN)
            return Verification(ReceiptVerdict.GENUINE, stated)
    if any(_says_openly(pdf, known) for known in keys.values()):
        return Verification(ReceiptVerdict.ALTERED)
    named = list(names(pdf))
    if any(key_id in text for key_id in keys for text in named):
        return Verification(ReceiptVerdict.ALTERED)
    return Verification(ReceiptVerdict.UNKNOWN, cut_off=b"%%EOF" not in pdf[-1024:])


def _by_key_id(trusted: Iterable[Signer | ReceiptKeys]) -> dict[str, ReceiptKeys]:
    public = (one.keys if isinstance(one, Signer) else one for one in trusted)
    return {keys.key_id: keys for keys in public}


def _says_openly(pdf: bytes, keys: ReceiptKeys) -> bool:
    """Whether the file names our keys where everybody can read it."""
    name = keys.key_id
    certificate = keys.certificate.public_bytes(serialization.Encoding.DER).hex().encode()
    spellings = (name.encode(), name.encode("utf-16-be"), certificate)
    return any(spelling in pdf for spelling in spellings)


def _names(pdf: bytes) -> Iterator[str]:
    """Keywords and field names of a file, as far as it can be read."""
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(pdf))
        found = [str((reader.metadata or {}).get("/Keywords", "")), *(reader.get_fields() or {})]
    except Exception:  # a hostile file may break the reader in any way; it then claims nothing
        return
    yield from found


def _stated(pdf: bytes, keys: ReceiptKeys) -> Mapping[str, object] | None:
    """The facts that travel in a file signed by us; None when it is no receipt.

    An identity that was given may sign other papers elsewhere, so its signature alone does not make a
    receipt: the code in the file must be signed with the key that only this service has, for these
    very facts.  Receipts without it come from keys that were made here and sign nothing else.
    """
    try:
        found = read_stated(pdf)
        stated = json.loads(found.facts)
        digest = hashlib.sha256(canonical_json(stated)).hexdigest()
        signed = facts_of_code(found.code, {keys.key_id: keys}) if found.code else None
    except Exception:  # signed by us, but another kind of paper, which may be of any make
        return None
    if not isinstance(stated, dict) or not {"receipt", "reference"} <= stated.keys():
        return None
    if found.code:
        return stated if signed and signed["digest"] == digest[:DIGEST_IN_CODE] else None
    return stated if keys.made_here else None


def verify_code(text: str, *trusted: Signer | ReceiptKeys) -> Verification:
    """Tell whether the text of a QR code was signed by us; an address before the code is ignored.

    The facts are those of the printed sheet and must be compared with it: a genuine code can be
    copied onto another sheet.  Never raises.
    """
    try:
        facts = facts_of_code(text, _by_key_id(trusted))
    except SpoiltCode:
        return Verification(ReceiptVerdict.ALTERED, checked=Checked.CODE)
    verdict = ReceiptVerdict.UNKNOWN if facts is None else ReceiptVerdict.GENUINE
    return Verification(verdict, facts, Checked.CODE)
