"""Rules that one page of questions can break by itself: told as soon as the page is saved.

Most rules look across pages, and are only known to be broken when all is answered.  A rule that reads
nothing but answers of one page (a day of birth in the future) is like a mistyped answer: whoever just
typed it should hear it there, not at the end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from core.conditions import Scope, holds, unknown_names
from core.document_demands import parameters_in
from core.form_spec import FormSpec, Group, Rule, Severity
from core.localized_text import LocalizedText

_ALWAYS_KNOWN = ("on", "param.*")


def broken_on_page(spec: FormSpec, fields: Collection[str], scope: Scope) -> dict[str, LocalizedText]:
    """What the answers to some fields break by themselves: the message by field.

    Args:
        fields: Ids of the fields that stand on the page.
        scope: The dossier as it is after saving.
    """
    known = (*fields, *_ALWAYS_KNOWN)
    rules = (one for one in spec.rules if one.per is None and one.subject in fields)
    return {
        rule.subject: rule.message.fill(param=parameters_in(scope)) for rule in _broken(rules, known, scope)
    }


def broken_in_row(spec: FormSpec, group: Group, number: int, row_scope: Scope) -> dict[str, LocalizedText]:
    """The same for one row (from 1) of a group, by the field's name in the row.

    Args:
        row_scope: The dossier with the row's variables under the group's ``item``.
    """
    known = (f"{group.item}.*", *_ALWAYS_KNOWN)
    inside = f"{group.id}."
    rules = (one for one in spec.rules if one.per == group.id and one.subject.startswith(inside))
    return {
        rule.subject.removeprefix(inside): rule.message.fill(
            n=number, child=number, param=parameters_in(row_scope)
        )
        for rule in _broken(rules, known, row_scope)
    }


def _broken(rules: Iterator[Rule], known: Collection[str], scope: Scope) -> Iterator[Rule]:
    for rule in rules:
        local = not unknown_names(rule.check.expression, known, {})
        applies = local and rule.severity is Severity.ERROR and holds(rule.when, scope)
        if applies and not rule.check.holds(scope):
            yield rule
