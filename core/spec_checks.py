"""Whether a well-formed spec makes sense: names that exist, conditions that can hold, no duplicates.

Every expression is also rehearsed on a blank dossier and on a sample one, so that a published
spec never fails on somebody's answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from itertools import pairwise, product
from typing import Any

from core.conditions import EVALUATION_ERRORS, Condition, Scope, holds, unknown_names
from core.construct_reader import ConstructReader
from core.dossier import Dossier, FieldValue
from core.field_kinds import Answer, kind_of
from core.flow_checks import check_flow
from core.form_spec import FieldSpec, FormSpec, Group
from core.localized_text import LocalizedText
from core.registers import with_records
from core.scope import build_scope, row_names, variable_names
from core.spec_field_checks import CHOICE_KINDS
from core.spec_register_checks import RegisterChecks
from core.yaml_source import Place

_MOST_COMBINATIONS = 4000
_COMPARED = re.compile(r"""([A-Za-z_][\w.]*)\s*(?:==|!=)\s*(["'])(.*?)\2""")
_LISTED = re.compile(r"""([A-Za-z_][\w.]*)\s+in\s+\[([^\]]*)\]""")
_LITERAL = re.compile(r"""(["'])(.*?)\1""")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_CALLED = re.compile(r"[A-Za-z_]\w*\s*\(")
_NAMED = re.compile(r"""(has_document|has_document_for_child|filled)\(\s*(["'])(.*?)\2""")
_DUMMY_DAY = date(2026, 1, 15)


@dataclass(frozen=True, slots=True)
class _Use:
    """One expression: where it stands, what it is for, and whose rows it may see."""

    condition: Condition
    part: str
    role: str
    per: str | None = None
    sees_document: bool = False
    guard: Condition | None = None


def check_spec(
    spec: FormSpec,
    places: dict[str, Place],
    reader: ConstructReader,
    document_types: Iterable[str] | None,
) -> None:
    """Report everything about ``spec`` that cannot be meant."""
    checks = _Checks(spec, places, reader)
    checks.duplicates()
    checks.fields()
    checks.parameters()
    checks.messages()
    checks.references(None if document_types is None else set(document_types))
    names_exist = checks.names()
    checks.reachable()
    if names_exist:
        checks.rehearse()
    if spec.flow is not None:
        check_flow(spec, spec.flow, places, reader, checks.rehearsed() if names_exist else {})


class _Checks(RegisterChecks):
    def parameters(self) -> None:
        """Dated values out of order: the law of a day must be one value."""
        for parameter in self.spec.parameters:
            part = f"parameter {parameter.id}"
            if not parameter.values:
                self.report(part, f"parameter {parameter.id} has no value")
            for before, after in pairwise(parameter.values):
                if after.since is None or (before.since is not None and before.since >= after.since):
                    self.report(
                        part, f"parameter {parameter.id}: values are not in order, expected the oldest first"
                    )

    def references(self, document_types: set[str] | None) -> None:
        """Ids that point to nothing."""
        spec = self.spec
        group_ids = {group.id for group in spec.groups}
        field_ids = {one.id for one in spec.fields()}
        for kind, parts in (("document", spec.documents), ("rule", spec.rules), ("deadline", spec.deadlines)):
            for one in parts:
                if one.per is not None and one.per not in group_ids:
                    self.report(f"{kind} {one.id}", f"per: no group is called {one.per!r}")
        for deadline in spec.deadlines:
            if deadline.months + deadline.days < 1:
                self.report(f"deadline {deadline.id}", "it has no length, expected months or days")
        for document in spec.documents:
            named = {document.type, *document.alternatives, *document.unless_on_file}
            for missing in sorted(named - document_types) if document_types is not None else ():
                near = get_close_matches(missing, document_types or (), n=1)
                part = f"document {document.id}"
                if near:
                    self.report(part, f"no document type is called {missing!r}, did you mean {near[0]!r}?")
                else:
                    self.report(
                        part, f"no document type is called {missing!r}, declare it in document_types.yaml"
                    )
            if document.accept_when and not document.accept_message:
                self.report(f"document {document.id}", "accept_when needs an accept_message, expected both")
        sections = {section.id for section in spec.sections}
        for use in self._uses():
            for function, _quote, name in _NAMED.findall(use.condition.expression):
                if function == "filled" and name not in sections:
                    self.report(use.part, f"{use.role}: no section is called {name!r}")
                elif function != "filled" and document_types is not None and name not in document_types:
                    self.report(use.part, f"{use.role}: no document type is called {name!r}")
        for group in spec.groups:
            if not 0 <= group.minimum <= group.maximum:
                self.report(
                    group.id, f"minimum {group.minimum} and maximum {group.maximum} bound no number of rows"
                )
            if not 0 <= group.printed_rows <= group.maximum:
                self.report(group.id, f"printed_rows is {group.printed_rows}, expected 0 to {group.maximum}")
            if group.count_field and group.count_field not in field_ids:
                self.report(group.id, f"count_field: no field is called {group.count_field!r}")
            if group.after_section and group.after_section not in {s.id for s in spec.sections}:
                self.report(group.id, f"after_section: no section is called {group.after_section!r}")
        self.register_references(field_ids)
        applicant = [*spec.applicant_fields["name"].split(","), spec.applicant_fields["registration"]]
        applicant += [name for one in spec.applicants for name in (*one.name, one.registration)]
        for field_id in [*applicant, spec.signature_field or ""]:
            if field_id and field_id not in field_ids:
                self.report("applicant", f"applicant: no field is called {field_id!r}")

    def names(self) -> bool:
        """Whether every name in every expression exists; reports those that do not."""
        form_names = variable_names(self.spec)
        rows = {group.id: row_names(group) for group in self.spec.groups}
        rows |= {one.id: [member.id for member in one.fields] for one in self.spec.records}
        found = True
        for use in self._uses():
            known = list(form_names)
            if use.per in rows:
                group = self.spec.group(use.per)
                known += [f"{group.item}.{name}" for name in rows[use.per]] + [group.item]
            if use.sees_document:
                known.append("document.*")
            for name in unknown_names(use.condition.expression, known, rows):
                found = False
                near = get_close_matches(name, known, n=1)
                if near:
                    self.report(use.part, f"{use.role}: {name!r} is unknown, did you mean {near[0]!r}?")
                    continue
                self.report(
                    use.part,
                    f"{use.role}: {name!r} is unknown, expected the id of a field, fact or parameter",
                )
        return found

    def _uses(self) -> Iterator[_Use]:
        spec = self.spec
        for section in spec.sections:
            yield from _given_uses(section.id, when=section.when)
            for one in section.fields():
                required = one.required if isinstance(one.required, Condition) else None
                yield from _given_uses(one.id, when=one.when, required=required)
        for applicant in spec.applicants:
            yield from _given_uses("applicant", when=applicant.when)
        yield from _given_uses("physical_check", when=self.spec.physical_check_always)
        for fact in spec.facts:
            yield from _given_uses(fact.id, value=fact.value, when=fact.when)
        for group in spec.groups:
            yield from self._group_uses(group)
        for amount in spec.calculations:
            yield from _given_uses(f"calculation {amount.id}", value=amount.value, when=amount.when)
        for document in spec.documents:
            part = f"document {document.id}"
            yield from _given_uses(part, document.per, when=document.when)
            if document.accept_when:
                yield _Use(document.accept_when, part, "accept_when", document.per, sees_document=True)
        for rule in spec.rules:
            yield from _given_uses(f"rule {rule.id}", rule.per, check=rule.check, when=rule.when)
        for declared in spec.declarations:
            yield from _given_uses(f"declaration {declared.id}", when=declared.when)
        for limit in spec.deadlines:
            yield from _given_uses(f"deadline {limit.id}", limit.per, starts=limit.starts, when=limit.when)
        for table in spec.tables:
            yield from _given_uses(f"table {table.id}", rows=table.rows, when=table.when)

    def _group_uses(self, group: Group) -> Iterator[_Use]:
        yield from _given_uses(group.id, when=group.when)
        for name, condition in group.derived:
            yield _Use(condition, group.id, f"derived {name}", group.id)
        for one in group.fields:
            required = one.required if isinstance(one.required, Condition) else None
            yield from _given_uses(f"{group.id}.{one.id}", group.id, when=one.when, required=required)

    def messages(self) -> None:
        """Placeholders that nothing fills."""
        parameters = {f"param.{one.id}" for one in self.spec.parameters}
        for rule in self.spec.rules:
            self._check_placeholders(f"rule {rule.id}", rule.message, parameters | {"n", "child"})
        for limit in self.spec.deadlines:
            known = parameters | {"n", "child", "months", "limit", "effect"}
            self._check_placeholders(f"deadline {limit.id}", limit.late_message, known)
        for document in self.spec.documents:
            if document.accept_message:
                self._check_placeholders(f"document {document.id}", document.accept_message, parameters)
        for group in self.spec.groups:
            self._check_placeholders(group.id, group.item_label, {"n"})
            if group.item_name and all(one.id != group.item_name for one in group.fields):
                self.report(group.id, f"item_name: the row has no field {group.item_name}")

    def _check_placeholders(self, part: str, message: LocalizedText, known: set[str]) -> None:
        for name in sorted(set(_PLACEHOLDER.findall(message.ar + message.fr)) - known):
            self.report(part, f"{{{name}}} is filled by nothing, expected one of: {', '.join(sorted(known))}")

    # --- meaning ---

    def reachable(self) -> None:
        """Choice values that do not exist, and blocks and fields that can never apply."""
        choices = {
            name: {choice.value for choice in one.choices}
            for part, one in self.all_fields()
            if one.kind in CHOICE_KINDS and one.choices_from is None
            for name in (part, self._row_name(part))
        }
        for use in self._uses():
            for name, value in _compared_values(use.condition.expression):
                if name in choices and value not in choices[name] | {""}:
                    expected = ", ".join(sorted(choices[name]))
                    self.report(
                        use.part, f"{use.role}: {name} is never {value!r}, expected one of: {expected}"
                    )
        for section in self.spec.sections:
            if section.when is not None and self._never([section.when]):
                self.report(section.id, f"section {section.id} can never apply: when never holds")
                continue
            for one in section.fields():
                conditions = [c for c in (section.when, one.when) if c is not None]
                if one.when is not None and self._never(conditions):
                    self.report(one.id, f"field {one.id} can never be reached: when never holds")
        parts = [("document", one.id, one.when) for one in self.spec.documents]
        parts += [("rule", one.id, one.when) for one in self.spec.rules]
        parts += [("calculation", one.id, one.when) for one in self.spec.calculations]
        for kind, part_id, when in parts:
            if when is not None and self._never([when]):
                self.report(f"{kind} {part_id}", f"{kind} {part_id} can never apply: when never holds")

    def _row_name(self, part: str) -> str:
        for group in self.spec.groups:
            if part.startswith(group.id + "."):
                return f"{group.item}.{part.removeprefix(group.id + '.')}"
        return part

    def _never(self, conditions: list[Condition]) -> bool:
        """Whether no combination of the choices and ticks they name makes all conditions true.

        A form whose facts fail on blank answers is told so elsewhere, and here nothing.
        """
        try:
            return self._none_holds(conditions)
        except EVALUATION_ERRORS:
            return False

    def _none_holds(self, conditions: list[Condition]) -> bool:
        text = " ".join(condition.expression for condition in conditions)
        options: list[tuple[str, list[Answer]]] = []
        for one in self.spec.fields():
            if re.search(rf"(?<![\w.]){re.escape(one.id)}(?![\w.])", text):
                if one.kind == "choice":
                    options.append((one.id, [None, *(choice.value for choice in one.choices)]))
                elif one.kind == "declaration":
                    options.append((one.id, [None, True]))
                else:
                    return False
        names = {name for name, _ in options}
        used = unknown_names(text, names, {})
        if not options and not used and not _CALLED.search(text):
            return not all(condition.holds(self._scope({})) for condition in conditions)
        total = 1
        for _, values in options:
            total *= len(values)
        if used or not options or total > _MOST_COMBINATIONS:
            return False
        for chosen in product(*(values for _, values in options)):
            answers = dict(zip((name for name, _ in options), chosen, strict=True))
            if all(condition.holds(self._scope(answers)) for condition in conditions):
                return False
        return True

    def _scope(self, answers: dict[str, Answer], rows: int = 0) -> Scope:
        values = {name: FieldValue(value) for name, value in answers.items() if value is not None}
        groups = {
            group.id: tuple({f.id: _sample(f) for f in group.fields} for _ in range(rows))
            for group in self.spec.groups
        }
        dossier = Dossier(self.spec.id, self.spec.version, values=values, groups=groups)
        held = {
            one.id: tuple({f.id: _sample(f) for f in one.fields} for _ in range(max(rows, 1) if rows else 0))
            for one in self.spec.records
        }
        return build_scope(with_records(self.spec, held), dossier, _DUMMY_DAY)

    def rehearse(self) -> None:
        """Run every expression on a blank dossier, on one with blank rows, and on a sample one."""
        sample = {one.id: _sample(one) for one in self.spec.fields()}
        blank: Mapping[str, Answer] = {}
        blank_rows = {group.id: (blank,) for group in self.spec.groups}
        for what, dossier in (
            ("when nothing is answered", Dossier(self.spec.id, self.spec.version, groups=blank_rows)),
            ("on sample answers", None),
        ):
            try:
                scope = (
                    self._scope(sample, rows=2)
                    if dossier is None
                    else build_scope(self.spec, dossier, _DUMMY_DAY)
                )
            except EVALUATION_ERRORS as error:
                self._blame_derived(what, error)
                return
            self._rehearse_all(scope, what)

    def rehearsed(self) -> dict[str, Scope]:
        """What expressions see of a blank and of a sample request; none when a derived name fails."""
        sample = {one.id: _sample(one) for one in self.spec.fields()}
        try:
            return {
                "when nothing is answered": self._scope({}),
                "on sample answers": self._scope(sample, rows=2),
            }
        except EVALUATION_ERRORS:
            return {}

    def _blame_derived(self, what: str, error: Exception) -> None:
        group = self.spec.groups[0].id if self.spec.groups else ""
        self.report(group, f"a derived condition or fact fails {what}: {_one_line(error)}")

    def _rehearse_all(self, scope: Scope, what: str) -> None:
        calculated: dict[str, Any] = {}
        for use in self._uses():
            if use.sees_document:
                continue
            local = scope.with_variables(calc=calculated)
            if use.per is not None:
                group = self.spec.group(use.per)
                rows = scope.variables[group.id]
                local = local.with_variables(**{group.item: rows[0]})
            try:
                if not holds(use.guard, local):
                    if use.part.startswith("calculation "):
                        calculated.setdefault(use.part.removeprefix("calculation "), None)
                    continue
                value = use.condition.evaluate(local)
            except EVALUATION_ERRORS as error:
                self.report(use.part, f"{use.role}: fails {what}, guard it with given(…): {_one_line(error)}")
                continue
            if use.part.startswith("calculation ") and use.role == "value":
                calculated[use.part.removeprefix("calculation ")] = value
                if isinstance(value, bool) or not isinstance(value, (int, float)):
                    self.report(use.part, f"value: gives {value!r} {what}, expected a number")
            if use.role == "rows":
                self.rehearse_rows(use.part, value)
            if use.role in ("when", "check", "required") and not isinstance(value, bool):
                self.report(use.part, f"{use.role}: gives {value!r} {what}, expected true or false")


def _given_uses(part: str, per: str | None = None, **roles: Condition | None) -> Iterator[_Use]:
    for role, condition in roles.items():
        if condition is not None:
            yield _Use(condition, part, role, per, guard=None if role == "when" else roles.get("when"))


def _sample(one: FieldSpec) -> Answer:
    if one.kind == "choice":
        return one.choices[0].value if one.choices else None
    if one.kind == "choices":
        return [one.choices[0].value] if one.choices else None
    return kind_of(one).sample


def _compared_values(expression: str) -> Iterator[tuple[str, str]]:
    for name, _quote, value in _COMPARED.findall(expression):
        yield name, value
    for name, listed in _LISTED.findall(expression):
        for _quote, value in _LITERAL.findall(listed):
            yield name, value


def _one_line(error: Exception) -> str:
    return str(error).splitlines()[0].split(" CEL does not")[0][:160]
