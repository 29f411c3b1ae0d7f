"""The applicant's dossier: the list of tasks and one page per topic, all made from the spec."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.completeness import CompletenessReport
from core.conditions import Scope
from core.deposit import PART_NOT_GIVEN, applicant_name, applicant_of
from core.errors import DossierError
from core.form_spec import FieldSpec, FormSpec, Section, Severity
from core.localized_text import LocalizedText
from core.scope import build_scope
from core.told_at_once import broken_on_page
from forms_service.services.known_answers import KnownAnswer
from forms_service.services.views import DossierView
from forms_service.web import asked_again, readings, screens, security, tasks, typed_answers
from forms_service.web.asked_numbers import MOST_CHANGES, posted_number
from forms_service.web.languages import language, translate
from forms_service.web.once import once
from forms_service.web.rows_to_describe import rows_to_describe
from forms_service.web.security import needs, services, the_actor
from forms_service.web.typed_too_late import TypedLine, is_news, typed_too_late

PREFIX = "/dossiers"
pages = Blueprint("applicant", __name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """A dossier as its pages need it: what it holds, and what its conditions see."""

    view: DossierView
    scope: Scope

    @property
    def spec(self) -> FormSpec:
        """The form version this dossier was opened under."""
        return self.view.spec

    @property
    def person(self) -> str:
        """Who asks, in the page's own script; the name that lists know where the answers give half of it."""
        name = applicant_name(applicant_of(self.spec, self.scope).name, self.view.dossier.answers())
        whole = name.in_language(language())
        return whole if whole and PART_NOT_GIVEN not in whole else self.view.owner_name


def opened(dossier_id: str) -> Opened:
    """Open a dossier of whoever is signed in."""
    view = services().dossier(the_actor(), dossier_id)
    return Opened(view, build_scope(view.spec, view.dossier, services().day_of_deposit(view)))


def editable(dossier_id: str) -> Opened | Response:
    """Open a dossier to change it; one that may not be changed leads to its follow-up page.

    Answers that were posted to it are shown first: they are saved nowhere, and may be wanted.
    """
    one = opened(dossier_id)
    if one.view.may_edit:
        return one
    typed = _typed_in_vain(one) if request.method == "POST" else []
    if typed:
        page = render_template("typed_too_late.html", view=one.view, typed=typed)
        return make_response(page, 409)
    flash(translate("dossier.locked"), "info")
    return redirect(url_for("deposit.status", dossier_id=dossier_id), code=303)


def _typed_in_vain(one: Opened) -> list[TypedLine]:
    place = request.view_args or {}
    group = next((each for each in one.spec.groups if each.id == place.get("group_id")), None)
    if group is not None:
        rows, number = one.view.dossier.groups.get(group.id, ()), int(place.get("number") or 0)
        held = rows[number - 1] if 1 <= number <= len(rows) else {}
        return typed_too_late(group.fields, held, request.form, language())
    held = {**one.view.dossier.answers(), **one.view.dossier.facts}
    fields = [*one.spec.fields(), *screens.asked_facts(one.spec, one.scope)]
    return typed_too_late(fields, held, request.form, language())


@pages.get("/")
@needs("applicant", "clerk")
def dossiers() -> str:
    """The requests of whoever is signed in, and the forms to begin a new one."""
    return render_template(
        "dossiers.html",
        found=services().dossiers(the_actor(), request.args.get("page", 1, type=int)),
        forms=security.application().catalogue.forms(),
    )


@pages.post("/")
@needs("applicant")
@once
def open_dossier() -> Response:
    """Begin a request on one form."""
    dossier_id = services().open_dossier(the_actor(), request.form.get("form", ""), language())
    return redirect(url_for(".task_list", dossier_id=dossier_id), code=303)


@pages.get("/<dossier_id>")
@needs("applicant", "clerk")
def task_list(dossier_id: str) -> str | Response:
    """What is to be done for this request and how far each part has come."""
    one = opened(dossier_id)
    if not one.view.may_edit:
        return redirect(url_for("deposit.status", dossier_id=dossier_id))
    if one.spec.flow is not None:
        return redirect(url_for("course.step", dossier_id=dossier_id))
    from forms_service.web.missing_points import missing_points  # it takes an opened dossier itself

    report = services().completeness(the_actor(), dossier_id)
    progress = services().correction_progress(the_actor(), dossier_id)
    places = []
    if one.view.correction and not one.view.correction.answered:
        places = tasks.correction_places(one.view, one.scope, progress)
    return render_template(
        "tasks.html",
        view=one.view,
        person=one.person,
        errors=missing_points(one, report, {Severity.ERROR}),
        blocks=asked_again.marked(tasks.blocks(one.view, one.scope, report), places),
        waiting=len(services().answers_to_confirm(the_actor(), dossier_id)),
        correction_places=places,
        correction_complete=progress is not None and progress.complete,
        stack=services().stack_of(the_actor(), dossier_id),
        empty_draft="clerk" in the_actor().roles and services().is_empty_draft(the_actor(), dossier_id),
        to_print={"usual": "usual", "large": "large"}.get(request.args.get("print", "")),
        to_describe=rows_to_describe(one.view) if _came_on_paper(one.view) else [],
    )


