from __future__ import annotations

import re
from collections.abc import Iterator

import pyotp
import pytest
from page_structure import PageStructure, assert_it_holds_together, codes_in
from web_service import ALLOWANCE, ANSWERS, Service, Visitor

from forms_service.web import health

PUBLIC = {
    "public.home": "/",
    "public.form": f"/forms/{ALLOWANCE}",
    "public.verify": "/verify",
    "procedures.catalogue": "/procedures/?who=insured",
    "about.contact": "/contact",
    "newsletter.ask": "/newsletter",
    "newsletter.confirm": "/newsletter/join/x",
    "visitor.step": "/visit/self-employed-registration",
    "guidance.themes": "/guidance/",
    "guidance.theme": "/guidance/theme/voluntary-insurance",
    "guidance.print_theme": "/guidance/theme/voluntary-insurance/print",
    "guidance.answer": "/guidance/voluntary-insurance-rate",
    "guidance.print_answer": "/guidance/voluntary-insurance-rate/print",
    "guidance.send": "/guidance/voluntary-insurance-rate/send",
    "calculators.calculators": "/calculators/",
    "calculators.calculator": "/calculators/family-allowances?q.children=4",
    "programs.interface": "/programs/",
    "auth.sign_in": "/sign-in",
    "account_opening.open_account": "/account/open",
    "account_opening.forgotten": "/account/forgotten",
}
APPLICANT = {
    "account.mine": "/account/",
    "account.password": "/account/change-password",
    "account.phone": "/account/phone",
    "account.mailbox": "/account/email",
    "second_step.mine": "/account/second-step",
    "second_step.app": "/account/second-step/app",
    "second_step.passkey": "/account/second-step/passkey",
    "own_data.mine": "/my-data/",
    "own_data.one_request": "/my-data/requests/{review}",
    "applicant.dossiers": "/dossiers/",
    "applicant.task_list": "/dossiers/{draft}",
    "applicant.section": "/dossiers/{draft}/section/assured",
    "applicant.facts": "/dossiers/{draft}/situation",
    "groups.rows": "/dossiers/{draft}/list/children",
    "groups.row": "/dossiers/{draft}/list/children/1",
    "confirming.answers": "/dossiers/{draft}/confirm",
    "documents.documents": "/dossiers/{draft}/documents",
    "deposit.missing": "/dossiers/{draft}/missing",
    "deposit.check": "/dossiers/{draft}/check",
    "deposit.deposited": "/dossiers/{review}/deposited",
    "deposit.status": "/dossiers/{review}/status",
    "complements.complement": "/dossiers/{review}/complement",
}
HALFWAY = {"second_step.asked": "/sign-in/second-step"}
CLERK = {
    "agency.desk": "/agency/?q=El",
    "agency.blanks": "/agency/blanks",
    "agency.intake": "/agency/intake",
    "counter.day_list": "/agency/day",
    "counter.papers": "/agency/papers",
}
OPERATOR = {
    "newsletter.issue": "/operator/newsletter",
    "operator.figures": "/operator/",
    "operator.users": "/operator/users",
    "operator.record": "/operator/record",
    "status.show": "/operator/status/",
    "letting_go.overview": "/operator/privacy/",
}
AUTHOR = {
    "author.forms": "/author/",
    "author.form": f"/author/{ALLOWANCE}/1",
}
REVIEWER = {
    "reviewer.queue": "/review/",
    "programs.tokens": "/programs/tokens",
    "reviewer.dossier": "/review/{review}",
    "revocation.receipt": "/review/{review}/receipt",
}
PDFS = {
    "public.blank": f"/forms/{ALLOWANCE}/blank.pdf",
    "documents.blank": "/dossiers/{draft}/blank.pdf",
    "documents.filled": "/dossiers/{draft}/filled.pdf",
    "deposit.receipt": "/dossiers/{review}/receipt.pdf",
    "papers.cover": "/dossiers/{review}/cover.pdf",
    "papers.personal": "/dossiers/{draft}/personal.pdf?print=large",
}
PASSWORD = "une phrase bien longue"
TESTED_ELSEWHERE = {
    "provider.ask",
    "provider.ask_to_link",
    "provider.back",
    "provider.left",
    "group_files.download",
    "group_files.file_page",
    "course.outcome_paper",
    "course.step",
    "about.employers",
    "about.recovery",
    "about.refunds",
    "about.self_employed",
    "account_opening.code",
    "account_opening.code_that_was_sent",
    "account_opening.password",
    "agency.left_page",
    "agency.stack",
    "agency.left_page_original",
    "documents.original",
    "author.page",
    "author.preview",
    "author.source",
    "counter.receipts",
    "counter.receipts_pdf",
    "operator.figures_file",
    "operator.record_chain",
    "operator.record_file",
    "operator.user",
    "confirming.crop",
    "public.receipt",
    "documents.file",
    "documents.page_image",
    "papers.correction_slip",
    "papers.summary",
    "reviewer.crop",
    "reviewer.scan_page",
}
GUARDED = "guarded"
"""Somebody whose sign-in asks for a second step, with the password typed."""
PAGES = [
    (role, endpoint, path)
    for role, pages in (
        *((None, PUBLIC), ("applicant", APPLICANT), ("clerk", CLERK), ("reviewer", REVIEWER)),
        (GUARDED, HALFWAY),
        *(("operator", OPERATOR), ("author", AUTHOR)),
    )
    for endpoint, path in pages.items()
]


