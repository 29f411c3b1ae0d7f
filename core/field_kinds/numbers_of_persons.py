"""Numbers people carry: registration with the fund, identity papers, phone, postal code."""

from __future__ import annotations

import re

from core.field_kinds.base import FieldKind, invalid, western_digits
from core.form_spec import FieldSpec
from core.localized_text import Language, Script
from core.placement import WidgetKind

DIGITS = "0123456789"
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _digits(text: str) -> str:
    return re.sub(r"[\s.\-/]", "", western_digits(text))


def _registration(text: str, spec: FieldSpec) -> str:
    digits = _digits(text)
    length = spec.comb or 9
    if not re.fullmatch(r"[0-9]+", digits) or len(digits) > length:
        raise invalid(
            "not_a_registration_number",
            f"رقم التسجيل يتكون من أرقام فقط، {length} أرقام على الأكثر، كما هو مكتوب في بطاقة الصندوق.",
            f"Le numéro d'immatriculation ne comporte que des chiffres, {length} au plus, "
            "comme sur la carte CNSS.",
        )
    return digits


def _affiliation(text: str, spec: FieldSpec) -> str:
    digits = _digits(text)
    length = spec.comb or 7
    if not re.fullmatch(r"[0-9]+", digits) or len(digits) > length:
        raise invalid(
            "not_an_affiliation_number",
            f"رقم الانخراط يتكون من أرقام فقط، {length} أرقام على الأكثر، كما هو مكتوب في مراسلات الصندوق.",
            f"Le numéro d'affiliation ne comporte que des chiffres, {length} au plus, "
            "comme sur les courriers de la CNSS.",
        )
    return digits


def _identity(text: str, spec: FieldSpec) -> str:
    compact = re.sub(r"[\s.\-/]", "", western_digits(text)).upper()
    longest = spec.comb or 10
    if not re.fullmatch(r"[A-Z0-9]+", compact) or not re.search(r"\d", compact) or len(compact) > longest:
        raise invalid(
            "not_an_identity_number",
            "اكتبوا رقم البطاقة كما هو مطبوع عليها: حرف أو حرفان ثم أرقام، مثلا AB123456.",
            "Écrivez le numéro comme il est imprimé sur la carte : une ou deux lettres puis des chiffres, "
            "par exemple AB123456.",
        )
    return compact


def _phone(text: str, _spec: FieldSpec) -> str:
    digits = re.sub(r"[\s.\-/()]", "", western_digits(text))
    digits = re.sub(r"^(?:\+|00)212(?:0?)", "0", digits)
    if not re.fullmatch(r"0[5-8]\d{8}", digits):
        raise invalid(
            "not_a_phone_number",
            "رقم الهاتف يتكون من 10 أرقام ويبدأ بـ 06 أو 07 أو 05، مثلا 0612345678.",
            "Le numéro de téléphone a 10 chiffres et commence par 06, 07 ou 05, par exemple 0612345678.",
        )
    return digits


def _postal_code(text: str, _spec: FieldSpec) -> str:
    digits = _digits(text)
    if not re.fullmatch(r"\d{5}", digits):
        raise invalid(
            "not_a_postal_code",
            "الرمز البريدي يتكون من 5 أرقام، مثلا 50000.",
            "Le code postal a 5 chiffres, par exemple 50000.",
        )
    return digits


def _phone_on_screen(value: str, _spec: FieldSpec, _language: Language) -> str:
    return " ".join(value[i : i + 2] for i in range(0, len(value), 2))


REGISTRATION_NUMBER = FieldKind(
    name="registration_number",
    check=_registration,
    sample="123456789",
    widget=WidgetKind.COMB,
    script=Script.LATN,
    charset=DIGITS,
    cells=9,
    input_mode="numeric",
)
AFFILIATION_NUMBER = FieldKind(
    name="affiliation_number",
    check=_affiliation,
    sample="1234567",
    widget=WidgetKind.COMB,
    script=Script.LATN,
    charset=DIGITS,
    cells=7,
    input_mode="numeric",
)
IDENTITY_NUMBER = FieldKind(
    name="identity_number",
    check=_identity,
    sample="AB123456",
    widget=WidgetKind.COMB,
    script=Script.LATN,
    charset=CAPITALS + DIGITS,
    cells=10,
)
PHONE = FieldKind(
    name="phone",
    check=_phone,
    sample="0612345678",
    widget=WidgetKind.COMB,
    script=Script.LATN,
    charset=DIGITS,
    cells=10,
    input_mode="tel",
    screen=_phone_on_screen,
)
POSTAL_CODE = FieldKind(
    name="postal_code",
    check=_postal_code,
    sample="50000",
    widget=WidgetKind.COMB,
    script=Script.LATN,
    charset=DIGITS,
    cells=5,
    input_mode="numeric",
)
