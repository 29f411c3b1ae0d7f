"""Dates on a document, told apart by the words in front of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from core.dates_in_text import find_dates, fold_letters
from forms_service.ocr.attachments.card_zone import card_zone
from forms_service.ocr.attachments.facts import FactReader, Found, reads
from forms_service.ocr.attachments.writing import PageWriting, Piece

_CUES: dict[str, tuple[str, ...]] = {
    "birth": (
        *(
            "ne le",
            "nee le",
            "ne(e) le",
            "nele",
            "neele",
            "nee)le",
            "date de naissance",
            "de naissance",
            "ne a",
            "nee a",
        ),
        *(
            "المزداد",
            "المزداده",
            "مزداد",
            "مزداده",
            "تاريخ الازدياد",
            "الازدياد",
            "ولد",
            "ولدت",
            "تاريخ الولاده",
        ),
    ),
    "issued": (
        *("delivre", "fait a", "fait le", "etabli", "prononce", "en date du", "delivree", "date de l'examen"),
        *("حرر", "وحرر", "حررت", "سلمت", "سلم", "تاريخ الاصدار", "تاريخ التسليم", "صدر بتاريخ"),
    ),
    "expires": ("valable jusqu", "expire", "validite", "صالحه الي غايه", "الي غايه", "صالح الي"),
    "death": ("decede", "deces le", "date de deces", "date du deces", "توفي", "توفيت", "تاريخ الوفاه"),
    "other": ("periode", "du", "au", "depuis", "الموافق", "من", "dossier"),
    "event": ("وذلك بتاريخ", "طلقه واحده بتاريخ", "celebre le", "conclu le", "divorce le", "marie", "بتاريخ"),
}
ARABIC_CONFIDENCE = 0.65
"""Digits inside Arabic lines are often misread: what only the Arabic reading says stays doubtful."""

_REACH = 55
"""Characters a cue may stand before its date."""


@dataclass(frozen=True, slots=True)
class DatedRole:
    """A date and the role its nearest cue gives it."""

    role: str
    day: date
    confidence: float


def dated_roles(page: PageWriting) -> Iterator[DatedRole]:
    """Give every date of a page with its role; dates without a cue have the role ``none``."""
    for row in page.rows:
        yield from _roles_in_row(row)
    if page.is_read_as_arabic:
        yield from _roles_in_lines([" ".join(piece.text for piece in row) for row in page.arabic_rows])


def _roles_in_row(row: tuple[Piece, ...]) -> Iterator[DatedRole]:
    """A value in its own piece belongs to the label in the piece before it."""
    before = ""
    for piece in row:
        text = f"{before} {piece.text}"
        for found in find_dates(text):
            if found.end > len(fold_letters(before)):
                yield DatedRole(_role(fold_letters(text)[: found.start]), found.day, piece.confidence)
        before = piece.text


def _roles_in_lines(lines: list[str]) -> Iterator[DatedRole]:
    """In running text the cue may stand at the end of the line above."""
    for index, line in enumerate(lines):
        before = f"{fold_letters(lines[index - 1])} " if index else ""
        folded = before + fold_letters(line)
        for found in find_dates(folded):
            if found.start >= len(before):
                yield DatedRole(_role(folded[: found.start]), found.day, ARABIC_CONFIDENCE)


def _role(before: str) -> str:
    reach = f" {before[-_REACH:]}"
    best, place = "none", -1
    for role, cues in _CUES.items():
        for cue in cues:
            at = reach.rfind(f" {cue}")
            if at > place or (at == place >= 0 and best in ("event", "other")):
                best, place = role, at
    return "none" if place < 0 else _settled(best, reach[: place + 1])


def _settled(role: str, before: str) -> str:
    """A bare «بتاريخ» or «du» takes the role of the word in front of it, when one stands close."""
    if role not in ("event", "other"):
        return role
    near = before[-14:].split()
    for word in reversed(near):
        for other in ("birth", "issued", "death"):
            if word in _CUES[other] or any(cue == word for cue in _CUES[other]):
                return other
    return role


def _best(page: PageWriting, role: str) -> Found | None:
    """The date most often given that role; two readings that agree are surer."""
    votes: dict[date, list[float]] = {}
    for dated in dated_roles(page):
        if dated.role == role:
            votes.setdefault(dated.day, []).append(dated.confidence)
    if not votes:
        return None
    day, weights = max(votes.items(), key=lambda vote: (len(vote[1]), max(vote[1])))
    rivals = len(votes) - 1
    confidence = min(0.97, max(weights) * (0.9 + 0.08 * (len(weights) - 1))) - 0.15 * rivals
    return Found(day.isoformat(), confidence)


def _reader(role: str) -> FactReader:
    return lambda page, on: _best(page, role)


def _not_after(found: Found | None, on: date) -> Found | None:
    return found if found and date.fromisoformat(found.raw) <= on else None


reads("death")(_reader("death"))


@reads("issued")
def issued(page: PageWriting, on: date) -> Found | None:
    """Read the date of issue; nothing is issued after the day of reading."""
    return _not_after(_best(page, "issued"), on)


@reads("birth")
def birth(page: PageWriting, on: date) -> Found | None:
    """Read the date of birth; on cards the zone's check digit settles it."""
    zone = card_zone(page, on)
    if zone and zone.birth:
        return Found(zone.birth.isoformat(), 0.99 if zone.is_certain else 0.93)
    return _not_after(_best(page, "birth"), on)


@reads("expires")
def expires(page: PageWriting, on: date) -> Found | None:
    """Read the date of expiry; on cards the zone's check digit settles it."""
    zone = card_zone(page, on)
    if zone and zone.expiry:
        return Found(zone.expiry.isoformat(), 0.99 if zone.is_certain else 0.93)
    return _best(page, "expires")


@reads("married", "divorced")
def event(page: PageWriting, on: date) -> Found | None:
    """Read the day of a marriage or a divorce.

    An act names births, then the event, then its own writing: the event is the last date that is
    not the writing's.
    """
    dated = [one for one in dated_roles(page) if one.day <= on]
    written = {one.day for one in dated if one.role == "issued"}
    others = [one for one in dated if one.day not in written and one.role in ("event", "none", "other")]
    if not others:
        return None
    latest = max(others, key=lambda one: one.day)
    is_said = any(one.role == "event" and one.day == latest.day for one in others)
    return Found(
        latest.day.isoformat(),
        max(one.confidence for one in others if one.day == latest.day) * (1 if is_said else 0.7),
    )
