"""Every page of the service, found in its own table of addresses: none can be forgotten.

A page is an address under a language that answers somebody with HTML.  Names in addresses are filled with
what the demonstration has, or found by following the links of other pages.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from demonstration import ALLOWANCE, BOSS, GUARDED, Demonstration, account
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from forms_service.demo_accounts import DEMO_ACCOUNTS

DOSSIERS = ("partly", "new", "scanned", "checked", "returned", "proposed")
NEWCOMER = "newcomer"
"""A visitor who was sent a one-time code."""
HALFWAY = "halfway"
"""Somebody who typed their password and is asked for the second step."""
UNLISTED = "unlisted"
"""A visitor on no list of the self-employed, who has chosen a category."""
EMPLOYER = f"applicant/{[one.login for one in DEMO_ACCOUNTS if 'applicant' in one.roles].index(BOSS)}"
VISIT = "/visit/self-employed-registration"
HANDED_OUT = re.compile(r"\.(<any\([^)]*\):\w+>|pdf|png|jpg|jpeg|csv|xlsx|zip|jsonl?|yaml|css|js|ttf|woff2)$")
HANDED_OUT_TOO = frozenset({"static", "documents.file", "agency.left_page_original"})
"""What hands out files whatever they are called."""
LEADS_ON = frozenset(
    {
        "account_opening.code_that_was_sent",
        "about.recovery",
        "about.employers",
        "about.refunds",
        "about.self_employed",
        "provider.ask",
        "provider.ask_to_link",
        "provider.back",
        "provider.left",
    }
)
"""What shows nothing itself: it leads to another page whatever it is asked, or needs the fund's provider."""
IDENTITY = {
    "q.id_kind": "cni",
    "q.id_no": "Z999888",
    "q.id_expiry.day": "31",
    "q.id_expiry.month": "12",
    "q.id_expiry.year": "2040",
    "q.birth.day": "1",
    "q.birth.month": "1",
    "q.birth.year": "1990",
    "q.phone": "0661112233",
    "q.operator": "iam",
}
_LINK = re.compile(r'href="/ar(/[^"#?]*)')
_CHOICES = re.compile(r"<any\(([^)]*)\):(\w+)>")


@dataclass(frozen=True, slots=True)
class PageOfSomebody:
    """One page: its name, who looks (a role, or None for a visitor) and its path under the language."""

    name: str
    who: str | None
    path: str


def chosen(ids: Mapping[str, str]) -> list[PageOfSomebody]:
    """The pages in the states worth a look."""
    partly, scanned, new = (f"/dossiers/{ids[name]}" for name in ("partly", "scanned", "new"))
    rows = [
        ("home", None, "/"),
        ("form", None, f"/forms/{ALLOWANCE}"),
        ("sign-in", None, "/sign-in"),
        ("sign-in-second-step", HALFWAY, "/sign-in/second-step"),
        ("verify", None, "/verify"),
        ("receipt-unknown", None, "/receipt/XXXX-XXXX-XXXX/0000"),
        ("not-found", None, "/nowhere"),
        *told_to_everybody(),
        ("dossiers", "applicant", "/dossiers/"),
        ("dossiers-none", "applicant/1", "/dossiers/"),
        ("tasks-new", "applicant", new),
        ("tasks", "applicant", partly),
        ("section-quality", "applicant", f"{partly}/section/quality"),
        ("section-assured", "applicant", f"{partly}/section/assured"),
        ("section-spouse", "applicant", f"{partly}/section/spouse"),
        ("situation", "applicant", f"{partly}/situation"),
        ("children-none", "applicant", f"{new}/list/children"),
        ("children", "applicant", f"{partly}/list/children"),
        ("group-file", EMPLOYER, f"/dossiers/{ids['wages']}/list/employees/file"),
        ("child", "applicant", f"{partly}/list/children/2"),
        ("documents", "applicant", f"{partly}/documents"),
        ("documents-new", "applicant", f"{new}/documents"),
        ("missing", "applicant", f"{partly}/missing"),
        ("check", "applicant", f"{partly}/check"),
        ("deposited", "applicant", f"/dossiers/{ids['checked']}/deposited"),
        ("status", "applicant", f"{scanned}/status"),
        ("course", EMPLOYER, f"/dossiers/{ids['course']}/course"),
        ("correction", "applicant", f"/dossiers/{ids['returned']}"),
        ("desk", "clerk", "/agency/?q=El"),
        ("documents-at-the-desk", "clerk", f"{partly}/documents"),
        ("blanks", "clerk", "/agency/blanks"),
        ("intake", "clerk", "/agency/intake"),
        ("stack-waiting", "clerk", f"/agency/stacks/{ids['stack_waiting']}"),
        ("stack", "clerk", f"/agency/stacks/{ids['stack_done']}"),
        ("queue", "reviewer", "/review/"),
        ("review", "reviewer", f"/review/{ids['scanned']}"),
        ("review-proposal", "reviewer", f"/review/{ids['proposed']}"),
        ("operator-newsletter", "operator", "/operator/newsletter"),
        ("review-revoke", "reviewer", f"/review/{ids['scanned']}/receipt"),
    ]
    return [PageOfSomebody(*row) for row in rows]


