"""Turns a form spec into the questions of its screens.

Everything asked on screen is made here from the spec: adding a form adds no code.  What the fund
fills in itself and the signature zone are left out; the words of a footnote stand beside the
question that carries its mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from core.completeness import applies, is_required
from core.conditions import Scope, holds
from core.field_kinds import kind_of
from core.form_spec import FieldSpec, FormSpec, Group, Section, StaticText
from core.localized_text import Language, LocalizedText, Script
from forms_service.locales import say
from forms_service.services.made_forms import made_beside_signature

RawAnswer = str | list[str]

DATE_PARTS = ("day", "month", "year")
_NOT_ASKED = frozenset({"signature", "office_text"})
_LONG_NUMBERS = frozenset({"rib"})
_NUMBERS = frozenset(
    {
        "registration_number",
        "affiliation_number",
        "identity_number",
        "phone",
        "postal_code",
        "integer",
        "amount",
        "rib",
    }
)
_LEFT_TO_RIGHT = _NUMBERS | {"email", "latin_name"}
_SHORT = frozenset({"postal_code", "integer"})
_INPUT_TYPES = {"email": "email", "phone": "tel"}
_AUTOCOMPLETE = {
    "email": "email",
    "phone": "tel",
    "postal_code": "postal-code",
    "city": "address-level2",
    "country": "country-name",
}


@dataclass(frozen=True, slots=True)
class Box:
    """One text box of a question."""

    name: str
    target: str
    raw: str
    label: str = ""
    type: str = "text"
    inputmode: str | None = None
    autocomplete: str | None = None
    lang: str | None = None
    dir: str | None = None
    css: str | None = None
    max_length: int | None = None
    slider: tuple[int, int] | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to pick."""

    value: str
    target: str
    label: str
    chosen: bool
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One question as a template draws it.

    Attributes:
        widget: ``text``, ``area``, ``date``, ``twins``, ``choice``, ``choices`` or ``tick``.
        target: Id of the element an error message leads to.
        optional: Whether it may stay empty whatever is answered elsewhere.
    """

    field_id: str
    name: str
    target: str
    widget: str
    label: str
    required: bool
    optional: bool
    hints: tuple[str, ...] = ()
    error: str | None = None
    raw: RawAnswer = ""
    boxes: tuple[Box, ...] = ()
    options: tuple[Option, ...] = ()
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the summary of what is wrong, leading to its field."""

    target: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of the answers of one page: raw text by field id, and what is wrong with it."""

    raw: Mapping[str, RawAnswer]
    problems: Mapping[str, LocalizedText]


def asked_fields(section: Section, scope: Scope) -> list[FieldSpec]:
    """The fields of a section that are asked of this applicant now."""
    return [
        one
        for one in section.fields()
        if one.kind not in _NOT_ASKED
        and not one.paper_only
        and not made_beside_signature(one, section)
        and applies(section, one, scope)
    ]


def asked_sections(spec: FormSpec, scope: Scope) -> list[Section]:
    """The sections that ask this applicant something now, in the order of the paper."""
    return [section for section in spec.sections if asked_fields(section, scope)]


def asked_groups(spec: FormSpec, scope: Scope) -> list[Group]:
    """The repeatable blocks that apply now."""
    return [group for group in spec.groups if holds(group.when, scope)]


def asked_facts(spec: FormSpec, scope: Scope) -> list[FieldSpec]:
    """The facts put as questions now, in the shape of fields."""
    return [
        FieldSpec(id=fact.id, kind=fact.kind, label=fact.label, script=Script.ANY, printed=False)
        for fact in spec.facts
        if fact.asked and holds(fact.when, scope)
    ]


def section_rows(
    spec: FormSpec, section: Section, scope: Scope, given: Given, language: Language
) -> list[Question | StaticText]:
    """The questions and texts of one section, in the order of the paper."""
    asked = asked_fields(section, scope)
    by_id = {one.id: one for one in asked}
    rows: list[Question | StaticText] = []
    for row in section.rows:
        if isinstance(row, StaticText):
            rows.append(row)
        else:
            rows += _questions([one for one in row if one.id in by_id], spec, scope, given, language)
    return rows


def questions(
    fields: Iterable[FieldSpec], spec: FormSpec, scope: Scope, given: Given, language: Language
) -> list[Question]:
    """The questions for some fields; names kept in two scripts become one question."""
    return list(_questions(list(fields), spec, scope, given, language))


def row_fields(group: Group, scope: Scope) -> list[FieldSpec]:
    """The fields of one row that are asked, given the row's scope."""
    return [
        one
        for one in group.fields
        if one.kind not in _NOT_ASKED and not one.office and holds(one.when, scope)
    ]