def _came_on_paper(view: DossierView) -> bool:
    """Whether somebody filled in paper: the form that is made of the answers tells nothing of its own."""
    return any(one.is_form and not one.made_on_screen for one in view.attachments)


# --- one topic a page ---------------------------------------------------------------------------


@pages.get("/<dossier_id>/section/<section_id>")
@needs("applicant", "clerk")
def section(dossier_id: str, section_id: str) -> str | Response:
    """Ask the questions of one section."""
    one = editable(dossier_id)
    if isinstance(one, Response):
        return one
    topic = _section(one, section_id)
    known = services().known_answers(the_actor(), dossier_id)
    return _section_page(one, topic, _proposed(_given(one, topic), known, topic), known=known)


@pages.post("/<dossier_id>/section/<section_id>")
@needs("applicant", "clerk")
def save_section(dossier_id: str, section_id: str) -> str | Response | tuple[str, int]:
    """Keep what was typed; stay while something is wrong or new questions have come up."""
    one = editable(dossier_id)
    if isinstance(one, Response):
        return one
    topic = _section(one, section_id)
    asked = screens.asked_fields(topic, one.scope)
    raw = typed_answers.posted_answers(asked, request.form)
    waiting = services().answers_to_confirm(the_actor(), dossier_id)
    known = services().known_answers(the_actor(), dossier_id)
    try:
        emptied = known.keys() & typed_answers.left_blank(asked, request.form)
        problems = services().answer(the_actor(), dossier_id, raw, {}, posted_revision(), emptied)
    except DossierError as conflict:
        if conflict.code != "changed_meanwhile":
            raise
        return _section_page(opened(dossier_id), topic, screens.Given(raw, {}), conflict), 409
    _note_reused(dossier_id, known, raw)
    ticked = readings.keep_ticked(dossier_id, waiting, request.form)
    if problems:
        return _section_page(
            opened(dossier_id), topic, _still_wrong(dossier_id, topic, raw, problems, ticked.confirmed)
        ), 422
    if ticked.torn:
        return readings.ask_which(dossier_id, ticked.torn)
    after = opened(dossier_id)
    if broken := broken_on_page(after.spec, {f.id for f in asked}, after.scope):
        return _section_page(after, topic, screens.Given(_given(after, topic).raw, broken)), 422
    new = [f for f in screens.asked_fields(topic, after.scope) if f.id not in {a.id for a in asked}]
    if new:
        flash(translate("question.more"), "info")
        return redirect(url_for(".section", **_place(dossier_id, section_id=section_id)), code=303)
    return onwards(after, tasks.section_key(section_id))


def _section(one: Opened, section_id: str) -> Section:
    found = next((s for s in screens.asked_sections(one.spec, one.scope) if s.id == section_id), None)
    return found or abort(404)


def _given(one: Opened, topic: Section) -> screens.Given:
    fields = list(topic.fields())
    raw = typed_answers.known_answers(fields, one.view.dossier.answers(), one.view.raw)
    return screens.Given(raw, one.view.problems)


def _proposed(given: screens.Given, known: Mapping[str, KnownAnswer], topic: Section) -> screens.Given:
    """What is known besides stands in its box too; it is no answer before it is saved."""
    values = {name: each.value for name, each in known.items()}
    boxes = [one for one in topic.fields() if one.id in values]
    return screens.Given({**typed_answers.known_answers(boxes, values, {}), **given.raw}, given.problems)


def _note_reused(dossier_id: str, known: Mapping[str, KnownAnswer], saved: Iterable[str]) -> None:
    """Record which of the proposed answers were saved as they were."""
    answers = opened(dossier_id).view.dossier.answers()
    services().note_reused(
        the_actor(),
        dossier_id,
        (name for name in saved if name in known and answers.get(name) == known[name].value),
    )


def _still_wrong(
    dossier_id: str,
    topic: Section,
    raw: Mapping[str, screens.RawAnswer],
    problems: Mapping[str, LocalizedText],
    confirmed: Collection[str],
) -> screens.Given:
    """A page as it was posted, but with the answers that were taken from paper meanwhile."""
    held = _given(opened(dossier_id), topic).raw
    return screens.Given({**raw, **{name: held[name] for name in confirmed if name in held}}, problems)


