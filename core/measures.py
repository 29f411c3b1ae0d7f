"""Figures with their unit as people read them in each language: 12,89 %, 1 080 jours, 9 أشهر.

Figures are exact (integers, decimals, fractions), never floating point, and are rounded here only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from core.localized_text import LocalizedText

_GROUP = "\u202f"
_NO_BREAK = "\u00a0"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit and its words.

    Attributes:
        places: Decimals that a reckoned figure keeps; what lies beyond is rounded, a half upwards.
        french: Singular and plural.
        arabic: Singular, dual, plural of few (3 to 10), and the singular after larger numbers.
    """

    places: int
    french: tuple[str, str]
    arabic: tuple[str, str, str, str]


UNITS: Mapping[str, Unit] = {
    "MAD": Unit(2, ("DH", "DH"), ("درهم", "درهمان", "دراهم", "درهم")),
    "%": Unit(2, ("%", "%"), ("%", "%", "%", "%")),
    "days": Unit(0, ("jour", "jours"), ("يوم واحد", "يومان", "أيام", "يوما")),
    "weeks": Unit(0, ("semaine", "semaines"), ("أسبوع واحد", "أسبوعان", "أسابيع", "أسبوعا")),
    "months": Unit(0, ("mois", "mois"), ("شهر واحد", "شهران", "أشهر", "شهرا")),
    "years": Unit(0, ("an", "ans"), ("سنة واحدة", "سنتان", "سنوات", "سنة")),
    "hours": Unit(0, ("heure", "heures"), ("ساعة واحدة", "ساعتان", "ساعات", "ساعة")),
    "children": Unit(0, ("enfant", "enfants"), ("طفل واحد", "طفلان", "أطفال", "طفلا")),
    "steps": Unit(0, ("tranche", "tranches"), ("شريحة واحدة", "شريحتان", "شرائح", "شريحة")),
    "ordinal": Unit(0, ("", ""), ("", "", "", "")),
    "share": Unit(4, ("", ""), ("", "", "", "")),
    "date": Unit(0, ("", ""), ("", "", "", "")),
}
"""Every unit a shared parameter or a calculator may use.

``share`` is a part such as 2/3, ``ordinal`` a place in a row.
"""

Exact = int | Decimal | Fraction


def exact(value: object) -> Fraction | None:
    """A figure as it was written (``12.89``, ``2/3``), without loss; None when it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, Fraction, str)):
        return None
    try:
        return Fraction(str(value).strip())
    except (ValueError, ZeroDivisionError):
        return None


def rounded_to(value: Fraction, unit: str) -> Decimal:
    """The figure at the precision of its unit, a half away from zero: dirhams to the centime."""
    places = UNITS[unit].places
    count = (abs(value) * 10**places + Fraction(1, 2)).__floor__()
    return Decimal((int(value < 0 and count > 0), tuple(map(int, str(count))), -places))


def measured(value: object, unit: str, *, all_places: bool = False) -> LocalizedText:
    """A figure with its unit; what is no figure (a share such as 2/3) stands as it is written.

    Args:
        all_places: Write 300,00 rather than 300, as in accounts.
    """
    if unit == "date":
        return _day(str(value))
    found = exact(value)
    if found is None or unit not in UNITS or (isinstance(value, str) and "/" in value):
        return LocalizedText(str(value), str(value))
    if unit == "share" and found.denominator != 1:
        return LocalizedText(str(found), str(found))
    places = UNITS[unit].places if unit == "MAD" else 0
    digits = figure(rounded_to(found, unit), places, whole_allowed=not all_places)
    if unit == "%":
        return LocalizedText(f"{digits}%", f"{digits}{_NO_BREAK}%")
    words = UNITS[unit]
    french = words.french[0] if abs(found) < 2 else words.french[1]
    return LocalizedText(
        _counted(found, digits, words.arabic, unit), f"{digits}{_NO_BREAK}{french}".strip(_NO_BREAK)
    )


def figure(value: Decimal, places: int = 0, *, whole_allowed: bool = True) -> str:
    """Digits in groups with a decimal comma.

    Args:
        places: Decimals that are written when there are any.
        whole_allowed: Write a whole figure without decimals.
    """
    whole, _, decimals = f"{abs(value):f}".partition(".")
    decimals = decimals.rstrip("0")
    if decimals or not whole_allowed:
        decimals = decimals.ljust(places, "0")
    sign = "\u2212" if value < 0 else ""
    grouped = sign + f"{int(whole):,}".replace(",", _GROUP)
    return f"{grouped},{decimals}" if decimals else grouped


def _counted(found: Fraction, digits: str, words: tuple[str, str, str, str], unit: str) -> str:
    if not words[0]:
        return digits
    if unit == "MAD" or found.denominator != 1:
        return f"{digits}{_NO_BREAK}{words[3]}"
    number = abs(int(found))
    if number == 1:
        return words[0]
    if number == 2:
        return words[1]
    last = number % 100
    if 3 <= last <= 10:
        return f"{digits}{_NO_BREAK}{words[2]}"
    if last in (0, 1, 2) and number:
        return f"{digits}{_NO_BREAK}{words[0].split()[0]}"
    return f"{digits}{_NO_BREAK}{words[3]}"


def _day(text: str) -> LocalizedText:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return LocalizedText(text, text)
    written = f"{day:%d/%m/%Y}"
    return LocalizedText(written, written)
