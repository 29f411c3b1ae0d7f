"""What is wrong with one part of a spec on its own: ids that stand twice, fields that cannot be filled in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from core.construct_reader import ConstructReader
from core.errors import InvalidValue
from core.field_kinds import kind_of
from core.form_spec import FieldSpec, FormSpec
from core.yaml_source import Place

CHOICE_KINDS = ("choice", "choices")


class FieldChecks:
    """What is wrong with single parts of a spec, each told at its place in the file."""

    def __init__(self, spec: FormSpec, places: dict[str, Place], reader: ConstructReader) -> None:
        self.spec, self.places, self.reader = spec, places, reader

    def report(self, part: str, problem: str) -> None:
        """Tell a problem at the place where the part stands."""
        self.reader.report(self.places.get(part, Place(1, 1)), problem)

    def duplicates(self) -> None:
        """Ids that stand for two things."""
        spec = self.spec
        named = [
            ("field or fact", "", [one.id for one in spec.fields()] + [fact.id for fact in spec.facts]),
            ("section or group", "", [s.id for s in spec.sections] + [g.id for g in spec.groups]),
            ("document", "document ", [one.id for one in spec.documents]),
            ("rule", "rule ", [one.id for one in spec.rules]),
            ("parameter", "parameter ", [one.id for one in spec.parameters]),
            ("calculation", "calculation ", [one.id for one in spec.calculations]),
            ("deadline", "deadline ", [one.id for one in spec.deadlines]),
            ("table", "table ", [one.id for one in spec.tables]),
            ("records", "records ", [one.id for one in spec.records]),
        ]
        named += [("field", f"{g.id}.", [one.id for one in g.fields]) for g in spec.groups]
        for what, prefix, ids in named:
            for part, count in Counter(ids).items():
                if count > 1:
                    self.report(
                        f"again {prefix}{part}", f"the {what} id {part!r} stands {count} times, expected once"
                    )

    def fields(self) -> None:
        """What is wrong with one field on its own."""
        for part, one in self.all_fields():
            if one.kind in CHOICE_KINDS:
                self._check_choices(part, one)
            elif one.choices:
                self.report(
                    part, f"{one.id}: kind {one.kind} takes no choices, expected kind choice or choices"
                )
            for mark in one.footnotes + tuple(m for c in one.choices for m in c.footnotes):
                if mark not in self.spec.footnotes:
                    self.report(part, f"{one.id}: footnote {mark!r} is not declared under footnotes")
            if one.width <= 0 or one.lines < 1:
                self.report(part, f"{one.id}: width and lines must be positive")
            self._check_limits(part, one)
            if one.slider and (one.kind != "integer" or one.minimum is None or one.maximum is None):
                self.report(part, f"{one.id}: a slider needs kind integer, minimum and maximum")
            if one.default is not None:
                self._check_default(part, one)
        for section in self.spec.sections:
            for mark in section.footnotes:
                if mark not in self.spec.footnotes:
                    self.report(section.id, f"section {section.id}: footnote {mark!r} is not declared")

    def all_fields(self) -> Iterator[tuple[str, FieldSpec]]:
        """Every field with its place: those of groups under the group's name."""
        for one in self.spec.fields():
            yield one.id, one
        for group in self.spec.groups:
            for one in group.fields:
                yield f"{group.id}.{one.id}", one

    def _check_limits(self, part: str, one: FieldSpec) -> None:
        if one.comb is not None and one.comb < 0:
            self.report(
                part, f"{one.id}: comb is {one.comb}, expected a number of cells, or 0 for a plain box"
            )
        if one.max_length is not None and one.max_length < 1:
            self.report(part, f"{one.id}: max_length is {one.max_length}, expected 1 or more")
        if one.minimum is not None and one.maximum is not None and one.minimum > one.maximum:
            self.report(part, f"{one.id}: minimum {one.minimum} is more than maximum {one.maximum}")

    def _check_choices(self, part: str, one: FieldSpec) -> None:
        if one.choices_from is not None:
            if one.choices:
                self.report(part, f"{one.id}: choices and choices_from exclude each other")
            return
        if len(one.choices) < 2:
            self.report(part, f"{one.id}: a choice needs at least two choices")
        for value, count in Counter(choice.value for choice in one.choices).items():
            if count > 1:
                self.report(part, f"{one.id}: the choice value {value!r} stands {count} times, expected once")

    def _check_default(self, part: str, one: FieldSpec) -> None:
        try:
            kind_of(one).parse(one.default, one)
        except InvalidValue as problem:
            self.report(part, f"{one.id}: the default {one.default!r} is not valid: {problem.message.fr}")

    # --- names ---
