"""Walks four requests through the service as their people live them, in Arabic and in French.

A procedure from its page in the catalogue to the receipt; the registration of a self-employed person, with a
secret code or with papers and offices; a contestation before its commission; the remission that it opens,
paid by instalments until the last debit.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import click

from core.calendar_rules import add_months
from core.form_spec import FormSpec, Severity
from core.localized_text import Language, LocalizedText
from core.measures import measured
from forms_service.config import Config
from forms_service.demo_service import DemoService, DemoWalk, demo_service
from forms_service.procedures import listed, look_for
from forms_service.services import Actor
from forms_service.services.visitor_course import Visit
from forms_service.spec_catalogue import SpecCatalogue

_T = LocalizedText
WORDS: Mapping[str, LocalizedText] = {
    "asked": _T("ما كُتب في خانة البحث: {words}", "Mots cherchés dans le catalogue : {words}"),
    "found": _T("النتيجة الأولى من بين {n}: {title}", "Premier résultat sur {n} : {title}"),
    "where": _T("مكان الإيداع: {words}", "Où déposer : {words}"),
    "deadline": _T("الأجل: {words}", "Délai : {words}"),
    "document": _T("وثيقة مطلوبة: {words}", "Pièce à joindre : {words}"),
    "blank": _T("الاستمارة الفارغة", "Formulaire vierge"),
    "filled": _T("الاستمارة معبأة", "Formulaire rempli"),
    "sent": _T("أُرسلت الوثيقة: {words}", "Pièce envoyée : {words}"),
    "complete": _T("الملف كامل", "Dossier complet"),
    "last_day": _T("آخر يوم للإيداع: {day}", "Dernier jour pour déposer : {day}"),
    "receipt": _T("وصل الإيداع، بعد التحقق منه", "Accusé de dépôt, vérifié"),
    "typed": _T("⌨ {name}: {value}", "⌨ {name} : {value}"),
    "signed_in": _T("تم الدخول بالرمز السري واختيار كلمة مرور", "Connexion avec le code secret, mot de passe choisi"),
    "debts": _T("الدين المعني قبل الجواب: {before}، وبعده: {after}", "Créance concernée avant {before}, après {after}"),
    "instalments": _T("مجموع الأقساط هو المبلغ الواجب أداؤه: {sum}", "Les échéances font le montant à payer : {sum}"),
}  # fmt: skip
"""What the demonstration says itself; everything else is what the pages say."""

MATERNITY, SELF_EMPLOYED = "maternity-allowance", "self-employed-registration"
REMISSION, CONTESTATION = "debt-remission", "remission-contestation"
EMPLOYER, INSURED, CLERK, COMMISSION = "3000001", "727302002", "agence", "controle"
_EMPLOYERS_PASSWORD, _CHOSEN_PASSWORD = "demo-employeur", "un mot de passe choisi"
_SECRET = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+){2,}")
_PARTNER = {"signatory.name": "Nadia Berrada", "signatory.capacity": "gérante"}
_BROWSER = "demonstration"


def walk_courses(output: Path, languages: Iterable[Language]) -> bool:
    """Walk the four requests in each language; gives whether each came out as it should.

    Papers and messages lie under ``output``, by request and language.
    """
    catalogue = SpecCatalogue.load(Config.from_environment().spec_folder)
    sound = True
    for language in languages:
        with demo_service(output, language, catalogue) as service:
            for walk in (catalogue_procedure, self_employed, contestation, remission):
                sound &= walk(service)
    click.echo(f"\nEverything lies under {output}/")
    return sound


def _say(sentence: str, /, **values: object) -> LocalizedText:
    return WORDS[sentence].fill(**values)


# --- a procedure of the catalogue ---------------------------------------------------------------


def catalogue_procedure(service: DemoService) -> bool:
    """Maternity allowance: found by words, its page, the blank, the answers, the paper, the receipt."""
    walk, services = service.walk("catalogue"), service.services
    spec = _found_by_words(walk)
    walk.keep("blank.pdf", services.blank_pdf(spec.id), _say("blank"))
    insured = service.person(INSURED)
    dossier = services.open_dossier(insured, spec.id, service.language)
    services.answer(insured, dossier, _maternity_answers(services.today()))
    report = services.completeness(insured, dossier)
    missing = [one for one in report.findings if one.severity is Severity.ERROR]
    walk.expect(len(missing) == 1, "exactly the notice of the stop should be missing")
    for one in missing:
        walk.tell(f"✗ {walk.in_words(one.message)}")
    label = next(one.label for one in spec.documents if one.type == "stoppage_notice")
    services.upload(insured, dossier, "avis.jpg", _photo("AVIS D'INTERRUPTION DE TRAVAIL"), "stoppage_notice")
    service.work()
    walk.tell(_say("sent", words=label))
    report = services.completeness(insured, dossier)
    walk.expect(report.complete, "nothing should be missing any more")
    walk.tell(_say("complete"))
    (effect,) = report.amounts["effects"]
    walk.tell(_say("last_day", day=f"{date.fromisoformat(effect['limit']):%d/%m/%Y}"))
    services.deposit(insured, dossier, True)
    walk.receipt(insured, dossier, _say("receipt"))
    walk.keep("filled.pdf", services.filled_pdf(insured, dossier, flatten=True), _say("filled"))
    return walk.end()


def _found_by_words(walk: DemoWalk) -> FormSpec:
    """Look for it as people do, and tell what its page says."""
    spec = walk.services.catalogue.get(MATERNITY)
    walk.title(spec.title)
    words = walk.in_words(_T("الولادة تعويضات", "indemnités maternité"))
    found = look_for(listed(walk.services.catalogue.forms()), words)
    walk.expect(MATERNITY in [one.id for one in found], f"«{words}» should find {MATERNITY}")
    walk.tell(_say("asked", words=words))
    walk.tell(_say("found", n=len(found), title=found[0].title if found else "–"))
    told = spec.procedure
    if told is not None:
        walk.tell(told.purpose)
        walk.tell(_say("where", words=told.where))
        walk.tell(_say("deadline", words=told.deadline_words or "–"))
    for document in spec.documents:
        if not document.made_on_screen:
            walk.tell(_say("document", words=document.label))
    return spec


def _maternity_answers(today: date) -> dict[str, str]:
    begins = today - timedelta(days=40)
    return {
        "assured.registration": INSURED,
        "assured.id_no": "BK214587",
        "assured.birth": "14/09/1992",
        "assured.first": "Khadija",
        "assured.first.ar": "خديجة",
        "assured.last": "Amrani",
        "assured.last.ar": "عمراني",
        "assured.address": "8, rue des Orangers",
        "assured.city": "Salé",
        "assured.mobile": "0661458820",
        "stop.begins": f"{begins:%d/%m/%Y}",
        "stop.ends": f"{begins + timedelta(days=97):%d/%m/%Y}",
        "stop.notified": f"{begins + timedelta(days=6):%d/%m/%Y}",
        "stop.employer": "SOMATEX SARL",
        "stop.delivery": f"{begins + timedelta(days=30):%d/%m/%Y}",
    }


def _photo(words: str) -> bytes:
    """A picture of a sheet that says something."""
    from PIL import Image, ImageDraw

    sheet = Image.new("RGB", (1240, 1754), "#f6f3ec")
    ImageDraw.Draw(sheet).text((180, 220), words, fill="#222", font_size=52)
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=85)
    return out.getvalue()


# --- registration of the self-employed ----------------------------------------------------------


def self_employed(service: DemoService) -> bool:
    """Somebody on the lists gets number and secret code; somebody on none learns papers and offices."""
    walk = service.walk("self-employed")
    walk.title(service.services.catalogue.get(SELF_EMPLOYED).title)
    visit = _identified(walk, "JC310274", "02/11/1991")
    walk.expect(visit.step == "one_time_code", "a code should be asked for")
    visit = _gone_on(walk, visit, {}, code=walk.code())
    walk.expect(visit.step == "secret_code_sent", "the secret code should have been sent")
    secret = _SECRET.search(walk.messages())
    actor = service.services.authenticate("204817365", secret[0]) if secret else None
    walk.expect(actor is not None, "the secret code should open the account")
    if actor is not None and secret is not None:
        _attestation(walk, service.services.change_password(actor, secret[0], _CHOSEN_PASSWORD))
    visit = _identified(walk, "Z999888", "01/01/1990")
    walk.expect(visit.step == "category", "a category should be asked for")
    visit = _gone_on(walk, visit, {"category": "midwife"})
    walk.expect(visit.step == "documents", "papers and offices should be told")
    return walk.end()


def _identified(walk: DemoWalk, number: str, birth: str) -> Visit:
    """Fill in the first page as a visitor does."""
    expiry = add_months(walk.services.today(), 60)
    visit = walk.services.begin_visit(SELF_EMPLOYED)
    typed = {
        "id_kind": "cni",
        "id_no": number,
        "id_expiry": f"{expiry:%d/%m/%Y}",
        "birth": birth,
        "phone": "0661112233",
        "operator": "iam",
        "email": "",
    }
    return _gone_on(walk, visit, typed)


def _gone_on(walk: DemoWalk, visit: Visit, typed: dict[str, str], code: str = "") -> Visit:
    spec = walk.services.visit_view(visit).spec
    for name, value in typed.items():
        asked = spec.field(name)
        chosen = next((one.label for one in asked.choices if one.value == value), value)
        if value:
            walk.tell(_say("typed", name=asked.label, value=chosen))
    language = walk.service.language
    visit, problems = walk.services.go_on(visit, typed, "", code=code, language=language, browser=_BROWSER)
    walk.expect(not problems, f"answers were refused: {sorted(problems)}")
    view = walk.services.visit_view(visit)
    walk.show_step(view.step.label, view.text, view.shows)
    return visit


def _attestation(walk: DemoWalk, actor: Actor) -> None:
    """The personal space that the secret code opened gives the registration certificate at once."""
    walk.tell(_say("signed_in"))
    walk.messages()
    dossier = walk.services.open_dossier(actor, "registration-certificate", walk.service.language)
    walk.do(actor, dossier, "issue")
    _keep_papers(walk, actor, dossier)


# --- contestation and remission -----------------------------------------------------------------


def contestation(service: DemoService) -> bool:
    """An employer to whom the portal offers the partial remission contests; the commission answers by e-mail."""
    walk, services = service.walk("contestation"), service.services
    walk.title(services.catalogue.get(CONTESTATION).title)
    employer = service.person(EMPLOYER)
    walk.reached_by(employer, _EMPLOYERS_PASSWORD, "email", "direction@riad-yasmine.ma")
    before = _debt(walk, employer)
    dossier = services.open_dossier(employer, CONTESTATION, service.language)
    answers = {
        **_PARTNER,
        "employer.email": "direction@riad-yasmine.ma",
        "contest.segment": "stopped",
        "contest.turnover_drop": "70",
    }
    services.answer(employer, dossier, answers)
    walk.course(employer, dossier)
    walk.do(employer, dossier, "contest")
    walk.receipt(employer, dossier, _say("receipt"))
    walk.messages()
    walk.do(service.person(COMMISSION), dossier, "uphold", reader=employer)
    told = walk.messages()
    walk.expect("direction@riad-yasmine.ma" in told, "the commission's answer should come by e-mail")
    after = _debt(walk, employer)
    walk.expect(before < after, "more debts should be open to remission")
    walk.tell(_say("debts", before=measured(before, "MAD"), after=measured(after, "MAD")))
    return walk.end()


def _debt(walk: DemoWalk, employer: Actor) -> float:
    """What a request for remission would cover as things stand; its draft is not kept in mind."""
    dossier = walk.services.open_dossier(employer, REMISSION, walk.service.language)
    walk.services.answer(employer, dossier, {**_PARTNER, "request": "new"})
    return float(walk.services.completeness(employer, dossier).amounts["debt"]["value"])


def remission(service: DemoService) -> bool:
    """Total remission by instalments: simulated twice, accepted, guaranteed, debited until the last one."""
    walk, services = service.walk("remission"), service.services
    walk.title(services.catalogue.get(REMISSION).title)
    employer = service.person(EMPLOYER)
    dossier = _simulated(walk, employer)
    walk.do(employer, dossier, "agree")
    walk.do(employer, dossier, "validate_instalments")
    walk.receipt(employer, dossier, _say("receipt"))
    walk.messages()
    walk.days_pass(16)
    reminder = walk.messages()
    walk.expect(bool(reminder), "guarantees should be reminded of")
    walk.do(service.person(CLERK), dossier, "guarantees_deposited", reader=employer)
    walk.messages()
    _keep_papers(walk, employer, dossier)
    walk.days_pass(400)
    view = services.course(employer, dossier)
    walk.show_step(view.label, view.text, view.shows)
    walk.expect(view.step == "settled", "after the last debit the remission should be granted")
    return walk.end()


def _simulated(walk: DemoWalk, employer: Actor) -> str:
    """Fill in, choose the account, simulate six instalments and then twelve after an advance."""
    services = walk.services
    dossier = services.open_dossier(employer, REMISSION, walk.service.language)
    services.answer(employer, dossier, {**_PARTNER, "request": "new"})
    walk.course(employer, dossier)
    walk.do(employer, dossier, "confirm")
    walk.do(employer, dossier, "choose_payment")
    accounts = services.dossier(employer, dossier).spec.field("account").choices
    answers = {"mode": "instalments", "account": accounts[0].value, "inst.count": "6"}
    services.answer(employer, dossier, answers)
    walk.do(employer, dossier, "simulate_payment")
    services.answer(employer, dossier, {"inst.count": "12", "inst.advance": "10000"})
    walk.do(employer, dossier, "simulate")
    amounts = services.completeness(employer, dossier).amounts
    schedule = next(one["rows"] for one in amounts["tables"] if one["id"] == "schedule")
    total = round(sum(row["amount"] for row in schedule), 2)
    walk.expect(total == amounts["payable"]["value"], "the instalments should add up to what is to be paid")
    walk.tell(_say("instalments", sum=measured(total, "MAD")))
    return dossier


def _keep_papers(walk: DemoWalk, actor: Actor, dossier_id: str) -> None:
    papers = walk.services.course(actor, dossier_id).papers
    walk.expect(bool(papers), "a paper should have been made")
    for one in papers:
        name = f"paper-{papers.index(one) + 1}.pdf"
        walk.keep(name, walk.services.outcome_paper_pdf(actor, dossier_id, one.id), one.title)
