"""The estimate says in words and numbers how it comes about; no program code, and plurals as Arabic has them."""

from __future__ import annotations

import html

import pytest
from web_service import ANSWERS, REFUND, Service

from forms_service.web.presentation import money


@pytest.mark.parametrize(
    ("language", "step", "total", "unit"),
    [
        ("ar", "الأولين: 3 × 300 درهم = 900 درهم", "المجموع: 900 + 26 = 926 درهما", "26 درهما"),
        ("fr", "premiers enfants : 3 × 300 DH = 900 DH", "Total : 900 + 26 = 926 DH", "26 DH"),
    ],
)
def test_the_amount_is_reckoned_before_ones_eyes(
    service: Service, language: str, step: str, total: str, unit: str
) -> None:
    services, applicant = service.application.services, service.actor("applicant")
    dossier = service.new_dossier({**ANSWERS, "children_to_declare": "4"})
    young = [{"birth": f"20{year}-01-02", "resident": True} for year in (20, 21, 22, 23)]
    services.answer_group(applicant, dossier, "children", young)
    visitor = service.visitor(language).sign_in("applicant")
    page = html.unescape(visitor.get(f"/dossiers/{dossier}/check").get_data(as_text=True))
    page = page.replace("\u2068", "").replace("\u2069", "").replace("\u00a0", " ")
    told = page.partition('id="estimate"')[2].partition("</section>")[0]
    for words in (step, total, unit):
        assert words in told
    assert not [code for code in ("param.", "size(", "filter") if code in told]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1, "درهم واحد"),
        (2, "درهمان"),
        (3, "3 دراهم"),
        (26, "26 درهما"),
        (300, "300 درهم"),
        (2.5, "2,50 درهم"),
    ],
)
def test_dirhams_are_counted_as_arabic_counts(service: Service, value: float, said: str) -> None:
    with service.app.test_request_context("/ar/"):
        assert money(value, "MAD") == said


def test_a_request_whose_amount_nobody_here_knows_says_so(service: Service) -> None:
    visitor = service.visitor("fr").sign_in("applicant")
    refund, allowance = service.new_dossier({}, REFUND), service.new_dossier(ANSWERS)
    assert 'id="no-estimate"' in visitor.get(f"/dossiers/{refund}/check").get_data(as_text=True)
    assert 'id="no-estimate"' not in visitor.get(f"/dossiers/{allowance}/check").get_data(as_text=True)
    account = service.new_dossier({}, "bank-account")
    told = visitor.get(f"/dossiers/{account}/check").get_data(as_text=True)
    assert 'id="no-estimate"' not in told, "an account that is made known is paid nothing"
