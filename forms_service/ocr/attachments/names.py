"""Names of persons on a document, in both scripts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from rapidfuzz import fuzz

from core.dates_in_text import fold_letters
from core.localized_text import is_arabic_letter
from forms_service.ocr.attachments.card_zone import card_zone
from forms_service.ocr.attachments.facts import FactReader, Found, reads
from forms_service.ocr.attachments.labels import Labelled, find_labelled
from forms_service.ocr.attachments.writing import PageWriting, Piece
from forms_service.ocr.page_text import PageWord

_LATIN_WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ][A-Za-zÀ-ÖØ-öø-ÿ'’.-]*")
_ARABIC_MARKS = "،,:؛.«»"
_COMMA_AS_HAMZA = re.compile(r"(?<=[^اوي])ء$|(?<=[^اوي]ي)ء$")
"""A comma at a name's end is often read as a hamza; names that do end in one have a long vowel before it."""

MIN_WORD_CONFIDENCE = 0.35

LAST_FR, LAST_AR = ("Nom de famille", "Nom"), ("الاسم العائلي", "النسب")
FIRST_FR, FIRST_AR = ("Prénom", "Prénoms"), ("الاسم الشخصي",)
_ALL_FR = ("Prénom", "Nom", "Date de naissance", "N° CNI", "Né le", "Née le")
_AR_STOPS = (
    "المزداد",
    "المزدادة",
    "الحامل",
    "الحاملة",
    "مزداد",
    "ازداد",
    "تاريخ",
    "الساكن",
    "الساكنة",
    "من",
    "بتاريخ",
    "بعد",
    "رقم",
)


def latin_words(found: Labelled) -> Found | None:
    """The name at the head of what stands behind a label; unsure words end it."""
    kept = []
    for word in found.words:
        if not _LATIN_WORD.fullmatch(word.text.strip(",;:")) or word.confidence < MIN_WORD_CONFIDENCE:
            break
        kept.append(word)
    if not kept:
        return None
    return Found(" ".join(word.text.strip(",;:.") for word in kept), min(word.confidence for word in kept))


def arabic_words(found: Labelled) -> Found | None:
    """The Arabic name at the head of what stands behind a label."""
    kept = []
    for word in found.words:
        text = _COMMA_AS_HAMZA.sub("", word.text.strip(_ARABIC_MARKS))
        if not text:
            break
        if not all(map(is_arabic_letter, text)) or _is_stop(text):
            break
        kept.append((text, word.confidence))
        if word.text[-1] in _ARABIC_MARKS:
            break
    if not kept or len(kept) > 6:
        return None
    return Found(" ".join(text for text, _ in kept), min(0.9, min(confidence for _, confidence in kept)))


def _is_stop(text: str) -> bool:
    folded = fold_letters(text)
    return any(fuzz.ratio(folded, fold_letters(stop)) >= 85 for stop in _AR_STOPS)


def _first_latin(page: PageWriting, labels: Sequence[str]) -> Found | None:
    for found in find_labelled(page.rows, labels, stop_at=_ALL_FR):
        if (name := latin_words(found)) is not None:
            return name
    return None


def _first_arabic(page: PageWriting, labels: Sequence[str]) -> Found | None:
    for found in find_labelled(page.arabic_rows, labels):
        if (name := arabic_words(found)) is not None:
            return name
    return None


def _latin(labels: Sequence[str]) -> FactReader:
    return lambda page, on: _first_latin(page, labels)


def _arabic(labels: Sequence[str]) -> FactReader:
    return lambda page, on: _first_arabic(page, labels)


reads("last")(_latin(LAST_FR))
reads("first")(_latin(FIRST_FR))
reads("last.ar")(_arabic(LAST_AR))
reads("first.ar")(_arabic(FIRST_AR))
reads("father")(_latin(("Fils de", "Fille de", "Nom du père", "Père")))
reads("mother")(_latin(("et de", "Nom de la mère", "Mère")))
reads("father.ar")(_arabic(("ابن", "بنت", "اسم الأب", "الأب")))
reads("mother.ar")(_arabic(("و", "اسم الأم", "الأم")))
reads("husband.ar", of=("marriage_act",))(_arabic(("تزوج السيد", "السيد", "الزوج")))
reads("husband.ar", of=("divorce_act",))(_arabic(("أشهد السيد", "السيد", "المطلق")))
reads("wife.ar")(_arabic(("بالسيدة", "زوجته السيدة", "السيدة", "الزوجة", "المطلقة")))
reads("child.ar")(_arabic(("وصيا على", "وأقر بأن", "كفالة الطفل", "الطفلة", "الطفل", "القاصر")))
reads("husband")(_latin(("Époux", "L'époux")))
reads("wife")(_latin(("Épouse", "L'épouse")))


