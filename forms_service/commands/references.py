"""References as people type them on the command line: taken in their printed form, or refused in words."""

from __future__ import annotations

import re

from core.errors import DossierError
from core.localized_text import LocalizedText
from core.receipt import normalize_reference

_LONGEST = 24
"""Characters of a reference that somebody else gives out; ours have fourteen."""

_SHOWN = 40


def printed_reference(reference: str) -> str:
    """A reference as it is printed: grouped when it is one of ours, in capitals; nothing stays nothing.

    Raises:
        DossierError: ``bad_reference``.
    """
    if not re.fullmatch(rf"[A-Za-z0-9-]{{0,{_LONGEST}}}", reference):
        raise DossierError(
            _UNPRINTABLE.fill(given=shortened(reference), longest=_LONGEST), code="bad_reference"
        )
    return normalize_reference(reference) or reference.upper()


def dossier_reference(given: str) -> str:
    """The reference of a dossier in its printed form; its check character must be right.

    Raises:
        DossierError: ``bad_reference``.
    """
    reference = normalize_reference(given)
    if reference is None:
        raise DossierError(_NOT_OURS.fill(given=shortened(given)), code="bad_reference")
    return reference


def shortened(text: str) -> str:
    """What somebody typed, to be shown back: its beginning is enough to know it by."""
    plain = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}…"


_UNPRINTABLE = LocalizedText(
    ar="المرجع «{given}» غير صالح. لم يُكتب شيء. استعملوا الحروف اللاتينية والأرقام والشرطة فقط، "
    "وعددها {longest} على الأكثر.",
    fr="« {given} » n'est pas une référence. Rien n'a été écrit. Donnez des lettres sans accent, "
    "des chiffres et des tirets seulement, {longest} au plus.",
)
_NOT_OURS = LocalizedText(
    ar="«{given}» ليس مرجع ملف صحيحا. لم يُكتب شيء. انقلوه كما هو مطبوع، مثل 6MWU-T4A5-HTG3، وتحققوا من كل "
    "حرف ورقم.",
    fr="« {given} » n'est pas une référence de dossier. Rien n'a été écrit. Recopiez-la telle qu'imprimée, "
    "comme 6MWU-T4A5-HTG3, et vérifiez chaque lettre et chiffre.",
)
