"""Codes within Arabic words are isolated; nothing else on the page changes."""

from __future__ import annotations

import pytest
from web_service import Service

from core.localized_text import Language
from forms_service.web.codes_in_arabic import isolate_codes_in_page
from forms_service.web.presentation import with_names


@pytest.mark.parametrize(
    "code", ["311-1-14", "09-08", "06 12 34 56 78", "22/11/2026", "7K3Q-9XMB-2FTJ", "12,89%", "2%"]
)
def test_codes_are_isolated_in_sentences_and_in_choices(code: str) -> None:
    page = f"<p>رقم {code}.</p><select><option value='{code}'>رقم {code}</option></select>"
    isolated = f"\u2066{code}\u2069"
    expected = f"<p>رقم {isolated}.</p><select><option value='{code}'>رقم {isolated}</option></select>"
    assert isolate_codes_in_page(page, Language.AR) == expected


@pytest.mark.parametrize(
    "page",
    [
        '<a href="/ar/forms/cnss-311-1-14" title="a > 1-2">اسم</a>',
        "<textarea>رقم 311-1-14</textarea>",
        "<script>const a = 1-2</script><!-- 1-2 -->",
        '<bdi class="code" dir="ltr">7K3Q-9XMB-2FTJ</bdi>',
        '<bdi dir="ltr"><strong>GET</strong> /api/v1<wbr>/forms-1/{id-2}</bdi>',
        "<p>R&amp;D &#39;كلمة&#39; 3 &lt;5</p>",
    ],
)
def test_typed_words_addresses_and_isolated_references_stay_as_they_are(page: str) -> None:
    assert isolate_codes_in_page(page, Language.AR) == page


def test_a_french_page_is_mended_where_it_is_arabic() -> None:
    page = "<p>formulaire 311-1-14</p><p>المرجع 311-1-14</p>"
    assert isolate_codes_in_page(page, Language.FR).count("\u2066") == 1


def test_an_hour_after_a_year_stays_whole() -> None:
    isolated = isolate_codes_in_page("<p>يوم 22 نونبر 2026 02:44</p>", Language.AR)
    assert isolated == "<p>يوم 22 نونبر 2026 \u206602:44\u2069</p>"


def test_after_an_isolated_address_the_page_goes_on_as_before() -> None:
    page = '<p><bdi dir="ltr">a<wbr>/b-1</bdi> رقم 1-2 <b>رقم 3-4</b></p>'
    assert isolate_codes_in_page(page, Language.AR).count("\u2066") == 2


def test_names_in_latin_letters_say_so_in_an_arabic_sentence(service: Service) -> None:
    with service.app.test_request_context("/ar/"):
        said = with_names("يعمل بلا JavaScript & <SQLite>.")
    assert said == 'يعمل بلا <bdi lang="en">JavaScript</bdi> &amp; &lt;<bdi lang="en">SQLite</bdi>&gt;.'
    with service.app.test_request_context("/fr/"):
        assert with_names("Sans JavaScript & cie") == "Sans JavaScript &amp; cie"


def test_the_status_page_marks_the_name_of_its_database(service: Service) -> None:
    page = service.visitor().sign_in("operator").get("/operator/status/").get_data(as_text=True)
    database = "SQLite" if "SQLite" in page else "PostgreSQL"
    assert f'<bdi lang="en">{database}</bdi>' in page
