"""Boxes to tick: one of several, several of several, a declaration; and the signature zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.field_kinds.base import Answer, FieldKind, clean_text, invalid
from core.form_spec import FieldSpec
from core.localized_text import Language
from core.placement import WidgetKind

_YES = {"true", "yes", "oui", "on", "1", "x", "نعم", "signed", "signé"}
_NO = {"false", "no", "non", "off", "0", "لا"}


def _one(text: str, spec: FieldSpec) -> str:
    if text not in {choice.value for choice in spec.choices}:
        raise invalid(
            "not_a_choice",
            "اختاروا واحدا من الأجوبة المقترحة.",
            "Choisissez l'une des réponses proposées.",
        )
    return text


def _label(value: Any, spec: FieldSpec, language: Language) -> str:
    chosen = value if isinstance(value, list) else [value]
    separator = "، " if language is Language.AR else ", "
    return separator.join(c.label.in_language(language) for c in spec.choices if c.value in chosen)


def _yes_or_no(text: str, _spec: FieldSpec) -> bool:
    word = text.casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise invalid("not_yes_or_no", "أجيبوا بنعم أو لا.", "Répondez par oui ou non.")


def _yes_on_screen(value: Any, _spec: FieldSpec, language: Language) -> str:
    if language is Language.AR:
        return "نعم" if value else "لا"
    return "Oui" if value else "Non"


@dataclass(frozen=True)
class _SeveralKind(FieldKind):
    """Several of several: the canonical answer is the list in the order of the spec."""

    def parse(self, raw: object, spec: FieldSpec) -> Answer:
        """Accept a list or a comma-separated text."""
        if raw is None or raw == "":
            return None
        items = raw if isinstance(raw, (list, tuple, set, frozenset)) else str(raw).split(",")
        chosen = {_one(clean_text(item), spec) for item in items if clean_text(item)}
        return [choice.value for choice in spec.choices if choice.value in chosen] or None

    def to_paper(self, value: Answer, spec: FieldSpec) -> str:
        """The ticked values, comma-separated."""
        return ",".join(value) if isinstance(value, list) else ""


CHOICE = FieldKind(name="choice", check=_one, sample=None, widget=WidgetKind.TICK, screen=_label)
CHOICES = _SeveralKind(
    name="choices", check=_one, sample=None, widget=WidgetKind.TICK, blank=[], screen=_label
)
DECLARATION = FieldKind(
    name="declaration",
    check=_yes_or_no,
    sample=True,
    widget=WidgetKind.TICK,
    blank=False,
    paper=lambda value, _spec: "true" if value else "",
    screen=_yes_on_screen,
)
SIGNATURE = FieldKind(
    name="signature",
    check=_yes_or_no,
    sample=True,
    widget=WidgetKind.SIGNATURE,
    blank=False,
    paper=lambda _value, _spec: "",
    screen=_yes_on_screen,
)
