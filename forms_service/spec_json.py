"""A spec as JSON, for other programs: fields with their place on paper, documents, facts, rules."""

from __future__ import annotations

from typing import Any

from core.conditions import Condition
from core.document_types import DocumentTypes
from core.form_spec import FieldSpec, FormSpec, Section
from core.placement import BoxMm, FormLayout, Placement, WidgetKind


def spec_as_json(spec: FormSpec, layout: FormLayout, types: DocumentTypes) -> dict[str, Any]:
    """The shape of ``specs show --json``.

    ``fields`` are those printed on paper, ``screen_fields`` those asked on screen only.
    """
    return {
        "id": spec.id,
        "version": spec.version,
        "digest": spec.digest,
        "title": spec.title.as_dict(),
        "header": [line.as_dict() for line in spec.header],
        "procedure": _procedure(spec),
        "proposed": spec.proposed,
        "pages": layout.pages,
        "page_mm": [210, 297],
        "fields": [_printed_field(one, layout) for one in spec.printed_fields()],
        "screen_fields": [_field(one) for one in spec.fields() if not one.printed],
        "sections": [_section(section) for section in spec.sections],
        "groups": [_group(spec, group.id) for group in spec.groups],
        "facts": [_fact(spec, fact.id) for fact in spec.facts],
        "footnotes": {mark: text.as_dict() for mark, text in spec.footnotes.items()},
        "documents": [_document(spec, index) for index in range(len(spec.documents))],
        "document_types": {one.id: one.label.as_dict() for one in types.types.values()},
        "rules": [
            {
                "id": one.id,
                "check": one.check.expression,
                "when": _expression(one.when),
                "per": one.per,
                "severity": one.severity.value,
                "subject": one.subject,
                "message": one.message.as_dict(),
                "source": one.source,
                "proposed": one.proposed,
            }
            for one in spec.rules
        ],
        "declarations": [
            {"id": one.id, "when": _expression(one.when), "text": one.text.as_dict()}
            for one in spec.declarations
        ],
        "deadlines": [
            {
                "id": one.id,
                "label": one.label.as_dict(),
                "months": one.months,
                "days": one.days,
                "source": one.source,
                "proposed": one.proposed,
            }
            for one in spec.deadlines
        ],
        "parameters": [_parameter(spec, index) for index in range(len(spec.parameters))],
        "calculations": [
            {"id": one.id, "label": one.label.as_dict(), "value": one.value.expression, "unit": one.unit}
            for one in spec.calculations
        ],
    }


def _procedure(spec: FormSpec) -> dict[str, Any] | None:
    told = spec.procedure
    if told is None:
        return None
    words = {
        "purpose": told.purpose,
        "where": told.where,
        "signed_by": told.signed_by,
        "deadline_words": told.deadline_words,
    }
    return {
        "who": list(told.who),
        "topic": told.topic,
        **{name: text.as_dict() if text else None for name, text in words.items()},
        "also_printed_as": list(told.also_printed_as),
        "rows": list(told.rows),
        "listed": told.listed,
        "source": told.source,
        "proposed": told.proposed,
    }


def _printed_field(one: FieldSpec, layout: FormLayout) -> dict[str, Any]:
    places = layout.of_field(one.id)
    data = _field(one)
    data["page"] = places[0].page
    data["box_mm"] = _around(places).as_list()
    if one.choices:
        data["choices"] = [_placed_choice(one, place) for place in places]
    elif places[0].widget is WidgetKind.TICK:
        tick = {"value": True, "label": one.label.as_dict(), "page": places[0].page}
        data["choices"] = [{**tick, "box_mm": places[0].box.as_list()}]
    return data


def _placed_choice(one: FieldSpec, place: Placement) -> dict[str, Any]:
    choice = next(choice for choice in one.choices if choice.value == place.choice)
    return {
        "value": choice.value,
        "label": choice.label.as_dict(),
        "page": place.page,
        "box_mm": place.box.as_list(),
    }


def _around(places: tuple[Placement, ...]) -> BoxMm:
    boxes = [place.box for place in places]
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    return BoxMm(left, top, max(box.right for box in boxes) - left, max(box.bottom for box in boxes) - top)


def _field(one: FieldSpec) -> dict[str, Any]:
    required = one.required
    return {
        "id": one.id,
        "kind": one.kind,
        "label": one.label.as_dict(),
        "required": required.expression if isinstance(required, Condition) else required,
        "when": _expression(one.when),
        "max_length": one.max_length,
        "choices": [{"value": c.value, "label": c.label.as_dict()} for c in one.choices] or None,
        "page": None,
        "box_mm": None,
        "comb": one.comb,
        "script": one.script.value,
        "twin": one.twin,
        "office": one.office,
        "lines": one.lines,
        "default": one.default,
        "proposed": one.proposed,
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "id": section.id,
        "title": section.title.as_dict() if section.title else None,
        "when": _expression(section.when),
        "fields": [one.id for one in section.fields()],
    }


def _group(spec: FormSpec, group_id: str) -> dict[str, Any]:
    group = spec.group(group_id)
    return {
        "id": group.id,
        "label": group.label.as_dict(),
        "item": group.item,
        "minimum": group.minimum,
        "maximum": group.maximum,
        "fields": [_field(one) for one in group.fields],
        "derived": {name: condition.expression for name, condition in group.derived},
    }


def _fact(spec: FormSpec, fact_id: str) -> dict[str, Any]:
    fact = next(one for one in spec.facts if one.id == fact_id)
    return {
        "id": fact.id,
        "kind": fact.kind,
        "label": fact.label.as_dict(),
        "value": _expression(fact.value),
        "asked": fact.asked,
        "proposed": fact.proposed,
    }


def _document(spec: FormSpec, index: int) -> dict[str, Any]:
    one = spec.documents[index]
    return {
        "id": one.id,
        "type": one.type,
        "subject": one.subject,
        "label": one.label.as_dict(),
        "when": _expression(one.when),
        "per": one.per,
        "count": one.count,
        "alternatives": list(one.alternatives),
        "unless_on_file": list(one.unless_on_file),
        "unless_declared": list(one.unless_declared),
        "accept_when": _expression(one.accept_when),
        "rule": one.rule,
        "proposed": one.proposed,
    }


def _parameter(spec: FormSpec, index: int) -> dict[str, Any]:
    one = spec.parameters[index]
    return {
        "id": one.id,
        "label": one.label.as_dict(),
        "unit": one.unit,
        "values": [
            {"value": v.value, "since": v.since.isoformat() if v.since else None, "source": v.source}
            for v in one.values
        ],
    }


def _expression(condition: Condition | None) -> str | None:
    return condition.expression if condition else None
