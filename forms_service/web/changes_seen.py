"""What changed in a dossier after somebody looked at it, as they read it: which answer, which paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.correction_slip import answer_field
from core.dossier import fact_fields
from core.form_spec import FieldSpec
from forms_service.locales import has
from forms_service.services.storing_answers import group_place
from forms_service.services.views import EventView
from forms_service.web import screens
from forms_service.web.applicant import Opened
from forms_service.web.languages import language, translate
from forms_service.web.presentation import type_name
from forms_service.web.security import services, the_actor


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is no longer as it was: what it is, and what it says now."""

    label: str
    said: str


def changes_seen(one: Opened, revision: int) -> list[Change]:
    """What changed since the dossier stood at that revision, whoever did it; each thing once."""
    events = services().changes_since(the_actor(), one.view.id, revision, own=True)
    return list(dict.fromkeys(change for event in events for change in _changes(one, event)))


def only_read_without_remark(one: Opened, revision: int) -> bool:
    """Whether nothing happened since but that papers were read as what they were sent as, and nothing was found."""
    events = services().changes_since(the_actor(), one.view.id, revision, own=True)
    papers = {paper.id: paper for paper in one.view.attachments}
    for event in events:
        paper = papers.get(str(event.details.get("attachment")))
        if event.action != "read" or paper is None or paper.declared_type != paper.type:
            return False
        if paper.is_form:  # what was read on it, sure or not, stands on the page that is declared
            return False
        if paper.status == "refused" or paper.seen_as or paper.warnings:
            return False
    return bool(events)


def _changes(one: Opened, event: EventView) -> Iterator[Change]:
    details = event.details
    listed = details.get("fields")
    names = [*(listed if isinstance(listed, list) else ()), *filter(None, [details.get("field")])]
    for name in map(str, names):
        field = _field(one, name)
        if field is not None:
            yield Change(_label(one, field, name), _said(one, field, name))
    groups = details.get("groups")
    for name in groups if isinstance(groups, list) else ():
        count = len(one.view.dossier.groups.get(str(name), ()))
        yield Change(
            one.spec.group(str(name)).label.in_language(language()), translate("groups.count", n=count)
        )
    if "attachment" in details:
        yield Change(_words(event), _paper(one, str(details["attachment"])))
    elif not names and not groups:
        yield Change(_words(event), "")


def _field(one: Opened, name: str) -> FieldSpec | None:
    facts = {field.id: field for field in fact_fields(one.spec)}
    return answer_field(one.spec, name) or facts.get(name)


def _label(one: Opened, field: FieldSpec, name: str) -> str:
    label = screens.plain_label(field.label, one.spec).in_language(language())
    place = group_place(one.spec, name)
    if place is None:
        return label
    return translate("common.pair", label=one.view.row_label(place[0].id, place[1]), value=label)


def _said(one: Opened, field: FieldSpec, name: str) -> str:
    place = group_place(one.spec, name)
    if place is not None:
        rows = one.view.dossier.groups.get(place[0].id, ())
        value = rows[place[1] - 1].get(place[2]) if place[1] <= len(rows) else None
    else:
        value = one.view.dossier.answers().get(name, one.view.dossier.facts.get(name))
    said = one.view.raw.get(name) or screens.on_screen(field, value, language())
    return said or translate("check.not_given")


def _paper(one: Opened, attachment_id: str) -> str:
    paper = next((paper for paper in one.view.attachments if paper.id == attachment_id), None)
    return type_name(paper.type or paper.declared_type) if paper else ""


def _words(event: EventView) -> str:
    code = f"event.{event.action}"
    return translate(code if has(code) else "event.other")