def _questions(
    fields: list[FieldSpec], spec: FormSpec, scope: Scope, given: Given, language: Language
) -> Iterator[Question]:
    ids = {one.id for one in fields}
    for one in fields:
        if one.twin in ids:
            if one.kind == "arabic_name" or one.id.endswith(".ar"):
                continue
            twin = next(other for other in fields if other.id == one.twin)
            yield _twins(one, twin, spec, scope, given, language)
        else:
            yield _question(one, spec, scope, given, language)


def _twins(
    latin: FieldSpec, arabic: FieldSpec, spec: FormSpec, scope: Scope, given: Given, language: Language
) -> Question:
    boxes = [
        replace(_box(one, spec, given, language), label=say(f"question.in_{one.script.value}", language))
        for one in (latin, arabic)
    ]
    if language is Language.AR:
        boxes.reverse()
    error = next((box.error for box in boxes if box.error), None)
    return Question(
        field_id=latin.id,
        name=input_name(latin.id),
        target=boxes[0].target,
        widget="twins",
        label=_label(latin, spec, language),
        required=is_required(latin, scope),
        optional=_never_required(latin),
        hints=_hints(latin, spec, language),
        error=error,
        boxes=tuple(boxes),
    )


def _question(one: FieldSpec, spec: FormSpec, scope: Scope, given: Given, language: Language) -> Question:
    raw = given.raw.get(one.id, "")
    problem = given.problems.get(one.id)
    widget = _widget(one)
    boxes: tuple[Box, ...] = ()
    target = _target(one.id)
    if widget == "date":
        boxes = _date_boxes(one, str(raw), bool(problem), language)
        target = boxes[0].target
    elif widget == "text":
        boxes = (_box(one, spec, given, language),)
    return Question(
        field_id=one.id,
        name=input_name(one.id),
        target=_target(one.id) + "-1" if widget in ("choice", "choices") else target,
        widget=widget,
        label=_label(one, spec, language),
        required=is_required(one, scope),
        optional=_never_required(one),
        hints=_hints(one, spec, language),
        error=problem.in_language(language) if problem else None,
        raw=(str(raw).casefold() == "true") if widget == "tick" else raw,  # type: ignore[arg-type]
        boxes=boxes,
        options=_options(one, raw, spec, language),
        rows=max(one.lines, 2),
    )


def _never_required(one: FieldSpec) -> bool:
    """What is demanded only after some answers is not called optional before they are given."""
    return one.required is None or one.required is False


def _widget(one: FieldSpec) -> str:
    if one.choices_from is not None and one.choices:
        return "choice"
    if one.kind in ("choice", "choices", "date"):
        return one.kind
    if one.kind in ("declaration", "signature"):
        return "tick"
    return "area" if one.lines > 1 and one.kind in ("text", "address") else "text"


def _box(one: FieldSpec, spec: FormSpec, given: Given, language: Language) -> Box:
    kind = kind_of(one)
    problem = given.problems.get(one.id)
    direction, lang = "auto", None
    if one.script is Script.ARAB:
        direction, lang = "rtl", "ar"
    elif one.kind in _LEFT_TO_RIGHT or one.script is Script.LATN:
        direction, lang = "ltr", "fr" if one.kind == "latin_name" else None
    return Box(
        name=input_name(one.id),
        target=_target(one.id),
        raw=str(given.raw.get(one.id, "")),
        type=_INPUT_TYPES.get(one.kind, "text"),
        inputmode=kind.input_mode if kind.input_mode != "text" else None,
        autocomplete=_autocomplete(one, spec),
        lang=lang,
        dir=direction,
        css=_css(one),
        slider=(one.minimum, one.maximum) if one.slider and one.minimum is not None and one.maximum else None,
        error=problem.in_language(language) if problem else None,
    )


