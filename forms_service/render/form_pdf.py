"""Make the PDFs of a form: blank, in many copies, filled, flattened; and read one that comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.errors import RenderError
from core.extraction import FieldAnswer
from core.form_spec import FieldSpec, FormSpec
from core.localized_text import Direction, Language, LocalizedText, Script, listed
from core.placement import BoxMm, Placement, WidgetKind
from forms_service.render.acroform import Fields, Widget, print_field_attributes
from forms_service.render.answer_misfits import is_blank, paper_text
from forms_service.render.appearance import base_direction, draw_tick, draw_value
from forms_service.render.blank_sheets import stream_blanks
from forms_service.render.drawing import number, points
from forms_service.render.form_template import (
    Template,
    template_of,
)
from forms_service.render.layout import PrintedForm
from forms_service.render.pdf_objects import (
    ObjectTable,
    dictionary,
    name,
    reference,
    stream,
    text_string,
)
from forms_service.render.text_pieces import is_told_otherwise
from forms_service.render.typed_values import FilledPdf, read_values
from forms_service.render.value_fitting import BoxedValue, spare_box

__all__ = ["FilledPdf", "read_values", "render_blank", "render_blanks", "render_filled", "stream_blanks"]


def render_blank(spec: FormSpec, reference: str = "", copies: int = 1, variant: str = "") -> bytes:
    """A blank to print or to fill on screen; several copies come as sheets to print, without fields."""
    if copies == 1:
        return render_filled(spec, {}, reference, variant=variant)
    return render_blanks(spec, [reference] * copies, variant)


def render_blanks(spec: FormSpec, references: Sequence[str], variant: str = "") -> bytes:
    """Blanks to print, one after the other in one file, each with its own reference.

    A thousand are better written as they are made: see ``stream_blanks``.
    """
    return b"".join(stream_blanks(spec, references, variant=variant))


def render_filled(
    spec: FormSpec,
    values: Mapping[str, FieldAnswer],
    reference: str = "",
    flatten: bool = False,
    variant: str = "",
) -> bytes:
    """A form with its answers in place.

    Args:
        values: Canonical answers by field id; fields that have no place on paper are left out.
        reference: Reference of the dossier, printed and in the QR code of every page.
        flatten: Draw the answers into the page and leave no field.
        variant: Which print of the form: one of ``layout.VARIANTS``.

    Raises:
        RenderError: An answer does not fit its box, or names a field or a choice that the form lacks.
    """
    template = template_of(spec, fillable=not flatten, variant=variant)
    written = _written_answers(template.form, values)
    objects = template.addition()
    if reference:
        template.put_reference(objects, reference)
    if template.fields is None:
        _draw_into_pages(template, objects, written)
    else:
        _fill_fields(template, template.fields, objects, written)
    return template.with_added(objects)


# --- what is written where -------------------------------------------------------------------------


def _written_answers(
    form: PrintedForm, values: Mapping[str, FieldAnswer]
) -> dict[str, tuple[FieldSpec, FieldAnswer]]:
    """The answers that have a place on paper; unknown names are refused."""
    printed = form.fields
    elsewhere = [field_id for field_id in values if field_id not in printed]
    if elsewhere:
        _refuse_unknown(form.spec, elsewhere)
    return {
        field_id: (printed[field_id], value)
        for field_id, value in values.items()
        if field_id in printed and not is_blank(value)
    }


def _refuse_unknown(spec: FormSpec, field_ids: Sequence[str]) -> None:
    known = {field.id for field in spec.fields()} | {group.id for group in spec.groups}
    unknown = [one for one in field_ids if one not in known and one.partition(".")[0] not in known]
    if unknown:
        raise RenderError(_UNKNOWN_FIELD.fill(form=spec.id, fields=listed(unknown)), code="unknown_field")


def _ticked(field: FieldSpec, value: FieldAnswer, placements: Sequence[Placement]) -> list[Placement]:
    if not field.choices:
        return list(placements)
    wanted = [str(one) for one in value] if isinstance(value, list) else [str(value)]
    offered = {choice.value for choice in field.choices}
    for one in wanted:
        if one not in offered:
            words = _UNKNOWN_CHOICE.fill(label=field.label, value=one, offered=", ".join(sorted(offered)))
            raise RenderError(words, code="unknown_choice")
    return [placement for placement in placements if placement.choice in wanted]


# --- fields ----------------------------------------------------------------------------------------


def _fill_fields(
    template: Template,
    fields: Fields,
    objects: ObjectTable,
    written: Mapping[str, tuple[FieldSpec, FieldAnswer]],
) -> None:
    fonts = {font: reference(template.fonts[font]) for font in ("FormsR", "FormsV")}
    resources = objects.add(dictionary({"Font": dictionary(fonts)})) if written else 0
    for field_id, (field, value) in written.items():
        widgets = fields.widgets.get(field_id)
        if widgets is None:
            continue
        placement = widgets[0].placement
        if placement.widget is WidgetKind.TICK:
            _tick_boxes(fields, objects, field, value, widgets)
        else:
            spare = spare_box(field, placement, written)
            boxed = BoxedValue(paper_text(value, field), field, placement, spare, is_typed=True)
            _write_text(template.form.spec, objects, widgets[0], boxed, resources)


def _tick_boxes(
    fields: Fields, objects: ObjectTable, field: FieldSpec, value: FieldAnswer, widgets: list[Widget]
) -> None:
    ticked = _ticked(field, value, [widget.placement for widget in widgets])
    for widget in widgets:
        if widget.placement in ticked:
            on = name(widget.on_state)
            is_radio = field.id in fields.groups
            objects.put(widget.number, widget.written(f"/AS {on}" if is_radio else f"/AS {on} /V {on}"))
    if field.id in fields.groups:
        group = fields.groups[field.id]
        objects.put(group.number, group.written(ticked[0].choice))


def _write_text(
    spec: FormSpec, objects: ObjectTable, widget: Widget, value: BoxedValue, resources: int
) -> None:
    """An appearance is too short to be worth deflating."""
    drawn = draw_value(spec, value)
    bounds = widget.bounds_of(drawn.box)
    operators = f"/Tx BMC q 0 0 {bounds} re W n\n{drawn.operators}\nQ EMC"
    appearance = objects.add(
        f"<< /Type /XObject /Subtype /Form /BBox [0 0 {bounds}] /Resources {resources} 0 R "
        f"/Length {len(operators)} >>\nstream\n{operators}\nendstream".encode("ascii")
    )
    script = widget.placement.script
    side = "/Q 2 " if script is Script.ANY and base_direction(value.text, script) is Direction.RTL else ""
    written = f"{side}/V {text_string(value.text)} /AP << /N {appearance} 0 R >>"
    objects.put(widget.number, widget.written(written, drawn.box))


# --- flattened -------------------------------------------------------------------------------------


def _draw_into_pages(
    template: Template, objects: ObjectTable, written: Mapping[str, tuple[FieldSpec, FieldAnswer]]
) -> None:
    """Draw every value into its page, each inside its own element of the document's structure."""
    places = {(place.field_id, place.choice): place for place in template.form.layout.placements}
    for (number_, entries), slots in zip(template.pages, template.values, strict=True):
        operators: list[tuple[bool, str]] = []
        for slot in slots:
            place = places[slot.key]
            field, value = written.get(place.field_id, (None, None))
            drawn, language = "", None
            if field is not None and place.widget is WidgetKind.TICK:
                if place in _ticked(field, value, [place]):
                    _, _, width, height = points(place.box)
                    drawn = _at(place.box, draw_tick(width, height))
                    attributes = print_field_attributes(field, place, is_ticked=True)
                    entries_ = {**slot.element.entries, "A": attributes}
                    objects.put(slot.element.number, dictionary(entries_))
            elif field is not None:
                text = paper_text(value, field)
                boxed = BoxedValue(text, field, place, spare_box(field, place, written))
                shown = draw_value(template.form.spec, boxed, is_page_content=True)
                drawn = _at(shown.box, shown.operators)
                language = Language.FR if base_direction(text, place.script) is Direction.LTR else None
                if language is None and is_told_otherwise(text):
                    entries_ = {**slot.element.entries, "ActualText": text_string(text)}
                    objects.put(slot.element.number, dictionary(entries_))
            mark = replace(slot.mark, language=language)
            operators.append((language is None, f"{mark.opened()}\n{drawn}\nEMC"))
        operators.sort(key=lambda one: one[0])  # French, then Arabic: see drawing
        values = objects.add(stream("\n".join(one for _, one in operators).encode("ascii")))
        contents = str(entries["Contents"]).strip("[]")
        objects.put(number_, dictionary({**entries, "Contents": f"[{contents} {reference(values)}]"}))


def _at(box: BoxMm, operators: str) -> str:
    x, y, _, _ = points(box)
    return f"q 1 0 0 1 {number(x)} {number(y)} cm\n{operators}\nQ"


_UNKNOWN_FIELD = LocalizedText(
    ar="لا توجد في الاستمارة {form} خانة بهذا الاسم: {fields}. لم يُملأ شيء: صحّحوا الأسماء ثم أعيدوا المحاولة.",
    fr="Le formulaire {form} n'a pas de champ de ce nom : {fields}. "
    "Rien n'a été rempli : corrigez les noms puis recommencez.",
)
_UNKNOWN_CHOICE = LocalizedText(
    ar="«{value}» ليس من اختيارات «{label}». الاختيارات هي: {offered}.",
    fr="« {value} » n'est pas un choix de « {label} ». Choix possibles : {offered}.",
)
