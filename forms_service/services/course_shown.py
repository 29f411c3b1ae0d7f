"""What a step of a course shows, in the order it declares: questions by name, amounts, tables, what registers say."""

from __future__ import annotations

from collections.abc import Iterator

from core.conditions import EVALUATION_ERRORS, holds
from core.flow import Step
from core.flow_words import FlowWords, written
from core.form_spec import FormSpec, Section, Table
from core.localized_text import LocalizedText, Script
from core.registers import Records
from core.stages import EDITABLE_STATES
from forms_service.services.course_views import ShownView
from forms_service.services.outcome_content import table_content

DOCUMENTS = "documents"


def shown_in(step: Step, words: FlowWords) -> Iterator[ShownView]:
    """Each thing a step shows; what does not apply now is left out, amounts beside each other are one list."""
    lines: list[tuple[LocalizedText, LocalizedText]] = []
    for name in step.shows:
        line = _line(name, words)
        if line is not None:
            lines += [line] if line[1].fr else []
            continue
        if lines:
            yield ShownView("lines", "", lines=tuple(lines))
            lines = []
        yield from _one(name, words, asks=step.stage in EDITABLE_STATES)
    if lines:
        yield ShownView("lines", "", lines=tuple(lines))


def _line(name: str, words: FlowWords) -> tuple[LocalizedText, LocalizedText] | None:
    if name.partition(".")[0] in ("calc", "value"):
        return words.label_of(name), words.value_of(name)
    return None


def _one(name: str, words: FlowWords, *, asks: bool) -> Iterator[ShownView]:
    spec = words.spec
    kind, _, part = name.partition(".")
    if name == DOCUMENTS:
        yield ShownView(DOCUMENTS, name)
    elif kind == "table" and part:
        table = next(one for one in spec.tables if one.id == part)
        yield from _table(table, words)
    elif (records := next((one for one in spec.records if one.id == name), None)) is not None:
        yield _records(records, words)
    elif (kind_of_part := _kind_of(name, spec)) == "section" and not asks:
        yield from _answered(next(one for one in spec.sections if one.id == name), words)
    else:
        yield ShownView(kind_of_part, name)


def _answered(section: Section, words: FlowWords) -> Iterator[ShownView]:
    """What was answered in a section, where its questions are asked no more."""
    lines = tuple(
        (field.label, said)
        for field in section.fields()
        if not (field.twin and field.script is Script.ARAB)
        and not field.office
        and (said := words.value_of(field.id)).fr
    )
    if lines:
        yield ShownView("lines", section.id, section.heading, lines)


def _kind_of(name: str, spec: FormSpec) -> str:
    if any(one.id == name for one in spec.sections):
        return "section"
    return "group" if any(one.id == name for one in spec.groups) else "fact"


def _table(table: Table, words: FlowWords) -> Iterator[ShownView]:
    try:
        if not holds(table.when, words.scope):
            return
        content = table_content(table, words)
    except EVALUATION_ERRORS:
        return
    if content["rows"]:
        yield ShownView("table", table.id, table.label, table=content)


def _records(records: Records, words: FlowWords) -> ShownView:
    """What a register says: one row as labelled values, several as a table."""
    if not records.many:
        names = [f"{records.id}.{one.id}" for one in records.fields if "." not in one.id]
        lines = tuple((words.label_of(name), words.value_of(name)) for name in names)
        return ShownView("lines", records.id, records.label, tuple(one for one in lines if one[1].fr))
    fields = [one for one in records.fields if "." not in one.id]
    rows = words.scope.variables.get(records.id) or []
    table = {
        "label": records.label.as_dict(),
        "kinds": [one.kind for one in fields],
        "columns": [one.label.as_dict() for one in fields],
        "rows": [[written(one.kind, row.get(one.id)).as_dict() for one in fields] for row in rows],
    }
    return ShownView("table", records.id, records.label, table=table)
