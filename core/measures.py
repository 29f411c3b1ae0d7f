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
        arabic: For one (the bare noun first), two, few (3 to 10) and many (11 to 99), and for two within a
            sentence. Of a number with hundreds only the last two digits count: 108 أيام, 126 يوما, 200 يوم.
    """

    places: int
    french: tuple[str, str]
    arabic: tuple[str, str, str, str, str]


UNITS: Mapping[str, Unit] = {
    "MAD": Unit(2, ("DH", "DH"), ("درهم واحد", "درهمان", "دراهم", "درهما", "درهمين")),
    "%": Unit(2, ("%", "%"), ("%", "%", "%", "%", "%")),
    "days": Unit(0, ("jour", "jours"), ("يوم واحد", "يومان", "أيام", "يوما", "يومين")),
    "weeks": Unit(0, ("semaine", "semaines"), ("أسبوع واحد", "أسبوعان", "أسابيع", "أسبوعا", "أسبوعين")),
    "months": Unit(0, ("mois", "mois"), ("شهر واحد", "شهران", "أشهر", "شهرا", "شهرين")),
    "years": Unit(0, ("an", "ans"), ("سنة واحدة", "سنتان", "سنوات", "سنة", "سنتين")),
    "hours": Unit(0, ("heure", "heures"), ("ساعة واحدة", "ساعتان", "ساعات", "ساعة", "ساعتين")),
    "children": Unit(0, ("enfant", "enfants"), ("طفل واحد", "طفلان", "أطفال", "طفلا", "طفلين")),
    "steps": Unit(0, ("tranche", "tranches"), ("شريحة واحدة", "شريحتان", "شرائح", "شريحة", "شريحتين")),
    "ordinal": Unit(0, ("", ""), ("", "", "", "", "")),
    "share": Unit(4, ("", ""), ("", "", "", "", "")),
    "date": Unit(0, ("", ""), ("", "", "", "", "")),
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


def measured(
    value: object, unit: str, *, all_places: bool = False, in_sentence: bool = False
) -> LocalizedText:
    """A figure with its unit; what is no figure (a share such as 2/3) stands as it is written.

    Args:
        all_places: Write 300,00 rather than 300, as in accounts.
        in_sentence: It follows a preposition or a noun, as in «داخل أجل»: Arabic then says شهرين, not شهران.
    """
    if unit == "date":
        return _day(str(value))
    found = exact(value)
    if found is None or unit not in UNITS or (isinstance(value, str) and "/" in value):
        return LocalizedText(str(value), str(value))
    if unit == "share" and found.denominator != 1:
        return LocalizedText(str(found), str(found))
    kept = rounded_to(found, unit)
    places = UNITS[unit].places if unit == "MAD" else 0
    digits = figure(kept, places, whole_allowed=not all_places)
    if unit == "%":
        return LocalizedText(f"{digits}%", f"{digits}{_NO_BREAK}%")
    words = UNITS[unit]
    french = words.french[0] if abs(found) < 2 else words.french[1]
    return LocalizedText(
        _counted(kept, digits, words.arabic, in_sentence=in_sentence),
        f"{digits}{_NO_BREAK}{french}".strip(_NO_BREAK),
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


def _counted(
    number: Decimal, digits: str, words: tuple[str, str, str, str, str], *, in_sentence: bool
) -> str:
    one, two, few, many, two_in_sentence = words
    if not one:
        return digits
    if digits == "1":
        return one
    if digits == "2":
        return two_in_sentence if in_sentence else two
    last = int(abs(number)) % 100
    if number != number.to_integral_value() or last < 3:
        return f"{digits}{_NO_BREAK}{one.split()[0]}"
    return f"{digits}{_NO_BREAK}{few if last <= 10 else many}"


def _day(text: str) -> LocalizedText:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return LocalizedText(text, text)
    written = f"{day:%d/%m/%Y}"
    return LocalizedText(written, written)
