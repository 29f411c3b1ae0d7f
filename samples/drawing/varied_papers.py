"""Attachments in many wordings, kept in three sets: for tuning readers, for measuring and for proving them.

A set is its wordings (``wordings/*.yaml``), its people, fonts and seeds (those of
``forms_service.rehearsal.material`` and of ``proving_people``) and its damage (``field_damage``): nothing of
one is in the others, so a figure measured never praises what was learnt by heart.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from core.dates_in_text import ARABIC_MONTHS, FRENCH_MONTHS, HIJRI_MONTHS
from forms_service.rehearsal.material import MEASURING, TUNING, Material
from samples.drawing.field_damage import MEASURING_DAMAGE, PROVING_DAMAGE, TUNING_DAMAGE, Damage
from samples.drawing.paper import ARABIC_INDIC, FONT_ROOT, Typeface
from samples.drawing.people import Person, invent
from samples.drawing.proving_people import PROVING_PEOPLE
from samples.drawing.varied_layouts import LAYOUTS, Setting

FOLDER = Path(__file__).parent / "wordings"
STRANGERS = "strangers"

Wording = Mapping[str, Any]
Slots = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AttachmentMaterial:
    """One set: its wordings, people and fonts, hands that fill in (and how often), and damage."""

    people: Material
    hands: tuple[Typeface, ...]
    damage: Mapping[str, Damage]
    hand_share: float = 0.25

    @property
    def name(self) -> str:
        """Which set it is."""
        return self.people.name

    @property
    def wordings(self) -> Mapping[str, list[Wording]]:
        """For every class the wordings of its papers."""
        return _wordings(self.name)


TUNING_ATTACHMENTS = AttachmentMaterial(
    TUNING,
    (Typeface("clerk", "truetype/fifthhorseman/dkg.ttf", "truetype/kacst/KacstLetter.ttf"),),
    TUNING_DAMAGE,
)
MEASURING_ATTACHMENTS = AttachmentMaterial(
    MEASURING,
    (
        Typeface("registrar", "truetype/rufscript/Rufscript010.ttf", "truetype/kacst/KacstPen.ttf"),
        Typeface("teacher", "truetype/ecolier-court/Ecolier-court.ttf", "truetype/kacst/KacstFarsi.ttf"),
    ),
    MEASURING_DAMAGE,
)
PROVING_ATTACHMENTS = AttachmentMaterial(
    PROVING_PEOPLE,
    (Typeface("agent", "truetype/breip/Breip.ttf", "truetype/kacst/KacstQurn.ttf"),),
    PROVING_DAMAGE,
    hand_share=0.1,
)
ATTACHMENT_SETS = {one.name: one for one in (TUNING_ATTACHMENTS, MEASURING_ATTACHMENTS, PROVING_ATTACHMENTS)}


@dataclass(frozen=True, slots=True)
class VariedPaper:
    """A page as somebody would upload it, and what is truly on it.

    Attributes:
        class_id: The class it belongs to, or ``unknown``.
        hand: Whether its values look written by hand.
    """

    class_id: str
    name: str
    pixels: np.ndarray
    facts: Mapping[str, object]
    damage: str
    hand: bool


@cache
def _wordings(name: str) -> Mapping[str, list[Wording]]:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def vary_papers(
    material: AttachmentMaterial, copies: int, seed: int, only: str | None = None
) -> Iterator[VariedPaper]:
    """Give every wording of a set ``copies`` times, each with other people, fonts and damage."""
    damages = list(material.damage)
    turn = 0
    for class_id, wordings in material.wordings.items():
        for index, wording in enumerate(wordings):
            for copy in range(copies):
                turn += 1
                name = str(wording.get("name", class_id))
                if only not in (None, class_id, name):
                    continue
                chance = random.Random(f"{material.people.seed_offset + seed} {class_id} {index} {copy}")
                damage = damages[(turn + copy + seed) % len(damages)]
                yield draw_varied(material, class_id, wording, damage, chance)


def draw_varied(
    material: AttachmentMaterial, class_id: str, wording: Wording, damage: str, chance: random.Random
) -> VariedPaper:
    """Draw one page of a wording and spoil it."""
    person, other = _person(material, chance), _person(material, chance)
    if person.sex == other.sex:
        other = replace(other, sex="F" if person.sex == "M" else "M")
    slots = slots_of(person, other, chance)
    hand = chance.random() < material.hand_share and wording.get("layout") is None
    setting = Setting(
        _typeface(material, chance), chance, slots, chance.choice(material.hands) if hand else None
    )
    paper = LAYOUTS[str(wording.get("layout", "sheet"))](wording, setting)
    pixels = material.damage[damage](paper.pixels(), chance)
    known = class_id != STRANGERS
    facts = facts_of(class_id, used_slots(wording), slots) if known else {}
    name = str(wording.get("name", class_id))
    return VariedPaper(class_id if known else "unknown", name, pixels, facts, damage, hand)


def used_slots(wording: Any) -> frozenset[str]:
    """The slots a wording fills in."""
    return frozenset(re.findall(r"{(\w+)}", yaml.safe_dump(wording, allow_unicode=True, width=10**6)))


def _typeface(material: AttachmentMaterial, chance: random.Random) -> Typeface:
    latin, arabic = chance.choice(material.people.latin_fonts), chance.choice(material.people.arabic_fonts)
    mono = "truetype/liberation/LiberationMono-Regular.ttf"
    made = Typeface("office", _in_root(latin), _in_root(arabic), mono)
    for path in (made.latin, made.arabic):
        if not (FONT_ROOT / path).is_file():
            raise FileNotFoundError(f"the font {path} is not installed: see scripts/debian-packages.sh")
    return made


def _in_root(name: str) -> str:
    if Path(name).is_absolute():
        return name
    folder = "opentype" if (FONT_ROOT / "opentype" / name).is_file() else "truetype"
    return f"{folder}/{name}"


def _person(material: AttachmentMaterial, chance: random.Random) -> Person:
    people = material.people
    town, town_ar = chance.choice(people.places)
    street, street_ar = chance.choice(people.addresses)
    first, last = chance.choice(people.first_names), chance.choice(people.last_names)
    father, mother = chance.choice(people.first_names), chance.choice(people.first_names)
    return replace(
        invent(chance, city=(town, town_ar, "10000"), family=last),
        **{"first": first[0], "first_ar": first[1], "street": street, "street_ar": street_ar},
        **{"father": father[0], "father_ar": father[1], "mother": mother[0], "mother_ar": mother[1]},
    )


def slots_of(person: Person, other: Person, chance: random.Random) -> Slots:
    """Everything a wording may fill in, by slot."""
    issued = date(2026, 2, 20) - timedelta(days=chance.randrange(150))
    event = date(2004, 1, 1) + timedelta(days=chance.randrange(7500))
    start = date(2009, 1, 1) + timedelta(days=chance.randrange(5000))
    expires = date(2027, 1, 1) + timedelta(days=chance.randrange(3000))
    husband, wife = (person, other) if person.sex == "M" else (other, person)
    first_year = issued.year if issued.month >= 9 else issued.year - 1
    rate, years, income = chance.randrange(10, 99), chance.randrange(5, 28), chance.randrange(3000, 98000)
    hijri = (chance.randrange(1, 29), chance.choice(HIJRI_MONTHS), chance.randrange(1420, 1447))
    rib = person.rib
    slots = {
        **_of_person("", person), **_of_person("o_", other), **_of_person("h_", husband), **_of_person("w_", wife),
        **_of_day("issued", issued), **_of_day("event", event),
        **_of_day("expires", expires), **_of_day("start", start),
        "event_hijri": f"{hijri[0]} {hijri[1]} {hijri[2]}",
        "hijri_iso": f"{hijri[2]}-{HIJRI_MONTHS.index(hijri[1]) + 1:02d}-{hijri[0]:02d} AH",
        "act": str(chance.randrange(20, 2600)),
        "rate": str(rate), "rate_ai": str(rate).translate(ARABIC_INDIC),
        "years": str(years), "years_ai": str(years).translate(ARABIC_INDIC),
        "income": str(income), "income_spaced": f"{income:,}".replace(",", " ") + ",00 DH",
        "year": str(issued.year - 1), "school_year": f"{first_year}/{first_year + 1}",
        "school_year_dash": f"{first_year}-{first_year + 1}",
        "file_no": f"{chance.randrange(100, 4000)}/{chance.choice((1501, 1502))}/{issued.year - 1}",
        "rib_spaced": f"{rib[:3]} {rib[3:6]} {rib[6:22]} {rib[22:]}",
        "rib_dense": rib,
        "rib_bank": rib[:3], "rib_town": rib[3:6], "rib_account": rib[6:22], "rib_key": rib[22:],
    }  # fmt: skip
    return slots


def _of_person(prefix: str, who: Person) -> dict[str, str]:
    slots = {
        "first": who.first, "last": who.last, "first_ar": who.first_ar, "last_ar": who.last_ar,
        "latin": f"{who.first} {who.last}", "latin_rev": f"{who.last} {who.first}",
        "arabic": f"{who.first_ar} {who.last_ar}", "id_no": who.id_no, "registration": who.registration,
        "father": who.father, "father_ar": who.father_ar, "mother": who.mother, "mother_ar": who.mother_ar,
        "city": who.city, "city_ar": who.city_ar, "street": who.street, "sex": who.sex,
        "card_number": who.card_number,
    }  # fmt: skip
    capitals = {
        key.upper(): slots[key].upper() for key in ("first", "last", "city", "street", "father", "mother")
    }
    capitals |= {"LATIN": slots["latin"].upper(), "LATIN_rev": slots["latin_rev"].upper()}
    return {
        f"{prefix}{key}": value for key, value in (slots | capitals | _of_day("birth", who.birth)).items()
    }


def _of_day(name: str, day: date) -> dict[str, str]:
    numeric = f"{day.year}/{day.month:02d}/{day.day:02d}"
    return {
        name: f"{day:%d/%m/%Y}",
        f"{name}_iso": day.isoformat(),
        f"{name}_dots": f"{day:%d.%m.%Y}",
        f"{name}_fr": f"{'1er' if day.day == 1 else day.day} {FRENCH_MONTHS[day.month - 1]} {day.year}",
        f"{name}_ar": f"{day.day} {ARABIC_MONTHS[day.month - 1]} {day.year}",
        f"{name}_ai": numeric.translate(ARABIC_INDIC),
        f"{name}_ai_named": f"{day.day} {ARABIC_MONTHS[day.month - 1]} {day.year}".translate(ARABIC_INDIC),
    }


_SAYS: Mapping[str, tuple[str, ...]] = {
    "name": ("latin", "latin_rev", "LATIN", "LATIN_rev", "last", "LAST"),
    "name.ar": ("arabic", "last_ar"),
    "last": ("last", "LAST"), "first": ("first", "FIRST"),
    "last.ar": ("last_ar", "arabic"), "first.ar": ("first_ar", "arabic"),
    "birth": ("birth", "birth_fr", "birth_ar", "birth_ai", "birth_dots"),
    "issued": ("issued", "issued_fr", "issued_ar", "issued_ai"),
    "expires": ("expires_dots",),
    "death": ("event", "event_fr", "event_ar", "event_ai"), "married": ("event", "event_fr", "event_ar", "event_ai"),
    "divorced": ("event", "event_fr", "event_ar", "event_ai"),
    "married.hijri": ("event_hijri",), "divorced.hijri": ("event_hijri",),
    "number": ("id_no",), "registration": ("registration",), "act": ("act",),
    "husband.ar": ("h_arabic",), "wife.ar": ("w_arabic",), "husband": ("h_latin",), "wife": ("w_latin",),
    "child.ar": ("o_arabic",), "father": ("father", "FATHER"), "mother": ("mother", "MOTHER"),
    "father.ar": ("father_ar",), "mother.ar": ("mother_ar",),
    "ipp_rate": ("rate", "rate_ai"), "years_underground": ("years", "years_ai"),
    "school_year": ("school_year", "school_year_dash"), "income": ("income", "income_spaced"), "year": ("year",),
    "rib": ("rib_spaced", "rib_dense", "rib_key"),
}  # fmt: skip

_TRUE_SLOT: Mapping[str, str] = {
    "name": "latin", "name.ar": "arabic", "last": "last", "first": "first", "last.ar": "last_ar",
    "first.ar": "first_ar", "birth": "birth_iso", "issued": "issued_iso", "expires": "expires_iso",
    "death": "event_iso", "married": "event_iso", "divorced": "event_iso", "married.hijri": "hijri_iso",
    "divorced.hijri": "hijri_iso", "number": "id_no", "registration": "registration", "act": "act",
    "husband.ar": "h_arabic", "wife.ar": "w_arabic", "husband": "h_latin", "wife": "w_latin",
    "child.ar": "o_arabic", "father": "father", "mother": "mother", "father.ar": "father_ar",
    "mother.ar": "mother_ar", "ipp_rate": "rate", "years_underground": "years", "school_year": "school_year",
    "income": "income", "year": "year", "rib": "rib_dense",
}  # fmt: skip

_NOT_OF: Mapping[str, tuple[str, ...]] = {
    "identity_card": ("father", "mother"),
    "residence_title": ("father", "mother"),
}

_NUMBER_IS_FILE = ("ipp_judgment",)


def facts_of(class_id: str, used: frozenset[str], slots: Slots) -> dict[str, object]:
    """What a page truly says, by the facts its class may declare."""
    said = {fact: slots[_TRUE_SLOT[fact]] for fact, by in _SAYS.items() if used.intersection(by)}
    for fact in _NOT_OF.get(class_id, ()):
        said.pop(fact, None)
    if class_id in _NUMBER_IS_FILE and "file_no" in used:
        said["number"] = slots["file_no"]
    return dict(said)
