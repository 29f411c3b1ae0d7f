"""A course that a visitor walks without an account: nothing is kept but what their own browser carries, sealed.

The same engine as for dossiers (``core.flow_engine``) says what may be done; what the registers know is
asked with what the visitor typed, and told only where it agrees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date

from sqlalchemy.exc import IntegrityError

from core.completeness import assess_completeness
from core.dossier import dossier_from_answers
from core.errors import DossierError
from core.flow import CHECK_CODE, SEND_CODE, Action, Flow, Step
from core.flow_engine import Asked, Offer, Position, flow_scope, possible, take
from core.flow_words import FlowWords
from core.form_spec import FormSpec, Section, Severity
from core.localized_text import Language, LocalizedText
from core.registers import look_up, with_records
from core.scope import build_scope
from forms_service.messages import say
from forms_service.sealing import Unsealable
from forms_service.sending import SMS
from forms_service.services.account_opening import AccountOpening
from forms_service.services.accounts import hashed
from forms_service.services.course_shown import shown_in
from forms_service.services.course_views import ShownView
from forms_service.services.one_time_codes import LIFETIME, CodePurpose
from forms_service.services.register_rows import register_asked
from forms_service.services.throttle import CODE_FROM, CODE_TO, LOOKUP_FROM, OPENING_TO
from forms_service.services.users import new_password
from forms_service.storage.account_models import HolderRow

VISITOR = frozenset({"applicant"})
_LONGEST = 60
"""Actions one visit may hold: a cookie is small."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a visitor stands and what they typed; a browser holds it sealed.

    Attributes:
        typed: Raw answers by field id.
        taken: The day each action was last done, ISO.
        code_id: The one-time code they wait for.
    """

    form_id: str
    step: str
    entered: str
    typed: Mapping[str, str] = field(default_factory=dict)
    taken: Mapping[str, str] = field(default_factory=dict)
    code_id: str = ""


@dataclass(frozen=True, slots=True)
class VisitView:
    """A step as its page shows it.

    Attributes:
        problems: What is wrong with the answers of this step, by field id.
        offers: What may be done, in the order it is declared; the first possible one is meant.
    """

    spec: FormSpec
    step: Step
    text: LocalizedText | None
    shows: tuple[ShownView, ...]
    sections: tuple[Section, ...]
    offers: tuple[Offer, ...]
    problems: Mapping[str, LocalizedText]
    words: FlowWords

    @property
    def asks_code(self) -> bool:
        """Whether a one-time code is to be typed here."""
        return any(one.action.code == CHECK_CODE for one in self.offers)


class VisitorCourse(AccountOpening):
    """Walking the course of a form without an account."""

    def begin_visit(self, form_id: str) -> Visit:
        """A visit at the start of a form's course.

        Raises:
            DossierError: ``unknown_form``, also where the form has no course that visitors may walk: on others
                registers tell an account what they tell nobody else.
        """
        flow = self._flow(self.catalogue.get(form_id))
        return Visit(form_id, flow.start, self.today().isoformat())

    def seal_visit(self, visit: Visit) -> str:
        """The visit as the browser carries it."""
        return self.adapters.seal.close(asdict(visit))

    def open_visit(self, sealed: str) -> Visit | None:
        """The visit again; None where it is none of ours."""
        try:
            return Visit(**self.adapters.seal.open(sealed))
        except (Unsealable, TypeError, ValueError):
            return None

    def visit_view(self, visit: Visit) -> VisitView:
        """The step a visitor stands in."""
        here = self._standing(visit)
        flow, spec = here.words.flow, here.words.spec
        position = self._position(visit)
        asked = Asked(VISITOR, code_is_right=True)
        offers = possible(flow, position, asked, here.words.scope)
        return replace(here, offers=offers, spec=spec)

    def go_on(
        self,
        visit: Visit,
        typed: Mapping[str, str],
        action_id: str,
        *,
        code: str = "",
        language: Language,
        client: str = "",
        browser: str = "",
    ) -> tuple[Visit, Mapping[str, LocalizedText]]:
        """Keep what was typed and do an action, or the first possible one when none is named.

        Args:
            client: Where on the network the request comes from: what is asked of registers anew is counted.

        Returns:
            The visit as it stands then, and what is wrong by field id (``code`` for the one-time code).

        Raises:
            DossierError: It cannot be done; the message says why.
            TooManyAttempts, CodeGone: As asking for a code and trying one.
        """
        said = {**visit.typed, **typed}
        if said != visit.typed:
            self._count_question(visit.form_id, said, client)
        visit = replace(visit, typed=said)
        view = self.visit_view(visit)
        action = _meant(view.offers, action_id)
        leads_on = action is None or action.to is None or not _leads_back(view.words.flow, visit.step, action)
        if view.problems and leads_on:
            return visit, view.problems
        if action is None:
            raise DossierError(_why_none(view.offers), code="not_yet")
        if action.code == CHECK_CODE:
            wrong = self.try_code(visit.code_id, code, browser)
            if wrong is not None:
                return visit, {"code": say("wrong_code", n=wrong.tries_left)}
        if action.code == SEND_CODE:
            visit = replace(visit, code_id=self._code_for_visit(view, action, language, client))
        asked = Asked(VISITOR, code_is_right=True)
        move = take(view.spec, view.words.flow, self._position(visit), action.id, asked, view.words.scope)
        if action.opens_account:
            self._open_account(view, action, visit, language, browser)
        today = self.today().isoformat()
        taken = dict(list({**visit.taken, action.id: today}.items())[-_LONGEST:])
        return replace(visit, step=move.step.id, entered=today, taken=taken), {}

    # --- details --------------------------------------------------------------------------------

    def _flow(self, spec: FormSpec) -> Flow:
        if spec.flow is None or not spec.flow.keeps_nothing:
            raise DossierError(say("unknown_form"), code="unknown_form")
        return spec.flow

    def _position(self, visit: Visit) -> Position:
        taken = {name: date.fromisoformat(day) for name, day in visit.taken.items()}
        return Position(visit.step, date.fromisoformat(visit.entered), None, taken)

    def _count_question(self, form_id: str, said: Mapping[str, str], client: str) -> None:
        """Count what registers are asked anew; looking again at what was told already is no question."""
        if any(said.get(one.key) for one in self.catalogue.get(form_id).records):
            with self.database.writing() as session:
                self.count_attempt(session, (LOOKUP_FROM, client))

    def _standing(self, visit: Visit) -> VisitView:
        spec = self.catalogue.get(visit.form_id)
        flow = self._flow(spec)
        with self.database.reading() as session:
            ask = register_asked(session, self.adapters.registers)
            spec = with_records(spec, look_up(spec, {}, "", ask))  # what there is to choose from
            parsed = dossier_from_answers(spec, visit.typed)
            spec = with_records(spec, look_up(spec, parsed.dossier.answers(), "", ask))
        scope = build_scope(spec, parsed.dossier, self.today())
        position = self._position(visit)
        words = FlowWords(spec, flow, flow_scope(spec, flow, scope, position), parsed.dossier.answers())
        step = flow.step(visit.step)
        sections = tuple(one for one in spec.sections if one.id in step.shows)
        asked = {one.id for section in sections for one in section.fields()}
        problems = {name: bad.message for name, bad in parsed.problems.items() if name in asked}
        report = assess_completeness(spec, parsed.dossier, self.today(), problems)
        for finding in report.findings:
            if finding.severity is Severity.ERROR and finding.subject in asked:
                blank = finding.code == "missing_answer"
                problems.setdefault(finding.subject, say("answer_needed") if blank else finding.message)
        return VisitView(
            spec,
            step,
            words.fill(step.text) if step.text else None,
            tuple(shown_in(step, words)),
            sections,
            (),
            problems,
            words,
        )

    def _code_for_visit(self, view: VisitView, action: Action, language: Language, client: str) -> str:
        phone = str(view.words.answers.get(action.code_to or "") or "")
        with self.database.writing() as session:
            counted = self.count_attempt(session, (CODE_FROM, client), (CODE_TO, phone), (OPENING_TO, phone))
            code_id, digits = self.make_code(
                session, CodePurpose.VISIT, SMS, {"phone": phone}, counted=counted
            )
            self.write_letter(
                session,
                channel=SMS,
                address=phone,
                language=language,
                occasion="code_open",
                values={"digits": digits, "minutes": str(int(LIFETIME.total_seconds()) // 60), "address": ""},
                worth=LIFETIME,
            )
        return code_id

    def _open_account(
        self, view: VisitView, action: Action, visit: Visit, language: Language, browser: str
    ) -> None:
        """Open the account of the number a course names; its secret code goes to the telephone it proved.

        Raises:
            CodeGone: The code was not passed in this browser a short while ago.
            DossierError: ``login_taken``: there is an account by now.
        """
        number = view.words.value_of(action.opens_account or "").fr
        name = view.words.value_of(action.account_name or "").fr or number
        secret = new_password(self.adapters.pick)
        password_hash = hashed(secret)
        try:
            with self.database.writing() as session:
                if self.used_just_now(session, visit.code_id, CodePurpose.VISIT, browser):
                    return  # a double click: it is opened, and the secret code on its way
                code = self.passed_code(session, visit.code_id, CodePurpose.VISIT, browser=browser)
                phone = str(self.confirmed(code)["phone"])
                account = self.new_account(session, number, name, {"applicant"}, password_hash)
                account.must_change_password = True
                session.add(
                    HolderRow(
                        account_id=account.id,
                        phone=phone,
                        language=language.value,
                        notify_by=[SMS],
                        first_name="",
                    )
                )
                code.account_id = account.id
                self.use_code(code)
                self.write_letter(
                    session,
                    channel=SMS,
                    address=phone,
                    language=language,
                    occasion="secret_code",
                    values={"number": number, "password": secret},
                    account_id=account.id,
                )
        except IntegrityError:
            raise DossierError(say("login_taken"), code="login_taken") from None


def _meant(offers: tuple[Offer, ...], action_id: str) -> Action | None:
    """The action that was named; without a name, of those that share the first button the first possible one."""
    for one in offers:
        named = one.action.id == action_id if action_id else one.action.label == offers[0].action.label
        if named and one.refusal is None:
            return one.action
    return None


def _why_none(offers: tuple[Offer, ...]) -> LocalizedText:
    refused = [one.refusal for one in offers if one.refusal is not None]
    return refused[-1].message if refused else say("not_allowed")


def _leads_back(flow: Flow, step_id: str, action: Action) -> bool:
    """Whether an action returns to a step that lies before this one: wrong answers must not keep anybody there."""
    return action.to in flow.way_to(step_id)[:-1]
