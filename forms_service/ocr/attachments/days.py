"""Dates on a document, told apart by the words in front of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from core.dates_in_text import find_dates, find_hijri_dates, fold_letters
from forms_service.ocr.attachments.card_zone import card_zone
from forms_service.ocr.attachments.day_lines import with_day_digits
from forms_service.ocr.attachments.facts import FactReader, Found, reads
from forms_service.ocr.attachments.writing import PageWriting, Piece

_CUES: dict[str, tuple[str, ...]] = {
    "birth": (
        *(
            "ne le",
            "nee le",
            "ne(e) le",
            "ne(e) a",
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
            "المولود",
            "المولوده",
            "المزداده",
            "مزداد",
            "مزداده",
            "تاريخ الازدياد",
            "الازدياد",
            "ولد",
            "ولدت",
            "ازداد",
            "ازدادت",
            "تاريخ الولاده",
        ),
    ),
    "issued": (
        *("delivre", "fait a", "fait le", "etabli", "prononce", "en date du", "delivree", "date de l'examen"),
        *("date de delivrance", "expedition", "edite", "signe le"),
        *(
            "ضمن",
            "قيد",
            "صدر",
            "سلمت",
            "وسلم",
            "حرر",
            "وحرر",
            "حررت",
            "سلمت",
            "سلم",
            *("قيدت", "خاطب", "خوطب", "صدرت", "سجل", "سجلت", "ادرج", "ادرجت", "كتب", "ضمنت"),
            "تاريخ الاصدار",
            "تاريخ التسليم",
            "صدر بتاريخ",
        ),
    ),
    "expires": ("valable jusqu", "expire", "validite", "صالحه الي غايه", "الي غايه", "صالح الي"),
    "death": (
        "decede",
        "deces le",
        "date de deces",
        "date du deces",
        "توفي",
        "توفيت",
        "تاريخ الوفاه",
        "وفاته",
        "وفاتها",
    ),
    "other": ("periode", "du", "au", "depuis", "الموافق", "من", "dossier"),
    "event": (
        *(
            "date du mariage",
            "date de mariage",
            "date du divorce",
            "celebre le",
            "conclu le",
            "divorce le",
            "marie",
        ),
        *("تاريخ الزواج", "تاريخ الطلاق", "وذلك بتاريخ", "طلقه واحده بتاريخ", "بتاريخ"),
    ),
}
ARABIC_CONFIDENCE = 0.65
"""Digits inside Arabic lines are often misread: what only the Arabic reading says stays doubtful."""

SURE_ARABIC, SURE_ARABIC_CONFIDENCE = 0.85, 0.8
"""A line that both Arabic readers, or the better one surely, read alike deserves more."""

_REACH = 55
"""Characters a cue may stand before its date."""


_RECENT_DAYS = 400
"""An unnamed date older than this is hardly the day a paper handed in now was issued."""


@dataclass(frozen=True, slots=True)
class DatedRole:
    """A date and the role its nearest cue gives it."""

    role: str
    day: date
    confidence: float


def dated_roles(page: PageWriting) -> Iterator[DatedRole]:
    """Give every date of a page with its role; dates without a cue have the role ``none``."""
    above = ""
    for row in page.rows:
        yield from _roles_in_row(row, above)
        above = _behind_the_last_date(row[0].text) if len(row) == 1 else ""
    yield from _roles_in_lines(page.arabic_rows)


def _behind_the_last_date(text: str) -> str:
    """What a line says after its last date: a sentence may go on below it («né(e)» / «le 3 mai 1990»)."""
    folded = fold_letters(text)
    return folded[max((found.end for found in find_dates(folded)), default=0) :]


def _roles_in_row(row: tuple[Piece, ...], above: str = "") -> Iterator[DatedRole]:
    """A value in its own piece belongs to the label in the piece before it."""
    before = above
    for piece in row:
        text = f"{before} {piece.text}"
        for found in find_dates(text):
            if found.end > len(fold_letters(before)):
                folded = fold_letters(text)
                role = _role(folded[: found.start])
                if role not in _SAID_BEFORE:
                    role = _said_behind(folded[found.end :]) or role
                yield DatedRole(role, found.day, piece.confidence)
        before = piece.text


def _roles_in_lines(rows: Sequence[Sequence[Piece]]) -> Iterator[DatedRole]:
    """In running text the cue may stand at the end of the line above."""
    lines = [" ".join(piece.text for piece in row) for row in rows]
    for index, line in enumerate(lines):
        before = f"{fold_letters(lines[index - 1])} " if index else ""
        folded = before + with_day_digits(fold_letters(line))
        sure = min(piece.confidence for piece in rows[index]) >= SURE_ARABIC
        for found in find_dates(folded):
            if found.start >= len(before):
                confidence = SURE_ARABIC_CONFIDENCE if sure else ARABIC_CONFIDENCE
                role = _role(folded[: found.start])
                if role not in _SAID_BEFORE:
                    role = _said_behind_in_arabic(folded[found.end :]) or role
                yield DatedRole(role, found.day, confidence)


_SAID_BEFORE = ("birth", "death")
"""«né le 12 mars 1950, est décédé le…»: what stands before a day outweighs what follows it."""


def _said_behind(after: str) -> str | None:
    """The role a verb right behind a date gives it: «le 3 juin 2025 est décédé(e)»."""
    match = re.match(r"\W{0,3}(?:est|a ete) (decede|nee?\b|ne\(e\)|conclu|celebre)", after)
    if match is None:
        return None
    return {"decede": "death", "conclu": "event", "celebre": "event"}.get(match[1], "birth")


def _said_behind_in_arabic(after: str) -> str | None:
    """As ``_said_behind``: «بتاريخ ٣ ماي ٢٠١٩ ازداد»."""
    match = re.match(r"\W{0,3}(?:قد )?(ازداد|ازدادت|ولد|ولدت|توفيت|توفي)(?!\w)", after)
    return None if match is None else "death" if match[1].startswith("توف") else "birth"


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
    """A bare «بتاريخ» or «du» takes the role of the last word before it that gives one."""
    if role not in ("event", "other"):
        return role
    sentence = before[-_REACH_OF_VERB:].rsplit(". ", 1)[-1]
    for word in reversed(sentence.split()):
        for other in ("birth", "issued", "death"):
            if word in _CUES[other] or word.removeprefix("و") in _CUES[other]:
                return other
        if any(map(str.isdigit, word)):
            break
    return role


_REACH_OF_VERB = 34
"""«حررت هذه النسخة بتاريخ»: the verb may stand some words before."""


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
    """Read the date of issue; nothing is issued after the day of reading.

    Without a word that says so it is the latest day on the page, if that stands alone in a line that
    names a place: «Fès, le 12/01/2026».
    """
    return _not_after(_best(page, "issued"), on) or _latest(page, on, ("none", "other"))


@reads(
    "issued", of=("filiation_act", "adoul_certificate", "guardianship_act", "adoption_act", "ipp_judgment")
)
def written(page: PageWriting, on: date) -> Found | None:
    """Read the day an act was written; a bare «بتاريخ» can mean no other, for such an act tells of no event."""
    return _not_after(_best(page, "issued"), on) or _latest(page, on, ("none", "other", "event"))


def _latest(page: PageWriting, on: date, roles: Sequence[str]) -> Found | None:
    past = [one for one in dated_roles(page) if one.day <= on]
    latest = max(past, key=lambda one: one.day, default=None)
    if latest is None or latest.role not in roles or (on - latest.day).days > _RECENT_DAYS:
        return None
    return Found(latest.day.isoformat(), min(0.6, latest.confidence))


@reads("birth")
def birth(page: PageWriting, on: date) -> Found | None:
    """Read the date of birth; on cards the zone's check digit settles it."""
    zone = card_zone(page, on)
    if zone and zone.birth:
        return Found(zone.birth.isoformat(), 0.99 if zone.is_certain else 0.93)
    return _not_after(_best(page, "birth"), on)