def told_to_everybody() -> list[tuple[str, str | None, str]]:
    """The catalogue, a visitor's course, guidance, calculators, how to reach the fund."""
    answer = "/guidance/family-allowances-conditions"
    return [
        ("procedures", None, "/procedures/"),
        ("visit", None, VISIT),
        ("guidance", None, "/guidance/"),
        ("guidance-theme", None, "/guidance/theme/family-allowances"),
        ("guidance-answer", None, answer),
        ("guidance-print", None, f"{answer}/print"),
        ("guidance-send", None, f"{answer}/send"),
        ("calculators", None, "/calculators/"),
        ("calculator", None, "/calculators/family-allowances?q.children=3"),
        ("contact", None, "/contact"),
        ("newsletter", None, "/newsletter"),
        ("newsletter-confirm", None, "/newsletter/join/token"),
    ]


def in_use() -> list[PageOfSomebody]:
    """Pages shown already, in another state: for whoever looks at pictures of them."""
    rows = [
        ("procedures-found", None, "/procedures/?q=الولادة"),
        ("procedure", None, "/forms/maternity-allowance"),
        ("procedure-with-course", None, "/forms/debt-remission"),
        ("guidance-found", None, "/guidance/?q=الزواج"),
        ("visit-papers", UNLISTED, VISIT),
    ]
    return [PageOfSomebody(*row) for row in rows]


def every_page(demo: Demonstration, ids: Mapping[str, str]) -> list[PageOfSomebody]:
    """The chosen pages, and one of every address that none of them shows."""
    found = chosen(ids)
    addresses = demo.app.url_map.bind("localhost")
    shown = {_endpoint(addresses, one.path) for one in found}
    clients = {who: client_of(demo, who) for who in _visitors()}
    for rule in sorted(demo.app.url_map.iter_rules(), key=lambda one: one.rule):
        if rule.endpoint in shown or not _may_be_page(rule):
            continue
        page = _somebodys_page(rule, clients, _values(ids))
        if page is not None:
            found.append(page)
            shown.add(rule.endpoint)
    return [*found, *_linked_pages(demo, found, clients, shown)]


def _linked_pages(
    demo: Demonstration,
    pages: Iterable[PageOfSomebody],
    clients: Mapping[str | None, FlaskClient],
    shown: set[str | None],
) -> Iterator[PageOfSomebody]:
    """Pages of things nobody here knows by name, found as people find them: by a link on another page."""
    addresses = demo.app.url_map.bind("localhost")
    for page in pages:
        html = clients[page.who].get(f"/ar{page.path}").get_data(as_text=True) if page.who in clients else ""
        for path in dict.fromkeys(_LINK.findall(html)):
            endpoint = _endpoint(addresses, path)
            rules = list(demo.app.url_map.iter_rules(endpoint)) if endpoint else []
            if endpoint in shown or not any(_may_be_page(one) for one in rules):
                continue
            answer = clients[page.who].get(f"/ar{path}")
            if answer.status_code == 200 and answer.mimetype == "text/html":
                shown.add(endpoint)
                yield PageOfSomebody(str(endpoint).replace(".", "-"), page.who, path)


