"""The kinds of answer a form may ask, each with its own rules, in an explicit register."""

from __future__ import annotations

from collections.abc import Mapping

from core.field_kinds.amounts import AMOUNT, INTEGER, RIB
from core.field_kinds.base import Answer, FieldKind
from core.field_kinds.calendar_date import DATE
from core.field_kinds.choices import CHOICE, CHOICES, DECLARATION, SIGNATURE
from core.field_kinds.email_address import EMAIL
from core.field_kinds.free_text import ADDRESS, CITY, COUNTRY, OFFICE_TEXT, TEXT
from core.field_kinds.names import ARABIC_NAME, LATIN_NAME
from core.field_kinds.numbers_of_persons import (
    AFFILIATION_NUMBER,
    IDENTITY_NUMBER,
    PHONE,
    POSTAL_CODE,
    REGISTRATION_NUMBER,
)
from core.form_spec import FieldSpec

_ALL = (
    *(LATIN_NAME, ARABIC_NAME, TEXT, DATE, REGISTRATION_NUMBER, IDENTITY_NUMBER, PHONE, EMAIL, POSTAL_CODE),
    AFFILIATION_NUMBER,
    *(ADDRESS, CITY, COUNTRY, INTEGER, AMOUNT, RIB, CHOICE, CHOICES, DECLARATION, SIGNATURE, OFFICE_TEXT),
)

KINDS: Mapping[str, FieldKind] = {kind.name: kind for kind in _ALL}


def kind_of(spec: FieldSpec) -> FieldKind:
    """The kind that knows how to parse, write and read this field's answers."""
    return KINDS[spec.kind]


__all__ = ["KINDS", "Answer", "FieldKind", "kind_of"]
