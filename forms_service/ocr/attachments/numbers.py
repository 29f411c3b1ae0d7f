"""Numbers on a document: identity, registration, account, rate, years, amounts, school year."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from weakref import WeakKeyDictionary

import cv2
import numpy as np

from core.dates_in_text import fold_digits, fold_letters
from core.rib import find_ribs
from forms_service.ocr.attachments.card_zone import card_zone
from forms_service.ocr.attachments.facts import Found, reads
from forms_service.ocr.attachments.labels import find_labelled
from forms_service.ocr.attachments.writing import PageWriting
from forms_service.ocr.engine import LineMode, text_engine
from forms_service.ocr.page_text import PageWord

READ_ONCE = 0.88
"""What a number is worth at most that nothing else on the page confirms."""

AMOUNT_TWICE, AMOUNT_ONCE, TORN_AMOUNT = 0.85, 0.7, 0.5

DIGITS, DIGIT_HEIGHT_PX = "0123456789", 34

_IDENTITY = re.compile(r"\b([A-Z]{1,2}) ?(\d{4,7})\b")
_RATE = re.compile(r"(\d{1,3})(?:[.,]\d{1,2})?\s*(?:%|٪|pour cent|في المايه|بالمايه|في الميه)")
_RATE_CUES = ("ipp", "incapacite", "taux", "عجز", "نسبه", "نسبته")
_YEARS = re.compile(r"(\d{1,2})\s*(?:ans|annees|سنوات|سنه|عاما)")
_YEARS_CUES = ("fond", "souterrain", "mine", "duree", "باطن", "المناجم", "مجموعه")
_SCHOOL_YEAR = re.compile(r"\b(20\d\d)\s*[/\-–]\s*(20\d\d)\b")
_INCOME = re.compile(
    r"revenu global imposable\D{0,30}?(\d{1,3}(?:[ .]\d{3})+(?:,\d{1,2})?|\d+(?:,\d{1,2})?)(?!\d)\s*(dh|dirhams?)?"
)
_AMOUNT = re.compile(r"\d[\d .]*(?:,\d{1,2})?")
_ACT = re.compile(
    r"(?:\bacte|(?<!\w)(?:رسم|عقد)(?: (?:الولاده|الوفاه|الازدياد|الزواج))?)"
    r" (?:n\W{0,2}|no|numero|رقم|عدد)\s?:? ?(\d{1,5})(?![\d/])"
    r"|(?:(?:n\W{0,3}|numero) ?(?:de l'|d') ?acte|رقم (?:الرسم|العقد))\s?:? ?(\d{1,5})(?![\d/])"
)
_FILE = re.compile(r"(?<![\d/])\d{1,5}/\d{4}/\d{2,4}(?![\d/])")
_REGISTRATION = re.compile(r"(?<!\d)(\d{9})(?!\d)")


def _lines(page: PageWriting) -> list[str]:
    lines = [" ".join(piece.text for piece in row) for row in page.rows]
    return lines + list(page.arabic.lines)


_accounts: WeakKeyDictionary[PageWriting, Found | None] = WeakKeyDictionary()


@reads("rib")
def account(page: PageWriting, on: date) -> Found | None:
    """Read the account whose key holds, once; two different ones on a page are nobody's certainty."""
    if page not in _accounts:
        _accounts[page] = _read_account(page)
    return _accounts[page]


def _read_account(page: PageWriting) -> Found | None:
    text = [" ".join(piece.text for piece in row) for row in page.rows]
    ribs = {rib for line in text for rib in find_ribs(_digits_only_confusions(line))}
    if not ribs:
        ribs = set(find_ribs(page.french.text))
    if not ribs:
        ribs = set(_ribs_read_again(page))
    if len(ribs) != 1:
        return None
    return Found(ribs.pop(), 0.98)


def _ribs_read_again(page: PageWriting) -> Iterator[str]:
    """Rows of many digits, read again as digits alone; the key says whether that went well."""
    for row in page.rows:
        words = [word for piece in row for word in piece.words if any(map(str.isdigit, word.text))]
        if not 14 <= sum(map(str.isdigit, "".join(word.text for word in words))) <= 60:
            continue
        for smoothing in (0.5, 1.1):
            again = (
                text_engine().read(_strip(page.pixels, words, smoothing), "eng", LineMode.LINE, DIGITS).text
            )
            yield from find_ribs(again)


