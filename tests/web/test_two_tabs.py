"""Two windows on one dossier: what is declared was seen, and no child that was typed is lost."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from PIL import Image
from web_service import ANSWERS, Service, Visitor
from werkzeug.test import TestResponse

CHILD = {"q.birth.day": "5", "q.birth.month": "3", "q.first": "Adam"}


@pytest.fixture
def draft(service: Service) -> str:
    return service.new_dossier(ANSWERS)


def seen(visitor: Visitor, path: str) -> str:
    """The revision a page was made from."""
    found = re.search(r'name="revision" value="(\d+)"', visitor.get(path).get_data(as_text=True))
    assert found
    return found[1]


def child(year: str, revision: str = "", **more: str) -> dict[str, str]:
    return {**CHILD, "q.birth.year": year, "revision": revision, **more}


def births(service: Service, dossier_id: str) -> list[Any]:
    view = service.application.services.dossier(service.actor("applicant"), dossier_id)
    return [row.get("birth") for row in view.dossier.groups.get("children", ())]


def deposited(visitor: Visitor, draft: str, revision: str) -> TestResponse:
    return visitor.post(f"/dossiers/{draft}/deposit", {"declaration": "true", "revision": revision})


def state(service: Service, draft: str) -> str:
    return service.application.services.dossier(service.actor("applicant"), draft).state.value


def test_an_answer_changed_in_another_window_is_shown_before_it_is_declared(
    service: Service, applicant: Visitor, draft: str
) -> None:
    first = seen(applicant, f"/dossiers/{draft}/check")
    applicant.post(f"/dossiers/{draft}/section/assured", {"q.assured.last": "Bennani"})
    answer = deposited(applicant, draft, first)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert state(service, draft) == "draft"
    changes = re.search(r'id="changes".*?</section>', html, re.DOTALL)
    assert changes
    assert "Bennani" in changes[0]
    assert "El Amrani" not in changes[0]
    again = re.search(r'name="revision" value="(\d+)"', html)
    assert again
    assert not re.search(r'id="declaration"[^>]*checked', html), "a declaration is made anew"
    assert deposited(applicant, draft, again[1]).status_code == 303
    assert state(service, draft) == "submitted"


def test_a_reading_that_finished_meanwhile_is_shown_before_it_is_declared(
    service: Service, applicant: Visitor, draft: str
) -> None:
    photo = io.BytesIO()
    Image.new("L", (500, 700), 200).save(photo, "PNG")
    photo.seek(0)
    applicant.post(f"/dossiers/{draft}/documents", {"files": (photo, "carte.png")})
    first = seen(applicant, f"/dossiers/{draft}/check")
    service.application.services.give_up_reading(service.jobs.keys.pop())  # it ends, as any reading does
    answer = deposited(applicant, draft, first)
    assert answer.status_code == 409
    assert 'id="changes"' in answer.get_data(as_text=True)
    assert state(service, draft) == "draft"


def test_a_page_that_does_not_say_what_it_showed_deposits_nothing(
    service: Service, applicant: Visitor, draft: str
) -> None:
    for said in ("", "0", "99999", "²"):
        assert deposited(applicant, draft, said).status_code == 409
    assert state(service, draft) == "draft"


def test_pressing_twice_still_deposits_once(service: Service, applicant: Visitor, draft: str) -> None:
    first = seen(applicant, f"/dossiers/{draft}/check")
    places = [deposited(applicant, draft, first).headers["Location"] for _ in range(2)]
    assert places == [f"/ar/dossiers/{draft}/deposited"] * 2


def test_a_child_added_while_another_was_changed_is_kept(
    service: Service, applicant: Visitor, draft: str
) -> None:
    place = f"/dossiers/{draft}/list/children"
    applicant.post(f"{place}/1", child("2015"))
    first, second = seen(applicant, f"{place}/1"), seen(applicant, f"{place}/2")
    applicant.post(f"{place}/1", child("2016", first))
    assert applicant.post(f"{place}/2", child("2018", second)).status_code == 303
    assert births(service, draft) == ["2016-03-05", "2018-03-05"]


def test_children_added_in_two_windows_are_both_kept_and_one_sent_twice_is_one(
    service: Service, applicant: Visitor, draft: str
) -> None:
    place = f"/dossiers/{draft}/list/children"
    first = seen(applicant, f"{place}/1")
    for year in ("2015", "2018", "2018"):
        assert applicant.post(f"{place}/1", child(year, first)).status_code == 303
    assert births(service, draft) == ["2015-03-05", "2018-03-05"]


def test_a_child_that_moved_is_changed_where_it_stands_now(
    service: Service, applicant: Visitor, draft: str
) -> None:
    place = f"/dossiers/{draft}/list/children"
    for number, year in enumerate(("2015", "2018"), start=1):
        applicant.post(f"{place}/{number}", child(year))
    opened = seen(applicant, f"{place}/2")
    applicant.post(f"{place}/1/remove", {"revision": opened})
    assert applicant.post(f"{place}/2", child("2019", opened)).status_code == 303
    assert births(service, draft) == ["2019-03-05"]


def test_the_same_child_changed_in_two_windows_stays_typed_on_the_page(
    service: Service, applicant: Visitor, draft: str
) -> None:
    place = f"/dossiers/{draft}/list/children"
    applicant.post(f"{place}/1", child("2015"))
    opened = seen(applicant, f"{place}/1")
    applicant.post(f"{place}/1", child("2016", opened))
    answer = applicant.post(f"{place}/1", child("2017", opened))
    html = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert 'value="2017"' in html
    assert births(service, draft) == ["2016-03-05"]
    again = re.search(r'name="revision" value="(\d+)"', html)
    assert again
    assert applicant.post(f"{place}/1", child("2017", again[1])).status_code == 303
    assert births(service, draft) == ["2017-03-05"]


def test_a_child_typed_for_a_place_that_is_gone_is_not_lost(
    service: Service, applicant: Visitor, draft: str
) -> None:
    place = f"/dossiers/{draft}/list/children"
    for number, year in enumerate(("2015", "2016", "2018"), start=1):
        applicant.post(f"{place}/{number}", child(year))
    opened = seen(applicant, f"{place}/3")
    for _ in range(3):
        applicant.post(f"{place}/1/remove", {"revision": seen(applicant, place)})
    answer = applicant.post(f"{place}/3", child("2019", opened))
    assert answer.status_code == 409
    assert 'value="2019"' in answer.get_data(as_text=True)
    assert births(service, draft) == []


def test_a_child_changed_meanwhile_is_not_taken_away_unseen(
    service: Service, applicant: Visitor, draft: str
) -> None:
    place = f"/dossiers/{draft}/list/children"
    applicant.post(f"{place}/1", child("2015"))
    opened = seen(applicant, place)
    applicant.post(f"{place}/1", child("2016"))
    answer = applicant.post(f"{place}/1/remove", {"revision": opened})
    assert answer.status_code == 303
    assert "problem" in applicant.get(place).get_data(as_text=True)
    assert births(service, draft) == ["2016-03-05"]


def test_the_situation_changed_in_two_windows_stays_typed_on_the_page(
    service: Service, applicant: Visitor, draft: str
) -> None:
    place = f"/dossiers/{draft}/situation"
    opened = seen(applicant, place)
    names = re.findall(
        r'type="checkbox" id="[^"]+" name="([^"]+)"', applicant.get(place).get_data(as_text=True)
    )
    assert names
    applicant.post(place, {"revision": opened})
    answer = applicant.post(place, {names[0]: "true", "revision": opened})
    assert answer.status_code == 409
    assert re.search(rf'name="{names[0]}" value="true" checked', answer.get_data(as_text=True))


def test_what_is_typed_into_a_request_deposited_meanwhile_is_shown_to_be_copied(
    service: Service, applicant: Visitor, draft: str
) -> None:
    assert deposited(applicant, draft, seen(applicant, f"/dossiers/{draft}/check")).status_code == 303
    typed = {
        "q.assured.last": "El Amrani",
        "q.assured.address": "12 rue des Orangers",
        "q.assured.birth.day": "41",
    }
    answer = applicant.post(f"/dossiers/{draft}/section/assured", typed)
    page = answer.get_data(as_text=True)
    shown = page.partition('id="typed"')[2].partition("</section>")[0]
    assert answer.status_code == 409
    assert "لم يُحفظ ما كتبتموه" in page
    assert "12 rue des Orangers" in shown
    assert "41" in shown, "even what is no date"
    assert "El Amrani" not in shown, "what is saved already needs no copy"
    row = applicant.post(f"/dossiers/{draft}/list/children/1", child("2020", **{"q.first": "Adam"}))
    assert "Adam" in row.get_data(as_text=True).partition('id="typed"')[2]
    assert applicant.post(f"/dossiers/{draft}/documents", {"go": "check"}).status_code == 303
    view = service.application.services.dossier(service.actor("applicant"), draft)
    assert "assured.address" not in view.dossier.answers()
