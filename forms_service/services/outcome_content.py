"""The words of an outcome paper as they are on the day it is made: plain data, drawn whenever it is asked for."""

from __future__ import annotations

from typing import Any

from core.conditions import EVALUATION_ERRORS, Condition, Scope, holds
from core.flow import OutcomePaper, PaperBlock
from core.flow_words import FlowWords
from core.form_spec import Table


def content_of(paper: OutcomePaper, words: FlowWords) -> dict[str, Any]:
    """Everything a paper says, in both languages; blocks that do not apply are left out."""
    blocks = [_block(one, words) for one in paper.blocks if _applies(one.when, words.scope)]
    return {
        "title": paper.title.as_dict(),
        "form": words.spec.id,
        "version": words.spec.version,
        "reference": words.value_of("reference").fr,
        "made_on": words.value_of("today").as_dict(),
        "blocks": blocks,
    }


def _block(block: PaperBlock, words: FlowWords) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if block.heading is not None:
        found["heading"] = words.fill(block.heading).as_dict()
    if block.text is not None:
        found["text"] = words.fill(block.text).as_dict()
    if block.values:
        rows = [(words.label_of(name), words.value_of(name)) for name in block.values]
        found["values"] = [
            [label.as_dict(), value.as_dict()] for label, value in rows if value.fr or value.ar
        ]
    table = next((one for one in words.spec.tables if one.id == block.table), None)
    if table is not None and _applies(table.when, words.scope):
        found["table"] = table_content(table, words)
    return found


def table_content(table: Table, words: FlowWords) -> dict[str, Any]:
    """A table's headings and cells in both languages."""
    return {
        "label": table.label.as_dict(),
        "kinds": [one.kind for one in table.columns],
        "columns": [one.label.as_dict() for one in table.columns],
        "rows": [[cell.as_dict() for cell in row] for row in words.rows_of(table)],
    }


def _applies(when: Condition | None, scope: Scope) -> bool:
    try:
        return holds(when, scope)
    except EVALUATION_ERRORS:
        return False
