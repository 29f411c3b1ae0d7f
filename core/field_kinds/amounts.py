"""Whole numbers, amounts in dirhams, and bank account numbers (RIB)."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from core.field_kinds.base import FieldKind, invalid, western_digits
from core.form_spec import FieldSpec
from core.localized_text import Language, Script
from core.placement import WidgetKind
from core.rib import is_valid_rib

_WRITTEN_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{0,2})?")


def _integer(text: str, spec: FieldSpec) -> int:
    digits = western_digits(text).replace(" ", "")
    if not re.fullmatch(r"[0-9]{1,9}", digits):
        raise invalid(
            "not_an_integer",
            "اكتبوا عددا صحيحا بالأرقام، مثلا 3.",
            "Écrivez un nombre entier, par exemple 3.",
        )
    number = int(digits)
    low = 0 if spec.minimum is None else spec.minimum
    if number < low or (spec.maximum is not None and number > spec.maximum):
        high = spec.maximum if spec.maximum is not None else "…"
        raise invalid(
            "out_of_range",
            f"يجب أن يكون العدد بين {low} و{high}.",
            f"Le nombre doit être entre {low} et {high}.",
        )
    return number


def _amount(text: str, _spec: FieldSpec) -> str:
    compact = re.sub(r"(?i)\s|dhs?|mad|درهم", "", western_digits(text)).replace("٫", ".").replace(",", ".")
    try:
        if not _WRITTEN_AMOUNT.fullmatch(compact):  # Decimal would read 1e9 and 1_000 too
            raise InvalidOperation
        amount = Decimal(compact)
    except InvalidOperation:
        raise invalid(
            "not_an_amount",
            "اكتبوا مبلغا بالدرهم، مثلا 1250,50.",
            "Écrivez un montant en dirhams, par exemple 1250,50.",
        ) from None
    return f"{amount:.2f}"


def _amount_on_screen(value: str, _spec: FieldSpec, language: Language) -> str:
    whole, _, cents = value.partition(".")
    grouped = f"{int(whole):,}".replace(",", "\u202f")
    unit = "درهم" if language is Language.AR else "DH"
    return f"{grouped},{cents} {unit}"


def _rib(text: str, _spec: FieldSpec) -> str:
    digits = re.sub(r"[\s.\-]", "", western_digits(text)).upper().removeprefix("RIB")
    if re.fullmatch(r"MA\d{26}", digits):
        digits = digits[4:]
    if not re.fullmatch(r"[0-9]{24}", digits):
        raise invalid(
            "not_a_rib",
            "رقم الحساب البنكي يتكون من 24 رقما.",
            "Le RIB comporte 24 chiffres.",
        )
    if not is_valid_rib(digits):
        raise invalid(
            "wrong_rib_key",
            "مفتاح رقم الحساب البنكي غير صحيح. تحققوا من كل الأرقام الأربعة والعشرين.",
            "La clé du RIB est fausse. Vérifiez les 24 chiffres.",
        )
    return digits


def _rib_on_screen(value: str, _spec: FieldSpec, _language: Language) -> str:
    return f"{value[:3]} {value[3:6]} {value[6:22]} {value[22:]}"


INTEGER = FieldKind(
    name="integer",
    check=_integer,
    sample=3,
    widget=WidgetKind.COMB,
    script=Script.LATN,
    charset="0123456789",
    cells=2,
    blank=None,
    input_mode="numeric",
)
AMOUNT = FieldKind(
    name="amount",
    check=_amount,
    sample="1250.50",
    script=Script.LATN,
    charset="0123456789.,",
    blank=None,
    input_mode="decimal",
    screen=_amount_on_screen,
)
RIB = FieldKind(
    name="rib",
    check=_rib,
    sample="007780000123456789012396",
    widget=WidgetKind.COMB,
    script=Script.LATN,
    charset="0123456789",
    cells=24,
    input_mode="numeric",
    screen=_rib_on_screen,
)
