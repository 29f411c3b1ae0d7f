"""The list of tasks of one dossier: which apply, where each leads, how far each has come."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from core.completeness import CompletenessReport, Finding, Requirement
from core.conditions import Scope
from core.form_spec import FormSpec, Group, Section, Severity
from core.localized_text import LocalizedText
from forms_service.services.correction_progress import CorrectionProgress
from forms_service.services.made_forms import declarations_at_deposit
from forms_service.services.views import DossierView
from forms_service.web import correction, readings, screens
from forms_service.web.asked_again import why_declined
from forms_service.web.languages import language, translate
from forms_service.web.papers_in_question import remarked
from forms_service.web.presentation import FORM
from forms_service.web.security import the_actor

FACTS = "facts"
DOCUMENTS = "documents"

NOT_YET = frozenset({"missing_answer", "answer_to_confirm"})
"""Findings about what was not answered yet: nothing is wrong with it."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong with a task: in words, and where it is mended."""

    words: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the list; ``status`` is done, started, todo, problem, or mend where a correction asks.

    Attributes:
        wrong: What must be put right; what is only not answered yet is not wrong.
    """

    key: str
    label: str
    url: str
    status: str
    hint: str | None = None
    wrong: tuple[Wrong, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Tasks under one heading."""

    title: str
    tasks: tuple[Task, ...]


def section_key(section_id: str) -> str:
    """The name of a section's task."""
    return f"section:{section_id}"


def group_key(group_id: str) -> str:
    """The name of a group's task."""
    return f"group:{group_id}"


def blocks(view: DossierView, scope: Scope, report: CompletenessReport) -> list[Block]:
    """Everything there is to do, in three steps: answer, attach, deposit."""
    answers = tuple(_answer_tasks(view, scope, report))
    last = Task(
        "check",
        translate("tasks.check"),
        url_for("deposit.check", dossier_id=view.id),
        "todo" if has_errors(view, scope, report) else "ready",
    )
    return [
        Block(translate("tasks.answer"), answers),
        Block(translate("tasks.attach"), (_documents_task(view, report),)),
        Block(translate("tasks.deposit"), (last,)),
    ]


def has_errors(view: DossierView, scope: Scope, report: CompletenessReport) -> bool:
    """Whether anything needed is still missing or wrong."""
    return any(one.severity is Severity.ERROR for one in open_findings(view, scope, report))


def _answer_tasks(view: DossierView, scope: Scope, report: CompletenessReport) -> list[Task]:
    tasks = []
    for key in ordered_keys(view.spec, scope):
        kind, _, name = key.partition(":")
        if kind == "section":
            section = next(s for s in view.spec.sections if s.id == name)
            tasks.append(_section_task(view, section, scope, report))
        elif kind == "group":
            tasks.append(_group_task(view, view.spec.group(name), scope, report))
        else:
            done = any(fact.id in view.dossier.facts for fact in screens.asked_facts(view.spec, scope))
            status = "done" if done else "todo"
            title = translate("for_staff.facts_title" if the_actor().is_staff else "facts.title")
            tasks.append(Task(key, title, key_url(view.id, key), status))
    return tasks


def ordered_keys(spec: FormSpec, scope: Scope) -> list[str]:
    """The tasks of answering, in the order of the paper; a group follows the section it belongs to."""
    groups = screens.asked_groups(spec, scope)
    keys = []
    for section in spec.sections:
        if screens.asked_fields(section, scope):
            keys.append(section_key(section.id))
        keys += [group_key(group.id) for group in groups if group.after_section == section.id]
    keys += [group_key(group.id) for group in groups if group_key(group.id) not in keys]
    if screens.asked_facts(spec, scope):
        keys.append(FACTS)
    return keys


def key_url(dossier_id: str, key: str) -> str:
    """Where a task leads."""
    kind, _, name = key.partition(":")
    if kind == "section":
        return url_for("applicant.section", dossier_id=dossier_id, section_id=name)
    if kind == "group":
        return url_for("groups.rows", dossier_id=dossier_id, group_id=name)
    if kind == FACTS:
        return url_for("applicant.facts", dossier_id=dossier_id)
    return url_for("documents.documents", dossier_id=dossier_id)


def next_url(view: DossierView, scope: Scope, done: str) -> str:
    """Where to go after the task ``done``: the next one, the documents after the last; back to a course of its own."""
    if view.spec.flow is not None:
        return url_for("course.step", dossier_id=view.id)
    keys = [*ordered_keys(view.spec, scope), DOCUMENTS]
    place = keys.index(done) + 1 if done in keys else 0
    return key_url(view.id, keys[min(place, len(keys) - 1)])


