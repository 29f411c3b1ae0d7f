from __future__ import annotations

import re

import pytest
from page_structure import PageStructure
from web_service import ALLOWANCE, ANSWERS, Service, Visitor

from core.localized_text import Script, dominant_script
from forms_service.locales import sentences
from forms_service.services.webhooks import EVENTS
from forms_service.web import health

_TOPS = "|".join(sorted({code.partition(".")[0] for code in sentences()}))
_CODE = re.compile(rf"\b(?:{_TOPS})\.[a-z]+(?:[._][a-z]+)*\b")
_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
# An operation's address shows which of its parts a program fills in.
_ADDRESS = re.compile(r'<bdi class="address" dir="ltr"><strong>[A-Z]+</strong>.*?</bdi>')

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
    "own_data.mine": "/my-data/",
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
TESTED_ELSEWHERE = {
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
PAGES = [
    (role, endpoint, path)
    for role, pages in (
        *((None, PUBLIC), ("applicant", APPLICANT), ("clerk", CLERK), ("reviewer", REVIEWER)),
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


@pytest.mark.parametrize("language", ["ar", "fr"])
@pytest.mark.parametrize(("role", "endpoint", "path"), PAGES, ids=[endpoint for _, endpoint, _ in PAGES])
def test_every_page_speaks_its_language_and_holds_together(
    service: Service, dossiers: dict[str, str], role: str | None, endpoint: str, path: str, language: str
) -> None:
    visitor = service.visitor(language)
    if role:
        visitor.sign_in(role)
    answer = visitor.get(path.format(**dossiers))
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200, html[:500]
    assert len(html) < 100_000
    page = PageStructure(html)
    assert page.root == {"lang": language, "dir": "rtl" if language == "ar" else "ltr"}
    assert page.faults() == []
    words = " ".join(page.words)
    assert set(_CODE.findall(words)) <= set(EVENTS), "only the events of a program are named by their code"
    assert not _PLACEHOLDER.findall(" ".join(PageStructure(_ADDRESS.sub("", html)).words))
    assert dominant_script(words) is (Script.ARAB if language == "ar" else Script.LATN)
    assert ".html" not in words
    assert "Undefined" not in words


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
    service: Service, dossiers: dict[str, str], role: str | None, endpoint: str, path: str
) -> None:
    visitor = service.visitor("ar")
    if role:
        visitor.sign_in(role)
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
    assert not _CODE.findall(" ".join(page.words))


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