def _autocomplete(one: FieldSpec, spec: FormSpec) -> str:
    """Only the applicant's own block may be filled from what the browser remembers of its user."""
    own_block = spec.applicant_fields.get("registration", "").rpartition(".")[0]
    if own_block and one.id.startswith(own_block + "."):
        return _AUTOCOMPLETE.get(one.kind, "off")
    return "off"


def _css(one: FieldSpec) -> str | None:
    if one.kind in _LONG_NUMBERS:
        return "long-digits"
    if one.kind in _SHORT:
        return "digits short"
    return "digits" if one.kind in _NUMBERS else None


def _date_boxes(one: FieldSpec, raw: str, wrong: bool, language: Language) -> tuple[Box, ...]:
    parts = date_parts(raw)
    return tuple(
        Box(
            name=f"{input_name(one.id)}.{part}",
            target=f"{_target(one.id)}-{part}",
            raw=text,
            label=say(f"question.{part}", language),
            inputmode="numeric",
            dir="ltr",
            css="digits",
            autocomplete="off",
            max_length=10,
            error="yes" if wrong else None,
        )
        for part, text in zip(DATE_PARTS, parts, strict=True)
    )


def date_parts(raw: str) -> tuple[str, str, str]:
    """Day, month and year boxes for a canonical date or for whatever was typed before."""
    if len(raw) == 10 and raw[4] == raw[7] == "-":
        return raw[8:], raw[5:7], raw[:4]
    parts = (*raw.split("/"), "", "", "")
    return parts[0].strip(), parts[1].strip(), parts[2].strip()


def _options(one: FieldSpec, raw: RawAnswer, spec: FormSpec, language: Language) -> tuple[Option, ...]:
    if not one.choices:
        return ()
    if one.choices_from is not None and not raw:
        raw = str(one.default or "")
    chosen = set(raw if isinstance(raw, list) else raw.split(","))
    return tuple(
        Option(
            value=choice.value,
            target=f"{_target(one.id)}-{number}",
            label=plain_label(choice.label, spec).in_language(language),
            chosen=choice.value in chosen,
            hints=tuple(
                spec.footnotes[m].in_language(language) for m in choice.footnotes if m in spec.footnotes
            ),
        )
        for number, choice in enumerate(one.choices, start=1)
    )


def _label(one: FieldSpec, spec: FormSpec, language: Language) -> str:
    return plain_label(one.label, spec).in_language(language)


def plain_label(label: LocalizedText, spec: FormSpec) -> LocalizedText:
    """A label without the footnote marks of the paper: the screen shows the note itself."""

    def plain(text: str) -> str:
        for mark in spec.footnotes:
            text = text.replace(f"({mark})", "")
        return " ".join(text.split())

    return LocalizedText(plain(label.ar), plain(label.fr))


def _hints(one: FieldSpec, spec: FormSpec, language: Language) -> tuple[str, ...]:
    found = [spec.footnotes[mark].in_language(language) for mark in one.footnotes if mark in spec.footnotes]
    if one.hint:
        found.append(one.hint.in_language(language))
    if one.kind == "date":
        found.append(say("question.date_hint", language))
    return tuple(found)


def input_name(field_id: str) -> str:
    """What a browser calls the answer to a field."""
    return f"q.{field_id}"


def _target(field_id: str) -> str:
    return "q-" + field_id.replace(".", "-")


def on_screen(one: FieldSpec, value: object, language: Language) -> str:
    """An answer as a person reads it."""
    return kind_of(one).to_screen(value, one, language)  # type: ignore[arg-type]
