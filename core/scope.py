"""What a spec's expressions see of a dossier: every declared name, answered or blank."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from core.conditions import Scope
from core.dossier import Dossier
from core.field_kinds import KINDS, Answer, kind_of
from core.form_spec import FieldSpec, FormSpec, Group
from core.registers import record_variables

_ROW_NUMBER = "n"


def build_scope(spec: FormSpec, dossier: Dossier, on: date, figures_on: date | None = None) -> Scope:
    """Give expressions the answers, facts, rows and parameters in force on a day.

    Every declared name is there, blank when unanswered, so a condition never meets a missing one.

    Args:
        figures_on: The day whose parameters count where that is another one: what was agreed on at the
            deposit stays, whatever rates are since.
    """
    answers = dossier.answers()
    variables: dict[str, Any] = {"on": on.isoformat(), "calc": {}, "document": {}}
    variables |= dict(record_variables(spec))
    for one in visible_fields(spec.fields()):
        _put(variables, one.id, _seen(one, answers.get(one.id, one.default)))
    variables["param"] = {p.id: _number(p.on(figures_on or on).value) for p in spec.parameters}
    scope = Scope(variables, dossier_functions(spec, dossier))
    for fact in spec.facts:
        given = dossier.facts.get(fact.id)
        if given is None and fact.value is not None:
            given = fact.value.evaluate(scope)
        _put(variables, fact.id, _seen_fact(fact.kind, given))
    for group in spec.groups:
        variables[group.id] = [
            row_variables(group, row, number, scope)
            for number, row in enumerate(dossier.groups.get(group.id, ()), start=1)
        ]
    return scope


def row_variables(group: Group, row: Mapping[str, Answer], number: int, scope: Scope) -> dict[str, Any]:
    """One row of a group as expressions see it: its answers, its number ``n``, its derived names."""
    variables: dict[str, Any] = {_ROW_NUMBER: number}
    for one in visible_fields(group.fields):
        _put(variables, one.id, _seen(one, row.get(one.id, one.default)))
    for name, condition in group.derived:
        variables[name] = condition.evaluate(scope.with_variables(**{group.item: variables}))
    return variables


def visible_fields(fields: Iterable[FieldSpec]) -> list[FieldSpec]:
    """The fields expressions may name: all whose id does not extend another one's.

    ``assured.last.ar`` lies under ``assured.last``, which is already a value and has no members.
    """
    every = list(fields)
    ids = {one.id for one in every}

    def extends_another(field_id: str) -> bool:
        parts = field_id.split(".")
        return any(".".join(parts[:count]) in ids for count in range(1, len(parts)))

    return [one for one in every if not extends_another(one.id)]


def variable_names(spec: FormSpec) -> list[str]:
    """Every name a form-level expression may use."""
    names = [one.id for one in visible_fields(spec.fields())] + [fact.id for fact in spec.facts]
    names += [group.id for group in spec.groups] + [f"param.{p.id}" for p in spec.parameters]
    names += [f"calc.{one.id}" for one in spec.calculations]
    names += [one.id for one in spec.records]
    names += [f"{one.id}.{member.id}" for one in spec.records if not one.many for member in one.fields]
    return [*names, "on"]


def row_names(group: Group) -> list[str]:
    """Every member of a row that expressions may name."""
    return [one.id for one in visible_fields(group.fields)] + [n for n, _ in group.derived] + [_ROW_NUMBER]


def dossier_functions(spec: FormSpec, dossier: Dossier) -> dict[str, Callable[..., Any]]:
    """The functions that look into one dossier."""
    present = [one for one in dossier.attachments if one.counts]
    sections = {section.id: section for section in spec.sections}
    answers = dossier.answers()

    def filled(section_id: str) -> bool:
        fields = sections[section_id].fields() if section_id in sections else ()
        return any(not is_blank(answers.get(one.id)) for one in fields if one.default is None)

    rows = max((len(one) for one in dossier.groups.values()), default=0)

    def has_document_for_child(kind: str, n: int) -> bool:
        """Whether a document is for this row: marked so, or enough unmarked ones for every row."""
        marks = [one.child for one in present if one.type == kind]
        served = {mark for mark in marks if mark is not None}
        return n in served or 0 < rows - len(served) <= marks.count(None)

    return {
        "has_document": lambda kind: any(one.type == kind for one in present),
        "has_document_for_child": has_document_for_child,
        "on_file": lambda kind: kind in dossier.on_file,
        "declared": lambda event: event in dossier.declared,
        "filled": filled,
    }


def is_blank(answer: object) -> bool:
    """Whether an answer says nothing: absent, empty, or an unticked box; the number 0 says something."""
    return answer is None or answer is False or answer in ("", [])


def _seen(spec: FieldSpec, answer: Any) -> Any:
    kind = kind_of(spec)
    if answer is None:
        return kind.blank
    return float(answer) if kind.name == "amount" else answer


def _seen_fact(kind_name: str, given: Any) -> Any:
    kind = KINDS[kind_name]
    if given is None:
        return kind.blank
    return float(given) if kind_name == "amount" else given


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _put(variables: dict[str, Any], dotted: str, value: Any) -> None:
    """Set ``a.b`` as a member; members below a name that is itself a value are not visible."""
    *path, last = dotted.split(".")
    for part in path:
        variables = variables.setdefault(part, {})
    variables[last] = value