def _section_page(
    one: Opened,
    topic: Section,
    given: screens.Given,
    conflict: DossierError | None = None,
    known: Mapping[str, KnownAnswer] | None = None,
) -> str:
    rows = screens.section_rows(one.spec, topic, one.scope, given, language())
    now = _saved_now(one, topic.fields(), one.view.dossier.answers(), given) if conflict else []
    problems = [*still_here(conflict), *now, *typed_answers.problems_in_order(rows, language())]
    waiting = readings.waiting(one.view)
    return render_template(
        "section.html",
        view=one.view,
        section=topic,
        rows=rows,
        again=asked_again.asked_again(one.view, screens.asked_fields(topic, one.scope)),
        known={name.removesuffix(".ar"): each.source for name, each in (known or {}).items()},
        problems=problems,
        waiting=waiting,
    )


# --- facts asked --------------------------------------------------------------------------------


@pages.get("/<dossier_id>/situation")
@needs("applicant", "clerk")
def facts(dossier_id: str) -> str | Response:
    """Ask what the conditions of the form need and no printed field tells."""
    one = editable(dossier_id)
    if isinstance(one, Response):
        return one
    asked = screens.asked_facts(one.spec, one.scope)
    raw = typed_answers.known_answers(asked, one.view.dossier.facts, one.view.raw)
    return _facts_page(one, screens.Given(raw, one.view.problems))


@pages.post("/<dossier_id>/situation")
@needs("applicant", "clerk")
def save_facts(dossier_id: str) -> str | Response | tuple[str, int]:
    """Keep the facts asked; an unticked statement is a no, which is an answer too."""
    one = editable(dossier_id)
    if isinstance(one, Response):
        return one
    asked = screens.asked_facts(one.spec, one.scope)
    raw = typed_answers.posted_answers(asked, request.form)
    said = {f.id: raw[f.id] or ("false" if f.kind == "declaration" else "") for f in asked}
    try:
        problems = services().answer(the_actor(), dossier_id, {}, said, posted_revision())
    except DossierError as conflict:
        if conflict.code != "changed_meanwhile":
            raise
        return _facts_page(opened(dossier_id), screens.Given(raw, {}), conflict), 409
    if problems:
        return _facts_page(opened(dossier_id), screens.Given(raw, problems)), 422
    after = opened(dossier_id)
    if {f.id for f in screens.asked_facts(after.spec, after.scope)} - {f.id for f in asked}:
        flash(translate("question.more"), "info")
        return redirect(url_for(".facts", **_place(dossier_id)), code=303)
    return onwards(after, tasks.FACTS)


def _facts_page(one: Opened, given: screens.Given, conflict: DossierError | None = None) -> str:
    asked = screens.asked_facts(one.spec, one.scope)
    rows = screens.questions(asked, one.spec, one.scope, given, language())
    now = _saved_now(one, asked, one.view.dossier.facts, given) if conflict else []
    problems = [*still_here(conflict), *now, *typed_answers.problems_in_order(rows, language())]
    return render_template(
        "section.html",
        view=one.view,
        section=None,
        rows=rows,
        again=asked_again.asked_again(one.view, asked),
        problems=problems,
        waiting=(),
    )


# --- where to go next ---------------------------------------------------------------------------


def posted_revision() -> int | None:
    """The revision the posted page was made from, so that nothing newer is overwritten unseen."""
    return posted_number("revision", MOST_CHANGES)


def still_here(conflict: DossierError | None) -> list[screens.Problem]:
    """What somebody changed meanwhile, and that what was typed is not lost by it."""
    if conflict is None:
        return []
    told = [conflict.message.in_language(language())]
    if conflict.code == "changed_meanwhile":
        told.append(translate("question.still_here"))
    return [screens.Problem(None, text) for text in told]


def _saved_now(
    opened_one: Opened, fields: Iterable[FieldSpec], held: Mapping[str, object], given: screens.Given
) -> Iterator[screens.Problem]:
    """What is saved of the answers that were typed otherwise: the boxes show what was typed."""
    for one in fields:
        said = screens.on_screen(one, held.get(one.id), language())
        if said and is_news(one, given.raw.get(one.id, ""), held.get(one.id)):
            label = screens.plain_label(one.label, opened_one.spec).in_language(language())
            yield screens.Problem(None, translate("question.saved_now", label=label, value=said))


def _place(dossier_id: str, **more: str) -> Mapping[str, str]:
    back = request.args.get("back")
    return {"dossier_id": dossier_id, **more, **({"back": back} if back == "check" else {})}


def onwards(one: Opened, done: str) -> Response:
    """Back to the answers being checked, to the list, or to the next task; mending leads to what else is asked."""
    dossier_id = one.view.id
    if request.args.get("back") == "check":
        return redirect(url_for("deposit.check", dossier_id=dossier_id), code=303)
    mending = one.view.correction is not None and not one.view.correction.answered
    if "later" in request.form or mending:
        return redirect(url_for("applicant.task_list", dossier_id=dossier_id), code=303)
    return redirect(tasks.next_url(one.view, one.scope, done), code=303)


def report_of(one: Opened) -> CompletenessReport:
    """What is missing from an opened dossier today."""
    return services().completeness(the_actor(), one.view.id)
