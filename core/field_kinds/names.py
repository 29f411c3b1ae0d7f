"""Names of persons, in Latin and in Arabic letters."""

from __future__ import annotations

from core.field_kinds.base import FieldKind, invalid
from core.form_spec import FieldSpec
from core.localized_text import Script, is_arabic_letter

_JOINERS = " '’-.ـ"
LATIN_LETTERS = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸàâäçéèêëîïôöùûüÿŒœÆæÑñÁáÍíÓóÚú"
)
ARABIC_LETTERS = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيگڭپڤ"


def _latin_name(text: str, _spec: FieldSpec) -> str:
    if any(is_arabic_letter(c) or not (c.isalpha() or c in _JOINERS) for c in text):
        raise invalid(
            "latin_letters_only",
            "اكتبوا هذا الاسم بالحروف اللاتينية فقط، بدون أرقام.",
            "Écrivez ce nom en lettres latines seulement, sans chiffres.",
        )
    return text.replace("’", "'")


def _arabic_name(text: str, _spec: FieldSpec) -> str:
    text = text.replace("ـ", "")
    if any(not (is_arabic_letter(c) or c in _JOINERS or "\u064b" <= c <= "\u0652") for c in text):
        raise invalid(
            "arabic_letters_only",
            "اكتبوا هذا الاسم بالحروف العربية فقط، بدون أرقام.",
            "Écrivez ce nom en lettres arabes seulement, sans chiffres.",
        )
    return text


LATIN_NAME = FieldKind(
    name="latin_name",
    check=_latin_name,
    sample="El Mansouri",
    script=Script.LATN,
    charset=LATIN_LETTERS + " '-.",
    max_length=40,
)
ARABIC_NAME = FieldKind(
    name="arabic_name",
    check=_arabic_name,
    sample="المنصوري",
    script=Script.ARAB,
    charset=ARABIC_LETTERS + " -",
    max_length=40,
)