def section_title(section: Section) -> str:
    """The heading of a section; one without is named after the answers."""
    return section.heading.in_language(language()) if section.heading else translate("section.untitled")


def _section_task(view: DossierView, section: Section, scope: Scope, report: CompletenessReport) -> Task:
    ids = {one.id for one in screens.asked_fields(section, scope)}
    mine = [
        finding
        for finding in report.findings
        if finding.severity is Severity.ERROR and finding.subject in ids | {section.id}
        if _miscounted(view, finding) is None
    ]
    answers = view.dossier.answers()
    begun = any(one.id in answers or one.id in view.raw for one in section.fields() if one.id in ids)
    url = key_url(view.id, section_key(section.id))
    wrong = _wrong(view, scope, mine) if begun else ()
    return Task(section_key(section.id), section_title(section), url, _status(mine, begun), wrong=wrong)


def _group_task(view: DossierView, group: Group, scope: Scope, report: CompletenessReport) -> Task:
    rows = view.dossier.groups.get(group.id, ())
    mine = [
        finding
        for finding in report.findings
        if finding.severity is Severity.ERROR
        and finding.code != "missing_document"
        and (
            finding.subject == group.id
            or finding.subject.startswith(group.id + ".")
            or _miscounted(view, finding) is group
        )
    ]
    return Task(
        group_key(group.id),
        group.label.in_language(language()),
        key_url(view.id, group_key(group.id)),
        _status(mine, bool(rows)) if rows or mine or group.minimum else "todo",
        hint=translate("groups.count", n=len(rows)) if rows else None,
        wrong=_wrong(view, scope, mine),
    )


def _miscounted(view: DossierView, finding: Finding) -> Group | None:
    """The group whose rows are not as many as an answer states, where a finding says so."""
    if finding.code != "rule_broken":
        return None
    stated = view.dossier.answers().get(finding.subject)
    for group in view.spec.groups:
        if group.count_field == finding.subject and stated != len(view.dossier.groups.get(group.id, ())):
            return group
    return None


def _states_more(view: DossierView, group: Group) -> bool:
    """Whether rows are still to be added: more are stated than described."""
    stated = view.dossier.answers().get(group.count_field or "")
    return isinstance(stated, int) and stated > len(view.dossier.groups.get(group.id, ()))


def _wrong(view: DossierView, scope: Scope, findings: list[Finding]) -> tuple[Wrong, ...]:
    """What is wrong, each in the words of its finding, with its row and its place."""
    found = []
    for one in findings:
        if one.code in NOT_YET:
            continue
        words, row = (
            worded(view.spec, one).in_language(language()),
            correction.row_name(view.spec, one.subject),
        )
        if (group := _miscounted(view, one)) is not None:
            described = len(view.dossier.groups.get(group.id, ()))
            stated = view.dossier.answers().get(one.subject)
            words = translate("tasks.miscounted", stated=stated, n=described)
        named = row is None or words.startswith(row)  # rules of rows begin with the row themselves
        found.append(Wrong(words if named else f"{row} – {words}", place_of(view, scope, one)))
    return tuple(found)


def _status(findings: list[Finding], begun: bool) -> str:
    if not findings:
        return "done" if begun else "optional"
    if any(finding.code not in NOT_YET for finding in findings) and begun:
        return "problem"
    return "started" if begun else "todo"


def _documents_task(view: DossierView, report: CompletenessReport) -> Task:
    missing = missing_documents(report)
    uploads = bool(view.attachments)
    hint = translate("documents.missing_count", n=len(missing)) if missing else None
    reading = any(not one.status.is_final for one in view.attachments)
    if not missing and reading:
        hint = translate("documents.being_read")
    elif not missing and (doubted := len(remarked(view, report))):
        hint = translate("other_kind.remarks_count", n=doubted)
    status = "done" if not missing and not reading else ("started" if uploads else "todo")
    return Task(DOCUMENTS, translate("documents.title"), key_url(view.id, DOCUMENTS), status, hint)


def missing_documents(report: CompletenessReport) -> list[Requirement]:
    """The documents still to hand in."""
    return [one for one in report.required if not one.satisfied]


@dataclass(frozen=True, slots=True)
class CorrectionPlace:
    """One thing a reviewer asked to mend, and where."""

    label: str
    url: str | None
    done: bool = False
    why: str = ""
    subject: str = ""


