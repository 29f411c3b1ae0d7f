"""The words of a course with what they name filled in: days, amounts, answers, as each language writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.conditions import Scope
from core.dossier import fact_fields
from core.field_kinds import KINDS, Answer, kind_of
from core.flow import Flow
from core.form_spec import FieldSpec, FormSpec, Table
from core.localized_text import Language, LocalizedText, Script
from core.measures import measured
from core.registers import in_both

_T = LocalizedText
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

ALWAYS_KNOWN: Mapping[str, LocalizedText] = {
    "reference": _T("مرجع الملف", "Référence du dossier"),
    "applicant": _T("صاحب الطلب", "Demandeur"),
    "registration": _T("رقم التسجيل", "N° d'immatriculation"),
    "today": _T("التاريخ", "Date"),
    "entered": _T("منذ", "Depuis le"),
    "deposited": _T("تاريخ الإيداع", "Date de dépôt"),
    "reason": _T("السبب", "Motif"),
}
"""Names every text of a course may use, with their labels."""

LETTER_NAMES = frozenset({"first_name", "reference", "address", "reason", "today", "entered", "deposited"})
"""What a message may name beside ``value.…``: whoever else reads it learns nothing of the answers."""


@dataclass(frozen=True, slots=True)
class FlowWords:
    """Fills texts for one request at one moment.

    Attributes:
        scope: What the course's expressions see.
        answers: The canonical answers by field id, those in Arabic writing included.
        more: Words for names that no expression knows, such as the reference.
    """

    spec: FormSpec
    flow: Flow
    scope: Scope
    answers: Mapping[str, Answer] = field(default_factory=dict)
    more: Mapping[str, LocalizedText] = field(default_factory=dict)

    def fill(self, text: LocalizedText) -> LocalizedText:
        """A text with every ``{name}`` replaced; what is not known yet is a dash."""
        names = set(PLACEHOLDER.findall(text.ar + text.fr))
        values = {name: self.value_of(name) for name in names}

        def side(language: Language) -> str:
            return PLACEHOLDER.sub(
                lambda match: values[match[1]].in_language(language) or "–", text.in_language(language)
            )

        return LocalizedText(side(Language.AR), side(Language.FR))

    def label_of(self, name: str) -> LocalizedText:
        """What people call it; the name itself when nothing declares it."""
        kind, _, part = name.partition(".")
        for prefix, parts in (
            ("value", self.flow.values),
            ("calc", self.spec.calculations),
            ("param", self.spec.parameters),
        ):
            if kind == prefix:
                return next((one.label for one in parts if one.id == part), LocalizedText(name, name))
        if name in ALWAYS_KNOWN:
            return ALWAYS_KNOWN[name]
        found = _field(self.spec, name)
        return found.label if found else LocalizedText(name, name)

    def value_of(self, name: str) -> LocalizedText:
        """What it is now, as each language writes it; empty when it is not known."""
        kind, _, part = name.partition(".")
        if name in self.more:
            return self.more[name]
        if kind == "value":
            declared = next((one for one in self.flow.values if one.id == part), None)
            return written(declared.kind if declared else "text", self.scope.variables["value"].get(part))
        if kind == "calc":
            unit = next((one.unit for one in self.spec.calculations if one.id == part), "")
            return _measured(self.scope.variables["calc"].get(part), unit)
        if kind == "param":
            unit = next((one.unit for one in self.spec.parameters if one.id == part), "")
            return _measured(self.scope.variables["param"].get(part), unit)
        if name in ("entered", "deposited"):
            return written("date", self.scope.variables.get(name))
        if name == "today":
            return written("date", self.scope.variables["on"])
        if (one := next((r for r in self.spec.records if r.id == kind and not r.many), None)) is not None:
            member_kind = next((f.kind for f in one.fields if f.id == part), "text")
            arabic, french = in_both(self.scope.variables.get(one.id, {}), part)
            return LocalizedText(written(member_kind, arabic).ar, written(member_kind, french).fr)
        return self._answer(name)

    def rows_of(self, table: Table) -> list[list[LocalizedText]]:
        """The cells of a table, row by row."""
        rows = table.rows.evaluate(self.scope)
        return [
            [
                LocalizedText(written(column.kind, arabic).ar, written(column.kind, french).fr)
                for column in table.columns
                for arabic, french in (in_both(row, column.id),)
            ]
            for row in rows
            if isinstance(row, Mapping)
        ]

    def _answer(self, name: str) -> LocalizedText:
        one = _field(self.spec, name)
        if one is None:
            return LocalizedText("", "")
        value = self.answers.get(name)
        if value is None:
            value = _member(self.scope.variables, name)
            if one.kind in ("amount", "integer", "date"):
                return written(one.kind, value)
        twin = self.answers.get(one.twin) if one.twin else None
        kind = kind_of(one)
        arabic = str(twin) if twin and one.script is Script.LATN else kind.to_screen(value, one, Language.AR)
        return LocalizedText(arabic, kind.to_screen(value, one, Language.FR) or arabic)


def known_names(spec: FormSpec, flow: Flow) -> list[str]:
    """Every name that a text or a paper of a course may use."""
    members = (f"{one.id}.{part.id}" for one in spec.records if not one.many for part in one.fields)
    return [
        *ALWAYS_KNOWN,
        *members,
        *(one.id for one in _fields(spec)),
        *(f"calc.{one.id}" for one in spec.calculations),
        *(f"param.{one.id}" for one in spec.parameters),
        *(f"value.{one.id}" for one in flow.values),
    ]


def written(kind: str, value: Any) -> LocalizedText:
    """A value as each language writes it; empty when there is none."""
    if value is None or value == "":
        return LocalizedText("", "")
    if kind == "amount":
        return measured(value, "MAD", all_places=True)
    spec = FieldSpec(id="", kind=kind, label=LocalizedText("", ""), script=Script.ANY)
    if kind == "integer" and isinstance(value, float):
        value = int(value)
    said = KINDS[kind].to_screen(value, spec, Language.FR)
    return LocalizedText(KINDS[kind].to_screen(value, spec, Language.AR), said)


def _measured(value: Any, unit: str) -> LocalizedText:
    if value is None:
        return LocalizedText("", "")
    return measured(value, unit, all_places=unit == "MAD")


def _fields(spec: FormSpec) -> Iterator[FieldSpec]:
    yield from spec.fields()
    yield from fact_fields(spec)
    for records in spec.records:
        if not records.many:
            yield from (replace(one, id=f"{records.id}.{one.id}") for one in records.fields)


def _field(spec: FormSpec, name: str) -> FieldSpec | None:
    return next((one for one in _fields(spec) if one.id == name), None)


def _member(variables: Mapping[str, Any], dotted: str) -> Any:
    found: Any = variables
    for part in dotted.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found