@pytest.fixture(scope="module")
def dossiers(service: Service) -> dict[str, str]:
    draft = service.new_dossier({**ANSWERS, "assured.birth": "31/02/1988"})
    applicant = service.actor("applicant")
    services = service.application.services
    services.answer_group(applicant, draft, "children", [{"birth": "01/06/2012"}])
    services.set_on_file(applicant, draft, {"id_assured"}, {"marriage"})
    services.upload(applicant, draft, "ورقة.pdf", b"", "birth", 1)
    return {"draft": draft, "review": service.under_review()}


@pytest.fixture(scope="module", autouse=True)
def at_an_address_with_a_name(service: Service) -> Iterator[None]:
    """Browsers make passkeys for addresses with a name alone; elsewhere their page is not shown."""
    config = service.application.config
    before = config.public_url
    object.__setattr__(config, "public_url", "http://localhost:8104")
    yield
    object.__setattr__(config, "public_url", before)


@pytest.fixture(scope="module")
def guarded(service: Service) -> str:
    """The login of somebody whose sign-in asks for a second step."""
    services = service.application.services
    holder = services.add_account("guarded", PASSWORD, "Salma Idrissi", {"clerk"})
    secret, _ = services.offered_app(holder)
    services.confirm_app(holder, pyotp.TOTP(secret).at(services.now()))
    return "guarded"


def visitor_as(service: Service, role: str | None, language: str, guarded: str) -> Visitor:
    visitor = service.visitor(language)
    if role == GUARDED:
        halfway = visitor.post("/sign-in", {"login": guarded, "password": PASSWORD})
        assert halfway.headers["Location"].endswith("/sign-in/second-step")
    elif role:
        visitor.sign_in(role)
    return visitor


@pytest.mark.parametrize("language", ["ar", "fr"])
@pytest.mark.parametrize(("role", "endpoint", "path"), PAGES, ids=[endpoint for _, endpoint, _ in PAGES])
def test_every_page_speaks_its_language_and_holds_together(
    service: Service,
    dossiers: dict[str, str],
    guarded: str,
    role: str | None,
    endpoint: str,
    path: str,
    language: str,
) -> None:
    visitor = visitor_as(service, role, language, guarded)
    answer = visitor.get(path.format(**dossiers))
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200, html[:500]
    assert len(html) < 100_000
    assert_it_holds_together(html, language)


@pytest.mark.parametrize("path", PDFS.values(), ids=PDFS)
def test_every_paper_is_a_pdf(applicant: Visitor, dossiers: dict[str, str], path: str) -> None:
    answer = applicant.get(path.format(**dossiers))
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")


def test_every_readable_route_is_tested(service: Service) -> None:
    known = {endpoint for _, endpoint, _ in PAGES} | set(PDFS) | TESTED_ELSEWHERE
    routes = {
        rule.endpoint
        for rule in service.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and "lang" in rule.arguments
    }
    assert routes == known


@pytest.mark.parametrize(("role", "endpoint", "path"), PAGES, ids=[endpoint for _, endpoint, _ in PAGES])
def test_the_switch_leads_to_the_same_page_in_the_other_language(
    service: Service, dossiers: dict[str, str], guarded: str, role: str | None, endpoint: str, path: str
) -> None:
    visitor = visitor_as(service, role, "ar", guarded)
    html = visitor.get(path.format(**dossiers)).get_data(as_text=True)
    link = re.search(r'class="switch"[^>]*href="([^"]+)"', html)
    assert link
    assert link[1].replace("&amp;", "&") == "/fr" + path.format(**dossiers)


def test_the_language_chosen_last_is_remembered_and_arabic_comes_first(service: Service) -> None:
    visitor = service.visitor("fr")
    assert visitor.client.get("/").headers["Location"] == "/ar/"
    visitor.get("/")
    assert visitor.client.get("/").headers["Location"] == "/fr/"


@pytest.mark.parametrize("language", ["ar", "fr"])
@pytest.mark.parametrize(
    "path", ["/nowhere", "/dossiers/x/y/z", "/forms/999-9-99", "/receipt/XXXX-XXXX-XXXX/00"]
)
def test_what_does_not_exist_gets_a_page_in_both_languages(
    service: Service, path: str, language: str
) -> None:
    answer = service.visitor(language).get(path)
    assert answer.status_code == 404
    page = PageStructure(answer.get_data(as_text=True))
    assert page.root["lang"] == language
    assert page.faults() == []
    assert not codes_in(page)


def test_an_unforeseen_error_gives_a_reference_and_logs_nothing_personal(
    service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("Fatima Zahra 123456782")

    visitor = service.visitor("fr").sign_in("applicant")
    monkeypatch.setattr(service.application.services, "dossiers", fail)
    answer = visitor.get("/dossiers/")
    html = answer.get_data(as_text=True)
    assert answer.status_code == 500
    reference = re.search(r'class="code" dir="ltr">([A-Z0-9]{8})<', html)
    assert reference
    assert reference[1] in caplog.text
    assert "RuntimeError" in caplog.text
    assert "Fatima" not in caplog.text + html
    assert 'lang="ar" dir="rtl"' in html


def test_health_is_told(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    client = service.app.test_client()
    assert client.get("/healthz").json == {"status": "ok"}

    def fail(*_: object) -> None:
        raise OSError

    service.app.extensions.pop(health._KEY)
    monkeypatch.setattr(service.application.services.objects, "check", fail)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (503, {"status": "failing"})
    service.app.extensions.pop(health._KEY)