def correction_places(
    view: DossierView, scope: Scope, progress: CorrectionProgress | None = None
) -> list[CorrectionPlace]:
    """Where the applicant mends what a reviewer asked for, and what of it is done."""
    if view.correction is None:
        return []
    found = []
    done = {**progress.fields, **progress.documents} if progress else {}
    for subject in view.correction.fields:
        if named := _label_of(view.spec, subject):
            field = next((one for one in view.spec.fields() if one.id == subject), None)
            row = (
                correction.place_name(view.spec, field) if field else correction.row_name(view.spec, subject)
            )
            words = named.in_language(language())
            place = Finding("correction", Severity.INFO, subject, named, "")
            label = f"{row} – {words}" if row else words
            code = view.correction.reasons.get(subject)
            why = translate(f"answer_reason.{code}") if code else ""
            found.append(
                CorrectionPlace(label, place_of(view, scope, place), done.get(subject, False), why, subject)
            )
    for subject in view.correction.documents:
        if document := correction.named_document(view.spec, subject):
            label, anchor = document
            url = key_url(view.id, DOCUMENTS) + anchor
            why = why_declined(view, subject)
            found.append(CorrectionPlace(label, url, done.get(subject, False), why, subject))
    return found


def open_findings(view: DossierView, scope: Scope, report: CompletenessReport) -> list[Finding]:
    """The findings somebody still has to act on.

    Until the deposit, what ticking the declaration there settles is left out.
    """
    if not view.may_edit:
        return list(report.findings)
    at_deposit = {one.id for one in declarations_at_deposit(view.spec, scope)}
    if at_deposit and view.spec.signature_field:
        at_deposit.add(view.spec.signature_field)
    return [finding for finding in report.findings if finding.subject not in at_deposit]


def worded(spec: FormSpec, finding: Finding) -> LocalizedText:
    """A finding's sentence; one about an answer's spelling is told which answer it means."""
    if finding.code != "unreadable_answer":
        return finding.message
    label = _label_of(spec, finding.subject)
    if label is None:
        return finding.message
    return LocalizedText(f"«{label.ar}»: {finding.message.ar}", f"« {label.fr} » : {finding.message.fr}")


def label_of(spec: FormSpec, subject: str) -> str:
    """What an answer is called; empty for what is no answer."""
    label = _label_of(spec, subject)
    return label.in_language(language()) if label else ""


def page_of(view: DossierView, subject: str) -> str:
    """The page an answer stands on: its section, or the row it belongs to; empty for what is no answer."""
    for group in view.spec.groups:
        number = subject.removeprefix(f"{group.id}.").partition(".")[0]
        if subject.startswith(f"{group.id}.") and number.isdigit():
            return view.row_label(group.id, int(number)).in_language(language())
    sections = (one for one in view.spec.sections if any(field.id == subject for field in one.fields()))
    return next((section_title(one) for one in sections), "")


def _label_of(spec: FormSpec, subject: str) -> LocalizedText | None:
    for group in spec.groups:
        if subject.startswith(group.id + "."):
            name = subject.split(".", 2)[-1]
            return next((one.label for one in group.fields if one.id == name), None)
    fields = {one.id: one.label for one in spec.fields()} | {fact.id: fact.label for fact in spec.facts}
    label = fields.get(subject)
    return screens.plain_label(label, spec) if label else None


def place_of(view: DossierView, scope: Scope, finding: Finding) -> str | None:
    """Where the applicant mends what a finding says; None when there is no such place."""
    subject = finding.subject
    group = _miscounted(view, finding)
    if group is not None and _states_more(view, group):
        return key_url(view.id, group_key(group.id))
    if finding.code == "answer_to_confirm":
        return url_for("confirming.answers", dossier_id=view.id) + "#" + readings.target_of(subject)
    if any(document.id == subject and document.type == FORM for document in view.spec.documents):
        return key_url(view.id, DOCUMENTS) + "#the-form"
    if subject in {document.id for document in view.spec.documents}:
        return key_url(view.id, DOCUMENTS) + f"#doc-{subject}"
    for group in view.spec.groups:
        if subject == group.id:
            return key_url(view.id, group_key(group.id))
        if subject.startswith(group.id + "."):
            number = subject.split(".")[1]
            return url_for("groups.row", dossier_id=view.id, group_id=group.id, number=number)
    for section in screens.asked_sections(view.spec, scope):
        if subject == section.id or subject in {one.id for one in section.fields()}:
            anchor = "" if subject == section.id else "#q-" + subject.replace(".", "-")
            return key_url(view.id, section_key(section.id)) + anchor
    if subject in {fact.id for fact in view.spec.facts if fact.asked}:
        return key_url(view.id, FACTS)
    return None
