"""The questions of the account pages, drawn like those of the forms."""

from __future__ import annotations

from collections.abc import Iterable

from core.field_kinds import kind_of
from core.form_spec import FieldSpec
from forms_service.web.languages import language, translate
from forms_service.web.screens import DATE_PARTS, Box, Given, Option, Question, date_parts, input_name

_AUTOCOMPLETE = {
    "last_name": "family-name",
    "first_name": "given-name",
    "phone": "tel-national",
    "email": "email",
    "birth.day": "bday-day",
    "birth.month": "bday-month",
    "birth.year": "bday-year",
    "registration": "username",
}
_TYPES = {"email": "email", "phone": "tel"}
_WIDGETS = {"date": "date", "choice": "choice", "declaration": "tick"}
_DIGITS = frozenset({"registration_number", "identity_number", "phone"})


def account_questions(fields: Iterable[FieldSpec], given: Given) -> list[Question]:
    """The questions for some answers of an account, with what was typed and what is wrong with it."""
    return [_question(one, given) for one in fields]


def _question(one: FieldSpec, given: Given) -> Question:
    raw, problem = str(given.raw.get(one.id, "")), given.problems.get(one.id)
    error = problem.in_language(language()) if problem else None
    widget = _WIDGETS.get(one.kind, "text")
    if widget == "tick" and raw != "true":
        raw = ""
    boxes: tuple[Box, ...] = ()
    if widget == "date":
        boxes = _date_boxes(one, raw, error)
    elif widget == "text":
        boxes = (_box(one, raw, error),)
    hints = [one.hint.in_language(language())] if one.hint else []
    if widget == "date":
        hints.append(translate("question.date_hint"))
    return Question(
        field_id=one.id,
        name=input_name(one.id),
        target=boxes[0].target if boxes else target(one.id) if widget == "tick" else f"{target(one.id)}-1",
        widget=widget,
        label=one.label.in_language(language()),
        required=one.required is True,
        optional=one.required is not True,
        hints=tuple(hints),
        error=error,
        raw=raw,
        boxes=boxes,
        options=tuple(
            Option(
                choice.value,
                f"{target(one.id)}-{number}",
                choice.label.in_language(language()),
                choice.value == raw,
            )
            for number, choice in enumerate(one.choices, start=1)
        ),
    )


def _box(one: FieldSpec, raw: str, error: str | None) -> Box:
    mode = kind_of(one).input_mode
    latin = one.kind in _DIGITS or one.kind == "email"
    return Box(
        name=input_name(one.id),
        target=target(one.id),
        raw=raw,
        type=_TYPES.get(one.kind, "text"),
        inputmode=mode if mode != "text" else None,
        autocomplete=_AUTOCOMPLETE.get(one.id, "off"),
        dir="ltr" if latin else "auto",
        css="digits" if one.kind in _DIGITS else None,
        error=error,
    )


def _date_boxes(one: FieldSpec, raw: str, error: str | None) -> tuple[Box, ...]:
    return tuple(
        Box(
            name=f"{input_name(one.id)}.{part}",
            target=f"{target(one.id)}-{part}",
            raw=text,
            label=translate(f"question.{part}"),
            inputmode="numeric",
            autocomplete=_AUTOCOMPLETE.get(f"{one.id}.{part}", "off"),
            dir="ltr",
            css="digits",
            max_length=10,
            error="yes" if error else None,
        )
        for part, text in zip(DATE_PARTS, date_parts(raw), strict=True)
    )


def target(field_id: str) -> str:
    """The element an error message about an answer leads to."""
    return "q-" + field_id.replace(".", "-")
