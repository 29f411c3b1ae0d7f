"""The course of a request whose form declares its own: a page per step, its buttons, the papers it ends in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.conditions import holds
from core.errors import DossierError, FormsError
from core.form_spec import FieldSpec, Section, Severity
from core.localized_text import LocalizedText
from core.stages import DossierEvent
from core.told_at_once import broken_on_page
from forms_service.services.course import DEPOSITS
from forms_service.services.course_views import CourseView, OfferView
from forms_service.web import errors, screens, typed_answers
from forms_service.web.applicant import Opened, opened, posted_revision, report_of, still_here
from forms_service.web.downloads import pdf_download
from forms_service.web.languages import language, translate
from forms_service.web.missing_points import missing_points
from forms_service.web.once import once
from forms_service.web.screens import Given, Problem
from forms_service.web.security import needs, services, the_actor

PREFIX = "/dossiers"
pages = Blueprint("course", __name__)

_ON_OTHER_PAGES = frozenset(
    {
        DossierEvent.ACCEPT,
        DossierEvent.REFUSE,
        DossierEvent.CLOSE,
        DossierEvent.REQUEST_CORRECTION,
        DossierEvent.START_REVIEW,
    }
)
"""Work that the reviewer's page does in every course, with all it takes."""


@dataclass(frozen=True, slots=True)
class Button:
    """One button: actions of the same words are one, the first that is possible is done."""

    actions: str
    label: str
    is_main: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of one section of a step, as they are drawn."""

    section: Section
    rows: Sequence[object]


@pages.get("/<dossier_id>/course")
@needs("applicant", "clerk")
def step(dossier_id: str) -> str | Response:
    """The present step of a request that is being prepared; later it is followed on its own page."""
    one, course = opened(dossier_id), services().course(the_actor(), dossier_id)
    if not course.is_own:
        return redirect(url_for("applicant.task_list", dossier_id=dossier_id), code=303)
    if not one.view.may_edit:
        return redirect(url_for("deposit.status", dossier_id=dossier_id), code=303)
    return _page(one, course, None)


@pages.post("/<dossier_id>/course")
@needs("applicant", "clerk")
@once
def go_on(dossier_id: str) -> str | Response | tuple[str, int]:
    """Keep what was typed, then do what the pressed button says; stay while something is wrong."""
    one, course = opened(dossier_id), services().course(the_actor(), dossier_id)
    if not course.is_own or not one.view.may_edit:
        return redirect(url_for("deposit.status", dossier_id=dossier_id), code=303)
    wanted = [name for name in request.form.get("action", "").split(",") if name]
    sections, facts = _sections(one, course), _facts(one, course)
    asked = [field for section in sections for field in screens.asked_fields(section, one.scope)]
    raw = typed_answers.posted_answers(asked, request.form)
    said = typed_answers.posted_answers(facts, request.form)
    said = {f.id: said[f.id] or ("false" if f.kind == "declaration" else "") for f in facts}
    try:
        problems = services().answer(the_actor(), dossier_id, raw, said, posted_revision())
    except DossierError as conflict:
        if conflict.code != "changed_meanwhile":
            raise
        return _page(opened(dossier_id), course, Given({**raw, **said}, {}), still_here(conflict)), 409
    before, after, course = course, opened(dossier_id), services().course(the_actor(), dossier_id)
    if (aside := _page_aside(course, request.form.get("open", ""), dossier_id)) and not problems:
        return redirect(aside, code=303)
    backwards = _leads_back(course, wanted)
    if not backwards:
        broken = problems or broken_on_page(after.spec, {field.id for field in asked}, after.scope)
        if broken:
            return _page(after, course, Given({**_given(after, course).raw, **raw}, broken)), 422
        if _new_questions(after, course, asked):
            flash(translate("question.more"), "info")
            return redirect(url_for(".step", dossier_id=dossier_id), code=303)
        if _new_terms(before, course, wanted):
            flash(translate("course.more_to_accept"), "info")
            return redirect(url_for(".step", dossier_id=dossier_id), code=303)
    if not wanted:
        flash(translate("course.saved"), "done")
        return redirect(url_for("applicant.dossiers") if _is_owner() else url_for("agency.desk"), code=303)
    return _do(dossier_id, wanted, after)


@pages.post("/<dossier_id>/course/act")
@needs("applicant", "clerk", "reviewer")
@once
def act(dossier_id: str) -> Response:
    """Do an action of a request that is under way, from the page where it is followed."""
    (wanted, label) = _first_possible(dossier_id, request.form.get("action", "").split(","))
    try:
        services().take_action(
            the_actor(),
            dossier_id,
            wanted,
            accepted=request.form.getlist("accept"),
            reason=request.form.get("reason", ""),
            code=request.form.get("code", ""),
            expected_revision=posted_revision(),
        )
        waits = "reviewer" in the_actor().roles and services().holding(the_actor(), dossier_id).proposal
        flash(
            translate("review.proposed_done") if waits else translate("course.done_now", what=label), "done"
        )
    except FormsError as refused:
        if errors.status_of(refused) not in (409, 422):
            raise
        flash(refused.message.in_language(language()), "warn")
    return redirect(_followed(dossier_id), code=303)


@pages.get("/<dossier_id>/papers/<paper_id>.pdf")
@needs("applicant", "clerk", "reviewer")
def outcome_paper(dossier_id: str, paper_id: str) -> Response:
    """A paper that was made for the applicant."""
    reference = services().dossier(the_actor(), dossier_id).reference
    return pdf_download(
        services().outcome_paper_pdf(the_actor(), dossier_id, paper_id), f"paper-{reference}.pdf"
    )


# --- the pieces of the page ---------------------------------------------------------------------


def _do(dossier_id: str, wanted: list[str], after: Opened) -> str | Response | tuple[str, int]:
    action, _ = _first_possible(dossier_id, wanted)
    sends_code = any(
        one.id == action and one.sends_code for one in services().course(the_actor(), dossier_id).offers
    )
    try:
        services().take_action(
            the_actor(),
            dossier_id,
            action,
            accepted=request.form.getlist("accept"),
            reason=request.form.get("reason", ""),
            code=request.form.get("code", ""),
        )
    except FormsError as refused:
        if errors.status_of(refused) not in (409, 422):
            raise
        target = {
            "declaration_needed": "accept-1",
            "not_complete": "still-missing",
            "wrong_code": "code",
            "reason_needed": "reason",
        }
        told = [Problem(target.get(refused.code), refused.message.in_language(language()))]
        course, lacks = services().course(the_actor(), dossier_id), refused.code == "not_complete"
        return _page(after, course, None, told, tells_what_lacks=lacks), 422
    if sends_code:
        flash(translate("course.code_sent"), "done")
    view = services().dossier(the_actor(), dossier_id)
    if view.may_edit:
        return redirect(url_for(".step", dossier_id=dossier_id), code=303)
    if view.receipt_available:
        return redirect(url_for("deposit.deposited", dossier_id=dossier_id), code=303)
    return redirect(url_for("deposit.status", dossier_id=dossier_id), code=303)


def _first_possible(dossier_id: str, wanted: Sequence[str]) -> tuple[str, str]:
    """Of the actions behind one button the one that is possible now; the first when none is."""
    offers = {one.id: one for one in services().course(the_actor(), dossier_id).offers}
    known = [offers[name] for name in wanted if name in offers]
    found = next((one for one in known if one.why_not is None), known[0] if known else None)
    if found is None:
        return (wanted[0] if wanted else "", "")
    return found.id, found.label.in_language(language())


def _page(
    one: Opened,
    course: CourseView,
    given: Given | None,
    told: Sequence[Problem] = (),
    *,
    tells_what_lacks: bool = False,
) -> str:
    held = _given(one, course)
    given = Given({**held.raw, **given.raw}, given.problems) if given else held
    asked = {
        section.id: Asked(section, screens.section_rows(one.spec, section, one.scope, given, language()))
        for section in _sections(one, course)
    }
    facts = screens.questions(_facts(one, course), one.spec, one.scope, given, language())
    offers = _offered(course)
    rows = [row for each in asked.values() for row in each.rows] + list(facts)
    hands_in = any(offer.does in DEPOSITS and offer.why_not is None for offer in offers)
    return render_template(
        "course.html",
        view=one.view,
        course=course,
        asked=asked,
        facts={question.field_id: question for question in facts},
        groups={group.id: group for group in one.spec.groups},
        buttons=_buttons(course, offers),
        accepts=list(_accepts(offers)),
        ticked=set(request.form.getlist("accept")),
        asks_code=any(offer.asks_code and offer.why_not is None for offer in offers),
        asks_reason=any(offer.asks_reason for offer in offers),
        missing=missing_points(one, report_of(one), {Severity.ERROR}) if hands_in or tells_what_lacks else [],
        may_hand_in=hands_in,
        problems=[*told, *typed_answers.problems_in_order(rows, language())],
    )


def _offered(course: CourseView) -> list[OfferView]:
    """What is offered in a step: while a way onward is open, not those that are closed."""
    behind = {one.id for one in course.way if one.place == "done"}
    onward = [one for one in course.offers if one.to and not _is_back(one, behind) and one.why_not is None]
    if not onward:
        return list(course.offers)
    return [one for one in course.offers if one.why_not is None or _is_back(one, behind)]


def _buttons(course: CourseView, offers: Sequence[OfferView]) -> list[Button]:
    """The main way onward first: the browser presses it when somebody presses Enter."""
    behind = {one.id for one in course.way if one.place == "done"}
    words: dict[str, list[OfferView]] = {}
    for one in offers:
        words.setdefault(one.label.in_language(language()), []).append(one)
    ordered = sorted(words.items(), key=lambda item: _rank(item[1][0], behind))
    return [
        Button(",".join(one.id for one in same), label, number == 0 and _rank(same[0], behind) == 0)
        for number, (label, same) in enumerate(ordered)
    ]


def _rank(offer: OfferView, behind: set[str]) -> int:
    if _is_back(offer, behind):
        return 2
    return 0 if offer.to else 1


def _is_back(offer: OfferView, behind: set[str]) -> bool:
    """Whether it leads to a step left before; depositing again leads onward, wherever it leads."""
    return offer.to in behind and offer.does not in DEPOSITS


def _accepts(offers: Sequence[OfferView]) -> Iterator[tuple[str, LocalizedText]]:
    shown: set[str] = set()
    for offer in offers:
        for name, text in offer.accepts:
            if name not in shown:
                shown.add(name)
                yield name, text


def _page_aside(course: CourseView, wanted: str, dossier_id: str) -> str:
    """The list or the documents of the step; what was typed is kept first, as no link would."""
    kinds = {one.kind for one in course.shows if wanted in (one.id, one.kind)}
    if "documents" in kinds:
        return url_for("documents.documents", dossier_id=dossier_id)
    return url_for("groups.rows", dossier_id=dossier_id, group_id=wanted) if "group" in kinds else ""


def _leads_back(course: CourseView, wanted: Sequence[str]) -> bool:
    behind = {one.id for one in course.way if one.place == "done"}
    return any(one.id in wanted and _is_back(one, behind) for one in course.offers)


def _new_questions(after: Opened, course: CourseView, asked: Sequence[FieldSpec]) -> bool:
    known = {one.id for one in asked}
    return any(
        field.id not in known
        for section in _sections(after, course)
        for field in screens.asked_fields(section, after.scope)
    )


def _new_terms(before: CourseView, now: CourseView, wanted: Sequence[str]) -> bool:
    """Whether an answer just given brings something to accept that this person has not seen yet."""
    seen = {*request.form.getlist("accept"), *(name for name, _ in _accepts(_offered(before)))}
    asked = _accepts([one for one in now.offers if one.id in wanted and one.why_not is None])
    return any(name not in seen for name, _ in asked)


def _sections(one: Opened, course: CourseView) -> list[Section]:
    shown = [each.id for each in course.shows if each.kind == "section"]
    asked = {section.id for section in screens.asked_sections(one.spec, one.scope)}
    by_id = {
        section.id: section
        for section in one.spec.sections
        if section.id in asked or (not list(section.fields()) and holds(section.when, one.scope))
    }
    return [by_id[name] for name in shown if name in by_id]


def _facts(one: Opened, course: CourseView) -> list[FieldSpec]:
    shown = {each.id for each in course.shows if each.kind == "fact"}
    return [fact for fact in screens.asked_facts(one.spec, one.scope) if fact.id in shown]


def _given(one: Opened, course: CourseView) -> Given:
    fields = [field for section in _sections(one, course) for field in section.fields()]
    raw = typed_answers.known_answers(fields, one.view.dossier.answers(), one.view.raw)
    facts = typed_answers.known_answers(_facts(one, course), one.view.dossier.facts, one.view.raw)
    return Given({**raw, **facts}, one.view.problems)


def _is_owner() -> bool:
    return "clerk" not in the_actor().roles


def _followed(dossier_id: str) -> str:
    """The page where whoever acts follows the request."""
    if "reviewer" in the_actor().roles and request.form.get("from") == "review":
        return url_for("reviewer.dossier", dossier_id=dossier_id)
    return url_for("deposit.status", dossier_id=dossier_id)


def on_review_page(course: CourseView) -> list[OfferView]:
    """What a reviewer may do beside what the page of the review offers in every course."""
    return [one for one in course.offers if one.does not in _ON_OTHER_PAGES]
