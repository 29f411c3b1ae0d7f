"""From an upload to its doubtful answers: told on the list, shown with their picture, kept or mended."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from forms_of_pages import forms_of
from PIL import Image
from web_service import Service, Visitor

from forms_service.reading_process import ReadingOutcome
from forms_service.services import reading_results
from tests.services.prepared_readings import PDF, read, scan


@pytest.fixture
def dossier(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    Image.new("L", (900, 1200), 250).save(tmp_path / "page.png")
    found = scan(
        read("assured.last", "Bennani", "review"),
        read("assured.city", "Fès", "review"),
        read("assured.birth", None, "review", raw="31/02/1988", reason="invalid_value"),
        read("children.1.birth", "2023-05-02", "review"),
    )

    @contextmanager
    def reading(*_args: object) -> Iterator[ReadingOutcome]:
        yield ReadingOutcome(found, tmp_path)

    monkeypatch.setattr(reading_results, "run_reading_of_pages", reading)
    name = service.new_dossier({"quality": "assured"})
    service.application.services.upload(service.actor("applicant"), name, "scan.pdf", PDF, "form")
    service.read_all()
    return name


def waiting(service: Service, dossier: str) -> dict[str, str]:
    found = service.application.services.answers_to_confirm(service.actor("applicant"), dossier)
    return {one.field_id: one.id for one in found}


def values(service: Service, dossier: str) -> dict[str, object]:
    return service.application.services.dossier(service.actor("applicant"), dossier).dossier.answers()


def test_the_list_leads_to_the_answers_and_a_tick_keeps_one(
    service: Service, applicant: Visitor, dossier: str
) -> None:
    for page in ("", "/documents"):
        html = applicant.get(f"/dossiers/{dossier}{page}").get_data(as_text=True)
        assert "4 أجوبة للتأكيد" in html
        assert f"/dossiers/{dossier}/confirm" in html
    html = applicant.get(f"/dossiers/{dossier}/confirm").get_data(as_text=True)
    pictures = re.findall(rf"/ar(/dossiers/{dossier}/confirm/\w+\.png)", html)
    assert len(pictures) == 4
    ids = waiting(service, dossier)
    assert f'name="keep.{ids["assured.birth"]}"' not in html, "no day of February: it can only be mended"
    assert Image.open(io.BytesIO(applicant.get(pictures[0]).data)).height > 40
    answer = applicant.post(
        f"/dossiers/{dossier}/confirm",
        {
            f"keep.{ids['assured.last']}": "read",
            f"mend.{ids['assured.last']}": "Bennani",
            f"mend.{ids['assured.city']}": "Fez",
            f"mend.{ids['assured.birth']}": "31/02/1988",
        },
    )
    assert answer.headers["Location"].endswith("/confirm"), "two still wait"
    held = values(service, dossier)
    assert (held["assured.last"], held["assured.city"]) == ("Bennani", "Fez")
    assert list(waiting(service, dossier)) == ["assured.birth", "children.1.birth"]


def test_the_missing_list_leads_there_too(service: Service, applicant: Visitor, dossier: str) -> None:
    html = applicant.get(f"/dossiers/{dossier}/missing").get_data(as_text=True)
    assert f"/dossiers/{dossier}/confirm#read-assured-last" in html
    assert 'id="read-assured-last"' in applicant.get(f"/dossiers/{dossier}/confirm").get_data(as_text=True)


def test_the_question_itself_shows_what_was_read_and_takes_a_tick(
    service: Service, applicant: Visitor, dossier: str
) -> None:
    page = f"/dossiers/{dossier}/section/assured"
    html = applicant.get(page).get_data(as_text=True)
    ids = waiting(service, dossier)
    assert html.count('class="on-paper"') == 3
    for name in ("assured.last", "assured.city"):
        assert f'name="keep.{ids[name]}"' in html
    posted = {f"keep.{ids['assured.last']}": "read", f"keep.{ids['assured.city']}": "read"}
    posted |= {"q.assured.city": "Rabat", "q.assured.email": "no address"}
    answer = applicant.post(page, posted)
    assert answer.status_code == 422, "the address is none"
    html = answer.get_data(as_text=True)
    assert 'name="q.assured.last" value="Bennani"' in html
    held = values(service, dossier)
    assert (held["assured.last"], held["assured.city"]) == ("Bennani", "Rabat"), "what was typed counts"


def test_a_row_of_a_list_takes_a_tick(service: Service, applicant: Visitor, dossier: str) -> None:
    (name,) = (one for field, one in waiting(service, dossier).items() if field.startswith("children"))
    page = f"/dossiers/{dossier}/list/children/1"
    assert f'name="keep.{name}"' in applicant.get(page).get_data(as_text=True)
    assert applicant.post(page, {f"keep.{name}": "read"}).status_code == 303
    view = service.application.services.dossier(service.actor("applicant"), dossier)
    assert view.dossier.groups["children"][0]["birth"] == "2023-05-02"


def test_a_clerk_at_the_desk_confirms_and_a_stranger_does_not(
    service: Service, clerk: Visitor, dossier: str
) -> None:
    last = waiting(service, dossier)["assured.last"]
    stranger = service.visitor().sign_in("applicant", 1)
    assert stranger.get(f"/dossiers/{dossier}/confirm").status_code == 404
    assert stranger.get(f"/dossiers/{dossier}/confirm/{last}.png").status_code == 404
    assert clerk.post(f"/dossiers/{dossier}/confirm", {f"keep.{last}": "read"}).status_code == 303
    assert values(service, dossier)["assured.last"] == "Bennani"


def test_the_reviewer_sees_paper_and_mended_answer_and_asks_again(
    service: Service, applicant: Visitor, reviewer: Visitor, dossier: str
) -> None:
    last = waiting(service, dossier)["assured.last"]
    assert applicant.post(f"/dossiers/{dossier}/confirm", {f"mend.{last}": "Bennis"}).status_code == 303
    services = service.application.services
    services.deposit(service.actor("applicant"), dossier, True)
    services.start_review(service.actor("reviewer"), dossier)
    html = reviewer.get(f"/review/{dossier}").get_data(as_text=True)
    doubts = html.partition('id="doubts"')[2].partition('id="sure"')[0]
    card = doubts.partition(f'id="reading-{last}"')[2].partition("</article>")[0]
    assert f"/review/{dossier}/values/{last}/crop.png" in card
    said = re.findall(r'<p class="said">(.*?)</p>', re.sub(r"</?(bdi|span)[^>]*>", "", card))
    assert said == ["قُرئ على الورق: Bennani", "كتب المعني بالأمر: Bennis"]
    assert 'value="Bennis"' in card, "Enter keeps the answer; the paper's is taken on purpose"
    assert "<meter" not in card and "%" not in card
    others = re.findall(r'<article[^>]* id="reading-(\w+)"', doubts)
    assert others[0] == last and len(others) == 4, "first of all, though not first on the form"
    assert "أبقى مُعد الملف ما كتبه أو صححه" in card
    posted = {"value": "Bennani", "verdict": "again", "again": "differs"}
    seen = re.search(r'name="seen" value="(\d+)"', card)
    assert seen is not None
    answer = reviewer.post(f"/review/{dossier}/values/{last}", {**posted, "seen": seen[1]})
    assert answer.status_code == 303
    html = reviewer.get(f"/review/{dossier}").get_data(as_text=True)
    asked = html.partition('id="ask"')[2]
    assert re.search(r'value="assured.last" id="[^"]*" checked', asked), "it goes on the correction slip"


@pytest.mark.parametrize(("which", "name"), [("mended", "Bennis"), ("kept", "Bennani")])
def test_whoever_ticks_a_reading_and_writes_another_is_asked_which(
    service: Service, applicant: Visitor, dossier: str, which: str, name: str
) -> None:
    ids = waiting(service, dossier)
    last, city = ids["assured.last"], ids["assured.city"]
    page = f"/dossiers/{dossier}/confirm"
    posted = {f"keep.{last}": "read", f"mend.{last}": "Bennis", f"keep.{city}": "read", f"mend.{city}": "Fès"}
    answer = applicant.post(page, posted)
    assert answer.status_code == 422
    held = values(service, dossier)
    assert "assured.last" not in held and held["assured.city"] == "Fès", "the rest is kept"
    html = answer.get_data(as_text=True)
    card = html.partition('id="read-assured-last"')[2].partition('class="card reading')[0]
    assert re.findall(rf'name="which.{last}" value="(\w+)"', card) == ["kept", "mended"]
    assert card.count("Bennani") > 1 and card.count("Bennis") > 1
    assert applicant.post(page, {**posted, f"which.{last}": which}).status_code == 303
    assert values(service, dossier)["assured.last"] == name


def test_a_question_answered_otherwise_than_ticked_is_asked_again_beside_its_picture(
    service: Service, applicant: Visitor, dossier: str
) -> None:
    city = waiting(service, dossier)["assured.city"]
    posted = {f"keep.{city}": "read", "q.assured.city": "Rabat"}
    answer = applicant.post(f"/dossiers/{dossier}/section/assured", posted)
    assert answer.headers["Location"].endswith(f"/dossiers/{dossier}/confirm#read-assured-city")
    card = applicant.get(f"/dossiers/{dossier}/confirm").get_data(as_text=True)
    assert "قولوا أيهما الصحيح" in card
    card = card.partition('id="read-assured-city"')[2].partition('class="card reading')[0]
    assert "Rabat" in card and "Fès" in card
    assert re.findall(rf'name="keep.{city}" value="(\w+)"', card) == ["read", "typed"]
    assert values(service, dossier)["assured.city"] == "Rabat", "kept until then"


def test_the_reviewer_takes_the_paper_or_the_answer_with_one_button(
    service: Service, applicant: Visitor, reviewer: Visitor, dossier: str
) -> None:
    ids = waiting(service, dossier)
    last, city = ids["assured.last"], ids["assured.city"]
    applicant.post(f"/dossiers/{dossier}/confirm", {f"mend.{last}": "Bennis"})
    applicant.post(
        f"/dossiers/{dossier}/section/assured", {"q.assured.last": "Bennis", "q.assured.city": "Rabat"}
    )
    services = service.application.services
    services.deposit(service.actor("applicant"), dossier, True)
    services.start_review(service.actor("reviewer"), dossier)
    for one, verdict, name in ((last, "read", "Bennani"), (city, "typed", "Rabat")):
        html = reviewer.get(f"/review/{dossier}").get_data(as_text=True)
        card = html.partition(f'id="reading-{one}"')[2].partition("</article>")[0]
        assert re.findall(r'name="verdict" value="(read|typed)"', card) == [verdict], (
            "the other one of the two"
        )
        box = re.search(r'name="value" id="[^"]*" value="([^"]*)"', card)
        seen = re.search(r'name="seen" value="(\d+)"', card)
        assert box and seen and box[1] != name
        posted = {"value": box[1], "verdict": verdict, "seen": seen[1]}
        assert reviewer.post(f"/review/{dossier}/values/{one}", posted).status_code == 303
        assert values(service, dossier)[f"assured.{'last' if one == last else 'city'}"] == name
    left = services.extractions(service.actor("reviewer"), dossier)
    assert not any(one.is_contested for one in left)


def test_an_answer_emptied_against_the_paper_is_shown_to_the_reviewer(
    service: Service, applicant: Visitor, reviewer: Visitor, dossier: str
) -> None:
    city = waiting(service, dossier)["assured.city"]
    applicant.post(f"/dossiers/{dossier}/confirm", {f"mend.{city}": ""})
    services = service.application.services
    services.deposit(service.actor("applicant"), dossier, True)
    html = reviewer.get(f"/review/{dossier}").get_data(as_text=True)
    first = re.search(r'<article[^>]* id="reading-(\w+)"', html.partition('id="doubts"')[2])
    assert first and first[1] == city
    card = html.partition(f'id="reading-{city}"')[2].partition("</article>")[0]
    said = re.findall(r'<p class="said">(.*?)</p>', re.sub(r"</?(bdi|span)[^>]*>", "", card))
    assert said == ["قُرئ على الورق: Fès", "كتب المعني بالأمر: لا شيء"]


def test_what_was_mended_is_there_again_when_the_session_had_ended(
    service: Service, applicant: Visitor, dossier: str
) -> None:
    page, ids = f"/ar/dossiers/{dossier}/confirm", waiting(service, dossier)
    (form,) = [
        one for one in forms_of(applicant.client.get(page).get_data(as_text=True), page) if one.action == page
    ]
    said = {
        **{name: every[0] for name, every in form.held().items()},
        f"mend.{ids['assured.city']}": "Fès-Médina",
        f"keep.{ids['assured.last']}": "read",
    }
    late = applicant.client.post(
        page, data={**said, "csrf_token": "x"}, headers={"Origin": "http://localhost"}
    )
    assert late.headers["Location"] == page
    html = applicant.client.get(page).get_data(as_text=True)
    (again,) = [one.held() for one in forms_of(html, page) if one.action == page]
    assert again[f"mend.{ids['assured.city']}"] == ["Fès-Médina"]
    assert again[f"keep.{ids['assured.last']}"] == ["read"]
    assert re.search(
        r"<details open><summary>[^<]*<span[^<]*</span></summary>(?:(?!</details>).)*Médina", html, re.S
    )
    assert "assured.city" not in values(service, dossier)
    applicant.client.post(page, data={name: every[0] for name, every in again.items()})
    assert values(service, dossier)["assured.city"] == "Fès-Médina"
    assert 'id="kept-typing"' not in applicant.client.get(page).get_data(as_text=True)
