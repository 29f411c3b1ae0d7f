"""Whether a spec asks registers for what they can be asked, and tables show what their rows have."""

from __future__ import annotations

from typing import Any

from core.registers import ACCOUNT, EVERYBODY, Records
from core.spec_field_checks import FieldChecks

CHOSEN_KINDS = ("choice", "text", "affiliation_number", "registration_number", "rib")
"""Kinds whose answer may be chosen among a register's rows."""


class RegisterChecks(FieldChecks):
    """What is wrong with records, choices among them, and tables."""

    def register_references(self, field_ids: set[str]) -> None:
        """Keys and choices that point to nothing."""
        records = {one.id: one for one in self.spec.records}
        before: list[Records] = []
        for one in records.values():
            members = {f"{other.id}.{f.id}" for other in before if not other.many for f in other.fields}
            self._key_is_ones_own(one, {other.id for other in before})
            before.append(one)
            if one.key not in {ACCOUNT, EVERYBODY} | field_ids | members:
                self.report(
                    f"records {one.id}",
                    f"key: no field is called {one.key!r}, expected one, a member above, account or everybody",
                )
        for part, asked in self.all_fields():
            where = asked.choices_from
            if where is None:
                continue
            if where.records not in records:
                self.report(part, f"choices_from: no records are called {where.records!r}")
                continue
            members = {member.id for member in records[where.records].fields}
            for name in (where.value, *where.label):
                if name not in members:
                    self.report(part, f"choices_from: {where.records} has no member {name!r}")
            if asked.kind not in CHOSEN_KINDS:
                allowed = ", ".join(CHOSEN_KINDS)
                self.report(
                    part, f"{asked.id}: choices_from does not go with kind {asked.kind}, expected {allowed}"
                )
            elif asked.kind == "choice" and asked.printed:
                self.report(part, f"{asked.id}: choices_from with kind choice needs printed: false")

    def _key_is_ones_own(self, one: Records, above: set[str]) -> None:
        """Whoever types a number must not be told what is known under it; visitors are told by their course."""
        flow = self.spec.flow
        if one.key in (ACCOUNT, EVERYBODY) or (flow is not None and flow.keeps_nothing):
            return
        for _, asked in self.all_fields():
            where = asked.choices_from
            if asked.id == one.key and (where is None or where.records not in above):
                self.report(
                    f"records {one.id}",
                    f"key: anybody may type {one.key!r}, expected a field with choices_from of records above",
                )

    def rehearse_rows(self, part: str, rows: Any) -> None:
        """Whether a table's rows are a list that has what its columns show."""
        table = next(one for one in self.spec.tables if part == f"table {one.id}")
        if not isinstance(rows, list):
            self.report(part, f"rows: gives {rows!r}, expected a list of rows")
            return
        members = set(rows[0]) if rows else {one.id for one in table.columns}
        for column in table.columns:
            if column.id not in members:
                self.report(part, f"columns: the rows have no member {column.id!r}")
