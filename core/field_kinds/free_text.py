"""Text in either script: addresses, quarters, cities, countries, and what only the fund writes."""

from __future__ import annotations

from core.field_kinds.base import FieldKind
from core.form_spec import FieldSpec


def _any(text: str, _spec: FieldSpec) -> str:
    return text


TEXT = FieldKind(name="text", check=_any, sample="Texte libre", max_length=120)
ADDRESS = FieldKind(name="address", check=_any, sample="12, rue Ibn Sina", max_length=90)
CITY = FieldKind(name="city", check=_any, sample="Meknès", max_length=40)
COUNTRY = FieldKind(name="country", check=_any, sample="Maroc", max_length=40)
OFFICE_TEXT = FieldKind(name="office_text", check=_any, sample="2026/00123", max_length=40)
