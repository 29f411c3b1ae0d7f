"""Invents complete, valid answers for any form from one set of material."""

from __future__ import annotations

import random
from collections.abc import Mapping

from core.extraction import FieldAnswer
from core.field_kinds import kind_of
from core.form_spec import FieldSpec, FormSpec
from core.localized_text import Script
from core.placement import FormLayout, WidgetKind
from core.rib import rib_key
from forms_service.rehearsal.material import Material

BLANK_SHARE = 0.08
"""Share of the text fields left blank: a reader must also see that nothing is there."""


def invent_answers(
    spec: FormSpec, layout: FormLayout, material: Material, rng: random.Random
) -> dict[str, FieldAnswer]:
    """Give an answer for every printed field; both scripts of one name belong together."""
    printed = {placement.field_id for placement in layout.placements}
    answers: dict[str, FieldAnswer] = {}
    for field in spec.printed_fields():
        if field.id not in printed or field.id in answers:
            continue
        if field.kind in ("latin_name", "arabic_name"):
            answers.update(_name(field, material, rng))
        else:
            answers[field.id] = _answer(field, material, rng)
    return {field_id: _fitting(spec.field(field_id), value) for field_id, value in answers.items()}


def _fitting(field: FieldSpec, value: FieldAnswer) -> FieldAnswer:
    """The invented answer as the field takes it; words that are longer than its limit are cut short."""
    if isinstance(value, str) and field.max_length and field.kind not in _NUMBERS:
        value = value[: field.max_length].rstrip()
    return None if value is None else kind_of(field).parse(value, field)


def _name(field: FieldSpec, material: Material, rng: random.Random) -> dict[str, FieldAnswer]:
    pool = material.first_names if "first" in field.id else material.last_names
    latin, arabic = rng.choice(pool)
    own, other = (arabic, latin) if field.kind == "arabic_name" else (latin, arabic)
    if field.kind == "latin_name" and rng.random() < 0.4:
        own = own.upper()
    if rng.random() < BLANK_SHARE:
        return {field.id: None, **({field.twin: None} if field.twin else {})}
    return {field.id: own, **({field.twin: other} if field.twin else {})}


def _answer(field: FieldSpec, material: Material, rng: random.Random) -> FieldAnswer:
    if field.kind == "choice":
        return rng.choice(field.choices).value
    if field.kind == "choices":
        count = rng.randint(1, len(field.choices))
        chosen = set(rng.sample([choice.value for choice in field.choices], count))
        return [choice.value for choice in field.choices if choice.value in chosen]
    if field.kind in ("declaration", "signature"):
        return rng.random() < 0.7
    if rng.random() < BLANK_SHARE:
        return None
    return _number(field, rng) if field.kind in _NUMBERS else _words(field, material, rng)


def _digits(count: int, rng: random.Random) -> str:
    return "".join(rng.choices("0123456789", k=count))


def _rib(_field: FieldSpec, rng: random.Random) -> str:
    account = _digits(22, rng)
    return account + rib_key(account)


def _identity(_field: FieldSpec, rng: random.Random) -> str:
    return "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXZ", k=rng.choice((1, 2)))) + _digits(
        rng.choice((5, 6)), rng
    )


def _date(_field: FieldSpec, rng: random.Random) -> str:
    return f"{rng.randint(1940, 2024)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"


def _integer(field: FieldSpec, rng: random.Random) -> int:
    low = field.minimum or 0
    high = field.maximum if field.maximum is not None else min(10 ** (field.comb or 2) - 1, 99)
    return rng.randint(low, max(low, high))


_NUMBERS: Mapping = {
    "rib": _rib,
    "identity_number": _identity,
    "date": _date,
    "integer": _integer,
    "registration_number": lambda field, rng: rng.choice("123456789") + _digits((field.comb or 9) - 1, rng),
    "affiliation_number": lambda field, rng: rng.choice("123456789") + _digits((field.comb or 7) - 1, rng),
    "phone": lambda _field, rng: "0" + rng.choice("567") + _digits(8, rng),
    "postal_code": lambda _field, rng: rng.choice("123456789") + _digits(4, rng),
    "amount": lambda _field, rng: f"{rng.randint(1, 99999)}.{rng.randint(0, 99):02d}",
}


def _number(field: FieldSpec, rng: random.Random) -> FieldAnswer:
    return _NUMBERS[field.kind](field, rng)


def _words(field: FieldSpec, material: Material, rng: random.Random) -> str:
    if field.kind == "email":
        first, last = rng.choice(material.first_names)[0], rng.choice(material.last_names)[0]
        name = f"{first}{rng.choice('._-')}{last}".lower().replace(" ", "")
        plain = name.translate(str.maketrans("éèêëàâîïôöùûç", "eeeeaaiioouuc"))
        return f"{plain}{rng.choice(['', str(rng.randint(1, 99))])}@{rng.choice(material.domains)}"
    if field.kind == "country":
        latin, arabic = "Maroc", "المغرب"
    else:
        latin, arabic = rng.choice(_pool(field, material))
    if field.script is Script.ANY:
        return rng.choice((latin, arabic))
    return arabic if field.script is Script.ARAB else latin


def _pool(field: FieldSpec, material: Material) -> tuple[tuple[str, str], ...]:
    if field.kind == "address":
        return material.quarters if "quarter" in field.id else material.addresses
    if field.kind == "city":
        return material.places
    return material.quarters if "quarter" in field.id else material.remarks


def is_written(field: FieldSpec) -> bool:
    """Whether the answer is written in characters, not ticked or signed."""
    return kind_of(field).widget in (WidgetKind.TEXT, WidgetKind.COMB)
