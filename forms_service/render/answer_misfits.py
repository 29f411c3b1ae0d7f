"""Tell early which answers cannot be printed, so that nobody learns it when they deposit.

An answer may be right and yet too long for its box.  What is said here is exactly what drawing the
form would find, for both ask ``value_fitting``.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from core.errors import RenderError
from core.extraction import FieldAnswer
from core.field_kinds import kind_of
from core.form_spec import FieldSpec, FormSpec
from core.localized_text import LocalizedText, Script
from core.placement import Placement, WidgetKind
from forms_service.render.layout import lay_out
from forms_service.render.typography import missing_characters
from forms_service.render.value_fitting import (
    BoxedValue,
    Capacity,
    SetText,
    capacity_of,
    longest_start,
    set_text,
    spare_box,
)

_WRITTEN_IN = (WidgetKind.TEXT, WidgetKind.COMB)


def capacity(spec: FormSpec, field_id: str) -> Capacity | None:
    """How much the box of an answer takes; None when it has no box that text is written in.

    A name kept in two scripts is measured in its own half, for the other half may be written too.

    Raises:
        KeyError: The form has no such field.
    """
    field, placement = spec.field(field_id), _place(spec, field_id)
    return capacity_of(field, placement) if placement else None


def fits(spec: FormSpec, field_id: str, value: FieldAnswer) -> bool:
    """Whether an answer can be printed whatever the others are; true when it has no box on paper.

    Raises:
        KeyError: The form has no such field.
    """
    field, placement = spec.field(field_id), _place(spec, field_id)
    if placement is None or is_blank(value):
        return True
    return _misfit(spec, BoxedValue(paper_text(value, field), field, placement)) is None


def misfits(spec: FormSpec, values: Mapping[str, FieldAnswer]) -> dict[str, LocalizedText]:
    """The answers that cannot be printed as they are, each with what is wrong and what to do.

    Args:
        values: Canonical answers by field id, rows of groups under their full ids, as for
            ``render_filled``; names without a place on paper are left out.
    """
    printed = {field.id: field for field in spec.printed_fields()}
    written = {name: value for name, value in values.items() if name in printed and not is_blank(value)}
    found = {}
    for name, value in written.items():
        field, placement = printed[name], _place(spec, name)
        if placement is None:
            continue
        spare = spare_box(field, placement, written)
        message = _misfit(spec, BoxedValue(paper_text(value, field), field, placement, spare))
        if message is not None:
            found[name] = message
    return found


def is_blank(value: FieldAnswer) -> bool:
    """Whether nothing was answered; the number 0 is an answer."""
    return value is None or value is False or value in ("", [])


def paper_text(value: FieldAnswer, field: FieldSpec) -> str:
    """What a canonical answer looks like in its box."""
    return kind_of(field).to_paper(str(value) if isinstance(value, Decimal) else value, field)


def _place(spec: FormSpec, field_id: str) -> Placement | None:
    places = lay_out(spec).layout.of_field(field_id)
    return places[0] if places and places[0].widget in _WRITTEN_IN else None


# --- what is wrong with it ------------------------------------------------------------------------


def set_or_refuse(spec: FormSpec, value: BoxedValue) -> SetText:
    """The value as it is set in its place.

    Raises:
        RenderError: It does not fit, or has characters that the typeface lacks.
    """
    missing = missing_characters(value.text.replace("\n", " "))
    if missing:
        raise _problem("missing_characters", _MISSING, spec, value, characters=" ".join(missing))
    found = set_text(value)
    if found is None:
        words = _TOO_MANY_CELLS if value.placement.widget is WidgetKind.COMB else _TOO_LONG
        room = longest_start(value)
        raise _problem("value_too_long", words, spec, value, count=len(value.text), room=room)
    return found


def _misfit(spec: FormSpec, value: BoxedValue) -> LocalizedText | None:
    try:
        set_or_refuse(spec, value)
    except RenderError as problem:
        return problem.message
    return None


def _problem(
    code: str, words: LocalizedText, spec: FormSpec, value: BoxedValue, **details: object
) -> RenderError:
    field = value.field
    message = words.fill(label=_label(field), block=_block(spec, field.id), **details)
    problem = RenderError(message, code=code)
    problem.add_note(f"field {field.id}")
    return problem


def _label(field: FieldSpec) -> LocalizedText:
    """The field's label; a name kept in two scripts says in which letters."""
    letters = _LETTERS.get(field.script) if field.twin else None
    if letters is None:
        return field.label
    return LocalizedText(f"{field.label.ar} ({letters.ar})", f"{field.label.fr} ({letters.fr})")


def _block(spec: FormSpec, field_id: str) -> LocalizedText:
    """The titled block or the row of a group that a field stands in; else the form."""
    for section in spec.sections:
        if section.title is not None and any(field.id == field_id for field in section.fields()):
            return section.title
    for group in spec.groups:
        name, _, rest = field_id.partition(".")
        row = rest.partition(".")[0]
        if name == group.id and row.isdecimal():
            return group.item_label.fill(n=row)
    return spec.title


_LETTERS = {
    Script.LATN: LocalizedText("بالحروف اللاتينية", "en lettres latines"),
    Script.ARAB: LocalizedText("بالحروف العربية", "en lettres arabes"),
}
_TOO_LONG = LocalizedText(
    ar="جواب «{label}» في «{block}» أطول من خانته على الورق: عدد حروفه {count} والخانة تسع نحو {room}. "
    "لم يُحذف منه شيء: اختصروه ثم أعيدوا المحاولة.",
    fr="La réponse « {label} », dans « {block} », est trop longue pour sa case sur le papier : "
    "{count} caractères, la case en contient environ {room}. "
    "Rien n'en a été coupé : abrégez-la puis recommencez.",
)
_TOO_MANY_CELLS = LocalizedText(
    ar="جواب «{label}» في «{block}» أطول من خانته على الورق: عدد رموزه {count} وعدد مربعاتها {room}. "
    "لم يُحذف منه شيء: صحّحوه ثم أعيدوا المحاولة.",
    fr="La réponse « {label} », dans « {block} », compte {count} caractères pour {room} cases. "
    "Rien n'en a été coupé : corrigez-la puis recommencez.",
)
_MISSING = LocalizedText(
    ar="في جواب «{label}» في «{block}» رموز لا يمكن طبعها: {characters}. "
    "اكتبوه بالحروف العربية أو اللاتينية.",
    fr="La réponse « {label} », dans « {block} », contient des caractères qui ne peuvent pas être "
    "imprimés : {characters}. Écrivez-la en lettres arabes ou latines.",
)