def _strip(pixels: np.ndarray, words: Sequence[PageWord], smoothing: float) -> np.ndarray:
    """The words' row from the first to the last, enlarged to a steady height."""
    height = max(float(np.median([word.height for word in words])), 8.0)
    top = max(0, int(min(word.top for word in words) - 0.5 * height))
    bottom = int(max(word.top + word.height for word in words) + 0.5 * height)
    left = max(0, int(min(word.left for word in words) - height))
    right = int(max(word.left + word.width for word in words) + height)
    scale = DIGIT_HEIGHT_PX / height
    strip = cv2.resize(
        pixels[top:bottom, left:right], None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC
    )
    return cv2.GaussianBlur(strip, (0, 0), smoothing)


def _digits_only_confusions(line: str) -> str:
    """O and l inside a run of digits are 0 and 1; elsewhere letters stay."""
    return re.sub(r"(?<=\d)[OoIl|](?=[\d ])", lambda match: "0" if match[0] in "Oo" else "1", line)


@reads("number", of=("identity_card", "residence_title"))
def card_number(page: PageWriting, on: date) -> Found | None:
    """Read a card's national number: printed and in the zone; only when both agree is it certain."""
    zone = card_zone(page, on)
    in_zone = zone.national_number if zone else None
    printed = _printed_numbers(page)
    if in_zone and in_zone in printed:
        return Found(in_zone, 0.99)
    if in_zone and zone and "composite" in zone.checked:
        # One check digit lets one misreading in ten pass, and repairing looks for those that pass.
        return Found(in_zone, 0.6 if printed else 0.75 if zone.repaired else READ_ONCE)
    if printed:
        most = max(printed, key=printed.count)
        return Found(most, 0.9 if printed.count(most) > 1 else 0.75)
    return Found(in_zone, 0.6) if in_zone else None


@reads("number", of=("income_certificate",))
def identity_number(page: PageWriting, on: date) -> Found | None:
    """Read the identity number a certificate names."""
    for found in find_labelled(page.rows, ("N° CNI", "CNI n°", "CIN")):
        if match := _IDENTITY.search(found.text.upper()):
            return Found(match[1] + match[2], min(READ_ONCE, found.confidence))
    return None


def _printed_numbers(page: PageWriting) -> list[str]:
    numbers = []
    for row in page.rows:
        for piece in row:
            if "<" in piece.text:
                continue
            numbers += [match[1] + match[2] for match in _IDENTITY.finditer(piece.text.upper())]
    return numbers


@reads("registration")
def registration(page: PageWriting, on: date) -> Found | None:
    """Read the fund's registration number: nine digits, behind its label where there is one."""
    labels = (
        "N° d'immatriculation de l'assuré(e)",
        "N° d'immatriculation",
        "N° d'immatriculation CNSS",
        "Immatriculation",
    )
    for found in find_labelled(page.rows, labels):
        if match := _REGISTRATION.search(found.text.replace(" ", "")):
            return Found(match[1], min(READ_ONCE, found.confidence))
    numbers = {match[1] for line in _lines(page) for match in _REGISTRATION.finditer(line)}
    return Found(numbers.pop(), 0.6) if len(numbers) == 1 else None


@reads("ipp_rate")
def incapacity_rate(page: PageWriting, on: date) -> Found | None:
    """Read the rate of permanent incapacity; readings in both languages that agree are surer."""
    rates = _cued(_lines(page), _RATE, _RATE_CUES)
    plausible = [rate for rate in rates if 1 <= int(rate) <= 100]
    return _agreed(plausible)


@reads("years_underground")
def underground_years(page: PageWriting, on: date) -> Found | None:
    """Read how many years somebody worked underground."""
    return _agreed([years for years in _cued(_lines(page), _YEARS, _YEARS_CUES) if 0 < int(years) <= 60])