def unvisited(demo: Demonstration, pages: Iterable[PageOfSomebody]) -> list[str]:
    """The addresses under a language, files apart, that none of the pages shows."""
    addresses = demo.app.url_map.bind("localhost")
    shown = {_endpoint(addresses, one.path) for one in pages}
    rules = demo.app.url_map.iter_rules()
    return sorted(one.rule for one in rules if _may_be_page(one) and one.endpoint not in shown)


def _endpoint(addresses: object, path: str) -> str | None:
    from werkzeug.exceptions import HTTPException

    try:
        return addresses.match(f"/ar{path.partition('?')[0]}", method="GET")[0]  # type: ignore[attr-defined]
    except HTTPException:
        return None


def _may_be_page(rule: Rule) -> bool:
    if "GET" not in (rule.methods or ()) or "lang" not in rule.arguments:
        return False
    return not HANDED_OUT.search(rule.rule) and rule.endpoint not in HANDED_OUT_TOO | LEADS_ON


def _visitors() -> list[str | None]:
    roles = dict.fromkeys(role for one in DEMO_ACCOUNTS for role in sorted(one.roles))
    return [None, NEWCOMER, HALFWAY, *roles]


def _values(ids: Mapping[str, str]) -> dict[str, Sequence[str]]:
    return {
        "dossier_id": [ids[name] for name in DOSSIERS],
        "section_id": ["assured"],
        "group_id": ["children"],
        "number": ["1"],
        "form_id": [ALLOWANCE],
        "version": ["1"],
        "stack_id": [ids["stack_done"]],
        "reference": ["XXXX-XXXX-XXXX"],
        "code": ["0000"],
    }


def client_of(demo: Demonstration, who: str | None) -> FlaskClient:
    """A browser's stand-in in which somebody is signed in."""
    client = demo.app.test_client()
    if who == NEWCOMER:
        reached = {"q.registration": account("applicant").login, "q.channel": "sms"}
        _sent(client, "/fr/account/forgotten", reached)
    elif who == UNLISTED:
        _sent(client, f"/fr{VISIT}", IDENTITY)
        _sent(client, f"/fr{VISIT}", {"q.category": "midwife"})
    elif who is not None:
        one = GUARDED if who == HALFWAY else account(who)
        _sent(client, "/fr/sign-in", {"login": one.login, "password": one.password})
    return client


def session_of(demo: Demonstration, who: str | None) -> str | None:
    """The session cookie of somebody who is signed in, for a real browser."""
    cookie = client_of(demo, who).get_cookie("session")
    return cookie.value if cookie else None


def _sent(client: FlaskClient, path: str, data: Mapping[str, str]) -> None:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).get_data(as_text=True))
    assert token, f"{path} has no form"
    answer = client.post(path, data={"csrf_token": token[1], **data})
    assert answer.status_code in (302, 303), f"{path} was not taken: {answer.status_code}"


def _somebodys_page(
    rule: Rule, clients: Mapping[str | None, FlaskClient], values: Mapping[str, Sequence[str]]
) -> PageOfSomebody | None:
    names = sorted(rule.arguments - {"lang"})
    spelled_out = {name: re.split(r",\s*", choices) for choices, name in _CHOICES.findall(rule.rule)}
    values = {**spelled_out, **values}
    if set(names) - set(values):
        return None
    pattern = re.sub(r"<(?:[^<>:]+:)?(\w+)>", r"{\1}", rule.rule)
    for combination in itertools.product(*(values[name] for name in names)):
        path = pattern.format(lang="ar", **dict(zip(names, combination, strict=True)))
        for who, client in clients.items():
            answer = client.get(path)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                return PageOfSomebody(rule.endpoint.replace(".", "-"), who, path.removeprefix("/ar"))
    return None
