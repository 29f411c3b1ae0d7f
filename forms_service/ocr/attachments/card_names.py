"""Names on cards: printed in capitals without any word around them, and on identity cards in the zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz

from core.dates_in_text import fold_letters
from forms_service.ocr.attachments.card_zone import card_zone
from forms_service.ocr.attachments.facts import Found, reads
from forms_service.ocr.attachments.labels import Labelled
from forms_service.ocr.attachments.names import arabic_words, full_name, latin_words
from forms_service.ocr.attachments.office_words import names_an_office
from forms_service.ocr.attachments.writing import PageWriting, Piece
from forms_service.ocr.name_scripts import is_same_name
from forms_service.ocr.page_text import PageWord

CARDS = ("identity_card", "residence_title")

UNLABELLED = 0.6
"""What a name is worth at most that nothing on the card calls one: never enough to contradict anybody."""


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
                if fold_letters(name.raw) == spelled.lower():
                    return Found(name.raw, 0.97)
                return Found(_sounding_as_in_arabic(page, spelled, name.raw), 0.7)
        return Found(spelled, 0.75)
    if len(front) >= 2:
        return Found(front[place].raw, front[place].confidence * 0.75)
    return None


def _sounding_as_in_arabic(page: PageWriting, in_zone: str, printed: str) -> str:
    """Of two spellings (O and Q look alike) the one that the card's Arabic says too; else the zone's."""
    pieces = [piece.text for row in page.arabic_rows for piece in row]
    heard = {one: any(is_same_name(one, piece) for piece in pieces) for one in (in_zone, printed)}
    return printed if heard[printed] and not heard[in_zone] else in_zone


def _card_name_ar(page: PageWriting, on: date, place: int) -> Found | None:
    """A card's Arabic name sounds as the Latin one; else it stands on the Latin one's row."""
    latin = _card_name(page, on, ("given_names", "surname")[place], place)
    if latin:
        for row in page.arabic_rows:
            for piece in row:
                name = arabic_words(Labelled(piece.words))
                if name and is_same_name(latin.raw, name.raw):
                    return Found(name.raw, max(name.confidence, 0.85))
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
    "caisse nationale de securite sociale",
    "securite sociale",
)


def _is_heading(folded: str) -> bool:
    return any(fuzz.partial_ratio(title, folded) > 80 for title in _HEADINGS)


reads("last", of=CARDS)(lambda page, on: _card_name(page, on, "surname", 1))
reads("first", of=CARDS)(lambda page, on: _card_name(page, on, "given_names", 0))
reads("last.ar", of=CARDS)(lambda page, on: _card_name_ar(page, on, 1))
reads("first.ar", of=CARDS)(lambda page, on: _card_name_ar(page, on, 0))


@reads("name", of=("cnss_card",))
def insured(page: PageWriting, on: date) -> Found | None:
    """Read whose card of the fund it is: as everywhere, else the line in capitals that names nobody else."""
    named = full_name(page, on)
    if named is not None:
        return named
    for row in page.rows:
        for piece in row:
            name = latin_words(Labelled(_in_capitals(piece)))
            is_office = names_an_office(piece.text) or _is_heading(fold_letters(piece.text))
            if name and 2 <= name.raw.count(" ") + 1 <= 4 and not is_office:
                return Found(name.raw, min(UNLABELLED, name.confidence))
    return None