def _cued(lines: list[str], pattern: re.Pattern[str], cues: tuple[str, ...]) -> list[str]:
    """Numbers on a line that bears one of the cues, or whose line above does."""
    found, above = [], ""
    for line in lines:
        folded = fold_letters(line)
        if any(cue in folded or cue in above for cue in cues):
            found += [str(int(match[1])) for match in pattern.finditer(folded)]
        above = folded
    return found


def _agreed(values: list[str]) -> Found | None:
    if not values:
        return None
    most = max(values, key=values.count)
    if len(set(values)) == 1:
        return Found(most, 0.95 if len(values) > 1 else 0.85)
    return Found(most, 0.5)


@reads("school_year")
def school_year(page: PageWriting, on: date) -> Found | None:
    """Read the school year: two years that follow each other."""
    for line in _lines(page):
        for match in _SCHOOL_YEAR.finditer(fold_digits(line)):
            first, second = sorted((int(match[1]), int(match[2])))
            if second == first + 1:
                return Found(f"{first}/{second}", 0.93)
    return None


@reads("income")
def income(page: PageWriting, on: date) -> Found | None:
    """Read the taxable overall income in dirhams; its thousands may stand apart or on the next line."""
    words = [word for row in page.rows for piece in row for word in piece.words]
    folded = [fold_letters(word.text) for word in words]
    if match := _INCOME.search(" ".join(folded)):
        is_whole = match[2] is not None or "," in match[1]
        sure = _confidence_at(match.span(1), words, folded)
        return Found(_amount(match[1]), min(sure, _worth(match[1], page) if is_whole else TORN_AMOUNT))
    for found in find_labelled(page.rows, ("Revenu global imposable",)):
        if match := _AMOUNT.search(found.text):
            return Found(_amount(match[0]), min(_worth(match[0], page), found.confidence))
    return None


def _worth(written: str, page: PageWriting) -> float:
    """An amount has no check digit: only one that stands twice on the page deserves some trust."""
    amounts = [_amount(match[0]) for line in _lines(page) for match in _AMOUNT.finditer(fold_digits(line))]
    stands = sum(float(one.rstrip(".") or 0) == float(_amount(written)) for one in amounts)
    return AMOUNT_TWICE if stands > 1 else AMOUNT_ONCE


def _confidence_at(span: tuple[int, int], words: Sequence[PageWord], folded: Sequence[str]) -> float:
    """The confidence of the weakest word that reaches into a span of the words put together."""
    start, weakest = 0, 1.0
    for word, text in zip(words, folded, strict=True):
        if start < span[1] and start + len(text) > span[0]:
            weakest = min(weakest, word.confidence)
        start += len(text) + 1
    return weakest


def _amount(written: str) -> str:
    return written.replace(" ", "").replace(".", "").replace(",", ".")


@reads("year")
def fiscal_year(page: PageWriting, on: date) -> Found | None:
    """Read the year an income was made in."""
    for found in find_labelled(page.rows, ("Année", "Exercice", "Au titre de l'année")):
        if match := re.search(r"\b(19|20)\d\d\b", found.text):
            return Found(match[0], min(READ_ONCE, found.confidence))
    return None


@reads("act")
def act_number(page: PageWriting, on: date) -> Found | None:
    """Read the number of an act in its register."""
    numbers = [match[1] or match[2] for line in _lines(page) for match in _ACT.finditer(fold_letters(line))]
    if numbers:
        return Found(max(numbers, key=numbers.count), 0.85 if len(set(numbers)) == 1 else 0.5)
    for found in find_labelled(page.rows, ("N° de l'acte", "Numéro de l'acte", "Acte numéro", "Acte N°")):
        if match := re.search(r"\d{1,5}", found.text):
            return Found(match[0], min(READ_ONCE, found.confidence))
    return None


@reads("number", of=("ipp_judgment",))
def file_number(page: PageWriting, on: date) -> Found | None:
    """Read a court file's number."""
    for found in find_labelled(page.rows, ("Dossier N°", "Jugement N°")):
        if match := re.search(r"\d+(?:/\d+)+", found.text):
            return Found(match[0], min(READ_ONCE, found.confidence))
    numbers = {match[0] for line in _lines(page) for match in _FILE.finditer(fold_digits(line))}
    return Found(numbers.pop(), 0.7) if len(numbers) == 1 else None
