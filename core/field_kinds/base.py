"""What every kind of answer can do, whichever screen, PDF or scanner it comes from."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.errors import InvalidValue
from core.form_spec import FieldSpec
from core.localized_text import Language, LocalizedText, Script
from core.placement import WidgetKind

Answer = str | int | bool | list[str] | None
"""A canonical, JSON-able answer; None means blank."""


def clean_text(raw: object) -> str:
    """Normalise typed or read text: NFC, one blank between words, none around, no control marks."""
    text = unicodedata.normalize("NFC", str(raw))
    text = "".join(
        " " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C"
    )
    return " ".join(text.split())


ARABIC_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


def western_digits(text: str) -> str:
    """Fold Arabic-Indic digits to 0–9."""
    return text.translate(ARABIC_DIGITS)


def invalid(code: str, ar: str, fr: str) -> InvalidValue:
    """An ``InvalidValue`` in both languages under a stable code."""
    return InvalidValue(LocalizedText(ar=ar, fr=fr), code=code)


def _same_text(value: Any, spec: FieldSpec) -> str:
    return str(value)


@dataclass(frozen=True)
class FieldKind:
    """How one kind of answer is parsed, validated, written on paper and read back.

    Attributes:
        charset: Characters a reader may return for it; None means free text.
        cells: Cells of its comb when the spec does not say otherwise.
        max_length: Longest canonical value when the spec does not say otherwise.
        check: Validates the normalised text and gives the canonical value, or raises InvalidValue.
        sample: A valid canonical value, for previews and the parser's rehearsal of conditions.
        blank: What expressions see when there is no answer.
        input_mode: Hint for on-screen keyboards (HTML ``inputmode``).
    """

    name: str
    check: Callable[[str, FieldSpec], Answer]
    sample: Answer
    widget: WidgetKind = WidgetKind.TEXT
    script: Script = Script.ANY
    charset: str | None = None
    cells: int | None = None
    max_length: int | None = None
    blank: Answer = ""
    input_mode: str = "text"
    paper: Callable[[Any, FieldSpec], str] = _same_text
    screen: Callable[[Any, FieldSpec, Language], str] | None = None

    def parse(self, raw: object, spec: FieldSpec) -> Answer:
        """Turn whatever was typed or stored into the canonical answer; None when blank.

        Raises:
            InvalidValue: It cannot be one; the message says what is expected, in both languages.
        """
        if raw is None or raw == "" or raw == []:
            return None
        lines = str(raw).split("\n") if spec.lines > 1 else [raw]
        text = "\n".join(map(clean_text, lines)).strip()
        if not text:
            return None
        return self._within_length(self.check(text, spec), spec)

    def from_paper(self, text: str, spec: FieldSpec) -> Answer:
        """Interpret what a reader saw in the box; as ``parse``."""
        return self.parse(text, spec)

    def to_paper(self, value: Answer, spec: FieldSpec) -> str:
        """What is written in the box, one character a cell for combs."""
        return "" if value is None else self.paper(value, spec)

    def to_screen(self, value: Answer, spec: FieldSpec, language: Language) -> str:
        """The answer as a person reads it."""
        if value is None or value == "":
            return ""
        return self.screen(value, spec, language) if self.screen else self.paper(value, spec)

    def _within_length(self, value: Answer, spec: FieldSpec) -> Answer:
        limit = spec.max_length or self.max_length
        if limit and isinstance(value, str) and len(value) > limit:
            raise invalid(
                "too_long",
                f"النص طويل جدا: {len(value)} حرفا، والحد الأقصى هو {limit}. اختصروه من فضلك.",
                f"Texte trop long : {len(value)} caractères, {limit} au plus. Abrégez-le.",
            )
        return value