@reads("name")
def full_name(page: PageWriting, on: date) -> Found | None:
    """Read a person's full name: from its two labels, or from the sentence that names them."""
    first, last = _first_latin(page, FIRST_FR), _first_latin(page, LAST_FR)
    if first and last:
        return Found(f"{first.raw} {last.raw}", min(first.confidence, last.confidence))
    return _named_in_sentence(page) or _first_latin(
        page, ("Nom et prénom", "Titulaire du compte", "Titulaire")
    )


_SENTENCE = re.compile(
    r"(?:atteste(?:ns|nt|r)?|attestons|certifi(?:e|ons)|dit|déclare|Tuteur\s*:)\s*(?:que)?\s*(?:M\.|Mme|Monsieur|Madame)?\s*"
    r"((?:[A-ZÀ-Ö][A-Za-zÀ-ÿ'’-]+ ?){2,4}),?"
)


def _named_in_sentence(page: PageWriting) -> Found | None:
    for row in page.rows:
        for piece in row:
            match = _SENTENCE.search(piece.text)
            if match:
                return Found(match[1].strip(), min(0.85, piece.confidence))
    return None


@reads("name", of=("cheque_specimen",))
def cheque_holder(page: PageWriting, on: date) -> Found | None:
    """Read the holder of a cheque: the line of two or more capitalised words above the agency."""
    for above, row in pairwise(page.rows):
        if any(fold_letters(piece.text).startswith("agence") for piece in row) and above:
            name = latin_words(Labelled(above[0].words))
            if name and " " in name.raw:
                return Found(name.raw, name.confidence * 0.9)
    return None


@reads("name.ar")
def full_name_ar(page: PageWriting, on: date) -> Found | None:
    """Read a person's full Arabic name: from its two labels, or after «السيد»."""
    first, last = _first_arabic(page, FIRST_AR), _first_arabic(page, LAST_AR)
    if first and last:
        return Found(f"{first.raw} {last.raw}", min(first.confidence, last.confidence))
    return _first_arabic(page, ("بأن السيد", "عين السيد", "العدلين السيد", "أسندت إلى", "السيدة", "السيد"))


CARDS = ("identity_card", "residence_title")


@dataclass(frozen=True, slots=True)
class NameOnFront:
    """A name printed on a card's front, with the height it stands at."""

    found: Found
    top: int
    height: float


def _card_name(page: PageWriting, on: date, part: str, place: int) -> Found | None:
    """A card's name: the zone gives it without accents, the front confirms its spelling."""
    zone = card_zone(page, on)
    spelled = getattr(zone, part) if zone else ""
    front = [name.found for name in _names_on_front(page)]
    if spelled:
        for name in front:
            if fuzz.ratio(fold_letters(name.raw), spelled.lower()) >= 78:
                same = fold_letters(name.raw) == spelled.lower()
                return Found(name.raw if same else spelled, 0.97 if same else 0.7)
        return Found(spelled, 0.75)
    if len(front) >= 2:
        return Found(front[place].raw, front[place].confidence * 0.75)
    return None


def _card_name_ar(page: PageWriting, place: int) -> Found | None:
    """A card's Arabic name stands on the row of the Latin one."""
    front = _names_on_front(page)
    if len(front) < 2:
        return None
    for row in page.arabic_rows:
        if abs(row[0].top - front[place].top) < 0.9 * front[place].height:
            name = arabic_words(Labelled(row[0].words))
            if name:
                return Found(name.raw, name.confidence * 0.85)
    return None


def _names_on_front(page: PageWriting) -> list[NameOnFront]:
    """Rows in capitals between the card's heading and the date of birth: first name, then last."""
    names: list[NameOnFront] = []
    for row in page.rows:
        folded = fold_letters(" ".join(piece.text for piece in row))
        if re.search(r"\bnee? ?le\b|\b\d\d[. ]\d\d[. ]\d{4}\b", folded):
            break
        for piece in row:
            found = latin_words(Labelled(_in_capitals(piece)))
            if found and not _is_heading(folded):
                names.append(NameOnFront(found, piece.top, piece.height))
                break
    return names[-2:]


def _in_capitals(piece: Piece) -> tuple[PageWord, ...]:
    """The words in capitals of a piece; marks and the photograph's edge in front of them are dropped."""
    return tuple(
        word
        for word in piece.words
        if word.text == word.text.upper() and sum(map(str.isalpha, word.text)) >= 2 and word.confidence > 0.4
    )


_HEADINGS = (
    "royaume du maroc",
    "carte nationale",
    "carte de residence",
    "carte d'immatriculation",
    "titre de sejour",
)


def _is_heading(folded: str) -> bool:
    return any(fuzz.partial_ratio(title, folded) > 80 for title in _HEADINGS)


reads("last", of=CARDS)(lambda page, on: _card_name(page, on, "surname", 1))
reads("first", of=CARDS)(lambda page, on: _card_name(page, on, "given_names", 0))
reads("last.ar", of=CARDS)(lambda page, on: _card_name_ar(page, 1))
reads("first.ar", of=CARDS)(lambda page, on: _card_name_ar(page, 0))
