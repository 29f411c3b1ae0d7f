"""Dates as people and offices write them in Morocco: in digits, in French, in Moroccan Arabic.

Covers numeric dates (``12/03/1985``, ``1985-03-12``, ``١٩٨٥/٠٣/١٢``), French dates (``1er mars 1985``)
and Arabic ones with the month names used in Morocco (``12 غشت 1985``).  Hijri dates are recognised
and kept as such: Morocco sights its own moon, so turning them into Gregorian ones by table may err
by two days and is left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_DIGIT_FOLD = {
    ord(character): str(value)
    for digits in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹")
    for value, character in enumerate(digits)
}

_LETTER_FOLD = str.maketrans(
    {
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ى": "ي",
        "ة": "ه",
        "ؤ": "و",
        "ئ": "ي",
        "گ": "ك",
        "ک": "ك",
        "ی": "ي",
    }
)
_DROPPED = {
    "\u0640",
    "\u200e",
    "\u200f",
    "\u061c",
    "\u202a",
    "\u202b",
    "\u202c",
    "\u2066",
    "\u2067",
    "\u2068",
    "\u2069",
}

FRENCH_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
ARABIC_MONTHS = (
    "يناير", "فبراير", "مارس", "أبريل", "ماي", "يونيو",
    "يوليوز", "غشت", "شتنبر", "أكتوبر", "نونبر", "دجنبر",
)  # fmt: skip
HIJRI_MONTHS = (
    "محرم", "صفر", "ربيع الأول", "ربيع الثاني", "جمادى الأولى", "جمادى الثانية",
    "رجب", "شعبان", "رمضان", "شوال", "ذو القعدة", "ذو الحجة",
)  # fmt: skip

_OTHER_SPELLINGS: dict[str, int] = {
    "janv": 1, "fevr": 2, "fev": 2, "avr": 4, "juil": 7, "juill": 7, "sept": 9, "oct": 10,
    "nov": 11, "dec": 12, "january": 1, "february": 2, "march": 3, "april": 4, "june": 6, "july": 7,
    "august": 8,
    "september": 9, "october": 10, "november": 11, "december": 12,
    "ابريل": 4, "افريل": 4, "مايو": 5, "يونيه": 6, "يوليو": 7, "يوليه": 7, "اغسطس": 8, "اوت": 8,
    "سبتمبر": 9, "شتمبر": 9, "نوفمبر": 11, "ديسمبر": 12, "دسمبر": 12, "دجمبر": 12,
    "نومبر": 11, "فيفري": 2, "جانفي": 1,
}  # fmt: skip
_OTHER_HIJRI: dict[str, int] = {
    "ربيع النبوي": 3, "ربيع الاخر": 4, "جمادى الاخرة": 6, "جمادي الثاني": 6, "جمادي الاول": 5,
    "ذي القعدة": 11, "ذي الحجة": 12, "المحرم": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DateInText:
    """A Gregorian date found in a text, with where it stands."""

    day: date
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class HijriDate:
    """A Hijri date as written: never converted, only shown to a person."""

    year: int
    month: int
    day: int

    def isoformat(self) -> str:
        """Year, month and day, marked so that nobody takes it for a Gregorian date."""
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d} AH"


def fold_digits(text: str) -> str:
    """Turn Arabic-Indic and Persian digits into 0-9, character by character."""
    return text.translate(_DIGIT_FOLD)


def fold_letters(text: str) -> str:
    """Make spellings comparable: no accents, case, hamza, vowel marks or tatweel; one kind of blank.

    The result may be shorter than the text; use it to compare, never to store.
    """
    decomposed = unicodedata.normalize("NFKD", fold_digits(text.translate(_LETTER_FOLD)))
    kept = (
        character
        for character in decomposed
        if not unicodedata.combining(character) and character not in _DROPPED
    )
    return " ".join("".join(kept).translate(_LETTER_FOLD).casefold().split())


def _by_folded_name(names: tuple[str, ...], others: dict[str, int]) -> dict[str, int]:
    table = {fold_letters(name): number for number, name in enumerate(names, start=1)}
    table.update({fold_letters(name): number for name, number in others.items()})
    return table


_MONTHS = _by_folded_name(FRENCH_MONTHS, {}) | _by_folded_name(ARABIC_MONTHS, _OTHER_SPELLINGS)
_HIJRI = _by_folded_name(HIJRI_MONTHS, _OTHER_HIJRI)

_HIJRI_WITHOUT_BLANKS = {name.replace(" ", ""): number for name, number in _HIJRI.items()}


def _alternation(table: dict[str, int]) -> str:
    """The names, longest first; readers of pictures lose or add the blanks inside a name."""
    names = sorted(table, key=len, reverse=True)
    return "|".join(r"\s*".join(map(re.escape, name.split())) for name in names)


_SEPARATOR = r"\s?[/.\-\u2013]\s?"
_DAY_FIRST = re.compile(rf"(?<![\d/])(\d{{1,2}}){_SEPARATOR}(\d{{1,2}}){_SEPARATOR}(\d{{4}})(?!\d)")
_YEAR_FIRST = re.compile(rf"(?<!\d)(\d{{4}}){_SEPARATOR}(\d{{1,2}}){_SEPARATOR}(\d{{1,2}})(?![\d/])")
_SPACED = re.compile(r"(?<![\d/])(\d{2}) (\d{2}) (\d{4})(?!\d)")
_NAMED = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:er)?[\s\-./]*(?:من\s+)?(?:شهر\s+)?({_alternation(_MONTHS)})\.?[\s\-./]*(?:سنه\s+)?(\d{{4}})(?!\d)"
)
_NAMED_HIJRI = re.compile(
    rf"(?<!\d)(\d{{1,2}})\s*(?:من\s+)?(?:شهر\s+)?({_alternation(_HIJRI)})\s*(?:عام\s+|سنه\s+)?(1[234]\d\d)(?!\d)"
)


def find_dates(text: str) -> list[DateInText]:
    """Find every Gregorian date that exists, in the order of the text.

    Two-digit years are not guessed and years outside 1850-2150 are left out, which also keeps
    Hijri years (13xx-14xx) from being taken for Gregorian ones.  Offsets count characters of
    ``fold_letters(text)``.
    """
    folded = fold_letters(text)
    candidates = [*_numeric(folded), *_named(folded)]
    candidates.sort(key=lambda found: (found.start, -found.end))
    kept: list[DateInText] = []
    for found in candidates:
        if not kept or found.start >= kept[-1].end:
            kept.append(found)
    return kept


def find_hijri_dates(text: str) -> list[HijriDate]:
    """Find Hijri dates: a Hijri month's name, or digits followed by ``هـ``."""
    folded = fold_letters(text)
    found = [
        HijriDate(int(year), _HIJRI_WITHOUT_BLANKS[month.replace(" ", "")], int(day))
        for day, month, year in _NAMED_HIJRI.findall(folded)
    ]
    marked = re.finditer(r"(?<!\d)(\d{1,2})[/.\-](\d{1,2})[/.\-](1[234]\d\d)\s*ه(?!\w)", folded)
    found += [HijriDate(int(one[3]), int(one[2]), int(one[1])) for one in marked]
    return [one for one in found if 1 <= one.month <= 12 and 1 <= one.day <= 30]


def parse_date(text: str) -> date | None:
    """Read a text that is one date and nothing else; None when it is not."""
    folded = fold_letters(text)
    found = find_dates(folded)
    if len(found) == 1 and found[0].start == 0 and found[0].end == len(folded):
        return found[0].day
    return None


def _numeric(folded: str) -> Iterator[DateInText]:
    for pattern, order in ((_DAY_FIRST, (3, 2, 1)), (_YEAR_FIRST, (1, 2, 3)), (_SPACED, (3, 2, 1))):
        for match in pattern.finditer(folded):
            year, month, day = (int(match[index]) for index in order)
            yield from _existing(match, year, month, day)


def _named(folded: str) -> Iterator[DateInText]:
    for match in _NAMED.finditer(folded):
        yield from _existing(match, int(match[3]), _MONTHS[match[2]], int(match[1]))


def _existing(match: re.Match[str], year: int, month: int, day: int) -> Iterator[DateInText]:
    if not 1850 <= year <= 2150:
        return
    try:
        yield DateInText(date(year, month, day), match.start(), match.end())
    except ValueError:
        return
