"""What somebody typed into a request that was deposited or closed meanwhile: shown, so that they can copy it.

It is saved nowhere, for nothing of a deposited request may change; but it may be an hour's work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from core.errors import InvalidValue
from core.field_kinds import kind_of
from core.form_spec import FieldSpec
from core.localized_text import Language
from forms_service.web import screens
from forms_service.web.typed_answers import posted_answers


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One answer as it was typed, with the name of its question."""

    label: str
    text: str


def typed_too_late(
    fields: Iterable[FieldSpec], held: Mapping[str, object], form: MultiDict[str, str], language: Language
) -> list[TypedLine]:
    """The answers of a posted page that the request does not hold already."""
    sent = [one for one in fields if _was_on_the_page(one, form)]
    return list(_lines(sent, held, form, language))


def is_news(one: FieldSpec, typed: screens.RawAnswer, held: object) -> bool:
    """Whether what was typed says anything else than what is held."""
    value = _value(one, typed)
    return held != value or (value is None and bool(typed))


def _value(one: FieldSpec, typed: screens.RawAnswer) -> object:
    try:
        return kind_of(one).parse(typed, one)
    except InvalidValue:
        return None


def _was_on_the_page(one: FieldSpec, form: MultiDict[str, str]) -> bool:
    name = screens.input_name(one.id)
    return name in form or any(f"{name}.{part}" in form for part in screens.DATE_PARTS)


def _lines(
    fields: list[FieldSpec], held: Mapping[str, object], form: MultiDict[str, str], language: Language
) -> Iterator[TypedLine]:
    raw = posted_answers(fields, form)
    for one in fields:
        typed = raw[one.id]
        if not typed or typed == "false" or not is_news(one, typed, held.get(one.id)):
            continue
        text = typed if isinstance(typed, str) else ", ".join(typed)
        value = _value(one, typed)
        in_words = screens.on_screen(one, value, language) if value is not None else ""
        yield TypedLine(one.label.in_language(language), in_words or text)
