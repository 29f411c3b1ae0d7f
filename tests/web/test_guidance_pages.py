"""Questions and answers, and calculators, as somebody without an account meets them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sqlalchemy import delete, select
from web_service import Program, Service, Visitor

from core.localized_text import Language
from forms_service.services.letters import worded
from forms_service.storage.account_models import AttemptRow, LetterRow

RATE = "/guidance/voluntary-insurance-rate"
MOST_TO_ONE, MOST_FROM_ONE = 3, 10


@pytest.fixture
def visitor(service: Service) -> Visitor:
    with service.application.database.writing() as session:
        session.execute(delete(AttemptRow))
    return service.visitor("fr")


def words(visitor: Visitor, path: str) -> str:
    answer = visitor.get(path)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def test_an_answer_tells_the_age_of_its_figures_and_leads_on(visitor: Visitor) -> None:
    html = visitor.get(RATE).get_data(as_text=True)
    assert html.count("valeur d&#39;une page non datée (vers 2010)") == 3
    for link in (
        "/fr/guidance/theme/voluntary-insurance",
        "/fr/guidance/voluntary-insurance-conditions",
        "/fr/calculators/voluntary-contribution",
        f"/fr{RATE}/print",
        f"/fr{RATE}/send",
    ):
        assert f'href="{link}"' in html
    assert "reformulée d&#39;après la réponse" in html


def test_an_answers_number_leads_to_it_and_an_unknown_name_to_nothing(visitor: Visitor) -> None:
    assert visitor.get("/guidance/10").headers["Location"] == f"/fr{RATE}"
    for path in ("/guidance/999", "/guidance/theme/none", "/guidance/none/send", "/calculators/none"):
        assert visitor.get(path).status_code == 404


def test_a_search_in_the_other_language_is_answered_with_hits_marked(visitor: Visitor) -> None:
    html = visitor.get("/guidance/?q=نسبه+الإشتراك+في+التامين+الاختيارى").get_data(as_text=True)
    first = html.split('class="tasks found"')[1].split("</li>")[0]
    assert RATE in first and 'lang="ar" dir="rtl"' in first and "<mark>نسبة</mark>" in first
    assert "Quel est le taux" in first


def test_a_search_says_when_only_some_words_were_found_and_offers_the_themes_when_none(
    visitor: Visitor,
) -> None:
    assert "ne contient tous vos mots" in words(visitor, "/guidance/?q=volontaire+xylophone")
    nothing = words(visitor, "/guidance/?q=xylophone")
    assert "Essayez-en un autre" in nothing and "Assurance volontaire" in nothing
    assert "&lt;script&gt;" in visitor.get("/guidance/?q=<script>").get_data(as_text=True)


def test_an_answer_is_sent_on_in_fixed_words_with_its_own_address(service: Service, visitor: Visitor) -> None:
    done = visitor.post(f"{RATE}/send", {"q.friend": "amie@exemple.ma", "subject": "x", "text": "gratuit !"})
    assert done.status_code == 303 and done.headers["Location"] == f"/fr{RATE}"
    with service.application.database.reading() as session:
        row = session.scalars(select(LetterRow).where(LetterRow.occasion == "guidance")).one()
    letter = service.application.services.adapters.seal.record(row.sealed)
    assert letter["address"] == "amie@exemple.ma"
    assert f"{service.application.config.public_url}/fr{RATE}" in letter["text"]
    assert "gratuit" not in json.dumps(letter)
    arabic = worded("guidance", "email", Language.AR, {"question": "كم؟", "address": "http://a"})
    assert "\u2068كم؟\u2069" in arabic["text"], "an Arabic question runs from the right"


def test_what_will_be_sent_is_shown_before(visitor: Visitor) -> None:
    shown = visitor.get(f"{RATE}/send").get_data(as_text=True)
    assert "LocalizedText" not in shown and f"/fr{RATE}" in shown.split("<blockquote")[1]


def test_nobodys_mailbox_is_filled_and_no_place_sends_without_end(visitor: Visitor) -> None:
    codes = [visitor.post(f"{RATE}/send", {"q.friend": "un@exemple.ma"}).status_code for _ in range(4)]
    assert codes == [303] * MOST_TO_ONE + [429]
    visitor.client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    codes = [
        visitor.post(f"{RATE}/send", {"q.friend": f"n{number}@exemple.ma"}).status_code
        for number in range(11)
    ]
    assert codes == [303] * MOST_FROM_ONE + [429]


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b@c", "a@exemple.ma\r\nBcc: b@exemple.ma", "a@exemple.ma, b@exemple.ma"]
)
def test_what_is_no_address_is_told_and_nothing_sent(
    service: Service, visitor: Visitor, address: str
) -> None:
    before = service.application.database
    with before.reading() as session:
        count = len(session.scalars(select(LetterRow)).all())
    answer = visitor.post(f"{RATE}/send", {"q.friend": address})
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.get_data(as_text=True)
    with before.reading() as session:
        assert len(session.scalars(select(LetterRow)).all()) == count


def test_a_calculator_shows_result_formula_figures_and_source(visitor: Visitor) -> None:
    page = words(visitor, "/calculators/late-surcharges?q.general=10000&q.amo=2000&q.due.day=10&q.due.month=1"
                 "&q.due.year=2026&q.paid.day=11&q.paid.month=3&q.paid.year=2026")  # fmt: skip
    plain = page.replace("\u202f", " ").replace("\u00a0", " ")
    assert "= 3 % + (3 mois − 1) × 1 % = 5 %" in plain
    assert "12 560,00 DH" in plain
    assert "arrondi au centime" in plain and "proposé" in plain
    assert "page « Questions et réponses » de la Caisse, réponse 63" in plain


def test_a_calculator_keeps_what_was_typed_and_says_what_is_wrong(visitor: Visitor) -> None:
    answer = visitor.get("/calculators/old-age-pension?q.days=100&q.wages=abc")
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422 and 'value="abc"' in html and 'value="100"' in html
    assert 'href="#q-wages"' in html and 'id="result"' not in html
    assert 'href="#q-days"' in visitor.get("/calculators/old-age-pension?q.days=100&q.wages=1").get_data(
        as_text=True
    )


def test_yes_or_no_is_a_box_to_tick_that_stays_ticked(visitor: Visitor) -> None:
    given = "q.days=1080&q.recent_days=108&q.wages_12=12000&q.wages_60=120000"
    asked = visitor.get(f"/calculators/invalidity-pension?{given}").get_data(as_text=True)
    ticked = visitor.get(f"/calculators/invalidity-pension?{given}&q.helped=true").get_data(as_text=True)
    box = r'<input type="checkbox" id="q-helped" name="q.helped" value="true"( checked)?'
    assert [re.findall(box, page) for page in (asked, ticked)] == [[""], [" checked"]]
    assert "1\u202f000,00" in asked and "1\u202f200,00" in ticked


def test_a_calculator_reckons_for_an_earlier_day(visitor: Visitor) -> None:
    day = "q.reckoned-on.day=31&q.reckoned-on.month=12&q.reckoned-on.year=2022"
    assert "672,00" in words(visitor, f"/calculators/family-allowances?q.children=5&{day}")
    assert "952,00" in words(visitor, "/calculators/family-allowances?q.children=5")
    wrong = visitor.get(f"/calculators/family-allowances?q.children=5&{day.replace('12', '13')}")
    assert "Cette date n&#39;existe pas" in wrong.get_data(as_text=True)


def test_programs_get_the_same(service: Service) -> None:
    anybody = Program(service.app.test_client())
    assert anybody.get("/guidance?q=TAUX%20COTISATIONS%20VOLONTAIRES")["items"][0]["number"] == "10"
    answer: dict[str, Any] = anybody.get("/guidance/10")
    assert answer["figures"][0]["age"]["fr"] and "12,89" in answer["answer"]["ar"]
    done = anybody.send(
        "POST", "/calculators/family-allowances", {"values": {"children": 5}, "on": "2022-12-31"}
    )
    assert done.get_json()["results"][-1]["value"] == "672.00"
    told = anybody.send(
        "POST", "/calculators/family-allowances", {"values": {"children": "beaucoup"}}
    ).get_json()
    assert told["results"] == [] and told["problems"]["children"]["ar"]
    for path in ("/guidance/none", "/calculators/none"):
        assert anybody.send("GET", path).status_code == 404