_YOUNGEST_INSURED_DAYS = 15 * 365
_OTHER_ROLES = ("issued", "expires", "death", "event")


@reads("birth", of=("cnss_card",))
def birth_of_insured(page: PageWriting, on: date) -> Found | None:
    """Read the date of birth on the fund's card: said, or the one day without any other role that is long ago."""
    said = birth(page, on)
    if said is not None:
        return said
    dated = list(dated_roles(page))
    taken = {one.day for one in dated if one.role in _OTHER_ROLES}
    old = {
        one.day: one.confidence
        for one in dated
        if one.day not in taken and (on - one.day).days > _YOUNGEST_INSURED_DAYS
    }
    return Found(next(iter(old)).isoformat(), min(0.6, *old.values())) if len(old) == 1 else None


@reads("expires")
def expires(page: PageWriting, on: date) -> Found | None:
    """Read the date of expiry; on cards the zone's check digit settles it."""
    zone = card_zone(page, on)
    if zone and zone.expiry:
        return Found(zone.expiry.isoformat(), 0.99 if zone.is_certain else 0.93)
    return _best(page, "expires")


@reads("married.hijri", "divorced.hijri")
def hijri_event(page: PageWriting, on: date) -> Found | None:
    """Read the Hijri day of a marriage or a divorce as written; it is never turned into another."""
    text = " ".join(piece.text for row in page.arabic_rows for piece in row)
    days = {found.isoformat() for found in find_hijri_dates(text)}
    return Found(days.pop(), 0.8) if len(days) == 1 else None


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
